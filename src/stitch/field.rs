//! How sure the field of view is where photos were taken from several spots and do not go all around.
//!
//! Where the camera moves along an open row, places and depth make up for nearly any focal length: the way to the best one
//! is a narrow valley, in which a solution may stop, and the best one may hardly be better than others.

use std::f64::consts::TAU;

use nalgebra::{Matrix3, Vector3};

use super::error::StitchError;
use super::layout::Layout;
use super::parallax_bundle::{ParallaxBundle, State};
use super::photo::Photo;
use crate::base::Cancel;
use crate::geometry::Lens;

/// Step of the focal length by which a better one is sought, as a share; to which share the cost must fall, and most steps.
const NEXT: f64 = 0.015;
const PAYS: f64 = 0.98;
const FARTHEST: usize = 5;
/// Shares by which the focal length may be off if the cost is then not so many times the least.
const UNSURE: [f64; 2] = [0.06, 0.03];
const AS_GOOD: f64 = 1.2;

/// Seeks a better focal length on both sides, and answers by how much it may be off, as a share. The lenses of `bundle` are
/// fixed.
pub fn wider_or_narrower(
    bundle: &ParallaxBundle,
    state: &mut State,
    cancel: &Cancel,
) -> Result<f64, StitchError> {
    let scaled = |state: &State, by: f64| -> Result<(f64, State), StitchError> {
        let mut other = state.clone();
        other.lenses.iter_mut().for_each(|lens| lens.focal *= by);
        Ok((bundle.solve(&mut other, 15, cancel)?, other))
    };
    let beside = |state: &State, share: f64| -> Result<(f64, State), StitchError> {
        let (longer, shorter) = (scaled(state, 1.0 + share)?, scaled(state, 1.0 / (1.0 + share))?);
        Ok(if longer.0 < shorter.0 { longer } else { shorter })
    };
    let (mut least, start) = scaled(state, 1.0)?;
    *state = start;
    for _ in 0..FARTHEST {
        let (cost, other) = beside(state, NEXT)?;
        if cost > PAYS * least {
            break;
        }
        (least, *state) = (cost, other);
    }
    for share in UNSURE {
        if beside(state, share)?.0 < AS_GOOD * least {
            return Ok(share);
        }
    }
    Ok(0.0)
}

/// Whether photos look all around: seen along the normal of the plane to which their axes are nearest, no gap between two
/// of them is wider than what a photo shows.
pub fn goes_around(layout: &Layout, photos: &[Photo]) -> bool {
    let axis = |photo: usize| layout.rotations[photo].column(2).into_owned();
    let axes: Vec<Vector3<f64>> = layout.placed.iter().map(|&photo| axis(photo)).collect();
    let middle = axes.iter().sum::<Vector3<f64>>() / axes.len().max(1) as f64;
    let scatter: Matrix3<f64> =
        axes.iter().map(|axis| (axis - middle) * (axis - middle).transpose()).sum();
    let plane = scatter.symmetric_eigen();
    let normal = plane.eigenvectors.column(plane.eigenvalues.imin()).into_owned();
    let ahead = normal.cross(&axes.first().copied().unwrap_or_default());
    let aside = normal.cross(&ahead);
    let mut around: Vec<f64> = axes.iter().map(|a| a.dot(&ahead).atan2(a.dot(&aside))).collect();
    around.sort_by(f64::total_cmp);
    let turned = around.first().map(|first| first + TAU);
    let next = around.iter().skip(1).copied().chain(turned);
    let gap = around.iter().zip(next).map(|(a, b)| b - a).fold(0.0, f64::max);
    let shown = |photo: usize| layout.lenses[photo].hfov(photos[photo].width() as f64);
    gap.to_degrees() < layout.placed.iter().map(|&photo| shown(photo)).fold(0.0, f64::max)
}

/// By how much the fields of view of two layouts differ, or that of the other may be off, as a share.
pub fn field_apart(layout: &Layout, other: &Layout, photos: &[Photo]) -> f64 {
    let field =
        |layout: &Layout, photo: usize| layout.lenses[photo].hfov(photos[photo].width() as f64);
    let apart = other.placed.iter().map(|&photo| {
        let moved = (field(other, photo) / field(layout, photo)).ln().abs().max(other.field_apart);
        // What the camera says of itself is a third witness, if it saw something like it.
        let taken = &photos[photo];
        let size = (taken.width(), taken.height());
        moved.min(apart_from_stated(taken.focal_hint(), &other.lenses[photo], size))
    });
    apart.fold(0.0, f64::max)
}

/// How far the field of view of `lens` is from what the camera states (`hint`: focal length in pixels by the diagonal), as a share; infinite where it states nothing. The focal length
/// "in 35 mm film" is meant along the diagonal (CIPA DC-008), and by many makers along the longer side: the nearer one counts.
fn apart_from_stated(hint: Option<f64>, lens: &Lens, size: (usize, usize)) -> f64 {
    let Some(by_diagonal) = hint else { return f64::INFINITY };
    let (width, height) = (size.0 as f64, size.1 as f64);
    let by_longer =
        by_diagonal * 36.0_f64.hypot(24.0) / width.hypot(height) * width.max(height) / 36.0;
    [by_diagonal, by_longer]
        .map(|focal| {
            let stated = Lens::centred(lens.projection, focal, size.0, size.1);
            (lens.hfov(width) / stated.hfov(width)).ln().abs()
        })
        .into_iter()
        .fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::super::attitude::Attitude;
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::geometry::Projection;
    use crate::imaging::plane::{ColourModel, Picture, Plane};

    #[test]
    fn either_reading_of_the_stated_focal_length_is_a_witness() {
        let size = (4000, 3000);
        let lens = |focal| Lens::centred(Projection::Rectilinear, focal, size.0, size.1);
        // 74 mm by the diagonal of 5000 pixels, and by the longer side of 4000.
        let (by_diagonal, by_longer) = (74.0 / 43.2666 * 5000.0, 74.0 / 36.0 * 4000.0);
        for focal in [by_diagonal, by_longer] {
            assert!(apart_from_stated(Some(by_diagonal), &lens(focal), size) < 1e-4);
        }
        assert!(apart_from_stated(Some(by_diagonal), &lens(by_longer * 0.9), size) > 0.05);
        assert_eq!(apart_from_stated(None, &lens(by_longer), size), f64::INFINITY);
    }

    #[test]
    fn a_ring_with_a_gap_does_not_go_around() {
        let lens = Lens::centred(Projection::Rectilinear, 500.0, 600, 400);
        let row = |yaws: std::ops::Range<i32>, pitch: f64| {
            let turn = |at: i32| Attitude { yaw: 40.0 * f64::from(at), pitch, roll: 2.0 }.matrix();
            let rotations: Vec<Matrix3<f64>> = yaws.map(turn).collect();
            let count = rotations.len();
            let photo = |_| {
                let plane = Plane::filled(600, 400, 0);
                let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
                Photo::of("photo", picture, ExifFacts::default(), 1e9)
            };
            let photos: Vec<Photo> = (0..count).map(photo).collect();
            let (lenses, placed) = (vec![lens; count], (0..count).collect());
            goes_around(&Layout::of_poses(rotations, lenses, placed, Vec::new()), &photos)
        };
        // Of 62° each, 40° apart; also where the ring looks far up.
        for pitch in [0.0, 50.0] {
            assert!(row(0..9, pitch) && !row(0..7, pitch) && !row(0..2, pitch));
        }
    }
}
