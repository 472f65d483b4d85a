//! What is put over a mask, on a sphere as in a flat picture.
//!
//! It is computed from the pixels *around* the mask alone: two pictures that differ only inside their
//! masks come out the same, so nothing of the inside can be won back, by whatever means. Blurring and mosaicing keep
//! information of what they cover, and faces, plates and text have been read out of both (Hill, Zhou, Saul & Shacham,
//! "On the (In)effectiveness of Mosaicing and Blurring as Tools for Document Redaction", PoPETs 2016(4); McPherson,
//! Shokri & Shmatikov, "Defeating Image Obfuscation with Deep Learning", arXiv:1609.00408). It looks like the mosaic
//! that everybody takes for "something is hidden here": a few large cells, each in the colours of what lies around it
//! (Shepard's interpolation, Proc. 23rd ACM National Conference, 1968), lighter and darker by turns, so that nobody
//! takes it for a part of the room.

use super::plane::{ColourModel, Picture};

/// Cells along the longer side of a mask.
const CELLS: f64 = 5.0;
/// How much lighter and darker the cells are by turns, of 255.
pub(super) const CHECKER: i16 = 9;
/// How far beyond the margin colours are taken, pixels.
const BEYOND: [f64; 3] = [4.0, 8.0, 14.0];
/// Places along an edge at which colours are taken.
const PLACES_OF_EDGE: usize = 8;

/// A colour, with its place.
type Sample = ([f64; 2], [u8; 3]);

/// What is put over one mask: cells of one colour each, on a plane on which its outline has straight edges.
pub(super) struct Fill {
    low: [f64; 2],
    cell: f64,
    columns: usize,
    rows: usize,
    /// Of each cell, row by row, the value of every plane.
    colours: Vec<[u8; 3]>,
}

impl Fill {
    /// `reach(at, beyond)`: how far on the plane the end of the margin and `beyond` pixels more is from an edge at `at`.
    /// `colour(at)`: the values of the picture's planes there, `None` where any mask hides them or the picture ends.
    pub fn around(
        outline: &[[f64; 2]],
        picture: &Picture,
        reach: impl Fn([f64; 2], f64) -> f64,
        colour: impl Fn([f64; 2]) -> Option<[u8; 3]>,
    ) -> Self {
        let bound = |axis: usize, pick: fn(f64, f64) -> f64| {
            outline.iter().map(|corner| corner[axis]).reduce(pick).unwrap_or(0.0)
        };
        let low = [bound(0, f64::min), bound(1, f64::min)];
        let extent = [bound(0, f64::max) - low[0], bound(1, f64::max) - low[1]];
        let cell = extent[0].max(extent[1]).max(1e-6) / CELLS;
        let count = |extent: f64| (extent / cell).ceil().max(1.0) as usize;
        let (columns, rows) = (count(extent[0]), count(extent[1]));
        let samples = samples(outline, reach, colour);
        let neutral = picture.neutral();
        let colours = (0..columns * rows)
            .map(|index| {
                let (column, row) = (index % columns, index / columns);
                let centre =
                    [low[0] + (column as f64 + 0.5) * cell, low[1] + (row as f64 + 0.5) * cell];
                let mut colour = interpolated(&samples, centre, &neutral);
                let change = if (column + row) % 2 == 0 { CHECKER } else { -CHECKER };
                let lightness = if picture.model == ColourModel::Rgb { 3 } else { 1 };
                for value in &mut colour[..lightness] {
                    *value = (i16::from(*value) + change).clamp(0, 255) as u8;
                }
                colour
            })
            .collect();
        Self { low, cell, columns, rows, colours }
    }

    /// The colour at a point of the plane; in the margin that of the nearest cell.
    pub fn at(&self, [right, up]: [f64; 2]) -> [u8; 3] {
        let index = |place: f64, low: f64, count: usize| {
            ((place - low) / self.cell).floor().clamp(0.0, count as f64 - 1.0) as usize
        };
        let (column, row) =
            (index(right, self.low[0], self.columns), index(up, self.low[1], self.rows));
        self.colours[row * self.columns + column]
    }
}

/// Colours on both sides of every edge; none that any mask covers.
fn samples(
    outline: &[[f64; 2]],
    reach: impl Fn([f64; 2], f64) -> f64,
    colour: impl Fn([f64; 2]) -> Option<[u8; 3]>,
) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (index, a) in outline.iter().enumerate() {
        let b = outline[(index + 1) % outline.len()];
        let along = [b[0] - a[0], b[1] - a[1]];
        let length = along[0].hypot(along[1]);
        if length <= 0.0 {
            continue;
        }
        let normal = [along[1] / length, -along[0] / length];
        for place in 0..PLACES_OF_EDGE {
            let part = (place as f64 + 0.5) / PLACES_OF_EDGE as f64;
            let on_edge = [a[0] + part * along[0], a[1] + part * along[1]];
            for (beyond, side) in BEYOND.iter().flat_map(|beyond| [(beyond, 1.0), (beyond, -1.0)]) {
                let far = reach(on_edge, *beyond) * side;
                let point = [on_edge[0] + far * normal[0], on_edge[1] + far * normal[1]];
                samples.extend(colour(point).map(|colour| (point, colour)));
            }
        }
    }
    samples
}

/// Mean of the samples, each weighted by the inverse square of its distance.
fn interpolated(samples: &[Sample], at: [f64; 2], neutral: &[u8]) -> [u8; 3] {
    let (mut sum, mut weights) = ([0.0; 3], 0.0);
    for (place, colour) in samples {
        let weight = 1.0 / ((place[0] - at[0]).powi(2) + (place[1] - at[1]).powi(2)).max(1e-12);
        weights += weight;
        for (sum, value) in sum.iter_mut().zip(colour) {
            *sum += weight * f64::from(*value);
        }
    }
    let mean = |index: usize| {
        if weights > 0.0 {
            (sum[index] / weights).round() as u8
        } else {
            neutral.get(index).copied().unwrap_or_default()
        }
    };
    [mean(0), mean(1), mean(2)]
}

#[cfg(test)]
pub(super) mod tests {
    /// Some values for every place, other ones for another seed.
    pub fn noise(x: usize, y: usize, seed: u64) -> u8 {
        let mixed = (x as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ (y as u64 + 1).wrapping_mul(0xc2b2_ae3d_27d4_eb4f)
            ^ seed.wrapping_mul(0x1656_67b1_9e37_79f9);
        (mixed.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 40) as u8
    }
}
