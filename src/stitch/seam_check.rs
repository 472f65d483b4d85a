//! How well photos meet where the finished panorama changes from one to the other: what a person would see, place by
//! place along the seams (`seam_place`).

use std::collections::{BTreeMap, HashMap};
use std::f64::consts::{PI, TAU};

use nalgebra::Vector3;

use super::compose::Shown;
use super::error::{StitchError, unless_cancelled};
use super::grey::in_order;
use super::mark::REACH;
use super::outline::Outline;
use super::report::Remark;
use super::seam_place::{Seen, compared_beside, line_shows};
use super::seams::SeamMap;
use super::warp::Sampler;
use crate::base::Cancel;

/// Most places that are looked at.
const MOST: usize = 20_000;
/// Columns of the finest panorama in whose pixels patches are drawn.
const COLUMNS: f64 = 4096.0;
/// How far around a place breaks are seen as one, degrees.
const NEARBY: f64 = 8.0;

/// Breaks around one place that are told, degrees.
const MENTIONED: f64 = 1.2;
/// Pitch below which breaks are of what stands under the camera, degrees.
const BENEATH: f64 = -55.0;
/// Degrees around straight down in which fisheyes show what they stand on, or who holds them: too near to meet.
pub const STAND: f64 = 30.0;
/// Share of a break that a place counts as where one photo is burnt out and the other is not.
const BURNT: f64 = 1.0 / 6.0;
/// Share of a break that a place counts as whose line does not show, and fewest photos from several spots for that: photos
/// from one spot have to meet wherever the seam runs, and a few from several may be anywhere.
const HIDDEN: f64 = 1.0 / 6.0;
const MANY: usize = 12;
/// Share of a break that a place counts as where what one photo shows is nowhere in the other: waves and people have moved,
/// and a wave that changes in its middle deceives nobody.
const MOVED: f64 = 0.5;
/// Share of a break that a place counts as, for who leads seams, where photos hardly meet.
const UNEASY: f64 = 0.25;
/// What may be seen without doubt: a share of all seams, and degrees around one place. Twice as much is doubtful.
const TOLERATED: [f64; 2] = [0.025, 1.1];
/// The same of the degrees once seams are where they stay, of photos from several spots: what is seen then is often the
/// smaller part of what is broken.
const LEFT: f64 = 0.65;

/// How well photos meet along the seams.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeamCheck {
    /// Length of all seams, degrees.
    pub length: f64,
    /// Length of the seams that a person would see, degrees.
    pub visible: f64,
    /// The most that can be seen around one place, degrees.
    pub worst: f64,
    /// Yaw and pitch of that place, degrees.
    pub middle: [f64; 2],
    /// How far from straight down a mark has to reach to cover what can be seen there, degrees.
    pub beneath: f64,
}

/// A place along a seam.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub direction: Vector3<f64>,
    /// The places of the map on both sides, and the photos that show them.
    pub border: [(usize, u16); 2],
    /// Degrees of seam that it stands for.
    pub length: f64,
    /// The share of a break that it counts as.
    pub share: f64,
}

/// Looks along the seams of one panorama, more than once where they are changed: what has been compared is remembered.
pub struct SeamLooker<'a> {
    /// The photos, by number.
    pub samplers: &'a [(usize, Sampler<'a>)],
    /// Columns of the panorama.
    width: usize,
    /// Whether breaks whose line does not show are hardly seen.
    hides: bool,
    /// Sine of the latitude below which a mark covers everything.
    covered: f64,
    /// Where it is set, nothing more is looked at.
    pub cancel: &'a Cancel,
    /// The share of a break that a place counts as for who looks and for who leads seams, by its border; `None` where
    /// nothing can be compared.
    known: HashMap<[(usize, u16); 2], Option<[f64; 2]>>,
}

