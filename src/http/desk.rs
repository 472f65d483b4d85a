//! Lists that the consoles need beside single tours: panoramas of a listing, tours that wait.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Context, Problem, SignedIn, visible};
use crate::auction::people::{PeopleError, Role};
use crate::catalogue::desk;
use crate::photo::probe::ProbeReport;
use crate::photo::scene_facts::SceneFacts;

const PAGE: i64 = 50;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{listing}/panoramas", web::get().to(panoramas))
        .route("/tours", web::get().to(tours));
}

/// A panorama that can become a scene, with what its file proposes for one.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FinishedPanorama {
    #[serde(flatten)]
    panorama: desk::Finished,
    #[serde(flatten)]
    facts: SceneFacts,
}

/// The finished panoramas of a listing: a page of `FinishedPanorama`.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/panoramas", tag = "tours",
    params(("listing" = String, Path)), responses((status = 200), (status = 404)))]
pub async fn panoramas(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &listing).await?;
    let found = desk::panoramas(&context.database, listing).await?;
    let items: Vec<FinishedPanorama> = found.into_iter().map(with_facts).collect();
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null})))
}

fn with_facts(panorama: desk::Finished) -> FinishedPanorama {
    // A report of an older version that is read no more proposes nothing.
    let report = panorama.probe.as_ref().and_then(|probe| ProbeReport::deserialize(probe).ok());
    let facts = report.map(|report| SceneFacts::of(&report, panorama.uploaded_at));
    FinishedPanorama { panorama, facts: facts.unwrap_or_default() }
}

/// Which tours are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Query {
    /// `submitted` or another state of a tour.
    state: String,
    /// From the page before.
    cursor: Option<i64>,
}

/// Tours in a state, longest waiting first.
#[utoipa::path(get, path = "/api/v1/tours", tag = "tours", params(Query), responses((status = 200), (status = 403)))]
pub async fn tours(
    who: SignedIn,
    context: web::Data<Context>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let reads_all = who.principal.has_any(&[Role::PlatformAdmin]);
    if who.principal.court().is_none() && who.principal.agency().is_none() && !reads_all {
        return Err(PeopleError::RoleMissing { needed: "Reviewer".to_owned() }.into());
    }
    let after = query.cursor.unwrap_or(-1);
    let items = desk::tours(&context.database, &who.principal, &query.state, after, PAGE).await?;
    let full = items.len() as i64 == PAGE;
    let next = items.last().filter(|_| full).map(|last| last.updated_at.as_millis());
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": next})))
}
