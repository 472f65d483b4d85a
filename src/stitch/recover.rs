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

/// What hangs together.
pub struct Recovered {
    /// Photos that are placed, ascending.
    pub placed: Vec<usize>,
    /// Of these, the ones that stand where their shading says.
    pub by_shade: Vec<usize>,
    /// And the ones that stand where the order of taking and their shading say.
    pub by_order: Vec<usize>,
}

/// Places what can be placed beside the largest component of `start`, whose rotations and components change with it.
pub fn recover(state: &Coarse, start: &mut Start, cancel: &Cancel) -> Recovered {
    let placed = start.components.first().map(|c| c.photos.clone()).unwrap_or_default();
    if placed.len() < 2 || placed.len() == state.photos.len() {
        return Recovered { placed, by_shade: Vec::new(), by_order: Vec::new() };
    }
    let lenses: Vec<Lens> = state.lens_of.iter().map(|&g| start.lenses[g]).collect();
    let mut recovery = Recovery { state, lenses, own: start.rotations.clone(), placed, start };
    recovery.adopt();
    // Photos beside those that were placed may be placed in the next round.
    for _ in 0..3 {
        if recovery.guide(true, cancel).is_empty() {
            break;
        }
    }
    let by_shade = recovery.shade(cancel);
    let by_order = recovery.guide(false, cancel);
    let Recovery { placed, .. } = recovery;
    for other in start.components.iter_mut().skip(1) {
        other.photos.retain(|photo| placed.binary_search(photo).is_err());
    }
    start.components.retain(|component| !component.photos.is_empty());
    Recovered { placed, by_shade, by_order }
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

    /// Takes photos in whose turns were found, and what hangs together with them; answers which.
    fn take_in(&mut self, found: &[(usize, Matrix3<f64>)]) -> Vec<usize> {
        let mut taken_in = Vec::new();
        for (photo, turn) in found {
            if self.is_placed(*photo) {
                continue;
            }
            let shift = turn * self.own[*photo].transpose();
            let group = self.groups().into_iter().find(|group| group.contains(photo));
            for member in group.unwrap_or_default() {
                self.start.rotations[member] = shift * self.own[member];
                self.placed.push(member);
                taken_in.push(member);
            }
            self.placed.sort_unstable();
        }
        taken_in
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

    /// By the order of taking: what points prove, or else single photos whose shading agrees; which.
    fn guide(&mut self, proven: bool, cancel: &Cancel) -> Vec<usize> {
        let mut groups = self.groups();
        groups.retain(|group| proven || group.len() == 1);
        if groups.is_empty() {
            return Vec::new();
        }
        let shading = self.shading();
        let guide = Guide::new(&shading, taken(self.state.photos), cancel);
        let found = if proven {
            guide.proven(&groups, &self.own, &self.proof(), cancel)
        } else {
            guide.likely(&groups, &self.own, cancel)
        };
        self.take_in(&found)
    }

    /// By their shading alone; which.
    fn shade(&mut self, cancel: &Cancel) -> Vec<usize> {
        let found = self.shading().turns(cancel);
        self.take_in(&found)
    }
}
