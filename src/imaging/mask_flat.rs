//! A photo of which parts are hidden for good, small: all that is ever handed out of it.
//!
//! As for panoramas, what is put over a mask comes from the pixels around it alone ([`super::mask_fill`]), at the photo's
//! full size and before it is made smaller.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::decode::{Wanted, decode};
use super::error::ImagingError;
use super::header::Header;
use super::mask::MOST_MASKS;
use super::mask_fill::Fill;
use super::orient::upright;
use super::plane::{Picture, Plane};
use super::recipe::MaskOutline;
use super::small::{SmallJpeg, small_jpeg};
use crate::base::Limits;
use crate::geometry::{FlatPolygon, Surface};

/// The present version of the algorithm; changes when the same input gives other bytes.
pub const RECIPE_VERSION: u32 = 1;
/// What is hidden around a mask: at least this part of the longer side, and at least this many pixels.
const MARGIN: (f64, f64) = (0.004, 4.0);

/// Everything besides the source that decides the bytes of a small photo with masks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlatRecipe {
    /// [`RECIPE_VERSION`].
    pub version: u32,
    /// EXIF orientation of the source, 1 to 8.
    pub orientation: u8,
    /// What is hidden, in order of the corners: x and y in hundred-thousandths of the upright photo's width and height.
    pub masks: Vec<MaskOutline>,
}

impl FlatRecipe {
    /// Of a photo with this EXIF orientation.
    pub fn new(orientation: u8, masks: Vec<MaskOutline>) -> Self {
        Self { version: RECIPE_VERSION, orientation, masks }
    }

    fn polygons(&self) -> Result<Vec<FlatPolygon>, ImagingError> {
        let wrong = |field, value, expected| ImagingError::BadRecipe { field, value, expected };
        if self.version != RECIPE_VERSION {
            return Err(wrong("version", self.version.to_string(), "1"));
        }
        if !(1..=8).contains(&self.orientation) {
            return Err(wrong("orientation", self.orientation.to_string(), "1 to 8"));
        }
        if self.masks.len() > MOST_MASKS {
            return Err(wrong("masks", self.masks.len().to_string(), "at most 200"));
        }
        let polygon = |outline: &MaskOutline| {
            FlatPolygon::new(&Surface::Flat.corners(outline))
                .map_err(|error| wrong("masks", error.to_string(), "polygons in the photo"))
        };
        self.masks.iter().map(polygon).collect()
    }
}

/// Decodes a photo, hides what the recipe says, and makes it as small as the probe makes photos without masks.
///
/// A file that is damaged is taken as far as it can be read, as the probe takes it.
pub fn masked_small(
    source: Vec<u8>,
    recipe: &FlatRecipe,
    limits: &Limits,
) -> Result<SmallJpeg, ImagingError> {
    let polygons = recipe.polygons()?;
    let header = Header::read(&source, limits)?;
    // Never reduced: each pixel of a reduced JPEG is made of a whole block, also of what a mask covers in it.
    let picture = decode(source, &header, Wanted { rgb: false, accept_damaged: true }, limits)?;
    let mut picture = upright(picture, recipe.orientation);
    hide(&mut picture, &polygons);
    small_jpeg(&picture)
}

/// Hides what lies in the polygons, whose corners are parts of the picture's width and height.
fn hide(picture: &mut Picture, polygons: &[FlatPolygon]) {
    let size = [picture.width() as f64, picture.height() as f64];
    let polygons: Vec<FlatPolygon> = polygons.iter().map(|one| one.scaled(size)).collect();
    let margin = margin(size);
    // All colours are taken before any is changed.
    let fills: Vec<Fill> =
        polygons.iter().map(|polygon| fill(polygon, &polygons, picture, size)).collect();
    for (index, plane) in picture.planes.iter_mut().enumerate() {
        paint(plane, index, size, margin, &polygons, &fills);
    }
}

fn margin([width, height]: [f64; 2]) -> f64 {
    (MARGIN.0 * width.max(height)).max(MARGIN.1)
}

