//! Rounds as stored, and their steps: each checked by the rules, written with its page and audited at once.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::change_error::ChangeError;
use super::listings::{self, By, Listing, from_text, parsed, to_text};
use super::{CatalogueError, Database, Transaction, listings_public, snapshots};
use crate::auction::guards::{Request, Situation};
use crate::auction::media::MediaState;
use crate::auction::money::Fen;
use crate::auction::next_round;
use crate::auction::people::Principal;
use crate::auction::round_error::{RoundError, Violation};
use crate::auction::rounds::{
    RoundFacts, RoundKind, RoundState, Terms, is_taken_down_after, take_down_at,
};
use crate::auction::rules::Rules;
use crate::base::Instant;
use crate::base::id::{ListingId, RoundId, UserId};

/// A round as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Round {
    /// Its id.
    pub id: RoundId,
    /// The listing.
    pub listing_id: ListingId,
    /// 1 for the first round of the listing, and so on.
    pub number: i64,
    /// Which sale.
    pub kind: RoundKind,
    /// Where it is.
    pub state: RoundState,
    /// Its terms.
    pub terms: Terms,
    /// Who settled the terms.
    pub planned_by: Option<UserId>,
    /// When it was announced.
    pub announced_at: Option<Instant>,
    /// When the last step took effect.
    pub changed_at: Option<Instant>,
    /// The price of a sale.
    pub final_price: Option<Fen>,
    /// Counts changes; the ETag.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

impl Round {
    /// What the rules must know of it.
    pub fn facts(&self) -> RoundFacts {
        RoundFacts {
            kind: self.kind,
            state: self.state,
            terms: self.terms.clone(),
            changed_at: self.changed_at,
            announced_at: self.announced_at,
        }
    }
}

/// A step that was made.
#[derive(Debug)]
pub struct Stepped {
    /// The round after.
    pub round: Round,
    /// Rules that are overstepped without forbidding the step.
    pub warnings: Vec<Violation>,
}

const COLUMNS: &str = "id, listing_id, number, kind, state, terms, planned_by, announced_at, changed_at, \
     final_price, version, created_at, updated_at FROM rounds";

