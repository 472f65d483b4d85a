//! Photos that neither features nor followed points could place: turned every way, and kept where what they show goes on
//! in the photos that are placed.
//!
//! All turns are tried coarsely by their shading, the best of them finely; where two turns are nearly as good none is
//! believed.

use nalgebra::{Matrix3, Vector3};

use super::attitude::{angle_between, exponential};
use super::grey::in_order;
use super::held::from_cameras;
use super::shade::{Comparison, Descent, LEVELS, Scored, Shading, Sphere, better};
use crate::base::Cancel;

/// Between neighbouring turns of all that are tried, degrees.
const STEP: f64 = 5.0;
/// How they are narrowed down.
const DESCENT: Descent = Descent {
    tried: [2500, 40],
    distinct: 8.0,
    steps: [&[STEP / 2.0, STEP / 4.0, STEP / 8.0], &[1.0, 0.5, 0.25, 0.12]],
};
/// Of these the best are sought again from all sides.
const AGAIN: usize = 4;
/// How far cameras may lean to a side that were held like the others (30°, sine); one that looks steeply up or down does
/// not lean, however it is turned.
const ASIDE: f64 = 0.5;
/// Least correlation of what both show, and by how much it must be better than that of any other turn.
const ALIKE: f64 = 0.45;
const BETTER: f64 = 0.18;

impl Shading<'_> {
    /// Turns of photos that are not placed, where one turn alone fits.
    pub fn turns(&self, cancel: &Cancel) -> Vec<(usize, Matrix3<f64>)> {
        let lost: Vec<usize> =
            (0..self.photos.len()).filter(|i| self.placed.binary_search(i).is_err()).collect();
        if lost.is_empty() || self.placed.len() < 3 {
            return Vec::new();
        }
        let spheres = self.spheres(cancel);
        let up = self.up();
        let found = in_order(lost.len(), |at| {
            self.turn_of(lost[at], up.as_ref(), &spheres, cancel).filter(|_| !cancel.is_cancelled())
        });
        lost.into_iter().zip(found).filter_map(|(photo, turn)| Some((photo, turn?))).collect()
    }

    /// Up as the placed cameras were held; `None` where they were not all held alike.
    fn up(&self) -> Option<Vector3<f64>> {
        let up = from_cameras(self.placed.iter().map(|&i| self.rotations[i]));
        self.placed.iter().all(|&i| stands(&self.rotations[i], &up)).then_some(up)
    }

    /// The one turn that fits, of those at which the camera is held upright. Meaningless once `cancel` is set: then nothing more is compared.
    fn turn_of(
        &self,
        photo: usize,
        up: Option<&Vector3<f64>>,
        spheres: &[Sphere; 3],
        cancel: &Cancel,
    ) -> Option<Matrix3<f64>> {
        let places = LEVELS.map(|(width, grid)| self.places(photo, width, grid));
        let comparison = Comparison { spheres, places, cancel };
        let axes = directions(STEP);
        let rolls = (360.0 / STEP) as usize;
        let found: Vec<Scored> = in_order(axes.len(), |k| {
            if cancel.is_cancelled() {
                return Vec::new();
            }
            let axis = &axes[k];
            let right = axis.cross(&Vector3::new(0.3, 0.9, -0.3)).normalize();
            let down = axis.cross(&right);
            (0..rolls)
                .filter_map(|roll| {
                    let (sine, cosine) = (roll as f64 * STEP).to_radians().sin_cos();
                    let across = right * cosine + down * sine;
                    let turn = Matrix3::from_columns(&[across, axis.cross(&across), *axis]);
                    if up.is_some_and(|up| !stands(&turn, up)) {
                        return None;
                    }
                    Some((comparison.likeness(0, &turn)?, turn))
                })
                .collect::<Vec<_>>()
        })
        .into_iter()
        .flatten()
        .collect();
        let mut best = comparison.narrowed(found, &DESCENT);
        best.truncate(AGAIN);
        // A long edge alone holds a turn fast that is off along it: the surest are sought again from all sides.
        for candidate in &mut best {
            *candidate = aside().into_iter().fold(*candidate, |most, by| {
                let start = (most.0, exponential(&by) * candidate.1);
                let again = comparison.climbed(
                    2,
                    comparison.climbed(1, start, &[0.5]),
                    &[0.5, 0.25, 0.12, 0.06],
                );
                if again.0 > most.0 { again } else { most }
            });
        }
        best.sort_by(better);
        let (score, turn) = *best.first()?;
        let other = best
            .iter()
            .find(|(_, other)| angle_between(other, &turn) > DESCENT.distinct)
            .map_or(0.0, |(score, _)| *score);
        (score >= ALIKE && score >= other + BETTER).then_some(turn)
    }
}

/// Whether a camera is held neither on its side nor upside down.
fn stands(turn: &Matrix3<f64>, up: &Vector3<f64>) -> bool {
    turn.column(0).dot(up).abs() < ASIDE && turn.column(1).dot(up) > -ASIDE
}

/// Turns by 2° to all sides, radians.
fn aside() -> Vec<Vector3<f64>> {
    let off = |k: usize| (k as f64 - 1.0) * 2.0_f64.to_radians();
    (0..27).map(|k| Vector3::new(off(k % 3), off(k / 3 % 3), off(k / 9))).collect()
}

/// Directions over the sphere, about `step` degrees apart (a Fibonacci lattice; Swinbank and Purser 2006).
pub(super) fn directions(step: f64) -> Vec<Vector3<f64>> {
    let count = (4.0 * std::f64::consts::PI / step.to_radians().powi(2)) as usize;
    let golden = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    (0..count)
        .map(|k| {
            let y = 1.0 - 2.0 * (k as f64 + 0.5) / count as f64;
            let (sine, cosine) = (golden * k as f64).sin_cos();
            let radius = (1.0 - y * y).sqrt();
            Vector3::new(radius * cosine, y, radius * sine)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::shade::tests::{lens, photo, room, turn};
    use super::*;

    #[test]
    fn a_white_ceiling_is_placed_and_one_of_another_room_is_not() {
        let truth = turn(31.0, 64.0, 12.0);
        for other in [false, true] {
            let (photos, rotations) = room(photo("up", &truth, 0.8, other));
            let lenses = vec![lens(); photos.len()];
            let placed: Vec<usize> = (0..8).collect();
            let shading = Shading {
                photos: &photos,
                lenses: &lenses,
                rotations: &rotations,
                placed: &placed,
            };
            match (shading.turns(&Cancel::default()).as_slice(), other) {
                ([(8, found)], false) => assert!(angle_between(found, &truth) < 0.6),
                ([], true) => {}
                (found, _) => panic!("{other}: {found:?}"),
            }
        }
    }
}
