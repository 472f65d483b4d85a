//! The whole of stitching as a list of steps: lay out, level, tone, seams, blend, fill, report.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use nalgebra::Vector3;

use super::bend::bend;
use super::bracket::{Bracket, fuse_brackets};
use super::by_hand::{self, ControlPoint, Horizon};
use super::certainty::loosest;
use super::compose::{Panorama, compose};
use super::doubt::trusts;
use super::dual::{self, Joint, LeftOver, look_dual, looks_dual, looks_single};
use super::error::{StitchError, unless_cancelled};
use super::files::{self, SetFile};
use super::fill::fill;
use super::given::lay_out_given;
use super::grey::in_order;
use super::judge::{
    closes, gaps, misalignments, quantile, without_contradicting, without_duplicates,
};
use super::layout::{Layout, lay_out, lens_groups};
use super::lens_choice::LensChoice;
use super::level::{Level, level, upright};
use super::mark::{Mark, cover};
use super::moved::moved;
use super::onlooker::{Onlooker, Sketch};
use super::output::part;
use super::overlap_check::{meets_all, share_meeting};
use super::pattern;
use super::photo::{Photo, shrunk};
use super::photometry::{Tone, solve};
use super::plan::WIDEST;
use super::pto;
use super::remarks::{self, FIELD, LOOSE};
use super::report::{LevelledBy, PlacedBy, Report};
use super::seam_check::{SeamCheck, shown_step};
use super::seams::SeamMap;
use super::sensed;
use super::summary::{DOUBTFUL, Seen, report};
use super::warp::{Sampler, View};
use crate::base::Cancel;
use crate::geometry::Equirect;
use crate::imaging::plane::Picture;

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Columns of the panorama; by the photos' resolution if `None`.
    pub width: Option<usize>,
    /// What is known of the lens.
    pub lens: LensChoice,
    /// The same things in two photos, set by hand.
    pub points: Vec<ControlPoint>,
    /// File names of photos that shall not be in the picture.
    pub set_aside: Vec<String>,
    /// Where the horizon is, if a person says so.
    pub horizon: Option<Horizon>,
    /// Poses and lenses from elsewhere: nothing of them is sought, and nothing levelled but by `horizon`.
    pub given: Option<pto::Project>,
    /// What covers the place straight down.
    pub mark: Option<Mark>,
    /// Who is told as it goes on.
    pub onlooker: Option<Arc<dyn Onlooker>>,
    /// Widest panorama that is made unasked; [`WIDEST`] if `None`.
    pub widest: Option<usize>,
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
    /// The files of the set and the photos that they became part of.
    pub files: Vec<SetFile>,
    /// Whether the photos are those of two lenses back to back, bent to join along their belt.
    pub dual: bool,
}

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

/// What the steps share.
struct Run<'a> {
    wanted: &'a Wanted,
    brackets: &'a [Bracket],
    watch: Watch,
    /// Whether the photos are those of two lenses back to back.
    dual: bool,
    cancel: &'a Cancel,
}

