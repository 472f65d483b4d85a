//! Poses from features: which pairs agree on a turn, how they hang together, and a first adjustment.

use nalgebra::{Matrix2, Matrix3};

use super::bundle::{Bundle, Link};
use super::by_hand;
use super::closing;
use super::describe::Feature;
use super::error::{StitchError, unless_cancelled};
use super::fisheye;
use super::focal::TOLERANCE;
use super::graph::{self, Component, Edge, Pair};
use super::judge::quantile;
use super::links::Circle;
use super::matching::Match;
use super::photo::Photo;
use super::tolerance::Tolerances;
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::geometry::lens::LENS_PARAMETERS;

/// Pixels at working size at which a residual begins to count less; the same where ends of a row are to find each other.
const SOFT: f64 = 1.5;
const ENDS: f64 = 60.0;

/// What poses are sought from.
pub struct Coarse<'a> {
    /// All photos.
    pub photos: &'a [Photo],
    /// Features of each.
    pub features: &'a [Vec<Feature>],
    /// Their matches.
    pub pairs: &'a [Pair],
    /// Matches that a person set.
    pub by_hand: &'a [(usize, usize, Vec<Match>)],
    /// Whether the field of view is known.
    pub known: bool,
    /// Circles outside of which fisheyes show nothing; empty for ordinary photos.
    pub circles: &'a [Circle],
}

/// Poses and lenses to go on from.
#[derive(Clone)]
pub struct Start {
    /// Camera to world.
    pub rotations: Vec<Matrix3<f64>>,
    /// Which lens each photo was taken with.
    pub lens_of: Vec<usize>,
    /// The lenses.
    pub lenses: Vec<Lens>,
    /// Photos that hang together, the largest group first.
    pub components: Vec<Component>,
    /// Pairs that are believed.
    pub edges: Vec<Edge>,
}

impl Start {
    /// Photos of the largest group.
    pub fn placed(&self) -> usize {
        self.components.first().map_or(0, |component| component.photos.len())
    }

    /// The lens of a photo.
    pub fn lens(&self, photo: usize) -> &Lens {
        &self.lenses[self.lens_of[photo]]
    }

    /// A lens each photo.
    pub fn each(&self) -> Vec<Lens> {
        self.lens_of.iter().map(|&lens| self.lenses[lens]).collect()
    }

    /// The poses and lenses as they are, and `links`.
    fn bundle<'a>(&'a self, links: &'a [Link]) -> Bundle<'a> {
        Bundle {
            rotations: self.rotations.clone(),
            lenses: self.lenses.clone(),
            lens_of: &self.lens_of,
            links,
            free: [false; LENS_PARAMETERS],
            softness: 1.0,
            ground: None,
            believed: &[],
        }
    }
}

impl Coarse<'_> {
    /// Poses and lenses from a first guess of the lenses; `lens_of`: which of them each photo was taken with.
    pub fn solved(
        &self,
        lens_of: Vec<usize>,
        lenses: Vec<Lens>,
        cancel: &Cancel,
    ) -> Result<Start, StitchError> {
        let (rotations, components, edges) = (Vec::new(), Vec::new(), Vec::new());
        let mut start = Start { rotations, lens_of, lenses, components, edges };
        // The second time with a better lens and a smaller tolerance.
        for (round, tolerance) in [TOLERANCE, 0.75 * TOLERANCE].into_iter().enumerate() {
            self.pose(&mut start, tolerance, cancel);
            unless_cancelled(cancel)?;
            if start.placed() < 2 {
                if round == 0 && !self.known {
                    continue;
                }
                break;
            }
            self.adjust(&mut start, SOFT, cancel)?;
        }
        self.closed(start, cancel)
    }

    /// With ends of a full turn that meet, where they should and do not.
    fn closed(&self, start: Start, cancel: &Cancel) -> Result<Start, StitchError> {
        if start.placed() == 0 || self.open(&start) == 0 {
            return Ok(start);
        }
        let mut closed = start.clone();
        for softness in [ENDS, SOFT] {
            self.adjust(&mut closed, softness, cancel)?;
        }
        Ok(if self.open(&closed) == 0 { closed } else { start })
    }

    /// Poses by the lenses as they are.
    fn pose(&self, start: &mut Start, tolerance: f64, cancel: &Cancel) {
        let each = start.each();
        let rays = graph::rays(self.features, &each);
        let tolerances = Tolerances::new(self.photos, &each, tolerance);
        let edges = graph::edges(self.pairs, &rays, &tolerances, cancel);
        let mut edges = graph::without_contradictions(edges, self.photos.len());
        by_hand::believe(&mut edges, self.by_hand, &rays);
        let (mut rotations, mut components) = graph::spanning(&edges, self.photos.len());
        edges.extend(graph::bind_components(
            &mut rotations,
            &mut components,
            self.pairs,
            &rays,
            &tolerances,
            cancel,
        ));
        (start.rotations, start.components, start.edges) = (rotations, components, edges);
    }

    /// What a pair has in common, with a deviation of a pixel at working size.
    fn links<'b>(&'b self, edge: &'b Edge) -> impl Iterator<Item = Link> + 'b {
        let whitening = Matrix2::identity() * self.photos[edge.b].grey_factor;
        edge.agreeing.iter().map(move |m| {
            let p = &self.features[edge.a][m.a].point;
            let q = &self.features[edge.b][m.b].point;
            let [at, seen] = [p, q].map(|point| [f64::from(point.x), f64::from(point.y)]);
            Link { from: edge.a, to: edge.b, at, seen, whitening }
        })
    }

    /// Matches that join ends of a full turn and do not meet.
    fn open(&self, start: &Start) -> usize {
        let bundle = start.bundle(&[]);
        let size = |link: Link| Some((link.whitening * bundle.residual(&link)?).norm());
        closing::open(&start.edges, self.photos.len(), |edge| {
            let mut sizes: Vec<f64> = self.links(edge).filter_map(size).collect();
            sizes.sort_by(f64::total_cmp);
            quantile(&sizes, 0.5)
        })
    }

    /// Adjusts the largest component to what its photos have in common.
    fn adjust(&self, start: &mut Start, softness: f64, cancel: &Cancel) -> Result<(), StitchError> {
        let Some(component) = start.components.first() else { return Ok(()) };
        let within = |photo: usize| component.photos.binary_search(&photo).is_ok();
        let inside = start.edges.iter().filter(|edge| within(edge.a) && within(edge.b));
        let links: Vec<Link> = inside.flat_map(|edge| self.links(edge)).collect();
        let believed = fisheye::believed(self.circles, &start.lens_of);
        let stages: &[[bool; LENS_PARAMETERS]] =
            &[[!self.known, false, false, false, false], [true, true, false, false, false]];
        for free in stages {
            let mut bundle =
                Bundle { free: *free, softness, believed: &believed, ..start.bundle(&links) };
            bundle.solve(15, cancel)?;
            (start.rotations, start.lenses) = (bundle.rotations, bundle.lenses);
        }
        Ok(())
    }
}
