//! The whole of stitching as a list of steps: lay out, level, tone, seams, blend, fill, report.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use nalgebra::Vector3;

use super::attitude::upright;
use super::bracket::{Bracket, fuse_brackets};
use super::by_hand::{self, ControlPoint, Horizon};
use super::compose::Panorama;
use super::composition::compose_layout;
use super::dual::{self, look_dual, looks_dual, looks_single};
use super::error::StitchError;
use super::files::{self, SetFile, Unreadable};
use super::given::lay_out_given;
use super::judge::{without_contradicting, without_duplicates};
use super::layout::{Layout, lay_out};
use super::lens_choice::LensChoice;
use super::level::{Level, level};
use super::mark::Mark;
use super::mesh::Mesh;
use super::onlooker::Onlooker;
use super::pattern;
use super::photo::Photo;
use super::photometry::Tone;
use super::pto;
use super::remarks;
use super::report::{LevelledBy, Report};
use super::sensed;
use crate::base::Cancel;

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
    /// Files of the set that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Where the horizon is, if a person says so.
    pub horizon: Option<Horizon>,
    /// Poses and lenses from elsewhere: nothing of them is sought, and nothing levelled but by `horizon`.
    pub given: Option<pto::Project>,
    /// What covers the place straight down.
    pub mark: Option<Mark>,
    /// Who is told as it goes on.
    pub onlooker: Option<Arc<dyn Onlooker>>,
    /// Widest panorama that is made unasked; [`super::plan::WIDEST`] if `None`.
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
    /// How each photo was bent, in its own pixels.
    pub shifts: Vec<Option<Mesh>>,
    /// The files of the set and the photos that they became part of.
    pub files: Vec<SetFile>,
    /// Whether the photos are those of two lenses back to back, bent to join along their belt.
    pub dual: bool,
}

/// Seconds by step.
pub(super) struct Watch {
    last: Instant,
    pub(super) seconds: BTreeMap<String, f64>,
}

impl Watch {
    pub(super) fn lap(&mut self, step: &str) {
        self.seconds.insert(step.to_owned(), self.last.elapsed().as_secs_f64());
        self.last = Instant::now();
    }
}

/// What the steps share.
pub(super) struct Run<'a> {
    pub(super) wanted: &'a Wanted,
    brackets: &'a [Bracket],
    pub(super) watch: Watch,
    /// Whether the photos are those of two lenses back to back.
    pub(super) dual: bool,
    pub(super) cancel: &'a Cancel,
}

/// Stitches photos, exposure brackets fused first, or the one picture of a dual-fisheye camera: then its two halves come
/// back as the photos.
pub fn stitch_any(
    photos: Vec<Photo>,
    wanted: &Wanted,
    cancel: &Cancel,
) -> Result<(Vec<Photo>, Stitched), StitchError> {
    let (photos, mut made) = stitch_read(photos, wanted, cancel)?;
    files::tell_unreadable(&mut made, &wanted.unreadable);
    Ok((photos, made))
}

fn stitch_read(
    photos: Vec<Photo>,
    wanted: &Wanted,
    cancel: &Cancel,
) -> Result<(Vec<Photo>, Stitched), StitchError> {
    let names: Vec<String> = photos.iter().map(|photo| photo.name.clone()).collect();
    let photos = files::without(photos, &wanted.set_aside)?;
    let mut watch = Watch { last: Instant::now(), seconds: BTreeMap::new() };
    let (photos, brackets) = fuse_brackets(photos, cancel)?;
    watch.lap("brackets");
    if let [only] = photos.as_slice() {
        let one = !wanted.lens.dual && dual::is_stated(only, wanted.lens);
        if !one && (wanted.lens.dual || looks_dual(only)) {
            let (halves, mut made) = stitch_dual(only, wanted, cancel)?;
            made.report.brackets = files::fused(&brackets, &photos);
            return Ok((halves, made));
        }
        if one || looks_single(only) {
            let run = Run { wanted, brackets: &brackets, watch, dual: false, cancel };
            let mut made = stitch_one(&photos, run)?;
            made.files = files::of_set(&names, &photos, &brackets, &made.layout);
            files::tell(&mut made, &brackets, &photos);
            return Ok((photos, made));
        }
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
    pattern::place(photos, &mut layout, run.cancel)?;
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
    let mut found = Level { up: Vector3::y(), verticals: 0, guessed: false };
    let given = run.wanted.given.is_some();
    if run.dual {
        (found, by) = dual::level(photos, layout);
    } else if !given {
        let Layout { placed, rotations, lenses, circles, by_pattern, by_sensors, .. } = &*layout;
        // What is placed by the pattern or sensors only roughly says nothing about the others.
        let roughly = |photo: &usize| by_pattern.contains(photo) || by_sensors.contains(photo);
        let sure: Vec<usize> = placed.iter().copied().filter(|photo| !roughly(photo)).collect();
        found = level(photos, &sure, rotations, lenses, circles, run.cancel);
        by = if found.verticals > 0 { LevelledBy::Verticals } else { LevelledBy::Cameras };
        // Sensors of gravity err by a degree; edges do not, but may be those of a leaning roof.
        if let Some(up) = sensed::up(photos, layout)
            && (found.verticals == 0 || up.angle(&found.up).to_degrees() > 4.0)
        {
            (found, by) = (Level { up, verticals: 0, guessed: false }, LevelledBy::Gravity);
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
            found.guessed = false;
        }
        for rotation in &mut layout.rotations {
            *rotation = turn * *rotation;
        }
        if let Some(parallax) = &mut layout.parallax {
            parallax.turn(&turn);
        }
        if let Some(ground) = &mut layout.ground {
            ground.turn(&turn);
        }
    }
    Ok((found, by))
}
