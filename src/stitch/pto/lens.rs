//! Hugin's lens and ours.
//!
//! Hugin: `r_src = (a q³ + b q² + c q + 1 − a − b − c) r`, `q = r / R`, `r = f ρ` the radius of the ideal lens in pixels
//! and `R` half of the shorter side (H. Dersch's Panorama Tools). Ours: `F ρ (1 + k₁ρ² + k₂ρ⁴)`. Where only `b` is used
//! both say the same; else one is fitted to the other over the picture.

use nalgebra::{DMatrix, DVector};

use crate::geometry::{Lens, Projection};

/// A lens as Hugin states it, of the stored picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HuginLens {
    /// Rectilinear (`f0`) or fisheye (`f2`, `f3`).
    pub projection: Projection,
    /// Columns and rows.
    pub size: (usize, usize),
    /// Horizontal field of view `v`, degrees, without the distortion.
    pub hfov: f64,
    /// `a`, `b`, `c`.
    pub distortion: [f64; 3],
    /// `d`, `e`: the axis right of and below the middle, pixels.
    pub shift: [f64; 2],
}

/// Radii at which one lens is fitted to the other.
const SAMPLES: usize = 64;

impl HuginLens {
    fn focal(&self) -> f64 {
        Lens::focal_for(self.projection, self.hfov, self.size.0 as f64)
    }

    fn unit(&self) -> f64 {
        self.size.0.min(self.size.1) as f64 / 2.0
    }

    /// Distorted radius in pixels for an ideal radius.
    fn radius(&self, rho: f64) -> f64 {
        let [a, b, c] = self.distortion;
        let r = self.focal() * rho;
        let q = r / self.unit();
        r * (1.0 - a - b - c + q * (c + q * (b + q * a)))
    }

    /// The axis, pixel centres whole.
    fn centre(&self) -> [f64; 2] {
        let (w, h) = (self.size.0 as f64, self.size.1 as f64);
        [(w - 1.0) / 2.0 + self.shift[0], (h - 1.0) / 2.0 + self.shift[1]]
    }

    /// Our lens for it, and by how many pixels they differ at most within the picture.
    pub fn ours(&self) -> (Lens, f64) {
        let focal = self.focal();
        let corner = (self.size.0 as f64).hypot(self.size.1 as f64) / 2.0;
        let mut most = corner / focal;
        if self.projection == Projection::Equidistant {
            most = most.min(std::f64::consts::PI);
        }
        let powers: &[i32] = if self.distortion == [0.0; 3] {
            &[1]
        } else if self.distortion[0] == 0.0 && self.distortion[2] == 0.0 {
            &[1, 3]
        } else {
            &[1, 3, 5]
        };
        let (found, off) = fitted(powers, most, &|rho| self.radius(rho));
        let scale = found.first().copied().filter(|f| *f > 0.0).unwrap_or(focal);
        let radial = [1, 2].map(|k| found.get(k).map_or(0.0, |v| v / scale));
        (Lens { projection: self.projection, focal: scale, centre: self.centre(), radial }, off)
    }