/// Stitches photos, exposure brackets fused first, or the one picture of a dual-fisheye camera: then its two halves come
/// back as the photos.
pub fn stitch_any(
    photos: Vec<Photo>,
    wanted: &Wanted,
    cancel: &Cancel,
) -> Result<(Vec<Photo>, Stitched), StitchError> {
    let names: Vec<String> = photos.iter().map(|photo| photo.name.clone()).collect();
    let photos = files::without(photos, &wanted.set_aside)?;
    let mut watch = Watch { last: Instant::now(), seconds: BTreeMap::new() };
    let (photos, brackets) = fuse_brackets(photos, cancel)?;
    watch.lap("brackets");
    if let [only] = photos.as_slice()
        && !wanted.lens.dual
        && (dual::is_stated(only, wanted.lens) || (looks_single(only) && !looks_dual(only)))
    {
        let run = Run { wanted, brackets: &brackets, watch, dual: false, cancel };
        let mut made = stitch_one(&photos, run)?;
        made.files = files::of_set(&names, &photos, &brackets, &made.layout);
        files::tell(&mut made, &brackets, &photos);
        return Ok((photos, made));
    }
    if let [only] = photos.as_slice()
        && (wanted.lens.dual || looks_dual(only))
    {
        let (halves, mut made) = stitch_dual(only, wanted, cancel)?;
        made.report.brackets = files::fused(&brackets, &photos);
        return Ok((halves, made));
    }
    let run = Run { wanted, brackets: &brackets, watch, dual: false, cancel };
    let mut made = match photos.as_slice() {
        [a, b] if wanted.given.is_none() && (wanted.lens.dual || look_dual([a, b])) => {
            let layout = dual::lay_out_two([a, b], cancel)?;
            stitch_pair(&photos, layout, run)?
        }
        _ => stitch_photos(&photos, run)?,
    };
    made.files = files::of_set(&names, &photos, &brackets, &made.layout);
    files::tell(&mut made, &brackets, &photos);
    Ok((photos, made))
}

/// Stitches photos as they are: brackets are not sought, nothing is set aside.
pub fn stitch(photos: &[Photo], wanted: &Wanted, cancel: &Cancel) -> Result<Stitched, StitchError> {
    let watch = Watch { last: Instant::now(), seconds: BTreeMap::new() };
    stitch_photos(photos, Run { wanted, brackets: &[], watch, dual: false, cancel })
}

fn stitch_photos(photos: &[Photo], mut run: Run) -> Result<Stitched, StitchError> {
    if photos.len() < 2 {
        return Err(StitchError::TooFewPhotos { count: photos.len() });
    }
    let wanted = run.wanted;
    let mut layout = match &wanted.given {
        Some(project) => lay_out_given(photos, project, run.cancel)?,
        None => sought(photos, &run)?,
    };
    run.watch.lap("layout");
    let found = make_level(photos, &mut layout, &run)?;
    run.watch.lap("level");
    compose_layout(photos, layout, found, run)
}

/// The layout as the photos tell it.
fn sought(photos: &[Photo], run: &Run) -> Result<Layout, StitchError> {
    let ties = by_hand::ties(&run.wanted.points, photos, run.brackets)?;
    let mut layout = lay_out(photos, run.wanted.lens, &ties, run.cancel)?;
    without_duplicates(&mut layout, photos);
    if layout.placed.len() < 2 {
        return Err(StitchError::AllAlike { count: photos.len() });
    }
    without_contradicting(&mut layout, photos.len());
    if layout.placed.len() < 2 {
        let reason = "what some of them have in common contradicts itself: they were taken from different spots".to_owned();
        return Err(StitchError::NothingOverlaps { count: photos.len(), reason });
    }
    pattern::place(photos, &mut layout);
    Ok(layout)
}

/// The part of the sphere that one fisheye lens shows.
fn stitch_one(photos: &[Photo], mut run: Run) -> Result<Stitched, StitchError> {
    let field = run.wanted.lens.hfov;
    let mut layout = dual::lay_out_one(&photos[0], field)?;
    run.watch.lap("layout");
    let found = make_level(photos, &mut layout, &run)?;
    run.watch.lap("level");
    let mut made = compose_layout(photos, layout, found, run)?;
    made.report.warnings.push(remarks::one_lens(field.unwrap_or_default()));
    Ok(made)
}

/// Makes a panorama of two fisheye pictures in one.
pub fn stitch_dual(
    photo: &Photo,
    wanted: &Wanted,
    cancel: &Cancel,
) -> Result<(Vec<Photo>, Stitched), StitchError> {
    let watch = Watch { last: Instant::now(), seconds: BTreeMap::new() };
    let mut run = Run { wanted, brackets: &[], watch, dual: false, cancel };
    let (photos, layout) = dual::lay_out(photo, cancel)?;
    run.watch.lap("layout");
    let made = stitch_pair(&photos, layout, run)?;
    Ok((photos, made))
}

