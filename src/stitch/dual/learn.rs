//! What a fit tells of itself: how links scatter, how sure the turn is, and how far the axes may be from the centres of
//! their circles.
//!
//! As to the last: moving both axes to one side is nearly the same as turning one lens: what both see hardly tells them apart,
//! and straight edges tell it a little. Moving them apart is seen at once. So how far they are apart says whether this
//! camera's axes are in the middle of their circles, as those of pictures drawn by a program are, or beside them, as those
//! of real cameras are: an empirical prior (Morris, JASA 78, 1983).

use nalgebra::{Matrix4, Vector2, Vector4};

use super::fit::{AXIS, Free, OF_LENSES, Pair, TOGETHER};
use crate::stitch::bundle::{Link, within_four};

/// Expected standard deviation of an axis in the middle of its circle, as a share of the radius: as well as a circle's
/// centre is found.
pub const EXACT: f64 = 0.00006;
/// The same of an axis beside its circle, as real cameras have it.
const REAL: f64 = 0.003;
/// Standard deviations of the logarithms of both.
const WIDE: [f64; 2] = [0.3, 0.7];
/// Most sigmas that links are taken to be off.
const DOUBT: f64 = 30.0;

impl Pair {
    /// Takes the standard deviation of the axes beside the circles' centres from a fit. `expected`: that of axes in the
    /// middle, a share of the radius.
    pub fn learn_axis(&mut self, links: &[Link], expected: f64) {
        let Some(told) = self.axes_told(links) else { return };
        let blur = self.blur.iter().map(|blur| blur * blur).sum::<f64>() / 2.0;
        self.axis = learned(&told, expected, self.radius, blur);
    }

    /// What links and edges alone tell of how far the axes are beside the circles' centres: four directions that err each for
    /// itself, with their variances; pixels.
    fn axes_told(&self, links: &[Link]) -> Option<[(f64, f64); 4]> {
        let (normal, _) = self.normal_equations(links, Free::All);
        let scale = 1.0 / self.wary();
        let all = normal.try_inverse()?.fixed_view::<4, 4>(3, 3).try_inverse()? * scale;
        let off = Vector4::from_fn(|at, _| {
            self.lenses[at / 2].centre[at % 2] - self.centres[at / 2][at % 2]
        });
        let before = Vector4::from_fn(|at, _| 1.0 / self.off_centre(at / 2));
        let told = all - Matrix4::from_diagonal(&before);
        let eigen = ((told + told.transpose()) * 0.5).symmetric_eigen();
        let pull = eigen.eigenvectors.tr_mul(&(all * off));
        Some(std::array::from_fn(|at| {
            let sure = eigen.eigenvalues[at].max(1e-9);
            (pull[at] / sure, 1.0 / sure)
        }))
    }

    /// How far the turn may be off, degrees: its standard deviation, as far as the links and what is expected of such
    /// cameras hold; infinite where they do not hold it at all.
    pub fn deviation(&self, links: &[Link]) -> f64 {
        let (normal, _) = self.normal_equations(links, Free::All);
        let Some(inverse) = normal.try_inverse() else { return f64::INFINITY };
        let variance: f64 = (7..OF_LENSES).map(|k| inverse[(k, k)]).sum();
        (self.doubt * variance.max(0.0).sqrt()).to_degrees()
    }

    /// Whether a link ends within `pixels` of where it should, around the axis: along the radius nearness tells.
    pub fn meets(&self, link: &Link, pixels: f64) -> bool {
        self.residual(link).is_some_and(|residual| {
            let out = self.outwards(link);
            (residual.x * out.y - residual.y * out.x).abs() < pixels
        })
    }

    /// How far a link is off to the outside, and whether the link can tell: pixels; near things are positive.
    pub fn nearness(&self, link: &Link) -> Option<f64> {
        let own = link.whitening.tr_mul(&link.whitening);
        let out = self.outwards(link);
        let known = out.dot(&(own * out)) > 4.0;
        let residual = self.residual(link)?;
        known.then(|| -residual.dot(&out))
    }

    /// Takes the scatter along the radius and around the axis from the links as they are now.
    pub fn learn_scatter(&mut self, links: &[Link]) {
        let mut around: Vec<f64> = links
            .iter()
            .filter_map(|link| {
                let residual = self.residual(link)?;
                let out = self.outwards(link);
                let across = Vector2::new(-out.y, out.x);
                let own = link.whitening.tr_mul(&link.whitening);
                let known = across.dot(&(own * across));
                (known > 4.0).then(|| residual.dot(&across).abs() * known.sqrt())
            })
            .collect();
        around.sort_by(f64::total_cmp);
        let median = around.get(around.len() / 2).copied().unwrap_or(0.0);
        self.doubt = (TOGETHER * median / 0.6745).clamp(TOGETHER, DOUBT);
        let mut off: Vec<f64> = links.iter().filter_map(|link| self.nearness(link)).collect();
        off.sort_by(f64::total_cmp);
        for (side, sign) in [(0, -1.0), (1, 1.0)] {
            let mut one: Vec<f64> = off.iter().map(|v| v * sign).filter(|v| *v > 0.0).collect();
            one.sort_by(f64::total_cmp);
            // The deviation of half a normal distribution by its median; what lies farther is left to the weights.
            let median = one.get(one.len() / 2).copied().unwrap_or(0.0);
            self.scatter[side] = (median / 0.6745).clamp(0.02, 0.05 * self.radius);
        }
    }