impl<'a> SeamLooker<'a> {
    /// For a panorama of `width` columns taken from `several` spots or from one, of which a mark covers what is less than
    /// `covered` degrees from straight down.
    pub fn new(
        samplers: &'a [(usize, Sampler<'a>)],
        width: usize,
        several: bool,
        covered: f64,
        cancel: &'a Cancel,
    ) -> Self {
        let hides = several && samplers.len() >= MANY;
        let covered = -covered.to_radians().cos();
        Self { samplers, width, hides, covered, cancel, known: HashMap::new() }
    }

    /// The same for these photos, some of which have `changed`: what was compared of the others is known.
    pub fn anew<'b>(
        &'b self,
        samplers: &'b [(usize, Sampler<'b>)],
        changed: &[bool],
    ) -> SeamLooker<'b> {
        let photos = samplers.iter().zip(changed).filter(|(_, changed)| **changed);
        let changed: Vec<usize> = photos.map(|((photo, _), _)| *photo).collect();
        let as_before = |border: &[(usize, u16); 2]| {
            border.iter().all(|(_, photo)| !changed.contains(&usize::from(*photo)))
        };
        let known = self.known.iter().filter(|(border, _)| as_before(border));
        let known = known.map(|(border, share)| (*border, *share)).collect();
        SeamLooker { samplers, known, ..*self }
    }

    /// The angle between two pixels in which the panorama is judged, radians.
    pub fn step(&self) -> f64 {
        shown_step(self.width)
    }

    /// How well photos meet along these seams.
    pub fn look(&mut self, seams: &SeamMap, outline: &Outline) -> Result<Looked, StitchError> {
        let shown = Shown { width: self.width, seams, outline };
        let mut places = places(seams);
        places.retain(|place| place.direction.y > self.covered);
        let length = places.iter().map(|place| place.length).sum();
        let every = places.len().div_ceil(MOST).max(1);
        let places: Vec<Place> = places.into_iter().step_by(every).collect();
        let shares = in_order(places.len(), |at| match self.known.get(&places[at].border) {
            Some(share) => *share,
            None if self.cancel.is_cancelled() => None,
            None => self.share(&shown, &places[at]),
        });
        unless_cancelled(self.cancel)?;
        self.known.extend(places.iter().map(|place| place.border).zip(shares.iter().copied()));
        let broken = |strict: usize| -> Vec<Place> {
            let broken = places.iter().zip(&shares).filter_map(|(place, shares)| {
                let share = shares.as_ref()?[strict];
                let length = share * place.length * every as f64;
                (share > 0.0).then_some(Place { length, share, ..*place })
            });
            broken.collect()
        };
        let (broken, uneasy) = (broken(0), broken(1));
        let check = SeamCheck::summed(length, &broken);
        Ok(Looked { check, broken, strict: SeamCheck::summed(length, &uneasy), uneasy })
    }

    /// The shares of a break that a place counts as.
    fn share(&self, shown: &Shown, place: &Place) -> Option<[f64; 2]> {
        let step = shown_step(self.width);
        let sampler = |(_, photo): (usize, u16)| {
            let found = self.samplers.iter().find(|(index, _)| *index == usize::from(photo));
            found.map(|(_, sampler)| sampler)
        };
        let photos = [sampler(place.border[0])?, sampler(place.border[1])?];
        let seen = compared_beside(photos[0], photos[1], &place.direction, step)?;
        let second = |d: &Vector3<f64>| shown.photo(d) == place.border[1].1;
        let shows = || line_shows(photos, &place.direction, step, second) == Some(true);
        Some(match seen {
            Seen::Meets | Seen::Tangled => [0.0; 2],
            Seen::Uneasy => [0.0, UNEASY],
            Seen::Burnt => [BURNT; 2],
            Seen::Unlike if !shows() => [HIDDEN, UNEASY],
            Seen::Broken if self.hides && !shows() => [HIDDEN, UNEASY],
            Seen::Unlike => [MOVED; 2],
            Seen::Broken => [1.0; 2],
        })
    }
}

/// What was seen along the seams of a panorama.
#[derive(Clone)]
pub struct Looked {
    /// What a person sees.
    pub check: SeamCheck,
    /// The places that count in it.
    broken: Vec<Place>,
    /// The same with what hardly anybody sees: seams that are led by the one alone would end where it errs.
    pub strict: SeamCheck,
    /// The places that count in the latter.
    pub uneasy: Vec<Place>,
}

