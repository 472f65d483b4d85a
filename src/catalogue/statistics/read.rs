//! Reading the figures.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;
use sqlx::Row;

use crate::base::id::{AssetId, ListingId, SceneId};
use crate::catalogue::{CatalogueError, Database};

/// The figures of one day.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Day {
    /// The calendar day in Shanghai.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Views of the listing's page.
    pub listing_views: i64,
    /// Views of the tour's page.
    pub tour_views: i64,
    /// Views of the tour inside foreign pages.
    pub embed_views: i64,
    /// Different visitors of this day. They cannot be summed over days: who comes back is new every day.
    pub visitors: i64,
    /// Tours that were really looked at.
    pub tours_opened: i64,
    /// For how long, in seconds.
    pub tour_seconds: i64,
}

/// How a scene was looked at in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// How often somebody came in.
    pub visits: i64,
    /// How long it was looked at, in milliseconds.
    pub millis: i64,
}

/// The picture that a scene showed last.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The scene.
    pub scene: String,
    /// The asset that its panorama shows.
    pub asset: String,
    /// Whether the asset is still one of the listing's files.
    pub is_kept: bool,
    /// Yaw and pitch, in degrees, that the picture covers: `{yaw: [from, to], pitch: [from, to]}`.
    pub coverage: Value,
}

/// How long a cell of a picture was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The cell (`geometry::gaze`).
    pub cell: i64,
    /// In milliseconds.
    pub millis: i64,
}

/// The days between two, both included, on which anything was counted.
pub async fn days(
    database: &Database,
    listing: ListingId,
    (from, to): (Date, Date),
) -> Result<Vec<Day>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT * FROM statistics_days WHERE listing_id = $1 AND day >= $2 AND day <= $3 ORDER BY day",
    )
    .bind(listing.to_string())
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Day {
                day: date(&row.try_get::<String, _>("day")?)?,
                listing_views: row.try_get("listing_views")?,
                tour_views: row.try_get("tour_views")?,
                embed_views: row.try_get("embed_views")?,
                visitors: row.try_get("visitors")?,
                tours_opened: row.try_get("tours_opened")?,
                tour_seconds: row.try_get::<i64, _>("tour_millis")? / 1000,
            })
        })
        .collect()
}

/// The first day on which anything of a listing was counted.
pub async fn first_day(
    database: &Database,
    listing: ListingId,
) -> Result<Option<Date>, CatalogueError> {
    let row =
        sqlx::query("SELECT MIN(day) AS first_day FROM statistics_days WHERE listing_id = $1")
            .bind(listing.to_string())
            .fetch_one(database.read())
            .await?;
    row.try_get::<Option<String>, _>("first_day")?.map(|text| date(&text)).transpose()
}

/// How the scenes of a listing were looked at between two days, both included.
pub async fn rooms(
    database: &Database,
    listing: ListingId,
    (from, to): (Date, Date),
) -> Result<BTreeMap<String, Room>, CatalogueError> {
    // Sums are NUMERIC on PostgreSQL.
    let rows = sqlx::query(
        "SELECT scene_id, CAST(SUM(visits) AS BIGINT) AS visits, CAST(SUM(millis) AS BIGINT) AS millis \
         FROM statistics_scenes WHERE listing_id = $1 AND day >= $2 AND day <= $3 GROUP BY scene_id",
    )
    .bind(listing.to_string())
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            let room = Room { visits: row.try_get("visits")?, millis: row.try_get("millis")? };
            Ok((row.try_get("scene_id")?, room))
        })
        .collect()
}

/// The scenes of all versions of a listing's tour, each with the picture that it showed last.
pub async fn pictures(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<Picture>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT s.scene_id, p.asset_id, p.manifest, a.deleted_at FROM publications v \
         JOIN publication_scenes s ON s.version = v.version JOIN panoramas p ON p.id = s.panorama_id \
         JOIN assets a ON a.id = p.asset_id WHERE v.listing_id = $1 ORDER BY v.number DESC, s.scene_id",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    let mut found: Vec<Picture> = Vec::new();
    for row in rows {
        let scene: String = row.try_get("scene_id")?;
        if found.iter().any(|earlier| earlier.scene == scene) {
            continue;
        }
        let manifest: String = row.try_get("manifest")?;
        let manifest: Value = serde_json::from_str(&manifest).map_err(|error| {
            CatalogueError::Corrupt { place: "panoramas.manifest", reason: error.to_string() }
        })?;
        found.push(Picture {
            scene,
            asset: row.try_get("asset_id")?,
            is_kept: row.try_get::<Option<i64>, _>("deleted_at")?.is_none(),
            coverage: manifest["coverage"].clone(),
        });
    }
    Ok(found)
}

/// How long each cell of a picture was looked at, over the whole time; cells that nobody looked at are left out.
pub async fn gaze(
    database: &Database,
    listing: ListingId,
    scene: &str,
    asset: &str,
) -> Result<Vec<Looked>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT cell, millis FROM statistics_gaze \
         WHERE listing_id = $1 AND scene_id = $2 AND asset_id = $3 ORDER BY cell",
    )
    .bind(listing.to_string())
    .bind(scene)
    .bind(asset)
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| Ok(Looked { cell: row.try_get("cell")?, millis: row.try_get("millis")? }))
        .collect()
}

fn date(text: &str) -> Result<Date, CatalogueError> {
    text.parse().map_err(|error: jiff::Error| CatalogueError::Corrupt {
        place: "statistics_days.day",
        reason: error.to_string(),
    })
}

/// The scenes of a version of a listing's tour that is not withdrawn, with the assets that they show; none where there is
/// no such version. Pictures of another day are published under names that are no scene's: they are left out.
pub async fn shown_by(
    database: &Database,
    listing: ListingId,
    version: &str,
) -> Result<Vec<(SceneId, AssetId)>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT s.scene_id, p.asset_id FROM publications v JOIN publication_scenes s ON s.version = v.version \
         JOIN panoramas p ON p.id = s.panorama_id \
         WHERE v.version = $1 AND v.listing_id = $2 AND v.withdrawn_at IS NULL",
    )
    .bind(version)
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let (scene, asset): (String, String) = (row.try_get("scene_id")?, row.try_get("asset_id")?);
        let Some(scene) = SceneId::parse(&scene) else { continue };
        let asset = AssetId::parse(&asset)
            .ok_or(CatalogueError::Corrupt { place: "panoramas.asset_id", reason: asset })?;
        shown.push((scene, asset));
    }
    Ok(shown)
}
