//! Bundle adjustment: all rotations and lenses together (Brown and Lowe, IJCV 74(1), 2007), by Levenberg–Marquardt
//! with the derivatives of [`crate::geometry::lens`] and Cauchy's robust weights.

use nalgebra::{DMatrix, DVector, Matrix2, Matrix3, Vector2, Vector3};

use super::attitude::{exponential, nearest_rotation};
use super::error::StitchError;
use super::grey::in_order;
use super::ground::Ground;
use super::positive;
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::geometry::lens::LENS_PARAMETERS;

/// One point seen in two photos.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The photo in which the point was chosen.
    pub from: usize,
    /// The photo in which it was found again.
    pub to: usize,
    /// Column and row in `from`.
    pub at: [f64; 2],
    /// Column and row in `to`.
    pub seen: [f64; 2],
    /// Square root of the information (inverse covariance) of `seen`: multiplies a residual in pixels into sigmas.
    pub whitening: Matrix2<f64>,
}

impl Link {
    /// As much of a residual in pixels as the link knows: along an edge it is 0.
    pub fn known(&self, residual: &Vector2<f64>) -> Option<Vector2<f64>> {
        let information = self.whitening.tr_mul(&self.whitening);
        Some((information + Matrix2::identity() * 0.5).try_inverse()? * information * residual)
    }
}

/// Cameras and what binds them.
#[derive(Clone)]
pub struct Bundle<'a> {
    /// Camera frame to world, a photo each.
    pub rotations: Vec<Matrix3<f64>>,
    /// The lenses, one a group of photos.
    pub lenses: Vec<Lens>,
    /// Which lens a photo was taken with.
    pub lens_of: &'a [usize],
    /// Where the axis of a photo's lens meets it. Lenses are shared, portrait and landscape differ.
    pub links: &'a [Link],
    /// Parameters that may move: focal, k₁, k₂, column and row of the axis.
    pub free: [bool; LENS_PARAMETERS],
    /// Sigmas at which a residual begins to count less.
    pub softness: f64,
    /// The ground, if it is near.
    pub ground: Option<Ground>,
    /// About what the focal length of each lens is believed to be, to a tenth; empty where nothing is.
    pub believed: &'a [f64],
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Robust cost: sum of `c² ln(1 + r²/c²)`.
    pub cost: f64,
    /// Steps taken.
    pub steps: usize,
}

/// Most columns that a link moves: two rotations, two lenses, and the arm over the ground.
const MOST_COLUMNS: usize = 7 + 2 * LENS_PARAMETERS;

/// Normal equations of links that move the same columns.
struct Sums {
    columns: Vec<usize>,
    gradient: [f64; MOST_COLUMNS],
    /// The lower triangle.
    normal: [[f64; MOST_COLUMNS]; MOST_COLUMNS],
}

impl Sums {
    fn new(columns: Vec<usize>) -> Self {
        Self { columns, gradient: [0.0; MOST_COLUMNS], normal: [[0.0; MOST_COLUMNS]; MOST_COLUMNS] }
    }
}

/// Standard deviations of the priors on the focal length (as a share), k₁, k₂ (no unit) and the axis (share of the focal length).
const PRIOR: [f64; LENS_PARAMETERS] = [0.1, 0.15, 0.15, 0.02, 0.02];

