//! What has changed, for consoles that wait for it: a short, numbered memory of events.
//!
//! Guarantees: numbers grow in the order of commits, so that a reader who asks for what came after
//! the last number it saw misses nothing; the newest [`KEPT`] events are kept.

use sqlx::Row;

use super::audience::{Audience, Scope};
use super::{CatalogueError, Database, Dialect, Transaction};
use crate::base::Instant;

/// How many events are remembered for readers that come back.
pub const KEPT: i64 = 20_000;

/// Something that has changed.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// `job`, `asset`, `upload`, `listing` or `tour`.
    pub kind: &'a str,
    /// The object's id.
    pub object_id: &'a str,
    /// Who may hear of it.
    pub audience: Audience,
    /// The changed object as the API shows it.
    pub data: serde_json::Value,
}

/// An event as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its number.
    pub seq: i64,
    /// When it happened.
    pub at: Instant,
    /// `job`, `asset`, `upload`, `listing` or `tour`.
    pub kind: String,
    /// The object's id.
    pub object_id: String,
    /// Who may hear of it.
    pub audience: Audience,
    /// The changed object as JSON text.
    pub data: String,
}

/// Adds an event in the caller's transaction: readers hear of it when the change is committed.
pub async fn append(
    tx: &mut Transaction,
    dialect: Dialect,
    at: Instant,
    event: Event<'_>,
) -> Result<i64, CatalogueError> {
    if dialect == Dialect::Postgres {
        // The lock of the audit log, so that two transactions never take the two in different order.
        // Without it a smaller number could be committed after a reader has seen a greater one.
        sqlx::query("SELECT pg_advisory_xact_lock(4919)").execute(&mut **tx).await?;
    }
    let seq: i64 = sqlx::query("SELECT COALESCE(MAX(seq), 0) + 1 AS seq FROM events")
        .fetch_one(&mut **tx)
        .await?
        .try_get("seq")?;
    sqlx::query(
        "INSERT INTO events (seq, at, kind, object_id, court_id, agency_id, listing_id, data) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(seq)
    .bind(at.as_millis())
    .bind(event.kind)
    .bind(event.object_id)
    .bind(event.audience.court.map(|id| id.to_string()))
    .bind(event.audience.agency.map(|id| id.to_string()))
    .bind(event.audience.listing.map(|id| id.to_string()))
    .bind(event.data.to_string())
    .execute(&mut **tx)
    .await?;
    if seq % 256 == 0 {
        sqlx::query("DELETE FROM events WHERE seq <= $1")
            .bind(seq - KEPT)
            .execute(&mut **tx)
            .await?;
    }
    Ok(seq)
}

/// The numbers of the oldest and the newest event that are remembered; (1, 0) when there is none.
pub async fn range(database: &Database) -> Result<(i64, i64), CatalogueError> {
    let row = sqlx::query(
        "SELECT COALESCE(MIN(seq), 1) AS oldest, COALESCE(MAX(seq), 0) AS newest FROM events",
    )
    .fetch_one(database.read())
    .await?;
    Ok((row.try_get("oldest")?, row.try_get("newest")?))
}

/// Up to `limit` events after number `after` that `scope` may see, in order.
pub async fn page(
    database: &Database,
    scope: Scope,
    after: i64,
    limit: i64,
) -> Result<Vec<Stored>, CatalogueError> {
    let (condition, value) = scope.condition(3);
    let query =
        format!("SELECT * FROM events WHERE seq > $1 AND {condition} ORDER BY seq LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(after)
        .bind(limit)
        .bind(value)
        .fetch_all(database.read())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Stored {
                seq: row.try_get("seq")?,
                at: Instant::from_millis(row.try_get("at")?),
                kind: row.try_get("kind")?,
                object_id: row.try_get("object_id")?,
                audience: Audience::from_row(row)?,
                data: row.try_get("data")?,
            })
        })
        .collect()
}
