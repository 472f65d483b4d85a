//! Pairs of features that look alike: nearest neighbour, clearly nearer than the second, and mutual.

use super::describe::{Feature, LENGTH};

/// Two features that may be the same thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// Index into the first set.
    pub a: usize,
    /// Index into the second set.
    pub b: usize,
    /// Distance to the nearest through distance to the second, 0 to 1; small is sure.
    pub ratio: f32,
}

/// Matches beyond this ratio are not kept.
pub const LARGEST_RATIO: f32 = 0.92;
/// Squared length of a descriptor.
const SQUARE: i32 = 255 * 255;
/// Features of the other set that are compared while they are in the cache.
const BLOCK: usize = 64;

#[derive(Clone, Copy)]
struct Nearest {
    best: i32,
    second: i32,
    index: usize,
}

impl Nearest {
    const NONE: Self = Self { best: -1, second: -1, index: usize::MAX };

    /// Takes another candidate. The same point described for another direction is no rival.
    fn offer(&mut self, likeness: i32, index: usize, same: bool) {
        if likeness > self.best {
            if !same {
                self.second = self.best;
            }
            self.best = likeness;
            self.index = index;
        } else if likeness > self.second && !same {
            self.second = likeness;
        }
    }

    fn ratio(&self) -> f32 {
        let distance = |likeness: i32| ((SQUARE - likeness).max(1) as f32).sqrt();
        distance(self.best) / distance(self.second.max(0))
    }
}

fn likeness(a: &[i16; LENGTH], b: &[i16; LENGTH]) -> i32 {
    a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}

fn near(a: &Feature, b: &Feature) -> bool {
    (a.point.x - b.point.x).abs() + (a.point.y - b.point.y).abs() < 4.0
}

/// Mutual matches of two sets, surest first.
pub fn match_features(first: &[Feature], second: &[Feature]) -> Vec<Match> {
    let mut forward = vec![Nearest::NONE; first.len()];
    let mut backward = vec![Nearest::NONE; second.len()];
    for (block_index, block) in second.chunks(BLOCK).enumerate() {
        for (i, a) in first.iter().enumerate() {
            for (offset, b) in block.iter().enumerate() {
                let j = block_index * BLOCK + offset;
                let value = likeness(&a.descriptor, &b.descriptor);
                let there = &mut forward[i];
                if value > there.second {
                    let same = there.index != usize::MAX && near(&second[there.index], b);
                    there.offer(value, j, same);
                }
                let back = &mut backward[j];
                if value > back.second {
                    let same = back.index != usize::MAX && near(&first[back.index], a);
                    back.offer(value, i, same);
                }
            }
        }
    }
    let mut out: Vec<Match> = forward
        .iter()
        .enumerate()
        .filter(|(i, there)| there.index != usize::MAX && backward[there.index].index == *i)
        .map(|(a, there)| Match {
            a,
            b: there.index,
            ratio: there.ratio().max(backward[there.index].ratio()),
        })
        .filter(|found| found.ratio < LARGEST_RATIO)
        .collect();
    out.sort_by(|x, y| x.ratio.total_cmp(&y.ratio).then(x.a.cmp(&y.a)));
    // One match a place: a point described twice would count twice as evidence.
    let mut kept: Vec<Match> = Vec::with_capacity(out.len());
    let mut taken = std::collections::HashSet::new();
    for found in out {
        let place = &first[found.a].point;
        if taken.insert((place.x.to_bits(), place.y.to_bits())) {
            kept.push(found);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::detect::Point;
    use super::*;

    fn feature(x: f32, peak: usize) -> Feature {
        let mut descriptor = [0; LENGTH];
        descriptor[peak] = 255;
        let point = Point { x, y: 0.0, sigma: 2.0, strength: 1.0, octave: 0, level: 1 };
        Feature { point, angle: 0.0, descriptor }
    }

    #[test]
    fn likes_find_each_other() {
        let first: Vec<_> = (0..5).map(|i| feature(i as f32 * 50.0, i)).collect();
        let second: Vec<_> = (0..5).map(|i| feature(i as f32 * 50.0, 4 - i)).collect();
        let found = match_features(&first, &second);
        assert_eq!(found.len(), 5);
        assert!(found.iter().all(|m| m.a + m.b == 4));
    }

    #[test]
    fn twins_match_nothing() {
        let first = [feature(0.0, 3)];
        let second = [feature(0.0, 3), feature(90.0, 3)];
        assert!(match_features(&first, &second).is_empty());
    }
}
