//! One denormalised row for each listing that the public may see: what lists, feeds and the search read.
//!
//! The row is written anew in the transaction of every change. A listing that was never announced, or that was
//! withdrawn, has none; one that is to be taken down later is left out by its date and removed by the clock.

use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::listings::{self, Listing, from_text, parsed, to_text};
use super::rounds::{self, Round};
use super::{CatalogueError, Database, Dialect, Transaction, search_index};
use crate::auction::facts::{OccupationState, PropertyKind, Stated};
use crate::auction::money::Fen;
use crate::auction::rounds::{RoundKind, RoundState};
use crate::auction::visibility::Visibility;
use crate::base::Instant;
use crate::base::id::ListingId;

/// What a list shows of a listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Card {
    /// The listing.
    #[schema(value_type = String)]
    pub id: ListingId,
    /// Code of the short link.
    pub short: String,
    /// Headline.
    pub title: String,
    /// The court's name.
    pub court: String,
    /// Case number in normal form.
    pub case_number: String,
    /// Kind of property.
    pub kind: PropertyKind,
    /// Where, from large to small.
    pub region: String,
    /// Street address.
    pub address: Option<String>,
    /// Which sale.
    pub round: RoundKind,
    /// Where the round is.
    pub state: RoundState,
    /// Starting price.
    pub start_price: Fen,
    /// Reference price.
    pub reference_price: Option<Fen>,
    /// Deposit.
    pub deposit: Fen,
    /// The price of a sale.
    pub final_price: Option<Fen>,
    /// Bidding begins.
    #[schema(value_type = String, format = DateTime)]
    pub opens_at: Instant,
    /// Bidding ends.
    #[schema(value_type = String, format = DateTime)]
    pub closes_at: Instant,
    /// Built area in hundredths of a square metre.
    pub built_area: Option<Stated<i64>>,
    /// Who is in it.
    pub occupation: Option<Stated<OccupationState>>,
    /// How many defects are known.
    pub defects: Option<Stated<i64>>,
}

