//! Describes the surroundings of a point so that they are known again under rotation, scale and exposure.
//!
//! Lowe's histogram of gradients (IJCV 2004): 4 × 4 places, 8 orientations; then the square root of the
//! L1-normalised histogram (Arandjelović and Zisserman, CVPR 2012), in 8-bit steps.

use super::detect::{FIRST_SIGMA, Octave, Point, SCALES};
use super::grey::Grey;

/// Values of a descriptor.
pub const LENGTH: usize = 128;

/// A point and what surrounds it.
#[derive(Clone, Debug)]
pub struct Feature {
    /// The point.
    pub point: Point,
    /// Main direction of the gradients, radians.
    pub angle: f32,
    /// Square roots of the histogram's values; their squares sum to about 255².
    pub descriptor: [i16; LENGTH],
}

/// Places of the histogram along each side.
const PLACES: usize = 4;
/// Orientations.
const BINS: usize = 8;
/// Bins of the histogram that tells the main direction.
const DIRECTIONS: usize = 36;

/// Describes `points`; a point with two main directions gives two features.
pub fn describe(octaves: &[Octave], points: &[Point]) -> Vec<Feature> {
    let mut out = Vec::with_capacity(points.len() * 5 / 4);
    for point in points {
        let picture = &octaves[point.octave].levels[point.level.min(SCALES)];
        let scale = (1 << point.octave) as f32;
        let (x, y, sigma) = (point.x / scale, point.y / scale, point.sigma / scale);
        for angle in directions(picture, x, y, sigma) {
            out.push(Feature {
                point: *point,
                angle,
                descriptor: histogram(picture, x, y, sigma, angle),
            });
        }
    }
    out
}

/// Angle of a vector in turns, 0 to 1: Abramowitz and Stegun 4.4.49 (1e-5), as `atan2` would take half of the time.
fn turns(y: f32, x: f32) -> f32 {
    let (ax, ay) = (x.abs(), y.abs());
    let ratio = ax.min(ay) / ax.max(ay).max(1e-20);
    let square = ratio * ratio;
    let series = 0.999_866
        + square
            * (-0.330_299_5 + square * (0.180_141 + square * (-0.085_133 + square * 0.020_835_1)));
    let eighth = ratio * series / std::f32::consts::TAU;
    let quarter = if ay > ax { 0.25 - eighth } else { eighth };
    let half = if x < 0.0 { 0.5 - quarter } else { quarter };
    if y < 0.0 { 1.0 - half } else { half }
}

fn gradient(picture: &Grey, x: usize, y: usize) -> (f32, f32) {
    let at = y * picture.width + x;
    let d = &picture.data;
    (d[at + 1] - d[at - 1], d[at + picture.width] - d[at - picture.width])
}

