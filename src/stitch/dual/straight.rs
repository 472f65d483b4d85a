//! The lenses' distortion from straight edges: the edges of buildings run in three directions, and the great circles of
//! parallel edges meet, but only when the lens is right.
//!
//! What both lenses see tells hardly more than the radius at a right angle to the axis; how the lens bends before that
//! only straight things tell (the "plumb lines" of Brown 1971, here by where they vanish).

use nalgebra::{Matrix2, Matrix3, Vector2, Vector3};

use super::fit::Pair;
use crate::geometry::Lens;
use crate::stitch::dice::Dice;
use crate::stitch::grey::in_order;
use crate::stitch::links::Circle;
use crate::stitch::photo::Photo;
use crate::stitch::segments::{Course, Detail, of_photo};

/// Radial terms k₁ and k₂ that are tried: the first, the step, and how many.
const TRIED: [(f64, f64, usize); 2] = [(-0.08, 0.01, 17), (-0.012, 0.006, 5)];
/// What is expected of them: standard deviations about 0.
const EXPECTED: [f64; 2] = [0.04, 0.006];
/// Tolerance of an edge against a direction, degrees.
const TOLERANCE: f64 = 0.8;
/// What agreement (sines of the lengths of edges that agree) is worth as a logarithm of likelihood: edges are neither
/// independent nor all of buildings.
const WORTH: f64 = 2.0;
/// Least standard deviations of k₁ and k₂.
const SURE: [f64; 2] = [0.004, 0.0015];
/// Pairs of edges that are tried for each direction.
const PAIRS: usize = 200;
/// Rooms that are tried.
const ROOMS: usize = 400;
/// Longest list of edges that are looked at.
const MOST: usize = 500;
/// Shortest edge, as a share of the picture's shorter side: of coarse and of fine ones.
const SHORTEST: [f64; 2] = [1.0 / 16.0, 1.0 / 24.0];
/// Share of the radius within which edges are looked at.
const RIM: f64 = 0.94;

/// An edge in pixels of a picture.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Which lens's.
    pub side: usize,
    /// One end.
    pub from: [f64; 2],
    /// Where it is halfway, if that is known.
    pub middle: Option<[f64; 2]>,
    /// The other end.
    pub to: [f64; 2],
}

/// The longest edges that both lenses see, longest first, in pixels of the kept pictures.
pub fn edges(photos: [&Photo; 2], circles: [Circle; 2], detail: Detail) -> Vec<Edge> {
    let mut edges: Vec<Edge> =
        in_order(2, |side| edges_of(side, photos[side], circles[side], detail)).concat();
    edges.sort_by(|a, b| length(b).total_cmp(&length(a)));
    edges.truncate(MOST);
    edges
}

/// Pixels from end to end.
pub fn length(edge: &Edge) -> f64 {
    (edge.from[0] - edge.to[0]).hypot(edge.from[1] - edge.to[1])
}

/// The radial terms at which most edges run in three directions, at the radius that `pair` has at a right angle, and the
/// inverse of their covariance.
pub fn radial(edges: &[Edge], pair: &Pair) -> (Vector2<f64>, Matrix2<f64>) {
    let tried = |at: usize| {
        let place = [at % TRIED[0].2, at / TRIED[0].2];
        Vector2::from_fn(|k, _| TRIED[k].0 + TRIED[k].1 * place[k] as f64)
    };
    // Agreement as a logarithm of likelihood, with what is known beforehand: the mean and covariance of what is left.
    let logs = in_order(TRIED[0].2 * TRIED[1].2, |at| {
        let terms = tried(at);
        let unlikely: f64 = (0..2).map(|k| (terms[k] / EXPECTED[k]).powi(2)).sum();
        WORTH * agreement(&normals(edges, &bent(pair, terms))) - unlikely / 2.0
    });
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let weighted = || weights.iter().enumerate().map(|(at, weight)| (tried(at), weight / sum));
    let mean = weighted().fold(Vector2::zeros(), |all, (terms, weight)| all + terms * weight);
    let covariance = weighted().fold(Matrix2::zeros(), |all, (terms, weight)| {
        let off = terms - mean;
        all + off * off.transpose() * weight
    });
    let floor = Matrix2::from_diagonal(&Vector2::from(SURE.map(|sigma| sigma * sigma)));
    (mean, (covariance + floor).try_inverse().unwrap_or_else(Matrix2::zeros))
}

