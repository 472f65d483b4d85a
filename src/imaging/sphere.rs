//! A plane as a function of direction: antialiased at the poles, continuous everywhere.
//!
//! Rows of an equirectangular picture are ever more oversampled towards the poles. Here each row near a pole is
//! first reduced to about as many samples as its circle has pixels (a "reduced grid", as in weather models), so that
//! a small kernel samples all of the sphere without aliasing. Beyond a pole the picture goes on at the opposite yaw.

use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::sync::{Arc, Mutex, PoisonError};

use super::kernel::{Stretched, TAPS, split, weights};
use super::plane::Plane;
use crate::geometry::Direction;
use crate::geometry::arctangent::angle_of;

/// Scaling by more than this is done by halving first.
const MOST_AT_ONCE: usize = 4;

/// How many samples row `row` (from the nearer pole, of `height` rows) of a picture `width` wide needs:
/// a multiple of 8, in 16 steps an octave, at most `width`.
pub fn row_width(row: usize, width: usize, height: usize) -> usize {
    let polar = (row as f64 + 0.5) * PI / height as f64;
    if polar >= FRAC_PI_2 / 2.0 {
        return width;
    }
    let needed = (width as f64 * polar.tan()).ceil().max(8.0) as usize;
    let step = (needed.next_power_of_two() / 32).max(1).next_multiple_of(8);
    needed.next_multiple_of(step).min(width)
}

/// How whole rows of one width become rows of another, both multiples of 8, without aliasing.
#[derive(Debug)]
struct Reduction {
    halvings: u32,
    to: usize,
    /// For a quarter turn: the pattern repeats in each.
    quarter: Stretched,
    lead: usize,
}

impl Reduction {
    /// Prepares for rows of `from` samples to become `to` < `from` samples.
    fn new(from: usize, to: usize) -> Self {
        let (mut width, mut halvings) = (from, 0);
        while width > MOST_AT_ONCE * to && width % 8 == 0 {
            width /= 2;
            halvings += 1;
        }
        let quarter = Stretched::new(width, to, to / 4);
        let lead = (3.0 * quarter.scale).ceil() as usize + 1;
        Self { halvings, to, quarter, lead }
    }

    /// Reduces one row into `out`, which has `to` samples. `line` is room to work in.
    fn reduce(&self, row: &[u8], line: &mut Vec<i16>, out: &mut [u8]) {
        if self.halvings == 0 {
            return self.resample(row, line, out);
        }
        let mut samples = halve(row);
        for _ in 1..self.halvings {
            samples = halve(&samples);
        }
        self.resample(&samples, line, out);
    }

    fn resample(&self, samples: &[u8], line: &mut Vec<i16>, out: &mut [u8]) {
        let (width, lead) = (samples.len(), self.lead);
        let length = lead + width + lead + self.quarter.taps;
        line.resize(length.max(line.len()), 0);
        let line = &mut line[..length];
        for (value, &sample) in line[lead..].iter_mut().zip(samples) {
            *value = i16::from(sample);
        }
        for x in 0..lead {
            line[lead - 1 - x] = i16::from(samples[width - 1 - x % width]);
        }
        for x in lead + width..length {
            line[x] = line[x - width];
        }
        let (quarter, pattern) = (self.to / 4, &self.quarter);
        for turn in 0..4 {
            let base = (turn * (width / 4) + lead) as i32;
            let out = &mut out[turn * quarter..][..quarter];
            for ((value, &first), weights) in
                out.iter_mut().zip(&pattern.first).zip(pattern.weights.chunks_exact(pattern.taps))
            {
                let start = (base + first) as usize;
                *value = weighted(&line[start..start + pattern.taps], weights);
            }
        }
    }
}

/// Half as many samples, by the four-tap filter (−1, 9, 9, −1)/16.
fn halve(row: &[u8]) -> Vec<u8> {
    let width = row.len();
    let at = |x: usize| i32::from(row[x % width]);
    (0..width / 2)
        .map(|x| {
            let inner = at(2 * x) + at(2 * x + 1);
            let outer = at(2 * x + width - 1) + at(2 * x + 2);
            ((9 * inner - outer + 8) >> 4).clamp(0, 255) as u8
        })
        .collect()
}

