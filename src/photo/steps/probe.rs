//! Probing: what a new original is, what is wrong with it, and a small picture of it.
//!
//! A file that cannot be used is no failed job: the asset is refused, with the reason, and the job is done.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use turbojpeg::{Image, PixelFormat, Subsamp};

use super::tile::read_whole;
use super::{Files, Workshop, commit, failed, failure, import};
use crate::base::id::AssetId;
use crate::base::{Cancel, Limits};
use crate::blob::Key;
use crate::catalogue::assets::{self, Asset};
use crate::catalogue::audience::Audience;
use crate::catalogue::jobs::{self, Done, Failure, Finished, NewJob, Priority};
use crate::container::Format;
use crate::jobs::{Handler, Task, Work};
use crate::photo::arrival;
use crate::photo::probe::{ProbeReport, SmallPicture, probe_and_copy, probe_video};
use crate::worker::Refusal;
use crate::worker::guest::{Assignment, refusal};
use crate::worker::supervisor::StepError;

/// The kind of job that probes an original.
pub const PROBE: &str = "probe";

/// Changes when the same file gives another report.
const RECIPE: &str = "1";
/// Long side of the small picture.
const THUMBNAIL: u32 = 960;
const MAX_THUMBNAIL_BYTES: u64 = 4 << 20;

/// The job that probes an asset.
pub fn job(asset: AssetId, audience: Audience, max_attempts: i64) -> NewJob {
    NewJob {
        kind: PROBE,
        subject: asset.to_string(),
        recipe: RECIPE.to_owned(),
        payload: json!({}),
        audience,
        priority: Priority::High,
        max_attempts,
        not_before: None,
    }
}

/// Does probing jobs.
pub struct ProbeHandler(pub(super) Arc<Workshop>);

impl Handler for ProbeHandler {
    fn kind(&self) -> &'static str {
        PROBE
    }

    fn run<'a>(&'a self, task: &'a Task) -> Work<'a> {
        Box::pin(probe(&self.0, task))
    }
}

async fn probe(shop: &Workshop, task: &Task) -> Result<Finished, Failure> {
    let asset = shop.asset(task).await?;
    let original = shop.original(&asset.original.blake3).await?;
    let output = shop.output()?;
    let input = json!(Input { file_name: asset.file_name.clone(), limits: shop.settings.limits });
    let files = Files { original: &original, further: &[], output: Some(output.as_file()) };
    let answer = shop.in_child(task, PROBE, files, input, MAX_THUMBNAIL_BYTES).await;
    let found = match answer {
        Ok(value) => Ok(serde_json::from_value::<Output>(value).map_err(|error| {
            Failure::for_now("step-protocol", format!("the report cannot be read: {error}"))
        })?),
        // What the child says of the file is a finding; what hinders the child itself is a failure.
        Err(StepError::Refused(refusal)) if !refusal.slug.starts_with("step-") => Err(refusal),
        Err(error) => return Err(failure(error)),
    };
    let has_thumbnail = found.as_ref().is_ok_and(|output| output.thumbnail)
        && store_thumbnail(shop, &asset, output).await?;
    conclude(shop, task, asset, found.map(|output| output.report), has_thumbnail).await
}

/// Stores the small picture where it is one; answers whether the store has it.
async fn store_thumbnail(
    shop: &Workshop,
    asset: &Asset,
    file: tempfile::NamedTempFile,
) -> Result<bool, Failure> {
    let key = Key::thumbnail(&asset.original.blake3);
    let path = file.into_temp_path();
    let read = tokio::fs::read(&path).await;
    let begins_as_jpeg = read.is_ok_and(|bytes| bytes.starts_with(&[0xff, 0xd8, 0xff]));
    if !begins_as_jpeg {
        return Ok(false);
    }
    shop.blobs.put_file(&key, &path).await.map_err(failed)?;
    Ok(true)
}

