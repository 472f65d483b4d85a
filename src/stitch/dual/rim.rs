//! Where exactly the rim of a lens's circle runs, at full resolution.
//!
//! The turn between two lenses and where their axes are can hardly be told apart by what both see, so the axes must come
//! from the circles, and a pixel is too coarse. On each ray the rim is where the light would end, above the flare that lies
//! outside, if it went on ebbing as it does at its foot: a straight line through two shares of the light inside. One share
//! alone lies farther out the brighter the picture is just there. What a picture shows moves single rays, not the circle
//! through most of them.

use nalgebra::{Matrix3, Vector3};

use super::circles;
use crate::imaging::plane::Plane;
use crate::stitch::grey::in_order;
use crate::stitch::links::Circle;

/// Rays that are looked along.
const RAYS: usize = 1080;
/// Shares of the radius between which the light inside and outside is taken.
const INSIDE: [f64; 2] = [0.966, 0.984];
const OUTSIDE: [f64; 2] = [1.008, 1.028];
/// Least difference of both for a ray to be believed, in linear light of 0 to 1, and through the light outside.
const CONTRAST: [f32; 2] = [0.012, 0.5];
/// Largest scatter of the light inside, as a share of the difference: an object's edge there would shift the rim.
const SCATTER: f32 = 0.5;
/// Shares of the light inside at which the foot of the rim is crossed.
const SHARES: [f32; 2] = [0.12, 0.32];
/// Longest foot between these, as a share of the radius: a longer one is a dark thing's.
const FOOT: f64 = 0.02;
/// Sectors whose errors are taken to be independent: things in the picture are as large as that.
const SECTORS: usize = 12;
/// Standard deviation of the centre, pixels, if all rays agreed; and by how much more it scatters than sectors say.
const LEAST: f64 = 0.012;
const MORE: f64 = 2.5;
/// Step along a ray, pixels.
const STEP: f64 = 0.5;
/// Least share of the rays, and of twelve equal sectors, that must tell where the rim is.
const ENOUGH: (f64, usize) = (0.2, 7);

/// Where the centre of a circle is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Centre {
    /// Column and row.
    pub at: [f64; 2],
    /// Standard deviation of either, pixels.
    pub deviation: f64,
}

/// The centre of a circle by its rim in `plane`, where it is known to about half a percent of the radius; `None` where
/// too little of the rim is seen clearly. The radius is not told: it depends on how soft the rim is.
pub fn centre(plane: &Plane, circle: Circle) -> Option<Centre> {
    let light: Vec<f32> = (0..256_u16).map(|v| linear(f32::from(v) / 255.0)).collect();
    let (mut circle, mut deviation) = (circle, 0.0);
    for _ in 0..3 {
        let seen = in_order(RAYS, |ray| crossing(plane, &light, circle, ray));
        let points: Vec<[f64; 2]> = seen.iter().flatten().copied().collect();
        let sectors = (0..12)
            .filter(|s| seen[s * RAYS / 12..(s + 1) * RAYS / 12].iter().flatten().count() > 4);
        if (points.len() as f64) < ENOUGH.0 * RAYS as f64 || sectors.count() < ENOUGH.1 {
            return None;
        }
        circle = fitted(&points, circle)?;
        deviation = scatter(&points, circle)?;
    }
    Some(Centre { at: circle.0, deviation })
}

