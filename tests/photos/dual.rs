//! Pictures of cameras with two fisheye lenses back to back, rendered with known lenses and poses.

use nalgebra::{Matrix3, Vector3};
use rayon::prelude::*;

use super::{Rgb, encoded, linear, look};
use kanfang::stitch::dice::Dice;

/// A camera with two lenses and how it takes a picture.
#[derive(Clone)]
pub struct TwoLenses {
    /// Columns and rows that each lens has of the picture.
    pub side: [usize; 2],
    /// One above the other instead of side by side.
    pub stacked: bool,
    /// Radius of each circle, pixels.
    pub radius: f64,
    /// Field of view across a circle, degrees.
    pub field: f64,
    /// Deviation from the equidistant lens: `r ∝ θ (1 + k₁θ² + k₂θ⁴ + k₃θ⁶)`.
    pub radial: [f64; 3],
    /// Where each axis meets the picture, pixels from the middle of the lens's part.
    pub decentre: [[f64; 2]; 2],
    /// Where the centre of each circle is beside its axis, pixels.
    pub askew: [[f64; 2]; 2],
    /// Camera to world, a lens each.
    pub rotations: [Matrix3<f64>; 2],
    /// Exposure of each lens, EV.
    pub ev: [f64; 2],
    /// Light lost at the rim, 0 to 1.
    pub vignette: f64,
    /// Light beyond the circles, 0 to 1: flare.
    pub flare: f64,
    /// Standard deviation of the noise in 8-bit levels.
    pub noise: f64,
    /// Seed of the noise.
    pub seed: u64,
    /// Half the width, height and depth in metres of the room that the sphere is painted on; far away if `None`.
    pub room: Option<[f64; 3]>,
    /// Distance of the lenses in metres.
    pub baseline: f64,
}

impl TwoLenses {
    fn distance(&self, theta: f64) -> f64 {
        let s = theta * theta;
        let [a, b, c] = self.radial;
        theta * (1.0 + s * (a + s * (b + s * c)))
    }

    /// Pixels per radian on the axis.
    pub fn focal(&self) -> f64 {
        self.radius / self.distance((self.field / 2.0).to_radians())
    }

    /// The angle off the axis at a distance from it in focal lengths.
    fn angle(&self, distance: f64) -> f64 {
        let (mut low, mut high) = (0.0, (self.field / 2.0).to_radians() * 1.1);
        for _ in 0..40 {
            let middle = f64::midpoint(low, high);
            if self.distance(middle) < distance { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    /// Where the ray of a lens meets the room, seen from between the lenses.
    fn through(&self, lens: usize, ray: Vector3<f64>) -> Vector3<f64> {
        let Some(room) = self.room else { return ray };
        let from = self.rotations[lens].column(2) * (self.baseline / 2.0);
        let reach = (0..3)
            .filter(|&k| ray[k].abs() > 1e-9)
            .map(|k| (room[k] * ray[k].signum() - from[k]) / ray[k])
            .fold(f64::INFINITY, f64::min);
        from + ray * reach
    }

    /// The picture.
    pub fn picture(&self, sphere: &Rgb) -> Rgb {
        let [w, h] = self.side;
        let (width, height) = if self.stacked { (w, 2 * h) } else { (2 * w, h) };
        let table: Vec<f64> = (0..256).map(|v| linear(f64::from(v) / 255.0)).collect();
        let focal = self.focal();
        // The angle by the distance in steps of 1/64 pixel: exact enough, and quick.
        let askew = self.askew.as_flattened().iter().fold(0.0_f64, |most, v| most.max(v.abs()));
        let last = ((self.radius + 2.0 * askew + 2.0) * 64.0) as usize + 2;
        let angles: Vec<f64> = (0..last).map(|i| self.angle(i as f64 / 64.0 / focal)).collect();
        let rows: Vec<Vec<u8>> = (0..height)
            .into_par_iter()
            .map(|y| {
                let mut dice = Dice(self.seed ^ (y as u64).wrapping_mul(0xA076_1D64_78BD_642F));
                let mut row = Vec::with_capacity(width * 3);
                for x in 0..width {
                    let lens = usize::from(if self.stacked { y >= h } else { x >= w });
                    let place = if self.stacked { [x, y - lens * h] } else { [x - lens * w, y] };
                    let from_middle: [f64; 2] = std::array::from_fn(|k| {
                        place[k] as f64 - (self.side[k] as f64 - 1.0) / 2.0 - self.decentre[lens][k]
                    });
                    let [x0, y0] = self.askew[lens];
                    let mut sum = [0.0; 3];
                    for (dx, dy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
                        let (u, v) = (from_middle[0] + dx, from_middle[1] + dy);
                        let (r, from_circle) = (u.hypot(v), (u - x0).hypot(v - y0));
                        if from_circle >= self.radius {
                            continue;
                        }
                        let at = r * 64.0;
                        let (low, part) = (at as usize, at.fract());
                        let theta = angles[low] * (1.0 - part) + angles[low + 1] * part;
                        let (sin, cos) = theta.sin_cos();
                        let across = if r > 1e-9 { sin / r } else { 1.0 / focal };
                        let ray = Vector3::new(u * across, -v * across, cos);
                        let seen = look(sphere, &self.through(lens, self.rotations[lens] * ray));
                        // The last hundredth of the radius is the shade of the barrel.
                        let shade = ((self.radius - from_circle) / (0.01 * self.radius)).min(1.0);
                        let light = shade * (1.0 - self.vignette * (r / self.radius).powi(4)) / 4.0;
                        for c in 0..3 {
                            let low = seen[c] as usize;
                            let part = seen[c] - low as f64;
                            let value =
                                table[low] * (1.0 - part) + table[(low + 1).min(255)] * part;
                            sum[c] += value * light;
                        }
                    }
                    let r = (from_middle[0] - x0).hypot(from_middle[1] - y0) / self.radius;
                    let halo = self.flare * (-12.0 * (r - 1.0).abs()).exp();
                    for value in sum {
                        let value = value * 2.0_f64.powf(self.ev[lens]) + halo * 0.25;
                        let noise = if self.noise > 0.0 { dice.normal() * self.noise } else { 0.0 };
                        let byte = encoded(value) * 255.0 + noise;
                        row.push(byte.round().clamp(0.0, 255.0) as u8);
                    }
                }
                row
            })
            .collect();
        Rgb { width, height, data: rows.concat() }
    }
}
