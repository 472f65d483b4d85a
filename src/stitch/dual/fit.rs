//! Fits two fisheye lenses of one make to what both see along their rims.
//!
//! The lenses of a camera are some centimetres apart, one behind the other. What is near is seen by both farther from
//! their axes than it would be far away, never nearer to them, and never shifted around the axis. So errors around the
//! axis are believed as they are; errors along the radius are believed according to how they scatter to that side.
//! Shared: focal length and two radial terms (Kannala and Brandt, PAMI 28(8), 2006). Of each lens: where its axis meets
//! the picture. In the end also how near the room is around the camera ([`super::nearness`]),
//! and what straight edges tell of the axes ([`super::plumb`]).
//! Levenberg–Marquardt with the derivatives of [`crate::geometry::lens`].

use nalgebra::{Matrix2, Matrix3, SMatrix, Vector2, Vector3};

use super::coarse::Guess;
use super::nearness::{Nearness, TERMS, Terms};
use super::normal::{Column, UNKNOWNS};
use super::plumb::Plumb;
use crate::geometry::{Lens, Projection};
use crate::stitch::attitude::{Attitude, exponential, nearest_rotation};
use crate::stitch::bundle::Link;
use crate::stitch::links::Circle;

/// Focal length, k₁, k₂, both axes, and the turn of the second lens.
pub(super) const OF_LENSES: usize = 10;
/// Standard deviations of k₁ and k₂ about 0 before anything is known, no unit: lenses of such cameras are nearly
/// equidistant.
const RADIAL: [f64; 2] = [0.03, 0.0015];
/// Standard deviation of an axis beside its circle's centre, as a share of the radius.
pub const AXIS: f64 = 0.002;
/// Standard deviations of how askew two lenses stand that are meant to look in opposite directions: of the second axis, each
/// way, and of the turn about it beside a quarter turn; radians. Nine real cameras had 0.0–1.0° and 0.0–1.0°.
const ASKEW: [f64; 2] = [0.8 * std::f64::consts::PI / 180.0, 1.2 * std::f64::consts::PI / 180.0];
/// Focal length through the circle's radius before anything is known, and the standard deviation of its logarithm: lenses see
/// about 195° across their circles.
pub(super) const FIELD: (f64, f64) = (0.59, 0.1);
/// Most sigmas of links that make what is expected count more.
const WARY: f64 = 8.0;
/// By how much more links scatter together than each says: patches overlap.
pub(super) const TOGETHER: f64 = 2.0;
/// Sigmas at which a residual begins to count less.
pub(super) const SOFT: f64 = 2.0;

/// Two lenses, the first of which stays where it is.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Both lenses; all but the axis is the same.
    pub lenses: [Lens; 2],
    /// The second camera's frame to the first's.
    pub rotation: Matrix3<f64>,
    /// Where the circles' centres say that the axes are.
    pub centres: [[f64; 2]; 2],
    /// Radius of the larger circle, pixels.
    pub radius: f64,
    /// How far errors along the radius scatter: towards the axis and away from it, pixels.
    pub scatter: [f64; 2],
    /// How many sigmas links are off around the axis, at least 1: by so much more the priors count.
    pub doubt: f64,
    /// Expected k₁ and k₂, and how sure: the inverse of their covariance.
    pub radial: (Vector2<f64>, Matrix2<f64>),
    /// Standard deviation of the axes beside the circles' centres, share of the radius.
    pub axis: f64,
    /// Standard deviation of the circles' centres as they were found, pixels.
    pub blur: [f64; 2],
    /// How near things are around the rim.
    pub near: Nearness,
    /// What straight edges tell of the axes and the turn.
    pub plumb: Option<Plumb>,
    /// How much it counts that the second lens should look straight back: 0 or 1.
    pub straight: f64,
}

/// What may move in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Free {
    /// The turn and the focal length.
    Pose,
    /// The turn and all of the lenses.
    Lenses,
    /// These and the nearness around.
    All,
}

fn expected_radial() -> (Vector2<f64>, Matrix2<f64>) {
    let information = RADIAL.map(|sigma| 1.0 / (sigma * sigma));
    (Vector2::zeros(), Matrix2::from_diagonal(&Vector2::from(information)))
}

