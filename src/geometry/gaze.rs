//! A grid on the sphere whose cells are nearly alike in size, in which directions of looking are counted.
//!
//! Bands of 10° of pitch, from the zenith down; the band whose middle has pitch p is cut into round(36 · cos p) cells of
//! equal width, from yaw −180° to the right. That makes 412 cells between 0.030 and 0.032 steradian; a grid of 10° by 10°
//! would have cells at the poles that are a twentieth of those at the horizon. Cells are numbered in that order from 0.
//! `viewer/shared/src/gaze.ts` does the same; `tests/vectors/gaze.json` keeps both alike.

use super::angle::Degrees;

/// Cells of each band, from the zenith down.
pub const BANDS: [u16; 18] = [3, 9, 15, 21, 25, 29, 33, 35, 36, 36, 35, 33, 29, 25, 21, 15, 9, 3];
/// Height of a band in degrees.
pub const BAND: f64 = 10.0;
/// Number of all cells.
pub const CELLS: u16 = 412;

/// The cell that a direction lies in; `None` for what is no direction. The yaw may have any number of turns.
pub fn cell_of(yaw: Degrees, pitch: Degrees) -> Option<u16> {
    if !yaw.0.is_finite() || !(-90.0..=90.0).contains(&pitch.0) {
        return None;
    }
    let band = (((90.0 - pitch.0) / BAND) as usize).min(BANDS.len() - 1);
    let part = (yaw.0 + 180.0).rem_euclid(360.0) / 360.0;
    let width = BANDS[band];
    let column = ((part * f64::from(width)) as u16).min(width - 1);
    Some(BANDS[..band].iter().sum::<u16>() + column)
}

/// The middle of a cell as yaw and pitch; `None` from [`CELLS`] on.
pub fn centre_of(cell: u16) -> Option<(Degrees, Degrees)> {
    let (band, column) = place_of(cell)?;
    let yaw = 360.0 * (f64::from(column) + 0.5) / f64::from(BANDS[band]) - 180.0;
    Some((Degrees(yaw), Degrees(90.0 - BAND * (band as f64 + 0.5))))
}

/// The part of the sphere that a cell covers, in steradian; `None` from [`CELLS`] on.
pub fn solid_angle(cell: u16) -> Option<f64> {
    let (band, _) = place_of(cell)?;
    let sine = |edge: usize| (90.0 - BAND * edge as f64).to_radians().sin();
    Some(std::f64::consts::TAU / f64::from(BANDS[band]) * (sine(band) - sine(band + 1)))
}

/// Band and place in it.
fn place_of(cell: u16) -> Option<(usize, u16)> {
    let mut left = cell;
    for (band, &width) in BANDS.iter().enumerate() {
        if left < width {
            return Some((band, left));
        }
        left -= width;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_cells_cover_the_sphere_and_are_nearly_alike() {
        assert_eq!(BANDS.iter().sum::<u16>(), CELLS);
        let sizes: Vec<f64> = (0..CELLS).map(|cell| solid_angle(cell).unwrap()).collect();
        let whole: f64 = sizes.iter().sum();
        assert!((whole - 2.0 * std::f64::consts::TAU).abs() < 1e-9, "{whole}");
        assert!(sizes.iter().all(|size| (0.0299..0.0321).contains(size)), "{sizes:?}");
        assert_eq!((centre_of(CELLS), solid_angle(CELLS)), (None, None));
    }

    #[test]
    fn the_grid_agrees_with_the_vectors_that_the_viewers_tests_use() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/gaze.json")).unwrap();
        for one in vectors["directions"].as_array().unwrap() {
            let number = |name: &str| Degrees(one[name].as_f64().unwrap());
            let cell = cell_of(number("yaw"), number("pitch"));
            assert_eq!(cell.map(u64::from), one["cell"].as_u64(), "{one}");
        }
        for one in vectors["solid_angles"].as_array().unwrap() {
            let cell = u16::try_from(one["cell"].as_u64().unwrap()).unwrap();
            let off = solid_angle(cell).unwrap() - one["solid_angle"].as_f64().unwrap();
            assert!(off.abs() < 1e-12, "{one}");
        }
    }

    #[test]
    fn what_is_no_direction_has_no_cell() {
        for (yaw, pitch) in [(f64::NAN, 0.0), (f64::INFINITY, 0.0), (0.0, 90.1), (0.0, f64::NAN)] {
            assert_eq!(cell_of(Degrees(yaw), Degrees(pitch)), None);
        }
        assert_eq!(cell_of(Degrees(0.0), Degrees(90.0)), Some(1));
        assert_eq!(cell_of(Degrees(-180.0), Degrees(-90.0)), Some(CELLS - 3));
    }

    proptest! {
        #[test]
        fn a_direction_is_no_farther_from_its_cells_middle_than_the_cell_is_wide(
            yaw in -720.0..720.0f64, pitch in -90.0..=90.0f64
        ) {
            let cell = cell_of(Degrees(yaw), Degrees(pitch)).unwrap();
            let (middle, height) = centre_of(cell).unwrap();
            prop_assert!((height.0 - pitch).abs() <= BAND / 2.0 + 1e-9);
            let off = (yaw - middle.0 + 180.0).rem_euclid(360.0) - 180.0;
            let (band, _) = place_of(cell).unwrap();
            prop_assert!(off.abs() <= 180.0 / f64::from(BANDS[band]) + 1e-9);
            prop_assert_eq!(cell_of(middle, height), Some(cell));
        }
    }
}
