//! The faces u and d: interpolated in two dimensions on the reduced grid of [`super::sphere`].
//!
//! An eighth of a face (between an axis and a diagonal) is computed; its images under the symmetries of
//! [`super::lanes`] fill both faces. Work goes outwards from the poles in rings, so that only the source rows
//! of a ring are held.

use super::vector::{Bytes, Words};
use rayon::prelude::*;
use std::f64::consts::{PI, TAU};

use super::kernel::{TAPS, split};
use super::lanes::{
    HalfEdge, Lanes, convolve, gather, half_turn, lane, narrow, splat_weights, transpose,
};
use super::plane::Plane;
use super::sphere::{Reducer, Reductions, row_width};
use crate::geometry::arctangent::arctangent;

/// Pixels along the edge of a block.
const BLOCK: usize = 16;

/// Blocks along the radius in one ring.
const RING: usize = 8;

/// Samples held on either side of an eighth of a row.
const MARGIN: usize = 16;

/// Rows beyond the pole that the kernel may reach.
const BEYOND: i32 = 3;

/// Renders the faces u and d with `edge` pixels each. The plane's width must be a multiple of 8.
pub fn render(plane: &Plane, edge: usize, reductions: &Reductions) -> Vec<Plane> {
    let half = HalfEdge { edge };
    let mut faces: Vec<Plane> = (0..2).map(|_| Plane::filled(edge, edge, 0)).collect();
    let block_rows = half.count().div_ceil(BLOCK);
    let mut cap = Cap::new(plane, reductions);
    for ring in (0..block_rows).step_by(RING) {
        let ring_end = (ring + RING).min(block_rows);
        let inner = half.distance(ring * BLOCK);
        let outer = half.distance(ring_end * BLOCK) * std::f64::consts::SQRT_2;
        cap.hold(inner, outer);
        let places: Vec<(usize, usize)> =
            (ring..ring_end).flat_map(|p| (0..=p).map(move |q| (p * BLOCK, q * BLOCK))).collect();
        let blocks: Vec<Block> =
            places.par_iter().map(|&(p, q)| Block::render(&cap, half, p, q)).collect();
        faces.par_iter_mut().enumerate().for_each(|(below, face)| {
            for (block, &(p, q)) in blocks.iter().zip(&places) {
                block.place(face, half, below == 1, p, q);
            }
        });
    }
    faces
}

/// One source row of the reduced grid, and its mirror image at the other pole, as lanes.
struct CapRow {
    /// Samples around the whole circle.
    width: usize,
    /// An eighth of them with margins: the sample at distance m from the axis is at m + `MARGIN`.
    samples: Vec<Lanes>,
}

/// The source rows around the poles that a ring needs.
struct Cap<'plane> {
    plane: &'plane Plane,
    reductions: &'plane Reductions,
    /// By row + `BEYOND`; rows before 0 lie beyond the pole.
    rows: Vec<Option<CapRow>>,
}

impl<'plane> Cap<'plane> {
    fn new(plane: &'plane Plane, reductions: &'plane Reductions) -> Self {
        let rows = (0..plane.height() + 2 * BEYOND as usize).map(|_| None).collect();
        Self { plane, reductions, rows }
    }

    /// The row (from the pole) that is seen at distance `radius` from the middle of the face.
    fn row_at(&self, radius: f64) -> f64 {
        arctangent(radius) * self.plane.height() as f64 / PI - 0.5
    }

    /// Makes the rows for radii from `inner` to `outer` and forgets those further in.
    fn hold(&mut self, inner: f64, outer: f64) {
        let first = (split(self.row_at(inner)).0 + BEYOND).max(0) as usize;
        let last = (split(self.row_at(outer)).0 + TAPS as i32 + BEYOND) as usize;
        let last = last.min(self.rows.len() - 1);
        for row in &mut self.rows[..first] {
            *row = None;
        }
        let (plane, reductions) = (self.plane, self.reductions);
        self.rows[first..=last].par_iter_mut().enumerate().for_each_init(
            || Reducer::new(reductions),
            |reducer, (offset, slot)| {
                if slot.is_none() {
                    let row = (first + offset) as i32 - BEYOND;
                    *slot = Some(CapRow::read(plane, row, reducer));
                }
            },
        );
    }
}

