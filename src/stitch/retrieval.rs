//! Which photos of a large set are worth comparing, so that matching does not grow with the square of their number.
//!
//! As in Brown and Lowe ("Recognising panoramas", ICCV 2003) the nearest neighbours of each feature among those of all
//! photos vote for pairs. They are found in a forest of random projection trees (Dasgupta and Freund, STOC 2008): each
//! cut halves its features along the difference of two of them, so depth and leaves are bounded whatever the photos
//! show, and all takes n log n.

use std::collections::{BTreeMap, BTreeSet};

use super::describe::{Feature, LENGTH};
use super::grey::in_order;
use crate::base::Cancel;
use crate::stitch::dice::Dice;

/// Trees of the forest.
const TREES: usize = 8;
/// Most features in a leaf.
const LEAF: usize = 32;
/// Features of a photo that are looked at; they come best spread first.
const MOST: usize = 400;
/// Photos that a feature votes for.
const VOTES: usize = 8;

/// A feature of any photo.
struct Entry<'a> {
    photo: usize,
    descriptor: &'a [i16; LENGTH],
}

fn likeness(a: &[i16; LENGTH], b: &[i16; LENGTH]) -> i32 {
    a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}

/// For each photo its `each` likeliest partners, as pairs `a < b`. Nothing useful once `cancel` is set.
pub fn likely_pairs(
    features: &[Vec<Feature>],
    each: usize,
    cancel: &Cancel,
) -> BTreeSet<(usize, usize)> {
    let entries: Vec<Entry> = features
        .iter()
        .enumerate()
        .flat_map(|(photo, list)| {
            list.iter().take(MOST).map(move |f| Entry { photo, descriptor: &f.descriptor })
        })
        .collect();
    let forest = in_order(TREES, |tree| leaves(&entries, tree as u64, cancel));
    // For each tree: which leaf a feature is in.
    let leaf_of: Vec<Vec<u32>> = forest
        .iter()
        .map(|leaves| {
            let mut of = vec![0_u32; entries.len()];
            for (index, leaf) in leaves.iter().enumerate() {
                leaf.iter().for_each(|&entry| of[entry as usize] = index as u32);
            }
            of
        })
        .collect();
    let mut starts = vec![0];
    for list in features {
        starts.push(starts[starts.len() - 1] + list.len().min(MOST));
    }
    let scores = in_order(features.len(), |photo| {
        let mut scores: BTreeMap<usize, f32> = BTreeMap::new();
        if cancel.is_cancelled() {
            return scores;
        }
        let mut best = vec![0_i32; features.len()];
        let mut seen: Vec<usize> = Vec::new();
        for entry in starts[photo]..starts[photo + 1] {
            for (leaves, of) in forest.iter().zip(&leaf_of) {
                for &other in &leaves[of[entry] as usize] {
                    let other = &entries[other as usize];
                    if other.photo == photo {
                        continue;
                    }
                    let value = likeness(entries[entry].descriptor, other.descriptor);
                    if best[other.photo] == 0 {
                        seen.push(other.photo);
                    }
                    best[other.photo] = best[other.photo].max(value);
                }
            }
            vote(&mut seen, &best, &mut scores);
            seen.drain(..).for_each(|other| best[other] = 0);
        }
        scores
    });
    let mut sums: Vec<BTreeMap<usize, f32>> = vec![BTreeMap::new(); features.len()];
    for (photo, scores) in scores.into_iter().enumerate() {
        for (other, score) in scores {
            *sums[photo].entry(other).or_default() += score;
            *sums[other].entry(photo).or_default() += score;
        }
    }
    let mut out = BTreeSet::new();
    for (photo, partners) in sums.into_iter().enumerate() {
        let mut order: Vec<(usize, f32)> = partners.into_iter().collect();
        order.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        out.extend(
            order.into_iter().take(each).map(|(other, _)| (photo.min(other), photo.max(other))),
        );
    }
    out
}

/// One feature's votes: for the photos with the likest features, by how much nearer than the next photo they come.
fn vote(seen: &mut [usize], best: &[i32], scores: &mut BTreeMap<usize, f32>) {
    seen.sort_unstable_by(|&a, &b| best[b].cmp(&best[a]).then(a.cmp(&b)));
    let distance = |value: i32| ((255 * 255 - value).max(1) as f32).sqrt();
    let Some(&rest) = seen.get(VOTES).or(seen.last()) else { return };
    let limit = distance(best[rest]);
    for &photo in seen.iter().take(VOTES) {
        let near = 1.0 - distance(best[photo]) / limit;
        // Hardly nearer than anything else is no vote.
        if near > 0.1 {
            *scores.entry(photo).or_default() += near;
        }
    }
}

