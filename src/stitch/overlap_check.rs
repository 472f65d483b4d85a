//! A second opinion on two photos whose points disagree: do their pixels meet where both look?
//!
//! Things that repeat (tiles, windows, books, bars) are matched with one another, and then the points say that two photos
//! do not fit although they do. So both are drawn over a grid of what both see, and compared as along a seam.

use nalgebra::Vector3;

use super::grey::in_order;
use super::seam_place::{Seen, compared};
use super::warp::Sampler;

/// Points of the grid along each side of the first photo, and most of those in the overlap that are looked at.
const GRID: usize = 80;
const MOST: usize = 400;
/// Fewest places with something to compare that say something.
const FEWEST: usize = 16;
/// Fewest places that prove where a photo belongs that has no features, and the share of them that must meet.
const PROOF: usize = 32;
const ALL: f64 = 0.9;

/// Share of the places where two photos can be compared at which nobody sees that they are two; `None` where hardly
/// anything can be compared. `step` is the angle between two pixels of what is shown, radians.
pub fn share_meeting(first: &Sampler, second: &Sampler, step: f64) -> Option<f64> {
    let [meeting, compared] = meeting(first, second, step);
    (compared >= FEWEST).then(|| meeting as f64 / compared as f64)
}

/// Whether a photo shows the same as all `others` where it overlaps them; `None` where there is too little in it to say so.
pub fn meets_all<'a>(
    photo: &Sampler,
    others: impl Iterator<Item = &'a Sampler<'a>>,
    step: f64,
) -> Option<bool> {
    let [meeting, compared] = others.fold([0, 0], |[meeting, compared], other| {
        let found = self::meeting(photo, other, step);
        [meeting + found[0], compared + found[1]]
    });
    (compared >= PROOF).then_some(meeting as f64 >= ALL * compared as f64)
}

/// Photos that nothing vouches for: `meets` says whether one shows the same as all photos but those doubted. Those that are
/// no longer doubted vouch for the next; photos that hang together but with nothing else do not vouch for one another.
pub fn unvouched(photos: &[usize], meets: impl Fn(usize, &[usize]) -> bool) -> Vec<usize> {
    let mut doubted = photos.to_vec();
    while let Some(proven) = doubted.iter().position(|&photo| meets(photo, &doubted)) {
        doubted.remove(proven);
    }
    doubted
}

/// Places at which nobody sees that two photos are two, and places that can be compared.
fn meeting(first: &Sampler, second: &Sampler, step: f64) -> [usize; 2] {
    let view = first.view();
    let (width, height) = (view.size.0 as f64, view.size.1 as f64);
    let mut directions: Vec<Vector3<f64>> = (0..GRID * GRID)
        .filter_map(|k| {
            let at = [(k % GRID) as f64, (k / GRID) as f64].map(|v| (v + 0.5) / GRID as f64);
            let ray = view.lens.unproject([at[0] * width, at[1] * height])?;
            let direction = (view.rotation * ray).normalize();
            let [x, y] = second.view().look(&direction)?;
            let (w, h) = (second.view().size.0 as f64, second.view().size.1 as f64);
            (x > 0.0 && y > 0.0 && x < w - 1.0 && y < h - 1.0).then_some(direction)
        })
        .collect();
    let every = directions.len().div_ceil(MOST).max(1);
    directions = directions.into_iter().step_by(every).collect();
    let seen = in_order(directions.len(), |k| compared(first, second, &directions[k], step));
    let count = |what: Seen| seen.iter().filter(|seen| **seen == Some(what)).count();
    let meeting = count(Seen::Meets);
    [meeting, meeting + count(Seen::Broken) + count(Seen::Unlike)]
}

#[cfg(test)]
mod tests {
    use super::super::photometry::Tone;
    use super::super::seam_check::shown_step;
    use super::super::seam_check::tests::{picture, view};
    use super::*;

    /// Two photos 35° apart, the second said to be turned by `off` degrees more than it is.
    fn share(apart: f64, off: f64) -> Option<f64> {
        let pictures = [0.0, apart].map(|yaw| picture(&view(yaw)));
        let said = [view(0.0), view(apart + off)];
        let samplers = [0, 1].map(|i| Sampler::new(&pictures[i], &said[i], &Tone::NONE));
        share_meeting(&samplers[0], &samplers[1], shown_step(2048))
    }

    #[test]
    fn the_right_pose_meets_and_a_wrong_one_does_not() {
        assert!(share(35.0, 0.0).is_some_and(|share| share > 0.98));
        assert!(share(35.0, 1.5).is_some_and(|share| share < 0.5));
    }

    #[test]
    fn without_overlap_nothing_is_said() {
        assert_eq!(share(120.0, 0.0), None);
    }

    #[test]
    fn a_group_does_not_vouch_for_itself() {
        // 1 and 2 show what 0 does, one after the other; 3 and 4 only what they show themselves.
        let next_to = |photo: usize, other: usize| photo.abs_diff(other) == 1 && photo + other != 5;
        let meets = |photo: usize, doubted: &[usize]| {
            (0..5).any(|other| !doubted.contains(&other) && next_to(photo, other))
        };
        assert_eq!(unvouched(&[2, 1, 3, 4], meets), [3, 4]);
        assert!(unvouched(&[], meets).is_empty());
    }
}
