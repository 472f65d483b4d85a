//! Importing: a zip with another viewer's project gives panoramas, each a new original of the listing that goes the way of
//! every other from there, and a tour that waits to be taken into the draft.
//!
//! The first child reads the project, then one child a scene makes its panorama, and one a picture or video takes that out of the zip:
//! what cannot be made costs only itself.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Files, Workshop, commit, failed, failure, unusable};
use crate::auction::captions::Captions;
use crate::base::Limits;
use crate::base::id::AssetId;
use crate::blob::{Hashes, Key};
use crate::catalogue::assets::{self, Asset, Original};
use crate::catalogue::audience::Audience;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::imports::{self, Import};
use crate::catalogue::jobs::{self, Done, Failure, Finished, NewJob, Priority};
use crate::catalogue::listings_media;
use crate::container::{Format, file_name};
use crate::exchange::Tour;
use crate::exchange::import::{
    Archive, Bounds, Finding, ImportError, Made, Project, Tool, compose,
};
use crate::exchange::model::Film;
use crate::jobs::{Handler, Task, Work};
use crate::photo::arrival;
use crate::photo::probe::TakenFor;
use crate::texts::Language;
use crate::worker::Refusal;
use crate::worker::guest::{Assignment, refusal};
use crate::worker::supervisor::StepError;

/// The kind of job that imports a project.
pub const IMPORT: &str = "import";
/// The step that makes the panorama of one scene.
pub const SCENE: &str = "import-scene";
/// The step that takes one picture of a mark out of the zip.
pub const PICTURE: &str = "import-picture";

/// Changes when the same zip gives another tour or other panoramas.
const RECIPE: &str = "3";
/// The step that takes one video of a mark out of the zip.
pub const FILM: &str = "import-film";
/// Most pictures of marks that are taken along.
const MOST_PICTURES: usize = 400;
/// Most videos of marks that are taken along, and most bytes of one.
const MOST_FILMS: usize = 40;
const MAX_FILM_BYTES: u64 = 256 << 20;
/// Most bytes of a project's description.
const MAX_PROJECT_BYTES: u64 = 64 << 20;
/// Most bytes of one panorama.
const MAX_PANORAMA_BYTES: u64 = 1 << 30;

/// The job that imports a zip.
pub fn job(asset: AssetId, audience: Audience, max_attempts: i64) -> NewJob {
    NewJob {
        kind: IMPORT,
        subject: asset.to_string(),
        recipe: RECIPE.to_owned(),
        payload: json!({}),
        audience,
        priority: Priority::Normal,
        max_attempts,
        not_before: None,
    }
}

/// Does importing jobs.
pub struct ImportHandler(pub(super) Arc<Workshop>);

impl Handler for ImportHandler {
    fn kind(&self) -> &'static str {
        IMPORT
    }

    fn run<'a>(&'a self, task: &'a Task) -> Work<'a> {
        Box::pin(import(&self.0, task))
    }
}

/// A panorama that is in the store.
struct Kept {
    original: Original,
    name: String,
    media_type: &'static str,
    /// Whether the project says that it is the whole sphere, which the file itself may not say.
    is_whole: bool,
}

async fn import(shop: &Workshop, task: &Task) -> Result<Finished, Failure> {
    let asset = shop.asset(task).await?;
    let zip = shop.original(&asset.original.blake3).await?;
    let mut read = project(shop, task, &zip).await?;
    let count = read.tour.scenes.len();
    task.report.log(format!("{}: {count} scenes", read.tool.title()));
    let mut panoramas = Vec::with_capacity(count);
    for (number, scene) in read.tour.scenes.iter().enumerate() {
        let span = [number, number + 1].map(|done| 0.05 + 0.8 * done as f64 / count as f64);
        match panorama(shop, task, &zip, number, span).await {
            Ok((file, made)) => {
                let name = file_name::clean(&format!("{}.{}", scene.title, made.ending));
                panoramas.push(Some(keep(shop, file, made, name).await?));
            }
            Err(error) if is_about_the_pictures(&error) => {
                let finding = Finding::new("import-scene-failed").with("scene", &scene.title);
                read.findings.push(finding.with("reason", error));
                panoramas.push(None);
            }
            Err(error) => return Err(failure(error)),
        }
    }
    if panoramas.iter().all(Option::is_none) {
        let why = read.findings.last().map(|last| last.text(Language::English));
        return Err(Failure::for_good("import-none-made", why.clone().unwrap_or_default())
            .with("reason", why.unwrap_or_default()));
    }
    let notes = || read.tour.scenes.iter().flat_map(|scene| &scene.notes);
    let pictures = notes().flat_map(|note| note.files.clone()).collect();
    let films = notes().flat_map(|note| &note.films).map(|film| film.path.clone()).collect();
    let pictures = taken_out(shop, task, &zip, &mut read, (PICTURE, pictures)).await?;
    let films = taken_out(shop, task, &zip, &mut read, (FILM, films)).await?;
    conclude(shop, task, asset, read, (panoramas, pictures, films)).await
}

