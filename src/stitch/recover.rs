//! Photos that features alone could not place: by points that are followed from where their few features say, or the order
//! of taking does, and else by their shading.

use nalgebra::Matrix3;

use super::adopt::Known;
use super::attitude::angle_between;
use super::coarse::{Coarse, Start};
use super::focal::TOLERANCE;
use super::graph::{self, Component};
use super::grey::in_order;
use super::guided::{Guide, SENSED};
use super::held::from_cameras;
use super::photo::halved;
use super::proven::Proof;
use super::sensed;
use super::shade::Shading;
use super::tolerance::Tolerances;
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::imaging::plane::Plane;

/// Two photos of a group agree on its turn if they differ by less, degrees.
const ALIKE: f64 = 5.0;

/// How far cameras that stand beside level ones may lean to the side, degrees, or twice as far as these do.
const LEAN: f64 = 6.0;

/// What hangs together.
pub struct Recovered {
    /// Photos that are placed, ascending.
    pub placed: Vec<usize>,
    /// Components that are not.
    pub others: Vec<Component>,
    /// Of these, the ones that stand where their shading says.
    pub by_shade: Vec<usize>,
    /// And the ones that stand where the order of taking and their shading say.
    pub by_order: Vec<usize>,
}

impl Recovered {
    /// The largest component of `start`, whose components are taken, and nothing beside it.
    pub fn nothing(start: &mut Start) -> Self {
        let mut components = std::mem::take(&mut start.components).into_iter();
        let placed = components.next().map(|c| c.photos).unwrap_or_default();
        Self { placed, others: components.collect(), by_shade: Vec::new(), by_order: Vec::new() }
    }
}

/// Places what can be placed beside the largest component of `start`, whose rotations change with it and whose components
/// are taken.
pub fn recover(state: &Coarse, start: &mut Start, cancel: &Cancel) -> Recovered {
    let found = Recovered::nothing(start);
    if found.placed.len() < 2 || found.others.is_empty() {
        return found;
    }
    let Recovered { placed, others, .. } = found;
    let lenses: Vec<Lens> = start.each();
    let halves = in_order(state.photos.len(), |i| halved(&state.photos[i].picture.planes[0]));
    let Start { rotations, .. } = start;
    let own = rotations.clone();
    let mut recovery = Recovery { state, lenses, halves, own, placed, others, rotations };
    recovery.adopt();
    // Photos beside those that were placed may be placed in the next round.
    for _ in 0..3 {
        if recovery.guide(true, cancel).is_empty() {
            break;
        }
    }
    let by_shade = recovery.shade(cancel);
    let by_order = recovery.guide(false, cancel);
    let Recovery { placed, others, .. } = recovery;
    Recovered { placed, others, by_shade, by_order }
}

struct Recovery<'a, 'b> {
    state: &'a Coarse<'a>,
    /// Of each photo.
    lenses: Vec<Lens>,
    /// Photos at half their size.
    halves: Vec<Plane>,
    /// Camera to the frame of each photo's component.
    own: Vec<Matrix3<f64>>,
    /// Ascending.
    placed: Vec<usize>,
    /// What is not placed.
    others: Vec<Component>,
    /// Camera to world.
    rotations: &'b mut Vec<Matrix3<f64>>,
}

impl Recovery<'_, '_> {
    /// Photos that are not placed.
    fn lost(&self) -> Vec<usize> {
        self.others.iter().flat_map(|other| other.photos.iter().copied()).collect()
    }

    /// Takes photos in whose turns were found, and what hangs together with them; answers which.
    fn take_in(&mut self, found: &[(usize, Matrix3<f64>)]) -> Vec<usize> {
        let mut taken_in = Vec::new();
        for (photo, turn) in found {
            // Not there any more: it was taken in with another.
            let Some(at) = self.others.iter().position(|other| other.photos.contains(photo)) else {
                continue;
            };
            let shift = turn * self.own[*photo].transpose();
            for member in self.others.remove(at).photos {
                self.rotations[member] = shift * self.own[member];
                taken_in.push(member);
            }
        }
        self.placed.extend(&taken_in);
        self.placed.sort_unstable();
        taken_in
    }

