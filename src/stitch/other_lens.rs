//! Photos that were taken with another lens than others of which the same is said: zoomed, or by a camera that says nothing.
//!
//! What is left over is seen from the photos that are placed: where enough of what both show agrees on a turn and a focal
//! length of its own (`resection`), it gets a lens of its own, together with what has about the same focal length or hangs
//! together with it. Whether that is right is told by how many photos are placed then.

use super::coarse::{Coarse, Start};
use super::focal::{FIELDS, TOLERANCE};
use super::graph::{FEWEST, Pair, SURE};
use super::grey::in_order;
use super::judge::quantile;
use super::photo::Photo;
use super::resection::{Exactness, Resection, Sight, polished, resect};
use super::rotation::log_false_alarms;
use super::tolerance::{accident, angle, field};
use crate::base::Cancel;
use crate::geometry::{Lens, Projection};

/// Focal lengths nearer to one another than by this share are of one lens: of photos that are not placed, and of those that
/// are, whose focal lengths are told by more.
const ALIKE: f64 = 0.05;
const NEARLY: f64 = 0.025;
/// Focal lengths that photos may have which are placed with a lens that is not quite theirs, as shares of it, and how many
/// times as many points must agree then.
const FACTORS: [f64; 6] = [0.85, 0.9, 0.95, 1.05, 1.11, 1.18];
const MORE: f64 = 2.0;
/// A photo of whose matches so much smaller a share agrees than usual stands wrongly.
const POOR: f64 = 0.5;

/// By how much a focal length may differ from what is stated, as a share.
const STATED: f64 = 0.15;
/// Share of the agreeing points that must agree within half the tolerance: chance spreads a quarter there.
const FIRM: f64 = 0.45;

/// Which lens each photo was taken with, and what they may be like.
#[derive(Debug, PartialEq)]
pub struct Lenses {
    /// By photo.
    pub lens_of: Vec<usize>,
    /// By group.
    pub lenses: Vec<Lens>,
}

/// What the focal lengths that cameras state of placed photos are to be multiplied by, to be those that were found: as stated,
/// and where zooming by computing was left out; `None` where nothing is stated.
struct Stated([Option<f64>; 2]);

impl Stated {
    const HINTS: [fn(&Photo) -> Option<f64>; 2] = [Photo::focal_hint, Photo::zoomed_hint];

    fn of(photos: &[Photo], start: &Start, placed: &[usize]) -> Self {
        let usual = |hint: fn(&Photo) -> Option<f64>| {
            let factor = |&photo: &usize| Some(start.lens(photo).focal / hint(&photos[photo])?);
            let mut factors: Vec<f64> = placed.iter().filter_map(factor).collect();
            factors.sort_by(f64::total_cmp);
            factors.get(factors.len() / 2).copied()
        };
        Self(Self::HINTS.map(usual))
    }

    /// Whether a photo may have such a focal length. From nearer, things look as if they were zoomed: then a camera that states
    /// another focal length is believed.
    fn allow(&self, photo: &Photo, focal: f64) -> bool {
        let expected = |(hint, factor): (&fn(&Photo) -> Option<f64>, Option<f64>)| {
            Some(hint(photo)? * factor?)
        };
        let expected: Vec<f64> = Self::HINTS.iter().zip(self.0).filter_map(expected).collect();
        expected.is_empty() || expected.iter().any(|stated| (focal / stated).ln().abs() < STATED)
    }
}

/// A focal length in pixels, of a photo by itself, and how many points say so.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Own {
    photo: usize,
    focal: f64,
    agreeing: usize,
}

