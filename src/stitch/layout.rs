//! From photos to poses: the steps of the first half of stitching, in their order.

use nalgebra::Matrix3;

use super::begin::begun;
use super::bundle::Link;
use super::by_hand::{self, Tie};
use super::coarse::{Coarse, Start};
use super::describe::{Feature, describe};
use super::detect::{detect, octaves};
use super::error::StitchError;
use super::fine::{Adjusted, Fine};
use super::fisheye;
use super::flaws::nothing_overlaps;
use super::focal::{FocalSearch, Size};
use super::graph::{self, Component, Edge};
use super::grey::in_order;
use super::ground::Ground;
use super::judge::count_agreeing;
use super::lens_choice::LensChoice;
use super::lens_guess::guesses;
use super::links::{Circle, Fit};
use super::parallax::Parallax;
use super::photo::Photo;
use super::recover::{Recovered, recover};
use super::spread::spread;
use super::warp::View;
use crate::base::Cancel;
use crate::geometry::{Lens, Projection};

/// Features kept of a photo.
const FEATURES: usize = 900;
/// Up to so many photos, every pair is compared.
const ALL_PAIRS: usize = 32;
/// Photos of a large set that each is compared with.
const PARTNERS: usize = 18;

/// Poses and how they came about.
#[derive(Clone)]
pub struct Layout {
    /// Camera to world, a photo each; only those in `placed` mean something.
    pub rotations: Vec<Matrix3<f64>>,
    /// Lens of each photo, in pixels of its kept picture.
    pub lenses: Vec<Lens>,
    /// Which photos were taken with the same lens: the number of it, by photo.
    pub lens_of: Vec<usize>,
    /// Where the cameras were, if not in one place.
    pub parallax: Option<Parallax>,
    /// What is near below, where they were turned about one place behind their lenses; not beside `parallax`.
    pub ground: Option<Ground>,
    /// Photos that hang together, ascending.
    pub placed: Vec<usize>,
    /// The other components.
    pub others: Vec<Component>,
    /// Exact links between placed photos, outliers removed.
    pub links: Vec<Link>,
    /// How well photos fit where they overlap.
    pub fits: Vec<Fit>,
    /// Pairs that were believed.
    pub edges: Vec<Edge>,
    /// Root mean square reprojection error of the links, pixels of the kept pictures, along directions that are known.
    pub error: f64,
    /// Circles outside of which fisheyes show nothing; empty for ordinary photos.
    pub circles: Vec<Circle>,
    /// Photos that were placed and then contradicted by what they show.
    pub rejected: Vec<usize>,
    /// Photos set aside because another shows the same: (the photo, the one that is kept).
    pub duplicates: Vec<(usize, usize)>,
    /// Number of features a photo.
    pub feature_counts: Vec<usize>,
    /// Photos whose place a person or a project gives: nothing takes them out again.
    pub held: Vec<usize>,
    /// Photos that stand where the pattern of the tripod head says, not where the picture does.
    pub by_pattern: Vec<usize>,
    /// Photos that stand where the gimbal of a drone says, not where the picture does.
    pub by_sensors: Vec<usize>,
    /// Photos without features that were placed by what little brightness changes on them.
    pub by_shade: Vec<usize>,
    /// By how much the field of view changed when the places of the cameras were sought, as a share; 0 where they were not.
    pub field_apart: f64,
    /// How far the turn between two lenses back to back may be off, degrees (a standard deviation); 0 for other photos.
    pub uncertain: f64,
}

impl Layout {
    /// A layout of given poses and lenses, without anything that was found, all taken with one camera.
    pub fn of_poses(
        rotations: Vec<Matrix3<f64>>,
        lenses: Vec<Lens>,
        placed: Vec<usize>,
        circles: Vec<Circle>,
    ) -> Self {
        Self {
            feature_counts: vec![0; rotations.len()],
            lens_of: vec![0; rotations.len()],
            held: placed.clone(),
            rotations,
            lenses,
            placed,
            circles,
            others: Vec::new(),
            links: Vec::new(),
            fits: Vec::new(),
            edges: Vec::new(),
            error: 0.0,
            rejected: Vec::new(),
            duplicates: Vec::new(),
            by_pattern: Vec::new(),
            by_sensors: Vec::new(),
            by_shade: Vec::new(),
            uncertain: 0.0,
            field_apart: 0.0,
            parallax: None,
            ground: None,
        }
    }

    /// Whether it is known of anything that it is near, so that photos taken beside one another differ.
    pub fn is_near(&self) -> bool {
        self.parallax.is_some() || self.ground.is_some()
    }

    /// How each photo looks into the world.
    pub fn views(&self, photos: &[Photo]) -> Vec<View> {
        (0..photos.len())
            .map(|i| View {
                lens: self.lenses[i],
                rotation: self.rotations[i],
                size: (photos[i].width(), photos[i].height()),
                circle: self.circles.get(i).copied(),
                shift: None,
            })
            .collect()
    }
}

