//! Courts and agencies, kept by administrators.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::setup::{COURT_QUOTA, required};
use super::signed_in::SignedIn;
use crate::auction::people::{Role, TenantKind};
use crate::base::id::TenantId;
use crate::catalogue::CatalogueError;
use crate::catalogue::audit::{self, Entry};
use crate::catalogue::identity::{self, NewTenant, TenantChange};
use crate::http::{Context, Problem};

/// What a new agency may store, bytes.
const AGENCY_QUOTA: i64 = 200 << 30;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/tenants").route(web::get().to(list)).route(web::post().to(add)))
        .route("/tenants/{id}", web::patch().to(change));
}

/// Courts and agencies. Court staff see agencies and their own court.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "administration", responses((status = 200), (status = 403)))]
pub async fn list(who: SignedIn, context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    let everything = who.principal.has_any(&[Role::PlatformAdmin]);
    let own = who.principal.tenant.as_ref().map(|tenant| tenant.id);
    let of_court = who.principal.court().is_some();
    let items: Vec<_> = identity::tenants(&context.database, None)
        .await?
        .into_iter()
        .filter(|tenant| {
            everything || Some(tenant.id) == own || (of_court && tenant.kind == TenantKind::Agency)
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null})))
}

/// A court or agency to be added.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Add {
    /// `court` or `agency`.
    #[schema(value_type = String)]
    kind: TenantKind,
    /// Its name as shown.
    name: String,
    /// A short unique code.
    code: String,
    /// How many bytes of originals it may keep; a default where missing.
    quota_bytes: Option<i64>,
}

/// Adds a court (platform administrators) or an agency (court administrators too).
#[utoipa::path(post, path = "/api/v1/tenants", tag = "administration", request_body = Add,
    responses((status = 201), (status = 403), (status = 409)))]
pub async fn add(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<Add>,
) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    let Add { kind, name, code, quota_bytes } = body.into_inner();
    let (roles, quota): (&[Role], i64) = match kind {
        TenantKind::Court => (&[Role::PlatformAdmin], COURT_QUOTA),
        TenantKind::Agency => (&[Role::PlatformAdmin, Role::CourtAdmin], AGENCY_QUOTA),
    };
    who.principal.require_any(roles)?;
    let tenant = NewTenant {
        kind,
        name: required("name", name)?,
        code: required("code", code)?,
        quota_bytes: quota_bytes.unwrap_or(quota).max(0),
    };
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    let id = identity::add_tenant(&mut tx, now, &tenant).await?;
    let object = id.to_string();
    let entry = Entry {
        action: "tenant.add",
        object_kind: "tenant",
        object_id: &object,
        tenant: who.principal.court(),
        detail: json!({"kind": kind, "name": tenant.name, "code": tenant.code}),
    };
    audit::append(&mut tx, context.database.dialect(), now, &who.actor(), entry).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Created().json(identity::tenant(&context.database, id).await?))
}

/// Changes a court or agency: its name, quota, embedding pages, or closes it.
#[utoipa::path(patch, path = "/api/v1/tenants/{id}", tag = "administration", params(("id" = String, Path)),
    request_body = TenantChange, responses((status = 200), (status = 403), (status = 404), (status = 422)))]
pub async fn change(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<TenantChange>,
) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    let id = TenantId::parse(&id).ok_or_else(Problem::not_found)?;
    let before = identity::tenant(&context.database, id).await?;
    let own = who.principal.court() == Some(id) || before.kind == TenantKind::Agency;
    if !(own && who.principal.has_any(&[Role::CourtAdmin])) {
        who.principal.require_any(&[Role::PlatformAdmin])?;
    }
    let change = body.into_inner();
    for origin in change.embed_origins.iter().flatten() {
        require_origin(origin)?;
    }
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    identity::change_tenant(&mut tx, id, &change).await?;
    let object = id.to_string();
    let entry = Entry {
        action: "tenant.change",
        object_kind: "tenant",
        object_id: &object,
        tenant: who.principal.court(),
        detail: json!({"before": before, "change": change}),
    };
    audit::append(&mut tx, context.database.dialect(), now, &who.actor(), entry).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Ok().json(identity::tenant(&context.database, id).await?))
}

/// `https://host[:port]` or `http://host[:port]`: it ends up in a `Content-Security-Policy` header.
fn require_origin(origin: &str) -> Result<(), Problem> {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let fine = host.is_some_and(|host| {
        !host.is_empty()
            && host.len() <= 253
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:*".contains(&byte))
    });
    if fine {
        Ok(())
    } else {
        Err(Problem::invalid(format!(
            "'{origin}' is not an origin such as https://www.example.org"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_cannot_carry_anything_into_the_policy_header() {
        assert!(require_origin("https://www.example.org:8443").is_ok());
        assert!(require_origin("https://*.example.org").is_ok());
        for bad in [
            "https://a b",
            "https://a;script-src *",
            "javascript:x",
            "https://",
            "https://a/b",
            "*",
        ] {
            assert!(require_origin(bad).is_err(), "{bad}");
        }
    }
}
