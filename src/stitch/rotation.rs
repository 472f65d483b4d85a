//! The rotation between two bundles of rays, found among wrong matches.
//!
//! RANSAC (Fischler and Bolles 1981) on the minimal sample of two; with an unknown focal length the two-point
//! solver of Brown, Hartley and Nistér ("Minimal solutions for panoramic stitching", CVPR 2007). A result is
//! believed only when chance would hardly give it: the number of false alarms of Moisan and Stival (IJCV 2004).

use nalgebra::{Matrix3, Vector3};

use super::attitude::align;
use crate::stitch::dice::Dice;

/// Two rays thought to see the same point.
#[derive(Clone, Copy, Debug)]
pub struct RayPair {
    /// Unit vector in the first frame.
    pub a: Vector3<f64>,
    /// Unit vector in the second frame.
    pub b: Vector3<f64>,
}

/// A rotation and who agrees with it.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Maps the first frame to the second.
    pub rotation: Matrix3<f64>,
    /// Indices of the pairs that agree.
    pub inliers: Vec<usize>,
    /// log₁₀ of the number of false alarms: how many such agreements chance would give. −10 is beyond doubt.
    pub log_nfa: f64,
}

/// The rotation that maps `a1` to `b1` and `a2` to `b2` as nearly as possible, the first exactly.
pub(super) fn from_two(one: &RayPair, two: &RayPair) -> Option<Matrix3<f64>> {
    let frame = |u: &Vector3<f64>, v: &Vector3<f64>| {
        let across = u.cross(v).try_normalize(1e-9)?;
        // The bisector shares the error between both.
        let middle = (u + v).normalize();
        Some(Matrix3::from_columns(&[middle, across, middle.cross(&across)]))
    };
    Some(frame(&one.b, &two.b)? * frame(&one.a, &two.a)?.transpose())
}

/// Searches the rotation on which most pairs agree to `tolerance` radians. Pairs must come surest first.
/// `chance` is the probability that a wrong pair agrees by accident.
pub fn search(pairs: &[RayPair], tolerance: f64, chance: f64, seed: u64) -> Option<Agreement> {
    let count = pairs.len();
    if count < 4 {
        return None;
    }
    let mut dice = Dice(seed);
    let limit = tolerance.cos();
    let mut best: (usize, Option<Matrix3<f64>>) = (0, None);
    let mut rounds = 1500_usize;
    let mut round = 0;
    let dots = |one: &RayPair, two: &RayPair| (one.a.dot(&two.a), one.b.dot(&two.b));
    while round < rounds {
        round += 1;
        // PROSAC (Chum and Matas, CVPR 2005): first among the surest, later among all.
        let pool = (8 + round * count / 400).min(count);
        let (i, j) = ((dice.bits() % pool as u64) as usize, (dice.bits() % pool as u64) as usize);
        if i == j {
            continue;
        }
        let (da, db) = dots(&pairs[i], &pairs[j]);
        // Both angles must be the same, and large enough to tell the rotation.
        if da > 0.9998
            || (da.clamp(-1.0, 1.0).acos() - db.clamp(-1.0, 1.0).acos()).abs() > 2.0 * tolerance
        {
            continue;
        }
        let Some(rotation) = from_two(&pairs[i], &pairs[j]) else { continue };
        let agreeing = pairs.iter().filter(|p| (rotation * p.a).dot(&p.b) > limit).count();
        if agreeing > best.0 {
            best = (agreeing, Some(rotation));
            let share = agreeing as f64 / count as f64;
            let needed = (1e-4_f64.ln() / (1.0 - share * share).max(1e-12).ln()).ceil();
            rounds = rounds.min((needed as usize).max(60) + round);
        }
    }
    let mut rotation = best.1?;
    let mut inliers = Vec::new();
    for _ in 0..4 {
        inliers =
            (0..count).filter(|&i| (rotation * pairs[i].a).dot(&pairs[i].b) > limit).collect();
        if inliers.len() < 3 {
            return None;
        }
        let chosen: Vec<_> = inliers.iter().map(|&i| (pairs[i].a, pairs[i].b, 1.0)).collect();
        rotation = align(&chosen)?;
    }
    inliers.retain(|&i| (rotation * pairs[i].a).dot(&pairs[i].b) > limit);
    let log_nfa = log_false_alarms(count, inliers.len(), chance);
    Some(Agreement { rotation, inliers, log_nfa })
}

/// log₁₀ of the number of agreements of `agreeing` among `count` pairs that chance gives, of which two chose the rotation.
pub fn log_false_alarms(count: usize, agreeing: usize, chance: f64) -> f64 {
    if agreeing <= 2 {
        return 6.0;
    }
    let (n, k) = (count as f64, agreeing as f64);
    let log_choose = |n: f64, k: f64| {
        (log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0)) / 10.0_f64.ln()
    };
    (n - 2.0).max(1.0).log10()
        + log_choose(n, k)
        + log_choose(k, 2.0)
        + (k - 2.0) * chance.clamp(1e-12, 1.0).log10()
}

