//! Where the sky ends: outdoors light and colours change most across one great circle, the horizon.
//!
//! Of all great circles the one is sought whose two sides differ most in how light and how blue they are, by the share of
//! their scatter that the side explains (Fisher, "The use of multiple measurements in taxonomic problems", 1936; for two sides the
//! square of the multiple correlation). Outdoors it is two thirds and more, indoors hardly half.

use nalgebra::{Matrix2, Vector2, Vector3};

use super::places::Place;
use crate::stitch::lone::directions;

/// Share of the scatter that a horizon explains at least.
const CLEAR: f64 = 0.6;
/// Of so many places one is looked at.
const EVERY: usize = 7;
/// Degrees between directions tried on half the sphere; then so many rounds around the best, each of a ring in so many
/// directions, with a radius (sine) that is halved.
const STEP: f64 = 5.86;
const ROUNDS: i32 = 4;
const RING: usize = 12;
const RADIUS: f64 = 0.08;

/// The axis of the horizon, up or down, if there is a clear one.
pub fn axis(places: &[Place]) -> Option<Vector3<f64>> {
    let sides = Sides::of(places)?;
    let better = |tried: &mut dyn Iterator<Item = Vector3<f64>>| {
        let told = tried.map(|axis| (sides.explained(&axis), axis));
        told.max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let (mut most, mut axis) =
        better(&mut directions(STEP).into_iter().filter(|axis| axis.y > 0.0))?;
    for round in 0..ROUNDS {
        let radius = RADIUS * 0.5_f64.powi(round);
        let aside = axis.cross(&Vector3::x()).try_normalize(0.1);
        let aside = aside.unwrap_or_else(|| axis.cross(&Vector3::z()).normalize());
        let across = axis.cross(&aside);
        let mut ring = (0..RING).map(|k| {
            let (sin, cos) = (k as f64 / RING as f64 * std::f64::consts::TAU).sin_cos();
            (axis + (aside * cos + across * sin) * radius).normalize()
        });
        if let Some(found) = better(&mut ring).filter(|found| found.0 > most) {
            (most, axis) = found;
        }
    }
    (most > CLEAR).then_some(axis)
}

/// Places, what they show less the mean of all.
struct Sides {
    /// Ray, share of the sphere, and how light and how blue it is.
    places: Vec<(Vector3<f64>, f64, Vector2<f64>)>,
    /// The inverse of their scatter.
    scatter: Matrix2<f64>,
}

impl Sides {
    /// `None` where all is alike.
    fn of(places: &[Place]) -> Option<Self> {
        let few: Vec<&Place> = places.iter().step_by(EVERY).collect();
        let all: f64 = few.iter().map(|place| place.area).sum();
        let seen = |place: &Place| Vector2::new(place.light, place.blue);
        let mean = few.iter().map(|p| seen(p) * p.area).sum::<Vector2<f64>>() / all.max(1e-9);
        let places: Vec<_> = few
            .iter()
            .map(|place| (place.ray, place.area / all.max(1e-9), seen(place) - mean))
            .collect();
        let scatter: Matrix2<f64> =
            places.iter().map(|(_, share, off)| off * off.transpose() * *share).sum();
        let scatter = (scatter + Matrix2::identity() * 1e-4).try_inverse()?;
        Some(Self { places, scatter })
    }

    /// The share of the scatter that the two sides of a great circle explain.
    fn explained(&self, axis: &Vector3<f64>) -> f64 {
        let (mut above, mut sum) = (0.0, Vector2::zeros());
        for (_, share, off) in self.places.iter().filter(|place| place.0.dot(axis) > 0.0) {
            above += share;
            sum += off * *share;
        }
        let both = above * (1.0 - above);
        if both < 1e-3 { 0.0 } else { sum.dot(&(self.scatter * sum)) / both }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::attitude::exponential;
    use crate::stitch::dice::Dice;

    /// A sky over a ground, with noise of so much; things of the other kind on a share of the places.
    fn scene(up: &Vector3<f64>, noise: f64, other: f64) -> Vec<Place> {
        let mut dice = Dice(8);
        (0..20_000)
            .map(|_| {
                let ray = Vector3::new(dice.normal(), dice.normal(), dice.normal()).normalize();
                let sky = (ray.dot(up) > 0.0) != (dice.unit() < other);
                let light = if sky { -0.5 } else { -1.5 } + noise * dice.normal();
                let blue = if sky { 0.1 } else { -0.1 };
                Place { ray, area: 1.0, light, texture: 0.0, blue }
            })
            .collect()
    }

    #[test]
    fn the_sky_ends_at_the_horizon_however_the_camera_was_held() {
        for turn in [[0.0, 0.0, 0.0], [0.9, 0.2, -0.4], [1.5, 0.0, 0.1]] {
            let up = exponential(&Vector3::from(turn)) * Vector3::y();
            let found = axis(&scene(&up, 0.4, 0.08)).unwrap();
            assert!(found.dot(&up).abs() > 2.0_f64.to_radians().cos(), "{found} {up}");
        }
    }

    #[test]
    fn rooms_have_no_horizon() {
        assert!(axis(&scene(&Vector3::y(), 0.4, 0.3)).is_none());
        let mut grey = scene(&Vector3::y(), 0.0, 0.0);
        grey.iter_mut().for_each(|place| (place.light, place.blue) = (0.0, 0.0));
        assert!(axis(&grey).is_none() && axis(&[]).is_none());
    }
}
