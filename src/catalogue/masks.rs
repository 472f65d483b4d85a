//! Privacy masks of panoramas and flat pictures, and which of an asset's panoramas was made with its present masks.

use std::collections::{HashMap, HashSet};

use sqlx::Row;
use sqlx::any::AnyRow;

use super::listings::{from_text, parsed};
use super::{CatalogueError, Database, Transaction};
use crate::auction::masks::{self, Mask};
use crate::auction::tour::TourDocument;
use crate::base::id::{AssetId, ListingId, PanoramaId};
use crate::base::{Blake3, Instant};
use crate::geometry::Surface;
use crate::imaging::Eye;

/// The masks of one picture's original.
#[derive(Clone, Debug)]
pub struct Masked {
    /// The original as an asset.
    pub asset: AssetId,
    /// What the corners lie on; the sphere while nobody has saved masks.
    pub surface: Surface,
    /// Grows with every change; the ETag. 0 while nobody has saved masks.
    pub version: i64,
    /// All masks, decided or not.
    pub masks: Vec<Mask>,
    /// Hash of what the confirmed ones hide, empty where they hide nothing.
    pub hash: String,
}

impl Masked {
    fn none(asset: AssetId) -> Self {
        Self { asset, surface: Surface::Sphere, version: 0, masks: Vec::new(), hash: String::new() }
    }
}

/// The masks of an asset.
pub async fn find(database: &Database, asset: AssetId) -> Result<Masked, CatalogueError> {
    let row = sqlx::query("SELECT * FROM masks WHERE asset_id = $1")
        .bind(asset.to_string())
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map_or_else(|| Ok(Masked::none(asset)), masked)
}

/// As [`find`], as this transaction sees it.
pub async fn find_in(tx: &mut Transaction, asset: AssetId) -> Result<Masked, CatalogueError> {
    let row = sqlx::query("SELECT * FROM masks WHERE asset_id = $1")
        .bind(asset.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map_or_else(|| Ok(Masked::none(asset)), masked)
}

/// The masks of all assets of a listing that have any.
pub async fn of_listing(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<Masked>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT m.* FROM masks m JOIN assets a ON a.id = m.asset_id \
         WHERE a.listing_id = $1 AND a.deleted_at IS NULL ORDER BY m.asset_id",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    rows.iter().map(masked).collect()
}

/// The list of the newest other asset of the listing with the same bytes, on this surface: the same picture, uploaded again.
pub async fn of_same_picture(
    tx: &mut Transaction,
    (asset, surface): (AssetId, Surface),
    listing: ListingId,
    original: &Blake3,
) -> Result<Option<Masked>, CatalogueError> {
    let row = sqlx::query(
        "SELECT m.* FROM masks m JOIN assets a ON a.id = m.asset_id \
         WHERE a.listing_id = $1 AND a.original = $2 AND a.id <> $3 AND m.surface = $4 \
         ORDER BY a.id DESC LIMIT 1",
    )
    .bind(listing.to_string())
    .bind(original.to_string())
    .bind(asset.to_string())
    .bind(surface.name())
    .fetch_optional(&mut **tx)
    .await?;
    row.as_ref().map(masked).transpose()
}

/// Stores a list in place of the one whose version was read (0: none yet). `Stale` if it is another by now.
pub async fn save(
    tx: &mut Transaction,
    now: Instant,
    (asset, surface): (AssetId, Surface),
    expected: i64,
    list: &[Mask],
) -> Result<Masked, CatalogueError> {
    let hash = masks::hash(&masks::applied(surface, list));
    let document = serde_json::json!(list).to_string();
    let query = if expected == 0 {
        "INSERT INTO masks (asset_id, version, document, hash, changed_at, surface) \
         VALUES ($1, CAST($2 AS BIGINT) + 1, $3, $4, $5, $6) ON CONFLICT (asset_id) DO NOTHING"
    } else {
        "UPDATE masks SET version = version + 1, document = $3, hash = $4, changed_at = $5, surface = $6 \
         WHERE asset_id = $1 AND version = $2"
    };
    let changed = sqlx::query(query)
        .bind(asset.to_string())
        .bind(expected)
        .bind(document)
        .bind(&hash)
        .bind(now.as_millis())
        .bind(surface.name())
        .execute(&mut **tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Err(CatalogueError::Stale { what: "masks", id: asset.to_string() });
    }
    Ok(Masked { asset, surface, version: expected + 1, masks: list.to_vec(), hash })
}

/// A panorama beside the masks that its asset has now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its asset.
    pub asset: AssetId,
    /// The panorama of the same asset that was made with the present masks: itself, or the newest such; none while it is
    /// being made.
    pub current: Option<PanoramaId>,
    /// What the other eye sees beside `current`, where that is the left eye's.
    pub right_eye: Option<PanoramaId>,
}

