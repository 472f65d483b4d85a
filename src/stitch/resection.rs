//! Resection: turn and focal length of one photo from where it shows points whose directions are known.
//!
//! Two points are enough: the angle between their directions tells the focal length, as the angle between two pixels grows
//! with nothing else. RANSAC over such samples, judged as pairs are (`rotation`); polished over all that agrees.

use nalgebra::{Matrix3, Vector3};

use super::attitude::align;
use super::dice::Dice;
use super::rotation::{RayPair, from_two};

/// Samples that are tried.
const ROUNDS: usize = 600;
/// Two points must be apart by this share of the focal length to tell it.
const APART: f64 = 0.05;
/// Changes of the focal length that are tried to polish it, and how often each way.
const STEPS: [f64; 4] = [0.03, 0.01, 0.003, 0.001];
const WAYS: i32 = 3;

/// A point whose direction is known.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// Pixels from the middle of the photo, x right, y up.
    pub at: [f64; 2],
    /// Unit vector in the world.
    pub world: Vector3<f64>,
}

impl Sight {
    fn ray(&self, focal: f64) -> Vector3<f64> {
        Vector3::new(self.at[0], self.at[1], focal).normalize()
    }
}

/// How exactly points are known.
#[derive(Clone, Copy, Debug)]
pub struct Exactness {
    /// In the photo, pixels.
    pub pixels: f64,
    /// Of their directions, radians.
    pub angle: f64,
}

impl Exactness {
    /// Twice as exactly.
    pub fn halved(self) -> Self {
        Self { pixels: self.pixels / 2.0, angle: self.angle / 2.0 }
    }

    /// By which angle a point may be off where the photo has this focal length.
    pub fn angle_at(&self, focal: f64) -> f64 {
        self.angle.max(self.pixels / focal)
    }
}

/// How a photo looks into the world.
#[derive(Clone, Copy, Debug)]
pub struct Resection {
    /// Camera to world.
    pub rotation: Matrix3<f64>,
    /// Pixels.
    pub focal: f64,
    /// How many points agree with it.
    pub agreeing: usize,
}

impl Resection {
    /// Whether a point is seen where it should be.
    fn agrees(&self, sight: &Sight, exact: Exactness) -> bool {
        let limit = exact.angle_at(self.focal).cos();
        (self.rotation * sight.ray(self.focal)).dot(&sight.world) > limit
    }

    /// The same with its agreeing points counted anew.
    pub fn counted(self, sights: &[Sight], exact: Exactness) -> Self {
        let agreeing = sights.iter().filter(|sight| self.agrees(sight, exact)).count();
        Self { agreeing, ..self }
    }
}

/// The rectilinear view on which most of `sights` agree, a focal length in `range` (pixels); surest first.
pub fn resect(
    sights: &[Sight],
    range: (f64, f64),
    exact: Exactness,
    seed: u64,
) -> Option<Resection> {
    let mut dice = Dice(seed);
    let mut best: Option<Resection> = None;
    for round in 0..ROUNDS {
        // PROSAC, as in `rotation`.
        let pool = (8 + round * sights.len() / 200).min(sights.len());
        let mut pick = || sights.get((dice.bits() % pool.max(1) as u64) as usize);
        let (Some(one), Some(two)) = (pick(), pick()) else { break };
        for focal in focal_lengths(one, two) {
            let apart = (one.at[0] - two.at[0]).hypot(one.at[1] - two.at[1]);
            if !(range.0..=range.1).contains(&focal) || apart < APART * focal {
                continue;
            }
            let [a, b] = [one, two].map(|s| RayPair { a: s.ray(focal), b: s.world });
            let Some(rotation) = from_two(&a, &b) else { continue };
            let found = Resection { rotation, focal, agreeing: 0 }.counted(sights, exact);
            if best.is_none_or(|best| found.agreeing > best.agreeing) {
                best = Some(found);
            }
        }
    }
    best.map(|best| polished(best, sights, exact))
}

