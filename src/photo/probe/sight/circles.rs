//! Fisheye circles: bright discs in black frames, one in the picture or one in each half.
//!
//! The dark area that hangs together with the edge is taken as the outside. Rays from the middle of the rest meet it
//! on the rim; a circle is fitted through the rim (Kåsa's linear fit), points far from it are dropped, and it is fitted again.
//! Two circles that flare hides so, or that lie one above the other, are sought as the stitcher seeks them.

use super::super::report::Circle;
use super::Grey;
use crate::imaging::plane::Plane;
use crate::stitch::dual::two_circles;

const RAYS: usize = 180;
/// Levels below which a pixel may be outside; lenses leak more or less light there.
const LEVELS: [u8; 4] = [14, 24, 36, 52];
/// Points farther than this part of the radius from the circle are dropped.
const TOLERANCE: f64 = 0.03;

/// The circles from left to right or from above: one, two (one in each half), or none.
pub fn find(grey: &Grey) -> Vec<Circle> {
    let half = grey.width / 2;
    // A frame of a streaming camera may be 16:9 with two circles; a single one is nearly square.
    if grey.ratio() > 1.6 && grey.ratio() < 2.3 {
        let both = [0, grey.width - half].map(|left| find_in(grey, left, half));
        if let [Some(one), Some(other)] = both
            && one.radius / other.radius < 1.12
            && other.radius / one.radius < 1.12
        {
            return vec![one, other];
        }
    }
    let luma = Plane::from_bytes(grey.width, grey.height, grey.width, grey.data.clone());
    if let Some(both) = luma.as_ref().and_then(two_circles) {
        let (width, height) = (grey.width as f64, grey.height as f64);
        return both
            .map(|(([x, y], radius), sure)| Circle {
                x: ((x + 0.5) / width) as f32,
                y: ((y + 0.5) / height) as f32,
                radius: (radius / height) as f32,
                confidence: sure as f32,
            })
            .to_vec();
    }
    if grey.ratio() > 0.7 && grey.ratio() < 1.9 {
        return find_in(grey, 0, grey.width).into_iter().collect();
    }
    Vec::new()
}

fn find_in(grey: &Grey, left: usize, width: usize) -> Option<Circle> {
    LEVELS
        .iter()
        .filter_map(|&level| fit_at(grey, left, width, level))
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
}

fn fit_at(grey: &Grey, left: usize, width: usize, level: u8) -> Option<Circle> {
    let height = grey.height;
    let outside = outside(grey, left, width, level);
    let dark = outside.iter().filter(|&&is| is).count();
    let part = dark as f64 / outside.len() as f64;
    if !(0.04..=0.7).contains(&part) {
        return None;
    }
    let rim = rim(&outside, width, height, (outside.len() - dark) as f64);
    let (x, y, radius, kept) = fit(&rim)?;
    let agree = kept as f64 / rim.len() as f64;
    let seen = kept as f64 / RAYS as f64;
    let (across, down, size) = (x / width as f64, y / height as f64, radius / height as f64);
    let plausible =
        (0.3..0.7).contains(&across) && (0.3..0.7).contains(&down) && (0.25..0.75).contains(&size);
    if !plausible || agree < 0.6 || seen < 0.25 {
        return None;
    }
    Some(Circle {
        x: ((left as f64 + x) / grey.width as f64) as f32,
        y: down as f32,
        radius: size as f32,
        confidence: (agree * (0.5 + seen).min(1.0)) as f32,
    })
}

/// Pixels darker than `level` that hang together with the edge of the part.
fn outside(grey: &Grey, left: usize, width: usize, level: u8) -> Vec<bool> {
    let height = grey.height;
    let dark = |at: usize| grey.at(left + at % width, at / width) < level;
    let mut marked = vec![false; width * height];
    let edge = (0..width)
        .flat_map(|x| [x, (height - 1) * width + x])
        .chain((0..height).flat_map(|y| [y * width, y * width + width - 1]));
    let mut open: Vec<usize> = Vec::new();
    for at in edge {
        if !marked[at] && dark(at) {
            marked[at] = true;
            open.push(at);
        }
    }
    while let Some(at) = open.pop() {
        let (x, y) = (at % width, at / width);
        let around = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then_some(at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then_some(at + width),
        ];
        for next in around.into_iter().flatten() {
            if !marked[next] && dark(next) {
                marked[next] = true;
                open.push(next);
            }
        }
    }
    marked
}

/// Where rays from the middle of the inside meet the outside for good; rays that reach the edge first have no point.
fn rim(outside: &[bool], width: usize, height: usize, inside: f64) -> Vec<(f64, f64)> {
    let (mut sum_x, mut sum_y) = (0.0, 0.0);
    for (at, _) in outside.iter().enumerate().filter(|(_, is)| !**is) {
        sum_x += (at % width) as f64;
        sum_y += (at / width) as f64;
    }
    let (middle_x, middle_y) = (sum_x / inside, sum_y / inside);
    let mut points = Vec::with_capacity(RAYS);
    for ray in 0..RAYS {
        let (sin, cos) = (ray as f64 / RAYS as f64 * std::f64::consts::TAU).sin_cos();
        let mut last_inside = None;
        let mut ended_outside = false;
        for step in 0..width + height {
            let (x, y) = (middle_x + cos * step as f64, middle_y + sin * step as f64);
            if x < 0.0 || y < 0.0 || x >= width as f64 || y >= height as f64 {
                break;
            }
            ended_outside = outside[y as usize * width + x as usize];
            if !ended_outside {
                last_inside = Some((x, y));
            }
        }
        if ended_outside {
            points.extend(last_inside);
        }
    }
    points
}

