//! Photos that nothing in them could place, sought near where the order of taking says that they stand: by their shading
//! first, and believed when points followed from there into the neighbours are found.

use std::cell::OnceCell;

use nalgebra::{Matrix3, Rotation3, Vector3};

use super::attitude::{angle_between, exponential, nearest_rotation};
use super::grey::in_order;
use super::level::{Level, level, level_among};
use super::order::{self, Known};
use super::proven::Proof;
use super::sensed;
use super::shade::{Comparison, Descent, LEVELS, Place, Scored, Shading, Sphere};
use crate::base::Cancel;

/// How far around a guess is looked, degrees, and in which steps.
const AROUND: f64 = 8.0;
const STEP: f64 = 2.0;
/// How far from a guess by the order of taking a photo may be found, degrees, and from one by sensors.
const FARTHEST: f64 = 10.0;
pub const SENSED: f64 = 5.0;
/// Least correlation of the shading with the neighbours' where nothing else is known.
pub const ALIKE: f64 = 0.6;
/// Fewest points known along and across that prove a place.
const CORNERS: usize = 8;
/// How turns near the guesses are narrowed down.
const DESCENT: Descent =
    Descent { tried: [40, 8], distinct: 1.0, steps: [&[1.0, 0.5], &[0.5, 0.25, 0.12]] };

/// What the order of taking and the placed photos say of the others. What is costly is made when it is asked for: often
/// the order says nothing.
pub struct Guide<'a> {
    shading: &'a Shading<'a>,
    /// Photos in the order of taking.
    order: Vec<usize>,
    /// How each camera was turned as its sensors say.
    gimbals: Vec<Option<Matrix3<f64>>>,
    cancel: &'a Cancel,
    spheres: OnceCell<[Sphere; 3]>,
    level: OnceCell<Level>,
}

/// Where photos may stand.
#[derive(Clone, Copy)]
pub struct Guess {
    /// Their common frame to world.
    pub turn: Matrix3<f64>,
    /// What says so.
    pub by: GuessedBy,
    /// Whether the order of taking says so from both sides.
    pub between: bool,
}

/// What says where photos may stand.
#[derive(Clone, Copy, PartialEq)]
pub enum GuessedBy {
    /// The order of taking.
    Order,
    /// The order of taking, and their own vertical edges how they are tilted.
    Upright,
    /// The sensors of the cameras.
    Sensors,
}

impl<'a> Guide<'a> {
    /// What the files of the photos of `shading` say.
    pub fn new(shading: &'a Shading<'a>, cancel: &'a Cancel) -> Self {
        let Shading { photos, rotations, placed, .. } = shading;
        let gimbals = sensed::gimbals(photos, rotations, placed);
        let order = order::taken(photos);
        Self { shading, order, gimbals, cancel, spheres: OnceCell::new(), level: OnceCell::new() }
    }

    /// Whether sensors say where a photo stands.
    pub fn is_told(&self, photo: usize) -> bool {
        self.gimbals[photo].is_some()
    }

    /// Where sensors say that a group of photos that are turned as one (`own`: camera to their common frame) stands.
    pub fn sensed(&self, group: &[usize], own: &[Matrix3<f64>]) -> Option<Matrix3<f64>> {
        let each: Vec<Matrix3<f64>> = group
            .iter()
            .filter_map(|&photo| Some(self.gimbals[photo]? * own[photo].transpose()))
            .collect();
        let first = each.first()?;
        let agree = each.iter().all(|turn| angle_between(turn, first) < SENSED);
        let mean = each.iter().sum::<Matrix3<f64>>() / each.len() as f64;
        agree.then(|| nearest_rotation(&mean))
    }

    /// The placed photos, over the sphere at every level.
    fn spheres(&self) -> &[Sphere; 3] {
        self.spheres.get_or_init(|| self.shading.spheres(self.cancel))
    }

