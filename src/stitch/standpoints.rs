//! Where photos do not fit as if taken from one spot: finds out where each was taken from, if that explains it.

use nalgebra::Matrix2;

use super::bundle::Link;
use super::describe::Feature;
use super::error::StitchError;
use super::fisheye::amid;
use super::graph::Pair;
use super::grey::in_order;
use super::judge::{arcmin, count_agreeing, misalignments, quantile};
use super::layout::Layout;
use super::lens_guess::lenses_of_groups;
use super::links::{Circle, Scene, anchors_in, scaled};
use super::open_row::likelier;
use super::parallax::Parallax;
use super::parallax_bundle::{FLOOR, ParallaxBundle, State};
use super::photo::{Photo, halved};
use super::stated::{field_apart, stated_instead};
use super::sway::Sway;
use crate::base::Cancel;
use crate::geometry::Lens;
use crate::geometry::lens::LENS_PARAMETERS;
use crate::imaging::plane::Plane;

/// Misalignment (95 %) in minutes of arc beyond which places are sought, and in pixels of the kept pictures: below, it is
/// how exactly points are followed.
const SUSPECT: [f64; 2] = [2.5, 0.5];
/// How far a match may be from where one spot would have it, as a share of the focal length.
const FARTHEST: f64 = 0.06;
/// Matches beyond this ratio are not used.
const RATIO: f32 = 0.85;
/// What places must bring: misalignment (95 %) falls at least to this share.
const WORTH: f64 = 0.7;
/// What sway leaves of the misalignment at most for places anywhere to be tried.
const NEARLY: f64 = 0.9;
/// Fewest points that can tell places.
const FEWEST: usize = 40;
/// Cells for points along the longer side of a photo: closer than for poses alone, as the mesh needs them.
const CELLS: usize = 48;
/// About how many matches solutions begin with: more tell no more, until points are followed.
const MATCHES: usize = 6000;
/// Most points tried from one photo to another.
const MOST: usize = 220;
/// The focal length alone, and with distortion.
const STAGES: [[bool; LENS_PARAMETERS]; 2] =
    [[true, false, false, false, false], [true, true, true, false, false]];

/// Finds the places of the cameras where the layout does not fit without, and keeps them if they explain most of it.
pub fn improve(
    layout: &mut Layout,
    photos: &[Photo],
    features: &[Vec<Feature>],
    pairs: &[Pair],
    fixed: &[Link],
    cancel: &Cancel,
) -> Result<(), StitchError> {
    let before = quantile(&misalignments(layout), 0.95);
    let focal = layout.placed.iter().map(|&i| layout.lenses[i].focal).fold(1.0, f64::max);
    if before < SUSPECT[0].max(arcmin(SUSPECT[1], focal)) {
        return Ok(());
    }
    let lens_of = &layout.lens_of[..];
    let bending = lenses_of_groups(&layout.lenses, lens_of);
    let lenses = (0..bending.len())
        .map(|group| {
            let photo = lens_of.iter().position(|g| *g == group).unwrap_or(0);
            let lens = &layout.lenses[photo];
            let (w, h) = (photos[photo].width(), photos[photo].height());
            amid(Lens::centred(lens.projection, lens.focal, w, h), layout.circles.get(photo))
        })
        .collect();
    let parallax = Parallax::none(photos.len());
    let rotations = layout.rotations.clone();
    let state = State { rotations, lenses, parallax, sway: Sway::unknown() };
    // The ground tells how wide photos see better than cameras do that may be anywhere.
    let held = layout.ground.is_some();
    let mut search =
        Search { photos, lens_of, placed: &layout.placed, circles: &layout.circles, held };
    let mut matches = search.matches(&state, features, pairs);
    matches.extend(fixed);
    matches.extend(search.of_lonely(&matches, &layout.links));
    let known = Known { layout, bending: &bending, matches: &matches, fixed, before };
    let mut found = search.best(&state, &known, cancel)?;
    if let Some((other, _)) = found.as_ref().filter(|_| !held) {
        if let Some(lenses) = stated_instead(layout, other, photos, lens_of) {
            search.held = true;
            found = search.best(&State { lenses, ..state }, &known, cancel)?;
        } else if let Some(lenses) = likelier(layout, other, lens_of, cancel)? {
            search.held = true;
            let held = search.best(&State { lenses, ..state }, &known, cancel)?;
            found = held.or(found);
        }
    }
    if let Some((mut other, found)) = found {
        other.error = root_mean_square(&other);
        other.field_apart = field_apart(layout, &other, photos);
        count_agreeing(&mut other, found);
        *layout = other;
    }
    Ok(())
}

