//! What two lens pictures show in all directions, in few places.

use nalgebra::{Matrix3, Vector3};

use crate::geometry::Lens;
use crate::stitch::glance::Glance;
use crate::stitch::links::Circle;
use crate::stitch::photo::Photo;

/// Pixels per radian at which pictures are looked at.
const FOCAL: f64 = 81.5;
/// Share of a circle's radius within which they are.
const RIM: f64 = 0.92;

/// A place of a picture.
#[derive(Clone, Copy)]
pub struct Place {
    /// Where it is.
    pub ray: Vector3<f64>,
    /// How much of the sphere it is, no unit.
    pub area: f64,
    /// How light it is, logarithm.
    pub light: f64,
    /// How much the light changes, logarithm.
    pub texture: f64,
    /// How much more blue than red it is, of its light.
    pub blue: f64,
}

/// The places of one picture.
pub fn places(photo: &Photo, lens: &Lens, circle: Circle, rotation: &Matrix3<f64>) -> Vec<Place> {
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
                light: f64::from(log(x, y)),
                texture: f64::from(texture.min(1.0)),
                blue: f64::from(glance.blue(x, y)),
            });
        }
    }
    out
}
