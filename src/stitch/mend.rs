//! Photos bent where their seams are: what does not meet there, once seams lie where they will, is measured place by place,
//! and both photos go half way.
//!
//! Points are followed where photos have corners; a seam crosses edges, too, and things that stand before what the points
//! were found on.

use std::collections::HashMap;

use nalgebra::{Matrix2, Vector2, Vector3};

use super::detour::better;
use super::drawn::frame;
use super::error::{StitchError, unless_cancelled};
use super::grey::in_order;
use super::judge::quantile;
use super::mesh::{Mesh, Wish};
use super::outline::Outline;
use super::patch::slopes_squared;
use super::seam_check::{Looked, Place, SeamLooker, places};
use super::seam_place::{CONTRAST, Seen, Sought, beside, compared_and_sought};
use super::seams::SeamMap;
use super::warp::{Sampler, View};

/// Most rounds of bending, and how many in a row may be in vain.
const ROUNDS: usize = 6;
const IN_VAIN: usize = 2;
/// Share of what was broken, or of the most around one place, that has to go for another round to be worth it.
const GAIN: f64 = 0.1;
/// Most places that are measured.
const MOST: usize = 20_000;
/// Sum of squared slopes of a patch, over two steps and of 255, at which half of what is measured is believed; and the share
/// of the steepest by which that grows: along an edge nothing is known.
const SLOPES: f64 = 600.0;
const ALONG: f64 = 0.05;
/// How much a wish along a seam counts beside those of a mesh's nodes to be like their neighbours.
const WEIGHT: f64 = 8.0;
/// Least that is worth it: of a break, degrees of seam, and how far photos are apart at one place in two hundred, steps.
const WORTH: f64 = 0.3;
const OFF: f64 = 1.0;
/// How far apart photos have to be somewhere to be bent, steps.
const FELT: f64 = 0.5;
/// Farthest that anything is moved in a photo, degrees: a straight edge would be seen to wave.
const FARTHEST: f64 = 0.3;
/// How far around a place that got worse everything stays, degrees.
const HELD: f64 = 2.0;

/// Photos bent so that they meet along their seams, or as they were.
pub struct Mended {
    /// Each photo of the looker, in its order.
    pub views: Vec<View>,
    /// What is seen along the seams then.
    pub looked: Looked,
    /// The outline that goes with them.
    pub outline: Outline,
}

/// How far two photos are apart at a place of a seam.
#[derive(Clone, Copy, Debug)]
struct Apart {
    /// Both, by their place in the looker.
    pair: [usize; 2],
    /// How far, steps.
    off: f64,
    /// The pixels that show the same thing.
    seen: [[f64; 2]; 2],
    /// Where both are to show it, and where the first shows it now.
    meeting: Vector3<f64>,
    at: Vector3<f64>,
}

/// Bends the photos of `looker` for what it saw along the seams, and those taken from `several` spots for what it may have
/// missed; `outline` is that of the photos as they are.
pub fn mend(
    seams: &SeamMap,
    looker: &SeamLooker,
    (looked, outline): (Looked, Outline),
    several: bool,
) -> Result<Mended, StitchError> {
    let photos = looker.samplers;
    let views: Vec<View> = photos.iter().map(|(_, sampler)| sampler.view().clone()).collect();
    let mut touched = vec![false; views.len()];
    let mut best = Mended { views, looked, outline };
    if best.looked.check.worst < WORTH && !several {
        return Ok(best);
    }
    let mut measured: Option<Vec<Apart>> = None;
    let mut held: Vec<Vector3<f64>> = Vec::new();
    let mut in_vain = 0;
    for _ in 0..ROUNDS {
        let apart = match measured.take() {
            Some(apart) => apart,
            None => measure(seams, &seen_as(photos, &best.views), looker)?,
        };
        if best.looked.check.worst < WORTH && one_in_two_hundred(&apart) < OFF {
            break;
        }
        let wishes = wishes(&apart, photos, &best.views, &held);
        if wishes.iter().all(Vec::is_empty) {
            break;
        }
        let views = bent(&best.views, &wishes, looker)?;
        let samplers = seen_as(photos, &views);
        let outline = Outline::new(seams, &samplers);
        let changed: Vec<bool> =
            wishes.iter().zip(&touched).map(|(wishes, was)| *was || !wishes.is_empty()).collect();
        let looked = looker.anew(&samplers, &changed).look(seams, &outline)?;
        let [now, was] = [&looked, &best.looked].map(|l| [l.strict.visible, l.strict.worst]);
        if better(&best.looked.strict, &looked.strict) {
            held.extend(worse(&best.looked.uneasy, &looked.uneasy));
            measured = Some(apart);
            in_vain += 1;
            if in_vain == IN_VAIN {
                break;
            }
            continue;
        }
        best = Mended { views, looked, outline };
        if was[0] > 0.0 && (0..2).all(|k| now[k] > (1.0 - GAIN) * was[k]) {
            break;
        }
        touched = changed;
        held.clear();
        in_vain = 0;
    }
    Ok(best)
}

