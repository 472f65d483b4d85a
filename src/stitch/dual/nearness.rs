//! How near things are around the camera, as a smooth function of the direction around.
//!
//! A wall on one side is seen farther out by both lenses there than a wall far off on the other, which is just what a tilt
//! of one lens against the other does. Only what is seen around the axis tells them apart. So what is near is fitted, too:
//! as waves of one to six turns around, whose size is learned from those of two turns and more, which no tilt can imitate.
//! A room that is uneven in these is believed to be uneven in the first as well, and then the tilt is taken from what is
//! seen around the axis; where all is far away, from the radius, too.

use nalgebra::{SVector, Vector3};

use super::fit::{Free, OF_LENSES, Pair};
use crate::stitch::bundle::Link;

/// Most turns of a wave.
const TURNS: usize = 6;
/// A cosine and a sine of each.
pub(super) const TERMS: usize = 2 * TURNS;
pub(super) type Terms = SVector<f64, TERMS>;

/// Expected standard deviation of a wave's size before anything is known, focal lengths (radians).
const EXPECTED: f64 = 0.003;
/// The same of what is as good as even, and how many waves that is worth.
const EVEN: (f64, f64) = (0.00035, 2.0);

/// How much farther out both lenses together see things than if they were far away, less its mean.
#[derive(Clone, Debug)]
pub struct Nearness {
    /// Cosine and sine of each number of turns, pixels.
    pub terms: Terms,
    /// Expected standard deviation of a term, pixels; infinite counts as not fitted.
    pub uneven: f64,
}

impl Default for Nearness {
    fn default() -> Self {
        Self { terms: Terms::zeros(), uneven: f64::INFINITY }
    }
}

impl Nearness {
    /// Cosines and sines of 1, 2 … turns of a direction around the z axis.
    pub fn waves(direction: &Vector3<f64>) -> Terms {
        let flat = direction.x.hypot(direction.y).max(1e-9);
        let (cos, sin) = (direction.x / flat, direction.y / flat);
        let mut out = Terms::zeros();
        let (mut c, mut s) = (1.0, 0.0);
        for turn in 0..TURNS {
            (c, s) = (c * cos - s * sin, s * cos + c * sin);
            (out[2 * turn], out[2 * turn + 1]) = (c, s);
        }
        out
    }

    /// Whether nothing is known to be nearer than other things.
    pub fn is_even(&self) -> bool {
        self.terms == Terms::zeros()
    }

    /// How unlikely the terms are: their squares through their variance.
    pub fn unlikely(&self) -> f64 {
        self.terms.norm_squared() / self.uneven.powi(2)
    }

    /// The same in pictures scaled by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self { terms: self.terms * factor, uneven: self.uneven * factor }
    }
}

impl Pair {
    /// Lets the nearness around be fitted from now on.
    pub fn expect_nearness(&mut self) {
        self.near.uneven = EXPECTED * self.lenses[0].focal;
    }

    /// Takes from the fit as it is now how uneven the nearness is: by waves that no turn of a lens can imitate, each with
    /// what is left to be known of it (an empirical prior: Morris, JASA 78, 1983).
    pub fn learn_nearness(&mut self, links: &[Link]) {
        let (normal, _) = self.normal_equations(links, Free::All);
        let Some(inverse) = normal.try_inverse() else { return };
        let doubt = self.wary();
        let sum: f64 = (2..TERMS)
            .map(|k| self.near.terms[k].powi(2) + doubt * inverse[(OF_LENSES + k, OF_LENSES + k)])
            .sum();
        let even = EVEN.1 * (EVEN.0 * self.lenses[0].focal).powi(2);
        self.near.uneven = ((sum + even) / ((TERMS - 2) as f64 + EVEN.1)).sqrt();
    }
}

#[cfg(test)]
mod tests {
    use super::super::fit::tests::{links_of, start, truth};
    use super::*;
    use crate::stitch::attitude::angle_between;

    /// How far the turn is off in a room with walls 1 m to the right, 3 m to the left, 1.5 m above and below, the lenses
    /// 6 cm apart.
    fn off(free: Free) -> f64 {
        let mut truth = truth();
        truth.centres = [0, 1].map(|side| truth.lenses[side].centre);
        let links = links_of(&truth, |around, _| {
            let (sin, cos) = around.sin_cos();
            let wall = if cos > 0.0 { 1.0 } else { 3.0 };
            0.03 * (cos.abs() / wall).max(sin.abs() / 1.5)
        });
        let mut pair = start(&truth);
        pair.axis = 0.0004;
        pair.solve(&links, Free::Pose, 20);
        if free == Free::All {
            pair.expect_nearness();
        }
        for _ in 0..6 {
            pair.solve(&links, free, 20);
            pair.learn_scatter(&links);
            if free == Free::All {
                pair.learn_nearness(&links);
            }
        }
        angle_between(&pair.rotation, &truth.rotation)
    }

    #[test]
    fn a_wall_on_one_side_is_no_tilt() {
        let (with, without) = (off(Free::All), off(Free::Lenses));
        assert!(with < 0.07 && without > 0.1, "{with} {without}");
    }

    #[test]
    fn waves_are_cosines_and_sines() {
        for around in [0.3_f64, 2.0, -1.1] {
            let waves = Nearness::waves(&Vector3::new(around.cos(), around.sin(), 0.4));
            for turn in 1..=TURNS {
                let (sin, cos) = (turn as f64 * around).sin_cos();
                assert!((waves[2 * turn - 2] - cos).abs() < 1e-12, "{turn}");
                assert!((waves[2 * turn - 1] - sin).abs() < 1e-12, "{turn}");
            }
        }
    }
}
