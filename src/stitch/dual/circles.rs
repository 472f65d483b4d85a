//! Finds the circle that a fisheye lens draws on a picture, also where the border cuts it or flare surrounds it.
//!
//! Along rays from the middle, places where it grows much darker outwards are candidates; the circle through most of
//! them is found by RANSAC (Fischler and Bolles 1981) and fitted to the candidates near it.

use nalgebra::{Matrix3, Vector3};

use crate::stitch::dice::Dice;
use crate::stitch::grey::{Grey, in_order};
use crate::stitch::links::{self, Circle};

/// Rays that are looked along.
const RAYS: usize = 360;
/// Candidates kept of a ray.
const CANDIDATES: usize = 3;
/// Least drop at a candidate: logarithm of the light inside through the light outside.
const DROP: f32 = 0.3;
/// Light of 0 to 1 added to both sides of a drop, so that noise in the dark is none.
const DARK: f32 = 0.012;

/// Blur before rims are sought, pixels.
const BLUR: f32 = 1.2;
/// Shortest side of a picture in which circles are sought, pixels.
const SMALLEST: usize = 40;
/// Support of a rim that is beyond doubt.
const CERTAIN: f64 = 0.8;
/// Least support of a rim that says where another is.
const PLAIN: f64 = 0.5;
/// Logarithm by which the radii of one camera's circles differ at most.
const ALIKE: f64 = 0.02;

/// A circle and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rim {
    /// Centre and radius, pixels.
    pub circle: Circle,
    /// Share of the rays that should see the rim and do, 0 to 1.
    pub support: f64,
    /// Median light beyond the circle, 0 to 1; 0 where nothing lies beyond.
    pub beyond: f32,
}

