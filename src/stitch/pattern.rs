//! Photos of blank walls and ceilings, in which there is nothing to find again, placed by the pattern of the tripod head.
//!
//! Who turns a camera on a tripod turns it by the same step each time. Where the placed neighbours of a photo in the
//! order of taking keep one step, what is missing between or beside them stands where the step says. That is believed
//! only when the photo is blank, when where it overlaps its neighbours there is nothing that contradicts, and when its
//! brightness goes on smoothly into theirs. In doubt it stays out.

use nalgebra::{Matrix3, Rotation3, Vector3};

use super::attitude::{angle_between, exponential};
use super::bracket::recognise::second;
use super::layout::Layout;
use super::photo::Photo;

/// Photos with more features are not blank: that they fit nowhere is a reason.
const BLANK: usize = 120;
/// Largest difference between two steps of a ring, degrees, and as a share of the step.
const UNEVEN: [f64; 2] = [2.5, 0.08];
/// Steps between neighbours of a ring, degrees.
const STEPS: std::ops::Range<f64> = 8.0..100.0;
/// Fewest steps of a ring that are known.
const KNOWN: usize = 3;
/// Largest deviation of the difference of brightness within an overlap, in natural logarithms of encoded values.
const ROUGH: f64 = 0.09;
/// Largest difference of the exposure that two neighbours ask for.
const UNLIKE: f64 = 0.12;
/// Fewest common places with a neighbour.
const COMMON: usize = 40;

/// Places blank photos by the pattern; says which.
pub fn place(photos: &[Photo], layout: &mut Layout) -> Vec<usize> {
    let order = taken(photos);
    let mut out = Vec::new();
    // A photo beside one that was just placed may be placed in the next round.
    for _ in 0..2 {
        let mut placed_now = Vec::new();
        for (position, &photo) in order.iter().enumerate() {
            let missing = layout.placed.binary_search(&photo).is_err();
            let out_of_it = layout.rejected.contains(&photo)
                || layout.duplicates.iter().any(|(twin, _)| *twin == photo);
            if !missing || out_of_it || layout.feature_counts[photo] >= BLANK {
                continue;
            }
            let Some(rotation) = predicted(&order, position, layout) else { continue };
            if goes_on(photos, layout, photo, &rotation) {
                placed_now.push((photo, rotation));
            }
        }
        for (photo, rotation) in placed_now {
            layout.rotations[photo] = rotation;
            let at = layout.placed.binary_search(&photo).unwrap_or_else(|at| at);
            layout.placed.insert(at, photo);
            out.push(photo);
        }
    }
    out.sort_unstable();
    layout.by_pattern.clone_from(&out);
    out
}

/// Photos in the order in which they were taken: by their clock where all tell it, else as they came.
fn taken(photos: &[Photo]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..photos.len()).collect();
    let times: Option<Vec<i64>> = photos.iter().map(|p| second(&p.exif)).collect();
    if let Some(times) = times {
        order.sort_by_key(|&i| (times[i], i));
    }
    order
}

/// A turn as axis times angle, radians.
fn log(turn: &Matrix3<f64>) -> Vector3<f64> {
    Rotation3::from_matrix_unchecked(*turn).scaled_axis()
}

/// Where the photo at a position of the order stands if the steps around it go on.
fn predicted(order: &[usize], position: usize, layout: &Layout) -> Option<Matrix3<f64>> {
    let rotation = |at: usize| {
        let photo = *order.get(at)?;
        layout.placed.binary_search(&photo).ok().map(|_| layout.rotations[photo])
    };
    // Turns in the frame of the world from each placed photo to the next placed one, of a run around the position.
    let near = position.saturating_sub(6)..(position + 7).min(order.len());
    let steps: Vec<(usize, Vector3<f64>)> = near
        .clone()
        .filter_map(|at| {
            let (one, two) = (rotation(at)?, rotation(at + 1)?);
            Some((at, log(&(two * one.transpose()))))
        })
        .filter(|(at, _)| near.contains(&(at + 1)))
        .collect();
    // The step that most others repeat: rings of other heights begin with another one.
    let alike = |a: &Vector3<f64>, b: &Vector3<f64>| {
        (a - b).norm().to_degrees() < UNEVEN[0].max(UNEVEN[1] * a.norm().to_degrees())
    };
    let (usual, count) = steps
        .iter()
        .map(|(_, step)| (step, steps.iter().filter(|(_, other)| alike(step, other)).count()))
        .max_by(|a, b| a.1.cmp(&b.1))?;
    let kept: Vec<Vector3<f64>> =
        steps.iter().map(|(_, s)| *s).filter(|s| alike(usual, s)).collect();
    let step = kept.iter().sum::<Vector3<f64>>() / kept.len() as f64;
    if count < KNOWN || !STEPS.contains(&step.norm().to_degrees()) {
        return None;
    }
    let before = position.checked_sub(1).and_then(rotation);
    let after = rotation(position + 1);
    let next = before.map(|r| exponential(&step) * r);
    let last = after.map(|r| exponential(&-step) * r);
    match (next, last) {
        (Some(a), Some(b)) => {
            let off = angle_between(&a, &b);
            // Both neighbours must mean the same place; the middle of both is nearer to it than either.
            (off < 1.5 * UNEVEN[0]).then(|| exponential(&(log(&(b * a.transpose())) / 2.0)) * a)
        }
        (Some(one), None) | (None, Some(one)) => {
            // With a neighbour on one side only, the run on that side must be long enough.
            (count > KNOWN).then_some(one)
        }
        (None, None) => None,
    }
}

