//! Stitching: the photos of a set become a panorama, which is a new original of the listing and goes the way of every
//! other from there, with a report and a map that says of each pixel which photo it came from.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Digest as _;

use super::stitch_preview::Preview;
use super::tile::read_whole;
use super::{Files, Workshop, commit, failed, failure, unusable};
use crate::auction::mask_proposals;
use crate::base::id::{AssetId, PhotoSetId};
use crate::base::{Blake3, Cancel, Instant, Limits, Sha256};
use crate::blob::Key;
use crate::catalogue::assets::{self, Asset, Original};
use crate::catalogue::audience::Audience;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::jobs::{self, Done, Failure, Finished, NewJob, Priority};
use crate::catalogue::listings_media;
use crate::catalogue::masks as lists;
use crate::catalogue::nadir_marks;
use crate::catalogue::photo_sets::{self, Outcome, PhotoSet, StoredLayout};
use crate::catalogue::{CatalogueError, Transaction};
use crate::geometry::Surface;
use crate::jobs::{Handler, Task, Work};
use crate::photo::arrival;
use crate::photo::sets::{Nadir, Settings, Tilt, layout_recipe};
use crate::stitch::attitude::Attitude;
use crate::stitch::by_hand::{ControlPoint, Horizon, turned};
use crate::stitch::files::readable;
use crate::stitch::mark::Mark;
use crate::stitch::pipeline::{self, Wanted};
use crate::stitch::plan::{Plan, Stored};
use crate::stitch::{LensChoice, Photo, StitchError, output, pto, report::Report};
use crate::worker::Refusal;
use crate::worker::guest::{Assignment, refusal};

/// The kind of job that stitches a set.
pub const STITCH: &str = "stitch";

/// Changes when the same photos give another panorama.
pub const RECIPE: &str = "20";
/// Most bytes of panorama and map together.
const MAX_BYTES: u64 = 1 << 30;
const QUALITY: u8 = 93;

/// The job that stitches a set as it is now.
pub fn job(set: &PhotoSet, audience: Audience, max_attempts: i64) -> NewJob {
    NewJob {
        kind: STITCH,
        subject: set.id.to_string(),
        recipe: set.recipe.clone(),
        payload: json!({}),
        audience,
        priority: Priority::Normal,
        max_attempts,
        not_before: None,
    }
}

/// Does stitching jobs.
pub struct StitchHandler(pub(super) Arc<Workshop>);

impl Handler for StitchHandler {
    fn kind(&self) -> &'static str {
        STITCH
    }

    fn run<'a>(&'a self, task: &'a Task) -> Work<'a> {
        Box::pin(stitch(&self.0, task))
    }
}

