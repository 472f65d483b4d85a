//! Sets of photos that become one panorama each.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::listings::{from_text, parsed};
use super::{CatalogueError, Database, Transaction};
use crate::base::Instant;
use crate::base::id::{AssetId, ListingId, PhotoSetId, TenantId, UserId};

/// A set of photos.
#[derive(Clone, Debug)]
pub struct PhotoSet {
    /// Its id.
    pub id: PhotoSetId,
    /// The listing whose room it shows.
    pub listing: ListingId,
    /// Whose quota the panorama takes.
    pub tenant: TenantId,
    /// Who made it.
    pub created_by: UserId,
    /// What people call it: the room.
    pub name: String,
    /// The photos, in order.
    pub photos: Vec<AssetId>,
    /// How they are to be stitched.
    pub settings: Value,
    /// Hash of what decides the result.
    pub recipe: String,
    /// Grows with every change by people; the ETag.
    pub version: i64,
    /// What the last success says of itself.
    pub report: Option<Value>,
    /// The panorama that was made, as an asset of the listing.
    pub panorama: Option<AssetId>,
    /// The object that says of each pixel which photo it came from.
    pub provenance: Option<String>,
    /// Where the last success put its photos.
    pub layout: Option<StoredLayout>,
    /// When it was made.
    pub created_at: Instant,
}

/// Where a success put its photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredLayout {
    /// Hash of what decided it.
    pub recipe: String,
    /// The object that holds poses and lenses, a Hugin project.
    pub project: String,
    /// Degrees by which a person raised the middle, and turned the picture clockwise.
    pub tilt: [f64; 2],
}

/// What stitching gave.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The report.
    pub report: Value,
    /// The panorama.
    pub panorama: AssetId,
    /// The map of where its pixels come from.
    pub provenance: String,
    /// Where its photos are, if it is made of several.
    pub layout: Option<StoredLayout>,
}

/// Stores a new set.
pub async fn add(tx: &mut Transaction, set: &PhotoSet) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO photo_sets (id, listing_id, tenant_id, created_by, name, photos, settings, recipe, version, \
         created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
    )
    .bind(set.id.to_string())
    .bind(set.listing.to_string())
    .bind(set.tenant.to_string())
    .bind(set.created_by.to_string())
    .bind(&set.name)
    .bind(serde_json::json!(set.photos).to_string())
    .bind(set.settings.to_string())
    .bind(&set.recipe)
    .bind(set.version)
    .bind(set.created_at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One set that was not deleted.
pub async fn find(database: &Database, id: PhotoSetId) -> Result<PhotoSet, CatalogueError> {
    let row = sqlx::query("SELECT * FROM photo_sets WHERE id = $1 AND deleted_at IS NULL")
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?
        .ok_or_else(|| missing(id))?;
    from_row(&row)
}

/// The sets of a listing, the newest first.
pub async fn of_listing(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<PhotoSet>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT * FROM photo_sets WHERE listing_id = $1 AND deleted_at IS NULL ORDER BY id DESC LIMIT 500",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    rows.iter().map(from_row).collect()
}

/// Stores what people changed, if nobody else did since `set.version` was read. Answers the new version.
pub async fn change(
    tx: &mut Transaction,
    now: Instant,
    set: &PhotoSet,
) -> Result<i64, CatalogueError> {
    let changed = sqlx::query(
        "UPDATE photo_sets SET name = $2, photos = $3, settings = $4, recipe = $5, version = version + 1, \
         changed_at = $6 WHERE id = $1 AND version = $7 AND deleted_at IS NULL",
    )
    .bind(set.id.to_string())
    .bind(&set.name)
    .bind(serde_json::json!(set.photos).to_string())
    .bind(set.settings.to_string())
    .bind(&set.recipe)
    .bind(now.as_millis())
    .bind(set.version)
    .execute(&mut **tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(CatalogueError::Stale { what: "photo_set", id: set.id.to_string() });
    }
    Ok(set.version + 1)
}

/// Stores what came of a set, unless people have changed it or taken it away since. Answers whether it was stored.
pub async fn conclude(
    tx: &mut Transaction,
    now: Instant,
    id: PhotoSetId,
    recipe: &str,
    outcome: &Outcome,
) -> Result<bool, CatalogueError> {
    let changed = sqlx::query(
        "UPDATE photo_sets SET report = $2, panorama = $3, provenance = $4, changed_at = $5, \
         layout = $7 WHERE id = $1 AND recipe = $6 AND deleted_at IS NULL",
    )
    .bind(id.to_string())
    .bind(outcome.report.to_string())
    .bind(outcome.panorama.to_string())
    .bind(&outcome.provenance)
    .bind(now.as_millis())
    .bind(recipe)
    .bind(outcome.layout.as_ref().map(|layout| serde_json::json!(layout).to_string()))
    .execute(&mut **tx)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Takes a set away; photos and panorama stay.
pub async fn delete(
    tx: &mut Transaction,
    now: Instant,
    id: PhotoSetId,
) -> Result<bool, CatalogueError> {
    let changed =
        sqlx::query("UPDATE photo_sets SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL")
            .bind(id.to_string())
            .bind(now.as_millis())
            .execute(&mut **tx)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// Every map of where pixels come from and every project, of deleted sets too: they are evidence.
pub async fn evidence(database: &Database) -> Result<Vec<String>, CatalogueError> {
    let rows =
        sqlx::query("SELECT provenance, layout FROM photo_sets WHERE provenance IS NOT NULL")
            .fetch_all(database.read())
            .await?;
    let mut names = Vec::new();
    for row in &rows {
        names.push(row.try_get("provenance")?);
        names.extend(layout_of(row)?.map(|layout| layout.project));
    }
    Ok(names)
}

fn layout_of(row: &AnyRow) -> Result<Option<StoredLayout>, CatalogueError> {
    let text: Option<&str> = row.try_get("layout")?;
    text.map(|text| from_text("photo_sets.layout", text)).transpose()
}

fn from_row(row: &AnyRow) -> Result<PhotoSet, CatalogueError> {
    let report: Option<&str> = row.try_get("report")?;
    let panorama: Option<&str> = row.try_get("panorama")?;
    let asset = |text| parsed("photo_sets.panorama", text, AssetId::parse);
    Ok(PhotoSet {
        id: parsed("photo_sets.id", row.try_get("id")?, PhotoSetId::parse)?,
        listing: parsed("photo_sets.listing_id", row.try_get("listing_id")?, ListingId::parse)?,
        tenant: parsed("photo_sets.tenant_id", row.try_get("tenant_id")?, TenantId::parse)?,
        created_by: parsed("photo_sets.created_by", row.try_get("created_by")?, UserId::parse)?,
        name: row.try_get("name")?,
        photos: from_text("photo_sets.photos", row.try_get("photos")?)?,
        settings: from_text("photo_sets.settings", row.try_get("settings")?)?,
        recipe: row.try_get("recipe")?,
        version: row.try_get("version")?,
        report: report.map(|text| from_text("photo_sets.report", text)).transpose()?,
        panorama: panorama.map(asset).transpose()?,
        provenance: row.try_get("provenance")?,
        layout: layout_of(row)?,
        created_at: Instant::from_millis(row.try_get("created_at")?),
    })
}

fn missing(id: PhotoSetId) -> CatalogueError {
    CatalogueError::NotFound { what: "photo_set", id: id.to_string() }
}