/// Light along a ray from the middle, a value a pixel, from `first` pixels on to the border of the picture or `last`.
fn profile(grey: &Grey, middle: [f64; 2], ray: usize, first: usize, last: usize) -> Vec<f32> {
    let (sin, cos) = (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin_cos();
    (first..last)
        .map_while(|step| {
            let (x, y) = (middle[0] + step as f64 * cos, middle[1] + step as f64 * sin);
            grey.sample(x as f32, y as f32)
        })
        .collect()
}

fn point(middle: [f64; 2], ray: usize, distance: f64) -> [f64; 2] {
    let (sin, cos) = (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin_cos();
    [middle[0] + distance * cos, middle[1] + distance * sin]
}

/// How much darker it grows at each step of a profile, over `reach` steps on both sides.
fn drops(profile: &[f32], reach: usize) -> Vec<f32> {
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32 + DARK;
    let mut out = vec![0.0; profile.len()];
    for at in reach..profile.len().saturating_sub(reach) {
        let (inside, outside) = (&profile[at - reach..at], &profile[at + 1..=at + reach]);
        out[at] = (mean(inside) / mean(outside)).ln();
    }
    out
}

/// The strongest places within `range`, with parts of a step.
fn peaks(drops: &[f32], range: std::ops::Range<usize>, least: f32) -> Vec<f64> {
    let mut found: Vec<(f32, f64)> = range
        .filter(|&at| at > 0 && at + 1 < drops.len())
        .filter(|&at| drops[at] > least && drops[at] >= drops[at - 1] && drops[at] > drops[at + 1])
        .map(|at| {
            let (a, b, c) = (drops[at - 1], drops[at], drops[at + 1]);
            let part = (a - c) / (2.0 * (a - 2.0 * b + c)).min(-1e-6);
            (b, at as f64 + f64::from(part.clamp(-0.5, 0.5)))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(CANDIDATES).map(|(_, at)| at).collect()
}

/// Places on each ray from the middle where it may leave the circle.
fn candidates(grey: &Grey) -> Vec<Vec<[f64; 2]>> {
    let shorter = grey.width.min(grey.height) as f64;
    let (middle, reach) = (middle(grey), reach(grey));
    (0..RAYS)
        .map(|ray| {
            let drops = drops(&profile(grey, middle, ray, 0, usize::MAX), reach);
            peaks(&drops, (0.2 * shorter) as usize..drops.len(), DROP)
                .into_iter()
                .map(|distance| point(middle, ray, distance))
                .collect()
        })
        .collect()
}

fn middle(grey: &Grey) -> [f64; 2] {
    [(grey.width as f64 - 1.0) / 2.0, (grey.height as f64 - 1.0) / 2.0]
}

/// The circle of a fisheye picture of which `grey` shows one lens; `None` if there is none.
pub fn find(grey: &Grey) -> Option<Rim> {
    if grey.width.min(grey.height) < SMALLEST {
        return None;
    }
    let grey = &grey.blurred(BLUR);
    found(grey, &candidates(grey))
}

/// The rim through most candidates, if it may be a lens's.
fn found(grey: &Grey, candidates: &[Vec<[f64; 2]>]) -> Option<Rim> {
    let shorter = grey.width.min(grey.height) as f64;
    let rim = sought(grey, most_agreed(candidates, shorter)?)?;
    let ([x, y], radius) = rim.circle;
    let middle = middle(grey);
    let plausible = radius > 0.25 * shorter
        && radius < 0.8 * shorter
        && (x - middle[0]).hypot(y - middle[1]) < 0.25 * shorter;
    plausible.then_some(rim)
}

/// The circles of two pictures of one camera. Where they differ, the plainer one says where to look for the other: flare
/// hides a rim, and a border in the picture may look like one. Where neither is plain, the circle that both have in the
/// same place is taken, if more of it is seen.
pub fn find_both(greys: [&Grey; 2]) -> [Option<Rim>; 2] {
    if greys.iter().any(|grey| grey.width.min(grey.height) < SMALLEST) {
        return [None, None];
    }
    let blurred = in_order(2, |side| greys[side].blurred(BLUR));
    let places = in_order(2, |side| candidates(&blurred[side]));
    let mut rims = in_order(2, |side| found(&blurred[side], &places[side]));
    let support = |rim: &Option<Rim>| rim.map_or(0.0, |rim| rim.support);
    if rims.iter().all(|rim| support(rim) < CERTAIN) && greys[0].width == greys[1].width {
        let pooled: Vec<Vec<[f64; 2]>> = places.concat();
        let shorter = greys[0].width.min(greys[0].height) as f64;
        if let Some(circle) = most_agreed(&pooled, shorter) {
            let shared = in_order(2, |side| sought(&blurred[side], circle));
            let sum = |rims: &[Option<Rim>]| rims.iter().map(support).sum::<f64>();
            if shared.iter().all(Option::is_some) && sum(&shared) > sum(&rims) {
                rims = shared;
            }
        }
    }
    let plainer = usize::from(support(&rims[1]) > support(&rims[0]));
    if let Some(rim) = rims[plainer]
        && rim.support > PLAIN
        && rims[1 - plainer].is_none_or(|other| (other.circle.1 / rim.circle.1).ln().abs() > ALIKE)
    {
        let up = greys[1 - plainer].width as f64 / greys[plainer].width as f64;
        let seen = sought(&blurred[1 - plainer], links::scaled(rim.circle, up));
        if let Some(seen) =
            seen.filter(|seen| seen.support > PLAIN.min(support(&rims[1 - plainer])))
        {
            rims[1 - plainer] = Some(seen);
        }
    }
    [rims[0], rims[1]]
}

/// The rim near a circle.
fn sought(grey: &Grey, mut circle: Circle) -> Option<Rim> {
    let mut support = 0.0;
    for tolerance in [0.03, 0.015, 0.008, 0.008] {
        (circle, support) = refined(grey, circle, tolerance, reach(grey))?;
    }
    Some(Rim { circle, support, beyond: beyond(grey, circle) })
}

/// Pixels on both sides of a rim that are compared.
fn reach(grey: &Grey) -> usize {
    (grey.width.min(grey.height) as f64 / 120.0).ceil().max(2.0) as usize
}

fn most_agreed(candidates: &[Vec<[f64; 2]>], shorter: f64) -> Option<Circle> {
    let seen: Vec<&Vec<[f64; 2]>> = candidates.iter().filter(|c| !c.is_empty()).collect();
    if seen.len() < 24 {
        return None;
    }
    let tolerance = 0.012 * shorter;
    let mut dice = Dice(17);
    let mut best: (f64, Option<Circle>) = (0.0, None);
    for _ in 0..1500 {
        let mut pick = || {
            let ray = seen[(dice.bits() % seen.len() as u64) as usize];
            ray[(dice.bits() % ray.len() as u64) as usize]
        };
        let Some(circle) = through([pick(), pick(), pick()]) else { continue };
        let (centre, radius) = circle;
        if !(0.25 * shorter..0.8 * shorter).contains(&radius) {
            continue;
        }
        let score: f64 = seen
            .iter()
            .map(|ray| {
                let nearest = ray
                    .iter()
                    .map(|p| {
                        let (dx, dy) = (p[0] - centre[0], p[1] - centre[1]);
                        ((dx * dx + dy * dy).sqrt() - radius).abs()
                    })
                    .fold(f64::INFINITY, f64::min);
                (1.0 - (nearest / tolerance).powi(2)).max(0.0)
            })
            .sum();
        if score > best.0 {
            best = (score, Some(circle));
        }
    }
    best.1.filter(|_| best.0 > 16.0)
}

/// The circle through three points.
fn through([a, b, c]: [[f64; 2]; 3]) -> Option<Circle> {
    let (bx, by, cx, cy) = (b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]);
    let d = 2.0 * (bx * cy - by * cx);
    let (b2, c2) = (bx * bx + by * by, cx * cx + cy * cy);
    // Points on nearly one line, or near each other, tell nothing.
    if d.abs() < 0.1 * (b2 * c2).sqrt() {
        return None;
    }
    let (x, y) = ((cy * b2 - by * c2) / d, (bx * c2 - cx * b2) / d);
    Some(([a[0] + x, a[1] + y], x.hypot(y)))
}

/// The circle fitted to the rim near it (Gauss–Newton, weights that ebb), and the share of rays that see it.
fn refined(grey: &Grey, circle: Circle, tolerance: f64, reach: usize) -> Option<(Circle, f64)> {
    let (centre, radius) = circle;
    let mut points = Vec::new();
    let mut expected = 0;
    for ray in 0..RAYS {
        let window = (radius * (1.0 - tolerance) - 1.0) as usize
            ..(radius * (1.0 + tolerance) + 2.0) as usize;
        let first = window.start.saturating_sub(reach + 1);
        let profile = profile(grey, centre, ray, first, window.end + reach + 1);
        // The rim and a little of what lies beyond must be in the picture.
        if first + profile.len() < window.end + reach {
            continue;
        }
        expected += 1;
        let drops = drops(&profile, reach);
        let window = window.start - first..window.end - first;
        if let Some(distance) = peaks(&drops, window, 0.5 * DROP).first() {
            points.push(point(centre, ray, first as f64 + distance));
        }
    }
    if points.len() < 24 {
        return None;
    }
    let mut fitted = Vector3::new(centre[0], centre[1], radius);
    let scale = 0.3 * tolerance * radius;
    for _ in 0..8 {
        fitted += step(&points, &fitted, |error| 1.0 / (1.0 + (error / scale).powi(2)))?;
    }
    let near = points
        .iter()
        .filter(|p| {
            ((p[0] - fitted.x).hypot(p[1] - fitted.y) - fitted.z).abs() < 0.006 * radius + 0.7
        })
        .count();
    Some((([fitted.x, fitted.y], fitted.z), near as f64 / f64::from(expected)))
}

/// A step of Gauss and Newton from `circle` (centre and radius) towards the one through the points; `weight` of a
/// point by how far it is outside.
pub(super) fn step(
    points: &[[f64; 2]],
    circle: &Vector3<f64>,
    weight: impl Fn(f64) -> f64,
) -> Option<Vector3<f64>> {
    let (mut normal, mut right) = (Matrix3::zeros(), Vector3::zeros());
    for p in points {
        let (dx, dy) = (p[0] - circle.x, p[1] - circle.y);
        let distance = dx.hypot(dy).max(1e-9);
        let error = distance - circle.z;
        let weight = weight(error);
        let row = Vector3::new(dx / distance, dy / distance, 1.0);
        normal += row * row.transpose() * weight;
        right += row * (weight * error);
    }
    Some(normal.cholesky()?.solve(&right))
}

fn beyond(grey: &Grey, (centre, radius): Circle) -> f32 {
    let mut outside: Vec<f32> = Vec::new();
    for y in (0..grey.height).step_by(3) {
        for x in (0..grey.width).step_by(3) {
            if (x as f64 - centre[0]).hypot(y as f64 - centre[1]) > 1.06 * radius {
                outside.push(grey.at(x, y));
            }
        }
    }
    outside.sort_by(f32::total_cmp);
    outside.get(outside.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A disc of stripes on a ground with flare and noise.
    fn disc(centre: [f64; 2], radius: f64, light: f64, seed: u64) -> Grey {
        let mut grey = Grey::filled(300, 320, 0.0);
        let mut dice = Dice(seed);
        for y in 0..320 {
            for x in 0..300 {
                let d = (f64::from(x) - centre[0]).hypot(f64::from(y) - centre[1]);
                let inside = (radius - d + 0.5).clamp(0.0, 1.0);
                let stripes = 0.6 + 0.35 * (f64::from(x) * 0.11).sin();
                let flare = 0.15 * light * (-0.1 * (d - radius).max(0.0)).exp();
                let value = light * inside * stripes + (1.0 - inside) * flare;
                grey.data[y as usize * 300 + x as usize] =
                    (value + 0.004 * dice.normal()).clamp(0.0, 1.0) as f32;
            }
        }
        grey
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_disc_is_found_also_cut_and_dark(x in 135.0..165.0_f64, y in 145.0..175.0_f64,
            radius in 110.0..170.0_f64, light in 0.1..0.9_f64, seed: u64) {
            let rim = find(&disc([x, y], radius, light, seed)).unwrap();
            let ([u, v], r) = rim.circle;
            prop_assert!((u - x).hypot(v - y) < 0.6 && (r - radius).abs() < 1.2, "{rim:?}");
            prop_assert!(rim.support > 0.6);
        }
    }

    #[test]
    fn a_hidden_rim_is_sought_where_the_other_lens_has_it() {
        let plain = disc([150.0, 160.0], 140.0, 0.6, 4);
        // Within a faint circle lies a bright one.
        let mut hidden = disc([152.0, 158.5], 140.0, 0.12, 5);
        for y in 0..320 {
            for x in 0..300 {
                if (f64::from(x) - 150.0).hypot(f64::from(y) - 175.0) < 105.0 {
                    hidden.data[y as usize * 300 + x as usize] += 0.6;
                }
            }
        }
        assert!(find(&hidden).unwrap().circle.1 < 120.0);
        let [Some(first), Some(second)] = find_both([&plain, &hidden]) else { panic!() };
        assert_eq!(Some(first), find(&plain));
        let ([x, y], radius) = second.circle;
        assert!((x - 152.0).hypot(y - 158.5) < 1.0 && (radius - 140.0).abs() < 1.5, "{second:?}");
    }

    #[test]
    fn a_circle_of_which_each_lens_shows_a_third_is_found_in_both() {
        // Only the rays towards one side see the rim; there is a plainer one of something else, far from the middle.
        let picture = |side: f64, towards: f64, seed: u64| {
            let mut dice = Dice(seed);
            let mut grey = Grey::filled(300, 320, 0.0);
            for y in 0..320 {
                for x in 0..300 {
                    let (u, v) = (f64::from(x) - 151.0, f64::from(y) - 158.0);
                    let seen = (v.atan2(u) * towards).rem_euclid(std::f64::consts::TAU) < 2.0;
                    let disc = (138.0 - u.hypot(v) + 0.5).clamp(0.0, 1.0);
                    let other = (f64::from(x) - 149.5 - 84.0 * side).hypot(f64::from(y) - 159.5);
                    let other = (78.0 - other + 0.5).clamp(0.0, 1.0);
                    let light = if seen { 0.2 * disc } else { 0.0 } + 0.6 * other;
                    grey.data[y as usize * 300 + x as usize] =
                        (0.02 + light + 0.003 * dice.normal()) as f32;
                }
            }
            grey
        };
        let (first, second) = (picture(1.0, 1.0, 6), picture(-1.0, -1.0, 7));
        let alone = [&first, &second].map(|grey| find(grey).map_or(0.0, |rim| rim.support));
        assert!(alone.iter().all(|support| *support < PLAIN), "{alone:?}");
        let [Some(a), Some(b)] = find_both([&first, &second]) else { panic!() };
        for ([x, y], radius) in [a.circle, b.circle] {
            assert!(
                (x - 151.0).hypot(y - 158.0) < 1.5 && (radius - 138.0).abs() < 1.5,
                "{a:?} {b:?}"
            );
        }
    }

    #[test]
    fn noise_has_no_circle() {
        let mut dice = Dice(5);
        let mut grey = Grey::filled(200, 200, 0.0);
        grey.data.iter_mut().for_each(|v| *v = dice.unit() as f32);
        assert!(find(&grey).is_none_or(|rim| rim.support < 0.5));
    }
}
