//! Listings as stored: drafts and all, for the court's staff and the agency in charge.

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{self, Actor, Entry};
use super::change_error::ChangeError;
use super::{CatalogueError, Database, Dialect, Transaction, listings_public, rounds, snapshots};
use crate::auction::case_number::CaseNumber;
use crate::auction::facts::Facts;
use crate::auction::people::Principal;
use crate::auction::round_error::RoundError;
use crate::auction::rounds::facts_are_frozen;
use crate::auction::visibility::{Publicity, Visibility};
use crate::base::Instant;
use crate::base::id::{ListingId, TenantId, unguessable};

/// A listing as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listing {
    /// Its id.
    pub id: ListingId,
    /// Running number over all courts, from 1.
    pub seq: i64,
    /// Code of the short link.
    pub short: String,
    /// The court.
    pub court_id: TenantId,
    /// The court's name.
    pub court_name: String,
    /// The agency in charge of media, if there is one.
    pub agency_id: Option<TenantId>,
    /// Headline.
    pub title: String,
    /// Case number, normal and as typed.
    pub case_number: CaseNumber,
    /// What the page says.
    pub facts: Facts,
    /// Why there is no tour, if the court decided so.
    pub no_media_reason: Option<String>,
    /// Counts changes; the ETag.
    pub version: i64,
    /// When it first went public.
    pub announced_at: Option<Instant>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Instant>,
    /// Why.
    pub withdrawn_reason: Option<String>,
    /// When the page is taken down.
    pub take_down_at: Option<Instant>,
    /// Whether nothing of it may be deleted.
    pub legal_hold: bool,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

impl Listing {
    /// What the public may see of it.
    pub fn visibility(&self, now: Instant) -> Visibility {
        Publicity {
            announced_at: self.announced_at,
            withdrawn_at: self.withdrawn_at,
            withdrawn_reason: self.withdrawn_reason.as_deref(),
            take_down_at: self.take_down_at,
        }
        .at(now)
    }
}

/// A listing to be stored.
#[derive(Clone, Debug)]
pub struct NewListing {
    /// The court.
    pub court_id: TenantId,
    /// The agency in charge of media.
    pub agency_id: Option<TenantId>,
    /// Headline.
    pub title: String,
    /// Case number.
    pub case_number: CaseNumber,
    /// What the page says.
    pub facts: Facts,
    /// Why there is no tour.
    pub no_media_reason: Option<String>,
}

/// What changes in a listing; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct ListingChange {
    /// The agency in charge; `Some(None)` takes it away.
    pub agency_id: Option<Option<TenantId>>,
    /// Headline.
    pub title: Option<String>,
    /// Case number.
    pub case_number: Option<CaseNumber>,
    /// All facts.
    pub facts: Option<Facts>,
    /// Why there is no tour; `Some(None)` takes the reason away.
    pub no_media_reason: Option<Option<String>>,
}

/// Whose listings somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of one court.
    Court(TenantId),
    /// Those that an agency is in charge of.
    Agency(TenantId),
}

impl Scope {
    /// The scope of a person; `None` for those who belong to neither.
    pub fn of(who: &Principal) -> Option<Self> {
        who.court().map(Self::Court).or_else(|| who.agency().map(Self::Agency))
    }

    fn allows(self, listing: &Listing) -> bool {
        match self {
            Self::Court(court) => listing.court_id == court,
            Self::Agency(agency) => listing.agency_id == Some(agency),
        }
    }

    fn column(self) -> (&'static str, TenantId) {
        match self {
            Self::Court(id) => ("l.court_id", id),
            Self::Agency(id) => ("l.agency_id", id),
        }
    }
}

/// Who changes something, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Now.
    pub now: Instant,
    /// Who.
    pub actor: &'a Actor,
    /// Which database.
    pub dialect: Dialect,
}

const COLUMNS: &str = "l.id, l.seq, l.short, l.court_id, t.name AS court_name, l.agency_id, l.title, \
     l.case_number, l.case_number_typed, l.facts, l.no_media_reason, l.version, l.announced_at, \
     l.withdrawn_at, l.withdrawn_reason, l.take_down_at, l.legal_hold, l.created_at, l.updated_at \
     FROM listings l JOIN tenants t ON t.id = l.court_id";

