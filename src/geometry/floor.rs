//! Lengths on a level floor, from the directions in which a camera of known height sees two points.
//!
//! The camera stands `height` above the floor. A point seen at pitch p < 0 lies height / tan(−p) away on the floor, in
//! the direction of its yaw; the length is the distance of two such points. `viewer/shared/src/floor.ts` does the
//! same; `tests/vectors/hotspots.json` keeps both alike.

use super::angle::Degrees;

/// How well a direction is known: the picture is levelled, and pressed, to half a degree.
pub const POINTING: Degrees = Degrees(0.5);
/// Above this pitch a point is too far away for its distance to be known.
pub const HIGHEST: Degrees = Degrees(-5.0);

/// A length and how far it may be off, both in the unit of the camera's height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    /// Between the two points.
    pub length: f64,
    /// Root of the sum of squares of what each cause may shift it by: the height's error, and at each end
    /// [`POINTING`] in yaw and in pitch.
    pub error: f64,
}

/// The distance of two points of the floor seen at `(yaw, pitch)` from `height` (± `height_error`) above it. `None` for
/// a point that lies above [`HIGHEST`], two points in one place, or a height that is not positive.
pub fn length(
    one: (Degrees, Degrees),
    other: (Degrees, Degrees),
    height: f64,
    height_error: f64,
) -> Option<Length> {
    let usable = |(yaw, pitch): (Degrees, Degrees)| {
        yaw.0.is_finite() && (-90.0..=HIGHEST.0).contains(&pitch.0)
    };
    let known =
        height.is_finite() && height > 0.0 && height_error.is_finite() && height_error >= 0.0;
    if !(usable(one) && usable(other) && known) {
        return None;
    }
    let (a, b) = (Foot::of(one, height), Foot::of(other, height));
    let (x, z) = (b.x - a.x, b.z - a.z);
    let length = x.hypot(z);
    if length <= 0.0 {
        return None;
    }
    let along = (x / length, z / length);
    let squares = (length * height_error / height).powi(2) + a.shift(along) + b.shift(along);
    Some(Length { length, error: squares.sqrt() })
}

/// A point of the floor, below the camera at the origin.
struct Foot {
    x: f64,
    z: f64,
    yaw: f64,
    /// How far it moves outwards and sideways when its direction turns by [`POINTING`].
    outwards: f64,
    sideways: f64,
}

impl Foot {
    fn of((yaw, pitch): (Degrees, Degrees), height: f64) -> Self {
        let (yaw, down) = (yaw.radians(), -pitch.radians());
        let away = height * down.cos() / down.sin();
        let pointing = POINTING.radians();
        Self {
            x: away * yaw.sin(),
            z: away * yaw.cos(),
            yaw,
            outwards: height / down.sin().powi(2) * pointing,
            sideways: away * pointing,
        }
    }

    /// Square of the shift along a unit vector (x, z).
    fn shift(&self, (x, z): (f64, f64)) -> f64 {
        let outwards = (x * self.yaw.sin() + z * self.yaw.cos()) * self.outwards;
        let sideways = (x * self.yaw.cos() - z * self.yaw.sin()) * self.sideways;
        outwards * outwards + sideways * sideways
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_right_angle_at_45_degrees_down_is_the_root_of_two() {
        let ends = [(Degrees(0.0), Degrees(-45.0)), (Degrees(90.0), Degrees(-45.0))];
        let found = length(ends[0], ends[1], 1.5, 0.0).unwrap();
        assert!((found.length - 1.5 * 2f64.sqrt()).abs() < 1e-12);
        // By hand: outwards 2·1.5·0.5°, sideways 1.5·0.5°, each at 45° to the line, at both ends.
        let pointing = POINTING.radians();
        let by_hand = (2.0 * 0.5 * ((3.0 * pointing).powi(2) + (1.5 * pointing).powi(2))).sqrt();
        assert!((found.error - by_hand).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_on_the_floor_has_no_length() {
        let down = (Degrees(0.0), Degrees(-30.0));
        for bad in [-4.9, 0.0, 30.0, f64::NAN, -90.1] {
            assert_eq!(length(down, (Degrees(10.0), Degrees(bad)), 1.5, 0.02), None, "{bad}");
        }
        assert_eq!(length(down, down, 1.5, 0.02), None);
        assert_eq!(length(down, (Degrees(9.0), Degrees(-30.0)), 0.0, 0.02), None);
    }

    proptest! {
        #[test]
        fn points_of_a_floor_come_back_and_the_error_grows_with_that_of_the_height(
            a in (-4.0..4.0_f64, -4.0..4.0_f64), b in (-4.0..4.0_f64, -4.0..4.0_f64), height in 0.8..2.2_f64,
        ) {
            let seen = |(x, z): (f64, f64)| (
                Degrees(x.atan2(z).to_degrees()),
                Degrees((-height).atan2(x.hypot(z)).to_degrees()),
            );
            let truth = (a.0 - b.0).hypot(a.1 - b.1);
            prop_assume!(truth > 0.01);
            let exact = length(seen(a), seen(b), height, 0.0).unwrap();
            prop_assert!((exact.length - truth).abs() < 1e-9 * (1.0 + truth));
            let loose = length(seen(a), seen(b), height, 0.05).unwrap();
            prop_assert!(loose.error > exact.error && exact.error > 0.0);
        }
    }
}
