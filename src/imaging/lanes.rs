//! Sixteen places of a picture at once.
//!
//! The cube and the equirectangular grid share sixteen symmetries: four quarter turns, left and right, above and
//! below the equator. A place in the first eighth of a turn and its fifteen images use the same source offsets and the
//! same weights, so the kernels compute coordinates once and sixteen values side by side, in registers, with
//! nothing but loads of consecutive bytes. SSE2 and NEON are enough; the arithmetic is the same without them.
//!
//! Lane `8·below + 2·quarter + mirrored`: `quarter` counts f r b l; not mirrored is to the right of the quarter's axis.

use std::sync::LazyLock;

use super::vector::{Bytes, Words};

use super::kernel::{PHASES, TAPS, weights};

/// Lanes side by side.
pub const LANES: usize = 16;

/// Sixteen signed values.
pub type Lanes = [Words; 2];

/// The lane number of a symmetry.
pub const fn lane(below: bool, quarter: usize, mirrored: bool) -> usize {
    8 * below as usize + 2 * (quarter % 4) + mirrored as usize
}

/// The kernel's weights, each repeated in all lanes of a register.
pub type Splat = [Words; TAPS];

/// All phases of the kernel, ready for [`convolve`].
pub fn splat_weights() -> &'static [Splat] {
    static TABLE: LazyLock<Vec<Splat>> =
        LazyLock::new(|| (0..PHASES).map(|phase| weights()[phase].map(Words::splat)).collect());
    &TABLE
}

/// Truncating six products loses three steps on average.
const TRUNCATION: i16 = TAPS as i16 / 2;

/// The weighted sum of six taps. Loses one bit of scale: weights are in units of 2⁻¹⁵, products are shifted by 16.
#[inline]
pub fn convolve(taps: &[Lanes; TAPS], weights: &Splat) -> Lanes {
    let mut sum = [Words::splat(TRUNCATION); 2];
    for (tap, &weight) in taps.iter().zip(weights) {
        sum[0] += tap[0].multiply_high(weight);
        sum[1] += tap[1].multiply_high(weight);
    }
    sum
}

/// Bytes as signed values around mid-grey in steps of 1/256.
#[inline]
pub fn widen(samples: Bytes) -> Lanes {
    let middle = Words::splat(i16::MIN);
    [(samples.low_words() << 8) ^ middle, (samples.high_words() << 8) ^ middle]
}

/// Values in steps of 1/64 around mid-grey (after two convolutions) rounded to bytes.
#[inline]
pub fn narrow(values: Lanes) -> Bytes {
    let round = |value: Words| ((value + Words::splat(32)) >> 6) + Words::splat(128);
    Bytes::saturate(round(values[0]), round(values[1]))
}

/// Rows become columns.
#[inline]
pub fn transpose(rows: [Bytes; 16]) -> [Bytes; 16] {
    // Interleaving the two halves four times rotates the eight bits of a byte's place by four.
    let mut current = rows;
    for _ in 0..4 {
        let mut next = current;
        for pair in 0..8 {
            next[2 * pair] = current[pair].interleave_low(current[pair + 8]);
            next[2 * pair + 1] = current[pair].interleave_high(current[pair + 8]);
        }
        current = next;
    }
    current
}

/// Sixteen bytes of a circular row from `start` on.
#[inline]
fn load(row: &[u8], start: isize) -> Bytes {
    if let Ok(start) = usize::try_from(start)
        && let Some(Ok(bytes)) = row.get(start..start + 16).map(TryInto::try_into)
    {
        return Bytes(bytes);
    }
    let width = row.len() as isize;
    Bytes(std::array::from_fn(|index| row[(start + index as isize).rem_euclid(width) as usize]))
}

/// Reads a pair of rows, one above the equator and its mirror image below, as lanes: `out[i]` gets the sample at distance
/// `first + i` from each quarter's axis. The rows' length must be a multiple of 8, `out`'s of 16.
pub fn gather(above: &[u8], below: &[u8], first: isize, out: &mut [Lanes]) {
    let width = above.len() as isize;
    for (chunk, out) in out.chunks_exact_mut(16).enumerate() {
        let distance = first + 16 * chunk as isize;
        let mut streams = [Bytes::ZERO; 16];
        for (row, streams) in [above, below].into_iter().zip(streams.chunks_exact_mut(8)) {
            for (quarter, pair) in streams.chunks_exact_mut(2).enumerate() {
                let axis = (width / 2 + quarter as isize * (width / 4)) % width;
                pair[0] = load(row, axis + distance);
                pair[1] = load(row, axis - distance - 16).reversed();
            }
        }
        for (out, samples) in out.iter_mut().zip(transpose(streams)) {
            *out = widen(samples);
        }
    }
}