/// Stores a listing as a draft that only the court and its agency see.
pub async fn add(
    tx: &mut Transaction,
    by: By<'_>,
    new: &NewListing,
) -> Result<Listing, ChangeError> {
    lock_numbers(tx, by.dialect).await?;
    let seq: i64 = sqlx::query("SELECT COALESCE(MAX(seq), 0) + 1 AS seq FROM listings")
        .fetch_one(&mut **tx)
        .await?
        .try_get("seq")?;
    let id = ListingId::new();
    sqlx::query(
        "INSERT INTO listings (id, seq, short, court_id, agency_id, title, case_number, case_number_typed, facts, \
         no_media_reason, version, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $11)",
    )
    .bind(id.to_string())
    .bind(seq)
    .bind(short_code())
    .bind(new.court_id.to_string())
    .bind(new.agency_id.map(|id| id.to_string()))
    .bind(&new.title)
    .bind(&new.case_number.normal)
    .bind(&new.case_number.typed)
    .bind(to_text(&new.facts))
    .bind(&new.no_media_reason)
    .bind(by.now.as_millis())
    .execute(&mut **tx)
    .await?;
    let listing = get_in(tx, id).await?;
    let detail = serde_json::json!({"after": &listing});
    record(tx, by, "listing.create", &listing, detail).await?;
    Ok(listing)
}

/// One listing, if `scope` may see it.
pub async fn get(
    database: &Database,
    scope: Scope,
    id: ListingId,
) -> Result<Listing, CatalogueError> {
    let listing = find(database, id).await?.filter(|listing| scope.allows(listing));
    listing.ok_or_else(|| missing(&id.to_string()))
}

/// One listing, whoever asks; the caller decides what may be shown.
pub async fn find(database: &Database, id: ListingId) -> Result<Option<Listing>, CatalogueError> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE l.id = $1")))
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// One listing by the code of its short link.
pub async fn find_by_short(
    database: &Database,
    short: &str,
) -> Result<Option<Listing>, CatalogueError> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE l.short = $1")))
        .bind(short)
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// One listing inside a transaction that is about to change it.
pub async fn get_in(tx: &mut Transaction, id: ListingId) -> Result<Listing, CatalogueError> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE l.id = $1")))
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map_or_else(|| Err(missing(&id.to_string())), from_row)
}

