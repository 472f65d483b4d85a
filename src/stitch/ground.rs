//! How wide photos see where the ground is near.
//!
//! A lens is a few centimetres ahead of the point that its camera is turned about, or an arm's length. The ground then moves past
//! it, the farther down the more. An adjustment that knows nothing of that puts it on the lens: on where its axis meets the
//! picture, and on its bend, which looks like another focal length. Things are near below and not above, so the error has one
//! sign: rows that do not go all around come out up to a sixth too narrow, though no point is off by more than a pixel. One
//! number tells it apart, how far the lens is ahead in heights of the camera over the ground: with it the focal length is that
//! with which the ends of full turns meet. Photos are then drawn as they would be seen from the point.

use nalgebra::{Matrix3, Vector3};

use super::bundle::{Bundle, without_outliers};
use super::error::StitchError;
use super::held::from_cameras;
use crate::base::Cancel;
use crate::geometry::lens::LENS_PARAMETERS;

/// What an arm must bring: the cost falls by this share of it, and by so many natural logarithms of the number of links.
const WORTH: f64 = 0.015;
const PRICE: f64 = 6.0;
/// Least change of a focal length, as a share.
const CHANGE: f64 = 0.003;
/// Steps of an adjustment.
const STEPS: usize = 30;
const ALL: [bool; LENS_PARAMETERS] = [true; LENS_PARAMETERS];

/// Level ground under cameras that are turned about a point behind their lenses.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    /// Unit vector.
    up: Vector3<f64>,
    /// How far the lenses are ahead of the point, in heights over the ground.
    pub arm: f64,
}

impl Ground {
    /// Under cameras (camera to world) of which hardly one is rolled; without an arm, it changes nothing.
    pub fn under(cameras: impl Iterator<Item = Matrix3<f64>>) -> Self {
        Self { up: from_cameras(cameras), arm: 0.0 }
    }

    /// Turns the world.
    pub fn turn(&mut self, turn: &Matrix3<f64>) {
        self.up = turn * self.up;
    }

    /// Where a camera sees what the point that it is turned about sees along the unit vector `direction`.
    pub fn seen_by(&self, camera: &Matrix3<f64>, direction: &Vector3<f64>) -> Vector3<f64> {
        direction - camera.column(2) * (self.arm * self.near(direction))
    }

    /// Inverse distance of what is seen along a unit vector, in heights over the ground; above the horizon nothing is near.
    fn near(&self, ray: &Vector3<f64>) -> f64 {
        (-ray.dot(&self.up)).max(0.0)
    }

    /// Where the second of two cameras looks for what the first sees along the unit vector `ray`.
    pub fn seen_from(&self, ray: &Vector3<f64>, cameras: [&Matrix3<f64>; 2]) -> Vector3<f64> {
        ray + self.by_arm(ray, cameras) * self.arm
    }

    /// How [`Self::seen_from`] changes with the arm.
    pub fn by_arm(&self, ray: &Vector3<f64>, [from, to]: [&Matrix3<f64>; 2]) -> Vector3<f64> {
        (from.column(2) - to.column(2)) * self.near(ray)
    }
}

/// The links of `bundle`, which knows nothing of the ground, with poses and lenses as they are over ground that is near; `None`
/// where hardly anything speaks for it, or focal lengths stay as they are.
///
/// # Errors
/// [`StitchError::Cancelled`].
pub fn settled<'a>(
    bundle: &Bundle<'a>,
    placed: &[usize],
    cancel: &Cancel,
) -> Result<Option<Bundle<'a>>, StitchError> {
    let ground = Ground::under(placed.iter().map(|&photo| bundle.rotations[photo]));
    let mut found = Bundle { free: ALL, ground: Some(ground), ..bundle.clone() };
    found.solve(STEPS, cancel)?;
    // Most full turns end here.
    if longer(bundle, &found, placed) < CHANGE {
        return Ok(None);
    }
    // What the ground did is no outlier.
    let links = without_outliers(&found, bundle.links);
    let mut found = Bundle { links: &links, ..found };
    let cost = found.solve(STEPS, cancel)?.cost;
    let before = Bundle { free: ALL, links: &links, ..bundle.clone() }.solve(STEPS, cancel)?.cost;
    let price = PRICE * (links.len() as f64).max(2.0).ln();
    let is_worth = cost < before * (1.0 - WORTH) - price && longer(bundle, &found, placed) > CHANGE;
    let is_ahead = found.ground.is_some_and(|ground| ground.arm > 0.0);
    let Bundle { lens_of, links, believed, .. } = *bundle;
    let settled = Bundle { lens_of, links, believed, ..found };
    Ok((is_worth && is_ahead).then_some(settled))
}

