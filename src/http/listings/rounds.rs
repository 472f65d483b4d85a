//! `GET|POST listings/{id}/rounds`, `PATCH rounds/{id}`, `POST rounds/{id}/transitions`.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::access::{by, etag, expected_version, listing_id, reader, round_id, with_rules, writer};
use super::body::{RoundBody, RoundView, StepAnswer, StepBody, TermsBody};
use super::staff::is_web_address;
use crate::auction::guards::Request;
use crate::auction::rounds::Terms;
use crate::catalogue::listings::{self, Scope};
use crate::catalogue::rounds::Round;
use crate::catalogue::{CatalogueError, listings_media, rounds};
use crate::http::{Context, Problem, SignedIn};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/listings/{id}/rounds")
                .route(web::get().to(list))
                .route(web::post().to(add)),
        )
        .route("/rounds/{id}", web::patch().to(change))
        .route("/rounds/{id}/transitions", web::post().to(step));
}

/// All rounds of a listing, the last one first.
#[utoipa::path(get, path = "/api/v1/listings/{id}/rounds", tag = "rounds", params(("id" = String, Path, description = "Id")),
    responses((status = 200, description = "`{items: [RoundView], next: null}`")))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scope = reader(&who.principal)?;
    let listing = listings::get(&context.database, scope, listing_id(&id)?).await?;
    let items: Vec<RoundView> = rounds::of_listing(&context.database, listing.id)
        .await?
        .into_iter()
        .map(RoundView::from)
        .collect();
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null})))
}

/// Makes a round in draft.
#[utoipa::path(post, path = "/api/v1/listings/{id}/rounds", tag = "rounds", params(("id" = String, Path, description = "Id")),
    request_body = RoundBody, responses((status = 201, body = RoundView), (status = 409), (status = 422)))]
pub async fn add(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<RoundBody>,
) -> Result<HttpResponse, Problem> {
    let scope = writer(&who.principal)?;
    let listing = listings::get(&context.database, scope, listing_id(&id)?).await?;
    check_terms(&body.terms)?;
    let actor = who.actor();
    let mut tx = context.database.begin().await?;
    let round = rounds::add(&mut tx, by(&context, &actor), listing.id, body.kind, &body.terms)
        .await
        .map_err(with_rules)?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Created().insert_header(etag(round.version)).json(RoundView::from(round)))
}

/// Changes the terms: all before the announcement, only the dates while the round is interrupted.
#[utoipa::path(patch, path = "/api/v1/rounds/{id}", tag = "rounds", params(("id" = String, Path, description = "Id")),
    request_body = TermsBody, responses((status = 200, body = RoundView), (status = 409), (status = 412)))]
pub async fn change(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<TermsBody>,
) -> Result<HttpResponse, Problem> {
    let scope = writer(&who.principal)?;
    let round = own_round(&context, scope, &id).await?;
    let version = expected_version(&request)?;
    check_terms(&body.terms)?;
    let actor = who.actor();
    let mut tx = context.database.begin().await?;
    let round = rounds::set_terms(&mut tx, by(&context, &actor), round.id, version, &body.terms)
        .await
        .map_err(with_rules)?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Ok().insert_header(etag(round.version)).json(RoundView::from(round)))
}

/// Makes one step of the life-cycle. All rules that are not kept are listed in `violations`.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/transitions", tag = "rounds", params(("id" = String, Path, description = "Id")),
    request_body = StepBody, responses((status = 200, body = StepAnswer), (status = 409), (status = 422)))]
pub async fn step(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<StepBody>,
) -> Result<HttpResponse, Problem> {
    let scope = writer(&who.principal)?;
    let round = own_round(&context, scope, &id).await?;
    let body = body.into_inner();
    let request = Request {
        to: body.to,
        at: body.at.unwrap_or_else(|| context.clock.now()),
        reason: body.reason,
        document: body.document,
        final_price: body.final_price,
        reason_ended_at: body.reason_ended_at,
    };
    let media = listings_media::media_state(&context.database, round.listing_id).await?;
    let actor = who.actor();
    let mut tx = context.database.begin().await?;
    let stepped =
        rounds::step(&mut tx, by(&context, &actor), round.id, &who.principal, media, &request)
            .await
            .map_err(with_rules)?;
    tx.commit().await.map_err(CatalogueError::from)?;
    let tag = etag(stepped.round.version);
    let answer = StepAnswer { round: stepped.round.into(), warnings: stepped.warnings };
    Ok(HttpResponse::Ok().insert_header(tag).json(answer))
}

/// The round, if its listing belongs to the caller.
async fn own_round(context: &Context, scope: Scope, id: &str) -> Result<Round, Problem> {
    let round = rounds::find(&context.database, round_id(id)?).await?;
    listings::get(&context.database, scope, round.listing_id).await?;
    Ok(round)
}

fn check_terms(terms: &Terms) -> Result<(), Problem> {
    match &terms.item_url {
        Some(url) if !is_web_address(url) => {
            Err(Problem::invalid("terms.item_url: only http and https addresses"))
        }
        _ => Ok(()),
    }
}