#[inline]
fn weighted(samples: &[i16], weights: &[i16]) -> u8 {
    let mut sum = 1 << 14;
    for (samples, weights) in samples.chunks_exact(8).zip(weights.chunks_exact(8)) {
        for (&sample, &weight) in samples.iter().zip(weights) {
            sum += i32::from(sample) * i32::from(weight);
        }
    }
    (sum >> 15).clamp(0, 255) as u8
}

/// Reductions by width and target, made once for all planes, levels and threads.
#[derive(Debug, Default)]
pub struct Reductions(Mutex<BTreeMap<(usize, usize), Arc<Reduction>>>);

impl Reductions {
    fn get(&self, from: usize, to: usize) -> Arc<Reduction> {
        let known = |all: &BTreeMap<_, Arc<Reduction>>| all.get(&(from, to)).cloned();
        if let Some(found) = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return found;
        }
        // Two threads may make the same one at once; the first stays.
        let made = Arc::new(Reduction::new(from, to));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((from, to)).or_insert(made).clone()
    }
}

/// What one thread needs to reduce rows.
pub struct Reducer<'all> {
    all: &'all Reductions,
    line: Vec<i16>,
}

impl<'all> Reducer<'all> {
    /// Takes its reductions from `all`.
    pub fn new(all: &'all Reductions) -> Self {
        Self { all, line: Vec::new() }
    }

    /// The row as `to` samples, fewer than it has.
    pub fn reduce(&mut self, row: &[u8], to: usize) -> Vec<u8> {
        let mut out = vec![0; to];
        self.all.get(row.len(), to).reduce(row, &mut self.line, &mut out);
        out
    }
}

/// A plane that can be asked for its value in any direction. The slow, general way: one sample at a time.
pub struct Sphere<'plane> {
    plane: &'plane Plane,
    reduced: Vec<Option<Vec<u8>>>,
}

impl<'plane> Sphere<'plane> {
    /// Prepares a plane that shows the whole sphere; its width must be a multiple of 8.
    pub fn new(plane: &'plane Plane, reductions: &Reductions) -> Self {
        let (width, height) = (plane.width(), plane.height());
        let mut reducer = Reducer::new(reductions);
        let reduced = (0..height)
            .map(|y| {
                let to = row_width(y.min(height - 1 - y), width, height);
                (to < width).then(|| reducer.reduce(plane.row(y), to))
            })
            .collect();
        Self { plane, reduced }
    }

    fn row(&self, y: usize) -> &[u8] {
        self.reduced[y].as_deref().unwrap_or_else(|| self.plane.row(y))
    }

    /// The value seen in a direction.
    pub fn sample(&self, direction: Direction) -> u8 {
        let height = self.plane.height() as i32;
        let yaw = angle_of(direction.x, direction.z) / TAU + 0.5;
        let flat = (direction.x * direction.x + direction.z * direction.z).sqrt();
        let pitch = angle_of(direction.y, flat);
        let (top, phase) = split((0.5 - pitch / PI) * f64::from(height) - 0.5);
        let table = weights();
        let mut sum = 1_i64 << 21;
        for (tap, &weight) in table[phase].iter().enumerate() {
            let y = top + tap as i32;
            let (y, turned) = if y < 0 {
                (-1 - y, 0.5)
            } else if y >= height {
                (2 * height - 1 - y, 0.5)
            } else {
                (y, 0.0)
            };
            let row = self.row(y.clamp(0, height - 1) as usize);
            sum += i64::from(weight) * i64::from(across(row, yaw + turned, table));
        }
        ((sum >> 22) + 128).clamp(0, 255) as u8
    }
}

/// The value of a row at `turn` (in turns from its left edge), around mid-grey in steps of 1/128.
fn across(row: &[u8], turn: f64, table: &[[i16; TAPS]]) -> i32 {
    let width = row.len() as i32;
    let (left, phase) = split(turn * f64::from(width) - 0.5);
    let mut sum = 1 << 7;
    for (tap, &weight) in table[phase].iter().enumerate() {
        let x = (left + tap as i32).rem_euclid(width) as usize;
        sum += i32::from(weight) * (i32::from(row[x]) - 128);
    }
    sum >> 8
}