    /// Up, of the placed photos.
    fn level(&self) -> &Level {
        let Shading { photos, placed, rotations, lenses } = self.shading;
        self.level.get_or_init(|| level(photos, placed, rotations, lenses, &[], self.cancel))
    }

    /// Where a group of photos that are turned as one (`own`: camera to their common frame) may stand: where sensors say, or
    /// else by the order of taking; where several photos of the group say about the same, their mean; what most say first.
    pub fn guesses(&self, group: &[usize], own: &[Matrix3<f64>]) -> Vec<Guess> {
        if let Some(turn) = self.sensed(group, own) {
            return vec![Guess { turn, by: GuessedBy::Sensors, between: false }];
        }
        let Shading { rotations, placed, .. } = self.shading;
        let known = Known { order: &self.order, rotations, placed, group, own };
        // How many say so, whether from both sides, and what.
        let mut said: Vec<(usize, bool, Matrix3<f64>)> = Vec::new();
        for (position, photo) in self.order.iter().enumerate().filter(|(_, i)| group.contains(i)) {
            let found = known.guesses(position);
            for guess in found.turns {
                let turn = guess * own[*photo].transpose();
                let near =
                    said.iter_mut().find(|(_, _, other)| angle_between(other, &turn) < AROUND);
                match near {
                    Some((count, between, mean)) => {
                        *count += 1;
                        *between |= found.between;
                        let by = order::log(&(turn * mean.transpose())) / *count as f64;
                        *mean = exponential(&by) * *mean;
                    }
                    None => said.push((1, found.between, turn)),
                }
            }
        }
        said.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
        said.into_iter()
            .map(|(_, between, turn)| Guess { between, ..self.upright(group, own, turn) })
            .collect()
    }

    /// The guess, turned so that vertical edges of the group stand where those of the placed photos do.
    fn upright(&self, group: &[usize], own: &[Matrix3<f64>], turn: Matrix3<f64>) -> Guess {
        let Shading { photos, lenses, .. } = self.shading;
        let Level { up, verticals, .. } = *self.level();
        let found = level_among(photos, group, own, lenses, &[], &[(turn.tr_mul(&up), 0.0)]);
        let stands = turn * found.up;
        let near = stands.angle(&up).to_degrees() < FARTHEST;
        match Rotation3::rotation_between(&stands, &up) {
            Some(by) if near && found.verticals > 0 && verticals > 0 => {
                Guess { turn: by.matrix() * turn, by: GuessedBy::Upright, between: false }
            }
            _ => Guess { turn, by: GuessedBy::Order, between: false },
        }
    }

    /// Turns near the guesses at which the group's shading goes on in the placed photos, with how alike both are, best first.
    pub fn by_shade(
        &self,
        group: &[usize],
        own: &[Matrix3<f64>],
        guesses: &[Guess],
    ) -> Vec<Scored> {
        let places = LEVELS.map(|(width, grid)| -> Vec<Place> {
            group
                .iter()
                .flat_map(|&photo| {
                    let turn = own[photo];
                    let turned = move |place: Place| place.turned(&turn);
                    self.shading.places(photo, width, grid).into_iter().map(turned)
                })
                .collect()
        });
        let starts: Vec<Matrix3<f64>> = guesses
            .iter()
            .flat_map(|guess| around().map(|by| exponential(&by) * guess.turn))
            .collect();
        let comparison = Comparison { spheres: self.spheres(), places, cancel: self.cancel };
        let found = in_order(starts.len(), |k| {
            comparison.likeness(0, &starts[k]).map(|score| (score, starts[k]))
        });
        comparison.narrowed(found.into_iter().flatten().collect(), &DESCENT)
    }

    /// Groups that points followed into their neighbours prove, with their turn (common frame to world).
    pub fn proven(
        &self,
        groups: &[Vec<usize>],
        own: &[Matrix3<f64>],
        proof: &Proof,
    ) -> Vec<(usize, Matrix3<f64>)> {
        self.placed(groups, own, |photos, near| {
            let starts: Vec<Matrix3<f64>> = near.iter().map(|(_, turn)| *turn).collect();
            proof.turn(&proof.group(photos, own), &starts, CORNERS)
        })
    }

