//! Pictures for two eyes in one file, one above or beside the other: which half is whose, and the half alone.

use serde::{Deserialize, Serialize};

use super::plane::{Picture, Plane};

/// Whose picture a panorama is, where there is one for each eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Eye {
    /// What everybody sees who has no headset.
    Left,
    /// Seen in a headset only.
    Right,
}

impl Eye {
    /// The name in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// A half of a picture, after its orientation. By custom the left eye's is the upper or the left one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// The upper half, of the left eye.
    Top,
    /// The lower half, of the right eye.
    Bottom,
    /// The left half, of the left eye.
    Left,
    /// The right half, of the right eye.
    Right,
}

impl Half {
    /// Whose picture it is.
    pub const fn eye(self) -> Eye {
        match self {
            Self::Top | Self::Left => Eye::Left,
            Self::Bottom | Self::Right => Eye::Right,
        }
    }

    /// The half of the same picture that is the other eye's.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Top => Self::Bottom,
            Self::Bottom => Self::Top,
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// Columns and rows of the half of a picture of this size. The line in the middle of an odd number is nobody's.
    pub const fn size(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            Self::Top | Self::Bottom => (width, height / 2),
            Self::Left | Self::Right => (width / 2, height),
        }
    }

    /// The half alone; a picture of one column or row has none and stays whole.
    pub fn of(self, picture: Picture) -> Picture {
        let planes = picture.planes.iter().map(|plane| self.of_plane(plane)).collect();
        Picture { planes, model: picture.model }
    }

    fn of_plane(self, plane: &Plane) -> Plane {
        let size = self.size(plane.width() as u32, plane.height() as u32);
        let (width, height) = (size.0.max(1) as usize, size.1.max(1) as usize);
        let left = if self == Self::Right { plane.width() - width } else { 0 };
        let top = if self == Self::Bottom { plane.height() - height } else { 0 };
        let mut half = Plane::filled(width, height, 0);
        for y in 0..height {
            half.row_mut(y).copy_from_slice(&plane.row(top + y)[left..left + width]);
        }
        half
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::plane::ColourModel;

    fn numbered(width: usize, height: usize) -> Picture {
        let data = (0..width * height).map(|value| value as u8).collect();
        let plane = Plane::from_bytes(width, height, width, data).unwrap();
        Picture { planes: vec![plane], model: ColourModel::Grey }
    }

    fn values(picture: &Picture) -> Vec<Vec<u8>> {
        (0..picture.height()).map(|y| picture.planes[0].row(y).to_vec()).collect()
    }

    #[test]
    fn halves_lie_side_by_side_or_one_above_the_other() {
        let of = |half: Half| values(&half.of(numbered(4, 2)));
        assert_eq!(of(Half::Top), [[0, 1, 2, 3]]);
        assert_eq!(of(Half::Bottom), [[4, 5, 6, 7]]);
        assert_eq!(of(Half::Left), [[0, 1], [4, 5]]);
        assert_eq!(of(Half::Right), [[2, 3], [6, 7]]);
    }

    #[test]
    fn an_odd_line_is_nobodys() {
        assert_eq!(values(&Half::Top.of(numbered(2, 3))), [[0, 1]]);
        assert_eq!(values(&Half::Bottom.of(numbered(2, 3))), [[4, 5]]);
        assert_eq!(Half::Right.size(5, 4), (2, 4));
    }

    #[test]
    fn each_half_is_the_other_ones_other() {
        for half in [Half::Top, Half::Bottom, Half::Left, Half::Right] {
            assert_eq!(half.other().other(), half);
            assert_ne!(half.other().eye(), half.eye());
        }
    }
}
