//! Many exact links between photos whose poses are roughly known: points spread over each photo, found again in all
//! photos that should show them.

use nalgebra::{Matrix2, Matrix3, Vector3};

use super::bundle::Link;
use super::grey::{Grey, in_order};
use super::track::{Miss, track};
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::imaging::plane::Plane;

/// Cells along the longer side from each of which one point is taken.
const CELLS: usize = 30;
/// Most points tried from one photo to another, ordinarily.
pub const MOST: usize = 90;

/// Points of a photo worth following, in pixels of `grey`: the best of each cell by the structure tensor, corners
/// before edges (Shi and Tomasi, CVPR 1994, with a share for edges).
pub fn anchors(grey: &Grey) -> Vec<[f32; 2]> {
    anchors_in(grey, CELLS)
}

/// [`anchors`] with `cells` cells along the longer side.
pub fn anchors_in(grey: &Grey, cells: usize) -> Vec<[f32; 2]> {
    let half = grey.halved();
    let (w, h) = (half.width, half.height);
    if w < 16 || h < 16 {
        return Vec::new();
    }
    let mut tensor = [Grey::filled(w, h, 0.0), Grey::filled(w, h, 0.0), Grey::filled(w, h, 0.0)];
    for y in 1..h - 1 {
        for x in 1..w - 1 {
            let (gx, gy) =
                (half.at(x + 1, y) - half.at(x - 1, y), half.at(x, y + 1) - half.at(x, y - 1));
            let at = y * w + x;
            tensor[0].data[at] = gx * gx;
            tensor[1].data[at] = gx * gy;
            tensor[2].data[at] = gy * gy;
        }
    }
    let [xx, xy, yy] = tensor.map(|t| t.blurred(2.0));
    let cell = (w.max(h) / cells).max(4);
    let mut out = Vec::new();
    for top in (4..h - 4).step_by(cell) {
        for left in (4..w - 4).step_by(cell) {
            let mut best = (2e-6_f32, None);
            for y in top..(top + cell).min(h - 4) {
                for x in left..(left + cell).min(w - 4) {
                    let at = y * w + x;
                    let (a, b, c) = (xx.data[at], xy.data[at], yy.data[at]);
                    let root = ((a - c) * (a - c) / 4.0 + b * b).sqrt();
                    let (small, large) = (f32::midpoint(a, c) - root, f32::midpoint(a, c) + root);
                    let score = small + 0.04 * large;
                    if score > best.0 {
                        best = (score, Some([2.0 * x as f32 + 0.5, 2.0 * y as f32 + 0.5]));
                    }
                }
            }
            out.extend(best.1);
        }
    }
    out
}

/// What is known of the photos.
pub struct Scene<'a> {
    /// Luma of each photo.
    pub planes: Vec<&'a Plane>,
    /// Lens of each photo, in pixels of its plane.
    pub lenses: Vec<Lens>,
    /// Camera to world.
    pub rotations: &'a [Matrix3<f64>],
    /// Points to follow, pixels of the plane.
    pub anchors: &'a [Vec<[f32; 2]>],
    /// Circles (centre, radius) outside of which fisheyes show nothing; empty for ordinary photos.
    pub circles: &'a [Circle],
    /// Most points tried from one photo to another.
    pub most: usize,
}

/// Centre and radius of what a fisheye shows, pixels.
pub type Circle = ([f64; 2], f64);

/// The same circle in a picture scaled by `factor`.
pub fn scaled((centre, radius): Circle, factor: f64) -> Circle {
    (centre.map(|v| (v + 0.5) * factor - 0.5), radius * factor)
}

/// Where a point (column, row) of one photo should be in another.
pub type Predict<'a> = dyn Fn(usize, usize, [f64; 2]) -> Option<[f64; 2]> + Sync + 'a;

/// How well two photos fit where they should overlap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Photo whose points were followed.
    pub from: usize,
    /// Photo in which they were sought.
    pub to: usize,
    /// Points tried.
    pub tried: usize,
    /// Points found.
    pub found: usize,
    /// Of these, those that meet as far as anyone can see.
    pub agreeing: usize,
}

/// A cone around what a photo sees.
struct Cone {
    axis: Vector3<f64>,
    /// Half its angle, radians.
    half: f64,
}

/// Cameras do not stand in exactly one place: so much farther apart cones may still show the same, radians.
const SLACK: f64 = 0.2;

impl Cone {
    fn meets(&self, other: &Self) -> bool {
        let apart = self.axis.dot(&other.axis).clamp(-1.0, 1.0).acos();
        apart < self.half + other.half + SLACK
    }
}