/// Linear light of an sRGB value; a plain power would err most in the dark, where rims are.
fn linear(value: f32) -> f32 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// Where a ray crosses the rim, column and row.
fn crossing(
    plane: &Plane,
    light: &[f32],
    (centre, radius): Circle,
    ray: usize,
) -> Option<[f64; 2]> {
    let (sin, cos) = (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin_cos();
    let at = |distance: f64| [centre[0] + distance * cos, centre[1] + distance * sin];
    let first = INSIDE[0] * radius;
    let count = ((OUTSIDE[1] - INSIDE[0]) * radius / STEP) as usize;
    let values: Vec<f32> = (0..count)
        .map(|k| value(plane, light, at(first + k as f64 * STEP)))
        .collect::<Option<_>>()?;
    let part = |[from, to]: [f64; 2]| {
        let index = |share: f64| (((share - INSIDE[0]) * radius / STEP) as usize).min(count);
        let mut part = values[index(from)..index(to)].to_vec();
        part.sort_by(f32::total_cmp);
        part
    };
    let middle = |list: &[f32]| list.get(list.len() / 2).copied();
    let inside = part(INSIDE);
    // Flare ebbs outwards: what there is of it at the rim is told by two places beyond it.
    let border = f64::midpoint(OUTSIDE[0], OUTSIDE[1]);
    let near = middle(&part([OUTSIDE[0], border]))?;
    let far = middle(&part([border, OUTSIDE[1]]))?;
    let away = ((3.0 * OUTSIDE[0] + OUTSIDE[1]) / 4.0 - 1.0) / (border - OUTSIDE[0]);
    let light_out = near + (near - far).clamp(0.0, 0.5 * near) * away as f32;
    let rise = middle(&inside)? - light_out;
    let spread = inside[inside.len() * 9 / 10] - inside[inside.len() / 10];
    if rise < CONTRAST[0].max(CONTRAST[1] * light_out) || spread > SCATTER * rise {
        return None;
    }
    // From outside: what lies there is plainer.
    let cross = |share: f32| {
        let dim = light_out + share * rise;
        let last = (0..count - 1).rev().find(|&k| values[k] >= dim && values[k + 1] < dim)?;
        let within = (values[last] - dim) / (values[last] - values[last + 1]).max(1e-6);
        Some(first + (last as f64 + f64::from(within)) * STEP)
    };
    let (low, high) = (cross(SHARES[0])?, cross(SHARES[1])?);
    let foot = low - high;
    if !(0.0..FOOT * radius).contains(&foot) {
        return None;
    }
    Some(at(low + foot * f64::from(SHARES[0] / (SHARES[1] - SHARES[0]))))
}

/// Linear light between pixels.
fn value(plane: &Plane, light: &[f32], p: [f64; 2]) -> Option<f32> {
    if p[0] < 0.0 || p[1] < 0.0 {
        return None;
    }
    let (left, top) = (p[0] as usize, p[1] as usize);
    if left + 1 >= plane.width() || top + 1 >= plane.height() {
        return None;
    }
    let (fx, fy) = ((p[0] - left as f64) as f32, (p[1] - top as f64) as f32);
    let mix = |row: &[u8]| {
        let (a, b) = (light[usize::from(row[left])], light[usize::from(row[left + 1])]);
        a + fx * (b - a)
    };
    let (upper, lower) = (mix(plane.row(top)), mix(plane.row(top + 1)));
    Some(upper + fy * (lower - upper))
}

/// How far points are outside of a circle, and what is little of that: half as much again as half of them are off.
fn errors(points: &[[f64; 2]], fit: &Vector3<f64>) -> (Vec<f64>, f64) {
    let errors: Vec<f64> =
        points.iter().map(|p| (p[0] - fit.x).hypot(p[1] - fit.y) - fit.z).collect();
    let mut sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    (errors, (1.5 * sizes[sizes.len() / 2]).max(0.05))
}

/// The circle through most points (Gauss–Newton, weights that ebb beyond what most are off).
fn fitted(points: &[[f64; 2]], (centre, radius): Circle) -> Option<Circle> {
    let mut fit = Vector3::new(centre[0], centre[1], radius);
    for _ in 0..12 {
        let (_, scale) = errors(points, &fit);
        let step = circles::step(points, &fit, |error| (1.0 + (error / scale).powi(2)).powi(-2))?;
        fit += step;
        if step.norm() < 1e-4 {
            break;
        }
    }
    let near = (fit.x - centre[0]).hypot(fit.y - centre[1]) < 0.012 * radius
        && (fit.z / radius - 1.0).abs() < 0.012;
    near.then_some(([fit.x, fit.y], fit.z))
}

/// Standard deviation of the fitted circle's centre, pixels: by how much its sectors pull it (the sandwich of Huber 1967,
/// a cluster each sector).
fn scatter(points: &[[f64; 2]], (centre, radius): Circle) -> Option<f64> {
    let fit = Vector3::new(centre[0], centre[1], radius);
    let (errors, scale) = errors(points, &fit);
    let mut stiffness = Matrix3::zeros();
    let mut pulls = [Vector3::zeros(); SECTORS];
    for (p, error) in points.iter().zip(errors) {
        let (x, y) = (p[0] - fit.x, p[1] - fit.y);
        let row = Vector3::new(x / x.hypot(y).max(1e-9), y / x.hypot(y).max(1e-9), 1.0);
        let square = (error / scale).powi(2);
        // Where an error pulls less the larger it is, it holds nothing.
        let holds = ((1.0 - 3.0 * square) / (1.0 + square).powi(3)).max(0.0);
        stiffness += row * row.transpose() * holds;
        let turn = (y.atan2(x) / std::f64::consts::TAU).rem_euclid(1.0);
        let sector = ((turn * SECTORS as f64) as usize).min(SECTORS - 1);
        pulls[sector] += row * (error / (1.0 + square).powi(2));
    }
    let inverse = stiffness.try_inverse()?;
    let variance: f64 = pulls.iter().map(|pull| (inverse * pull).xy().norm_squared()).sum();
    Some((MORE * MORE * variance / 2.0 + LEAST * LEAST).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dice::Dice;

    /// A disc of blotches with a soft rim, in 8 bits with noise; flare lies beyond the right side.
    fn disc(centre: [f64; 2], radius: f64) -> Plane {
        let mut dice = Dice(11);
        let mut plane = Plane::filled(520, 512, 0);
        for y in 0..512 {
            for x in 0..520 {
                let (dx, dy) = (x as f64 - centre[0], y as f64 - centre[1]);
                let d = dx.hypot(dy);
                let shade = ((radius - d) / 4.0).clamp(0.0, 1.0);
                let around = dy.atan2(dx);
                let blotches = 0.4 + 0.3 * (7.0 * around).sin() * (0.05 * d).cos();
                let flare = 0.05 * around.cos().max(0.0) * (-0.05 * (d - radius).abs()).exp();
                let value =
                    (shade * blotches + flare).powf(1.0 / 2.2) * 255.0 + 2.0 * dice.normal();
                plane.row_mut(y)[x] = value.round().clamp(0.0, 255.0) as u8;
            }
        }
        plane
    }

    #[test]
    fn the_centre_is_found_to_a_tenth_of_a_pixel() {
        for (centre, radius) in [([257.3, 254.6], 231.4), ([262.8, 259.1], 240.2)] {
            let start = ([centre[0] - 0.5, centre[1] + 0.4], radius + 0.9);
            let found = super::centre(&disc(centre, radius), start).unwrap();
            let off = (found.at[0] - centre[0]).hypot(found.at[1] - centre[1]);
            assert!(
                off < 0.1 && off < 3.0 * found.deviation && found.deviation < 0.1,
                "{off} {found:?}"
            );
        }
    }

    #[test]
    fn what_ebbs_towards_the_rim_does_not_move_it() {
        let (centre, radius) = ([257.3, 254.6], 231.4);
        let mut dice = Dice(12);
        let mut plane = Plane::filled(520, 512, 0);
        for y in 0..512 {
            for x in 0..520 {
                let (dx, dy) = (x as f64 - centre[0], y as f64 - centre[1]);
                let d = dx.hypot(dy);
                let shade = ((radius - d) / 4.0).clamp(0.0, 1.0);
                // Darker towards the rim, on one side only, and half as light there.
                let ebb = 1.0 - 0.6 * ((d / radius - 0.97) / 0.03).clamp(0.0, 1.0);
                let light = if dx > 40.0 { 0.15 * ebb } else { 0.5 };
                let linear = shade * light;
                let value = if linear <= 0.003_130_8 {
                    12.92 * linear
                } else {
                    1.055 * linear.powf(1.0 / 2.4) - 0.055
                };
                plane.row_mut(y)[x] =
                    (255.0 * value + dice.normal()).round().clamp(0.0, 255.0) as u8;
            }
        }
        let found = super::centre(&plane, ([centre[0] - 0.4, centre[1]], radius)).unwrap();
        let off = (found.at[0] - centre[0]).hypot(found.at[1] - centre[1]);
        // With one share it is half a pixel off.
        assert!(off < 0.25, "{off} {found:?}");
    }

    #[test]
    fn where_no_rim_is_seen_none_is_told() {
        assert!(super::centre(&Plane::filled(300, 300, 90), ([150.0, 150.0], 120.0)).is_none());
    }
}