/// By how much the lenses of all `placed` photos are longer in one bundle than in another, as a logarithm: what is near below
/// looks like a longer lens, never like a shorter one.
fn longer(bundle: &Bundle, other: &Bundle, placed: &[usize]) -> f64 {
    let by = |&photo: &usize| (bundle.lens(photo).focal / other.lens(photo).focal).ln();
    placed.iter().map(by).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use nalgebra::Matrix2;

    use super::super::attitude::Attitude;
    use super::super::bundle::Link;
    use super::super::dice::Dice;
    use super::*;
    use crate::geometry::{Lens, Projection};

    /// A row of photos 43.6° wide taken with a lens at the end of an arm: what lies below the horizon is on the ground, all else
    /// far away. As if from one spot, adjusted with everything free; and its links.
    fn row(arm: f64) -> (Vec<Matrix3<f64>>, Vec<Lens>, Vec<Link>) {
        let lens = Lens::centred(Projection::Rectilinear, 1000.0, 800, 600);
        let turn = |k: usize| Attitude { yaw: 15.0 * k as f64, pitch: 1.0, roll: 0.5 };
        let rotations: Vec<Matrix3<f64>> = (0..6).map(|k| turn(k).matrix()).collect();
        let ground = Ground { up: Vector3::y(), arm };
        let mut dice = Dice(11);
        let mut links = Vec::new();
        for (from, to) in (0..5).flat_map(|k| [(k, k + 1), (k + 1, k)]) {
            for _ in 0..300 {
                let at = [dice.unit() * 799.0, dice.unit() * 599.0];
                let ray = rotations[from] * lens.unproject(at).unwrap();
                let there = ground.seen_from(&ray, [&rotations[from], &rotations[to]]);
                let Some(seen) = lens.project(&rotations[to].tr_mul(&there)) else { continue };
                if (0.0..799.0).contains(&seen[0]) && (0.0..599.0).contains(&seen[1]) {
                    let seen = seen.map(|v| v + 0.1 * dice.normal());
                    links.push(Link { from, to, at, seen, whitening: Matrix2::identity() * 5.0 });
                }
            }
        }
        let (mut rotations, mut lenses) = (rotations, vec![lens]);
        let mut bundle = bundle(&rotations, &lenses, &links);
        bundle.solve(60, &Cancel::new()).unwrap();
        (rotations, lenses) = (bundle.rotations, bundle.lenses);
        (rotations, lenses, links)
    }

    fn bundle<'a>(rotations: &[Matrix3<f64>], lenses: &[Lens], links: &'a [Link]) -> Bundle<'a> {
        let (rotations, lenses) = (rotations.to_vec(), lenses.to_vec());
        let lens_of = &[0; 6];
        Bundle {
            rotations,
            lenses,
            lens_of,
            links,
            free: ALL,
            softness: 3.0,
            ground: None,
            believed: &[],
        }
    }

    #[test]
    fn a_row_over_near_ground_sees_as_wide_as_it_does() {
        let (rotations, lenses, links) = row(0.05);
        let off = |lenses: &[Lens]| lenses[0].focal / 1000.0 - 1.0;
        assert!(off(&lenses) > 0.03, "{}", off(&lenses));
        let bundle = bundle(&rotations, &lenses, &links);
        let settled = settled(&bundle, &[0, 1, 2, 3, 4, 5], &Cancel::new()).unwrap();
        let settled = settled.unwrap();
        assert!(off(&settled.lenses).abs() < 0.005, "{}", off(&settled.lenses));
        let ground = settled.ground.unwrap();
        assert!((ground.arm - 0.05).abs() < 0.005, "{}", ground.arm);
        // Both cameras show what the point between them sees along one direction.
        let directions = links.iter().map(|link| {
            let ray = settled.rotations[link.from] * settled.lenses[0].unproject(link.at).unwrap();
            let seen = settled.rotations[link.to] * settled.lenses[0].unproject(link.seen).unwrap();
            let camera = |photo: usize| &settled.rotations[photo];
            let from_point =
                (ray + camera(link.from).column(2) * ground.arm * ground.near(&ray)).normalize();
            ground.seen_by(camera(link.to), &from_point).angle(&seen)
        });
        assert!(directions.sum::<f64>() / (links.len() as f64) < 3e-4);
    }

    #[test]
    fn where_nothing_is_near_nothing_changes() {
        for arm in [0.0, -0.05] {
            let (rotations, lenses, links) = row(arm);
            let bundle = bundle(&rotations, &lenses, &links);
            let settled = settled(&bundle, &[0, 1, 2, 3, 4, 5], &Cancel::new()).unwrap();
            assert!(settled.is_none());
        }
    }
}
