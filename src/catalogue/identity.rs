//! Tenants, people and their sessions.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::error::is_unique_violation;
use super::{CatalogueError, Database, Transaction};
use crate::auction::people::{Membership, Principal, Role, TenantKind};
use crate::base::Instant;
use crate::base::id::{SessionId, TenantId, UserId};

/// A court or an agency to be stored.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Court or agency.
    pub kind: TenantKind,
    /// Its name as shown.
    pub name: String,
    /// A short unique code: a court's 案号 code (`京0102`) or an agency's own.
    pub code: String,
    /// How many bytes of originals it may keep.
    pub quota_bytes: i64,
}

/// A person to be stored.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The court or agency; none for a platform administrator.
    pub tenant: Option<TenantId>,
    /// What is typed to sign in.
    pub login: String,
    /// The name as shown.
    pub display_name: String,
    /// The password's Argon2 hash in PHC form.
    pub password_hash: String,
    /// What the person may do.
    pub roles: Vec<Role>,
}

/// What signing in has to know of a person.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The account.
    pub id: UserId,
    /// The password's Argon2 hash in PHC form.
    pub password_hash: String,
    /// Secret of the second factor in base32, if one is set up.
    pub totp_secret: Option<String>,
    /// Whether the account was closed.
    pub disabled: bool,
}

/// One signed-in browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id, not secret.
    pub id: SessionId,
    /// What unsafe requests must repeat in `X-CSRF-Token`.
    pub csrf: String,
    /// Who it is.
    pub principal: Principal,
}

/// Stores a tenant.
pub async fn add_tenant(
    tx: &mut Transaction,
    at: Instant,
    tenant: &NewTenant,
) -> Result<TenantId, CatalogueError> {
    let id = TenantId::new();
    sqlx::query(
        "INSERT INTO tenants (id, kind, name, code, quota_bytes, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.to_string())
    .bind(kind_text(tenant.kind))
    .bind(&tenant.name)
    .bind(&tenant.code)
    .bind(tenant.quota_bytes)
    .bind(at.as_millis())
    .execute(&mut **tx)
    .await
    .map_err(|error| taken(error, "code", &tenant.code))?;
    Ok(id)
}

/// Stores a person.
pub async fn add_user(
    tx: &mut Transaction,
    at: Instant,
    user: &NewUser,
) -> Result<UserId, CatalogueError> {
    let id = UserId::new();
    sqlx::query(
        "INSERT INTO users (id, tenant_id, login, display_name, password_hash, roles, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.to_string())
    .bind(user.tenant.map(|id| id.to_string()))
    .bind(&user.login)
    .bind(&user.display_name)
    .bind(&user.password_hash)
    .bind(to_json(&user.roles))
    .bind(at.as_millis())
    .execute(&mut **tx)
    .await
    .map_err(|error| taken(error, "login", &user.login))?;
    Ok(id)
}

/// Whether anybody has an account yet; if not, the first-run set-up is open.
pub async fn anybody(database: &Database) -> Result<bool, CatalogueError> {
    let row = sqlx::query("SELECT id FROM users LIMIT 1").fetch_optional(database.read()).await?;
    Ok(row.is_some())
}

/// What signing in has to know of `login`; `None` if there is no such account.
pub async fn credentials(
    database: &Database,
    login: &str,
) -> Result<Option<Credentials>, CatalogueError> {
    let row = sqlx::query("SELECT id, password_hash, totp_secret, disabled FROM users WHERE login = $1")
        .bind(login)
        .fetch_optional(database.read())
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Credentials {
        id: parse_user(row.try_get("id")?)?,
        password_hash: row.try_get("password_hash")?,
        totp_secret: row.try_get("totp_secret")?,
        disabled: row.try_get::<i64, _>("disabled")? != 0,
    }))
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
        "SELECT s.id AS session_id, s.csrf, u.id AS user_id, u.display_name, u.roles, \
         t.id AS tenant_id, t.kind AS tenant_kind, t.name AS tenant_name \
         FROM sessions s JOIN users u ON u.id = s.user_id \
         LEFT JOIN tenants t ON t.id = u.tenant_id \
         WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.disabled = 0 \
         AND COALESCE(t.disabled, 0) = 0",
    )
    .bind(token_hash)
    .bind(now.as_millis())
    .fetch_optional(database.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.try_get("session_id")?;
    Ok(Some(Session {
        id: SessionId::parse(&id).ok_or_else(|| corrupt("sessions.id", &id))?,
        csrf: row.try_get("csrf")?,
        principal: to_principal(&row)?,
    }))
}

/// Ends one session.
pub async fn end_session(tx: &mut Transaction, id: SessionId) -> Result<(), CatalogueError> {
    sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Reads the columns `user_id, display_name, roles, tenant_id, tenant_kind, tenant_name`.
fn to_principal(row: &AnyRow) -> Result<Principal, CatalogueError> {
    let roles: String = row.try_get("roles")?;
    let tenant = match row.try_get::<Option<String>, _>("tenant_id")? {
        None => None,
        Some(id) => Some(Membership {
            id: TenantId::parse(&id).ok_or_else(|| corrupt("tenants.id", &id))?,
            kind: match row.try_get::<String, _>("tenant_kind")?.as_str() {
                "court" => TenantKind::Court,
                "agency" => TenantKind::Agency,
                other => return Err(corrupt("tenants.kind", other)),
            },
            name: row.try_get("tenant_name")?,
        }),
    };
    Ok(Principal {
        id: parse_user(row.try_get("user_id")?)?,
        display_name: row.try_get("display_name")?,
        tenant,
        roles: serde_json::from_str(&roles).map_err(|error| CatalogueError::Corrupt {
            place: "users.roles",
            reason: error.to_string(),
        })?,
        scopes: None,
    })
}

fn parse_user(text: String) -> Result<UserId, CatalogueError> {
    UserId::parse(&text).ok_or_else(|| corrupt("users.id", &text))
}

fn corrupt(place: &'static str, value: &str) -> CatalogueError {
    CatalogueError::Corrupt { place, reason: format!("'{value}' is not expected there") }
}

fn taken(error: sqlx::Error, field: &'static str, value: &str) -> CatalogueError {
    if is_unique_violation(&error) {
        CatalogueError::Taken { field, value: value.to_owned() }
    } else {
        error.into()
    }
}

fn kind_text(kind: TenantKind) -> &'static str {
    match kind {
        TenantKind::Court => "court",
        TenantKind::Agency => "agency",
    }
}

fn to_json(roles: &[Role]) -> String {
    serde_json::json!(roles).to_string()
}
