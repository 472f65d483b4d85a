//! A room with furniture that is painted as a sphere shows it from its middle: what a camera beside the middle sees.
//!
//! Depths jump at the furniture. What it hides from the middle is painted like the furniture in front of it.

use kanfang::stitch::dice::Dice;
use nalgebra::Vector3;

/// Half the width, height and length in metres.
const HALF: [f64; 3] = [2.0, 1.4, 2.5];

/// A room; coordinates in metres from its middle: x right, y up, z ahead.
pub struct Room {
    /// Opposite corners of boxes that stand on the floor.
    things: Vec<[Vector3<f64>; 2]>,
}

impl Room {
    /// A room with so many pieces of furniture, all more than 0.7 m away from its middle.
    pub fn furnished(things: usize, dice: &mut Dice) -> Self {
        let things = (0..things)
            .map(|_| {
                let (yaw, away) = (std::f64::consts::TAU * dice.unit(), 1.2 + 0.7 * dice.unit());
                let (middle, half) =
                    ([away * yaw.sin(), away * yaw.cos()], 0.15 + 0.2 * dice.unit());
                let top = -HALF[1] + 0.4 + 1.1 * dice.unit();
                [
                    Vector3::new(middle[0] - half, -HALF[1], middle[1] - half),
                    Vector3::new(middle[0] + half, top, middle[1] + half),
                ]
            })
            .collect();
        Self { things }
    }

    /// The direction in which the middle sees what a ray from `place` meets.
    pub fn from_middle(&self, place: &Vector3<f64>, ray: &Vector3<f64>) -> Vector3<f64> {
        let wall = (0..3)
            .filter(|&axis| ray[axis].abs() > 1e-12)
            .map(|axis| (HALF[axis] * ray[axis].signum() - place[axis]) / ray[axis])
            .fold(f64::INFINITY, f64::min);
        let thing = self.things.iter().filter_map(|thing| entry(thing, place, ray));
        place + ray * thing.fold(wall, f64::min)
    }
}

/// Distance at which a ray enters a box from outside (slab method, Kay and Kajiya, SIGGRAPH 1986).
fn entry(corners: &[Vector3<f64>; 2], place: &Vector3<f64>, ray: &Vector3<f64>) -> Option<f64> {
    let (mut near, mut far) = (0.0_f64, f64::INFINITY);
    for axis in 0..3 {
        let a = (corners[0][axis] - place[axis]) / ray[axis];
        let b = (corners[1][axis] - place[axis]) / ray[axis];
        near = near.max(a.min(b));
        far = far.min(a.max(b));
    }
    (near < far && near > 0.0).then_some(near)
}