impl Bundle<'_> {
    /// The residual of a link in pixels of the second photo; `None` where the lens does not see it.
    pub fn residual(&self, link: &Link) -> Option<Vector2<f64>> {
        let (from, to) = (self.lens(link.from), self.lens(link.to));
        let ray = from.unproject(link.at)?;
        let world = self.rotations[link.from] * ray;
        let (world, _) = self.over_ground(link, world);
        let seen = to.project(&(self.rotations[link.to].transpose() * world))?;
        Some(Vector2::new(seen[0] - link.seen[0], seen[1] - link.seen[1]))
    }

    /// The lens of a photo.
    pub fn lens(&self, photo: usize) -> &Lens {
        &self.lenses[self.lens_of[photo]]
    }

    fn columns(&self) -> usize {
        self.arm() + usize::from(self.ground.is_some())
    }

    /// The column of the arm over the ground.
    fn arm(&self) -> usize {
        3 * self.rotations.len() + LENS_PARAMETERS * self.lenses.len()
    }

    /// Where the second camera of a link looks for what the first sees along the unit vector `ray`, and how that changes with
    /// the arm.
    fn over_ground(&self, link: &Link, ray: Vector3<f64>) -> (Vector3<f64>, Vector3<f64>) {
        let Some(ground) = &self.ground else { return (ray, Vector3::zeros()) };
        let cameras = [link.from, link.to].map(|photo| &self.rotations[photo]);
        let by_arm = ground.by_arm(&ray, cameras);
        (ray + by_arm * ground.arm, by_arm)
    }

    /// Residual (whitened) and its derivatives: (first column, 2 rows of values) blocks.
    fn derivatives(&self, link: &Link) -> Option<(Vector2<f64>, Vec<(usize, [f64; 2])>)> {
        let (a, b) = (link.from, link.to);
        let (ray, ray_by_lens) = self.lens(a).unproject_jacobian(link.at)?;
        let (world, by_arm) = self.over_ground(link, self.rotations[a] * ray);
        let back = self.rotations[b].transpose();
        let (seen, by_ray, by_lens) = self.lens(b).project_jacobian(&(back * world))?;
        let residual =
            link.whitening * Vector2::new(seen[0] - link.seen[0], seen[1] - link.seen[1]);
        let by_ray = link.whitening * nalgebra::Matrix2x3::from_fn(|r, c| by_ray[r][c]);
        let by_world = by_ray * back;
        let skew = world.cross_matrix();
        let turned_a = -(by_world * skew);
        let mut out: Vec<(usize, [f64; 2])> = Vec::with_capacity(MOST_COLUMNS);
        for axis in 0..3 {
            let column = [turned_a[(0, axis)], turned_a[(1, axis)]];
            out.push((3 * a + axis, column));
            out.push((3 * b + axis, column.map(|v| -v)));
        }
        let first = 3 * self.rotations.len();
        let by_a = by_world * self.rotations[a];
        for p in (0..LENS_PARAMETERS).filter(|&p| self.free[p]) {
            let d = Vector3::new(ray_by_lens[0][p], ray_by_lens[1][p], ray_by_lens[2][p]);
            let moved = by_a * d;
            let own = link.whitening * Vector2::new(by_lens[0][p], by_lens[1][p]);
            let (la, lb) = (self.lens_of[a], self.lens_of[b]);
            if la == lb {
                out.push((first + LENS_PARAMETERS * la + p, [moved.x + own.x, moved.y + own.y]));
            } else {
                out.push((first + LENS_PARAMETERS * la + p, [moved.x, moved.y]));
                out.push((first + LENS_PARAMETERS * lb + p, [own.x, own.y]));
            }
        }
        if self.ground.is_some() {
            let moved = by_world * by_arm;
            out.push((self.arm(), [moved.x, moved.y]));
        }
        Some((residual, out))
    }

    /// Robust cost of the present state. A link that is not seen costs as much as a wild one.
    pub fn cost(&self) -> f64 {
        let c2 = self.softness * self.softness;
        // In pieces of a fixed size, added in their order: the same sum whatever the number of threads.
        let pieces: Vec<&[Link]> = self.links.chunks(512).collect();
        let links: f64 = in_order(pieces.len(), |index| {
            pieces[index]
                .iter()
                .map(|link| {
                    let square =
                        self.residual(link).map_or(1e6, |r| (link.whitening * r).norm_squared());
                    c2 * (1.0 + square / c2).ln()
                })
                .sum::<f64>()
        })
        .into_iter()
        .sum();
        let priors: f64 = self
            .lenses
            .iter()
            .map(|lens| (1..3).map(|p| (lens.radial[p - 1] / PRIOR[p]).powi(2)).sum::<f64>())
            .sum();
        let believed = self.lenses.iter().zip(self.believed);
        let focals: f64 = believed
            .map(|(lens, believed)| ((lens.focal / believed - 1.0) / PRIOR[0]).powi(2))
            .sum();
        links + priors + focals
    }

    /// Minimises the cost. The mean rotation stays, as nothing fixes it.
    pub fn solve(&mut self, most_steps: usize, cancel: &Cancel) -> Result<Outcome, StitchError> {
        let columns = self.columns();
        let mut damping = 1e-4;
        let mut cost = self.cost();
        let mut steps = 0;
        while steps < most_steps {
            if cancel.is_cancelled() {
                return Err(StitchError::Cancelled);
            }
            steps += 1;
            let (normal, gradient) = self.normal_equations(columns);
            let mut better = false;
            let mut small = false;
            for _ in 0..8 {
                let mut damped = normal.clone();
                for i in 0..columns {
                    let diagonal = damped[(i, i)];
                    // Parameters that nothing moves (fixed ones, lone photos, the common turn) stay.
                    damped[(i, i)] = diagonal * (1.0 + damping) + 1e-9 * (1.0 + diagonal);
                }
                let Some(step) = positive::solve(damped, &gradient) else {
                    damping *= 10.0;
                    continue;
                };
                let kept = (self.rotations.clone(), self.lenses.clone(), self.ground);
                self.apply(&-step);
                let next = self.cost();
                if next <= cost {
                    small = cost - next < 1e-9 * cost.max(1e-12);
                    cost = next;
                    damping = (damping * 0.2).max(1e-12);
                    better = true;
                    break;
                }
                (self.rotations, self.lenses, self.ground) = kept;
                damping *= 8.0;
            }
            if !better || small {
                break;
            }
        }
        Ok(Outcome { cost, steps })
    }

    /// The normal matrix at the present state: inverse covariance of turns (radians, three a photo) and lenses.
    pub fn information(&self) -> DMatrix<f64> {
        self.normal_equations(self.columns()).0
    }

    fn normal_equations(&self, columns: usize) -> (DMatrix<f64>, DVector<f64>) {
        let mut normal = DMatrix::<f64>::zeros(columns, columns);
        let mut gradient = DVector::<f64>::zeros(columns);
        // Links of the same two photos move the same columns: small dense sums first, then one by one into the whole,
        // always in the same order.
        let groups: Vec<&[Link]> =
            self.links.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to)).collect();
        for sums in in_order(groups.len(), |index| self.sums(groups[index])).iter().flatten() {
            for (i, &row) in sums.columns.iter().enumerate() {
                gradient[row] += sums.gradient[i];
                for (j, &column) in sums.columns.iter().enumerate() {
                    normal[(row, column)] += sums.normal[i.max(j)][i.min(j)];
                }
            }
        }
        let first = 3 * self.rotations.len();
        for (index, lens) in self.lenses.iter().enumerate() {
            for p in (1..LENS_PARAMETERS).filter(|&p| self.free[p]) {
                let at = first + LENS_PARAMETERS * index + p;
                let sigma = if p < 3 { PRIOR[p] } else { PRIOR[p] * lens.focal };
                normal[(at, at)] += 1.0 / (sigma * sigma);
                if p < 3 {
                    gradient[at] += lens.radial[p - 1] / (sigma * sigma);
                }
            }
            if let Some(believed) = self.believed.get(index).filter(|_| self.free[0]) {
                let at = first + LENS_PARAMETERS * index;
                let sigma = PRIOR[0] * believed;
                normal[(at, at)] += 1.0 / (sigma * sigma);
                gradient[at] += (lens.focal - believed) / (sigma * sigma);
            }
        }
        (normal, gradient)
    }

    /// What links of the same two photos contribute.
    fn sums(&self, links: &[Link]) -> Option<Sums> {
        let c2 = self.softness * self.softness;
        let mut out: Option<Sums> = None;
        for link in links {
            let Some((residual, blocks)) = self.derivatives(link) else { continue };
            let sums = out.get_or_insert_with(|| Sums::new(blocks.iter().map(|b| b.0).collect()));
            let weight = 1.0 / (1.0 + residual.norm_squared() / c2);
            for (i, (_, d)) in blocks.iter().enumerate() {
                let d = d.map(|v| v * weight);
                sums.gradient[i] += d[0] * residual.x + d[1] * residual.y;
                for (sum, (_, e)) in sums.normal[i].iter_mut().zip(&blocks[..=i]) {
                    *sum += d[0] * e[0] + d[1] * e[1];
                }
            }
        }
        out
    }

    fn apply(&mut self, step: &DVector<f64>) {
        for (index, rotation) in self.rotations.iter_mut().enumerate() {
            let turn = Vector3::new(step[3 * index], step[3 * index + 1], step[3 * index + 2]);
            *rotation = nearest_rotation(&(exponential(&turn) * *rotation));
        }
        let first = 3 * self.rotations.len();
        for (index, lens) in self.lenses.iter_mut().enumerate() {
            let at = |p: usize| {
                if self.free[p] { step[first + LENS_PARAMETERS * index + p] } else { 0.0 }
            };
            lens.focal = (lens.focal + at(0)).clamp(lens.focal * 0.5, lens.focal * 2.0);
            lens.radial = [lens.radial[0] + at(1), lens.radial[1] + at(2)];
            lens.centre = [lens.centre[0] + at(3), lens.centre[1] + at(4)];
        }
        let arm = self.arm();
        if let Some(ground) = &mut self.ground {
            ground.arm += step[arm];
        }
    }
}

