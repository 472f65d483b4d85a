//! Looking at jobs.

use serde::Serialize;
use sqlx::Row;

use super::JobsError;
use super::model::{Job, State};
use crate::base::Instant;
use crate::base::id::{JobId, ListingId};
use crate::catalogue::audience::Scope;
use crate::catalogue::{CatalogueError, Database};

/// Which jobs to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of one listing.
    pub listing: Option<ListingId>,
    /// Only those on one asset or panorama.
    pub subject: Option<String>,
    /// Only those in one state.
    pub state: Option<State>,
}

/// Part of a list, newest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The jobs.
    pub items: Vec<Job>,
    /// Where the next part begins.
    pub next: Option<JobId>,
}

/// A line that a job has written.
#[derive(Clone, Debug, Serialize)]
pub struct LogLine {
    /// When.
    pub at: Instant,
    /// What.
    pub line: String,
}

/// One job, if `scope` may see it.
pub async fn get(database: &Database, scope: Scope, id: JobId) -> Result<Job, JobsError> {
    let row = sqlx::query("SELECT * FROM jobs WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?;
    let job = row.as_ref().map(Job::from_row).transpose()?;
    job.filter(|job| scope.sees(&job.audience))
        .ok_or_else(|| CatalogueError::NotFound { what: "job", id: id.to_string() }.into())
}

/// The newest job of one kind on one subject.
pub async fn find(
    database: &Database,
    kind: &str,
    subject: &str,
) -> Result<Option<Job>, JobsError> {
    let row =
        sqlx::query("SELECT * FROM jobs WHERE subject = $1 AND kind = $2 ORDER BY id DESC LIMIT 1")
            .bind(subject)
            .bind(kind)
            .fetch_optional(database.read())
            .await?;
    Ok(row.as_ref().map(Job::from_row).transpose()?)
}

/// Up to `limit` jobs that `scope` may see, newest first, those before `before`.
pub async fn list(
    database: &Database,
    scope: Scope,
    filter: &Filter,
    before: Option<JobId>,
    limit: i64,
) -> Result<Page, JobsError> {
    let (mut condition, value) = scope.condition(1);
    let mut values = vec![value];
    let mut restrict = |column: &str, comparison: &str, value: Option<String>| {
        if let Some(value) = value {
            values.push(value);
            condition.push_str(&format!(" AND {column} {comparison} ${}", values.len()));
        }
    };
    restrict("id", "<", before.map(|id| id.to_string()));
    restrict("listing_id", "=", filter.listing.map(|id| id.to_string()));
    restrict("subject", "=", filter.subject.clone());
    restrict("state", "=", filter.state.map(|state| state.as_str().to_owned()));
    let statement = format!(
        "SELECT * FROM jobs WHERE {condition} ORDER BY id DESC LIMIT ${}",
        values.len() + 1
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
    for value in values {
        query = query.bind(value);
    }
    let rows = query.bind(limit + 1).fetch_all(database.read()).await?;
    let mut items = rows.iter().map(Job::from_row).collect::<Result<Vec<_>, _>>()?;
    let more = items.len() as i64 > limit;
    items.truncate(limit.max(0) as usize);
    let next = items.last().map(|job| job.id).filter(|_| more);
    Ok(Page { items, next })
}

/// What a job has written, oldest first.
pub async fn log(database: &Database, id: JobId) -> Result<Vec<LogLine>, JobsError> {
    let rows = sqlx::query("SELECT at, line FROM job_log WHERE job_id = $1 ORDER BY seq")
        .bind(id.to_string())
        .fetch_all(database.read())
        .await?;
    rows.iter()
        .map(|row| {
            let at = Instant::from_millis(row.try_get("at")?);
            Ok(LogLine { at, line: row.try_get("line")? })
        })
        .collect()
}

/// How many jobs are in each state, for the operator's metrics.
pub async fn counts(database: &Database) -> Result<Vec<(String, i64)>, JobsError> {
    let rows =
        sqlx::query("SELECT state, COUNT(*) AS number FROM jobs GROUP BY state ORDER BY state")
            .fetch_all(database.read())
            .await?;
    rows.iter().map(|row| Ok((row.try_get("state")?, row.try_get("number")?))).collect()
}