impl Looked {
    /// By how much what can be seen in the end lessens the confidence, 0 to 1; `several`: the camera moved; `stand`: what is
    /// seen straight down is what the camera stands on, which does not count.
    pub fn confidence(&self, several: bool, stand: bool) -> f64 {
        let around = if several { LEFT } else { TOLERATED[1] };
        if !stand {
            return self.check.within(around);
        }
        let lowest = -STAND.to_radians().cos();
        let above = self.broken.iter().filter(|place| place.direction.y > lowest);
        let above: Vec<Place> = above.copied().collect();
        SeamCheck::summed(self.check.length, &above).within(around)
    }

    /// Degrees of seam between each two photos, and degrees of it at which they hardly meet.
    pub fn by_pair(&self, seams: &SeamMap) -> BTreeMap<(usize, usize), [f64; 2]> {
        let mut pairs: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
        for (places, which) in [(&places(seams), 0), (&self.uneasy, 1)] {
            for Place { border: [(_, a), (_, b)], length, .. } in places {
                let pair = (usize::from(*a.min(b)), usize::from(*a.max(b)));
                pairs.entry(pair).or_default()[which] += length;
            }
        }
        pairs
    }
}

impl SeamCheck {
    fn summed(length: f64, broken: &[Place]) -> Self {
        let visible = broken.iter().map(|place| place.length).sum();
        let (worst, middle) = worst(broken);
        let from_below = broken.iter().map(|place| (-place.direction.y).acos().to_degrees());
        let beneath = from_below.filter(|degrees| *degrees < REACH[1]).fold(REACH[0], f64::max);
        Self { length, visible, worst, middle, beneath }
    }

    /// Length of all seams, of those that can be seen, and the most around one place, degrees.
    pub fn figures(&self) -> [f64; 3] {
        [self.length, self.visible, self.worst]
    }

    /// How well seams lie, 0 to 1, to compare ways to lead them.
    pub fn doubt(&self) -> f64 {
        self.within(TOLERATED[1])
    }

    fn within(&self, around: f64) -> f64 {
        let share = self.visible / self.length.max(1e-9);
        (TOLERATED[0] / share.max(1e-9)).min(around / self.worst.max(1e-9)).min(1.0)
    }