/// How long the arm is that the places of a layout tell, of the typical depth.
fn arm(layout: &Layout) -> f64 {
    let centres = layout.parallax.as_ref().map(|parallax| &parallax.centres);
    centres.map_or(0.0, |centres| Sway::of(centres, &layout.rotations, &layout.placed).arm())
}

/// Root mean square of what links know of their residuals, pixels.
fn root_mean_square(layout: &Layout) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for index in 0..layout.links.len() {
        if let Some((residual, _)) = super::judge::known_residual(layout, index) {
            sum += residual.norm_squared();
            count += 1.0;
        }
    }
    (sum / count.max(1.0)).sqrt()
}

/// Of starts whose cost is up to so many times that of the best, those are tried whose focal lengths differ by more than
/// this share; so many at most.
const CLOSE: f64 = 1.25;
const DISTINCT: f64 = 0.012;
const MOST_STARTS: usize = 2;
/// A photo with fewer matches is held by exact points from the beginning.
const LONELY: usize = 12;
/// A lens far from the point that it is turned about looks like one of another focal length: a solution with an arm this
/// long, of the typical depth, has to fit twice as well as one without.
const LONG: f64 = 0.5;
/// Shares of the misalignments whose sum tells the better of two solutions.
const MIDDLE: [f64; 2] = [0.5, 0.95];

/// How far lenses may be ahead of the point that they are turned about, of the typical depth.
const ARMS: [f64; 3] = [0.0, 0.02, -0.02];
/// Sigmas at which residuals begin to count less, from far to near.
const SOFT: [f64; 3] = [12.0, 5.0, 2.0];

/// A solution from matches alone.
struct Start {
    /// Cameras anywhere near their middle.
    anywhere: State,
    /// Cameras that sway as most of these do: their belief, and the solution.
    swaying: State,
}

struct Search<'a> {
    photos: &'a [Photo],
    lens_of: &'a [usize],
    placed: &'a [usize],
    circles: &'a [Circle],
    /// Whether the focal lengths stay as they are.
    held: bool,
}

/// What is known when places are sought.
struct Known<'a> {
    /// As one spot would have it.
    layout: &'a Layout,
    /// Its lenses.
    bending: &'a [Lens],
    matches: &'a [Link],
    fixed: &'a [Link],
    /// Nineteen of twenty links of `layout` are off by less, minutes of arc.
    before: f64,
}

