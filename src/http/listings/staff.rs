//! `GET|POST listings`, `GET|PATCH listings/{id}`, `GET rules`.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::access::{by, etag, expected_version, listing_id, reader, with_rules, writer};
use super::body::{ListingBody, ListingPatch, ListingView};
use crate::auction::case_number::{CaseNumber, CaseNumberParts};
use crate::auction::facts::Facts;
use crate::auction::rules::Rules;
use crate::base::id::TenantId;
use crate::catalogue::CatalogueError;
use crate::catalogue::listings::{self, ListingChange, NewListing, Scope, StaffQuery};
use crate::catalogue::rounds;
use crate::http::{Context, Problem, SignedIn};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/listings").route(web::get().to(list)).route(web::post().to(add)))
        .service(
            web::resource("/listings/{id}")
                .route(web::get().to(get))
                .route(web::patch().to(change)),
        )
        .route("/rules", web::get().to(rules));
}

/// Which page of the staff's list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct ListParams {
    /// Part of the headline or case number.
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<i64>,
    /// At most so many, 1–100.
    limit: Option<i64>,
}

/// Listings of the caller's court or agency, newest first.
#[utoipa::path(get, path = "/api/v1/listings", tag = "listings", params(ListParams),
    responses((status = 200, description = "`{items: [ListingView], next}`")))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    params: web::Query<ListParams>,
) -> Result<HttpResponse, Problem> {
    let scope = reader(&who.principal)?;
    let limit = params.limit.unwrap_or(50).clamp(1, 100);
    let text = params.q.clone().filter(|text| !text.trim().is_empty());
    let query = StaffQuery { text, before: params.cursor, limit };
    let found = listings::page(&context.database, scope, &query).await?;
    let next = (found.len() as i64 == limit).then(|| found.last().map(|last| last.seq)).flatten();
    let now = context.clock.now();
    let mut items = Vec::with_capacity(found.len());
    for listing in found {
        let round = rounds::of_listing(&context.database, listing.id).await?.into_iter().next();
        items.push(ListingView::of(listing, round, now));
    }
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": next})))
}

/// One listing.
#[utoipa::path(get, path = "/api/v1/listings/{id}", tag = "listings", params(("id" = String, Path, description = "Id")),
    responses((status = 200, body = ListingView), (status = 404)))]
pub async fn get(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scope = reader(&who.principal)?;
    let listing = listings::get(&context.database, scope, listing_id(&id)?).await?;
    let round = rounds::of_listing(&context.database, listing.id).await?.into_iter().next();
    let tag = etag(listing.version);
    Ok(HttpResponse::Ok().insert_header(tag).json(ListingView::of(
        listing,
        round,
        context.clock.now(),
    )))
}

/// Makes a listing in draft.
#[utoipa::path(post, path = "/api/v1/listings", tag = "listings", request_body = ListingBody,
    responses((status = 201, body = ListingView), (status = 422)))]
pub async fn add(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<ListingBody>,
) -> Result<HttpResponse, Problem> {
    let Scope::Court(court_id) = writer(&who.principal)? else { return Err(Problem::not_found()) };
    let body = body.into_inner();
    let new = NewListing {
        court_id,
        agency_id: agency(&context, body.agency_id.as_deref()).await?,
        title: checked_title(&body.title)?,
        case_number: checked_case_number(&body.case_number)?,
        facts: checked_facts(body.facts)?,
        no_media_reason: body.no_media_reason,
    };
    let actor = who.actor();
    let mut tx = context.database.begin().await?;
    let listing = listings::add(&mut tx, by(&context, &actor), &new).await.map_err(with_rules)?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", format!("/api/v1/listings/{}", listing.id)))
        .insert_header(etag(listing.version))
        .json(ListingView::of(listing, None, context.clock.now())))
}

/// Changes a listing. `If-Match` names the version that was read.
#[utoipa::path(patch, path = "/api/v1/listings/{id}", tag = "listings", params(("id" = String, Path, description = "Id")),
    request_body = ListingPatch, responses((status = 200, body = ListingView), (status = 409), (status = 412)))]
pub async fn change(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<ListingPatch>,
) -> Result<HttpResponse, Problem> {
    let scope = writer(&who.principal)?;
    let id = listings::get(&context.database, scope, listing_id(&id)?).await?.id;
    let version = expected_version(&request)?;
    let body = body.into_inner();
    let agency_id = match body.agency_id {
        None => None,
        Some(given) => Some(agency(&context, given.as_deref()).await?),
    };
    let change = ListingChange {
        agency_id,
        title: body.title.as_deref().map(checked_title).transpose()?,
        case_number: body.case_number.as_deref().map(checked_case_number).transpose()?,
        facts: body.facts.map(checked_facts).transpose()?,
        no_media_reason: body.no_media_reason,
    };
    let actor = who.actor();
    let mut tx = context.database.begin().await?;
    let listing = listings::update(&mut tx, by(&context, &actor), id, version, &change)
        .await
        .map_err(with_rules)?;
    tx.commit().await.map_err(CatalogueError::from)?;
    let round = rounds::of_listing(&context.database, id).await?.into_iter().next();
    let tag = etag(listing.version);
    Ok(HttpResponse::Ok().insert_header(tag).json(ListingView::of(
        listing,
        round,
        context.clock.now(),
    )))
}

/// The rules that are checked, each with its source, and the platforms and case types.
#[utoipa::path(get, path = "/api/v1/rules", tag = "listings", responses((status = 200)))]
pub async fn rules() -> HttpResponse {
    let rules = Rules::built_in();
    HttpResponse::Ok().json(json!({
        "laws": rules.laws().collect::<Vec<_>>(),
        "rules": rules.all().collect::<Vec<_>>(),
        "platforms": rules.platforms,
        "case_types": rules.case_types,
    }))
}

fn checked_title(title: &str) -> Result<String, Problem> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > 120 || title.chars().any(char::is_control) {
        return Err(Problem::invalid("title: 1–120 characters, no line breaks"));
    }
    Ok(title.to_owned())
}

fn checked_case_number(typed: &str) -> Result<CaseNumber, Problem> {
    let parts = CaseNumberParts::parse(typed)?;
    if !Rules::built_in().case_types.iter().any(|kind| kind.id == parts.case_type) {
        return Err(Problem::invalid(format!(
            "case_number: '{}' is no type of enforcement case",
            parts.case_type
        )));
    }
    Ok(CaseNumber { normal: parts.to_string(), typed: typed.to_owned() })
}

/// Addresses that pages link must be web addresses: a `javascript:` link would run on the court's page.
fn checked_facts(mut facts: Facts) -> Result<Facts, Problem> {
    facts.region = facts
        .region
        .split('/')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("/");
    for document in &facts.documents {
        if document.url.as_deref().is_some_and(|url| !is_web_address(url)) {
            return Err(Problem::invalid("facts.documents.url: only http and https addresses"));
        }
    }
    Ok(facts)
}

/// Whether a page may link to it.
pub fn is_web_address(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && !url.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>'))
}

/// An agency by its id; it must exist.
async fn agency(context: &Context, id: Option<&str>) -> Result<Option<TenantId>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let known = match TenantId::parse(id) {
        Some(id) => listings::is_agency(&context.database, id).await?.then_some(id),
        None => None,
    };
    known.map(Some).ok_or_else(|| Problem::invalid(format!("agency_id: there is no agency '{id}'")))
}
