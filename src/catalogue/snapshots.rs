//! Every state that the public was shown, dated and chained: what the page of a listing said from one instant to the next.
//!
//! A snapshot is kept in the transaction that changes what is shown, and never altered. Its hash covers the state and the
//! hash of the one before, so that none can be changed, left out or put in later unseen.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{self, Entry};
use super::history::{self, Correction, Step};
use super::listings::{self, By, Listing, from_text, parsed, to_text};
use super::rounds::{self, Round};
use super::{CatalogueError, Database, Dialect, Transaction};
use crate::auction::rounds::RoundState;
use crate::auction::visibility::{Tombstone, Visibility};
use crate::base::Instant;
use crate::base::id::{ListingId, TenantId};

const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The tour that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownTour {
    /// Its address.
    pub version: String,
    /// 1, 2, 3 … within the listing.
    pub number: i64,
    /// BLAKE3 over the pack roots of its scenes.
    pub root: String,
    /// When it was published.
    pub published_at: Instant,
}

/// What the page showed. Names of staff and what only they see are left out of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// Why the page was gone; none while it was shown.
    pub gone: Option<Tombstone>,
    /// Text and facts.
    pub listing: Listing,
    /// The round that counted.
    pub round: Round,
    /// Earlier announced rounds, the latest first.
    pub earlier: Vec<Round>,
    /// Steps that interrupted a round, the latest first.
    pub steps: Vec<Step>,
    /// Corrections, the latest first.
    pub corrections: Vec<Correction>,
    /// The published tour.
    pub tour: Option<ShownTour>,
}

/// A snapshot as stored.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Running number over all listings.
    pub seq: i64,
    /// The listing.
    pub listing: ListingId,
    /// 1, 2, 3 … within the listing.
    pub number: i64,
    /// Shown from here on …
    pub at: Instant,
    /// … until here; none for the newest.
    pub until: Option<Instant>,
    /// What made it: `round.announced`, `listing.change`, `listing.correct`, `tour.publish`, `tour.withdraw` …
    pub step: String,
    /// Who did that, for staff.
    pub actor_name: String,
    /// The state as the text that was hashed.
    pub text: String,
    /// SHA-256 of the text.
    pub sha256: String,
    /// Hash of the snapshot before, 64 zeros for the first.
    pub previous_hash: String,
    /// Hash of this one.
    pub hash: String,
    /// Why the public may no longer open it, if the court decided so.
    pub withheld: Option<String>,
}

impl Snapshot {
    /// The state that it holds.
    pub fn state(&self) -> Result<State, CatalogueError> {
        from_text("snapshots.state", &self.text)
    }

    /// The hash that it must have: SHA-256 over these lines, each ended by a line feed, so that a person can repeat it.
    fn expected_hash(&self) -> String {
        let lines = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n",
            self.previous_hash, self.listing, self.number, self.at, self.step, self.sha256
        );
        hex::encode(Sha256::digest(lines.as_bytes()))
    }

    /// What is wrong with it, if it does not follow `previous` (the hash before) or is not what was hashed.
    pub fn fault(&self, previous: &str, number: i64) -> Option<String> {
        if self.number != number {
            return Some(format!("snapshot {number} is missing"));
        }
        if self.previous_hash != previous {
            return Some("it does not follow the one before".to_owned());
        }
        let whole = hex::encode(Sha256::digest(self.text.as_bytes())) == self.sha256;
        (!whole || self.expected_hash() != self.hash).then(|| "it was changed".to_owned())
    }
}