/// How the panoramas of a listing stand to the present masks.
pub async fn standing(
    database: &Database,
    listing: ListingId,
) -> Result<HashMap<PanoramaId, Standing>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT p.id, p.asset_id, p.masks, p.eye, COALESCE(m.hash, '') AS wanted FROM panoramas p \
         JOIN assets a ON a.id = p.asset_id \
         LEFT JOIN masks m ON m.asset_id = p.asset_id AND m.surface = 'sphere' \
         WHERE a.listing_id = $1 ORDER BY p.id",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    let mut rows_read = Vec::with_capacity(rows.len());
    let mut newest = HashMap::new();
    let (mut left_eyes, mut right_eyes) = (HashSet::new(), HashMap::new());
    for row in &rows {
        let id = parsed("panoramas.id", row.try_get("id")?, PanoramaId::parse)?;
        let asset = parsed("panoramas.asset_id", row.try_get("asset_id")?, AssetId::parse)?;
        let is_current = row.try_get::<&str, _>("masks")? == row.try_get::<&str, _>("wanted")?;
        let eye: &str = row.try_get("eye")?;
        if eye == Eye::Left.name() {
            left_eyes.insert(id);
        }
        if is_current {
            let of_eye = if eye == Eye::Right.name() { &mut right_eyes } else { &mut newest };
            of_eye.insert(asset, id);
        }
        rows_read.push((id, asset, is_current));
    }
    let standing = |(id, asset, is_current)| {
        let current = if is_current { Some(id) } else { newest.get(&asset).copied() };
        let is_left = current.is_some_and(|current| left_eyes.contains(&current));
        let right_eye = right_eyes.get(&asset).copied().filter(|_| is_left);
        (id, Standing { asset, current, right_eye })
    };
    Ok(rows_read.into_iter().map(standing).collect())
}

/// Puts the panoramas with the present masks into a tour, and beside them what the right eye sees; those that have none yet stay.
pub async fn bring_up_to_date(
    database: &Database,
    listing: ListingId,
    document: &mut TourDocument,
) -> Result<(), CatalogueError> {
    let standing = standing(database, listing).await?;
    let bring = |panorama: &mut PanoramaId| {
        if let Some(current) = standing.get(panorama).and_then(|found| found.current) {
            *panorama = current;
        }
    };
    for scene in &mut document.scenes {
        bring(&mut scene.panorama);
        scene.right_eye = standing.get(&scene.panorama).and_then(|found| found.right_eye);
        if let Some(other) = &mut scene.other_day {
            bring(&mut other.panorama);
        }
    }
    Ok(())
}

/// Whether a panorama shows what its asset's present masks hide.
pub async fn exposes(database: &Database, panorama: PanoramaId) -> Result<bool, CatalogueError> {
    let row = sqlx::query(
        "SELECT p.id FROM panoramas p JOIN masks m ON m.asset_id = p.asset_id AND m.surface = 'sphere' \
         WHERE p.id = $1 AND m.hash <> '' AND p.masks <> m.hash",
    )
    .bind(panorama.to_string())
    .fetch_optional(database.read())
    .await?;
    Ok(row.is_some())
}

/// What is there of an asset to look at.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The panorama.
    pub panorama: PanoramaId,
    /// Face, tile, levels and coverage.
    pub manifest: serde_json::Value,
    /// The id of its JPEG pack, under which its thumbnail lies too, if it has one of its own.
    pub recipe_hash: String,
    /// It is what the left eye sees, one half of the original.
    pub is_left_eye: bool,
}

