//! What tours need to know of a listing: its owners, its heading and whether it may be shown.

use sqlx::Row;

use super::{CatalogueError, Database, tours};
use crate::auction::access::Owners;
use crate::auction::media::MediaState;
use crate::auction::tour::{Heading, TourState};
use crate::auction::visibility::{Publicity, Visibility};
use crate::base::Instant;
use crate::base::id::{ListingId, TenantId};

/// The tenants of a listing.
pub async fn owners(database: &Database, listing: ListingId) -> Result<Owners, CatalogueError> {
    let row = sqlx::query("SELECT court_id, agency_id FROM listings WHERE id = $1")
        .bind(listing.to_string())
        .fetch_optional(database.read())
        .await?
        .ok_or_else(|| missing(listing))?;
    let court: String = row.try_get("court_id")?;
    let agency: Option<String> = row.try_get("agency_id")?;
    Ok(Owners {
        court: TenantId::parse(&court)
            .ok_or(CatalogueError::Corrupt { place: "listings.court_id", reason: court })?,
        agency: agency.as_deref().and_then(TenantId::parse),
    })
}

/// Title and court of a listing.
pub async fn heading(database: &Database, listing: ListingId) -> Result<Heading, CatalogueError> {
    let row = sqlx::query(
        "SELECT l.title, t.name AS court FROM listings l JOIN tenants t ON t.id = l.court_id \
         WHERE l.id = $1",
    )
    .bind(listing.to_string())
    .fetch_optional(database.read())
    .await?
    .ok_or_else(|| missing(listing))?;
    Ok(Heading { listing, title: row.try_get("title")?, court: row.try_get("court")? })
}

/// What the public may see of a listing at a moment; `None` where there is no such listing. Asked for
/// every tile of a version once a second, so the facts stay unread.
pub async fn visibility(
    database: &Database,
    listing: ListingId,
    now: Instant,
) -> Result<Option<Visibility>, CatalogueError> {
    let row = sqlx::query(
        "SELECT announced_at, withdrawn_at, withdrawn_reason, take_down_at FROM listings WHERE id = $1",
    )
    .bind(listing.to_string())
    .fetch_optional(database.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let instant = |column: &str| -> Result<Option<Instant>, sqlx::Error> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Instant::from_millis))
    };
    let reason: Option<String> = row.try_get("withdrawn_reason")?;
    let publicity = Publicity {
        announced_at: instant("announced_at")?,
        withdrawn_at: instant("withdrawn_at")?,
        withdrawn_reason: reason.as_deref(),
        take_down_at: instant("take_down_at")?,
    };
    Ok(Some(publicity.at(now)))
}

fn missing(listing: ListingId) -> CatalogueError {
    CatalogueError::NotFound { what: "listing", id: listing.to_string() }
}

/// How far the listing's tour is, asked by the guard of the announcement.
pub async fn media_state(
    database: &Database,
    listing: ListingId,
) -> Result<MediaState, CatalogueError> {
    if tours::public(database, listing).await?.is_some() {
        return Ok(MediaState::Approved);
    }
    Ok(match tours::draft(database, listing).await?.map(|draft| draft.state) {
        None => MediaState::NoTour,
        Some(TourState::Approved) => MediaState::Approved,
        Some(TourState::Submitted) => MediaState::Submitted,
        Some(_) => MediaState::Draft,
    })
}
