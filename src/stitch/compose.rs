//! The panorama from placed photos: tile by tile, so that memory does not grow with the picture.
//!
//! Bands are blended only near seams; where one photo alone is seen as far as the coarsest band reaches, it is drawn as
//! it is, which gives the same.

use nalgebra::Vector3;

use super::bands::{Blender, Raster};
use super::error::{StitchError, unless_cancelled};
use super::grey::in_order;
use super::lookup::{Lookup, Row, Window};
use super::outline::Outline;
use super::output::Part;
use super::seams::{NOBODY, SeamMap};
use super::warp::Sampler;
use crate::base::Cancel;
use crate::geometry::{Direction, Equirect};

/// Side of a tile, pixels.
fn tile(levels: usize) -> usize {
    16 << levels
}

/// Side of the blocks of a tile that are blended or not.
fn block(levels: usize) -> usize {
    4 << levels
}

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

/// Bytes that a tile of a panorama of so many columns takes while it is blended: the sums of its bands, a photo's bands
/// and their masks.
pub fn tile_bytes(width: usize) -> usize {
    let side = tile(levels(width)) + 2 * margin(levels(width));
    side * side * 48
}

/// A panorama and where each of its pixels comes from.
pub struct Panorama {
    /// Columns; rows are half as many.
    pub width: usize,
    /// 8-bit sRGB, three bytes a pixel.
    pub rgb: Vec<u8>,
    /// Photos by place of the seam map.
    pub seams: SeamMap,
    /// Photos by pixel.
    pub outline: Outline,
    /// Compass heading of the middle, degrees, where it is known.
    pub heading: Option<f64>,
    /// When the first and the last of its photos was taken, as XMP writes dates, where cameras tell.
    pub taken: Option<[String; 2]>,
    /// How far a mark covers it from straight down, degrees.
    pub mark: Option<f64>,
}

impl Panorama {
    /// Rows.
    pub fn height(&self) -> usize {
        self.width / 2
    }

    /// Whether a mark covers the pixels of a row.
    pub fn is_marked(&self, y: usize) -> bool {
        let below = (self.height() as f64 - y as f64 - 0.5) / self.height() as f64 * 180.0;
        self.mark.is_some_and(|degrees| below <= degrees)
    }

    /// The photo that a pixel was mostly taken from.
    pub fn source(&self, x: usize, y: usize) -> u16 {
        self.outline.label(&self.seams, self.width, x, y)
    }
}

/// Neutral dark grey, as the tiler shows what a picture does not.
const EMPTY: u8 = 48;

/// Draws `part` of a panorama `width` pixels wide (a multiple of 32); the rest stays empty.
pub fn compose(
    width: usize,
    part: Part,
    samplers: &[(usize, Sampler)],
    (seams, outline): (SeamMap, Outline),
    cancel: &Cancel,
) -> Result<Panorama, StitchError> {
    let mut rgb = vec![EMPTY; width * (width / 2) * 3];
    let shown = Shown { width, seams: &seams, outline: &outline };
    bands(&shown, part, samplers, cancel, |top, rows| {
        rgb[top * width * 3..][..rows.len()].copy_from_slice(rows);
        Ok(())
    })?;
    Ok(Panorama { width, rgb, seams, outline, heading: None, taken: None, mark: None })
}

/// Which photo is shown at each pixel of a panorama.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// Columns of the panorama, a multiple of 32.
    pub width: usize,
    /// Photos by place of the seam map.
    pub seams: &'a SeamMap,
    /// Photos by pixel.
    pub outline: &'a Outline,
}

impl Shown<'_> {
    /// The photo that is shown in a direction, which need not be of length 1.
    pub fn photo(&self, d: &Vector3<f64>) -> u16 {
        let (width, height) = (self.width, self.width / 2);
        let whole = Equirect { width: width as u32, height: height as u32 };
        let (u, v) = whole.position(Direction { x: d.x, y: d.y, z: d.z });
        // A pixel reaches half a pixel to each side of its centre.
        let pixel = |centre: f64, pixels: usize| ((centre + 0.5) as usize).min(pixels - 1);
        self.outline.label(self.seams, width, pixel(u, width), pixel(v, height))
    }
}

