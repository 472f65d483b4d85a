//! Finds the field of shifts between two exposures from coarse to fine: points of one are found again in the other by
//! Lucas–Kanade on normalised patches (`stitch::track`), which do not mind another exposure.

use nalgebra::Matrix2;

use super::field::{Field, Pair};
use super::threshold::Shift;
use crate::imaging::plane::Plane;
use crate::stitch::links::anchors;
use crate::stitch::photo::{Photo, halved};
use crate::stitch::track::{Miss, track};

/// The coarsest level has no side longer than this, pixels.
const COARSEST: usize = 420;
/// A level finer than this tells nothing more, pixels.
const FINEST: usize = 2_400_000;
/// Most points followed at a level.
const MOST: usize = 420;
/// Farthest from the guess: at the coarsest level and at the others, pixels.
const REACH: [f64; 2] = [9.0, 4.0];
/// A point this far from the field does not speak for it, pixels of its level.
const AGREES: f64 = 1.5;

/// Two exposures laid on each other.
#[derive(Clone, Debug)]
pub struct Alignment {
    /// From the pixels of the first photo's kept picture to those of the second's.
    pub field: Field,
    /// Points that were clear in the first and not clipped in the second.
    pub tried: usize,
    /// Those that were found where the field says.
    pub agreeing: usize,
}

impl Alignment {
    /// Enough points, and most of them agree: both show the same from the same place.
    pub fn is_sure(&self) -> bool {
        self.agreeing >= 24 && self.agreeing as f64 >= 0.55 * self.tried as f64
    }
}

/// What alignment needs of a photo.
pub struct Levels {
    /// Luma at the sizes that are looked at, finest first, with the number of halvings.
    planes: Vec<(u32, Plane)>,
    /// Points worth following, pixels of the kept picture.
    points: Vec<[f64; 2]>,
}

impl Levels {
    /// The levels of a photo.
    pub fn of(photo: &Photo) -> Self {
        let luma = &photo.picture.planes[0];
        let mut out: Vec<(u32, Plane)> = Vec::new();
        let mut level = 0;
        let mut plane = luma.clone();
        loop {
            let (w, h) = (plane.width(), plane.height());
            let next = (w.max(h) > COARSEST && w.min(h) >= 64).then(|| halved(&plane));
            if w * h <= FINEST || next.is_none() {
                out.push((level, plane));
            }
            match next {
                Some(half) => plane = half,
                None => break,
            }
            level += 1;
        }
        let points = anchors(&photo.grey)
            .into_iter()
            .map(|p| p.map(|v| (f64::from(v) + 0.5) / photo.grey_factor - 0.5))
            .collect();
        Self { planes: out, points }
    }
}

/// Lays a photo on another of the same size. `guess`: shift of pictures `scale` times as large as the kept ones.
pub fn align(
    from: &Photo,
    to: &Photo,
    levels: [&Levels; 2],
    guess: &Shift,
    scale: f64,
) -> Option<Alignment> {
    let size = (from.width(), from.height());
    let points = &levels[0].points;
    if points.is_empty() || size != (to.width(), to.height()) {
        return None;
    }
    let mut field = Field::shift(size, guess.by.map(|v| f64::from(v) / scale));
    let mut found = None;
    for (index, ((level, a), (_, b))) in
        levels[0].planes.iter().zip(&levels[1].planes).enumerate().rev()
    {
        let coarsest = index + 1 == levels[0].planes.len();
        let factor = 0.5_f64.powi(*level as i32);
        let (pairs, tried) = follow(a, b, points, &field.scaled(factor), factor, coarsest);
        let small = (a.width(), a.height());
        let degree = if coarsest { 1 } else { 3 };
        let (fitted, _) = Field::fitted(small, &pairs, degree)?;
        let agreeing = pairs.iter().filter(|p| distance(&fitted, p) < AGREES).count();
        field = fitted.scaled(1.0 / factor);
        let alignment = Alignment { field: field.clone(), tried, agreeing };
        if coarsest && agreeing < 12 {
            return None;
        }
        found = Some(alignment);
    }
    found
}

fn distance(field: &Field, pair: &Pair) -> f64 {
    let to = field.moved(pair.at);
    (to[0] - pair.seen[0]).hypot(to[1] - pair.seen[1])
}

/// Follows points at one level; says also how many were tried.
fn follow(
    from: &Plane,
    to: &Plane,
    points: &[[f64; 2]],
    field: &Field,
    factor: f64,
    coarsest: bool,
) -> (Vec<Pair>, usize) {
    let reach = REACH[usize::from(!coarsest)];
    let step = points.len().div_ceil(MOST).max(1);
    let mut tried = 0;
    let mut pairs = Vec::new();
    for point in points.iter().step_by(step) {
        let at = point.map(|v| ((v + 0.5) * factor - 0.5).round().max(0.0));
        let guess = field.moved(at);
        if !clear(to, guess) {
            continue;
        }
        let (right, down) = (field.moved([at[0] + 1.0, at[1]]), field.moved([at[0], at[1] + 1.0]));
        let bend = Matrix2::new(
            right[0] - guess[0],
            down[0] - guess[0],
            right[1] - guess[1],
            down[1] - guess[1],
        );
        match track(from, at.map(|v| v as usize), to, guess, &bend, reach) {
            Ok(found) => {
                tried += 1;
                pairs.push(Pair { at, seen: found.at, whitening: found.whitening });
            }
            Err(Miss::Lost) => tried += 1,
            Err(Miss::Blank) => {}
        }
    }
    (pairs, tried)
}

/// Whether the surroundings of a point are inside and mostly neither black nor burnt out.
fn clear(plane: &Plane, at: [f64; 2]) -> bool {
    let (x, y) = (at[0].round() as i64, at[1].round() as i64);
    let mut good = 0;
    for dy in [-5, 0, 5] {
        for dx in [-5, 0, 5] {
            let (u, v) = (x + dx, y + dy);
            if u < 0 || v < 0 || u >= plane.width() as i64 || v >= plane.height() as i64 {
                return false;
            }
            good += usize::from((10..246).contains(&plane.row(v as usize)[u as usize]));
        }
    }
    good >= 6
}