/// The same place half a turn on: what lies beyond a pole.
pub fn half_turn(values: Lanes) -> Lanes {
    values.map(|half| {
        let mut lanes = half.0;
        lanes.rotate_left(4);
        Words(lanes)
    })
}

/// Pixels along half an edge of a face, counted outwards from its centre.
#[derive(Clone, Copy, Debug)]
pub struct HalfEdge {
    /// Pixels of the whole edge.
    pub edge: usize,
}

impl HalfEdge {
    /// Pixels of a half; of an odd edge both halves have the middle one.
    pub fn count(self) -> usize {
        self.edge.div_ceil(2)
    }

    /// Distance of pixel `index` from the centre, 0 to 1.
    pub fn distance(self, index: usize) -> f64 {
        let odd = if self.edge % 2 == 1 { 0.0 } else { 0.5 };
        2.0 * (index as f64 + odd) / self.edge as f64
    }

    /// Where pixel `index` of the half to the right or below is on the whole edge.
    pub fn high(self, index: usize) -> usize {
        self.edge / 2 + index
    }

    /// Where pixel `index` of the half to the left or above is on the whole edge.
    pub fn low(self, index: usize) -> usize {
        self.count() - 1 - index
    }

    /// Puts up to sixteen consecutive pixels, the first at `index` from the centre, into a row of the edge's length.
    #[inline]
    pub fn place(self, row: &mut [u8], index: usize, high: bool, pixels: Bytes) {
        let count = (self.count() - index).min(16);
        if high {
            let start = self.high(index);
            row[start..start + count].copy_from_slice(&pixels.0[..count]);
        } else {
            let end = self.low(index) + 1;
            row[end - count..end].copy_from_slice(&pixels.reversed().0[16 - count..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_twice_changes_nothing() {
        let rows: [Bytes; 16] =
            std::array::from_fn(|y| Bytes(std::array::from_fn(|x| (16 * y + x) as u8)));
        let columns = transpose(rows);
        assert_eq!(columns[3].0[5], 16 * 5 + 3);
        assert_eq!(transpose(columns), rows);
    }

    #[test]
    fn lanes_are_the_images_of_a_place() {
        let above: Vec<u8> = (0..64).collect();
        let below: Vec<u8> = (100..164).collect();
        let mut out = [[Words::ZERO; 2]; 16];
        gather(&above, &below, -3, &mut out);
        let value = |distance: isize, lane: usize| {
            let at = out[(distance + 3) as usize][lane / 8].0[lane % 8];
            ((i32::from(at) + 32_768) >> 8) as u8
        };
        assert_eq!(value(0, lane(false, 0, false)), 32);
        assert_eq!(value(0, lane(false, 0, true)), 31);
        assert_eq!(value(2, lane(false, 1, false)), 50);
        assert_eq!(value(2, lane(false, 1, true)), 45);
        assert_eq!(value(-1, lane(false, 2, false)), 63);
        assert_eq!(value(5, lane(true, 3, true)), 110);
    }

    #[test]
    fn flat_values_survive_two_convolutions() {
        for value in 0..=255_u8 {
            for phase in [0, 1, 100, 256, 511] {
                let weights = &splat_weights()[phase];
                let once = convolve(&[widen(Bytes([value; 16])); TAPS], weights);
                let twice = convolve(&[once; TAPS], weights);
                assert_eq!(narrow(twice), Bytes([value; 16]));
            }
        }
    }

    #[test]
    fn halves_of_an_edge_meet() {
        for edge in [7, 8, 40, 41] {
            let half = HalfEdge { edge };
            let mut row = vec![255; edge];
            for index in (0..half.count()).step_by(16) {
                let pixels = Bytes(std::array::from_fn(|offset| (index + offset) as u8));
                half.place(&mut row, index, true, pixels);
                half.place(&mut row, index, false, pixels);
            }
            for (x, &value) in row.iter().enumerate() {
                let distance = (2.0 * (x as f64 + 0.5) / edge as f64 - 1.0).abs();
                assert!((half.distance(usize::from(value)) - distance).abs() < 1e-9);
            }
        }
    }
}