    /// Hugin's lens for ours, and by how many pixels they differ at most within the picture.
    pub fn of(lens: &Lens, size: (usize, usize)) -> (Self, f64) {
        let middle = [(size.0 as f64 - 1.0) / 2.0, (size.1 as f64 - 1.0) / 2.0];
        let shift = [lens.centre[0] - middle[0], lens.centre[1] - middle[1]];
        let corner = (size.0 as f64).hypot(size.1 as f64) / 2.0;
        let most = (corner / lens.focal).min(lens.largest_radius());
        let [k1, k2] = lens.radial;
        let powers: &[i32] = match (k1 == 0.0, k2 == 0.0) {
            (true, true) => &[1],
            (false, true) => &[1, 3],
            _ => &[1, 2, 3, 4],
        };
        let ours = |rho: f64| {
            let s = rho * rho;
            lens.focal * rho * (1.0 + s * (k1 + s * k2))
        };
        let (found, off) = fitted(powers, most, &ours);
        let power = |p: i32| powers.iter().position(|q| *q == p).map_or(0.0, |k| found[k]);
        let unit = size.0.min(size.1) as f64 / 2.0;
        let abc = |f: f64| {
            [
                power(4) * unit.powi(3) / f.powi(4),
                power(3) * unit.powi(2) / f.powi(3),
                power(2) * unit / f.powi(2),
            ]
        };
        // f (1 − a − b − c) is the first coefficient.
        let mut focal = power(1);
        for _ in 0..200 {
            let sum: f64 = abc(focal).iter().sum();
            let next = f64::midpoint(focal, power(1) / (1.0 - sum).max(0.2));
            if (next - focal).abs() < 1e-13 * focal {
                break;
            }
            focal = next;
        }
        let ideal = Lens { focal, ..*lens };
        let hfov = ideal.hfov(size.0 as f64);
        (Self { projection: lens.projection, size, hfov, distortion: abc(focal), shift }, off)
    }
}

/// Least squares of `Σ cᵢ ρ^powerᵢ` on a function up to `most`, weighted by area; the largest difference.
fn fitted(powers: &[i32], most: f64, function: &dyn Fn(f64) -> f64) -> (Vec<f64>, f64) {
    let n = powers.len();
    let mut normal = DMatrix::<f64>::zeros(n, n);
    let mut right = DVector::<f64>::zeros(n);
    let radii: Vec<f64> = (1..=SAMPLES).map(|k| k as f64 / SAMPLES as f64).collect();
    for t in &radii {
        let value = function(t * most);
        for i in 0..n {
            right[i] += t * t.powi(powers[i]) * value;
            for j in 0..n {
                normal[(i, j)] += t * t.powi(powers[i] + powers[j]);
            }
        }
    }
    let Some(found) = normal.cholesky().map(|factor| factor.solve(&right)) else {
        return (vec![function(most) / most], f64::INFINITY);
    };
    let at = |t: f64| (0..n).map(|i| found[i] * t.powi(powers[i])).sum::<f64>();
    let off = radii.iter().map(|t| (at(*t) - function(t * most)).abs()).fold(0.0, f64::max);
    ((0..n).map(|i| found[i] / most.powi(powers[i])).collect(), off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_lens_comes_back(fish: bool, focal in 500.0..2000.0_f64, k1 in -0.08..0.08_f64, dx in -20.0..20.0_f64) {
            let projection = if fish { Projection::Equidistant } else { Projection::Rectilinear };
            let mut lens = Lens { radial: [k1, 0.0], ..Lens::centred(projection, focal, 1600, 1200) };
            lens.centre[0] += dx;
            let (hugin, off) = HuginLens::of(&lens, (1600, 1200));
            prop_assert!(off < 1e-6);
            let (back, off) = hugin.ours();
            prop_assert!(off < 1e-6);
            prop_assert!((back.focal / focal - 1.0).abs() < 1e-9 && (back.radial[0] - k1).abs() < 1e-9);
            prop_assert!((back.centre[0] - lens.centre[0]).abs() < 1e-9);
        }

        #[test]
        fn usual_distortions_are_followed(a in -0.02..0.02_f64, b in -0.05..0.05_f64, c in -0.02..0.02_f64) {
            let hugin = HuginLens {
                projection: Projection::Rectilinear, size: (1600, 1200), hfov: 70.0,
                distortion: [a, b, c], shift: [0.0; 2],
            };
            let (lens, off) = hugin.ours();
            // 0.05° at this focal length.
            prop_assert!(off < 1.0, "{off}");
            let (again, _) = HuginLens::of(&lens, (1600, 1200));
            for rho in [0.1, 0.4, 0.7] {
                prop_assert!((again.radius(rho) - hugin.radius(rho)).abs() < 2.0);
            }
        }
    }
}
