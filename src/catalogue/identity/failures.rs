//! Wrong passwords and codes, counted so that guessing becomes slow.

use sqlx::Row;

use crate::base::Instant;
use crate::catalogue::{CatalogueError, Database, Transaction};

/// How often `subject` (a login with an address) failed since `since`.
pub async fn failures(
    database: &Database,
    subject: &str,
    since: Instant,
) -> Result<i64, CatalogueError> {
    let row =
        sqlx::query("SELECT count FROM sign_in_failures WHERE subject = $1 AND first_at > $2")
            .bind(subject)
            .bind(since.as_millis())
            .fetch_optional(database.read())
            .await?;
    Ok(row.map(|row| row.try_get("count")).transpose()?.unwrap_or(0))
}

/// Counts one more failure; the count begins anew when the first is older than `since`.
pub async fn count_failure(
    tx: &mut Transaction,
    now: Instant,
    since: Instant,
    subject: &str,
) -> Result<(), CatalogueError> {
    sqlx::query("DELETE FROM sign_in_failures WHERE first_at <= $1")
        .bind(since.as_millis())
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO sign_in_failures (subject, count, first_at) VALUES ($1, 1, $2) \
         ON CONFLICT (subject) DO UPDATE SET count = sign_in_failures.count + 1",
    )
    .bind(subject)
    .bind(now.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets the failures of `subject` after a right password.
pub async fn clear_failures(tx: &mut Transaction, subject: &str) -> Result<(), CatalogueError> {
    sqlx::query("DELETE FROM sign_in_failures WHERE subject = $1")
        .bind(subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
