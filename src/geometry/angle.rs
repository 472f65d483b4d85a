//! Degrees as a type, so that no radian is passed where a degree is meant.

use serde::{Deserialize, Serialize};

/// An angle in degrees, any finite value.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Degrees(pub f64);

impl Degrees {
    /// From an angle in radians.
    pub fn from_radians(radians: f64) -> Self {
        Self(radians.to_degrees())
    }

    /// The angle in radians.
    pub fn radians(self) -> f64 {
        self.0.to_radians()
    }

    /// The same direction in [−180, 180).
    #[must_use]
    pub fn wrapped(self) -> Self {
        let wrapped = (self.0 + 180.0).rem_euclid(360.0) - 180.0;
        // rem_euclid may round up to its divisor for tiny negative numbers.
        Self(if wrapped >= 180.0 { -180.0 } else { wrapped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn wrapping_keeps_the_direction(angle in -1e6..1e6_f64) {
            let wrapped = Degrees(angle).wrapped();
            prop_assert!((-180.0..180.0).contains(&wrapped.0));
            let turns = (angle - wrapped.0) / 360.0;
            prop_assert!((turns - turns.round()).abs() < 1e-9);
        }
    }
}
