//! Signed-in browsers.

use sqlx::Row;

use super::{corrupt, to_principal};
use crate::auction::people::Principal;
use crate::base::Instant;
use crate::base::id::{SessionId, UserId};
use crate::catalogue::{CatalogueError, Database, Transaction};

/// For how long the secret before a rotation is still taken: requests under way carry it.
const OVERLAP_MILLIS: i64 = 60_000;

/// One signed-in browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id, not secret.
    pub id: SessionId,
    /// What unsafe requests must repeat in `X-CSRF-Token`.
    pub csrf: String,
    /// When its secret was last renewed.
    pub rotated_at: Instant,
    /// Who it is.
    pub principal: Principal,
}

/// A session to be stored.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The account.
    pub user: UserId,
    /// SHA-256 of the cookie's secret, in hexadecimal.
    pub token_hash: String,
    /// What unsafe requests must repeat in `X-CSRF-Token`.
    pub csrf: String,
    /// When it ends without further use.
    pub expires_at: Instant,
    /// From where it was opened.
    pub address: String,
    /// The browser's own description, shortened.
    pub agent: String,
}

/// Opens a session.
pub async fn open_session(
    tx: &mut Transaction,
    at: Instant,
    session: &NewSession,
) -> Result<SessionId, CatalogueError> {
    let id = SessionId::new();
    sqlx::query(
        "INSERT INTO sessions (id, user_id, token_hash, csrf, created_at, rotated_at, seen_at, \
         expires_at, address, agent) VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7, $8)",
    )
    .bind(id.to_string())
    .bind(session.user.to_string())
    .bind(&session.token_hash)
    .bind(&session.csrf)
    .bind(at.as_millis())
    .bind(session.expires_at.as_millis())
    .bind(&session.address)
    .bind(&session.agent)
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// The session whose cookie has this hash, if it has not ended and the account is open.
pub async fn session(
    database: &Database,
    token_hash: &str,
    now: Instant,
) -> Result<Option<Session>, CatalogueError> {
    let row = sqlx::query(
        "SELECT s.id AS session_id, s.csrf, s.rotated_at, u.id AS user_id, u.display_name, u.roles, \
         t.id AS tenant_id, t.kind AS tenant_kind, t.name AS tenant_name \
         FROM sessions s JOIN users u ON u.id = s.user_id \
         LEFT JOIN tenants t ON t.id = u.tenant_id \
         WHERE (s.token_hash = $1 OR (s.previous_hash = $1 AND s.rotated_at > $3)) AND s.expires_at > $2 AND u.disabled = 0 \
         AND COALESCE(t.disabled, 0) = 0",
    )
    .bind(token_hash)
    .bind(now.as_millis())
    .bind(now.as_millis() - OVERLAP_MILLIS)
    .fetch_optional(database.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.try_get("session_id")?;
    Ok(Some(Session {
        id: SessionId::parse(&id).ok_or_else(|| corrupt("sessions.id", &id))?,
        csrf: row.try_get("csrf")?,
        rotated_at: Instant::from_millis(row.try_get("rotated_at")?),
        principal: to_principal(&row)?,
    }))
}

/// Ends one session.
pub async fn end_session(tx: &mut Transaction, id: SessionId) -> Result<(), CatalogueError> {
    sqlx::query("DELETE FROM sessions WHERE id = $1")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends all sessions of a person. Answers how many there were.
pub async fn end_sessions_of(tx: &mut Transaction, user: UserId) -> Result<u64, CatalogueError> {
    let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1")
        .bind(user.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(ended.rows_affected())
}

/// Gives a session a new secret and moves its end; the old secret is taken for a minute more.
pub async fn rotate_session(
    tx: &mut Transaction,
    now: Instant,
    id: SessionId,
    token_hash: &str,
    expires_at: Instant,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "UPDATE sessions SET previous_hash = token_hash, token_hash = $2, rotated_at = $3, \
         seen_at = $3, expires_at = $4 WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(token_hash)
    .bind(now.as_millis())
    .bind(expires_at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A session in the list that its owner sees.
#[derive(Clone, Debug, serde::Serialize)]
pub struct OpenSession {
    /// Its id.
    pub id: String,
    /// When it was opened.
    pub created_at: Instant,
    /// When it was last renewed.
    pub seen_at: Instant,
    /// From where it was opened.
    pub address: String,
    /// The browser's own description.
    pub agent: String,
}

/// The open sessions of a person, newest first.
pub async fn sessions_of(
    database: &Database,
    user: UserId,
    now: Instant,
) -> Result<Vec<OpenSession>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT id, created_at, seen_at, address, agent FROM sessions \
         WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC",
    )
    .bind(user.to_string())
    .bind(now.as_millis())
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OpenSession {
                id: row.try_get("id")?,
                created_at: Instant::from_millis(row.try_get("created_at")?),
                seen_at: Instant::from_millis(row.try_get("seen_at")?),
                address: row.try_get("address")?,
                agent: row.try_get("agent")?,
            })
        })
        .collect()
}
