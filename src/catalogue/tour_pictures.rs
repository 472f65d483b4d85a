//! The pictures that a tour shows besides its panoramas, on hotspots and below the plan: which may be, and which a publication holds.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{CatalogueError, Database, Transaction};
use crate::base::Blake3;
use crate::base::id::{AssetId, ListingId};

/// The pictures of a listing that a tour may show.
#[derive(Clone, Debug, Default)]
pub struct Usable {
    /// Ordinary photos: for hotspots.
    pub photos: HashMap<AssetId, Blake3>,
    /// Drawings of the flat and ordinary photos: for the plan.
    pub plans: HashMap<AssetId, Blake3>,
}

/// The pictures of a listing that have a copy without metadata, and their bytes' hashes. What is a panorama is
/// none of them: its small picture would show what masks hide.
pub async fn usable(database: &Database, listing: ListingId) -> Result<Usable, CatalogueError> {
    let rows = sqlx::query(
        "SELECT a.id, a.original, a.taken_as, a.probe FROM assets a \
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
        let original = hash_of(&row.try_get::<String, _>("original")?)?;
        found.plans.insert(id, original);
        if is_photo {
            found.photos.insert(id, original);
        }
    }
    Ok(found)
}

/// Notes that a published version shows these pictures.
pub async fn add(
    tx: &mut Transaction,
    version: &str,
    pictures: &HashMap<AssetId, Blake3>,
) -> Result<(), CatalogueError> {
    for (asset, original) in pictures {
        sqlx::query(
            "INSERT INTO publication_pictures (version, asset_id, original) VALUES ($1, $2, $3)",
        )
        .bind(version)
        .bind(asset.to_string())
        .bind(original.to_string())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// The bytes of a photo that a published version shows; `None` where it shows no such photo.
pub async fn of_publication(
    database: &Database,
    version: &str,
    asset: AssetId,
) -> Result<Option<Blake3>, CatalogueError> {
    let row = sqlx::query(
        "SELECT original FROM publication_pictures WHERE version = $1 AND asset_id = $2",
    )
    .bind(version)
    .bind(asset.to_string())
    .fetch_optional(database.read())
    .await?;
    row.map(|row| hash_of(&row.try_get::<String, _>("original")?)).transpose()
}

/// Every picture that a published version shows, with its bytes' hash.
pub async fn of_version(
    database: &Database,
    version: &str,
) -> Result<HashMap<AssetId, Blake3>, CatalogueError> {
    let rows =
        sqlx::query("SELECT asset_id, original FROM publication_pictures WHERE version = $1")
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
        "SELECT p.version, s.asset_id, s.original FROM publications p \
         JOIN publication_pictures s ON s.version = p.version \
         WHERE p.withdrawn_at IS NULL ORDER BY p.version, s.asset_id",
    )
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            let (asset, original) = picture_of(row)?;
            Ok((row.try_get("version")?, asset, original))
        })
        .collect()
}

fn picture_of(row: &AnyRow) -> Result<(AssetId, Blake3), CatalogueError> {
    let id: String = row.try_get("asset_id")?;
    let id = AssetId::parse(&id).ok_or_else(|| corrupt("publication_pictures.asset_id", id))?;
    Ok((id, hash_of(&row.try_get::<String, _>("original")?)?))
}

fn hash_of(text: &str) -> Result<Blake3, CatalogueError> {
    Blake3::parse(text).ok_or_else(|| corrupt("original", text.to_owned()))
}

fn corrupt(place: &'static str, reason: String) -> CatalogueError {
    CatalogueError::Corrupt { place, reason }
}
