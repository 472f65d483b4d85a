//! Photos that features alone could not place: the likeliest turns by features are tried by following points into the
//! neighbours.

use nalgebra::Matrix3;

use super::graph::{Component, Pair, Rays, pool_of};
use super::grey::in_order;
use super::proven::Proof;
use super::rotation::{RayPair, search};
use super::tolerance::Tolerances;

/// Turns that are tried, a photo: several seeds at several tolerances.
const TRIES: [(f64, u64); 6] = [(1.0, 77), (1.0, 5), (2.5, 77), (2.5, 5), (2.5, 9), (1.0, 9)];

/// What is known so far.
pub struct Known<'a> {
    /// Matches of the photos.
    pub pairs: &'a [Pair],
    /// Rays of their features.
    pub rays: &'a [Rays],
    /// Camera to world; only those of `placed` mean something.
    pub rotations: &'a [Matrix3<f64>],
    /// Photos that are placed, ascending.
    pub placed: &'a [usize],
    /// How exactly features are found.
    pub tolerances: &'a Tolerances,
}

impl Known<'_> {
    /// Turns of `lost` photos that hold, with the photo.
    pub fn adopted(&self, lost: &[usize], proof: &Proof) -> Vec<(usize, Matrix3<f64>)> {
        let found = in_order(lost.len(), |at| self.turn_of(lost[at], proof));
        lost.iter().zip(found).filter_map(|(photo, turn)| Some((*photo, turn?))).collect()
    }

    fn turn_of(&self, photo: usize, proof: &Proof) -> Option<Matrix3<f64>> {
        let main = Component { photos: self.placed.to_vec() };
        let alone = Component { photos: vec![photo] };
        let mut own = self.rotations.to_vec();
        own[photo] = Matrix3::identity();
        let pool = pool_of(&main, &alone, self.pairs, self.rays, &own);
        let only: Vec<RayPair> = pool.iter().map(|entry| entry.rays).collect();
        let (tolerance, _) = self.tolerances.of(self.placed.iter().copied().chain([photo]));
        let guesses = TRIES.iter().filter_map(|(wider, seed)| {
            search(&only, wider * tolerance, 1e-3, *seed).map(|guess| guess.rotation)
        });
        let starts: Vec<Matrix3<f64>> = guesses.collect();
        proof.turn(&proof.group(&[photo], &own), &starts, 0)
    }
}
