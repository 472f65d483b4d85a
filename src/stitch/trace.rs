//! Edges to a fraction of a pixel: each is followed along the great circle that the lenses make of it so far, in the picture
//! itself, and a parabola is laid through where the light changes most. The ends tell where the edge runs, the middle whether it
//! is bent.

use nalgebra::{Matrix3, Vector3};

use super::segments::Segment;
use crate::geometry::Lens;

/// Pixels along an edge from place to place, and fewest and most places.
const APART: f64 = 2.0;
const PLACES: (usize, usize) = (12, 80);
/// Pixels to each side within which the edge is looked for: at first, and beside the parabola found then.
const BESIDE: [f64; 2] = [5.0, 2.0];
/// Pixels across an edge from sample to sample.
const STEP: f64 = 0.5;
/// Least change of light of a place, as a share of the edge's median.
const CHANGE: f64 = 0.35;
/// Least share of the places that must lie on the parabola, and how far beside it a place may lie, pixels.
const ON: (f64, f64) = (0.6, 0.6);

/// An edge: its ends, and where it is halfway.
#[derive(Clone, Copy, Debug)]
pub struct Traced {
    /// One end.
    pub from: [f64; 2],
    /// Halfway.
    pub middle: [f64; 2],
    /// The other end.
    pub to: [f64; 2],
}

/// The edge as it is in a picture, whose pixels `lens` and `edge` count in and of which `light` says what is at a place, `None`
/// outside. `None` where there is no clear edge.
pub fn traced(
    edge: &Segment,
    lens: &Lens,
    light: impl Fn([f64; 2]) -> Option<f64>,
) -> Option<Traced> {
    let path = Path::of(edge, lens)?;
    let count = ((edge.length() / APART) as usize).clamp(PLACES.0, PLACES.1);
    let along = |at: usize| 2.0 * (at as f64 + 0.5) / count as f64 - 1.0;
    let mut parabola = Vector3::zeros();
    for reach in BESIDE {
        let found: Vec<(f64, f64, f64)> = (0..count)
            .map(|at| {
                let u = along(at);
                let profile = path.profile(u, offset(&parabola, u), reach, &light);
                profile.map_or((u, 0.0, 0.0), |(aside, change)| (u, aside, change))
            })
            .collect();
        parabola = fitted(&found)?;
    }
    let end = |u: f64| path.place(u, offset(&parabola, u));
    Some(Traced { from: end(-1.0)?, middle: end(0.0)?, to: end(1.0)? })
}

fn offset(parabola: &Vector3<f64>, u: f64) -> f64 {
    parabola.dot(&Vector3::new(1.0, u, u * u))
}

/// A great circle in a picture, from −1 to 1.
struct Path<'a> {
    lens: &'a Lens,
    from: Vector3<f64>,
    to: Vector3<f64>,
    angle: f64,
}

impl<'a> Path<'a> {
    fn of(edge: &Segment, lens: &'a Lens) -> Option<Self> {
        let (from, to) = (lens.unproject(edge.from)?, lens.unproject(edge.to)?);
        let angle = from.angle(&to);
        (angle > 1e-3).then_some(Self { lens, from, to, angle })
    }

    fn on_circle(&self, u: f64) -> Option<[f64; 2]> {
        let part = 0.5 * (u + 1.0) * self.angle;
        let ray = self.from * (self.angle - part).sin() + self.to * part.sin();
        self.lens.project(&ray)
    }

    /// The place, and the unit vector across.
    fn across(&self, u: f64) -> Option<([f64; 2], [f64; 2])> {
        let at = self.on_circle(u)?;
        let (before, after) = (self.on_circle(u - 1e-3)?, self.on_circle(u + 1e-3)?);
        let (dx, dy) = (after[0] - before[0], after[1] - before[1]);
        let norm = dx.hypot(dy);
        (norm > 1e-9).then(|| (at, [-dy / norm, dx / norm]))
    }

    fn place(&self, u: f64, aside: f64) -> Option<[f64; 2]> {
        let (at, across) = self.across(u)?;
        Some([at[0] + aside * across[0], at[1] + aside * across[1]])
    }

    /// How far aside light changes most within `reach` pixels of `around`, and by how much: brighter that way is positive.
    fn profile(
        &self,
        u: f64,
        around: f64,
        reach: f64,
        light: &impl Fn([f64; 2]) -> Option<f64>,
    ) -> Option<(f64, f64)> {
        let (at, across) = self.across(u)?;
        // Two more on each side: for the slope, and for the peak of it.
        let half = (reach / STEP) as i32 + 2;
        let values: Vec<f64> = (-half - 1..=half + 1)
            .map(|k| {
                let aside = around + f64::from(k) * STEP;
                light([at[0] + aside * across[0], at[1] + aside * across[1]])
            })
            .collect::<Option<_>>()?;
        let slope: Vec<f64> = values.windows(3).map(|v| v[2] - v[0]).collect();
        let smooth: Vec<f64> =
            slope.windows(3).map(|s| 0.25 * s[0] + 0.5 * s[1] + 0.25 * s[2]).collect();
        let peak =
            (1..smooth.len() - 1).max_by(|&a, &b| smooth[a].abs().total_cmp(&smooth[b].abs()))?;
        let [left, top, right] = [peak - 1, peak, peak + 1].map(|k| smooth[k].abs());
        let bend = left - 2.0 * top + right;
        if bend >= 0.0 || left > top || right > top {
            return None;
        }
        let part = 0.5 * (left - right) / bend;
        let middle = (smooth.len() / 2) as f64;
        Some((around + (peak as f64 + part - middle) * STEP, smooth[peak]))
    }
}