/// Other lenses for photos that are not placed; `None` where nothing speaks for any, or once `cancel` is set.
pub fn other_lenses(state: &Coarse, start: &Start, cancel: &Cancel) -> Option<Lenses> {
    let main = placed(start)?;
    let left_over: Vec<&[usize]> =
        start.components.iter().skip(1).map(|other| &other.photos[..]).collect();
    let lost: Vec<usize> = left_over.iter().copied().flatten().copied().collect();
    let own = in_order(lost.len(), |at| {
        if cancel.is_cancelled() { None } else { own_lens(state, start, main, lost[at]) }
    });
    let stated = Stated::of(state.photos, start, main);
    let new = |own: &Own| {
        apart(own.focal, start.lens(own.photo).focal) > ALIKE
            && stated.allow(&state.photos[own.photo], own.focal)
    };
    let own: Vec<Own> = own.into_iter().flatten().filter(new).collect();
    let held = |group: usize| main.iter().any(|&photo| start.lens_of[photo] == group);
    regrouped(&start.lens_of, &start.lenses, &left_over, own, ALIKE, held)
}

/// Lenses for photos that are placed with one that is not quite theirs, of which nothing is stated: from two phones of which
/// one sees a little more. `None` where nothing speaks for any.
pub fn nearly_alike(state: &Coarse, start: &Start, cancel: &Cancel) -> Option<Lenses> {
    let main = placed(start)?;
    let silent: Vec<usize> =
        main.iter().copied().filter(|&i| state.photos[i].focal_hint().is_none()).collect();
    let here = in_order(silent.len(), |at| Here::of(state, start, main, silent[at]));
    let mut shares: Vec<f64> = here.iter().map(Here::share).collect();
    shares.sort_by(f64::total_cmp);
    let poor = POOR * quantile(&shares, 0.5);
    let own = in_order(here.len(), |at| {
        let here = &here[at];
        if cancel.is_cancelled() {
            return None;
        }
        let found = if here.share() < poor {
            own_lens(state, start, main, here.photo)
        } else {
            here.adrift()
        };
        let more = MORE * here.view.agreeing as f64;
        found.filter(|own| own.agreeing as f64 > more && apart(own.focal, here.view.focal) > NEARLY)
    });
    let own: Vec<Own> = own.into_iter().flatten().collect();
    let each: Vec<&[usize]> = main.chunks(1).collect();
    let moved: Vec<usize> = own.iter().map(|own| own.photo).collect();
    let held = |group: usize| main.iter().any(|i| start.lens_of[*i] == group && !moved.contains(i));
    regrouped(&start.lens_of, &start.lenses, &each, own, NEARLY, held)
}

/// Whether lenses that photos have now and had not at the start are others indeed, once all are adjusted.
pub fn told_apart(now: &Start, start: &Start) -> bool {
    let focal = |lens: usize| now.lenses[lens].focal;
    let mut changed = now.lens_of.iter().zip(&start.lens_of).filter(|(new, old)| new != old);
    changed.all(|(&new, &old)| apart(focal(new), focal(old)) > NEARLY)
}

/// The photos that are placed, of ordinary lenses.
fn placed(start: &Start) -> Option<&[usize]> {
    let main = start.components.first().filter(|main| main.photos.len() > 1)?;
    let ordinary = |lens: &Lens| lens.projection == Projection::Rectilinear;
    start.lenses.iter().all(ordinary).then_some(&main.photos)
}

/// By how much two focal lengths differ, as a share.
fn apart(a: f64, b: f64) -> f64 {
    (a / b).ln().abs()
}

