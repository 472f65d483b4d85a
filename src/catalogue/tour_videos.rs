//! The videos that hotspots of a tour show, and the recordings that its guided tour plays: which may be, and which a publication
//! holds.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::assets::{Rendition, rendition_of};
use super::{CatalogueError, Database, Transaction};
use crate::base::Blake3;
use crate::base::id::{AssetId, ListingId};

/// A video or recording that a tour shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownVideo {
    /// The original, under whose hash the still of a video lies.
    pub original: Blake3,
    /// What is played.
    pub rendition: Rendition,
}

/// The videos and recordings of a listing that are ready to be shown.
pub async fn usable(
    database: &Database,
    listing: ListingId,
) -> Result<HashMap<AssetId, ShownVideo>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT id AS asset_id, original, has_thumbnail, rendition FROM assets WHERE listing_id = $1 \
         AND deleted_at IS NULL AND state = 'ready' AND rendition IS NOT NULL",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let (asset, video) = video_of(row)?;
        let has_still = row.try_get::<i64, _>("has_thumbnail")? != 0;
        if has_still || video.rendition.is_sound() {
            found.insert(asset, video);
        }
    }
    Ok(found)
}

/// Notes that a published version shows these videos and recordings.
pub async fn add(
    tx: &mut Transaction,
    version: &str,
    videos: &HashMap<AssetId, ShownVideo>,
) -> Result<(), CatalogueError> {
    for (asset, video) in videos {
        sqlx::query(
            "INSERT INTO publication_videos (version, asset_id, original, rendition) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(version)
        .bind(asset.to_string())
        .bind(video.original.to_string())
        .bind(serde_json::json!(video.rendition).to_string())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// The videos and recordings that a published version shows.
pub async fn of_version(
    database: &Database,
    version: &str,
) -> Result<HashMap<AssetId, ShownVideo>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT asset_id, original, rendition FROM publication_videos WHERE version = $1",
    )
    .bind(version)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(video_of).collect()
}

/// The videos and recordings of tours that are published and not withdrawn: each with the version.
pub async fn published(
    database: &Database,
) -> Result<Vec<(String, AssetId, ShownVideo)>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT p.version, s.asset_id, s.original, s.rendition FROM publications p \
         JOIN publication_videos s ON s.version = p.version \
         WHERE p.withdrawn_at IS NULL ORDER BY p.version, s.asset_id",
    )
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            let (asset, video) = video_of(row)?;
            Ok((row.try_get("version")?, asset, video))
        })
        .collect()
}

fn video_of(row: &AnyRow) -> Result<(AssetId, ShownVideo), CatalogueError> {
    let corrupt = |place, reason| CatalogueError::Corrupt { place, reason };
    let id: String = row.try_get("asset_id")?;
    let original: String = row.try_get("original")?;
    let rendition = rendition_of(row)?;
    let asset = AssetId::parse(&id).ok_or_else(|| corrupt("publication_videos.asset_id", id))?;
    let original =
        Blake3::parse(&original).ok_or_else(|| corrupt("publication_videos.original", original))?;
    let rendition = rendition
        .ok_or_else(|| corrupt("publication_videos.rendition", "nothing is there".to_owned()))?;
    Ok((asset, ShownVideo { original, rendition }))
}
