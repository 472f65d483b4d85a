//! Photos that features alone could not place: the likeliest turns are tried by following points into the neighbours.
//!
//! White ceilings and bare walls have few features, but edges and stains that are found again once it is known where
//! to look. A wrong turn finds points only by accident, and those it finds do not agree with one another.

use nalgebra::{Matrix3, Vector3};

use super::graph::{Component, Pair, Rays, pool_of};
use super::grey::in_order;
use super::links::{Scene, anchors};
use super::photo::{Photo, halved};
use super::rotation::{RayPair, log_false_alarms, search};
use crate::geometry::Lens;
use crate::imaging::plane::Plane;

/// How far from where it should be a point is sought, pixels of half the size.
const REACH: f64 = 8.0;
/// How nearly points must agree on one turn, pixels of half the size.
const AGREE: f64 = 2.5;
/// Fewest points that agree.
const FEWEST: usize = 12;
/// log₁₀ of the number of false alarms below which a photo is taken in.
const SURE: f64 = -7.0;
/// Turns that are tried, a photo: several seeds at several tolerances.
const TRIES: [(f64, u64); 6] = [(1.0, 77), (1.0, 5), (2.5, 77), (2.5, 5), (2.5, 9), (1.0, 9)];

/// What is known so far.
pub struct Known<'a> {
    /// All photos.
    pub photos: &'a [Photo],
    /// Their matches.
    pub pairs: &'a [Pair],
    /// Rays of their features.
    pub rays: &'a [Rays],
    /// Lens of each photo, in pixels of the kept picture.
    pub lenses: &'a [Lens],
    /// Tolerance of a feature, radians.
    pub tolerance: f64,
}

impl Known<'_> {
    /// Turns of photos outside of `placed` that hold, with the photo. `rotations` are camera to world.
    pub fn adopted(
        &self,
        placed: &[usize],
        rotations: &[Matrix3<f64>],
    ) -> Vec<(usize, Matrix3<f64>)> {
        let lost: Vec<usize> =
            (0..self.photos.len()).filter(|i| placed.binary_search(i).is_err()).collect();
        if lost.is_empty() || placed.len() < 2 {
            return Vec::new();
        }
        let halves: Vec<Plane> =
            in_order(self.photos.len(), |i| halved(&self.photos[i].picture.planes[0]));
        let found = in_order(lost.len(), |at| self.turn_of(lost[at], placed, rotations, &halves));
        lost.into_iter().zip(found).filter_map(|(photo, turn)| Some((photo, turn?))).collect()
    }

    fn turn_of(
        &self,
        photo: usize,
        placed: &[usize],
        rotations: &[Matrix3<f64>],
        halves: &[Plane],
    ) -> Option<Matrix3<f64>> {
        let main = Component { photos: placed.to_vec() };
        let alone = Component { photos: vec![photo] };
        let mut turned = rotations.to_vec();
        turned[photo] = Matrix3::identity();
        let pool = pool_of(&main, &alone, self.pairs, self.rays, &turned);
        let only: Vec<RayPair> = pool.iter().map(|entry| entry.rays).collect();
        let up = 1.0 / self.photos[photo].grey_factor as f32;
        let points: Vec<[f32; 2]> = anchors(&self.photos[photo].grey)
            .into_iter()
            .map(|p| p.map(|v| ((v + 0.5) * up - 1.0) / 2.0))
            .collect();
        let mut best: Option<(f64, Matrix3<f64>)> = None;
        for (wider, seed) in TRIES {
            let Some(guess) = search(&only, wider * self.tolerance, 1e-3, seed) else { continue };
            turned[photo] = guess.rotation;
            let Some((log_nfa, turn)) = self.judged(photo, placed, &turned, halves, &points) else {
                continue;
            };
            if log_nfa < SURE && best.as_ref().is_none_or(|(least, _)| log_nfa < *least) {
                best = Some((log_nfa, turn));
            }
        }
        best.map(|(_, turn)| turn)
    }

    /// How sure it is that the photo is turned so, and a better turn.
    fn judged(
        &self,
        photo: usize,
        placed: &[usize],
        rotations: &[Matrix3<f64>],
        halves: &[Plane],
        points: &[[f32; 2]],
    ) -> Option<(f64, Matrix3<f64>)> {
        let mut anchors = vec![Vec::new(); self.photos.len()];
        anchors[photo] = points.to_vec();
        let lenses: Vec<Lens> = self.lenses.iter().map(|lens| lens.scaled(0.5)).collect();
        let scene = Scene {
            planes: halves.iter().collect(),
            lenses: lenses.clone(),
            rotations,
            anchors: &anchors,
            circles: &[],
            most: 60,
        };
        let (fits, links) = scene.links_from(photo, placed, REACH);
        // Points along edges say less, and the same point seen by several neighbours counts once.
        let mut seen_before: Vec<[f64; 2]> = Vec::new();
        let rays: Vec<RayPair> = links
            .iter()
            .filter_map(|link| {
                let a: Vector3<f64> = lenses[photo].unproject(link.at)?;
                let b = rotations[link.to] * lenses[link.to].unproject(link.seen)?;
                let new = !seen_before.contains(&link.at);
                seen_before.push(link.at);
                new.then_some(RayPair { a, b })
            })
            .collect();
        let tolerance = AGREE / lenses[photo].focal;
        let found = search(&rays, tolerance, 0.3, 3)?;
        let tried: usize = fits.iter().map(|fit| fit.tried).sum();
        // By accident a point is found in one of twelve places, and there anywhere within reach.
        let chance = 0.08 * (AGREE / REACH).powi(2);
        let (count, agreeing) = (tried.max(rays.len()), found.inliers.len());
        let enough = agreeing >= FEWEST && agreeing * 2 > rays.len() && agreeing * 3 > tried;
        enough.then(|| (log_false_alarms(count, agreeing, chance), found.rotation))
    }
}
