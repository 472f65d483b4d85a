//! How well photos meet where the finished panorama changes from one to the other: what a person would see.
//!
//! Both photos are drawn around places along the seams as the panorama shows them, bent and toned, and one is sought in
//! the other: first in coarse patches, as things may be far apart, then in fine ones. Of all shifts that make both alike
//! the shortest counts: along an edge nothing can be seen to be off.

use std::f64::consts::{PI, TAU};

use nalgebra::Vector3;

use super::grey::in_order;
use super::patch::{APART, CONTRAST, Patch, UNLIKE, centred, correlation};
use super::report::Remark;
use super::seams::{NOBODY, SeamMap};
use super::warp::Sampler;

/// Most places that are looked at.
const MOST: usize = 1500;
/// Half the side of a patch, and how far it is sought, both in steps.
const HALF: i32 = 7;
const REACH: i32 = 8;
/// Columns of the finest panorama in whose pixels patches are drawn.
const COLUMNS: f64 = 4096.0;
/// Steps of coarse patches, in fine ones.
const COARSE: f64 = 3.0;
/// Misalignment that can be seen, in steps: pixels of the panorama, or of one of [`COLUMNS`].
const VISIBLE: f64 = 1.4;
/// Least correlation of what is the same.
const ALIKE: f64 = 0.75;
/// By so much less may a shorter shift correlate than the best, of what the best lacks and more.
const NEARLY: f64 = 0.03;
/// How far around a place breaks are seen as one, degrees.
const NEARBY: f64 = 8.0;

/// Breaks around one place that are told, degrees.
const MENTIONED: f64 = 1.2;
/// What may be seen without doubt: a share of all seams, and degrees around one place. Twice as much is doubtful.
const TOLERATED: [f64; 2] = [0.025, 1.2];

/// How well photos meet along the seams.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeamCheck {
    /// Misalignments where there is something to be compared, minutes of arc, ascending.
    pub off: Vec<f64>,
    /// Length of all seams, degrees.
    pub length: f64,
    /// Length of the seams that a person would see, degrees.
    pub visible: f64,
    /// The most that can be seen around one place, degrees.
    pub worst: f64,
    /// Yaw and pitch of that place, degrees.
    pub middle: [f64; 2],
}

/// A place along a seam.
#[derive(Clone, Copy, Debug)]
struct Place {
    direction: Vector3<f64>,
    photos: [u16; 2],
    /// Degrees of seam that it stands for.
    length: f64,
}

/// What is seen at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Minutes of arc, where one photo is found in the other.
    pub off: Option<f64>,
    /// Whether a person sees that there are two photos.
    pub visible: bool,
}

impl SeamCheck {
    /// Looks along the seams of a panorama of `width` columns.
    pub fn of(seams: &SeamMap, samplers: &[(usize, Sampler)], width: usize) -> Self {
        let places = places(seams);
        let length = places.iter().map(|place| place.length).sum();
        let every = places.len().div_ceil(MOST).max(1);
        let places: Vec<Place> = places.into_iter().step_by(every).collect();
        let step = shown_step(width);
        let seen = in_order(places.len(), |at| {
            let sampler = |side: usize| {
                let photo = usize::from(places[at].photos[side]);
                samplers.iter().find(|(index, _)| *index == photo).map(|(_, sampler)| sampler)
            };
            compared(sampler(0)?, sampler(1)?, &places[at].direction, step)
        });
        let mut off: Vec<f64> = seen.iter().flatten().filter_map(|seen| seen.off).collect();
        off.sort_by(f64::total_cmp);
        let broken: Vec<Place> = places
            .iter()
            .zip(&seen)
            .filter(|(_, seen)| seen.is_some_and(|seen| seen.visible))
            .map(|(place, _)| Place { length: place.length * every as f64, ..*place })
            .collect();
        let visible = broken.iter().map(|place| place.length).sum();
        let (worst, middle) = worst(&broken);
        Self { off, length, visible, worst, middle }
    }

    /// Length of all seams, of those that can be seen, and the most around one place, degrees.
    pub fn figures(&self) -> [f64; 3] {
        [self.length, self.visible, self.worst]
    }

    /// By how much what can be seen lessens the confidence, 0 to 1.
    pub fn doubt(&self) -> f64 {
        let share = self.visible / self.length.max(1e-9);
        (TOLERATED[0] / share.max(1e-9)).min(TOLERATED[1] / self.worst.max(1e-9)).min(1.0)
    }

    /// What to tell a person.
    pub fn remark(&self) -> Option<Remark> {
        (self.worst > MENTIONED).then(|| {
            let [yaw, pitch] = self.middle.map(|v| format!("{v:.0}"));
            let visible = format!("{:.0}", self.visible);
            let message = format!(
                "photos do not meet on {visible}° of their seams, most around yaw {yaw}°, pitch {pitch}°: what is near to the \
                 camera was seen from different spots, or something moved. Look there; turn the camera about its lens next time"
            );
            Remark::new("stitch-warning-seams", message)
                .with("visible", visible)
                .with("yaw", yaw)
                .with("pitch", pitch)
        })
    }
}

