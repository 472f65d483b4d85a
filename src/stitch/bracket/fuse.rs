//! Exposure fusion: every place from the exposures that show it best, blended band by band (T. Mertens, J. Kautz and
//! F. Van Reeth, "Exposure fusion", Pacific Graphics 2007).
//!
//! Planes are blended one after the other, so that memory stays at a few times the bytes of one photo.

use rayon::prelude::*;

use super::curve::{Curve, USABLE};
use super::field::Field;
use super::ghosts::{moved, replace};
use crate::base::Cancel;
use crate::imaging::plane::{ColourModel, Picture, Plane};
use crate::stitch::bands::Raster;
use crate::stitch::error::StitchError;
use crate::stitch::grey::Grey;
use crate::stitch::warp::bicubic;

/// Shifts below this are not worth resampling for, pixels.
const STILL: f64 = 0.06;
/// Longer side of the mask of what moved, pixels.
const MASK: f64 = 640.0;
/// σ of the bell over well exposed values, as Mertens has it.
const SIGMA: f32 = 0.2;
/// Added to contrast and saturation: white walls have neither, and noise shall not choose.
const FLOOR: [f32; 2] = [0.02, 0.03];

/// One exposure.
pub struct Layer {
    /// Its picture.
    pub picture: Picture,
    /// From the reference's pixels to its own; `None` for the reference.
    pub field: Option<Field>,
}

/// A picture made of several exposures.
pub struct Fused {
    /// In the reference's place.
    pub picture: Picture,
    /// Largest share of an exposure that was not used because something had moved, 0 to 1.
    pub moved: f64,
}

/// Fuses exposures, the darkest first, into one picture. `reference`: which of them is the one with no field.
pub fn fuse(
    mut layers: Vec<Layer>,
    reference: usize,
    cancel: &Cancel,
) -> Result<Fused, StitchError> {
    let covers: Vec<Option<Plane>> = layers.iter_mut().map(lay).collect();
    if cancel.is_cancelled() {
        return Err(StitchError::Cancelled);
    }
    let moved = without_ghosts(&mut layers, &covers, reference);
    let weights = weights(&layers, &covers, reference);
    if cancel.is_cancelled() {
        return Err(StitchError::Cancelled);
    }
    let model = layers[reference].picture.model;
    let planes: Vec<Plane> = (0..layers[reference].picture.planes.len())
        .into_par_iter()
        .map(|plane| {
            let each: Vec<&Plane> = layers.iter().map(|l| &l.picture.planes[plane]).collect();
            blended(&each, &weights)
        })
        .collect();
    Ok(Fused { picture: Picture { planes, model }, moved })
}

/// Brings a layer to the reference's place. Where it shows nothing there, its cover is 0; `None`: it covers all.
fn lay(layer: &mut Layer) -> Option<Plane> {
    let field = layer.field.as_ref()?;
    let size = (layer.picture.width(), layer.picture.height());
    if field.largest(size) < STILL {
        return None;
    }
    let planes = std::mem::take(&mut layer.picture.planes);
    let mut cover = Plane::filled(size.0, size.1, 0);
    cover.bytes_mut().par_chunks_mut(size.0).enumerate().for_each(|(y, row)| {
        along(field, y, size.0, |x, [u, v]| {
            let inside =
                u >= 0.0 && v >= 0.0 && u <= size.0 as f64 - 1.0 && v <= size.1 as f64 - 1.0;
            row[x] = if inside { 255 } else { 0 };
        });
    });
    layer.picture.planes = planes
        .into_iter()
        .map(|plane| {
            let width = plane.width();
            let scaled = field.scaled(width as f64 / size.0 as f64);
            let (right, below) = (width as f64 - 1.0, plane.height() as f64 - 1.0);
            let mut out = Plane::filled(width, plane.height(), 0);
            out.bytes_mut().par_chunks_mut(width).enumerate().for_each(|(y, row)| {
                along(&scaled, y, width, |x, [u, v]| {
                    let (u, v) = (u.clamp(0.0, right), v.clamp(0.0, below));
                    row[x] = bicubic(&plane, u as f32, v as f32).round().clamp(0.0, 255.0) as u8;
                });
            });
            out
        })
        .collect();
    Some(cover)
}

