//! Asking for work, inside the transaction of whoever needs it.

use sqlx::Row;

use super::model::{Enqueued, Job, NewJob, State, corrupt};
use super::{JobsError, tell};
use crate::base::Instant;
use crate::base::id::JobId;
use crate::catalogue::{Dialect, Transaction};

/// Most jobs that may wait or run at once.
pub const MAX_WAITING: i64 = 20_000;

/// Puts a job into the queue in the caller's transaction: both happen or neither.
///
/// Asking twice for the same (kind, subject, recipe) gives one job. A job that failed or was
/// cancelled waits again with all its attempts.
///
/// # Errors
/// [`JobsError::QueueFull`] when [`MAX_WAITING`] jobs wait or run.
pub async fn enqueue(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    job: &NewJob,
) -> Result<Enqueued, JobsError> {
    enqueue_within(tx, dialect, now, job, MAX_WAITING).await
}

/// As [`enqueue`] with a bound of one's own.
pub async fn enqueue_within(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    job: &NewJob,
    most: i64,
) -> Result<Enqueued, JobsError> {
    let waiting: i64 =
        sqlx::query("SELECT COUNT(*) AS waiting FROM jobs WHERE state IN ('queued', 'running')")
            .fetch_one(&mut **tx)
            .await?
            .try_get("waiting")?;
    if let Some(found) = existing(tx, job).await? {
        return again(tx, dialect, now, job, found, (waiting, most)).await;
    }
    if waiting >= most {
        return Err(JobsError::QueueFull { waiting });
    }
    let inserted = sqlx::query(
        "INSERT INTO jobs (id, kind, subject, recipe, payload, court_id, agency_id, listing_id, \
         state, priority, attempts, max_attempts, not_before, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9, 0, $10, $11, $12) \
         ON CONFLICT (kind, subject, recipe) DO NOTHING RETURNING *",
    )
    .bind(JobId::new().to_string())
    .bind(job.kind)
    .bind(&job.subject)
    .bind(&job.recipe)
    .bind(job.payload.to_string())
    .bind(job.audience.court.map(|id| id.to_string()))
    .bind(job.audience.agency.map(|id| id.to_string()))
    .bind(job.audience.listing.map(|id| id.to_string()))
    .bind(job.priority.rank())
    .bind(job.max_attempts.max(1))
    .bind(job.not_before.unwrap_or(now).as_millis())
    .bind(now.as_millis())
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(row) = inserted {
        let stored = Job::from_row(&row)?;
        tell(tx, dialect, now, &stored).await?;
        return Ok(Enqueued::New(stored.id));
    }
    // Somebody else asked for the same in a transaction that ended between our two statements.
    let found = existing(tx, job).await?.ok_or_else(|| {
        corrupt(
            "jobs",
            format!("a job {} of '{}' is there and cannot be seen", job.kind, job.subject),
        )
    })?;
    again(tx, dialect, now, job, found, (waiting, most)).await
}

async fn existing(tx: &mut Transaction, job: &NewJob) -> Result<Option<Job>, JobsError> {
    let row = sqlx::query("SELECT * FROM jobs WHERE kind = $1 AND subject = $2 AND recipe = $3")
        .bind(job.kind)
        .bind(&job.subject)
        .bind(&job.recipe)
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(|row| Job::from_row(row).map_err(Into::into)).transpose()
}

async fn again(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    wanted: &NewJob,
    found: Job,
    (waiting, most): (i64, i64),
) -> Result<Enqueued, JobsError> {
    if !matches!(found.state, State::Failed | State::Cancelled) {
        return Ok(Enqueued::Already(found.id, found.state));
    }
    if waiting >= most {
        return Err(JobsError::QueueFull { waiting });
    }
    let row = sqlx::query(
        "UPDATE jobs SET state = 'queued', attempts = 0, not_before = $2, payload = $3, \
         priority = $4, progress = 0, eta = NULL, cancel_requested = 0, finished_at = NULL, \
         reason_slug = NULL, reason_args = NULL, reason_text = NULL \
         WHERE id = $1 AND state IN ('failed', 'cancelled') RETURNING *",
    )
    .bind(found.id.to_string())
    .bind(wanted.not_before.unwrap_or(now).as_millis())
    .bind(wanted.payload.to_string())
    .bind(wanted.priority.rank())
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(Enqueued::Already(found.id, State::Queued)) };
    tell(tx, dialect, now, &Job::from_row(&row)?).await?;
    Ok(Enqueued::Again(found.id))
}
