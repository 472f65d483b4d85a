//! `/l/{short}`: the link that is printed and typed; and the QR code that leads to it.

use actix_web::{HttpResponse, web};

use super::qr;
use crate::auction::visibility::Visibility;
use crate::catalogue::listings;
use crate::http::listings::public::{Found, look_up};
use crate::http::{Context, Problem};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/l/{short}", web::get().to(follow))
        .route("/listings/{id}/qr.svg", web::get().to(qr_code));
}

async fn follow(
    context: web::Data<Context>,
    short: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    // Typed by hand: upper case, and letters that look like digits.
    let short: String = short
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    let listing =
        listings::find_by_short(&context.database, &short).await?.ok_or_else(Problem::not_found)?;
    if listing.visibility(context.clock.now()) == Visibility::Private {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::Found()
        .insert_header(("Location", format!("/listings/{}", listing.id)))
        .insert_header(("Cache-Control", "no-cache"))
        .finish())
}

async fn qr_code(
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(Found::Shown(shown)) = look_up(&context, &id).await? else {
        return Err(Problem::not_found());
    };
    let link = format!("{}/l/{}", context.config.public_url(), shown.listing.short);
    qr::answer(&link)
}
