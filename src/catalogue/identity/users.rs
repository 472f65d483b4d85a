//! People with accounts.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{corrupt, parse_user, taken};
use crate::auction::people::Role;
use crate::base::Instant;
use crate::base::id::{TenantId, UserId};
use crate::catalogue::{CatalogueError, Database, Transaction};

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

/// A person as an administrator sees it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct User {
    /// The account.
    pub id: UserId,
    /// The court or agency; none for a platform administrator.
    pub tenant_id: Option<TenantId>,
    /// What is typed to sign in.
    pub login: String,
    /// The name as shown.
    pub display_name: String,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// Whether the account was closed.
    pub disabled: bool,
    /// When it was opened.
    pub created_at: Instant,
}

/// What of a person is to change; `None` leaves a value as it is.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// The name as shown.
    pub display_name: Option<String>,
    /// What the person may do.
    pub roles: Option<Vec<Role>>,
    /// Whether the account is closed.
    pub disabled: Option<bool>,
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
    /// Hashes of recovery codes that were not used yet.
    pub recovery_codes: Vec<String>,
    /// Secret that waits to be confirmed.
    pub totp_pending: Option<String>,
    /// Whether the account was closed.
    pub disabled: bool,
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
    let row = sqlx::query("SELECT * FROM users WHERE login = $1")
        .bind(login)
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(credentials_from_row).transpose()
}

/// The same by id.
pub async fn credentials_of(
    database: &Database,
    id: UserId,
) -> Result<Credentials, CatalogueError> {
    let row = sqlx::query("SELECT * FROM users WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?
        .ok_or_else(|| CatalogueError::NotFound { what: "user", id: id.to_string() })?;
    credentials_from_row(&row)
}

/// The people of a tenant (`None`: of all), by login, from `after` on.
pub async fn users(
    database: &Database,
    tenant: Option<TenantId>,
    after: &str,
    limit: i64,
) -> Result<Vec<User>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT * FROM users WHERE ($1 = '' OR tenant_id = $1) AND login > $2 ORDER BY login LIMIT $3",
    )
    .bind(tenant.map(|id| id.to_string()).unwrap_or_default())
    .bind(after)
    .bind(limit)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(from_row).collect()
}

/// One person.
pub async fn user(database: &Database, id: UserId) -> Result<User, CatalogueError> {
    let row = sqlx::query("SELECT * FROM users WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?
        .ok_or_else(|| CatalogueError::NotFound { what: "user", id: id.to_string() })?;
    from_row(&row)
}

/// Changes a person.
pub async fn change_user(
    tx: &mut Transaction,
    id: UserId,
    change: &UserChange,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "UPDATE users SET display_name = COALESCE($2, display_name), roles = COALESCE($3, roles), \
         disabled = COALESCE($4, disabled) WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(change.display_name.clone())
    .bind(change.roles.as_ref().map(|roles| to_json(roles)))
    .bind(change.disabled.map(i64::from))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sets a new password hash.
pub async fn set_password(
    tx: &mut Transaction,
    id: UserId,
    hash: &str,
) -> Result<(), CatalogueError> {
    sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn credentials_from_row(row: &AnyRow) -> Result<Credentials, CatalogueError> {
    let codes: String = row.try_get("recovery_codes")?;
    Ok(Credentials {
        id: parse_user(row.try_get("id")?)?,
        password_hash: row.try_get("password_hash")?,
        totp_secret: row.try_get("totp_secret")?,
        totp_pending: row.try_get("totp_pending")?,
        recovery_codes: serde_json::from_str(&codes)
            .map_err(|_| corrupt("users.recovery_codes", "…"))?,
        disabled: row.try_get::<i64, _>("disabled")? != 0,
    })
}

fn from_row(row: &AnyRow) -> Result<User, CatalogueError> {
    let roles: String = row.try_get("roles")?;
    let tenant: Option<String> = row.try_get("tenant_id")?;
    Ok(User {
        id: parse_user(row.try_get("id")?)?,
        tenant_id: tenant.as_deref().and_then(TenantId::parse),
        login: row.try_get("login")?,
        display_name: row.try_get("display_name")?,
        roles: serde_json::from_str(&roles).map_err(|_| corrupt("users.roles", &roles))?,
        second_factor: row.try_get::<Option<String>, _>("totp_secret")?.is_some(),
        disabled: row.try_get::<i64, _>("disabled")? != 0,
        created_at: Instant::from_millis(row.try_get("created_at")?),
    })
}

fn to_json(roles: &[Role]) -> String {
    serde_json::json!(roles).to_string()
}