impl Pair {
    /// Equidistant lenses as a coarse guess has them.
    pub fn guessed(guess: &Guess, circles: [Circle; 2]) -> Self {
        let radius = circles[0].1.max(circles[1].1);
        let mean = f64::midpoint(circles[0].1, circles[1].1);
        let focal = mean / (guess.field / 2.0).to_radians();
        let projection = Projection::Equidistant;
        let lens = |centre| Lens { projection, focal, centre, radial: [0.0; 2] };
        Self {
            lenses: [lens(circles[0].0), lens(circles[1].0)],
            rotation: Attitude { yaw: 180.0, pitch: 0.0, roll: guess.roll }.matrix(),
            centres: [circles[0].0, circles[1].0],
            radius,
            scatter: [0.01 * radius; 2],
            doubt: TOGETHER,
            radial: expected_radial(),
            axis: AXIS,
            blur: [0.0; 2],
            near: Nearness::default(),
            plumb: None,
            straight: 1.0,
        }
    }

    fn turned(&self, from: usize) -> Matrix3<f64> {
        // The frame of `from` to the frame of the other.
        if from == 0 { self.rotation.transpose() } else { self.rotation }
    }

    /// Where a point of `from` should be in the other picture, less where it is; pixels.
    pub fn residual(&self, link: &Link) -> Option<Vector2<f64>> {
        let ray = self.lenses[link.from].unproject(link.at)?;
        let seen = self.lenses[link.to].project(&(self.turned(link.from) * ray))?;
        Some(self.farther(link, seen))
    }

    /// What a link is off if a point far away would be at `seen`.
    fn farther(&self, link: &Link, seen: [f64; 2]) -> Vector2<f64> {
        let off = Vector2::new(seen[0] - link.seen[0], seen[1] - link.seen[1]);
        if self.near.is_even() {
            return off;
        }
        let out = self.outwards(link);
        off + out * self.near.terms.dot(&self.waves(link, &out))
    }

    /// Waves around the first lens's axis where a link ends, `out` away from the axis.
    pub(super) fn waves(&self, link: &Link, out: &Vector2<f64>) -> Terms {
        let here = Vector3::new(out.x, -out.y, 0.0);
        Nearness::waves(&if link.to == 0 { here } else { self.rotation * here })
    }

    /// Unit vector away from the axis at what was seen.
    pub(super) fn outwards(&self, link: &Link) -> Vector2<f64> {
        let c = self.lenses[link.to].centre;
        Vector2::new(link.seen[0] - c[0], link.seen[1] - c[1])
            .try_normalize(1e-9)
            .unwrap_or_else(Vector2::x)
    }

    /// Information of a link, with less along the radius as nearness makes that uncertain.
    pub(super) fn information(&self, link: &Link, residual: &Vector2<f64>) -> Matrix2<f64> {
        let own = link.whitening.tr_mul(&link.whitening);
        let out = self.outwards(link);
        // Seen farther out than expected: near.
        let scatter = self.scatter[usize::from(residual.dot(&out) < 0.0)];
        let along = own * out;
        let variance = scatter * scatter;
        own - along * along.transpose() * (variance / (1.0 + variance * out.dot(&along)))
    }

    pub(super) fn off_radial(&self) -> Vector2<f64> {
        Vector2::from(self.lenses[0].radial) - self.radial.0
    }

    /// By how much more what is expected counts where links scatter: not without end, or it would hold everything where the
    /// guess had it, and they would scatter more.
    pub(super) fn wary(&self) -> f64 {
        self.doubt.min(WARY).powi(2)
    }

    /// Logarithm of the focal length through what is expected of it.
    pub(super) fn off_field(&self) -> f64 {
        (self.lenses[0].focal / self.radius / FIELD.0).ln()
    }

    /// Variance of a lens's axis beside its circle's centre, pixels².
    pub(super) fn off_centre(&self, side: usize) -> f64 {
        (self.axis * self.radius).powi(2) + self.blur[side].powi(2)
    }

