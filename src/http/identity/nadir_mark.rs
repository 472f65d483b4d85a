//! The mark that covers the tripod in a court's panoramas: the court's own picture or none.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::signed_in::SignedIn;
use crate::auction::people::{Role, TenantKind};
use crate::base::id::TenantId;
use crate::base::{Blake3, ErrorKind, Limits};
use crate::catalogue::audit::{self, Entry};
use crate::catalogue::{CatalogueError, identity, nadir_marks};
use crate::container::{self, Format};
use crate::http::{Context, Problem};
use crate::stitch::mark::{MOST_BYTES, SIDES};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/tenants/{id}/nadir-mark")
            .route(web::get().to(read))
            .route(web::put().to(replace))
            .route(web::delete().to(remove)),
    );
}

/// The court's mark as PNG; nothing (204) if it has none of its own: then the plain one is used.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/nadir-mark", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/png"), (status = 204), (status = 404)))]
pub async fn read(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let id = TenantId::parse(&id).ok_or_else(Problem::not_found)?;
    if identity::tenant(&context.database, id).await?.kind != TenantKind::Court {
        return Err(Problem::not_found());
    }
    let Some(png) = nadir_marks::find(&context.database, id).await? else {
        return Ok(HttpResponse::NoContent().finish());
    };
    let fresh = (CACHE_CONTROL, "private, no-cache");
    Ok(HttpResponse::Ok().content_type("image/png").insert_header(fresh).body(png))
}

/// A mark.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NadirMark {
    /// A PNG in Base64, at most 256 KiB, its sides 64 to 2048 pixels. Of its largest circle what is opaque is seen.
    png: String,
}

/// Sets the mark that covers the tripod in the court's panoramas from now on.
#[utoipa::path(put, path = "/api/v1/tenants/{id}/nadir-mark", tag = "administration", params(("id" = String, Path)),
    request_body = NadirMark, responses((status = 204), (status = 403), (status = 404), (status = 422)))]
pub async fn replace(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<NadirMark>,
) -> Result<HttpResponse, Problem> {
    let court = changeable(&who, &context, &id).await?;
    let png = STANDARD
        .decode(&body.png)
        .map_err(|error| Problem::invalid(format!("the mark is no Base64: {error}")))?;
    require_mark(&png)?;
    save(&who, &context, court, Some(&png)).await
}

/// Takes the court's mark away: the plain one is used from now on.
#[utoipa::path(delete, path = "/api/v1/tenants/{id}/nadir-mark", tag = "administration", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn remove(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let court = changeable(&who, &context, &id).await?;
    save(&who, &context, court, None).await
}

/// A court whose mark the person may change.
async fn changeable(who: &SignedIn, context: &Context, id: &str) -> Result<TenantId, Problem> {
    who.require_browser()?;
    let id = TenantId::parse(id).ok_or_else(Problem::not_found)?;
    if who.principal.court() == Some(id) {
        who.principal.require_any(&[Role::CourtAdmin, Role::PlatformAdmin])?;
    } else {
        who.principal.require_any(&[Role::PlatformAdmin])?;
    }
    if identity::tenant(&context.database, id).await?.kind != TenantKind::Court {
        return Err(Problem::not_found());
    }
    Ok(id)
}

/// Judged by the header of a PNG only, whatever else it may be: it is decoded in the worker's child.
fn require_mark(png: &[u8]) -> Result<(), Problem> {
    let refused = || Problem::plain(ErrorKind::Invalid, "nadir-mark-invalid");
    if png.len() > MOST_BYTES || Format::sniff(png) != Format::Png {
        return Err(refused());
    }
    let header = container::read(png, &Limits::default()).map_err(|_| refused())?.header;
    let [least, most] = SIDES;
    let fits = header.width.min(header.height) >= least && header.width.max(header.height) <= most;
    if fits { Ok(()) } else { Err(refused()) }
}

async fn save(
    who: &SignedIn,
    context: &Context,
    court: TenantId,
    png: Option<&[u8]>,
) -> Result<HttpResponse, Problem> {
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    nadir_marks::set(&mut tx, court, png).await?;
    let entry = Entry {
        action: "tenant.nadir-mark",
        object_kind: "tenant",
        object_id: &court.to_string(),
        tenant: Some(court),
        detail: json!({ "blake3": png.map(|png| Blake3::of(png).to_string()) }),
    };
    audit::append(&mut tx, context.database.dialect(), now, &who.actor(), entry).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}
