//! The second half of stitching: from a levelled layout to the picture and its report.

use super::adapt::Adaptation;
use super::bend::{bend, left_over};
use super::certainty::{hanging, surety};
use super::compose::compose;
use super::detour::detour;
use super::doubt::trusts;
use super::dual::{Joint, LeftOver, falloff};
use super::error::{StitchError, unless_cancelled};
use super::files;
use super::fill::fill;
use super::flaws::blurred;
use super::gain_field;
use super::grey::in_order;
use super::judge::{arcmin, closes, gaps, misalignments, quantile};
use super::layout::Layout;
use super::level::Level;
use super::mark::{Mark, cover};
use super::mend::{Mended, mend, seen_as};
use super::moved::moved;
use super::onlooker::Sketch;
use super::outline::Outline;
use super::output::part;
use super::overlap_check::{meets_all, share_meeting, unvouched};
use super::photo::{Photo, shrunk};
use super::photometry::solve;
use super::pile::piled;
use super::pipeline::{Run, Stitched};
use super::plan::WIDEST;
use super::remarks;
use super::report::{LevelledBy, PlacedBy, Verdict};
use super::seam_check::{Looked, SeamLooker, shown_step};
use super::seams::{FINE, SeamMap};
use super::sensed;
use super::summary::{DOUBTFUL, Seen, report};
use super::warp::{Sampler, View};
use crate::base::Cancel;
use crate::geometry::{Equirect, Projection};
use crate::imaging::plane::Picture;

/// Misalignment (95 %) in minutes of arc beyond which photos are bent to fit.
const BEND: f64 = 2.0;
/// Misalignment (95 %) before bending that is borne: minutes of arc, or pixels of the coarsest photo.
const APART: [f64; 2] = [12.0, 1.5];
/// Pitch below which a photo looks down, degrees.
const DOWN: f64 = -45.0;
/// Where a picture is doubtful, what comes so near to a limit is told, too: several such things make it doubtful together.
const NEARLY: f64 = 0.7;
/// Share of the photos that are but a few, and how many times as long a focal length is about the same.
const FEW: f64 = 0.2;
const ALIKE: f64 = 1.05;

