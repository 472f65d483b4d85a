//! Photos that features alone could not place: by points that are followed from where their few features say, or the order
//! of taking does, and else by their shading.

use nalgebra::Matrix3;

use super::adopt::Known;
use super::coarse::{Coarse, Start};
use super::focal::TOLERANCE;
use super::graph;
use super::guided::Guide;
use super::order::taken;
use super::proven::Proof;
use super::shade::Shading;
use crate::base::Cancel;
use crate::geometry::Lens;

/// Places what can be placed beside the largest component of `start`, whose rotations and components change with it.
/// Answers the photos that hang together then, ascending, and which of them are placed by their shading.
pub fn recover(state: &Coarse, start: &mut Start, cancel: &Cancel) -> (Vec<usize>, Vec<usize>) {
    let placed = start.components.first().map(|c| c.photos.clone()).unwrap_or_default();
    if placed.len() < 2 || placed.len() == state.photos.len() {
        return (placed, Vec::new());
    }
    let lenses: Vec<Lens> = state.lens_of.iter().map(|&g| start.lenses[g]).collect();
    let mut recovery = Recovery { state, lenses, own: start.rotations.clone(), placed, start };
    recovery.adopt();
    // Photos beside those that were placed may be placed in the next round.
    for _ in 0..3 {
        if !recovery.guide(cancel) {
            break;
        }
    }
    let by_shade = recovery.shade(cancel);
    let Recovery { placed, .. } = recovery;
    for other in start.components.iter_mut().skip(1) {
        other.photos.retain(|photo| placed.binary_search(photo).is_err());
    }
    start.components.retain(|component| !component.photos.is_empty());
    (placed, by_shade)
}

struct Recovery<'a, 'b> {
    state: &'a Coarse<'a>,
    /// Of each photo.
    lenses: Vec<Lens>,
    /// Camera to the frame of each photo's component.
    own: Vec<Matrix3<f64>>,
    /// Ascending.
    placed: Vec<usize>,
    start: &'b mut Start,
}

impl Recovery<'_, '_> {
    fn is_placed(&self, photo: usize) -> bool {
        self.placed.binary_search(&photo).is_ok()
    }

    /// What is left of the components that are not placed.
    fn groups(&self) -> Vec<Vec<usize>> {
        let lost = |photos: &[usize]| -> Vec<usize> {
            photos.iter().copied().filter(|photo| !self.is_placed(*photo)).collect()
        };
        let groups = self.start.components.iter().skip(1).map(|c| lost(&c.photos));
        groups.filter(|group| !group.is_empty()).collect()
    }

    /// Takes photos in whose turns were found, and what hangs together with them.
    fn take_in(&mut self, found: &[(usize, Matrix3<f64>)]) {
        for (photo, turn) in found {
            if self.is_placed(*photo) {
                continue;
            }
            let shift = turn * self.own[*photo].transpose();
            let group = self.groups().into_iter().find(|group| group.contains(photo));
            for member in group.unwrap_or_default() {
                self.start.rotations[member] = shift * self.own[member];
                self.placed.push(member);
            }
            self.placed.sort_unstable();
        }
    }

    fn proof(&self) -> Proof<'_> {
        Proof::new(self.state.photos, &self.lenses, &self.start.rotations, &self.placed)
    }

    fn shading(&self) -> Shading<'_> {
        Shading {
            photos: self.state.photos,
            lenses: &self.lenses,
            rotations: &self.start.rotations,
            placed: &self.placed,
        }
    }

    /// By what few features say.
    fn adopt(&mut self) {
        let state = self.state;
        let rays = graph::rays(state.features, &self.lenses);
        let known = Known {
            pairs: state.pairs,
            rays: &rays,
            rotations: &self.start.rotations,
            placed: &self.placed,
            tolerance: TOLERANCE / state.photos[0].grey_factor / self.lenses[0].focal,
        };
        let found = known.adopted(&self.groups().concat(), &self.proof());
        self.take_in(&found);
    }

    /// By the order of taking; whether anything was placed.
    fn guide(&mut self, cancel: &Cancel) -> bool {
        let shading = self.shading();
        let guide = Guide::new(&shading, taken(self.state.photos), cancel);
        let found = guide.proven(&self.groups(), &self.own, &self.proof(), cancel);
        self.take_in(&found);
        !found.is_empty()
    }

    /// By their shading alone; which.
    fn shade(&mut self, cancel: &Cancel) -> Vec<usize> {
        let found = self.shading().turns(cancel);
        let before = self.placed.clone();
        self.take_in(&found);
        self.placed.iter().copied().filter(|photo| before.binary_search(photo).is_err()).collect()
    }
}
