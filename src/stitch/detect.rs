//! Points that are found again: extrema of differences of Gaussians in scale space (Lowe, IJCV 60(2), 2004).
//!
//! The threshold of contrast is just above the noise of 8-bit pictures, so that white walls give points too;
//! what is too many is thinned by [`super::spread`], not by contrast.

use super::grey::Grey;

/// Scales an octave.
pub const SCALES: usize = 3;
/// Blur of the first scale, pixels of its octave.
pub const FIRST_SIGMA: f32 = 1.6;
/// Blur that the picture is thought to have.
const NATURAL_SIGMA: f32 = 0.6;
/// Least difference of Gaussians, of full scale.
const CONTRAST: f32 = 0.0016;
/// Largest ratio of the principal curvatures: what lies along an edge is not a point.
const EDGE_RATIO: f32 = 12.0;
/// No points so near the border, pixels of the octave.
const BORDER: usize = 6;

/// A point of interest, in pixels of the picture that it was found in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Column.
    pub x: f32,
    /// Row.
    pub y: f32,
    /// Blur at which it stands out, pixels.
    pub sigma: f32,
    /// Difference of Gaussians, without sign.
    pub strength: f32,
    /// Octave that it was found in.
    pub octave: usize,
    /// Level of the octave whose blur is next to `sigma`.
    pub level: usize,
}

/// One octave: blurred pictures, each `2^(1/3)` times as blurred as the last.
pub struct Octave {
    /// `SCALES + 3` levels.
    pub levels: Vec<Grey>,
}

/// The pyramid of blurred pictures, each octave half the size of the last.
pub fn octaves(picture: &Grey) -> Vec<Octave> {
    let extra = (FIRST_SIGMA * FIRST_SIGMA - NATURAL_SIGMA * NATURAL_SIGMA).sqrt();
    let mut base = picture.blurred(extra);
    let mut out = Vec::new();
    let ratio = 2.0_f32.powf(1.0 / SCALES as f32);
    while base.width.min(base.height) >= 32 && out.len() < 6 {
        let mut levels = vec![base];
        for level in 1..SCALES + 3 {
            let before = FIRST_SIGMA * ratio.powi(level as i32 - 1);
            let more = before * (ratio * ratio - 1.0).sqrt();
            let next = levels[level - 1].blurred(more);
            levels.push(next);
        }
        base = levels[SCALES].decimated();
        out.push(Octave { levels });
    }
    out
}

/// All points of a pyramid.
pub fn detect(octaves: &[Octave]) -> Vec<Point> {
    let mut points = Vec::new();
    for (index, octave) in octaves.iter().enumerate() {
        let differences: Vec<Grey> =
            octave.levels.windows(2).map(|pair| difference(&pair[0], &pair[1])).collect();
        for level in 1..=SCALES {
            extrema(&differences, level, index, &mut points);
        }
    }
    points
}

fn difference(a: &Grey, b: &Grey) -> Grey {
    let data = a.data.iter().zip(&b.data).map(|(a, b)| b - a).collect();
    Grey { width: a.width, height: a.height, data }
}

fn extrema(d: &[Grey], level: usize, octave: usize, points: &mut Vec<Point>) {
    let (width, height) = (d[0].width, d[0].height);
    if width <= 2 * BORDER || height <= 2 * BORDER {
        return;
    }
    let (below, here, above) = (&d[level - 1].data, &d[level].data, &d[level + 1].data);
    for y in BORDER..height - BORDER {
        for x in BORDER..width - BORDER {
            let at = y * width + x;
            let value = here[at];
            if value.abs() < CONTRAST * 0.8 {
                continue;
            }
            let sign = value.signum();
            let value = value.abs();
            // The row of the same level first: it rejects most.
            if here[at - 1] * sign >= value || here[at + 1] * sign > value {
                continue;
            }
            let beats = |plane: &[f32], at: usize| {
                plane[at - 1] * sign < value
                    && plane[at] * sign < value
                    && plane[at + 1] * sign < value
            };
            let wins = beats(here, at - width)
                && beats(here, at + width)
                && [below, above].iter().all(|plane| {
                    beats(plane, at - width) && beats(plane, at) && beats(plane, at + width)
                });
            if wins && let Some(point) = refined(d, level, x, y, octave) {
                points.push(point);
            }
        }
    }
}

