//! Pairs that join the ends of a full turn.
//!
//! Along a row small errors add up: where its ends meet again they are apart by more than an adjustment takes for anything
//! but a wrong pair, and the turn stays open. How wide photos see, a row by itself hardly tells either, but that its ends meet
//! does (Szeliski and Shum, "Creating full view panoramic image mosaics and environment maps", 1997, §5).

use std::collections::VecDeque;

use super::graph::Edge;

/// Pixels at working size by which ends are apart that do not meet.
const APART: f64 = 8.0;
/// Fewest steps from photo to photo that lead from one end to the other.
const STEPS: usize = 4;

/// How many matches there are of pairs that join ends of `count` photos and do not meet: all others lead from one to the other
/// by many steps only. `off`: how far apart what a pair has in common is, pixels at working size.
pub fn open(edges: &[Edge], count: usize, off: impl Fn(&Edge) -> f64) -> usize {
    let (open, closed): (Vec<&Edge>, Vec<&Edge>) = edges.iter().partition(|edge| off(edge) > APART);
    let ends = open.iter().filter(|edge| {
        edge.is_far_beyond_chance()
            && steps(&closed, count, edge.a, edge.b).is_some_and(|steps| steps >= STEPS)
    });
    ends.map(|edge| edge.agreeing.len()).sum()
}

/// How many edges lead from one photo to another at least; `None` where none do.
fn steps(edges: &[&Edge], count: usize, from: usize, to: usize) -> Option<usize> {
    let mut steps = vec![None; count];
    steps[from] = Some(0);
    let mut front = VecDeque::from([from]);
    while let Some(photo) = front.pop_front() {
        let beyond = edges.iter().filter_map(|edge| match photo {
            a if a == edge.a => Some(edge.b),
            b if b == edge.b => Some(edge.a),
            _ => None,
        });
        for other in beyond {
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
    use nalgebra::Matrix3;

    use super::super::matching::Match;
    use super::*;

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
}