/// The same, fitted to all that agrees with it.
pub fn polished(mut found: Resection, sights: &[Sight], exact: Exactness) -> Resection {
    for step in STEPS {
        let chosen: Vec<&Sight> = sights.iter().filter(|s| found.agrees(s, exact)).collect();
        let fitted = |k: i32| {
            let focal = found.focal * (1.0 + step * f64::from(k));
            let rays: Vec<_> = chosen.iter().map(|s| (s.ray(focal), s.world, 1.0)).collect();
            let rotation = align(&rays)?;
            let off = |(ray, world, _): &(Vector3<f64>, Vector3<f64>, f64)| {
                (rotation * ray - world).norm_squared()
            };
            Some((rays.iter().map(off).sum::<f64>(), rotation, focal))
        };
        let tried = (-WAYS..=WAYS).filter_map(fitted);
        if let Some((_, rotation, focal)) = tried.min_by(|a, b| a.0.total_cmp(&b.0)) {
            found = Resection { rotation, focal, ..found };
        }
    }
    found.counted(sights, exact)
}

/// Focal lengths at which two points are as far apart as their directions are.
fn focal_lengths(one: &Sight, two: &Sight) -> Vec<f64> {
    let dot = |p: &Sight, q: &Sight| p.at[0] * q.at[0] + p.at[1] * q.at[1];
    let (a, b, ab) = (dot(one, one), dot(two, two), dot(one, two));
    let cosine = one.world.dot(&two.world);
    // (ab + w)² = cos² (a + w)(b + w), w = f².
    let c2 = cosine * cosine;
    let square = 1.0 - c2;
    let half = ab - c2 * (a + b) / 2.0;
    let rest = ab * ab - c2 * a * b;
    let inside = half * half - square * rest;
    if square < 1e-12 || inside < 0.0 {
        return Vec::new();
    }
    let roots = [-1.0, 1.0].map(|sign| (-half + sign * inside.sqrt()) / square);
    // Squared, more than 90° looks like less.
    let kept = roots.into_iter().filter(|w| *w > 0.0 && (ab + w) * cosine >= 0.0);
    kept.map(f64::sqrt).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::attitude::{Attitude, angle_between};
    use super::*;

    const EXACT: Exactness = Exactness { pixels: 2.0, angle: 0.001 };

    fn sights(
        focal: f64,
        rotation: &Matrix3<f64>,
        count: usize,
        wrong: usize,
        dice: &mut Dice,
    ) -> Vec<Sight> {
        let mut place = || [700.0, 500.0].map(|side| (2.0 * dice.unit() - 1.0) * side);
        let (mut right, mut out) = (Vec::new(), Vec::new());
        for index in 0..count + wrong {
            let shown = place();
            let at = if index < count { shown } else { place() };
            let sight = Sight { at: shown, world: Vector3::zeros() };
            let kept = if index < count { &mut right } else { &mut out };
            kept.push(Sight { at, world: rotation * sight.ray(focal) });
        }
        // Mixed, as matches are.
        let mut all = right;
        for (k, wrong) in out.into_iter().enumerate() {
            all.insert((k * 3) % (all.len() + 1), wrong);
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_view_is_found_among_wrong_points(
            focal in 500.0..3000.0_f64, yaw in -180.0..180.0_f64, pitch in -60.0..60.0_f64, seed in 0..1000_u64,
        ) {
            let rotation = Attitude { yaw, pitch, roll: 5.0 }.matrix();
            let all = sights(focal, &rotation, 30, 40, &mut Dice(seed));
            let found = resect(&all, (300.0, 5000.0), EXACT, seed).unwrap();
            prop_assert!((found.focal / focal - 1.0).abs() < 0.003, "{} for {focal}", found.focal);
            prop_assert!(angle_between(&found.rotation, &rotation) < 0.1);
            prop_assert!(found.agreeing >= 30);
        }
    }

    #[test]
    fn two_points_more_than_a_right_angle_apart_tell_it_too() {
        let rotation = Attitude { yaw: 20.0, pitch: 10.0, roll: 0.0 }.matrix();
        let at = |x: f64| Sight { at: [x, 100.0], world: Vector3::zeros() };
        let [one, two] = [-900.0, 950.0].map(|x| {
            let sight = at(x);
            Sight { world: rotation * sight.ray(600.0), ..sight }
        });
        assert!(focal_lengths(&one, &two).iter().any(|f| (f - 600.0).abs() < 1e-6));
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert!(resect(&[], (300.0, 5000.0), EXACT, 1).is_none());
    }
}
