//! Poses from exact links: points are followed from photo to photo, and all turns and lenses adjusted to where they are found.

use nalgebra::Matrix3;

use super::bundle::{Bundle, Link, without_outliers};
use super::closing::without_weak_ends;
use super::error::{StitchError, unless_cancelled};
use super::graph::Edge;
use super::grey::in_order;
use super::ground::{self, Ground};
use super::links::{Circle, Fit, MOST, Scene, anchors, scaled};
use super::photo::{Photo, halved};
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::geometry::lens::LENS_PARAMETERS;
use crate::imaging::plane::Plane;

/// What exact links bring beside poses.
#[derive(Default)]
pub struct Adjusted {
    /// Links without outliers.
    pub links: Vec<Link>,
    /// All that were found.
    pub found: Vec<Link>,
    /// How well photos fit where they overlap.
    pub fits: Vec<Fit>,
    /// Root mean square, pixels.
    pub error: f64,
    /// What is near below, if anything is.
    pub ground: Option<Ground>,
}

/// How far points are sought, pixels, where poses are roughly known.
const REACH: f64 = 8.0;

/// Photos at one size.
struct Seen<'a> {
    planes: Vec<&'a Plane>,
    /// Points to follow.
    points: Vec<Vec<[f32; 2]>>,
    /// Of the kept pictures' size.
    scale: f64,
}

/// Poses from exact links.
pub struct Fine<'a> {
    /// All photos.
    pub photos: &'a [Photo],
    /// Which lens each was taken with.
    pub lens_of: &'a [usize],
    /// Links set by hand: kept whatever the others say.
    pub fixed: &'a [Link],
    /// Circles outside of which fisheyes show nothing; empty for ordinary photos.
    pub circles: &'a [Circle],
    /// Pairs that are believed.
    pub edges: &'a [Edge],
    /// About what the focal length of each lens is believed to be; empty where nothing is.
    pub believed: &'a [f64],
}

