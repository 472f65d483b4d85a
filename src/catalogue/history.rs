//! What happened to a listing: steps of its rounds and dated corrections.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row;

use super::change_error::ChangeError;
use super::listings::{self, By, Listing, from_text, to_text};
use super::{CatalogueError, Database, Transaction, listings_public, rounds, snapshots};
use crate::auction::corrections;
use crate::auction::round_error::RoundError;
use crate::auction::rounds::facts_are_frozen;
use crate::base::Instant;
use crate::base::id::ListingId;

/// A step of a round as it was made.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    /// The round.
    pub round_id: String,
    /// State before.
    pub from: String,
    /// State after.
    pub to: String,
    /// When it took effect.
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Instant,
    /// Why.
    pub reason: String,
    /// The document that decided it.
    pub document: Option<String>,
    /// Who entered it.
    pub actor_name: String,
    /// SHA-256 of what the page showed when it was announced.
    pub snapshot_sha256: Option<String>,
}

/// A dated correction.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Correction {
    /// Its id.
    pub id: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
    /// Field of the facts, parts separated by dots.
    pub field: String,
    /// Value before, as JSON.
    pub before: Value,
    /// Value after, as JSON.
    pub after: Value,
    /// Why.
    pub reason: String,
    /// Who was told.
    pub notified: Option<String>,
    /// Who entered it.
    pub actor_name: String,
}

/// A correction to be made.
#[derive(Clone, Debug)]
pub struct NewCorrection {
    /// Field of the facts, parts separated by dots.
    pub field: String,
    /// The right value, as JSON.
    pub value: Value,
    /// Why.
    pub reason: String,
    /// Who was told.
    pub notified: Option<String>,
}

/// Corrects one field after bidding has begun.
pub async fn correct(
    tx: &mut Transaction,
    by: By<'_>,
    id: ListingId,
    new: &NewCorrection,
) -> Result<Correction, ChangeError> {
    let before = listings::get_in(tx, id).await?;
    let round = rounds::last_in(tx, id).await?.ok_or(RoundError::NothingToCorrect)?;
    if !facts_are_frozen(&round.facts(), by.now) {
        return Err(RoundError::NothingToCorrect.into());
    }
    if new.reason.trim().is_empty() {
        return Err(RoundError::Missing { field: "reason" }.into());
    }
    let corrected = corrections::correct(&before.facts, &new.field, new.value.clone())?;
    let after = Listing { facts: corrected.facts, ..before.clone() };
    let after = listings::write(tx, by, &after, before.version).await?;
    let correction = Correction {
        id: uuid::Uuid::now_v7().to_string(),
        at: by.now,
        field: new.field.clone(),
        before: corrected.before,
        after: new.value.clone(),
        reason: new.reason.clone(),
        notified: new.notified.clone(),
        actor_name: by.actor.name.clone(),
    };
    sqlx::query(
        "INSERT INTO corrections (id, listing_id, at, field, value_before, value_after, reason, notified, actor_id, \
         actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&correction.id)
    .bind(id.to_string())
    .bind(correction.at.as_millis())
    .bind(&correction.field)
    .bind(to_text(&correction.before))
    .bind(to_text(&correction.after))
    .bind(&correction.reason)
    .bind(&correction.notified)
    .bind(by.actor.id.map(|id| id.to_string()))
    .bind(&correction.actor_name)
    .execute(&mut **tx)
    .await?;
    listings::record(tx, by, "listing.correct", &after, serde_json::json!(&correction)).await?;
    listings_public::refresh(tx, by.dialect, by.now, id).await?;
    snapshots::keep(tx, by, id, "listing.correct").await?;
    Ok(correction)
}

/// Corrections of a listing, the latest first.
pub async fn corrections_of(
    database: &Database,
    id: ListingId,
) -> Result<Vec<Correction>, CatalogueError> {
    corrections_in(database.read(), id).await
}

/// The same inside a transaction or out of it.
pub(super) async fn corrections_in<'a>(
    connection: impl sqlx::Executor<'a, Database = sqlx::Any>,
    id: ListingId,
) -> Result<Vec<Correction>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT id, at, field, value_before, value_after, reason, notified, actor_name FROM corrections \
         WHERE listing_id = $1 ORDER BY at DESC, id DESC",
    )
    .bind(id.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Correction {
                id: row.try_get("id")?,
                at: Instant::from_millis(row.try_get("at")?),
                field: row.try_get("field")?,
                before: from_text("corrections.value_before", row.try_get("value_before")?)?,
                after: from_text("corrections.value_after", row.try_get("value_after")?)?,
                reason: row.try_get("reason")?,
                notified: row.try_get("notified")?,
                actor_name: row.try_get("actor_name")?,
            })
        })
        .collect()
}

/// Steps of all rounds of a listing, the latest first.
pub async fn steps_of(database: &Database, id: ListingId) -> Result<Vec<Step>, CatalogueError> {
    steps_in(database.read(), id).await
}

/// The same inside a transaction or out of it.
pub(super) async fn steps_in<'a>(
    connection: impl sqlx::Executor<'a, Database = sqlx::Any>,
    id: ListingId,
) -> Result<Vec<Step>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT round_id, from_state, to_state, at, recorded_at, reason, document, actor_name, snapshot_sha256 \
         FROM round_transitions WHERE listing_id = $1 ORDER BY recorded_at DESC, id DESC",
    )
    .bind(id.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Step {
                round_id: row.try_get("round_id")?,
                from: row.try_get("from_state")?,
                to: row.try_get("to_state")?,
                at: Instant::from_millis(row.try_get("at")?),
                recorded_at: Instant::from_millis(row.try_get("recorded_at")?),
                reason: row.try_get("reason")?,
                document: row.try_get("document")?,
                actor_name: row.try_get("actor_name")?,
                snapshot_sha256: row.try_get("snapshot_sha256")?,
            })
        })
        .collect()
}
