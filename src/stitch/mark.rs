//! A round mark over the place straight down, where no photo shows the floor: the court's own, or a plain one.
//!
//! It covers what was photographed only if somebody says how large it is to be. The report and the provenance map tell
//! what it covers: nobody shall take it for the floor.

use image::imageops::{FilterType, resize};
use image::{ImageReader, Rgba, RgbaImage};
use serde::{Deserialize, Serialize};

use super::compose::Panorama;
use super::error::StitchError;
use super::seams::NOBODY;

/// Most bytes of a mark's file.
pub const MOST_BYTES: usize = 256 << 10;
/// Longest and shortest side of a mark's picture, pixels.
pub const SIDES: [u32; 2] = [64, 2048];
/// How far a mark of stated size may reach from straight down, degrees.
pub const REACH: [f64; 2] = [2.0, 45.0];
/// A larger hole is not worth covering whole, a smaller one not seen; degrees from straight down.
const HOLE: [f64; 2] = [2.0, 30.0];

/// A mark and its size.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Premultiplied by opacity.
    picture: RgbaImage,
    /// How far it reaches from straight down, degrees; as far as no photo shows the floor all around if `None`.
    degrees: Option<f64>,
}

/// What a mark covers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Covered {
    /// How far it reaches from straight down, degrees.
    pub degrees: f64,
    /// Share of the sphere, 0 to 1, that it covers and no photo shows.
    pub unseen: f64,
    /// Share of the sphere, 0 to 1, that it covers though a photo shows it.
    pub photographed: f64,
}

fn setting(detail: String) -> StitchError {
    StitchError::Setting { detail }
}

impl Mark {
    /// A mark from a PNG: of its largest circle in the middle what is opaque is seen.
    pub fn read(png: &[u8], degrees: Option<f64>) -> Result<Self, StitchError> {
        if png.len() > MOST_BYTES {
            return Err(setting(format!("the mark has more than {} KiB", MOST_BYTES >> 10)));
        }
        let unreadable =
            |error: String| setting(format!("the mark is no PNG that can be read: {error}"));
        let open = || ImageReader::with_format(std::io::Cursor::new(png), image::ImageFormat::Png);
        let (width, height) =
            open().into_dimensions().map_err(|error| unreadable(error.to_string()))?;
        let [least, most] = SIDES;
        if width.min(height) < least || width.max(height) > most {
            let detail =
                format!("the mark is {width}×{height}; its sides must be {least} to {most} pixels");
            return Err(setting(detail));
        }
        let picture = open().decode().map_err(|error| unreadable(error.to_string()))?.into_rgba8();
        let side = width.min(height);
        let (left, top) = ((width - side) / 2, (height - side) / 2);
        let square = image::imageops::crop_imm(&picture, left, top, side, side).to_image();
        Self { picture: premultiplied(square), degrees: None }.reaching(degrees)
    }

    /// The plain mark: a house in a ring, on a dark disc.
    pub fn plain(degrees: Option<f64>) -> Result<Self, StitchError> {
        const SIDE: u32 = 512;
        let picture = RgbaImage::from_fn(SIDE, SIDE, |x, y| {
            // Mean of 4 × 4 places in the pixel.
            let places = (0..16).map(|i| {
                let at = |pixel: u32, i: u32| {
                    (f64::from(pixel) + (f64::from(i) + 0.5) / 4.0) / f64::from(SIDE) * 2.0 - 1.0
                };
                plain_at(at(x, i % 4), at(y, i / 4))
            });
            let sum = places.fold([0_u32; 4], |sum, [r, g, b]| {
                [sum[0] + u32::from(r), sum[1] + u32::from(g), sum[2] + u32::from(b), sum[3] + 255]
            });
            Rgba(sum.map(|sum| (sum / 16) as u8))
        });
        Self { picture, degrees: None }.reaching(degrees)
    }

    /// How far it was said to reach from straight down, degrees.
    pub fn degrees(&self) -> Option<f64> {
        self.degrees
    }

    fn reaching(self, degrees: Option<f64>) -> Result<Self, StitchError> {
        let [least, most] = REACH;
        if degrees.is_some_and(|degrees| !(least..=most).contains(&degrees)) {
            return Err(setting(format!(
                "a mark reaches {least} to {most} degrees from straight down"
            )));
        }
        Ok(Self { degrees, ..self })
    }
}