/// The leaves of one tree over all entries.
fn leaves(entries: &[Entry], seed: u64, cancel: &Cancel) -> Vec<Vec<u32>> {
    let mut dice = Dice(0x5EED ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut open: Vec<Vec<u32>> = vec![(0..entries.len() as u32).collect()];
    let mut out = Vec::new();
    while let Some(mut node) = open.pop() {
        if node.len() <= LEAF || cancel.is_cancelled() {
            out.push(node);
            continue;
        }
        let mut pick = || {
            let at = (dice.bits() % node.len() as u64) as usize;
            entries[node[at] as usize].descriptor
        };
        let (p, q) = (pick(), pick());
        let axis: [i16; LENGTH] = std::array::from_fn(|k| p[k] - q[k]);
        let mut along: Vec<(i32, u32)> =
            node.iter().map(|&e| (likeness(&axis, entries[e as usize].descriptor), e)).collect();
        let middle = along.len() / 2;
        // By number where they are the same: halves are halves even when all photos are alike.
        along.select_nth_unstable(middle);
        node.clear();
        node.extend(along[..middle].iter().map(|(_, e)| *e));
        let mut upper: Vec<u32> = along[middle..].iter().map(|(_, e)| *e).collect();
        node.sort_unstable();
        upper.sort_unstable();
        open.push(upper);
        open.push(node);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::detect::Point;
    use super::*;

    /// Like [`super::super::describe`] makes them: squares sum to about 255².
    fn descriptor(values: &[f64; LENGTH]) -> [i16; LENGTH] {
        let sum: f64 = values.iter().sum();
        values.map(|v| ((v / sum).sqrt() * 255.0).round() as i16)
    }

    /// Photos around a circle of things, each showing those within ±`half` of its middle, every second one found, its
    /// descriptor changed; and as many features that nothing else shows.
    fn ring(count: usize, half: f64) -> Vec<Vec<Feature>> {
        let mut dice = Dice(11);
        let things: Vec<(f64, [f64; LENGTH])> = (0..count * 60)
            .map(|_| (dice.unit(), std::array::from_fn(|_| dice.unit().powi(3))))
            .collect();
        let feature = |values: &[f64; LENGTH]| Feature {
            point: Point { x: 0.0, y: 0.0, sigma: 2.0, strength: 1.0, octave: 0, level: 1 },
            angle: 0.0,
            descriptor: descriptor(values),
        };
        (0..count)
            .map(|photo| {
                let middle = photo as f64 / count as f64;
                let mut list = Vec::new();
                for (place, values) in &things {
                    let off = (place - middle + 0.5).rem_euclid(1.0) - 0.5;
                    if off.abs() < half && dice.unit() < 0.5 {
                        let changed = values.map(|v| (v + 0.12 * dice.normal()).max(0.0));
                        list.push(feature(&changed));
                        list.push(feature(&std::array::from_fn(|_| dice.unit().powi(3))));
                    }
                }
                list
            })
            .collect()
    }

    #[test]
    fn photos_that_overlap_are_found_among_many() {
        let count = 100;
        // Each overlaps with 5 on each side, by 12 to 88 %.
        let half = 0.028;
        let pairs = likely_pairs(&ring(count, half), 12, &Cancel::new());
        let apart = |a: usize, b: usize| (b - a).min(count - (b - a));
        let overlap = |a: usize, b: usize| 1.0 - apart(a, b) as f64 / count as f64 / (2.0 * half);
        let wanted: Vec<(usize, usize)> = (0..count)
            .flat_map(|a| (a + 1..count).map(move |b| (a, b)))
            .filter(|&(a, b)| overlap(a, b) > 0.25)
            .collect();
        let found = wanted.iter().filter(|pair| pairs.contains(pair)).count();
        assert!(found * 100 >= wanted.len() * 99, "{found} of {}", wanted.len());
        let all = count * (count - 1) / 2;
        assert!(pairs.len() * 5 < all, "{} of {all} pairs tried", pairs.len());
    }

    #[test]
    fn alike_photos_end_in_bounded_leaves() {
        let one = ring(1, 0.5).remove(0);
        let same: Vec<Vec<Feature>> = (0..40).map(|_| vec![one[0].clone(); 50]).collect();
        let entries: Vec<Entry> = same
            .iter()
            .enumerate()
            .flat_map(|(photo, list)| {
                list.iter().map(move |f| Entry { photo, descriptor: &f.descriptor })
            })
            .collect();
        let leaves = leaves(&entries, 3, &Cancel::new());
        assert!(leaves.iter().all(|leaf| leaf.len() <= LEAF));
        assert_eq!(leaves.iter().map(Vec::len).sum::<usize>(), 2000);
        assert!(likely_pairs(&same, 5, &Cancel::new()).len() <= 40 * 5);
    }

    #[test]
    fn photos_without_features_have_no_partners() {
        assert!(likely_pairs(&[Vec::new(), Vec::new(), Vec::new()], 4, &Cancel::new()).is_empty());
    }
}