/// Pixels between two of which the field is straight to a thousandth of a pixel.
const STRAIGHT: usize = 16;

/// Where the field moves the pixels of a row.
fn along(field: &Field, y: usize, width: usize, mut put: impl FnMut(usize, [f64; 2])) {
    let at = |x: usize| field.moved([x as f64, y as f64]);
    let mut from = at(0);
    for left in (0..width).step_by(STRAIGHT) {
        let to = at(left + STRAIGHT);
        let step = [0, 1].map(|side| (to[side] - from[side]) / STRAIGHT as f64);
        for x in left..(left + STRAIGHT).min(width) {
            let k = (x - left) as f64;
            put(x, [from[0] + k * step[0], from[1] + k * step[1]]);
        }
        from = to;
    }
}

/// Replaces what moved; says the largest share that was replaced.
fn without_ghosts(layers: &mut [Layer], covers: &[Option<Plane>], reference: usize) -> f64 {
    let longer = layers[reference].picture.width().max(layers[reference].picture.height()) as f64;
    let luma = &layers[reference].picture.planes[0];
    let pixels = (luma.width() * luma.height()) as f64 * (MASK / longer).min(1.0).powi(2);
    let grey = |picture: &Picture| Grey::reduced(&picture.planes[0], pixels).0;
    let covered: Vec<Option<Grey>> =
        covers.iter().map(|c| c.as_ref().map(|plane| Grey::reduced(plane, pixels).0)).collect();
    let inside = |k: usize, at: usize| covered[k].as_ref().is_none_or(|c| c.data[at] > 0.999);
    let best = grey(&layers[reference].picture);
    let mut most = 0.0_f64;
    let outwards = (reference + 1..layers.len()).map(|k| (k, k - 1));
    let inwards = (0..reference).rev().map(|k| (k, k + 1));
    for (k, before) in outwards.chain(inwards) {
        // What the reference shows well decides; where it is clipped, the neighbour does.
        for base in [reference, before].into_iter().take(if before == reference { 1 } else { 2 }) {
            let (one, two) = (grey(&layers[base].picture), grey(&layers[k].picture));
            let usable: Vec<bool> = (0..one.data.len())
                .map(|at| {
                    let told = USABLE.contains(&best.data[at]);
                    inside(base, at) && inside(k, at) && (base == reference || !told)
                })
                .collect();
            let pairs: Vec<[f32; 2]> = (0..one.data.len())
                .filter(|&at| inside(base, at) && inside(k, at))
                .map(|at| [one.data[at], two.data[at]])
                .collect();
            let Some(curve) = Curve::through(&pairs) else { continue };
            let mask = moved(&one, &two, &curve, &usable);
            let share = f64::from(mask.data.iter().sum::<f32>()) / mask.data.len().max(1) as f64;
            if share > 0.0 {
                let source = layers[base].picture.clone();
                replace(&mut layers[k].picture, &source, &mask, &curve);
                most = most.max(share);
            }
        }
    }
    most
}

/// Weights of all layers at the size of the picture.
struct Weights {
    width: usize,
    height: usize,
    /// A value a pixel: square roots in 16 bits, so that small ones keep their ratio.
    layers: Vec<Vec<u16>>,
}

fn weights(layers: &[Layer], covers: &[Option<Plane>], reference: usize) -> Weights {
    let (width, height) = (layers[reference].picture.width(), layers[reference].picture.height());
    let bell: Vec<f32> = (0..256)
        .map(|v| (-(v as f32 / 255.0 - 0.5).powi(2) / (2.0 * SIGMA * SIGMA)).exp())
        .collect();
    let each = layers.iter().zip(covers).map(|(layer, cover)| {
        let mut out = vec![0_u16; width * height];
        out.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
            weigh(&layer.picture, cover.as_ref(), &bell, y, row);
        });
        out
    });
    Weights { width, height, layers: each.collect() }
}

