//! Both lens pictures at one size, with the points to follow.

use nalgebra::Matrix3;

use super::band::bilinear;
use super::coarse::CLEAR;
use super::fit::Pair;
use super::straight::Edge;
use crate::base::Cancel;
use crate::imaging::plane::Plane;
use crate::stitch::bundle::Link;
use crate::stitch::grey::{Grey, in_order};
use crate::stitch::links::{Circle, Fit, Scene};
use crate::stitch::photo::Photo;
use crate::stitch::sampling::cubic;
use crate::stitch::segments::Segment;
use crate::stitch::trace::{Traced, traced};

/// Shares of the radius between which enlarged pictures are looked at.
const RIM: (f64, f64) = (0.6, 1.03);

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

/// The four pixels and their weights that make a pixel of a picture enlarged by `factor`, of `size` pixels; the border is
/// repeated.
fn cubics(size: usize, enlarged: usize, factor: f64) -> Vec<([usize; 4], [f32; 4])> {
    (0..enlarged)
        .map(|at| {
            let place = ((at as f64 + 0.5) / factor - 0.5).clamp(0.0, size as f64 - 1.0);
            let first = place as usize;
            let pixels = std::array::from_fn(|k| (first + k).saturating_sub(1).min(size - 1));
            (pixels, cubic((place - first as f64) as f32))
        })
        .collect()
}

/// `plane` enlarged by cubic convolution where a rim is; elsewhere black.
fn enlarged_rim(plane: &Plane, factor: f64, (centre, radius): Circle) -> Plane {
    let (w, h) =
        ((plane.width() as f64 * factor) as usize, (plane.height() as f64 * factor) as usize);
    let (columns, rows) = (cubics(plane.width(), w, factor), cubics(plane.height(), h, factor));
    let square =
        |at: usize, middle: f64| (((at as f64 + 0.5) / factor - 0.5 - middle) / radius).powi(2);
    let across: Vec<f64> = (0..w).map(|x| square(x, centre[0])).collect();
    let rim = RIM.0 * RIM.0..RIM.1 * RIM.1;
    let lines = in_order(h, |y| {
        let (sources, weights) = &rows[y];
        let mut mixed = vec![0.0_f32; plane.width()];
        for (&source, &weight) in sources.iter().zip(weights) {
            for (sum, &value) in mixed.iter_mut().zip(plane.row(source)) {
                *sum += weight * f32::from(value);
            }
        }
        let down = square(y, centre[1]);
        let mut line = vec![0; w];
        for ((value, across), (sources, weights)) in line.iter_mut().zip(&across).zip(&columns) {
            if rim.contains(&(across + down)) {
                let sum: f32 = (0..4).map(|k| weights[k] * mixed[sources[k]]).sum();
                // Conversion cuts at both ends.
                *value = (sum + 0.5) as u8;
            }
        }
        line
    });
    Plane::from_bytes(w, h, w, lines.concat()).unwrap_or_else(|| plane.clone())
}

/// A grey picture in bytes; `None` if it is empty.
pub fn bytes(grey: &Grey) -> Option<Plane> {
    let data = grey.data.iter().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect();
    Plane::from_bytes(grey.width, grey.height, grey.width, data)
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
    /// Both pictures with circles of at most `radius` pixels. Smaller pictures are enlarged to `enlarged`, so that a
    /// patch is no larger than the belt that both lenses see.
    pub fn of(
        halves: [&Photo; 2],
        circles: [Circle; 2],
        points: &[Vec<[f32; 2]>],
        radius: f64,
        enlarged: f64,
    ) -> Self {
        let own = circles[0].1.max(circles[1].1);
        let factor = (radius / own).min(1.0).max(radius.min(enlarged) / own);
        let scale = |v: f64| (v + 0.5) * factor - 0.5;
        let planes = in_order(2, |side| {
            let plane = &halves[side].picture.planes[0];
            if factor > 1.001 {
                enlarged_rim(plane, factor, circles[side])
            } else if factor > 0.999 {
                plane.clone()
            } else {
                bytes(&reduced(plane, factor)).unwrap_or_else(|| plane.clone())
            }
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

    /// Edges, those in pixels of the kept pictures, to a fraction of a pixel: those that are clear, in pixels of the pictures
    /// that `pair` is of. These are the ones here; those that were enlarged for the belt show nothing but it, and edges
    /// are looked for in the kept ones.
    pub fn traced(&self, edges: &[Edge], halves: [&Photo; 2], pair: &Pair) -> Vec<Edge> {
        let factor = self.factor.min(1.0);
        let traced = in_order(edges.len(), |at| {
            let Edge { side, from, to, .. } = edges[at];
            let plane =
                if factor < 1.0 { &self.planes[side] } else { &halves[side].picture.planes[0] };
            let segment = Segment { from, to }.scaled(factor);
            let Traced { from, middle, to } = traced(&segment, &pair.lenses[side], |place| {
                bilinear(plane, place).map(f64::from)
            })?;
            Some(Edge { side, from, middle: Some(middle), to })
        });
        traced.into_iter().flatten().collect()
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
        scene.links(&[0, 1], reach, &Cancel::new())
    }
}