    /// What to tell a person.
    pub fn remark(&self) -> Option<Remark> {
        (self.worst > MENTIONED).then(|| {
            let [yaw, pitch] = self.middle.map(|v| format!("{v:.0}"));
            let visible = format!("{:.0}", self.visible);
            if self.middle[1] < BENEATH {
                let degrees = format!("{:.0}", self.beneath.ceil());
                let message = format!(
                    "photos do not meet on {visible}° of their seams, most around straight down: the tripod, or who stands \
                     by it, was seen from different spots. Cover it with a mark of {degrees}°, or take one photo straight \
                     down with the tripod moved aside"
                );
                return Remark::new("stitch-warning-seams-beneath", message)
                    .with("visible", visible)
                    .with("degrees", degrees);
            }
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
pub fn places(seams: &SeamMap) -> Vec<Place> {
    let (w, h) = (seams.area.width as usize, seams.area.height as usize);
    let degrees = 360.0 / w as f64;
    let seen = seams.borders().filter(|border| {
        let ([here, there], [a, b]) = (border.places, border.photos);
        seams.shows(here, b) && seams.shows(there, a)
    });
    seen.map(|border| {
        let [here, there] = border.places;
        let narrow = (((here / w) as f64 + 0.5) / h as f64 * PI).sin();
        let length = if there == here + w { degrees * narrow } else { degrees };
        let sides = [0, 1].map(|side| (border.places[side], border.photos[side]));
        Place { direction: border.between, border: sides, length, share: 0.0 }
    })
    .collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::geometry::{Equirect, Lens, Projection};
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::attitude::Attitude;
    use crate::stitch::photometry::Tone;
    use crate::stitch::warp::View;

    /// A place that is broken as a whole.
    pub fn broken(border: [(usize, u16); 2], length: f64) -> Place {
        Place { direction: Vector3::z(), border, length, share: 1.0 }
    }

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
        picture_of(view, |_| 0.0)
    }

    /// The same where what lies at a yaw (degrees) stands so much (radians) too high.
    pub fn picture_of(view: &View, high: impl Fn(f64) -> f64) -> Picture {
        let mut plane = Plane::filled(600, 400, 0);
        for y in 0..400 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                let Some(ray) = view.lens.unproject([x as f64, y as f64]) else { continue };
                let d = view.rotation * ray;
                let up = high(d.x.atan2(d.z).to_degrees());
                let d = (d - Vector3::new(0.0, up, 0.0)).normalize();
                let waves = (61.0 * d.x + 17.0 * d.y).sin()
                    + (73.0 * d.y - 29.0 * d.z).sin()
                    + (37.0 * d.x * d.y + 91.0 * d.z).sin();
                *value = (128.0 + 40.0 * waves) as u8;
            }
        }
        Picture { planes: vec![plane], model: ColourModel::Grey }
    }

    fn check(off: f64) -> SeamCheck {
        check_covered(off, 0.0)
    }

    /// Two photos beside one another, the second of which is said to look so much higher than it does, and a mark.
    fn check_covered(off: f64, covered: f64) -> SeamCheck {
        let truth = [view(0.0), view(35.0)];
        let pictures = [picture(&truth[0]), picture(&truth[1])];
        let rotation = Attitude { yaw: 35.0, pitch: off, roll: 0.0 }.matrix();
        let said = [view(0.0), View { rotation, ..view(35.0) }];
        let samplers: Vec<(usize, Sampler)> =
            (0..2).map(|i| (i, Sampler::new(&pictures[i], &said[i], &Tone::NONE))).collect();
        let area = Equirect { width: 256, height: 128 };
        let seams = SeamMap::new(area, &samplers, &Cancel::default()).unwrap();
        let outline = Outline::new(&seams, &samplers);
        let cancel = Cancel::default();
        SeamLooker::new(&samplers, 2048, false, covered, &cancel)
            .look(&seams, &outline)
            .unwrap()
            .check
    }

    #[test]
    fn what_meets_is_not_seen() {
        let check = check(0.0);
        assert!(check.length > 30.0, "{check:?}");
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
    fn what_a_mark_covers_is_not_seen() {
        let all = check(0.6);
        // Both photos look 20° to each side of the horizon.
        let covered = check_covered(0.6, 90.0);
        assert!((0.3..0.7).contains(&(covered.length / all.length)), "{covered:?} {all:?}");
        assert!(covered.visible < all.visible);
        assert!(check_covered(0.6, 125.0).visible < 1e-9);
    }

    #[test]
    fn what_a_camera_stands_on_does_not_count() {
        let confidence = |pitch: f64, stand: bool| {
            let direction =
                Attitude { yaw: 70.0, pitch, roll: 0.0 }.matrix().column(2).into_owned();
            let broken = vec![Place { direction, ..broken([(0, 0), (1, 1)], 9.0) }];
            let check = SeamCheck::summed(400.0, &broken);
            let looked = Looked { strict: check.clone(), check, broken, uneasy: Vec::new() };
            looked.confidence(false, stand)
        };
        assert!(confidence(-70.0, false) < 0.5 && confidence(-70.0, true) > 0.99);
        assert!(confidence(-50.0, true) < 0.5, "no stand reaches there");
    }

    #[test]
    fn breaks_under_the_camera_are_told_with_the_mark_that_covers_them() {
        let place = |pitch: f64| {
            let direction =
                Attitude { yaw: 70.0, pitch, roll: 0.0 }.matrix().column(2).into_owned();
            Place { direction, ..broken([(0, 0), (1, 1)], 2.0) }
        };
        let told = |pitches: &[f64]| {
            let places: Vec<Place> = pitches.iter().map(|pitch| place(*pitch)).collect();
            SeamCheck::summed(100.0, &places).remark().unwrap()
        };
        let beneath = told(&[-80.0, -82.0, -84.0, -61.5, 10.0]);
        assert_eq!(beneath.slug, "stitch-warning-seams-beneath");
        assert!(beneath.message.contains("a mark of 29°"), "{}", beneath.message);
        assert_eq!(told(&[-80.0, 10.0, 11.0]).slug, "stitch-warning-seams");
    }
}
