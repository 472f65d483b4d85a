//! What people do to jobs: try again, stop.

use super::model::{Job, State};
use super::{JobsError, tell};
use crate::base::Instant;
use crate::base::id::JobId;
use crate::catalogue::audience::Scope;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::{CatalogueError, Database, Dialect, Transaction};

/// Lets a job that failed or was cancelled wait again, with all its attempts.
pub async fn retry(
    database: &Database,
    now: Instant,
    scope: Scope,
    id: JobId,
    actor: &Actor,
) -> Result<Job, JobsError> {
    let (condition, value) = scope.condition(3);
    let statement = format!(
        "UPDATE jobs SET state = 'queued', attempts = 0, not_before = $2, progress = 0, eta = NULL, \
         cancel_requested = 0, finished_at = NULL, reason_slug = NULL, reason_args = NULL, reason_text = NULL \
         WHERE id = $1 AND {condition} AND state IN ('failed', 'cancelled') RETURNING *"
    );
    let mut tx = database.begin().await?;
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(id.to_string())
        .bind(now.as_millis())
        .bind(value)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(row) = row else {
        return Err(refused(
            &mut tx,
            scope,
            id,
            "only a failed or cancelled job can be tried again",
        )
        .await?);
    };
    let job = Job::from_row(&row)?;
    tell(&mut tx, database.dialect(), now, &job).await?;
    note(&mut tx, database.dialect(), now, &job, actor, "job.retry").await?;
    tx.commit().await?;
    Ok(job)
}

/// Stops a job: at once while it waits, by a request to its worker while it runs.
pub async fn cancel(
    database: &Database,
    now: Instant,
    scope: Scope,
    id: JobId,
    actor: &Actor,
) -> Result<Job, JobsError> {
    let (condition, value) = scope.condition(3);
    let statement = format!(
        "UPDATE jobs SET cancel_requested = 1, \
         finished_at = CASE WHEN state = 'queued' THEN $2 ELSE NULL END, \
         state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END \
         WHERE id = $1 AND {condition} AND state IN ('queued', 'running') RETURNING *"
    );
    let mut tx = database.begin().await?;
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(id.to_string())
        .bind(now.as_millis())
        .bind(value)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(row) = row else {
        return Err(
            refused(&mut tx, scope, id, "only a waiting or running job can be cancelled").await?
        );
    };
    let job = Job::from_row(&row)?;
    tell(&mut tx, database.dialect(), now, &job).await?;
    note(&mut tx, database.dialect(), now, &job, actor, "job.cancel").await?;
    tx.commit().await?;
    Ok(job)
}

/// Why a change found no row: the job is not there (for this caller), or its state is another.
async fn refused(
    tx: &mut Transaction,
    scope: Scope,
    id: JobId,
    wanted: &'static str,
) -> Result<JobsError, JobsError> {
    let row = sqlx::query("SELECT * FROM jobs WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let job = row.as_ref().map(Job::from_row).transpose()?;
    Ok(match job.filter(|job| scope.sees(&job.audience)) {
        None => CatalogueError::NotFound { what: "job", id: id.to_string() }.into(),
        Some(job) => {
            JobsError::WrongState { job: id.to_string(), state: State::as_str(job.state), wanted }
        }
    })
}

async fn note(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    job: &Job,
    actor: &Actor,
    action: &str,
) -> Result<(), CatalogueError> {
    let entry = Entry {
        action,
        object_kind: "job",
        object_id: &job.id.to_string(),
        tenant: job.audience.court.or(job.audience.agency),
        detail: serde_json::json!({ "kind": job.kind, "subject": job.subject }),
    };
    audit::append(tx, dialect, now, actor, entry).await
}
