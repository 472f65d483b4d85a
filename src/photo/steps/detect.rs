//! Looking for what has to be hidden: after a panorama was tiled, and when a tour begins to show a photo, models look at it in
//! a child, and what they find becomes proposed masks. A proposal hides nothing; a place that somebody refused is not proposed again.
//!
//! Without models in the operator's folder no such job is made, and one that was asked for fails with the reason.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::tile::read_whole;
use super::{Files, Workshop, commit, failed, failure};
use crate::auction::mask_proposals::{self, MOST_FOUND};
use crate::auction::masks::{Found, Mask};
use crate::base::id::AssetId;
use crate::base::{Blake3, Cancel, Limits};
use crate::catalogue::assets::Asset;
use crate::catalogue::audience::Audience;
use crate::catalogue::audit::Actor;
use crate::catalogue::jobs::{self, Done, Failure, Finished, NewJob, Priority};
use crate::catalogue::listings::By;
use crate::catalogue::{CatalogueError, assets, masks as lists};
use crate::detect::{DetectError, Detector, Finding, Photo, Sphere, models};
use crate::geometry::Surface;
use crate::imaging::{ImagingError, TileRecipe};
use crate::jobs::{Handler, Task, Work};
use crate::photo::arrival;
use crate::worker::Refusal;
use crate::worker::guest::{Assignment, refusal};

/// The kind of job that looks for what has to be hidden.
pub const DETECT: &str = "detect";

/// Changes when the same picture and models give other proposals.
const RECIPE: &str = "1";
/// Most bytes of a model's file.
const MOST_MODEL_BYTES: u64 = 256 << 20;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Payload {
    /// How the panorama is tiled without masks: where its pixels lie on the sphere. Of a flat picture only its orientation.
    recipe: TileRecipe,
    #[serde(default)]
    surface: Surface,
}

/// The job that looks at a picture on this surface. `again` tells a further look, which somebody asked for, from the first.
pub fn job(
    (asset, surface): (AssetId, Surface),
    original: &Blake3,
    recipe: &TileRecipe,
    again: Option<i64>,
    audience: Audience,
    max_attempts: i64,
) -> NewJob {
    let recipe = TileRecipe { masks: Vec::new(), ..recipe.clone() };
    let known: Vec<&str> = models::known().iter().map(|model| model.sha256).collect();
    let mut id = format!("{RECIPE}\n{original}\n{}\n{known:?}\n{again:?}", json!(recipe));
    if surface == Surface::Flat {
        id.push_str("\nflat");
    }
    NewJob {
        kind: DETECT,
        subject: asset.to_string(),
        recipe: Blake3::of(id.as_bytes()).to_string(),
        payload: json!(Payload { recipe, surface }),
        audience,
        priority: if again.is_some() { Priority::Normal } else { Priority::Low },
        max_attempts,
        not_before: None,
    }
}

/// The files of the known models that lie in a folder, with their names.
pub fn installed(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    models::known()
        .into_iter()
        .map(|model| (model.file, folder.join(model.file)))
        .filter(|(_, path)| path.is_file())
        .collect()
}

/// Looks at panoramas and photos.
pub struct DetectHandler(pub(super) Arc<Workshop>);

impl Handler for DetectHandler {
    fn kind(&self) -> &'static str {
        DETECT
    }

    fn run<'a>(&'a self, task: &'a Task) -> Work<'a> {
        Box::pin(detect(&self.0, task))
    }
}

async fn detect(shop: &Workshop, task: &Task) -> Result<Finished, Failure> {
    let payload: Payload = task.lease.job.payload().map_err(failed)?;
    let asset = shop.asset(task).await?;
    let (names, further) = open(&installed(&shop.settings.models))?;
    let original = shop.original(&asset.original.blake3).await?;
    let Payload { recipe, surface } = payload;
    let input = json!(Input { recipe, surface, limits: shop.settings.limits, models: names });
    let files = Files { original: &original, further: &further, output: None };
    let answer = shop.in_child(task, DETECT, files, input, 0).await.map_err(failure)?;
    let output: Output = serde_json::from_value(answer).map_err(|error| {
        Failure::for_now("step-protocol", format!("the findings cannot be read: {error}"))
    })?;
    store(shop, task, (&asset, surface), output).await
}

