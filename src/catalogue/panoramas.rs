//! Tiled panoramas: which asset they show and where their packs are.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{CatalogueError, Database, Transaction};
use crate::auction::access::Owners;
use crate::base::Instant;
use crate::base::id::{AssetId, ListingId, PanoramaId, TenantId};
use crate::imaging::Eye;

/// A tiled panorama as it is stored.
#[derive(Clone, Debug)]
pub struct Panorama {
    /// Its id.
    pub id: PanoramaId,
    /// The JPEG pack's key in the store.
    pub pack_key: String,
    /// The WebP pack's key, once it is made and smaller.
    pub webp_key: Option<String>,
    /// Hash over the hashes of all tiles of the JPEG pack.
    pub root: String,
    /// The listing whose asset it shows.
    pub listing: ListingId,
    /// The tenants of that listing.
    pub owners: Owners,
}

const COLUMNS: &str = "SELECT p.id, p.pack_key, p.webp_key, p.root, l.id AS listing_id, l.court_id, \
     l.agency_id FROM panoramas p JOIN assets a ON a.id = p.asset_id \
     JOIN listings l ON l.id = a.listing_id";

/// The panorama `id`.
pub async fn find(database: &Database, id: PanoramaId) -> Result<Panorama, CatalogueError> {
    let query = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE p.id = $1"));
    let row = sqlx::query(query)
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?
        .ok_or_else(|| CatalogueError::NotFound { what: "panorama", id: id.to_string() })?;
    from_row(&row)
}

/// All panoramas of a listing, oldest first.
pub async fn of_listing(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<Panorama>, CatalogueError> {
    let query = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE l.id = $1 ORDER BY p.id"));
    let rows = sqlx::query(query).bind(listing.to_string()).fetch_all(database.read()).await?;
    rows.iter().map(from_row).collect()
}

/// The panoramas of a published version, with the scenes that show them.
pub async fn of_publication(
    database: &Database,
    version: &str,
) -> Result<Vec<(String, Panorama)>, CatalogueError> {
    let query = sqlx::AssertSqlSafe(format!(
        "{} JOIN publication_scenes s ON s.panorama_id = p.id WHERE s.version = $1",
        COLUMNS.replace("SELECT ", "SELECT s.scene_id, ")
    ));
    let rows = sqlx::query(query).bind(version).fetch_all(database.read()).await?;
    rows.iter().map(|row| Ok((row.try_get("scene_id")?, from_row(row)?))).collect()
}

/// A panorama to be recorded.
#[derive(Clone, Debug)]
pub struct NewPanorama {
    /// The asset that it shows.
    pub asset: AssetId,
    /// Hash of the masks that it was made with, empty for none.
    pub masks: String,
    /// Whose picture it is, where there is one for each eye.
    pub eye: Option<Eye>,
    /// What decided its bytes.
    pub recipe_hash: String,
    /// The JPEG pack's key in the store.
    pub pack_key: String,
    /// What a tour's document says of it: face, tile, levels, coverage.
    pub manifest: serde_json::Value,
    /// Hash over the hashes of all tiles.
    pub root: String,
}

/// Records a panorama whose pack is durable in the store. Doing so twice gives the same id.
pub async fn add(
    tx: &mut Transaction,
    at: Instant,
    new: &NewPanorama,
) -> Result<PanoramaId, CatalogueError> {
    sqlx::query(
        "INSERT INTO panoramas (id, asset_id, recipe_hash, pack_key, manifest, root, created_at, masks, eye) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (asset_id, recipe_hash) DO NOTHING",
    )
    .bind(PanoramaId::new().to_string())
    .bind(new.asset.to_string())
    .bind(&new.recipe_hash)
    .bind(&new.pack_key)
    .bind(new.manifest.to_string())
    .bind(&new.root)
    .bind(at.as_millis())
    .bind(&new.masks)
    .bind(new.eye.map_or("", Eye::name))
    .execute(&mut **tx)
    .await?;
    let row = sqlx::query("SELECT id FROM panoramas WHERE asset_id = $1 AND recipe_hash = $2")
        .bind(new.asset.to_string())
        .bind(&new.recipe_hash)
        .fetch_one(&mut **tx)
        .await?;
    let id: String = row.try_get("id")?;
    PanoramaId::parse(&id).ok_or_else(|| corrupt("panoramas.id", &id))
}

/// Notes the WebP pack of a panorama.
pub async fn set_webp(
    tx: &mut Transaction,
    id: PanoramaId,
    key: &str,
) -> Result<(), CatalogueError> {
    sqlx::query("UPDATE panoramas SET webp_key = $1 WHERE id = $2")
        .bind(key)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn from_row(row: &AnyRow) -> Result<Panorama, CatalogueError> {
    let (id, listing): (String, String) = (row.try_get("id")?, row.try_get("listing_id")?);
    let court: String = row.try_get("court_id")?;
    let agency: Option<String> = row.try_get("agency_id")?;
    Ok(Panorama {
        id: PanoramaId::parse(&id).ok_or_else(|| corrupt("panoramas.id", &id))?,
        pack_key: row.try_get("pack_key")?,
        webp_key: row.try_get("webp_key")?,
        root: row.try_get("root")?,
        listing: ListingId::parse(&listing).ok_or_else(|| corrupt("listings.id", &listing))?,
        owners: Owners {
            court: TenantId::parse(&court).ok_or_else(|| corrupt("listings.court_id", &court))?,
            agency: agency.as_deref().and_then(TenantId::parse),
        },
    })
}

fn corrupt(place: &'static str, value: &str) -> CatalogueError {
    CatalogueError::Corrupt { place, reason: format!("'{value}' is not expected there") }
}
