//! How far what a photo shares with its neighbours can be relied on: points that were found but agree with no pose, and
//! pairs that do not meet, unless their pixels do, along their seam or wherever both look.

use std::collections::BTreeMap;

use super::judge::{known_residual, quantile, unseen};
use super::layout::Layout;

/// Fewest points of a pair that say something.
const FEWEST: usize = 12;
/// Shares of the points found that agree with the poses: none of the trust, all of it.
const AGREEING: [f64; 2] = [0.35, 0.7];
/// One part in so many of all points that a photo shares is but a rim.
const RIM: usize = 8;
/// What is below this is called doubtful.
const DOUBT: f64 = 0.45;
/// Shares of a seam, or of what both photos show, that meet in the picture: none of the trust, all of it.
const MEETING: [f64; 2] = [0.6, 0.9];
/// Two photos with less seam between them than this hardly border, degrees.
const SEAM: f64 = 2.0;

/// How the points of two photos agree.
#[derive(Clone, Debug, Default)]
struct Agreement {
    found: usize,
    agreeing: usize,
    /// Misalignments, ascending; 1 is what hardly anybody sees.
    off: Vec<f64>,
}

impl Agreement {
    fn trust(&self) -> f64 {
        let share = self.agreeing as f64 / self.found.max(1) as f64;
        between(share, AGREEING) / quantile(&self.off, 0.5).max(1.0)
    }
}

/// How far a share is on its way from none of the trust to all of it, 0 to 1.
fn between(share: f64, [none, all]: [f64; 2]) -> f64 {
    ((share - none) / (all - none)).clamp(0.0, 1.0)
}

