//! The faces f r b l: yaw depends on the column alone, so columns and rows are interpolated one after the other.

use super::vector::{Bytes, Words};
use rayon::prelude::*;
use std::f64::consts::{PI, TAU};

use super::kernel::{TAPS, split};
use super::lanes::{
    HalfEdge, Lanes, Splat, convolve, gather, lane, narrow, splat_weights, transpose,
};
use super::plane::Plane;
use crate::geometry::arctangent::arctangent;

/// Rows of a half face that one task makes. Its intermediate values stay in the second-level cache.
const BAND: usize = 256;

/// Columns of a half face that one task makes.
const COLUMNS: usize = 16;

/// Renders the four side faces, in order, with `edge` pixels each. The plane's width must be a multiple of 8, its height even.
pub fn render(plane: &Plane, edge: usize) -> Vec<Plane> {
    let half = HalfEdge { edge };
    let mut faces: Vec<Plane> = (0..4).map(|_| Plane::filled(edge, edge, 0)).collect();
    for first_row in (0..half.count()).step_by(BAND) {
        let rows = first_row..(first_row + BAND).min(half.count());
        let blocks: Vec<Block> = (0..half.count())
            .into_par_iter()
            .step_by(COLUMNS)
            .map(|column| Block::render(plane, half, rows.clone(), column))
            .collect();
        faces.par_iter_mut().enumerate().for_each(|(quarter, face)| {
            for row in rows.clone() {
                for below in [false, true] {
                    let y = if below { half.high(row) } else { half.low(row) };
                    let out = face.row_mut(y);
                    for (block, column) in blocks.iter().zip((0..).step_by(COLUMNS)) {
                        let lanes = &block.0[row - first_row];
                        half.place(out, column, true, lanes[lane(below, quarter, false)]);
                        half.place(out, column, false, lanes[lane(below, quarter, true)]);
                    }
                }
            }
        });
    }
    faces
}

/// For each row of a band: sixteen images of sixteen consecutive pixels.
struct Block(Vec<[Bytes; 16]>);

impl Block {
    fn render(
        plane: &Plane,
        half: HalfEdge,
        rows: std::ops::Range<usize>,
        first_column: usize,
    ) -> Self {
        let height = plane.height() as f64;
        let distances: [f64; COLUMNS] = std::array::from_fn(|offset| {
            half.distance((first_column + offset).min(half.count() - 1))
        });
        // tan(pitch) of a pixel is its distance from the middle row times the cosine of its yaw.
        let cosines = distances.map(|a| 1.0 / (1.0 + a * a).sqrt());
        let row_of = |tangent: f64| height / 2.0 - 0.5 - arctangent(tangent) * height / PI;
        let highest = row_of(half.distance(rows.end - 1) * cosines[0]);
        let lowest = row_of(half.distance(rows.start) * cosines[COLUMNS - 1]);
        let top = split(highest).0;
        let count = (split(lowest).0 - top) as usize + TAPS;

        let columns = Columns::new(plane.width(), &distances);
        let across = columns.interpolate(plane, top, count);

        let table = splat_weights();
        let out = rows
            .map(|row| {
                let distance = half.distance(row);
                let positions = cosines.map(|cosine| split(row_of(distance * cosine)));
                let mut pixels = [Bytes::ZERO; COLUMNS];
                for ((pixel, column), (first, phase)) in
                    pixels.iter_mut().zip(across.chunks_exact(count)).zip(positions)
                {
                    let start = (first - top) as usize;
                    if let Some(taps) = column[start..].first_chunk::<TAPS>() {
                        *pixel = narrow(convolve(taps, &table[phase]));
                    }
                }
                transpose(pixels)
            })
            .collect();
        Self(out)
    }
}

/// Where the columns of a block lie in the source, and with which weights they are interpolated.
struct Columns {
    first: isize,
    /// Start in the gathered samples and weights of each column.
    taps: [(usize, &'static Splat); COLUMNS],
    /// Samples to gather, a multiple of 16.
    samples: usize,
}

impl Columns {
    fn new(width: usize, distances: &[f64; COLUMNS]) -> Self {
        let table = splat_weights();
        let places = distances.map(|a| split(arctangent(a) * width as f64 / TAU - 0.5));
        let first = places[0].0;
        let last = places[COLUMNS - 1].0;
        Self {
            first: first as isize,
            taps: places.map(|(start, phase)| ((start - first) as usize, &table[phase])),
            samples: ((last - first) as usize + TAPS).next_multiple_of(16),
        }
    }

    /// Interpolates `count` rows from `top` on at the columns: all rows of the first column, then of the second, …
    fn interpolate(&self, plane: &Plane, top: i32, count: usize) -> Vec<Lanes> {
        let zero = [Words::ZERO; 2];
        let mut out = vec![zero; COLUMNS * count];
        let mut samples = vec![zero; self.samples];
        let last_row = plane.height() as i32 - 1;
        for row in 0..count {
            let y = (top + row as i32).clamp(0, last_row);
            gather(
                plane.row(y as usize),
                plane.row((last_row - y) as usize),
                self.first,
                &mut samples,
            );
            for (column, &(start, weights)) in self.taps.iter().enumerate() {
                if let Some(taps) = samples[start..].first_chunk::<TAPS>() {
                    out[column * count + row] = convolve(taps, weights);
                }
            }
        }
        out
    }
}