    /// How far the second lens is from looking straight back, in standard deviations: its axis, both ways, and the turn
    /// about it.
    pub(super) fn askew(&self) -> Vector3<f64> {
        let r = &self.rotation;
        let about = r[(1, 0)].atan2(-r[(0, 0)]);
        let quarter = std::f64::consts::FRAC_PI_2;
        let about = about - (about / quarter).round() * quarter;
        Vector3::new(r[(0, 2)] / ASKEW[0], r[(1, 2)] / ASKEW[0], about / ASKEW[1])
    }

    /// The derivatives of [`Pair::askew`] by the turn.
    pub(super) fn askew_by_turn(&self) -> Matrix3<f64> {
        // exp(w) R moves each column by w × it.
        let moves = |column: usize| -self.rotation.column(column).into_owned().cross_matrix();
        let (back, right) = (moves(2), moves(0));
        let r = &self.rotation;
        let (x, y) = (-r[(0, 0)], r[(1, 0)]);
        let about = (right.row(1) * x + right.row(0) * y) / x.hypot(y).powi(2).max(1e-9);
        Matrix3::from_rows(&[back.row(0) / ASKEW[0], back.row(1) / ASKEW[0], about / ASKEW[1]])
    }

    fn cost(&self, links: &[Link]) -> f64 {
        let c2 = SOFT * SOFT;
        let seen: f64 = links
            .iter()
            .map(|link| {
                let square =
                    self.residual(link).map_or(1e6, |r| r.dot(&(self.information(link, &r) * r)));
                c2 * (1.0 + square / c2).ln()
            })
            .sum();
        let axes: f64 = (0..2)
            .flat_map(|side| (0..2).map(move |k| (side, k)))
            .map(|(side, k)| {
                let off = self.lenses[side].centre[k] - self.centres[side][k];
                off * off / self.off_centre(side)
            })
            .sum();
        let off = self.off_radial();
        let radial = off.dot(&(self.radial.1 * off));
        let plumb = self.plumb.as_ref().map_or(0.0, |plumb| plumb.unlikely(self));
        // Somebody may have built one that is far askew.
        let askew = self.straight * c2 * (1.0 + self.askew().norm_squared() / c2).ln();
        let field = (self.off_field() / FIELD.1).powi(2);
        let known = axes + radial + field + askew + plumb + self.near.unlikely();
        seen + known * self.wary()
    }

    /// Residual and its derivatives by the unknowns.
    pub(super) fn derivatives(
        &self,
        link: &Link,
    ) -> Option<(Vector2<f64>, SMatrix<f64, 2, OF_LENSES>)> {
        let (ray, ray_by_lens) = self.lenses[link.from].unproject_jacobian(link.at)?;
        let turn = self.turned(link.from);
        let there = turn * ray;
        let (seen, by_ray, by_lens) = self.lenses[link.to].project_jacobian(&there)?;
        let residual = self.farther(link, seen);
        let by_ray = nalgebra::Matrix2x3::from_fn(|r, c| by_ray[r][c]);
        let mut out = SMatrix::<f64, 2, OF_LENSES>::zeros();
        for p in 0..5 {
            let d = Vector3::new(ray_by_lens[0][p], ray_by_lens[1][p], ray_by_lens[2][p]);
            let from_here = by_ray * (turn * d);
            let own = Vector2::new(by_lens[0][p], by_lens[1][p]);
            // Unknowns 0 to 2 are shared; 3, 4 are the first lens's axis, 5, 6 the second's.
            let column = |lens: usize| if p < 3 { p } else { p + 2 * lens };
            let mut at = out.column_mut(column(link.from));
            at += from_here;
            let mut at = out.column_mut(column(link.to));
            at += own;
        }
        // The rotation becomes exp(w) R: R v moves by w × R v, Rᵀ v by −Rᵀ (w × v).
        let by_turn = if link.from == 0 {
            by_ray * (turn * ray.cross_matrix())
        } else {
            -(by_ray * there.cross_matrix())
        };
        out.fixed_columns_mut::<3>(7).copy_from(&by_turn);
        Some((residual, out))
    }