/// Draws `part` of a panorama and hands it out from the top in bands of whole rows: `put` gets the
/// first row and R, G, B of all pixels of the rows. Bands without anything of the part are left out. So a panorama need
/// not be in memory as a whole.
pub fn bands(
    shown: &Shown,
    part: Part,
    samplers: &[(usize, Sampler)],
    cancel: &Cancel,
    mut put: impl FnMut(usize, &[u8]) -> Result<(), StitchError>,
) -> Result<(), StitchError> {
    let width = shown.width;
    let (height, side) = (width / 2, tile(levels(width)));
    let columns: Vec<usize> = (0..width)
        .step_by(side)
        .filter(|&left| left < part.left + part.width && left + side > part.left)
        .collect();
    for top in (0..height).step_by(side) {
        if top >= part.top + part.height || top + side <= part.top {
            continue;
        }
        let rows = side.min(height - top);
        let mut band = vec![EMPTY; rows * width * 3];
        // The tiles of the band at once, then copied in order.
        let tiles = in_order(columns.len(), |index| {
            let left = columns[index];
            let window = Window {
                left: left as isize,
                top: top as isize,
                width: side.min(width - left),
                height: rows,
            };
            Tile::new(shown, samplers, window, cancel).drawn()
        });
        unless_cancelled(cancel)?;
        for (&left, tile) in columns.iter().zip(&tiles) {
            let length = 3 * side.min(width - left);
            for (row, own) in band.chunks_exact_mut(3 * width).zip(tile.chunks_exact(length)) {
                row[3 * left..][..length].copy_from_slice(own);
            }
        }
        put(top, &band)?;
    }
    Ok(())
}

/// Labels of a window; beyond the poles what lies there, beyond the sides what comes next.
fn labels(shown: &Shown, window: Window) -> Vec<u16> {
    let (width, height) = (shown.width as isize, (shown.width / 2) as isize);
    let area = shown.seams.area;
    let (across, down) = (area.width as usize, area.height as usize);
    // Columns of the seam map, and those on the other side of a pole.
    let columns = |turn: isize| -> Vec<usize> {
        (0..window.width as isize)
            .map(|x| (window.left + x + turn).rem_euclid(width) as usize * across / width as usize)
            .collect()
    };
    let sides = [columns(0), columns(width / 2)];
    let mut out: Vec<u16> = Vec::with_capacity(window.width * window.height);
    let mut before = None;
    for y in 0..window.height as isize {
        let row = window.top + y;
        let (row, beyond) = if row < 0 {
            (-1 - row, true)
        } else if row >= height {
            (2 * height - 1 - row, true)
        } else {
            (row, false)
        };
        let row = row.clamp(0, height - 1) as usize;
        let place = row * down / height as usize;
        let columns = &sides[usize::from(beyond)];
        let start = out.len();
        if before == Some((place, beyond)) {
            out.extend_from_within(start - window.width..);
        } else {
            let line = &shown.seams.labels[place * across..][..across];
            out.extend(columns.iter().map(|&c| line[c]));
        }
        before = Some((place, beyond));
        let turn = if beyond { width / 2 } else { 0 };
        for (x, &column) in columns.iter().enumerate() {
            if !shown.outline.is_plain(place * across + column) {
                let at = (window.left + x as isize + turn).rem_euclid(width) as usize;
                out[start + x] = shown.outline.label(shown.seams, shown.width, at, row);
            }
        }
    }
    out
}

fn byte(v: f32) -> u8 {
    (v * 255.0 + 0.5).clamp(0.0, 255.0) as u8
}

/// A tile that is being drawn.
struct Tile<'a> {
    full_width: usize,
    samplers: &'a [(usize, Sampler<'a>)],
    cancel: &'a Cancel,
    window: Window,
    levels: usize,
    /// Pixels around the window of which the labels are known.
    around: usize,
    /// Of the window and what is around it.
    labels: Vec<u16>,
    rgb: Vec<u8>,
}

/// A rectangle of a tile and its surroundings: left, top, right, bottom.
type Bounds = [usize; 4];

impl<'a> Tile<'a> {
    fn new(
        shown: &Shown,
        samplers: &'a [(usize, Sampler)],
        window: Window,
        cancel: &'a Cancel,
    ) -> Self {
        let full_width = shown.width;
        let levels = levels(full_width);
        let around = margin(levels) + (1 << levels);
        let labels = labels(shown, grown(window, around));
        let rgb = vec![EMPTY; window.width * window.height * 3];
        Self { full_width, samplers, cancel, window, levels, around, labels, rgb }
    }

    fn sampler(&self, photo: u16) -> Option<&'a Sampler<'a>> {
        self.samplers.iter().find(|(index, _)| *index == usize::from(photo)).map(|(_, s)| s)
    }

    /// The rows of labels within `bounds`, of the window and what is around it.
    fn rows(&self, bounds: Bounds) -> impl Iterator<Item = &[u16]> {
        let width = self.window.width + 2 * self.around;
        (bounds[1]..bounds[3]).map(move |y| &self.labels[y * width..][bounds[0]..bounds[2]])
    }

    /// The label of all pixels within `bounds`, if there is but one.
    fn only(&self, bounds: Bounds) -> Option<u16> {
        let first = self.rows(bounds).next()?[0];
        self.rows(bounds).all(|row| row.iter().all(|&l| l == first)).then_some(first)
    }

