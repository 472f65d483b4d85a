//! What moved between two exposures: where one does not show what the curve says it should.
//!
//! Such places are not blended: there the exposure is replaced by what the one it was compared with would have looked
//! like at its exposure, so that everything that moved comes from one photo and no step of tone is seen.

use super::curve::{Curve, USABLE};
use crate::imaging::plane::{ColourModel, Picture};
use crate::stitch::grey::Grey;
use crate::stitch::regions::regions;

/// Difference of encoded values that noise and compression explain.
const NOISE: f32 = 0.055;
/// Pixels of the mask by which things may be misplaced without having moved.
const MISPLACED: f32 = 0.6;
/// Smallest region of the mask that counts, pixels.
const SMALLEST: usize = 14;
/// Pixels of the mask by which regions grow: their soft borders differ less than they do.
const GROWTH: usize = 4;

/// Where, 0 to 1, `other` shows something else than `base` at the same size. `usable`: where `base` tells what to expect.
pub fn moved(base: &Grey, other: &Grey, curve: &Curve, usable: &[bool]) -> Grey {
    let (w, h) = (base.width, base.height);
    let mut hit = vec![false; w * h];
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let at = y * w + x;
            let v = base.data[at];
            if !usable[at] || !USABLE.contains(&v) {
                continue;
            }
            let expected = curve.value(v);
            // A steep curve raises the noise of the base, an edge the error of the alignment.
            let slope =
                (curve.value((v + 0.02).min(1.0)) - curve.value((v - 0.02).max(0.0))) / 0.04;
            let edge = other_edge(other, x, y).max(slope * other_edge(base, x, y));
            let tolerance = NOISE * (1.0 + slope.min(6.0)) / 2.0 + MISPLACED * edge;
            hit[at] = (other.data[at] - expected).abs() > tolerance;
        }
    }
    let mut mask = Grey::filled(w, h, 0.0);
    for region in parts(&hit, w) {
        if region.len() < SMALLEST {
            continue;
        }
        for at in region {
            let (x, y) = (at % w, at / w);
            for v in y.saturating_sub(GROWTH)..(y + GROWTH + 1).min(h) {
                for u in x.saturating_sub(GROWTH)..(x + GROWTH + 1).min(w) {
                    mask.data[v * w + u] = 1.0;
                }
            }
        }
    }
    mask.blurred(1.5)
}

/// Half the difference of the neighbours, the larger of both axes.
fn other_edge(grey: &Grey, x: usize, y: usize) -> f32 {
    let across = (grey.at(x + 1, y) - grey.at(x - 1, y)).abs();
    let down = (grey.at(x, y + 1) - grey.at(x, y - 1)).abs();
    across.max(down) / 2.0
}

/// Connected parts of a picture of that width.
fn parts(hit: &[bool], width: usize) -> Vec<Vec<usize>> {
    regions(hit, |at| {
        let column = at % width;
        [
            (column > 0).then(|| at - 1),
            (column + 1 < width).then_some(at + 1),
            at.checked_sub(width),
            (at + width < hit.len()).then_some(at + width),
        ]
    })
}

/// Puts what `base` would look like at another exposure into `other` where `mask` says so.
pub fn replace(other: &mut Picture, base: &Picture, mask: &Grey, curve: &Curve) {
    let (width, height) = (base.width(), base.height());
    let table: Vec<f32> = (0..=255).map(|v| 255.0 * curve.value(v as f32 / 255.0)).collect();
    let look = |v: f32| {
        let v = v.clamp(0.0, 255.0);
        let low = v as usize;
        table[low] + (table[(low + 1).min(255)] - table[low]) * (v - low as f32)
    };
    let chroma = base.model == ColourModel::YCbCr;
    for plane in 0..other.planes.len() {
        let (w, h) = (other.planes[plane].width(), other.planes[plane].height());
        let (sx, sy) = (width as f32 / w as f32, height as f32 / h as f32);
        for y in 0..h {
            let v = ((y as f32 + 0.5) * mask.height as f32 / h as f32 - 0.5).max(0.0);
            for x in 0..w {
                let u = ((x as f32 + 0.5) * mask.width as f32 / w as f32 - 0.5).max(0.0);
                let share = mask
                    .sample(u.min(mask.width as f32 - 1.01), v.min(mask.height as f32 - 1.01))
                    .unwrap_or(0.0);
                if share < 0.01 {
                    continue;
                }
                let expected = if chroma {
                    let at = |p: usize| {
                        let (pw, ph) = (base.planes[p].width(), base.planes[p].height());
                        let (px, py) = (
                            ((x as f32 + 0.5) * sx * pw as f32 / width as f32) as usize,
                            ((y as f32 + 0.5) * sy * ph as f32 / height as f32) as usize,
                        );
                        f32::from(base.planes[p].row(py.min(ph - 1))[px.min(pw - 1)])
                    };
                    let (l, b, r) = (at(0), at(1) - 128.0, at(2) - 128.0);
                    let rgb =
                        [l + 1.402 * r, l - 0.344_136 * b - 0.714_136 * r, l + 1.772 * b].map(look);
                    let luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
                    match plane {
                        0 => luma,
                        1 => 128.0 + (rgb[2] - luma) / 1.772,
                        _ => 128.0 + (rgb[0] - luma) / 1.402,
                    }
                } else {
                    look(f32::from(base.planes[plane].row(y)[x]))
                };
                let value = &mut other.planes[plane].row_mut(y)[x];
                let mixed = f32::from(*value) + share * (expected - f32::from(*value));
                *value = mixed.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::bracket::curve::exposed;
    use crate::stitch::dice::Dice;

    #[test]
    fn only_what_moved_is_found() {
        let mut dice = Dice(9);
        let texture = Grey {
            width: 200,
            height: 150,
            data: (0..200 * 150).map(|_| dice.unit() as f32).collect(),
        }
        .blurred(3.0);
        let base = Grey {
            data: texture.data.iter().map(|v| (0.4 + 4.0 * (v - 0.5)).clamp(0.1, 0.9)).collect(),
            ..texture
        };
        let mut other = base.clone();
        other.data.iter_mut().for_each(|v| *v = exposed(*v, -1.5) + 0.01 * dice.normal() as f32);
        for y in 60..100 {
            for x in 80..110 {
                other.data[y * 200 + x] = 0.75;
            }
        }
        let pairs: Vec<[f32; 2]> =
            base.data.iter().zip(&other.data).map(|(a, b)| [*a, *b]).collect();
        let curve = Curve::through(&pairs).unwrap();
        let mask = moved(&base, &other, &curve, &vec![true; 200 * 150]);
        assert!(mask.at(95, 80) > 0.95);
        let elsewhere = (0..150)
            .flat_map(|y| (0..200).map(move |x| (x, y)))
            .filter(|(x, y)| !(68..122).contains(x) || !(48..112).contains(y));
        assert!(elsewhere.map(|(x, y)| mask.at(x, y)).fold(0.0, f32::max) < 0.01);
    }
}
