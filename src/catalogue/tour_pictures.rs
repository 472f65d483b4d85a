//! The pictures that a tour shows besides its panoramas, on hotspots and below the plan: which may be, and which a publication holds.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{CatalogueError, Database, Transaction};
use crate::base::Blake3;
use crate::base::id::{AssetId, ListingId};

/// The pictures of a listing that a tour may show, each with the name of its small picture in `thumbnails/` as it is with the
/// present masks: that of the original's bytes where nothing is hidden, `None` while it is being made.
#[derive(Clone, Debug, Default)]
pub struct Usable {
    /// Ordinary photos: for hotspots.
    pub photos: HashMap<AssetId, Option<Blake3>>,
    /// Drawings of the flat and ordinary photos: for the plan.
    pub plans: HashMap<AssetId, Option<Blake3>>,
}

/// The pictures of a listing that have a copy without metadata. What is a panorama is none of them: its small picture would
/// show what masks hide.
pub async fn usable(database: &Database, listing: ListingId) -> Result<Usable, CatalogueError> {
    let rows = sqlx::query(
        "SELECT a.id, a.original, a.taken_as, a.probe, COALESCE(m.hash, '') AS masks, k.picture FROM assets a \
         LEFT JOIN masks m ON m.asset_id = a.id \
         LEFT JOIN masked_pictures k ON k.asset_id = a.id AND k.masks = m.hash \
         WHERE a.listing_id = $1 AND a.deleted_at IS NULL AND a.state = 'ready' \
         AND a.has_thumbnail = 1 \
         AND NOT EXISTS (SELECT 1 FROM panoramas p WHERE p.asset_id = a.id)",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    let mut found = Usable::default();
    for row in rows {
        let taken_as: Option<String> = row.try_get("taken_as")?;
        let probe: Option<String> = row.try_get("probe")?;
        let taken_for = taken_as.or_else(|| {
            let probe: serde_json::Value = serde_json::from_str(&probe?).ok()?;
            Some(probe["taken_for"].as_str()?.to_owned())
        });
        let is_photo = taken_for.as_deref() == Some("flat_photo");
        if !is_photo && taken_for.as_deref() != Some("floor_plan") {
            continue;
        }
        let id: String = row.try_get("id")?;
        let id = AssetId::parse(&id).ok_or_else(|| corrupt("assets.id", id))?;
        let small = if row.try_get::<String, _>("masks")?.is_empty() {
            Some(row.try_get::<String, _>("original")?)
        } else {
            row.try_get::<Option<String>, _>("picture")?
        };
        let small = small.as_deref().map(hash_of).transpose()?;
        found.plans.insert(id, small);
        if is_photo {
            found.photos.insert(id, small);
        }
    }
    Ok(found)
}

/// Notes that a published version shows these pictures, each by the name of its small picture.
pub async fn add(
    tx: &mut Transaction,
    version: &str,
    pictures: &HashMap<AssetId, Blake3>,
) -> Result<(), CatalogueError> {
    for (asset, small) in pictures {
        sqlx::query(
            "INSERT INTO publication_pictures (version, asset_id, original, picture) \
             SELECT $1, a.id, a.original, $3 FROM assets a WHERE a.id = $2",
        )
        .bind(version)
        .bind(asset.to_string())
        .bind(small.to_string())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// The small picture of a photo that a published version shows; `None` where it shows no such photo.
pub async fn of_publication(
    database: &Database,
    version: &str,
    asset: AssetId,
) -> Result<Option<Blake3>, CatalogueError> {
    let row = sqlx::query(
        "SELECT picture FROM publication_pictures WHERE version = $1 AND asset_id = $2",
    )
    .bind(version)
    .bind(asset.to_string())
    .fetch_optional(database.read())
    .await?;
    row.map(|row| hash_of(&row.try_get::<String, _>("picture")?)).transpose()
}

/// Every picture that a published version shows, with the name of its small picture.
pub async fn of_version(
    database: &Database,
    version: &str,
) -> Result<HashMap<AssetId, Blake3>, CatalogueError> {
    let rows = sqlx::query("SELECT asset_id, picture FROM publication_pictures WHERE version = $1")
        .bind(version)
        .fetch_all(database.read())
        .await?;
    rows.iter().map(picture_of).collect()
}

/// The pictures that tours show which are published and not withdrawn: each with the version.
pub async fn published(
    database: &Database,
) -> Result<Vec<(String, AssetId, Blake3)>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT p.version, s.asset_id, s.picture FROM publications p \
         JOIN publication_pictures s ON s.version = p.version \
         WHERE p.withdrawn_at IS NULL ORDER BY p.version, s.asset_id",
    )
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            let (asset, small) = picture_of(row)?;
            Ok((row.try_get("version")?, asset, small))
        })
        .collect()
}

fn picture_of(row: &AnyRow) -> Result<(AssetId, Blake3), CatalogueError> {
    let id: String = row.try_get("asset_id")?;
    let id = AssetId::parse(&id).ok_or_else(|| corrupt("publication_pictures.asset_id", id))?;
    Ok((id, hash_of(&row.try_get::<String, _>("picture")?)?))
}

fn hash_of(text: &str) -> Result<Blake3, CatalogueError> {
    Blake3::parse(text).ok_or_else(|| corrupt("picture", text.to_owned()))
}

fn corrupt(place: &'static str, reason: String) -> CatalogueError {
    CatalogueError::Corrupt { place, reason }
}
