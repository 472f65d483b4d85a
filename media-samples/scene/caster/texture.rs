//! Pictures on surfaces: 8 bits of sRGB with smaller copies for distance, and maps of light in floats.

use crate::vector::{V, mix};

/// sRGB bytes as linear light.
pub struct Decoder([f32; 256]);

impl Decoder {
    pub fn new() -> Self {
        Self(std::array::from_fn(|k| linear(k as f32 / 255.0)))
    }
}

fn linear(c: f32) -> f32 {
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// Linear light 0..1 as sRGB 0..1.
pub fn srgb(c: f32) -> f32 {
    if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 }
}

/// [`srgb`] of many values, from a table.
pub struct Encoder(Vec<f32>);

impl Encoder {
    const STEPS: f32 = 4096.0;

    pub fn new() -> Self {
        // By the square root, so that the dark end is fine.
        Self(
            (0..=Self::STEPS as usize + 1)
                .map(|k| srgb((k as f32 / Self::STEPS).powi(2)))
                .collect(),
        )
    }

    /// sRGB of a value in 0..1.
    pub fn read(&self, c: f32) -> f32 {
        let place = c.sqrt() * Self::STEPS;
        let k = place as usize;
        self.0[k] + (self.0[k + 1] - self.0[k]) * (place - k as f32)
    }
}

struct Level {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

/// A picture and its copies at half, a quarter … of the size. The first row is the top; v grows upwards.
pub struct Picture {
    levels: Vec<Level>,
    repeats: bool,
}

impl Picture {
    pub fn new(
        width: usize,
        height: usize,
        pixels: Vec<[u8; 3]>,
        repeats: bool,
        decoder: &Decoder,
    ) -> Self {
        let encode: Vec<u8> =
            (0..=4096).map(|k| (srgb(k as f32 / 4096.0) * 255.0 + 0.5) as u8).collect();
        let mut levels = vec![Level { width, height, pixels }];
        loop {
            let last = &levels[levels.len() - 1];
            if last.width <= 4 || last.height <= 4 {
                return Self { levels, repeats };
            }
            let (width, height) = (last.width / 2, last.height / 2);
            let mut pixels = Vec::with_capacity(width * height);
            for y in 0..height {
                for x in 0..width {
                    let four = [(0, 0), (1, 0), (0, 1), (1, 1)];
                    pixels.push(std::array::from_fn(|c| {
                        let sum: f32 = four
                            .iter()
                            .map(|(dx, dy)| {
                                decoder.0[last.pixels[(2 * y + dy) * last.width + 2 * x + dx][c]
                                    as usize]
                            })
                            .sum();
                        encode[(sum * 1024.0 + 0.5) as usize]
                    }));
                }
            }
            levels.push(Level { width, height, pixels });
        }
    }

    fn bilinear(&self, level: &Level, u: f32, v: f32, decoder: &Decoder) -> V {
        let (w, h) = (level.width as isize, level.height as isize);
        let (x, y) = (u * w as f32 - 0.5, (1.0 - v) * h as f32 - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (x - left, y - top);
        let place = |k: isize, count: isize| {
            if self.repeats { k.rem_euclid(count) as usize } else { k.clamp(0, count - 1) as usize }
        };
        let (x0, x1) = (place(left as isize, w), place(left as isize + 1, w));
        let (y0, y1) = (place(top as isize, h), place(top as isize + 1, h));
        let read =
            |x: usize, y: usize| level.pixels[y * level.width + x].map(|c| decoder.0[c as usize]);
        mix(mix(read(x0, y0), read(x1, y0), fx), mix(read(x0, y1), read(x1, y1), fx), fy)
    }

    /// Linear light at (u, v) where `span` of the unit square falls on a pixel.
    pub fn read(&self, u: f32, v: f32, span: f32, decoder: &Decoder) -> V {
        let texels =
            (span * ((self.levels[0].width * self.levels[0].height) as f32).sqrt()).max(1e-6);
        let lod = texels.log2().clamp(0.0, (self.levels.len() - 1) as f32);
        let low = lod as usize;
        let near = self.bilinear(&self.levels[low], u, v, decoder);
        let share = lod - low as f32;
        if share < 0.02 || low + 1 >= self.levels.len() {
            return near;
        }
        mix(near, self.bilinear(&self.levels[low + 1], u, v, decoder), share)
    }
}

/// Light in floats.
pub struct Map {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<V>,
}

impl Map {
    /// Bilinear at a column and row; texel centres are at halves.
    pub fn read(&self, x: f32, y: f32) -> V {
        let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
        let (left, top) = ((x as usize).min(self.width - 1), (y as usize).min(self.height - 1));
        let (right, low) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (fx, fy) = (x - left as f32, y - top as f32);
        let read = |x: usize, y: usize| self.pixels[y * self.width + x];
        mix(
            mix(read(left, top), read(right, top), fx),
            mix(read(left, low), read(right, low), fx),
            fy,
        )
    }

    /// As an equirectangular picture, first row up, north in the middle.
    pub fn around(&self, way: V) -> V {
        let u = way[0].atan2(way[1]) / std::f32::consts::TAU + 0.5;
        let v = 0.5 - way[2].clamp(-1.0, 1.0).asin() / std::f32::consts::PI;
        let (x, y) = (u * self.width as f32 - 0.5, v * self.height as f32 - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (x - left, y - top);
        let column = |k: f32| (k as isize).rem_euclid(self.width as isize) as usize;
        let row = |k: f32| (k as isize).clamp(0, self.height as isize - 1) as usize;
        let read = |x: usize, y: usize| self.pixels[y * self.width + x];
        let (x0, x1, y0, y1) = (column(left), column(left + 1.0), row(top), row(top + 1.0));
        mix(mix(read(x0, y0), read(x1, y0), fx), mix(read(x0, y1), read(x1, y1), fx), fy)
    }

    /// As a square on which an octahedron is unfolded (Engelhardt and Dachsbacher 2008).
    pub fn octahedron(&self, way: V) -> V {
        let k = 1.0 / (way[0].abs() + way[1].abs() + way[2].abs());
        let (mut x, mut y) = (way[0] * k, way[1] * k);
        if way[2] < 0.0 {
            (x, y) = ((1.0 - y.abs()).copysign(x), (1.0 - x.abs()).copysign(y));
        }
        self.read((x * 0.5 + 0.5) * self.width as f32, (y * 0.5 + 0.5) * self.height as f32)
    }

    /// The direction of the middle of a pixel of such a square.
    pub fn octahedron_way(column: usize, row: usize, size: usize) -> V {
        let place = |k: usize| (k as f32 + 0.5) / size as f32 * 2.0 - 1.0;
        let (x, y) = (place(column), place(row));
        let z = 1.0 - x.abs() - y.abs();
        if z >= 0.0 {
            [x, y, z]
        } else {
            [(1.0 - y.abs()).copysign(x), (1.0 - x.abs()).copysign(y), z]
        }
    }
}
