//! Earlier states of a listing's page, opened exactly: for everybody while the listing is public, for its court and agency always.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::format::moment;
use super::listing::{self, Then};
use super::problems;
use super::shell::Shell;
use super::tour_slot::{self, OpenTour, open_tour};
use crate::auction::people::Role;
use crate::auction::tour::{Heading, TourError};
use crate::base::ErrorKind;
use crate::base::id::ListingId;
use crate::catalogue::listings::By;
use crate::catalogue::snapshots::{self, Snapshot, State};
use crate::catalogue::{CatalogueError, panoramas, tour_pictures, tour_videos, tours};
use crate::http::listings::public::Shown;
use crate::http::tours::gallery::Gallery;
use crate::http::tours::pictures;
use crate::http::tours::staff_tiles::staff_manifest;
use crate::http::{Context, Problem, SignedIn, visible};
use crate::texts::text_with;

/// The public routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/listings/{id}/snapshots/{number}", web::get().to(page));
}

/// The routes of this file below `/api/v1`.
pub fn staff_routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{id}/snapshots", web::get().to(list))
        .route("/listings/{id}/snapshots/{number}", web::get().to(one))
        .route("/listings/{id}/snapshots/{number}/page", web::get().to(staff_page))
        .route("/listings/{id}/snapshots/{number}/withhold", web::post().to(withhold));
}

#[derive(Template)]
#[template(path = "message.html")]
struct Withheld {
    shell: Shell,
    heading: String,
    text: String,
}

async fn page(
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    let shown = match listing::shown(&request, &context, &id).await? {
        Ok(shown) => shown,
        Err(answer) => return Ok(answer),
    };
    let found = find(&context, shown.listing.id, &number).await?;
    let Some(snapshot) = found else { return problems::not_found(&request, &context) };
    if let Some(reason) = &snapshot.withheld {
        return withheld(&request, &context, reason);
    }
    let state = snapshot.state()?;
    // A tour that was replaced or withdrawn is gone for the public, here as everywhere.
    let present = tours::public(&context.database, shown.listing.id).await?;
    let same = present
        .is_some_and(|tour| state.tour.as_ref().is_some_and(|then| then.version == tour.version));
    let tour = if same { open_tour(&context, &gallery, shown.listing.id).await? } else { None };
    answer(&request, &context, &snapshot, state, tour)
}

fn withheld(
    request: &HttpRequest,
    context: &Context,
    reason: &str,
) -> Result<HttpResponse, Problem> {
    let mut shell = Shell::of(request, context);
    shell.indexed = false;
    shell.title = format!("{} · {}", shell.t("snapshot-withheld"), shell.t("site-name"));
    let reason = [("reason", reason.to_owned())];
    let page = Withheld {
        heading: shell.t("snapshot-withheld"),
        text: text_with(shell.language, "page-snapshot-withheld-text", &reason),
        shell: shell.clone(),
    };
    shell.answer(request, StatusCode::GONE, &page)
}

fn answer(
    request: &HttpRequest,
    context: &Context,
    snapshot: &Snapshot,
    state: State,
    tour: Option<OpenTour>,
) -> Result<HttpResponse, Problem> {
    let shell = Shell::of(request, context);
    let then = Then {
        heading: shown_when(snapshot, &shell),
        text: about(snapshot, &state, tour.is_some(), &shell),
        proof: Some(format!("/listings/{}/proof", snapshot.listing)),
    };
    listing::view(shell, shown(state), tour, context).seen_then(then).answer(request)
}

/// From when to when a state was shown, in words.
pub(super) fn shown_when(snapshot: &Snapshot, shell: &Shell) -> String {
    let from = ("from", moment(snapshot.at, shell.language));
    let number = ("number", snapshot.number.to_string());
    match snapshot.until {
        Some(until) => {
            let until = ("until", moment(until, shell.language));
            text_with(shell.language, "page-snapshot-then", &[number, from, until])
        }
        None => text_with(shell.language, "page-snapshot-now", &[number, from]),
    }
}

fn about(snapshot: &Snapshot, state: &State, has_tour: bool, shell: &Shell) -> String {
    let mut parts = Vec::new();
    if snapshot.until.is_some() {
        parts.push(shell.t("snapshot-not-present"));
    }
    if let Some(gone) = &state.gone {
        let reason = gone.reason.clone().unwrap_or_default();
        parts.push(text_with(shell.language, "page-snapshot-gone", &[("reason", reason)]));
    }
    if let Some(tour) = state.tour.as_ref().filter(|_| !has_tour) {
        let args = [("number", tour.number.to_string()), ("root", tour.root.clone())];
        parts.push(text_with(shell.language, "page-snapshot-tour-gone", &args));
    }
    parts.join(" ")
}

fn shown(state: State) -> Shown {
    Shown {
        state: state.round.state,
        listing: state.listing,
        round: state.round,
        earlier: state.earlier,
        steps: state.steps,
        corrections: state.corrections,
    }
}

async fn find(
    context: &Context,
    listing: ListingId,
    number: &str,
) -> Result<Option<Snapshot>, Problem> {
    let Ok(number) = number.parse() else { return Ok(None) };
    Ok(snapshots::find(&context.database, listing, number).await?)
}

/// A snapshot of a listing that the caller may read.
async fn visible_snapshot(
    context: &Context,
    who: &SignedIn,
    path: (String, String),
) -> Result<Snapshot, Problem> {
    let (listing, _) = visible::listing(context, who, &path.0).await?;
    find(context, listing, &path.1).await?.ok_or_else(Problem::not_found)
}

