//! Transcoding: a video or a recording becomes one that every browser plays, in the store under its own hash.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Files, Workshop, commit, failed, failure};
use crate::base::id::AssetId;
use crate::base::{Blake3, Cancel, Limits};
use crate::blob::{Hashes, Key};
use crate::catalogue::assets::{self, Asset, Rendition};
use crate::catalogue::audience::Audience;
use crate::catalogue::jobs::{self, Done, Failure, Finished, NewJob, Priority};
use crate::codec;
use crate::container::Format;
use crate::jobs::{Handler, Task, Work};
use crate::photo::arrival;
use crate::worker::Refusal;
use crate::worker::guest::{Assignment, refusal};

/// The kind of job that converts a video or a recording.
pub const TRANSCODE: &str = "transcode";

/// Changes when the same video gives another rendition.
const RECIPE: &str = "1";
/// Most bytes of a rendition: the longest video at its highest rate takes an eighth.
const MAX_RENDITION_BYTES: u64 = 256 << 20;

/// The job that converts a video or a recording.
pub fn job(asset: AssetId, original: &Blake3, audience: Audience, max_attempts: i64) -> NewJob {
    NewJob {
        kind: TRANSCODE,
        subject: asset.to_string(),
        recipe: Blake3::of(format!("{RECIPE}\n{original}").as_bytes()).to_string(),
        payload: json!({}),
        audience,
        priority: Priority::Normal,
        max_attempts,
        not_before: None,
    }
}

/// Does transcoding jobs.
pub struct TranscodeHandler(pub(super) Arc<Workshop>);

impl Handler for TranscodeHandler {
    fn kind(&self) -> &'static str {
        TRANSCODE
    }

    fn run<'a>(&'a self, task: &'a Task) -> Work<'a> {
        Box::pin(transcode(&self.0, task))
    }
}

async fn transcode(shop: &Workshop, task: &Task) -> Result<Finished, Failure> {
    let asset = shop.asset(task).await?;
    let rendition = match found(shop, &asset.original.blake3).await? {
        Some(rendition) => rendition,
        None => make(shop, task, &asset).await?,
    };
    let (now, dialect) = (shop.clock.now(), shop.database.dialect());
    let audience = task.lease.job.audience;
    let mut tx = jobs::begin_to_finish(&shop.database, now, &task.lease).await.map_err(failed)?;
    assets::set_rendition(&mut tx, asset.id, &rendition, now).await.map_err(failed)?;
    arrival::tell(&mut tx, dialect, now, &asset, audience, None).await.map_err(failed)?;
    let result = json!({ "asset": asset.id, "rendition": rendition });
    let done = Done { result, lines: task.report.take_lines() };
    let finished = jobs::finish(&mut tx, dialect, now, &task.lease, &done).await.map_err(failed)?;
    commit(tx, finished).await
}

/// The rendition, if another listing has the same video.
async fn found(shop: &Workshop, original: &Blake3) -> Result<Option<Rendition>, Failure> {
    let known = assets::rendition_of_original(&shop.database, original).await.map_err(failed)?;
    let Some(rendition) = known else { return Ok(None) };
    let there = shop.blobs.head(&Key::video(&rendition.blake3)).await.map_err(failed)?;
    Ok(there.filter(|there| there.size == rendition.bytes).map(|_| rendition))
}

async fn make(shop: &Workshop, task: &Task, asset: &Asset) -> Result<Rendition, Failure> {
    let original = shop.original(&asset.original.blake3).await?;
    let output = shop.output()?;
    let input = json!(Input { limits: shop.settings.limits });
    let files = Files { original: &original, further: &[], output: Some(output.as_file()) };
    let answer =
        shop.in_child(task, TRANSCODE, files, input, MAX_RENDITION_BYTES).await.map_err(failure)?;
    let made: codec::Rendition = serde_json::from_value(answer).map_err(|error| {
        Failure::for_now("step-protocol", format!("what was made cannot be read: {error}"))
    })?;
    if made.damaged > 0 {
        task.report.log(format!("{} damaged packets were skipped", made.damaged));
    }
    let path = output.into_temp_path();
    if Format::sniff(&shop.beginning(&path).await?) != Format::Mp4 {
        return Err(Failure::for_now("step-protocol", "what was made is no MP4"));
    }
    let Hashes { blake3, sha256, size } = shop.hashes(&path).await?;
    shop.blobs.put_file(&Key::video(&blake3), &path).await.map_err(failed)?;
    let codec::Rendition { width, height, seconds, has_sound, .. } = made;
    Ok(Rendition { blake3, sha256, bytes: size, width, height, seconds, has_sound })
}

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Input {
    limits: Limits,
}

/// The child's side: reads the original, writes the rendition.
pub fn in_child(assignment: Assignment) -> Result<Value, Refusal> {
    let input: Input = serde_json::from_value(assignment.input)
        .map_err(|error| refusal("step-request", error.to_string()))?;
    let unwritten = |error: std::io::Error| refusal("step-files", error.to_string());
    let output = assignment
        .output
        .ok_or_else(|| refusal("step-request", "no file for the rendition".to_owned()))?;
    let target = output.try_clone().map_err(unwritten)?;
    let speaker = assignment.speaker;
    let made = codec::transcode(
        assignment.original,
        target,
        (&input.limits, assignment.bounds.threads),
        &Cancel::new(),
        &|done| speaker.progress(done),
    )
    .map_err(|error| Refusal::from_fault(&error))?;
    // Linked into the store as it is: it must be on the disk first.
    output.sync_all().map_err(unwritten)?;
    Ok(json!(made))
}
