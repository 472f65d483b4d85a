//! The lean of the camera from upright lines: walls, doors and window frames.
//!
//! Every edge of an equirectangular picture lies on a great circle; the circles of plumb lines all run through the
//! zenith, so their normals are perpendicular to it. Starting from the picture's own vertical, the zenith that
//! fits the normals near its horizon best is found by least squares, with a window that narrows step by step.

use super::super::report::Tilt;
use super::Grey;

/// Half widths of the window, in degrees.
const WINDOWS: [f32; 8] = [25.0, 25.0, 15.0, 10.0, 6.0, 4.0, 3.0, 3.0];
/// Rows beyond this latitude are left out: their edges are drawn out of shape.
const HIGHEST: f32 = 60.0;
/// Gradient (grey levels a pixel) from which a pixel is an edge.
const STEEP: f32 = 10.0;
/// Weight of edges that makes the answer sure.
const ENOUGH: f32 = 400.0;

struct Edge {
    normal: [f32; 3],
    weight: f32,
}

/// Estimates the tilt of an equirectangular picture.
pub fn estimate(grey: &Grey) -> Tilt {
    let edges = edges(grey);
    let mut zenith = [0.0, 1.0, 0.0];
    let (mut near, mut wide, mut balance) = (0.0, 0.0, 0.0);
    for window in WINDOWS {
        let Some(step) = refine(&edges, zenith, window) else { break };
        zenith = step.zenith;
        (near, balance) = (step.weight, step.balance);
        if window >= 25.0 {
            wide = step.weight;
        }
    }
    // Edges without direction would put 3/25 of the wide window into the narrow one.
    let chance = WINDOWS[WINDOWS.len() - 1] / WINDOWS[0];
    let gathered =
        if wide > 0.0 { ((near / wide - chance) / (0.6 - chance)).clamp(0.0, 1.0) } else { 0.0 };
    Tilt {
        degrees: zenith[0].hypot(zenith[2]).atan2(zenith[1]).to_degrees(),
        towards_yaw: zenith[0].atan2(zenith[2]).to_degrees(),
        confidence: gathered * (near / ENOUGH).min(1.0) * (4.0 * balance).min(1.0),
    }
}

fn edges(grey: &Grey) -> Vec<Edge> {
    let (width, height) = (grey.width as f32, grey.height as f32);
    let first = (grey.height as f32 * (90.0 - HIGHEST) / 180.0) as usize;
    let mut edges = Vec::new();
    for y in first.max(1)..(grey.height - first).min(grey.height - 1) {
        let latitude = (0.5 - (y as f32 + 0.5) / height) * std::f32::consts::PI;
        for x in 1..grey.width - 1 {
            let v = |dx: usize, dy: usize| f32::from(grey.at(x + dx - 1, y + dy - 1));
            // Scharr's weights: the direction of a sharp edge comes out truer than with Sobel's.
            let slope = |side: f32, middle: f32| (3.0 * side + 10.0 * middle) / 32.0;
            let across = slope(v(2, 0) - v(0, 0) + v(2, 2) - v(0, 2), v(2, 1) - v(0, 1));
            let down = slope(v(0, 2) - v(0, 0) + v(2, 2) - v(2, 0), v(1, 2) - v(1, 0));
            // Only what is upright within the widest window matters.
            if across.abs() < STEEP || down.abs() > 1.2 * across.abs() {
                continue;
            }
            let longitude = ((x as f32 + 0.5) / width - 0.5) * std::f32::consts::TAU;
            // x right, y up, z forward, as in docs/contract.md.
            let here = [
                latitude.cos() * longitude.sin(),
                latitude.sin(),
                latitude.cos() * longitude.cos(),
            ];
            let east = [longitude.cos(), 0.0, -longitude.sin()];
            let north = [
                -latitude.sin() * longitude.sin(),
                latitude.cos(),
                -latitude.sin() * longitude.cos(),
            ];
            // Along the edge the grey level stands still; a column is 2π/W·cos(latitude) wide, a row π/H high.
            let (along_x, along_y) = (-down, across);
            let to_east = along_x * std::f32::consts::TAU / width * latitude.cos();
            let to_north = -along_y * std::f32::consts::PI / height;
            let tangent = std::array::from_fn(|axis| to_east * east[axis] + to_north * north[axis]);
            if let Some(normal) = unit(cross(here, tangent)) {
                edges
                    .push(Edge { normal, weight: latitude.cos() * (across.abs() / 64.0).min(1.0) });
            }
        }
    }
    edges
}

struct Step {
    zenith: [f32; 3],
    /// Weight of the edges in the window.
    weight: f32,
    /// 0–½: how evenly the edges stand around; 0 when all stand in one direction.
    balance: f32,
}