fn described(snapshot: &Snapshot) -> Value {
    json!({
        "number": snapshot.number, "at": snapshot.at, "until": snapshot.until, "step": snapshot.step,
        "actor_name": snapshot.actor_name, "sha256": snapshot.sha256, "previous_hash": snapshot.previous_hash,
        "hash": snapshot.hash, "withheld": snapshot.withheld,
        "page": format!("/api/v1/listings/{}/snapshots/{}/page", snapshot.listing, snapshot.number),
    })
}

/// Every state that the public was shown of a listing, the newest first.
#[utoipa::path(get, path = "/api/v1/listings/{id}/snapshots", tag = "listings", params(("id" = String, Path, description = "Id")),
    responses((status = 200, description = "`{items: [{number, at, until, step, actor_name, sha256, previous_hash, hash, withheld, page}], next: null}`"), (status = 404)))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &id).await?;
    let items: Vec<Value> =
        snapshots::of_listing(&context.database, listing).await?.iter().map(described).collect();
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null})))
}

/// One state: the very text whose SHA-256 is in the chain.
#[utoipa::path(get, path = "/api/v1/listings/{id}/snapshots/{number}", tag = "listings",
    params(("id" = String, Path, description = "Id"), ("number" = i64, Path)), responses((status = 200), (status = 404)))]
pub async fn one(
    who: SignedIn,
    context: web::Data<Context>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let snapshot = visible_snapshot(&context, &who, path.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "private, no-cache"))
        .content_type("application/json")
        .body(snapshot.text))
}

/// One state as the page that was shown, with its tour, also where the public may no longer see it.
#[utoipa::path(get, path = "/api/v1/listings/{id}/snapshots/{number}/page", tag = "listings",
    params(("id" = String, Path, description = "Id"), ("number" = i64, Path)),
    responses((status = 200, content_type = "text/html"), (status = 404)))]
pub async fn staff_page(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let snapshot = visible_snapshot(&context, &who, path.into_inner()).await?;
    let state = snapshot.state()?;
    let tour = tour_of_then(&context, &gallery, &state).await?;
    let mut answer = answer(&request, &context, &snapshot, state, tour)?;
    let private = actix_web::http::header::HeaderValue::from_static("private, no-store");
    answer.headers_mut().insert(actix_web::http::header::CACHE_CONTROL, private);
    Ok(answer)
}

/// The tour that was shown, with addresses that need a session.
async fn tour_of_then(
    context: &Context,
    gallery: &Gallery,
    state: &State,
) -> Result<Option<OpenTour>, Problem> {
    let Some(then) = &state.tour else { return Ok(None) };
    let Some(publication) = tours::publication(&context.database, &then.version).await? else {
        return Ok(None);
    };
    let shown = panoramas::of_publication(&context.database, &then.version).await?;
    let indexes = gallery.indexes(shown.into_iter().map(|(_, panorama)| panorama)).await?;
    let listing = &state.listing;
    let heading = Heading {
        listing: listing.id,
        title: listing.title.clone(),
        court: listing.court_name.clone(),
    };
    let played = tour_videos::of_version(&context.database, &then.version).await?;
    let photos = tour_pictures::of_version(&context.database, &then.version).await?;
    let hidden = pictures::hidden(&context.database, listing.id, &photos).await?;
    let shown = (&played, &hidden);
    let mut document = staff_manifest(&heading, &publication.document, &indexes, shown);
    // What became of the listing since is not asked: this is how it was.
    document["status"] = Value::Null;
    Ok(Some(tour_slot::as_it_was(&document)))
}

/// Why a state is closed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Withhold {
    /// In words that the public may read.
    pub reason: String,
}

/// Closes an earlier state for the public (个人信息保护法 47: what should not have been shown is taken away); the court keeps it.
#[utoipa::path(post, path = "/api/v1/listings/{id}/snapshots/{number}/withhold", tag = "listings",
    params(("id" = String, Path, description = "Id"), ("number" = i64, Path)), request_body = Withhold,
    responses((status = 204), (status = 403), (status = 404), (status = 409, description = "It is the present state, or closed already"), (status = 422)))]
pub async fn withhold(
    who: SignedIn,
    context: web::Data<Context>,
    path: web::Path<(String, String)>,
    body: web::Json<Withhold>,
) -> Result<HttpResponse, Problem> {
    let (_, owners) = visible::listing(&context, &who, &path.0).await?;
    if !owners.acts_for_court(&who.principal, &[Role::Publisher, Role::CourtAdmin]) {
        let needed = "publisher / court_admin";
        return Err(TourError::NotAllowed { step: "withhold", needed }.into());
    }
    let snapshot = visible_snapshot(&context, &who, path.into_inner()).await?;
    let reason = body.reason.trim();
    if reason.is_empty() {
        return Err(TourError::ReasonMissing.into());
    }
    // What is shown now is changed or withdrawn, not hidden here while the page goes on showing it.
    if snapshot.until.is_none() {
        return Err(Problem::plain(ErrorKind::Conflict, "snapshot-present"));
    }
    let actor = who.actor();
    let by = By { now: context.clock.now(), actor: &actor, dialect: context.database.dialect() };
    let mut tx = context.database.begin().await?;
    if !snapshots::withhold(&mut tx, by, owners.court, &snapshot, reason).await? {
        return Err(Problem::plain(ErrorKind::Conflict, "snapshot-withheld"));
    }
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}