/// The angle between two pixels in which a panorama of `width` columns is judged, radians.
pub fn shown_step(width: usize) -> f64 {
    TAU / (width as f64).min(COLUMNS)
}

/// Where most is broken, and how much, degrees.
fn worst(broken: &[Place]) -> (f64, [f64; 2]) {
    let near = NEARBY.to_radians().cos();
    broken
        .iter()
        .map(|place| {
            let around = broken.iter().filter(|other| other.direction.dot(&place.direction) > near);
            (around.map(|other| other.length).sum::<f64>(), place.direction)
        })
        .fold((0.0, [0.0; 2]), |most, (length, d)| {
            if length > most.0 {
                (length, [d.x.atan2(d.z).to_degrees(), d.y.asin().to_degrees()])
            } else {
                most
            }
        })
}

/// The borders between photos that both see.
fn places(seams: &SeamMap) -> Vec<Place> {
    let (w, h) = (seams.area.width as usize, seams.area.height as usize);
    let degrees = 360.0 / w as f64;
    let mut out = Vec::new();
    for row in 0..h - 1 {
        let narrow = ((row as f64 + 0.5) / h as f64 * PI).sin();
        for column in 0..w {
            let here = row * w + column;
            let right = row * w + (column + 1) % w;
            for (there, dx, dy, length) in
                [(right, 0.5, 0.0, degrees), (here + w, 0.0, 0.5, degrees * narrow)]
            {
                let (a, b) = (seams.labels[here], seams.labels[there]);
                let both = a != NOBODY && b != NOBODY && a != b;
                if both && seams.shows(here, b) && seams.shows(there, a) {
                    let d = seams.area.direction(column as f64 + dx, row as f64 + dy);
                    let direction = Vector3::new(d.x, d.y, d.z);
                    out.push(Place { direction, photos: [a, b], length });
                }
            }
        }
    }
    out
}

/// What two photos show around a direction: values of 255 on a square of so many steps to each side.
fn patch(sampler: &Sampler, middle: &Vector3<f64>, step: f64, half: i32) -> Vec<f32> {
    let across = Vector3::new(middle.z, 0.0, -middle.x);
    let right = across.try_normalize(1e-9).unwrap_or_else(Vector3::x);
    let down = right.cross(middle);
    let side = (2 * half + 1) as usize;
    let (mut x, mut y) = (Vec::with_capacity(side * side), Vec::with_capacity(side * side));
    for v in -half..=half {
        for u in -half..=half {
            let world = middle + right * (f64::from(u) * step) + down * (f64::from(v) * step);
            let pixel = sampler.view().look(&world);
            let [px, py] = pixel.unwrap_or([f64::NAN; 2]);
            x.push(px as f32);
            y.push(py as f32);
        }
    }
    let mut colours: [Vec<f32>; 3] = std::array::from_fn(|_| vec![0.0; x.len()]);
    sampler.row(&x, &y, colours.each_mut().map(Vec::as_mut_slice));
    let [red, green, blue] = &colours;
    let value = |k: usize| {
        if x[k].is_nan() {
            return f32::NAN;
        }
        let channel = |v: f32| v.clamp(0.0, 1.0) * 255.0;
        (channel(red[k]) + 2.0 * channel(green[k]) + channel(blue[k])) / 4.0
    };
    (0..x.len()).map(value).collect()
}

/// A patch of one photo and a larger one of the other, in which it is sought.
struct Sought {
    template: Patch,
    around: Vec<f32>,
}

impl Sought {
    fn new(first: &Sampler, second: &Sampler, middle: &Vector3<f64>, step: f64) -> Option<Self> {
        let template = centred(patch(first, middle, step, HALF))?;
        Some(Self { template, around: patch(second, middle, step, HALF + REACH) })
    }

    /// What the other photo shows so many steps to the right and down.
    fn other(&self, by: [i32; 2]) -> Option<Patch> {
        let side = (2 * (HALF + REACH) + 1) as usize;
        let edge = (2 * HALF + 1) as usize;
        let (left, top) = ((REACH + by[0]) as usize, (REACH + by[1]) as usize);
        let mut values = Vec::with_capacity(edge * edge);
        for row in 0..edge {
            values.extend_from_slice(&self.around[(top + row) * side + left..][..edge]);
        }
        centred(values)
    }

    /// Root mean square difference as they are.
    fn difference(&self) -> Option<f64> {
        let other = self.other([0, 0])?;
        let square: f32 = self.template.0.iter().zip(&other.0).map(|(a, b)| (a - b).powi(2)).sum();
        Some(f64::from(square / other.0.len() as f32).sqrt())
    }

