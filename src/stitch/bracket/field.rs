//! How one exposure is moved against another: a smooth field of shifts.
//!
//! A small turn of a camera moves the picture of any lens (rectilinear or fisheye, distorted or not) by a smooth field;
//! its Taylor polynomial of up to the third degree is fitted to points found again. The degree must earn its place.

use nalgebra::{DMatrix, DVector, Matrix2};

/// Terms of the polynomial of the third degree in two variables.
const TERMS: usize = 10;
/// Residual (in standard deviations) beyond which a point's weight ebbs.
const SOFT: f64 = 3.0;

/// Where the pixels of one picture are in another of the same size.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    middle: [f64; 2],
    /// Pixels of the unit of the polynomial's variables.
    unit: f64,
    /// Pixels right and down, a term each.
    terms: [[f64; TERMS]; 2],
}

/// A point of the first picture and where the second shows it.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Column and row in the first picture.
    pub at: [f64; 2],
    /// Column and row in the second.
    pub seen: [f64; 2],
    /// Square root of the information matrix.
    pub whitening: Matrix2<f64>,
}

fn basis(u: f64, v: f64) -> [f64; TERMS] {
    [1.0, u, v, u * u, u * v, v * v, u * u * u, u * u * v, u * v * v, v * v * v]
}

impl Field {
    /// A shift of everything, for a picture of `size` pixels.
    pub fn shift(size: (usize, usize), by: [f64; 2]) -> Self {
        let middle = [(size.0 as f64 - 1.0) / 2.0, (size.1 as f64 - 1.0) / 2.0];
        let mut terms = [[0.0; TERMS]; 2];
        (terms[0][0], terms[1][0]) = (by[0], by[1]);
        Self { middle, unit: size.0.max(size.1) as f64 / 2.0, terms }
    }

    /// Where the second picture shows what is at a column and row of the first.
    pub fn moved(&self, at: [f64; 2]) -> [f64; 2] {
        let b = basis((at[0] - self.middle[0]) / self.unit, (at[1] - self.middle[1]) / self.unit);
        let sum = |terms: &[f64; TERMS]| b.iter().zip(terms).map(|(b, t)| b * t).sum::<f64>();
        [at[0] + sum(&self.terms[0]), at[1] + sum(&self.terms[1])]
    }

    /// The same field between pictures scaled by `factor`.
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            middle: self.middle.map(|c| (c + 0.5) * factor - 0.5),
            unit: self.unit * factor,
            terms: self.terms.map(|row| row.map(|t| t * factor)),
        }
    }

    /// The field of going first along this one and then along `next`, for a picture of `size` pixels.
    #[must_use]
    pub fn followed_by(&self, next: &Self, size: (usize, usize)) -> Self {
        let mut pairs = Vec::with_capacity(13 * 13);
        for y in 0..=12 {
            for x in 0..=12 {
                let at = [
                    (size.0 as f64 - 1.0) * f64::from(x) / 12.0,
                    (size.1 as f64 - 1.0) * f64::from(y) / 12.0,
                ];
                let seen = next.moved(self.moved(at));
                pairs.push(Pair { at, seen, whitening: Matrix2::identity() * 50.0 });
            }
        }
        // Polynomials of small bends: what the fit leaves over is far below a pixel.
        Self::fitted(size, &pairs, 3).map_or_else(|| self.clone(), |(field, _)| field)
    }

    /// The largest shift on a grid over the picture, pixels.
    pub fn largest(&self, size: (usize, usize)) -> f64 {
        let mut most = 0.0_f64;
        for y in 0..=6 {
            for x in 0..=8 {
                let at = [
                    (size.0 as f64 - 1.0) * f64::from(x) / 8.0,
                    (size.1 as f64 - 1.0) * f64::from(y) / 6.0,
                ];
                let to = self.moved(at);
                most = most.max((to[0] - at[0]).hypot(to[1] - at[1]));
            }
        }
        most
    }

    /// The field of the lowest degree (0 to `degree`, at most 3) that the pairs do not contradict, and the median
    /// distance of the pairs from it in pixels. `None` with fewer than six pairs.
    pub fn fitted(size: (usize, usize), pairs: &[Pair], degree: usize) -> Option<(Self, f64)> {
        if pairs.len() < 6 {
            return None;
        }
        let start = Self::shift(size, median_shift(pairs));
        let mut best: Option<(f64, Self)> = None;
        let mut field = start;
        for terms in [1, 3, 6, 10].into_iter().take(degree.min(3) + 1) {
            field = field.refined(pairs, terms)?;
            let cost = field.cost(pairs);
            // As BIC asks, with room for errors that go together.
            let price = 3.0 * (2 * terms) as f64 * (pairs.len() as f64).ln();
            if best.as_ref().is_none_or(|(least, _)| cost + price < *least) {
                best = Some((cost + price, field.clone()));
            }
        }
        let (_, field) = best?;
        let mut off: Vec<f64> = pairs.iter().map(|p| field.off(p).norm()).collect();
        off.sort_by(f64::total_cmp);
        let median = off[off.len() / 2];
        Some((field, median))
    }

    fn off(&self, pair: &Pair) -> nalgebra::Vector2<f64> {
        let to = self.moved(pair.at);
        nalgebra::Vector2::new(to[0] - pair.seen[0], to[1] - pair.seen[1])
    }

    /// Whether a pair fits to the field within `limit` standard deviations.
    pub fn fits(&self, pair: &Pair, limit: f64) -> bool {
        (pair.whitening * self.off(pair)).norm() < limit
    }

    /// Cauchy's cost of all pairs.
    fn cost(&self, pairs: &[Pair]) -> f64 {
        pairs
            .iter()
            .map(|p| {
                SOFT * SOFT * ((p.whitening * self.off(p)).norm_squared() / (SOFT * SOFT)).ln_1p()
            })
            .sum()
    }

    /// Reweighted least squares over the first `terms` terms.
    fn refined(&self, pairs: &[Pair], terms: usize) -> Option<Self> {
        let mut field = self.clone();
        for _ in 0..8 {
            let mut normal = DMatrix::<f64>::zeros(2 * terms, 2 * terms);
            let mut right = DVector::<f64>::zeros(2 * terms);
            for p in pairs {
                let off = field.off(p);
                let weight = 1.0 / (1.0 + (p.whitening * off).norm_squared() / (SOFT * SOFT));
                let information = p.whitening.tr_mul(&p.whitening) * weight;
                let pull = information * off;
                let b = basis(
                    (p.at[0] - field.middle[0]) / field.unit,
                    (p.at[1] - field.middle[1]) / field.unit,
                );
                for i in 0..terms {
                    for side in 0..2 {
                        right[2 * i + side] -= b[i] * pull[side];
                        for j in 0..terms {
                            for other in 0..2 {
                                normal[(2 * i + side, 2 * j + other)] +=
                                    b[i] * b[j] * information[(side, other)];
                            }
                        }
                    }
                }
            }
            for i in 0..terms {
                // Hands turn a camera by a few degrees: bends are small. Holds parts without points, too.
                let usual = field.unit * [0.1, 0.05, 0.004, 0.002][order(i)];
                for side in 0..2 {
                    normal[(2 * i + side, 2 * i + side)] += 1.0 / (usual * usual);
                    right[2 * i + side] -= field.terms[side][i] / (usual * usual);
                }
            }
            let step = normal.cholesky()?.solve(&right);
            for i in 0..terms {
                field.terms[0][i] += step[2 * i];
                field.terms[1][i] += step[2 * i + 1];
            }
            if step.amax() < 1e-4 {
                break;
            }
        }
        Some(field)
    }
}