    pub(super) fn moved(&self, step: &Column) -> Self {
        let mut out = self.clone();
        for (side, lens) in out.lenses.iter_mut().enumerate() {
            lens.focal = (lens.focal + step[0]).clamp(0.7 * lens.focal, 1.4 * lens.focal);
            lens.radial = [lens.radial[0] + step[1], lens.radial[1] + step[2]];
            let at = 3 + 2 * side;
            lens.centre = [lens.centre[0] + step[at], lens.centre[1] + step[at + 1]];
        }
        let turn = exponential(&Vector3::new(step[7], step[8], step[9]));
        out.rotation = nearest_rotation(&(turn * self.rotation));
        out.near.terms += step.fixed_rows::<TERMS>(OF_LENSES);
        out
    }

    /// Minimises the cost.
    pub fn solve(&mut self, links: &[Link], free: Free, most_steps: usize) {
        let mut damping = 1e-4;
        let mut cost = self.cost(links);
        for _ in 0..most_steps {
            let (normal, gradient) = self.normal_equations(links, free);
            let mut gained = 0.0;
            for _ in 0..8 {
                let mut damped = normal;
                for i in 0..UNKNOWNS {
                    damped[(i, i)] += damping * normal[(i, i)] + 1e-12;
                }
                let Some(factor) = damped.cholesky() else {
                    damping *= 10.0;
                    continue;
                };
                let next = self.moved(&-factor.solve(&gradient));
                let value = next.cost(links);
                if value < cost {
                    gained = cost - value;
                    (*self, cost) = (next, value);
                    damping = (damping * 0.2).max(1e-12);
                    break;
                }
                damping *= 8.0;
            }
            if gained < 1e-7 * cost {
                break;
            }
        }
    }

