//! Drafts of tours and their published versions.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{CatalogueError, Database, Transaction};
use crate::auction::remarks::Remark;
use crate::auction::tour::{Hands, TourDocument, TourState};
use crate::base::Instant;
use crate::base::id::{ListingId, UserId};

/// The draft of a listing's tour.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where it stands.
    pub state: TourState,
    /// Grows with every change; the ETag.
    pub version: i64,
    /// Scenes and links.
    pub document: TourDocument,
    /// Who did the earlier steps.
    pub hands: Hands,
    /// What reviewers wrote, oldest first.
    pub remarks: Vec<Remark>,
    /// Last change.
    pub updated_at: Instant,
}

/// A version that was published once.
#[derive(Clone, Debug)]
pub struct Publication {
    /// 128 random bits in base32: the part of the address that nobody can guess.
    pub version: String,
    /// Of which listing.
    pub listing: ListingId,
    /// 1, 2, 3 … within the listing.
    pub number: i64,
    /// What was published.
    pub document: TourDocument,
    /// BLAKE3 over the pack roots of all scenes: what the court vouches for.
    pub root: String,
    /// When.
    pub published_at: Instant,
    /// When it was taken away again.
    pub withdrawn_at: Option<Instant>,
    /// Why it was taken away.
    pub withdrawn_reason: Option<String>,
}

/// The draft of a listing, if anybody has begun one.
pub async fn draft(
    database: &Database,
    listing: ListingId,
) -> Result<Option<Draft>, CatalogueError> {
    let row = sqlx::query("SELECT * FROM tours WHERE listing_id = $1")
        .bind(listing.to_string())
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(draft_from_row).transpose()
}

/// Stores the document as a draft in state `draft`. `expected` is the version that the editor had
/// read, 0 for none yet. Answers the new version.
pub async fn save_draft(
    tx: &mut Transaction,
    now: Instant,
    listing: ListingId,
    expected: i64,
    document: &TourDocument,
) -> Result<i64, CatalogueError> {
    let text = serde_json::json!(document).to_string();
    let changed = if expected == 0 {
        sqlx::query(
            "INSERT INTO tours (listing_id, state, version, document, updated_at) \
             VALUES ($1, 'draft', 1, $2, $3) ON CONFLICT (listing_id) DO NOTHING",
        )
        .bind(listing.to_string())
        .bind(text)
        .bind(now.as_millis())
        .execute(&mut **tx)
        .await?
    } else {
        sqlx::query(
            "UPDATE tours SET state = 'draft', version = version + 1, document = $2, \
             updated_at = $3, submitted_by = NULL, submitted_at = NULL, reviewed_by = NULL, \
             reviewed_at = NULL WHERE listing_id = $1 AND version = $4",
        )
        .bind(listing.to_string())
        .bind(text)
        .bind(now.as_millis())
        .bind(expected)
        .execute(&mut **tx)
        .await?
    };
    if changed.rows_affected() == 0 {
        return Err(stale(listing));
    }
    Ok(expected + 1)
}

/// A step in the life of a draft.
#[derive(Clone, Debug)]
pub enum Step {
    /// The maker hands it to the court.
    Submit,
    /// The reviewer finds it good.
    Approve,
    /// The reviewer gives it back.
    Return(Remark),
}

/// Does a step, if nobody else changed the draft since it was read.
pub async fn advance(
    tx: &mut Transaction,
    now: Instant,
    listing: ListingId,
    draft: &Draft,
    who: UserId,
    step: Step,
) -> Result<(), CatalogueError> {
    let mut remarks = draft.remarks.clone();
    let (state, who_column) = match step {
        Step::Submit => (TourState::Submitted, "submitted"),
        Step::Approve => (TourState::Approved, "reviewed"),
        Step::Return(remark) => {
            remarks.push(remark);
            (TourState::Returned, "reviewed")
        }
    };
    let query = sqlx::AssertSqlSafe(format!(
        "UPDATE tours SET state = $2, version = version + 1, {who_column}_by = $3, \
         {who_column}_at = $4, remarks = $5, updated_at = $4 WHERE listing_id = $1 AND version = $6"
    ));
    let changed = sqlx::query(query)
        .bind(listing.to_string())
        .bind(state.name())
        .bind(who.to_string())
        .bind(now.as_millis())
        .bind(serde_json::json!(remarks).to_string())
        .bind(draft.version)
        .execute(&mut **tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Err(stale(listing));
    }
    Ok(())
}

