//! The index behind the search of public listings: its tables, and the terms that a listing stands under.
//!
//! Chinese has no spaces, so text is cut into single characters and pairs of neighbours. SQLite keeps two FTS5 tables
//! whose row numbers are the sort keys, PostgreSQL a `tsvector` with a GIN index. The index holds nothing that
//! `listing_public` does not: it can be made anew at any time.

use std::collections::BTreeSet;

use sqlx::Row;

use super::listings::from_text;
use super::listings_public::Card;
use super::{CatalogueError, Dialect, Transaction};
use crate::auction::facts::PropertyKind;
use crate::auction::money::Fen;
use crate::auction::rounds::RoundState;

/// Begins the names of the tables that hold the index on SQLite.
pub const TABLES: &str = "listing_search_";

/// Makes the search index where it is missing. Called after the migrations, because the two databases differ here.
pub async fn ensure_index(tx: &mut Transaction, dialect: Dialect) -> Result<(), CatalogueError> {
    let statements: &[&'static str] = match dialect {
        Dialect::Sqlite => &[
            "CREATE VIRTUAL TABLE IF NOT EXISTS listing_search_time USING fts5(terms, content='', \
             contentless_delete=1, detail=none, tokenize=\"unicode61 remove_diacritics 0\")",
            "CREATE VIRTUAL TABLE IF NOT EXISTS listing_search_price USING fts5(terms, content='', \
             contentless_delete=1, detail=none, tokenize=\"unicode61 remove_diacritics 0\")",
        ],
        Dialect::Postgres => &[
            // Several servers may start at once.
            "SELECT pg_advisory_xact_lock(4921)",
            "ALTER TABLE listing_public ADD COLUMN IF NOT EXISTS terms TSVECTOR",
            "CREATE INDEX IF NOT EXISTS listing_public_terms ON listing_public USING GIN (terms)",
        ],
    };
    for statement in statements {
        sqlx::query(*statement).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Adds a row to the index.
pub async fn insert(
    tx: &mut Transaction,
    dialect: Dialect,
    time_key: i64,
    price_key: i64,
    terms: &str,
) -> Result<(), CatalogueError> {
    match dialect {
        Dialect::Sqlite => {
            for (statement, key) in [
                ("INSERT INTO listing_search_time (rowid, terms) VALUES ($1, $2)", time_key),
                ("INSERT INTO listing_search_price (rowid, terms) VALUES ($1, $2)", price_key),
            ] {
                sqlx::query(statement).bind(key).bind(terms).execute(&mut **tx).await?;
            }
        }
        Dialect::Postgres => {
            sqlx::query(
                "UPDATE listing_public SET terms = array_to_tsvector(string_to_array($2, ' ')) WHERE time_key = $1",
            )
            .bind(time_key)
            .bind(terms)
            .execute(&mut **tx)
            .await?;
        }
    }
    Ok(())
}

/// Removes a row from the index.
pub async fn remove(
    tx: &mut Transaction,
    dialect: Dialect,
    time_key: i64,
    price_key: i64,
) -> Result<(), CatalogueError> {
    if dialect == Dialect::Sqlite {
        for (statement, key) in [
            ("DELETE FROM listing_search_time WHERE rowid = $1", time_key),
            ("DELETE FROM listing_search_price WHERE rowid = $1", price_key),
        ] {
            sqlx::query(statement).bind(key).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

/// Makes the index anew from the rows of `listing_public`.
pub async fn rebuild(tx: &mut Transaction, dialect: Dialect) -> Result<(), CatalogueError> {
    if dialect == Dialect::Sqlite {
        for statement in [
            "INSERT INTO listing_search_time (listing_search_time) VALUES ('delete-all')",
            "INSERT INTO listing_search_price (listing_search_price) VALUES ('delete-all')",
        ] {
            sqlx::query(statement).execute(&mut **tx).await?;
        }
    }
    let mut after = i64::MIN;
    loop {
        let rows = sqlx::query(
            "SELECT time_key, price_key, court_id, search_text, card FROM listing_public \
             WHERE time_key > $1 ORDER BY time_key LIMIT 500",
        )
        .bind(after)
        .fetch_all(&mut **tx)
        .await?;
        for row in &rows {
            after = row.try_get("time_key")?;
            let card = from_text("listing_public.card", row.try_get("card")?)?;
            let (text, court): (&str, &str) =
                (row.try_get("search_text")?, row.try_get("court_id")?);
            let terms = terms(text, &card, court);
            insert(tx, dialect, after, row.try_get("price_key")?, &terms).await?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// All terms of a row, separated by spaces, none twice.
pub fn terms(search_text: &str, card: &Card, court: &str) -> String {
    let mut terms = BTreeSet::new();
    for line in search_text.lines() {
        for run in runs(line) {
            match run {
                Run::Word(word) => {
                    terms.insert(format!("w{word}"));
                }
                Run::Han(han) => {
                    terms.extend(han.iter().map(char::to_string));
                    terms.extend(han.windows(2).map(|pair| pair.iter().collect::<String>()));
                }
            }
        }
    }
    terms.insert(format!("xa{}", u8::from(card.state.is_active())));
    terms.insert(state_term(card.state));
    terms.insert(kind_term(card.kind));
    terms.insert(court_term(court));
    let parts: Vec<&str> = card.region.split('/').filter(|part| !part.is_empty()).collect();
    for depth in 1..=parts.len() {
        terms.insert(region_term(&parts[..depth].join("/")));
    }
    let bucket = bucket(card.start_price);
    terms.insert(format!("xp{bucket}"));
    terms.insert(format!("xq{}", bucket / GROUP));
    terms.into_iter().collect::<Vec<_>>().join(" ")
}

/// Texts in the form in which they are searched: lower case, full-width forms made half-width, no spaces; a line each.
pub fn searchable(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| normal(text))
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

pub(super) fn normal(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// A stretch of Han characters, or of other letters and digits.
pub(super) enum Run {
    Han(Vec<char>),
    Word(String),
}

pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut fresh = true;
    for c in text.chars() {
        let han = matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
        if !han && !c.is_ascii_alphanumeric() {
            fresh = true;
            continue;
        }
        match (runs.last_mut(), han) {
            (Some(Run::Han(run)), true) if !fresh => run.push(c),
            (Some(Run::Word(run)), false) if !fresh => run.push(c),
            (_, true) => runs.push(Run::Han(vec![c])),
            (_, false) => runs.push(Run::Word(c.to_string())),
        }
        fresh = false;
    }
    runs
}

pub(super) fn state_term(state: RoundState) -> String {
    format!("xs{}", state.slug().replace('_', ""))
}

pub(super) fn kind_term(kind: PropertyKind) -> String {
    format!("xk{}", kind.slug().replace('_', ""))
}

pub(super) fn court_term(court: &str) -> String {
    format!(
        "xc{}",
        court.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    )
}

pub(super) fn region_term(region: &str) -> String {
    format!("xr{}", &blake3::hash(region.trim_matches('/').as_bytes()).to_hex()[..16])
}

/// Buckets of price: a quarter of an octave each from about 16,000 yuan, everything below and above in the outermost.
pub(super) const BUCKETS: u32 = 64;
const GROUP: u32 = 8;

pub(super) fn bucket(price: Fen) -> u32 {
    let yuan = (price.0 / 100).max(1) as f64;
    (yuan.log2() * 4.0 - 56.0).clamp(0.0, f64::from(BUCKETS - 1)) as u32
}

/// Terms that cover the buckets `first..=last`, whole groups as one.
pub(super) fn bucket_terms(first: u32, last: u32) -> Vec<String> {
    let mut terms = Vec::new();
    let mut next = first;
    while next <= last {
        if next.is_multiple_of(GROUP) && next + GROUP - 1 <= last {
            terms.push(format!("xq{}", next / GROUP));
            next += GROUP;
        } else {
            terms.push(format!("xp{next}"));
            next += 1;
        }
    }
    if terms.is_empty() {
        terms.push("xpnone".to_owned());
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_into_characters_pairs_and_words() {
        let cut: Vec<String> = runs("西城区md5号楼")
            .into_iter()
            .map(|run| match run {
                Run::Han(han) => han.into_iter().collect(),
                Run::Word(word) => format!("w{word}"),
            })
            .collect();
        assert_eq!(cut, ["西城区", "wmd5", "号楼"]);
        assert_eq!(searchable(&["北京 市", "", "Ａ座"]), "北京市\na座");
    }

    #[test]
    fn buckets_cover_their_range() {
        assert!(bucket(Fen::from_yuan(1_000_000)) < bucket(Fen::from_yuan(1_300_000)));
        assert_eq!(bucket_terms(7, 17), ["xp7", "xq1", "xp16", "xp17"]);
        assert_eq!(bucket_terms(0, 63).len(), 8);
        assert_eq!(bucket_terms(9, 3), ["xpnone"]);
    }
}
