//! Looking at a picture: measures on a small grey copy, each a pure function in a file of its own.

mod borders;
mod circles;
mod exposure;
mod halves;
mod sharpness;
mod tilt;
mod wrap;

pub use wrap::TOO_UNIFORM;

use crate::base::Cancel;

use super::ProbeError;
use super::report::Sight;
use super::small::SmallPicture;

/// Grey levels 0–255 (ITU-R BT.601 weights), rows from the top.
#[derive(Clone, Debug)]
pub(super) struct Grey {
    width: usize,
    height: usize,
    data: Vec<u8>,
}

impl Grey {
    pub(super) fn of(picture: &SmallPicture) -> Self {
        let data = picture
            .rgb
            .chunks_exact(3)
            .map(|rgb| {
                ((77 * u32::from(rgb[0]) + 150 * u32::from(rgb[1]) + 29 * u32::from(rgb[2]) + 128)
                    >> 8) as u8
            })
            .collect();
        Self { width: picture.width, height: picture.height, data }
    }

    fn at(&self, x: usize, y: usize) -> u8 {
        self.data[y * self.width + x]
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// Width ÷ height.
    fn ratio(&self) -> f32 {
        self.width as f32 / self.height.max(1) as f32
    }

    /// Whether the shape is that of a whole sphere, to one per cent.
    fn is_two_to_one(&self) -> bool {
        (self.ratio() - 2.0).abs() < 0.03
    }

    /// The part (`x`, `y`, `width`, `height`) shrunk to `columns` × `rows` by averaging.
    fn shrunk(&self, part: (usize, usize, usize, usize), columns: usize, rows: usize) -> Vec<f32> {
        let (left, top, width, height) = part;
        let mut small = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            let (y0, y1) = span(row, rows, top, height);
            for column in 0..columns {
                let (x0, x1) = span(column, columns, left, width);
                let sum: u32 = (y0..y1)
                    .flat_map(|y| &self.row(y)[x0..x1])
                    .map(|&value| u32::from(value))
                    .sum();
                small.push(sum as f32 / ((y1 - y0) * (x1 - x0)) as f32);
            }
        }
        small
    }

    /// A copy with at most `longest` pixels on the long side.
    fn smaller(&self, longest: usize) -> Self {
        let long_side = self.width.max(self.height);
        if long_side <= longest {
            return self.clone();
        }
        let scaled = |side: usize| (side * longest / long_side).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let data = self
            .shrunk((0, 0, self.width, self.height), width, height)
            .iter()
            .map(|value| value.round() as u8)
            .collect();
        Self { width, height, data }
    }
}

/// The source pixels of cell `index` of `cells`; at least one.
fn span(index: usize, cells: usize, from: usize, length: usize) -> (usize, usize) {
    let start = from + index * length / cells;
    let end = from + (index + 1) * length / cells;
    (start, end.max(start + 1))
}

/// Smallest side on which the measures say anything.
const SMALLEST: usize = 16;

/// Measures a picture as it is shown. `None` when it is too small to say anything.
pub(super) fn look(picture: &SmallPicture, cancel: &Cancel) -> Result<Option<Sight>, ProbeError> {
    let grey = Grey::of(picture);
    if grey.width < SMALLEST || grey.height < SMALLEST {
        return Ok(None);
    }
    let go_on = || if cancel.is_cancelled() { Err(ProbeError::Cancelled) } else { Ok(()) };
    let circles = circles::find(&grey.smaller(512));
    go_on()?;
    let sharpness = sharpness::measure(&grey);
    go_on()?;
    let tilt = if grey.is_two_to_one() && circles.is_empty() {
        Some(tilt::estimate(&grey.smaller(1024)))
    } else {
        None
    };
    Ok(Some(Sight {
        width: grey.width as u32,
        height: grey.height as u32,
        sharpness,
        exposure: exposure::measure(&grey, &circles),
        wrap: wrap::continuity(&grey),
        poles: wrap::poles(&grey),
        borders: borders::find(&grey),
        halves_top_bottom: halves::top_bottom(&grey),
        halves_left_right: halves::left_right(&grey),
        circles,
        tilt,
    }))
}

#[cfg(test)]
mod drawing {
    //! Pictures for the tests of the measures.

    use super::Grey;

    /// `width` × `height` pixels from a function of the pixel.
    pub fn draw(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Grey {
        let data = (0..width * height)
            .map(|at| value(at % width, at / width).round().clamp(0.0, 255.0) as u8)
            .collect();
        Grey { width, height, data }
    }

    /// A reproducible number in 0–1 for a lattice point.
    pub fn speckle(x: usize, y: usize) -> f32 {
        let mut bits = (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ (y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
        bits ^= bits >> 31;
        bits = bits.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (bits >> 40) as f32 / 16_777_216.0
    }
}