/// The panorama of a levelled layout, with its report.
pub(super) fn compose_layout(
    photos: &[Photo],
    layout: Layout,
    (found, levelled_by): (Level, LevelledBy),
    run: Run,
) -> Result<Stitched, StitchError> {
    let Run { wanted, mut watch, dual, cancel, .. } = run;
    let natural = ((longest(&layout) * std::f64::consts::TAU) as usize / 256 * 256)
        .clamp(512, wanted.widest.unwrap_or(WIDEST).max(512));
    let stated = wanted.given.as_ref().and_then(|project| project.width);
    let width = wanted.width.or(stated).unwrap_or(natural).next_multiple_of(32);
    if let Some(onlooker) = &wanted.onlooker {
        onlooker.layout(&Sketch::of(photos, &layout));
    }
    let mut views = layout.views(photos);
    let joint = dual.then(|| Joint::of(photos, &mut views));
    let known = if dual { falloff(photos, &views, &layout.circles) } else { Vec::new() };
    let tones = solve(photos, &layout.placed, &views, &layout.lens_of, &known, cancel)?;
    watch.lap("tone");
    let mut misaligned = misalignments(&layout);
    // What is left of it in the picture.
    let mut shown = misaligned.clone();
    if let Some(joint) = &joint {
        joint.bend(&mut views);
        watch.lap("bend");
    } else if quantile(&misaligned, 0.95) > BEND || layout.is_near() {
        bend(&layout, &mut views);
        shown = left_over(&layout, &views);
    }
    unless_cancelled(cancel)?;
    let joint = joint.map(|joint| (joint, views.clone()));
    let pictures = pictures(photos, &layout, &mut views, width, cancel)?;
    let seam_width = (width / 8).clamp(256, 768);
    let area = Equirect { width: seam_width as u32, height: (seam_width / 2) as u32 };
    let small = small_samplers(photos, &layout, &views, seam_width * FINE, cancel)?;
    let samplers: Vec<(usize, Sampler)> =
        small.iter().map(|(i, p, v)| (*i, Sampler::new(p, v, &tones[*i]))).collect();
    let mut seams = SeamMap::new(area, &samplers, cancel)?;
    let blurred = blurred(photos);
    if !dual {
        seams.avoid(&blurred);
    }
    seams.improve(&layout.placed, 2, cancel)?;
    let along = seams.along_seams();
    let mut fields = gain_field::solve(&seams, &views, &layout.placed, cancel)?;
    let adaptation = Adaptation::of(photos, &layout.placed, &views, &tones);
    if let Some(adaptation) = &adaptation {
        for &i in &layout.placed {
            fields[i] = Some(adaptation.applied(fields[i].as_ref(), &views[i]));
        }
    }
    watch.lap("seams");
    if let Some(onlooker) = &wanted.onlooker {
        onlooker.seams(&seams);
    }
    let left = joint.map(|(joint, bent)| joint.left_over(&bent, &seams));
    if let Some(left) = &left {
        misaligned.clone_from(&left.off);
        shown.clone_from(&left.off);
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
                )
                .with_field(fields[i].as_ref()),
            )
        })
        .collect();
    let several = layout.parallax.is_some();
    // What is left along the joint of two lenses has been looked at.
    let (looked, outline, bent) = if dual {
        (None, Outline::new(&seams, &samplers), None)
    } else {
        let covered = wanted.mark.as_ref().and_then(Mark::degrees).unwrap_or(0.0);
        let mut looker = SeamLooker::new(&samplers, width, several, covered, cancel);
        let led = detour(&mut seams, &mut looker)?;
        let Mended { views, looked, outline } = mend(&seams, &looker, led, several)?;
        (Some(looked), outline, Some(views))
    };
    let sampler =
        |photo: usize| samplers.iter().find(|(index, _)| *index == photo).map(|(_, found)| found);
    let step = shown_step(width);
    let meeting = |a: usize, b: usize| share_meeting(sampler(a)?, sampler(b)?, step);
    // Two lenses share but a rim: what is left along their seam says more than what the points said before bending.
    let trusts = match &looked {
        Some(looked) => trusts(&layout, photos.len(), &looked.by_pair(&seams), &meeting),
        None => vec![1.0; photos.len()],
    };
    let meets = |photo: usize, doubted: &[usize]| {
        let asked = |other: &usize| *other != photo && !doubted.contains(other);
        let others = samplers.iter().filter(|(other, _)| asked(other)).map(|(_, s)| s);
        sampler(photo).and_then(|own| meets_all(own, others, step))
    };
    // Shading may be alike elsewhere: it is believed where pixels meet. Sensors are, unless pixels do not.
    let mut unproven =
        unvouched(&layout.by_shade, |photo, doubted| meets(photo, doubted) == Some(true));
    let by_sensors = layout.by_sensors.iter().copied();
    unproven.extend(by_sensors.filter(|&photo| meets(photo, &[]) == Some(false)));
    watch.lap("check");
    let part = part(width, &seams);
    // What is bent for the seams' sake proves nothing: only the picture is made of it.
    let bent = bent.as_deref().map(|views| seen_as(&samplers, views));
    let samplers = bent.as_deref().unwrap_or(&samplers);
    let mut shifts = vec![None; photos.len()];
    for (photo, sampler) in samplers {
        let View { size, shift, .. } = sampler.view();
        let factor = photos[*photo].width() as f64 / size.0 as f64;
        shifts[*photo] = shift.as_ref().map(|mesh| mesh.scaled(factor));
    }
    let mut panorama = compose(width, part, samplers, (seams, outline), cancel)?;
    watch.lap("blend");
    if let Some(onlooker) = &wanted.onlooker {
        onlooker.blended();
    }
    let gaps = gaps(&panorama);
    // A partial picture is cut to what was photographed; what is missing in its corners stays visibly empty.
    let whole = part.width == width && part.height == width / 2;
    let filled = if whole { fill(&mut panorama) } else { 0.0 };
    let mark = wanted.mark.as_ref().filter(|_| whole);
    let covered = mark.and_then(|mark| cover(&mut panorama, mark));
    watch.lap("fill");
    let mut doubt = match &left {
        Some(left) => left.doubt(),
        None => (borne(&layout) / quantile(&misaligned, 0.95).max(1e-9)).min(1.0),
    };
    if let Some(looked) = &looked {
        doubt = doubt.min(looked.confidence(several, shows_its_stand(&layout)));
    }
    doubt = doubt.min(remarks::sure_of_turn(layout.uncertain));
    let asked = !dual && wanted.given.is_none();
    let known = asked.then(|| surety(&layout)).flatten().unwrap_or_default();
    // An open row of photos that is a little too long or too short deceives nobody; a full turn has to close where it did.
    let closed = closes(&panorama.seams);
    let loose = if closed { known.turn } else { 0.0 };
    let bearable = remarks::too_loose(several);
    doubt = doubt.min(DOUBTFUL * bearable / loose.max(1e-9));
    let open = several && !closed;
    let field = if open {
        remarks::field(layout.field_apart, known.focal, layout.placed.len())
    } else {
        (0.0, 0.0)
    };
    doubt = doubt.min(DOUBTFUL / field.1.max(1e-9));
    let hanging = asked.then(|| hanging(&layout)).flatten();
    doubt = doubt.min(if hanging.is_some() { DOUBTFUL / 2.0 } else { 1.0 });
    let piled = asked && piled(&views, &layout.placed);
    doubt = doubt.min(if piled { DOUBTFUL / 2.0 } else { 1.0 });
    let seen = Seen { doubt, trusts, blurred, unproven };
    let mut report = report(photos, &layout, &tones, &panorama, &shown, seen);
    if wanted.given.is_some() {
        report.placed.iter_mut().for_each(|placed| placed.by = PlacedBy::Hand);
    }
    report.gaps = gaps;
    report.filled = (filled - covered.map_or(0.0, |covered| covered.unseen)).max(0.0);
    report.mark = covered;
    if wanted.mark.is_some() && covered.is_none() {
        report.warnings.push(remarks::no_mark(whole));
    }
    report.verticals = found.verticals;
    report.levelled_by = levelled_by;
    report.heading = sensed::heading(photos, &layout);
    report.moved = moved(&panorama.seams, &|photo| photos[usize::from(photo)].name.clone());
    panorama.heading = report.heading;
    panorama.taken = sensed::taken(photos, &layout);
    report.seam_difference = [along.0, along.1];
    if left.is_none() {
        report.warnings.extend(remarks::parallax(&misaligned));
    }
    report.warnings.extend(left.as_ref().and_then(LeftOver::remark));
    report.warnings.extend(adaptation.map(|adaptation| remarks::adapted(adaptation.most())));
    report.warnings.extend(piled.then(|| remarks::piled(layout.placed.len())));
    report.warnings.extend(remarks::uncertain(layout.uncertain));
    let told = if report.verdict == Verdict::Complete { 1.0 } else { NEARLY };
    report.warnings.extend(remarks::wide(field, told));
    report.warnings.extend(found.guessed.then(remarks::up_guessed));
    let loosest = (loose > told * bearable).then_some(known.loosest);
    let hardly_held = hanging.or(loosest).map(|photo| remarks::hardly_held(&photos[photo].name));
    report.warnings.extend(hardly_held);
    if let Some(Looked { check, .. }) = &looked {
        report.seams_visible = check.figures();
        report.warnings.extend(check.remark());
    }
    report.seconds = watch.seconds;
    let files = files::of_photos(photos);
    Ok(Stitched { panorama, report, layout, tones, shifts, files, dual })
}

