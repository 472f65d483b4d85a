//! Between a picture as it is stored and as it stands upright (EXIF's orientation): quarter turns.

use nalgebra::Matrix3;

/// Quarter turns clockwise that set a stored picture upright; mirrored pictures, which no camera makes, count as turned.
pub fn quarters(orientation: Option<u8>) -> u8 {
    match orientation {
        Some(5..=6) => 1,
        Some(3..=4) => 2,
        Some(7..=8) => 3,
        _ => 0,
    }
}

/// From the axes of the stored picture's camera (x right, y up) to those of the upright one's.
pub fn turn(quarters: u8) -> Matrix3<f64> {
    let (x, y) = match quarters % 4 {
        0 => ([1.0, 0.0], [0.0, 1.0]),
        1 => ([0.0, 1.0], [-1.0, 0.0]),
        2 => ([-1.0, 0.0], [0.0, -1.0]),
        _ => ([0.0, -1.0], [1.0, 0.0]),
    };
    Matrix3::new(x[0], x[1], 0.0, y[0], y[1], 0.0, 0.0, 0.0, 1.0)
}

/// Where a pixel of a stored picture of `size` (columns, rows) is in the upright one.
pub fn to_upright(at: [f64; 2], size: (usize, usize), quarters: u8) -> [f64; 2] {
    let (right, below) = (size.0 as f64 - 1.0, size.1 as f64 - 1.0);
    match quarters % 4 {
        0 => at,
        1 => [below - at[1], at[0]],
        2 => [right - at[0], below - at[1]],
        _ => [at[1], right - at[0]],
    }
}

/// Size of the upright picture of a stored one, and the other way round.
pub fn turned_size(size: (usize, usize), quarters: u8) -> (usize, usize) {
    if quarters % 2 == 1 { (size.1, size.0) } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Lens, Projection};

    #[test]
    fn pixels_and_directions_turn_alike() {
        let size = (400, 300);
        for quarters in 0..4 {
            let stored = Lens::centred(Projection::Rectilinear, 250.0, size.0, size.1);
            let up = turned_size(size, quarters);
            let upright = Lens::centred(Projection::Rectilinear, 250.0, up.0, up.1);
            let at = [120.0, 33.0];
            let one = turn(quarters) * stored.unproject(at).unwrap();
            let two = upright.unproject(to_upright(at, size, quarters)).unwrap();
            assert!((one - two).norm() < 1e-12, "{quarters}");
            let back = to_upright(to_upright(at, size, quarters), up, (4 - quarters) % 4);
            assert_eq!(back, at);
        }
    }
}