/// Features of all photos, in pixels of their kept pictures.
pub fn features(photos: &[Photo], cancel: &Cancel) -> Result<Vec<Vec<Feature>>, StitchError> {
    let found = in_order(photos.len(), |index| {
        if cancel.is_cancelled() {
            return Vec::new();
        }
        let photo = &photos[index];
        let pyramid = octaves(&photo.grey);
        let points = detect(&pyramid);
        let kept: Vec<_> = spread(&points, photo.grey.width, photo.grey.height, FEATURES)
            .into_iter()
            .map(|i| points[i])
            .collect();
        let mut features = describe(&pyramid, &kept);
        let up = 1.0 / photo.grey_factor as f32;
        for feature in &mut features {
            let p = &mut feature.point;
            (p.x, p.y, p.sigma) = ((p.x + 0.5) * up - 0.5, (p.y + 0.5) * up - 0.5, p.sigma * up);
        }
        features
    });
    if cancel.is_cancelled() { Err(StitchError::Cancelled) } else { Ok(found) }
}

/// Finds the poses of the photos. `ties`: points that a person set.
pub fn lay_out(
    photos: &[Photo],
    choice: LensChoice,
    ties: &[Tie],
    cancel: &Cancel,
) -> Result<Layout, StitchError> {
    let mut features = features(photos, cancel)?;
    let circles = match choice.projection {
        Some(Projection::Rectilinear) => Vec::new(),
        _ => fisheye::circles(photos),
    };
    fisheye::without_rims(&mut features, &circles);
    let candidates = candidates(photos.len(), &features, cancel);
    let pairs = graph::pairs(&features, &candidates, cancel)?;
    let size = |(i, p): (usize, &Photo)| Size {
        width: p.width(),
        height: p.height(),
        working: p.grey_factor,
        circle: circles.get(i).copied(),
    };
    let sizes: Vec<Size> = photos.iter().enumerate().map(size).collect();
    let search = FocalSearch { features: &features, pairs: &pairs, sizes: &sizes };
    let guesses = guesses(photos, &search, &circles, choice);
    let by_hand = by_hand::matched(ties, &mut features);
    let state = Coarse {
        photos,
        features: &features,
        pairs: &pairs,
        by_hand: &by_hand,
        known: choice.hfov.is_some(),
        circles: &circles,
    };
    let Some(mut start) = begun(&state, &guesses, cancel)? else {
        let features: Vec<usize> = features.iter().map(Vec::len).collect();
        return Err(nothing_overlaps(photos, &features));
    };
    // What is left over is sought by brightness, which ends at circles.
    let Recovered { placed, others, by_shade, by_order } = if circles.is_empty() {
        recover(&state, &mut start, cancel)
    } else {
        Recovered::nothing(&mut start)
    };
    let Start { mut rotations, lens_of, mut lenses, edges, .. } = start;
    let both = |t: &&Tie| [t.a, t.b].iter().all(|i| placed.binary_search(i).is_ok());
    let fixed: Vec<Link> = ties.iter().filter(both).map(Tie::link).collect();
    let believed = fisheye::believed(&circles, &lens_of);
    let fine = Fine {
        photos,
        lens_of: &lens_of,
        fixed: &fixed,
        circles: &circles,
        edges: &edges,
        believed: &believed,
    };
    let Adjusted { links, found, fits, error, ground } =
        fine.adjust(&mut rotations, &mut lenses, &placed, cancel)?;
    let mut layout = Layout {
        rotations,
        parallax: None,
        ground,
        lenses: lens_of.iter().map(|&g| lenses[g]).collect(),
        lens_of,
        placed,
        others,
        links,
        fits,
        edges,
        error,
        circles,
        rejected: Vec::new(),
        duplicates: Vec::new(),
        feature_counts: features.iter().map(Vec::len).collect(),
        held: by_hand::held(ties, photos.len()),
        by_pattern: by_order,
        by_sensors: Vec::new(),
        by_shade,
        uncertain: 0.0,
        field_apart: 0.0,
    };
    count_agreeing(&mut layout, found);
    super::standpoints::improve(&mut layout, photos, &features, &pairs, &fixed, cancel)?;
    Ok(layout)
}

/// All pairs of a small set; of a large one neighbours in order and those with most features in common.
fn candidates(count: usize, features: &[Vec<Feature>], cancel: &Cancel) -> Vec<(usize, usize)> {
    if count <= ALL_PAIRS {
        return (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).collect();
    }
    let mut likely = super::retrieval::likely_pairs(features, PARTNERS, cancel);
    likely.extend((0..count).flat_map(|a| (a + 1..count.min(a + 3)).map(move |b| (a, b))));
    likely.into_iter().collect()
}
