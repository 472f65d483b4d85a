//! Flat pictures with masks: which small picture was made with which masks.

use sqlx::Row;

use super::listings::parsed;
use super::{CatalogueError, Database, Transaction};
use crate::base::id::AssetId;
use crate::base::{Blake3, Instant};

/// Notes that a small picture was made with the masks of this hash; `picture` is its name in `thumbnails/`.
pub async fn add(
    tx: &mut Transaction,
    now: Instant,
    asset: AssetId,
    masks: &str,
    picture: &Blake3,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO masked_pictures (asset_id, masks, picture, made_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (asset_id, masks) DO UPDATE SET picture = excluded.picture, made_at = excluded.made_at",
    )
    .bind(asset.to_string())
    .bind(masks)
    .bind(picture.to_string())
    .bind(now.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The small picture that was made with the masks of this hash, none while it is being made.
pub async fn find(
    database: &Database,
    asset: AssetId,
    masks: &str,
) -> Result<Option<Blake3>, CatalogueError> {
    let row = sqlx::query("SELECT picture FROM masked_pictures WHERE asset_id = $1 AND masks = $2")
        .bind(asset.to_string())
        .bind(masks)
        .fetch_optional(database.read())
        .await?;
    row.map(|row| parsed("masked_pictures.picture", row.try_get("picture")?, Blake3::parse))
        .transpose()
}

/// Every small picture with masks: for checks.
pub async fn all(database: &Database) -> Result<Vec<Blake3>, CatalogueError> {
    let rows = sqlx::query("SELECT picture FROM masked_pictures ORDER BY asset_id, masks")
        .fetch_all(database.read())
        .await?;
    rows.iter()
        .map(|row| parsed("masked_pictures.picture", row.try_get("picture")?, Blake3::parse))
        .collect()
}
