//! How much nearer what lies along the rim is than far away: shifts between what both lenses see, as a field over the
//! belt that they share.
//!
//! First along the line between the lenses only, by semi-global matching (Hirschmüller, PAMI 30(2), 2008), then both
//! ways by Lucas–Kanade; then a membrane through what is sure.

use super::band::{Band, COLUMNS, HALF, STEP, correlation, follow};
use crate::stitch::grey::in_order;

/// Pixels of a belt between nodes.
const SPACING: usize = 5;
/// Nodes around.
const AROUND: usize = COLUMNS / SPACING;
/// Pixels of a belt between the shifts that are tried.
const LABEL: f64 = 2.0;
/// Shifts that are tried, degrees: a little to the impossible side (the lenses are known within errors) and as near as
/// a hand to the other.
const RANGE: (f64, f64) = (-1.2, 7.0);
/// Cost of a place where nothing can be compared.
const NEUTRAL: f32 = 0.5;
/// Costs of a step of one label between neighbours, and of a larger one.
const SMALL_STEP: f32 = 0.06;
const LARGE_STEP: f32 = 0.35;

/// A field of shifts over the belt.
pub struct Flow {
    rows_each: usize,
    down: usize,
    /// Columns and rows from the first lens's picture to the second's, a node each, pixels of the belt.
    shifts: Vec<[f32; 2]>,
}

impl Flow {
    /// Finds the shifts between two belts of `2 × rows_each + 1` rows.
    pub fn between(first: &Band, second: &Band, rows_each: usize) -> Self {
        let margin = HALF as usize;
        let down = (2 * rows_each).saturating_sub(2 * margin) / SPACING + 1;
        let mut flow = Self { rows_each, down, shifts: vec![[0.0; 2]; AROUND * down] };
        let labels: Vec<f64> = {
            let step = STEP.to_degrees() * LABEL;
            let most = RANGE.1.min(2.0 * rows_each as f64 * STEP.to_degrees());
            ((RANGE.0 / step).round() as i32..=(most / step).round() as i32)
                .map(|label| f64::from(label) * LABEL)
                .collect()
        };
        let costs = flow.costs(first, second, &labels);
        let chosen = smooth(&costs, labels.len(), down);
        let found: Vec<Option<([f64; 2], [f64; 2])>> = in_order(AROUND * down, |node| {
            let [x, y] = flow.place(node);
            let guess = labels[chosen[node]];
            let at = [x, y - guess / 2.0];
            let shift = follow(first, second, at, [0.0, guess], 3.0)?;
            let weight = ((shift.correlation - 0.6) / 0.4).max(0.0);
            (weight > 0.0).then(|| {
                let along = |k: usize| (shift.information[(k, k)] * weight).min(25.0);
                (shift.by, [along(0), along(1)])
            })
        });
        flow.relax(&found, &chosen.iter().map(|&label| labels[label]).collect::<Vec<_>>());
        flow
    }

    /// Column and row of a node in the belt.
    fn place(&self, node: usize) -> [f64; 2] {
        let (down, around) = (node / AROUND, node % AROUND);
        let top = self.rows_each as f64 - (self.down - 1) as f64 * SPACING as f64 / 2.0;
        [(around * SPACING) as f64, top + (down * SPACING) as f64]
    }

    fn costs(&self, first: &Band, second: &Band, labels: &[f64]) -> Vec<f32> {
        in_order(AROUND * self.down, |node| {
            let [x, y] = self.place(node);
            labels
                .iter()
                .map(|shift| {
                    let (a, b) =
                        (first.patch(x, y - shift / 2.0), second.patch(x, y + shift / 2.0));
                    let (Some(a), Some(b)) = (a, b) else { return NEUTRAL };
                    // Blank patches correlate by accident.
                    let texture = a.1.min(b.1);
                    let trust = (texture * texture / (texture * texture + 6.0)) as f32;
                    let cost = (1.0 - correlation(&a, &b)).min(1.0) as f32;
                    NEUTRAL + trust * (cost - NEUTRAL)
                })
                .collect::<Vec<f32>>()
        })
        .concat()
    }

