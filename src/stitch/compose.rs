//! The panorama from placed photos: tile by tile, so that memory does not grow with the picture.

use nalgebra::Vector3;

use super::bands::{Blender, Raster};
use super::error::StitchError;
use super::grey::in_order;
use super::output::Part;
use super::seams::{NOBODY, SeamMap};
use super::warp::Sampler;
use crate::base::Cancel;
use crate::geometry::Equirect;

/// Side of a tile, pixels.
const TILE: usize = 512;

/// Bands of detail beside the rest: their widths grow with the picture, about 4° for the coarsest.
fn levels(width: usize) -> usize {
    match width {
        0..=5000 => 4,
        5001..=10_000 => 5,
        _ => 6,
    }
}

/// Pixels around a tile that its coarsest band can see.
fn margin(levels: usize) -> usize {
    3 << levels
}

/// A panorama and where each of its pixels comes from.
pub struct Panorama {
    /// Columns; rows are half as many.
    pub width: usize,
    /// 8-bit sRGB, three bytes a pixel.
    pub rgb: Vec<u8>,
    /// Photos by place of the seam map.
    pub seams: SeamMap,
}

impl Panorama {
    /// Rows.
    pub fn height(&self) -> usize {
        self.width / 2
    }

    /// The photo that a pixel was mostly taken from.
    pub fn source(&self, x: usize, y: usize) -> u16 {
        let area = self.seams.area;
        let column = x * area.width as usize / self.width;
        let row = y * area.height as usize / self.height();
        self.seams.labels[row * area.width as usize + column]
    }
}

/// Columns and rows of the full picture, before wrapping.
#[derive(Clone, Copy)]
struct Window {
    left: isize,
    top: isize,
    width: usize,
    height: usize,
}

/// Neutral dark grey, as the tiler shows what a picture does not.
const EMPTY: u8 = 48;

/// Draws `part` of a panorama `width` pixels wide (a multiple of 32); the rest stays empty.
pub fn compose(
    width: usize,
    part: Part,
    samplers: &[(usize, Sampler)],
    seams: SeamMap,
    cancel: &Cancel,
) -> Result<Panorama, StitchError> {
    let height = width / 2;
    let (columns, rows) = (width.div_ceil(TILE), height.div_ceil(TILE));
    let mut panorama = Panorama { width, rgb: vec![EMPTY; width * height * 3], seams };
    // Some tiles at once, then they are copied: neither all in memory nor any order in the result.
    let order: Vec<(usize, usize)> = (0..rows)
        .flat_map(|r| (0..columns).map(move |c| (c, r)))
        .filter(|&(c, r)| {
            let across = c * TILE < part.left + part.width && (c + 1) * TILE > part.left;
            across && r * TILE < part.top + part.height && (r + 1) * TILE > part.top
        })
        .collect();
    for batch in order.chunks(8) {
        if cancel.is_cancelled() {
            return Err(StitchError::Cancelled);
        }
        let tiles = in_order(batch.len(), |index| {
            let (c, r) = batch[index];
            let window = Window {
                left: (c * TILE) as isize,
                top: (r * TILE) as isize,
                width: TILE.min(width - c * TILE),
                height: TILE.min(height - r * TILE),
            };
            tile(&panorama, samplers, window)
        });
        for ((c, r), tile) in batch.iter().zip(tiles) {
            let (w, h) = (TILE.min(width - c * TILE), TILE.min(height - r * TILE));
            for y in 0..h {
                let at = ((r * TILE + y) * width + c * TILE) * 3;
                panorama.rgb[at..at + 3 * w].copy_from_slice(&tile[y * w * 3..][..w * 3]);
            }
        }
    }
    Ok(panorama)
}

/// Labels of a window; beyond the poles what lies there, beyond the sides what comes next.
fn labels(panorama: &Panorama, window: Window) -> Vec<u16> {
    let (width, height) = (panorama.width as isize, panorama.height() as isize);
    let mut out = Vec::with_capacity(window.width * window.height);
    for y in 0..window.height as isize {
        for x in 0..window.width as isize {
            let (mut column, mut row) = (window.left + x, window.top + y);
            if row < 0 {
                row = -1 - row;
                column += width / 2;
            } else if row >= height {
                row = 2 * height - 1 - row;
                column += width / 2;
            }
            out.push(panorama.source(column.rem_euclid(width) as usize, row as usize));
        }
    }
    out
}

