//! What straight edges tell of the lenses and of where their axes are.
//!
//! What both lenses see along their rims tells how far the axes are apart, hardly whether both are off to one side, which is
//! nearly a turn of a lens, and nothing of how the lenses bend before the rim. Inside the picture a shift moves things around
//! the axis, a turn does not, and a wrong bend moves them along the radius: what is straight becomes bent (the "plumb lines"
//! of Brown 1971). One bend keeps everything straight: tan θ times a constant, under which great circles stay great circles.
//! The edges of buildings tell that one, too: they run in three directions at right angles, which are fitted together with
//! the lenses. What that tells of the lenses and of the turn, whatever the directions are, is a quadratic form that is held
//! together with the links.

use nalgebra::{Matrix3, SMatrix, SVector, Vector3};

use super::fit::{OF_LENSES, Pair};
use super::normal::Column;
use super::straight::{Edge, bow, length, normal, normals, room};
use crate::geometry::Lens;
use crate::stitch::attitude::exponential;

/// Unknowns of the fit: those of a pair, and the turn of the room.
const ALL: usize = OF_LENSES + 3;

/// Degrees by which an edge of a building may be off its direction.
const TOLERANCE: f64 = 1.5;
/// Least share of the edges that must run in the three directions: by accident a sixth does.
const BUILT: f64 = 0.65;
/// Fewer edges tell nothing.
const FEW: usize = 24;
/// What an edge is worth: several are of one thing, and things are not quite straight.
const WORTH: f64 = 0.5;
/// Least standard deviation of an edge's ends, pixels.
const LEAST: f64 = 0.15;
/// The same of how far an edge is bent.
const LEAST_BOW: f64 = 0.1;
/// From this standard deviation on, edges are not of straight things, pixels.
const CROOKED: f64 = 0.5;

type Information = SMatrix<f64, OF_LENSES, OF_LENSES>;
type Pull = SVector<f64, OF_LENSES>;

/// Edges, and the directions in which they run.
pub struct Built<'a> {
    edges: &'a [Edge],
    /// In the first camera's frame.
    room: Option<Matrix3<f64>>,
}

/// A quadratic form of the lenses and the turn.
#[derive(Clone, Debug)]
pub struct Plumb {
    /// Information: pixels⁻², no unit, radians⁻².
    information: Information,
    /// The same times how far the pair is from what is likeliest.
    pull: Pull,
    /// The pair's lenses and turn.
    lenses: [Lens; 2],
    rotation: Matrix3<f64>,
}

impl<'a> Built<'a> {
    /// Three directions in which edges run, those in pixels of the pictures that `pair` is of.
    pub fn of(edges: &'a [Edge], pair: &Pair) -> Self {
        Self { edges, room: room(&normals(edges, pair)) }
    }

    /// Derivatives of what `of` says of an edge and a pair by the unknowns of the pair.
    fn slopes(
        edge: &Edge,
        steps: &[(f64, Pair)],
        here: f64,
        of: impl Fn(&Edge, &Pair) -> Option<f64>,
    ) -> Option<SVector<f64, ALL>> {
        let mut row = SVector::<f64, ALL>::zeros();
        for (p, (size, moved)) in steps.iter().enumerate() {
            row[p] = (of(edge, moved)? - here) / size;
        }
        Some(row)
    }

    /// The edges that run in one of the directions: their derivatives by all unknowns, and by how much their ends are
    /// off; pixels.
    fn along(&self, room: &Matrix3<f64>, pair: &Pair, steps: &[(f64, Pair)]) -> Vec<Row> {
        let row = |edge: &Edge| {
            let own = normal(edge, pair)?;
            let off = room.tr_mul(&own);
            let axis = room.column(off.iamin()).into_owned();
            let off = own.dot(&axis);
            // Ends are off sideways: the longer an edge, the better its direction is known.
            let pixels = 0.5 * length(edge);
            let beside = |edge: &Edge, pair: &Pair| Some(normal(edge, pair)?.dot(&axis));
            let mut row = Self::slopes(edge, steps, off, beside)?;
            row.fixed_rows_mut::<3>(OF_LENSES).copy_from(&axis.cross(&own));
            (off.abs() < TOLERANCE.to_radians()).then_some((row * pixels, off * pixels))
        };
        self.edges.iter().filter_map(row).collect()
    }

    /// The same of how far each edge is bent.
    fn bows(&self, pair: &Pair, steps: &[(f64, Pair)]) -> Vec<Row> {
        let row = |edge: &Edge| {
            let off = bow(edge, pair)?;
            Some((Self::slopes(edge, steps, off, bow)?, off))
        };
        self.edges.iter().filter_map(row).collect()
    }

