//! Flat pictures with masks: which small picture was made with which masks, and who of the court has opened which.

use std::collections::HashMap;

use sqlx::Row;

use super::listings::parsed;
use super::{CatalogueError, Database, Transaction};
use crate::base::id::{AssetId, ListingId, UserId};
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

/// Somebody of the court who has opened a picture.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// Notes that somebody has opened a small picture.
pub async fn see(
    tx: &mut Transaction,
    asset: AssetId,
    picture: &Blake3,
    look: Look,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO picture_looks (asset_id, picture, seen_by, seen_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (asset_id, picture, seen_by) DO NOTHING",
    )
    .bind(asset.to_string())
    .bind(picture.to_string())
    .bind(look.by.to_string())
    .bind(look.at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Who has opened which small pictures of a listing, the latest first.
pub async fn looks(
    database: &Database,
    listing: ListingId,
) -> Result<HashMap<(AssetId, Blake3), Vec<Look>>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT k.asset_id, k.picture, k.seen_by, k.seen_at FROM picture_looks k \
         JOIN assets a ON a.id = k.asset_id WHERE a.listing_id = $1 ORDER BY k.seen_at DESC, k.seen_by",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    let mut looks: HashMap<_, Vec<Look>> = HashMap::new();
    for row in rows {
        let asset = parsed("picture_looks.asset_id", row.try_get("asset_id")?, AssetId::parse)?;
        let picture = parsed("picture_looks.picture", row.try_get("picture")?, Blake3::parse)?;
        let by = parsed("picture_looks.seen_by", row.try_get("seen_by")?, UserId::parse)?;
        let at = Instant::from_millis(row.try_get("seen_at")?);
        looks.entry((asset, picture)).or_default().push(Look { by, at });
    }
    Ok(looks)
}
