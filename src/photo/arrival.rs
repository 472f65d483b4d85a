//! What follows when an original has arrived, was probed, or a person said what it is: the next step of
//! the journey is queued, in the transaction that records the change, and the consoles hear of it.

use serde_json::json;

use super::probe::{ProbeReport, TakenFor};
use super::steps::recipe::{recipe, right_eye};
use super::steps::{detect, hide, import, probe, tile, transcode};
use crate::auction::access::Owners;
use crate::auction::masks;
use crate::base::Instant;
use crate::base::id::{JobId, PanoramaId};
use crate::catalogue::assets::Asset;
use crate::catalogue::audience::Audience;
use crate::catalogue::events::{self, Event};
use crate::catalogue::jobs::{self, JobsError};
use crate::catalogue::masks as lists;
use crate::catalogue::{CatalogueError, Dialect, Transaction};
use crate::geometry::Surface;
use crate::imaging::TileRecipe;
use crate::imaging::mask_flat::FlatRecipe;
use crate::imaging::recipe::MaskOutline;

/// What the operator set for the steps that are queued.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Attempts before a job counts as failed.
    pub max_attempts: i64,
    /// JPEG quality of tiles, 1–100.
    pub jpeg_quality: u8,
}

/// Who hears of an asset.
pub fn audience(asset: &Asset, owners: &Owners) -> Audience {
    Audience { court: Some(owners.court), agency: owners.agency, listing: Some(asset.listing) }
}

/// Queues the probe of a new asset.
pub async fn arrived(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    owners: &Owners,
    plan: Plan,
) -> Result<(), JobsError> {
    let audience = audience(asset, owners);
    jobs::enqueue(tx, dialect, now, &probe::job(asset.id, audience, plan.max_attempts)).await?;
    tell(tx, dialect, now, asset, audience, None).await?;
    Ok(())
}

/// Queues what follows when it is known what an asset is, from the probe or from a person, whose word
/// counts more: the import of a project, the rendition of a video or a recording, the tiles of a panorama, and where parts of it are masked, the
/// tiles that hide them, or those for the right eye. Those without masks are what masks are drawn on. Of a photo or a plan's picture the probe made the small
/// picture; where parts are masked, the one that hides them follows.
pub async fn judged(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    audience: Audience,
    plan: Plan,
) -> Result<(), JobsError> {
    if let Some((report, kind)) = known(asset) {
        if kind == TakenFor::TourProject {
            let job = import::job(asset.id, audience, plan.max_attempts);
            jobs::enqueue(tx, dialect, now, &job).await?;
        }
        if kind.is_played() {
            let job = transcode::job(asset.id, &asset.original.blake3, audience, plan.max_attempts);
            jobs::enqueue(tx, dialect, now, &job).await?;
        }
        if kind.can_be_tiled() {
            let recipe = recipe(&report, kind, plan.jpeg_quality);
            let masks = masks_of(tx, now, asset, Surface::Sphere).await?;
            let masked = (!masks.is_empty()).then(|| TileRecipe { masks, ..recipe.clone() });
            let right = right_eye(masked.as_ref().unwrap_or(&recipe));
            for recipe in std::iter::once(recipe).chain(masked).chain(right) {
                let original = &asset.original.blake3;
                let job = tile::job(asset.id, original, &recipe, audience, plan.max_attempts);
                jobs::enqueue(tx, dialect, now, &job).await?;
            }
        }
        if kind.surface() == Some(Surface::Flat) {
            let masks = masks_of(tx, now, asset, Surface::Flat).await?;
            if !masks.is_empty() {
                let recipe = FlatRecipe::new(report.orientation, masks);
                let original = &asset.original.blake3;
                let job = hide::job(asset.id, original, &recipe, audience, plan.max_attempts);
                jobs::enqueue(tx, dialect, now, &job).await?;
            }
        }
    }
    tell(tx, dialect, now, asset, audience, None).await?;
    Ok(())
}

/// What the probe found, and what the asset is taken for; a person's word counts more.
fn known(asset: &Asset) -> Option<(ProbeReport, TakenFor)> {
    let report: ProbeReport = serde_json::from_value(asset.probe.clone()?).ok()?;
    let kind = asset.taken_as.as_deref().and_then(TakenFor::parse).unwrap_or(report.taken_for);
    Some((report, kind))
}

/// What masks on an asset lie on; `None` where it is not checked yet, or nothing that a tour shows.
pub fn surface_of(asset: &Asset) -> Option<Surface> {
    known(asset).and_then(|(_, kind)| kind.surface())
}

/// Queues a look for what has to be hidden, a further one if `again`; `None` where the asset is nothing that a tour shows.
pub async fn look(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    audience: Audience,
    plan: Plan,
    again: bool,
) -> Result<Option<JobId>, JobsError> {
    let Some((report, kind)) = known(asset) else { return Ok(None) };
    let Some(surface) = kind.surface() else { return Ok(None) };
    let recipe = recipe(&report, kind, plan.jpeg_quality);
    let again = again.then_some(now.as_millis());
    let (picture, original) = ((asset.id, surface), &asset.original.blake3);
    let job = detect::job(picture, original, &recipe, again, audience, plan.max_attempts);
    Ok(Some(jobs::enqueue(tx, dialect, now, &job).await?.id()))
}

/// What is to be hidden in an asset. A picture that was taken out of the listing and uploaded again brings its masks along.
async fn masks_of(
    tx: &mut Transaction,
    now: Instant,
    asset: &Asset,
    surface: Surface,
) -> Result<Vec<MaskOutline>, CatalogueError> {
    let mut own = lists::find_in(tx, asset.id).await?;
    let picture = (asset.id, surface);
    if own.version == 0 {
        let original = &asset.original.blake3;
        let earlier = lists::of_same_picture(tx, picture, asset.listing, original).await?;
        if let Some(earlier) = earlier {
            own = lists::save(tx, now, picture, 0, &earlier.masks).await?;
        }
    }
    // Corners mean nothing on another surface; nobody takes a picture for something else while something is hidden in it.
    let of_surface = own.version > 0 && own.surface == surface;
    Ok(if of_surface { masks::applied(surface, &own.masks) } else { Vec::new() })
}

/// Says to the consoles that an asset changed, and which panorama was made of it, if that is the change.
pub async fn tell(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    audience: Audience,
    panorama: Option<PanoramaId>,
) -> Result<(), CatalogueError> {
    let id = asset.id.to_string();
    let mut data = json!({ "id": asset.id, "listing": asset.listing });
    if let Some(panorama) = panorama {
        data["panorama"] = json!(panorama);
    }
    events::append(tx, dialect, now, Event { kind: "asset", object_id: &id, audience, data })
        .await?;
    Ok(())
}