/// Publishes the approved draft as `version` and withdraws the version before it.
#[allow(clippy::too_many_arguments)]
pub async fn publish(
    tx: &mut Transaction,
    now: Instant,
    listing: ListingId,
    draft: &Draft,
    version: &str,
    root: &str,
    publisher: UserId,
) -> Result<i64, CatalogueError> {
    // The draft's version is checked again inside the transaction: it must not have changed since it was approved.
    let touched = sqlx::query(
        "UPDATE tours SET version = version + 1, updated_at = $3 \
         WHERE listing_id = $1 AND version = $2 AND state = 'approved'",
    )
    .bind(listing.to_string())
    .bind(draft.version)
    .bind(now.as_millis())
    .execute(&mut **tx)
    .await?;
    if touched.rows_affected() == 0 {
        return Err(stale(listing));
    }
    let number: i64 = sqlx::query(
        "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM publications WHERE listing_id = $1",
    )
    .bind(listing.to_string())
    .fetch_one(&mut **tx)
    .await?
    .try_get("number")?;
    withdraw(tx, now, listing, publisher, "replaced").await?;
    sqlx::query(
        "INSERT INTO publications (version, listing_id, number, document, root, submitted_by, \
         reviewed_by, published_by, published_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(version)
    .bind(listing.to_string())
    .bind(number)
    .bind(serde_json::json!(draft.document).to_string())
    .bind(root)
    .bind(draft.hands.submitted_by.map(|id| id.to_string()).unwrap_or_default())
    .bind(draft.hands.reviewed_by.map(|id| id.to_string()).unwrap_or_default())
    .bind(publisher.to_string())
    .bind(now.as_millis())
    .execute(&mut **tx)
    .await?;
    for shown in draft.document.shown() {
        sqlx::query(
            "INSERT INTO publication_scenes (version, scene_id, panorama_id) VALUES ($1, $2, $3)",
        )
        .bind(version)
        .bind(shown.name)
        .bind(shown.panorama.to_string())
        .execute(&mut **tx)
        .await?;
    }
    Ok(number)
}

/// Takes away whatever version of the listing is public. Answers how many there were (0 or 1).
pub async fn withdraw(
    tx: &mut Transaction,
    now: Instant,
    listing: ListingId,
    who: UserId,
    reason: &str,
) -> Result<u64, CatalogueError> {
    let changed = sqlx::query(
        "UPDATE publications SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4 \
         WHERE listing_id = $1 AND withdrawn_at IS NULL",
    )
    .bind(listing.to_string())
    .bind(now.as_millis())
    .bind(who.to_string())
    .bind(reason)
    .execute(&mut **tx)
    .await?;
    Ok(changed.rows_affected())
}

/// The version with this address, public or withdrawn.
pub async fn publication(
    database: &Database,
    version: &str,
) -> Result<Option<Publication>, CatalogueError> {
    let row = sqlx::query("SELECT * FROM publications WHERE version = $1")
        .bind(version)
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(publication_from_row).transpose()
}

/// The version of a listing that is public now.
pub async fn public(
    database: &Database,
    listing: ListingId,
) -> Result<Option<Publication>, CatalogueError> {
    let row = sqlx::query(
        "SELECT * FROM publications WHERE listing_id = $1 AND withdrawn_at IS NULL \
         ORDER BY number DESC LIMIT 1",
    )
    .bind(listing.to_string())
    .fetch_optional(database.read())
    .await?;
    row.as_ref().map(publication_from_row).transpose()
}

/// All versions of a listing, newest first.
pub async fn versions(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<Publication>, CatalogueError> {
    let rows = sqlx::query("SELECT * FROM publications WHERE listing_id = $1 ORDER BY number DESC")
        .bind(listing.to_string())
        .fetch_all(database.read())
        .await?;
    rows.iter().map(publication_from_row).collect()
}

fn draft_from_row(row: &AnyRow) -> Result<Draft, CatalogueError> {
    let state: String = row.try_get("state")?;
    Ok(Draft {
        state: TourState::from_name(&state).ok_or_else(|| CatalogueError::Corrupt {
            place: "tours.state",
            reason: state.clone(),
        })?,
        version: row.try_get("version")?,
        document: json("tours.document", &row.try_get::<String, _>("document")?)?,
        hands: Hands {
            submitted_by: user(row.try_get("submitted_by")?),
            reviewed_by: user(row.try_get("reviewed_by")?),
        },
        remarks: json("tours.remarks", &row.try_get::<String, _>("remarks")?)?,
        updated_at: Instant::from_millis(row.try_get("updated_at")?),
    })
}

fn publication_from_row(row: &AnyRow) -> Result<Publication, CatalogueError> {
    let listing: String = row.try_get("listing_id")?;
    Ok(Publication {
        version: row.try_get("version")?,
        listing: ListingId::parse(&listing).ok_or_else(|| CatalogueError::Corrupt {
            place: "publications.listing_id",
            reason: listing.clone(),
        })?,
        number: row.try_get("number")?,
        document: json("publications.document", &row.try_get::<String, _>("document")?)?,
        root: row.try_get("root")?,
        published_at: Instant::from_millis(row.try_get("published_at")?),
        withdrawn_at: row.try_get::<Option<i64>, _>("withdrawn_at")?.map(Instant::from_millis),
        withdrawn_reason: row.try_get("withdrawn_reason")?,
    })
}

fn user(text: Option<String>) -> Option<UserId> {
    text.as_deref().and_then(UserId::parse)
}

fn json<T: serde::de::DeserializeOwned>(
    place: &'static str,
    text: &str,
) -> Result<T, CatalogueError> {
    serde_json::from_str(text)
        .map_err(|error| CatalogueError::Corrupt { place, reason: error.to_string() })
}

fn stale(listing: ListingId) -> CatalogueError {
    CatalogueError::Stale { what: "tour", id: listing.to_string() }
}