/// One child a picture or video of the marks, each file once: those that can be had, by their paths.
async fn taken_out(
    shop: &Workshop,
    task: &Task,
    zip: &File,
    read: &mut ReadProject,
    (step, mut wanted): (&'static str, Vec<String>),
) -> Result<Vec<(String, Kept)>, Failure> {
    let is_film = step == FILM;
    let mut seen = HashSet::new();
    wanted.retain(|path| seen.insert(path.clone()));
    let (allowed, too_many) = if is_film {
        (MOST_FILMS, "import-films-most")
    } else {
        (MOST_PICTURES, "import-pictures-most")
    };
    if wanted.len() > allowed {
        wanted.truncate(allowed);
        read.findings.push(Finding::new(too_many).with("most", allowed));
    }
    let count = wanted.len();
    let mut found = Vec::with_capacity(count);
    for (number, path) in wanted.into_iter().enumerate() {
        let begin = if is_film { 0.9 } else { 0.85 };
        let span = [number, number + 1].map(|done| begin + 0.05 * done as f64 / count as f64);
        let output = shop.output()?;
        let (picture, film) = if is_film { (None, Some(&path)) } else { (Some(&path), None) };
        let (picture, film) = (picture.cloned(), film.cloned());
        let input = json!(Input { limits: shop.settings.limits, scene: None, picture, film });
        let files = Files { original: zip, further: &[], output: Some(output.as_file()) };
        let most = shop.settings.limits.max_file_bytes;
        match shop.in_child_between(task, step, files, input, most, span).await {
            Ok(_) => {
                let name = file_name::clean(path.rsplit('/').next().unwrap_or(&path));
                let made = MadeScene { ending: String::new(), is_whole: false };
                found.push((path, keep(shop, output.into_temp_path(), made, name).await?));
            }
            Err(error) if is_about_the_pictures(&error) => {
                let slug = if is_film { "import-film-kind" } else { "import-picture-kind" };
                read.findings.push(Finding::new(slug).with("file", path));
            }
            Err(error) => return Err(failure(error)),
        }
    }
    Ok(found)
}

/// What a child says of the pictures, or what they want of it, is a finding; what hinders the child itself is a failure.
fn is_about_the_pictures(error: &StepError) -> bool {
    match error {
        StepError::Refused(refusal) => !refusal.slug.starts_with("step-"),
        StepError::Memory { .. } | StepError::Output { .. } => true,
        _ => false,
    }
}

/// The first child: what the project holds.
async fn project(shop: &Workshop, task: &Task, zip: &File) -> Result<ReadProject, Failure> {
    let output = shop.output()?;
    let input =
        json!(Input { limits: shop.settings.limits, scene: None, picture: None, film: None });
    let files = Files { original: zip, further: &[], output: Some(output.as_file()) };
    let span = [0.0, 0.05];
    shop.in_child_between(task, IMPORT, files, input, MAX_PROJECT_BYTES, span)
        .await
        .map_err(failure)?;
    let mut text = String::new();
    output
        .into_file()
        .take(MAX_PROJECT_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| unusable(&error))?;
    let read: ReadProject =
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let most = crate::auction::tour::MAX_SCENES;
    if read.tour.scenes.len() > most {
        return Err(wrong(format!("more than {most} scenes")));
    }
    Ok(read)
}

/// One child a scene: its panorama.
async fn panorama(
    shop: &Workshop,
    task: &Task,
    zip: &File,
    scene: usize,
    span: [f64; 2],
) -> Result<(tempfile::TempPath, MadeScene), StepError> {
    let output = tempfile::NamedTempFile::new_in(&shop.scratch)?;
    let input = json!(Input {
        limits: shop.settings.limits,
        scene: Some(scene),
        picture: None,
        film: None
    });
    let files = Files { original: zip, further: &[], output: Some(output.as_file()) };
    let answer = shop.in_child_between(task, SCENE, files, input, MAX_PANORAMA_BYTES, span).await?;
    let made = serde_json::from_value(answer)
        .map_err(|error| crate::worker::protocol::ProtocolError::Malformed(error.to_string()))?;
    Ok((output.into_temp_path(), made))
}

/// Stores a panorama under its hash, believing nothing of it but its first bytes.
async fn keep(
    shop: &Workshop,
    file: tempfile::TempPath,
    made: MadeScene,
    name: String,
) -> Result<Kept, Failure> {
    let begin = shop.beginning(&file).await?;
    let Hashes { blake3, sha256, size } = shop.hashes(&file).await?;
    let original = Original { blake3, sha256, size };
    let media_type = match Format::sniff(&begin) {
        Format::Jpeg => "image/jpeg",
        Format::Png => "image/png",
        Format::WebP => "image/webp",
        Format::Tiff => "image/tiff",
        Format::Heif => "image/heic",
        Format::Mp4 => "video/mp4",
        Format::Matroska => "video/webm",
        _ => return Err(wrong("the file is no picture and no video".to_owned())),
    };
    let key = Key::original(&original.blake3);
    shop.blobs.put_file(&key, &file).await.map_err(failed)?;
    Ok(Kept { original, name, media_type, is_whole: made.is_whole })
}

/// Files what was made as assets of the listing, stores the tour and ends the job, in one transaction.
async fn conclude(
    shop: &Workshop,
    task: &Task,
    zip: Asset,
    mut read: ReadProject,
    (panoramas, pictures, films): (Vec<Option<Kept>>, Vec<(String, Kept)>, Vec<(String, Kept)>),
) -> Result<Finished, Failure> {
    let owners = listings_media::owners(&shop.database, zip.listing).await.map_err(failed)?;
    let (now, dialect) = (shop.clock.now(), shop.database.dialect());
    let mut tx = jobs::begin_to_finish(&shop.database, now, &task.lease).await.map_err(failed)?;
    // Panoramas first: a picture that is one of them stays one.
    let whole = |kept: &Kept| kept.is_whole.then_some(TakenFor::Equirectangular);
    let panoramas = panoramas.into_iter().map(|kept| kept.map(|kept| (whole(&kept), kept)));
    let (mut paths, pictures): (Vec<String>, Vec<Kept>) = pictures.into_iter().unzip();
    let pictures = pictures.into_iter().map(|kept| Some((Some(TakenFor::FlatPhoto), kept)));
    let (film_paths, films): (Vec<String>, Vec<Kept>) = films.into_iter().unzip();
    let films = films.into_iter().map(|kept| Some((None, kept)));
    paths.extend(film_paths);
    let count = panoramas.len();
    let mut filed = Vec::with_capacity(count + paths.len());
    for made in panoramas.chain(pictures).chain(films) {
        let Some((kind, Kept { original, name, media_type, .. })) = made else {
            filed.push(None);
            continue;
        };
        assets::add_original(&mut tx, now, &original).await.map_err(failed)?;
        let owner = (zip.tenant, zip.uploaded_by);
        let names = (name, media_type.to_owned());
        let arriving = Asset::arriving(AssetId::new(), zip.listing, owner, original, names, now);
        let taken_as = kind.map(|kind| kind.name().to_owned());
        let asset = Asset { taken_as, ..arriving };
        let (id, new) = assets::add(&mut tx, &asset).await.map_err(failed)?;
        filed.push(Some(id));
        if new {
            arrival::arrived(&mut tx, dialect, now, &asset, &owners, shop.settings.plan)
                .await
                .map_err(failed)?;
        }
    }
    let beside: HashMap<String, AssetId> =
        paths.into_iter().zip(filed.split_off(count).into_iter().flatten()).collect();
    for note in read.tour.scenes.iter_mut().flat_map(|scene| &mut scene.notes) {
        let files = std::mem::take(&mut note.files);
        note.pictures = files.iter().filter_map(|path| beside.get(path).copied()).collect();
        let mut seen = HashSet::new();
        note.pictures.retain(|picture| seen.insert(*picture));
        for Film { path, cues, .. } in std::mem::take(&mut note.films) {
            let Some(&video) = beside.get(&path) else { continue };
            if !note.videos.contains(&video) {
                note.videos.push(video);
                if !cues.is_empty() {
                    note.captions.push(Captions { video, cues });
                }
            }
        }
    }
    let import = Import {
        asset: zip.id,
        listing: zip.listing,
        tool: read.tool.name().to_owned(),
        tour: read.tour,
        panoramas: filed,
        findings: read.findings,
        made_at: now,
        taken_at: None,
    };
    imports::save(&mut tx, &import).await.map_err(failed)?;
    let result = json!({
        "asset": zip.id, "tool": import.tool, "scenes": import.tour.scenes.len(), "panoramas": import.panoramas,
        "findings": import.findings.len(),
    });
    let entry = Entry {
        action: "asset.import",
        object_kind: "asset",
        object_id: &zip.id.to_string(),
        tenant: Some(owners.court),
        detail: result.clone(),
    };
    let actor = Actor::system("worker");
    audit::append(&mut tx, dialect, now, &actor, entry).await.map_err(failed)?;
    let audience = task.lease.job.audience;
    arrival::tell(&mut tx, dialect, now, &zip, audience, None).await.map_err(failed)?;
    let done = Done { result, lines: task.report.take_lines() };
    let finished = jobs::finish(&mut tx, dialect, now, &task.lease, &done).await.map_err(failed)?;
    commit(tx, finished).await
}

fn wrong(reason: String) -> Failure {
    Failure::for_now("import-wrong", format!("what the step made cannot be used: {reason}"))
        .with("reason", reason)
}

/// What a child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Input {
    limits: Limits,
    /// Number of the scene whose panorama is wanted, from 0.
    scene: Option<usize>,
    /// Path of the picture that is wanted.
    #[serde(default)]
    picture: Option<String>,
    /// Path of the video that is wanted.
    #[serde(default)]
    film: Option<String>,
}

