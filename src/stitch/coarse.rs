//! Poses from features: which pairs agree on a turn, how they hang together, and a first adjustment.

use nalgebra::{Matrix2, Matrix3};

use super::bundle::{Bundle, Link};
use super::by_hand;
use super::describe::Feature;
use super::error::{StitchError, unless_cancelled};
use super::focal::TOLERANCE;
use super::graph::{self, Component, Edge, Pair};
use super::matching::Match;
use super::photo::Photo;
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::geometry::lens::LENS_PARAMETERS;

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
            self.adjust(&mut rotations, &mut lenses, &components[0], &edges, cancel)?;
        }
        Ok(Start { rotations, lenses, components, edges })
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

    fn adjust(
        &self,
        rotations: &mut Vec<Matrix3<f64>>,
        lenses: &mut Vec<Lens>,
        component: &Component,
        edges: &[Edge],
        cancel: &Cancel,
    ) -> Result<(), StitchError> {
        let links: Vec<Link> = edges
            .iter()
            .filter(|e| {
                component.photos.binary_search(&e.a).is_ok()
                    && component.photos.binary_search(&e.b).is_ok()
            })
            .flat_map(|edge| {
                let sigma = 1.0 / self.photos[edge.b].grey_factor;
                let (fa, fb) = (&self.features[edge.a], &self.features[edge.b]);
                edge.agreeing.iter().map(move |m| {
                    let (p, q) = (&fa[m.a].point, &fb[m.b].point);
                    Link {
                        from: edge.a,
                        to: edge.b,
                        at: [f64::from(p.x), f64::from(p.y)],
                        seen: [f64::from(q.x), f64::from(q.y)],
                        whitening: Matrix2::identity() / sigma,
                    }
                })
            })
            .collect();
        let stages: &[[bool; LENS_PARAMETERS]] =
            &[[!self.known, false, false, false, false], [true, true, false, false, false]];
        for free in stages {
            let mut bundle = Bundle {
                rotations: std::mem::take(rotations),
                lenses: std::mem::take(lenses),
                lens_of: self.lens_of,
                links: &links,
                free: *free,
                softness: 1.5,
            };
            let outcome = bundle.solve(15, cancel);
            (*rotations, *lenses) = (bundle.rotations, bundle.lenses);
            outcome?;
        }
        Ok(())
    }
}