/// The parabola through places (along, aside, change of light), most of which must lie on it; those whose light changes
/// little or the other way do not count.
fn fitted(found: &[(f64, f64, f64)]) -> Option<Vector3<f64>> {
    let sign: f64 = found.iter().map(|(_, _, change)| change).sum::<f64>().signum();
    let mut sizes: Vec<f64> = found.iter().map(|(_, _, change)| change * sign).collect();
    sizes.sort_by(f64::total_cmp);
    let least = CHANGE * sizes[sizes.len() / 2];
    if least <= 0.0 {
        return None;
    }
    let places: Vec<(f64, f64)> = found
        .iter()
        .filter(|(_, _, change)| change * sign > least)
        .map(|&(u, aside, _)| (u, aside))
        .collect();
    let mut aside: Vec<f64> = places.iter().map(|(_, aside)| *aside).collect();
    aside.sort_by(f64::total_cmp);
    let mut parabola = Vector3::new(aside[aside.len() / 2], 0.0, 0.0);
    let mut soft: f64 = 1.5;
    for _ in 0..8 {
        let (mut normal, mut right) = (Matrix3::identity() * 1e-6, Vector3::zeros());
        for &(u, aside) in &places {
            let off = aside - offset(&parabola, u);
            let weight = (1.0 + (off / soft).powi(2)).powi(-2);
            let powers = Vector3::new(1.0, u, u * u);
            normal += powers * powers.transpose() * weight;
            right += powers * (aside * weight);
        }
        parabola = normal.cholesky()?.solve(&right);
        soft = (soft * 0.7).max(0.25);
    }
    let on =
        places.iter().filter(|(u, aside)| (aside - offset(&parabola, *u)).abs() < ON.1).count();
    (on as f64 >= ON.0 * found.len() as f64).then_some(parabola)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Projection;
    use crate::stitch::dice::Dice;
    use crate::stitch::grey::Grey;

    const SIDE: usize = 640;

    fn lens() -> Lens {
        Lens {
            projection: Projection::Equidistant,
            focal: 200.0,
            centre: [319.0, 321.0],
            radial: [-0.03, 0.002],
        }
    }

    /// What the lens shows of a plane through it, brighter on one side, with noise.
    fn half_light(normal: &Vector3<f64>) -> Grey {
        let mut dice = Dice(5);
        let mut grey = Grey::filled(SIDE, SIDE, 0.0);
        for y in 0..SIDE {
            for x in 0..SIDE {
                let beside = lens().unproject([x as f64, y as f64]).map_or(0.0, |ray| {
                    // Pixels to the edge, about.
                    ray.dot(normal) * lens().focal
                });
                let light = 60.0 + 120.0 / (1.0 + (-2.5 * beside).exp()) + 2.0 * dice.normal();
                grey.data[y * SIDE + x] = light as f32 / 255.0;
            }
        }
        grey
    }

    fn light(grey: &Grey, [x, y]: [f64; 2]) -> Option<f64> {
        grey.sample(x as f32, y as f32).map(f64::from)
    }

    #[test]
    fn an_edge_is_found_to_a_fraction_of_a_pixel() {
        let normal = Vector3::new(0.3, 0.8, 0.4).normalize();
        let grey = half_light(&normal);
        // A great circle of a lens that is a little wrong, pixels beside the true one.
        let rough = Lens { focal: 204.0, radial: [-0.02, 0.0], ..lens() };
        let ends = [0.2, 1.1].map(|part: f64| {
            let (a, b) = (normal.cross(&Vector3::z()).normalize(), Vector3::z());
            let flat = (b - normal * b.dot(&normal)).normalize();
            lens().project(&(flat * part.cos() + a * part.sin())).unwrap()
        });
        let beside = |p: [f64; 2]| [p[0] + 1.5, p[1] - 2.0];
        let edge = Segment { from: beside(ends[0]), to: beside(ends[1]) };
        let found = traced(&edge, &rough, |place| light(&grey, place)).unwrap();
        for place in [found.from, found.middle, found.to] {
            let off = lens().unproject(place).unwrap().dot(&normal) * lens().focal;
            assert!(off.abs() < 0.12, "{off}");
        }
    }

    #[test]
    fn where_nothing_is_no_edge_is_found() {
        let edge = Segment { from: [200.0, 300.0], to: [330.0, 310.0] };
        let mut grey = Grey::filled(SIDE, SIDE, 90.0 / 255.0);
        assert!(traced(&edge, &lens(), |place| light(&grey, place)).is_none());
        let mut dice = Dice(9);
        for value in &mut grey.data {
            *value = (90.0 + 8.0 * dice.normal()) as f32 / 255.0;
        }
        assert!(traced(&edge, &lens(), |place| light(&grey, place)).is_none());
    }
}
