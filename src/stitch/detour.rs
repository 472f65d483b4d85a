//! Seams led around places where the photos do not meet.
//!
//! The graph cut knows how much photos differ, not whether a person would see it. So the seams are looked at as the report
//! will look at them (`seam_check`); where they are broken, the same two photos are made dear to part there, and the seams
//! around are cut again. What was best is kept, region by region: nothing gets worse, and seams that are whole are left
//! alone.

use super::error::StitchError;
use super::outline::Outline;
use super::seam_check::{Looked, Place, SeamCheck, SeamLooker};
use super::seams::SeamMap;

/// Fewest and most tries, and what all photos together may be tried: rounds of many photos take long.
const ROUNDS: [usize; 2] = [12, 60];
const TRIES: usize = 1200;
/// Most rounds in a row that bring nothing, and where seams are beyond hope: what they doubt is below that.
const IN_VAIN: [usize; 2] = [12, 6];
const HOPELESS: f64 = 0.08;
/// How far around a broken place seams may be cut anew, places of the map.
const AROUND: usize = 24;
/// How far around a broken place the photos are believed not to meet either, places of the map.
const BESIDE: usize = 2;
/// What a seam costs more where it is broken, of full scale.
const DEAR: f32 = 0.12;

/// Leads the seams around what is broken; answers how they are then, and the outline that goes with them.
pub fn detour(
    seams: &mut SeamMap,
    looker: &mut SeamLooker,
) -> Result<(Looked, Outline), StitchError> {
    let (samplers, cancel) = (looker.samplers, looker.cancel);
    let mut outline = Outline::new(seams, samplers);
    let mut looked = looker.look(seams, &outline)?;
    let (mut best, mut labels) = (looked.clone(), seams.labels.clone());
    let photos: Vec<usize> = samplers.iter().map(|(photo, _)| *photo).collect();
    let mut in_vain = 0;
    for _ in 0..(TRIES / photos.len().max(1)).clamp(ROUNDS[0], ROUNDS[1]) {
        let fine = best.check.visible == 0.0 && best.strict.doubt() >= 1.0;
        let hopeless = best.strict.doubt() < HOPELESS;
        if fine || in_vain >= IN_VAIN[usize::from(hopeless)] {
            break;
        }
        let mut near = vec![false; labels.len()];
        for place in &looked.uneasy {
            let Place { border: [(here, a), (_, b)], share, .. } = *place;
            seams.around(here, AROUND).for_each(|place| near[place] = true);
            let beside: Vec<usize> = seams.around(here, BESIDE).collect();
            beside
                .into_iter()
                .for_each(|place| seams.part_dearly(place, [a, b], share as f32 * DEAR));
        }
        if seams.improve_once(&photos, Some(&near), cancel)? == 0 {
            break;
        }
        looked = looker.look(seams, &Outline::new(seams, samplers))?;
        in_vain += 1;
        // On from what was tried, not from the best: where that is broken, too, is then dear as well.
        let both = better_of(seams, (&labels, &best.uneasy), &looked.uneasy);
        if both == labels {
            continue;
        }
        let tried = std::mem::replace(&mut seams.labels, both);
        let edges = Outline::new(seams, samplers);
        let merged = looker.look(seams, &edges)?;
        if better(&merged.strict, &best.strict) {
            labels.clone_from(&seams.labels);
            (best, outline) = (merged, edges);
            in_vain = 0;
        }
        seams.labels = tried;
    }
    seams.labels = labels;
    Ok((best, outline))
}

/// What the map and `other` labels show, each region in which they differ as it is in the one that is less broken there;
/// `broken` in the map, `its` in the other. Regions do not touch one another: no seam runs between two of them.
fn better_of(seams: &SeamMap, (other, its): (&[u16], &[Place]), broken: &[Place]) -> Vec<u16> {
    let differs: Vec<bool> = other.iter().zip(&seams.labels).map(|(a, b)| a != b).collect();
    let regions = seams.regions(&differs, false);
    let mut region_of = vec![None; differs.len()];
    for (number, places) in regions.iter().enumerate() {
        places.iter().for_each(|place| region_of[*place] = Some(number));
    }
    let mut gained = vec![0.0; regions.len()];
    for (places, sign) in [(its, 1.0), (broken, -1.0)] {
        for place in places {
            let region = place.border.iter().find_map(|(place, _)| region_of[*place]);
            region.into_iter().for_each(|region| gained[region] += sign * place.length);
        }
    }
    let mut best = other.to_vec();
    for (places, gained) in regions.iter().zip(gained) {
        if gained > 1e-9 {
            places.iter().for_each(|place| best[*place] = seams.labels[*place]);
        }
    }
    best
}

