//! The steps of the photo journey that a worker does, one file a step.
//!
//! Each file has both sides of its step: `job` (what to enqueue), the handler (parent: fetch the
//! original, run the child, check what it left, store it and finish the job in one transaction), and
//! `in_child` (shut in: bytes in, bytes out). What the child gives back is believed only after a check.

pub mod detect;
pub mod hide;
pub mod import;
pub mod probe;
pub mod recipe;
pub mod stitch;
mod stitch_preview;
pub mod tile;
pub mod transcode;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use crate::base::id::AssetId;
use crate::base::{Blake3, Clock, Limits};
use crate::blob::{BlobError, Blobs, Hashes, Key, hash};
use crate::catalogue::assets::{self, Asset};
use crate::catalogue::jobs::{Failure, Finished};
use crate::catalogue::{CatalogueError, Database, Transaction};
use crate::jobs::{Handler, Task};
use crate::photo::arrival::Plan;
use crate::worker::guest::{Assignment, refusal};
use crate::worker::supervisor::{Said, Step, StepError, Supervisor};
use crate::worker::{Bounds, Refusal};

/// What every handler works with.
#[derive(Clone, Debug)]
pub struct Workshop {
    /// The catalogue.
    pub database: Database,
    /// The present.
    pub clock: Clock,
    /// Originals and packs.
    pub blobs: Blobs,
    /// Starts children.
    pub supervisor: Supervisor,
    /// A folder for files that are being made, best on the disk of a local store.
    pub scratch: PathBuf,
    /// What the operator set.
    pub settings: Settings,
}

/// What the operator set for steps.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bounds on media.
    pub limits: Limits,
    /// How long a step may take.
    pub step_time: Duration,
    /// Threads of one child.
    pub threads: usize,
    /// Whether WebP tiles are made after the JPEG ones.
    pub webp: bool,
    /// The folder with the models that propose masks.
    pub models: PathBuf,
    /// What is set for the steps that follow.
    pub plan: Plan,
}

/// What a child is given to read and to write.
#[derive(Clone, Copy, Debug)]
struct Files<'a> {
    original: &'a File,
    further: &'a [File],
    output: Option<&'a File>,
}

/// The handlers of all steps.
pub fn handlers(workshop: &Arc<Workshop>) -> Vec<Box<dyn Handler>> {
    vec![
        Box::new(probe::ProbeHandler(workshop.clone())),
        Box::new(import::ImportHandler(workshop.clone())),
        Box::new(stitch::StitchHandler(workshop.clone())),
        Box::new(tile::TileHandler { workshop: workshop.clone(), kind: tile::TILE }),
        Box::new(tile::TileHandler { workshop: workshop.clone(), kind: tile::TILE_WEBP }),
        Box::new(detect::DetectHandler(workshop.clone())),
        Box::new(transcode::TranscodeHandler(workshop.clone())),
        Box::new(hide::HideHandler(workshop.clone())),
    ]
}

/// Deletes the files of workers that were killed: those which nobody has written to for `rest`, longer than any step
/// takes. Other workers may be at work in the same folder.
pub fn sweep(scratch: &Path, rest: Duration) -> std::io::Result<usize> {
    let mut swept = 0;
    for entry in std::fs::read_dir(scratch)? {
        let entry = entry?;
        // Another process may have taken it away just now.
        let Ok(known) = entry.metadata() else { continue };
        let rested = known.modified()?.elapsed().unwrap_or_default();
        if known.is_file() && rested > rest && std::fs::remove_file(entry.path()).is_ok() {
            swept += 1;
        }
    }
    Ok(swept)
}

impl Workshop {
    /// The asset that a job is about.
    async fn asset(&self, task: &Task) -> Result<Asset, Failure> {
        let id = AssetId::parse(&task.lease.job.subject)
            .ok_or_else(|| Failure::for_good("internal", "the subject of the job is no asset"))?;
        assets::find(&self.database, id).await.map_err(failed)
    }

    /// An empty file for what a child makes.
    fn output(&self) -> Result<NamedTempFile, Failure> {
        NamedTempFile::new_in(&self.scratch).map_err(|error| unusable(&error))
    }

    /// The hashes of a file that a child made.
    async fn hashes(&self, file: &Path) -> Result<Hashes, Failure> {
        let opened = tokio::fs::File::open(file).await.map_err(|error| unusable(&error))?;
        let pieces = ReaderStream::with_capacity(opened, 512 << 10)
            .map_err(|error| BlobError::io("reading what a step made", error));
        hash(Box::pin(pieces)).await.map_err(failed)
    }

