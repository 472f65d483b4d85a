//! API tokens: what an agency's own tools sign in with.

use sqlx::Row;

use super::{corrupt, to_principal};
use crate::auction::people::Principal;
use crate::base::Instant;
use crate::base::id::{TokenId, UserId};
use crate::catalogue::{CatalogueError, Database, Transaction};

/// A token to be stored.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// For whom it acts.
    pub user: UserId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// SHA-256 of the token, in hexadecimal.
    pub token_hash: String,
    /// The only things that it may do.
    pub scopes: Vec<String>,
    /// When it ends, if ever.
    pub expires_at: Option<Instant>,
}

/// A token in the list that its owner sees.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// The only things that it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends, if ever.
    pub expires_at: Option<Instant>,
}

/// Stores a token.
pub async fn add_token(
    tx: &mut Transaction,
    at: Instant,
    token: &NewToken,
) -> Result<TokenId, CatalogueError> {
    let id = TokenId::new();
    sqlx::query(
        "INSERT INTO api_tokens (id, user_id, name, token_hash, scopes, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.to_string())
    .bind(token.user.to_string())
    .bind(&token.name)
    .bind(&token.token_hash)
    .bind(serde_json::json!(token.scopes).to_string())
    .bind(at.as_millis())
    .bind(token.expires_at.map(Instant::as_millis))
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// The tokens of a person, newest first.
pub async fn tokens_of(database: &Database, user: UserId) -> Result<Vec<Token>, CatalogueError> {
    let rows = sqlx::query("SELECT * FROM api_tokens WHERE user_id = $1 ORDER BY created_at DESC")
        .bind(user.to_string())
        .fetch_all(database.read())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Token {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                scopes: scopes(&row.try_get::<String, _>("scopes")?)?,
                created_at: Instant::from_millis(row.try_get("created_at")?),
                expires_at: row.try_get::<Option<i64>, _>("expires_at")?.map(Instant::from_millis),
            })
        })
        .collect()
}

/// Removes a person's token. Answers whether it was there.
pub async fn remove_token(
    tx: &mut Transaction,
    user: UserId,
    id: TokenId,
) -> Result<bool, CatalogueError> {
    let removed = sqlx::query("DELETE FROM api_tokens WHERE id = $1 AND user_id = $2")
        .bind(id.to_string())
        .bind(user.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(removed.rows_affected() > 0)
}

/// For whom a token acts, with its scopes; `None` if it is unknown or has ended.
pub async fn principal_of_token(
    database: &Database,
    token_hash: &str,
    now: Instant,
) -> Result<Option<Principal>, CatalogueError> {
    let row = sqlx::query(
        "SELECT a.scopes, u.id AS user_id, u.display_name, u.roles, t.id AS tenant_id, \
         t.kind AS tenant_kind, t.name AS tenant_name \
         FROM api_tokens a JOIN users u ON u.id = a.user_id LEFT JOIN tenants t ON t.id = u.tenant_id \
         WHERE a.token_hash = $1 AND COALESCE(a.expires_at, $2 + 1) > $2 AND u.disabled = 0 \
         AND COALESCE(t.disabled, 0) = 0",
    )
    .bind(token_hash)
    .bind(now.as_millis())
    .fetch_optional(database.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut principal = to_principal(&row)?;
    principal.scopes = Some(scopes(&row.try_get::<String, _>("scopes")?)?);
    Ok(Some(principal))
}

fn scopes(text: &str) -> Result<Vec<String>, CatalogueError> {
    serde_json::from_str(text).map_err(|_| corrupt("api_tokens.scopes", text))
}
