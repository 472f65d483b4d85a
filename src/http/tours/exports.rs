//! The addresses of packages, for staff.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};
use futures_util::TryStreamExt;
use serde::Deserialize;

use super::export::{self, Wish};
use super::gallery::Gallery;
use crate::exchange::Kind;
use crate::http::{Context, Problem, SignedIn, visible};
use crate::texts::Language;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/listings/{listing}/tour/export/{kind}", web::get().to(export));
}

/// Which state, in which language.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct Choice {
    /// `published` (default) or `draft`.
    of: Option<String>,
    /// `zh-CN` (default) or `en`.
    lang: Option<String>,
}

/// The tour as a zip: for Pannellum, Marzipano or Photo Sphere Viewer, or with our own viewer to be opened without a server
/// (docs/exchange.md). Pictures are those of the packs, which hide what is masked.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/tour/export/{kind}", tag = "tours",
    params(("listing" = String, Path), ("kind" = String, Path, description = "pannellum, marzipano, psv or offline"), Choice),
    responses((status = 200, content_type = "application/zip"), (status = 404, description = "Nothing is published"),
        (status = 409, description = "A panorama of the draft still shows what is masked"), (status = 422, description = "No scenes")))]
pub async fn export(
    who: SignedIn,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    path: web::Path<(String, String)>,
    choice: web::Query<Choice>,
) -> Result<HttpResponse, Problem> {
    let (listing, kind) = path.into_inner();
    let kind = Kind::from_name(&kind).ok_or_else(Problem::not_found)?;
    let (listing, owners) = visible::listing(&context, &who, &listing).await?;
    let draft = match choice.of.as_deref() {
        None | Some("published") => false,
        Some("draft") => true,
        Some(_) => return Err(Problem::invalid("'of' is 'published' or 'draft'")),
    };
    let language = choice.lang.as_deref().and_then(Language::from_tag).unwrap_or_default();
    let wish = Wish { kind, draft, language };
    let package = export::prepare(&context, &gallery, listing, wish).await?;
    export::record(&context, &who, listing, owners, package.detail(wish)).await?;
    let disposition = format!("attachment; filename=\"{}\"", package.name);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .content_type("application/zip")
        .streaming(package.stream().map_err(|problem| std::io::Error::other(problem.slug()))))
}