impl Fine<'_> {
    /// Follows points between the `placed` photos and adjusts turns and lenses to them, twice; the second time from where the
    /// first has them.
    ///
    /// # Errors
    /// [`StitchError::Cancelled`].
    pub fn adjust(
        &self,
        rotations: &mut Vec<Matrix3<f64>>,
        lenses: &mut Vec<Lens>,
        placed: &[usize],
        cancel: &Cancel,
    ) -> Result<Adjusted, StitchError> {
        let points: Vec<Vec<[f32; 2]>> = in_order(self.photos.len(), |index| {
            if placed.binary_search(&index).is_err() || cancel.is_cancelled() {
                return Vec::new();
            }
            let photo = &self.photos[index];
            let up = 1.0 / photo.grey_factor as f32;
            anchors(&photo.grey).into_iter().map(|p| p.map(|v| (v + 0.5) * up - 0.5)).collect()
        });
        let halves: Vec<Plane> =
            in_order(self.photos.len(), |index| halved(&self.photos[index].picture.planes[0]));
        let half_points: Vec<Vec<[f32; 2]>> = points
            .iter()
            .map(|list| list.iter().map(|p| p.map(|v| (v - 0.5) / 2.0)).collect())
            .collect();
        let wholes = self.photos.iter().map(|p| &p.picture.planes[0]).collect();
        let half = Seen { planes: halves.iter().collect(), points: half_points, scale: 0.5 };
        let whole = Seen { planes: wholes, points, scale: 1.0 };
        let first = self.followed(&half, REACH, rotations, lenses, placed, cancel)?;
        // The second search reaches as far as the first one shows that photos misfit: with parallax, far.
        let reach = (4.0 * first.error).clamp(3.0, 24.0);
        let mut result = self.followed(&whole, reach, rotations, lenses, placed, cancel)?;
        let bundle = self.bundle(rotations, lenses, &result.found);
        if let Some(settled) = ground::settled(&bundle, placed, cancel)? {
            result.links = self.without_outliers(&settled, settled.links);
            let settled = Bundle { links: &result.links, ..settled };
            result.error = error(&settled);
            result.ground = settled.ground;
            (*rotations, *lenses) = (settled.rotations, settled.lenses);
        }
        Ok(result)
    }

    /// Follows points no farther than `reach` pixels from where poses have them, and adjusts poses to where they are found.
    fn followed(
        &self,
        seen: &Seen,
        reach: f64,
        rotations: &mut Vec<Matrix3<f64>>,
        lenses: &mut Vec<Lens>,
        placed: &[usize],
        cancel: &Cancel,
    ) -> Result<Adjusted, StitchError> {
        unless_cancelled(cancel)?;
        let scale = seen.scale;
        let scene = Scene {
            planes: seen.planes.clone(),
            lenses: self.lens_of.iter().map(|&g| lenses[g].scaled(scale)).collect(),
            rotations,
            anchors: &seen.points,
            circles: &self.circles.iter().map(|c| scaled(*c, scale)).collect::<Vec<_>>(),
            most: MOST,
        };
        let (fits, mut found) = scene.links(placed, reach, cancel);
        for link in &mut found {
            let whole = |at: [f64; 2]| at.map(|v| (v + 0.5) / scale - 0.5);
            (link.at, link.seen) = (whole(link.at), whole(link.seen));
            link.whitening *= scale;
        }
        let mut links = without_weak_ends(&found, &fits, self.edges, self.photos.len());
        for links in [&mut found, &mut links] {
            links.extend(self.fixed);
        }
        let links = self.solve(rotations, lenses, links, scale < 1.0, cancel)?;
        let error = error(&self.bundle(rotations, lenses, &links));
        Ok(Adjusted { links, found, fits, error, ground: None })
    }

    /// Adjusts with ever more lens parameters, as long as they pay; removes outliers on the way.
    fn solve(
        &self,
        rotations: &mut Vec<Matrix3<f64>>,
        lenses: &mut Vec<Lens>,
        mut links: Vec<Link>,
        coarse: bool,
        cancel: &Cancel,
    ) -> Result<Vec<Link>, StitchError> {
        let stages: &[[bool; LENS_PARAMETERS]] = if coarse {
            &[[true, true, false, false, false]]
        } else {
            &[
                [true, false, false, false, false],
                [true, true, true, false, false],
                [true, true, true, true, true],
            ]
        };
        let mut best: Option<f64> = None;
        for (index, free) in stages.iter().enumerate() {
            let mut start = lenses.clone();
            if index == 0 && !coarse {
                start.iter_mut().for_each(|lens| lens.radial = [0.0; 2]);
            }
            for pass in 0..2 {
                let mut bundle = Bundle { free: *free, ..self.bundle(rotations, &start, &links) };
                let outcome = bundle.solve(20, cancel)?;
                if pass == 0 && index == 0 {
                    (*rotations, *lenses, start) =
                        (bundle.rotations.clone(), bundle.lenses.clone(), bundle.lenses.clone());
                    links = self.without_outliers(&bundle, &links);
                    continue;
                }
                // More parameters must earn their place: BIC's price, with room for correlated errors.
                let price = 6.0 * (links.len() as f64).max(2.0).ln() * lenses.len() as f64;
                if best.is_none_or(|before| {
                    outcome.cost < before - price && outcome.cost < 0.985 * before
                }) {
                    best = Some(outcome.cost);
                    (*rotations, *lenses) = (bundle.rotations, bundle.lenses);
                }
                break;
            }
        }
        Ok(self.without_outliers(&self.bundle(rotations, lenses, &links), &links))
    }

    fn without_outliers(&self, bundle: &Bundle, links: &[Link]) -> Vec<Link> {
        let mut kept = without_outliers(bundle, links);
        kept.retain(|link| !self.is_fixed(link));
        kept.extend(self.fixed);
        kept
    }

    fn is_fixed(&self, link: &Link) -> bool {
        self.fixed.iter().any(|f| (f.from, f.to, f.at) == (link.from, link.to, link.at))
    }

    /// The poses as they are, and `links`.
    fn bundle<'a>(
        &'a self,
        rotations: &[Matrix3<f64>],
        lenses: &[Lens],
        links: &'a [Link],
    ) -> Bundle<'a> {
        Bundle {
            rotations: rotations.to_vec(),
            lenses: lenses.to_vec(),
            lens_of: self.lens_of,
            links,
            free: [false; LENS_PARAMETERS],
            softness: 3.0,
            ground: None,
            believed: self.believed,
        }
    }
}

/// Root mean square of what the links of a bundle know of their residuals, pixels.
fn error(bundle: &Bundle) -> f64 {
    let (mut sum, mut weights) = (0.0, 1e-9);
    for link in bundle.links {
        if let Some(residual) = bundle.residual(link) {
            let white = link.whitening * residual;
            sum += white.norm_squared();
            weights += link.whitening.norm_squared();
        }
    }
    (2.0_f64 * sum / weights).sqrt()
}