impl CapRow {
    fn read(plane: &Plane, row: i32, reducer: &mut Reducer<'_>) -> Self {
        let (width, height) = (plane.width(), plane.height());
        let beyond = row < 0;
        let y = (if beyond { -1 - row } else { row } as usize).min(height - 1);
        let (above, below) = (plane.row(y), plane.row(height - 1 - y));
        let to = row_width(y.min(height - 1 - y), width, height);
        let mut samples = vec![[Words::ZERO; 2]; (to / 8 + 2 * MARGIN).next_multiple_of(16)];
        let first = -(MARGIN as isize);
        if to < width {
            let (above, below) = (reducer.reduce(above, to), reducer.reduce(below, to));
            gather(&above, &below, first, &mut samples);
        } else {
            gather(above, below, first, &mut samples);
        }
        if beyond {
            for sample in &mut samples {
                *sample = half_turn(*sample);
            }
        }
        Self { width: to, samples }
    }
}

/// Sixteen images of 16×16 pixels: for each lane, rows of consecutive pixels as they are placed.
struct Block(Vec<[Bytes; 16]>);

impl Block {
    /// The block whose pixels lie `p`, `p`+1, … from the centre along an axis and `q`, … across it, `q` ≤ `p`.
    fn render(cap: &Cap, half: HalfEdge, p: usize, q: usize) -> Self {
        let mut pixels = vec![[Bytes::ZERO; BLOCK]; BLOCK];
        for (y, row) in pixels.iter_mut().enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                if q + x <= p + y {
                    *pixel = sample(cap, half.distance(p + y), half.distance(q + x));
                }
            }
        }
        if p == q {
            reflect(&mut pixels);
        }
        // By lane: rows along p, sixteen pixels along q each.
        let mut lanes = vec![[Bytes::ZERO; BLOCK]; 16];
        for (y, row) in pixels.into_iter().enumerate() {
            for (lane, pixels) in lanes.iter_mut().zip(transpose(row)) {
                lane[y] = pixels;
            }
        }
        // On r and l the axis runs along the rows of the face.
        for below in [false, true] {
            for quarter in [1, 3] {
                for mirrored in [false, true] {
                    let rows = &mut lanes[lane(below, quarter, mirrored)];
                    *rows = transpose(*rows);
                }
            }
        }
        Self(lanes)
    }

    fn place(&self, face: &mut Plane, half: HalfEdge, below: bool, p: usize, q: usize) {
        for quarter in 0..4 {
            for mirrored in [false, true] {
                // Which way the place lies from the middle of the face u: to the right, downwards.
                let along = quarter < 2;
                let across = mirrored == (quarter == 1 || quarter == 2);
                let axis_is_vertical = quarter % 2 == 0;
                let (to_right, downwards) =
                    if axis_is_vertical { (across, quarter == 0) } else { (along, across) };
                let downwards = downwards != below;
                let (first_row, first_column) = if axis_is_vertical { (p, q) } else { (q, p) };
                let rows = &self.0[lane(below, quarter, mirrored)];
                for (offset, pixels) in rows.iter().enumerate() {
                    let row = first_row + offset;
                    if row >= half.count() {
                        break;
                    }
                    let y = if downwards { half.high(row) } else { half.low(row) };
                    half.place(face.row_mut(y), first_column, to_right, *pixels);
                }
            }
        }
    }
}

/// Fills the other half of a block on the diagonal: its pixels are images of the first half's.
fn reflect(pixels: &mut [[Bytes; BLOCK]]) {
    for y in 0..BLOCK {
        for x in y + 1..BLOCK {
            let source = pixels[x][y].0;
            let mut image = [0; 16];
            for below in [false, true] {
                for quarter in 0..4 {
                    image[lane(below, quarter, false)] = source[lane(below, quarter + 1, true)];
                    image[lane(below, quarter, true)] = source[lane(below, quarter + 3, false)];
                }
            }
            pixels[y][x] = Bytes(image);
        }
    }
}

/// The sixteen images of the place `along` an axis and `across` it (both 0 to 1, across ≤ along).
#[inline]
fn sample(cap: &Cap, along: f64, across: f64) -> Bytes {
    let table = splat_weights();
    let radius = (along * along + across * across).sqrt();
    let turn = if along > 0.0 { arctangent(across / along) / TAU } else { 0.0 };
    let (first, phase) = split(cap.row_at(radius));
    let mut stencil = [[Words::ZERO; 2]; TAPS];
    let mut width = 0;
    let mut place = (0, 0);
    let start = (first + BEYOND).max(0) as usize;
    for (value, row) in stencil.iter_mut().zip(&cap.rows[start..]) {
        let Some(row) = row else { continue };
        if row.width != width {
            width = row.width;
            place = split(turn * width as f64 - 0.5);
        }
        let left = (place.0 + MARGIN as i32) as usize;
        if let Some(taps) = row.samples[left..].first_chunk::<TAPS>() {
            *value = convolve(taps, &table[place.1]);
        }
    }
    narrow(convolve(&stencil, &table[phase]))
}
