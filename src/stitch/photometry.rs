//! Exposure, white balance and vignetting of all photos, solved together from what they see in common.
//!
//! In logarithms of linear light everything is linear (Goldman and Chen, ICCV 2005): what a photo shows is the scene
//! plus the photo's exposure plus the lens's falloff `a r² + b r⁴`. Robust least squares by reweighting. sRGB's power
//! part makes a gain in linear light a gain of `v + 0.055` in the encoded values, so no table is needed to apply it.

use nalgebra::{DMatrix, DVector};

use super::error::StitchError;
use super::grey::{Grey, in_order};
use super::photo::Photo;
use super::warp::View;
use crate::base::Cancel;
use crate::imaging::plane::ColourModel;

/// Longer side of the pictures that are compared, pixels.
const SIDE: f64 = 110.0;
/// Offset of sRGB's power part (IEC 61966-2-1).
pub const OFFSET: f32 = 0.055;
/// Exponent of sRGB's power part.
pub const POWER: f32 = 2.4;
/// Encoded values that tell of light: neither black nor burnt out.
pub const TELLING: std::ops::Range<f32> = 0.06..0.94;

/// Natural logarithm of linear light of an encoded value, less a constant.
pub fn light(value: f32) -> f32 {
    POWER * (value + OFFSET).ln()
}

/// Corrections of one photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// Factor of linear light for R, G, B.
    pub gain: [f32; 3],
    /// Falloff `ln V = a r² + b r⁴`, r = 1 in the corner.
    pub falloff: [f32; 2],
}

impl Tone {
    /// Nothing is changed.
    pub const NONE: Self = Self { gain: [1.0; 3], falloff: [0.0; 2] };

    /// Exposure correction in EV (mean of the channels).
    pub fn ev(&self) -> f32 {
        self.gain.iter().map(|g| g.log2()).sum::<f32>() / 3.0
    }
}

/// A small RGB picture of a photo.
struct Small {
    channels: [Grey; 3],
    scale: f64,
}

impl Small {
    fn of(photo: &Photo) -> Self {
        let side = photo.width().max(photo.height()) as f64;
        let pixels = photo.width() as f64 * photo.height() as f64 * (SIDE / side).powi(2);
        let reduced: Vec<Grey> =
            photo.picture.planes.iter().map(|plane| Grey::reduced(plane, pixels).0).collect();
        let luma = &reduced[0];
        let mut channels = [luma.clone(), luma.clone(), luma.clone()];
        if photo.picture.model == ColourModel::YCbCr && reduced.len() == 3 {
            for y in 0..luma.height {
                for x in 0..luma.width {
                    let at = |plane: &Grey| {
                        plane.at(x.min(plane.width - 1), y.min(plane.height - 1)) - 128.0 / 255.0
                    };
                    let (l, b, r) = (luma.at(x, y), at(&reduced[1]), at(&reduced[2]));
                    let k = y * luma.width + x;
                    channels[0].data[k] = l + 1.402 * r;
                    channels[1].data[k] = l - 0.344_136 * b - 0.714_136 * r;
                    channels[2].data[k] = l + 1.772 * b;
                }
            }
        }
        let scale = luma.width as f64 / photo.width() as f64;
        Self { channels, scale }
    }

    fn sample(&self, pixel: [f64; 2]) -> Option<[f32; 3]> {
        let x = ((pixel[0] + 0.5) * self.scale - 0.5) as f32;
        let y = ((pixel[1] + 0.5) * self.scale - 0.5) as f32;
        let [r, g, b] = &self.channels;
        Some([r.sample(x, y)?, g.sample(x, y)?, b.sample(x, y)?])
    }
}

/// What is known of a lens's falloff beside what photos have in common: `slopes · (a, b) = value`.
#[derive(Clone, Debug)]
pub struct Known {
    /// Which lens.
    pub lens: usize,
    /// Factors of `a` and `b`.
    pub slopes: [f64; 2],
    /// Natural logarithm of light.
    pub value: f64,
    /// How many common places it counts as.
    pub weight: f64,
}

/// One place that two photos see.
struct Common {
    photos: [usize; 2],
    radii: [f32; 2],
    /// Difference of the logarithms of linear light, a channel each.
    difference: [f32; 3],
}

