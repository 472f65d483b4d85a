//! Where exactly the rim of a lens's circle runs, at full resolution.
//!
//! The turn between two lenses and where their axes are can hardly be told apart by what both see, so the axes must come
//! from the circles, and a pixel is too coarse. On each ray the rim is where the light is a fifth of that just inside it,
//! above the flare that lies outside; what a picture shows there moves single rays, not the circle through most of them.

use nalgebra::Vector3;

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
/// Share of the light inside at which the rim is: the less, the less depends on what the picture shows inside.
const SHARE: f32 = 0.2;
/// Step along a ray, pixels.
const STEP: f64 = 0.5;
/// Least share of the rays, and of twelve equal sectors, that must tell where the rim is.
const ENOUGH: (f64, usize) = (0.2, 7);

/// The centre of a circle by its rim in `plane`, where it is known to about half a percent of the radius; `None` where
/// too little of the rim is seen clearly. The radius is not told: it depends on how soft the rim is.
pub fn centre(plane: &Plane, circle: Circle) -> Option<[f64; 2]> {
    let light: Vec<f32> = (0..256_u16).map(|v| (f32::from(v) / 255.0).powf(2.2)).collect();
    let mut circle = circle;
    for _ in 0..3 {
        let seen = in_order(RAYS, |ray| crossing(plane, &light, circle, ray));
        let points: Vec<[f64; 2]> = seen.iter().flatten().copied().collect();
        let sectors = (0..12)
            .filter(|s| seen[s * RAYS / 12..(s + 1) * RAYS / 12].iter().flatten().count() > 4);
        if (points.len() as f64) < ENOUGH.0 * RAYS as f64 || sectors.count() < ENOUGH.1 {
            return None;
        }
        circle = fitted(&points, circle)?;
    }
    Some(circle.0)
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
    let dim = light_out + SHARE * rise;
    let last = (0..count - 1).rev().find(|&k| values[k] >= dim && values[k + 1] < dim)?;
    let within = (values[last] - dim) / (values[last] - values[last + 1]).max(1e-6);
    Some(at(first + (last as f64 + f64::from(within)) * STEP))
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

/// The circle through most points (Gauss–Newton, weights that ebb beyond what most are off).
fn fitted(points: &[[f64; 2]], (centre, radius): Circle) -> Option<Circle> {
    let mut fit = Vector3::new(centre[0], centre[1], radius);
    for _ in 0..12 {
        let off = |p: &[f64; 2]| (p[0] - fit.x).hypot(p[1] - fit.y) - fit.z;
        let mut sizes: Vec<f64> = points.iter().map(|p| off(p).abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let scale = (1.5 * sizes[sizes.len() / 2]).max(0.05);
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
            let [x, y] = super::centre(&disc(centre, radius), start).unwrap();
            let off = (x - centre[0]).hypot(y - centre[1]);
            assert!(off < 0.1, "{off}");
        }
    }

    #[test]
    fn where_no_rim_is_seen_none_is_told() {
        assert!(super::centre(&Plane::filled(300, 300, 90), ([150.0, 150.0], 120.0)).is_none());
    }
}