/// The newest panorama of an asset that was made with the masks of this hash; of two eyes the left one's.
pub async fn picture(
    database: &Database,
    asset: AssetId,
    hash: &str,
) -> Result<Option<Picture>, CatalogueError> {
    let row = sqlx::query(
        "SELECT id, manifest, recipe_hash, eye FROM panoramas WHERE asset_id = $1 AND masks = $2 \
         AND eye <> 'right' ORDER BY id DESC LIMIT 1",
    )
    .bind(asset.to_string())
    .bind(hash)
    .fetch_optional(database.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Picture {
        panorama: parsed("panoramas.id", row.try_get("id")?, PanoramaId::parse)?,
        manifest: from_text("panoramas.manifest", row.try_get("manifest")?)?,
        recipe_hash: row.try_get("recipe_hash")?,
        is_left_eye: row.try_get::<&str, _>("eye")? == Eye::Left.name(),
    }))
}

/// The ids of all packs that were made with masks or of one eye's half: each has a thumbnail of its own.
pub async fn packs_with_thumbnails(database: &Database) -> Result<Vec<String>, CatalogueError> {
    let rows =
        sqlx::query("SELECT recipe_hash FROM panoramas WHERE masks <> '' OR eye <> '' ORDER BY id")
            .fetch_all(database.read())
            .await?;
    rows.iter().map(|row| Ok(row.try_get("recipe_hash")?)).collect()
}

/// Public versions that show what masks hide by now: address of the version, and panorama or photo.
pub async fn exposed_to_the_public(
    database: &Database,
) -> Result<Vec<(String, String)>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT v.version, p.id FROM publications v JOIN publication_scenes s ON s.version = v.version \
         JOIN panoramas p ON p.id = s.panorama_id JOIN masks m ON m.asset_id = p.asset_id AND m.surface = 'sphere' \
         WHERE v.withdrawn_at IS NULL AND m.hash <> '' AND p.masks <> m.hash \
         UNION ALL SELECT v.version, s.asset_id AS id FROM publications v \
         JOIN publication_pictures s ON s.version = v.version \
         JOIN masks m ON m.asset_id = s.asset_id AND m.surface = 'flat' \
         WHERE v.withdrawn_at IS NULL AND m.hash <> '' AND NOT EXISTS (SELECT 1 FROM masked_pictures k \
         WHERE k.asset_id = s.asset_id AND k.masks = m.hash AND k.picture = s.picture) ORDER BY 1, 2",
    )
    .fetch_all(database.read())
    .await?;
    rows.iter().map(|row| Ok((row.try_get("version")?, row.try_get("id")?))).collect()
}

/// Lists whose hash is not that of their masks, or that cannot be read: for checks.
pub async fn damaged(database: &Database) -> Result<Vec<String>, CatalogueError> {
    let rows =
        sqlx::query("SELECT * FROM masks ORDER BY asset_id").fetch_all(database.read()).await?;
    let mut damaged = Vec::new();
    for row in &rows {
        let sound = masked(row)
            .is_ok_and(|list| masks::hash(&masks::applied(list.surface, &list.masks)) == list.hash);
        if !sound {
            damaged.push(row.try_get("asset_id")?);
        }
    }
    Ok(damaged)
}

/// Holds the tour of a listing as it was read until the transaction ends: `Stale` if it has changed.
pub async fn hold_tour(
    tx: &mut Transaction,
    listing: ListingId,
    version: i64,
) -> Result<(), CatalogueError> {
    let held =
        sqlx::query("UPDATE tours SET version = version WHERE listing_id = $1 AND version = $2")
            .bind(listing.to_string())
            .bind(version)
            .execute(&mut **tx)
            .await?;
    if held.rows_affected() == 0 {
        return Err(CatalogueError::Stale { what: "tour", id: listing.to_string() });
    }
    Ok(())
}

fn masked(row: &AnyRow) -> Result<Masked, CatalogueError> {
    Ok(Masked {
        surface: parsed("masks.surface", row.try_get("surface")?, Surface::parse)?,
        asset: parsed("masks.asset_id", row.try_get("asset_id")?, AssetId::parse)?,
        version: row.try_get("version")?,
        masks: from_text("masks.document", row.try_get("document")?)?,
        hash: row.try_get("hash")?,
    })
}
