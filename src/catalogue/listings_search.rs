//! Search and filters over public listings, one page at a time.
//!
//! Chinese has no spaces, so text is cut into single characters and pairs of neighbours; a match of pairs is then
//! confirmed on the text itself. Every filter is a term of the same index, and the index is ordered by the sort key,
//! so that a page costs the same with a million rows: SQLite keeps two FTS5 tables whose row numbers are the keys,
//! PostgreSQL a `tsvector` with a GIN index. Only this file knows the difference.

use std::collections::BTreeSet;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::listings::from_text;
use super::listings_public::Card;
use super::{CatalogueError, Database, Dialect, Transaction};
use crate::auction::facts::PropertyKind;
use crate::auction::money::Fen;
use crate::auction::rounds::RoundState;
use crate::base::Instant;

/// Which rounds are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StateFilter {
    /// Those that bidders can still act on.
    #[default]
    Active,
    /// Those that are over.
    Ended,
    /// All.
    Any,
    /// Those in one state.
    Exactly(RoundState),
}

/// Order of the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By opening time: the soonest first, for ended rounds the latest first.
    #[default]
    Opening,
    /// The cheapest first.
    Cheapest,
    /// The dearest first.
    Dearest,
}

/// What somebody looks for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words that must all occur.
    pub text: String,
    /// Id of the court.
    pub court: Option<String>,
    /// Region or the beginning of one: `北京市`, `北京市/西城区`.
    pub region: Option<String>,
    /// Kind of property.
    pub kind: Option<PropertyKind>,
    /// Which rounds.
    pub state: StateFilter,
    /// Lowest starting price.
    pub price_from: Option<Fen>,
    /// Highest starting price.
    pub price_to: Option<Fen>,
    /// Order.
    pub sort: Sort,
    /// Where the page before ended.
    pub after: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// One page of answers.
#[derive(Clone, Debug)]
pub struct Page {
    /// What was found.
    pub cards: Vec<Card>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
}

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

/// One page of public listings.
pub async fn page(
    database: &Database,
    now: Instant,
    query: &Query,
) -> Result<Page, CatalogueError> {
    let words = words(&query.text);
    let descending = match query.sort {
        Sort::Opening => query.state == StateFilter::Ended,
        Sort::Cheapest => false,
        Sort::Dearest => true,
    };
    let column = if query.sort == Sort::Opening { "time_key" } else { "price_key" };
    let mut sql = Sql::default();
    let needed = needed_terms(query, &words);
    let by_terms = needed.len() > usize::from(query.state != StateFilter::Any)
        || matches!(query.state, StateFilter::Exactly(_));
    let key = match database.dialect() {
        Dialect::Sqlite if by_terms => {
            let table = if query.sort == Sort::Opening {
                "listing_search_time"
            } else {
                "listing_search_price"
            };
            // CROSS JOIN keeps SQLite from scanning the wide table first.
            sql.text = format!(
                "SELECT p.card, p.{column} AS sort_key FROM {table} s CROSS JOIN listing_public p ON p.{column} = s.rowid WHERE {table} MATCH "
            );
            sql.bind_text(fts5_query(&needed));
            "s.rowid".to_owned()
        }
        dialect => {
            sql.text =
                format!("SELECT p.card, p.{column} AS sort_key FROM listing_public p WHERE ");
            match query.state {
                StateFilter::Active => sql.text.push_str("p.active = 1"),
                StateFilter::Ended => sql.text.push_str("p.active = 0"),
                _ => sql.text.push_str("1 = 1"),
            }
            if dialect == Dialect::Postgres && by_terms {
                sql.text.push_str(" AND p.terms @@ CAST(");
                sql.bind_text(tsquery(&needed));
                sql.text.push_str(" AS tsquery)");
            }
            format!("p.{column}")
        }
    };
    if let Some(after) = query.after {
        sql.text.push_str(&format!(" AND {key} {} ", if descending { "<" } else { ">" }));
        sql.bind_number(after);
    }
    sql.text.push_str(" AND (p.take_down_at IS NULL OR p.take_down_at > ");
    sql.bind_number(now.as_millis());
    sql.text.push(')');
    for (price, comparison) in [(query.price_from, ">="), (query.price_to, "<=")] {
        if let Some(price) = price {
            sql.text.push_str(&format!(" AND p.price {comparison} "));
            sql.bind_number(price.0);
        }
    }
    for word in &words {
        let function = if database.dialect() == Dialect::Sqlite { "instr" } else { "strpos" };
        sql.text.push_str(&format!(" AND {function}(p.search_text, "));
        sql.bind_text(word.clone());
        sql.text.push_str(") > 0");
    }
    sql.text
        .push_str(&format!(" ORDER BY {key} {} LIMIT ", if descending { "DESC" } else { "ASC" }));
    sql.bind_number(query.limit as i64 + 1);
    let rows = sql.fetch(database).await?;
    let cards = rows.iter().take(query.limit).map(to_card).collect::<Result<Vec<_>, _>>()?;
    let next = match rows.get(query.limit.wrapping_sub(1)) {
        Some(last) if rows.len() > query.limit => Some(last.try_get("sort_key")?),
        _ => None,
    };
    Ok(Page { cards, next })
}

