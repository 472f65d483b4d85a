//! Courts and agencies.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{corrupt, parse_kind, taken};
use crate::auction::people::TenantKind;
use crate::base::Instant;
use crate::base::id::TenantId;
use crate::catalogue::{CatalogueError, Database, Transaction};

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

/// A court or an agency as it is stored.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Court or agency.
    pub kind: TenantKind,
    /// Its name as shown.
    pub name: String,
    /// Its short unique code.
    pub code: String,
    /// How many bytes of originals it may keep.
    pub quota_bytes: i64,
    /// Origins (`https://host`) whose pages may embed its tours.
    pub embed_origins: Vec<String>,
    /// Whether its members may not sign in.
    pub disabled: bool,
}

/// What of a tenant is to change; `None` leaves a value as it is.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantChange {
    /// Its name as shown.
    pub name: Option<String>,
    /// How many bytes of originals it may keep.
    pub quota_bytes: Option<i64>,
    /// Origins (`https://host`) whose pages may embed its tours.
    pub embed_origins: Option<Vec<String>>,
    /// Whether its members may not sign in.
    pub disabled: Option<bool>,
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

/// All tenants of one kind, or all, by name.
pub async fn tenants(
    database: &Database,
    kind: Option<TenantKind>,
) -> Result<Vec<Tenant>, CatalogueError> {
    let rows = sqlx::query("SELECT * FROM tenants WHERE kind = $1 OR $1 = '' ORDER BY name, id")
        .bind(kind.map_or("", kind_text))
        .fetch_all(database.read())
        .await?;
    rows.iter().map(from_row).collect()
}

/// One tenant.
pub async fn tenant(database: &Database, id: TenantId) -> Result<Tenant, CatalogueError> {
    let row = sqlx::query("SELECT * FROM tenants WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?
        .ok_or_else(|| CatalogueError::NotFound { what: "tenant", id: id.to_string() })?;
    from_row(&row)
}

/// Changes a tenant.
pub async fn change_tenant(
    tx: &mut Transaction,
    id: TenantId,
    change: &TenantChange,
) -> Result<(), CatalogueError> {
    let origins =
        change.embed_origins.as_ref().map(|origins| serde_json::json!(origins).to_string());
    sqlx::query(
        "UPDATE tenants SET name = COALESCE($2, name), quota_bytes = COALESCE($3, quota_bytes), \
         embed_origins = COALESCE($4, embed_origins), disabled = COALESCE($5, disabled) \
         WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(change.name.clone())
    .bind(change.quota_bytes)
    .bind(origins)
    .bind(change.disabled.map(i64::from))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn from_row(row: &AnyRow) -> Result<Tenant, CatalogueError> {
    let id: String = row.try_get("id")?;
    let origins: String = row.try_get("embed_origins")?;
    Ok(Tenant {
        id: TenantId::parse(&id).ok_or_else(|| corrupt("tenants.id", &id))?,
        kind: parse_kind(&row.try_get::<String, _>("kind")?)?,
        name: row.try_get("name")?,
        code: row.try_get("code")?,
        quota_bytes: row.try_get("quota_bytes")?,
        embed_origins: serde_json::from_str(&origins)
            .map_err(|_| corrupt("tenants.embed_origins", &origins))?,
        disabled: row.try_get::<i64, _>("disabled")? != 0,
    })
}

fn kind_text(kind: TenantKind) -> &'static str {
    match kind {
        TenantKind::Court => "court",
        TenantKind::Agency => "agency",
    }
}
