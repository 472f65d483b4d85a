//! How much nearer what lies along the rim is than far away: shifts between what both lenses see, as a field over the
//! belt that they share.
//!
//! First along the line between the lenses only, by semi-global matching (Hirschmüller, PAMI 30(2), 2008), then both
//! ways by Lucas–Kanade; then a membrane through what is sure.

use super::band::{Band, HALF, follow};
use crate::stitch::grey::in_order;
use crate::stitch::patch::correlation;

/// Pixels of a belt between nodes.
pub const SPACING: usize = 5;
/// Pixels of a belt between the shifts that are tried.
const LABEL: f64 = 2.0;
/// Shifts that are tried, degrees: a little to the impossible side (the lenses are known within errors) and as near as
/// a hand to the other.
const RANGE: (f64, f64) = (-1.2, 7.0);
/// Cost of a place where nothing can be compared.
const NEUTRAL: f32 = 0.5;
/// Cost of a pixel of shift.
const FAR: f32 = 0.003;
/// Costs of a step of one label between neighbours, and of a larger one.
const SMALL_STEP: f32 = 0.06;
const LARGE_STEP: f32 = 0.35;

/// Stiffness between neighbours against what is found at a node.
const STIFF: f64 = 2.5;
/// Pixels of a belt beyond which what is found at a node counts less, and beyond which neighbours may differ.
const WRONG: f64 = 1.5;
const EDGE: f64 = 1.5;

/// A field of shifts over the belt.
pub struct Flow {
    /// Radians a pixel of the belt.
    step: f64,
    rows_each: usize,
    /// Nodes around and nodes down.
    around: usize,
    down: usize,
    /// Columns and rows from the first lens's picture to the second's, a node each, pixels of the belt.
    shifts: Vec<[f32; 2]>,
}

impl Flow {
    /// Finds the shifts between two belts of `2 × rows_each + 1` rows.
    pub fn between(first: &Band, second: &Band, rows_each: usize) -> Self {
        let margin = HALF as usize;
        let down = (2 * rows_each).saturating_sub(2 * margin) / SPACING + 1;
        let around = first.columns / SPACING;
        let radians = std::f64::consts::TAU / first.columns as f64;
        let shifts = vec![[0.0; 2]; around * down];
        let mut flow = Self { step: radians, rows_each, around, down, shifts };
        let labels: Vec<f64> = {
            let step = radians.to_degrees() * LABEL;
            let most = RANGE.1.min(2.0 * rows_each as f64 * radians.to_degrees());
            ((RANGE.0 / step).round() as i32..=(most / step).round() as i32)
                .map(|label| f64::from(label) * LABEL)
                .collect()
        };
        let costs = flow.costs(first, second, &labels);
        let chosen = smooth(&costs, labels.len(), around, down);
        let found: Vec<Option<([f64; 2], [f64; 2])>> = in_order(around * down, |node| {
            let [x, y] = flow.place(node);
            let guess = labels[chosen[node]];
            let at = [x, y - guess / 2.0];
            let shift = follow(first, second, at, [0.0, guess], 3.0)?;
            let weight = ((shift.correlation - 0.7) / 0.3).max(0.0);
            (weight > 0.0).then(|| {
                let along = |k: usize| weight * (shift.information[(k, k)]).min(1.0);
                (shift.by, [along(0), along(1)])
            })
        });
        flow.relax(&found, &chosen.iter().map(|&label| labels[label]).collect::<Vec<_>>());
        flow
    }

    /// Column and row of a node in the belt.
    fn place(&self, node: usize) -> [f64; 2] {
        let (down, around) = (node / self.around, node % self.around);
        let top = self.rows_each - (self.down - 1) * SPACING / 2;
        [(around * SPACING) as f64, (top + down * SPACING) as f64]
    }

