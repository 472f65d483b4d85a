//! Hiding parts of a photo or of a plan's picture: a small picture with its masks, in the place of the one that the probe made.
//!
//! Its name is the hash of original and recipe. Nothing larger is ever handed out of a photo.

use std::io::Write;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::tile::read_whole;
use super::{Files, Workshop, commit, failed, failure};
use crate::auction::masks;
use crate::base::id::AssetId;
use crate::base::{Blake3, Limits};
use crate::blob::Key;
use crate::catalogue::assets::{self, Asset};
use crate::catalogue::audience::Audience;
use crate::catalogue::audit::Actor;
use crate::catalogue::jobs::{self, Done, Failure, Finished, NewJob, Priority};
use crate::catalogue::listings::By;
use crate::catalogue::masked_pictures;
use crate::imaging::mask_flat::{FlatRecipe, masked_small};
use crate::jobs::{Handler, Task, Work};
use crate::photo::arrival;
use crate::worker::Refusal;
use crate::worker::guest::{Assignment, refusal};

/// The kind of job that hides parts of a photo.
pub const HIDE: &str = "hide";

const MOST_BYTES: u64 = 4 << 20;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Payload {
    recipe: FlatRecipe,
}

/// The job that hides what the recipe says.
pub fn job(
    asset: AssetId,
    original: &Blake3,
    recipe: &FlatRecipe,
    audience: Audience,
    max_attempts: i64,
) -> NewJob {
    NewJob {
        kind: HIDE,
        subject: asset.to_string(),
        recipe: picture_id(original, recipe).to_string(),
        payload: json!(Payload { recipe: recipe.clone() }),
        audience,
        // Somebody waits for it, and it takes a second.
        priority: Priority::High,
        max_attempts,
        not_before: None,
    }
}

/// The name of the small picture: the hash of everything that decides its bytes.
pub fn picture_id(original: &Blake3, recipe: &FlatRecipe) -> Blake3 {
    Blake3::of(format!("{original}\nflat\n{}", json!(recipe)).as_bytes())
}

/// Hides parts of photos.
pub struct HideHandler(pub(super) Arc<Workshop>);

impl Handler for HideHandler {
    fn kind(&self) -> &'static str {
        HIDE
    }

    fn run<'a>(&'a self, task: &'a Task) -> Work<'a> {
        Box::pin(hide(&self.0, task))
    }
}

async fn hide(shop: &Workshop, task: &Task) -> Result<Finished, Failure> {
    let Payload { recipe } = task.lease.job.payload().map_err(failed)?;
    let asset = shop.asset(task).await?;
    let id = picture_id(&asset.original.blake3, &recipe);
    let key = Key::thumbnail(&id);
    // An earlier attempt, or another listing, may have made it.
    if shop.blobs.head(&key).await.map_err(failed)?.is_none() {
        let jpeg = make(shop, task, &asset, &recipe).await?;
        shop.blobs.put(&key, jpeg.into()).await.map_err(failed)?;
    }
    store(shop, task, &asset, &recipe, &id).await
}

async fn make(
    shop: &Workshop,
    task: &Task,
    asset: &Asset,
    recipe: &FlatRecipe,
) -> Result<Vec<u8>, Failure> {
    let original = shop.original(&asset.original.blake3).await?;
    let output = shop.output()?;
    let input = json!(Input { recipe: recipe.clone(), limits: shop.settings.limits });
    let files = Files { original: &original, further: &[], output: Some(output.as_file()) };
    shop.in_child(task, HIDE, files, input, MOST_BYTES).await.map_err(failure)?;
    let jpeg = tokio::fs::read(output.path()).await.map_err(|error| super::unusable(&error))?;
    if jpeg.starts_with(&[0xff, 0xd8, 0xff]) {
        Ok(jpeg)
    } else {
        Err(Failure::for_now("step-protocol", "the step left no picture"))
    }
}

/// The picture's row, the event and the end of the job in one transaction.
async fn store(
    shop: &Workshop,
    task: &Task,
    asset: &Asset,
    recipe: &FlatRecipe,
    id: &Blake3,
) -> Result<Finished, Failure> {
    let (now, dialect) = (shop.clock.now(), shop.database.dialect());
    let audience = task.lease.job.audience;
    let hash = masks::hash(&recipe.masks);
    let mut tx = jobs::begin_to_finish(&shop.database, now, &task.lease).await.map_err(failed)?;
    masked_pictures::add(&mut tx, now, asset.id, &hash, id).await.map_err(failed)?;
    let result = json!({"asset": asset.id, "masks": hash, "picture": id});
    let actor = Actor::system("worker");
    let by = By { now, actor: &actor, dialect };
    assets::log(&mut tx, by, "picture.store", asset, result.clone()).await.map_err(failed)?;
    arrival::tell(&mut tx, dialect, now, asset, audience, None).await.map_err(failed)?;
    let done = Done { result, lines: task.report.take_lines() };
    let finished = jobs::finish(&mut tx, dialect, now, &task.lease, &done).await.map_err(failed)?;
    commit(tx, finished).await
}

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Input {
    recipe: FlatRecipe,
    limits: Limits,
}

/// The child's side: reads the original, writes the small picture.
pub fn in_child(assignment: Assignment) -> Result<Value, Refusal> {
    let input: Input = serde_json::from_value(assignment.input)
        .map_err(|error| refusal("step-request", error.to_string()))?;
    let source = read_whole(assignment.original, &input.limits)?;
    let mut output = assignment
        .output
        .ok_or_else(|| refusal("step-request", "no file for the picture".to_owned()))?;
    let small = masked_small(source, &input.recipe, &input.limits)
        .map_err(|error| Refusal::from_fault(&error))?;
    output
        .write_all(&small.0)
        .and_then(|()| output.sync_all())
        .map_err(|error| refusal("step-files", error.to_string()))?;
    Ok(json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_masks_or_another_orientation_make_another_picture() {
        let original = Blake3::of(b"a photo");
        let id = |orientation, masks| picture_id(&original, &FlatRecipe::new(orientation, masks));
        let triangle = vec![vec![[0, 0], [50_000, 0], [0, 50_000]]];
        assert_eq!(id(1, triangle.clone()), id(1, triangle.clone()));
        assert_ne!(id(1, triangle.clone()), id(6, triangle.clone()));
        assert_ne!(id(1, triangle), id(1, Vec::new()));
        assert_ne!(id(1, Vec::new()), original);
    }
}
