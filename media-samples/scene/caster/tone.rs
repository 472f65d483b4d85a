//! From light to the picture that a camera would write: the local tone and the film curve of `scene/develop.py`.

use crate::texture::Encoder;
use crate::vector::{V, grey, mix, scale};

const LOCAL: f32 = 0.3;
const SATURATION: f32 = 0.97;

/// Lifts shadows and holds back windows by smooth regions: a guided filter on the logarithm of brightness.
pub struct Gain {
    width: usize,
    height: usize,
    slope: Vec<f32>,
    offset: Vec<f32>,
}

/// Three box blurs; wraps round in x where the picture does.
fn blur(field: &[f32], width: usize, height: usize, radius: usize, around: bool) -> Vec<f32> {
    let mut field = field.to_vec();
    let r = radius as isize;
    for _ in 0..3 {
        let mut across = vec![0.0; field.len()];
        for y in 0..height {
            for x in 0..width as isize {
                let sum: f32 = (x - r..=x + r)
                    .map(|k| {
                        let column = if around {
                            k.rem_euclid(width as isize)
                        } else {
                            k.clamp(0, width as isize - 1)
                        };
                        field[y * width + column as usize]
                    })
                    .sum();
                across[y * width + x as usize] = sum / (2 * radius + 1) as f32;
            }
        }
        for y in 0..height as isize {
            for x in 0..width {
                let sum: f32 = (y - r..=y + r)
                    .map(|k| across[k.clamp(0, height as isize - 1) as usize * width + x])
                    .sum();
                field[y as usize * width + x] = sum / (2 * radius + 1) as f32;
            }
        }
    }
    field
}

fn log_grey(light: V) -> f32 {
    grey(light).clamp(1e-4, 64.0).log2()
}

impl Gain {
    /// From a small picture of light after exposure; `radius` in its pixels.
    pub fn new(light: &[V], width: usize, height: usize, radius: usize, around: bool) -> Self {
        let log: Vec<f32> = light.iter().map(|&c| log_grey(c)).collect();
        let squares: Vec<f32> = log.iter().map(|l| l * l).collect();
        let (mean, square) = (
            blur(&log, width, height, radius, around),
            blur(&squares, width, height, radius, around),
        );
        let slope: Vec<f32> = mean
            .iter()
            .zip(&square)
            .map(|(m, s)| {
                let v = (s - m * m).max(0.0);
                v / (v + 0.35)
            })
            .collect();
        let offset: Vec<f32> = mean.iter().zip(&slope).map(|(m, a)| m * (1.0 - a)).collect();
        let (slope, offset) = (
            blur(&slope, width, height, radius, around),
            blur(&offset, width, height, radius, around),
        );
        Self { width, height, slope, offset }
    }

    /// Slope and offset at a place of the picture, 0..1 across and down.
    pub fn at(&self, u: f32, v: f32) -> (f32, f32) {
        let (x, y) = (
            (u * self.width as f32 - 0.5).clamp(0.0, (self.width - 1) as f32),
            (v * self.height as f32 - 0.5).clamp(0.0, (self.height - 1) as f32),
        );
        let (left, top) = (x as usize, y as usize);
        let (right, low) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (fx, fy) = (x - left as f32, y - top as f32);
        let read = |f: &[f32]| {
            let row =
                |y: usize| f[y * self.width + left] * (1.0 - fx) + f[y * self.width + right] * fx;
            row(top) * (1.0 - fy) + row(low) * fy
        };
        (read(&self.slope), read(&self.offset))
    }
}

fn film(x: f32) -> f32 {
    let x = x * 0.62;
    ((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)).clamp(0.0, 1.0)
}

/// Light after exposure as sRGB 0..1, with the local gain of its place.
pub fn develop(light: V, (slope, offset): (f32, f32), encoder: &Encoder) -> V {
    let base = slope * log_grey(light) + offset;
    let shift = ((0.26f32.log2() - base) * LOCAL).clamp(-2.6, 1.6);
    let light = scale(light, shift.exp2());
    let level = [grey(light); 3];
    let light = mix(level, light, SATURATION).map(|c| c.max(0.0));
    let level = [grey(light); 3];
    let peak = light[0].max(light[1]).max(light[2]);
    // Bright colours drift to white as they do on a sensor that clips softly.
    let fade = ((peak - 1.5) / 8.0).clamp(0.0, 0.7);
    mix(light, level, fade).map(|c| encoder.read(film(c)))
}