    fn proof(&self) -> Proof<'_> {
        Proof::new(self.state.photos, &self.lenses, &self.halves, self.rotations, &self.placed)
    }

    fn shading(&self) -> Shading<'_> {
        Shading {
            photos: self.state.photos,
            lenses: &self.lenses,
            rotations: self.rotations,
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
            rotations: self.rotations,
            placed: &self.placed,
            tolerances: &Tolerances::new(state.photos, &self.lenses, TOLERANCE),
        };
        let found = known.adopted(&self.lost(), &self.proof());
        self.take_in(&found);
    }

    /// By sensors or the order of taking: what points prove, or else single photos whose shading agrees; which.
    fn guide(&mut self, proven: bool, cancel: &Cancel) -> Vec<usize> {
        let groups = self.others.iter().map(|other| other.photos.clone());
        let groups: Vec<Vec<usize>> = groups.filter(|group| proven || group.len() == 1).collect();
        if groups.is_empty() {
            return Vec::new();
        }
        let shading = self.shading();
        let guide = Guide::new(&shading, cancel);
        let found = if proven {
            guide.proven(&groups, &self.own, &self.proof())
        } else {
            guide.likely(&groups, &self.own)
        };
        self.take_in(&found)
    }

    /// By their shading alone; which.
    fn shade(&mut self, cancel: &Cancel) -> Vec<usize> {
        let shading = self.shading();
        let mut found = shading.turns(cancel);
        let Shading { photos, rotations, placed, .. } = shading;
        let gimbals = sensed::gimbals(photos, rotations, placed);
        found.retain(|(photo, turn)| {
            gimbals[*photo].is_none_or(|told| angle_between(&told, turn) < SENSED)
        });
        let agreed = self.agreed(&found);
        self.take_in(&agreed)
    }

    /// Turns of photos that hang together with no other, of groups two of which agree, and of groups that are held as level as
    /// what is placed: shading is alike by chance, too.
    fn agreed(&self, found: &[(usize, Matrix3<f64>)]) -> Vec<(usize, Matrix3<f64>)> {
        let shift = |(photo, turn): &(usize, Matrix3<f64>)| turn * self.own[*photo].transpose();
        let placed: Vec<Matrix3<f64>> = self.placed.iter().map(|&i| self.rotations[i]).collect();
        let turned = |group: &[usize], shift: &Matrix3<f64>| -> Vec<Matrix3<f64>> {
            group.iter().map(|&i| shift * self.own[i]).collect()
        };
        let agrees = |one: &(usize, Matrix3<f64>)| {
            let group = self.others.iter().find(|other| other.photos.contains(&one.0));
            group.is_some_and(|group| {
                let twice = |other: &(usize, Matrix3<f64>)| {
                    other.0 != one.0
                        && group.photos.contains(&other.0)
                        && angle_between(&shift(one), &shift(other)) < ALIKE
                };
                group.photos.len() == 1
                    || found.iter().any(twice)
                    || level(&turned(&group.photos, &shift(one)), &placed)
            })
        };
        found.iter().filter(|one| agrees(one)).copied().collect()
    }
}

/// Whether cameras of a group are held as those that are placed: a row of photos does not roll beside another.
fn level(group: &[Matrix3<f64>], placed: &[Matrix3<f64>]) -> bool {
    let up = from_cameras(placed.iter().copied());
    let lean = |r: &Matrix3<f64>| r.column(0).dot(&up).abs().min(1.0).asin().to_degrees();
    let most = placed.iter().map(lean).fold(LEAN / 2.0, f64::max);
    group.iter().all(|rotation| lean(rotation) < 2.0 * most)
}

#[cfg(test)]
mod tests {
    use super::super::attitude::Attitude;
    use super::*;

    #[test]
    fn a_row_that_rolls_beside_a_level_one_is_not_level() {
        let row = |pitch: f64, roll: f64| -> Vec<Matrix3<f64>> {
            let at = |i: u32| Attitude { yaw: 20.0 * f64::from(i), pitch, roll };
            (0..5).map(|i| at(i).matrix()).collect()
        };
        assert!(level(&row(30.0, 2.0), &row(-10.0, 1.0)));
        assert!(!level(&row(30.0, 15.0), &row(-10.0, 1.0)));
        // Who leans is believed to lean on.
        assert!(level(&row(0.0, 15.0), &[row(0.0, 12.0), row(0.0, -12.0)].concat()));
    }
}