/// An entry of the feed or the sitemap.
#[derive(Clone, Debug)]
pub struct Dated {
    /// The card.
    pub card: Card,
    /// When it went public.
    pub published_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// Bits of a key that hold the listing's running number, so that keys are unique.
const SEQ_BITS: u32 = 26;

/// Sorts by opening time: seconds since 1970, then the running number.
pub const fn time_key(opens_at: Instant, seq: i64) -> i64 {
    let seconds = opens_at.as_millis().div_euclid(1000);
    let seconds = if seconds < 0 {
        0
    } else if seconds >= 1 << 36 {
        (1 << 36) - 1
    } else {
        seconds
    };
    (seconds << SEQ_BITS) | (seq & ((1 << SEQ_BITS) - 1))
}

/// Sorts by price: whole yuan, then the running number.
pub const fn price_key(price: Fen, seq: i64) -> i64 {
    let yuan = price.0 / 100;
    let yuan = if yuan < 0 {
        0
    } else if yuan >= 1 << 36 {
        (1 << 36) - 1
    } else {
        yuan
    };
    (yuan << SEQ_BITS) | (seq & ((1 << SEQ_BITS) - 1))
}

/// Writes the row of a listing anew, or removes it where the public may not see the listing.
pub async fn refresh(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    id: ListingId,
) -> Result<(), CatalogueError> {
    remove(tx, dialect, id).await?;
    let listing = listings::get_in(tx, id).await?;
    let rounds = rounds::all_of(tx, id).await?;
    let Some(round) = rounds::shown(&rounds) else { return Ok(()) };
    if listing.visibility(now) != Visibility::Public {
        return Ok(());
    }
    let Some(card) = card(&listing, round) else { return Ok(()) };
    insert(tx, dialect, now, &listing, &card).await
}

/// Removes rows whose take-down date has come; answers how many.
pub async fn remove_taken_down(database: &Database, now: Instant) -> Result<usize, CatalogueError> {
    let rows =
        sqlx::query("SELECT listing_id FROM listing_public WHERE take_down_at <= $1 LIMIT 500")
            .bind(now.as_millis())
            .fetch_all(database.read())
            .await?;
    for row in &rows {
        let id = parsed("listing_public.listing_id", row.try_get("listing_id")?, ListingId::parse)?;
        let mut tx = database.begin().await?;
        refresh(&mut tx, database.dialect(), now, id).await?;
        tx.commit().await?;
    }
    Ok(rows.len())
}

/// What a list shows of a listing; `None` while terms are incomplete.
pub fn card(listing: &Listing, round: &Round) -> Option<Card> {
    let terms = round.terms.settled().ok()?;
    let facts = &listing.facts;
    let occupation = facts.occupation.as_ref().map(|stated| match stated {
        Stated::Known(occupation) => Stated::Known(occupation.state),
        Stated::Unknown(_) => Stated::unknown(),
    });
    let defects = facts.defects.as_ref().map(|stated| match stated {
        Stated::Known(defects) => Stated::Known(defects.len() as i64),
        Stated::Unknown(_) => Stated::unknown(),
    });
    Some(Card {
        id: listing.id,
        short: listing.short.clone(),
        title: listing.title.clone(),
        court: listing.court_name.clone(),
        case_number: listing.case_number.normal.clone(),
        kind: facts.kind,
        region: facts.region.clone(),
        address: facts.address.clone(),
        round: round.kind,
        state: round.state,
        start_price: terms.start_price,
        reference_price: facts.price.as_ref().map(|price| price.amount),
        deposit: terms.deposit,
        final_price: round.final_price,
        opens_at: terms.opens_at,
        closes_at: terms.closes_at,
        built_area: facts.building.built_area.clone(),
        occupation,
        defects,
    })
}

async fn remove(
    tx: &mut Transaction,
    dialect: Dialect,
    id: ListingId,
) -> Result<(), CatalogueError> {
    let row = sqlx::query("SELECT time_key, price_key FROM listing_public WHERE listing_id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(()) };
    search_index::remove(tx, dialect, row.try_get("time_key")?, row.try_get("price_key")?).await?;
    sqlx::query("DELETE FROM listing_public WHERE listing_id = $1")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes the row and the search index. Public for the benchmark, which fills a million rows.
pub async fn insert(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    listing: &Listing,
    card: &Card,
) -> Result<(), CatalogueError> {
    let (time, price) =
        (time_key(card.opens_at, listing.seq), price_key(card.start_price, listing.seq));
    let court = listing.court_id.to_string();
    let search_text = search_index::searchable(&[
        &card.title,
        &card.region.replace('/', ""),
        card.address.as_deref().unwrap_or_default(),
        listing.facts.building.community.as_deref().unwrap_or_default(),
        &card.court,
        &card.case_number,
        listing.facts.lot_number.as_deref().unwrap_or_default(),
    ]);
    sqlx::query(
        "INSERT INTO listing_public (listing_id, seq, time_key, price_key, court_id, court_name, region, kind, state, \
         active, price, opens_at, closes_at, title, search_text, card, take_down_at, published_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    )
    .bind(listing.id.to_string())
    .bind(listing.seq)
    .bind(time)
    .bind(price)
    .bind(&court)
    .bind(&card.court)
    .bind(&card.region)
    .bind(card.kind.slug())
    .bind(card.state.slug())
    .bind(i64::from(card.state.is_active()))
    .bind(card.start_price.0)
    .bind(card.opens_at.as_millis())
    .bind(card.closes_at.as_millis())
    .bind(&card.title)
    .bind(&search_text)
    .bind(to_text(card))
    .bind(listing.take_down_at.map(Instant::as_millis))
    .bind(listing.announced_at.unwrap_or(now).as_millis())
    .bind(now.as_millis())
    .execute(&mut **tx)
    .await?;
    if !card.region.is_empty() {
        sqlx::query(
            "INSERT INTO listing_regions (region) VALUES ($1) ON CONFLICT (region) DO NOTHING",
        )
        .bind(&card.region)
        .execute(&mut **tx)
        .await?;
    }
    let terms = search_index::terms(&search_text, card, &court);
    search_index::insert(tx, dialect, time, price, &terms).await
}

/// Regions for the filter, sorted.
pub async fn regions(database: &Database) -> Result<Vec<String>, CatalogueError> {
    let rows = sqlx::query("SELECT region FROM listing_regions ORDER BY region LIMIT 2000")
        .fetch_all(database.read())
        .await?;
    rows.iter().map(|row| Ok(row.try_get("region")?)).collect()
}

/// Courts for the filter: id and name, sorted by name.
pub async fn courts(database: &Database) -> Result<Vec<(String, String)>, CatalogueError> {
    let rows = sqlx::query("SELECT id, name FROM tenants WHERE kind = 'court' AND disabled = 0 ORDER BY name LIMIT 5000")
        .fetch_all(database.read())
        .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("name")?))).collect()
}

/// Up to `limit` public listings, the last changed first: the feed.
pub async fn latest(
    database: &Database,
    now: Instant,
    limit: i64,
) -> Result<Vec<Dated>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT card, published_at, updated_at FROM listing_public \
         WHERE take_down_at IS NULL OR take_down_at > $1 ORDER BY updated_at DESC LIMIT $2",
    )
    .bind(now.as_millis())
    .bind(limit)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(dated).collect()
}

/// Public listings with a running number from `first` to before `end`: one page of the sitemap.
pub async fn numbered(
    database: &Database,
    now: Instant,
    first: i64,
    end: i64,
) -> Result<Vec<(ListingId, Instant)>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT listing_id, updated_at FROM listing_public \
         WHERE seq >= $1 AND seq < $2 AND (take_down_at IS NULL OR take_down_at > $3) ORDER BY seq",
    )
    .bind(first)
    .bind(end)
    .bind(now.as_millis())
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            let id =
                parsed("listing_public.listing_id", row.try_get("listing_id")?, ListingId::parse)?;
            Ok((id, Instant::from_millis(row.try_get("updated_at")?)))
        })
        .collect()
}

/// The highest running number of a public listing; 0 if there is none.
pub async fn highest_number(database: &Database) -> Result<i64, CatalogueError> {
    let row = sqlx::query("SELECT COALESCE(MAX(seq), 0) AS seq FROM listing_public")
        .fetch_one(database.read())
        .await?;
    Ok(row.try_get("seq")?)
}

fn dated(row: &sqlx::any::AnyRow) -> Result<Dated, CatalogueError> {
    Ok(Dated {
        card: from_text("listing_public.card", row.try_get("card")?)?,
        published_at: Instant::from_millis(row.try_get("published_at")?),
        updated_at: Instant::from_millis(row.try_get("updated_at")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_time_and_price_and_are_unique() {
        let at = Instant::from_millis;
        assert!(time_key(at(1_000), 99) < time_key(at(2_000), 1));
        assert!(time_key(at(1_000), 1) < time_key(at(1_000), 2));
        assert!(price_key(Fen(10_000), 9) < price_key(Fen(10_100), 1));
        assert!(
            price_key(Fen(i64::MAX), 1) > 0
                && time_key(at(i64::MAX), 1) > 0
                && time_key(at(-1), 1) >= 0
        );
    }
}
