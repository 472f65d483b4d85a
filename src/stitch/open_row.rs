//! How wide photos see where the camera moved and they do not go all around.
//!
//! A lens ahead of the point that it is turned about looks much like a longer lens, and what leaves, water or a lens do
//! beside the model looks like cameras that went far. So links alone lead such rows up to a third astray, though a focal length
//! near that of one spot leaves hardly more unexplained. Focal lengths are therefore held one after the other, and one is
//! taken that needs but little of both: an arm, and another lens than one spot sees.

use super::error::StitchError;
use super::grey::in_order;
use super::judge::{misalignments, quantile};
use super::layout::Layout;
use super::lens_guess::lenses_of_groups;
use super::parallax::Parallax;
use super::parallax_bundle::{FLOOR, ParallaxBundle, State};
use super::sway::Sway;
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::geometry::lens::LENS_PARAMETERS;

/// Focal lengths nearer than this share are the same.
const ALIKE: f64 = 0.012;
/// Step between focal lengths, and how far beyond both solutions they are tried, as logarithms.
const STEP: f64 = 0.02;
const BEYOND: f64 = 0.08;
/// Most steps from either solution.
const MOST: usize = 14;
/// An arm this long, of the typical depth, has to halve the misalignment; so has a focal length that is off by this share
/// from that of one spot.
const ARM: f64 = 0.05;
const APART: f64 = 0.1;
/// Sigmas at which residuals begin to count less, with the steps of the adjustment.
const SOFT: [(f64, usize); 2] = [(5.0, 6), (2.0, 8)];
const HELD: [bool; LENS_PARAMETERS] = [false, true, true, false, false];

/// The lenses of the groups that are likelier than those of `several`, cameras free to move, where these differ from those of
/// `one` spot; `None` where there are no likelier ones.
pub fn likelier(
    one: &Layout,
    several: &Layout,
    lens_of: &[usize],
    cancel: &Cancel,
) -> Result<Option<Vec<Lens>>, StitchError> {
    let lenses = lenses_of_groups(&several.lenses, lens_of);
    let of_one = lenses_of_groups(&one.lenses, lens_of);
    let (Some(lens), Some(of_one)) = (lenses.first(), of_one.first()) else { return Ok(None) };
    let apart = (of_one.focal / lens.focal).ln();
    if apart.abs() < ALIKE {
        return Ok(None);
    }
    let scaled = |by: f64| -> Vec<Lens> {
        lenses.iter().map(|lens| Lens { focal: lens.focal * by.exp(), ..*lens }).collect()
    };
    let from_one = State {
        rotations: one.rotations.clone(),
        lenses: scaled(apart),
        parallax: Parallax::none(one.rotations.len()),
        sway: Sway::unknown(),
    };
    let from_several = State {
        rotations: several.rotations.clone(),
        lenses: scaled(0.0),
        parallax: several.parallax.clone().unwrap_or_else(|| from_one.parallax.clone()),
        sway: Sway::unknown(),
    };
    // Each solution is carried on step by step, towards shorter and longer lenses.
    let chains = [(&from_one, apart), (&from_several, 0.0)];
    let range = [apart.min(0.0) - BEYOND, apart.max(0.0) + BEYOND];
    let tried = in_order(4, |index| {
        let (start, mut at) = chains[index / 2];
        let step = if index % 2 == 0 { STEP } else { -STEP };
        let mut state = start.clone();
        let mut layout = several.clone();
        let mut best = (f64::INFINITY, at);
        for _ in 0..MOST {
            if !(range[0]..=range[1]).contains(&at) {
                break;
            }
            for (lens, own) in state.lenses.iter_mut().zip(&lenses) {
                lens.focal = own.focal * at.exp();
            }
            for (softness, steps) in SOFT {
                let links = &several.links;
                let bundle = ParallaxBundle { lens_of, links, free: HELD, softness, floor: FLOOR };
                bundle.solve(&mut state, steps, cancel)?;
            }
            layout.rotations.clone_from(&state.rotations);
            layout.lenses = lens_of.iter().map(|&group| state.lenses[group]).collect();
            layout.parallax = Some(state.parallax.clone());
            let unlikely = unlikely(&layout, &state.parallax, at - apart);
            if unlikely < best.0 {
                best = (unlikely, at);
            }
            at += step;
        }
        Ok(best)
    });
    let tried = tried.into_iter().collect::<Result<Vec<(f64, f64)>, StitchError>>()?;
    let best = tried.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
    let undistorted = |lens: Lens| Lens { radial: [0.0; 2], ..lens };
    Ok(best.map(|(_, at)| scaled(at).into_iter().map(undistorted).collect()))
}

/// How unlikely a solution is: what it leaves unexplained, times what an arm and another focal length cost.
fn unlikely(layout: &Layout, parallax: &Parallax, apart: f64) -> f64 {
    let off = misalignments(layout);
    let arm = Sway::of(&parallax.centres, &layout.rotations, &layout.placed).arm();
    (quantile(&off, 0.5) + quantile(&off, 0.95))
        * (1.0 + arm / ARM)
        * (1.0 + (apart / APART).powi(2))
}

#[cfg(test)]
mod tests {
    use nalgebra::{Matrix2, Matrix3};

    use super::super::attitude::Attitude;
    use super::super::bundle::Link;
    use super::*;
    use crate::geometry::Projection;
    use crate::stitch::dice::Dice;

    /// Three photos in a row from one spot, with a lens of 800 pixels; said to be of `focal`.
    fn row(focal: f64) -> Layout {
        let truth = Lens::centred(Projection::Rectilinear, 800.0, 1000, 750);
        let rotations: Vec<Matrix3<f64>> =
            [-28.0, 0.0, 28.0].map(|yaw| Attitude { yaw, pitch: 0.0, roll: 0.0 }.matrix()).to_vec();
        let mut dice = Dice(3);
        let mut links = Vec::new();
        for (from, to) in [(0, 1), (1, 2)] {
            while links.len() < 120 * to {
                let at = [dice.unit() * 999.0, dice.unit() * 749.0];
                let ray =
                    rotations[to].transpose() * rotations[from] * truth.unproject(at).unwrap();
                let Some(seen) = truth.project(&ray) else { continue };
                if (0.0..999.0).contains(&seen[0]) && (0.0..749.0).contains(&seen[1]) {
                    let seen = seen.map(|v| v + 0.3 * dice.normal());
                    links.push(Link { from, to, at, seen, whitening: Matrix2::identity() * 3.0 });
                }
            }
        }
        let lens = Lens { focal, ..truth };
        let mut layout = Layout::of_poses(rotations, vec![lens; 3], vec![0, 1, 2], Vec::new());
        layout.links = links;
        layout
    }

    #[test]
    fn a_lens_that_needs_no_arm_is_likelier() {
        let lenses = likelier(&row(800.0), &row(928.0), &[0; 3], &Cancel::new()).unwrap().unwrap();
        assert!((lenses[0].focal / 800.0 - 1.0).abs() < 0.02, "{}", lenses[0].focal);
        assert!(likelier(&row(800.0), &row(805.0), &[0; 3], &Cancel::new()).unwrap().is_none());
    }
}