fn to_card(row: &AnyRow) -> Result<Card, CatalogueError> {
    from_text("listing_public.card", row.try_get("card")?)
}

/// SQL with its values in order.
#[derive(Default)]
struct Sql {
    text: String,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl Sql {
    fn bind_text(&mut self, text: String) {
        self.values.push(Value::Text(text));
        self.text.push_str(&format!("${}", self.values.len()));
    }

    fn bind_number(&mut self, number: i64) {
        self.values.push(Value::Number(number));
        self.text.push_str(&format!("${}", self.values.len()));
    }

    async fn fetch(self, database: &Database) -> Result<Vec<AnyRow>, CatalogueError> {
        // Everything that comes from outside is bound; the text is put together from literals above.
        let mut query = sqlx::query(sqlx::AssertSqlSafe(self.text));
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        Ok(query.fetch_all(database.read()).await?)
    }
}

/// A term that must be there, or one of several.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Needed {
    Term(String),
    Beginning(String),
    AnyOf(Vec<String>),
}

fn needed_terms(query: &Query, words: &[String]) -> Vec<Needed> {
    let mut needed = Vec::new();
    match query.state {
        StateFilter::Active => needed.push(Needed::Term("xa1".to_owned())),
        StateFilter::Ended => needed.push(Needed::Term("xa0".to_owned())),
        StateFilter::Exactly(state) => needed.push(Needed::Term(state_term(state))),
        StateFilter::Any => {}
    }
    needed.extend(query.court.as_ref().map(|court| Needed::Term(court_term(court))));
    needed.extend(query.region.as_ref().map(|region| Needed::Term(region_term(region))));
    needed.extend(query.kind.map(|kind| Needed::Term(kind_term(kind))));
    if query.price_from.is_some() || query.price_to.is_some() {
        let first = query.price_from.map_or(0, bucket);
        let last = query.price_to.map_or(BUCKETS - 1, bucket);
        needed.push(Needed::AnyOf(bucket_terms(first, last)));
    }
    for word in words {
        let runs = runs(word);
        let count = runs.len();
        for (index, run) in runs.into_iter().enumerate() {
            match run {
                Run::Word(word) if index + 1 == count => {
                    needed.push(Needed::Beginning(format!("w{word}")))
                }
                Run::Word(word) => needed.push(Needed::Term(format!("w{word}"))),
                Run::Han(han) if han.len() == 1 => needed.push(Needed::Term(han.iter().collect())),
                Run::Han(han) => {
                    needed.extend(han.windows(2).map(|pair| Needed::Term(pair.iter().collect())))
                }
            }
        }
    }
    needed
}