impl Search<'_> {
    /// The best solution, if it explains most of what does not fit from one spot, with all points that were found.
    fn best(
        &self,
        state: &State,
        known: &Known,
        cancel: &Cancel,
    ) -> Result<Option<(Layout, Vec<Link>)>, StitchError> {
        let Known { layout, fixed, before, .. } = *known;
        let mut starts = self.starts(state, known.bending, known.matches, cancel)?;
        // What drifts (ice, leaves) may look like a camera that went far: then no sway explains it.
        for sways in [true, false] {
            let mut best: Option<(f64, f64, usize, Layout, Vec<Link>)> = None;
            for (index, start) in starts.iter().enumerate() {
                let state = if sways { &start.swaying } else { &start.anywhere };
                let (other, found) = self.refined(state.clone(), layout, fixed, cancel)?;
                let misaligned = misalignments(&other);
                let [middle, most] = MIDDLE.map(|share| quantile(&misaligned, share));
                let links = other.links.len().max(1) as f64;
                let off = (middle + most) * layout.links.len() as f64 / links
                    * (1.0 + arm(&other) / LONG);
                if best.as_ref().is_none_or(|(least, ..)| off < *least) {
                    best = Some((off, most, index, other, found));
                }
            }
            let Some((_, most, index, other, found)) = best else { return Ok(None) };
            let links = other.links.len();
            if links >= FEWEST && links * 10 >= layout.links.len() * 8 && most < WORTH * before {
                return Ok(Some((other, found)));
            }
            if most > NEARLY * before {
                break;
            }
            starts = starts.into_iter().skip(index).take(1).collect();
        }
        Ok(None)
    }

    /// The lens parameters that a stage frees.
    fn free(&self, stage: usize) -> [bool; LENS_PARAMETERS] {
        let mut free = STAGES[stage];
        free[0] &= !self.held;
        free
    }

    /// Matches that parallax could have moved to where they are.
    fn matches(&self, state: &State, features: &[Vec<Feature>], pairs: &[Pair]) -> Vec<Link> {
        let is_placed = |photo: usize| self.placed.binary_search(&photo).is_ok();
        let mut found = Vec::new();
        for pair in pairs.iter().filter(|pair| is_placed(pair.a) && is_placed(pair.b)) {
            let farthest = FARTHEST * state.lenses[self.lens_of[pair.b]].focal;
            for m in pair.matches.iter().filter(|m| m.ratio < RATIO) {
                let point = |photo: usize, index: usize| {
                    let p = &features[photo][index].point;
                    [f64::from(p.x), f64::from(p.y)]
                };
                let (at, seen) = (point(pair.a, m.a), point(pair.b, m.b));
                let guess = state.predict(self.lens_of, pair.a, pair.b, at);
                if guess.is_some_and(|g| (g[0] - seen[0]).hypot(g[1] - seen[1]) < farthest) {
                    let whitening = Matrix2::identity() * self.photos[pair.b].grey_factor;
                    found.push(Link { from: pair.a, to: pair.b, at, seen, whitening });
                }
            }
        }
        // The same share of every pair's: those that hardly overlap match by accident.
        let step = found.len().div_ceil(MATCHES).max(1);
        found.into_iter().step_by(step).collect()
    }

    /// Links of photos that have hardly any matches: without them these would stay behind when all others turn.
    fn of_lonely(&self, matches: &[Link], links: &[Link]) -> Vec<Link> {
        let mut count = vec![0_usize; self.photos.len()];
        for link in matches {
            count[link.from] += 1;
            count[link.to] += 1;
        }
        let lonely = |photo: usize| count[photo] < LONELY;
        links.iter().filter(|link| lonely(link.from) || lonely(link.to)).copied().collect()
    }

    /// The best solutions from matches alone, of those that see equally wide only the best. From one spot a lens ahead of the point it is turned about looks
    /// much like a longer lens; and what is far off must be drawn in from far, but then wrong matches pull too. `bending`:
    /// the lenses as one spot would have them; how they bend near their borders looks like another focal length, too.
    fn starts(
        &self,
        state: &State,
        bending: &[Lens],
        matches: &[Link],
        cancel: &Cancel,
    ) -> Result<Vec<Start>, StitchError> {
        let mut starts: Vec<(f64, &[f64], bool)> = ARMS
            .iter()
            .flat_map(|arm| [(*arm, &SOFT[2..], false), (*arm, &SOFT[..], false)])
            .collect();
        starts.extend([(0.0, &SOFT[2..], true), (0.0, &SOFT[..], true)]);
        let found = in_order(starts.len(), |index| {
            let (arm, softnesses, bends) = starts[index];
            let mut state = state.clone();
            if bends {
                for (lens, bending) in state.lenses.iter_mut().zip(bending) {
                    let focal = if self.held { lens.focal } else { bending.focal };
                    *lens = Lens { focal, ..*bending };
                }
            }
            if !self.held {
                state.lenses.iter_mut().for_each(|lens| lens.focal /= 1.0 + arm);
            }
            for (centre, rotation) in state.parallax.centres.iter_mut().zip(&state.rotations) {
                *centre = rotation.column(2) * arm;
            }
            let bundle = |softness: f64| ParallaxBundle {
                lens_of: self.lens_of,
                links: matches,
                free: self.free(0),
                softness,
                floor: 1.5 / self.photos[0].grey_factor,
            };
            for softness in softnesses {
                bundle(*softness).solve(&mut state, 12, cancel)?;
            }
            let mut swaying = state.clone();
            // Asked once: a belief that follows its own result draws all places together.
            let State { parallax, rotations, .. } = &state;
            swaying.sway = Sway::of(&parallax.centres, rotations, self.placed);
            let cost = bundle(SOFT[2]).solve(&mut swaying, 12, cancel)?;
            Ok((cost, Start { anywhere: state, swaying }))
        });
        let mut found = found.into_iter().collect::<Result<Vec<(f64, Start)>, _>>()?;
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let least = found.first().map_or(0.0, |best| best.0);
        let mut kept: Vec<Start> = Vec::new();
        for (cost, start) in found {
            let focal = |start: &Start| start.swaying.lenses[0].focal;
            let alike = |other: &Start| (focal(&start) / focal(other)).ln().abs() < DISTINCT;
            if cost <= CLOSE * least && !kept.iter().any(alike) {
                kept.push(start);
            }
        }
        kept.truncate(MOST_STARTS);
        Ok(kept)
    }

    /// A layout from a start: points are followed twice, each time from where the last solution has them. With it all
    /// points that were found.
    fn refined(
        &self,
        mut state: State,
        layout: &Layout,
        fixed: &[Link],
        cancel: &Cancel,
    ) -> Result<(Layout, Vec<Link>), StitchError> {
        let mut tracked = self.track(&state, true, 6.0, cancel);
        let mut found = Vec::new();
        for (round, floor) in [2.0 * FLOOR, FLOOR].into_iter().enumerate() {
            tracked.1.extend(fixed);
            found.clone_from(&tracked.1);
            tracked.1 = self.solve(
                &mut state,
                &tracked.1,
                &[0, 1].map(|stage| self.free(stage)),
                floor,
                cancel,
            )?;
            if round == 0 {
                tracked = self.track(&state, false, 6.0, cancel);
            }
        }
        let lenses = self.lens_of.iter().map(|&group| state.lenses[group]).collect();
        let layout = Layout {
            rotations: state.rotations,
            lenses,
            links: tracked.1,
            fits: tracked.0,
            parallax: Some(state.parallax),
            ground: None,
            ..layout.clone()
        };
        Ok((layout, found))
    }

    /// Follows points from photo to photo: in pictures of half the size, or whole ones.
    fn track(
        &self,
        state: &State,
        half: bool,
        reach: f64,
        cancel: &Cancel,
    ) -> (Vec<super::links::Fit>, Vec<Link>) {
        let scale = if half { 0.5 } else { 1.0 };
        let smaller = |v: f64| if half { (v - 0.5) / 2.0 } else { v };
        let larger = |v: f64| if half { 2.0 * v + 0.5 } else { v };
        let anchors: Vec<Vec<[f32; 2]>> = in_order(self.photos.len(), |index| {
            if self.placed.binary_search(&index).is_err() {
                return Vec::new();
            }
            let photo = &self.photos[index];
            anchors_in(&photo.grey, CELLS)
                .into_iter()
                .map(|p| p.map(|v| smaller((f64::from(v) + 0.5) / photo.grey_factor - 0.5) as f32))
                .collect()
        });
        let halves: Vec<Plane> = if half {
            in_order(self.photos.len(), |index| halved(&self.photos[index].picture.planes[0]))
        } else {
            Vec::new()
        };
        let scene = Scene {
            planes: if half {
                halves.iter().collect()
            } else {
                self.photos.iter().map(|p| &p.picture.planes[0]).collect()
            },
            lenses: self.lens_of.iter().map(|&g| state.lenses[g].scaled(scale)).collect(),
            rotations: &state.rotations,
            anchors: &anchors,
            circles: &self.circles.iter().map(|c| scaled(*c, scale)).collect::<Vec<_>>(),
            most: MOST,
        };
        let predict = |from: usize, to: usize, at: [f64; 2]| {
            let seen = state.predict(self.lens_of, from, to, at.map(larger))?;
            Some(seen.map(smaller))
        };
        let (fits, mut links) = scene.links_by(self.placed, reach, &predict, cancel);
        for link in &mut links {
            link.at = link.at.map(larger);
            link.seen = link.seen.map(larger);
            link.whitening *= scale;
        }
        (fits, links)
    }

    /// Adjusts stage by stage; returns the links without outliers.
    fn solve(
        &self,
        state: &mut State,
        links: &[Link],
        stages: &[[bool; LENS_PARAMETERS]],
        floor: f64,
        cancel: &Cancel,
    ) -> Result<Vec<Link>, StitchError> {
        let mut kept = links.to_vec();
        for free in stages {
            let bundle = ParallaxBundle {
                lens_of: self.lens_of,
                links: &kept,
                free: *free,
                softness: 2.0,
                floor,
            };
            bundle.solve(state, 15, cancel)?;
            kept = bundle.without_outliers(state);
        }
        Ok(kept)
    }
}
