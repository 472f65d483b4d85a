//! Pairs of photos that hold one another, and how photos hang together by them.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Edge;
use super::links::Fit;

/// Two photos, the lower number first.
pub type Both = (usize, usize);

/// Of two photos at least this share of the points tried must have been found: what was found of fewer may have slid along
/// an edge, or be there by accident.
const FOUND: f64 = 0.5;
/// Fewest points that hold two photos together.
const FEWEST: usize = 12;

/// The lower number first.
pub fn pair(a: usize, b: usize) -> Both {
    (a.min(b), a.max(b))
}

/// Pairs that hold one another: by features in common far beyond chance (leaves are hardly found again), or by most of the
/// points tried, [`FEWEST`] at least.
pub fn firm_pairs(edges: &[Edge], fits: &[Fit]) -> BTreeSet<Both> {
    let far_beyond_chance = edges.iter().filter(|edge| edge.is_far_beyond_chance());
    let by_features = far_beyond_chance.map(|edge| pair(edge.a, edge.b));
    let found_again = tried_and_found(fits)
        .into_iter()
        .filter(|(_, [tried, found])| *found >= FEWEST && *found as f64 >= FOUND * *tried as f64);
    by_features.chain(found_again.map(|(pair, _)| pair)).collect()
}

/// Points tried and found of each two photos.
fn tried_and_found(fits: &[Fit]) -> BTreeMap<Both, [usize; 2]> {
    let mut out: BTreeMap<Both, [usize; 2]> = BTreeMap::new();
    for fit in fits {
        let sums = out.entry(pair(fit.from, fit.to)).or_default();
        *sums = [sums[0] + fit.tried, sums[1] + fit.found];
    }
    out
}

/// The photo that stands for all that hang together with one, by photo.
pub fn groups(photos: &[usize], pairs: &BTreeSet<Both>) -> BTreeMap<usize, usize> {
    let mut group: BTreeMap<usize, usize> = photos.iter().map(|photo| (*photo, *photo)).collect();
    for (a, b) in pairs {
        let (Some(&of_a), Some(&of_b)) = (group.get(a), group.get(b)) else { continue };
        group.values_mut().filter(|of| **of == of_b).for_each(|of| *of = of_a);
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_hang_together_by_pairs_of_which_most_points_are_found() {
        let fit = |from, to, tried, found| Fit { from, to, tried, found, agreeing: found };
        // Both ways count: of 3 and 4 most is found one way only.
        let fits = [
            fit(0, 1, 20, 15),
            fit(2, 1, 20, 14),
            fit(2, 3, 40, 10),
            fit(3, 4, 20, 14),
            fit(4, 3, 20, 2),
            fit(4, 5, 8, 8),
        ];
        let firm = firm_pairs(&[], &fits);
        assert_eq!(firm, [(0, 1), (1, 2)].into());
        let groups = groups(&[0, 1, 2, 3, 4, 5], &firm);
        assert!(groups[&0] == groups[&2] && groups[&2] != groups[&3] && groups[&4] != groups[&5]);
    }
}