    /// The membrane through what was found, by successive over-relaxation; where nothing was, the coarse choice has a
    /// little weight.
    fn relax(&mut self, found: &[Option<([f64; 2], [f64; 2])>], coarse: &[f64]) {
        let mut state: Vec<[f64; 2]> = coarse.iter().map(|&shift| [0.0, shift]).collect();
        for (node, found) in found.iter().enumerate() {
            if let Some((by, _)) = found {
                state[node] = *by;
            }
        }
        for _ in 0..80 {
            for node in 0..state.len() {
                let (down, around) = (node / AROUND, node % AROUND);
                let row = down * AROUND;
                let mut sum = [0.0; 2];
                let mut count = 0.0;
                let mut add = |other: usize| {
                    sum[0] += state[other][0];
                    sum[1] += state[other][1];
                    count += 1.0;
                };
                add(row + (around + 1) % AROUND);
                add(row + (around + AROUND - 1) % AROUND);
                if down > 0 {
                    add(node - AROUND);
                }
                if down + 1 < self.down {
                    add(node + AROUND);
                }
                let (by, weight) = found[node].unwrap_or(([0.0, coarse[node]], [0.02, 0.02]));
                for k in 0..2 {
                    // Stiffness 0.5: a node known to a pixel and a half goes half way to its neighbours.
                    let stiff = 0.5 * count;
                    let wanted = (0.5 * sum[k] + weight[k] * by[k]) / (stiff + weight[k]);
                    state[node][k] += 1.4 * (wanted - state[node][k]);
                }
            }
        }
        self.shifts = state.into_iter().map(|s| s.map(|v| v as f32)).collect();
    }

    /// The shift at angles around and above, radians: around and above from the first lens's picture to the second's.
    pub fn at(&self, around: f64, above: f64) -> [f64; 2] {
        let top = self.place(0)[1];
        let x = (around / STEP / SPACING as f64).rem_euclid(AROUND as f64);
        let y = ((self.rows_each as f64 - above / STEP - top) / SPACING as f64)
            .clamp(0.0, (self.down - 1) as f64);
        let (left, upper) = (x as usize % AROUND, y as usize);
        let (right, lower) = ((left + 1) % AROUND, (upper + 1).min(self.down - 1));
        let (fx, fy) = (x.fract(), y - upper as f64);
        std::array::from_fn(|k| {
            let s = |row: usize, column: usize| f64::from(self.shifts[row * AROUND + column][k]);
            let a = s(upper, left) + fx * (s(upper, right) - s(upper, left));
            let b = s(lower, left) + fx * (s(lower, right) - s(lower, left));
            // Rows run down, angles up.
            (a + fy * (b - a)) * if k == 0 { STEP } else { -STEP }
        })
    }

    /// The middle of the absolute shifts along the line between the lenses and the largest, degrees.
    pub fn sizes(&self) -> (f64, f64) {
        let mut all: Vec<f64> =
            self.shifts.iter().map(|s| f64::from(s[1]).abs() * STEP.to_degrees()).collect();
        all.sort_by(f64::total_cmp);
        (all[all.len() / 2], all[all.len() - 1])
    }
}

/// The label of each node with the least sum of costs along four lines through it.
fn smooth(costs: &[f32], labels: usize, down: usize) -> Vec<usize> {
    let nodes = AROUND * down;
    let mut sums = vec![0.0_f32; nodes * labels];
    let mut path = |order: &mut dyn Iterator<Item = usize>| {
        let mut before: Option<Vec<f32>> = None;
        for node in order {
            let own = &costs[node * labels..][..labels];
            let now: Vec<f32> = match &before {
                None => own.to_vec(),
                Some(before) => {
                    let least = before.iter().copied().fold(f32::INFINITY, f32::min);
                    (0..labels)
                        .map(|label| {
                            let mut best = before[label].min(least + LARGE_STEP);
                            if label > 0 {
                                best = best.min(before[label - 1] + SMALL_STEP);
                            }
                            if label + 1 < labels {
                                best = best.min(before[label + 1] + SMALL_STEP);
                            }
                            own[label] + best - least
                        })
                        .collect()
                }
            };
            for (sum, value) in sums[node * labels..][..labels].iter_mut().zip(&now) {
                *sum += value;
            }
            before = Some(now);
        }
    };
    for row in 0..down {
        // Around and a quarter more, so that the beginning has something before it.
        let lead = AROUND / 4;
        let on = |step: usize| row * AROUND + step % AROUND;
        path(&mut (0..AROUND + lead).map(on));
        path(&mut (0..AROUND + lead).rev().map(on));
    }
    for column in 0..AROUND {
        path(&mut (0..down).map(|row| row * AROUND + column));
        path(&mut (0..down).rev().map(|row| row * AROUND + column));
    }
    (0..nodes)
        .map(|node| {
            let own = &sums[node * labels..][..labels];
            (0..labels).min_by(|&a, &b| own[a].total_cmp(&own[b])).unwrap_or(0)
        })
        .collect()
}
