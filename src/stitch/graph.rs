//! Which photos belong together, and how they are turned to one another.
//!
//! Pairs first, each judged by its number of false alarms and by the rings that it closes; then a tree from the
//! surest pairs; then photos that no single neighbour could place are tried against all that are placed together.

use nalgebra::{Matrix3, Vector3};

use super::attitude::{angle_between, nearest_rotation};
use super::describe::Feature;
use super::error::StitchError;
use super::grey::in_order;
use super::matching::{Match, match_features};
use super::rotation::{Agreement, RayPair, search};
use super::tolerance::Tolerances;
use crate::base::Cancel;
use crate::geometry::Lens;

/// What is believed at once: log₁₀ of the number of false alarms.
pub(super) const SURE: f64 = -9.0;
/// The same below which features in common cannot be another thing that looks alike.
const FAR_BEYOND_CHANCE: f64 = -40.0;
/// Fewest agreeing matches of a pair.
pub(super) const FEWEST: usize = 7;
/// Rings whose turn is off by more than this are not closed, degrees.
const RING: f64 = 2.5;

/// Matches of two photos, `a < b`.
#[derive(Clone, Debug)]
pub struct Pair {
    /// First photo.
    pub a: usize,
    /// Second photo.
    pub b: usize,
    /// Matches by likeness alone, surest first.
    pub matches: Vec<Match>,
}

/// A pair whose photos overlap.
#[derive(Clone, Debug)]
pub struct Edge {
    /// First photo.
    pub a: usize,
    /// Second photo.
    pub b: usize,
    /// From the frame of `a` to the frame of `b`.
    pub rotation: Matrix3<f64>,
    /// Matches that agree with it.
    pub agreeing: Vec<Match>,
    /// log₁₀ of the number of false alarms.
    pub log_nfa: f64,
}

impl Edge {
    /// Whether what both photos have in common cannot be two things that look alike.
    pub fn is_far_beyond_chance(&self) -> bool {
        self.log_nfa < FAR_BEYOND_CHANCE
    }
}

/// Photos that hang together.
#[derive(Clone, Debug)]
pub struct Component {
    /// The photos, ascending.
    pub photos: Vec<usize>,
}

/// Compares the features of all `candidates`.
pub fn pairs(
    features: &[Vec<Feature>],
    candidates: &[(usize, usize)],
    cancel: &Cancel,
) -> Result<Vec<Pair>, StitchError> {
    let found = in_order(candidates.len(), |index| {
        let (a, b) = candidates[index];
        if cancel.is_cancelled() {
            return Pair { a, b, matches: Vec::new() };
        }
        Pair { a, b, matches: match_features(&features[a], &features[b]) }
    });
    if cancel.is_cancelled() { Err(StitchError::Cancelled) } else { Ok(found) }
}

/// Rays of a photo's features; `None` beyond the lens.
pub type Rays = Vec<Option<Vector3<f64>>>;

/// Rays of the features of every photo.
pub fn rays(features: &[Vec<Feature>], lenses: &[Lens]) -> Vec<Rays> {
    features
        .iter()
        .zip(lenses)
        .map(|(features, lens)| {
            features
                .iter()
                .map(|f| lens.unproject([f64::from(f.point.x), f64::from(f.point.y)]))
                .collect()
        })
        .collect()
}

fn agreement(
    pair: &Pair,
    rays: &[Rays],
    tolerance: f64,
    chance: f64,
) -> Option<(Agreement, Vec<Match>)> {
    let usable: Vec<(Match, RayPair)> = pair
        .matches
        .iter()
        .filter_map(|m| Some((*m, RayPair { a: rays[pair.a][m.a]?, b: rays[pair.b][m.b]? })))
        .collect();
    let only: Vec<RayPair> = usable.iter().map(|(_, rays)| *rays).collect();
    let found = search(&only, tolerance, chance, (pair.a * 1009 + pair.b) as u64)?;
    let agreeing = found.inliers.iter().map(|&i| usable[i].0).collect();
    Some((found, agreeing))
}

/// Judges all pairs with known lenses. Incomplete once `cancel` is set.
pub fn edges(pairs: &[Pair], rays: &[Rays], tolerances: &Tolerances, cancel: &Cancel) -> Vec<Edge> {
    let found = in_order(pairs.len(), |index| {
        if cancel.is_cancelled() {
            return None;
        }
        let pair = &pairs[index];
        let (tolerance, chance) = tolerances.of([pair.a, pair.b].into_iter());
        let (found, agreeing) = agreement(pair, rays, tolerance, chance)?;
        (found.log_nfa < SURE && agreeing.len() >= FEWEST).then_some(Edge {
            a: pair.a,
            b: pair.b,
            rotation: found.rotation,
            agreeing,
            log_nfa: found.log_nfa,
        })
    });
    found.into_iter().flatten().collect()
}