/// Whether a photo in that place goes on smoothly into all photos that it would overlap.
fn goes_on(photos: &[Photo], layout: &Layout, photo: usize, rotation: &Matrix3<f64>) -> bool {
    let own = &photos[photo];
    let lens = &layout.lenses[photo];
    let mut exposures = Vec::new();
    for &other in &layout.placed {
        let mut ratios = Vec::new();
        for y in (8..own.grey.height).step_by(own.grey.height.div_ceil(24).max(1)) {
            for x in (8..own.grey.width).step_by(own.grey.width.div_ceil(32).max(1)) {
                let scale = |v: usize, factor: f64| (v as f64 + 0.5) / factor - 0.5;
                let at = [scale(x, own.grey_factor), scale(y, own.grey_factor)];
                let Some(ray) = lens.unproject(at) else { continue };
                let seen = layout.rotations[other].tr_mul(&(rotation * ray));
                let Some(to) = layout.lenses[other].project(&seen) else { continue };
                let factor = photos[other].grey_factor;
                let [u, v] = to.map(|p| ((p + 0.5) * factor - 0.5) as f32);
                let Some(there) = photos[other].grey.sample(u, v) else { continue };
                let here = own.grey.at(x, y);
                if (0.06..0.97).contains(&here) && (0.06..0.97).contains(&there) {
                    ratios.push(f64::from((there / here).ln()));
                }
            }
        }
        if ratios.len() < COMMON {
            continue;
        }
        ratios.sort_by(f64::total_cmp);
        let middle = ratios[ratios.len() / 2];
        let mut off: Vec<f64> = ratios.iter().map(|r| (r - middle).abs()).collect();
        off.sort_by(f64::total_cmp);
        if off[off.len() * 9 / 10] > ROUGH {
            return false;
        }
        exposures.push(middle);
    }
    exposures.sort_by(f64::total_cmp);
    match (exposures.first(), exposures.last()) {
        (Some(least), Some(most)) => exposures.len() >= 2 && most - least < UNLIKE,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Lens, Projection};
    use crate::stitch::attitude::Attitude;

    fn ring(steps: &[f64], missing: usize) -> Layout {
        let mut yaw = 0.0;
        let rotations: Vec<Matrix3<f64>> = steps
            .iter()
            .map(|step| {
                let turn = Attitude { yaw, pitch: -12.0, roll: 0.5 }.matrix();
                yaw += step;
                turn
            })
            .collect();
        let lens = Lens::centred(Projection::Rectilinear, 500.0, 800, 600);
        let placed = (0..steps.len()).filter(|i| *i != missing).collect();
        Layout::of_poses(rotations.clone(), vec![lens; rotations.len()], placed, Vec::new())
    }

    #[test]
    fn a_ring_tells_where_the_missing_photo_stands() {
        let layout = ring(&[45.0; 8], 3);
        let order: Vec<usize> = (0..8).collect();
        let found = predicted(&order, 3, &layout).unwrap();
        assert!(angle_between(&found, &layout.rotations[3]) < 1e-6);
    }

    #[test]
    fn an_uneven_ring_tells_nothing() {
        let layout = ring(&[30.0, 45.0, 37.0, 52.0, 28.0, 40.0, 61.0, 33.0], 3);
        let order: Vec<usize> = (0..8).collect();
        assert!(predicted(&order, 3, &layout).is_none());
        // One step was left out: the neighbours do not mean the same place.
        let layout = ring(&[45.0, 45.0, 45.0, 80.0, 45.0, 45.0, 45.0, 45.0], 3);
        assert!(predicted(&order, 3, &layout).is_none());
    }
}
