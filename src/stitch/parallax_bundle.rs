//! Bundle adjustment for cameras that were not quite in one place: rotations, places and lenses together with a smooth
//! depth of the scene, by Levenberg–Marquardt with Cauchy's weights (Triggs et al., "Bundle adjustment: a modern
//! synthesis", 2000).
//!
//! The depth is one map for all photos instead of a distance a point: with lenses a few centimetres apart a lone point
//! tells next to nothing of its distance, all points of a wall together do.

use nalgebra::{DMatrix, DVector, Matrix2x3, Matrix3, Vector2, Vector3};

use super::attitude::{exponential, nearest_rotation};
use super::bundle::{Link, within_four};
use super::depth::{Depth, NODES};
use super::error::StitchError;
use super::grey::in_order;
use super::parallax::Parallax;
use super::positive;
use super::sway::Sway;
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::geometry::lens::LENS_PARAMETERS;

/// Standard deviation of the logarithm of depth.
const DEPTH: f64 = 0.7;
/// Standard deviation of the difference of two neighbouring nodes of the map of depth.
const BEND: f64 = 0.25;
/// Standard deviation of k₁ and k₂.
const RADIAL: f64 = 0.1;
/// No link counts as more exact than this once the map of depth has been fitted, pixels.
pub const FLOOR: f64 = 0.25;
/// Parts of the links that are looked at side by side.
const PARTS: usize = 4;

/// What is sought.
#[derive(Clone)]
pub struct State {
    /// Camera to world, a photo each.
    pub rotations: Vec<Matrix3<f64>>,
    /// The lenses, one a group of photos.
    pub lenses: Vec<Lens>,
    /// Places and depth.
    pub parallax: Parallax,
    /// Where the cameras are believed to be.
    pub sway: Sway,
}

/// The problem.
pub struct ParallaxBundle<'a> {
    /// Which lens a photo was taken with.
    pub lens_of: &'a [usize],
    /// Points seen in two photos.
    pub links: &'a [Link],
    /// Lens parameters that may move.
    pub free: [bool; LENS_PARAMETERS],
    /// Sigmas at which a residual begins to count less.
    pub softness: f64,
    /// No link counts as more exact than this, pixels: large while the map of depth is coarse.
    pub floor: f64,
}

impl State {
    /// Of what is sought: six a photo, the nodes of the map of depth, and five a lens.
    fn columns(&self) -> usize {
        EACH * self.rotations.len() + NODES + LENS_PARAMETERS * self.lenses.len()
    }

    fn lens(&self, lens_of: &[usize], photo: usize) -> &Lens {
        &self.lenses[lens_of[photo]]
    }

    /// Where photo `to` should show what `from` shows at the pixel `at`.
    pub fn predict(
        &self,
        lens_of: &[usize],
        from: usize,
        to: usize,
        at: [f64; 2],
    ) -> Option<[f64; 2]> {
        let ray = self.rotations[from] * self.lens(lens_of, from).unproject(at)?;
        let centres = &self.parallax.centres;
        let seen = ray + (centres[from] - centres[to]) / self.parallax.distance(from, &ray);
        self.lens(lens_of, to).project(&self.rotations[to].tr_mul(&seen))
    }

    fn residual(&self, lens_of: &[usize], link: &Link) -> Option<Vector2<f64>> {
        let seen = self.predict(lens_of, link.from, link.to, link.at)?;
        Some(Vector2::new(seen[0] - link.seen[0], seen[1] - link.seen[1]))
    }
}

/// Columns of a photo: turn and place.
const EACH: usize = 6;
/// Columns that a link touches besides depth: both photos, and both lenses.
const NEAR: usize = 2 * EACH + 2 * LENS_PARAMETERS;

/// A residual in sigmas and its derivatives.
struct Derivatives {
    residual: Vector2<f64>,
    /// Turn and place of the one photo, of the other, the lens of the one, and of the other if it is not the same.
    near: [[f64; 2]; NEAR],
    /// By the logarithm of inverse depth, and whose it is to which share.
    by_log: Vector2<f64>,
    nodes: [(usize, f64); 4],
}

