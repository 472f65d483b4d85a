//! An ordinary photo as the networks look at it: whole, as large as it pays.

use super::looks::View;
use super::sphere::{Shot, colour};
use crate::base::Limits;
use crate::geometry::Surface;
use crate::imaging::ImagingError;
use crate::imaging::decode::{Wanted, decode_reduced};
use crate::imaging::header::Header;
use crate::imaging::orient::upright;
use crate::imaging::plane::Picture;
use crate::imaging::resize::resize;

/// Longest side that is looked at, pixels: a third more than what is handed out of a photo.
const LONGEST: f64 = 1280.0;
/// The networks want sides that are multiples of this.
const STEP: usize = 32;
/// Focal length of a common lens, in longer sides of the photo: 26 to 28 mm on 36 × 24.
const COMMON_LENS: f64 = 0.75;
/// Higher lines are no writing, parts of the longer side: a plate photographed close by fills half of it.
const HIGHEST_LINE: f64 = 0.2;
/// Beyond the photo: neither dark nor light.
const BEYOND: f32 = 127.0;

/// A photo, upright, in the corner of a field whose sides the networks take.
pub struct Photo {
    shot: Shot,
    /// Columns and rows of the field that the photo takes.
    size: [f64; 2],
}

impl Photo {
    /// Decodes a photo with this EXIF orientation, 1 to 8; its masks are not applied.
    pub fn read(source: Vec<u8>, orientation: u8, limits: &Limits) -> Result<Self, ImagingError> {
        let header = Header::read(&source, limits)?;
        let wanted = Wanted { rgb: false, accept_damaged: true };
        let enough = LONGEST * LONGEST * 4.0;
        let picture = decode_reduced(source, &header, wanted, enough, limits)?;
        Ok(Self::of(&fitted(&upright(picture, orientation))))
    }

    fn of(picture: &Picture) -> Self {
        let (columns, rows) = (picture.width(), picture.height());
        let (width, height) = (columns.next_multiple_of(STEP), rows.next_multiple_of(STEP));
        let size = width * height;
        let mut rgb = vec![BEYOND; 3 * size];
        for row in 0..rows {
            let v = (row as f64 + 0.5) / rows as f64;
            for column in 0..columns {
                let u = (column as f64 + 0.5) / columns as f64;
                for (index, value) in colour(picture, u, v).into_iter().enumerate() {
                    rgb[index * size + row * width + column] = value;
                }
            }
        }
        Self { shot: Shot { width, height, rgb }, size: [columns as f64, rows as f64] }
    }

    /// What the networks see.
    pub fn shot(&self) -> &Shot {
        &self.shot
    }

    fn longest(&self) -> f64 {
        self.size[0].max(self.size[1])
    }
}

/// The picture at most [`LONGEST`] pixels long, all planes of one size: for the networks colours may be coarse.
fn fitted(picture: &Picture) -> Picture {
    let scale = (LONGEST / picture.width().max(picture.height()) as f64).min(1.0);
    let side = |pixels: usize| ((pixels as f64 * scale).round() as usize).max(1);
    let (width, height) = (side(picture.width()), side(picture.height()));
    let planes = picture
        .planes
        .iter()
        .map(|plane| {
            let fits = plane.width() == width && plane.height() == height;
            if fits { plane.clone() } else { resize(plane, width, height) }
        })
        .collect();
    Picture { planes, model: picture.model }
}

impl View for Photo {
    fn surface(&self) -> Surface {
        Surface::Flat
    }

    fn place(&self, at: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| (at[axis] / self.size[axis]).clamp(0.0, 1.0))
    }

    fn pitch(&self, _: [f64; 2]) -> Option<f64> {
        None
    }

    fn focal(&self) -> f64 {
        COMMON_LENS * self.longest()
    }

    fn highest_line(&self) -> f64 {
        HIGHEST_LINE * self.longest()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Grey with a red square in the upper right corner.
    fn photo(width: u32, height: u32) -> Vec<u8> {
        let image = image::RgbImage::from_fn(width, height, |x, y| {
            let red = x >= width * 3 / 4 && y < height / 4;
            if red { image::Rgb([230, 20, 20]) } else { image::Rgb([90; 3]) }
        });
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn what_is_there_is_seen_there_upright_and_fitted() {
        // Turned by a quarter clockwise, what was above on the right is below on the right.
        for (size, orientation, at) in [
            ([2000, 1000], 1, [0.9, 0.1]),
            ([2000, 1000], 6, [0.9, 0.9]),
            ([300, 200], 1, [0.9, 0.1]),
        ] {
            let source = photo(size[0], size[1]);
            let photo = Photo::read(source, orientation, &Limits::default()).unwrap();
            let Shot { width, height, rgb } = photo.shot();
            assert_eq!([width % 32, height % 32], [0, 0]);
            let [columns, rows] = photo.size;
            assert!(columns.max(rows) <= LONGEST && *width as f64 >= columns);
            let [column, row] = [at[0] * columns, at[1] * rows];
            let index = row as usize * width + column as usize;
            let [red, green] = [0, 1].map(|plane| rgb[plane * width * height + index]);
            assert!(red > 200.0 && green < 60.0, "{red} {green}");
            let back = photo.place([column, row]);
            assert!((back[0] - at[0]).abs() < 1e-9 && (back[1] - at[1]).abs() < 1e-9);
            assert_eq!(photo.place([1e4, -5.0]), [1.0, 0.0], "nothing lies beyond");
        }
    }
}