/// Removes edges that more triangles contradict than confirm, weakest first.
pub fn without_contradictions(mut edges: Vec<Edge>, count: usize) -> Vec<Edge> {
    loop {
        let mut table: Vec<Option<usize>> = vec![None; count * count];
        for (index, edge) in edges.iter().enumerate() {
            table[edge.a * count + edge.b] = Some(index);
            table[edge.b * count + edge.a] = Some(index);
        }
        let turn = |from: usize, to: usize| -> Option<Matrix3<f64>> {
            let edge = &edges[table[from * count + to]?];
            Some(if edge.a == from { edge.rotation } else { edge.rotation.transpose() })
        };
        let votes: Vec<(usize, usize)> = edges
            .iter()
            .map(|edge| {
                let (mut good, mut bad) = (0, 0);
                for third in 0..count {
                    if let (Some(out), Some(back)) = (turn(edge.b, third), turn(third, edge.a)) {
                        let off =
                            angle_between(&(back * out * edge.rotation), &Matrix3::identity());
                        if off < RING { good += 1 } else { bad += 1 }
                    }
                }
                (good, bad)
            })
            .collect();
        let worst = (0..edges.len()).filter(|&i| votes[i].1 > votes[i].0).max_by(|&i, &j| {
            let score = |k: usize| (votes[k].1 - votes[k].0, edges[k].log_nfa);
            score(i).0.cmp(&score(j).0).then(score(i).1.total_cmp(&score(j).1))
        });
        match worst {
            Some(index) => {
                edges.remove(index);
            }
            None => return edges,
        }
    }
}

/// Poses from the surest tree, and the photos that hang together, largest component first.
pub fn spanning(edges: &[Edge], count: usize) -> (Vec<Matrix3<f64>>, Vec<Component>) {
    let mut order: Vec<&Edge> = edges.iter().collect();
    order.sort_by(|x, y| y.agreeing.len().cmp(&x.agreeing.len()).then((x.a, x.b).cmp(&(y.a, y.b))));
    let mut group: Vec<usize> = (0..count).collect();
    let mut rotations = vec![Matrix3::identity(); count];
    for edge in order {
        let (ga, gb) = (group[edge.a], group[edge.b]);
        if ga == gb {
            continue;
        }
        // World of b's group to world of a's: R_a (edge: a → b)ᵀ R_bᵀ.
        let shift = rotations[edge.a] * edge.rotation.transpose() * rotations[edge.b].transpose();
        join(&mut group, &mut rotations, ga, gb, &shift);
    }
    (rotations, components(&group))
}

fn join(
    group: &mut [usize],
    rotations: &mut [Matrix3<f64>],
    keep: usize,
    take: usize,
    shift: &Matrix3<f64>,
) {
    for index in 0..group.len() {
        if group[index] == take {
            rotations[index] = nearest_rotation(&(shift * rotations[index]));
            group[index] = keep;
        }
    }
}

fn components(group: &[usize]) -> Vec<Component> {
    let mut out: Vec<Component> = Vec::new();
    let mut names: Vec<usize> = group.to_vec();
    names.sort_unstable();
    names.dedup();
    for name in names {
        out.push(Component { photos: (0..group.len()).filter(|&i| group[i] == name).collect() });
    }
    out.sort_by(|x, y| y.photos.len().cmp(&x.photos.len()).then(x.photos[0].cmp(&y.photos[0])));
    out
}

/// A weak bond of two components: matches of many pairs that agree on one turn.
#[derive(Clone, Debug)]
pub struct Bond {
    /// World of the second to world of the first.
    pub shift: Matrix3<f64>,
    /// Agreeing matches, by pair.
    pub edges: Vec<Edge>,
    /// log₁₀ of the number of false alarms.
    pub log_nfa: f64,
}

/// A match between two components.
#[derive(Clone, Copy, Debug)]
pub struct Between {
    /// Index of its pair.
    pub pair: usize,
    /// The match.
    pub found: Match,
    /// The world of the second component, then that of the first.
    pub rays: RayPair,
}

/// All matches between two components, surest first.
pub fn pool_of(
    first: &Component,
    second: &Component,
    pairs: &[Pair],
    rays: &[Rays],
    rotations: &[Matrix3<f64>],
) -> Vec<Between> {
    let inside =
        |component: &Component, photo: usize| component.photos.binary_search(&photo).is_ok();
    let mut pool: Vec<Between> = Vec::new();
    for (index, pair) in pairs.iter().enumerate() {
        let straight = inside(first, pair.a) && inside(second, pair.b);
        let crossed = inside(first, pair.b) && inside(second, pair.a);
        if !(straight || crossed) {
            continue;
        }
        for m in &pair.matches {
            let (Some(a), Some(b)) = (rays[pair.a][m.a], rays[pair.b][m.b]) else { continue };
            let (wa, wb) = (rotations[pair.a] * a, rotations[pair.b] * b);
            let rays = if straight { RayPair { a: wb, b: wa } } else { RayPair { a: wa, b: wb } };
            pool.push(Between { pair: index, found: *m, rays });
        }
    }
    pool.sort_by(|x, y| {
        x.found.ratio.total_cmp(&y.found.ratio).then((x.pair, x.found.a).cmp(&(y.pair, y.found.a)))
    });
    pool
}

