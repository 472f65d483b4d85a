//! `kanfang detect`: what the models propose to hide in a panorama or a photo.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use crate::base::{Cancel, Limits};
use crate::config::Config;
use crate::detect::{Detector, Photo, Sphere};
use crate::geometry::Surface;
use crate::photo::probe::{TakenFor, probe};
use crate::photo::steps::detect::installed;
use crate::photo::steps::recipe::recipe;

/// Look for faces, number plates and papers in a panorama or a photo; prints proposals as JSON. Hides nothing.
#[derive(Debug, Args)]
pub struct DetectArguments {
    /// The panorama or photo: JPEG, PNG, TIFF, WebP, HEIC or raw.
    input: PathBuf,
    /// The folder with the models; as the configuration says if not given.
    #[arg(long)]
    models: Option<PathBuf>,
}

/// Runs the command.
#[allow(clippy::print_stdout)]
pub fn run(config: Option<&Path>, arguments: &DetectArguments) -> anyhow::Result<()> {
    let folder = match &arguments.models {
        Some(folder) => folder.clone(),
        None => Config::load(config)?.models_folder(),
    };
    let limits = Limits::default();
    let source = std::fs::read(&arguments.input)
        .with_context(|| format!("cannot read {}", arguments.input.display()))?;
    let files = installed(&folder)
        .into_iter()
        .map(|(name, path)| {
            let read = std::fs::read(&path);
            let read = read.with_context(|| format!("cannot read {}", path.display()))?;
            Ok((name.to_owned(), read))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let detector =
        Detector::new(files).with_context(|| format!("looked in {}", folder.display()))?;
    let name = arguments.input.file_name().unwrap_or_default().to_string_lossy();
    let report = probe(&source, &name, &limits, &Cancel::new())?;
    let unseen = || format!("{} cannot be looked at", arguments.input.display());
    let surface = report.taken_for.surface();
    let findings = if surface == Some(Surface::Flat) {
        let photo = Photo::read(source, report.orientation, &limits).with_context(unseen)?;
        detector.search_photo(&photo)?
    } else {
        let taken_for = Some(report.taken_for).filter(|kind| kind.can_be_tiled());
        let recipe = recipe(&report, taken_for.unwrap_or(TakenFor::Equirectangular), 85);
        let sphere = Sphere::read(source, &recipe, &limits).with_context(unseen)?;
        detector.search(&sphere, &Cancel::new(), &|_| {})?
    };
    let mut out = std::io::stdout().lock();
    let answer = json!({
        "file": name, "width": report.width, "height": report.height,
        "models": detector.models(), "findings": findings,
    });
    writeln!(out, "{answer:#}")?;
    Ok(())
}