/// `pair` with other radial terms and the same radius at a right angle.
pub fn bent(pair: &Pair, terms: Vector2<f64>) -> Pair {
    let square = std::f64::consts::FRAC_PI_2.powi(2);
    let stretch = |[a, b]: [f64; 2]| 1.0 + square * (a + square * b);
    let radial: [f64; 2] = terms.into();
    let mut out = pair.clone();
    for lens in &mut out.lenses {
        let focal = lens.focal * stretch(lens.radial) / stretch(radial);
        *lens = Lens { focal, radial, ..*lens };
    }
    out
}

fn edges_of(side: usize, photo: &Photo, (centre, radius): Circle, detail: Detail) -> Vec<Edge> {
    let shortest = match detail {
        Detail::Halved => SHORTEST[0],
        Detail::Working => SHORTEST[1],
    };
    of_photo(photo, detail, shortest, Course::Bowed, Some((centre, RIM * radius)))
        .into_iter()
        .map(|segment| Edge { side, from: segment.from, middle: None, to: segment.to })
        .collect()
}

/// Normal of an edge's great circle in the first camera's frame, as long as the sine of the edge's length.
fn across(edge: &Edge, pair: &Pair) -> Option<Vector3<f64>> {
    let lens = &pair.lenses[edge.side];
    let across = lens.unproject(edge.from)?.cross(&lens.unproject(edge.to)?);
    Some(if edge.side == 0 { across } else { pair.rotation * across })
}

/// Pixels by which an edge is bent: how far its middle is from the great circle through its ends. In pixels, not as an
/// angle: a lens that makes all angles smaller is no better for that.
pub fn bow(edge: &Edge, pair: &Pair) -> Option<f64> {
    let lens = &pair.lenses[edge.side];
    let seen = edge.middle?;
    let middle = lens.unproject(seen)?;
    let across = lens.unproject(edge.from)?.cross(&lens.unproject(edge.to)?).try_normalize(1e-3)?;
    let off = across.dot(&middle);
    let on = lens.project(&(middle - across * off))?;
    Some((on[0] - seen[0]).hypot(on[1] - seen[1]).copysign(off))
}

/// Unit normal of an edge's great circle in the first camera's frame.
pub fn normal(edge: &Edge, pair: &Pair) -> Option<Vector3<f64>> {
    across(edge, pair)?.try_normalize(1e-3)
}

/// Normals of the edges' great circles in the first camera's frame, and the sines of their lengths.
pub fn normals(edges: &[Edge], pair: &Pair) -> Vec<(Vector3<f64>, f64)> {
    edges
        .iter()
        .filter_map(|edge| {
            let across = across(edge, pair)?;
            let sine = across.norm();
            (sine > 1e-3).then(|| (across / sine, sine))
        })
        .collect()
}

/// Three directions at right angles in which most edges run, of their normals and weights; RANSAC.
pub fn room(normals: &[(Vector3<f64>, f64)]) -> Option<Matrix3<f64>> {
    let limit = (2.0 * TOLERANCE).to_radians().sin();
    if normals.is_empty() {
        return None;
    }
    let score = |room: &Matrix3<f64>| -> f64 {
        let fit = |(normal, weight): &(Vector3<f64>, f64)| {
            let off = room.tr_mul(normal).amin() / limit;
            weight * (1.0 - off * off).max(0.0)
        };
        normals.iter().map(fit).sum()
    };
    let mut dice = Dice(23);
    let mut best: (f64, Option<Matrix3<f64>>) = (0.0, None);
    for _ in 0..ROOMS {
        let mut pick = || normals[(dice.bits() % normals.len() as u64) as usize].0;
        let (a, b, c) = (pick(), pick(), pick());
        let Some(x) = a.cross(&b).try_normalize(0.1) else { continue };
        let Some(y) = x.cross(&c).try_normalize(0.1) else { continue };
        let room = Matrix3::from_columns(&[x, y, x.cross(&y)]);
        let value = score(&room);
        if value > best.0 {
            best = (value, Some(room));
        }
    }
    best.1
}