    fn drawn(mut self) -> Vec<u8> {
        let (around, reach, side) = (self.around, margin(self.levels), block(self.levels));
        let mut blended: Option<Bounds> = None;
        let mut blocks = Vec::new();
        for top in (around..around + self.window.height).step_by(side) {
            for left in (around..around + self.window.width).step_by(side) {
                let block = [
                    left,
                    top,
                    (left + side).min(around + self.window.width),
                    (top + side).min(around + self.window.height),
                ];
                let seen = [block[0] - reach, block[1] - reach, block[2] + reach, block[3] + reach];
                match self.only(seen) {
                    Some(label) => blocks.push((block, Some(label))),
                    None if self.only(block) == Some(NOBODY) => {}
                    None => {
                        blocks.push((block, None));
                        let [l, t, r, b] = blended.unwrap_or(block);
                        let [left, top, right, bottom] = block;
                        blended = Some([l.min(left), t.min(top), r.max(right), b.max(bottom)]);
                    }
                }
            }
        }
        let blend = blended.map(|bounds| (bounds, self.blend(bounds)));
        for (block, label) in blocks {
            match (label, &blend) {
                (Some(label), _) => self.draw(block, label),
                (None, Some((bounds, planes))) => self.copy(block, *bounds, planes),
                (None, None) => {}
            }
        }
        self.rgb
    }

    /// The window of `bounds`, in the panorama.
    fn window_of(&self, bounds: Bounds) -> Window {
        Window {
            left: self.window.left + bounds[0] as isize - self.around as isize,
            top: self.window.top + bounds[1] as isize - self.around as isize,
            width: bounds[2] - bounds[0],
            height: bounds[3] - bounds[1],
        }
    }

    /// Draws one photo without blending.
    fn draw(&mut self, block: Bounds, label: u16) {
        let Some(sampler) = self.sampler(label) else { return };
        let window = self.window_of(block);
        let lookup = Lookup::new(sampler.view(), self.full_width, window);
        let mut places = Row::default();
        let mut colours: [Vec<f32>; 3] = std::array::from_fn(|_| vec![0.0; window.width]);
        for y in 0..window.height {
            lookup.row(y, &mut places);
            sampler.row(&places.x, &places.y, colours.each_mut().map(Vec::as_mut_slice));
            self.write(block[0], block[1] + y, colours.each_ref().map(Vec::as_slice), None);
        }
    }

    /// Writes a row of colours from a column on; pixels whose label is [`NOBODY`] only without `labels`.
    fn write(&mut self, left: usize, y: usize, colours: [&[f32]; 3], labels: Option<&[u16]>) {
        let at = ((y - self.around) * self.window.width + left - self.around) * 3;
        let row = &mut self.rgb[at..at + 3 * colours[0].len()];
        for (x, (pixel, ((&r, &g), &b))) in row
            .chunks_exact_mut(3)
            .zip(colours[0].iter().zip(colours[1]).zip(colours[2]))
            .enumerate()
        {
            if labels.is_none_or(|labels| labels[x] != NOBODY) {
                pixel.copy_from_slice(&[byte(r), byte(g), byte(b)]);
            }
        }
    }

    /// Copies a block of what was blended within `bounds`.
    fn copy(&mut self, block: Bounds, bounds: Bounds, planes: &([Raster; 3], usize)) {
        let (planes, reach) = planes;
        let width = self.window.width + 2 * self.around;
        for y in block[1]..block[3] {
            let from = block[0] - bounds[0] + reach;
            let colours = planes
                .each_ref()
                .map(|plane| &plane.row(y - bounds[1] + reach)[from..from + block[2] - block[0]]);
            let labels = self.labels[y * width..][block[0]..block[2]].to_vec();
            self.write(block[0], y, colours, Some(&labels));
        }
    }

    /// Blends `bounds` and what is around them; returns the planes and how much is around.
    fn blend(&self, bounds: Bounds) -> ([Raster; 3], usize) {
        let (reach, unit) = (margin(self.levels), 1 << self.levels);
        let whole = [
            bounds[0] - reach,
            bounds[1] - reach,
            bounds[0] - reach + (bounds[2] - bounds[0] + 2 * reach).next_multiple_of(unit),
            bounds[1] - reach + (bounds[3] - bounds[1] + 2 * reach).next_multiple_of(unit),
        ];
        let (width, height) = (whole[2] - whole[0], whole[3] - whole[1]);
        let mut blender = Blender::new(width, height, self.levels);
        for (label, found) in self.extents(whole) {
            let Some(sampler) = self.sampler(label) else { continue };
            if self.cancel.is_cancelled() {
                break;
            }
            // As far as the mask is felt, in whole places of the coarsest band.
            let cut = [
                found[0].saturating_sub(reach) / unit * unit,
                found[1].saturating_sub(reach) / unit * unit,
                (found[2] + reach).next_multiple_of(unit).min(width),
                (found[3] + reach).next_multiple_of(unit).min(height),
            ];
            let inside =
                [cut[0] + whole[0], cut[1] + whole[1], cut[2] + whole[0], cut[3] + whole[1]];
            let window = self.window_of(inside);
            let mut mask = Raster::new(window.width, window.height);
            for (y, row) in self.rows(inside).enumerate() {
                for (value, &l) in mask.row_mut(y).iter_mut().zip(row) {
                    *value = f32::from(u8::from(l == label));
                }
            }
            blender.add(self.picture(sampler, window), mask, [cut[0], cut[1]]);
        }
        (blender.finish(), reach)
    }