/// How far each of `count` photos' places can be relied on, 0 to 1; 1 for those without any overlap. Where the points of
/// two photos contradict their poses, their pixels are looked at: `along` tells the degrees of seam between the two (the
/// lower number first) and at how many of them they hardly meet, `meeting` which share of what both show meets, if it can
/// tell. Photos between which no seam runs may contradict one another: nobody sees it.
pub fn trusts(
    layout: &Layout,
    count: usize,
    along: &BTreeMap<(usize, usize), [f64; 2]>,
    meeting: &dyn Fn(usize, usize) -> Option<f64>,
) -> Vec<f64> {
    let mut pairs: BTreeMap<(usize, usize), Agreement> = BTreeMap::new();
    for fit in &layout.fits {
        let pair = pairs.entry((fit.from.min(fit.to), fit.from.max(fit.to))).or_default();
        pair.found += fit.found;
        pair.agreeing += fit.agreeing;
    }
    for (index, link) in layout.links.iter().enumerate() {
        let pair = pairs.entry((link.from.min(link.to), link.from.max(link.to))).or_default();
        if let Some((residual, lens)) = known_residual(layout, index) {
            pair.off.push(residual.norm() / unseen(lens));
        }
    }
    let mut sums = vec![[0.0_f64; 2]; count];
    let mut broken = vec![false; count];
    let mut shared = vec![0; count];
    for ((a, b), pair) in &pairs {
        shared[*a] += pair.found;
        shared[*b] += pair.found;
    }
    for ((a, b), pair) in &mut pairs {
        pair.off.sort_by(f64::total_cmp);
        let mut trust = pair.trust();
        if pair.found >= FEWEST && trust < DOUBT {
            let [seam, hardly] = along.get(&(*a, *b)).copied().unwrap_or_default();
            if seam < SEAM {
                continue;
            }
            trust = trust.max(between(1.0 - hardly / seam, MEETING));
            if trust < DOUBT {
                trust = meeting(*a, *b).map_or(trust, |share| trust.max(between(share, MEETING)));
            }
        }
        for photo in [*a, *b] {
            if pair.found >= FEWEST {
                sums[photo][0] += pair.found as f64 * trust;
                sums[photo][1] += pair.found as f64;
                // A rim says little against all that a photo shares with its nearer neighbours.
                let matters = pair.found >= (2 * FEWEST).max(shared[photo] / RIM);
                broken[photo] |= matters && trust < DOUBT;
            }
        }
    }
    (0..count)
        .map(|photo| {
            let [sum, weight] = sums[photo];
            let trust = if weight > 0.0 { sum / weight } else { 1.0 };
            if broken[photo] { trust.min(DOUBT) } else { trust }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use nalgebra::{Matrix2, Matrix3};

    use super::super::bundle::Link;
    use super::super::links::Fit;
    use super::*;
    use crate::geometry::{Lens, Projection};

    /// Photos 0 and 1 in one direction, with links that are off by so many pixels.
    fn pair(off: f64, found: usize, kept: usize) -> Layout {
        let lens = Lens::centred(Projection::Rectilinear, 800.0, 1000, 800);
        let mut layout =
            Layout::of_poses(vec![Matrix3::identity(); 2], vec![lens; 2], vec![0, 1], Vec::new());
        layout.fits = vec![Fit { from: 0, to: 1, tried: found, found, agreeing: kept }];
        layout.links = (0..kept)
            .map(|i| {
                let at = [100.0 + i as f64, 200.0];
                let seen = [at[0] + off, at[1]];
                Link { from: 0, to: 1, at, seen, whitening: Matrix2::identity() * 10.0 }
            })
            .collect();
        layout
    }

    /// So much of each seam of 20° between any two of three photos hardly meets.
    fn along(hardly: f64) -> BTreeMap<(usize, usize), [f64; 2]> {
        [(0, 1), (0, 2), (1, 2)].map(|pair| (pair, [20.0, hardly * 20.0])).into()
    }

    #[test]
    fn what_meets_is_trusted_and_what_does_not_is_not() {
        let trusts = |pair: &Layout| trusts(pair, 2, &along(1.0), &|_, _| None);
        assert!(trusts(&pair(0.2, 60, 58)).iter().all(|t| *t > 0.99));
        assert!(trusts(&pair(0.2, 60, 25)).iter().all(|t| *t < 0.5));
        assert!(trusts(&pair(5.0, 60, 58)).iter().all(|t| *t < 0.5));
    }

    #[test]
    fn a_rim_does_not_outvote_what_photos_share_with_nearer_ones() {
        // Photo 0 does not meet 1, photo 2 meets both.
        let of = |near: usize| {
            let mut layout = pair(5.0, 30, 29);
            layout.rotations.push(Matrix3::identity());
            layout.lenses.push(layout.lenses[0]);
            layout.placed.push(2);
            let link = layout.links[0];
            for from in [0, 1] {
                layout.fits.push(Fit { from, to: 2, tried: near, found: near, agreeing: near });
                layout.links.extend((0..near).map(|i| {
                    let at = [100.0 + i as f64, 200.0];
                    Link { from, to: 2, at, seen: at, ..link }
                }));
            }
            trusts(&layout, 3, &along(1.0), &|_, _| None)
        };
        assert!(of(100).iter().take(2).all(|trust| *trust < 0.5));
        assert!(of(400).iter().all(|trust| *trust > 0.9));
    }

    #[test]
    fn pixels_overrule_points_that_were_mistaken_for_others() {
        let mistaken = pair(0.2, 60, 20);
        let trusts = |hardly, met| {
            trusts(&mistaken, 2, &along(hardly), &|_, _| Some(met)).into_iter().fold(1.0, f64::min)
        };
        assert!(trusts(1.0, 0.98) > 0.99);
        assert!(trusts(1.0, 0.5) < 0.5);
        assert!(trusts(0.05, 0.5) > 0.99);
        assert!(trusts(0.5, 0.5) < 0.5);
    }

    #[test]
    fn photos_that_do_not_border_may_contradict_one_another() {
        let mistaken = pair(5.0, 60, 20);
        assert_eq!(trusts(&mistaken, 2, &BTreeMap::new(), &|_, _| Some(0.1)), [1.0; 2]);
    }
}