/// Centre, radius and the number of points that agree.
fn fit(points: &[(f64, f64)]) -> Option<(f64, f64, f64, usize)> {
    let mut kept: Vec<(f64, f64)> = points.to_vec();
    let mut found = None;
    for round in 0..6 {
        if kept.len() < RAYS / 4 {
            return None;
        }
        let (x, y, radius) = kasa(&kept)?;
        // Wide at first, so that the first crooked circle does not throw out the good points.
        let tolerance = TOLERANCE * radius * if round < 2 { 3.0 } else { 1.0 };
        kept = points
            .iter()
            .copied()
            .filter(|(px, py)| ((px - x).hypot(py - y) - radius).abs() < tolerance)
            .collect();
        found = Some((x, y, radius, kept.len()));
    }
    found
}

/// x² + y² = 2ax + 2by + c in the least squares sense, around the points' mean.
fn kasa(points: &[(f64, f64)]) -> Option<(f64, f64, f64)> {
    let count = points.len() as f64;
    let mean_x = points.iter().map(|point| point.0).sum::<f64>() / count;
    let mean_y = points.iter().map(|point| point.1).sum::<f64>() / count;
    let (mut xx, mut xy, mut yy, mut xz, mut yz, mut z_sum) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (x, y) in points.iter().map(|(x, y)| (x - mean_x, y - mean_y)) {
        let z = x * x + y * y;
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xz += x * z;
        yz += y * z;
        z_sum += z;
    }
    let determinant = xx * yy - xy * xy;
    if determinant.abs() < 1e-6 {
        return None;
    }
    let a = (xz * yy - yz * xy) / determinant / 2.0;
    let b = (yz * xx - xz * xy) / determinant / 2.0;
    let radius = (z_sum / count + a * a + b * b).sqrt();
    radius.is_finite().then_some((mean_x + a, mean_y + b, radius))
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{draw, speckle};
    use super::*;

    fn disc(x: usize, y: usize, centre: (f32, f32), radius: f32) -> f32 {
        let inside = (x as f32 - centre.0).hypot(y as f32 - centre.1) < radius;
        // A dark patch at the rim, as a black shelf would make.
        let shelf = y.abs_diff(centre.1 as usize) < 12 && (x as f32) < centre.0;
        if inside && !shelf { 60.0 + 150.0 * speckle(x / 6, y / 6) } else { 3.0 * speckle(x, y) }
    }

    #[test]
    fn two_circles_are_found_where_they_are() {
        let pair = draw(512, 288, |x, y| {
            disc(x, y, (125.0, 130.0), 120.0).max(disc(x, y, (390.0, 132.0), 121.0))
        });
        let found = find(&pair);
        assert_eq!(found.len(), 2);
        assert!(
            (found[0].x * 512.0 - 125.0).abs() < 4.0 && (found[0].y * 288.0 - 130.0).abs() < 4.0,
            "{found:?}"
        );
        assert!((found[1].radius * 288.0 - 121.0).abs() < 4.0, "{found:?}");
    }

    #[test]
    fn circles_in_flare_and_one_above_the_other_are_found() {
        // Flare as bright as the picture at the rim; it ebbs outwards.
        let flared = |x: usize, y: usize, centre: (f32, f32)| {
            let away = ((x as f32 - centre.0).hypot(y as f32 - centre.1) / 92.0 - 1.0).abs();
            let light = 0.15 * disc(x, y, centre, 92.0) / 255.0 + 0.03 * (-12.0 * away).exp();
            255.0 * light.powf(1.0 / 2.2)
        };
        let beside =
            draw(400, 200, |x, y| flared(x, y, (if x < 200 { 99.0 } else { 300.0 }, 101.0)));
        let above =
            draw(200, 400, |x, y| flared(x, y, (99.0, if y < 200 { 101.0 } else { 300.0 })));
        for (picture, second) in [(beside, [300.0, 101.0]), (above, [99.0, 300.0])] {
            let found = find(&picture);
            assert_eq!(found.len(), 2, "{found:?}");
            let at = [found[1].x * picture.width as f32, found[1].y * picture.height as f32];
            assert!((at[0] - second[0]).hypot(at[1] - second[1]) < 4.0, "{found:?}");
        }
    }

    #[test]
    fn one_circle_may_be_cut_by_the_edges() {
        let cut = draw(400, 380, |x, y| disc(x, y, (200.0, 190.0), 205.0));
        let found = find(&cut);
        assert_eq!(found.len(), 1);
        assert!((found[0].radius * 380.0 - 205.0).abs() < 8.0, "{found:?}");
    }

    #[test]
    fn frames_and_dark_rooms_are_no_circles() {
        let framed = draw(400, 400, |x, y| {
            if (40..360).contains(&x) && (60..340).contains(&y) {
                90.0 + 90.0 * speckle(x / 9, y / 9)
            } else {
                0.0
            }
        });
        assert!(find(&framed).is_empty());
        assert!(find(&draw(400, 200, |x, y| 70.0 * speckle(x / 20, y / 20))).is_empty());
        assert!(find(&draw(400, 200, |_, _| 0.0)).is_empty());
    }
}
