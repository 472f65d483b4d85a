//! The whole of stitching as a list of steps: lay out, level, tone, seams, blend, fill, report.

use std::collections::BTreeMap;
use std::time::Instant;

use nalgebra::Matrix2;

use super::compose::{Panorama, compose};
use super::dual::{Joint, LeftOver, look_dual, looks_dual, looks_single};
use super::error::StitchError;
use super::fill::fill;
use super::grey::in_order;
use super::judge::{gaps, misalignments, quantile, without_contradicting, without_duplicates};
use super::layout::{Layout, lay_out, lens_groups};
use super::lens_choice::LensChoice;
use super::level::{Level, level, upright};
use super::mesh::{Mesh, Wish};
use super::output::part;
use super::photo::{Photo, shrunk};
use super::photometry::{Tone, solve};
use super::report::{Remark, Report};
use super::seams::SeamMap;
use super::summary::{doubt, report};
use super::warp::{Sampler, View};
use crate::base::Cancel;
use crate::geometry::Equirect;
use crate::imaging::plane::Picture;

/// What is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Columns of the panorama; by the photos' resolution if `None`.
    pub width: Option<usize>,
    /// What is known of the lens.
    pub lens: LensChoice,
}

/// A panorama with all that is known of how it came about.
pub struct Stitched {
    /// The picture.
    pub panorama: Panorama,
    /// Its report.
    pub report: Report,
    /// Poses, levelled, and lenses (in pixels of the kept pictures).
    pub layout: Layout,
    /// Tones of all photos.
    pub tones: Vec<Tone>,
}

/// Widest panorama that is made unasked.
const WIDEST: usize = 8192;
/// Misalignment (95 %) in minutes of arc beyond which photos are bent to fit.
const BEND: f64 = 2.0;

/// Seconds by step.
struct Watch {
    last: Instant,
    seconds: BTreeMap<String, f64>,
}

impl Watch {
    fn lap(&mut self, step: &str) {
        self.seconds.insert(step.to_owned(), self.last.elapsed().as_secs_f64());
        self.last = Instant::now();
    }
}

/// Stitches photos, or the one picture of a dual-fisheye camera: then its two halves come back as the photos.
pub fn stitch_any(
    photos: Vec<Photo>,
    wanted: Wanted,
    cancel: &Cancel,
) -> Result<(Vec<Photo>, Stitched), StitchError> {
    match photos.as_slice() {
        [only] if wanted.lens.dual || looks_dual(only) || looks_single(only) => {
            stitch_dual(only, wanted, cancel)
        }
        [a, b] if wanted.lens.dual || look_dual([a, b]) => {
            let layout = super::dual::lay_out_two([a, b], cancel)?;
            stitch_pair(&photos, layout, wanted, cancel).map(|made| (photos, made))
        }
        _ => stitch(&photos, wanted, cancel).map(|made| (photos, made)),
    }
}

/// Stitches photos.
pub fn stitch(photos: &[Photo], wanted: Wanted, cancel: &Cancel) -> Result<Stitched, StitchError> {
    if photos.len() < 2 {
        return Err(StitchError::TooFewPhotos { count: photos.len() });
    }
    let mut watch = Watch { last: Instant::now(), seconds: BTreeMap::new() };
    let mut layout = lay_out(photos, wanted.lens, cancel)?;
    without_duplicates(&mut layout, photos);
    if layout.placed.len() < 2 {
        return Err(StitchError::AllAlike { count: photos.len() });
    }
    without_contradicting(&mut layout, photos.len());
    if layout.placed.len() < 2 {
        let reason = "what some of them have in common contradicts itself: they were taken from different spots".to_owned();
        return Err(StitchError::NothingOverlaps { count: photos.len(), reason });
    }
    watch.lap("layout");
    let found = make_level(photos, &mut layout);
    watch.lap("level");
    compose_layout(photos, layout, found, wanted, watch, false, cancel)
}

/// Makes a panorama of two fisheye pictures in one.
pub fn stitch_dual(
    photo: &Photo,
    wanted: Wanted,
    cancel: &Cancel,
) -> Result<(Vec<Photo>, Stitched), StitchError> {
    let begin = Instant::now();
    let (photos, layout) = super::dual::lay_out(photo, cancel)?;
    let seconds = begin.elapsed().as_secs_f64();
    let mut made = stitch_pair(&photos, layout, wanted, cancel)?;
    made.report.seconds.insert("layout".to_owned(), seconds);
    Ok((photos, made))
}