/// All rounds of a listing, the last one first.
pub async fn of_listing(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<Round>, CatalogueError> {
    let sql = format!("SELECT {COLUMNS} WHERE listing_id = $1 ORDER BY number DESC");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(listing.to_string())
        .fetch_all(database.read())
        .await?;
    rows.iter().map(from_row).collect()
}

/// One round.
pub async fn find(database: &Database, id: RoundId) -> Result<Round, CatalogueError> {
    let sql = format!("SELECT {COLUMNS} WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map_or_else(|| Err(missing(id)), from_row)
}

/// All rounds of a listing inside a transaction, the last one first.
pub async fn all_of(
    tx: &mut Transaction,
    listing: ListingId,
) -> Result<Vec<Round>, CatalogueError> {
    let sql = format!("SELECT {COLUMNS} WHERE listing_id = $1 ORDER BY number DESC");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(listing.to_string())
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(from_row).collect()
}

/// The last round of a listing inside a transaction.
pub async fn last_in(
    tx: &mut Transaction,
    listing: ListingId,
) -> Result<Option<Round>, CatalogueError> {
    Ok(all_of(tx, listing).await?.into_iter().next())
}

/// The round that the public sees: the last one that was announced.
pub fn shown(rounds: &[Round]) -> Option<&Round> {
    rounds.iter().find(|round| round.announced_at.is_some())
}

/// Adds a round in draft. Without a kind, the one that comes next.
pub async fn add(
    tx: &mut Transaction,
    by: By<'_>,
    listing_id: ListingId,
    kind: Option<RoundKind>,
    terms: &Terms,
) -> Result<Round, ChangeError> {
    let listing = listings::get_in(tx, listing_id).await?;
    let last = last_in(tx, listing_id).await?;
    let facts = last.as_ref().map(Round::facts);
    let kind = match kind {
        Some(kind) => {
            next_round::check_kind(facts.as_ref(), kind)?;
            kind
        }
        None => next_round::expected_kind(facts.as_ref())?,
    };
    let id = RoundId::new();
    sqlx::query(
        "INSERT INTO rounds (id, listing_id, number, kind, state, terms, opens_at, version, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, 'draft', $5, $6, 1, $7, $7)",
    )
    .bind(id.to_string())
    .bind(listing_id.to_string())
    .bind(last.map_or(1, |round| round.number + 1))
    .bind(kind.slug())
    .bind(to_text(terms))
    .bind(terms.opens_at.map(Instant::as_millis))
    .bind(by.now.as_millis())
    .execute(&mut **tx)
    .await?;
    let round = get_in(tx, id).await?;
    listings::record(tx, by, "round.create", &listing, serde_json::json!({"after": &round}))
        .await?;
    Ok(round)
}

/// Changes the terms of a round that still has `version`: freely before the announcement, only the dates while
/// it is interrupted.
pub async fn set_terms(
    tx: &mut Transaction,
    by: By<'_>,
    id: RoundId,
    version: i64,
    terms: &Terms,
) -> Result<Round, ChangeError> {
    let before = get_in(tx, id).await?;
    match before.state {
        RoundState::Draft | RoundState::Planned => {}
        RoundState::Deferred | RoundState::Suspended => {
            let dates = Terms {
                opens_at: terms.opens_at,
                closes_at: terms.closes_at,
                ..before.terms.clone()
            };
            if dates != *terms {
                return Err(RoundError::OnlyDates.into());
            }
        }
        state => return Err(RoundError::TermsFixed { state }.into()),
    }
    let after = Round { terms: terms.clone(), ..before.clone() };
    let after = write(tx, by, &after, version).await?;
    let listing = listings::get_in(tx, after.listing_id).await?;
    let detail = serde_json::json!({"before": &before, "after": &after});
    listings::record(tx, by, "round.change", &listing, detail).await?;
    listings_public::refresh(tx, by.dialect, by.now, listing.id).await?;
    snapshots::keep(tx, by, listing.id, "round.change").await?;
    Ok(after)
}

/// Makes one step that a person asks for.
pub async fn step(
    tx: &mut Transaction,
    by: By<'_>,
    id: RoundId,
    who: &Principal,
    media: MediaState,
    request: &Request,
) -> Result<Stepped, ChangeError> {
    take(tx, by, id, Some(who), media, request).await
}

/// Makes the steps that the clock makes: announced rounds whose opening time has come are in bidding.
/// Answers the listings that changed. Safe when several processes do it at once.
pub async fn open_due(database: &Database, now: Instant) -> Result<Vec<ListingId>, ChangeError> {
    let due =
        sqlx::query("SELECT id FROM rounds WHERE state = 'announced' AND opens_at <= $1 LIMIT 500")
            .bind(now.as_millis())
            .fetch_all(database.read())
            .await?;
    let actor = super::audit::Actor::system("clock");
    let mut changed = Vec::new();
    for row in due {
        let id = parsed("rounds.id", row.try_get("id")?, RoundId::parse)?;
        let mut tx = database.begin().await?;
        let round = get_in(&mut tx, id).await?;
        let Some(opens_at) = round.terms.opens_at.filter(|opens| *opens <= now) else { continue };
        if round.state != RoundState::Announced {
            continue;
        }
        let request = Request {
            to: RoundState::Bidding,
            at: opens_at,
            reason: "开始竞价".to_owned(),
            document: None,
            final_price: None,
            reason_ended_at: None,
        };
        let by = By { now, actor: &actor, dialect: database.dialect() };
        match take(&mut tx, by, id, None, MediaState::NoTour, &request).await {
            Ok(stepped) => {
                tx.commit().await?;
                changed.push(stepped.round.listing_id);
            }
            // Another process was faster.
            Err(ChangeError::Catalogue(CatalogueError::Stale { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}

async fn take(
    tx: &mut Transaction,
    by: By<'_>,
    id: RoundId,
    who: Option<&Principal>,
    media: MediaState,
    request: &Request,
) -> Result<Stepped, ChangeError> {
    let before = get_in(tx, id).await?;
    let listing = listings::get_in(tx, before.listing_id).await?;
    let rounds = all_of(tx, listing.id).await?;
    let previous = rounds.iter().find(|round| round.number == before.number - 1).map(Round::facts);
    let facts = before.facts();
    let rules = Rules::built_in();
    let situation = Situation {
        rules,
        now: by.now,
        facts: &listing.facts,
        round: &facts,
        previous: previous.as_ref(),
        media,
        no_media_reason: listing.no_media_reason.as_deref(),
        planned_by: before.planned_by,
    };
    let allowed = match who {
        Some(who) => situation.check(who, request)?,
        None => situation.check_by_clock(request)?,
    };
    let mut after = Round { state: request.to, changed_at: Some(request.at), ..before.clone() };
    match request.to {
        RoundState::Planned => after.planned_by = who.map(|who| who.id),
        RoundState::Announced if before.announced_at.is_none() => {
            after.announced_at = Some(request.at);
        }
        RoundState::Sold => after.final_price = request.final_price,
        _ => {}
    }
    let after = write(tx, by, &after, before.version).await?;
    let changed = consequences(listing, request, rules);
    let listing = listings::write(tx, by, &changed, changed.version).await?;
    keep_step(tx, by, &before, &listing, &after, request).await?;
    let detail = serde_json::json!({
        "round": after.id, "from": before.state, "to": after.state, "at": request.at, "reason": request.reason,
        "document": request.document, "final_price": request.final_price, "warnings": allowed.warnings,
    });
    listings::record(tx, by, "round.step", &listing, detail).await?;
    listings_public::refresh(tx, by.dialect, by.now, listing.id).await?;
    snapshots::keep(tx, by, listing.id, &format!("round.{}", after.state.slug())).await?;
    Ok(Stepped { round: after, warnings: allowed.warnings })
}

/// What a step means for the listing as a whole.
fn consequences(mut listing: Listing, request: &Request, rules: &Rules) -> Listing {
    match request.to {
        RoundState::Announced => {
            listing.announced_at = listing.announced_at.or(Some(request.at));
            listing.take_down_at = None;
        }
        RoundState::Withdrawn => {
            listing.withdrawn_at = Some(request.at);
            listing.withdrawn_reason = Some(request.reason.clone());
        }
        RoundState::Defaulted => listing.take_down_at = None,
        RoundState::SetAside => listing.legal_hold = true,
        state if is_taken_down_after(state) && listing.take_down_at.is_none() => {
            listing.take_down_at = Some(take_down_at(request.at, rules.limit("take-down")));
        }
        _ => {}
    }
    listing
}

/// Keeps the step, and with an announcement what was shown: facts and terms with their SHA-256.
async fn keep_step(
    tx: &mut Transaction,
    by: By<'_>,
    before: &Round,
    listing: &Listing,
    after: &Round,
    request: &Request,
) -> Result<(), CatalogueError> {
    let snapshot = (request.to == RoundState::Announced).then(|| {
        serde_json::json!({
            "listing": listing.id, "title": listing.title, "case_number": listing.case_number.normal,
            "court": listing.court_name, "facts": listing.facts, "round": after.number, "kind": after.kind,
            "terms": after.terms,
        })
        .to_string()
    });
    let hash = snapshot.as_ref().map(|text| hex::encode(Sha256::digest(text.as_bytes())));
    sqlx::query(
        "INSERT INTO round_transitions (id, round_id, listing_id, from_state, to_state, at, recorded_at, reason, \
         document, actor_id, actor_name, snapshot, snapshot_sha256) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(after.id.to_string())
    .bind(listing.id.to_string())
    .bind(before.state.slug())
    .bind(after.state.slug())
    .bind(request.at.as_millis())
    .bind(by.now.as_millis())
    .bind(&request.reason)
    .bind(&request.document)
    .bind(by.actor.id.map(|id| id.to_string()))
    .bind(&by.actor.name)
    .bind(snapshot)
    .bind(hash)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn get_in(tx: &mut Transaction, id: RoundId) -> Result<Round, CatalogueError> {
    let sql = format!("SELECT {COLUMNS} WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map_or_else(|| Err(missing(id)), from_row)
}

async fn write(
    tx: &mut Transaction,
    by: By<'_>,
    round: &Round,
    version: i64,
) -> Result<Round, CatalogueError> {
    let done = sqlx::query(
        "UPDATE rounds SET state = $3, terms = $4, opens_at = $5, planned_by = $6, announced_at = $7, \
         changed_at = $8, final_price = $9, updated_at = $10, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(round.id.to_string())
    .bind(version)
    .bind(round.state.slug())
    .bind(to_text(&round.terms))
    .bind(round.terms.opens_at.map(Instant::as_millis))
    .bind(round.planned_by.map(|id| id.to_string()))
    .bind(round.announced_at.map(Instant::as_millis))
    .bind(round.changed_at.map(Instant::as_millis))
    .bind(round.final_price.map(|price| price.0))
    .bind(by.now.as_millis())
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(CatalogueError::Stale { what: "round", id: round.id.to_string() });
    }
    get_in(tx, round.id).await
}

fn missing(id: RoundId) -> CatalogueError {
    CatalogueError::NotFound { what: "round", id: id.to_string() }
}

fn from_row(row: &AnyRow) -> Result<Round, CatalogueError> {
    let instant = |column: &str| -> Result<Option<Instant>, sqlx::Error> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Instant::from_millis))
    };
    let planned_by: Option<String> = row.try_get("planned_by")?;
    Ok(Round {
        id: parsed("rounds.id", row.try_get("id")?, RoundId::parse)?,
        listing_id: parsed("rounds.listing_id", row.try_get("listing_id")?, ListingId::parse)?,
        number: row.try_get("number")?,
        kind: parsed("rounds.kind", row.try_get("kind")?, RoundKind::from_slug)?,
        state: parsed("rounds.state", row.try_get("state")?, RoundState::from_slug)?,
        terms: from_text("rounds.terms", row.try_get("terms")?)?,
        planned_by: planned_by
            .map(|id| parsed("rounds.planned_by", &id, UserId::parse))
            .transpose()?,
        announced_at: instant("announced_at")?,
        changed_at: instant("changed_at")?,
        final_price: row.try_get::<Option<i64>, _>("final_price")?.map(Fen),
        version: row.try_get("version")?,
        created_at: Instant::from_millis(row.try_get("created_at")?),
        updated_at: Instant::from_millis(row.try_get("updated_at")?),
    })
}