/// Whether two components can be bound by all their matches together.
pub fn bond(
    first: &Component,
    second: &Component,
    pairs: &[Pair],
    rays: &[Rays],
    rotations: &[Matrix3<f64>],
    tolerances: &Tolerances,
) -> Option<Bond> {
    let photos = first.photos.iter().chain(&second.photos);
    let (tolerance, chance) = tolerances.of(photos.copied());
    let inside =
        |component: &Component, photo: usize| component.photos.binary_search(&photo).is_ok();
    let pool = pool_of(first, second, pairs, rays, rotations);
    let only: Vec<RayPair> = pool.iter().map(|entry| entry.rays).collect();
    // Matches of overlapping neighbours repeat one another: the same point counts once, seen from each of them.
    let found = search(&only, tolerance, chance, 77)?;
    let mut places: Vec<Vector3<f64>> = Vec::new();
    for &i in &found.inliers {
        if places.iter().all(|p| p.dot(&only[i].b) < (3.0 * tolerance).cos()) {
            places.push(only[i].b);
        }
    }
    let log_nfa = super::rotation::log_false_alarms(only.len(), places.len(), chance);
    if log_nfa > SURE || places.len() < FEWEST {
        return None;
    }
    let mut by_pair: std::collections::BTreeMap<usize, Vec<Match>> =
        std::collections::BTreeMap::new();
    for &i in &found.inliers {
        by_pair.entry(pool[i].pair).or_default().push(pool[i].found);
    }
    let edges = by_pair
        .into_iter()
        .map(|(index, agreeing)| {
            let pair = &pairs[index];
            let world = |photo: usize| {
                if inside(second, photo) {
                    found.rotation * rotations[photo]
                } else {
                    rotations[photo]
                }
            };
            let rotation = world(pair.b).transpose() * world(pair.a);
            Edge { a: pair.a, b: pair.b, rotation, agreeing, log_nfa }
        })
        .collect();
    Some(Bond { shift: found.rotation, edges, log_nfa })
}

/// Joins components as long as any two can be bound. Returns the edges that bind them.
pub fn bind_components(
    rotations: &mut [Matrix3<f64>],
    components: &mut Vec<Component>,
    pairs: &[Pair],
    rays: &[Rays],
    tolerances: &Tolerances,
    cancel: &Cancel,
) -> Vec<Edge> {
    let mut out = Vec::new();
    loop {
        let mut candidates: Vec<(usize, usize)> = Vec::new();
        for i in 0..components.len() {
            for j in i + 1..components.len() {
                candidates.push((i, j));
            }
        }
        let found = in_order(candidates.len(), |index| {
            let (i, j) = candidates[index];
            if cancel.is_cancelled() {
                return None;
            }
            bond(&components[i], &components[j], pairs, rays, rotations, tolerances)
                .map(|bond| (i, j, bond))
        });
        let best = found.into_iter().flatten().min_by(|x, y| x.2.log_nfa.total_cmp(&y.2.log_nfa));
        let Some((i, j, bond)) = best else { return out };
        let taken = components.remove(j);
        for &photo in &taken.photos {
            rotations[photo] = nearest_rotation(&(bond.shift * rotations[photo]));
        }
        components[i].photos.extend(taken.photos);
        components[i].photos.sort_unstable();
        components.sort_by(|x, y| {
            y.photos.len().cmp(&x.photos.len()).then(x.photos[0].cmp(&y.photos[0]))
        });
        out.extend(bond.edges);
    }
}

#[cfg(test)]
mod tests {
    use super::super::attitude::Attitude;
    use super::*;

    fn edge(a: usize, b: usize, from: &Matrix3<f64>, to: &Matrix3<f64>, size: usize) -> Edge {
        let agreeing = vec![Match { a: 0, b: 0, ratio: 0.5 }; size];
        Edge { a, b, rotation: to.transpose() * from, agreeing, log_nfa: -(size as f64) }
    }

    #[test]
    fn a_lie_is_outvoted_and_the_rest_hangs_together() {
        let world: Vec<_> = (0..5)
            .map(|i| Attitude { yaw: 20.0 * f64::from(i), pitch: 0.0, roll: 0.0 }.matrix())
            .collect();
        let mut edges: Vec<Edge> = Vec::new();
        for a in 0..4 {
            for b in a + 1..4 {
                edges.push(edge(a, b, &world[a], &world[b], 20));
            }
        }
        edges[1].rotation = Attitude { yaw: 70.0, pitch: 0.0, roll: 0.0 }.matrix();
        let edges = without_contradictions(edges, 5);
        assert_eq!(edges.len(), 5);
        let (rotations, components) = spanning(&edges, 5);
        assert_eq!(components[0].photos, [0, 1, 2, 3]);
        assert_eq!(components[1].photos, [4]);
        let turn = rotations[3].transpose() * rotations[0];
        assert!(angle_between(&turn, &(world[3].transpose() * world[0])) < 1e-6);
    }
}
