//! Pairs that join the ends of a full turn.
//!
//! Along a row small errors add up: where its ends meet again they are apart by more than an adjustment takes for anything
//! but a wrong pair, and the turn stays open. How wide photos see, a row by itself hardly tells either, but that its ends meet
//! does (Szeliski and Shum, "Creating full view panoramic image mosaics and environment maps", 1997, §5).

use std::collections::{BTreeSet, VecDeque};

use nalgebra::Matrix3;

use super::bundle::Link;
use super::firm::{Both, firm_pairs, pair};
use super::graph::Edge;
use super::links::Fit;
use crate::geometry::Lens;

/// Pixels at working size by which ends are apart that do not meet.
const APART: f64 = 8.0;
/// Fewest steps from photo to photo that lead from one end to the other.
const STEPS: usize = 4;

/// How many matches there are of pairs that join ends of `count` photos and do not meet: all others lead from one to the other
/// by many steps only. `off`: how far apart what a pair has in common is, pixels at working size.
pub fn open(edges: &[Edge], count: usize, off: impl Fn(&Edge) -> f64) -> usize {
    let (open, closed): (Vec<&Edge>, Vec<&Edge>) = edges.iter().partition(|edge| off(edge) > APART);
    let closed = closed.iter().map(|edge| pair(edge.a, edge.b)).collect();
    let ends = open
        .iter()
        .filter(|edge| edge.is_far_beyond_chance() && are_ends(edge.a, edge.b, &closed, count));
    ends.map(|edge| edge.agreeing.len()).sum()
}

/// Whether two of the `placed` photos should overlap and only many steps by `firm` pairs lead from one to the other: ends of a
/// turn that nothing closes. `rotations`: camera to world; `lens`: of a photo.
pub fn stays_open<'a>(
    placed: &[usize],
    rotations: &[Matrix3<f64>],
    lens: impl Fn(usize) -> &'a Lens,
    firm: &BTreeSet<Both>,
) -> bool {
    let overlap = |a: usize, b: usize| {
        let [axis_a, axis_b] = [a, b].map(|photo| rotations[photo].column(2));
        let apart = axis_a.dot(&axis_b).clamp(-1.0, 1.0).acos().to_degrees();
        apart < f64::midpoint(field(lens(a)), field(lens(b)))
    };
    placed.iter().enumerate().any(|(index, &a)| {
        let others = &placed[index + 1..];
        others.iter().any(|&b| overlap(a, b) && are_ends(a, b, firm, rotations.len()))
    })
}

/// About how wide a photo sees along its longer side, degrees.
fn field(lens: &Lens) -> f64 {
    lens.hfov(2.0 * lens.centre[0].max(lens.centre[1]) + 1.0)
}

/// Links without what hardly holds the ends of a turn of `count` photos together: what happens to be found where they hardly
/// overlap would draw them to where they do not belong. `fits`: of the links; `edges`: pairs that are believed.
pub fn without_weak_ends(links: &[Link], fits: &[Fit], edges: &[Edge], count: usize) -> Vec<Link> {
    let firm = firm_pairs(edges, fits);
    let pairs: BTreeSet<Both> = fits.iter().map(|fit| pair(fit.from, fit.to)).collect();
    let weak = pairs.difference(&firm).copied();
    let ends: BTreeSet<Both> = weak.filter(|&(a, b)| are_ends(a, b, &firm, count)).collect();
    let holds = |link: &&Link| !ends.contains(&pair(link.from, link.to));
    links.iter().filter(holds).copied().collect()
}

/// Whether only many steps by `pairs` lead from one of `count` photos to another.
fn are_ends(from: usize, to: usize, pairs: &BTreeSet<Both>, count: usize) -> bool {
    steps(pairs, count, from, to).is_some_and(|steps| steps >= STEPS)
}