/// What the first child writes.
#[derive(Debug, Serialize, Deserialize)]
struct ReadProject {
    tool: Tool,
    tour: Tour,
    findings: Vec<Finding>,
}

/// What the other children answer.
#[derive(Debug, Serialize, Deserialize)]
struct MadeScene {
    ending: String,
    is_whole: bool,
}

/// The child's side of all four steps.
pub fn in_child(assignment: Assignment) -> Result<Value, Refusal> {
    let input: Input = serde_json::from_value(assignment.input)
        .map_err(|error| refusal("step-request", error.to_string()))?;
    let unwritable = |error: std::io::Error| refusal("step-files", error.to_string());
    let mut output = assignment
        .output
        .ok_or_else(|| refusal("step-request", "no file for the result".to_owned()))?;
    let broken = |error: ImportError| Refusal::from_fault(&error);
    let bounds = Bounds { file: input.limits.max_file_bytes, ..Bounds::default() };
    let mut archive = Archive::open(assignment.original, &bounds).map_err(broken)?;
    if let Some(path) = input.picture {
        let bytes = archive.read(&path, input.limits.max_file_bytes).map_err(broken)?;
        let format = Format::sniff(&bytes);
        if !matches!(format, Format::Jpeg | Format::Png | Format::WebP | Format::Tiff) {
            return Err(refusal("import-picture-kind", format!("'{path}' is no picture")));
        }
        output.write_all(&bytes).and_then(|()| output.sync_all()).map_err(unwritable)?;
        return Ok(Value::Null);
    }
    if let Some(path) = input.film {
        let most = MAX_FILM_BYTES.min(input.limits.max_file_bytes);
        let bytes = archive.read(&path, most).map_err(broken)?;
        if !matches!(Format::sniff(&bytes), Format::Mp4 | Format::Matroska) {
            return Err(refusal("import-film-kind", format!("'{path}' is no video")));
        }
        output.write_all(&bytes).and_then(|()| output.sync_all()).map_err(unwritable)?;
        return Ok(Value::Null);
    }
    let project = Project::read(&mut archive).map_err(broken)?;
    let Some(number) = input.scene else {
        let read =
            ReadProject { tool: project.tool, tour: project.tour, findings: project.findings };
        serde_json::to_writer(&output, &read)
            .map_err(|error| refusal("step-files", error.to_string()))?;
        return Ok(Value::Null);
    };
    let scene = project.tour.scenes.get(number).zip(project.sources.get(number));
    let (scene, source) = scene.ok_or_else(|| broken(ImportError::NoSuchScene(number)))?;
    let progress = |done| assignment.speaker.progress(done);
    let made = compose(&mut archive, source, scene.north_yaw, &input.limits, &progress);
    let Made { bytes, ending, width, height, is_original } = made.map_err(broken)?;
    output.write_all(&bytes).and_then(|()| output.sync_all()).map_err(unwritable)?;
    Ok(json!(MadeScene {
        ending: ending.to_owned(),
        is_whole: is_original && source.is_whole() && width == 2 * height,
    }))
}

/// Looks whether a zip is a project, for the probe: whose it is, and how many scenes it has.
pub fn recognised(zip: File, limits: &Limits) -> Result<(Tool, usize), ImportError> {
    let bounds = Bounds { file: limits.max_file_bytes, ..Bounds::default() };
    let project = Project::read(&mut Archive::open(zip, &bounds)?)?;
    Ok((project.tool, project.tour.scenes.len()))
}