fn directions(picture: &Grey, x: f32, y: f32, sigma: f32) -> Vec<f32> {
    let spread = 1.5 * sigma.max(FIRST_SIGMA);
    let radius = (2.5 * spread).round() as i32;
    let mut sums = [0.0_f32; DIRECTIONS];
    let (cx, cy) = (x.round() as i32, y.round() as i32);
    let falloff = -1.0 / (2.0 * spread * spread);
    for py in (cy - radius).max(1)..=(cy + radius).min(picture.height as i32 - 2) {
        let dy = (py as f32 - y).powi(2);
        for px in (cx - radius).max(1)..=(cx + radius).min(picture.width as i32 - 2) {
            let square = (px as f32 - x).powi(2) + dy;
            if square > (radius * radius) as f32 {
                continue;
            }
            let (gx, gy) = gradient(picture, px as usize, py as usize);
            let weight = (gx * gx + gy * gy).sqrt() * quick_exp(square * falloff);
            let bin = turns(gy, gx) * DIRECTIONS as f32;
            sums[bin as usize % DIRECTIONS] += weight;
        }
    }
    for _ in 0..3 {
        let old = sums;
        for i in 0..DIRECTIONS {
            sums[i] =
                (old[(i + DIRECTIONS - 1) % DIRECTIONS] + old[i] + old[(i + 1) % DIRECTIONS]) / 3.0;
        }
    }
    let peak = sums.iter().copied().fold(0.0, f32::max);
    let mut found: Vec<(f32, f32)> = Vec::new();
    for i in 0..DIRECTIONS {
        let (a, b, c) =
            (sums[(i + DIRECTIONS - 1) % DIRECTIONS], sums[i], sums[(i + 1) % DIRECTIONS]);
        if b > a && b >= c && b >= 0.85 * peak && b > 0.0 {
            let offset = 0.5 * (a - c) / (a - 2.0 * b + c);
            found.push((b, (i as f32 + 0.5 + offset) / DIRECTIONS as f32 * std::f32::consts::TAU));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(2).map(|(_, angle)| angle).collect()
}

/// `e^x` for x in [−8, 0] to 1 %: (1 + x/32)^32.
fn quick_exp(x: f32) -> f32 {
    let mut y = (1.0 + x / 32.0).max(0.0);
    for _ in 0..5 {
        y *= y;
    }
    y
}

/// Pixels that are worked on side by side.
const RUN: usize = 8;
/// Sums of a histogram: a place more on each side and an orientation more.
const SUMS: usize = (PLACES + 2) * (PLACES + 2) * (BINS + 1);

/// Adds a gradient to the eight sums around it; beyond the places it does not count.
#[inline]
fn add(sums: &mut [f32; SUMS], column: f32, row: f32, bin: f32, weight: f32) {
    if !(column > 0.0 && row > 0.0 && column < 5.0 && row < 5.0) {
        return;
    }
    // Through i32, which is quicker.
    let (c, r) = (column as i32 as usize, row as i32 as usize);
    let b = (bin as i32 as usize).min(BINS - 1);
    let (fc, fr, fb) = (column - c as f32, row - r as f32, bin - b as f32);
    let at = (r * (PLACES + 2) + c) * (BINS + 1) + b;
    let block = &mut sums[at..at + (PLACES + 3) * (BINS + 1) + 2];
    for (offset, part) in [
        (0, (1.0 - fr) * (1.0 - fc)),
        (BINS + 1, (1.0 - fr) * fc),
        ((PLACES + 2) * (BINS + 1), fr * (1.0 - fc)),
        ((PLACES + 3) * (BINS + 1), fr * fc),
    ] {
        let value = weight * part;
        block[offset] += value * (1.0 - fb);
        block[offset + 1] += value * fb;
    }
}

fn histogram(picture: &Grey, x: f32, y: f32, sigma: f32, angle: f32) -> [i16; LENGTH] {
    let place = 3.0 * sigma;
    let radius = (place * std::f32::consts::SQRT_2 * (PLACES as f32 + 1.0) * 0.5).round() as i32;
    let radius = radius.min(picture.width.max(picture.height) as i32);
    let (sin, cos) = angle.sin_cos();
    let (sin, cos) = (sin / place, cos / place);
    let turned = angle / std::f32::consts::TAU;
    let mut sums = [0.0_f32; SUMS];
    let (cx, cy) = (x.round() as i32, y.round() as i32);
    let (first, last) = ((cy - radius).max(1), (cy + radius).min(picture.height as i32 - 2));
    for py in first..=last {
        let dy = py as f32 - y;
        // The pixels of the row in which |u| and |v| stay below 2.5, and one more on each side.
        let (mut low, mut high) = (-(radius as f32), radius as f32);
        for (slope, offset) in [(cos, sin * dy), (-sin, cos * dy)] {
            if slope.abs() > 1e-6 {
                let (a, b) = ((-2.5 - offset) / slope, (2.5 - offset) / slope);
                (low, high) = (low.max(a.min(b)), high.min(a.max(b)));
            }
        }
        let left = ((x + low) as i32 - 1).max(cx - radius).max(1);
        let right = ((x + high) as i32 + 2).min(cx + radius).min(picture.width as i32 - 2);
        if left > right {
            continue;
        }
        let (left, count) = (left as usize, (right - left + 1) as usize);
        let at = py as usize * picture.width + left;
        let above = &picture.data[at - picture.width..][..count];
        let here = &picture.data[at - 1..][..count + 2];
        let below = &picture.data[at + picture.width..][..count];
        for start in (0..count).step_by(RUN) {
            let run = RUN.min(count - start);
            let (mut gx, mut gy) = ([0.0_f32; RUN], [0.0_f32; RUN]);
            for i in 0..run {
                gx[i] = here[start + i + 2] - here[start + i];
                gy[i] = below[start + i] - above[start + i];
            }
            let (mut columns, mut rows) = ([0.0_f32; RUN], [0.0_f32; RUN]);
            let (mut weights, mut bins) = ([0.0_f32; RUN], [0.0_f32; RUN]);
            for i in 0..RUN {
                let dx = (left + start + i) as i32 as f32 - x;
                let (u, v) = (cos * dx + sin * dy, cos * dy - sin * dx);
                // Place −½ … 4½ along each side.
                (columns[i], rows[i]) = (u + 2.5, v + 2.5);
                weights[i] =
                    (gx[i] * gx[i] + gy[i] * gy[i]).sqrt() * quick_exp(-(u * u + v * v) / 8.0);
                let bin = (turns(gy[i], gx[i]) - turned) * BINS as f32;
                bins[i] = if bin < 0.0 { bin + BINS as f32 } else { bin };
            }
            for i in 0..run {
                add(&mut sums, columns[i], rows[i], bins[i], weights[i]);
            }
        }
    }
    let mut out = [0.0_f32; LENGTH];
    for r in 0..PLACES {
        for c in 0..PLACES {
            let at = ((r + 1) * (PLACES + 2) + c + 1) * (BINS + 1);
            for b in 0..BINS {
                let wrapped = if b == 0 { sums[at + BINS] } else { 0.0 };
                out[(r * PLACES + c) * BINS + b] = sums[at + b] + wrapped;
            }
        }
    }
    rooted(out)
}

/// Large values cut, so that one bright edge does not outshine the rest; then the square root of each share.
fn rooted(mut values: [f32; LENGTH]) -> [i16; LENGTH] {
    let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-12);
    for value in &mut values {
        *value = (*value / norm).min(0.2);
    }
    let sum = values.iter().sum::<f32>().max(1e-12);
    values.map(|value| ((value / sum).sqrt() * 255.0).round() as i16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_is_the_angle() {
        for i in 0..360 {
            let angle = (i as f32).to_radians();
            let got = turns(angle.sin(), angle.cos()) * 360.0;
            let off = (got - i as f32).abs();
            assert!(off.min(360.0 - off) < 0.2, "{i} {got}");
        }
    }

    #[test]
    fn exposure_does_not_change_a_descriptor() {
        let make = |gain: f32| {
            let data = (0..64 * 64)
                .map(|i| {
                    gain * (0.2
                        + 0.1 * ((i % 64) as f32 * 0.3).sin()
                        + 0.05 * ((i / 64) as f32 * 0.4).cos())
                })
                .collect();
            Grey { width: 64, height: 64, data }
        };
        let (a, b) = (
            histogram(&make(1.0), 32.0, 32.0, 2.0, 0.3),
            histogram(&make(0.4), 32.0, 32.0, 2.0, 0.3),
        );
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1));
    }
}
