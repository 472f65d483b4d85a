//! What follows when an original has arrived, was probed, or a person said what it is: the next step of
//! the journey is queued, in the transaction that records the change, and the consoles hear of it.

use serde_json::json;

use super::probe::{ProbeReport, TakenFor};
use super::steps::{probe, tile};
use crate::auction::access::Owners;
use crate::base::Instant;
use crate::catalogue::assets::Asset;
use crate::catalogue::audience::Audience;
use crate::catalogue::events::{self, Event};
use crate::catalogue::jobs::{self, JobsError};
use crate::catalogue::{Dialect, Transaction};
use crate::geometry::Degrees;
use crate::imaging::recipe::Pose;
use crate::imaging::{Crop, TileRecipe};

/// What the operator set for the steps that are queued.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Attempts before a job counts as failed.
    pub max_attempts: i64,
    /// JPEG quality of tiles, 1–100.
    pub jpeg_quality: u8,
}

impl Default for Plan {
    fn default() -> Self {
        Self { max_attempts: 4, jpeg_quality: 85 }
    }
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
    tell(tx, dialect, now, asset, audience).await
}

/// Queues the tiles of an asset that the probe took for a panorama, unless a person said otherwise.
pub async fn probed(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    audience: Audience,
    plan: Plan,
) -> Result<(), JobsError> {
    tile_if_it_can_be(tx, dialect, now, asset, audience, plan).await?;
    tell(tx, dialect, now, asset, audience).await
}

/// Queues what follows from a person's word on what an asset is.
pub async fn corrected(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    owners: &Owners,
    plan: Plan,
) -> Result<(), JobsError> {
    probed(tx, dialect, now, asset, audience(asset, owners), plan).await
}

/// Says that an asset was taken out of its listing.
pub async fn removed(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    owners: &Owners,
) -> Result<(), JobsError> {
    tell(tx, dialect, now, asset, audience(asset, owners)).await
}

async fn tell(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    audience: Audience,
) -> Result<(), JobsError> {
    let id = asset.id.to_string();
    let data = json!({ "id": asset.id, "listing": asset.listing });
    events::append(tx, dialect, now, Event { kind: "asset", object_id: &id, audience, data })
        .await?;
    Ok(())
}

async fn tile_if_it_can_be(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    asset: &Asset,
    audience: Audience,
    plan: Plan,
) -> Result<(), JobsError> {
    let report =
        asset.probe.clone().and_then(|probe| serde_json::from_value::<ProbeReport>(probe).ok());
    let Some(report) = report else { return Ok(()) };
    let kind = asset.taken_as.as_deref().and_then(TakenFor::parse).unwrap_or(report.taken_for);
    if kind.can_be_tiled() {
        let recipe = recipe(&report, kind, plan.jpeg_quality);
        let job = tile::job(asset.id, &asset.original.blake3, &recipe, audience, plan.max_attempts);
        jobs::enqueue(tx, dialect, now, &job).await?;
    }
    Ok(())
}

/// How to tile a picture of which the probe said this, taken as `kind`.
fn recipe(report: &ProbeReport, kind: TakenFor, quality: u8) -> TileRecipe {
    let pose = report.gpano.as_ref().map(|gpano| Pose {
        // The heading stays out: the picture's middle is yaw 0, and the tour knows where north is.
        yaw: Degrees(0.0),
        pitch: Degrees(gpano.pose_pitch.unwrap_or(0.0)),
        roll: Degrees(gpano.pose_roll.unwrap_or(0.0)),
    });
    TileRecipe {
        quality,
        orientation: report.orientation,
        crop: crop(report, kind),
        pose: pose.filter(|pose| pose.rotation().is_some()),
        ..TileRecipe::default()
    }
}

/// Which part of the sphere the picture shows; `None` when it is the whole.
fn crop(report: &ProbeReport, kind: TakenFor) -> Option<Crop> {
    let (width, height) = (f64::from(report.width), f64::from(report.height));
    if let Some(coverage) = report.coverage.filter(|coverage| !coverage.is_full()) {
        let full_width = width * 360.0 / (coverage.yaw[1] - coverage.yaw[0]);
        let full_height = height * 180.0 / (coverage.pitch[1] - coverage.pitch[0]);
        let left = (coverage.yaw[0] + 180.0) / 360.0 * full_width;
        let top = (90.0 - coverage.pitch[1]) / 180.0 * full_height;
        return Some(within(full_width, full_height, left, top, report));
    }
    if kind != TakenFor::EquirectangularCropped || report.width == 2 * report.height {
        return None;
    }
    // Without data: a full turn around the horizon, or a strip from pole to pole.
    let (full_width, full_height) =
        if width > 2.0 * height { (width, width / 2.0) } else { (2.0 * height, height) };
    Some(within(
        full_width,
        full_height,
        (full_width - width) / 2.0,
        (full_height - height) / 2.0,
        report,
    ))
}

/// Rounds to pixels, never smaller than the picture itself.
fn within(full_width: f64, full_height: f64, left: f64, top: f64, report: &ProbeReport) -> Crop {
    let full_width = (full_width.round() as u32).max(report.width);
    let full_height = (full_height.round() as u32).max(report.height);
    Crop {
        full_width,
        full_height,
        left: (left.round().max(0.0) as u32).min(full_width - report.width),
        top: (top.round().max(0.0) as u32).min(full_height - report.height),
    }
}
