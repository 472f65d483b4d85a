//! Poses from features: which pairs agree on a turn, how they hang together, and a first adjustment.

use nalgebra::{Matrix2, Matrix3};

use super::bundle::{Bundle, Link};
use super::by_hand;
use super::closing;
use super::describe::Feature;
use super::error::{StitchError, unless_cancelled};
use super::focal::TOLERANCE;
use super::graph::{self, Component, Edge, Pair};
use super::judge::quantile;
use super::matching::Match;
use super::photo::Photo;
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
    /// Which lens each photo was taken with.
    pub lens_of: &'a [usize],
    /// Whether the field of view is known.
    pub known: bool,
}

/// Poses and lenses to go on from.
#[derive(Clone)]
pub struct Start {
    /// Camera to world.
    pub rotations: Vec<Matrix3<f64>>,
    /// By group of photos.
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
}

impl Coarse<'_> {
    /// Poses and lenses from a first guess of the lenses.
    pub fn solved(&self, mut lenses: Vec<Lens>, cancel: &Cancel) -> Result<Start, StitchError> {
        let (mut rotations, mut components, mut edges) = (Vec::new(), Vec::new(), Vec::new());
        // The second time with a better lens and a smaller tolerance.
        for (round, tolerance) in [TOLERANCE, 0.75 * TOLERANCE].into_iter().enumerate() {
            (rotations, components, edges) = self.poses(&lenses, tolerance, cancel);
            unless_cancelled(cancel)?;
            if components.first().is_none_or(|c: &Component| c.photos.len() < 2) {
                if round == 0 && !self.known {
                    continue;
                }
                break;
            }
            self.adjust(&mut rotations, &mut lenses, (&components[0], &edges), SOFT, cancel)?;
        }
        self.closed(Start { rotations, lenses, components, edges }, cancel)
    }

    /// With ends of a full turn that meet, where they should and do not.
    fn closed(&self, start: Start, cancel: &Cancel) -> Result<Start, StitchError> {
        let Some(component) = start.components.first().filter(|_| self.open(&start) > 0) else {
            return Ok(start);
        };
        let mut closed = start.clone();
        for softness in [ENDS, SOFT] {
            let Start { rotations, lenses, edges, .. } = &mut closed;
            self.adjust(rotations, lenses, (component, edges), softness, cancel)?;
        }
        Ok(if self.open(&closed) == 0 { closed } else { start })
    }

    fn poses(
        &self,
        lenses: &[Lens],
        tolerance: f64,
        cancel: &Cancel,
    ) -> (Vec<Matrix3<f64>>, Vec<Component>, Vec<Edge>) {
        let each: Vec<Lens> = self.lens_of.iter().map(|&g| lenses[g]).collect();
        let rays = graph::rays(self.features, &each);
        let photo = &self.photos[0];
        let angle = tolerance / photo.grey_factor / each[0].focal;
        let solid = (photo.width() * photo.height()) as f64 / (each[0].focal * each[0].focal);
        // Features crowd: four times as likely to agree by accident as if they were spread evenly.
        let chance = 4.0 * std::f64::consts::PI * angle * angle / solid.min(6.0);
        let edges = graph::edges(self.pairs, &rays, angle, chance, cancel);
        let mut edges = graph::without_contradictions(edges, self.photos.len());
        by_hand::believe(&mut edges, self.by_hand, &rays);
        let (mut rotations, mut components) = graph::spanning(&edges, self.photos.len());
        edges.extend(graph::bind_components(
            &mut rotations,
            &mut components,
            self.pairs,
            &rays,
            angle,
            chance,
            cancel,
        ));
        (rotations, components, edges)
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
        let bundle = Bundle {
            rotations: start.rotations.clone(),
            lenses: start.lenses.clone(),
            lens_of: self.lens_of,
            links: &[],
            free: [false; LENS_PARAMETERS],
            softness: 1.0,
            ground: None,
        };
        let size = |link: Link| Some((link.whitening * bundle.residual(&link)?).norm());
        closing::open(&start.edges, self.photos.len(), |edge| {
            let mut sizes: Vec<f64> = self.links(edge).filter_map(size).collect();
            sizes.sort_by(f64::total_cmp);
            quantile(&sizes, 0.5)
        })
    }

    fn adjust(
        &self,
        rotations: &mut Vec<Matrix3<f64>>,
        lenses: &mut Vec<Lens>,
        (component, edges): (&Component, &[Edge]),
        softness: f64,
        cancel: &Cancel,
    ) -> Result<(), StitchError> {
        let within = |photo: usize| component.photos.binary_search(&photo).is_ok();
        let inside = edges.iter().filter(|edge| within(edge.a) && within(edge.b));
        let links: Vec<Link> = inside.flat_map(|edge| self.links(edge)).collect();
        let stages: &[[bool; LENS_PARAMETERS]] =
            &[[!self.known, false, false, false, false], [true, true, false, false, false]];
        for free in stages {
            let mut bundle = Bundle {
                rotations: std::mem::take(rotations),
                lenses: std::mem::take(lenses),
                lens_of: self.lens_of,
                links: &links,
                free: *free,
                softness,
                ground: None,
            };
            let outcome = bundle.solve(15, cancel);
            (*rotations, *lenses) = (bundle.rotations, bundle.lenses);
            outcome?;
        }
        Ok(())
    }
}
