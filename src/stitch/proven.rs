//! Whether photos turned so are right: points are followed from them into the neighbours that they then have.
//!
//! White ceilings and bare walls have few features, but edges and stains that are found again once it is known where
//! to look. A wrong turn finds points only by accident, and those it finds do not agree with one another.

use nalgebra::{Matrix2x3, Matrix3, Vector2, Vector3};

use super::bundle::Link;
use super::links::{Scene, anchors};
use super::photo::Photo;
use super::rotation::{RayPair, log_false_alarms, search};
use crate::geometry::Lens;
use crate::imaging::plane::Plane;

/// How far from where it should be a point is sought, pixels of half the size.
const REACH: f64 = 8.0;
/// How nearly points must agree on one turn, pixels of half the size.
const AGREE: f64 = 2.5;
/// Fewest points that agree.
const FEWEST: usize = 12;
/// log₁₀ of the number of false alarms below which a turn is believed.
const SURE: f64 = -7.0;
/// How well a point is known in the direction in which it is known least where it counts as known along and across: inverse
/// standard deviation, pixels of half the size.
const CORNER: f64 = 0.7;
/// Largest standard deviation of a turn about any axis, degrees.
const LOOSE: f64 = 0.15;

/// What is placed, and the photos at half their size.
pub struct Proof<'a> {
    photos: &'a [Photo],
    rotations: &'a [Matrix3<f64>],
    placed: &'a [usize],
    /// Of the halves.
    lenses: Vec<Lens>,
    halves: &'a [Plane],
}

/// Photos that are turned as one.
pub struct Group<'a> {
    /// The photos.
    photos: &'a [usize],
    /// Camera to their common frame, of all photos.
    own: &'a [Matrix3<f64>],
    /// Points to follow, of all photos.
    anchors: Vec<Vec<[f32; 2]>>,
}

impl<'a> Proof<'a> {
    /// `lenses` in pixels of the kept pictures, `halves` these at half their size; of `rotations` (camera to world) only those of `placed` mean something.
    pub fn new(
        photos: &'a [Photo],
        lenses: &[Lens],
        halves: &'a [Plane],
        rotations: &'a [Matrix3<f64>],
        placed: &'a [usize],
    ) -> Self {
        let lenses = lenses.iter().map(|lens| lens.scaled(0.5)).collect();
        Self { photos, rotations, placed, lenses, halves }
    }

    /// Photos that are turned as one; `own` takes a camera to their common frame.
    pub fn group<'b>(&self, photos: &'b [usize], own: &'b [Matrix3<f64>]) -> Group<'b> {
        let mut points = vec![Vec::new(); self.photos.len()];
        for &photo in photos {
            let up = 1.0 / self.photos[photo].grey_factor as f32;
            points[photo] = anchors(&self.photos[photo].grey)
                .into_iter()
                .map(|p| p.map(|v| ((v + 0.5) * up - 1.0) / 2.0))
                .collect();
        }
        Group { photos, own, anchors: points }
    }