fn fts5_query(needed: &[Needed]) -> String {
    let parts = needed.iter().map(|needed| match needed {
        Needed::Term(term) => format!("\"{term}\""),
        Needed::Beginning(term) => format!("\"{term}\"*"),
        Needed::AnyOf(terms) => {
            let terms = terms.iter().map(|term| format!("\"{term}\"")).collect::<Vec<_>>();
            format!("({})", terms.join(" OR "))
        }
    });
    parts.collect::<Vec<_>>().join(" AND ")
}

fn tsquery(needed: &[Needed]) -> String {
    let parts = needed.iter().map(|needed| match needed {
        Needed::Term(term) => format!("'{term}'"),
        Needed::Beginning(term) => format!("'{term}':*"),
        Needed::AnyOf(terms) => {
            let terms = terms.iter().map(|term| format!("'{term}'")).collect::<Vec<_>>();
            format!("({})", terms.join(" | "))
        }
    });
    parts.collect::<Vec<_>>().join(" & ")
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

/// The words of a query in the same form, none longer than is useful.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| normal(word).chars().take(40).collect::<String>())
        .filter(|word| !word.is_empty() && !runs(word).is_empty())
        .take(8)
        .collect()
}

fn normal(text: &str) -> String {
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
enum Run {
    Han(Vec<char>),
    Word(String),
}

fn runs(text: &str) -> Vec<Run> {
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

fn state_term(state: RoundState) -> String {
    format!("xs{}", state.slug().replace('_', ""))
}

fn kind_term(kind: PropertyKind) -> String {
    format!("xk{}", kind.slug().replace('_', ""))
}

fn court_term(court: &str) -> String {
    format!(
        "xc{}",
        court.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    )
}

fn region_term(region: &str) -> String {
    format!("xr{}", &blake3::hash(region.trim_matches('/').as_bytes()).to_hex()[..16])
}

/// Buckets of price: a quarter of an octave each from about 16,000 yuan, everything below and above in the outermost.
const BUCKETS: u32 = 64;
const GROUP: u32 = 8;

fn bucket(price: Fen) -> u32 {
    let yuan = (price.0 / 100).max(1) as f64;
    (yuan.log2() * 4.0 - 56.0).clamp(0.0, f64::from(BUCKETS - 1)) as u32
}

/// Terms that cover the buckets `first..=last`, whole groups as one.
fn bucket_terms(first: u32, last: u32) -> Vec<String> {
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
        assert_eq!(words("　ＡＢＣ１ 西城区　\"' "), ["abc1", "西城区"]);
        assert_eq!(searchable(&["北京 市", "", "Ａ座"]), "北京市\na座");
    }

    #[test]
    fn queries_ask_for_pairs_and_beginnings() {
        let query = Query { text: "西城区 2020".into(), ..Query::default() };
        let needed = needed_terms(&query, &words(&query.text));
        assert_eq!(fts5_query(&needed), "\"xa1\" AND \"西城\" AND \"城区\" AND \"w2020\"*");
        assert_eq!(tsquery(&needed), "'xa1' & '西城' & '城区' & 'w2020':*");
    }

    #[test]
    fn no_quote_of_a_query_reaches_the_index_language() {
        let query = Query {
            text: "a\"b' OR 1)* 城'\\".into(),
            state: StateFilter::Any,
            ..Query::default()
        };
        let needed = needed_terms(&query, &words(&query.text));
        assert_eq!(fts5_query(&needed), "\"wa\" AND \"wb\"* AND \"wor\"* AND \"w1\"* AND \"城\"");
    }

    #[test]
    fn buckets_cover_their_range() {
        assert!(bucket(Fen::from_yuan(1_000_000)) < bucket(Fen::from_yuan(1_300_000)));
        assert_eq!(bucket_terms(7, 17), ["xp7", "xq1", "xp16", "xp17"]);
        assert_eq!(bucket_terms(0, 63).len(), 8);
        assert_eq!(bucket_terms(9, 3), ["xpnone"]);
    }
}
