//! Which side of two lens pictures is up.
//!
//! Most cameras stand and store what they see as it stands. Some are turned, and some stream pictures that lie on opposite
//! sides. What a picture shows decides: its texture lies around the horizon and rather below it than above, and its upper
//! half is bluer. Where it is lighter tells nothing: windows and lit tables are as light as ceilings. Outdoors the sky ends at
//! the horizon, however the camera was held ([`sky`]).

use nalgebra::Vector3;

use super::places::{Place, places};
use super::sky;
use crate::stitch::layout::Layout;
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
/// How far the sky may be from where up is supposed, degrees: slopes and trees lift the horizon on one side.
const FARTHEST: f64 = 25.0;

/// Directions that may be up.
pub struct Guesses {
    /// Each in the frame of the first lens, with what speaks for it beside vertical edges: the logarithm of how likely it is.
    pub up: Vec<(Vector3<f64>, f64)>,
    /// Whether the sky says so, and nothing else.
    pub by_sky: bool,
}

/// What may be up by how cameras are held, by what the picture shows, and by the sky.
pub fn guesses(photos: [&Photo; 2], layout: &Layout) -> Guesses {
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
    let worth = |up: &Vector3<f64>| Signs::of(&places, up).worth();
    let held = [up, -up, -right, right].into_iter().zip(likely);
    let mut up: Vec<_> = held.map(|(up, likely)| (up, likely.ln() + worth(&up))).collect();
    let Some(sky) = sky::axis(&places) else { return Guesses { up, by_sky: false } };
    let sky = if worth(&sky) < worth(&-sky) { -sky } else { sky };
    up.retain(|(up, _)| up.angle(&sky).to_degrees() < FARTHEST);
    let by_sky = up.is_empty();
    if by_sky {
        up.push((sky, 0.0));
    }
    Guesses { up, by_sky }
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
    use nalgebra::Matrix3;

    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::geometry::{Lens, Projection};
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::attitude::Attitude;
    use crate::stitch::dice::Dice;

    /// What may be up in two pictures with circles so far above the middle, painted by right and up in the first and by left and
    /// up in the second, −1 to 1.
    fn of_painted(above: f64, mut paint: impl FnMut(f64, f64) -> u8) -> Guesses {
        let centre = [99.5, 119.5 - above];
        let photos = [1.0, -1.0].map(|side| {
            let mut plane = Plane::filled(200, 240, 120);
            for y in 0..240 {
                for x in 0..200 {
                    let at = [x as f64 - centre[0], centre[1] - y as f64].map(|v| v / 97.0);
                    plane.row_mut(y)[x] = paint(side * at[0], at[1]);
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
        guesses([&photos[0], &photos[1]], &layout)
    }

    /// What is likeliest of two pictures with leaves where `seen` says so.
    fn likeliest(above: f64, seen: impl Fn(f64, f64) -> bool) -> Vector3<f64> {
        let mut dice = Dice(5);
        let leaves = |right, up| if seen(right, up) { 60 + (dice.bits() % 120) as u8 } else { 120 };
        let guesses = of_painted(above, leaves).up;
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

    #[test]
    fn under_the_sky_a_camera_may_be_held_in_any_way() {
        // The ground is below a line that rises to the right.
        let field = |rise: f64| {
            let mut dice = Dice(6);
            of_painted(
                0.0,
                |right, up| {
                    if up > rise * right { 200 } else { 60 + (dice.bits() % 40) as u8 }
                },
            )
        };
        let (guesses, up) = (field(1.0), Vector3::new(-1.0, 1.0, 0.0).normalize());
        assert!(guesses.by_sky && guesses.up.len() == 1);
        assert!(guesses.up[0].0.angle(&up).to_degrees() < 5.0, "{}", guesses.up[0].0);
        // What is near to how cameras are held is held so.
        let guesses = field(0.2);
        assert!(!guesses.by_sky && guesses.up.iter().all(|(up, _)| up.y > 0.99));
    }
}