/// Whether one of two checks doubts less, or doubts the same and sees less.
pub(super) fn better(a: &SeamCheck, b: &SeamCheck) -> bool {
    let (x, y) = (a.doubt(), b.doubt());
    x > y + 1e-9 || (x > y - 1e-9 && a.visible < b.visible - 1e-9)
}

#[cfg(test)]
mod tests {
    use super::super::photometry::Tone;
    use super::super::seam_check::tests::{broken, picture_of, view};
    use super::super::warp::Sampler;
    use super::*;
    use crate::base::Cancel;
    use crate::geometry::Equirect;

    /// Two photos 35° apart; what the second shows to the left of 22° lies so much too high. Gives the seams before and
    /// after, and what is seen of them then.
    fn led(off: f64) -> ([Vec<u16>; 2], [SeamCheck; 2]) {
        let views = [view(0.0), view(35.0)];
        let high = |yaw: f64| off.to_radians() * ((24.0 - yaw) / 4.0).clamp(0.0, 1.0);
        let pictures = [picture_of(&views[0], |_| 0.0), picture_of(&views[1], high)];
        let samplers: Vec<(usize, Sampler)> =
            (0..2).map(|i| (i, Sampler::new(&pictures[i], &views[i], &Tone::NONE))).collect();
        let (area, cancel) = (Equirect { width: 256, height: 128 }, Cancel::default());
        // Between the middles of both, whatever they show there.
        let mut seams = SeamMap::new(area, &samplers, &cancel).unwrap();
        let before = seams.labels.clone();
        let looker = || SeamLooker::new(&samplers, 2048, false, 0.0, &cancel);
        let first = looker().look(&seams, &Outline::new(&seams, &samplers)).unwrap().check;
        let (last, _) = detour(&mut seams, &mut looker()).unwrap();
        ([before, seams.labels], [first, last.check])
    }

    #[test]
    fn seams_go_where_photos_meet() {
        let ([before, after], [first, last]) = led(0.6);
        assert!(first.visible > 10.0 && first.doubt() < 0.5, "{first:?}");
        assert!(last.visible < 0.2 * first.visible && last.doubt() > 0.5, "{last:?}");
        assert_ne!(before, after);
    }

    #[test]
    fn each_region_is_as_it_is_less_broken() {
        let area = Equirect { width: 8, height: 4 };
        let mut seams = SeamMap::new(area, &[], &Cancel::default()).unwrap();
        // Two regions: over the side of the map in the second row, and two places of the third.
        let one = vec![0; 32];
        let mut other = one.clone();
        [8, 15, 20, 21].into_iter().for_each(|at| other[at] = 1);
        let left_of = |at: usize, length: f64| broken([(at - 1, 0), (at, 1)], length);
        let none = [1, 3].map(|at| broken([(at, 0), (at + 8, 0)], 1.0));
        seams.labels.clone_from(&other);
        let merged = |a: &[Place], b: &[Place]| better_of(&seams, (&one, a), b);
        // What is broken in neither, or elsewhere, stays.
        assert_eq!(merged(&none, &none), one);
        let mut first = one.clone();
        [8, 15].into_iter().for_each(|at| first[at] = 1);
        assert_eq!(
            merged(&[left_of(8, 2.0), left_of(20, 1.0)], &[left_of(15, 1.5), left_of(21, 1.0)]),
            first
        );
        assert_eq!(merged(&[left_of(8, 2.0), left_of(20, 1.0)], &[]), other);
    }

    #[test]
    fn what_is_whole_is_left_alone() {
        let ([before, after], checks) = led(0.0);
        assert_eq!(before, after);
        assert!(checks.iter().all(|check| check.visible < 1e-9));
    }
}
