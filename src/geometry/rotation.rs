//! Rotations of the camera, for levelling a horizon.

use super::angle::Degrees;
use super::direction::Direction;

/// A rotation as a matrix of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation([[f64; 3]; 3]);

impl Rotation {
    /// No rotation.
    pub const NONE: Self = Self([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    /// The attitude of a camera that was first rolled (clockwise positive, as seen from behind the camera),
    /// then pitched up, then turned right. Maps a direction in the camera's frame to the level frame.
    pub fn from_yaw_pitch_roll(yaw: Degrees, pitch: Degrees, roll: Degrees) -> Self {
        let (sin_y, cos_y) = yaw.radians().sin_cos();
        let (sin_p, cos_p) = pitch.radians().sin_cos();
        let (sin_r, cos_r) = roll.radians().sin_cos();
        let turn = Self([[cos_y, 0.0, sin_y], [0.0, 1.0, 0.0], [-sin_y, 0.0, cos_y]]);
        let tilt = Self([[1.0, 0.0, 0.0], [0.0, cos_p, sin_p], [0.0, -sin_p, cos_p]]);
        let bank = Self([[cos_r, sin_r, 0.0], [-sin_r, cos_r, 0.0], [0.0, 0.0, 1.0]]);
        turn.after(tilt).after(bank)
    }

    /// The rotation that does `first`, then this one.
    #[must_use]
    pub fn after(self, first: Self) -> Self {
        let mut product = [[0.0; 3]; 3];
        for (row, out) in self.0.iter().zip(&mut product) {
            for (column, value) in out.iter_mut().enumerate() {
                *value = (0..3).map(|k| row[k] * first.0[k][column]).sum();
            }
        }
        Self(product)
    }

    /// The rotation back.
    #[must_use]
    pub fn inverse(self) -> Self {
        let m = self.0;
        Self(std::array::from_fn(|row| std::array::from_fn(|column| m[column][row])))
    }

    /// A direction rotated.
    pub fn apply(self, direction: Direction) -> Direction {
        let Direction { x, y, z } = direction;
        let [a, b, c] = self.0.map(|row| row[0] * x + row[1] * y + row[2] * z);
        Direction { x: a, y: b, z: c }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORWARD: Direction = Direction { x: 0.0, y: 0.0, z: 1.0 };

    proptest! {
        #[test]
        fn the_camera_looks_where_it_is_turned(yaw in -179.0..179.0_f64, pitch in -89.0..89.0_f64, roll in -180.0..180.0_f64) {
            let rotation = Rotation::from_yaw_pitch_roll(Degrees(yaw), Degrees(pitch), Degrees(roll));
            let looked = rotation.apply(FORWARD);
            prop_assert!((looked.yaw().0 - yaw).abs() < 1e-6);
            prop_assert!((looked.pitch().0 - pitch).abs() < 1e-6);
            prop_assert!(rotation.inverse().apply(looked).angle_to(FORWARD).0 < 1e-6);
        }
    }

    #[test]
    fn roll_is_clockwise_seen_from_behind() {
        // A camera rolled clockwise by 90° has its right side pointing down.
        let rotation = Rotation::from_yaw_pitch_roll(Degrees(0.0), Degrees(0.0), Degrees(90.0));
        let right = rotation.apply(Direction { x: 1.0, y: 0.0, z: 0.0 });
        assert!((right.y + 1.0).abs() < 1e-12);
    }
}