/// Opens the models for the child, which can open nothing itself once its walls stand.
fn open(installed: &[(&'static str, PathBuf)]) -> Result<(Vec<String>, Vec<File>), Failure> {
    if installed.is_empty() {
        return Err(failed_for_good(&DetectError::NoModel));
    }
    let mut open = (Vec::new(), Vec::new());
    for (name, path) in installed {
        let file = File::open(path).map_err(|error| {
            let reason = format!("{name}: {error}");
            Failure::for_now("step-files", format!("the model cannot be read: {reason}"))
                .with("reason", reason)
        })?;
        open.0.push((*name).to_owned());
        open.1.push(file);
    }
    Ok(open)
}

/// Whatever the next attempt would find again.
fn failed_for_good(error: &DetectError) -> Failure {
    use crate::base::Fault as _;
    Failure::for_good(error.slug(), error.to_string())
}

/// Stores the proposals, the event and the end of the job in one transaction.
async fn store(
    shop: &Workshop,
    task: &Task,
    (asset, surface): (&Asset, Surface),
    output: Output,
) -> Result<Finished, Failure> {
    let (now, dialect) = (shop.clock.now(), shop.database.dialect());
    let audience = task.lease.job.audience;
    let (seen, found) = believable(output, surface);
    let count = found.len();
    let mut tx = jobs::begin_to_finish(&shop.database, now, &task.lease).await.map_err(failed)?;
    let before = lists::find_in(&mut tx, asset.id).await.map_err(failed)?;
    // Somebody said meanwhile that it is something else: what was found lies nowhere in that.
    let fits = arrival::surface_of(asset) == Some(surface)
        && (before.version == 0 || before.surface == surface);
    let found = found
        .into_iter()
        .filter(|_| fits)
        .map(|one| (one.kind, one.corners, Found { model: one.model, confidence: one.confidence }));
    let new: Vec<Mask> = mask_proposals::by_model(surface, found.collect(), &before.masks, now);
    let proposed = new.len();
    if proposed > 0 {
        let detail = json!({"models": seen, "masks": new});
        let mut all = before.masks;
        all.extend(new);
        // Somebody saved at this very moment: another attempt adds to theirs.
        let raced = |error: CatalogueError| match error {
            CatalogueError::Stale { .. } => Failure::for_now("stale", error.to_string()),
            other => failed(other),
        };
        let picture = (asset.id, surface);
        lists::save(&mut tx, now, picture, before.version, &all).await.map_err(raced)?;
        let actor = Actor::system("worker");
        let by = By { now, actor: &actor, dialect };
        assets::log(&mut tx, by, "masks.propose", asset, detail).await.map_err(failed)?;
    }
    arrival::tell(&mut tx, dialect, now, asset, audience, None).await.map_err(failed)?;
    task.report.log(format!("{count} found, {proposed} new"));
    let result = json!({"asset": asset.id, "models": seen, "found": count, "proposed": proposed});
    let done = Done { result, lines: task.report.take_lines() };
    let finished = jobs::finish(&mut tx, dialect, now, &task.lease, &done).await.map_err(failed)?;
    commit(tx, finished).await
}

/// What of the child's answer can be a proposal, at most [`MOST_FOUND`]: the child may be in the hands of an attacker.
fn believable(output: Output, surface: Surface) -> (Vec<&'static str>, Vec<Finding>) {
    let known = models::known();
    let name = |name: &str| known.iter().map(|model| model.name).find(|known| *known == name);
    let said = |name: &&str| output.models.iter().any(|said| said == name);
    let seen = known.iter().map(|model| model.name).filter(said).collect();
    let can_be = |finding: &Finding| {
        name(&finding.model).is_some()
            && (0.0..=1.0).contains(&finding.confidence)
            && surface.polygon(&finding.corners).is_ok()
    };
    (seen, output.findings.into_iter().filter(can_be).take(MOST_FOUND).collect())
}

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Input {
    recipe: TileRecipe,
    surface: Surface,
    limits: Limits,
    /// The names of the models' files, in the order in which they are given.
    models: Vec<String>,
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
struct Output {
    models: Vec<String>,
    findings: Vec<Finding>,
}

/// The child's side: reads models and original, answers what was found.
pub fn in_child(assignment: Assignment) -> Result<Value, Refusal> {
    let input: Input = serde_json::from_value(assignment.input)
        .map_err(|error| refusal("step-request", error.to_string()))?;
    let files = input
        .models
        .into_iter()
        .zip(assignment.further)
        .map(|(name, file)| {
            let mut bytes = Vec::new();
            file.take(MOST_MODEL_BYTES)
                .read_to_end(&mut bytes)
                .map_err(|error| refusal("step-files", error.to_string()))?;
            Ok((name, bytes))
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    let from_fault = |error: DetectError| Refusal::from_fault(&error);
    let detector = Detector::new(files).map_err(from_fault)?;
    let source = read_whole(assignment.original, &input.limits)?;
    let from_picture = |error: ImagingError| Refusal::from_fault(&error);
    let speaker = assignment.speaker;
    let findings = match input.surface {
        Surface::Sphere => {
            let sphere =
                Sphere::read(source, &input.recipe, &input.limits).map_err(from_picture)?;
            speaker.progress(0.05);
            let progress = |done: f64| speaker.progress(0.05 + 0.95 * done);
            detector.search(&sphere, &Cancel::new(), &progress).map_err(from_fault)?
        }
        Surface::Flat => {
            let photo = Photo::read(source, input.recipe.orientation, &input.limits)
                .map_err(from_picture)?;
            speaker.progress(0.2);
            detector.search_photo(&photo).map_err(from_fault)?
        }
    };
    let models = detector.models().into_iter().map(str::to_owned).collect();
    Ok(json!(Output { models, findings }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::masks::MaskKind;

    #[test]
    fn a_lying_child_proposes_nothing() {
        let model = models::known()[0].name;
        let square = vec![[0.0, 0.0], [5.0, 0.0], [5.0, 5.0], [0.0, 5.0]];
        let finding = |model: &str, confidence: f64, corners: &[[f64; 2]]| Finding {
            kind: MaskKind::Face,
            confidence,
            model: model.to_owned(),
            corners: corners.to_vec(),
            surface: Surface::Sphere,
        };
        let findings = vec![
            finding(model, 0.5, &square),
            finding("<script>", 0.5, &square),
            finding(model, 7.0, &square),
            finding(model, f64::NAN, &square),
            finding(model, 0.5, &square[..2]),
            finding(model, 0.5, &[[0.0, 0.0], [500.0, 0.0], [5.0, 5.0]]),
        ];
        let (seen, found) = believable(
            Output { models: vec![model.to_owned(), "other".to_owned()], findings },
            Surface::Sphere,
        );
        assert_eq!(seen, [model]);
        assert_eq!(found.len(), 1);
        let flood = vec![finding(model, 0.5, &square); 5000];
        let flood = Output { models: Vec::new(), findings: flood };
        assert_eq!(believable(flood, Surface::Sphere).1.len(), MOST_FOUND);
    }

    #[test]
    fn a_further_look_is_another_job() {
        let original = Blake3::of(b"a picture");
        let (asset, recipe) = (AssetId::new(), TileRecipe::default());
        let audience = Audience { court: None, agency: None, listing: None };
        let job_on =
            |surface, again| job((asset, surface), &original, &recipe, again, audience, 4).recipe;
        let job = |again| job_on(Surface::Sphere, again);
        assert_ne!(job(None), job_on(Surface::Flat, None));
        assert_eq!(job(None), job(None));
        assert_ne!(job(None), job(Some(1)));
        assert_ne!(job(Some(1)), job(Some(2)));
    }
}