/// The panorama of two lens pictures whose poses are known.
fn stitch_pair(
    photos: &[Photo],
    mut layout: Layout,
    wanted: Wanted,
    cancel: &Cancel,
) -> Result<Stitched, StitchError> {
    let mut watch = Watch { last: Instant::now(), seconds: BTreeMap::new() };
    let found = super::dual::level(photos, &layout);
    turn_up(&mut layout, &found);
    watch.lap("level");
    compose_layout(photos, layout, found, wanted, watch, true, cancel)
}

/// Turns all poses so that up is up and the middle of what was photographed (or the first photo) is ahead.
fn make_level(photos: &[Photo], layout: &mut Layout) -> Level {
    let found = level(photos, &layout.placed, &layout.rotations, &layout.lenses, &layout.circles);
    turn_up(layout, &found);
    found
}

fn turn_up(layout: &mut Layout, found: &Level) {
    let ahead = layout
        .placed
        .iter()
        .map(|&i| layout.rotations[i].column(2).into_owned())
        .sum::<nalgebra::Vector3<f64>>()
        / layout.placed.len() as f64;
    let first = layout.rotations[layout.placed[0]].column(2).into_owned();
    let turn = upright(&found.up, &if ahead.norm() > 0.35 { ahead } else { first });
    for rotation in &mut layout.rotations {
        *rotation = turn * *rotation;
    }
}

fn views(layout: &Layout, photos: &[Photo]) -> Vec<View> {
    (0..photos.len())
        .map(|i| View {
            lens: layout.lenses[i],
            rotation: layout.rotations[i],
            size: (photos[i].width(), photos[i].height()),
            circle: layout.circles.get(i).copied(),
            shift: None,
        })
        .collect()
}

/// The second half: from a levelled layout to the picture.
fn compose_layout(
    photos: &[Photo],
    layout: Layout,
    found: Level,
    wanted: Wanted,
    mut watch: Watch,
    dual: bool,
    cancel: &Cancel,
) -> Result<Stitched, StitchError> {
    let focal = layout.placed.iter().map(|&i| layout.lenses[i].focal).fold(0.0, f64::max);
    let natural = ((focal * std::f64::consts::TAU) as usize / 256 * 256).clamp(512, WIDEST);
    let width = wanted.width.unwrap_or(natural).next_multiple_of(32);
    let mut views = views(&layout, photos);
    let (lens_of, _) = lens_groups(photos);
    let tones = solve(photos, &layout.placed, &views, &lens_of);
    watch.lap("tone");
    let joint = dual.then(|| Joint::of(photos, &views));
    let mut misaligned = misalignments(&layout);
    if let Some(joint) = &joint {
        joint.bend(&mut views);
        watch.lap("bend");
    } else if quantile(&misaligned, 0.95) > BEND {
        bend(&layout, &mut views);
    }
    let bent = views.clone();
    let pictures = pictures(photos, &layout, &mut views, width);
    let seam_width = (width / 8).clamp(256, 768);
    let area = Equirect { width: seam_width as u32, height: (seam_width / 2) as u32 };
    let small = small_samplers(photos, &layout, &views, seam_width);
    let samplers: Vec<(usize, Sampler)> =
        small.iter().map(|(i, p, v)| (*i, Sampler::new(p, v, &tones[*i]))).collect();
    let mut seams = SeamMap::new(area, &samplers, cancel)?;
    seams.improve(&layout.placed, 2, cancel)?;
    let along = seams.along_seams();
    watch.lap("seams");
    let left = joint.map(|joint| joint.left_over(&bent, &seams));
    if let Some(left) = &left {
        misaligned.clone_from(&left.off);
        watch.lap("joint");
    }
    let samplers: Vec<(usize, Sampler)> = layout
        .placed
        .iter()
        .map(|&i| {
            (
                i,
                Sampler::new(
                    pictures[i].as_ref().unwrap_or(&photos[i].picture),
                    &views[i],
                    &tones[i],
                ),
            )
        })
        .collect();
    let part = part(width, &seams);
    let mut panorama = compose(width, part, &samplers, seams, cancel)?;
    watch.lap("blend");
    let gaps = gaps(&panorama);
    // A partial picture is cut to what was photographed; what is missing in its corners stays visibly empty.
    let whole = part.width == width && part.height == width / 2;
    let filled = if whole { fill(&mut panorama) } else { 0.0 };
    watch.lap("fill");
    let doubt = left.as_ref().map_or_else(|| doubt(&misaligned), LeftOver::doubt);
    let mut report = report(photos, &layout, &tones, &panorama, &misaligned, doubt);
    report.gaps = gaps;
    report.filled = filled;
    report.verticals = found.verticals;
    report.seam_difference = [along.0, along.1];
    if left.is_none() && (quantile(&misaligned, 0.5) > 1.2 || quantile(&misaligned, 0.95) > 5.0) {
        let arcmin = format!("{:.0}", quantile(&misaligned, 0.95));
        report.warnings.push(
            Remark::new(
                "stitch-warning-parallax",
                format!(
                    "what the photos have in common does not fit by up to {arcmin} minutes of arc: the camera moved between \
                     them, or its lens bends more than was found. Photos were bent to hide it; turn the camera about its lens \
                     next time"
                ),
            )
            .with("arcmin", arcmin),
        );
    }
    report.warnings.extend(left.as_ref().and_then(LeftOver::remark));
    report.seconds = watch.seconds;
    Ok(Stitched { panorama, report, layout, tones })
}