fn fill(polygon: &FlatPolygon, all: &[FlatPolygon], picture: &Picture, size: [f64; 2]) -> Fill {
    let margin = margin(size);
    // A pixel whose corner is this far away has its centre beyond the margin.
    let clear = margin + 2.5;
    let reach = |_, beyond: f64| margin + beyond;
    Fill::around(polygon.outline(), picture, reach, |at| {
        if all.iter().any(|mask| mask.covers(at, clear)) {
            return None;
        }
        let mut colour = [0; 3];
        for (out, plane) in colour.iter_mut().zip(&picture.planes) {
            let index = |place: f64, size: f64, count: usize| {
                let index = (place * count as f64 / size).floor();
                (index >= 0.0 && index < count as f64).then_some(index as usize)
            };
            let x = index(at[0], size[0], plane.width())?;
            *out = plane.row(index(at[1], size[1], plane.height())?)[x];
        }
        Some(colour)
    })
}

fn paint(
    plane: &mut Plane,
    index: usize,
    size: [f64; 2],
    margin: f64,
    polygons: &[FlatPolygon],
    fills: &[Fill],
) {
    let (width, height, stride) = (plane.width(), plane.height(), plane.stride());
    // Where the centres of samples lie in pixels of the first plane.
    let place = |index: usize, count: usize, size: f64| (index as f64 + 0.5) * size / count as f64;
    let reaches: Vec<[[f64; 2]; 2]> = polygons.iter().map(|one| bounds(one, margin)).collect();
    plane.bytes_mut().par_chunks_mut(stride).take(height).enumerate().for_each(|(row, values)| {
        let y = place(row, height, size[1]);
        let near = |mask: &usize| (reaches[*mask][1][0]..=reaches[*mask][1][1]).contains(&y);
        let near: Vec<usize> = (0..polygons.len()).filter(near).collect();
        if near.is_empty() {
            return;
        }
        for (column, value) in values[..width].iter_mut().enumerate() {
            let at = [place(column, width, size[0]), y];
            let covers = |mask: &&usize| {
                let [low, high] = reaches[**mask][0];
                (low..=high).contains(&at[0]) && polygons[**mask].covers(at, margin)
            };
            if let Some(&mask) = near.iter().find(covers) {
                *value = fills[mask].at(at)[index];
            }
        }
    });
}

