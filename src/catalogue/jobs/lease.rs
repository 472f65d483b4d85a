//! A worker's hold on a job: claim, heartbeat, and the ways to let go.

use sqlx::any::AnyRow;
use sqlx::{Row, query::Query};

use super::model::{Failure, Job, State};
use super::{JobsError, tell};
use crate::base::Instant;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::events::{self, Event};
use crate::catalogue::{CatalogueError, Database, Dialect, Transaction};

/// Most log lines that are kept of one job; older ones give way.
pub const LOG_LINES: i64 = 500;
/// Most characters that are kept of one log line.
pub const LOG_CHARACTERS: usize = 500;

/// The part of a WHERE that lets only the holder of a valid lease change a job: `$1`–`$4` are
/// the job's id, the owner, the epoch and now.
macro_rules! held {
    () => {
        " WHERE id = $1 AND state = 'running' AND lease_owner = $2 AND lease_epoch = $3 AND lease_until > $4 "
    };
}

/// The proof that one worker may work on one job, for a while.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The job as it was when it was claimed.
    pub job: Job,
    owner: String,
    millis: i64,
}

impl Lease {
    fn bind<'q>(
        &self,
        query: Query<'q, sqlx::Any, sqlx::any::AnyArguments>,
        now: Instant,
    ) -> Query<'q, sqlx::Any, sqlx::any::AnyArguments> {
        query
            .bind(self.job.id.to_string())
            .bind(self.owner.clone())
            .bind(self.job.epoch)
            .bind(now.as_millis())
    }

    /// How long it lasts without a heartbeat, in milliseconds.
    pub const fn millis(&self) -> i64 {
        self.millis
    }

    fn lost(&self) -> JobsError {
        JobsError::LeaseLost { job: self.job.id.to_string() }
    }
}

/// The proof that a job was finished in a transaction; only [`finish`] makes one.
#[derive(Debug)]
#[must_use]
pub struct Finished(());