    /// The same pair on pictures scaled by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let scale = |c: [f64; 2]| c.map(|v| (v + 0.5) * factor - 0.5);
        Self {
            lenses: self.lenses.map(|lens| lens.scaled(factor)),
            centres: self.centres.map(scale),
            radius: self.radius * factor,
            scatter: self.scatter.map(|s| s * factor),
            blur: self.blur.map(|s| s * factor),
            near: self.near.scaled(factor),
            plumb: self.plumb.as_ref().map(|plumb| plumb.scaled(factor)),
            ..self.clone()
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::stitch::attitude::angle_between;
    use crate::stitch::dice::Dice;

    pub fn truth() -> Pair {
        let lens = Lens {
            projection: Projection::Equidistant,
            focal: 560.0,
            centre: [1020.0, 1019.0],
            radial: [-0.02, 0.001],
        };
        let second = Lens { centre: [1028.0, 1016.0], ..lens };
        Pair {
            lenses: [lens, second],
            rotation: Attitude { yaw: 180.4, pitch: 0.6, roll: 0.3 }.matrix(),
            centres: [[1022.0, 1018.0], [1026.0, 1018.0]],
            radius: 950.0,
            scatter: [0.1, 0.1],
            doubt: 1.0,
            radial: expected_radial(),
            axis: AXIS,
            blur: [0.0; 2],
            near: Nearness::default(),
            plumb: None,
            straight: 1.0,
        }
    }

    /// Links between the rims; some are near: seen farther out by both.
    pub fn links(truth: &Pair, near: f64) -> Vec<Link> {
        links_of(truth, |_, dice| if dice.unit() < 0.5 { near * dice.unit() } else { 0.0 })
    }

    /// The same with the nearness, radians, by the angle around the first lens's axis.
    pub fn links_of(truth: &Pair, near: impl Fn(f64, &mut Dice) -> f64) -> Vec<Link> {
        let mut dice = Dice(3);
        let mut out = Vec::new();
        while out.len() < 600 {
            let (phi, theta) = (dice.unit() * 6.28, (82.5 + 15.0 * dice.unit()).to_radians());
            let from = out.len() % 2;
            // The second lens looks back: what is right of it is left of the first.
            let around = if from == 0 { phi } else { std::f64::consts::PI - phi };
            let nearness = near(around, &mut dice);
            let ray = |theta: f64| {
                Vector3::new(theta.sin() * phi.cos(), theta.sin() * phi.sin(), theta.cos())
            };
            let there = truth.turned(from) * ray(theta);
            let axis = truth.turned(from) * -Vector3::z();
            // Away from the other's axis by the same amount.
            let flat = (there - axis * there.dot(&axis)).normalize();
            let lean = there.dot(&axis).atan2(there.dot(&flat)) - nearness;
            let there = flat * lean.cos() + axis * lean.sin();
            let to = 1 - from;
            let (Some(at), Some(seen)) =
                (truth.lenses[from].project(&ray(theta)), truth.lenses[to].project(&there))
            else {
                continue;
            };
            let seen = seen.map(|v| v + 0.1 * dice.normal());
            out.push(Link { from, to, at, seen, whitening: Matrix2::identity() * 8.0 });
        }
        out
    }

    pub fn start(truth: &Pair) -> Pair {
        let mut start = truth.clone();
        start.rotation = Attitude { yaw: 180.0, pitch: 0.0, roll: 0.0 }.matrix();
        for side in 0..2 {
            start.lenses[side].focal = 545.0;
            start.lenses[side].radial = [0.0; 2];
            start.lenses[side].centre = start.centres[side];
        }
        start.scatter = [3.0; 2];
        start
    }

    fn fitted(truth: &Pair, near: f64) -> Pair {
        let links = links(truth, near);
        let mut pair = start(truth);
        pair.solve(&links, Free::Pose, 20);
        for _ in 0..4 {
            pair.solve(&links, Free::All, 20);
            pair.learn_scatter(&links);
        }
        pair
    }

    #[test]
    fn derivatives_match_differences() {
        let truth = truth();
        let pair = start(&truth);
        for link in links(&truth, 0.02).iter().take(30) {
            let (residual, slopes) = pair.derivatives(link).unwrap();
            for p in 0..OF_LENSES {
                let size = if p == 1 || p == 2 || p > 6 { 1e-7 } else { 1e-5 };
                let mut step = Column::zeros();
                step[p] = size;
                let moved = pair.moved(&step).residual(link).unwrap();
                for row in 0..2 {
                    let slope = (moved[row] - residual[row]) / size;
                    let told = slopes[(row, p)];
                    assert!((slope - told).abs() < 1e-3 * (1.0 + told.abs()), "{p} {slope} {told}");
                }
            }
        }
    }

    #[test]
    fn how_askew_lenses_are_follows_their_turn() {
        let pair = truth();
        let (askew, slopes) = (pair.askew(), pair.askew_by_turn());
        assert!(askew.norm() > 0.5, "{askew}");
        for p in 0..3 {
            let mut step = Column::zeros();
            step[7 + p] = 1e-6;
            let slope = (pair.moved(&step).askew() - askew) / 1e-6;
            assert!(
                (slope - slopes.column(p)).norm() < 1e-3 * slope.norm().max(1.0),
                "{p} {slope}"
            );
        }
        // A quarter turn about the axis is how some store their pictures.
        let quarter = Attitude { yaw: 180.0, pitch: 0.0, roll: 90.0 }.matrix();
        assert!(Pair { rotation: quarter, ..pair }.askew().norm() < 1e-9);
    }

    #[test]
    fn the_rim_tells_lenses_and_turn() {
        let truth = truth();
        let pair = fitted(&truth, 0.0);
        let off = angle_between(&pair.rotation, &truth.rotation);
        // The goal of the project for such cameras.
        assert!(off < 0.05, "{off} {pair:?}");
    }

    #[test]
    fn near_things_do_not_pull_the_lenses() {
        let truth = truth();
        let pair = fitted(&truth, 0.03);
        let off = angle_between(&pair.rotation, &truth.rotation);
        let across = |pair: &Pair| {
            pair.lenses[0].project(&Vector3::x()).unwrap()[0] - pair.lenses[0].centre[0]
        };
        // The mean of what is near is 0.4°; the focal length must not take that for its own.
        let scale = (across(&pair) / across(&truth) - 1.0).abs();
        assert!(off < 0.1 && scale < 1.5e-3, "{off} {scale} {:?}", pair.scatter);
    }
}
