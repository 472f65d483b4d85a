//! Ground truth for the stitcher: photos with known poses, rendered from an equirectangular picture.
//!
//! Exposure, vignetting and noise act in linear light, as they do in a camera; the result is sRGB bytes.

#[allow(dead_code)] // not every user renders every kind
pub mod dual;
#[allow(dead_code)] // nor sees rooms from beside their middle
pub mod room;

use nalgebra::{Matrix3, Vector3};
use rayon::prelude::*;

use kanfang::geometry::{Direction, Equirect, Lens};
use kanfang::stitch::attitude::Attitude;
use kanfang::stitch::dice::Dice;

/// An 8-bit sRGB picture, three bytes a pixel.
#[derive(Clone)]
pub struct Rgb {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `3 × width × height` bytes.
    pub data: Vec<u8>,
}

impl Rgb {
    #[allow(dead_code)] // not every test draws fisheyes
    /// Darkens what lies beyond a circle, as the barrel of a fisheye does; pixels.
    pub fn darken_beyond(&mut self, centre: [f64; 2], radius: f64) {
        let width = self.width;
        for (k, pixel) in self.data.chunks_exact_mut(3).enumerate() {
            let (x, y) = ((k % width) as f64, (k / width) as f64);
            let part = (radius - (x - centre[0]).hypot(y - centre[1]) + 0.5).clamp(0.0, 1.0);
            pixel.iter_mut().for_each(|v| *v = (f64::from(*v) * part + 4.0 * (1.0 - part)) as u8);
        }
    }

    /// As a JPEG of quality 1 to 100, chroma halved.
    pub fn jpeg(&self, quality: i32) -> turbojpeg::Result<Vec<u8>> {
        let image = turbojpeg::Image {
            pixels: self.data.as_slice(),
            width: self.width,
            pitch: 3 * self.width,
            height: self.height,
            format: turbojpeg::PixelFormat::RGB,
        };
        Ok(turbojpeg::compress(image, quality, turbojpeg::Subsamp::Sub2x2)?.to_vec())
    }
}

/// How a photo is taken.
#[derive(Clone, Copy)]
pub struct Shot {
    /// Where the camera looks.
    pub attitude: Attitude,
    /// Exposure step in EV.
    pub ev: f64,
    /// Light lost in the corner, 0 to 1.
    pub vignette: f64,
    /// Standard deviation of the noise in 8-bit levels.
    pub noise: f64,
    /// Seed of the noise.
    pub seed: u64,
}

fn linear(v: f64) -> f64 {
    if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn encoded(l: f64) -> f64 {
    if l <= 0.003_130_8 { l * 12.92 } else { 1.055 * l.powf(1.0 / 2.4) - 0.055 }
}

/// Bilinear value of a sphere in a direction, 0 to 255.
pub fn look(sphere: &Rgb, d: &Vector3<f64>) -> [f64; 3] {
    let area = Equirect { width: sphere.width as u32, height: sphere.height as u32 };
    let (u, v) = area.position(Direction { x: d.x, y: d.y, z: d.z });
    let (w, h) = (sphere.width as i64, sphere.height as i64);
    let (left, top) = (u.floor(), v.floor());
    let (fx, fy) = (u - left, v - top);
    let at = |x: i64, y: i64| {
        let y = y.clamp(0, h - 1) as usize;
        let x = x.rem_euclid(w) as usize;
        let at = (y * sphere.width + x) * 3;
        [0, 1, 2].map(|c| f64::from(sphere.data[at + c]))
    };
    let (x, y) = (left as i64, top as i64);
    let (a, b, c, d) = (at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1));
    std::array::from_fn(|k| {
        (a[k] * (1.0 - fx) + b[k] * fx) * (1.0 - fy) + (c[k] * (1.0 - fx) + d[k] * fx) * fy
    })
}

#[allow(dead_code)] // the benchmark takes photos from beside the middle
/// A photo of `sphere`, `width` × `height`, four rays a pixel.
pub fn photo(sphere: &Rgb, lens: &Lens, width: usize, height: usize, shot: &Shot) -> Rgb {
    photo_through(sphere, lens, (width, height), shot, &|ray| *ray)
}

