//! How far the axes of two lenses may be from the centres of their circles.
//!
//! Moving both axes to one side is nearly the same as turning one lens: what both see hardly tells them apart. Moving
//! them apart is seen at once. So how far they are apart says how well this camera was built, and how near its circles'
//! centres the axes are: an empirical prior (Morris, JASA 78, 1983).

use nalgebra::Vector4;

use super::fit::{AXIS, Free, Pair};
use crate::stitch::bundle::Link;

/// Expected standard deviation of an axis beside its circle's centre, as a share of the radius: as well as circles are
/// found in a camera that is built without fault.
const EXPECTED: f64 = 0.0004;
/// How many measured axes that expectation is worth.
const WORTH: f64 = 2.0;
/// Rounds of learning and solving a call.
const ROUNDS: usize = 3;

impl Pair {
    /// Takes the standard deviation of the axes beside the circles' centres from the fit as it is now.
    pub fn learn_axis(&mut self, links: &[Link]) {
        for _ in 0..ROUNDS {
            let (normal, _) = self.normal_equations(links, Free::All);
            let Some(inverse) = normal.try_inverse() else { return };
            let block = inverse.fixed_view::<4, 4>(3, 3).into_owned();
            let eigen = ((block + block.transpose()) * 0.5).symmetric_eigen();
            let off = Vector4::from_fn(|at, _| {
                self.lenses[at / 2].centre[at % 2] - self.centres[at / 2][at % 2]
            }) / self.radius;
            let mut order = [0, 1, 2, 3];
            order.sort_by(|&a, &b| eigen.eigenvalues[a].total_cmp(&eigen.eigenvalues[b]));
            // The two directions that both lenses' pictures tell best.
            let seen: f64 =
                order[..2].iter().map(|&at| eigen.eigenvectors.column(at).dot(&off).powi(2)).sum();
            let variance = (WORTH * EXPECTED.powi(2) + seen) / (WORTH + 2.0);
            self.axis = variance.sqrt().clamp(0.5 * EXPECTED, 5.0 * AXIS);
            self.solve(links, Free::All, 6);
        }
    }
}