/// Degree of a term.
fn order(term: usize) -> usize {
    match term {
        0 => 0,
        1 | 2 => 1,
        3..=5 => 2,
        _ => 3,
    }
}

fn median_shift(pairs: &[Pair]) -> [f64; 2] {
    [0, 1].map(|side| {
        let mut each: Vec<f64> = pairs.iter().map(|p| p.seen[side] - p.at[side]).collect();
        each.sort_by(f64::total_cmp);
        each[each.len() / 2]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Lens, Projection};
    use crate::stitch::attitude::exponential;
    use crate::stitch::dice::Dice;
    use nalgebra::Vector3;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_turn_of_any_lens_is_followed(fish: bool, x in -0.02..0.02_f64, y in -0.02..0.02_f64, z in -0.03..0.03_f64) {
            let size = (800, 600);
            let projection = if fish { Projection::Equidistant } else { Projection::Rectilinear };
            let lens = Lens { radial: [0.02, 0.0], ..Lens::centred(projection, 430.0, size.0, size.1) };
            let turn = exponential(&Vector3::new(x, y, z));
            let mut dice = Dice(7);
            let mut pairs = Vec::new();
            for k in 0..260 {
                let at = [dice.unit() * 799.0, dice.unit() * 599.0];
                let mut seen = lens.project(&(turn * lens.unproject(at).unwrap())).unwrap();
                if k % 8 == 0 {
                    seen = seen.map(|v| v + 30.0 * dice.normal());
                }
                pairs.push(Pair { at, seen, whitening: Matrix2::identity() / 0.1 });
            }
            let (field, median) = Field::fitted(size, &pairs, 3).unwrap();
            prop_assert!(median < 0.25, "{median}");
            for at in [[60.0, 50.0], [400.0, 300.0], [740.0, 90.0], [100.0, 560.0]] {
                let truth = lens.project(&(turn * lens.unproject(at).unwrap())).unwrap();
                let got = field.moved(at);
                prop_assert!((got[0] - truth[0]).hypot(got[1] - truth[1]) < 0.6, "{got:?} {truth:?}");
            }
        }
    }

    #[test]
    fn no_more_terms_than_the_points_ask_for() {
        let mut dice = Dice(2);
        let pairs: Vec<Pair> = (0..100)
            .map(|_| {
                let at = [dice.unit() * 799.0, dice.unit() * 599.0];
                let seen = [at[0] + 4.0 + 0.1 * dice.normal(), at[1] - 2.0 + 0.1 * dice.normal()];
                Pair { at, seen, whitening: Matrix2::identity() / 0.1 }
            })
            .collect();
        let (field, _) = Field::fitted((800, 600), &pairs, 3).unwrap();
        assert!(field.terms[0][1..].iter().all(|t| *t == 0.0));
        assert!((field.terms[0][0] - 4.0).abs() < 0.05);
    }
}
