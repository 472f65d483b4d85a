//! A coarse guess made good to a fraction of a degree: the belt that both lenses see, as a whole, by its likeness.
//!
//! A belt of a few degrees is too narrow for patches until it is known where it lies; its length makes up for that.

use nalgebra::{Matrix3, Vector3};

use super::coarse::{CLEAR, Guess};
use super::fit::Pair;
use crate::stitch::attitude::{Attitude, angle_between, exponential};
use crate::stitch::grey::Grey;
use crate::stitch::links::Circle;

/// Columns around the belt.
const COLUMNS: usize = 300;
/// Rows of the belt on each side of its middle, and degrees between them.
const ROWS: (i32, f64) = (4, 1.0);
/// First and last step of the search, degrees.
const STEPS: (f64, f64) = (0.8, 0.04);
/// Degrees within which two results are the same.
const SAME: f64 = 0.8;
/// Degrees of field and of turn within which a guess leads to a result already found.
const NEAR: [f64; 2] = [12.0, 6.0];
/// What likeness a degree of tilt costs: cameras are built straight.
const STRAIGHT: f64 = 0.004;

/// Field of view (degrees across a circle) and turn of the second lens to the first.
#[derive(Clone, Debug)]
pub struct Aligned {
    field: f64,
    rotation: Matrix3<f64>,
    /// Likeness, to 1.
    pub likeness: f64,
}

impl Aligned {
    /// The guess with the best likeness near `guess`. `greys`: logarithms of the light; the circles are in
    /// pixels of them.
    pub fn of(greys: [&Grey; 2], circles: [Circle; 2], guess: &Guess) -> Self {
        let start = Pair::guessed(guess, circles).rotation;
        let turned =
            |p: [f64; 4]| exponential(&Vector3::new(p[1], p[2], p[3]).map(f64::to_radians)) * start;
        let score = |p: [f64; 4]| {
            likeness(greys, circles, guess.field + p[0], &turned(p)) - STRAIGHT * p[1].hypot(p[2])
        };
        let (mut place, mut step) = ([0.0; 4], STEPS.0);
        let mut best = score(place);
        while step > STEPS.1 {
            let before = best;
            for k in 0..4 {
                for sign in [1.0, -1.0] {
                    let mut next = place;
                    // The field's edge moves by half of what the field does.
                    next[k] += sign * step * if k == 0 { 2.0 } else { 1.0 };
                    let value = score(next);
                    if value > best {
                        (best, place) = (value, next);
                        break;
                    }
                }
            }
            if best <= before {
                step *= 0.5;
            }
        }
        Self { field: guess.field + place[0], rotation: turned(place), likeness: best }
    }

    /// Whether both are the same but for what the search leaves.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.field - other.field).abs() < SAME
            && angle_between(&self.rotation, &other.rotation) < SAME
    }

    /// Whether the search from `guess` would hardly end elsewhere.
    pub fn covers(&self, guess: &Guess) -> bool {
        let turn = Attitude { yaw: 180.0, pitch: 0.0, roll: guess.roll }.matrix();
        self.likeness > guess.score
            && (self.field - guess.field).abs() < NEAR[0]
            && angle_between(&self.rotation, &turn) < NEAR[1]
    }

    /// Equidistant lenses that stand so.
    pub fn pair(&self, circles: [Circle; 2]) -> Pair {
        let guess = Guess { field: self.field, roll: 0.0, score: self.likeness };
        Pair { rotation: self.rotation, ..Pair::guessed(&guess, circles) }
    }
}