/// What a page of the staff's list is made of.
#[derive(Clone, Debug, Default)]
pub struct StaffQuery {
    /// Part of the headline or case number.
    pub text: Option<String>,
    /// Only listings with a lower running number.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// Listings of a scope, newest first.
pub async fn page(
    database: &Database,
    scope: Scope,
    query: &StaffQuery,
) -> Result<Vec<Listing>, CatalogueError> {
    let (column, id) = scope.column();
    let pattern = query.text.as_ref().map(|text| format!("%{}%", escape_like(text)));
    let sql = format!(
        "SELECT {COLUMNS} WHERE {column} = $1 AND l.seq < $2 \
         AND (CAST($3 AS TEXT) IS NULL OR l.title LIKE $3 ESCAPE '!' OR l.case_number LIKE $3 ESCAPE '!') \
         ORDER BY l.seq DESC LIMIT $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(query.before.unwrap_or(i64::MAX))
        .bind(pattern)
        .bind(query.limit)
        .fetch_all(database.read())
        .await?;
    rows.iter().map(from_row).collect()
}

/// Changes a listing that still has `version`. From the moment bidding begins the facts are frozen.
pub async fn update(
    tx: &mut Transaction,
    by: By<'_>,
    id: ListingId,
    version: i64,
    change: &ListingChange,
) -> Result<Listing, ChangeError> {
    let before = get_in(tx, id).await?;
    let touches_facts =
        change.facts.is_some() || change.title.is_some() || change.case_number.is_some();
    if touches_facts
        && let Some(round) = rounds::last_in(tx, id).await?
        && facts_are_frozen(&round.facts(), by.now)
    {
        return Err(RoundError::FactsFrozen.into());
    }
    let mut after = before.clone();
    if let Some(agency) = change.agency_id {
        after.agency_id = agency;
    }
    if let Some(title) = &change.title {
        after.title.clone_from(title);
    }
    if let Some(case_number) = &change.case_number {
        after.case_number.clone_from(case_number);
    }
    if let Some(facts) = &change.facts {
        after.facts.clone_from(facts);
    }
    if let Some(reason) = &change.no_media_reason {
        after.no_media_reason.clone_from(reason);
    }
    let changed = write(tx, by, &after, version).await?;
    let detail = serde_json::json!({"before": &before, "after": &changed});
    record(tx, by, "listing.change", &changed, detail).await?;
    listings_public::refresh(tx, by.dialect, by.now, id).await?;
    snapshots::keep(tx, by, id, "listing.change").await?;
    Ok(changed)
}

/// Writes every column that may change, if the stored row still has `version`.
pub(super) async fn write(
    tx: &mut Transaction,
    by: By<'_>,
    listing: &Listing,
    version: i64,
) -> Result<Listing, CatalogueError> {
    let millis = |at: Option<Instant>| at.map(Instant::as_millis);
    let done = sqlx::query(
        "UPDATE listings SET agency_id = $3, title = $4, case_number = $5, case_number_typed = $6, facts = $7, \
         no_media_reason = $8, announced_at = $9, withdrawn_at = $10, withdrawn_reason = $11, take_down_at = $12, \
         legal_hold = $13, updated_at = $14, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(listing.id.to_string())
    .bind(version)
    .bind(listing.agency_id.map(|id| id.to_string()))
    .bind(&listing.title)
    .bind(&listing.case_number.normal)
    .bind(&listing.case_number.typed)
    .bind(to_text(&listing.facts))
    .bind(&listing.no_media_reason)
    .bind(millis(listing.announced_at))
    .bind(millis(listing.withdrawn_at))
    .bind(&listing.withdrawn_reason)
    .bind(millis(listing.take_down_at))
    .bind(i64::from(listing.legal_hold))
    .bind(by.now.as_millis())
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(CatalogueError::Stale { what: "listing", id: listing.id.to_string() });
    }
    get_in(tx, listing.id).await
}

/// Appends to the audit log.
pub(super) async fn record(
    tx: &mut Transaction,
    by: By<'_>,
    action: &str,
    listing: &Listing,
    detail: serde_json::Value,
) -> Result<(), CatalogueError> {
    let id = listing.id.to_string();
    let entry = Entry {
        action,
        object_kind: "listing",
        object_id: &id,
        tenant: Some(listing.court_id),
        detail,
    };
    audit::append(tx, by.dialect, by.now, by.actor, entry).await
}

/// Two transactions must not take the same running number. SQLite has one writer anyway.
async fn lock_numbers(tx: &mut Transaction, dialect: Dialect) -> Result<(), CatalogueError> {
    if dialect == Dialect::Postgres {
        sqlx::query("SELECT pg_advisory_xact_lock(4920)").execute(&mut **tx).await?;
    }
    Ok(())
}

/// Eight characters (40 random bits) of the unguessable alphabet: short enough to type.
fn short_code() -> String {
    unguessable().split_off(18)
}

fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn missing(id: &str) -> CatalogueError {
    CatalogueError::NotFound { what: "listing", id: id.to_owned() }
}

/// A value as the JSON text that a column keeps.
pub(super) fn to_text<T: Serialize>(value: &T) -> String {
    serde_json::json!(value).to_string()
}

/// A value from the JSON text of a column.
pub(super) fn from_text<T: serde::de::DeserializeOwned>(
    place: &'static str,
    text: &str,
) -> Result<T, CatalogueError> {
    serde_json::from_str(text)
        .map_err(|error| CatalogueError::Corrupt { place, reason: error.to_string() })
}

/// An id from its column.
pub(super) fn parsed<T>(
    place: &'static str,
    text: &str,
    parse: fn(&str) -> Option<T>,
) -> Result<T, CatalogueError> {
    parse(text).ok_or_else(|| CatalogueError::Corrupt {
        place,
        reason: format!("'{text}' is not expected there"),
    })
}

fn from_row(row: &AnyRow) -> Result<Listing, CatalogueError> {
    let instant = |column: &str| -> Result<Option<Instant>, sqlx::Error> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Instant::from_millis))
    };
    let agency: Option<String> = row.try_get("agency_id")?;
    Ok(Listing {
        id: parsed("listings.id", row.try_get("id")?, ListingId::parse)?,
        seq: row.try_get("seq")?,
        short: row.try_get("short")?,
        court_id: parsed("listings.court_id", row.try_get("court_id")?, TenantId::parse)?,
        court_name: row.try_get("court_name")?,
        agency_id: agency
            .map(|id| parsed("listings.agency_id", &id, TenantId::parse))
            .transpose()?,
        title: row.try_get("title")?,
        case_number: CaseNumber {
            normal: row.try_get("case_number")?,
            typed: row.try_get("case_number_typed")?,
        },
        facts: from_text("listings.facts", row.try_get("facts")?)?,
        no_media_reason: row.try_get("no_media_reason")?,
        version: row.try_get("version")?,
        announced_at: instant("announced_at")?,
        withdrawn_at: instant("withdrawn_at")?,
        withdrawn_reason: row.try_get("withdrawn_reason")?,
        take_down_at: instant("take_down_at")?,
        legal_hold: row.try_get::<i64, _>("legal_hold")? != 0,
        created_at: Instant::from_millis(row.try_get("created_at")?),
        updated_at: Instant::from_millis(row.try_get("updated_at")?),
    })
}

/// Whether there is an agency with this id.
pub async fn is_agency(database: &Database, id: TenantId) -> Result<bool, CatalogueError> {
    let row =
        sqlx::query("SELECT id FROM tenants WHERE id = $1 AND kind = 'agency' AND disabled = 0")
            .bind(id.to_string())
            .fetch_optional(database.read())
            .await?;
    Ok(row.is_some())
}