/// The plain mark's colour at a place, −1 to 1 to the right and down.
fn plain_at(x: f64, y: f64) -> [u8; 3] {
    const GROUND: [u8; 3] = [38, 52, 61];
    const LINE: [u8; 3] = [233, 237, 238];
    let distance = x.hypot(y);
    let ring = (0.86..0.91).contains(&distance);
    // Roof: both sides at 40° below the ridge; walls; a door.
    let under_roof = y + 0.52 - 0.8 * x.abs();
    let roof = (0.0..0.13).contains(&under_roof) && x.abs() < 0.62;
    let wall = under_roof > 0.2 && x.abs() < 0.42 && y < 0.46;
    let door = x.abs() < 0.12 && y > 0.06;
    if ring || roof || (wall && !door) { LINE } else { GROUND }
}

fn premultiplied(mut picture: RgbaImage) -> RgbaImage {
    for pixel in picture.pixels_mut() {
        let alpha = u32::from(pixel.0[3]);
        (0..3).for_each(|k| pixel.0[k] = ((u32::from(pixel.0[k]) * alpha + 127) / 255) as u8);
    }
    picture
}

/// Puts the mark over the place straight down of a whole panorama; `None` where photos show the floor and nobody asked for
/// it to be covered.
pub fn cover(panorama: &mut Panorama, mark: &Mark) -> Option<Covered> {
    let mut rgb = std::mem::take(&mut panorama.rgb);
    let covered = draw(&mut rgb, panorama.width, mark, &|x, y| panorama.source(x, y) != NOBODY);
    panorama.rgb = rgb;
    panorama.mark = covered.map(|covered| covered.degrees);
    covered
}

