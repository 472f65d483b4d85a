//! The equirectangular picture: columns are yaw, rows are pitch.

use super::angle::Degrees;
use super::direction::Direction;

/// A full equirectangular picture of this many pixels. Pixel centres are whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equirect {
    /// Columns, 360° of yaw.
    pub width: u32,
    /// Rows, 180° of pitch.
    pub height: u32,
}

impl Equirect {
    /// Where a direction falls: column u in (−½, width − ½], row v in [−½, height − ½].
    pub fn position(self, direction: Direction) -> (f64, f64) {
        let u = (direction.yaw().0 / 360.0 + 0.5) * f64::from(self.width) - 0.5;
        let v = (0.5 - direction.pitch().0 / 180.0) * f64::from(self.height) - 0.5;
        (u, v)
    }

    /// The direction seen at column `u`, row `v`.
    pub fn direction(self, u: f64, v: f64) -> Direction {
        let yaw = ((u + 0.5) / f64::from(self.width) - 0.5) * 360.0;
        let pitch = (0.5 - (v + 0.5) / f64::from(self.height)) * 180.0;
        Direction::from_yaw_pitch(Degrees(yaw), Degrees(pitch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn positions_come_back(u in 0.0..8190.0_f64, v in 1.0..4094.0_f64) {
            let picture = Equirect { width: 8192, height: 4096 };
            let (back_u, back_v) = picture.position(picture.direction(u, v));
            prop_assert!((back_u - u).abs() < 1e-5 && (back_v - v).abs() < 1e-5);
        }
    }

    #[test]
    fn the_centre_looks_forward() {
        let picture = Equirect { width: 8, height: 4 };
        let (u, v) = picture.position(Direction { x: 0.0, y: 0.0, z: 1.0 });
        assert!((u - 3.5).abs() < 1e-12 && (v - 1.5).abs() < 1e-12);
    }
}