    /// What edges tell at a pair; the directions are made to fit better next time. `None` where they tell nothing.
    pub fn plumb(&mut self, pair: &Pair) -> Option<Plumb> {
        let steps: Vec<(f64, Pair)> = (0..OF_LENSES)
            .map(|p| {
                let size = if p == 1 || p == 2 || p > 6 { 1e-6 } else { 1e-4 };
                let mut step = Column::zeros();
                step[p] = size;
                (size, pair.moved(&step))
            })
            .collect();
        let mut told = Told::default();
        let bows = self.bows(pair, &steps);
        let is_straight = bows.len() >= FEW && scatter(&bows) < CROOKED;
        if is_straight {
            told.add(&bows, LEAST_BOW);
        }
        let along = self.room.map_or_else(Vec::new, |room| self.along(&room, pair, &steps));
        if along.len() < FEW || (along.len() as f64) < BUILT * self.edges.len() as f64 {
            return is_straight.then(|| told.of_lenses(pair));
        }
        told.add(&along, LEAST);
        let of_room = told.all.fixed_view::<3, 3>(OF_LENSES, OF_LENSES).into_owned();
        let step: Vector3<f64> =
            of_room.try_inverse()? * told.pull.fixed_rows::<3>(OF_LENSES).into_owned();
        self.room = self.room.map(|room| exponential(&-step) * room);
        told.whatever_the_room(pair)
    }
}

/// Derivatives of something by all unknowns, and what it is; pixels.
type Row = (SVector<f64, ALL>, f64);

/// Standard deviation of most rows.
fn scatter(rows: &[Row]) -> f64 {
    let mut off: Vec<f64> = rows.iter().map(|(_, off)| off.abs()).collect();
    off.sort_by(f64::total_cmp);
    off[off.len() / 2] / 0.6745
}

/// A quadratic form of all unknowns.
#[derive(Default)]
struct Told {
    all: SMatrix<f64, ALL, ALL>,
    pull: SVector<f64, ALL>,
}

impl Told {
    /// Adds what should be 0, and scatters by at least `least`.
    fn add(&mut self, rows: &[Row], least: f64) {
        let sigma = scatter(rows).max(least);
        for (row, off) in rows {
            let soft = 1.0 + (off / (2.0 * sigma)).powi(2);
            let weighted = row * (WORTH * WORTH / (sigma * sigma * soft));
            self.all += weighted * row.transpose();
            self.pull += weighted * *off;
        }
    }

    fn of_lenses(&self, pair: &Pair) -> Plumb {
        Plumb {
            information: self.all.fixed_view::<OF_LENSES, OF_LENSES>(0, 0).into_owned(),
            pull: self.pull.fixed_rows::<OF_LENSES>(0).into_owned(),
            lenses: pair.lenses,
            rotation: pair.rotation,
        }
    }

    /// The room turned as is likeliest for each pair (Schur's complement).
    fn whatever_the_room(&self, pair: &Pair) -> Option<Plumb> {
        let of_room =
            self.all.fixed_view::<3, 3>(OF_LENSES, OF_LENSES).into_owned().try_inverse()?;
        let between = self.all.fixed_view::<OF_LENSES, 3>(0, OF_LENSES).into_owned();
        let pull_of_room = self.pull.fixed_rows::<3>(OF_LENSES).into_owned();
        let through = between * of_room;
        let mut plumb = self.of_lenses(pair);
        plumb.information -= through * between.transpose();
        plumb.pull -= through * pull_of_room;
        Some(plumb)
    }
}

impl Plumb {
    /// How far a pair is from the one that this is about.
    fn off(&self, pair: &Pair) -> Pull {
        let turn = pair.rotation * self.rotation.transpose();
        let turn = Vector3::new(
            turn[(2, 1)] - turn[(1, 2)],
            turn[(0, 2)] - turn[(2, 0)],
            turn[(1, 0)] - turn[(0, 1)],
        ) * 0.5;
        let off = |of: &dyn Fn(&[Lens; 2]) -> f64| of(&pair.lenses) - of(&self.lenses);
        Pull::from_fn(|k, _| match k {
            0 => off(&|lenses| lenses[0].focal),
            1 | 2 => off(&|lenses| lenses[0].radial[k - 1]),
            3..7 => off(&|lenses| lenses[(k - 3) / 2].centre[(k - 3) % 2]),
            _ => turn[k - 7],
        })
    }

    /// How unlikely a pair is, but for a constant: squares of standard deviations.
    pub fn unlikely(&self, pair: &Pair) -> f64 {
        let off = self.off(pair);
        off.dot(&(self.information * off + self.pull * 2.0))
    }

    /// Information and gradient of half of that at a pair.
    pub fn held(&self, pair: &Pair) -> (Information, Pull) {
        (self.information, self.pull + self.information * self.off(pair))
    }