    /// The first bytes of a file that a child made.
    async fn beginning(&self, file: &Path) -> Result<Vec<u8>, Failure> {
        let opened = tokio::fs::File::open(file).await.map_err(|error| unusable(&error))?;
        let mut begin = Vec::new();
        opened.take(16).read_to_end(&mut begin).await.map_err(|error| unusable(&error))?;
        Ok(begin)
    }

    /// The original with this hash, open.
    async fn original(&self, hash: &Blake3) -> Result<File, Failure> {
        let key = Key::original(hash);
        self.blobs.open_file(&key, &self.scratch).await.map_err(|error| Failure::from_fault(&error))
    }

    /// Runs one step in a child; what it says goes to the task's report.
    async fn in_child(
        &self,
        task: &Task,
        name: &str,
        files: Files<'_>,
        input: Value,
        output_bytes: u64,
    ) -> Result<Value, StepError> {
        // The rest is storing what was made.
        self.in_child_between(task, name, files, input, output_bytes, [0.0, 0.95]).await
    }

    /// As [`Self::in_child`] for a step that is only a part of the task: how much is done when it begins and when it ends.
    async fn in_child_between(
        &self,
        task: &Task,
        name: &str,
        Files { original, further, output }: Files<'_>,
        input: Value,
        output_bytes: u64,
        [from, to]: [f64; 2],
    ) -> Result<Value, StepError> {
        let settings = &self.settings;
        let bounds = Bounds {
            memory_bytes: settings.limits.max_memory_bytes,
            output_bytes,
            cpu_seconds: settings.step_time.as_secs().max(1) * settings.threads.max(1) as u64,
            threads: settings.threads.max(1),
        };
        let step =
            Step { name, original, further, output, input, bounds, time: settings.step_time };
        let report = task.report.clone();
        let hear = move |said| match said {
            Said::Progress(done) => report.progress(from + (to - from) * done),
            Said::Line(line) => report.log(line),
            Said::Preview(value) => report.preview(value),
        };
        self.supervisor.run(&step, hear).await
    }
}

/// The child's side of all steps.
pub fn perform(assignment: Assignment) -> Result<Value, Refusal> {
    match assignment.step.as_str() {
        "walls" => Ok(serde_json::json!(assignment.walls)),
        probe::PROBE => probe::in_child(assignment),
        import::IMPORT | import::SCENE | import::PICTURE | import::FILM => {
            import::in_child(assignment)
        }
        stitch::STITCH => stitch::in_child(assignment),
        tile::TILE => tile::in_child(assignment),
        detect::DETECT => detect::in_child(assignment),
        transcode::TRANSCODE => transcode::in_child(assignment),
        hide::HIDE => hide::in_child(assignment),
        other => Err(refusal("step-request", format!("there is no step '{other}'"))),
    }
}

/// A step's error as the reason of a failed job.
fn failure(error: StepError) -> Failure {
    let again = error.is_worth_another_try();
    let (slug, text) = (error.slug().to_owned(), error.to_string());
    let failure =
        if again { Failure::for_now(&slug, text) } else { Failure::for_good(&slug, text) };
    match error {
        StepError::Refused(Refusal { args, .. }) => {
            args.into_iter().fold(failure, |failure, (name, value)| failure.with(&name, value))
        }
        StepError::TimedOut { seconds } => failure.with("seconds", seconds),
        StepError::Memory { mebibytes } | StepError::Output { mebibytes } => {
            failure.with("mebibytes", mebibytes)
        }
        StepError::Crashed { how } => failure.with("how", how),
        StepError::NoSandbox { missing } => failure.with("reason", missing),
        StepError::Start(error) => failure.with("reason", error),
        StepError::Forbidden | StepError::Protocol(_) => failure,
    }
}

fn unusable(error: &std::io::Error) -> Failure {
    Failure::for_now("step-files", format!("the file for the result cannot be used: {error}"))
        .with("reason", error)
}

/// Commits the transaction in which a job was finished.
async fn commit(tx: Transaction, finished: Finished) -> Result<Finished, Failure> {
    tx.commit().await.map_err(|error| Failure::from_fault(&CatalogueError::from(error)))?;
    Ok(finished)
}

/// For `map_err`: any error of the project as a failure.
fn failed<F: crate::base::Fault>(fault: F) -> Failure {
    Failure::from_fault(&fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_rests_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
        for file in [&old, &new] {
            std::fs::write(file, "bytes").unwrap();
        }
        let long_ago = std::time::SystemTime::now() - Duration::from_secs(7200);
        File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
        assert_eq!(sweep(folder.path(), Duration::from_secs(3600)).unwrap(), 1);
        assert!(!old.exists() && new.exists());
    }
}