/// Draws the mark into a sphere of `width` columns, of which photos show what is `shown`.
fn draw(
    rgb: &mut [u8],
    width: usize,
    mark: &Mark,
    shown: &dyn Fn(usize, usize) -> bool,
) -> Option<Covered> {
    let height = width / 2;
    let step = 180.0 / height as f64;
    let angle = |y: usize| (height as f64 - y as f64 - 0.5) * step;
    let degrees = if let Some(degrees) = mark.degrees {
        degrees
    } else {
        let first = (0..height).rev().find(|y| (0..width).any(|x| shown(x, *y)));
        // Its soft edge stays within the hole.
        let hole = first.map_or(90.0, angle) - step;
        if hole < HOLE[0] {
            return None;
        }
        hole.min(HOLE[1])
    };
    // No finer than the panorama, or its lines would glitter.
    let across = (2.0 * degrees / step).ceil().max(8.0) as u32;
    let small = if mark.picture.width() > across {
        resize(&mark.picture, across, across, FilterType::Triangle)
    } else {
        mark.picture.clone()
    };
    let mut covered = Covered { degrees, unseen: 0.0, photographed: 0.0 };
    let whole = width as f64 * height as f64 * 2.0 / std::f64::consts::PI;
    for y in 0..height {
        let edge = ((degrees - angle(y)) / step + 0.5).clamp(0.0, 1.0) as f32;
        if edge == 0.0 {
            continue;
        }
        let weight = if edge >= 0.5 { angle(y).to_radians().sin() / whole } else { 0.0 };
        let radius = (angle(y) / degrees).min(1.0);
        for x in 0..width {
            let share = if shown(x, y) { &mut covered.photographed } else { &mut covered.unseen };
            *share += weight;
            // Ahead is the mark's upper edge.
            let yaw = ((x as f64 + 0.5) / width as f64 - 0.5) * std::f64::consts::TAU;
            let [red, green, blue, alpha] = at(&small, radius * yaw.sin(), -radius * yaw.cos());
            let below = &mut rgb[(y * width + x) * 3..][..3];
            for (below, colour) in below.iter_mut().zip([red, green, blue]) {
                let value = f32::from(*below) * (1.0 - edge * alpha / 255.0) + edge * colour;
                *below = value.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
    Some(covered)
}

/// Bilinear colour of the picture, premultiplied, at a place −1 to 1 to the right and down.
fn at(picture: &RgbaImage, x: f64, y: f64) -> [f32; 4] {
    let side = f64::from(picture.width());
    let last = side - 1.0;
    let place = |v: f64| ((v + 1.0) * 0.5 * side - 0.5).clamp(0.0, last);
    let (u, v) = (place(x), place(y));
    let (left, top) = (u.floor(), v.floor());
    let (fu, fv) = ((u - left) as f32, (v - top) as f32);
    let pixel =
        |x: f64, y: f64| picture.get_pixel(x.min(last) as u32, y.min(last) as u32).0.map(f32::from);
    let [a, b] = [pixel(left, top), pixel(left + 1.0, top)];
    let [c, d] = [pixel(left, top + 1.0), pixel(left + 1.0, top + 1.0)];
    std::array::from_fn(|k| {
        let upper = a[k] + fu * (b[k] - a[k]);
        upper + fv * (c[k] + fu * (d[k] - c[k]) - upper)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 720;

    /// The left half red, the right half blue, the corners clear.
    fn two_halves(degrees: Option<f64>) -> Mark {
        let picture = RgbaImage::from_fn(128, 128, |x, y| match (x, y) {
            (0..64, 0..128) => Rgba([220, 10, 10, 255]),
            _ => Rgba([10, 10, 220, 255]),
        });
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        Mark::read(png.get_ref(), degrees).unwrap()
    }

    /// A grey sphere of which photos show what is farther than 20° from straight down.
    fn drawn(mark: &Mark) -> (Vec<u8>, Option<Covered>) {
        let mut rgb = vec![120; WIDTH * WIDTH / 2 * 3];
        let covered = draw(&mut rgb, WIDTH, mark, &|_, y| y < WIDTH / 2 - 40);
        (rgb, covered)
    }

    fn colour(rgb: &[u8], yaw: usize, below: usize) -> [u8; 3] {
        let (x, y) = ((yaw + 180) % 360 * 2, (180 - below) * 2 - 1);
        [0, 1, 2].map(|k| rgb[3 * (y * WIDTH + x) + k])
    }

    #[test]
    fn it_fills_the_hole_and_no_more() {
        let (rgb, covered) = drawn(&two_halves(None));
        let covered = covered.unwrap();
        assert!((19.0..=20.0).contains(&covered.degrees), "{covered:?}");
        assert_eq!(covered.photographed, 0.0);
        let cap = (1.0 - covered.degrees.to_radians().cos()) / 2.0;
        assert!((covered.unseen - cap).abs() < 0.001, "{} {cap}", covered.unseen);
        // The picture's left is at the left of who looks ahead and down.
        assert_eq!(colour(&rgb, 270, 10), [220, 10, 10]);
        assert_eq!(colour(&rgb, 90, 10), [10, 10, 220]);
        // What is photographed stays, to the bit.
        assert!(rgb[..3 * WIDTH * (WIDTH / 2 - 40)].iter().all(|value| *value == 120));
    }

    #[test]
    fn photographed_floor_is_covered_only_if_a_size_is_stated() {
        let covered = drawn(&two_halves(Some(30.0))).1.unwrap();
        assert_eq!(covered.degrees, 30.0);
        assert!(covered.photographed > 0.03 && covered.unseen > 0.03, "{covered:?}");
        let mut rgb = vec![120; WIDTH * WIDTH / 2 * 3];
        assert_eq!(draw(&mut rgb, WIDTH, &two_halves(None), &|_, _| true), None);
        assert!(rgb.iter().all(|value| *value == 120));
    }

    #[test]
    fn its_edge_is_soft_and_its_clear_parts_show_the_floor() {
        let mut mark = Mark::plain(Some(20.25)).unwrap();
        let (rgb, _) = drawn(&mark);
        let edge: Vec<u8> = (19..22).map(|below| colour(&rgb, 0, below)[0]).collect();
        assert!(edge[0] == 38 && (39..120).contains(&edge[1]) && edge[2] == 120, "{edge:?}");
        mark.picture.pixels_mut().for_each(|pixel| *pixel = Rgba([0; 4]));
        assert!(drawn(&mark).0.iter().all(|value| *value == 120));
    }

    #[test]
    fn what_is_no_mark_is_refused() {
        assert!(Mark::plain(Some(80.0)).is_err() && Mark::plain(Some(f64::NAN)).is_err());
        assert!(Mark::read(b"no picture", None).is_err());
        assert!(Mark::read(&vec![0; MOST_BYTES + 1], None).is_err());
    }
}
