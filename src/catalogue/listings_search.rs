//! Search and filters over public listings, one page at a time.
//!
//! A match of pairs of characters (see [`super::search_index`]) is confirmed on the text itself. Every filter is a
//! term of the same index, and the index is ordered by the sort key, so that a page costs the same with a million
//! rows.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::listings::from_text;
use super::listings_public::{Card, price_key};
use super::search_index::{
    BUCKETS, Run, bucket, bucket_terms, court_term, kind_term, normal, region_term, runs,
    state_term,
};
use super::{CatalogueError, Database, Dialect};
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
    if query.sort != Sort::Opening {
        // The key begins with the price: the index is entered where the prices begin and left where they end.
        for (bound, comparison) in [
            (query.price_from.map(|price| price_key(price, 0)), ">="),
            (query.price_to.map(|price| price_key(price, -1)), "<="),
        ] {
            if let Some(bound) = bound {
                sql.text.push_str(&format!(" AND {key} {comparison} "));
                sql.bind_number(bound);
            }
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
    // In the order of price the key itself bounds the prices; and that a price is any price need not be asked.
    let first = query.price_from.map_or(0, bucket);
    let last = query.price_to.map_or(BUCKETS - 1, bucket);
    if query.sort == Sort::Opening && (first, last) != (0, BUCKETS - 1) {
        needed.push(Needed::AnyOf(bucket_terms(first, last)));
    }
    for word in words {
        let runs = runs(word);
        let count = runs.len();
        for (index, run) in runs.into_iter().enumerate() {
            match run {
                Run::Word(word) if index + 1 == count => {
                    needed.push(Needed::Beginning(format!("w{word}")));
                }
                Run::Word(word) => needed.push(Needed::Term(format!("w{word}"))),
                Run::Han(han) if han.len() == 1 => needed.push(Needed::Term(han.iter().collect())),
                Run::Han(han) => {
                    needed.extend(han.windows(2).map(|pair| Needed::Term(pair.iter().collect())));
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

/// The words of a query in the same form, none longer than is useful.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| normal(word).chars().take(40).collect::<String>())
        .filter(|word| !word.is_empty() && !runs(word).is_empty())
        .take(8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_brought_into_one_form() {
        assert_eq!(words("　ＡＢＣ１ 西城区　\"' "), ["abc1", "西城区"]);
    }

    #[test]
    fn queries_ask_for_pairs_and_beginnings() {
        let query = Query { text: "西城区 2020".into(), ..Query::default() };
        let needed = needed_terms(&query, &words(&query.text));
        assert_eq!(fts5_query(&needed), "\"xa1\" AND \"西城\" AND \"城区\" AND \"w2020\"*");
        assert_eq!(tsquery(&needed), "'xa1' & '西城' & '城区' & 'w2020':*");
    }

    #[test]
    fn prices_are_asked_of_the_index_only_where_its_order_does_not_tell() {
        let mut query = Query {
            state: StateFilter::Any,
            price_from: Some(Fen::from_yuan(1_000_000)),
            ..Query::default()
        };
        assert_eq!(needed_terms(&query, &[]).len(), 1);
        query.sort = Sort::Cheapest;
        assert_eq!(needed_terms(&query, &[]), []);
        query = Query { price_from: Some(Fen(100)), sort: Sort::Opening, ..query };
        assert_eq!(needed_terms(&query, &[]), []);
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
}