    fn costs(&self, first: &Band, second: &Band, labels: &[f64]) -> Vec<f32> {
        in_order(self.around * self.down, |node| {
            let [x, y] = self.place(node);
            labels
                .iter()
                .map(|shift| {
                    let half = (shift / 2.0).round() as i64;
                    let a = first.sparse_patch(x as usize, y as i64 - half);
                    let b = second.sparse_patch(x as usize, y as i64 + half);
                    let (Some(a), Some(b)) = (a, b) else {
                        return NEUTRAL + FAR * shift.abs() as f32;
                    };
                    // Blank patches correlate by accident.
                    let texture = a.1.min(b.1);
                    let trust = (texture * texture / (texture * texture + 6.0)) as f32;
                    let cost = (1.0 - correlation(&a, &b)).min(1.0) as f32;
                    // Where nothing tells, it is far away.
                    NEUTRAL + trust * (cost - NEUTRAL) + FAR * shift.abs() as f32
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
        for round in 0..160 {
            for node in 0..state.len() {
                let (down, around) = (node / self.around, node % self.around);
                let row = down * self.around;
                let neighbours = [
                    Some(row + (around + 1) % self.around),
                    Some(row + (around + self.around - 1) % self.around),
                    (down > 0).then(|| node.wrapping_sub(self.around)),
                    (down + 1 < self.down).then_some(node + self.around),
                ];
                let (by, weight) = found[node].unwrap_or(([0.0, coarse[node]], [0.01, 0.01]));
                let here = state[node];
                // Both ebb, the latter once all is smooth: what is found may be wrong, and what is near ends somewhere.
                let wrong = (here[0] - by[0]).hypot(here[1] - by[1]) / WRONG;
                let trust = 1.0 / (1.0 + wrong * wrong);
                let mut sums = [0.0; 2];
                let mut stiffness = 1e-9;
                for other in neighbours.into_iter().flatten() {
                    let there = state[other];
                    let step = (here[0] - there[0]).hypot(here[1] - there[1]) / EDGE;
                    let stiff = if round < 80 { STIFF } else { STIFF / (1.0 + step * step) };
                    stiffness += stiff;
                    (0..2).for_each(|k| sums[k] += stiff * there[k]);
                }
                for k in 0..2 {
                    let weight = trust * weight[k];
                    let wanted = (sums[k] + weight * by[k]) / (stiffness + weight);
                    state[node][k] += 1.3 * (wanted - here[k]);
                }
            }
        }
        self.shifts = state.into_iter().map(|s| s.map(|v| v as f32)).collect();
    }

    /// The shift at angles around and above, radians: around and above from the first lens's picture to the second's.
    pub fn at(&self, around: f64, above: f64) -> [f64; 2] {
        let top = self.place(0)[1];
        let x = (around / self.step / SPACING as f64).rem_euclid(self.around as f64);
        let y = ((self.rows_each as f64 - above / self.step - top) / SPACING as f64)
            .clamp(0.0, (self.down - 1) as f64);
        let (left, upper) = (x as usize % self.around, y as usize);
        let (right, lower) = ((left + 1) % self.around, (upper + 1).min(self.down - 1));
        let (fx, fy) = (x.fract(), y - upper as f64);
        std::array::from_fn(|k| {
            let s =
                |row: usize, column: usize| f64::from(self.shifts[row * self.around + column][k]);
            let a = s(upper, left) + fx * (s(upper, right) - s(upper, left));
            let b = s(lower, left) + fx * (s(lower, right) - s(lower, left));
            // Rows run down, angles up.
            (a + fy * (b - a)) * if k == 0 { self.step } else { -self.step }
        })
    }
}

/// The label of each node with the least sum of costs along four lines through it.
fn smooth(costs: &[f32], labels: usize, around: usize, down: usize) -> Vec<usize> {
    let nodes = around * down;
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
        let lead = around / 4;
        let on = |step: usize| row * around + step % around;
        path(&mut (0..around + lead).map(on));
        path(&mut (0..around + lead).rev().map(on));
    }
    for column in 0..around {
        path(&mut (0..down).map(|row| row * around + column));
        path(&mut (0..down).rev().map(|row| row * around + column));
    }
    (0..nodes)
        .map(|node| {
            let own = &sums[node * labels..][..labels];
            (0..labels).min_by(|&a, &b| own[a].total_cmp(&own[b])).unwrap_or(0)
        })
        .collect()
}