/// A photo each of whose rays meets what the sphere shows in the direction that `seen` says.
pub fn photo_through(
    sphere: &Rgb,
    lens: &Lens,
    (width, height): (usize, usize),
    shot: &Shot,
    seen: &(dyn Fn(&Vector3<f64>) -> Vector3<f64> + Sync),
) -> Rgb {
    let matrix = shot.attitude.matrix();
    let gain = 2.0_f64.powf(shot.ev);
    let table: Vec<f64> = (0..256).map(|v| linear(v as f64 / 255.0)).collect();
    let corner = (width as f64).hypot(height as f64) / 2.0;
    let rows: Vec<Vec<u8>> = (0..height)
        .into_par_iter()
        .map(|y| {
            let mut dice = Dice(shot.seed ^ (y as u64).wrapping_mul(0xA076_1D64_78BD_642F));
            let mut row = Vec::with_capacity(width * 3);
            for x in 0..width {
                let mut sum = [0.0; 3];
                for (dx, dy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
                    if let Some(ray) = lens.unproject([x as f64 + dx, y as f64 + dy]) {
                        let seen = look(sphere, &seen(&(matrix * ray)));
                        for c in 0..3 {
                            let low = seen[c] as usize;
                            let part = seen[c] - low as f64;
                            sum[c] += table[low] * (1.0 - part) + table[(low + 1).min(255)] * part;
                        }
                    }
                }
                let r = (x as f64 - lens.centre[0]).hypot(y as f64 - lens.centre[1]) / corner;
                let factor = gain * (1.0 - shot.vignette * r * r) / 4.0;
                for value in sum {
                    let noise = if shot.noise > 0.0 { dice.normal() * shot.noise } else { 0.0 };
                    row.push(
                        (encoded(value * factor) * 255.0 + noise).round().clamp(0.0, 255.0) as u8
                    );
                }
            }
            row
        })
        .collect();
    Rgb { width, height, data: rows.concat() }
}

#[allow(dead_code)] // only the benchmark compares with the truth
/// `sphere` seen from a frame turned by `turn` (its frame to the sphere's), `width` × `width / 2`.
pub fn turned(sphere: &Rgb, turn: &Matrix3<f64>, width: usize) -> Rgb {
    let height = width / 2;
    let area = Equirect { width: width as u32, height: height as u32 };
    let rows: Vec<Vec<u8>> = (0..height)
        .into_par_iter()
        .map(|y| {
            let mut row = Vec::with_capacity(width * 3);
            for x in 0..width {
                let mut sum = [0.0; 3];
                for (dx, dy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
                    let d = area.direction(x as f64 + dx, y as f64 + dy);
                    let seen = look(sphere, &(turn * Vector3::new(d.x, d.y, d.z)));
                    (0..3).for_each(|c| sum[c] += seen[c]);
                }
                row.extend(sum.map(|v| (v / 4.0).round() as u8));
            }
            row
        })
        .collect();
    Rgb { width, height, data: rows.concat() }
}

#[allow(dead_code)] // only the tests draw one
/// A sphere drawn from noise and boxes, for tests without files: full of corners of many sizes.
pub fn drawn_sphere(width: usize, seed: u64) -> Rgb {
    let height = width / 2;
    let mut data = vec![0_u8; width * height * 3];
    let mut dice = Dice(seed);
    for (at, pixel) in data.chunks_exact_mut(3).enumerate() {
        let shade = 120.0 + 60.0 * ((at / width) as f64 / height as f64);
        pixel.copy_from_slice(&[shade as u8, shade as u8, (shade * 0.9) as u8]);
    }
    for _ in 0..1500 {
        let (cx, cy) = (dice.unit() * width as f64, dice.unit() * height as f64);
        let size = 2.0 + dice.unit() * dice.unit() * width as f64 / 20.0;
        let tall = size * (0.4 + dice.unit());
        // Wider towards the poles, so that shapes look alike everywhere.
        let wide = size / ((cy / height as f64) * std::f64::consts::PI).sin().max(0.15);
        let colour = [dice.bits() as u8, dice.bits() as u8, dice.bits() as u8];
        for y in (cy - tall / 2.0).max(0.0) as usize..((cy + tall / 2.0) as usize).min(height) {
            for x in (cx - wide / 2.0) as i64..(cx + wide / 2.0) as i64 {
                let at = (y * width + x.rem_euclid(width as i64) as usize) * 3;
                data[at..at + 3].copy_from_slice(&colour);
            }
        }
    }
    Rgb { width, height, data }
}
