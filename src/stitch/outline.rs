//! The seam map at the panorama's own resolution: seams without steps, and borders exactly where the photos end.
//!
//! Between the places of the small map labels are weighed by a quadratic B-spline, and the heaviest wins. Where the map
//! borders on nothing, or on places that a photo does not show, each pixel asks the photo itself.

use nalgebra::Vector3;

use super::seams::{NOBODY, SeamMap};
use super::warp::{Sampler, View};
use crate::geometry::Equirect;

/// What a place of the map and its eight neighbours are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// All alike: the label of the place is that of all its pixels.
    Plain,
    /// Different photos, all of which show all nine places.
    Seam,
    /// Some of the photos end here.
    Border,
}

/// What is needed to know the label of each pixel.
pub struct Outline {
    kinds: Vec<Kind>,
    views: Vec<(u16, View)>,
}

/// The place of a pixel: column and row, and where within it, −½ to ½.
struct Spot {
    column: usize,
    row: usize,
    offset: [f32; 2],
}

impl Outline {
    /// The outline of a seam map of these photos.
    pub fn new(seams: &SeamMap, samplers: &[(usize, Sampler)]) -> Self {
        let kinds = (0..seams.labels.len())
            .map(|place| {
                let around = around(seams, place);
                let label = |p: usize| seams.labels[p];
                if around.iter().all(|&p| label(p) == label(place)) {
                    return Kind::Plain;
                }
                let shown = |photo: u16| around.iter().all(|&p| seams.shows(p, photo));
                if around.iter().all(|&p| label(p) != NOBODY && shown(label(p))) {
                    Kind::Seam
                } else {
                    Kind::Border
                }
            })
            .collect();
        let views = samplers.iter().map(|(photo, s)| (*photo as u16, s.view().clone())).collect();
        Self { kinds, views }
    }

    /// Whether a place and its neighbours all have one label.
    pub fn is_plain(&self, place: usize) -> bool {
        self.kinds[place] == Kind::Plain
    }

    /// The photo that a pixel of a panorama `width` pixels wide is taken from, or [`NOBODY`].
    pub fn label(&self, seams: &SeamMap, width: usize, x: usize, y: usize) -> u16 {
        let (across, down) = (seams.area.width as usize, seams.area.height as usize);
        let spot = |at: usize, places: usize, pixels: usize| {
            let place = at * places / pixels;
            let middle = (at as f32 + 0.5) * places as f32 / pixels as f32 - 0.5;
            (place, (middle - place as f32).clamp(-0.5, 0.5))
        };
        let ((column, dx), (row, dy)) = (spot(x, across, width), spot(y, down, width / 2));
        let place = row * across + column;
        if self.kinds[place] == Kind::Plain {
            return seams.labels[place];
        }
        let ranked = ranked(seams, &Spot { column, row, offset: [dx, dy] });
        if self.kinds[place] == Kind::Seam {
            return ranked.first().map_or(NOBODY, |(label, _)| *label);
        }
        let whole = Equirect { width: width as u32, height: (width / 2) as u32 };
        let d = whole.direction(x as f64, y as f64);
        let world = Vector3::new(d.x, d.y, d.z);
        let shows = |photo: u16| {
            let view = self.views.iter().find(|(index, _)| *index == photo);
            view.is_some_and(|(_, view)| view.look(&world).is_some())
        };
        let near = ranked.into_iter().map(|(label, _)| label).find(|label| shows(*label));
        near.or_else(|| self.views.iter().map(|(photo, _)| *photo).find(|photo| shows(*photo)))
            .unwrap_or(NOBODY)
    }
}

/// A place and its neighbours, row after row: over the side of the map, not over the poles.
fn around(seams: &SeamMap, place: usize) -> [usize; 9] {
    let (across, down) = (seams.area.width as usize, seams.area.height as usize);
    let (column, row) = (place % across, place / across);
    std::array::from_fn(|k| {
        let c = (column + across + k % 3 - 1) % across;
        let r = (row + k / 3).saturating_sub(1).min(down - 1);
        r * across + c
    })
}

/// The photos around a spot, heaviest first.
fn ranked(seams: &SeamMap, spot: &Spot) -> Vec<(u16, f32)> {
    let weights = spot
        .offset
        .map(|t| [0.5 * (0.5 - t) * (0.5 - t), 0.75 - t * t, 0.5 * (0.5 + t) * (0.5 + t)]);
    let place = spot.row * seams.area.width as usize + spot.column;
    let mut out: Vec<(u16, f32)> = Vec::with_capacity(4);
    for (k, &p) in around(seams, place).iter().enumerate() {
        let label = seams.labels[p];
        if label == NOBODY {
            continue;
        }
        let weight = weights[0][k % 3] * weights[1][k / 3];
        match out.iter_mut().find(|(other, _)| *other == label) {
            Some((_, sum)) => *sum += weight,
            None => out.push((label, weight)),
        }
    }
    out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    out
}