/// Keeps what is shown of a listing now, if it is or was public and something has changed. Belongs into the transaction
/// of the change, after it.
pub async fn keep(
    tx: &mut Transaction,
    by: By<'_>,
    id: ListingId,
    step: &str,
) -> Result<(), CatalogueError> {
    let Some(state) = state_of(tx, by.now, id).await? else { return Ok(()) };
    if by.dialect == Dialect::Postgres {
        // Two transactions must not take the same number. SQLite has one writer anyway.
        sqlx::query("SELECT pg_advisory_xact_lock(4922)").execute(&mut **tx).await?;
    }
    let text = to_text(&state);
    let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
    let last = sqlx::query(
        "SELECT number, sha256, hash FROM snapshots WHERE listing_id = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    let (number, previous_hash) = match last {
        Some(row) if row.try_get::<String, _>("sha256")? == sha256 => return Ok(()),
        Some(row) => (row.try_get::<i64, _>("number")? + 1, row.try_get("hash")?),
        None => (1, GENESIS.to_owned()),
    };
    let seq: i64 = sqlx::query("SELECT COALESCE(MAX(seq), 0) + 1 AS seq FROM snapshots")
        .fetch_one(&mut **tx)
        .await?
        .try_get("seq")?;
    let mut snapshot = Snapshot {
        seq,
        listing: id,
        number,
        at: by.now,
        until: None,
        step: step.to_owned(),
        actor_name: by.actor.name.clone(),
        text,
        sha256,
        previous_hash,
        hash: String::new(),
        withheld: None,
    };
    snapshot.hash = snapshot.expected_hash();
    sqlx::query(
        "INSERT INTO snapshots (seq, listing_id, number, at, step, actor_id, actor_name, state, sha256, \
         previous_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(snapshot.seq)
    .bind(id.to_string())
    .bind(snapshot.number)
    .bind(snapshot.at.as_millis())
    .bind(snapshot.step)
    .bind(by.actor.id.map(|id| id.to_string()))
    .bind(snapshot.actor_name)
    .bind(snapshot.text)
    .bind(snapshot.sha256)
    .bind(snapshot.previous_hash)
    .bind(snapshot.hash)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

const COLUMNS: &str = "SELECT s.seq, s.listing_id, s.number, s.at, s.step, s.actor_name, s.state, s.sha256, \
     s.previous_hash, s.hash, (SELECT n.at FROM snapshots n WHERE n.listing_id = s.listing_id \
     AND n.number = s.number + 1) AS until, (SELECT w.reason FROM snapshot_withholdings w \
     WHERE w.seq = s.seq) AS withheld FROM snapshots s";

/// All snapshots of a listing, the newest first.
pub async fn of_listing(
    database: &Database,
    id: ListingId,
) -> Result<Vec<Snapshot>, CatalogueError> {
    let sql = format!("{COLUMNS} WHERE s.listing_id = $1 ORDER BY s.number DESC");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_all(database.read())
        .await?;
    rows.iter().map(from_row).collect()
}

/// One snapshot of a listing.
pub async fn find(
    database: &Database,
    id: ListingId,
    number: i64,
) -> Result<Option<Snapshot>, CatalogueError> {
    let sql = format!("{COLUMNS} WHERE s.listing_id = $1 AND s.number = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(number)
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// The newest snapshot of a listing.
pub async fn newest(
    database: &Database,
    id: ListingId,
) -> Result<Option<Snapshot>, CatalogueError> {
    let sql = format!("{COLUMNS} WHERE s.listing_id = $1 ORDER BY s.number DESC LIMIT 1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// The number of the newest snapshot of a listing, which every view of its page asks for.
pub async fn newest_number(
    database: &Database,
    id: ListingId,
) -> Result<Option<i64>, CatalogueError> {
    let row = sqlx::query("SELECT MAX(number) AS number FROM snapshots WHERE listing_id = $1")
        .bind(id.to_string())
        .fetch_one(database.read())
        .await?;
    Ok(row.try_get("number")?)
}

/// The snapshot with a running number.
pub async fn by_seq(database: &Database, seq: i64) -> Result<Option<Snapshot>, CatalogueError> {
    let sql = format!("{COLUMNS} WHERE s.seq = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(seq).fetch_optional(database.read()).await?;
    row.as_ref().map(from_row).transpose()
}

/// Closes a snapshot for the public; it stays as it is for the court. False if it is closed already.
pub async fn withhold(
    tx: &mut Transaction,
    by: By<'_>,
    court: TenantId,
    snapshot: &Snapshot,
    reason: &str,
) -> Result<bool, CatalogueError> {
    let done = sqlx::query(
        "INSERT INTO snapshot_withholdings (seq, at, reason, actor_id, actor_name) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (seq) DO NOTHING",
    )
    .bind(snapshot.seq)
    .bind(by.now.as_millis())
    .bind(reason)
    .bind(by.actor.id.map(|id| id.to_string()))
    .bind(&by.actor.name)
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let id = snapshot.listing.to_string();
    let entry = Entry {
        action: "snapshot.withhold",
        object_kind: "listing",
        object_id: &id,
        tenant: Some(court),
        detail: serde_json::json!({"number": snapshot.number, "hash": snapshot.hash, "reason": reason}),
    };
    audit::append(tx, by.dialect, by.now, by.actor, entry).await?;
    Ok(true)
}

/// Listings that are public and have no snapshot: those from before snapshots were kept.
pub async fn missing(database: &Database, limit: i64) -> Result<Vec<ListingId>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT p.listing_id FROM listing_public p WHERE NOT EXISTS \
         (SELECT 1 FROM snapshots s WHERE s.listing_id = p.listing_id) LIMIT $1",
    )
    .bind(limit)
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            parsed("listing_public.listing_id", row.try_get("listing_id")?, ListingId::parse)
        })
        .collect()
}

/// What is wrong with the chains of all listings: name of the snapshot and the fault. And how many there are.
pub async fn verify(database: &Database) -> Result<(u64, Vec<(String, String)>), CatalogueError> {
    let (mut count, mut faults) = (0, Vec::new());
    let mut before: Option<(ListingId, i64, String)> = None;
    let mut after = (String::new(), 0_i64);
    loop {
        let sql = format!(
            "{COLUMNS} WHERE s.listing_id > $1 OR (s.listing_id = $1 AND s.number > $2) \
             ORDER BY s.listing_id, s.number LIMIT 200"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(&after.0)
            .bind(after.1)
            .fetch_all(database.read())
            .await?;
        if rows.is_empty() {
            return Ok((count, faults));
        }
        for row in &rows {
            let snapshot = from_row(row)?;
            count += 1;
            let (number, previous) = match &before {
                Some((listing, number, hash)) if *listing == snapshot.listing => {
                    (number + 1, hash.as_str())
                }
                _ => (1, GENESIS),
            };
            if let Some(fault) = snapshot.fault(previous, number) {
                faults.push((format!("{}/{}", snapshot.listing, snapshot.number), fault));
            }
            after = (snapshot.listing.to_string(), snapshot.number);
            before = Some((snapshot.listing, snapshot.number, snapshot.hash));
        }
    }
}

/// What the public is shown of a listing; `None` where it was never announced.
async fn state_of(
    tx: &mut Transaction,
    now: Instant,
    id: ListingId,
) -> Result<Option<State>, CatalogueError> {
    let row = sqlx::query("SELECT announced_at FROM listings WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let announced = row.map(|row| row.try_get::<Option<i64>, _>("announced_at")).transpose()?;
    if announced.flatten().is_none() {
        return Ok(None);
    }
    let listing = listings::get_in(tx, id).await?;
    let gone = match listing.visibility(now) {
        Visibility::Private => return Ok(None),
        Visibility::Public => None,
        Visibility::Gone(tombstone) => Some(tombstone),
    };
    let mut announced: Vec<Round> = rounds::all_of(tx, id)
        .await?
        .into_iter()
        .filter(|round| round.announced_at.is_some())
        .map(public_round)
        .collect();
    if announced.is_empty() {
        return Ok(None);
    }
    let round = announced.remove(0);
    let steps =
        history::steps_in(&mut **tx, id).await?.into_iter().filter_map(public_step).collect();
    let corrections = history::corrections_in(&mut **tx, id).await?;
    Ok(Some(State {
        gone,
        round,
        earlier: announced,
        steps,
        corrections: corrections.into_iter().map(public_correction).collect(),
        tour: tour_in(tx, id).await?,
        listing: public_listing(listing),
    }))
}

async fn tour_in(tx: &mut Transaction, id: ListingId) -> Result<Option<ShownTour>, CatalogueError> {
    let row = sqlx::query(
        "SELECT version, number, root, published_at FROM publications \
         WHERE listing_id = $1 AND withdrawn_at IS NULL ORDER BY number DESC LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ShownTour {
        version: row.try_get("version")?,
        number: row.try_get("number")?,
        root: row.try_get("root")?,
        published_at: Instant::from_millis(row.try_get("published_at")?),
    }))
}

/// Without what only staff see, and without counters that change when nothing shown does.
fn public_listing(listing: Listing) -> Listing {
    Listing {
        agency_id: None,
        version: 0,
        legal_hold: false,
        updated_at: listing.created_at,
        ..listing
    }
}

fn public_round(round: Round) -> Round {
    Round { planned_by: None, version: 0, updated_at: round.created_at, ..round }
}

/// The page tells of interruptions only.
fn public_step(step: Step) -> Option<Step> {
    let shown = RoundState::from_slug(&step.to).is_some_and(RoundState::is_interrupted);
    shown.then(|| Step { actor_name: String::new(), document: None, ..step })
}

fn public_correction(correction: Correction) -> Correction {
    Correction { actor_name: String::new(), notified: None, ..correction }
}

fn from_row(row: &AnyRow) -> Result<Snapshot, CatalogueError> {
    let until: Option<i64> = row.try_get("until")?;
    Ok(Snapshot {
        seq: row.try_get("seq")?,
        listing: parsed("snapshots.listing_id", row.try_get("listing_id")?, ListingId::parse)?,
        number: row.try_get("number")?,
        at: Instant::from_millis(row.try_get("at")?),
        until: until.map(Instant::from_millis),
        step: row.try_get("step")?,
        actor_name: row.try_get("actor_name")?,
        text: row.try_get("state")?,
        sha256: row.try_get("sha256")?,
        previous_hash: row.try_get("previous_hash")?,
        hash: row.try_get("hash")?,
        withheld: row.try_get("withheld")?,
    })
}
