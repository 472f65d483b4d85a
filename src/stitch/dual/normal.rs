//! The normal equations of a pair of lenses: what links tell of its unknowns, and what is known beforehand.

use nalgebra::{SMatrix, SVector};

use super::fit::{FIELD, Free, OF_LENSES, Pair, SOFT};
use super::nearness::{TERMS, Terms};
use crate::stitch::bundle::Link;

/// The unknowns of the lenses and the nearness around.
pub(super) const UNKNOWNS: usize = OF_LENSES + TERMS;
pub(super) type Normal = SMatrix<f64, UNKNOWNS, UNKNOWNS>;
pub(super) type Column = SVector<f64, UNKNOWNS>;

impl Pair {
    /// Information and gradient of half of the cost by the unknowns that are free.
    pub(super) fn normal_equations(&self, links: &[Link], free: Free) -> (Normal, Column) {
        let (mut normal, mut gradient) = (Normal::zeros(), Column::zeros());
        let mut of_lenses = SMatrix::<f64, OF_LENSES, OF_LENSES>::zeros();
        let mut pull = SVector::<f64, OF_LENSES>::zeros();
        let mut between = SMatrix::<f64, OF_LENSES, TERMS>::zeros();
        let (mut of_waves, mut pull_of_waves) =
            (SMatrix::<f64, TERMS, TERMS>::zeros(), Terms::zeros());
        let c2 = SOFT * SOFT;
        let with_waves = free == Free::All && self.near.uneven.is_finite();
        for link in links {
            let Some((residual, slopes)) = self.derivatives(link) else { continue };
            let information = self.information(link, &residual);
            let square = residual.dot(&(information * residual));
            let information = information / (1.0 + square / c2);
            let weighted = slopes.transpose() * information;
            of_lenses += weighted * slopes;
            pull += weighted * residual;
            if with_waves {
                let out = self.outwards(link);
                let waves = self.waves(link, &out);
                let along = information * out;
                between += (weighted * out) * waves.transpose();
                of_waves += (waves * out.dot(&along)) * waves.transpose();
                pull_of_waves += waves * residual.dot(&along);
            }
        }
        normal.fixed_view_mut::<OF_LENSES, OF_LENSES>(0, 0).copy_from(&of_lenses);
        normal.fixed_view_mut::<OF_LENSES, TERMS>(0, OF_LENSES).copy_from(&between);
        normal.fixed_view_mut::<TERMS, OF_LENSES>(OF_LENSES, 0).copy_from(&between.transpose());
        normal.fixed_view_mut::<TERMS, TERMS>(OF_LENSES, OF_LENSES).copy_from(&of_waves);
        gradient.fixed_rows_mut::<OF_LENSES>(0).copy_from(&pull);
        gradient.fixed_rows_mut::<TERMS>(OF_LENSES).copy_from(&pull_of_waves);
        self.hold(&mut normal, &mut gradient);
        let of_lenses = if free == Free::Pose { 1..7 } else { 0..0 };
        let of_waves = if with_waves { 0..0 } else { OF_LENSES..UNKNOWNS };
        for fixed in of_lenses.chain(of_waves) {
            normal.row_mut(fixed).fill(0.0);
            normal.column_mut(fixed).fill(0.0);
            (normal[(fixed, fixed)], gradient[fixed]) = (1.0, 0.0);
        }
        (normal, gradient)
    }

    /// What is expected beforehand: likely focal lengths and radial terms, axes near the circles' centres, lenses that look in
    /// opposite directions, things equally near around.
    fn hold(&self, normal: &mut Normal, gradient: &mut Column) {
        let more = self.wary();
        let mut hold = |at: usize, off: f64, variance: f64| {
            normal[(at, at)] += more / variance;
            gradient[at] += off * more / variance;
        };
        for k in 0..2 {
            for side in 0..2 {
                let off = self.lenses[side].centre[k] - self.centres[side][k];
                hold(3 + 2 * side + k, off, self.off_centre(side));
            }
        }
        let focal = self.lenses[0].focal;
        hold(0, self.off_field() * focal, (FIELD.1 * focal).powi(2));
        for (k, term) in self.near.terms.iter().enumerate() {
            hold(OF_LENSES + k, *term, self.near.uneven.powi(2));
        }
        if let Some(plumb) = &self.plumb {
            let (information, pull) = plumb.held(self);
            let mut of_plumb = normal.fixed_view_mut::<OF_LENSES, OF_LENSES>(0, 0);
            of_plumb += information * more;
            let mut of_plumb = gradient.fixed_rows_mut::<OF_LENSES>(0);
            of_plumb += pull * more;
        }
        let (askew, slopes) = (self.askew(), self.askew_by_turn());
        let weight = self.straight * more / (1.0 + askew.norm_squared() / (SOFT * SOFT));
        let mut of_turn = normal.fixed_view_mut::<3, 3>(7, 7);
        of_turn += slopes.tr_mul(&slopes) * weight;
        let mut of_turn = gradient.fixed_rows_mut::<3>(7);
        of_turn += slopes.tr_mul(&askew) * weight;
        let information = self.radial.1 * more;
        let pull = information * self.off_radial();
        for a in 0..2 {
            gradient[1 + a] += pull[a];
            for b in 0..2 {
                normal[(1 + a, 1 + b)] += information[(a, b)];
            }
        }
    }
}