/// Lenses once photos with focal lengths of their `own` have them, those that are as `near` together one. `held`: whether
/// photos tell what a group's lens is like.
fn regrouped(
    lens_of: &[usize],
    lenses: &[Lens],
    left_over: &[&[usize]],
    mut own: Vec<Own>,
    near: f64,
    held: impl Fn(usize) -> bool,
) -> Option<Lenses> {
    if own.is_empty() {
        return None;
    }
    own.sort_by(|a, b| b.agreeing.cmp(&a.agreeing).then(a.photo.cmp(&b.photo)));
    let mut found = Lenses { lens_of: lens_of.to_vec(), lenses: lenses.to_vec() };
    while let Some(surest) = own.first().copied() {
        let group = lens_of[surest.photo];
        let (alike, others): (Vec<Own>, Vec<Own>) = own
            .into_iter()
            .partition(|own| lens_of[own.photo] == group && apart(own.focal, surest.focal) < near);
        let total: usize = alike.iter().map(|own| own.agreeing).sum();
        let focal = alike.iter().map(|own| own.focal * own.agreeing as f64).sum::<f64>()
            / total.max(1) as f64;
        let lens = Lens { focal, radial: [0.0; 2], ..lenses[group] };
        // The lens of a group of which no photo is placed was but a guess.
        let guessed = !held(group) && found.lenses[group] == lenses[group];
        let new = if guessed { group } else { found.lenses.len() };
        if guessed {
            found.lenses[group] = lens;
        } else {
            found.lenses.push(lens);
        }
        let with_them = left_over.iter().copied().filter(|component| {
            component.iter().any(|photo| alike.iter().any(|own| own.photo == *photo))
        });
        for &photo in with_them.flatten() {
            let by_itself = others.iter().any(|own| own.photo == photo);
            if found.lens_of[photo] == group && !by_itself {
                found.lens_of[photo] = new;
            }
        }
        own = others;
    }
    Some(found)
}

/// The focal length of a photo by itself, as the `placed` photos beside it tell it.
fn own_lens(state: &Coarse, start: &Start, placed: &[usize], photo: usize) -> Option<Own> {
    let taken = &state.photos[photo];
    let longer = taken.width().max(taken.height()) as f64;
    let pixels = TOLERANCE / taken.grey_factor;
    let [longest, shortest] =
        [FIELDS.0, FIELDS.1].map(|field| Lens::focal_for(Projection::Rectilinear, field, longer));
    let mut all: Vec<Sight> = Vec::new();
    let mut best: Option<(f64, Resection, Exactness)> = None;
    for (pair, other) in beside(state, placed, photo) {
        let sights = sights(state, start, pair, [photo, other]);
        let (beside, focal) = (&state.photos[other], start.lens(other).focal);
        let exact = Exactness { pixels, angle: angle(beside, focal, TOLERANCE) };
        let seed = (photo * 1009 + other) as u64;
        if let Some(found) = resect(&sights, (shortest, longest), exact, seed) {
            let widest = field(beside, focal).max(field(taken, found.focal));
            let chance = accident(exact.angle_at(found.focal), widest);
            let log_nfa = log_false_alarms(sights.len(), found.agreeing, chance);
            let sure = log_nfa < SURE && found.agreeing >= FEWEST;
            if sure && best.is_none_or(|(before, ..)| log_nfa < before) {
                best = Some((log_nfa, found, exact));
            }
        }
        all.extend(sights);
    }
    let (_, found, exact) = best?;
    firm(photo, found.counted(&all, exact), &all, exact)
}

/// A photo that is placed, where it is.
struct Here {
    photo: usize,
    view: Resection,
    sights: Vec<Sight>,
    exact: Exactness,
}

impl Here {
    fn of(state: &Coarse, start: &Start, placed: &[usize], photo: usize) -> Self {
        let focal = start.lens(photo).focal;
        let pixels = TOLERANCE / state.photos[photo].grey_factor;
        let exact = Exactness { pixels, angle: pixels / focal };
        let sights: Vec<Sight> = beside(state, placed, photo)
            .flat_map(|(pair, other)| sights(state, start, pair, [photo, other]))
            .collect();
        let view = Resection { rotation: start.rotations[photo], focal, agreeing: 0 };
        Self { photo, view: view.counted(&sights, exact), sights, exact }
    }

    /// Share of what it has in common with others that agrees.
    fn share(&self) -> f64 {
        self.view.agreeing as f64 / self.sights.len().max(1) as f64
    }