/// Draws what `sampler` shows of `window`, of the pixels within `bounds` (left, top, right, bottom).
fn draw(
    panorama: &Panorama,
    sampler: &Sampler,
    window: Window,
    bounds: [usize; 4],
    mut put: impl FnMut(usize, usize, [f32; 3]),
) {
    let area = Equirect { width: panorama.width as u32, height: panorama.height() as u32 };
    let view = sampler.view();
    let (step_yaw, half) = (std::f64::consts::TAU / f64::from(area.width), std::f64::consts::PI);
    let yaws: Vec<(f64, f64)> = (bounds[0]..bounds[2])
        .map(|x| ((window.left as f64 + x as f64 + 0.5) * step_yaw - half).sin_cos())
        .collect();
    let back = view.rotation.transpose();
    for y in bounds[1]..bounds[3] {
        let pitch = half / 2.0 - (window.top as f64 + y as f64 + 0.5) * step_yaw;
        let (sin_p, cos_p) = pitch.sin_cos();
        let rise = back.column(1) * sin_p;
        let (across, ahead) = (back.column(0) * cos_p, back.column(2) * cos_p);
        for (x, (sin, cos)) in (bounds[0]..bounds[2]).zip(&yaws) {
            let ray: Vector3<f64> = across * *sin + rise + ahead * *cos;
            if let Some(pixel) = view.lens.project(&ray) {
                let pixel = view.shift.as_ref().map_or(pixel, |mesh| mesh.moved(pixel));
                // A little beyond the border the border is repeated, for the coarse bands.
                let reach = 400.0;
                if pixel[0] > -reach
                    && pixel[1] > -reach
                    && pixel[0] < view.size.0 as f64 + reach
                    && pixel[1] < view.size.1 as f64 + reach
                {
                    put(x, y, sampler.rgb(view.within(pixel)));
                }
            }
        }
    }
}

fn byte(v: f32) -> u8 {
    (v * 255.0 + 0.5).clamp(0.0, 255.0) as u8
}

fn tile(panorama: &Panorama, samplers: &[(usize, Sampler)], window: Window) -> Vec<u8> {
    let by_photo = |photo: u16| {
        samplers.iter().find(|(index, _)| *index == usize::from(photo)).map(|(_, s)| s)
    };
    let levels = levels(panorama.width);
    let around = margin(levels);
    let pad = around as isize;
    let wide = Window {
        left: window.left - pad,
        top: window.top - pad,
        width: (window.width + 2 * around).next_multiple_of(1 << levels),
        height: (window.height + 2 * around).next_multiple_of(1 << levels),
    };
    let labels = labels(panorama, wide);
    let mut present: Vec<u16> = labels.clone();
    present.sort_unstable();
    present.dedup();
    present.retain(|label| *label != NOBODY);
    let mut out = vec![EMPTY; window.width * window.height * 3];
    let Some(first) = present.first() else { return out };
    if present.len() == 1 && !labels.contains(&NOBODY) {
        if let Some(sampler) = by_photo(*first) {
            draw(panorama, sampler, window, [0, 0, window.width, window.height], |x, y, rgb| {
                out[(y * window.width + x) * 3..][..3].copy_from_slice(&rgb.map(byte));
            });
        }
        return out;
    }
    let mut blender = Blender::new(wide.width, wide.height, levels);
    for &label in &present {
        let Some(sampler) = by_photo(label) else { continue };
        let mut mask = Raster::new(wide.width, wide.height, 1);
        let mut box_ = [usize::MAX, usize::MAX, 0, 0];
        for (at, (m, l)) in mask.data.iter_mut().zip(&labels).enumerate() {
            if *l == label {
                *m = 1.0;
                let (x, y) = (at % wide.width, at / wide.width);
                box_ = [box_[0].min(x), box_[1].min(y), box_[2].max(x + 1), box_[3].max(y + 1)];
            }
        }
        let bounds = [
            box_[0].saturating_sub(around),
            box_[1].saturating_sub(around),
            (box_[2] + around).min(wide.width),
            (box_[3] + around).min(wide.height),
        ];
        let mut picture = Raster::new(wide.width, wide.height, 3);
        draw(panorama, sampler, wide, bounds, |x, y, rgb| {
            picture.data[(y * wide.width + x) * 3..][..3].copy_from_slice(&rgb);
        });
        blender.add(picture, mask);
    }
    let blended = blender.finish();
    for y in 0..window.height {
        for x in 0..window.width {
            let at = (y + around) * wide.width + x + around;
            if labels[at] != NOBODY {
                let from = &blended.data[at * 3..at * 3 + 3];
                out[(y * window.width + x) * 3..][..3].copy_from_slice(&[
                    byte(from[0]),
                    byte(from[1]),
                    byte(from[2]),
                ]);
            }
        }
    }
    out
}
