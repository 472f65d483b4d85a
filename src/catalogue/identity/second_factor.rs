//! The second factor: a TOTP secret (RFC 6238) and one-time recovery codes.

use crate::base::id::UserId;
use crate::catalogue::{CatalogueError, Transaction};

/// Keeps a secret until its owner shows that the authenticator has it.
pub async fn begin_second_factor(
    tx: &mut Transaction,
    user: UserId,
    secret: &str,
) -> Result<(), CatalogueError> {
    sqlx::query("UPDATE users SET totp_pending = $2 WHERE id = $1")
        .bind(user.to_string())
        .bind(secret)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Makes the pending secret the second factor. `step` is the time step of the code that proved it.
pub async fn confirm_second_factor(
    tx: &mut Transaction,
    user: UserId,
    step: i64,
    recovery_hashes: &[String],
) -> Result<(), CatalogueError> {
    sqlx::query(
        "UPDATE users SET totp_secret = totp_pending, totp_pending = NULL, totp_last_step = $2, \
         recovery_codes = $3 WHERE id = $1 AND totp_pending IS NOT NULL",
    )
    .bind(user.to_string())
    .bind(step)
    .bind(serde_json::json!(recovery_hashes).to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes the second factor.
pub async fn remove_second_factor(
    tx: &mut Transaction,
    user: UserId,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "UPDATE users SET totp_secret = NULL, totp_pending = NULL, recovery_codes = '[]' WHERE id = $1",
    )
    .bind(user.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Marks a time step as used. False if it or a later one was used before (RFC 6238 §5.2: a code
/// is accepted once).
pub async fn spend_step(
    tx: &mut Transaction,
    user: UserId,
    step: i64,
) -> Result<bool, CatalogueError> {
    let changed =
        sqlx::query("UPDATE users SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2")
            .bind(user.to_string())
            .bind(step)
            .execute(&mut **tx)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// Replaces the list of unused recovery codes, if it is still the one that was read.
pub async fn spend_recovery_code(
    tx: &mut Transaction,
    user: UserId,
    before: &[String],
    after: &[String],
) -> Result<bool, CatalogueError> {
    let text = |codes: &[String]| serde_json::json!(codes).to_string();
    let changed =
        sqlx::query("UPDATE users SET recovery_codes = $2 WHERE id = $1 AND recovery_codes = $3")
            .bind(user.to_string())
            .bind(text(after))
            .bind(text(before))
            .execute(&mut **tx)
            .await?;
    Ok(changed.rows_affected() == 1)
}
