//! How far cameras are from where they would be if they were only turned: a photographer who sways, sways in every photo.
//!
//! Photos that show little but blank walls leave open whether the camera turned or moved. Where the others say that the
//! camera moved by a centimetre, a place ten times as far off is the less likely of both; but not impossible: the photo
//! of the floor is often taken with the tripod moved aside. Hence a prior that is normal within what the others do, steep
//! beyond, and flat far away (Cauchy's form of the square), around an arm: the lens is somewhere ahead of, above or beside
//! the point that the camera is turned about, the same in all photos.

use nalgebra::{Matrix3, Matrix6, Vector3, Vector6};

use super::judge::quantile;

/// Deviations within which a place is as likely as any.
const SOFT: f64 = 3.0;
/// For how many points it counts to be beyond them: the errors of neighbouring points are alike, and hundreds of them
/// together are not as sure as they seem.
const WEIGHT: f64 = 10.0;
/// The median length of a vector whose three parts have the deviation 1 (Maxwell's distribution).
const MEDIAN: f64 = 1.538;
/// Bounds of the deviation, of the typical depth.
const LEAST: f64 = 0.002;
const MOST: f64 = 0.05;
/// Rounds of weighted least squares for the arm.
const ROUNDS: usize = 8;

/// What is believed of the cameras' places.
#[derive(Clone, Debug)]
pub struct Sway {
    /// Where each camera is expected, by photo, of the typical depth; at the origin where there is none.
    expected: Vec<Vector3<f64>>,
    /// How far the lens is from the point that the camera is turned about, of the typical depth.
    arm: f64,
    /// Standard deviation in each axis, of the typical depth.
    deviation: f64,
    /// For how many points it counts to be far off.
    weight: f64,
}

impl Sway {
    /// Nothing is known yet.
    pub fn unknown() -> Self {
        Self { expected: Vec::new(), arm: 0.0, deviation: MOST, weight: 0.0 }
    }

    /// What the places of most of the `placed` cameras say of all: they are turned about one point, at the end of one arm.
    pub fn of(centres: &[Vector3<f64>], rotations: &[Matrix3<f64>], placed: &[usize]) -> Self {
        let (mut pivot, mut arm) = (Vector3::zeros(), Vector3::zeros());
        let mut deviation = MOST;
        for _ in 0..ROUNDS {
            let off = |photo: &usize| (centres[*photo] - pivot - rotations[*photo] * arm).norm();
            let mut lengths: Vec<f64> = placed.iter().map(off).collect();
            lengths.sort_by(f64::total_cmp);
            deviation = (quantile(&lengths, 0.5) / MEDIAN).clamp(LEAST, MOST);
            // A camera far from the arm does not bend it.
            let weights: Vec<f64> = placed
                .iter()
                .map(|photo| 1.0 / (1.0 + (off(photo) / (SOFT * deviation)).powi(2)))
                .collect();
            let mut normal = Matrix6::identity() * 1e-3;
            let mut right = Vector6::zeros();
            for (&photo, weight) in placed.iter().zip(weights) {
                let mut row = nalgebra::Matrix3x6::zeros();
                row.fixed_view_mut::<3, 3>(0, 0).copy_from(&Matrix3::identity());
                row.fixed_view_mut::<3, 3>(0, 3).copy_from(&rotations[photo]);
                normal += row.transpose() * row * weight;
                right += row.transpose() * centres[photo] * weight;
            }
            let Some(factor) = normal.cholesky() else { break };
            let found = factor.solve(&right);
            pivot = found.fixed_rows::<3>(0).into_owned();
            arm = found.fixed_rows::<3>(3).into_owned();
        }
        let expected = rotations.iter().map(|rotation| pivot + rotation * arm).collect();
        Self { expected, arm: arm.norm(), deviation, weight: WEIGHT }
    }

    /// How far the lens is from the point that the camera is turned about, of the typical depth.
    pub fn arm(&self) -> f64 {
        self.arm
    }

    /// Where camera `photo` is expected.
    fn expected(&self, photo: usize) -> Vector3<f64> {
        self.expected.get(photo).copied().unwrap_or_default()
    }

