//! Closes what no photo shows (tripod, zenith) smoothly, by pulling colours up a pyramid and pushing them down again
//! (Gortler et al., "The Lumigraph", SIGGRAPH 1996). What was filled is told by the seam map: nobody's places.

use super::compose::Panorama;
use super::seams::NOBODY;

/// Colours and how much they count, a level of the pyramid.
struct Level {
    width: usize,
    height: usize,
    /// R, G, B (premultiplied) and weight.
    data: Vec<[f32; 4]>,
}

/// Fills the places of nobody; returns their share of the sphere, 0 to 1.
pub fn fill(panorama: &mut Panorama) -> f64 {
    let area = panorama.seams.area;
    let (w, h) = (area.width as usize, area.height as usize);
    let missing = panorama.seams.labels.iter().filter(|l| **l == NOBODY).count();
    if missing == 0 || missing == w * h {
        return missing as f64 / (w * h) as f64;
    }
    let filled = push(pull(base(panorama)));
    let (width, height) = (panorama.width, panorama.height());
    let mut share = 0.0;
    for y in 0..height {
        let row = y * h / height;
        let near = [row.saturating_sub(1), row, (row + 1).min(h - 1)];
        if near.iter().all(|r| panorama.seams.labels[r * w..][..w].iter().all(|l| *l != NOBODY)) {
            continue;
        }
        let weight = ((y as f64 + 0.5) / height as f64 * std::f64::consts::PI).sin();
        for x in 0..width {
            if panorama.source(x, y) != NOBODY {
                continue;
            }
            share += weight;
            // Bilinear between places, over the seam of the sphere.
            let u = (x as f32 + 0.5) * w as f32 / width as f32 - 0.5;
            let v = ((y as f32 + 0.5) * h as f32 / height as f32 - 0.5).clamp(0.0, h as f32 - 1.0);
            let rgb = between(&filled, (w, h), u, v);
            panorama.rgb[(y * width + x) * 3..][..3]
                .copy_from_slice(&rgb.map(|value| value.round().clamp(0.0, 255.0) as u8));
        }
    }
    share / (width as f64 * height as f64 * 2.0 / std::f64::consts::PI)
}

/// The panorama at the size of the seam map.
fn base(panorama: &Panorama) -> Level {
    let area = panorama.seams.area;
    let (w, h) = (area.width as usize, area.height as usize);
    let (width, height) = (panorama.width, panorama.height());
    let mut data = vec![[0.0; 4]; w * h];
    for (place, value) in data.iter_mut().enumerate() {
        if panorama.seams.labels[place] == NOBODY {
            continue;
        }
        let (c, r) = (place % w, place / w);
        let mut sum = [0.0_f32; 4];
        for y in r * height / h..((r + 1) * height / h).max(r * height / h + 1) {
            for x in c * width / w..((c + 1) * width / w).max(c * width / w + 1) {
                if panorama.source(x, y) == NOBODY {
                    continue;
                }
                let at = (y * width + x) * 3;
                (0..3).for_each(|k| sum[k] += f32::from(panorama.rgb[at + k]));
                sum[3] += 1.0;
            }
        }
        if sum[3] == 0.0 {
            continue;
        }
        // Rows near a pole are stretched: their places are small.
        let weight = (((r as f32 + 0.5) / h as f32) * std::f32::consts::PI).sin();
        *value = [0, 1, 2, 3].map(|k| if k < 3 { sum[k] / sum[3] * weight } else { weight });
    }
    Level { width: w, height: h, data }
}

fn pull(base: Level) -> Vec<Level> {
    let mut levels = vec![base];
    while let Some(last) = levels.last() {
        if last.width < 2 || last.height < 2 {
            break;
        }
        let (w, h) = (last.width / 2, last.height / 2);
        let mut data = vec![[0.0; 4]; w * h];
        for y in 0..h {
            for x in 0..w {
                let value = &mut data[y * w + x];
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let from = last.data[(2 * y + dy) * last.width + 2 * x + dx];
                    (0..4).for_each(|k| value[k] += from[k]);
                }
            }
        }
        levels.push(Level { width: w, height: h, data });
    }
    levels
}

/// Down again: what a level does not know it takes from the next coarser one. Values are no longer premultiplied.
fn push(levels: Vec<Level>) -> Vec<[f32; 3]> {
    let mut coarse: Option<(usize, usize, Vec<[f32; 3]>)> = None;
    for level in levels.into_iter().rev() {
        let (w, h) = (level.width, level.height);
        let values = (0..w * h)
            .map(|place| {
                let own = level.data[place];
                if own[3] > 1e-6 {
                    return [own[0] / own[3], own[1] / own[3], own[2] / own[3]];
                }
                let Some((cw, ch, values)) = &coarse else { return [128.0; 3] };
                let (x, y) = (place % w, place / w);
                let u = (x as f32 + 0.5) * *cw as f32 / w as f32 - 0.5;
                let v =
                    ((y as f32 + 0.5) * *ch as f32 / h as f32 - 0.5).clamp(0.0, *ch as f32 - 1.0);
                between(values, (*cw, *ch), u, v)
            })
            .collect();
        coarse = Some((w, h, values));
    }
    coarse.map(|(_, _, values)| values).unwrap_or_default()
}

/// Bilinear value of a picture of the sphere at a column and row ≥ 0, over its seam and not beyond its last row.
fn between(values: &[[f32; 3]], (width, height): (usize, usize), u: f32, v: f32) -> [f32; 3] {
    let (column, row) = (u.floor() as isize, v.floor() as usize);
    let (fu, fv) = (u - u.floor(), v - v.floor());
    let at = |c: isize, r: usize| {
        values[r.min(height - 1) * width + c.rem_euclid(width as isize) as usize]
    };
    let (a, b) = (at(column, row), at(column + 1, row));
    let (c, d) = (at(column, row + 1), at(column + 1, row + 1));
    std::array::from_fn(|k| {
        let upper = a[k] + fu * (b[k] - a[k]);
        let lower = c[k] + fu * (d[k] - c[k]);
        upper + fv * (lower - upper)
    })
}
