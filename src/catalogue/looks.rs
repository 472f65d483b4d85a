//! Who of the court has looked at what a tour shows or plays beside its panoramas: pictures opened, videos watched, recordings
//! heard. Each by the hash of what is handed out, so that whoever changes it is looked at anew.

use std::collections::HashMap;

use sqlx::Row;

use super::listings::parsed;
use super::{CatalogueError, Database, Transaction};
use crate::base::id::{AssetId, ListingId, UserId};
use crate::base::{Blake3, Instant};

/// Somebody who has looked.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// Notes that somebody has looked at what is handed out of an asset; `shown` is its hash.
pub async fn add(
    tx: &mut Transaction,
    asset: AssetId,
    shown: &Blake3,
    look: Look,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO looks (asset_id, shown, seen_by, seen_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (asset_id, shown, seen_by) DO NOTHING",
    )
    .bind(asset.to_string())
    .bind(shown.to_string())
    .bind(look.by.to_string())
    .bind(look.at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Who has looked at what of a listing, the latest first.
pub async fn of_listing(
    database: &Database,
    listing: ListingId,
) -> Result<HashMap<(AssetId, Blake3), Vec<Look>>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT k.asset_id, k.shown, k.seen_by, k.seen_at FROM looks k \
         JOIN assets a ON a.id = k.asset_id WHERE a.listing_id = $1 ORDER BY k.seen_at DESC, k.seen_by",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    let mut looks: HashMap<_, Vec<Look>> = HashMap::new();
    for row in rows {
        let asset = parsed("looks.asset_id", row.try_get("asset_id")?, AssetId::parse)?;
        let shown = parsed("looks.shown", row.try_get("shown")?, Blake3::parse)?;
        let by = parsed("looks.seen_by", row.try_get("seen_by")?, UserId::parse)?;
        let at = Instant::from_millis(row.try_get("seen_at")?);
        looks.entry((asset, shown)).or_default().push(Look { by, at });
    }
    Ok(looks)
}
