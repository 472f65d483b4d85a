//! What came of zips with other viewers' projects.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::listings::{from_text, parsed};
use super::{CatalogueError, Database, Transaction};
use crate::base::Instant;
use crate::base::id::{AssetId, ListingId};
use crate::exchange::Tour;
use crate::exchange::import::Finding;

/// An imported project.
#[derive(Clone, Debug)]
pub struct Import {
    /// The zip.
    pub asset: AssetId,
    /// The listing that it belongs to.
    pub listing: ListingId,
    /// Which program wrote it.
    pub tool: String,
    /// Scenes with names, views, ways and notes.
    pub tour: Tour,
    /// The panorama of each scene, an asset of the listing.
    pub panoramas: Vec<Option<AssetId>>,
    /// What was left behind.
    pub findings: Vec<Finding>,
    /// When it was unpacked.
    pub made_at: Instant,
    /// When its scenes last went into the draft.
    pub taken_at: Option<Instant>,
}

/// Stores what came of a zip, in the place of what came of it before.
pub async fn save(tx: &mut Transaction, import: &Import) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO imports (asset_id, listing_id, tool, tour, panoramas, findings, made_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (asset_id) DO UPDATE SET tool = excluded.tool, \
         tour = excluded.tour, panoramas = excluded.panoramas, findings = excluded.findings, \
         made_at = excluded.made_at",
    )
    .bind(import.asset.to_string())
    .bind(import.listing.to_string())
    .bind(&import.tool)
    .bind(serde_json::json!(import.tour).to_string())
    .bind(serde_json::json!(import.panoramas).to_string())
    .bind(serde_json::json!(import.findings).to_string())
    .bind(import.made_at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The imports of a listing whose zips were not taken out of it, the newest first.
pub async fn of_listing(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<Import>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT i.* FROM imports i JOIN assets a ON a.id = i.asset_id \
         WHERE i.listing_id = $1 AND a.deleted_at IS NULL ORDER BY i.made_at DESC, i.asset_id DESC LIMIT 100",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    rows.iter().map(from_row).collect()
}

/// What came of one zip.
pub async fn find(database: &Database, asset: AssetId) -> Result<Option<Import>, CatalogueError> {
    let row = sqlx::query("SELECT * FROM imports WHERE asset_id = $1")
        .bind(asset.to_string())
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Notes that the scenes went into the draft.
pub async fn set_taken(
    tx: &mut Transaction,
    asset: AssetId,
    at: Instant,
) -> Result<(), CatalogueError> {
    sqlx::query("UPDATE imports SET taken_at = $1 WHERE asset_id = $2")
        .bind(at.as_millis())
        .bind(asset.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn from_row(row: &AnyRow) -> Result<Import, CatalogueError> {
    Ok(Import {
        asset: parsed("imports.asset_id", row.try_get("asset_id")?, AssetId::parse)?,
        listing: parsed("imports.listing_id", row.try_get("listing_id")?, ListingId::parse)?,
        tool: row.try_get("tool")?,
        tour: from_text("imports.tour", row.try_get("tour")?)?,
        panoramas: from_text("imports.panoramas", row.try_get("panoramas")?)?,
        findings: from_text("imports.findings", row.try_get("findings")?)?,
        made_at: Instant::from_millis(row.try_get("made_at")?),
        taken_at: row.try_get::<Option<i64>, _>("taken_at")?.map(Instant::from_millis),
    })
}