    /// The focal length on which most agrees of those near to that of its lens.
    fn adrift(&self) -> Option<Own> {
        let tried = FACTORS.into_iter().filter_map(|factor| {
            let view = Resection { focal: factor * self.view.focal, ..self.view };
            firm(self.photo, view.counted(&self.sights, self.exact), &self.sights, self.exact)
        });
        tried.max_by_key(|own| own.agreeing)
    }
}

/// The focal length once it is fitted to all that agrees, if that agrees better than chance would have it.
fn firm(photo: usize, found: Resection, all: &[Sight], exact: Exactness) -> Option<Own> {
    let found = polished(found, all, exact);
    let firm = found.counted(all, exact.halved()).agreeing as f64;
    let Resection { focal, agreeing, .. } = found;
    (firm > FIRM * agreeing as f64).then_some(Own { photo, focal, agreeing })
}

/// The pairs of a photo with `placed` ones, and these.
fn beside<'a>(
    state: &'a Coarse,
    placed: &'a [usize],
    photo: usize,
) -> impl Iterator<Item = (&'a Pair, usize)> {
    let own = state.pairs.iter().filter(move |pair| pair.a == photo || pair.b == photo);
    let both = own.map(move |pair| (pair, if pair.a == photo { pair.b } else { pair.a }));
    both.filter(|(_, other)| placed.binary_search(other).is_ok())
}

/// What a pair has in common, seen by `photo` where the `other` one knows it to be.
fn sights(state: &Coarse, start: &Start, pair: &Pair, [photo, other]: [usize; 2]) -> Vec<Sight> {
    let lens = start.lens(other);
    let middle = start.lens(photo).centre;
    let point = |of: usize, index: usize| {
        let point = &state.features[of][index].point;
        [f64::from(point.x), f64::from(point.y)]
    };
    let sight = |(own, its): (usize, usize)| {
        let [x, y] = point(photo, own);
        let ray = lens.unproject(point(other, its))?;
        Some(Sight { at: [x - middle[0], middle[1] - y], world: start.rotations[other] * ray })
    };
    let both = pair.matches.iter().map(|m| if pair.a == photo { (m.a, m.b) } else { (m.b, m.a) });
    both.filter_map(sight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lens(focal: f64) -> Lens {
        Lens::centred(Projection::Rectilinear, focal, 1000, 800)
    }

    fn own(photo: usize, focal: f64) -> Own {
        Own { photo, focal, agreeing: 30 }
    }

    #[test]
    fn what_hangs_together_with_a_zoomed_photo_is_zoomed() {
        // 3, 4 and 5 hang together, 6 has another focal length again.
        let left_over: &[&[usize]] = &[&[3, 4, 5], &[6]];
        let all = vec![own(4, 1500.0), own(3, 1540.0), own(6, 2200.0)];
        let found = regrouped(&[0; 7], &[lens(900.0)], left_over, all, ALIKE, |_| true).unwrap();
        assert_eq!(found.lens_of, [0, 0, 0, 1, 1, 1, 2]);
        assert_eq!(found.lenses[0], lens(900.0));
        assert!((found.lenses[1].focal - 1520.0).abs() < 1e-6);
        assert!((found.lenses[2].focal - 2200.0).abs() < 1e-6);
    }

    #[test]
    fn a_lens_that_was_but_guessed_is_set_right() {
        let left_over: &[&[usize]] = &[&[2], &[3]];
        let lenses = [lens(900.0), lens(900.0)];
        let found =
            regrouped(&[0, 0, 1, 1], &lenses, left_over, vec![own(2, 600.0)], ALIKE, |g| g == 0)
                .unwrap();
        assert_eq!(found.lens_of, [0, 0, 1, 1]);
        assert_eq!(found.lenses, [lens(900.0), lens(600.0)]);
        assert!(regrouped(&[0, 0], &lenses, left_over, Vec::new(), ALIKE, |_| true).is_none());
    }
}