    /// The square of how far off a camera is, in units of [`SOFT`] deviations.
    fn ratio(&self, off: &Vector3<f64>) -> f64 {
        off.norm_squared() / (SOFT * self.deviation).powi(2)
    }

    /// What it costs that camera `photo` is at `centre`, squared sigmas. A long arm costs, too: a lens far ahead of its
    /// pivot looks like a longer lens.
    pub fn cost(&self, photo: usize, centre: &Vector3<f64>) -> f64 {
        let expected = self.expected(photo);
        let ratio = self.ratio(&(centre - expected));
        let outside = self.weight * (ratio * ratio).ln_1p();
        expected.norm_squared() / (MOST * MOST) + SOFT * SOFT * (ratio.ln_1p() + outside)
    }

    /// How far camera `photo` at `centre` is from where it is expected, and the standard deviation of a quadratic cost
    /// with the same gradient there.
    pub fn pull(&self, photo: usize, centre: &Vector3<f64>) -> (Vector3<f64>, f64) {
        let off = centre - self.expected(photo);
        let ratio = self.ratio(&off);
        let outside = self.weight * 2.0 * ratio / (1.0 + ratio * ratio);
        (off, self.deviation / (1.0 / (1.0 + ratio) + outside).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::super::attitude::exponential;
    use super::*;
    use crate::stitch::dice::Dice;

    /// Cameras turned all around at the end of an arm, swaying by `sway`; the first stands elsewhere.
    fn cameras(sway: f64) -> (Vec<Vector3<f64>>, Vec<Matrix3<f64>>) {
        let mut dice = Dice(5);
        let mut noise = || Vector3::new(dice.normal(), dice.normal(), dice.normal()) * sway;
        let (pivot, arm) = (Vector3::new(0.01, 0.02, -0.01), Vector3::new(0.0, 0.01, 0.03));
        let rotations: Vec<_> = (0..16)
            .map(|i| exponential(&Vector3::new(0.3 * f64::from(i % 3), 0.4 * f64::from(i), 0.0)))
            .collect();
        let mut centres: Vec<_> =
            rotations.iter().map(|rotation| pivot + rotation * arm + noise()).collect();
        centres[0] += Vector3::new(0.2, 0.0, 0.1);
        (centres, rotations)
    }

    #[test]
    fn an_arm_is_found_though_a_camera_stands_elsewhere() {
        let (centres, rotations) = cameras(0.005);
        let placed: Vec<usize> = (0..16).collect();
        let sway = Sway::of(&centres, &rotations, &placed);
        assert!((0.003..0.008).contains(&sway.deviation), "{}", sway.deviation);
        assert!((sway.arm() - 0.0316).abs() < 0.004, "{}", sway.arm());
        let off = |photo: usize| (centres[photo] - sway.expected(photo)).norm();
        assert!((1..16).all(|photo| off(photo) < 0.02) && off(0) > 0.2);
        // To stand elsewhere costs more than to sway, but not ever more.
        let far = sway.cost(0, &centres[0]);
        let farther = sway.cost(0, &(sway.expected(0) + (centres[0] - sway.expected(0)) * 2.0));
        assert!(far > 20.0 * sway.cost(1, &centres[1]).max(1.0) && farther < 1.5 * far);
    }

    #[test]
    fn the_pull_is_the_slope_of_the_cost() {
        let (centres, rotations) = cameras(0.01);
        let sway = Sway::of(&centres, &rotations, &(0..16).collect::<Vec<_>>());
        for (photo, centre) in centres.iter().enumerate() {
            let (off, deviation) = sway.pull(photo, centre);
            for axis in 0..3 {
                let mut step = Vector3::zeros();
                step[axis] = 1e-6;
                let cost = |place: &Vector3<f64>| sway.cost(photo, place);
                let slope = (cost(&(centre + step)) - cost(&(centre - step))) / 2e-6;
                let told = 2.0 * off[axis] / (deviation * deviation);
                assert!((slope - told).abs() < 1e-3 * (1.0 + told.abs()), "{slope} {told}");
            }
        }
    }
}
