//! `/tour/{listing}`: the tour alone, in the whole window; `/embed/{listing}`: the same inside foreign pages.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::problems;
use super::shell::Shell;
use super::tour_slot::{OpenTour, open_tour};
use crate::base::id::ListingId;
use crate::catalogue::identity;
use crate::http::listings::public::{Found, look_up};
use crate::http::security::allow_frames;
use crate::http::statistics::Page;
use crate::http::tours::gallery::Gallery;
use crate::http::{Context, Problem};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/tour/{listing}", web::get().to(full))
        .route("/tour/{listing}", web::head().to(full))
        .route("/embed/{listing}", web::get().to(embedded))
        .route("/embed/{listing}", web::head().to(embedded));
}

#[derive(Template)]
#[template(path = "tour.html")]
pub(super) struct TourPage {
    pub(super) shell: Shell,
    title: String,
    listing: String,
    embedded: bool,
    tour: Option<OpenTour>,
    /// Why there is nothing to see.
    nothing: String,
}

impl TourPage {
    /// The whole window, not for search machines.
    pub(super) fn of(
        mut shell: Shell,
        title: String,
        listing: ListingId,
        tour: Option<OpenTour>,
    ) -> Self {
        shell.indexed = false;
        shell.title = format!("{title} · {}", shell.t("tour"));
        shell.description.clone_from(&title);
        let nothing = shell.t("no-tour");
        Self {
            title,
            listing: format!("/listings/{listing}"),
            embedded: false,
            tour,
            nothing,
            shell,
        }
    }
}

async fn full(
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = look_up(&context, &listing).await?;
    answer(&request, &context, &gallery, found, false).await
}

async fn embedded(
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = look_up(&context, &listing).await?;
    let ancestors = format!("'self' {}", allowed_pages(&context, found.as_ref()).await?.join(" "));
    let mut response = answer(&request, &context, &gallery, found, true).await?;
    allow_frames(&mut response, ancestors.trim());
    Ok(response)
}

/// The pages that the listing's court lets show its tours.
async fn allowed_pages(context: &Context, found: Option<&Found>) -> Result<Vec<String>, Problem> {
    match found {
        Some(Found::Shown(shown)) => {
            let court = identity::tenant(&context.database, shown.listing.court_id).await?;
            Ok(court.embed_origins)
        }
        _ => Ok(Vec::new()),
    }
}

async fn answer(
    request: &HttpRequest,
    context: &Context,
    gallery: &Gallery,
    found: Option<Found>,
    embedded: bool,
) -> Result<HttpResponse, Problem> {
    let shell = Shell::of(request, context);
    let id = match &found {
        Some(Found::Shown(shown)) => Some(shown.listing.id),
        _ => None,
    };
    let (status, mut page) = match found {
        None => return problems::not_found(request, context),
        Some(Found::Gone(gone, _)) => {
            let nothing = shell.t("gone-withdrawn");
            let page = TourPage { nothing, ..TourPage::of(shell, gone.title, gone.id, None) };
            (StatusCode::GONE, page)
        }
        Some(Found::Shown(shown)) => {
            let tour = open_tour(context, gallery, shown.listing.id).await?;
            let status = if tour.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
            (status, TourPage::of(shell, shown.listing.title, shown.listing.id, tour))
        }
    };
    page.embedded = embedded;
    let answer = page.shell.answer(request, status, &page)?;
    if let (Some(id), StatusCode::OK) = (id, status) {
        let which = if embedded { Page::Embed } else { Page::Tour };
        context.statistics.page_viewed(request, context, id, which).await;
    }
    Ok(answer)
}