impl Scene<'_> {
    /// Where the point of `from` should be in `to`, taken from the same spot.
    fn predict(&self, from: usize, to: usize, at: [f64; 2]) -> Option<[f64; 2]> {
        let ray: Vector3<f64> = self.lenses[from].unproject(at)?;
        self.lenses[to].project(&(self.rotations[to].transpose() * (self.rotations[from] * ray)))
    }

    /// Everything that a photo sees.
    fn cone(&self, photo: usize) -> Cone {
        let (w, h) = (self.planes[photo].width() as f64, self.planes[photo].height() as f64);
        let lens = &self.lenses[photo];
        let axis = self.rotations[photo].column(2).into_owned();
        // Farthest from the axis are points of the border; where the lens does not see one, it may see anything.
        let farthest = (0..8)
            .flat_map(|k| {
                let t = f64::from(k) / 8.0;
                [[t * w, 0.0], [w, t * h], [w - t * w, h], [0.0, h - t * h]]
            })
            .map(|at| {
                lens.unproject(at).map_or(std::f64::consts::PI, |ray| ray.z.clamp(-1.0, 1.0).acos())
            })
            .fold(0.0, f64::max);
        Cone { axis, half: farthest }
    }

    fn pair(
        &self,
        from: usize,
        to: usize,
        reach: f64,
        predict: &Predict,
    ) -> (Fit, Vec<(Link, f64)>) {
        let plane = self.planes[to];
        let in_circle = |photo: usize, p: &[f64; 2]| {
            self.circles.get(photo).is_none_or(|(c, r)| (p[0] - c[0]).hypot(p[1] - c[1]) < r - 8.0)
        };
        let inside = |p: &[f64; 2]| {
            in_circle(to, p)
                && p[0] > 9.0
                && p[1] > 9.0
                && p[0] < plane.width() as f64 - 10.0
                && p[1] < plane.height() as f64 - 10.0
        };
        let visible: Vec<([usize; 2], [f64; 2])> = self.anchors[from]
            .iter()
            .filter_map(|a| {
                let at = [a[0].round() as usize, a[1].round() as usize];
                let here = at.map(|v| v as f64);
                let there = predict(from, to, here)?;
                (in_circle(from, &here) && inside(&there)).then_some((at, there))
            })
            .collect();
        let step = visible.len().div_ceil(self.most).max(1);
        let mut fit = Fit { from, to, tried: 0, found: 0, agreeing: 0 };
        let mut links = Vec::new();
        for (at, guess) in visible.into_iter().step_by(step) {
            let here = at.map(|v| v as f64);
            let (Some(right), Some(down)) = (
                predict(from, to, [here[0] + 1.0, here[1]]),
                predict(from, to, [here[0], here[1] + 1.0]),
            ) else {
                continue;
            };
            let bend = Matrix2::new(
                right[0] - guess[0],
                down[0] - guess[0],
                right[1] - guess[1],
                down[1] - guess[1],
            );
            // Where scales differ much the patch would be smeared or sparse.
            let size = bend.determinant().abs();
            if !(0.2..5.0).contains(&size) {
                continue;
            }
            match track(self.planes[from], at, plane, guess, &bend, reach) {
                Ok(found) => {
                    fit.tried += 1;
                    fit.found += 1;
                    let (seen, whitening) = (found.at, found.whitening);
                    links.push((Link { from, to, at: here, seen, whitening }, found.least));
                }
                Err(Miss::Lost) => fit.tried += 1,
                Err(Miss::Blank) => {}
            }
        }
        (fit, links)
    }

    /// Follows points between all photos of `placed` that overlap. `reach`: farthest from the guess, pixels. Incomplete
    /// once `cancel` is set.
    pub fn links(&self, placed: &[usize], reach: f64, cancel: &Cancel) -> (Vec<Fit>, Vec<Link>) {
        self.links_by(placed, reach, &|from, to, at| self.predict(from, to, at), cancel)
    }

    /// Follows points of `from` into the photos `to`; with each link how well it is known in the direction in which it is
    /// known least ([`super::track::Found::least`]).
    pub fn links_from(
        &self,
        from: usize,
        to: &[usize],
        reach: f64,
    ) -> (Vec<Fit>, Vec<(Link, f64)>) {
        let predict = |from: usize, to: usize, at: [f64; 2]| self.predict(from, to, at);
        let found = to.iter().map(|&to| self.pair(from, to, reach, &predict));
        let (fits, links): (Vec<Fit>, Vec<Vec<(Link, f64)>>) = found.unzip();
        (fits, links.concat())
    }

    /// [`Self::links`] with another guess of where points are.
    pub fn links_by(
        &self,
        placed: &[usize],
        reach: f64,
        predict: &Predict,
        cancel: &Cancel,
    ) -> (Vec<Fit>, Vec<Link>) {
        let cones: Vec<Cone> = placed.iter().map(|&photo| self.cone(photo)).collect();
        let mut order = Vec::new();
        for (&from, own) in placed.iter().zip(&cones) {
            for (&to, other) in placed.iter().zip(&cones) {
                if from != to && own.meets(other) {
                    order.push((from, to));
                }
            }
        }
        let found = in_order(order.len(), |index| {
            let (from, to) = order[index];
            if cancel.is_cancelled() {
                return (Fit { from, to, tried: 0, found: 0, agreeing: 0 }, Vec::new());
            }
            self.pair(from, to, reach, predict)
        });
        let mut fits = Vec::new();
        let mut links = Vec::new();
        for (fit, more) in found {
            if fit.tried > 0 {
                fits.push(fit);
                links.extend(more.into_iter().map(|(link, _)| link));
            }
        }
        (fits, links)
    }
}
