//! Which side of two lens pictures is up.
//!
//! Most cameras stand and store what they see as it stands. Some are turned, and some stream pictures that lie on opposite
//! sides. What a picture shows decides: its texture lies around the horizon and rather below it than above, and its upper
//! half is bluer. Where it is lighter tells nothing: windows and lit tables are as light as ceilings.

use nalgebra::{Matrix3, Vector3};

use crate::geometry::Lens;
use crate::stitch::glance::Glance;
use crate::stitch::layout::Layout;
use crate::stitch::links::Circle;
use crate::stitch::photo::Photo;

/// How likely up is what is up in the first picture, below, to the left and to the right.
const STANDING: [f64; 4] = [0.79, 0.01, 0.10, 0.10];
/// The same in a stream whose pictures lie on opposite sides: all of five had it on the left.
const STREAMED: [f64; 4] = [0.05, 0.05, 0.85, 0.05];
/// Circles that lie so far above or below the middle, as a share of the radius, are on a frame that was not made for
/// them, as a camera streams that has its sensors on their sides.
const OFF_FRAME: f64 = 0.08;
/// What the picture's signs are worth, logarithms of likelihood by each of [`Signs`]: fitted (multinomial logistic
/// regression) to 160 rendered pictures of 89 spheres, and right for 31 of 36 of real cameras by themselves.
const WORTH: [f64; 3] = [-15.0, -2.4, 3.3];
/// Pixels per radian at which signs are looked for.
const FOCAL: f64 = 81.5;
/// Share of a circle's radius within which they are.
const RIM: f64 = 0.92;

/// Directions that may be up in the frame of the first lens, each with what speaks for it beside vertical edges: the
/// logarithm of how likely it is.
pub fn guesses(photos: [&Photo; 2], layout: &Layout) -> Vec<(Vector3<f64>, f64)> {
    let places: Vec<Place> = [0, 1]
        .map(|side| {
            let (lens, circle) = (&layout.lenses[side], layout.circles[side]);
            places(photos[side], lens, circle, &layout.rotations[side])
        })
        .concat();
    let off_frame = (0..2).all(|side| {
        let (centre, radius) = layout.circles[side];
        (centre[1] - photos[side].height() as f64 / 2.0).abs() > OFF_FRAME * radius
    });
    let likely = if off_frame { STREAMED } else { STANDING };
    // Both lenses say it; in the second what is to the right lies to the left of the first.
    let of = |k: usize, sign: f64| {
        let both = layout.rotations[0].column(k) + layout.rotations[1].column(k) * sign;
        both.try_normalize(1e-6).unwrap_or_else(|| layout.rotations[0].column(k).into_owned())
    };
    let (right, up) = (of(0, -1.0), of(1, 1.0));
    [up, -up, -right, right]
        .into_iter()
        .zip(likely)
        .map(|(up, likely)| (up, likely.ln() + Signs::of(&places, &up).worth()))
        .collect()
}

/// A place of a picture.
#[derive(Clone, Copy)]
struct Place {
    /// Where it is.
    ray: Vector3<f64>,
    /// How much of the sphere it is, no unit.
    area: f64,
    /// How much the light changes, logarithm.
    texture: f64,
    /// How much more blue than red it is, of its light.
    blue: f64,
}

fn places(photo: &Photo, lens: &Lens, circle: Circle, rotation: &Matrix3<f64>) -> Vec<Place> {
    let (centre, radius) = circle;
    let factor = (FOCAL / lens.focal).min(1.0);
    let glance = Glance::of(photo, (photo.width() * photo.height()) as f64 * factor * factor);
    let grey = &glance.grey;
    let scale = grey.width as f64 / photo.width() as f64;
    let log = |x: usize, y: usize| glance.light(x, y);
    let mut out = Vec::new();
    for y in 1..grey.height.saturating_sub(1) {
        for x in 1..grey.width.saturating_sub(1) {
            let pixel = [x, y].map(|k| (k as f64 + 0.5) / scale - 0.5);
            if (pixel[0] - centre[0]).hypot(pixel[1] - centre[1]) > RIM * radius {
                continue;
            }
            let Some(ray) = lens.unproject(pixel) else { continue };
            let off = ray.z.clamp(-1.0, 1.0).acos().max(1e-6);
            let texture = (log(x + 1, y) - log(x - 1, y)).hypot(log(x, y + 1) - log(x, y - 1));
            out.push(Place {
                ray: rotation * ray,
                area: off.sin() / off,
                texture: f64::from(texture.min(1.0)),
                blue: f64::from(glance.blue(x, y)),
            });
        }
    }
    out
}