/// One least squares step: the small (a, b) for which normal · (zenith + a·u + b·v) is least.
fn refine(edges: &[Edge], zenith: [f32; 3], window: f32) -> Option<Step> {
    let u = unit(cross(zenith, [0.0, 0.0, 1.0]))?;
    let v = cross(zenith, u);
    let limit = window.to_radians().sin();
    let (mut uu, mut uv, mut vv, mut ur, mut vr, mut weight) = (0.0_f64, 0.0, 0.0, 0.0, 0.0, 0.0);
    for edge in edges {
        let off = dot(edge.normal, zenith);
        if off.abs() > limit {
            continue;
        }
        // Falls off towards the window's border (Tukey), so that nothing jumps in or out.
        let share = f64::from(edge.weight) * f64::from(1.0 - (off / limit).powi(2)).powi(2);
        let (a, b, off) =
            (f64::from(dot(edge.normal, u)), f64::from(dot(edge.normal, v)), f64::from(off));
        uu += share * a * a;
        uv += share * a * b;
        vv += share * b * b;
        ur -= share * a * off;
        vr -= share * b * off;
        weight += f64::from(edge.weight);
    }
    let determinant = uu * vv - uv * uv;
    let trace = uu + vv;
    if trace < 1.0 || determinant < 1e-4 * trace * trace {
        return None;
    }
    let (a, b) =
        (((ur * vv - vr * uv) / determinant) as f32, ((vr * uu - ur * uv) / determinant) as f32);
    let moved = std::array::from_fn(|axis| zenith[axis] + a * u[axis] + b * v[axis]);
    let smaller = (trace - (trace * trace - 4.0 * determinant).max(0.0).sqrt()) / 2.0;
    Some(Step { zenith: unit(moved)?, weight: weight as f32, balance: (smaller / trace) as f32 })
}

fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(a: [f32; 3]) -> Option<[f32; 3]> {
    let length = dot(a, a).sqrt();
    (length > 1e-9).then(|| a.map(|part| part / length))
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{draw, speckle};
    use super::*;

    /// Striped walls all around, seen by a camera whose zenith leans by `degrees` towards `yaw`.
    fn room(degrees: f32, yaw: f32) -> Grey {
        let (tilt, yaw) = (degrees.to_radians(), yaw.to_radians());
        let zenith = [tilt.sin() * yaw.sin(), tilt.cos(), tilt.sin() * yaw.cos()];
        let east = unit(cross(zenith, [0.0, 0.0, 1.0])).unwrap();
        let forward = cross(east, zenith);
        draw(1024, 512, |x, y| {
            let longitude = ((x as f32 + 0.5) / 1024.0 - 0.5) * std::f32::consts::TAU;
            let latitude = (0.5 - (y as f32 + 0.5) / 512.0) * std::f32::consts::PI;
            let here = [
                latitude.cos() * longitude.sin(),
                latitude.sin(),
                latitude.cos() * longitude.cos(),
            ];
            let around = dot(here, east).atan2(dot(here, forward)).to_degrees() + 180.0;
            let up = dot(here, zenith);
            // Floor boards and ceiling run one way and must not mislead.
            if up.abs() > 0.7 {
                return if (here[0] / up * 6.0).floor() as i32 % 2 == 0 { 90.0 } else { 130.0 };
            }
            // Borders two pixels wide, as a lens draws them: a hard step would stand on the grid of pixels.
            let place = (around / 7.3).rem_euclid(2.0);
            let inside =
                if place < 1.0 { place.min(1.0 - place) } else { (1.0 - place).max(place - 2.0) };
            let stripe = (0.5 + inside * 7.3 * 1024.0 / 360.0 / 2.0).clamp(0.0, 1.0);
            60.0 + 110.0 * stripe + 8.0 * speckle(x, y)
        })
    }

    /// Waves in every direction alike.
    fn clutter() -> Grey {
        draw(1024, 512, |x, y| {
            let waves = (0..24).map(|wave| {
                let (direction, length) =
                    (std::f32::consts::TAU * speckle(wave, 1), 12.0 + 20.0 * speckle(wave, 2));
                let along = direction.cos() * x as f32 + direction.sin() * y as f32;
                (std::f32::consts::TAU * (along / length + speckle(wave, 3))).sin()
            });
            128.0 + 25.0 * waves.sum::<f32>()
        })
    }

    #[test]
    fn a_lean_is_measured_to_a_fraction_of_a_degree() {
        for (degrees, yaw) in [(0.0, 0.0), (3.0, 40.0), (7.0, -120.0), (12.0, 175.0)] {
            let tilt = estimate(&room(degrees, yaw));
            assert!((tilt.degrees - degrees).abs() < 0.6, "{degrees}° towards {yaw}°: {tilt:?}");
            if degrees > 0.0 {
                let off = (tilt.towards_yaw - yaw + 540.0).rem_euclid(360.0) - 180.0;
                assert!(off.abs() < 12.0, "{degrees}° towards {yaw}°: {tilt:?}");
            }
            assert!(tilt.confidence > 0.5, "{tilt:?}");
        }
    }

    #[test]
    fn without_upright_lines_it_is_not_sure() {
        let clutter = estimate(&clutter());
        assert!(clutter.confidence < 0.3, "{clutter:?}");
        assert!(estimate(&draw(1024, 512, |_, y| y as f32 / 2.0)).confidence < 0.01);
    }
}
