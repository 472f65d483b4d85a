//! Seams led around places where the photos do not meet.
//!
//! The graph cut knows how much photos differ, not whether a person would see it. So the seams are looked at as the report
//! will look at them (`seam_check`); where they are broken, the same two photos are made dear to part there, and the seams
//! around are cut again. What was best is kept: nothing gets worse, and seams that are whole are left alone.

use super::error::StitchError;
use super::outline::Outline;
use super::seam_check::{Place, SeamCheck, SeamLooker};
use super::seams::SeamMap;

/// Most tries, and most in a row that bring nothing where seams are beyond hope: what they doubt is below that.
const ROUNDS: usize = 12;
const IN_VAIN: usize = 3;
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
    mut looker: SeamLooker,
) -> Result<(SeamCheck, Outline), StitchError> {
    let (samplers, cancel) = (looker.samplers, looker.cancel);
    let mut outline = Outline::new(seams, samplers);
    let mut looked = looker.look(seams, &outline)?;
    let (mut best, mut labels) = (looked.clone(), seams.labels.clone());
    let photos: Vec<usize> = samplers.iter().map(|(photo, _)| *photo).collect();
    let mut in_vain = 0;
    for _ in 0..ROUNDS {
        let fine = looked.check.visible == 0.0 && looked.strict.doubt() >= 1.0;
        let hopeless = in_vain >= IN_VAIN && best.strict.doubt() < HOPELESS;
        if fine || hopeless {
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
        let tried = Outline::new(seams, samplers);
        looked = looker.look(seams, &tried)?;
        in_vain += 1;
        if better(&looked.strict, &best.strict) {
            labels.clone_from(&seams.labels);
            (best, outline) = (looked.clone(), tried);
            in_vain = 0;
        }
    }
    seams.labels = labels;
    Ok((best.check, outline))
}

/// Whether one of two checks doubts less, or doubts the same and sees less.
fn better(a: &SeamCheck, b: &SeamCheck) -> bool {
    let (x, y) = (a.doubt(), b.doubt());
    x > y + 1e-9 || (x > y - 1e-9 && a.visible < b.visible - 1e-9)
}

#[cfg(test)]
mod tests {
    use super::super::photometry::Tone;
    use super::super::seam_check::tests::{picture_of, view};
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
        let looker = || SeamLooker::new(&samplers, 2048, false, &cancel);
        let first = looker().look(&seams, &Outline::new(&seams, &samplers)).unwrap().check;
        let (last, _) = detour(&mut seams, looker()).unwrap();
        ([before, seams.labels], [first, last])
    }

    #[test]
    fn seams_go_where_photos_meet() {
        let ([before, after], [first, last]) = led(0.6);
        assert!(first.visible > 10.0 && first.doubt() < 0.5, "{first:?}");
        assert!(last.visible < 0.2 * first.visible && last.doubt() > 0.5, "{last:?}");
        assert_ne!(before, after);
    }

    #[test]
    fn what_is_whole_is_left_alone() {
        let ([before, after], checks) = led(0.0);
        assert_eq!(before, after);
        assert!(checks.iter().all(|check| check.visible < 1e-9));
    }
}
