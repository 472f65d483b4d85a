//! Angles of other viewers. Ours: degrees, yaw right positive, pitch up positive, north as the yaw at which it lies.

use crate::auction::tour::View;

/// The shape of screen, width by height, for which a vertical field of view is stated: viewers that keep it vertical show
/// as much up and down on any screen.
pub const SCREEN: f64 = 16.0 / 9.0;

/// The horizontal field of view (degrees) as a vertical one (degrees) on a [`SCREEN`].
pub fn vertical(hfov: f64) -> f64 {
    2.0 * ((hfov.to_radians() / 2.0).tan() / SCREEN).atan().to_degrees()
}

/// The inverse of [`vertical`].
pub fn horizontal(vfov: f64) -> f64 {
    2.0 * ((vfov.to_radians() / 2.0).tan() * SCREEN).atan().to_degrees()
}

/// Degrees in [−180, 180].
pub fn wrapped(degrees: f64) -> f64 {
    if (-180.0..=180.0).contains(&degrees) {
        return degrees;
    }
    let turned = (degrees + 180.0).rem_euclid(360.0) - 180.0;
    turned.clamp(-180.0, 180.0)
}

/// Pannellum's `northOffset`: the heading of the picture's centre, clockwise from north.
pub fn north_offset(north_yaw: f64) -> f64 {
    wrapped(-north_yaw)
}

/// A view that our tours may begin with: foreign ones may look beyond the poles or too narrowly.
pub fn admissible(yaw: f64, pitch: f64, hfov: f64) -> View {
    View {
        yaw: wrapped(yaw),
        pitch: pitch.clamp(-90.0, 90.0),
        hfov: if hfov.is_finite() { hfov.clamp(30.0, 120.0) } else { 90.0 },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn fields_of_view_come_back(hfov in 30.0..120.0_f64) {
            prop_assert!((horizontal(vertical(hfov)) - hfov).abs() < 1e-9);
            prop_assert!(vertical(hfov) < hfov);
        }

        #[test]
        fn turning_whole_circles_changes_nothing(yaw in -180.0..180.0_f64, turns in -3..=3_i32) {
            let back = wrapped(yaw + 360.0 * f64::from(turns));
            prop_assert!((back - yaw).abs() < 1e-9 || (back - yaw).abs() > 359.999_999);
        }

        #[test]
        fn north_comes_back(yaw in -180.0..180.0_f64) {
            prop_assert!((wrapped(-north_offset(yaw)) - yaw).abs() < 1e-9);
        }
    }

    #[test]
    fn known_values() {
        // 90° across on 16:9: 2·atan(9/16).
        assert!((vertical(90.0) - 58.715_507_1).abs() < 1e-6);
        // North 90° to the right of the centre: the centre looks west.
        assert_eq!(north_offset(90.0), -90.0);
        assert_eq!(wrapped(270.0), -90.0);
    }
}
