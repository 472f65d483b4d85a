//! An arctangent that gives the same bits on every machine.
//!
//! The C library's `atan` differs in the last bit between platforms; the tiles of one picture must not.
//! Only IEEE 754 basic operations are used, without branches, so that the compiler can vectorise it.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

/// tan(π/8): above it the argument is rotated by 45° so that the series stays short.
const TAN_PI_8: f64 = 0.414_213_562_373_095_03;

/// Arctangent of `x` ≥ 0 in radians, within 1e-10 of the true value.
///
/// Range reduction by atan x = π/2 − atan(1/x) and atan x = π/4 + atan((x−1)/(x+1)), then the
/// Taylor series to the 21st power (Abramowitz & Stegun 4.4.42).
#[inline]
pub fn arctangent(x: f64) -> f64 {
    let inverted = x > 1.0;
    let small = if inverted { 1.0 / x } else { x };
    let rotated = small > TAN_PI_8;
    let t = if rotated { (small - 1.0) / (small + 1.0) } else { small };
    let s = t * t;
    let mut series = 1.0 / 21.0;
    series = 1.0 / 19.0 - s * series;
    series = 1.0 / 17.0 - s * series;
    series = 1.0 / 15.0 - s * series;
    series = 1.0 / 13.0 - s * series;
    series = 1.0 / 11.0 - s * series;
    series = 1.0 / 9.0 - s * series;
    series = 1.0 / 7.0 - s * series;
    series = 1.0 / 5.0 - s * series;
    series = 1.0 / 3.0 - s * series;
    series = 1.0 - s * series;
    let angle = t * series + if rotated { FRAC_PI_4 } else { 0.0 };
    if inverted { FRAC_PI_2 - angle } else { angle }
}

/// The angle of the point (x, y) from the positive x axis, in (−π, π], within 1e-10; 0 at the origin.
pub fn angle_of(y: f64, x: f64) -> f64 {
    if x == 0.0 && y == 0.0 {
        return 0.0;
    }
    let angle = arctangent(y.abs() / x.abs());
    let angle = if x < 0.0 { std::f64::consts::PI - angle } else { angle };
    if y < 0.0 { -angle } else { angle }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_the_library(x in 0.0..1e4_f64) {
            prop_assert!((arctangent(x) - x.atan()).abs() < 1e-10);
        }

        #[test]
        fn knows_all_quadrants(x in -10.0..10.0_f64, y in -10.0..10.0_f64) {
            prop_assert!((angle_of(y, x) - y.atan2(x)).abs() < 1e-10);
        }
    }

    #[test]
    fn the_axes_are_right() {
        use std::f64::consts::{FRAC_PI_2, PI};
        assert!((angle_of(1.0, 0.0) - FRAC_PI_2).abs() < 1e-12);
        assert!((angle_of(-1.0, 0.0) + FRAC_PI_2).abs() < 1e-12);
        assert!((angle_of(0.0, -1.0) - PI).abs() < 1e-12);
        assert!(angle_of(0.0, 0.0).abs() < 1e-12);
    }
}
