//! Halves equirectangular planes: Lanczos-3 stretched to two samples, 12 taps whose weights are the same everywhere,
//! so that rows and columns go through it in whole registers. What smaller levels are made of.

use std::sync::LazyLock;

use rayon::prelude::*;

use super::kernel::{lanczos, to_fixed};
use super::plane::Plane;
use super::resize::row_on_sphere;
use super::vector::Words;

/// Taps on either side.
const SIDE: usize = 6;
/// Samples that the line goes on around the sphere at both ends.
const MARGIN: usize = 2 * SIDE;

/// Weights by distance (½, 1½, … source samples), in units of 2⁻¹⁵. Those of `rows`, which meet sums of two samples, add up to
/// one on one side; those of `columns` on both sides.
struct Weights {
    rows: [i16; SIDE],
    columns: [i16; SIDE],
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    let exact: [f64; SIDE] = std::array::from_fn(|tap| lanczos(f64::midpoint(tap as f64, 0.5)));
    let mut rows = [0; SIDE];
    to_fixed(&exact, &mut rows);
    Weights { rows, columns: rows.map(|weight| weight / 2) }
});

/// Half as wide and half as high. The width must be a multiple of 16, the height of 2.
pub fn halve(plane: &Plane) -> Plane {
    let (width, height) = (plane.width() / 2, plane.height() / 2);
    let mut out = Plane::filled(width, height, 0);
    out.bytes_mut().par_chunks_mut(width).enumerate().for_each_init(
        || Room::new(plane.width()),
        |room, (y, row)| {
            room.sum_rows(plane, y);
            room.sum_columns(row);
        },
    );
    out
}

/// What one thread works in.
struct Room {
    /// Sums over rows, in steps of 1/128 around mid-grey.
    line: Vec<i16>,
    /// Two rows together, in the same steps.
    pairs: Vec<i16>,
    /// Every other sum, going on around the sphere.
    even: Vec<i16>,
    odd: Vec<i16>,
    sums: Vec<i16>,
    crossed: [Vec<u8>; 2],
}

impl Room {
    fn new(width: usize) -> Self {
        let padded = width / 2 + 2 * MARGIN;
        Self {
            line: vec![0; width],
            pairs: vec![0; width],
            even: vec![0; padded],
            odd: vec![0; padded],
            sums: vec![0; width / 2],
            crossed: [vec![0; width], vec![0; width]],
        }
    }

    fn sum_rows(&mut self, plane: &Plane, y: usize) {
        // Every product loses half a step by truncation.
        self.line.fill(SIDE as i16 / 2);
        let [one, other] = &mut self.crossed;
        for (distance, &weight) in WEIGHTS.rows.iter().enumerate() {
            let (y, distance) = (2 * y as i32, distance as i32);
            let above = row_on_sphere(plane, y - distance, one);
            let below = row_on_sphere(plane, y + 1 + distance, other);
            for ((pair, &a), &b) in self.pairs.iter_mut().zip(above).zip(below) {
                *pair = (i16::from(a) + i16::from(b) - 256) << 7;
            }
            // A loop of its own: where the compiler sees the values' range it finds no short instruction for the product.
            let weight = Words::splat(weight);
            let pairs = self.pairs.as_chunks().0;
            for (sums, &pairs) in self.line.as_chunks_mut().0.iter_mut().zip(pairs) {
                *sums = (Words(*sums) + Words(pairs).multiply_high(weight)).0;
            }
        }
    }

    fn sum_columns(&mut self, row: &mut [u8]) {
        let width = row.len();
        let inner = MARGIN..MARGIN + width;
        for ((pair, even), odd) in
            self.line.chunks_exact(2).zip(&mut self.even[inner.clone()]).zip(&mut self.odd[inner])
        {
            (*even, *odd) = (pair[0], pair[1]);
        }
        for half in [&mut self.even, &mut self.odd] {
            for x in 0..MARGIN {
                half[x] = half[MARGIN + (x + width * MARGIN - MARGIN) % width];
                half[MARGIN + width + x] = half[MARGIN + x % width];
            }
        }
        self.sums.fill(SIDE as i16);
        for (distance, &weight) in WEIGHTS.columns.iter().enumerate() {
            let (back, ahead) = (distance.div_ceil(2), distance.div_ceil(2));
            let (before, after) = if distance % 2 == 0 {
                (&self.even[MARGIN - distance / 2..], &self.odd[MARGIN + distance / 2..])
            } else {
                (&self.odd[MARGIN - back..], &self.even[MARGIN + ahead..])
            };
            let weight = Words::splat(weight);
            let sides = before.as_chunks().0.iter().zip(after.as_chunks().0);
            for (sums, (&before, &after)) in self.sums.as_chunks_mut().0.iter_mut().zip(sides) {
                let (before, after) = (Words(before), Words(after));
                *sums =
                    (Words(*sums) + before.multiply_high(weight) + after.multiply_high(weight)).0;
            }
        }
        for (out, &sum) in row.iter_mut().zip(&self.sums) {
            *out = (((sum + 32) >> 6) + 128).clamp(0, 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::resize::resize;
    use super::*;

    #[test]
    fn a_flat_picture_stays_flat() {
        for value in 0..=255 {
            let small = halve(&Plane::filled(32, 16, value));
            assert!((0..8).all(|y| small.row(y).iter().all(|&sample| sample == value)), "{value}");
        }
    }

    #[test]
    fn it_is_the_general_way_within_rounding_also_at_the_seam_and_the_poles() {
        let mut plane = Plane::filled(96, 48, 0);
        let mut state = 7_u32;
        for y in 0..48 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let wave = 90.0 * (x as f64 * 0.3).sin() * (y as f64 * 0.2).cos();
                *value = (128.0 + wave + f64::from(state >> 27)) as u8;
            }
        }
        let (fast, general) = (halve(&plane), resize(&plane, 48, 24));
        for y in 0..24 {
            for (x, (&one, &other)) in fast.row(y).iter().zip(general.row(y)).enumerate() {
                assert!(one.abs_diff(other) <= 1, "{x}, {y}: {one}, {other}");
            }
        }
    }

    #[test]
    fn black_beside_white_does_not_overflow() {
        let mut plane = Plane::filled(32, 16, 0);
        for y in 0..16 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                *value = if (x / 2 + y / 2) % 2 == 0 { 255 } else { 0 };
            }
        }
        let (fast, general) = (halve(&plane), resize(&plane, 16, 8));
        for y in 0..8 {
            for (&one, &other) in fast.row(y).iter().zip(general.row(y)) {
                assert!(one.abs_diff(other) <= 1, "{one}, {other}");
            }
        }
    }
}