impl ParallaxBundle<'_> {
    fn trust(&self, link: &Link) -> f64 {
        (1.0 / (self.floor * link.whitening.norm()).max(1e-9)).min(1.0)
    }

    /// The links in parts, always the same ones: sums do not depend on how many threads there are.
    fn parts(&self) -> Vec<&[Link]> {
        self.links.chunks(self.links.len().div_ceil(PARTS).max(1)).collect()
    }

    /// Length of a link's residual in sigmas; `None` where the lens does not see it.
    pub fn size(&self, state: &State, link: &Link) -> Option<f64> {
        let residual = state.residual(self.lens_of, link)?;
        Some((link.whitening * residual).norm() * self.trust(link))
    }

    /// Robust cost with the priors.
    pub fn cost(&self, state: &State) -> f64 {
        let c2 = self.softness * self.softness;
        let unlikely = |links: &[Link]| -> f64 {
            let of = |link: &Link| {
                let size = self.size(state, link).unwrap_or(1e3);
                c2 * (1.0 + size * size / c2).ln()
            };
            links.iter().map(of).sum()
        };
        let parts = self.parts();
        let links: f64 = in_order(parts.len(), |at| unlikely(parts[at])).into_iter().sum();
        let nodes = &state.parallax.depth.nodes;
        let depth: f64 = nodes.iter().map(|g| (g / DEPTH).powi(2)).sum();
        let bends: f64 = Depth::bonds()
            .iter()
            .map(|(i, j, alike)| ((nodes[*i] - nodes[*j]) * alike / BEND).powi(2))
            .sum();
        let places: f64 =
            state.parallax.centres.iter().enumerate().map(|(i, c)| state.sway.cost(i, c)).sum();
        let radial: f64 = state
            .lenses
            .iter()
            .map(|lens| lens.radial.iter().map(|k| (k / RADIAL).powi(2)).sum::<f64>())
            .sum();
        links + depth + bends + places + radial
    }

    /// Residual in sigmas and its derivatives. How distance changes with the places themselves is left out: it is of
    /// second order.
    fn derivatives(&self, state: &State, link: &Link) -> Option<Derivatives> {
        let (a, b) = (link.from, link.to);
        let (lens_a, lens_b) = (state.lens(self.lens_of, a), state.lens(self.lens_of, b));
        let (ray, ray_by_lens) = lens_a.unproject_jacobian(link.at)?;
        let ray = state.rotations[a] * ray;
        let parallax = &state.parallax;
        let (distance, nodes) = parallax.met(a, &ray);
        let between = parallax.centres[a] - parallax.centres[b];
        let world = ray + between / distance;
        let back = state.rotations[b].transpose();
        let (seen, by_ray, by_lens) = lens_b.project_jacobian(&(back * world))?;
        let whitening = link.whitening * self.trust(link);
        let residual = whitening * Vector2::new(seen[0] - link.seen[0], seen[1] - link.seen[1]);
        let by_world = whitening * Matrix2x3::from_fn(|r, c| by_ray[r][c]) * back;
        let by_turn = [-(by_world * ray.cross_matrix()), by_world * world.cross_matrix()];
        let by_place = by_world / distance;
        let mut near = [[0.0; 2]; NEAR];
        for axis in 0..3 {
            let column = |m: &Matrix2x3<f64>, by: f64| [m[(0, axis)] * by, m[(1, axis)] * by];
            near[axis] = column(&by_turn[0], 1.0);
            near[3 + axis] = column(&by_place, 1.0);
            near[EACH + axis] = column(&by_turn[1], 1.0);
            near[EACH + 3 + axis] = column(&by_place, -1.0);
        }
        let by_a = by_world * state.rotations[a];
        let own_columns = self.own_lens(link);
        for (at, p) in self.moving().enumerate() {
            let d = Vector3::new(ray_by_lens[0][p], ray_by_lens[1][p], ray_by_lens[2][p]);
            let moved = by_a * d;
            let own = whitening * Vector2::new(by_lens[0][p], by_lens[1][p]);
            near[2 * EACH + at] = [moved.x, moved.y];
            let of_other = &mut near[own_columns + at];
            *of_other = [of_other[0] + own.x, of_other[1] + own.y];
        }
        let by_log = by_world * between / distance;
        Some(Derivatives { residual, near, by_log, nodes })
    }

    /// Lens parameters that move.
    fn moving(&self) -> impl Iterator<Item = usize> {
        (0..LENS_PARAMETERS).filter(|&p| self.free[p])
    }

    /// Where in [`Derivatives::near`] the lens of the other photo is.
    fn own_lens(&self, link: &Link) -> usize {
        let same = self.lens_of[link.from] == self.lens_of[link.to];
        2 * EACH + if same { 0 } else { self.moving().count() }
    }

    /// What some of the links tell: information, of which only the lower triangle is filled in, and gradient.
    fn told(&self, state: &State, columns: usize, links: &[Link]) -> (DMatrix<f64>, DVector<f64>) {
        let mut normal = DMatrix::<f64>::zeros(columns, columns);
        let mut gradient = DVector::<f64>::zeros(columns);
        for of_pair in links.chunk_by(|one, next| (one.from, one.to) == (next.from, next.to)) {
            self.told_of_pair(state, of_pair, &mut normal, &mut gradient);
        }
        (normal, gradient)
    }

    /// Adds what links tell that are all from one photo to one other.
    fn told_of_pair(
        &self,
        state: &State,
        links: &[Link],
        normal: &mut DMatrix<f64>,
        gradient: &mut DVector<f64>,
    ) {
        let Some(first) = links.first() else { return };
        let nodes = EACH * state.rotations.len();
        let lens = |photo: usize| nodes + NODES + LENS_PARAMETERS * self.lens_of[photo];
        let own_lens = self.own_lens(first);
        let width = own_lens + self.moving().count();
        let mut column_of = [0; NEAR];
        for axis in 0..EACH {
            column_of[axis] = EACH * first.from + axis;
            column_of[EACH + axis] = EACH * first.to + axis;
        }
        for (at, p) in self.moving().enumerate() {
            column_of[2 * EACH + at] = lens(first.from) + p;
            column_of[own_lens + at] = lens(first.to) + p;
        }
        let column_of = &column_of[..width];
        let c2 = self.softness * self.softness;
        let (mut square, mut pull) = ([[0.0; NEAR]; NEAR], [0.0; NEAR]);
        for link in links {
            let Some(told) = self.derivatives(state, link) else { continue };
            let weight = 1.0 / (1.0 + told.residual.norm_squared() / c2);
            let (right, down) = (told.near.map(|d| d[0]), told.near.map(|d| d[1]));
            for (own, row) in square[..width].iter_mut().enumerate() {
                let (x, y) = (weight * right[own], weight * down[own]);
                for ((sum, right), down) in row[..width].iter_mut().zip(&right).zip(&down) {
                    *sum += x * right + y * down;
                }
                pull[own] += x * told.residual.x + y * told.residual.y;
            }
            let by_log = told.by_log * weight;
            let with_log = told.near.map(|d| by_log.x * d[0] + by_log.y * d[1]);
            let pulled = by_log.dot(&told.residual);
            let strength = by_log.dot(&told.by_log);
            for (k, (node, share)) in told.nodes.into_iter().enumerate() {
                let at = nodes + node;
                gradient[at] += pulled * share;
                for (other, other_share) in told.nodes.into_iter().take(k + 1) {
                    let other = nodes + other;
                    normal[(at.max(other), at.min(other))] += strength * share * other_share;
                }
                for (column, value) in column_of.iter().zip(&with_log).take(2 * EACH) {
                    normal[(at, *column)] += value * share;
                }
                for (row, value) in column_of.iter().zip(&with_log).skip(2 * EACH) {
                    normal[(*row, at)] += value * share;
                }
            }
        }
        for own in 0..width {
            gradient[column_of[own]] += pull[own];
            for other in (0..width).filter(|&other| column_of[own] >= column_of[other]) {
                normal[(column_of[own], column_of[other])] += square[own][other];
            }
        }
    }

    /// Information, of which only the lower triangle is filled in, and gradient.
    fn normal_equations(&self, state: &State, columns: usize) -> (DMatrix<f64>, DVector<f64>) {
        let parts = self.parts();
        let (mut normal, mut gradient) =
            in_order(parts.len(), |at| self.told(state, columns, parts[at]))
                .into_iter()
                .reduce(|(normal, gradient), (more, pull)| (normal + more, gradient + pull))
                .unwrap_or_else(|| self.told(state, columns, &[]));
        let photos = state.rotations.len();
        let mut prior = |at: usize, value: f64, sigma: f64| {
            normal[(at, at)] += 1.0 / (sigma * sigma);
            gradient[at] += value / (sigma * sigma);
        };
        for (photo, centre) in state.parallax.centres.iter().enumerate() {
            let (off, deviation) = state.sway.pull(photo, centre);
            (0..3).for_each(|axis| prior(EACH * photo + 3 + axis, off[axis], deviation));
        }
        let nodes = EACH * photos;
        let values = &state.parallax.depth.nodes;
        for (node, value) in values.iter().enumerate() {
            prior(nodes + node, *value, DEPTH);
        }
        let first = nodes + NODES;
        for (index, lens) in state.lenses.iter().enumerate() {
            for p in (1..3).filter(|&p| self.free[p]) {
                prior(first + LENS_PARAMETERS * index + p, lens.radial[p - 1], RADIAL);
            }
        }
        for (i, j, alike) in Depth::bonds() {
            let strength = (alike / BEND).powi(2);
            let pull = strength * (values[i] - values[j]);
            gradient[nodes + i] += pull;
            gradient[nodes + j] -= pull;
            normal[(nodes + i, nodes + i)] += strength;
            normal[(nodes + j, nodes + j)] += strength;
            normal[(nodes + i.max(j), nodes + i.min(j))] -= strength;
        }
        (normal, gradient)
    }

    /// What links and beliefs tell of the solution: the inverse is its covariance. Three columns for the turn of a photo and three
    /// for its place, then the nodes of the map of depth and five parameters a lens; only the lower triangle is filled in.
    pub fn information(&self, state: &State) -> DMatrix<f64> {
        self.normal_equations(state, state.columns()).0
    }

    fn moved(&self, state: &State, step: &DVector<f64>) -> State {
        let mut next = state.clone();
        let take = |at: usize| Vector3::new(step[at], step[at + 1], step[at + 2]);
        for (photo, rotation) in next.rotations.iter_mut().enumerate() {
            *rotation = nearest_rotation(&(exponential(&take(EACH * photo)) * *rotation));
            next.parallax.centres[photo] += take(EACH * photo + 3);
        }
        let nodes = EACH * state.rotations.len();
        for (node, value) in next.parallax.depth.nodes.iter_mut().enumerate() {
            *value = (*value + step[nodes + node]).clamp(-3.0, 3.0);
        }
        let first = nodes + NODES;
        for (index, lens) in next.lenses.iter_mut().enumerate() {
            let at = |p: usize| {
                if self.free[p] { step[first + LENS_PARAMETERS * index + p] } else { 0.0 }
            };
            lens.focal = (lens.focal + at(0)).clamp(lens.focal * 0.5, lens.focal * 2.0);
            lens.radial = [lens.radial[0] + at(1), lens.radial[1] + at(2)];
            lens.centre = [lens.centre[0] + at(3), lens.centre[1] + at(4)];
        }
        next
    }

    /// Links whose residual is not beyond four robust deviations.
    pub fn without_outliers(&self, state: &State) -> Vec<Link> {
        within_four(self.links, |link| self.size(state, link))
    }

    /// Minimises the cost; returns it.
    pub fn solve(
        &self,
        state: &mut State,
        most_steps: usize,
        cancel: &Cancel,
    ) -> Result<f64, StitchError> {
        let columns = state.columns();
        let mut damping = 1e-3;
        let mut cost = self.cost(state);
        for _ in 0..most_steps {
            if cancel.is_cancelled() {
                return Err(StitchError::Cancelled);
            }
            let (normal, gradient) = self.normal_equations(state, columns);
            let before = cost;
            for _ in 0..8 {
                let mut damped = normal.clone();
                for i in 0..columns {
                    let diagonal = damped[(i, i)];
                    damped[(i, i)] = diagonal * (1.0 + damping) + 1e-9 * (1.0 + diagonal);
                }
                if let Some(step) = positive::solve(damped, &gradient) {
                    let next = self.moved(state, &-step);
                    let value = self.cost(&next);
                    if value <= cost {
                        (*state, cost) = (next, value);
                        damping = (damping * 0.2).max(1e-10);
                        break;
                    }
                }
                damping *= 8.0;
            }
            if before - cost < 1e-5 * cost {
                break;
            }
        }
        Ok(cost)
    }
}
