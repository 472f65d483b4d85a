//! `GET|POST listings/{id}/corrections`, `GET listings/{id}/history`.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::access::{by, listing_id, reader, with_rules, writer};
use super::body::CorrectionBody;
use crate::catalogue::history::{self, Correction, NewCorrection};
use crate::catalogue::{CatalogueError, listings};
use crate::http::{Context, Problem, SignedIn};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/listings/{id}/corrections")
                .route(web::get().to(list))
                .route(web::post().to(add)),
        )
        .route("/listings/{id}/history", web::get().to(past));
}

/// Dated corrections of a listing, the latest first.
#[utoipa::path(get, path = "/api/v1/listings/{id}/corrections", tag = "listings", params(("id" = String, Path, description = "Id")),
    responses((status = 200, description = "`{items: [Correction], next: null}`")))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scope = reader(&who.principal)?;
    let listing = listings::get(&context.database, scope, listing_id(&id)?).await?;
    let items = history::corrections_of(&context.database, listing.id).await?;
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null})))
}

/// Corrects one fact after bidding has begun; the page shows it with its date.
#[utoipa::path(post, path = "/api/v1/listings/{id}/corrections", tag = "listings", params(("id" = String, Path, description = "Id")),
    request_body = CorrectionBody, responses((status = 201, body = Correction), (status = 409), (status = 422)))]
pub async fn add(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<CorrectionBody>,
) -> Result<HttpResponse, Problem> {
    let scope = writer(&who.principal)?;
    let listing = listings::get(&context.database, scope, listing_id(&id)?).await?;
    let body = body.into_inner();
    let new = NewCorrection {
        field: body.field,
        value: body.value,
        reason: body.reason,
        notified: body.notified,
    };
    let actor = who.actor();
    let mut tx = context.database.begin().await?;
    let correction = history::correct(&mut tx, by(&context, &actor), listing.id, &new)
        .await
        .map_err(with_rules)?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Created().json(correction))
}

/// Every step of every round, the latest first.
#[utoipa::path(get, path = "/api/v1/listings/{id}/history", tag = "listings", params(("id" = String, Path, description = "Id")),
    responses((status = 200, description = "`{items: [Step], next: null}`")))]
pub async fn past(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scope = reader(&who.principal)?;
    let listing = listings::get(&context.database, scope, listing_id(&id)?).await?;
    let items = history::steps_of(&context.database, listing.id).await?;
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null})))
}