/// Solves the corrections of the placed photos; the others get [`Tone::NONE`]. `known`: of the lenses beforehand.
pub fn solve(
    photos: &[Photo],
    placed: &[usize],
    views: &[View],
    lens_of: &[usize],
    known: &[Known],
    cancel: &Cancel,
) -> Result<Vec<Tone>, StitchError> {
    let small: Vec<Option<Small>> =
        in_order(photos.len(), |i| placed.binary_search(&i).is_ok().then(|| Small::of(&photos[i])));
    let common = in_order(placed.len(), |k| in_common(placed[k], placed, views, &small, cancel))
        .into_iter()
        .flatten()
        .collect::<Vec<_>>();
    let mut tones = vec![Tone::NONE; photos.len()];
    let lenses = lens_of.iter().max().map_or(0, |m| m + 1);
    let index_of: Vec<Option<usize>> =
        (0..photos.len()).map(|i| placed.binary_search(&i).ok()).collect();
    let unknowns = placed.len() + 2 * lenses;
    let mean = |c: &Common| f64::from(c.difference.iter().sum::<f32>()) / 3.0;
    let falloff_row = |c: &Common, side: usize, sign: f64| {
        let first = placed.len() + 2 * lens_of[c.photos[side]];
        let square = f64::from(c.radii[side] * c.radii[side]);
        [(first, sign * square), (first + 1, sign * square * square)]
    };
    let gain_row = |c: &Common| {
        [(c.photos[0], 1.0), (c.photos[1], -1.0)]
            .map(|(photo, sign)| (index_of[photo].unwrap_or(0), sign))
    };
    let whole = robust(unknowns, placed.len(), &common, known, cancel, |c| {
        let ([a, b], [p, q]) = (falloff_row(c, 0, 1.0), falloff_row(c, 1, -1.0));
        let [one, other] = gain_row(c);
        ([a, b, p, q, one, other], mean(c))
    })?;
    let falloff = |lens: usize| {
        [whole[placed.len() + 2 * lens] as f32, whole[placed.len() + 2 * lens + 1] as f32]
    };
    for channel in 0..3 {
        let own = robust(placed.len(), placed.len(), &common, &[], cancel, |c| {
            let fall = |side: usize| {
                let [a, b] = falloff(lens_of[c.photos[side]]);
                let square = c.radii[side] * c.radii[side];
                a * square + b * square * square
            };
            (gain_row(c), f64::from(c.difference[channel] - fall(0) + fall(1)))
        })?;
        let mut sorted: Vec<f64> = own.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let middle = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        for (k, &photo) in placed.iter().enumerate() {
            tones[photo].gain[channel] = ((middle - own[k]).clamp(-4.0, 4.0)).exp() as f32;
        }
    }
    for &photo in placed {
        tones[photo].falloff = falloff(lens_of[photo]);
    }
    Ok(tones)
}

fn in_common(
    from: usize,
    placed: &[usize],
    views: &[View],
    small: &[Option<Small>],
    cancel: &Cancel,
) -> Vec<Common> {
    let Some(own) = &small[from] else { return Vec::new() };
    let (w, h) = (own.channels[0].width, own.channels[0].height);
    let mut out = Vec::new();
    // The more photos there are, the more of them see each place: fewer places then tell as much.
    let step = (3.0 * (placed.len() as f64 / 30.0).max(1.0).sqrt()) as usize;
    for y in (1..h.saturating_sub(1)).step_by(step) {
        if cancel.is_cancelled() {
            break;
        }
        for x in (1..w.saturating_sub(1)).step_by(step) {
            let pixel = [(x as f64 + 0.5) / own.scale - 0.5, (y as f64 + 0.5) / own.scale - 0.5];
            let Some(ray) = views[from].lens.unproject(pixel) else { continue };
            let world = views[from].rotation * ray;
            let Some(here) = own.sample(pixel) else { continue };
            for &to in placed.iter().filter(|&&to| to > from) {
                let Some(other) = views[to].look(&world) else { continue };
                let Some(there) = small[to].as_ref().and_then(|s| s.sample(other)) else {
                    continue;
                };
                if here.iter().chain(&there).any(|v| !TELLING.contains(v)) {
                    continue;
                }
                out.push(Common {
                    photos: [from, to],
                    radii: [views[from].radius(pixel), views[to].radius(other)],
                    difference: std::array::from_fn(|c| light(here[c]) - light(there[c])),
                });
            }
        }
    }
    out
}

/// Least squares of `row · x = value` with weights that ebb beyond 6 %; gains are held softly, falloff too.
fn robust<const N: usize>(
    unknowns: usize,
    gains: usize,
    common: &[Common],
    known: &[Known],
    cancel: &Cancel,
    row: impl Fn(&Common) -> ([(usize, f64); N], f64),
) -> Result<DVector<f64>, StitchError> {
    let mut x = DVector::<f64>::zeros(unknowns);
    for round in 0..8 {
        if cancel.is_cancelled() {
            return Err(StitchError::Cancelled);
        }
        let mut normal = DMatrix::<f64>::zeros(unknowns, unknowns);
        let mut right = DVector::<f64>::zeros(unknowns);
        for i in 0..unknowns {
            normal[(i, i)] = if i < gains { 1e-3 } else { 1.0 + 2e-3 * common.len() as f64 * 0.01 };
        }
        for known in known {
            let first = gains + 2 * known.lens;
            for (i, a) in known.slopes.iter().enumerate() {
                right[first + i] += known.weight * a * known.value;
                for (j, b) in known.slopes.iter().enumerate() {
                    normal[(first + i, first + j)] += known.weight * a * b;
                }
            }
        }
        // Wide at first, so that steps of exposure are no outliers.
        let scale = if round < 3 { 1.0 } else { 0.06 };
        for (row, value) in common.iter().map(&row) {
            let error = row.iter().map(|(i, a)| a * x[*i]).sum::<f64>() - value;
            let weight = 1.0 / (1.0 + (error / scale).powi(2));
            for (i, a) in &row {
                right[*i] += weight * a * value;
                for (j, b) in &row {
                    normal[(*i, *j)] += weight * a * b;
                }
            }
        }
        match normal.cholesky() {
            Some(factor) => x = factor.solve(&right),
            None => break,
        }
    }
    Ok(x)
}