/// Links whose residual is not beyond four robust deviations.
pub fn without_outliers(bundle: &Bundle, links: &[Link]) -> Vec<Link> {
    within_four(links, |link| Some((link.whitening * bundle.residual(link)?).norm()))
}

/// Links whose size is not beyond four robust deviations of all sizes, which are in standard deviations; those without
/// a size are.
pub fn within_four(links: &[Link], size: impl Fn(&Link) -> Option<f64>) -> Vec<Link> {
    let sizes: Vec<f64> = links.iter().map(|link| size(link).unwrap_or(f64::INFINITY)).collect();
    let mut sorted = sizes.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0);
    let limit = (4.0 * median / 0.9).max(3.0);
    links.iter().zip(sizes).filter(|(_, size)| *size < limit).map(|(link, _)| *link).collect()
}

#[cfg(test)]
mod tests {
    use super::super::attitude::{Attitude, angle_between};
    use super::*;
    use crate::geometry::Projection;
    use crate::stitch::dice::Dice;

    fn links(rotations: &[Matrix3<f64>], lens: &Lens, noise: f64) -> Vec<Link> {
        let mut dice = Dice(3);
        let mut out = Vec::new();
        for a in 0..rotations.len() {
            for b in 0..rotations.len() {
                for _ in 0..if a == b { 0 } else { 60 } {
                    let at = [dice.unit() * 799.0, dice.unit() * 599.0];
                    let ray = rotations[b].transpose() * rotations[a] * lens.unproject(at).unwrap();
                    let Some(seen) = lens.project(&ray) else { continue };
                    if (0.0..799.0).contains(&seen[0]) && (0.0..599.0).contains(&seen[1]) {
                        let seen = seen.map(|v| v + noise * dice.normal());
                        out.push(Link { from: a, to: b, at, seen, whitening: Matrix2::identity() });
                    }
                }
            }
        }
        out
    }