/// Claims the most urgent job of one of these kinds for `millis` milliseconds; `None` if there is
/// nothing to do. Also takes back the jobs of workers that did not return.
pub async fn claim(
    database: &Database,
    now: Instant,
    owner: &str,
    kinds: &[&str],
    millis: i64,
) -> Result<Option<Lease>, JobsError> {
    if kinds.is_empty() || !is_there_work(database, now).await? {
        return Ok(None);
    }
    let dialect = database.dialect();
    let mut tx = database.begin().await?;
    take_back_lost(&mut tx, dialect, now).await?;
    let skip_locked = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let places =
        (4..4 + kinds.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let statement = format!(
        "UPDATE jobs SET state = 'running', lease_owner = $1, lease_until = $2, \
         lease_epoch = lease_epoch + 1, attempts = attempts + 1, started_at = $3, progress = 0, eta = NULL, preview = NULL \
         WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND not_before <= $3 \
         AND kind IN ({places}) ORDER BY priority DESC, not_before, id LIMIT 1 {skip_locked}) RETURNING *"
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(owner)
        .bind(now.plus_millis(millis).as_millis())
        .bind(now.as_millis());
    for kind in kinds {
        query = query.bind(*kind);
    }
    let row = query.fetch_optional(&mut *tx).await?;
    let job = row.as_ref().map(Job::from_row).transpose()?;
    if let Some(job) = &job {
        tell(&mut tx, dialect, now, job).await?;
    }
    tx.commit().await?;
    Ok(job.map(|job| Lease { job, owner: owner.to_owned(), millis }))
}

/// A look without a lock, so that idle workers cost no write transaction.
async fn is_there_work(database: &Database, now: Instant) -> Result<bool, JobsError> {
    let found = sqlx::query(
        "SELECT id FROM jobs WHERE (state = 'queued' AND not_before <= $1) \
         OR (state = 'running' AND lease_until <= $1) LIMIT 1",
    )
    .bind(now.as_millis())
    .fetch_optional(database.read())
    .await?;
    Ok(found.is_some())
}

/// Jobs whose worker did not return wait again, or end where they have no attempt left.
async fn take_back_lost(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
) -> Result<(), JobsError> {
    let skip_locked = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let statement = format!(
        "UPDATE jobs SET \
         state = CASE WHEN cancel_requested = 1 THEN 'cancelled' WHEN attempts >= max_attempts THEN 'failed' ELSE 'queued' END, \
         finished_at = CASE WHEN cancel_requested = 1 OR attempts >= max_attempts THEN $1 ELSE NULL END, \
         reason_slug = 'worker-lost', reason_args = NULL, \
         reason_text = 'the worker stopped in the middle of the work and did not return', \
         not_before = $1, lease_owner = NULL, eta = NULL, progress = 0 \
         WHERE id IN (SELECT id FROM jobs WHERE state = 'running' AND lease_until <= $1 LIMIT 20 {skip_locked}) \
         RETURNING *"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(now.as_millis())
        .fetch_all(&mut **tx)
        .await?;
    for row in &rows {
        let job = Job::from_row(row)?;
        tell(tx, dialect, now, &job).await?;
        if job.state == State::Failed {
            note(tx, dialect, now, &job, "job.fail").await?;
        }
    }
    Ok(())
}

/// What a worker reports while it works.
#[derive(Clone, Debug, Default)]
pub struct Beat {
    /// Thousandths done.
    pub progress: i64,
    /// When it will probably be done.
    pub eta: Option<Instant>,
    /// New log lines.
    pub lines: Vec<String>,
    /// What there is to see, if it is new.
    pub preview: Option<serde_json::Value>,
    /// Whether readers of events should hear of it.
    pub tell: bool,
}

/// Renews a lease and stores what the worker reports. Answers whether somebody asked to stop.
pub async fn heartbeat(
    database: &Database,
    now: Instant,
    lease: &Lease,
    beat: &Beat,
) -> Result<bool, JobsError> {
    let dialect = database.dialect();
    let mut tx = database.begin().await?;
    let query = sqlx::query(concat!(
        "UPDATE jobs SET lease_until = $5, progress = $6, eta = $7, log_lines = log_lines + $8, \
         preview = COALESCE($9, preview)",
        held!(),
        "RETURNING *"
    ));
    let row = lease
        .bind(query, now)
        .bind(now.plus_millis(lease.millis).as_millis())
        .bind(beat.progress.clamp(0, 1000))
        .bind(beat.eta.map(Instant::as_millis))
        .bind(beat.lines.len() as i64)
        .bind(beat.preview.as_ref().map(serde_json::Value::to_string))
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| lease.lost())?;
    let job = Job::from_row(&row)?;
    let lines = shortened(&beat.lines);
    add_lines(&mut tx, now, &job, row.try_get("log_lines")?, &lines).await?;
    if beat.tell || !lines.is_empty() {
        let mut data = serde_json::json!(job);
        if !lines.is_empty() {
            data["log"] = serde_json::json!(lines);
        }
        if let Some(preview) = &beat.preview {
            data["preview"] = preview.clone();
        }
        let id = job.id.to_string();
        let event = Event { kind: "job", object_id: &id, audience: job.audience, data };
        events::append(&mut tx, dialect, now, event).await?;
    }
    tx.commit().await?;
    Ok(job.cancel_requested)
}

/// Whether somebody asked to stop the job: a look without a write.
///
/// # Errors
/// [`JobsError::LeaseLost`] when another worker has it, or it has ended.
pub async fn asked_to_stop(database: &Database, lease: &Lease) -> Result<bool, JobsError> {
    let row = sqlx::query(
        "SELECT cancel_requested FROM jobs WHERE id = $1 AND state = 'running' AND lease_epoch = $2",
    )
    .bind(lease.job.id.to_string())
    .bind(lease.job.epoch)
    .fetch_optional(database.read())
    .await?
    .ok_or_else(|| lease.lost())?;
    Ok(row.try_get::<i64, _>("cancel_requested")? != 0)
}

fn shortened(lines: &[String]) -> Vec<String> {
    let newest = lines.len().saturating_sub(LOG_LINES as usize);
    lines[newest..]
        .iter()
        // PostgreSQL stores no NUL in a text; other control characters would disturb a terminal.
        .map(|line| line.chars().filter(|c| !c.is_control()).take(LOG_CHARACTERS).collect())
        .collect()
}

/// Stores lines so that the last has number `last`, and lets the oldest go.
async fn add_lines(
    tx: &mut Transaction,
    now: Instant,
    job: &Job,
    last: i64,
    lines: &[String],
) -> Result<(), CatalogueError> {
    let first = last - lines.len() as i64 + 1;
    for (number, line) in (first..).zip(lines) {
        sqlx::query("INSERT INTO job_log (job_id, seq, at, line) VALUES ($1, $2, $3, $4)")
            .bind(job.id.to_string())
            .bind(number)
            .bind(now.as_millis())
            .bind(line)
            .execute(&mut **tx)
            .await?;
    }
    if !lines.is_empty() && last > LOG_LINES {
        sqlx::query("DELETE FROM job_log WHERE job_id = $1 AND seq <= $2")
            .bind(job.id.to_string())
            .bind(last - LOG_LINES)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// What a finished job leaves behind.
#[derive(Clone, Debug)]
pub struct Done {
    /// What came out of it, as the API shows it.
    pub result: serde_json::Value,
    /// The last log lines.
    pub lines: Vec<String>,
}

/// Begins the transaction that will store a job's result and [`finish`] it, with the job's row in hand.
///
/// The row first, then the lock of the event log: a heartbeat takes them in this order too. A
/// transaction that wrote an event first would wait for a heartbeat that waits for it.
///
/// # Errors
/// [`JobsError::LeaseLost`] when the lease has ended.
pub async fn begin_to_finish(
    database: &Database,
    now: Instant,
    lease: &Lease,
) -> Result<Transaction, JobsError> {
    let mut tx = database.begin().await?;
    let query = sqlx::query(match database.dialect() {
        Dialect::Sqlite => concat!("SELECT id FROM jobs", held!()),
        Dialect::Postgres => concat!("SELECT id FROM jobs", held!(), "FOR UPDATE"),
    });
    lease.bind(query, now).fetch_optional(&mut *tx).await?.ok_or_else(|| lease.lost())?;
    Ok(tx)
}

/// Finishes a job in the transaction that stores its result, from [`begin_to_finish`]: both happen
/// or neither.
///
/// # Errors
/// [`JobsError::LeaseLost`] when the lease has ended; the caller must roll back.
pub async fn finish(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    lease: &Lease,
    done: &Done,
) -> Result<Finished, JobsError> {
    let query = sqlx::query(concat!(
        "UPDATE jobs SET state = 'done', progress = 1000, eta = NULL, preview = NULL, finished_at = $4, result = $5, \
         reason_slug = NULL, reason_args = NULL, reason_text = NULL, lease_owner = NULL, \
         log_lines = log_lines + $6",
        held!(),
        "RETURNING *"
    ));
    let row = lease
        .bind(query, now)
        .bind(done.result.to_string())
        .bind(done.lines.len() as i64)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| lease.lost())?;
    let job = Job::from_row(&row)?;
    add_lines(tx, now, &job, row.try_get("log_lines")?, &shortened(&done.lines)).await?;
    tell(tx, dialect, now, &job).await?;
    note(tx, dialect, now, &job, "job.done").await?;
    Ok(Finished(()))
}

/// Ends an attempt that failed: the job waits until `retry_at` for another, or has failed.
pub async fn fail(
    database: &Database,
    now: Instant,
    lease: &Lease,
    failure: &Failure,
    retry_at: Instant,
) -> Result<State, JobsError> {
    let again = failure.again && lease.job.attempts < lease.job.max_attempts;
    let (state, finished_at) =
        if again { (State::Queued, None) } else { (State::Failed, Some(now.as_millis())) };
    let dialect = database.dialect();
    let mut tx = database.begin().await?;
    let query = sqlx::query(concat!(
        "UPDATE jobs SET state = $5, not_before = $6, finished_at = $7, eta = NULL, progress = 0, \
         reason_slug = $8, reason_args = $9, reason_text = $10, lease_owner = NULL",
        held!(),
        "RETURNING *"
    ));
    let row = lease
        .bind(query, now)
        .bind(state.as_str())
        .bind(retry_at.as_millis())
        .bind(finished_at)
        .bind(&failure.reason.slug)
        .bind(serde_json::json!(failure.reason.args).to_string())
        .bind(failure.reason.text.replace('\0', ""))
        .fetch_optional(&mut *tx)
        .await?;
    let job = changed(lease, row)?;
    tell(&mut tx, dialect, now, &job).await?;
    if !again {
        note(&mut tx, dialect, now, &job, "job.fail").await?;
    }
    tx.commit().await?;
    Ok(state)
}

/// Gives a job back unfinished, without counting the attempt: the worker has to stop.
pub async fn give_back(database: &Database, now: Instant, lease: &Lease) -> Result<(), JobsError> {
    let mut tx = database.begin().await?;
    let query = sqlx::query(concat!(
        "UPDATE jobs SET state = 'queued', attempts = attempts - 1, not_before = $4, progress = 0, \
         eta = NULL, lease_owner = NULL",
        held!(),
        "RETURNING *"
    ));
    let row = lease.bind(query, now).fetch_optional(&mut *tx).await?;
    let job = changed(lease, row)?;
    tell(&mut tx, database.dialect(), now, &job).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a job that somebody asked to stop.
pub async fn stop_as_cancelled(
    database: &Database,
    now: Instant,
    lease: &Lease,
) -> Result<(), JobsError> {
    let mut tx = database.begin().await?;
    let query = sqlx::query(concat!(
        "UPDATE jobs SET state = 'cancelled', finished_at = $4, eta = NULL, lease_owner = NULL",
        held!(),
        "AND cancel_requested = 1 RETURNING *"
    ));
    let row = lease.bind(query, now).fetch_optional(&mut *tx).await?;
    let job = changed(lease, row)?;
    tell(&mut tx, database.dialect(), now, &job).await?;
    tx.commit().await?;
    Ok(())
}

fn changed(lease: &Lease, row: Option<AnyRow>) -> Result<Job, JobsError> {
    let row = row.ok_or_else(|| lease.lost())?;
    Ok(Job::from_row(&row)?)
}

/// Notes how a job ended in the audit log.
async fn note(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    job: &Job,
    action: &str,
) -> Result<(), CatalogueError> {
    let entry = Entry {
        action,
        object_kind: "job",
        object_id: &job.id.to_string(),
        tenant: job.audience.court.or(job.audience.agency),
        detail: serde_json::json!({
            "kind": job.kind,
            "subject": job.subject,
            "attempts": job.attempts,
            "reason": job.reason,
            "result": job.result,
        }),
    };
    audit::append(tx, dialect, now, &Actor::system("worker"), entry).await
}
