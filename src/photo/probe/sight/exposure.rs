//! Brightness over the area that counts: on a sphere by solid angle, in a fisheye picture inside its circles.

use super::super::report::{Circle, Exposure};
use super::Grey;

/// At most this is black.
const BLACK: usize = 4;
/// At least this is white.
const WHITE: usize = 251;

/// Measures the grey levels.
pub fn measure(grey: &Grey, circles: &[Circle]) -> Exposure {
    let sphere = circles.is_empty() && grey.is_two_to_one();
    let mut histogram = [0.0_f64; 256];
    for y in 0..grey.height {
        let middle = (y as f64 + 0.5) / grey.height as f64;
        let weight = if sphere { (middle * std::f64::consts::PI).sin() } else { 1.0 };
        for (x, &value) in grey.row(y).iter().enumerate() {
            if circles.is_empty() || circles.iter().any(|circle| is_inside(grey, circle, x, y)) {
                histogram[usize::from(value)] += weight;
            }
        }
    }
    let all = histogram.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let part = |levels: &[f64]| (levels.iter().sum::<f64>() / all) as f32;
    let mean =
        histogram.iter().enumerate().map(|(level, weight)| level as f64 * weight).sum::<f64>()
            / all;
    Exposure {
        mean: mean as f32,
        percentiles: [0.01, 0.05, 0.5, 0.95, 0.99].map(|part| percentile(&histogram, part * all)),
        clipped_dark: part(&histogram[..=BLACK]),
        clipped_bright: part(&histogram[WHITE..]),
    }
}

fn is_inside(grey: &Grey, circle: &Circle, x: usize, y: usize) -> bool {
    let height = grey.height as f32;
    let across = x as f32 - circle.x * grey.width as f32;
    let down = y as f32 - circle.y * height;
    across.hypot(down) < circle.radius * height
}

fn percentile(histogram: &[f64; 256], wanted: f64) -> u8 {
    let mut seen = 0.0;
    let level = histogram.iter().position(|weight| {
        seen += weight;
        seen >= wanted
    });
    level.unwrap_or(255) as u8
}

#[cfg(test)]
mod tests {
    use super::super::drawing::draw;
    use super::*;

    #[test]
    fn a_sphere_is_weighted_by_its_area() {
        // White above 45° of latitude only: 14.6 % of the sphere, a quarter of the rows.
        let cap = draw(400, 200, |_, y| if y < 50 { 255.0 } else { 0.0 });
        let exposure = measure(&cap, &[]);
        assert!((exposure.clipped_bright - 0.146).abs() < 0.005, "{exposure:?}");
        assert_eq!(exposure.percentiles[2], 0);
    }
}