    fn picture(&self, sampler: &Sampler, window: Window) -> [Raster; 3] {
        let lookup = Lookup::new(sampler.view(), self.full_width, window);
        let mut places = Row::default();
        let mut planes = std::array::from_fn(|_| Raster::new(window.width, window.height));
        for y in 0..window.height {
            lookup.row(y, &mut places);
            sampler.row(&places.x, &places.y, planes.each_mut().map(|plane| plane.row_mut(y)));
        }
        planes
    }

    /// The labels within `bounds` in ascending order, each with what it covers, from the bounds' corner.
    fn extents(&self, bounds: Bounds) -> std::collections::BTreeMap<u16, Bounds> {
        let mut out = std::collections::BTreeMap::new();
        for (y, row) in self.rows(bounds).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run[0] != NOBODY {
                    let end = x + run.len();
                    let b: &mut Bounds = out.entry(run[0]).or_insert([x, y, end, y + 1]);
                    *b = [b[0].min(x), b[1], b[2].max(end), y + 1];
                }
                x += run.len();
            }
        }
        out
    }
}

/// A window with `by` pixels more on each side.
fn grown(window: Window, by: usize) -> Window {
    Window {
        left: window.left - by as isize,
        top: window.top - by as isize,
        width: window.width + 2 * by,
        height: window.height + 2 * by,
    }
}

#[cfg(test)]
mod tests {
    use super::super::attitude::Attitude;
    use super::super::photometry::Tone;
    use super::super::warp::View;
    use super::*;
    use crate::geometry::{Lens, Projection};
    use crate::imaging::plane::{ColourModel, Picture, Plane};

    /// Six photos, 100° wide, of a world that is grey everywhere.
    #[test]
    fn a_world_of_one_colour_has_no_seams() {
        let picture =
            Picture { planes: vec![Plane::filled(120, 120, 150)], model: ColourModel::Grey };
        let focal = Lens::focal_for(Projection::Rectilinear, 100.0, 120.0);
        let views: Vec<View> = [(0, 0), (90, 0), (180, 0), (270, 0), (0, 90), (0, -90)]
            .into_iter()
            .map(|(yaw, pitch)| View {
                lens: Lens::centred(Projection::Rectilinear, focal, 120, 120),
                rotation: Attitude { yaw: f64::from(yaw), pitch: f64::from(pitch), roll: 0.0 }
                    .matrix(),
                size: (120, 120),
                circle: None,
                shift: None,
            })
            .collect();
        let samplers: Vec<(usize, Sampler)> = views
            .iter()
            .map(|view| Sampler::new(&picture, view, &Tone::NONE))
            .enumerate()
            .collect();
        let cancel = Cancel::new();
        let area = Equirect { width: 256, height: 128 };
        let seams = SeamMap::new(area, &samplers, &cancel).unwrap();
        let whole = Part { left: 0, top: 0, width: 1024, height: 512 };
        let mut next = 0;
        let outline = Outline::new(&seams, &samplers);
        let shown = Shown { width: 1024, seams: &seams, outline: &outline };
        bands(&shown, whole, &samplers, &cancel, |top, rows| {
            assert_eq!(top, next);
            next += rows.len() / 3 / 1024;
            assert!(rows.iter().all(|v| v.abs_diff(150) <= 1));
            Ok(())
        })
        .unwrap();
        assert_eq!(next, 512);
        // Of a part, the tiles that it touches are drawn.
        let part = Part { left: 600, top: 300, width: 100, height: 100 };
        let panorama = compose(1024, part, &samplers, (seams, outline), &cancel).unwrap();
        let at = |x: usize, y: usize| panorama.rgb[(y * 1024 + x) * 3];
        assert!(at(650, 350).abs_diff(150) <= 1 && at(699, 399).abs_diff(150) <= 1);
        assert_eq!((at(100, 350), at(650, 100)), (EMPTY, EMPTY));
    }
}
