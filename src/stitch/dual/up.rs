//! Which side of two lens pictures is up: cameras with two lenses are held upright, but some store both pictures lying on
//! opposite sides.

use nalgebra::Vector3;

use crate::stitch::layout::Layout;
use crate::stitch::photo::Photo;

/// How much likelier than others it is beforehand that up is the pictures' up; in the unit of [`guesses`].
const UPRIGHT: f64 = 0.3;
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
    let upright = if off_frame { 0.0 } else { UPRIGHT };
    [(y, upright), (-y, -UPRIGHT), (x, 0.0), (-x, 0.0)]
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
