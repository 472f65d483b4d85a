//! Pages as bidders would see them once the draft is public, for those who work on it: in frames of the console.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::listing::{self, Then};
use super::shell::Shell;
use super::tour::TourPage;
use super::tour_slot::{self, OpenTour, Still};
use crate::base::ErrorKind;
use crate::base::id::ListingId;
use crate::catalogue::{CatalogueError, listings, listings_media, rounds};
use crate::http::listings::public::Shown;
use crate::http::security::allow_frames;
use crate::http::tours::gallery::Gallery;
use crate::http::tours::staff_tiles::{draft_manifest, staff_address};
use crate::http::{Context, Problem, SignedIn, visible};

/// The routes of this file below `/api/v1`.
pub fn staff_routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{id}/preview", web::get().to(listing_page))
        .route("/listings/{id}/preview/tour", web::get().to(tour_page));
}

/// The listing's page with the draft of its tour.
#[utoipa::path(get, path = "/api/v1/listings/{id}/preview", tag = "listings", params(("id" = String, Path, description = "Id")),
    responses((status = 200, content_type = "text/html"), (status = 404), (status = 409, description = "The listing has no round yet")))]
pub async fn listing_page(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (id, _) = visible::listing(&context, &who, &id).await?;
    let shown = as_if_public(&context, id).await?;
    let tour = draft_tour(&context, &gallery, id).await?;
    let shell = Shell::of(&request, &context);
    let then = Then { heading: shell.t("preview"), text: shell.t("preview-text"), proof: None };
    Ok(framed(listing::view(shell, shown, tour, &context).seen_then(then).answer(&request)?))
}

/// The draft of the tour alone, as in `/tour/{listing}`.
#[utoipa::path(get, path = "/api/v1/listings/{id}/preview/tour", tag = "tours", params(("id" = String, Path, description = "Id")),
    responses((status = 200, content_type = "text/html"), (status = 404)))]
pub async fn tour_page(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (id, _) = visible::listing(&context, &who, &id).await?;
    let tour = draft_tour(&context, &gallery, id).await?.ok_or_else(Problem::not_found)?;
    let title = listings_media::heading(&context.database, id).await?.title;
    let page = TourPage::of(Shell::of(&request, &context), title, id, Some(tour));
    Ok(framed(page.shell.answer(&request, StatusCode::OK, &page)?))
}

/// Only for who asked, and only in frames of this site.
fn framed(mut answer: HttpResponse) -> HttpResponse {
    allow_frames(&mut answer, "'self'");
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    answer
}

/// What the page would show if the newest round were announced now.
async fn as_if_public(context: &Context, id: ListingId) -> Result<Shown, Problem> {
    let database = &context.database;
    let missing = || CatalogueError::NotFound { what: "listing", id: id.to_string() };
    let listing = listings::find(database, id).await?.ok_or_else(missing)?;
    let mut rounds = rounds::of_listing(database, id).await?.into_iter();
    let round =
        rounds.next().ok_or_else(|| Problem::plain(ErrorKind::Conflict, "preview-needs-round"))?;
    let earlier = rounds.filter(|round| round.announced_at.is_some()).collect();
    Shown::of(context, listing, round, earlier).await
}

/// The draft with addresses that need a session; none where it has no scene.
async fn draft_tour(
    context: &Context,
    gallery: &Gallery,
    id: ListingId,
) -> Result<Option<OpenTour>, Problem> {
    let (document, mut manifest) = draft_manifest(context, gallery, id).await?;
    if document.scenes.is_empty() {
        return Ok(None);
    }
    manifest["status"] = Value::Null;
    let masked = tour_slot::masked_in(&manifest);
    let mut open = tour_slot::as_it_was(&manifest);
    open.tour.stills = document
        .scenes
        .iter()
        .map(|scene| Still {
            title: scene.title.clone(),
            address: format!("{}/still/f.jpg", staff_address(scene.panorama)),
            masked: masked.get(&scene.id.to_string()).copied().unwrap_or_default(),
        })
        .collect();
    Ok(Some(open))
}
