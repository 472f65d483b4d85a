//! `kanfang stitch`: overlapping photos into an equirectangular panorama.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use crate::base::{Cancel, Limits};
use crate::stitch::attitude::Attitude;
use crate::stitch::files::readable;
use crate::stitch::grey::in_order;
use crate::stitch::mark::Mark;
use crate::stitch::pipeline::{Stitched, Wanted, stitch_any};
use crate::stitch::plan::{Plan, Stored};
use crate::stitch::project::{self, SetProject};
use crate::stitch::report::Verdict;
use crate::stitch::{LensChoice, Photo, output, pto};

/// Name of the mark that needs no file.
const PLAIN: &str = "plain";
/// JPEG quality of the panorama.
const QUALITY: u8 = 93;

/// Stitch overlapping photos into an equirectangular panorama.
///
/// Exposure brackets among the photos are fused first. Exit code 0: every photo is placed or was set aside on purpose; 3:
/// there is a panorama, but photos are missing from it or it is doubtful; 4: there is none.
#[derive(Debug, Args)]
pub struct StitchArguments {
    /// JPEG, HEIC, PNG, TIFF, WebP or raw files, taken from one spot. May be left out where a project names them.
    photos: Vec<PathBuf>,
    /// Panorama to write: .jpg or .png, with GPano XMP.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Columns of the whole sphere; as the photos allow if not given.
    #[arg(long)]
    width: Option<usize>,
    /// Report to write.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Poses to write.
    #[arg(long)]
    poses: Option<PathBuf>,
    /// Map of where each pixel comes from to write, a grey PNG: 0 filled in, else the photo's number, from 1.
    #[arg(long)]
    provenance: Option<PathBuf>,
    /// Project to read: .toml (photos, photos set aside, lens, width, horizon, control points), or Hugin's .pto, whose
    /// poses and lenses are taken as they are.
    #[arg(long)]
    project: Option<PathBuf>,
    /// Hugin project (.pto) to write, so that an expert can go on there.
    #[arg(long)]
    pto_out: Option<PathBuf>,
    /// auto, rectilinear, fisheye or dual-fisheye; the former two with the horizontal field of view in degrees where it is known (of a fisheye that draws a circle, across the circle): rectilinear:65.
    #[arg(long)]
    lens: Option<String>,
    /// Covers the place straight down, which no photo shows: a PNG of the court's mark, or `plain`. Without it that place is
    /// filled in.
    #[arg(long)]
    nadir_mark: Option<String>,
    /// How far the mark reaches from straight down, degrees: it then covers what was photographed, too. If not given, as
    /// far as no photo shows the floor.
    #[arg(long)]
    nadir_degrees: Option<f64>,
    /// Most memory to take, MiB: photos are reduced, fewer are read at once, and unasked the panorama gets narrower, so
    /// that it is kept.
    #[arg(long)]
    memory_mib: Option<u64>,
}

/// Runs the command.
pub fn run(arguments: &StitchArguments) -> ExitCode {
    match made(arguments) {
        Ok(verdict) => ExitCode::from(verdict.exit_code()),
        Err(error) => {
            tell(&format!("{error:#}"));
            if let Some(path) = &arguments.json {
                let report = serde_json::json!({ "verdict": Verdict::Failed, "error": format!("{error:#}") });
                if let Err(error) = save(path, &report) {
                    tell(&format!("{error:#}"));
                }
            }
            ExitCode::from(Verdict::Failed.exit_code())
        }
    }
}

#[allow(clippy::print_stderr)] // this is what standard error is for
fn tell(line: &str) {
    eprintln!("{line}");
}

/// What the arguments and the project ask for.
struct Task {
    photos: Vec<PathBuf>,
    wanted: Wanted,
}

impl Task {
    fn of(arguments: &StitchArguments) -> anyhow::Result<Self> {
        let mut wanted = Wanted { width: arguments.width, ..Wanted::default() };
        let mut photos = arguments.photos.clone();
        let mut lens = arguments.lens.clone();
        let mut mark = arguments.nadir_mark.as_ref().map(PathBuf::from);
        let mut degrees = arguments.nadir_degrees;
        if let Some(path) = &arguments.project {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let beside = path.parent().unwrap_or(Path::new(""));
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("pto") => {
                    let project = pto::read(&text)?;
                    if photos.is_empty() {
                        photos = project.images.iter().map(|i| beside.join(&i.name)).collect();
                    }
                    wanted.given = Some(project);
                }
                Some("toml") => {
                    let project: SetProject = project::read(&text)?;
                    if photos.is_empty() {
                        photos = project.photos.iter().map(|name| beside.join(name)).collect();
                    }
                    wanted.width = wanted.width.or(project.width);
                    wanted.points = project.points;
                    wanted.set_aside = project.set_aside;
                    wanted.horizon = project.horizon;
                    lens = lens.or(project.lens);
                    let stated = project.nadir_mark.map(|name| match name.as_str() {
                        PLAIN => PathBuf::from(name),
                        _ => beside.join(name),
                    });
                    mark = mark.or(stated);
                    degrees = degrees.or(project.nadir_degrees);
                }
                _ => bail!("the project '{}' must end in .toml or .pto", path.display()),
            }
        }
        wanted.mark = match mark {
            None if degrees.is_some() => bail!("say which mark has this size (--nadir-mark)"),
            None => None,
            Some(path) if path == Path::new(PLAIN) => Some(Mark::plain(degrees)?),
            Some(path) => {
                let png = std::fs::read(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                Some(Mark::read(&png, degrees)?)
            }
        };
        wanted.lens = LensChoice::parse(lens.as_deref().unwrap_or("auto"))?;
        if photos.is_empty() {
            bail!("name the photos, or a project that names them (--project)");
        }
        Ok(Self { photos, wanted })
    }
}

