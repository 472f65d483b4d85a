//! The OpenAPI 3.1 description, put together from the handlers, and a page to read it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use utoipa::OpenApi;

use super::{
    Problem, assets, desk, events, identity, jobs, listings, masks, pages, played, sets, shot_list,
    statistics, tours, uploads,
};
use crate::base::ErrorKind;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/api/openapi.json", web::get().to(description))
        .route("/api/docs", web::get().to(page));
}

/// All handlers of the API.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Kanfang",
        description = "View court-auctioned property remotely. Errors are application/problem+json (RFC 9457)."
    ),
    paths(
        identity::setup::needed,
        identity::setup::set_up,
        identity::session::open,
        identity::session::current,
        identity::session::close,
        identity::session::list,
        identity::session::close_everywhere,
        identity::account::change,
        identity::second_factor::begin,
        identity::second_factor::confirm,
        identity::second_factor::remove,
        identity::tokens::list,
        identity::tokens::make,
        identity::tokens::remove,
        identity::tenants::list,
        identity::tenants::add,
        identity::tenants::change,
        identity::nadir_mark::read,
        identity::nadir_mark::replace,
        identity::nadir_mark::remove,
        identity::users::list,
        identity::users::add,
        identity::users::change,
        identity::users::sign_out,
        identity::audit::list,
        identity::audit::export,
        identity::audit::verify,
        tours::draft::read,
        tours::draft::save,
        tours::draft::submit,
        tours::draft::approve,
        tours::draft::give_back,
        tours::publish::publish,
        tours::publish::withdraw,
        tours::publish::versions,
        tours::exports::export,
        tours::imports::list,
        tours::imports::take,
        tours::staff_tiles::preview_tour,
        tours::staff_tiles::tile,
        tours::staff_tiles::preview,
        tours::staff_tiles::still,
        tours::public::tour_json,
        tours::pictures::picture,
        tours::videos::video,
        tours::videos::sound,
        tours::shown::list,
        tours::shown::see,
        tours::changes::changes,
        tours::public::tile,
        tours::public::preview,
        tours::public::still,
        tours::signed::keys,
        tours::signed::manifest,
        tours::signed::addendum,
        tours::signed::digests,
        listings::staff::list,
        listings::staff::get,
        listings::staff::add,
        listings::staff::change,
        listings::staff::rules,
        listings::rounds::list,
        listings::rounds::add,
        listings::rounds::change,
        listings::rounds::step,
        listings::corrections::list,
        listings::corrections::add,
        listings::corrections::past,
        listings::public::list,
        listings::public::get,
        listings::public::status,
        pages::preview::listing_page,
        pages::preview::tour_page,
        pages::snapshot::list,
        pages::snapshot::one,
        pages::snapshot::staff_page,
        pages::snapshot::withhold,
        sets::list,
        sets::add,
        sets::one,
        sets::change,
        sets::remove,
        sets::provenance,
        sets::project,
        shot_list::read,
        shot_list::save,
        shot_list::assign,
        shot_list::unassign,
        shot_list::qr_code,
        uploads::options,
        uploads::create,
        uploads::offset,
        uploads::append,
        uploads::terminate,
        assets::known,
        assets::list,
        assets::one,
        assets::change,
        assets::remove,
        assets::thumbnail,
        played::video,
        played::sound,
        assets::unmasked,
        assets::original,
        masks::read,
        masks::save,
        masks::see,
        masks::carry,
        masks::search,
        masks::of_listing,
        jobs::list,
        jobs::one,
        jobs::retry,
        jobs::cancel,
        events::listen,
        desk::panoramas,
        desk::tours,
        statistics::beacon::report,
        statistics::figures::figures,
        statistics::figures::gaze,
        statistics::csv::table,
    )
)]
pub struct Description;

async fn description() -> HttpResponse {
    HttpResponse::Ok().json(Description::openapi())
}

struct Operation {
    method: String,
    path: String,
    summary: String,
    answers: String,
}

#[derive(Template)]
#[template(path = "api_docs.html")]
struct Docs {
    language: &'static str,
    title: String,
    intro: String,
    operations: Vec<Operation>,
}

async fn page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let language = super::error::language_of(&request);
    let html = Docs {
        language: language.tag(),
        title: crate::texts::text(language, "api-docs-title"),
        intro: crate::texts::text(language, "api-docs-intro"),
        operations: operations(),
    }
    .render()
    .map_err(|_| Problem::plain(ErrorKind::Internal, "internal"))?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}

/// Every operation of the description, by path.
fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(Description::openapi()).unwrap_or_default();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let answers = operation["responses"]
                .as_object()
                .map(|answers| answers.keys().cloned().collect::<Vec<_>>().join(" "));
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                summary: operation["summary"].as_str().unwrap_or_default().to_owned(),
                answers: answers.unwrap_or_default(),
            });
        }
    }
    operations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_openapi_3_1_and_names_every_operation() {
        let document = serde_json::to_value(Description::openapi()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        assert!(operations().len() >= 24);
        let mut unnamed = operations();
        unnamed.retain(|operation| operation.summary.is_empty());
        let unnamed: Vec<String> =
            unnamed.iter().map(|one| format!("{} {}", one.method, one.path)).collect();
        assert!(unnamed.is_empty(), "{unnamed:?}");
    }
}
