//! Two signs of a whole sphere: the left edge continues the right one, and each pole is one point drawn out to a row.

use super::super::report::{Poles, Wrap};
use super::Grey;

/// Pairs of columns that are compared.
const SAMPLES: usize = 64;
/// Below this difference between distant columns every seam looks continuous.
pub const TOO_UNIFORM: f32 = 4.0;

/// How well the left column goes on from the right one.
pub fn continuity(grey: &Grey) -> Wrap {
    let width = grey.width;
    let seam = difference(grey, width - 1, 0);
    let sampled = |distance: usize| {
        let mut differences: Vec<f32> = (0..SAMPLES)
            .map(|sample| sample * (width - 1) / SAMPLES)
            .map(|column| difference(grey, column, (column + distance) % width))
            .collect();
        differences.sort_by(f32::total_cmp);
        differences[SAMPLES / 2]
    };
    let neighbours = sampled(1);
    let strangers = sampled(width / 3).min(sampled(width / 2));
    // A stitched seam may be half again as rough as its neighbours; halfway to strangers it is none.
    let room = (0.5 * (strangers - neighbours)).max(1.0);
    let mut score = 1.0 - ((seam - 1.5 * neighbours).max(0.0) / room).min(1.0);
    if strangers < TOO_UNIFORM {
        score = score.min(0.5);
    }
    Wrap { score, seam, neighbours, strangers }
}

/// Mean difference of two columns.
fn difference(grey: &Grey, one: usize, other: usize) -> f32 {
    let sum: u64 =
        (0..grey.height).map(|y| u64::from(grey.at(one, y).abs_diff(grey.at(other, y)))).sum();
    sum as f32 / grey.height as f32
}

/// How uniform the first and the last row are beside the rows of the middle.
pub fn poles(grey: &Grey) -> Poles {
    let mut middle: Vec<f32> =
        (0..16).map(|part| spread(grey, grey.height / 4 + grey.height * part / 32)).collect();
    middle.sort_by(f32::total_cmp);
    let usual = middle[middle.len() / 2].max(4.0);
    let uniform = |y: usize| 1.0 - (spread(grey, y) / usual / 0.6).min(1.0);
    Poles { top: uniform(0), bottom: uniform(grey.height - 1) }
}

/// Standard deviation along a row, after noise was averaged away.
fn spread(grey: &Grey, y: usize) -> f32 {
    let cells = grey.width.min(64);
    let means = grey.shrunk((0, y, grey.width, 1), cells, 1);
    let mean = means.iter().sum::<f32>() / cells as f32;
    (means.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / cells as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{draw, speckle};
    use super::*;

    /// A band of the turning world, `turns` times around.
    fn around(turns: f32) -> Grey {
        draw(600, 300, |x, y| {
            let angle = x as f32 / 600.0 * turns * std::f32::consts::TAU;
            let height = (y as f32 + 0.5) / 300.0;
            128.0
                + 90.0
                    * (height * std::f32::consts::PI).sin()
                    * (angle + 3.0 * (2.0 * angle).sin() * height).cos()
                + 6.0 * speckle(x, y)
        })
    }

    #[test]
    fn a_full_turn_is_continuous_and_has_poles() {
        let grey = around(1.0);
        assert!(continuity(&grey).score > 0.9);
        let poles = poles(&grey);
        assert!(poles.top > 0.7 && poles.bottom > 0.7);
    }

    #[test]
    fn a_photo_is_not() {
        assert!(continuity(&around(0.6)).score < 0.3);
        let uniform = draw(600, 300, |x, y| 200.0 + 2.0 * speckle(x, y));
        assert!(continuity(&uniform).score <= 0.5);
    }
}