/// Least and greatest x and y that a mask with its margin can reach.
fn bounds(polygon: &FlatPolygon, margin: f64) -> [[f64; 2]; 2] {
    [0, 1].map(|axis| {
        let values = polygon.outline().iter().map(|corner| corner[axis]);
        let [low, high] = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
            [low.min(value), high.max(value)]
        });
        [low - margin, high + margin]
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::imaging::mask_fill::{CHECKER, tests::noise};
    use crate::imaging::plane::ColourModel;
    use proptest::prelude::*;

    const SIZE: [usize; 2] = [200, 150];

    /// A JPEG-like picture, chroma at half size; inside the polygons another noise.
    fn picture(polygons: &[FlatPolygon], inside: u64) -> Picture {
        let plane = |part: usize| {
            let (width, height) = (SIZE[0] / part, SIZE[1] / part);
            let mut plane = Plane::filled(width, height, 0);
            for y in 0..height {
                for x in 0..width {
                    let at = [(x as f64 + 0.5) / width as f64, (y as f64 + 0.5) / height as f64];
                    let hidden = polygons.iter().any(|mask| mask.covers(at, 0.0));
                    plane.row_mut(y)[x] = noise(x, y, if hidden { inside } else { 0 });
                }
            }
            plane
        };
        Picture { planes: vec![plane(1), plane(2), plane(2)], model: ColourModel::YCbCr }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn nothing_of_the_inside_comes_out(
            corners in proptest::collection::vec([0.0..1.0_f64, 0.0..1.0_f64], 3..12),
            more in proptest::collection::vec([0.0..1.0_f64, 0.0..1.0_f64], 3..12), seed in 1..1000_u64,
        ) {
            let polygons: Vec<_> =
                [corners, more].iter().filter_map(|corners| FlatPolygon::new(corners).ok()).collect();
            let (mut one, mut other) = (picture(&polygons, 0), picture(&polygons, seed));
            hide(&mut one, &polygons);
            hide(&mut other, &polygons);
            prop_assert!(one == other, "the pixels inside show in the result");
        }
    }

    #[test]
    fn what_lies_outside_of_the_margin_stays() {
        let mask = FlatPolygon::new(&[[0.3, 0.3], [0.7, 0.3], [0.6, 0.8]]).unwrap();
        let before = picture(std::slice::from_ref(&mask), 0);
        let mut after = before.clone();
        hide(&mut after, std::slice::from_ref(&mask));
        let wide = mask.scaled([200.0, 150.0]);
        let mut changed = 0;
        for y in 0..SIZE[1] {
            for x in 0..SIZE[0] {
                let at = [x as f64 + 0.5, y as f64 + 0.5];
                let same = before.planes[0].row(y)[x] == after.planes[0].row(y)[x];
                assert!(same || wide.covers(at, 4.0 + 1e-9), "column {x}, row {y}");
                changed += usize::from(!same);
            }
        }
        assert!(changed > 2000, "{changed}");
    }

    #[test]
    fn a_mask_takes_the_colours_around_it_and_a_wholly_hidden_photo_is_grey() {
        let mask = FlatPolygon::new(&[[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]]).unwrap();
        let mut picture =
            Picture { planes: vec![Plane::filled(80, 60, 150)], model: ColourModel::Grey };
        picture.planes[0].row_mut(30)[40] = 255;
        hide(&mut picture, &[mask]);
        assert!((i16::from(picture.planes[0].row(30)[40]) - 150).abs() <= CHECKER);
        let all = FlatPolygon::new(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]).unwrap();
        hide(&mut picture, &[all]);
        let neutral = i16::from(picture.neutral()[0]);
        for y in 0..60 {
            for value in picture.planes[0].row(y) {
                assert!((i16::from(*value) - neutral).abs() <= CHECKER);
            }
        }
    }

    /// A JPEG 800 × 600 as it lies in the file, with a magenta patch in its upper right corner.
    fn photo() -> Vec<u8> {
        let image = image::RgbImage::from_fn(800, 600, |x, y| {
            let patch = (600..760).contains(&x) && (40..160).contains(&y);
            if patch { image::Rgb([255, 0, 255]) } else { image::Rgb([90, 140, 80]) }
        });
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    fn magenta(jpeg: &SmallJpeg) -> usize {
        let picture = image::load_from_memory(&jpeg.0).unwrap().into_rgb8();
        let shows = |pixel: &&image::Rgb<u8>| {
            i32::from(pixel.0[0].min(pixel.0[2])) - i32::from(pixel.0[1]) > 40
        };
        picture.pixels().filter(shows).count()
    }

    #[test]
    fn corners_are_of_the_upright_photo_whatever_its_orientation() {
        // Where the middle of the patch lies once the photo is upright, by EXIF orientation (upright is 600 × 800 from 5 on).
        let (x, y) = (680.0 / 800.0, 100.0 / 600.0);
        let upright = [
            [x, y],
            [1.0 - x, y],
            [1.0 - x, 1.0 - y],
            [x, 1.0 - y],
            [y, x],
            [1.0 - y, x],
            [1.0 - y, 1.0 - x],
            [y, 1.0 - x],
        ];
        for (orientation, [x, y]) in (1..=8).zip(upright) {
            let around = |reach: f64| {
                let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]].map(|[u, v]| {
                    [(x + u * reach).clamp(0.0, 1.0), (y + v * reach).clamp(0.0, 1.0)]
                });
                Surface::Flat.whole(&corners)
            };
            let made = |masks| {
                let recipe = FlatRecipe::new(orientation, masks);
                masked_small(photo(), &recipe, &Limits::default()).unwrap()
            };
            assert!(magenta(&made(Vec::new())) > 5000);
            assert_eq!(magenta(&made(vec![around(0.13)])), 0, "orientation {orientation}");
        }
    }

    #[test]
    fn what_cannot_be_hidden_is_refused() {
        let limits = Limits::default();
        for recipe in [
            FlatRecipe::new(9, Vec::new()),
            FlatRecipe::new(1, vec![vec![[0, 0], [1, 1]]]),
            FlatRecipe::new(1, vec![vec![[0, 0], [100_001, 0], [0, 50_000]]]),
            FlatRecipe::new(1, vec![vec![[0, 0], [100_000, 0], [0, 50_000]]; 201]),
            FlatRecipe { version: 2, ..FlatRecipe::new(1, Vec::new()) },
        ] {
            let refused = masked_small(photo(), &recipe, &limits).unwrap_err();
            assert!(matches!(refused, ImagingError::BadRecipe { .. }), "{refused}");
        }
        assert!(
            masked_small(b"nothing".to_vec(), &FlatRecipe::new(1, Vec::new()), &limits).is_err()
        );
    }
}