/// Stirling's series, exact enough from 1 on.
fn log_gamma(x: f64) -> f64 {
    if x < 8.0 {
        return log_gamma(x + 1.0) - x.ln();
    }
    (x - 0.5) * x.ln() - x + 0.918_938_533_204_672_7 + 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3))
}

/// Two points of one picture and where the other shows them, pixels from the axis.
type TwoPoints = [[[f64; 2]; 2]; 2];

/// Focal lengths (pixels, common to both pictures) at which the angle between the points is the same in both:
/// `points[picture][point]`. Up to three.
pub fn focal_lengths(points: &TwoPoints) -> Vec<f64> {
    let dot = |p: [f64; 2], q: [f64; 2]| p[0] * q[0] + p[1] * q[1];
    let [[a1, a2], [b1, b2]] = *points;
    let scale = dot(a1, a1).max(dot(b1, b1)).max(1.0);
    let (a11, a22, a12) = (dot(a1, a1) / scale, dot(a2, a2) / scale, dot(a1, a2) / scale);
    let (b11, b22, b12) = (dot(b1, b1) / scale, dot(b2, b2) / scale, dot(b1, b2) / scale);
    // (a12+w)²(b11+w)(b22+w) = (b12+w)²(a11+w)(a22+w), w = f²; the fourth power falls out.
    let product = |c: f64, s: f64, p: f64| {
        // (c + w)² (w² + s w + p) without w⁴.
        [c * c * p, c * c * s + 2.0 * c * p, c * c + 2.0 * c * s + p, 2.0 * c + s]
    };
    let left = product(a12, b11 + b22, b11 * b22);
    let right = product(b12, a11 + a22, a11 * a22);
    let c: [f64; 4] = std::array::from_fn(|i| left[i] - right[i]);
    roots_of_cubic(c[3], c[2], c[1], c[0])
        .into_iter()
        .filter(|w| *w > 1e-6)
        .map(|w| (w * scale).sqrt())
        .collect()
}

/// Real roots of `a x³ + b x² + c x + d`.
fn roots_of_cubic(a: f64, b: f64, c: f64, d: f64) -> Vec<f64> {
    let size = a.abs().max(b.abs()).max(c.abs()).max(d.abs());
    if a.abs() < 1e-12 * size {
        if b.abs() < 1e-12 * size {
            return if c.abs() < 1e-300 { Vec::new() } else { vec![-d / c] };
        }
        let inside = c * c - 4.0 * b * d;
        if inside < 0.0 {
            return Vec::new();
        }
        return vec![(-c - inside.sqrt()) / (2.0 * b), (-c + inside.sqrt()) / (2.0 * b)];
    }
    let (b, c, d) = (b / a, c / a, d / a);
    let shift = b / 3.0;
    let p = c - b * b / 3.0;
    let q = 2.0 * b * b * b / 27.0 - b * c / 3.0 + d;
    let discriminant = q * q / 4.0 + p * p * p / 27.0;
    if discriminant > 0.0 {
        let root = discriminant.sqrt();
        return vec![(-q / 2.0 + root).cbrt() + (-q / 2.0 - root).cbrt() - shift];
    }
    let r = (-p / 3.0).max(0.0).sqrt();
    let angle = if r < 1e-150 { 0.0 } else { (-q / 2.0 / (r * r * r)).clamp(-1.0, 1.0).acos() };
    (0..3)
        .map(|k| 2.0 * r * ((angle + std::f64::consts::TAU * f64::from(k)) / 3.0).cos() - shift)
        .collect()
}

