//! One picture that holds what two lenses see, split in halves.

use crate::imaging::plane::{ColourModel, Picture, Plane};

/// Where a picture is split.
pub struct Split {
    stacked: bool,
    /// Columns and rows of a half.
    pub size: [usize; 2],
}

impl Split {
    /// Side by side or one above the other, by the shape; `None` for other shapes.
    pub fn of(picture: &Picture) -> Option<Self> {
        Self::of_shape(picture.width(), picture.height())
    }

    /// The same of a picture of `w` × `h` pixels.
    pub fn of_shape(w: usize, h: usize) -> Option<Self> {
        let ratio = w as f64 / h as f64;
        // Frames of 4:3 and 3:2 have bars above and below, or beside.
        if (1.3..2.5).contains(&ratio) {
            Some(Self { stacked: false, size: [w / 2, h] })
        } else if (0.4..0.77).contains(&ratio) {
            Some(Self { stacked: true, size: [w, h / 2] })
        } else {
            None
        }
    }

    /// Column and row of the first pixel of a half.
    pub fn corner(&self, side: usize) -> [usize; 2] {
        if self.stacked { [0, side * self.size[1]] } else { [side * self.size[0], 0] }
    }

    /// A half of a plane; `None` if it would be empty.
    pub fn plane(&self, plane: &Plane, side: usize) -> Option<Plane> {
        let (w, h) = if self.stacked {
            (plane.width(), plane.height() / 2)
        } else {
            (plane.width() / 2, plane.height())
        };
        let (left, top) = if self.stacked { (0, side * h) } else { (side * w, 0) };
        let bytes =
            (top..top + h).flat_map(|y| plane.row(y)[left..left + w].iter().copied()).collect();
        Plane::from_bytes(w, h, w, bytes)
    }

    /// A half of a picture.
    pub fn half(&self, picture: &Picture, side: usize) -> Option<Picture> {
        let planes = picture
            .planes
            .iter()
            .map(|plane| self.plane(plane, side))
            .collect::<Option<Vec<_>>>()?;
        let model = if planes.len() == 1 { ColourModel::Grey } else { picture.model };
        Some(Picture { planes, model })
    }
}