    /// The links that do not contradict the rest.
    pub fn agreeing(&self, links: &[Link]) -> Vec<Link> {
        within_four(links, |link| {
            let r = self.residual(link)?;
            Some(r.dot(&(self.information(link, &r) * r)).sqrt())
        })
    }
}

/// The standard deviation of axes beside their circles' centres, a share of the radius: the root of its mean square over
/// all that it may be, each as likely as what is told (values and variances, pixels) and expected make it.
fn learned(told: &[(f64, f64)], expected: f64, radius: f64, blur: f64) -> f64 {
    const STEPS: i32 = 60;
    let range = [0.3 * EXACT, 5.0 * AXIS];
    let (mut sum, mut all) = (0.0, 0.0);
    for step in 0..=STEPS {
        let axis = range[0] * (range[1] / range[0]).powf(f64::from(step) / f64::from(STEPS));
        let bell =
            |middle: f64, width: f64| (-0.5 * ((axis / middle).ln() / width).powi(2)).exp() / width;
        let before = bell(expected, WIDE[0]) + bell(REAL, WIDE[1]);
        let seen: f64 = told
            .iter()
            .map(|(value, variance)| {
                let variance = (axis * radius).powi(2) + blur + variance;
                -0.5 * (variance.ln() + value * value / variance)
            })
            .sum();
        let weight = before * seen.exp();
        sum += weight * axis * axis;
        all += weight;
    }
    if all > 0.0 { (sum / all).sqrt() } else { range[1] }
}

#[cfg(test)]
mod tests {
    use super::super::fit::tests::{links, start, truth};
    use super::*;
    use crate::stitch::attitude::angle_between;

    fn fitted(truth: &Pair) -> Pair {
        let links = links(truth, 0.0);
        let mut pair = start(truth);
        pair.solve(&links, Free::Pose, 20);
        for _ in 0..4 {
            pair.solve(&links, Free::All, 20);
            pair.learn_scatter(&links);
            pair.learn_axis(&links, EXACT);
        }
        pair
    }

    #[test]
    fn axes_in_the_middle_of_their_circles_are_believed_to_be_there() {
        let mut truth = truth();
        truth.centres = [0, 1].map(|side| truth.lenses[side].centre);
        let pair = fitted(&truth);
        let off = angle_between(&pair.rotation, &truth.rotation);
        assert!(pair.axis < 0.3 * AXIS && off < 0.03, "{} {off}", pair.axis);
    }

    #[test]
    fn a_camera_whose_axes_are_apart_is_not_held_to_its_circles() {
        let mut truth = truth();
        // Both to the same side of the picture: back to back, apart.
        truth.centres = [0, 1].map(|side| truth.lenses[side].centre.map(|c| c + 4.0));
        let pair = fitted(&truth);
        assert!(pair.axis > 0.5 * AXIS, "{}", pair.axis);
        let off = angle_between(&pair.rotation, &truth.rotation);
        assert!(off < 3.0 * pair.deviation(&links(&truth, 0.0)).max(0.02), "{off}");
    }

    #[test]
    fn axes_are_held_as_near_as_what_is_told_makes_likely() {
        let radius = 500.0;
        // Two directions are told exactly, two hardly.
        let axis = |apart: [f64; 2], aside: [f64; 2], known: f64| {
            let told = [
                (apart[0], 0.02_f64.powi(2)),
                (apart[1], 0.02_f64.powi(2)),
                (aside[0], known * known),
                (aside[1], known * known),
            ];
            learned(&told, EXACT, radius, 0.02_f64.powi(2))
        };
        let exact = axis([0.01, -0.02], [0.3, -0.2], 1.0);
        assert!(exact < 2.0 * EXACT, "{exact}");
        // Apart by a pixel: beside their circles, about as far.
        let real = axis([1.0, -0.6], [0.3, -0.2], 1.0);
        assert!((0.0015..0.005).contains(&real), "{real}");
        // Hardly apart, but edges say that both are off to one side.
        let aside = axis([0.01, -0.02], [2.0, -1.5], 0.3);
        assert!(aside > 0.0015, "{aside}");
        // The farther apart, the looser.
        let list = [0.0, 0.1, 0.3, 1.0, 3.0].map(|far| axis([far, 0.0], [0.0; 2], 1.0));
        assert!(list.is_sorted(), "{list:?}");
    }
}