    /// The shortest shift after which both are as alike as they can be nearly, in steps, and how alike.
    fn shift(&self) -> Option<(f64, f64)> {
        let mut found: Vec<(f64, f64)> = Vec::new();
        for v in -REACH..=REACH {
            for u in -REACH..=REACH {
                let Some(other) = self.other([u, v]) else { continue };
                let alike = correlation(&self.template, &other);
                found.push((f64::from(u).hypot(f64::from(v)), alike));
            }
        }
        let best = found.iter().map(|(_, alike)| *alike).fold(f64::MIN, f64::max);
        let enough = best - NEARLY - 0.2 * (1.0 - best);
        let shortest = |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0);
        found.into_iter().filter(|(_, alike)| *alike >= enough).min_by(shortest)
    }
}

/// Compares two photos at a place; `None` where there is nothing to be compared.
pub fn compared(first: &Sampler, second: &Sampler, at: &Vector3<f64>, step: f64) -> Option<Seen> {
    let fine = Sought::new(first, second, at, step)?;
    let contrast = fine.template.1.max(fine.other([0, 0])?.1);
    if contrast < CONTRAST {
        return None;
    }
    let difference = fine.difference()?;
    let minutes = |steps: f64, step: f64| (steps * step).to_degrees() * 60.0;
    if let Some((steps, alike)) = fine.shift()
        && alike > ALIKE
    {
        let off = minutes(steps, step);
        return Some(Seen { off: Some(off), visible: steps > VISIBLE && difference > APART });
    }
    let far = Sought::new(first, second, at, COARSE * step).and_then(|sought| sought.shift());
    if let Some((steps, alike)) = far
        && alike > ALIKE
        && steps > f64::from(HALF) / COARSE
    {
        let off = minutes(steps, COARSE * step);
        return Some(Seen { off: Some(off), visible: difference > APART });
    }
    Some(Seen { off: None, visible: difference > UNLIKE })
}

#[cfg(test)]
pub mod tests {
    use nalgebra::Matrix3;

    use super::*;
    use crate::base::Cancel;
    use crate::geometry::{Equirect, Lens, Projection};
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::attitude::Attitude;
    use crate::stitch::photometry::Tone;
    use crate::stitch::warp::View;

    pub fn view(yaw: f64) -> View {
        View {
            lens: Lens::centred(Projection::Rectilinear, 400.0, 600, 400),
            rotation: Attitude { yaw, pitch: 0.0, roll: 0.0 }.matrix(),
            size: (600, 400),
            circle: None,
            shift: None,
        }
    }

    /// What a camera sees of a world of waves of several lengths.
    pub fn picture(view: &View) -> Picture {
        let mut plane = Plane::filled(600, 400, 0);
        for y in 0..400 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                let Some(ray) = view.lens.unproject([x as f64, y as f64]) else { continue };
                let d = view.rotation * ray;
                let waves = (61.0 * d.x + 17.0 * d.y).sin()
                    + (73.0 * d.y - 29.0 * d.z).sin()
                    + (37.0 * d.x * d.y + 91.0 * d.z).sin();
                *value = (128.0 + 40.0 * waves) as u8;
            }
        }
        Picture { planes: vec![plane], model: ColourModel::Grey }
    }

    /// Two photos, the second of which is said to be turned by so much more than it is.
    fn check(off: f64) -> SeamCheck {
        let truth = [view(0.0), view(35.0)];
        let pictures = [picture(&truth[0]), picture(&truth[1])];
        let said = [view(0.0), view(35.0 + off)];
        let samplers: Vec<(usize, Sampler)> =
            (0..2).map(|i| (i, Sampler::new(&pictures[i], &said[i], &Tone::NONE))).collect();
        let area = Equirect { width: 256, height: 128 };
        let seams = SeamMap::new(area, &samplers, &Cancel::default()).unwrap();
        SeamCheck::of(&seams, &samplers, 2048)
    }

    #[test]
    fn what_meets_is_not_seen() {
        let check = check(0.0);
        assert!(check.length > 30.0 && check.off.len() > 20, "{check:?}");
        assert!(check.visible < 1e-9 && check.remark().is_none(), "{check:?}");
        assert!((check.doubt() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_does_not_meet_is_seen_and_told() {
        let check = check(0.6);
        // Where the waves are long no break can be seen.
        assert!(check.visible > 0.3 * check.length, "{check:?}");
        assert!(check.doubt() < 0.5 && check.remark().is_some());
    }

    #[test]
    fn patches_at_the_poles_are_defined() {
        let view = View { rotation: Matrix3::identity(), ..view(0.0) };
        let picture = picture(&view);
        let sampler = Sampler::new(&picture, &view, &Tone::NONE);
        let up = patch(&sampler, &Vector3::y(), 1e-3, HALF);
        assert!(up.iter().all(|v| v.is_nan()));
    }
}
