//! Tenants, people, their sessions and tokens.

mod failures;
mod second_factor;
mod sessions;
mod tenants;
mod tokens;
mod users;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::CatalogueError;
use super::error::is_unique_violation;
use crate::auction::people::{Membership, Principal, TenantKind};
use crate::base::id::{TenantId, UserId};

pub use failures::{clear_failures, count_failure, failures};
pub use second_factor::{
    begin_second_factor, confirm_second_factor, remove_second_factor, spend_recovery_code,
    spend_step,
};
pub use sessions::{
    NewSession, OpenSession, Session, end_session, end_sessions_of, open_session, rotate_session,
    session, sessions_of,
};
pub use tenants::{NewTenant, Tenant, TenantChange, add_tenant, change_tenant, tenant, tenants};
pub use tokens::{NewToken, Token, add_token, principal_of_token, remove_token, tokens_of};
pub use users::{
    Credentials, NewUser, User, UserChange, add_user, anybody, change_user, credentials,
    credentials_of, set_password, user, users,
};

/// Reads the columns `user_id, display_name, roles, tenant_id, tenant_kind, tenant_name`.
pub(super) fn to_principal(row: &AnyRow) -> Result<Principal, CatalogueError> {
    let roles: String = row.try_get("roles")?;
    let tenant = match row.try_get::<Option<String>, _>("tenant_id")? {
        None => None,
        Some(id) => Some(Membership {
            id: TenantId::parse(&id).ok_or_else(|| corrupt("tenants.id", &id))?,
            kind: parse_kind(&row.try_get::<String, _>("tenant_kind")?)?,
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

pub(super) fn parse_user(text: String) -> Result<UserId, CatalogueError> {
    UserId::parse(&text).ok_or_else(|| corrupt("users.id", &text))
}

pub(super) fn corrupt(place: &'static str, value: &str) -> CatalogueError {
    CatalogueError::Corrupt { place, reason: format!("'{value}' is not expected there") }
}

pub(super) fn taken(error: sqlx::Error, field: &'static str, value: &str) -> CatalogueError {
    if is_unique_violation(&error) {
        CatalogueError::Taken { field, value: value.to_owned() }
    } else {
        error.into()
    }
}

fn parse_kind(text: &str) -> Result<TenantKind, CatalogueError> {
    match text {
        "court" => Ok(TenantKind::Court),
        "agency" => Ok(TenantKind::Agency),
        other => Err(corrupt("tenants.kind", other)),
    }
}