fn made(arguments: &StitchArguments) -> anyhow::Result<Verdict> {
    let limits = Limits::default();
    let task = Task::of(arguments)?;
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let names: Vec<String> = task.photos.iter().map(name).collect();
    let read = |path: &PathBuf| {
        std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut unreadable = Vec::new();
    let stored = in_order(names.len(), |at| {
        let bytes = read(&task.photos[at])?;
        Ok((at, Stored::read(&names[at], &bytes, &limits)))
    });
    let stored: Vec<_> = stored.into_iter().collect::<anyhow::Result<_>>()?;
    let (places, stored): (Vec<usize>, Vec<Stored>) =
        readable(stored, &mut unreadable)?.into_iter().unzip();
    let budget = arguments.memory_mib.map_or(limits.max_memory_bytes, |mib| mib << 20);
    let stated = task.wanted.given.as_ref().and_then(|project| project.width);
    let width = task.wanted.width.or(stated);
    let plan = Plan::of(&stored, width, rayon::current_num_threads(), budget)?;
    let (photos, made) = plan.run(|| -> anyhow::Result<_> {
        let photos = in_order(places.len(), |k| {
            let at = places[k];
            let bytes = read(&task.photos[at])?;
            Ok((at, Photo::read(&names[at], bytes, plan.most_pixels, &limits)))
        });
        let photos: Vec<_> = photos.into_iter().collect::<anyhow::Result<_>>()?;
        let photos =
            readable(photos, &mut unreadable)?.into_iter().map(|(_, photo)| photo).collect();
        let wanted = Wanted { widest: Some(plan.widest), unreadable, ..task.wanted };
        Ok(stitch_any(photos, &wanted, &Cancel::new())?)
    })?;
    write(arguments, &photos, &made)?;
    let report = &made.report;
    tell(&format!(
        "{} of {} photos placed, {:.1} minutes of arc off (95 %), confidence {:.0} %",
        report.placed.len(),
        made.files.len(),
        report.misalignment_arcmin[1],
        100.0 * report.confidence
    ));
    for bracket in &report.brackets {
        let files: Vec<String> =
            bracket.files.iter().map(|f| format!("{} ({:+.1} EV)", f.photo, f.ev)).collect();
        tell(&format!("bracket: {}", files.join(", ")));
    }
    for photo in &report.left_out {
        tell(&format!("left out: {}: {}", photo.photo, photo.reason));
    }
    for gap in &report.gaps {
        tell(&format!("{}: {}", gap.place, gap.advice));
    }
    if let Some(mark) = &report.mark {
        tell(&format!(
            "a mark covers {:.0}° around straight down, {:.1} % of the sphere that was photographed",
            mark.degrees,
            100.0 * mark.photographed
        ));
    }
    for warning in &report.warnings {
        tell(&format!("warning: {warning}"));
    }
    Ok(report.verdict)
}

fn write(arguments: &StitchArguments, photos: &[Photo], made: &Stitched) -> anyhow::Result<()> {
    let part = output::part(made.panorama.width, &made.panorama.seams);
    if let Some(path) = &arguments.out {
        let bytes = match path.extension().and_then(|extension| extension.to_str()) {
            Some("png") => output::png(&made.panorama, part)?,
            Some("jpg" | "jpeg") => output::jpeg(&made.panorama, part, QUALITY)?,
            _ => bail!("'{}' must end in .jpg or .png", path.display()),
        };
        std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(path) = &arguments.provenance {
        let bytes = output::provenance(&made.panorama, part, &made.files)?;
        std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(path) = &arguments.pto_out {
        let project = pto::write(photos, &made.layout, made.panorama.width);
        std::fs::write(path, project)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(path) = &arguments.json {
        save(path, &made.report)?;
    }
    if let Some(path) = &arguments.poses {
        let layout = &made.layout;
        let poses: BTreeMap<&str, Attitude> = made
            .files
            .iter()
            .filter_map(|file| {
                let photo = file.photo.filter(|i| layout.placed.binary_search(i).is_ok())?;
                let rotation = layout.rotations[photo] * file.turn;
                Some((file.name.as_str(), Attitude::of(&rotation)))
            })
            .collect();
        let first = layout.placed.first().copied().unwrap_or_default();
        let hfov = layout.lenses[first].hfov(photos[first].width() as f64);
        save(path, &serde_json::json!({ "hfov": hfov, "poses": poses }))?;
    }
    Ok(())
}

fn save(path: &Path, value: &impl serde::Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
