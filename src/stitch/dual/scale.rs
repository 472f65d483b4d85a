//! Both lens pictures at one size, with the points to follow.

use nalgebra::Matrix3;

use super::coarse::CLEAR;
use super::fit::Pair;
use crate::imaging::plane::Plane;
use crate::stitch::bundle::Link;
use crate::stitch::grey::{Grey, in_order};
use crate::stitch::links::{Circle, Fit, Scene};
use crate::stitch::photo::Photo;
use crate::stitch::warp::bicubic;

/// Smaller pictures are enlarged to this radius, so that a patch is no larger than the belt that both lenses see.
const ENLARGED: f64 = 700.0;
/// Shares of the radius between which pictures are looked at.
const RIM: (f64, f64) = (0.6, 1.03);
/// Share of the radius beyond which the barrel shades what is seen: the fall of light is taken from within.
const LIT: f64 = 0.965;

/// Luma reduced by `factor`.
pub fn reduced(plane: &Plane, factor: f64) -> Grey {
    let pixels = (plane.width() * plane.height()) as f64 * factor * factor;
    Grey::reduced(plane, pixels).0
}

/// Luma at which the circle has at most `wanted` pixels of radius, and its factor.
pub fn small(half: &Photo, radius: f64, wanted: f64) -> (Grey, f64) {
    let factor = (wanted / radius).min(1.0);
    (reduced(&half.picture.planes[0], factor), factor)
}

/// `plane` enlarged by cubic convolution where a rim is; elsewhere black.
fn enlarged_rim(plane: &Plane, factor: f64, (centre, radius): Circle) -> Plane {
    let (w, h) =
        ((plane.width() as f64 * factor) as usize, (plane.height() as f64 * factor) as usize);
    let rows = in_order(h, |y| {
        let v = (y as f64 + 0.5) / factor - 0.5;
        let mut row = vec![0; w];
        for (x, value) in row.iter_mut().enumerate() {
            let u = (x as f64 + 0.5) / factor - 0.5;
            let distance = (u - centre[0]).hypot(v - centre[1]) / radius;
            if (RIM.0..RIM.1).contains(&distance) {
                *value = bicubic(plane, u as f32, v as f32).round().clamp(0.0, 255.0) as u8;
            }
        }
        row
    });
    Plane::from_bytes(w, h, w, rows.concat()).unwrap_or_else(|| plane.clone())
}

/// A grey picture in bytes; `None` if it is empty.
pub fn bytes(grey: &Grey) -> Option<Plane> {
    let data = grey.data.iter().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect();
    Plane::from_bytes(grey.width, grey.height, grey.width, data)
}

/// `plane` with the fall of light towards the rim taken out, as it is on the mean around the axis. It falls to opposite
/// sides in both pictures, and would draw points towards the brighter side.
fn flattened(plane: Plane, (centre, radius): Circle) -> Plane {
    const BINS: usize = 32;
    let bin = |x: usize, y: usize| {
        let share = (x as f64 - centre[0]).hypot(y as f64 - centre[1]) / radius;
        let at = (share - RIM.0) / (LIT - RIM.0) * BINS as f64;
        (share > RIM.0 && share < RIM.1).then_some(at)
    };
    let mut sums = [(0.0_f64, 1e-9_f64); BINS];
    for y in (0..plane.height()).step_by(2) {
        for (x, value) in plane.row(y).iter().enumerate().step_by(2) {
            if let Some(at) = bin(x, y).filter(|at| *at < BINS as f64) {
                let sum = &mut sums[at as usize];
                *sum = (sum.0 + f64::from(*value), sum.1 + 1.0);
            }
        }
    }
    let means = sums.map(|(sum, count)| sum / count);
    let smooth = |at: usize| {
        let part = &means[at.saturating_sub(2)..(at + 3).min(BINS)];
        part.iter().sum::<f64>() / part.len() as f64
    };
    let light = means[..BINS / 2].iter().sum::<f64>() / (BINS / 2) as f64;
    // A little darker on the whole, so that what is light is not cut off.
    let gains: Vec<f64> =
        (0..BINS).map(|at| 0.8 * (light / smooth(at).max(1.0)).clamp(0.6, 2.0)).collect();
    let rows = in_order(plane.height(), |y| {
        let mut row = plane.row(y).to_vec();
        for (x, value) in row.iter_mut().enumerate() {
            if let Some(at) = bin(x, y) {
                // Between the middles of bins.
                let at = (at - 0.5).clamp(0.0, BINS as f64 - 1.001);
                let (low, part) = (at as usize, at.fract());
                let gain = gains[low] * (1.0 - part) + gains[low + 1] * part;
                *value = (f64::from(*value) * gain).round().clamp(0.0, 255.0) as u8;
            }
        }
        row
    });
    let (w, h) = (plane.width(), plane.height());
    Plane::from_bytes(w, h, w, rows.concat()).unwrap_or(plane)
}

/// Both pictures at one size, with the points to follow.
pub struct Scale {
    /// Pixels here through pixels of the kept pictures.
    pub factor: f64,
    planes: Vec<Plane>,
    points: Vec<Vec<[f32; 2]>>,
    circles: Vec<Circle>,
}

impl Scale {
    /// Both pictures with circles of at most `radius` pixels.
    pub fn of(
        halves: [&Photo; 2],
        circles: [Circle; 2],
        points: &[Vec<[f32; 2]>],
        radius: f64,
    ) -> Self {
        let factor = (radius / circles[0].1.max(circles[1].1))
            .min(1.0)
            .max(radius.min(ENLARGED) / circles[0].1.max(circles[1].1));
        let scale = |v: f64| (v + 0.5) * factor - 0.5;
        let planes = in_order(2, |side| {
            let plane = &halves[side].picture.planes[0];
            let (centre, radius) = circles[side];
            let sized = if factor > 1.001 {
                enlarged_rim(plane, factor, circles[side])
            } else if factor > 0.999 {
                plane.clone()
            } else {
                bytes(&reduced(plane, factor)).unwrap_or_else(|| plane.clone())
            };
            flattened(sized, (centre.map(scale), radius * factor))
        });
        Self {
            factor,
            planes,
            points: points
                .iter()
                .map(|list| list.iter().map(|p| p.map(|v| scale(f64::from(v)) as f32)).collect())
                .collect(),
            circles: circles.iter().map(|(c, r)| (c.map(scale), r * factor * CLEAR)).collect(),
        }
    }

    /// Follows points from each picture to the other. `reach`: farthest from the guess, pixels.
    pub fn links(&self, pair: &Pair, reach: f64, most: usize) -> (Vec<Fit>, Vec<Link>) {
        let scene = Scene {
            planes: self.planes.iter().collect(),
            lenses: pair.lenses.to_vec(),
            rotations: &[Matrix3::identity(), pair.rotation],
            anchors: &self.points,
            circles: &self.circles,
            most,
        };
        scene.links(&[0, 1], reach)
    }
}