/// What tells which way is up.
struct Signs {
    /// How far the texture is from the horizon: its mean squared height less that of all directions.
    spread: f64,
    /// How much more texture there is above than below, −1 to 1.
    texture: f64,
    /// How much bluer it is above than below.
    blue: f64,
}

impl Signs {
    fn of(places: &[Place], up: &Vector3<f64>) -> Self {
        let sum = |of: &dyn Fn(&Place, f64) -> f64| -> f64 {
            places.iter().map(|place| place.area * of(place, place.ray.dot(up))).sum()
        };
        let share = |part: f64, all: f64| if all > 1e-9 { part / all } else { 0.0 };
        let texture = sum(&|place, _| place.texture);
        let spread = share(sum(&|place, height| place.texture * height * height), texture);
        Self {
            spread: if texture > 1e-9 { spread - 1.0 / 3.0 } else { 0.0 },
            texture: share(
                sum(&|place, height| place.texture * height),
                sum(&|place, height| place.texture * height.abs()),
            ),
            blue: 2.0
                * share(sum(&|place, height| place.blue * height), sum(&|_, height| height.abs())),
        }
    }

    fn worth(&self) -> f64 {
        WORTH[0] * self.spread + WORTH[1] * self.texture + WORTH[2] * self.blue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::geometry::Projection;
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::attitude::Attitude;
    use crate::stitch::dice::Dice;

    /// What is likeliest of two pictures with circles so far above the middle, and leaves where `seen` says so of right and up
    /// in the first and of left and up in the second, −1 to 1.
    fn likeliest(above: f64, seen: impl Fn(f64, f64) -> bool) -> Vector3<f64> {
        let mut dice = Dice(5);
        let centre = [99.5, 119.5 - above];
        let photos = [1.0, -1.0].map(|side| {
            let mut plane = Plane::filled(200, 240, 120);
            for y in 0..240 {
                for x in 0..200 {
                    let at = [x as f64 - centre[0], centre[1] - y as f64].map(|v| v / 97.0);
                    if seen(side * at[0], at[1]) {
                        plane.row_mut(y)[x] = 60 + (dice.bits() % 120) as u8;
                    }
                }
            }
            let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
            Photo::of("lens", picture, ExifFacts::default(), 1e6)
        });
        let lens = Lens { centre, ..Lens::centred(Projection::Equidistant, 57.0, 200, 240) };
        let back = Attitude { yaw: 180.0, pitch: 0.0, roll: 0.0 }.matrix();
        let layout = Layout::of_poses(
            vec![Matrix3::identity(), back],
            vec![lens; 2],
            vec![0, 1],
            vec![(centre, 97.0); 2],
        );
        let guesses = guesses([&photos[0], &photos[1]], &layout);
        guesses.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
    }

    #[test]
    fn cameras_stand_upright_and_streams_lie_on_the_left() {
        assert!(likeliest(0.0, |_, _| false).y > 0.99);
        assert!(likeliest(15.0, |_, _| false).x < -0.99);
    }

    #[test]
    fn a_picture_that_lies_has_its_ground_below() {
        // The horizon and what is below it.
        assert!(likeliest(0.0, |right, _| (-0.5..0.2).contains(&right)).x > 0.99);
        assert!(likeliest(0.0, |right, _| (-0.2..0.5).contains(&right)).x < -0.99);
        // What is textured all over does not turn one that stands.
        assert!(likeliest(0.0, |_, up| up > -0.9).y > 0.99);
    }
}
