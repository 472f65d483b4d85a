//! One component of a picture (luma, a chroma difference, or a primary) as bytes in rows.

use super::error::ImagingError;

/// A grey picture: `height` rows of `width` samples, `stride` bytes apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    width: usize,
    height: usize,
    stride: usize,
    data: Vec<u8>,
}

impl Plane {
    /// All samples `value`.
    pub fn filled(width: usize, height: usize, value: u8) -> Self {
        Self { width, height, stride: width, data: vec![value; width * height] }
    }

    /// Takes over bytes in rows of `stride`; `None` if there are too few of them or the plane would be empty.
    pub fn from_bytes(width: usize, height: usize, stride: usize, data: Vec<u8>) -> Option<Self> {
        let enough = height.checked_sub(1)?.checked_mul(stride)?.checked_add(width)?;
        (width > 0 && stride >= width && data.len() >= enough).then_some(Self {
            width,
            height,
            stride,
            data,
        })
    }

    /// Columns.
    #[inline]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[inline]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Row `y` < height.
    #[inline]
    pub fn row(&self, y: usize) -> &[u8] {
        &self.data[y * self.stride..][..self.width]
    }

    /// Row `y` < height, to be written.
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        &mut self.data[y * self.stride..][..self.width]
    }

    /// The rows from `top` on that belong to `rows` rows, as one slice of bytes `stride` apart.
    #[inline]
    pub fn from_row(&self, top: usize) -> &[u8] {
        &self.data[top * self.stride..]
    }

    /// Bytes from one row to the next.
    #[inline]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// All rows as chunks, for parallel writing. Only for planes without padding.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }
}

/// What the planes of a picture mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourModel {
    /// One plane.
    Grey,
    /// Y, Cb, Cr as in JFIF (ITU-T T.871): full range, centred chroma samples.
    YCbCr,
    /// R, G, B in sRGB.
    Rgb,
}

/// A picture in planes; those of chroma may be smaller than the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// One plane (grey) or three.
    pub planes: Vec<Plane>,
    /// What they mean.
    pub model: ColourModel,
}

impl Picture {
    /// Columns of the first plane.
    pub fn width(&self) -> usize {
        self.planes.first().map_or(0, Plane::width)
    }

    /// Rows of the first plane.
    pub fn height(&self) -> usize {
        self.planes.first().map_or(0, Plane::height)
    }

    /// The value of each plane that makes a neutral dark grey, for what a cropped panorama does not show.
    pub fn neutral(&self) -> Vec<u8> {
        match self.model {
            ColourModel::Grey => vec![NEUTRAL],
            ColourModel::YCbCr => vec![NEUTRAL, 128, 128],
            ColourModel::Rgb => vec![NEUTRAL; 3],
        }
    }

    /// Checks that there are as many planes as the model wants.
    pub fn check(&self) -> Result<(), ImagingError> {
        let wanted = if self.model == ColourModel::Grey { 1 } else { 3 };
        if self.planes.len() == wanted {
            Ok(())
        } else {
            Err(ImagingError::Corrupt {
                detail: format!("{} colour components", self.planes.len()),
            })
        }
    }
}

/// Dark grey: neither a black hole nor taken for a wall.
const NEUTRAL: u8 = 48;
