//! Perspective views of the sphere: which ones are looked at, and where their pixels look.

use crate::geometry::{Degrees, Direction, Rotation, Surface};

/// The networks want sides that are multiples of this.
const STEP: u32 = 32;
/// Longest side of a view, pixels.
const MOST: u32 = 1280;

/// Where the pixels of what the networks look at lie in the picture.
pub trait View {
    /// What places in the picture are told on.
    fn surface(&self) -> Surface;
    /// The place of a point, in pixels from the upper left corner.
    fn place(&self, at: [f64; 2]) -> [f64; 2];
    /// How far up a point looks, degrees; `None` where nobody knows how the camera was held.
    fn pitch(&self, at: [f64; 2]) -> Option<f64>;
    /// Pixels a radian in the middle; of a photo as if a common lens had taken it.
    fn focal(&self) -> f64;
    /// Higher lines are no writing, pixels.
    fn highest_line(&self) -> f64;
}

/// Higher lines are no writing on paper but furniture that the network takes for letters: radians, 12 cm at arm's length.
const TALLEST: f64 = 0.085;

impl View for Look {
    fn surface(&self) -> Surface {
        Surface::Sphere
    }

    fn place(&self, at: [f64; 2]) -> [f64; 2] {
        self.angles(at)
    }

    fn pitch(&self, at: [f64; 2]) -> Option<f64> {
        Some(self.angles(at)[1])
    }

    fn focal(&self) -> f64 {
        self.focal
    }

    fn highest_line(&self) -> f64 {
        TALLEST * self.focal
    }
}

/// A level camera that looks somewhere: square pixels, no lens errors.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns, a multiple of 32.
    pub width: u32,
    /// Rows, a multiple of 32.
    pub height: u32,
    /// Focal length in pixels: also the resolution in the middle, pixels a radian.
    pub focal: f64,
    camera: Rotation,
}

impl Look {
    /// A view to `yaw`, `pitch` that shows at least `across` × `upright`, with about `focal` pixels a radian in its middle.
    pub fn new([yaw, pitch]: [f64; 2], across: Degrees, upright: Degrees, focal: f64) -> Self {
        let side = |angle: Degrees| 2.0 * focal * (angle.radians() / 2.0).tan();
        let fit = (f64::from(MOST) / side(across).max(side(upright))).min(1.0);
        let steps = |angle| ((side(angle) * fit / f64::from(STEP)).ceil() as u32).max(2) * STEP;
        Self {
            width: steps(across).min(MOST),
            height: steps(upright).min(MOST),
            focal: focal * fit,
            camera: Rotation::from_yaw_pitch_roll(Degrees(yaw), Degrees(pitch), Degrees(0.0)),
        }
    }

    /// Where the point `x`, `y` looks, in pixels from the upper left corner; of any length.
    pub fn direction(&self, [x, y]: [f64; 2]) -> Direction {
        let right = x - f64::from(self.width) / 2.0;
        let up = f64::from(self.height) / 2.0 - y;
        self.camera.apply(Direction { x: right, y: up, z: self.focal })
    }

    /// The same as yaw and pitch in degrees.
    pub fn angles(&self, at: [f64; 2]) -> [f64; 2] {
        let direction = self.direction(at);
        [direction.yaw().0, direction.pitch().0]
    }

    /// Whether a direction lies in the view, at least `margin` pixels from its border.
    #[cfg(test)]
    pub fn sees(&self, direction: Direction, margin: f64) -> bool {
        let Direction { x, y, z } = self.camera.inverse().apply(direction);
        let inside = |offset: f64, size: u32| offset.abs() <= f64::from(size) / 2.0 - margin;
        z > 0.0 && inside(self.focal * x / z, self.width) && inside(self.focal * y / z, self.height)
    }
}

/// The views that together show all of the sphere but the ceiling right above and the tripod, each thing that is not larger
/// than a dozen degrees whole in at least one of them. `focal`: pixels a radian in the middle of each.
pub fn around(focal: f64) -> Vec<Look> {
    let level = (0..6).map(|turn| (f64::from(turn) * 60.0, 4.0, 74.0, 86.0));
    let down = (0..4).map(|turn| (f64::from(turn) * 90.0 + 30.0, -57.0, 78.0, 62.0));
    level
        .chain(down)
        .map(|(yaw, pitch, across, upright)| {
            let yaw = Degrees(yaw).wrapped().0;
            Look::new([yaw, pitch], Degrees(across), Degrees(upright), focal)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_between_ceiling_and_tripod_is_left_out() {
        let looks = around(660.0);
        for pitch in -83..=41 {
            for yaw in (-180..180).step_by(2) {
                let at =
                    Direction::from_yaw_pitch(Degrees(f64::from(yaw)), Degrees(f64::from(pitch)));
                // Four degrees to every side, in pixels of the middle: fewer than at the border.
                let margin = 4_f64.to_radians() * 660.0;
                let well = looks.iter().any(|look| look.sees(at, margin));
                assert!(well, "yaw {yaw}, pitch {pitch}");
            }
        }
    }

    #[test]
    fn pixels_look_where_the_camera_points() {
        let look = Look::new([150.0, -30.0], Degrees(70.0), Degrees(50.0), 600.0);
        let middle = [f64::from(look.width) / 2.0, f64::from(look.height) / 2.0];
        let [yaw, pitch] = look.angles(middle);
        assert!((yaw - 150.0).abs() < 1e-9 && (pitch + 30.0).abs() < 1e-9);
        let [right, _] = look.angles([middle[0] + 10.0, middle[1]]);
        let [_, up] = look.angles([middle[0], middle[1] - 10.0]);
        assert!(right > yaw && up > pitch);
        assert_eq!([look.width % 32, look.height % 32], [0, 0]);
    }

    #[test]
    fn no_view_is_larger_than_allowed() {
        let look = Look::new([0.0, 0.0], Degrees(120.0), Degrees(60.0), 5000.0);
        assert!(look.width <= MOST && look.height <= MOST);
        let edge = look.angles([f64::from(look.width), f64::from(look.height) / 2.0]);
        assert!(edge[0] >= 59.0, "{edge:?}");
    }
}
