//! The six faces of the cube in Pannellum's multires convention (`docs/contract.md`).

use serde::{Deserialize, Serialize};

use super::direction::Direction;

/// A face of the cube, in the order in which everything lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Face {
    /// Front, yaw 0.
    #[serde(rename = "f")]
    Front,
    /// Right, yaw 90.
    #[serde(rename = "r")]
    Right,
    /// Back, yaw 180.
    #[serde(rename = "b")]
    Back,
    /// Left, yaw −90.
    #[serde(rename = "l")]
    Left,
    /// Up, pitch 90.
    #[serde(rename = "u")]
    Up,
    /// Down, pitch −90.
    #[serde(rename = "d")]
    Down,
}

impl Face {
    /// All faces in order: f r b l u d.
    pub const ALL: [Self; 6] =
        [Self::Front, Self::Right, Self::Back, Self::Left, Self::Up, Self::Down];

    /// 0 for f … 5 for d.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The letter in addresses and file names.
    pub const fn letter(self) -> char {
        ['f', 'r', 'b', 'l', 'u', 'd'][self as usize]
    }

    /// The face of a letter; `None` for any other.
    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|face| face.letter() == letter)
    }

    /// The direction through the point (a, b) of the face: a to the right, b downwards, both in [−1, 1].
    pub fn direction(self, a: f64, b: f64) -> Direction {
        let (x, y, z) = match self {
            Self::Front => (a, -b, 1.0),
            Self::Right => (1.0, -b, -a),
            Self::Back => (-a, -b, -1.0),
            Self::Left => (-1.0, -b, a),
            Self::Up => (a, 1.0, b),
            Self::Down => (a, -1.0, -b),
        };
        Direction { x, y, z }
    }

    /// The face that a direction goes through, and where: the inverse of [`Face::direction`].
    /// On an edge the first face in order wins.
    pub fn locate(direction: Direction) -> (Self, f64, f64) {
        let Direction { x, y, z } = direction;
        let longest = x.abs().max(y.abs()).max(z.abs());
        if z == longest {
            (Self::Front, x / z, -y / z)
        } else if x == longest {
            (Self::Right, -z / x, -y / x)
        } else if -z == longest {
            (Self::Back, x / z, y / z)
        } else if -x == longest {
            (Self::Left, -z / x, y / x)
        } else if y == longest {
            (Self::Up, x / y, z / y)
        } else {
            (Self::Down, -x / y, z / y)
        }
    }
}

/// Where the centre of pixel `index` of `edge` pixels lies on a face, in (−1, 1).
pub fn pixel_centre(index: u32, edge: u32) -> f64 {
    2.0 * (f64::from(index) + 0.5) / f64::from(edge) - 1.0
}

/// The (fractional) pixel at the place `a` ∈ [−1, 1] of a face of `edge` pixels: the inverse of [`pixel_centre`].
pub fn pixel_at(a: f64, edge: u32) -> f64 {
    f64::midpoint(a, 1.0) * f64::from(edge) - 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_face() -> impl Strategy<Value = Face> {
        (0..6_usize).prop_map(|index| Face::ALL[index])
    }

    proptest! {
        #[test]
        fn a_point_of_a_face_comes_back(face in any_face(), a in -0.999..0.999_f64, b in -0.999..0.999_f64) {
            let (back, back_a, back_b) = Face::locate(face.direction(a, b));
            prop_assert_eq!(back, face);
            prop_assert!((back_a - a).abs() < 1e-12 && (back_b - b).abs() < 1e-12);
        }

        #[test]
        fn every_direction_is_on_a_face(x in -1.0..1.0_f64, y in -1.0..1.0_f64, z in -1.0..1.0_f64) {
            prop_assume!(x.abs().max(y.abs()).max(z.abs()) > 1e-3);
            let direction = Direction { x, y, z };
            let (face, a, b) = Face::locate(direction);
            prop_assert!(a.abs() <= 1.0 && b.abs() <= 1.0);
            prop_assert!(direction.angle_to(face.direction(a, b)).0 < 1e-6);
        }
    }

    #[test]
    fn neighbours_share_their_edges() {
        for t in [-0.7, 0.0, 0.4] {
            let same = |one: Direction, other: Direction| assert!(one.angle_to(other).0 < 1e-9);
            same(Face::Front.direction(1.0, t), Face::Right.direction(-1.0, t));
            same(Face::Back.direction(1.0, t), Face::Left.direction(-1.0, t));
            same(Face::Front.direction(t, -1.0), Face::Up.direction(t, 1.0));
            same(Face::Front.direction(t, 1.0), Face::Down.direction(t, -1.0));
            same(Face::Right.direction(t, -1.0), Face::Up.direction(1.0, -t));
        }
    }

    #[test]
    fn letters_come_back() {
        for face in Face::ALL {
            assert_eq!(Face::from_letter(face.letter()), Some(face));
        }
        assert_eq!(Face::from_letter('x'), None);
    }
}