    fn ring(count: usize) -> Vec<Matrix3<f64>> {
        (0..count)
            .map(|i| {
                Attitude {
                    yaw: 360.0 * i as f64 / count as f64,
                    pitch: 3.0 * (i as f64).sin(),
                    roll: 1.0,
                }
                .matrix()
            })
            .collect()
    }

    #[test]
    fn derivatives_match_differences() {
        let truth = ring(3);
        for projection in [Projection::Rectilinear, Projection::Equidistant] {
            let lens = Lens { radial: [0.02, -0.01], ..Lens::centred(projection, 300.0, 800, 600) };
            let links = links(&truth, &lens, 1.0);
            let mut bundle = Bundle {
                rotations: truth.clone(),
                lenses: vec![lens],
                lens_of: &[0; 3],
                links: &links,
                free: [true; 5],
                softness: 3.0,
                ground: Some(Ground::under(truth.iter().copied())),
                believed: &[],
            };
            let columns = bundle.columns();
            for link in links.iter().take(40) {
                let Some((residual, blocks)) = bundle.derivatives(link) else { continue };
                for (column, slope) in blocks {
                    let size = if column < 9 { 1e-7 } else { 1e-6 };
                    let mut step = DVector::zeros(columns);
                    step[column] = size;
                    let kept = (bundle.rotations.clone(), bundle.lenses.clone(), bundle.ground);
                    bundle.apply(&step);
                    let moved = bundle.residual(link).unwrap();
                    (bundle.rotations, bundle.lenses, bundle.ground) = kept;
                    for row in 0..2 {
                        let difference = (moved[row] - residual[row]) / size;
                        assert!(
                            (difference - slope[row]).abs() < 1e-3 * (1.0 + slope[row].abs()),
                            "{difference} {}",
                            slope[row]
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_ring_closes_and_tells_the_focal_length() {
        let truth = ring(8);
        let lens = Lens::centred(Projection::Rectilinear, 400.0, 800, 600);
        let mut links = links(&truth, &lens, 0.3);
        for link in links.iter_mut().step_by(20) {
            link.seen[0] += 40.0;
        }
        let mut dice = Dice(9);
        let start: Vec<_> = truth
            .iter()
            .map(|r| {
                exponential(&(Vector3::new(dice.normal(), dice.normal(), dice.normal()) * 0.02)) * r
            })
            .collect();
        let mut bundle = Bundle {
            rotations: start,
            lenses: vec![Lens { focal: 420.0, ..lens }],
            lens_of: &[0; 8],
            links: &links,
            free: [true, true, false, false, false],
            softness: 2.0,
            ground: None,
            believed: &[],
        };
        bundle.solve(50, &Cancel::new()).unwrap();
        assert!((bundle.lenses[0].focal / 400.0 - 1.0).abs() < 5e-4, "{:?}", bundle.lenses[0]);
        let common = bundle.rotations[0] * truth[0].transpose();
        assert!((0..8).all(|i| angle_between(&bundle.rotations[i], &(common * truth[i])) < 0.1));
    }

    #[test]
    fn a_focal_length_that_links_do_not_tell_stays_as_it_is_believed() {
        // Two photos turned about the axis: any focal length fits.
        let lens = Lens::centred(Projection::Equidistant, 330.0, 800, 600);
        let rotations: Vec<Matrix3<f64>> =
            [0.0, 20.0].map(|roll| Attitude { yaw: 0.0, pitch: 0.0, roll }.matrix()).to_vec();
        let links = links(&rotations, &lens, 0.0);
        let mut bundle = Bundle {
            rotations,
            lenses: vec![lens],
            lens_of: &[0, 0],
            links: &links,
            free: [true, false, false, false, false],
            softness: 3.0,
            ground: None,
            believed: &[300.0],
        };
        bundle.solve(20, &Cancel::new()).unwrap();
        assert!((bundle.lenses[0].focal - 300.0).abs() < 1.0, "{}", bundle.lenses[0].focal);
    }
}