/// The panorama of two lens pictures whose poses are known.
fn stitch_pair(photos: &[Photo], mut layout: Layout, run: Run) -> Result<Stitched, StitchError> {
    let mut run = Run { dual: true, ..run };
    let found = make_level(photos, &mut layout, &run)?;
    run.watch.lap("level");
    compose_layout(photos, layout, found, run)
}

/// Turns all poses so that up is up and the middle of what was photographed (or the first photo) is ahead.
fn make_level(
    photos: &[Photo],
    layout: &mut Layout,
    run: &Run,
) -> Result<(Level, LevelledBy), StitchError> {
    let mut by = LevelledBy::Hand;
    let mut found = Level { up: Vector3::y(), verticals: 0 };
    let given = run.wanted.given.is_some();
    if run.dual {
        found = dual::level(photos, layout);
        by = if found.verticals > 0 { LevelledBy::Verticals } else { LevelledBy::Cameras };
    } else if !given {
        let Layout { placed, rotations, lenses, circles, .. } = &*layout;
        found = level(photos, placed, rotations, lenses, circles, run.cancel);
        by = if found.verticals > 0 { LevelledBy::Verticals } else { LevelledBy::Cameras };
        // Sensors of gravity err by a degree; edges do not, but may be those of a leaning roof.
        if let Some(up) = sensed::up(photos, layout)
            && (found.verticals == 0 || up.angle(&found.up).to_degrees() > 4.0)
        {
            (found, by) = (Level { up, verticals: 0 }, LevelledBy::Gravity);
        }
    }
    if let Some(Horizon::Verticals(verticals)) = &run.wanted.horizon {
        found = by_hand::upright_by(verticals, found, photos, run.brackets, layout)?;
        by = LevelledBy::Hand;
    }
    if !given || run.wanted.horizon.is_some() {
        let ahead = layout
            .placed
            .iter()
            .map(|&i| layout.rotations[i].column(2).into_owned())
            .sum::<Vector3<f64>>()
            / layout.placed.len() as f64;
        let first = layout.rotations[layout.placed[0]].column(2).into_owned();
        // A given layout keeps its own middle.
        let middle = if given { Vector3::z() } else { ahead };
        let mut turn = upright(&found.up, &if middle.norm() > 0.35 { middle } else { first });
        if let Some(Horizon::Turned { pitch, roll }) = run.wanted.horizon {
            turn = by_hand::turned(pitch, roll) * turn;
            by = LevelledBy::Hand;
        }
        for rotation in &mut layout.rotations {
            *rotation = turn * *rotation;
        }
        if let Some(parallax) = &mut layout.parallax {
            parallax.turn(&turn);
        }
    }
    Ok((found, by))
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
    (found, levelled_by): (Level, LevelledBy),
    run: Run,
) -> Result<Stitched, StitchError> {
    let Run { wanted, mut watch, dual, cancel, .. } = run;
    let focal = layout.placed.iter().map(|&i| layout.lenses[i].focal).fold(0.0, f64::max);
    let natural = ((focal * std::f64::consts::TAU) as usize / 256 * 256)
        .clamp(512, wanted.widest.unwrap_or(WIDEST).max(512));
    let stated = wanted.given.as_ref().and_then(|project| project.width);
    let width = wanted.width.or(stated).unwrap_or(natural).next_multiple_of(32);
    if let Some(onlooker) = &wanted.onlooker {
        onlooker.layout(&Sketch::of(photos, &layout));
    }
    let mut views = views(&layout, photos);
    let (lens_of, _) = lens_groups(photos);
    let joint = dual.then(|| Joint::of(photos, &mut views));
    let tones = solve(photos, &layout.placed, &views, &lens_of, cancel)?;
    watch.lap("tone");
    let mut misaligned = misalignments(&layout);
    if let Some(joint) = &joint {
        joint.bend(&mut views);
        watch.lap("bend");
    } else if quantile(&misaligned, 0.95) > BEND || layout.parallax.is_some() {
        bend(&layout, &mut views);
    }
    unless_cancelled(cancel)?;
    let joint = joint.map(|joint| (joint, views.clone()));
    let pictures = pictures(photos, &layout, &mut views, width, cancel)?;
    let seam_width = (width / 8).clamp(256, 768);
    let area = Equirect { width: seam_width as u32, height: (seam_width / 2) as u32 };
    let small = small_samplers(photos, &layout, &views, seam_width, cancel)?;
    let samplers: Vec<(usize, Sampler)> =
        small.iter().map(|(i, p, v)| (*i, Sampler::new(p, v, &tones[*i]))).collect();
    let mut seams = SeamMap::new(area, &samplers, cancel)?;
    seams.improve(&layout.placed, 2, cancel)?;
    let along = seams.along_seams();
    watch.lap("seams");
    if let Some(onlooker) = &wanted.onlooker {
        onlooker.seams(&seams);
    }
    let left = joint.map(|(joint, bent)| joint.left_over(&bent, &seams));
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
    let check = left.is_none().then(|| SeamCheck::of(&seams, &samplers, width));
    let sampler =
        |photo: usize| samplers.iter().find(|(index, _)| *index == photo).map(|(_, found)| found);
    let step = shown_step(width);
    let meeting = |a: usize, b: usize| share_meeting(sampler(a)?, sampler(b)?, step);
    // Two lenses share but a rim: what is left along their seam says more than what the points said before bending.
    let trusts =
        if dual { vec![1.0; photos.len()] } else { trusts(&layout, photos.len(), &meeting) };
    let unproven: Vec<usize> = layout
        .by_shade
        .iter()
        .copied()
        .filter(|&photo| {
            let others = samplers.iter().filter(|(other, _)| *other != photo).map(|(_, s)| s);
            sampler(photo).is_some_and(|own| !meets_all(own, others, step))
        })
        .collect();
    watch.lap("check");
    let part = part(width, &seams);
    let mut panorama = compose(width, part, &samplers, seams, cancel)?;
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
        None => (12.0 / quantile(&misaligned, 0.95).max(1e-9)).min(1.0),
    };
    if let Some(check) = &check {
        doubt = doubt.min(check.doubt());
    }
    doubt = doubt.min(remarks::sure_of_turn(layout.uncertain));
    let closed = closes(&panorama.seams);
    let field = if closed { 0.0 } else { layout.field_apart };
    doubt = doubt.min(DOUBTFUL * FIELD / field.max(1e-9));
    // An open row of photos that is a little too long or too short deceives nobody; a full turn has to close where it did.
    let asked = closed && !dual && wanted.given.is_none();
    let (loose_photo, loose) = asked.then(|| loosest(&layout)).flatten().unwrap_or_default();
    doubt = doubt.min(DOUBTFUL * LOOSE / loose.max(1e-9));
    let seen = Seen { doubt, trusts, unproven };
    let mut report = report(photos, &layout, &tones, &panorama, &misaligned, seen);
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
    report.seam_difference = [along.0, along.1];
    if left.is_none() {
        report.warnings.extend(remarks::parallax(&misaligned));
    }
    report.warnings.extend(left.as_ref().and_then(LeftOver::remark));
    report.warnings.extend(remarks::uncertain(layout.uncertain));
    report.warnings.extend(remarks::wide(field));
    report.warnings.extend(remarks::loose(&photos[loose_photo].name, loose));
    if let Some(check) = &check {
        report.seams_visible = check.figures();
        report.warnings.extend(check.remark());
    }
    report.seconds = watch.seconds;
    let files = files::of_photos(photos);
    Ok(Stitched { panorama, report, layout, tones, files, dual })
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

/// Photos at the resolution of the seam map.
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