/// The vertex of the parabola through the neighbours (Brown and Lowe, BMVC 2002).
fn refined(d: &[Grey], level: usize, x: usize, y: usize, octave: usize) -> Option<Point> {
    let (mut x, mut y, mut s) = (x, y, level);
    let (width, height) = (d[0].width, d[0].height);
    for _ in 0..4 {
        let v = |dx: i32, dy: i32, ds: i32| {
            let plane = &d[(s as i32 + ds) as usize];
            plane.data[((y as i32 + dy) as usize) * width + (x as i32 + dx) as usize]
        };
        let c = v(0, 0, 0);
        let g = [
            (v(1, 0, 0) - v(-1, 0, 0)) / 2.0,
            (v(0, 1, 0) - v(0, -1, 0)) / 2.0,
            (v(0, 0, 1) - v(0, 0, -1)) / 2.0,
        ];
        let xx = v(1, 0, 0) + v(-1, 0, 0) - 2.0 * c;
        let yy = v(0, 1, 0) + v(0, -1, 0) - 2.0 * c;
        let ss = v(0, 0, 1) + v(0, 0, -1) - 2.0 * c;
        let xy = (v(1, 1, 0) - v(-1, 1, 0) - v(1, -1, 0) + v(-1, -1, 0)) / 4.0;
        let xs = (v(1, 0, 1) - v(-1, 0, 1) - v(1, 0, -1) + v(-1, 0, -1)) / 4.0;
        let ys = (v(0, 1, 1) - v(0, -1, 1) - v(0, 1, -1) + v(0, -1, -1)) / 4.0;
        let h = nalgebra::Matrix3::new(xx, xy, xs, xy, yy, ys, xs, ys, ss);
        let step = -(h.try_inverse()? * nalgebra::Vector3::new(g[0], g[1], g[2]));
        if step.amax() <= 0.6 {
            let strength = (c + 0.5 * (g[0] * step.x + g[1] * step.y + g[2] * step.z)).abs();
            let (trace, determinant) = (xx + yy, xx * yy - xy * xy);
            let limit = (EDGE_RATIO + 1.0).powi(2) / EDGE_RATIO;
            if strength < CONTRAST || determinant <= 0.0 || trace * trace / determinant > limit {
                return None;
            }
            let scale = (1 << octave) as f32;
            let sigma = FIRST_SIGMA * 2.0_f32.powf((s as f32 + step.z) / SCALES as f32);
            // Octaves keep every second pixel, so pixel 0 stays where it is.
            return Some(Point {
                x: (x as f32 + step.x) * scale,
                y: (y as f32 + step.y) * scale,
                sigma: sigma * scale,
                strength,
                octave,
                level: s,
            });
        }
        let move_by =
            |value: usize, by: f32| (value as i64 + by.clamp(-1.0, 1.0).round() as i64) as usize;
        (x, y, s) = (move_by(x, step.x), move_by(y, step.y), move_by(s, step.z));
        let inside =
            (BORDER..width - BORDER).contains(&x) && (BORDER..height - BORDER).contains(&y);
        if !inside || !(1..=SCALES).contains(&s) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_found_where_it_is() {
        let (cx, cy, sigma) = (40.3_f32, 33.7_f32, 4.0_f32);
        let mut grey = Grey::filled(80, 70, 0.2);
        for y in 0..70 {
            for x in 0..80 {
                let r = (x as f32 - cx).powi(2) + (y as f32 - cy).powi(2);
                grey.data[y * 80 + x] += 0.3 * (-r / (2.0 * sigma * sigma)).exp();
            }
        }
        let points = detect(&octaves(&grey));
        let best = points.iter().max_by(|a, b| a.strength.total_cmp(&b.strength)).unwrap();
        assert!((best.x - cx).abs() < 0.1 && (best.y - cy).abs() < 0.1, "{best:?}");
        assert!((best.sigma / sigma - 1.0).abs() < 0.25, "{best:?}");
    }

    #[test]
    fn a_flat_picture_has_no_points() {
        assert!(detect(&octaves(&Grey::filled(90, 60, 0.5))).is_empty());
    }
}
