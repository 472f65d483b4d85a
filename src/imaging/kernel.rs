//! The interpolation kernel: Lanczos with three lobes, tabulated in integers.
//!
//! Six taps, 512 phases (a position is rounded by at most 1/1024 of a source pixel). The weights of a phase
//! add up to exactly [`ONE`], and the table is its own mirror image, so that mirrored pictures give mirrored tiles.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Taps of the kernel.
pub const TAPS: usize = 6;

/// log2 of the number of phases.
pub const PHASE_BITS: u32 = 9;

/// Phases between two source pixels.
pub const PHASES: usize = 1 << PHASE_BITS;

/// The sum of the weights of a phase.
pub const ONE: i32 = 1 << 15;

/// Lanczos-3 at distance `x` (Duchon 1979).
fn exact_lanczos(x: f64) -> f64 {
    let x = x.abs();
    if x < 1e-9 {
        1.0
    } else if x >= 3.0 {
        0.0
    } else {
        3.0 * (PI * x).sin() * (PI * x / 3.0).sin() / (PI * PI * x * x)
    }
}

/// Steps of the table behind [`lanczos`] between two whole numbers.
const STEPS: usize = 4096;

/// [`exact_lanczos`] from a table, interpolated: within 1e-7, so that no weight of 15 bits is off by more than rounding.
/// Reducers ask for it by the million.
pub fn lanczos(x: f64) -> f64 {
    static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| {
        (0..=3 * STEPS + 1).map(|step| exact_lanczos(step as f64 / STEPS as f64)).collect()
    });
    let place = x.abs() * STEPS as f64;
    let left = place as usize;
    match TABLE.get(left..left + 2) {
        Some(&[from, to]) => from + (to - from) * (place - left as f64),
        _ => 0.0,
    }
}

/// The kernel stretched for reducing a line without aliasing.
#[derive(Debug)]
pub struct Stretched {
    /// First source sample of each result; may be negative.
    pub first: Vec<i32>,
    /// `taps` weights a result.
    pub weights: Vec<i16>,
    /// Taps of a result, padded to a multiple of 8 so that inner loops have no remainder.
    pub taps: usize,
    /// Source samples a result; at least 1.
    pub scale: f64,
}

impl Stretched {
    /// For lines of `from` samples that become `to`: the pattern of the first `count` results.
    pub fn new(from: usize, to: usize, count: usize) -> Self {
        let scale = (from as f64 / to as f64).max(1.0);
        let taps = ((6.0 * scale).ceil() as usize + 1).next_multiple_of(8);
        let mut first = Vec::with_capacity(count);
        let mut weights = vec![0; count * taps];
        let mut exact = vec![0.0; taps];
        for (index, fixed) in weights.chunks_exact_mut(taps).enumerate() {
            let centre = (index as f64 + 0.5) * from as f64 / to as f64 - 0.5;
            let start = (centre - 3.0 * scale).ceil();
            for (tap, weight) in exact.iter_mut().enumerate() {
                *weight = lanczos((start + tap as f64 - centre) / scale);
            }
            to_fixed(&exact, fixed);
            first.push(start as i32);
        }
        Self { first, weights, taps, scale }
    }
}

/// Rounds weights to integers that add up to [`ONE`] and none of which exceeds `i16::MAX`.
/// What rounding leaves over goes to the heaviest taps.
pub fn to_fixed(weights: &[f64], fixed: &mut [i16]) {
    let sum: f64 = weights.iter().sum();
    let scale = f64::from(ONE) / sum;
    let mut total = 0_i32;
    for (weight, out) in weights.iter().zip(fixed.iter_mut()) {
        let rounded = ((weight * scale).round() as i32).clamp(-32_767, 32_767);
        *out = rounded as i16;
        total += rounded;
    }
    let mut rest = ONE - total;
    while rest != 0 {
        let step = rest.signum();
        let heaviest = (0..fixed.len())
            .filter(|&tap| step < 0 || fixed[tap] < i16::MAX)
            .max_by_key(|&tap| (fixed[tap], std::cmp::Reverse(tap)));
        let Some(tap) = heaviest else { return };
        fixed[tap] += step as i16;
        rest -= step;
    }
}

/// Weights by phase: `weights()[p][k]` belongs to the tap at distance `k − 2 − p/512` from the position.
pub fn weights() -> &'static [[i16; TAPS]; PHASES] {
    static TABLE: LazyLock<Box<[[i16; TAPS]; PHASES]>> = LazyLock::new(|| {
        let mut table = Box::new([[0; TAPS]; PHASES]);
        for phase in 0..=PHASES / 2 {
            let offset = phase as f64 / PHASES as f64;
            let exact: [f64; TAPS] = std::array::from_fn(|tap| lanczos(tap as f64 - 2.0 - offset));
            let mut fixed = [0; TAPS];
            to_fixed(&exact, &mut fixed);
            table[phase] = fixed;
            if phase > 0 {
                fixed.reverse();
                table[PHASES - phase] = fixed;
            }
        }
        table
    });
    &TABLE
}

/// A position in source pixels (pixel centres are whole numbers) as the first of its taps and its phase.
#[inline]
pub fn split(position: f64) -> (i32, usize) {
    // The floor, without the call that plain x86-64 needs for it.
    let exact = position * PHASES as f64 + 0.5;
    let towards_zero = exact as i32;
    let fixed = towards_zero - i32::from(exact < f64::from(towards_zero));
    ((fixed >> PHASE_BITS) - 2, (fixed & (PHASES as i32 - 1)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_keeps_brightness_and_the_table_mirrors() {
        let table = weights();
        for (phase, taps) in table.iter().enumerate() {
            assert_eq!(taps.iter().map(|&tap| i32::from(tap)).sum::<i32>(), ONE);
            if phase > 0 && phase != PHASES / 2 {
                let mut mirrored = table[PHASES - phase];
                mirrored.reverse();
                assert_eq!(*taps, mirrored);
            }
        }
    }

    #[test]
    fn the_table_of_the_kernel_is_close_to_its_formula() {
        for step in 0..35_000 {
            let x = f64::from(step) * 1e-4 - 0.2;
            assert!((lanczos(x) - exact_lanczos(x)).abs() < 1e-7, "{x}");
        }
        assert_eq!(lanczos(3.0), 0.0);
        assert_eq!(lanczos(1e9), 0.0);
    }

    #[test]
    fn positions_split_into_taps_and_phases() {
        assert_eq!(split(10.0), (8, 0));
        assert_eq!(split(-1.0), (-3, 0));
        assert_eq!(split(10.5), (8, 256));
        assert_eq!(split(-0.25), (-3, 384));
    }
}