/// How much of the edges runs in the best three directions, one after the other: the sum of their weights, as if all
/// weights were 30 together. A lens that makes all edges longer is no better for that.
fn agreement(normals: &[(Vector3<f64>, f64)]) -> f64 {
    let limit = TOLERANCE.to_radians().sin();
    let fit = |n: &Vector3<f64>, axis: &Vector3<f64>| {
        let d = n.dot(axis) / limit;
        (1.0 - d * d).max(0.0)
    };
    let mut left: Vec<(Vector3<f64>, f64)> = normals.to_vec();
    let mut total = 0.0;
    let mut dice = Dice(7);
    for _ in 0..3 {
        if left.len() < 8 {
            break;
        }
        let score = |axis: &Vector3<f64>| -> f64 {
            left.iter().map(|(n, weight)| weight * fit(n, axis)).sum()
        };
        let mut best = (0.0, Vector3::z());
        for _ in 0..PAIRS {
            let mut pick = || left[(dice.bits() % left.len() as u64) as usize].0;
            let Some(axis) = pick().cross(&pick()).try_normalize(0.1) else { continue };
            let value = score(&axis);
            if value > best.0 {
                best = (value, axis);
            }
        }
        let mut axis = best.1;
        for _ in 0..4 {
            let mut sum = Matrix3::zeros();
            for (n, weight) in &left {
                sum += n * n.transpose() * (weight / (1.0 + (2.0 * n.dot(&axis) / limit).powi(4)));
            }
            let eigen = sum.symmetric_eigen();
            axis = eigen.eigenvectors.column(eigen.eigenvalues.imin()).into_owned();
        }
        let value = score(&axis);
        if value < best.0 {
            axis = best.1;
        }
        total += value.max(best.0);
        left.retain(|(n, _)| n.dot(&axis).abs() > 2.0 * limit);
    }
    let all: f64 = normals.iter().map(|(_, weight)| weight).sum();
    30.0 * total / all.max(10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dual::coarse::Guess;

    #[test]
    fn edges_in_three_directions_tell_the_distortion() {
        let circles = [([500.0, 500.0], 480.0); 2];
        let guess = Guess { field: 195.0, roll: 0.0, score: 1.0 };
        let equidistant = Pair::guessed(&guess, circles);
        for truth in [-0.04, 0.0, 0.03] {
            let pair = bent(&equidistant, Vector2::new(truth, 0.0));
            let mut dice = Dice(2);
            let turn = crate::stitch::attitude::exponential(&Vector3::new(0.2, 0.3, -0.1));
            let mut edges = Vec::new();
            while edges.len() < 240 {
                let along = turn.column(edges.len() % 3).into_owned();
                let from = Vector3::new(dice.normal(), dice.normal(), dice.normal()).normalize();
                let to = (from + along * 0.25).normalize();
                let lens = &pair.lenses[0];
                if from.z < 0.0 {
                    continue;
                }
                let (Some(a), Some(b)) = (lens.project(&from), lens.project(&to)) else { continue };
                let noisy = |p: [f64; 2], dice: &mut Dice| p.map(|v| v + 0.3 * dice.normal());
                let (a, b) = (noisy(a, &mut dice), noisy(b, &mut dice));
                edges.push(Edge { side: 0, from: a, middle: None, to: b });
            }
            let tried = |at: usize| TRIED[0].0 + TRIED[0].1 * at as f64;
            let scores: Vec<f64> = (0..TRIED[0].2)
                .map(|at| {
                    let terms = Vector2::new(tried(at), 0.0);
                    agreement(&normals(&edges, &bent(&equidistant, terms)))
                })
                .collect();
            let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
            let found = tried(best);
            assert!((found - truth).abs() < 0.011, "{truth} {found} {scores:?}");
        }
    }
}