/// Correlation of what both lenses see of the belt, without what changes slowly along it.
fn likeness(greys: [&Grey; 2], circles: [Circle; 2], field: f64, rotation: &Matrix3<f64>) -> f64 {
    let half = (field / 2.0).to_radians();
    let look = |side: usize, ray: &Vector3<f64>| {
        let (centre, radius) = circles[side];
        let across = (ray.x * ray.x + ray.y * ray.y).sqrt();
        let share = across.atan2(ray.z) / half;
        if share > CLEAR {
            return f32::NAN;
        }
        let far = radius * share / across.max(1e-9);
        let (x, y) = (centre[0] + far * ray.x, centre[1] - far * ray.y);
        greys[side].sample(x as f32, y as f32).unwrap_or(f32::NAN)
    };
    let (mut ab, mut aa, mut bb, mut count) = (0.0_f64, 0.0_f64, 0.0_f64, 0);
    for row in -ROWS.0..=ROWS.0 {
        let (rise, flat) = (f64::from(row) * ROWS.1).to_radians().sin_cos();
        let rays = (0..COLUMNS).map(|column| {
            let (sin, cos) = (column as f64 * std::f64::consts::TAU / COLUMNS as f64).sin_cos();
            Vector3::new(flat * cos, flat * sin, rise)
        });
        let seen: Vec<[f32; 2]> =
            rays.map(|ray| [look(0, &ray), look(1, &rotation.tr_mul(&ray))]).collect();
        for [a, b] in level(&seen) {
            let (a, b) = (f64::from(a), f64::from(b));
            ab += a * b;
            aa += a * a;
            bb += b * b;
            count += 1;
        }
    }
    // Little that agrees is worth less than much.
    let share = (count as f64 / COLUMNS as f64).min(2.0) / 2.0;
    if count < COLUMNS / 3 { -1.0 } else { share.sqrt() * ab / (aa * bb).sqrt().max(1e-9) }
}

/// Both rings where both are seen, less their means around each place.
fn level(seen: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let reach = COLUMNS / 14;
    let known = |at: usize| {
        let [a, b] = seen[at % COLUMNS];
        (a + b).is_finite().then_some([a, b])
    };
    let (mut sum, mut count) = ([0.0_f32; 2], 0.0_f32);
    let mut add = |at: usize, sign: f32, sum: &mut [f32; 2]| {
        if let Some([a, b]) = known(at) {
            *sum = [sum[0] + sign * a, sum[1] + sign * b];
            count += sign;
        }
        count
    };
    for at in 0..2 * reach {
        add(at + COLUMNS - reach, 1.0, &mut sum);
    }
    let mut out = Vec::with_capacity(COLUMNS);
    for at in 0..COLUMNS {
        let count = add(at + reach, 1.0, &mut sum);
        if let Some(here) = known(at) {
            out.push([0, 1].map(|k| (here[k] - sum[k] / count).clamp(-1.2, 1.2)));
        }
        add(at + COLUMNS - reach, -1.0, &mut sum);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an equidistant lens of `field` degrees shows of a drawn sphere, as logarithms.
    fn seen(rotation: &Matrix3<f64>, field: f64) -> Grey {
        let mut grey = Grey::filled(420, 420, f32::NAN);
        for y in 0..420 {
            for x in 0..420 {
                let (u, v) = (f64::from(x) - 209.5, 209.5 - f64::from(y));
                let theta = u.hypot(v) / 200.0 * (field / 2.0).to_radians();
                let (sin, cos) = theta.sin_cos();
                let around = v.atan2(u);
                let d = rotation * Vector3::new(sin * around.cos(), sin * around.sin(), cos);
                let light = (23.0 * d.x + 5.0 * d.y).sin()
                    + (19.0 * d.y - 7.0 * d.z).sin()
                    + (29.0 * d.z + 3.0 * d.x * d.y).cos()
                    + (47.0 * d.z + 31.0 * d.x).sin()
                    + (43.0 * d.z - 37.0 * d.y).sin();
                grey.data[y as usize * 420 + x as usize] = 0.2 * light as f32;
            }
        }
        grey
    }

    #[test]
    fn a_narrow_belt_tells_the_turn_as_a_whole() {
        for (field, tilt, roll) in [(191.0, 1.4, 1.0), (195.0, -1.8, -1.5), (206.0, 0.9, 2.0)] {
            let truth = Attitude { yaw: 180.0 + tilt, pitch: 0.7 * tilt, roll }.matrix();
            let greys = [seen(&Matrix3::identity(), field), seen(&truth, field)];
            let circles = [([209.5, 209.5], 200.0); 2];
            let guess = Guess { field: field + 0.9, roll: 0.0, score: 0.5 };
            let found = Aligned::of([&greys[0], &greys[1]], circles, &guess);
            let off = angle_between(&found.rotation, &truth);
            assert!(off < 0.3 && (found.field - field).abs() < 0.5, "{field}: {off} {found:?}");
            assert!(found.covers(&guess) && found.likeness > 0.9);
        }
    }
}
