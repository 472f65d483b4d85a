//! Sharpness as the width of edges, which noise and contrast hardly change.
//!
//! In every tile with enough contrast the steepest gradient (Sobel) is set against the range of grey levels: a range
//! R that is crossed with slope G takes R ÷ G pixels. Noise is measured beside it (Immerkær 1996) and taken off.

use super::super::report::Sharpness;
use super::Grey;

const TILE: usize = 32;
/// Grey levels that a tile must span to count.
const ENOUGH_CONTRAST: f32 = 24.0;
/// The width (in pixels) that counts as perfectly sharp.
const SHARP: f32 = 1.5;
/// The part of the tiles, from the sharpest, whose width stands for the picture.
const TYPICAL: f32 = 0.3;

/// Measures edges and noise.
pub fn measure(grey: &Grey) -> Sharpness {
    // Near the poles of a sphere everything is drawn out sideways.
    let margin = if grey.is_two_to_one() { grey.height / 6 } else { 0 };
    let tiles: Vec<(usize, usize)> = (margin..(grey.height - margin).saturating_sub(TILE))
        .step_by(TILE)
        .flat_map(|y| (0..grey.width.saturating_sub(TILE)).step_by(TILE).map(move |x| (x, y)))
        .collect();
    let noise = noise(grey, &tiles);
    let mut widths: Vec<f32> =
        tiles.iter().filter_map(|&(x, y)| edge_width(grey, x, y, noise)).collect();
    widths.sort_by(f32::total_cmp);
    let edge_width = widths.get((widths.len() as f32 * TYPICAL) as usize).copied().unwrap_or(0.0);
    let score = if edge_width > 0.0 { (SHARP / edge_width).min(1.0) } else { 0.0 };
    Sharpness {
        score,
        edge_width,
        noise,
        evidence: widths.len() as f32 / tiles.len().max(1) as f32,
    }
}

/// Standard deviation of the noise: the response to a mask that is blind to planes and edges, in the calmest tiles.
fn noise(grey: &Grey, tiles: &[(usize, usize)]) -> f32 {
    let mut responses: Vec<f32> = tiles
        .iter()
        .map(|&(left, top)| {
            let mut sum = 0;
            for y in top + 1..top + TILE - 1 {
                for x in left + 1..left + TILE - 1 {
                    let v = |dx: usize, dy: usize| i32::from(grey.at(x + dx - 1, y + dy - 1));
                    let corners = v(0, 0) + v(2, 0) + v(0, 2) + v(2, 2);
                    let sides = v(1, 0) + v(0, 1) + v(2, 1) + v(1, 2);
                    sum += (corners - 2 * sides + 4 * v(1, 1)).abs();
                }
            }
            sum as f32 / ((TILE - 2) * (TILE - 2)) as f32
        })
        .collect();
    responses.sort_by(f32::total_cmp);
    let calm = responses.get(responses.len() / 5).copied().unwrap_or(0.0);
    (std::f32::consts::PI / 2.0).sqrt() / 6.0 * calm
}

/// Pixels from dark to bright; `None` without enough contrast.
fn edge_width(grey: &Grey, left: usize, top: usize, noise: f32) -> Option<f32> {
    let mut values: Vec<u8> =
        (top..top + TILE).flat_map(|y| grey.row(y)[left..left + TILE].iter().copied()).collect();
    let place = |part: usize| values.len() * part / 100;
    let (low, high) = (place(5), place(95));
    let dark = f32::from(*values.select_nth_unstable(low).1);
    let bright = f32::from(*values.select_nth_unstable(high).1);
    let range = bright - dark;
    if range < ENOUGH_CONTRAST + 6.0 * noise {
        return None;
    }
    let mut steepest = 0.0_f32;
    for y in top + 1..top + TILE - 1 {
        for x in left + 1..left + TILE - 1 {
            let v = |dx: usize, dy: usize| i32::from(grey.at(x + dx - 1, y + dy - 1));
            let across = v(2, 0) + 2 * v(2, 1) + v(2, 2) - v(0, 0) - 2 * v(0, 1) - v(0, 2);
            let down = v(0, 2) + 2 * v(1, 2) + v(2, 2) - v(0, 0) - 2 * v(1, 0) - v(2, 0);
            steepest = steepest.max((across as f32).hypot(down as f32) / 8.0);
        }
    }
    // The greatest of a thousand noisy gradients is about 1.4 deviations too high.
    let slope = (steepest - 1.4 * noise).max(0.5);
    // A perfect step has half its height as central difference.
    Some((range / slope / 2.0).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{draw, speckle};
    use super::*;

    /// Vertical bars with borders blurred by `blur` pixels, and noise.
    fn bars(blur: f32, noise: f32) -> Grey {
        draw(640, 640, |x, y| {
            let along = x as f32 + 3.0 * (y as f32 / 40.0).sin();
            let from_border = (along.rem_euclid(64.0) - 32.0).abs() - 16.0;
            let bar = 1.0 / (1.0 + (-1.7 * from_border / blur.max(0.01)).exp()) - 0.5;
            128.0 + 180.0 * bar + noise * 3.46 * (speckle(x, y) - 0.5)
        })
    }

    #[test]
    fn blur_lowers_the_score_and_noise_hardly_does() {
        let scores: Vec<f32> =
            [0.0, 1.5, 3.0, 6.0].map(|blur| measure(&bars(blur, 2.0)).score).to_vec();
        assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
        assert!(scores[0] > 0.9 && scores[3] < 0.35, "{scores:?}");
        for blur in [1.5, 4.0] {
            let (clean, noisy) = (measure(&bars(blur, 1.0)).score, measure(&bars(blur, 8.0)).score);
            assert!((noisy / clean - 1.0).abs() < 0.3, "{blur}: {clean} {noisy}");
        }
    }

    #[test]
    fn a_blank_wall_says_nothing() {
        let blank = measure(&draw(640, 320, |x, y| 180.0 + 6.0 * speckle(x, y)));
        assert!(blank.evidence < 0.01);
        assert!((blank.noise - 1.73).abs() < 0.4, "{blank:?}");
    }
}