/// Stores what was found and queues what follows, in the transaction that ends the job.
async fn conclude(
    shop: &Workshop,
    task: &Task,
    mut asset: Asset,
    found: Result<ProbeReport, Refusal>,
    has_thumbnail: bool,
) -> Result<Finished, Failure> {
    let (now, dialect) = (shop.clock.now(), shop.database.dialect());
    let audience = task.lease.job.audience;
    let mut tx = jobs::begin_to_finish(&shop.database, now, &task.lease).await.map_err(failed)?;
    let stored = found.as_ref().map(|report| json!(report)).map_err(|refusal| json!(refusal));
    let still_there = assets::set_probed(&mut tx, asset.id, stored.as_ref(), has_thumbnail, now)
        .await
        .map_err(failed)?;
    let result = match &found {
        Ok(report) => {
            json!({ "asset": asset.id, "taken_for": report.taken_for, "confidence": report.confidence })
        }
        Err(refusal) => json!({ "asset": asset.id, "refused": refusal.slug }),
    };
    if still_there {
        asset.probe = stored.ok();
        arrival::judged(&mut tx, dialect, now, &asset, audience, shop.settings.plan)
            .await
            .map_err(failed)?;
    }
    let done = Done { result, lines: task.report.take_lines() };
    let finished = jobs::finish(&mut tx, dialect, now, &task.lease, &done).await.map_err(failed)?;
    commit(tx, finished).await
}

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Input {
    file_name: String,
    limits: Limits,
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
struct Output {
    report: ProbeReport,
    /// Whether it wrote a small picture.
    thumbnail: bool,
}

/// The child's side: reads the original, writes the small picture.
pub fn in_child(assignment: Assignment) -> Result<Value, Refusal> {
    let input: Input = serde_json::from_value(assignment.input)
        .map_err(|error| refusal("step-request", error.to_string()))?;
    let mut original = assignment.original;
    let unreadable = |error: std::io::Error| refusal("step-files", error.to_string());
    let mut begin = Vec::new();
    (&mut original).take(16).read_to_end(&mut begin).map_err(unreadable)?;
    original.rewind().map_err(unreadable)?;
    let format = Format::sniff(&begin);
    let bytes = original.metadata().map_err(unreadable)?.len();
    if format.is_played() {
        let what = (format, input.file_name.as_str(), bytes);
        let (report, still) = probe_video(original, what, THUMBNAIL, &input.limits, &Cancel::new())
            .map_err(|error| Refusal::from_fault(&error))?;
        let thumbnail = match still {
            Some(still) => write_thumbnail(assignment.output, &still)?,
            None => false,
        };
        return Ok(json!(Output { report, thumbnail }));
    }
    if format == Format::Zip {
        // Read where it is needed: a project may be larger than memory.
        let (tool, scenes) = import::recognised(original, &input.limits)
            .map_err(|error| Refusal::from_fault(&error))?;
        let report = ProbeReport::of_project(&input.file_name, bytes, tool.title(), scenes);
        return Ok(json!(Output { report, thumbnail: false }));
    }
    let bytes = read_whole(original, &input.limits)?;
    let cancel = Cancel::new();
    let (report, copy) = probe_and_copy(&bytes, &input.file_name, &input.limits, &cancel)
        .map_err(|error| Refusal::from_fault(&error))?;
    assignment.speaker.progress(0.7);
    let thumbnail = match copy {
        Some(copy) => write_thumbnail(assignment.output, &copy.fitted(THUMBNAIL))?,
        None => false,
    };
    Ok(json!(Output { report, thumbnail }))
}

/// Writes the small picture, where there is a file for it.
fn write_thumbnail(output: Option<File>, small: &SmallPicture) -> Result<bool, Refusal> {
    let Some(mut output) = output else { return Ok(false) };
    let jpeg = thumbnail_of(small)?;
    output
        .write_all(&jpeg)
        .and_then(|()| output.sync_all())
        .map_err(|error| refusal("step-files", error.to_string()))?;
    Ok(true)
}

fn thumbnail_of(small: &SmallPicture) -> Result<Vec<u8>, Refusal> {
    let image = Image {
        pixels: small.rgb.as_slice(),
        width: small.width,
        pitch: 3 * small.width,
        height: small.height,
        format: PixelFormat::RGB,
    };
    // Nothing that comes from the file's own metadata is written: no place, no camera.
    turbojpeg::compress(image, 82, Subsamp::Sub2x2)
        .map(|jpeg| jpeg.to_vec())
        .map_err(|error| refusal("step-files", error.to_string()))
}