/// Pictures that have far more detail than the panorama are shrunk first, or it would flicker with moiré.
fn pictures(
    photos: &[Photo],
    layout: &Layout,
    views: &mut [View],
    width: usize,
) -> Vec<Option<Picture>> {
    let wanted = width as f64 / std::f64::consts::TAU;
    let made: Vec<Option<(Picture, f64)>> = in_order(photos.len(), |i| {
        let factor = 1.15 * wanted / layout.lenses[i].focal;
        (factor < 0.72 && layout.placed.binary_search(&i).is_ok())
            .then(|| (shrunk(&photos[i].picture, factor), factor))
    });
    for (view, made) in views.iter_mut().zip(&made) {
        if let Some((picture, factor)) = made {
            *view = smaller(view, picture, *factor);
        }
    }
    made.into_iter().map(|made| made.map(|(picture, _)| picture)).collect()
}

fn smaller(view: &View, picture: &Picture, factor: f64) -> View {
    View {
        lens: view.lens.scaled(factor),
        size: (picture.width(), picture.height()),
        circle: view.circle.map(|(c, r)| (c.map(|v| (v + 0.5) * factor - 0.5), r * factor)),
        shift: view.shift.as_ref().map(|mesh| mesh.scaled(factor)),
        ..view.clone()
    }
}

/// Photos at the resolution of the seam map.
fn small_samplers(
    photos: &[Photo],
    layout: &Layout,
    views: &[View],
    seam_width: usize,
) -> Vec<(usize, Picture, View)> {
    let wanted = seam_width as f64 / std::f64::consts::TAU;
    in_order(layout.placed.len(), |k| {
        let i = layout.placed[k];
        // From the view as it is now: the picture may have been shrunk already.
        let shrunk_before = views[i].size.0 as f64 / photos[i].width() as f64;
        let factor = (1.2 * wanted / layout.lenses[i].focal).min(1.0);
        let picture = shrunk(&photos[i].picture, factor);
        let view = smaller(&views[i], &picture, factor / shrunk_before);
        (i, picture, view)
    })
}

/// Gives every photo a mesh that brings what its links see to the middle between both photos.
fn bend(layout: &Layout, views: &mut [View]) {
    let mut wishes: Vec<Vec<Wish>> = vec![Vec::new(); views.len()];
    for link in &layout.links {
        let (from, to) = (&layout.lenses[link.from], &layout.lenses[link.to]);
        let (Some(a), Some(b)) = (from.unproject(link.at), to.unproject(link.seen)) else {
            continue;
        };
        let middle = layout.rotations[link.from] * a + layout.rotations[link.to] * b;
        let information = link.whitening.tr_mul(&link.whitening);
        let Some(inverse) = (information + Matrix2::identity() * 0.3).try_inverse() else {
            continue;
        };
        let trust = inverse * information;
        for (photo, lens, seen) in [(link.from, from, link.at), (link.to, to, link.seen)] {
            let Some(p) = lens.project(&layout.rotations[photo].tr_mul(&middle)) else { continue };
            let shift = trust * nalgebra::Vector2::new(seen[0] - p[0], seen[1] - p[1]);
            wishes[photo].push(Wish { at: p, shift: [shift.x, shift.y], weight: 1.0 });
        }
    }
    for (view, wishes) in views.iter_mut().zip(wishes) {
        if !wishes.is_empty() {
            view.shift = Some(Mesh::fitted(view.size, &wishes));
        }
    }
}
