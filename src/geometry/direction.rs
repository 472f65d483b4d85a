//! A direction in space, and its yaw and pitch.

use super::angle::Degrees;
use super::arctangent::angle_of;

/// A vector (x right, y up, z forward) of any length but 0; only its direction counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Direction {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Forwards, into the centre of the picture.
    pub z: f64,
}

impl Direction {
    /// The unit vector at this yaw (right positive) and pitch (up positive).
    pub fn from_yaw_pitch(yaw: Degrees, pitch: Degrees) -> Self {
        let (sin_yaw, cos_yaw) = yaw.radians().sin_cos();
        let (sin_pitch, cos_pitch) = pitch.radians().sin_cos();
        Self { x: sin_yaw * cos_pitch, y: sin_pitch, z: cos_yaw * cos_pitch }
    }

    /// Yaw in (−180, 180]; 0 at the poles.
    pub fn yaw(self) -> Degrees {
        Degrees::from_radians(angle_of(self.x, self.z))
    }

    /// Pitch in [−90, 90].
    pub fn pitch(self) -> Degrees {
        Degrees::from_radians(angle_of(self.y, self.x.hypot(self.z)))
    }

    /// The angle between two directions.
    pub fn angle_to(self, other: Self) -> Degrees {
        let cross = (
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        );
        let dot = self.x * other.x + self.y * other.y + self.z * other.z;
        Degrees::from_radians(angle_of(cross.0.hypot(cross.1).hypot(cross.2), dot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn yaw_and_pitch_come_back(yaw in -179.9..179.9_f64, pitch in -89.9..89.9_f64) {
            let direction = Direction::from_yaw_pitch(Degrees(yaw), Degrees(pitch));
            prop_assert!((direction.yaw().0 - yaw).abs() < 1e-6);
            prop_assert!((direction.pitch().0 - pitch).abs() < 1e-6);
        }
    }
}