    /// The same in pictures scaled by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let unit = |k: usize| if k == 0 || (3..7).contains(&k) { 1.0 / factor } else { 1.0 };
        Self {
            information: Information::from_fn(|a, b| self.information[(a, b)] * unit(a) * unit(b)),
            pull: Pull::from_fn(|a, _| self.pull[a] * unit(a)),
            lenses: self.lenses.map(|lens| lens.scaled(factor)),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fit::tests::truth;
    use super::*;
    use crate::stitch::dice::Dice;

    /// Edges of a room as both lenses see them; of so many in a hundred the direction is any.
    fn edges(truth: &Pair, astray: f64) -> Vec<Edge> {
        let mut dice = Dice(31);
        let turn = exponential(&Vector3::new(0.2, 0.3, -0.1));
        let mut out = Vec::new();
        while out.len() < 500 {
            let side = out.len() % 2;
            let mut random =
                || Vector3::new(dice.normal(), dice.normal(), dice.normal()).normalize();
            let (from, any) = (random(), random());
            let along =
                if dice.unit() < astray { any } else { turn.column(out.len() / 2 % 3).into() };
            let to = (from + along * 0.3).normalize();
            let here = |ray: Vector3<f64>| {
                if side == 0 { ray } else { truth.rotation.tr_mul(&ray) }
            };
            if here(from).z < 0.0 || here(to).z < 0.0 {
                continue;
            }
            let ends = [from, to].map(|ray| truth.lenses[side].project(&here(ray)));
            let [Some(a), Some(b)] = ends else { continue };
            let mut noisy = |p: [f64; 2]| p.map(|v| v + 0.25 * dice.normal());
            out.push(Edge { side, from: noisy(a), middle: None, to: noisy(b) });
        }
        out
    }

    /// Both axes to one side of the world, as far from their circles as in real cameras.
    fn camera() -> Pair {
        let mut truth = truth();
        truth.centres = [[-4.0, 3.0], [4.0, 3.0]];
        for side in 0..2 {
            for k in 0..2 {
                truth.centres[side][k] += truth.lenses[side].centre[k];
            }
        }
        truth
    }

    #[test]
    fn edges_tell_axes_that_are_both_off_to_one_side() {
        let truth = camera();
        let edges = edges(&truth, 0.2);
        let mut wrong = truth.clone();
        wrong.lenses[0].centre[0] -= 4.0;
        wrong.lenses[1].centre[0] += 4.0;
        let mut built = Built::of(&edges, &wrong);
        let plumb = (0..3).map(|_| built.plumb(&wrong).unwrap()).last().unwrap();
        // The true pair is likelier by far more than three standard deviations, and what is as far on the other side is not.
        let mut worse = truth.clone();
        worse.lenses[0].centre[0] -= 8.0;
        worse.lenses[1].centre[0] += 8.0;
        let (right, other) = (plumb.unlikely(&truth), plumb.unlikely(&worse));
        assert!(right < -9.0 && other > 9.0, "{right} {other}");
    }

    #[test]
    fn straight_edges_that_run_anywhere_tell_the_bend() {
        let truth = camera();
        let mut dice = Dice(8);
        let mut edges = Vec::new();
        while edges.len() < 200 {
            let mut random =
                || Vector3::new(dice.normal(), dice.normal(), dice.normal()).normalize();
            let (from, along) = (random(), random());
            let (to, middle) = ((from + along * 0.5).normalize(), from + along * 0.25);
            if from.z < 0.0 || to.z < 0.0 {
                continue;
            }
            let seen = [from, middle, to].map(|ray| truth.lenses[0].project(&ray));
            let [Some(from), Some(middle), Some(to)] = seen else { continue };
            let mut noisy = |p: [f64; 2]| p.map(|v| v + 0.1 * dice.normal());
            let (from, middle, to) = (noisy(from), noisy(middle), noisy(to));
            edges.push(Edge { side: 0, from, middle: Some(middle), to });
        }
        let plumb = Built::of(&edges, &truth).plumb(&truth).unwrap();
        for more in [-0.02, 0.02] {
            let mut bent = truth.clone();
            for lens in &mut bent.lenses {
                lens.radial[0] += more;
            }
            let unlikely = plumb.unlikely(&bent);
            assert!(unlikely > 9.0, "{more} {unlikely}");
        }
    }

    #[test]
    fn edges_in_any_direction_tell_nothing() {
        let truth = camera();
        let edges = edges(&truth, 1.1);
        assert!(Built::of(&edges, &truth).plumb(&truth).is_none());
    }

    #[test]
    fn what_edges_tell_is_the_same_in_a_smaller_picture() {
        let truth = camera();
        let edges = edges(&truth, 0.2);
        let plumb = Built::of(&edges, &truth).plumb(&truth).unwrap();
        let mut moved = truth.clone();
        moved.lenses[1].centre[0] += 2.0;
        moved.rotation = exponential(&Vector3::new(0.001, 0.0, -0.002)) * moved.rotation;
        let (here, there) =
            (plumb.unlikely(&moved), plumb.scaled(0.5).unlikely(&moved.scaled(0.5)));
        assert!((here - there).abs() < 1e-6 * here.abs(), "{here} {there}");
    }
}
