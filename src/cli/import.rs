//! `kanfang import FILE.zip --into FOLDER`: another viewer's project as panoramas and a tour, without a server.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use crate::base::Limits;
use crate::container::{Format, file_name};
use crate::exchange::Tour;
use crate::exchange::import::{Archive, Bounds, Finding, Project, compose};
use crate::texts::Language;

/// Exit code where something of the project is missing from what was written.
const INCOMPLETE: u8 = 3;
/// Exit code where nothing was written.
const FAILED: u8 = 4;

/// Take a project of the Marzipano Tool, Pannellum or Photo Sphere Viewer apart.
///
/// Writes a panorama for each scene, tour.json with names, views, ways and notes, and report.json with what could not be
/// carried over. Exit code 0: every scene has its panorama; 3: some have not; 4: there is no project, or none has.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The project as one zip.
    zip: PathBuf,
    /// Folder to write into; made if it is not there, otherwise empty.
    #[arg(long)]
    into: PathBuf,
    /// Language of the report on the screen: zh-CN or en. The report in the folder has both.
    #[arg(long, default_value = "zh-CN")]
    lang: String,
}

/// Runs the command.
pub fn run(arguments: &ImportArguments) -> ExitCode {
    match write(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(INCOMPLETE),
        Err(error) => {
            tell(&format!("{error:#}"));
            ExitCode::from(FAILED)
        }
    }
}

#[allow(clippy::print_stderr)] // this is what standard error is for
fn tell(line: &str) {
    eprintln!("{line}");
}

/// Answers whether every scene of the project has its panorama.
fn write(arguments: &ImportArguments) -> anyhow::Result<bool> {
    let language = Language::from_tag(&arguments.lang)
        .with_context(|| format!("'{}' is neither zh-CN nor en", arguments.lang))?;
    let (zip, into) = (&arguments.zip, &arguments.into);
    let limits = Limits::default();
    let file = File::open(zip).with_context(|| format!("cannot open {}", zip.display()))?;
    let mut archive = Archive::open(BufReader::new(file), &Bounds::default())?;
    let project = Project::read(&mut archive)?;
    std::fs::create_dir_all(into).with_context(|| format!("cannot make {}", into.display()))?;
    if std::fs::read_dir(into)?.next().is_some() {
        bail!("{} is not empty", into.display());
    }
    let mut findings = project.findings;
    let (mut panoramas, mut made) = (Vec::new(), 0);
    for (number, (scene, source)) in project.tour.scenes.iter().zip(&project.sources).enumerate() {
        match compose(&mut archive, source, scene.north_yaw, &limits, &|_| {}) {
            Ok(panorama) => {
                // The number keeps names apart and in order.
                let name = format!("{:03} {}.{}", number + 1, scene.title, panorama.ending);
                let name = file_name::clean(&name.replace(['/', '\\'], "_"));
                std::fs::write(into.join(&name), &panorama.bytes)
                    .with_context(|| format!("cannot write {name}"))?;
                super::print(&format!("{name}: {}×{}", panorama.width, panorama.height));
                panoramas.push(Some(name));
                made += 1;
            }
            Err(error) => {
                let finding = Finding::new("import-scene-failed").with("scene", &scene.title);
                findings.push(finding.with("reason", error));
                panoramas.push(None);
            }
        }
    }
    let pictures = write_shown(&mut archive, &project.tour, into, &limits, &mut findings)?;
    let tour = json!({"tool": project.tool, "tour": project.tour, "panoramas": panoramas, "pictures": pictures});
    save(&into.join("tour.json"), &tour)?;
    let said = findings.iter().map(|finding| {
        let [chinese, english] = [Language::Chinese, Language::English].map(|l| finding.text(l));
        json!({"slug": finding.slug, "args": finding.args, "zh-CN": chinese, "en": english})
    });
    save(&into.join("report.json"), &json!({ "findings": said.collect::<Vec<_>>() }))?;
    for finding in &findings {
        tell(&finding.text(language));
    }
    if made == 0 {
        bail!("no panorama could be made");
    }
    let lost = [
        "import-remote",
        "import-missing",
        "import-faces",
        "import-tiles-missing",
        "import-kind",
        "import-film",
        "import-no-picture",
        "import-tile-function",
        "import-too-many-scenes",
    ];
    let complete = made == panoramas.len()
        && !findings.iter().any(|finding| lost.contains(&finding.slug.as_str()));
    Ok(complete)
}

/// Writes the pictures and videos of marks; answers under which name each path of the zip lies.
fn write_shown<R: Read + Seek>(
    archive: &mut Archive<R>,
    tour: &Tour,
    into: &Path,
    limits: &Limits,
    findings: &mut Vec<Finding>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut written = BTreeMap::new();
    let notes = || tour.scenes.iter().flat_map(|scene| &scene.notes);
    let pictures = notes().flat_map(|note| &note.files).map(|path| (path, "picture"));
    let films = notes().flat_map(|note| &note.films).map(|film| (&film.path, "film"));
    for (path, kind) in pictures.chain(films) {
        if written.contains_key(path) {
            continue;
        }
        let bytes = archive.read(path, limits.max_file_bytes).ok().filter(|bytes| {
            let known = match kind {
                "film" => vec![Format::Mp4, Format::Matroska],
                _ => vec![Format::Jpeg, Format::Png, Format::WebP, Format::Tiff],
            };
            known.contains(&Format::sniff(bytes))
        });
        let Some(bytes) = bytes else {
            findings.push(Finding::new(&format!("import-{kind}-kind")).with("file", path));
            continue;
        };
        let last = path.rsplit('/').next().unwrap_or(path);
        let name = file_name::clean(&format!("{kind} {:03} {last}", written.len() + 1));
        std::fs::write(into.join(&name), bytes).with_context(|| format!("cannot write {name}"))?;
        written.insert(path.clone(), name);
    }
    Ok(written)
}

fn save(path: &Path, value: &serde_json::Value) -> anyhow::Result<()> {
    std::fs::write(path, format!("{value:#}\n"))
        .with_context(|| format!("cannot write {}", path.display()))
}
