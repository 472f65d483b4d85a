//! Photos that lie on one another: together they show hardly more than one of them.
//!
//! Where everything repeats (tiles, a lattice, a test card) photos of a whole turn fit on one another so well that nothing
//! else speaks against it. Who took the same view again and again should hear of it, too.

use super::lone::directions;
use super::warp::View;

/// Degrees between directions that are looked at.
const STEP: f64 = 3.7;
/// Fewest photos of a pile, and how much more than one of them they show at most.
const FEWEST: usize = 4;
const MORE: f64 = 1.3;
/// Share of the sphere beyond which there is hardly more to show: fisheyes that see more than a half.
const ALL: f64 = 0.9;

/// Whether the photos `placed` show hardly more together than the one of them that shows most.
pub fn piled(views: &[View], placed: &[usize]) -> bool {
    if placed.len() < FEWEST {
        return false;
    }
    let (mut by_photo, mut together) = (vec![0_usize; placed.len()], 0_usize);
    let all = directions(STEP);
    for direction in &all {
        let mut seen = false;
        for (count, &photo) in by_photo.iter_mut().zip(placed) {
            let sees = views[photo].look(direction).is_some();
            *count += usize::from(sees);
            seen |= sees;
        }
        together += usize::from(seen);
    }
    let most = by_photo.into_iter().max().unwrap_or(0);
    (together as f64) < (MORE * most as f64).min(ALL * all.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::seam_check::tests::view;
    use super::*;
    use crate::geometry::{Lens, Projection};

    #[test]
    fn a_turn_is_no_pile_and_the_same_view_is() {
        let turned = |step: f64, count: usize| -> bool {
            let views: Vec<View> = (0..count).map(|k| view(step * k as f64)).collect();
            piled(&views, &(0..count).collect::<Vec<_>>())
        };
        assert!(turned(2.0, 5));
        assert!(!turned(20.0, 5));
        assert!(!turned(2.0, 3), "a bracket that was not found, or a photo and its copies");
    }

    #[test]
    fn fisheyes_that_together_show_everything_are_no_pile() {
        let fisheye = |yaw: f64| {
            let lens = Lens::centred(Projection::Equidistant, 120.0, 600, 600);
            let circle = Some((lens.centre, 120.0 * 120.0_f64.to_radians()));
            View { lens, size: (600, 600), circle, ..view(yaw) }
        };
        let turned = |step: f64| {
            let views: Vec<View> = (0..4).map(|k| fisheye(step * f64::from(k))).collect();
            piled(&views, &[0, 1, 2, 3])
        };
        assert!(!turned(90.0), "one shows three quarters");
        assert!(turned(2.0));
    }
}
