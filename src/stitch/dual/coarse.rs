//! The field of view of two lenses and how one is rolled against the other: by the likeness of what both see at right
//! angles to their axes.

use crate::stitch::grey::Grey;
use crate::stitch::links::Circle;

/// Fields of view that are tried, degrees across a circle.
const FIELDS: (f64, f64, f64) = (181.0, 241.0, 1.5);
/// Columns around the axis.
const COLUMNS: usize = 240;
/// Columns between the rolls that are tried.
const STEP: usize = 2;
/// Rows on each side of the plane between the lenses, a degree each.
const ROWS: i32 = 4;
/// What lies nearer to the rim, as a share of the radius, is dark and blurred.
pub const CLEAR: f64 = 0.985;

/// A field of view and a roll that may be right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// Degrees across a circle.
    pub field: f64,
    /// Roll of the second lens, turned by 180° about the first one's y axis, degrees.
    pub roll: f64,
    /// Likeness, to 1.
    pub score: f64,
}

/// The best guesses, best first; the circles are in pixels of `greys`.
pub fn guesses(greys: [&Grey; 2], circles: [Circle; 2], most: usize) -> Vec<Guess> {
    let mut all: Vec<Guess> = Vec::new();
    let mut field = FIELDS.0;
    while field <= FIELDS.1 {
        let rows: Vec<[Vec<f32>; 2]> = (-ROWS..=ROWS)
            .filter(|row| 90.0 + f64::from(row.abs()) <= CLEAR * field / 2.0)
            .map(|row| {
                let seen = |side: usize, theta: f64| {
                    level(&ring(greys[side], circles[side], theta / (field / 2.0)))
                };
                let theta = f64::from(row);
                [seen(0, 90.0 + theta), mirrored(&seen(1, 90.0 - theta))]
            })
            .collect();
        let share = (rows.len() as f64 / f64::from(2 * ROWS + 1)).sqrt();
        for shift in (0..COLUMNS).step_by(STEP) {
            let score = share * likeness(&rows, shift);
            let roll = (shift as f64 * 360.0 / COLUMNS as f64 + 180.0).rem_euclid(360.0) - 180.0;
            all.push(Guess { field, roll, score });
        }
        field += FIELDS.2;
    }
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut best: Vec<Guess> = Vec::new();
    for guess in all {
        let apart = best.iter().all(|other| {
            let roll = ((guess.roll - other.roll + 180.0).rem_euclid(360.0) - 180.0).abs();
            roll > 6.0 || (guess.field - other.field).abs() > 8.0
        });
        if apart {
            best.push(guess);
        }
        if best.len() == most {
            break;
        }
    }
    best
}

/// Logarithm of the light on a ring, `share` of the radius from the centre; NaN outside of the picture. Columns run
/// counter-clockwise from the right.
fn ring(grey: &Grey, (centre, radius): Circle, share: f64) -> Vec<f32> {
    (0..COLUMNS)
        .map(|column| {
            let (sin, cos) = (column as f64 * std::f64::consts::TAU / COLUMNS as f64).sin_cos();
            let (x, y) = (centre[0] + radius * share * cos, centre[1] - radius * share * sin);
            grey.sample(x as f32, y as f32).map_or(f32::NAN, |v| (v + 0.02).ln())
        })
        .collect()
}

/// A ring without what changes slowly along it: exposure, vignetting, the sky's gradient.
fn level(ring: &[f32]) -> Vec<f32> {
    let reach = COLUMNS as i32 / 14;
    (0..COLUMNS as i32)
        .map(|at| {
            let (mut sum, mut count) = (0.0, 0.0);
            for step in -reach..=reach {
                let v = ring[(at + step).rem_euclid(COLUMNS as i32) as usize];
                if v.is_finite() {
                    sum += v;
                    count += 1.0;
                }
            }
            (ring[at as usize] - sum / count).clamp(-1.2, 1.2)
        })
        .collect()
}

/// What the second lens sees, in the order of the first one's columns, twice over: back to back, what is right of one
/// lens is left of the other.
fn mirrored(ring: &[f32]) -> Vec<f32> {
    (0..2 * COLUMNS).map(|at| ring[(2 * COLUMNS + COLUMNS / 2 - at) % COLUMNS]).collect()
}

/// Correlation of all rows when the second lens is rolled by `shift` columns; of the second, what is not seen is NaN, as
/// of the first.
fn likeness(rows: &[[Vec<f32>; 2]], shift: usize) -> f64 {
    let (mut ab, mut aa, mut bb, mut count) = (0.0_f64, 0.0, 0.0, 0);
    for [first, second] in rows {
        let second = &second[COLUMNS - shift..2 * COLUMNS - shift];
        let mut sums = [0.0_f32; 3];
        for (&a, &b) in first.iter().zip(second) {
            // NaN in either counts for nothing.
            let seen = !(a * b).is_nan();
            let (a, b) = if seen { (a, b) } else { (0.0, 0.0) };
            sums = [sums[0] + a * b, sums[1] + a * a, sums[2] + b * b];
            count += usize::from(seen);
        }
        ab += f64::from(sums[0]);
        aa += f64::from(sums[1]);
        bb += f64::from(sums[2]);
    }
    if count < COLUMNS / 3 { -1.0 } else { ab / (aa * bb).sqrt().max(1e-9) }
}
