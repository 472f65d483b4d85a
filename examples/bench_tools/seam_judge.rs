//! Breaks at the seams of a panorama: beside each seam both sides are found again in the true sphere. Where they are
//! shifted alike nothing is seen; where they are not, edges break by the difference.
//!
//! Where a seam runs along the outline of something near, both sides show things at different distances: they may be
//! shifted unlike, and nothing breaks. Such places do not count.

use anyhow::{Context, Result};
use kanfang::geometry::Equirect;
use kanfang::imaging::plane::Plane;
use kanfang::stitch::track::{Found, track};
use nalgebra::{Matrix2, Vector2, Vector3};

use super::photos::Rgb;

/// Distance of the two patches from the seam, pixels: they do not quite touch it.
const BESIDE: f64 = 10.0;
/// Pixels between two places along the seams.
const STEP: usize = 8;
/// Distances of what both sides of a seam show that differ by more than this share belong to different things.
const DEPTHS: f64 = 0.06;

/// The part of the sphere that a picture shows.
pub struct Part {
    /// Columns of the whole sphere.
    pub full: usize,
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Part {
    /// Read from the GPano data of a file; without them it is the whole.
    pub fn read(path: &str, picture: &Rgb) -> Result<Self> {
        let bytes = std::fs::read(path)?;
        let text = String::from_utf8_lossy(&bytes);
        let number = |name: &str| -> Option<usize> {
            let after = &text[text.find(name)? + name.len()..];
            let digits: String = after
                .chars()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(char::is_ascii_digit)
                .collect();
            digits.parse().ok()
        };
        let full = number("GPano:FullPanoWidthPixels").unwrap_or(picture.width);
        let left = number("GPano:CroppedAreaLeftPixels").unwrap_or(0);
        let top = number("GPano:CroppedAreaTopPixels").unwrap_or(0);
        Ok(Self { full, left, top, width: picture.width, height: picture.height })
    }

    /// The part of a whole sphere.
    pub fn cut(&self, sphere: &Rgb) -> Rgb {
        let data = (self.top..self.top + self.height)
            .flat_map(|y| {
                let from = (y * sphere.width + self.left) * 3;
                sphere.data[from..from + 3 * self.width].iter().copied()
            })
            .collect();
        Rgb { width: self.width, height: self.height, data }
    }
}

/// The numbers of a provenance map and its width.
pub fn labels(path: &str) -> Result<(Vec<u16>, usize)> {
    let map = image::open(path).with_context(|| path.to_owned())?.into_luma16();
    let width = map.width() as usize;
    Ok((map.into_raw(), width))
}

fn luma(picture: &Rgb) -> Result<Plane> {
    let data = picture
        .data
        .chunks_exact(3)
        .map(|c| ((u32::from(c[0]) * 77 + u32::from(c[1]) * 150 + u32::from(c[2]) * 29) >> 8) as u8)
        .collect();
    Plane::from_bytes(picture.width, picture.height, picture.width, data).context("no pixels")
}

/// How far the sides of the seams are shifted against each other, and the picture against the truth, both beside the
/// seams: medians, 95th and 99th percentile in minutes of arc. `depth`: how far away is what the middle sees in a direction
/// of the panorama. Also the worst breaks and their columns and rows.
pub fn at_seams(
    part: &Part,
    truth: &Rgb,
    made: &Rgb,
    map: &(Vec<u16>, usize),
    depth: &dyn Fn(&Vector3<f64>) -> f64,
) -> Result<serde_json::Value> {
    let (want, have) = (luma(truth)?, luma(made)?);
    let (labels, width) = (&map.0, map.1);
    let height = labels.len() / width;
    let minutes = 360.0 * 60.0 / part.full as f64;
    let area = Equirect { width: part.full as u32, height: part.full as u32 / 2 };
    // Mean logarithm of the distances that a patch shows.
    let distance = |p: &Vector2<f64>| -> f64 {
        let around = (0..49).map(|k| [f64::from(k % 7 - 3), f64::from(k / 7 - 3)].map(|v| 3.0 * v));
        let logs = around.map(|[dx, dy]| {
            let d = area.direction(part.left as f64 + p.x + dx, part.top as f64 + p.y + dy);
            depth(&Vector3::new(d.x, d.y, d.z)).ln()
        });
        logs.sum::<f64>() / 49.0
    };
    let (mut breaks, mut shifts, mut worst) = (Vec::new(), Vec::new(), Vec::new());
    for y in 24..height.saturating_sub(24) {
        let pitch = 90.0 - (part.top + y) as f64 * 360.0 / part.full as f64;
        if pitch.abs() > 72.0 {
            continue;
        }
        let narrow = pitch.to_radians().cos();
        for x in 24..width.saturating_sub(24) {
            let here = labels[y * width + x];
            let beside = [(y % STEP == 0, 1), (x % STEP == 0, width)];
            let next = beside.into_iter().find_map(|(looked, step)| {
                let next = labels[y * width + x + step];
                (looked && next != here && next != 0).then_some(next)
            });
            let Some(next) = next.filter(|_| here != 0) else { continue };
            // Across the seam: from where its own photo is to where the other is.
            let mut across = Vector2::new(0.0, 0.0);
            for dy in -10..=10_isize {
                for dx in -10..=10_isize {
                    let at = (y as isize + dy) as usize * width + (x as isize + dx) as usize;
                    let sign =
                        f64::from(i32::from(labels[at] == next) - i32::from(labels[at] == here));
                    across += Vector2::new(dx as f64, dy as f64) * sign;
                }
            }
            let Some(across) = across.try_normalize(1e-6) else { continue };
            let place =
                |sign: f64| Vector2::new(x as f64 + 0.5, y as f64) + across * (sign * BESIDE);
            if (distance(&place(-1.0)) - distance(&place(1.0))).abs() > DEPTHS {
                continue;
            }
            let side = |sign: f64| -> Option<(Vector2<f64>, Matrix2<f64>)> {
                let p = place(sign);
                let at = [p.x.round() as usize, p.y.round() as usize];
                let guess = at.map(|v| v as f64);
                let found: Found =
                    track(&want, at, &have, guess, &Matrix2::identity(), 40.0).ok()?;
                let shift = Vector2::new(found.at[0] - guess[0], found.at[1] - guess[1]);
                Some((
                    shift,
                    (found.whitening.tr_mul(&found.whitening) + Matrix2::identity() * 1e-6)
                        .try_inverse()?,
                ))
            };
            let (Some((one, c1)), Some((two, c2))) = (side(-1.0), side(1.0)) else { continue };
            // Along an edge nothing is known, and nothing seen.
            let known = |shift: Vector2<f64>, covariance: Matrix2<f64>| -> Option<f64> {
                let information = covariance.try_inverse()?;
                let trust = (information + Matrix2::identity() * 0.5).try_inverse()? * information;
                let seen = trust * shift;
                Some((seen.x * narrow).hypot(seen.y) * minutes)
            };
            if let Some(off) = known(two - one, c1 + c2) {
                worst.push((off, [x, y]));
                breaks.push(off);
            }
            shifts.extend(known(one, c1));
        }
    }
    let quantiles = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            values
                .get(((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1)))
                .copied()
        };
        serde_json::json!({ "places": values.len(), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99) })
    };
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    worst.truncate(12);
    Ok(serde_json::json!({
        "breaks": quantiles(breaks), "shifts": quantiles(shifts), "worst": worst,
    }))
}
