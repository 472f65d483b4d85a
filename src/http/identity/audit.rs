//! The audit log for auditors: read, filter, export, verify.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::signed_in::SignedIn;
use crate::auction::people::Role;
use crate::base::Instant;
use crate::base::id::TenantId;
use crate::catalogue::CatalogueError;
use crate::catalogue::audit::{self, Filter};
use crate::http::{Context, Problem};

const PAGE: i64 = 100;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/audit", web::get().to(list))
        .route("/audit/export", web::get().to(export))
        .route("/audit/verify", web::get().to(verify));
}

/// Which entries are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Query {
    /// The `next` of the page before.
    cursor: Option<i64>,
    /// Part of the name of whoever did it.
    actor: Option<String>,
    /// The action, or its beginning (`tour.`).
    action: Option<String>,
    /// The id of the object.
    object: Option<String>,
    /// From this instant on.
    #[param(value_type = Option<String>)]
    from: Option<Instant>,
    /// Before this instant.
    #[param(value_type = Option<String>)]
    to: Option<Instant>,
}

impl Query {
    fn filter(&self, tenant: Option<TenantId>) -> Filter {
        Filter {
            tenant,
            actor: self.actor.clone().unwrap_or_default(),
            action: self.action.clone().unwrap_or_default(),
            object: self.object.clone().unwrap_or_default(),
            from: self.from,
            to: self.to,
        }
    }
}

/// The tenant whose entries the person may read; `None` for all.
fn readable(who: &SignedIn) -> Result<Option<TenantId>, Problem> {
    who.require_browser()?;
    who.principal.require_any(&[Role::Auditor, Role::PlatformAdmin])?;
    Ok(who.principal.court().filter(|_| !who.principal.has_any(&[Role::PlatformAdmin])))
}

/// Entries, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Query), responses((status = 200), (status = 403)))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let filter = query.filter(readable(&who)?);
    let before = query.cursor.unwrap_or(i64::MAX);
    let items = audit::list(&context.database, &filter, before, PAGE).await?;
    let next = (items.len() as i64 == PAGE).then(|| items.last().map(|entry| entry.seq)).flatten();
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": next})))
}

/// All entries that fit, oldest first, one JSON object a line.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "audit", params(Query),
    responses((status = 200, content_type = "application/x-ndjson"), (status = 403)))]
pub async fn export(
    who: SignedIn,
    context: web::Data<Context>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let filter = query.filter(readable(&who)?);
    let database = context.database.clone();
    let lines = futures_util::stream::try_unfold(0, move |after| {
        let (database, filter) = (database.clone(), filter.clone());
        async move {
            let page = audit::page(&database, after, 500).await?;
            let Some(last) = page.last().map(|entry| entry.seq) else { return Ok(None) };
            let mut text = String::new();
            for entry in page.iter().filter(|entry| filter.fits(entry)) {
                text.push_str(&json!(entry).to_string());
                text.push('\n');
            }
            Ok::<_, CatalogueError>(Some((bytes::Bytes::from(text), last)))
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header(("Content-Disposition", "attachment; filename=\"audit.jsonl\""))
        .streaming(lines))
}

/// Checks the whole chain.
#[utoipa::path(get, path = "/api/v1/audit/verify", tag = "audit", responses((status = 200), (status = 403)))]
pub async fn verify(who: SignedIn, context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    readable(&who)?;
    Ok(HttpResponse::Ok().json(audit::verify(&context.database).await?))
}