/// The same photos as other views show them.
pub fn seen_as<'a>(
    photos: &'a [(usize, Sampler<'a>)],
    views: &'a [View],
) -> Vec<(usize, Sampler<'a>)> {
    let each = photos.iter().zip(views);
    each.map(|((photo, sampler), view)| (*photo, sampler.seen_as(view))).collect()
}

/// How far photos are apart at one place in two hundred, steps.
fn one_in_two_hundred(apart: &[Apart]) -> f64 {
    let mut off: Vec<f64> = apart.iter().map(|apart| apart.off).collect();
    off.sort_by(f64::total_cmp);
    quantile(&off, 0.995)
}

/// The directions in which more is broken than before.
fn worse(before: &[Place], after: &[Place]) -> Vec<Vector3<f64>> {
    let known: HashMap<_, f64> = before.iter().map(|place| (place.border, place.share)).collect();
    let was = |place: &Place| known.get(&place.border).copied().unwrap_or(0.0);
    after.iter().filter(|place| place.share > was(place)).map(|place| place.direction).collect()
}

/// The photos bent a little more, so that they show what is wished.
fn bent(
    views: &[View],
    wishes: &[Vec<Wish>],
    looker: &SeamLooker,
) -> Result<Vec<View>, StitchError> {
    let bent = in_order(views.len(), |k| {
        let view = &views[k];
        if wishes[k].is_empty() || looker.cancel.is_cancelled() {
            return view.clone();
        }
        let more = Mesh::fitted_finely(view.size, &wishes[k]);
        let shift = view.shift.as_ref().map_or(more.clone(), |mesh| mesh.plus(&more));
        View { shift: Some(shift), ..view.clone() }
    });
    unless_cancelled(looker.cancel)?;
    Ok(bent)
}

/// What each photo should show where, for all to meet; nothing moves where it is held. None where nothing is to be mended.
fn wishes(
    apart: &[Apart],
    photos: &[(usize, Sampler)],
    views: &[View],
    held: &[Vector3<f64>],
) -> Vec<Vec<Wish>> {
    let mut wishes: Vec<Vec<Wish>> = vec![Vec::new(); views.len()];
    let near = HELD.to_radians().cos();
    let mut moves = vec![false; views.len()];
    for Apart { pair, off, seen, meeting, at } in apart {
        let stays = held.iter().any(|held| held.dot(at) > near);
        if *off > FELT && !stays {
            pair.iter().for_each(|photo| moves[*photo] = true);
        }
        for (photo, seen) in pair.iter().zip(seen) {
            let view = &views[*photo];
            let own = view.rotation.tr_mul(meeting);
            let (Some(at), Some(shown)) = (view.lens.project(&own), view.project(meeting)) else {
                continue;
            };
            let plain = photos[*photo].1.view().project(meeting).unwrap_or(shown);
            let far = (seen[0] - plain[0]).hypot(seen[1] - plain[1]) / view.lens.focal;
            if far > FARTHEST.to_radians() {
                continue;
            }
            let shift = if stays { [0.0; 2] } else { [seen[0] - shown[0], seen[1] - shown[1]] };
            wishes[*photo].push(Wish { at, shift, weight: WEIGHT });
        }
    }
    wishes.iter_mut().zip(moves).filter(|(_, moves)| !moves).for_each(|(wishes, _)| wishes.clear());
    wishes
}

