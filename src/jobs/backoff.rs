//! How long to wait before the next attempt.

const FIRST_MILLIS: i64 = 4_000;
const LONGEST_MILLIS: i64 = 10 * 60 * 1000;

/// Milliseconds until the attempt after attempt number `attempts` (from 1): 4 s, doubled each time, at
/// most 10 minutes, and up to a quarter more or less by `dice` (0–1), so that many jobs that failed
/// together do not come back together.
pub fn delay_millis(attempts: i64, dice: f64) -> i64 {
    let doublings = attempts.clamp(1, 20) - 1;
    let base = (FIRST_MILLIS << doublings).min(LONGEST_MILLIS);
    (base as f64 * (0.75 + 0.5 * dice.clamp(0.0, 1.0))) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_doubles() {
        assert_eq!([1, 2, 3].map(|attempts| delay_millis(attempts, 0.5)), [4_000, 8_000, 16_000]);
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds(attempts in i64::MIN..i64::MAX, dice in -1.0..2.0_f64) {
            let delay = delay_millis(attempts, dice);
            prop_assert!((3_000..=750_000).contains(&delay), "{delay}");
        }
    }
}