    /// The turn near one of `starts` (common frame to world) of which it is surest that it is right, if it is of any.
    /// `corners`: fewest points that must be known along and across. Points along edges are found under any turn that keeps
    /// these edges together: where nothing else speaks for a start, they prove nothing.
    pub fn turn(
        &self,
        group: &Group,
        starts: &[Matrix3<f64>],
        corners: usize,
    ) -> Option<Matrix3<f64>> {
        let judged = starts.iter().filter_map(|start| self.judged(group, start, corners));
        let sure = judged.filter(|(log_nfa, _)| *log_nfa < SURE);
        sure.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, turn)| turn)
    }

    /// How sure it is that the photos are turned so, and a better turn.
    fn judged(
        &self,
        group: &Group,
        start: &Matrix3<f64>,
        fewest: usize,
    ) -> Option<(f64, Matrix3<f64>)> {
        let mut rotations = self.rotations.to_vec();
        for &photo in group.photos {
            rotations[photo] = start * group.own[photo];
        }
        let scene = Scene {
            planes: self.halves.iter().collect(),
            lenses: self.lenses.clone(),
            rotations: &rotations,
            anchors: &group.anchors,
            circles: &[],
            most: 60,
        };
        let (mut tried, mut rays, mut links) = (0, Vec::new(), Vec::new());
        for &photo in group.photos {
            let (fits, found) = scene.links_from(photo, self.placed, REACH);
            tried += fits.iter().map(|fit| fit.tried).sum::<usize>();
            // Points along edges say less, and the same point seen by several neighbours counts once.
            let mut seen_before: Vec<[f64; 2]> = Vec::new();
            for (link, least) in found {
                let a = self.lenses[photo].unproject(link.at).map(|a| group.own[photo] * a);
                let b = self.lenses[link.to].unproject(link.seen).map(|b| rotations[link.to] * b);
                let (Some(a), Some(b)) = (a, b) else { continue };
                if !seen_before.contains(&link.at) {
                    rays.push(RayPair { a, b });
                    links.push((link, least));
                }
                seen_before.push(link.at);
            }
        }
        let tolerance = AGREE / self.lenses[*group.photos.first()?].focal;
        let found = search(&rays, tolerance, 0.3, 3)?;
        // By accident a point is found in one of twelve places, and there anywhere within reach.
        let chance = 0.08 * (AGREE / REACH).powi(2);
        let (count, agreeing) = (tried.max(rays.len()), found.inliers.len());
        let enough = agreeing >= FEWEST && agreeing * 2 > rays.len() && agreeing * 3 > tried;
        let turn = found.rotation;
        let held = || {
            let corners = found.inliers.iter().filter(|&&k| links[k].1 > CORNER).count();
            let agreeing: Vec<(Vector3<f64>, &Link)> =
                found.inliers.iter().map(|&k| (turn * rays[k].a, &links[k].0)).collect();
            corners >= fewest && self.deviation(&agreeing) < LOOSE
        };
        (enough && held()).then(|| (log_false_alarms(count, agreeing, chance), turn))
    }

    /// Standard deviation of a turn about the axis about which it is known least, degrees, from where (in the world) points
    /// look and where they were found.
    fn deviation(&self, links: &[(Vector3<f64>, &Link)]) -> f64 {
        const SMALL: f64 = 1e-4;
        let mut information = Matrix3::zeros();
        for (ray, link) in links {
            let seen = |ray: Vector3<f64>| {
                let [x, y] = self.lenses[link.to].project(&self.rotations[link.to].tr_mul(&ray))?;
                Some(Vector2::new(x, y))
            };
            let Some(middle) = seen(*ray) else { continue };
            let by = |axis: Vector3<f64>| {
                let beside = seen(ray + SMALL * axis.cross(ray)).unwrap_or(middle);
                link.whitening * (beside - middle) / SMALL
            };
            let [x, y, z] = [Vector3::x(), Vector3::y(), Vector3::z()].map(by);
            let slope = Matrix2x3::from_columns(&[x, y, z]);
            information += slope.transpose() * slope;
        }
        let least = information.symmetric_eigenvalues().min();
        (1.0 / least.max(1e-9).sqrt()).to_degrees()
    }
}

#[cfg(test)]
mod tests {
    use super::super::attitude::angle_between;
    use super::super::dice::Dice;
    use super::super::photo::halved;
    use super::super::shade::tests::{lens, painted, turn};
    use super::*;

    /// A wall of upright stripes with a little noise; `spotted` with more than stripes on it.
    fn photo(turn: &Matrix3<f64>, spotted: bool, seed: u64) -> Photo {
        let mut dice = Dice(seed);
        painted("photo", turn, |d| {
            let yaw = d.x.atan2(d.z);
            let spots = if spotted { 30.0 * (21.0 * d.y + 3.0 * yaw).sin() } else { 0.0 };
            let light = 120.0 + 50.0 * (11.0 * yaw + (5.0 * yaw).sin()).sin() + spots;
            light + 1.5 * dice.normal()
        })
    }

    #[test]
    fn points_along_edges_alone_prove_nothing() {
        let truth = turn(20.0, 1.0, 0.5);
        let rotations = [turn(-40.0, 0.0, 0.0), turn(0.0, 0.0, 0.0), turn(45.0, 0.0, 0.0), truth];
        let lenses = [lens(); 4];
        let own = [Matrix3::identity(); 4];
        for spotted in [false, true] {
            let photos: Vec<Photo> =
                rotations.iter().zip(1..).map(|(turn, seed)| photo(turn, spotted, seed)).collect();
            let halves: Vec<Plane> =
                photos.iter().map(|photo| halved(&photo.picture.planes[0])).collect();
            let proof = Proof::new(&photos, &lenses, &halves, &rotations, &[0, 1, 2]);
            let group = proof.group(&[3], &own);
            let found = proof.turn(&group, &[turn(20.5, 3.0, 0.5)], 8);
            match (found, spotted) {
                (None, false) => {}
                (Some(found), true) => assert!(angle_between(&found, &truth) < 0.3),
                (found, _) => panic!("{spotted}: {found:?}"),
            }
        }
    }
}