/// The misalignment that is borne, minutes of arc.
fn borne(layout: &Layout) -> f64 {
    let focal = layout.placed.iter().map(|&i| layout.lenses[i].focal).fold(f64::INFINITY, f64::min);
    APART[0].max(arcmin(APART[1], focal))
}

/// Whether fisheyes show what they stand on, and no other photo looks there.
fn shows_its_stand(layout: &Layout) -> bool {
    let looks_down = |&i: &usize| layout.rotations[i].column(2).y < DOWN.to_radians().sin();
    let fisheye = |&i: &usize| layout.lenses[i].projection == Projection::Equidistant;
    layout.placed.iter().all(fisheye) && !layout.placed.iter().any(looks_down)
}

/// The longest focal length of more than a few photos: a single zoomed one does not make the panorama finer than what it
/// shows elsewhere.
fn longest(layout: &Layout) -> f64 {
    let mut focals: Vec<f64> = layout.placed.iter().map(|&i| layout.lenses[i].focal).collect();
    focals.sort_by(|a, b| b.total_cmp(a));
    let few = (FEW * focals.len() as f64) as usize;
    let usual = focals.get(few).copied().unwrap_or(0.0);
    focals.into_iter().find(|focal| *focal < ALIKE * usual).unwrap_or(usual)
}

/// Pictures that have far more detail than the panorama are shrunk first, or it would flicker with moiré.
fn pictures(
    photos: &[Photo],
    layout: &Layout,
    views: &mut [View],
    width: usize,
    cancel: &Cancel,
) -> Result<Vec<Option<Picture>>, StitchError> {
    let wanted = width as f64 / std::f64::consts::TAU;
    let made: Vec<Option<(Picture, f64)>> = in_order(photos.len(), |i| {
        if cancel.is_cancelled() {
            return None;
        }
        let factor = 1.15 * wanted / layout.lenses[i].focal;
        (factor < 0.72 && layout.placed.binary_search(&i).is_ok())
            .then(|| (shrunk(&photos[i].picture, factor), factor))
    });
    for (view, made) in views.iter_mut().zip(&made) {
        if let Some((picture, factor)) = made {
            *view = view.scaled((picture.width(), picture.height()), *factor);
        }
    }
    unless_cancelled(cancel)?;
    Ok(made.into_iter().map(|made| made.map(|(picture, _)| picture)).collect())
}

/// Photos at the resolution of the seam map's points.
fn small_samplers(
    photos: &[Photo],
    layout: &Layout,
    views: &[View],
    seam_width: usize,
    cancel: &Cancel,
) -> Result<Vec<(usize, Picture, View)>, StitchError> {
    let wanted = seam_width as f64 / std::f64::consts::TAU;
    let made = in_order(layout.placed.len(), |k| {
        unless_cancelled(cancel)?;
        let i = layout.placed[k];
        // From the view as it is now: the picture may have been shrunk already.
        let shrunk_before = views[i].size.0 as f64 / photos[i].width() as f64;
        let factor = (1.2 * wanted / layout.lenses[i].focal).min(1.0);
        let picture = shrunk(&photos[i].picture, factor);
        let view = views[i].scaled((picture.width(), picture.height()), factor / shrunk_before);
        Ok((i, picture, view))
    });
    made.into_iter().collect()
}