fn weigh(picture: &Picture, cover: Option<&Plane>, bell: &[f32], y: usize, row: &mut [u16]) {
    let luma = &picture.planes[0];
    let (width, height) = (luma.width(), luma.height());
    let (above, here, below) =
        (luma.row(y.saturating_sub(1)), luma.row(y), luma.row((y + 1).min(height - 1)));
    for (x, weight) in row.iter_mut().enumerate() {
        if cover.is_some_and(|c| c.row(y)[x] == 0) {
            continue;
        }
        let l = f32::from(here[x]);
        let sides = f32::from(here[x.saturating_sub(1)]) + f32::from(here[(x + 1).min(width - 1)]);
        let contrast = (4.0 * l - sides - f32::from(above[x]) - f32::from(below[x])).abs() / 255.0;
        let rgb = colour(picture, x, y);
        let mean = (rgb[0] + rgb[1] + rgb[2]) / 3.0;
        let saturation = (rgb.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 3.0).sqrt() / 255.0;
        let exposedness: f32 = rgb.iter().map(|v| bell[v.clamp(0.0, 255.0) as usize]).product();
        let value = (contrast + FLOOR[0]) * (saturation + FLOOR[1]) * exposedness;
        *weight = (value.sqrt() * 65535.0).round().clamp(1.0, 65535.0) as u16;
    }
}

fn colour(picture: &Picture, x: usize, y: usize) -> [f32; 3] {
    let at = |p: usize| {
        let plane = &picture.planes[p];
        let (u, v) = (x * plane.width() / picture.width(), y * plane.height() / picture.height());
        f32::from(plane.row(v)[u])
    };
    match picture.model {
        ColourModel::Grey => [at(0); 3],
        ColourModel::Rgb => [at(0), at(1), at(2)],
        ColourModel::YCbCr => {
            let (l, b, r) = (at(0), at(1) - 128.0, at(2) - 128.0);
            [l + 1.402 * r, l - 0.344_136 * b - 0.714_136 * r, l + 1.772 * b]
        }
    }
}