    /// Groups that nothing proves, but whose shading goes on where the order of taking says. What sensors tell is better
    /// than that.
    pub fn likely(
        &self,
        groups: &[Vec<usize>],
        own: &[Matrix3<f64>],
    ) -> Vec<(usize, Matrix3<f64>)> {
        let untold = groups.iter().filter(|group| self.sensed(group, own).is_none());
        let untold: Vec<Vec<usize>> = untold.cloned().collect();
        self.placed(&untold, own, |_, near| {
            near.first().filter(|(score, _)| *score > ALIKE).map(|(_, turn)| *turn)
        })
    }

    /// Groups of which `choose` believes a turn, near where they may stand; it gets the group and
    /// [`Self::by_shade`].
    fn placed(
        &self,
        groups: &[Vec<usize>],
        own: &[Matrix3<f64>],
        choose: impl Fn(&[usize], &[Scored]) -> Option<Matrix3<f64>>,
    ) -> Vec<(usize, Matrix3<f64>)> {
        let mut out = Vec::new();
        for photos in groups {
            let guesses = self.guesses(photos, own);
            if self.cancel.is_cancelled() || guesses.is_empty() {
                continue;
            }
            let near = |turn: &Matrix3<f64>| {
                guesses.iter().any(|guess| angle_between(&guess.turn, turn) < guess.reach())
            };
            let found = choose(photos, &self.by_shade(photos, own, &guesses)).filter(near);
            out.extend(
                found.iter().flat_map(|turn| photos.iter().map(move |&i| (i, turn * own[i]))),
            );
        }
        out
    }
}

impl Guess {
    /// How far from it photos may be found, degrees.
    fn reach(&self) -> f64 {
        if self.by == GuessedBy::Sensors { SENSED } else { FARTHEST }
    }
}

/// Small turns to all sides, radians.
fn around() -> impl Iterator<Item = Vector3<f64>> {
    let steps = (2.0 * AROUND / STEP) as usize + 1;
    let off = move |k: usize| (k as f64 * STEP - AROUND).to_radians();
    (0..steps.pow(3))
        .map(move |k| Vector3::new(off(k % steps), off(k / steps % steps), off(k / steps / steps)))
        .filter(|by| by.norm() <= AROUND.to_radians())
}

#[cfg(test)]
mod tests {
    use super::super::shade::tests::{lens, photo, turn};
    use super::*;

    /// A ring of eight, the fourth of which stands beside the pattern.
    #[test]
    fn a_photo_beside_the_pattern_is_drawn_to_its_place_by_its_shading() {
        let truth = turn(137.0, 24.0, 1.5);
        let mut rotations: Vec<Matrix3<f64>> =
            (0..8).map(|k| turn(45.0 * f64::from(k), 22.0, 0.0)).collect();
        rotations[3] = truth;
        let photos: Vec<_> = rotations
            .iter()
            .enumerate()
            .map(|(k, turn)| photo(&k.to_string(), turn, 0.9 + 0.03 * k as f64, false))
            .collect();
        let lenses = vec![lens(); 8];
        let placed = [0, 1, 2, 4, 5, 6, 7];
        let own = vec![Matrix3::identity(); 8];
        let shading =
            Shading { photos: &photos, lenses: &lenses, rotations: &rotations, placed: &placed };
        let cancel = Cancel::default();
        let guide = Guide::new(&shading, &cancel);
        let guesses = guide.guesses(&[3], &own);
        assert!(guesses.len() == 1 && angle_between(&guesses[0].turn, &truth) > 2.0);
        let found = guide.by_shade(&[3], &own, &guesses);
        let off = angle_between(&found[0].1, &truth);
        assert!(found[0].0 > 0.5 && off < 1.0, "{} {off}", found[0].0);
    }
}
