//! The focal length of a set of photos before anything else is known.
//!
//! EXIF is one candidate among others and never trusted: the focal length on which most matches agree wins.

use super::describe::Feature;
use super::fisheye::amid;
use super::graph::Pair;
use super::grey::in_order;
use super::links::Circle;
use super::rotation::{RayPair, search, search_focal};
use crate::geometry::{Lens, Projection};

/// Widest and narrowest fields of view that are thought of, degrees across the longer side.
pub const FIELDS: (f64, f64) = (12.0, 135.0);
/// Tolerance in pixels at working size.
pub const TOLERANCE: f64 = 4.0;

/// A photo's size as far as the search needs it: kept pixels, and working size through kept size.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Working pixels through kept pixels.
    pub working: f64,
    /// What a fisheye shows; `None` for ordinary photos.
    pub circle: Option<Circle>,
}

/// Judges focal lengths, as a share of the longer side, by the matches of the best pairs.
pub struct FocalSearch<'a> {
    /// Features of each photo.
    pub features: &'a [Vec<Feature>],
    /// Matched pairs.
    pub pairs: &'a [Pair],
    /// Sizes of the photos.
    pub sizes: &'a [Size],
}

impl FocalSearch<'_> {
    fn best_pairs(&self, most: usize, of: impl Fn(&Pair) -> bool) -> Vec<&Pair> {
        let sure = |pair: &Pair| pair.matches.iter().filter(|m| m.ratio < 0.8).count();
        let mut order: Vec<(usize, &Pair)> =
            self.pairs.iter().filter(|pair| of(pair)).map(|pair| (sure(pair), pair)).collect();
        order.sort_by(|x, y| y.0.cmp(&x.0).then((x.1.a, x.1.b).cmp(&(y.1.a, y.1.b))));
        order
            .into_iter()
            .filter(|(count, _)| *count >= 8)
            .take(most)
            .map(|(_, pair)| pair)
            .collect()
    }

    fn longer(&self, photo: usize) -> f64 {
        self.sizes[photo].width.max(self.sizes[photo].height) as f64
    }

    /// How many matches of the best pairs agree when the lenses of the photos have these focal lengths (shares of the longer
    /// side).
    pub fn support(&self, projection: Projection, shares: &[f64]) -> usize {
        let lens = |photo: usize| {
            let size = &self.sizes[photo];
            let focal = shares[photo] * self.longer(photo);
            amid(Lens::centred(projection, focal, size.width, size.height), size.circle.as_ref())
        };
        let pairs = self.best_pairs(self.sizes.len().clamp(4, 12), |_| true);
        let found = in_order(pairs.len(), |index| {
            let pair = pairs[index];
            let (la, lb) = (lens(pair.a), lens(pair.b));
            let angle =
                |photo: usize, lens: &Lens| TOLERANCE / self.sizes[photo].working / lens.focal;
            let tolerance = angle(pair.a, &la).max(angle(pair.b, &lb));
            let rays: Vec<RayPair> = pair
                .matches
                .iter()
                .filter_map(|m| {
                    let (p, q) =
                        (&self.features[pair.a][m.a].point, &self.features[pair.b][m.b].point);
                    Some(RayPair {
                        a: la.unproject([f64::from(p.x), f64::from(p.y)])?,
                        b: lb.unproject([f64::from(q.x), f64::from(q.y)])?,
                    })
                })
                .collect();
            search(&rays, tolerance, 1e-4, index as u64)
                .filter(|f| f.log_nfa < -4.0)
                .map_or(0, |f| f.inliers.len())
        });
        found.into_iter().sum()
    }

    /// The focal length (share of the longer side) on which such pairs agree by the two-point solver.
    pub fn estimate(&self, of: impl Fn(&Pair) -> bool) -> Option<f64> {
        let pairs = self.best_pairs((2 * self.sizes.len()).clamp(6, 24), of);
        let share = |hfov: f64| Lens::focal_for(Projection::Rectilinear, hfov, 1.0);
        let found = in_order(pairs.len(), |index| {
            let pair = pairs[index];
            // Both pictures in units of the longer side of a picture of 1000 pixels.
            let scaled = |photo: usize, x: f32, y: f32| {
                let size = &self.sizes[photo];
                let unit = 1000.0 / self.longer(photo);
                [
                    (f64::from(x) - (size.width as f64 - 1.0) / 2.0) * unit,
                    ((size.height as f64 - 1.0) / 2.0 - f64::from(y)) * unit,
                ]
            };
            let points: Vec<[[f64; 2]; 2]> = pair
                .matches
                .iter()
                .map(|m| {
                    let (p, q) =
                        (&self.features[pair.a][m.a].point, &self.features[pair.b][m.b].point);
                    [scaled(pair.a, p.x, p.y), scaled(pair.b, q.x, q.y)]
                })
                .collect();
            let range = (1000.0 * share(FIELDS.1), 1000.0 * share(FIELDS.0));
            let (focal, agreeing) = search_focal(&points, range, TOLERANCE, index as u64)?;
            (agreeing >= 10).then_some((focal / 1000.0, agreeing))
        });
        weighted_median(found.into_iter().flatten().collect())
    }

    /// The best of several guesses: the two-point estimate, EXIF, and common fields of view.
    pub fn best(&self, projection: Projection, hints: &[f64]) -> Option<(f64, usize)> {
        let mut guesses: Vec<f64> = hints.to_vec();
        match projection {
            Projection::Rectilinear => guesses.extend(self.estimate(|_| true)),
            Projection::Equidistant => {
                let fields = [90.0, 110.0, 130.0, 150.0, 165.0, 180.0, 195.0];
                guesses.extend(fields.map(|hfov| Lens::focal_for(projection, hfov, 1.0)));
            }
        }
        if guesses.is_empty() && projection == Projection::Rectilinear {
            guesses.extend([45.0, 65.0, 90.0].map(|hfov| Lens::focal_for(projection, hfov, 1.0)));
        }
        self.best_of(projection, &guesses)
    }

    /// The guess of the focal length (share of the longer side) on which most matches of the best pairs agree, and how many.
    pub fn best_of(&self, projection: Projection, guesses: &[f64]) -> Option<(f64, usize)> {
        let support = |share: f64| self.support(projection, &vec![share; self.sizes.len()]);
        let judged: Vec<(f64, usize)> =
            guesses.iter().map(|&share| (share, support(share))).collect();
        judged
            .into_iter()
            .filter(|(_, support)| *support > 0)
            .max_by(|x, y| x.1.cmp(&y.1).then(y.0.total_cmp(&x.0)))
    }
}

fn weighted_median(mut values: Vec<(f64, usize)>) -> Option<f64> {
    values.sort_by(|x, y| x.0.total_cmp(&y.0));
    let half = values.iter().map(|v| v.1).sum::<usize>() / 2;
    let mut passed = 0;
    values.into_iter().find_map(|(value, weight)| {
        passed += weight;
        (passed > half).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_goes_by_weight() {
        assert_eq!(weighted_median(vec![(3.0, 1), (1.0, 1), (2.0, 9)]), Some(2.0));
        assert_eq!(weighted_median(Vec::new()), None);
    }
}