/// The common focal length of two rectilinear pictures and how many of the matches agree with it.
/// `points` are pixels from the axis (x right, y up), surest first; `range` bounds the focal length.
pub fn search_focal(
    points: &[[[f64; 2]; 2]],
    range: (f64, f64),
    tolerance: f64,
    seed: u64,
) -> Option<(f64, usize)> {
    let mut dice = Dice(seed);
    let count = points.len();
    if count < 8 {
        return None;
    }
    let agreeing = |focal: f64, rotation: &Matrix3<f64>| {
        points
            .iter()
            .filter(|[a, b]| {
                let seen = rotation * Vector3::new(a[0], a[1], focal);
                let w = focal / seen.z;
                seen.z > 0.0 && (seen.x * w - b[0]).hypot(seen.y * w - b[1]) < tolerance
            })
            .count()
    };
    let ray = |p: [f64; 2], focal: f64| Vector3::new(p[0], p[1], focal).normalize();
    let mut best = (0.0, 0, Matrix3::identity());
    for round in 0..400 {
        let pool = (10 + round * count / 150).min(count);
        let (i, j) = ((dice.bits() % pool as u64) as usize, (dice.bits() % pool as u64) as usize);
        if i == j {
            continue;
        }
        let (one, two) = (points[i], points[j]);
        if (one[0][0] - two[0][0]).hypot(one[0][1] - two[0][1]) < 20.0 {
            continue;
        }
        for focal in focal_lengths(&[[one[0], two[0]], [one[1], two[1]]]) {
            if !(range.0..=range.1).contains(&focal) {
                continue;
            }
            let pair = |m: [[f64; 2]; 2]| RayPair { a: ray(m[0], focal), b: ray(m[1], focal) };
            let Some(rotation) = from_two(&pair(one), &pair(two)) else { continue };
            let number = agreeing(focal, &rotation);
            if number > best.1 {
                best = (focal, number, rotation);
            }
        }
    }
    if best.1 < 6 {
        return None;
    }
    // Polished: on the agreeing matches, the focal length at which the rotation fits best.
    let error = |focal: f64, chosen: &[[[f64; 2]; 2]]| -> Option<(f64, Matrix3<f64>)> {
        let rays: Vec<_> =
            chosen.iter().map(|[a, b]| (ray(*a, focal), ray(*b, focal), 1.0)).collect();
        let rotation = align(&rays)?;
        let sum = chosen
            .iter()
            .map(|[a, b]| {
                let seen = rotation * Vector3::new(a[0], a[1], focal);
                let w = focal / seen.z.max(1e-9);
                ((seen.x * w - b[0]).powi(2) + (seen.y * w - b[1]).powi(2))
                    .min(4.0 * tolerance * tolerance)
            })
            .sum();
        Some((sum, rotation))
    };
    let (mut focal, mut rotation) = (best.0, best.2);
    for _ in 0..2 {
        let chosen: Vec<_> = points
            .iter()
            .copied()
            .filter(|[a, b]| {
                let seen = rotation * Vector3::new(a[0], a[1], focal);
                let w = focal / seen.z;
                seen.z > 0.0 && (seen.x * w - b[0]).hypot(seen.y * w - b[1]) < tolerance
            })
            .collect();
        for step in [0.08, 0.03, 0.01, 0.003] {
            let tries: Vec<f64> = (-3..=3).map(|k| focal * (1.0 + step * f64::from(k))).collect();
            let found = tries
                .into_iter()
                .filter(|f| (range.0..=range.1).contains(f))
                .filter_map(|f| error(f, &chosen).map(|(sum, rotation)| (sum, f, rotation)))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, f, turned)) = found {
                (focal, rotation) = (f, turned);
            }
        }
    }
    Some((focal, agreeing(focal, &rotation)))
}

#[cfg(test)]
mod tests {
    use super::super::attitude::{Attitude, angle_between};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn two_points_tell_the_focal_length(focal in 300.0..3000.0_f64, yaw in 15.0..50.0_f64, pitch in -20.0..20.0_f64) {
            let turn = Attitude { yaw, pitch, roll: 3.0 }.matrix();
            let a = [Vector3::new(0.45, 0.2, 1.0), Vector3::new(0.7, -0.3, 1.0)];
            let flat = |v: Vector3<f64>| [focal * v.x / v.z, focal * v.y / v.z];
            let b = a.map(|v| turn.transpose() * v);
            prop_assume!(b.iter().all(|v| v.z > 0.2));
            let found = focal_lengths(&[a.map(flat), b.map(flat)]);
            prop_assert!(found.iter().any(|f| (f / focal - 1.0).abs() < 1e-5), "{found:?} {focal}");
        }
    }

    #[test]
    fn a_rotation_is_found_among_wrong_matches() {
        let truth = Attitude { yaw: 40.0, pitch: -5.0, roll: 8.0 }.matrix();
        let mut dice = Dice(5);
        let mut ray = || Vector3::new(dice.unit() - 0.5, dice.unit() - 0.5, 1.0).normalize();
        let pairs: Vec<RayPair> = (0..120)
            .map(|i| {
                let a = ray();
                RayPair { a, b: if i % 3 == 0 { truth * a } else { ray() } }
            })
            .collect();
        let found = search(&pairs, 0.004, 1e-4, 1).unwrap();
        assert!(angle_between(&found.rotation, &truth) < 1e-3 && found.inliers.len() >= 40);
        assert!(found.log_nfa < -50.0);
        let wrong: Vec<RayPair> = (0..200).map(|_| RayPair { a: ray(), b: ray() }).collect();
        assert!(search(&wrong, 0.004, 6e-5, 1).is_none_or(|found| found.log_nfa > -4.0));
    }
}
