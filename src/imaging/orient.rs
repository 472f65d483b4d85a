//! The eight EXIF orientations (CIPA DC-008 §4.6.5, tag 274).

use super::plane::{Picture, Plane};

/// Turns a picture so that it stands as `orientation` (1 to 8) says; any other value counts as 1.
pub fn upright(mut picture: Picture, orientation: u8) -> Picture {
    if (2..=8).contains(&orientation) {
        for plane in &mut picture.planes {
            *plane = turned(plane, orientation);
        }
    }
    picture
}

fn turned(plane: &Plane, orientation: u8) -> Plane {
    let (width, height) = (plane.width(), plane.height());
    let swaps = orientation >= 5;
    let mut out =
        if swaps { Plane::filled(height, width, 0) } else { Plane::filled(width, height, 0) };
    if !swaps {
        for y in 0..height {
            let from = if matches!(orientation, 3 | 4) { height - 1 - y } else { y };
            let row = out.row_mut(y);
            row.copy_from_slice(plane.row(from));
            if matches!(orientation, 2 | 3) {
                row.reverse();
            }
        }
        return out;
    }
    // Row y of the result is a column of the source.
    for y in 0..width {
        let column = if matches!(orientation, 7 | 8) { width - 1 - y } else { y };
        let row = out.row_mut(y);
        for (x, value) in row.iter_mut().enumerate() {
            let from = if matches!(orientation, 6 | 7) { height - 1 - x } else { x };
            *value = plane.row(from)[column];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 3×2 plane: 1 2 3 / 4 5 6.
    fn oriented(orientation: u8) -> Vec<Vec<u8>> {
        let plane = Plane::from_bytes(3, 2, 3, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let out = turned(&plane, orientation);
        (0..out.height()).map(|y| out.row(y).to_vec()).collect()
    }

    #[test]
    fn every_orientation_turns_as_the_standard_says() {
        assert_eq!(oriented(1), [[1, 2, 3], [4, 5, 6]]);
        assert_eq!(oriented(2), [[3, 2, 1], [6, 5, 4]]);
        assert_eq!(oriented(3), [[6, 5, 4], [3, 2, 1]]);
        assert_eq!(oriented(4), [[4, 5, 6], [1, 2, 3]]);
        assert_eq!(oriented(5), [[1, 4], [2, 5], [3, 6]]);
        assert_eq!(oriented(6), [[4, 1], [5, 2], [6, 3]]);
        assert_eq!(oriented(7), [[6, 3], [5, 2], [4, 1]]);
        assert_eq!(oriented(8), [[3, 6], [2, 5], [1, 4]]);
    }
}