async fn stitch(shop: &Workshop, task: &Task) -> Result<Finished, Failure> {
    let job = &task.lease.job;
    let id = PhotoSetId::parse(&job.subject)
        .ok_or_else(|| Failure::for_good("internal", "the subject of the job is no set"))?;
    let set = photo_sets::find(&shop.database, id).await.map_err(failed)?;
    if set.recipe != job.recipe {
        return Err(Failure::for_good(
            "set-changed",
            "the set was changed; a newer job stitches it",
        ));
    }
    let settings: Settings = serde_json::from_value(set.settings.clone())
        .map_err(|error| Failure::for_good("internal", format!("the set's settings: {error}")))?;
    let (mut names, mut originals, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for photo in &set.photos {
        let asset = assets::find(&shop.database, *photo).await.map_err(failed)?;
        originals.push(shop.original(&asset.original.blake3).await?);
        names.push(told_apart(asset.file_name, &names));
        hashes.push(asset.original.blake3);
    }
    let layout_recipe = layout_recipe(&hashes, &settings);
    let known = known(shop, &set, &layout_recipe).await?;
    let ids = set.photos.iter().map(AssetId::to_string).collect();
    let tilt = settings.tilt;
    let Some((first, further)) = originals.split_first() else {
        return Err(Failure::for_good("internal", "the set has no photos"));
    };
    let output = shop.output()?;
    let mark = match settings.nadir {
        Nadir::Fill => None,
        Nadir::Mark => {
            let owners =
                listings_media::owners(&shop.database, set.listing).await.map_err(failed)?;
            nadir_marks::find(&shop.database, owners.court).await.map_err(failed)?
        }
    };
    let mark = mark.map(|png| STANDARD.encode(png));
    let input = json!(Input { ids, names, settings, limits: shop.settings.limits, known, mark });
    let files = Files { original: first, further, output: Some(output.as_file()) };
    let answer = shop.in_child(task, STITCH, files, input, MAX_BYTES).await.map_err(failure)?;
    let made: Output = serde_json::from_value(answer).map_err(|error| wrong(error.to_string()))?;
    let mut stored = store(shop, output.into_file(), &made).await?;
    if let Some(project) = made.project {
        let key = Key::project(&Blake3::of(project.as_bytes()));
        shop.blobs.put(&key, Bytes::from(project)).await.map_err(failed)?;
        let tilt = [tilt.pitch, tilt.roll];
        let recipe = if made.told_whole { layout_recipe } else { String::new() };
        stored.layout = Some(StoredLayout { recipe, project: key.to_string(), tilt });
    }
    conclude(shop, task, set, made.report, stored).await
}

/// Two files of one name must not be taken for one another in reports and projects.
fn told_apart(name: String, before: &[String]) -> String {
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    std::iter::once(name.clone()).chain(numbered).find(|one| !before.contains(one)).unwrap_or(name)
}

/// Where the last success put the photos, if nothing has changed that decides it.
async fn known(shop: &Workshop, set: &PhotoSet, recipe: &str) -> Result<Option<Known>, Failure> {
    let (Some(layout), Some(report)) = (&set.layout, &set.report) else { return Ok(None) };
    if layout.recipe != recipe {
        return Ok(None);
    }
    let bytes = shop.blobs.read(&Key::parse(&layout.project).map_err(failed)?).await;
    let project = String::from_utf8_lossy(&bytes.map_err(failed)?).into_owned();
    let report = serde_json::from_value(report.clone())
        .map_err(|error| Failure::for_good("internal", format!("the set's report: {error}")))?;
    let [pitch, roll] = layout.tilt;
    Ok(Some(Known { project, tilt: Tilt { pitch, roll }, report }))
}

/// Panorama and map in the store.
struct Kept {
    original: Original,
    provenance: Key,
    layout: Option<StoredLayout>,
}

/// Takes the child's file apart, believing nothing of it, and stores both parts under their hashes.
async fn store(shop: &Workshop, mut file: File, made: &Output) -> Result<Kept, Failure> {
    let lengths = [made.panorama_bytes, made.provenance_bytes];
    let read = tokio::task::spawn_blocking(move || {
        // Our own handle stands where the child's began: at the start.
        let [panorama, provenance] = lengths.map(|length| {
            let mut bytes = Vec::new();
            (&mut file).take(length.min(MAX_BYTES)).read_to_end(&mut bytes).map(|_| bytes)
        });
        let (panorama, provenance) = (panorama?, provenance?);
        let original = Original {
            blake3: Blake3::of(&panorama),
            sha256: Sha256::from_bytes(sha2::Sha256::digest(&panorama).into()),
            size: panorama.len() as u64,
        };
        let key = Key::provenance(&Blake3::of(&provenance));
        Ok::<_, std::io::Error>((panorama, provenance, original, key))
    });
    let (panorama, provenance, original, key) =
        read.await.map_err(|error| wrong(error.to_string()))?.map_err(|error| unusable(&error))?;
    let is_whole = [panorama.len() as u64, provenance.len() as u64] == lengths;
    if !is_whole
        || !panorama.starts_with(&[0xff, 0xd8, 0xff])
        || !provenance.starts_with(b"\x89PNG")
    {
        return Err(wrong("the file is no panorama with its map".to_owned()));
    }
    let place = Key::original(&original.blake3);
    shop.blobs.put(&place, Bytes::from(panorama)).await.map_err(failed)?;
    shop.blobs.put(&key, Bytes::from(provenance)).await.map_err(failed)?;
    Ok(Kept { original, provenance: key, layout: None })
}

/// Files the panorama as an asset of the listing and ends the job, in one transaction.
async fn conclude(
    shop: &Workshop,
    task: &Task,
    set: PhotoSet,
    report: Report,
    stored: Kept,
) -> Result<Finished, Failure> {
    let owners = listings_media::owners(&shop.database, set.listing).await.map_err(failed)?;
    let (now, dialect) = (shop.clock.now(), shop.database.dialect());
    let mut tx = jobs::begin_to_finish(&shop.database, now, &task.lease).await.map_err(failed)?;
    assets::add_original(&mut tx, now, &stored.original).await.map_err(failed)?;
    let file_name = crate::container::file_name::clean(&format!("{}.jpg", set.name));
    let asset = Asset::arriving(
        AssetId::new(),
        set.listing,
        (set.tenant, set.created_by),
        stored.original,
        (file_name, "image/jpeg".to_owned()),
        now,
    );
    let (panorama, new) = assets::add(&mut tx, &asset).await.map_err(failed)?;
    if new {
        offer_masks_again(&mut tx, now, set.panorama, asset.id).await.map_err(failed)?;
        arrival::arrived(&mut tx, dialect, now, &asset, &owners, shop.settings.plan)
            .await
            .map_err(failed)?;
    }
    let provenance = stored.provenance.to_string();
    let outcome = Outcome {
        report: json!(report),
        panorama,
        provenance: provenance.clone(),
        layout: stored.layout,
    };
    photo_sets::conclude(&mut tx, now, set.id, &set.recipe, &outcome).await.map_err(failed)?;
    let result = json!({
        "set": set.id, "panorama": panorama, "verdict": report.verdict, "placed": report.placed.len(),
        "left_out": report.left_out.len(), "blake3": asset.original.blake3, "sha256": asset.original.sha256,
        "provenance": provenance,
    });
    let entry = Entry {
        action: "set.stitch",
        object_kind: "photo_set",
        object_id: &set.id.to_string(),
        tenant: Some(set.tenant),
        detail: result.clone(),
    };
    let actor = Actor::system("worker");
    audit::append(&mut tx, dialect, now, &actor, entry).await.map_err(failed)?;
    let done = Done { result, lines: task.report.take_lines() };
    let finished = jobs::finish(&mut tx, dialect, now, &task.lease, &done).await.map_err(failed)?;
    commit(tx, finished).await
}

/// What was hidden in the set's panorama before this one is proposed in it: a tour with it cannot be submitted before
/// somebody has decided.
async fn offer_masks_again(
    tx: &mut Transaction,
    now: Instant,
    before: Option<AssetId>,
    panorama: AssetId,
) -> Result<(), CatalogueError> {
    let Some(before) = before else { return Ok(()) };
    let hidden = lists::find_in(tx, before).await?;
    let proposals = mask_proposals::anew(&hidden.masks, now);
    if !proposals.is_empty() {
        lists::save(tx, now, (panorama, Surface::Sphere), 0, &proposals).await?;
    }
    Ok(())
}

fn wrong(reason: String) -> Failure {
    Failure::for_now("stitch-wrong", format!("what the step made cannot be used: {reason}"))
        .with("reason", reason)
}

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Input {
    ids: Vec<String>,
    names: Vec<String>,
    settings: Settings,
    limits: Limits,
    known: Option<Known>,
    /// The court's mark, a PNG in Base64, where it has one and the set asks for it.
    mark: Option<String>,
}

/// Where an earlier run put the same photos.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    /// Poses and lenses, a Hugin project.
    project: String,
    /// The tilt that is in them.
    tilt: Tilt,
    /// What it said.
    report: Report,
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
struct Output {
    report: Report,
    /// Poses and lenses, a Hugin project; none of the one picture of a dual-fisheye camera.
    project: Option<String>,
    /// Whether poses and lenses are all that there is to know: not where the camera moved, or two lenses are joined
    /// along their belt. Then the next run seeks again.
    told_whole: bool,
    panorama_bytes: u64,
    provenance_bytes: u64,
}

/// The child's side: reads the photos, writes the panorama and, behind it, the map.
pub fn in_child(assignment: Assignment) -> Result<Value, Refusal> {
    let input: Input = serde_json::from_value(assignment.input)
        .map_err(|error| refusal("step-request", error.to_string()))?;
    let unreadable = |error: std::io::Error| refusal("step-files", error.to_string());
    let unwritable = |error: std::io::Error| refusal("step-files", error.to_string());
    let broken = |error: crate::stitch::StitchError| Refusal::from_fault(&error);
    let lens = LensChoice::parse(&input.settings.lens).map_err(broken)?;
    let width = input.settings.width.map(|width| width as usize);
    let files: Vec<File> = std::iter::once(assignment.original).chain(assignment.further).collect();
    if files.len() != input.names.len() {
        return Err(refusal("step-request", "names and photos do not fit".to_owned()));
    }
    let mut left_out = Vec::new();
    let mut stored = Vec::with_capacity(files.len());
    for (place, (mut file, name)) in files.iter().zip(&input.names).enumerate() {
        // By reference: the walls leave no room for another open file.
        let bytes = read_whole(file, &input.limits)?;
        stored.push((place, Stored::read(name, &bytes, &input.limits)));
        file.rewind().map_err(unreadable)?;
    }
    let (places, stored): (Vec<usize>, Vec<Stored>) =
        readable(stored, &mut left_out).map_err(broken)?.into_iter().unzip();
    let threads = rayon::current_num_threads();
    let plan = Plan::of(&stored, width, threads, input.limits.max_memory_bytes).map_err(broken)?;
    let mut photos = Vec::with_capacity(places.len());
    let count = places.len() as f64;
    for (at, place) in places.into_iter().enumerate() {
        let bytes = read_whole(&files[place], &input.limits)?;
        let name = &input.names[place];
        photos.push((place, Photo::read(name, bytes, plan.most_pixels, &input.limits)));
        assignment.speaker.progress(0.3 * (at as f64 + 1.0) / count);
    }
    let photos = readable(photos, &mut left_out).map_err(broken)?;
    let photos: Vec<Photo> = photos.into_iter().map(|(_, photo)| photo).collect();
    let is_set = photos.len() > 1;
    let wanted = Wanted {
        width,
        lens,
        points: points(&input),
        horizon: horizon(input.settings.tilt),
        onlooker: Some(Arc::new(Preview::new(assignment.speaker.clone()))),
        unreadable: left_out,
        given: input.known.as_ref().map(poses).transpose().map_err(broken)?,
        widest: Some(plan.widest),
        mark: mark(&input).map_err(broken)?,
        ..Wanted::default()
    };
    let (photos, mut made) =
        plan.run(|| pipeline::stitch_any(photos, &wanted, &Cancel::new())).map_err(broken)?;
    if let Some(known) = input.known {
        carry_over(known.report, &mut made.report);
        assignment.speaker.log("poses and lenses of the run before were taken over".to_owned());
    }
    assignment.speaker.progress(0.9);
    for (step, seconds) in &made.report.seconds {
        assignment.speaker.log(format!("{step}: {seconds:.2} s"));
    }
    let part = output::part(made.panorama.width, &made.panorama.seams);
    let panorama = output::jpeg(&made.panorama, part, QUALITY).map_err(broken)?;
    let provenance = output::provenance(&made.panorama, part, &made.files).map_err(broken)?;
    let mut output = assignment
        .output
        .ok_or_else(|| refusal("step-request", "no file for the panorama".to_owned()))?;
    output.seek(SeekFrom::Start(0)).map_err(unwritable)?;
    output.write_all(&panorama).and_then(|()| output.write_all(&provenance)).map_err(unwritable)?;
    output.sync_all().map_err(unwritable)?;
    let project = is_set.then(|| pto::write(&photos, &made.layout, made.panorama.width));
    Ok(json!(Output {
        report: made.report,
        project,
        told_whole: !made.layout.is_near() && !made.dual,
        panorama_bytes: panorama.len() as u64,
        provenance_bytes: provenance.len() as u64,
    }))
}

fn points(input: &Input) -> Vec<ControlPoint> {
    let name = |id: &String| {
        let at = input.ids.iter().position(|one| one == id)?;
        input.names.get(at).cloned()
    };
    let named = input.settings.points.iter().filter_map(|point| {
        let (a, b) = (name(&point.a)?, name(&point.b)?);
        Some(ControlPoint { a, at: point.at, b, seen: point.seen })
    });
    named.collect()
}

/// The mark that the set asks for: the court's own or the plain one.
fn mark(input: &Input) -> Result<Option<Mark>, StitchError> {
    let degrees = input.settings.nadir_degrees;
    if input.settings.nadir == Nadir::Fill {
        return Ok(None);
    }
    match &input.mark {
        None => Mark::plain(degrees).map(Some),
        Some(text) => {
            let damaged = |error: base64::DecodeError| StitchError::Setting {
                detail: format!("the court's mark: {error}"),
            };
            Mark::read(&STANDARD.decode(text).map_err(damaged)?, degrees).map(Some)
        }
    }
}

fn horizon(Tilt { pitch, roll }: Tilt) -> Option<Horizon> {
    ((pitch, roll) != (0.0, 0.0)).then_some(Horizon::Turned { pitch, roll })
}

/// The poses of an earlier run as levelled by itself: the tilt that a person gave it is taken out again.
fn poses(known: &Known) -> Result<pto::Project, StitchError> {
    let mut project = pto::read(&known.project)?;
    let back = turned(known.tilt.pitch, known.tilt.roll).transpose();
    for image in &mut project.images {
        image.attitude = Attitude::of(&(back * image.attitude.matrix()));
    }
    Ok(project)
}

/// What only the run that sought the poses can say.
fn carry_over(before: Report, report: &mut Report) {
    report.verdict = before.verdict;
    report.confidence = report.confidence.min(before.confidence);
    report.left_out = before.left_out;
}
