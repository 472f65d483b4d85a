//! Adding to the figures.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use jiff::civil::Date;
use sqlx::Row;

use crate::base::Blake3;
use crate::base::id::{AssetId, ListingId, SceneId};
use crate::catalogue::{CatalogueError, Database, Transaction};

/// What is counted of a listing on a day, beside its visitors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Views {
    /// Of the listing's page.
    pub listing: u64,
    /// Of the tour's page.
    pub tour: u64,
    /// Of the tour inside foreign pages.
    pub embed: u64,
    /// Tours that were really looked at.
    pub opened: u64,
    /// For how long, in milliseconds.
    pub millis: u64,
}

impl AddAssign for Views {
    fn add_assign(&mut self, more: Self) {
        self.listing += more.listing;
        self.tour += more.tour;
        self.embed += more.embed;
        self.opened += more.opened;
        self.millis += more.millis;
    }
}

/// What is counted of a scene on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SceneViews {
    /// How often somebody came in.
    pub visits: u64,
    /// How long it was looked at, in milliseconds.
    pub millis: u64,
}

impl AddAssign for SceneViews {
    fn add_assign(&mut self, more: Self) {
        self.visits += more.visits;
        self.millis += more.millis;
    }
}

/// What waits to be added. Sorted: processes that add at once meet in the same rows in the same order and never wait for
/// one another in a circle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Day, listing and mark of visitors who may be new.
    pub marks: BTreeSet<(Date, ListingId, String)>,
    /// Views of a listing on a day.
    pub days: BTreeMap<(ListingId, Date), Views>,
    /// Views of a scene on a day.
    pub scenes: BTreeMap<(ListingId, SceneId, Date), SceneViews>,
    /// Milliseconds that a cell (`geometry::gaze`) of a scene's picture was looked at.
    pub gaze: BTreeMap<(ListingId, SceneId, AssetId, u16), u64>,
}

impl Batch {
    /// Whether there is nothing to add.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes in another batch.
    pub fn merge(&mut self, other: Self) {
        self.marks.extend(other.marks);
        for (key, views) in other.days {
            *self.days.entry(key).or_default() += views;
        }
        for (key, views) in other.scenes {
            *self.scenes.entry(key).or_default() += views;
        }
        for (key, millis) in other.gaze {
            *self.gaze.entry(key).or_default() += millis;
        }
    }
}

/// Adds a batch in one transaction. Marks of days before `today` count nobody any more: theirs were forgotten.
pub async fn add(database: &Database, batch: &Batch, today: Date) -> Result<(), CatalogueError> {
    let mut tx = database.begin().await?;
    let mut days: BTreeMap<(ListingId, Date), (Views, u64)> =
        batch.days.iter().map(|(key, views)| (*key, (*views, 0))).collect();
    for (day, listing, mark) in batch.marks.iter().filter(|(day, ..)| *day >= today) {
        let added = sqlx::query(
            "INSERT INTO statistics_marks (day, listing_id, mark) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(day.to_string())
        .bind(listing.to_string())
        .bind(mark)
        .execute(&mut *tx)
        .await?;
        days.entry((*listing, *day)).or_default().1 += added.rows_affected();
    }
    for ((listing, day), (views, visitors)) in days {
        add_day(&mut tx, (listing, day), views, visitors).await?;
    }
    for ((listing, scene, day), views) in &batch.scenes {
        sqlx::query(
            "INSERT INTO statistics_scenes (listing_id, scene_id, day, visits, millis) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (listing_id, scene_id, day) DO UPDATE SET \
             visits = statistics_scenes.visits + excluded.visits, millis = statistics_scenes.millis + excluded.millis",
        )
        .bind(listing.to_string())
        .bind(scene.to_string())
        .bind(day.to_string())
        .bind(views.visits as i64)
        .bind(views.millis as i64)
        .execute(&mut *tx)
        .await?;
    }
    for ((listing, scene, asset, cell), millis) in &batch.gaze {
        sqlx::query(
            "INSERT INTO statistics_gaze (listing_id, scene_id, asset_id, cell, millis) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (listing_id, scene_id, asset_id, cell) DO UPDATE SET \
             millis = statistics_gaze.millis + excluded.millis",
        )
        .bind(listing.to_string())
        .bind(scene.to_string())
        .bind(asset.to_string())
        .bind(i64::from(*cell))
        .bind(*millis as i64)
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx.commit().await?)
}

async fn add_day(
    tx: &mut Transaction,
    (listing, day): (ListingId, Date),
    views: Views,
    visitors: u64,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO statistics_days (listing_id, day, listing_views, tour_views, embed_views, visitors, \
         tours_opened, tour_millis) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (listing_id, day) DO UPDATE SET \
         listing_views = statistics_days.listing_views + excluded.listing_views, \
         tour_views = statistics_days.tour_views + excluded.tour_views, \
         embed_views = statistics_days.embed_views + excluded.embed_views, \
         visitors = statistics_days.visitors + excluded.visitors, \
         tours_opened = statistics_days.tours_opened + excluded.tours_opened, \
         tour_millis = statistics_days.tour_millis + excluded.tour_millis",
    )
    .bind(listing.to_string())
    .bind(day.to_string())
    .bind(views.listing as i64)
    .bind(views.tour as i64)
    .bind(views.embed as i64)
    .bind(visitors as i64)
    .bind(views.opened as i64)
    .bind(views.millis as i64)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The salt of a day, the same for every process: whoever asks first makes it, of 256 random bits.
pub async fn salt_of(database: &Database, day: Date) -> Result<Blake3, CatalogueError> {
    const ASK: &str = "SELECT salt FROM statistics_salts WHERE day = $1";
    let known = |row: sqlx::any::AnyRow| -> Result<Blake3, CatalogueError> {
        let text: String = row.try_get("salt")?;
        Blake3::parse(&text).ok_or_else(|| CatalogueError::Corrupt {
            place: "statistics_salts.salt",
            reason: "not 64 hexadecimal digits".to_owned(),
        })
    };
    let day = day.to_string();
    if let Some(row) = sqlx::query(ASK).bind(&day).fetch_optional(database.read()).await? {
        return known(row);
    }
    let mut tx = database.begin().await?;
    sqlx::query("INSERT INTO statistics_salts (day, salt) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(&day)
        .bind(Blake3::from_bytes(rand::random()).to_string())
        .execute(&mut *tx)
        .await?;
    let row = sqlx::query(ASK).bind(&day).fetch_one(&mut *tx).await?;
    let salt = known(row)?;
    tx.commit().await?;
    Ok(salt)
}
