//! Leaves, grass, gravel: where all runs in all directions nobody sees that two photos do not meet, nor does it say that both
//! belong there.

use nalgebra::Vector3;

use super::drawn::{HALF, patch, stretched};
use super::patch::{Patch, centred, fineness, lying, order};
use super::seam_place::REACH;
use super::warp::Sampler;

/// Order of edges ([`order`]) below which what surrounds a place is a tangle in which no break is seen, and below which the place
/// itself may be in it: so small a patch has some order by chance.
const TANGLED: [f64; 2] = [0.25, 0.25];
const IN_TANGLE: [f64; 2] = [0.5, 0.35];
/// Fineness from which on a patch may be a tangle.
const FINE: f64 = 0.2;
/// Sine of how far below the horizon a lawn is pressed flat.
const FLAT: [f64; 2] = [0.05, 0.6];
/// Most that two tangles differ without a border between them: means, of 255, and contrasts, as a ratio.
const SAME_TANGLE: [f64; 2] = [16.0, 1.7];

/// A photo, what it shows around a place, and the mean of that, of 255.
pub(super) type Shown<'a> = (&'a Sampler<'a>, &'a Patch, f64);

/// Whether both photos show the same tangle around the direction `at`; `step` as for `compared`.
pub(super) fn tangled(shown: [Shown; 2], at: &Vector3<f64>, step: f64) -> bool {
    let [(_, one, mean), (_, other, other_mean)] = shown;
    let ratio = one.1.max(other.1) / one.1.min(other.1).max(1e-9);
    let around = |photo: &Sampler| patch(photo, at, step, HALF + REACH).values;
    ratio < SAME_TANGLE[1]
        && (mean - other_mean).abs() < SAME_TANGLE[0]
        && shown.into_iter().all(|(photo, own, _)| {
            is_tangle(own, || around(photo)) || is_lawn(photo, own, at, step)
        })
}

/// Whether edges run less in one direction, and in two that are square to one another, than these limits.
fn is_loose(values: &[f32], limits: [f64; 2]) -> bool {
    order(values).iter().zip(limits).all(|(order, limit)| *order < limit)
}

/// Whether a photo shows leaves, grass, gravel or the like, of a patch and what surrounds it.
fn is_tangle(patch: &Patch, around: impl Fn() -> Vec<f32>) -> bool {
    fineness(patch) > FINE && is_loose(&patch.0, IN_TANGLE) && is_loose(&around(), TANGLED)
}

/// Whether a photo shows a lawn or the like from low above it, which is a tangle pressed flat: its edges lie, until the ground
/// is seen as from above.
fn is_lawn(sampler: &Sampler, patch: &Patch, at: &Vector3<f64>, step: f64) -> bool {
    let steep = -at.normalize().y;
    if !(FLAT[0]..FLAT[1]).contains(&steep) || fineness(patch) < FINE || lying(&patch.0) < 0.0 {
        return false;
    }
    let ground = stretched(sampler, at, [step / steep, step], HALF).values;
    centred(ground).is_some_and(|ground| fineness(&ground) > FINE && is_loose(&ground.0, IN_TANGLE))
}
