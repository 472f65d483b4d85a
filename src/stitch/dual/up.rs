//! Which side of two lens pictures is up: cameras with two lenses are held upright, but some store both pictures lying on
//! opposite sides.

use nalgebra::Vector3;

use crate::stitch::layout::Layout;
use crate::stitch::photo::Photo;

/// How much likelier than others it is beforehand that up is the pictures' up; in the unit of [`guesses`].
const UPRIGHT: f64 = 0.3;
/// The same for the left of the first picture against its right, of pictures off their frame: all of five had it so.
const LEFT: f64 = 0.8;
/// Circles that lie so far above or below the middle, as a share of the radius, are on a frame that was not made for
/// them, as a camera streams that has its sensors on their sides: the pictures' up means little then.
const OFF_FRAME: f64 = 0.08;
/// What the whole difference between light above and none below is worth.
const LIGHT: f64 = 1.5;

/// Directions that may be up in the frame of the first lens, each with what speaks for it beside vertical edges: where
/// it is lighter is up.
pub fn guesses(photos: [&Photo; 2], layout: &Layout) -> Vec<(Vector3<f64>, f64)> {
    let forward = [0, 1].map(|side: usize| layout.rotations[side].column(2).into_owned());
    let axis = (forward[0] - forward[1]).normalize();
    let flat = |v: Vector3<f64>| (v - axis * axis.dot(&v)).try_normalize(1e-6);
    let own = [0, 1].map(|side: usize| layout.rotations[side].column(1).into_owned());
    let Some(y) = flat(own[0]) else { return vec![(Vector3::y(), 0.0)] };
    let x = y.cross(&axis);
    let off_frame = (0..2).all(|side| {
        let (centre, radius) = layout.circles[side];
        (centre[1] - photos[side].height() as f64 / 2.0).abs() > OFF_FRAME * radius
    });
    let (upright, left) = if off_frame { (0.0, LEFT) } else { (UPRIGHT, 0.0) };
    [(y, upright), (-y, -UPRIGHT), (x, -left), (-x, left)]
        .into_iter()
        .map(|(up, before)| (up, before + LIGHT * lighter(photos, layout, &up)))
        .collect()
}

/// How much lighter it is on the side of `up` than on the other, −1 to 1.
fn lighter(photos: [&Photo; 2], layout: &Layout, up: &Vector3<f64>) -> f64 {
    let (mut sum, mut all) = (0.0, 1e-9);
    for (side, photo) in photos.into_iter().enumerate() {
        let scale = photo.grey_factor;
        let (centre, radius) = layout.circles[side];
        let step = (radius * scale / 40.0).max(1.0) as usize;
        for v in (0..photo.grey.height).step_by(step) {
            for u in (0..photo.grey.width).step_by(step) {
                let pixel = [u, v].map(|k| (k as f64 + 0.5) / scale - 0.5);
                if (pixel[0] - centre[0]).hypot(pixel[1] - centre[1]) > 0.93 * radius {
                    continue;
                }
                let Some(ray) = layout.lenses[side].unproject(pixel) else { continue };
                let along = (layout.rotations[side] * ray).dot(up);
                let light = f64::from(photo.grey.at(u, v));
                sum += light * along;
                all += light * along.abs();
            }
        }
    }
    sum / all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::geometry::{Lens, Projection};
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::attitude::Attitude;

    /// What is likeliest of two pictures whose circles are so far above their middle, and which are a little lighter on their
    /// inner sides.
    fn likeliest(above: f64) -> Vector3<f64> {
        let photos = [0, 1].map(|side| {
            let mut plane = Plane::filled(200, 240, 120);
            for y in 0..240 {
                plane.row_mut(y)[if side == 0 { 100..200 } else { 0..100 }].fill(135);
            }
            let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
            Photo::of("lens", picture, ExifFacts::default(), 1e6)
        });
        let centre = [99.5, 119.5 - above];
        let lens = Lens { centre, ..Lens::centred(Projection::Equidistant, 57.0, 200, 240) };
        let back = Attitude { yaw: 180.0, pitch: 0.0, roll: 0.0 }.matrix();
        let layout = Layout::of_poses(
            vec![nalgebra::Matrix3::identity(), back],
            vec![lens; 2],
            vec![0, 1],
            vec![(centre, 97.0); 2],
        );
        let guesses = guesses([&photos[0], &photos[1]], &layout);
        guesses.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
    }

    #[test]
    fn cameras_stand_upright_and_their_streams_lie_on_the_left() {
        assert!(likeliest(0.0).y > 0.9);
        // Though the table is lighter than the ceiling.
        assert!(likeliest(15.0).x < -0.9);
    }
}
