//! `/console` and everything below it: one page, in which the staff consoles of `viewer/consoles` run.
//!
//! The page holds nothing that is not public; what staff see comes from `/api/v1` after signing in.

use actix_web::http::header::{CACHE_CONTROL, X_FRAME_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::language_of;
use super::{Problem, bundles};
use crate::texts;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/console", web::get().to(page))
        .route("/console/offline.js", web::get().to(offline))
        .route("/console/{path:.*}", web::get().to(page));
}

/// The service worker that opens the capture guide without a network. It has an address of its own because it may only
/// serve what lies beside and below it: staff pages, never the public ones.
async fn offline() -> Result<HttpResponse, Problem> {
    let script = bundles::bytes("consoles/offline.js").ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(script))
}

async fn page(request: HttpRequest) -> HttpResponse {
    let language = language_of(&request);
    let body = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{style}\">\n\
         <script type=\"module\" src=\"{script}\"></script>\n</head>\n\
         <body><div id=\"console\"></div><noscript><p>{needs}</p></noscript></body>\n</html>\n",
        tag = language.tag(),
        title = texts::text(language, "console-product"),
        style = bundles::address("consoles/console.css"),
        script = bundles::address("consoles/console.js"),
        needs = texts::text(language, "console-needs-script"),
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        // The studio records what the guided tour says; nothing else of the site may hear.
        .insert_header(("permissions-policy", "camera=(), microphone=(self), geolocation=()"))
        .body(body)
}