/// How far photos are apart along all seams, where that can be told.
fn measure(
    seams: &SeamMap,
    photos: &[(usize, Sampler)],
    looker: &SeamLooker,
) -> Result<Vec<Apart>, StitchError> {
    let places = places(seams);
    let every = places.len().div_ceil(MOST).max(1);
    let places: Vec<Place> = places.into_iter().step_by(every).collect();
    let index = |photo: u16| photos.iter().position(|(number, _)| *number == usize::from(photo));
    let found = in_order(places.len(), |at| {
        if looker.cancel.is_cancelled() {
            return None;
        }
        let Place { direction, border: [(_, a), (_, b)], .. } = &places[at];
        let pair = [index(*a)?, index(*b)?];
        let both = pair.map(|k| &photos[k].1);
        let step = looker.step();
        let at = beside(both, direction, step)?;
        let [right, down] = frame(&at);
        let place = |steps: Vector2<f64>| at + (right * steps.x + down * steps.y) * step;
        let (seen, fine) = compared_and_sought(both[0], both[1], &at, step)?;
        let apart = match seen {
            Seen::Burnt => return None,
            Seen::Uneasy | Seen::Broken | Seen::Unlike => told(&fine)?,
            Seen::Meets | Seen::Tangled => told(&fine).unwrap_or_else(Vector2::zeros),
        };
        let seen = [both[0].view().look(&at)?, both[1].view().look(&place(apart))?];
        Some(Apart {
            pair,
            off: apart.norm(),
            seen,
            meeting: place(apart / 2.0),
            at: at.normalize(),
        })
    });
    unless_cancelled(looker.cancel)?;
    Ok(found.into_iter().flatten().collect())
}

/// How far what the first photo shows at a place lies from it in the second, steps to the right and down, as far as edges
/// tell; `None` where it is not found near.
fn told(sought: &Sought) -> Option<Vector2<f64>> {
    let (shift, _) = sought.found()?;
    let tensor = slopes_squared(&[&sought.template.0]);
    let doubt = Matrix2::identity() * (SLOPES + ALONG * tensor.symmetric_eigenvalues().max());
    let seen = sought.template.1 > CONTRAST;
    seen.then_some((tensor + doubt).try_inverse()? * tensor * shift)
}

#[cfg(test)]
mod tests {
    use super::super::photometry::Tone;
    use super::super::seam_check::tests::{picture_of, view};
    use super::*;
    use crate::base::Cancel;
    use crate::geometry::Equirect;

    /// Two photos 35° apart, of which the second shows everything so much too high: what is seen of their seam before and
    /// after, and how far photos were bent at most, degrees.
    fn mended(off: f64) -> ([Looked; 2], f64) {
        let views = [view(0.0), view(35.0)];
        let pictures = [0.0, off].map(|off: f64| off.to_radians());
        let pictures = [0, 1].map(|i| picture_of(&views[i], |_| pictures[i]));
        let samplers: Vec<(usize, Sampler)> =
            (0..2).map(|i| (i, Sampler::new(&pictures[i], &views[i], &Tone::NONE))).collect();
        let (area, cancel) = (Equirect { width: 256, height: 128 }, Cancel::default());
        let seams = SeamMap::new(area, &samplers, &cancel).unwrap();
        let mut looker = SeamLooker::new(&samplers, 2048, false, 0.0, &cancel);
        let outline = Outline::new(&seams, &samplers);
        let before = looker.look(&seams, &outline).unwrap();
        let mended = mend(&seams, &looker, (before.clone(), outline), true).unwrap();
        let mut most = 0.0_f64;
        for (view, bent) in views.iter().zip(&mended.views) {
            for k in 0..600 * 400 / 25 {
                let pixel = [f64::from(5 * (k % 120)), f64::from(5 * (k / 120))];
                let moved = bent.shift.as_ref().map_or(pixel, |mesh| mesh.moved(pixel));
                let by = (moved[0] - pixel[0]).hypot(moved[1] - pixel[1]);
                most = most.max((by / view.lens.focal).to_degrees());
            }
        }
        ([before, mended.looked], most)
    }

    #[test]
    fn both_photos_go_half_way() {
        let ([before, after], most) = mended(0.45);
        assert!(before.check.visible > 10.0, "{:?}", before.check);
        assert!(after.check.visible < 0.1 * before.check.visible, "{:?}", after.check);
        assert!((0.15..0.3).contains(&most), "{most}");
    }

    #[test]
    fn what_is_far_apart_is_told_and_not_waved() {
        let ([before, after], most) = mended(1.5);
        assert!(after.check.visible > 0.7 * before.check.visible, "{:?}", after.check);
        assert!(most < FARTHEST + 0.05, "{most}");
    }

    #[test]
    fn photos_that_meet_are_left_alone() {
        let ([before, after], most) = mended(0.0);
        assert_eq!((before.check, most), (after.check, 0.0));
    }
}