/// How many pairs lead from one photo to another at least; `None` where none do.
fn steps(pairs: &BTreeSet<Both>, count: usize, from: usize, to: usize) -> Option<usize> {
    let mut beside = vec![Vec::new(); count];
    for &(a, b) in pairs {
        beside[a].push(b);
        beside[b].push(a);
    }
    let mut steps = vec![None; count];
    steps[from] = Some(0);
    let mut front = VecDeque::from([from]);
    while let Some(photo) = front.pop_front() {
        for &other in &beside[photo] {
            if steps[other].is_none() {
                steps[other] = steps[photo].map(|steps| steps + 1);
                front.push_back(other);
            }
        }
    }
    steps[to]
}

#[cfg(test)]
mod tests {
    use nalgebra::Matrix2;

    use super::super::attitude::Attitude;
    use super::super::matching::Match;
    use super::*;
    use crate::geometry::Projection;

    /// Pairs of neighbours of a full turn, the last of which joins its ends and is off by so many pixels: how many matches of
    /// it stay open.
    fn open_of(count: usize, log_nfa: f64, off: f64) -> usize {
        let edge = |a: usize| {
            let agreeing = vec![Match { a: 0, b: 0, ratio: 0.5 }; 20];
            let log_nfa = if a + 1 == count { log_nfa } else { -200.0 };
            Edge { a, b: (a + 1) % count, rotation: Matrix3::identity(), agreeing, log_nfa }
        };
        let edges: Vec<Edge> = (0..count).map(edge).collect();
        open(&edges, count, |edge| if edge.b == 0 { off } else { 1.0 })
    }

    #[test]
    fn ends_that_should_meet_are_told() {
        assert_eq!(open_of(9, -60.0, 1.5), 0, "they meet");
        assert_eq!(open_of(9, -60.0, 40.0), 20);
        assert_eq!(open_of(9, -20.0, 40.0), 0, "two things that look alike");
        assert_eq!(open_of(4, -60.0, 40.0), 0, "no long way around");
    }

    /// Neighbours of so many photos that found each other's points; of the last and the first so many of 40.
    fn turn(count: usize, found: usize) -> (Vec<Fit>, Vec<Link>) {
        let fit = |from: usize| {
            let (to, found) = ((from + 1) % count, if from + 1 == count { found } else { 36 });
            Fit { from, to, tried: 40, found, agreeing: found }
        };
        let fits: Vec<Fit> = (0..count).map(fit).collect();
        let whitening = Matrix2::identity();
        let link = |fit: &Fit| Link {
            from: fit.from,
            to: fit.to,
            at: [0.0; 2],
            seen: [0.0; 2],
            whitening,
        };
        let links = fits.iter().map(link).collect();
        (fits, links)
    }

    #[test]
    fn what_hardly_holds_ends_of_a_turn_draws_them_nowhere() {
        let kept = |count, found| {
            let (fits, links) = turn(count, found);
            without_weak_ends(&links, &fits, &[], count).len()
        };
        assert_eq!(kept(9, 36), 9, "they meet");
        assert_eq!(kept(9, 8), 8);
        assert_eq!(kept(4, 8), 4, "no long way around");
        // Nothing but points that happen to be found holds photo 8 then.
        let (mut fits, links) = turn(9, 8);
        fits.retain(|fit| fit.from != 7);
        assert_eq!(without_weak_ends(&links, &fits, &[], 9).len(), 9);
    }

    #[test]
    fn ends_that_nothing_closes_are_told() {
        let lens = Lens::centred(Projection::Rectilinear, 800.0, 800, 600);
        let looking = |step: f64| {
            let look = |i| Attitude { yaw: step * f64::from(i), pitch: 0.0, roll: 0.0 }.matrix();
            let rotations: Vec<_> = (0..9).map(look).collect();
            let (fits, _) = turn(9, 8);
            let placed: Vec<usize> = (0..9).collect();
            stays_open(&placed, &rotations, |_| &lens, &firm_pairs(&[], &fits))
        };
        assert!(looking(40.0));
        assert!(!looking(30.0), "an open row");
    }
}