/// Blends the planes of all layers under their weights (of the size of the largest plane), band by band.
fn blended(planes: &[&Plane], weights: &Weights) -> Plane {
    let (width, height) = (planes[0].width(), planes[0].height());
    let levels = (width.min(height).ilog2().saturating_sub(3)).min(9) as usize;
    let (w, h) = (width.next_multiple_of(1 << levels), height.next_multiple_of(1 << levels));
    // Chroma planes are smaller than the weights: one of those that a sample covers is near enough to their mean.
    let place = |x: usize, y: usize| {
        let (x, y) = (x.min(width - 1), y.min(height - 1));
        y * weights.height / height * weights.width + x * weights.width / width
    };
    let weight = |k: usize, at: usize| (f32::from(weights.layers[k][at]) / 65535.0).powi(2);
    let mut sums: Vec<Raster> = (0..=levels).map(|l| Raster::new(w >> l, h >> l)).collect();
    for (k, plane) in planes.iter().enumerate() {
        let mut picture = Raster::new(w, h);
        let mut mask = Raster::new(w, h);
        let rows = picture.data.par_chunks_mut(w).zip(mask.data.par_chunks_mut(w)).enumerate();
        rows.for_each(|(y, (values, parts))| {
            let row = plane.row(y.min(height - 1));
            for x in 0..w {
                values[x] = f32::from(row[x.min(width - 1)]);
                let at = place(x, y);
                let whole: f32 = (0..planes.len()).map(|j| weight(j, at)).sum();
                parts[x] = weight(k, at) / whole.max(1e-12);
            }
        });
        for (level, sum) in sums.iter_mut().enumerate() {
            let below = (level < levels).then(|| (picture.smaller(), mask.smaller()));
            if let Some((small, _)) = &below {
                picture.add_larger(small, -1.0);
            }
            for ((sum, value), part) in sum.data.iter_mut().zip(&picture.data).zip(&mask.data) {
                *sum += part * value;
            }
            if let Some((small, small_mask)) = below {
                (picture, mask) = (small, small_mask);
            }
        }
    }
    while sums.len() > 1 {
        if let (Some(small), Some(large)) = (sums.pop(), sums.last_mut()) {
            large.add_larger(&small, 1.0);
        }
    }
    let mut out = Plane::filled(width, height, 0);
    for y in 0..height {
        for (value, sum) in out.row_mut(y).iter_mut().zip(&sums[0].data[y * w..]) {
            *value = sum.round().clamp(0.0, 255.0) as u8;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::bracket::curve::exposed;
    use crate::stitch::dice::Dice;

    fn grey(values: impl Fn(usize, usize) -> f32) -> Picture {
        let mut plane = Plane::filled(120, 90, 0);
        for y in 0..90 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                *value = (255.0 * values(x, y)).round().clamp(0.0, 255.0) as u8;
            }
        }
        Picture { planes: vec![plane], model: ColourModel::Grey }
    }

    fn fused(pictures: Vec<Picture>, reference: usize) -> Fused {
        let layers = pictures
            .into_iter()
            .enumerate()
            .map(|(k, picture)| Layer {
                picture,
                field: (k != reference).then(|| Field::shift((120, 90), [0.0; 2])),
            })
            .collect();
        fuse(layers, reference, &Cancel::new()).unwrap()
    }

    /// A dark half with a texture and a half eight stops brighter.
    fn scene(ev: f32) -> Picture {
        let texture: Vec<f32> = {
            let mut dice = Dice(5);
            let data = (0..120 * 90).map(|_| dice.unit() as f32).collect();
            Grey { width: 120, height: 90, data }.blurred(2.0).data
        };
        grey(|x, y| {
            let v = 0.5 + 2.0 * (texture[y * 120 + x] - 0.5);
            exposed(v, ev + if x < 60 { -4.0 } else { 4.0 })
        })
    }

    fn deviation(picture: &Picture, columns: std::ops::Range<usize>) -> f64 {
        let values: Vec<f64> = (10..80)
            .flat_map(|y| columns.clone().map(move |x| (x, y)))
            .map(|(x, y)| f64::from(picture.planes[0].row(y)[x]))
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
    }

    #[test]
    fn the_same_picture_twice_stays_the_same() {
        let one = scene(0.0);
        let made = fused(vec![one.clone(), one.clone()], 0);
        let worst = (0..90)
            .flat_map(|y| one.planes[0].row(y).iter().zip(made.picture.planes[0].row(y)))
            .map(|(a, b)| a.abs_diff(*b))
            .max();
        assert!(worst <= Some(1), "{worst:?}");
    }

    #[test]
    fn both_ends_of_the_light_are_seen() {
        let made = fused(vec![scene(-4.0), scene(0.0), scene(4.0)], 1);
        let single = scene(0.0);
        assert!(deviation(&single, 70..110) < 1.0);
        for columns in [10..50, 70..110] {
            assert!(deviation(&made.picture, columns) > 6.0);
        }
    }

    #[test]
    fn what_moved_comes_from_the_reference() {
        let walker = |ev: f32, left: usize| {
            let mut picture = scene(ev);
            for y in 30..60 {
                for x in left..left + 15 {
                    picture.planes[0].row_mut(y)[x] = (255.0 * exposed(0.5, ev)) as u8;
                }
            }
            picture
        };
        // In the reference the walker stands in the dark half only.
        let made = fused(vec![walker(-1.0, 5), walker(1.5, 28)], 1);
        let mean = |columns: std::ops::Range<usize>| {
            let values: Vec<f64> = (38..52)
                .flat_map(|y| columns.clone().map(move |x| (x, y)))
                .map(|(x, y)| f64::from(made.picture.planes[0].row(y)[x]))
                .collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        // Where the darker exposure shows the walker nothing is seen of him; where the reference does, he is.
        let (left, beside, here) = (mean(8..17), mean(47..56), mean(31..40));
        assert!((left - beside).abs() < 12.0, "{left} {beside}");
        assert!(here > beside + 40.0, "{here} {beside}");
        assert!(made.moved > 0.01);
    }
}
