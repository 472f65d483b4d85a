//! What the draft changes of what the public last saw.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::draft::existing;
use crate::auction::tour_changes::{self, SceneChange};
use crate::catalogue::tours;
use crate::http::{Context, Problem, SignedIn, visible};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/listings/{listing}/tour/changes", web::get().to(changes));
}

/// Differences of the draft from the version that was published last.
#[derive(Serialize, ToSchema)]
pub struct Changes {
    /// Number of that version, from 1; null: none was published, and everything is new.
    since: Option<i64>,
    /// The floor plan, its picture or what of it is shown differs.
    plan: bool,
    /// Scenes that differ.
    scenes: Vec<SceneChange>,
}

/// What the draft changes of the version that was published last, withdrawn or not.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/tour/changes", tag = "tours",
    params(("listing" = String, Path)), responses((status = 200, body = Changes), (status = 404)))]
pub async fn changes(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &listing).await?;
    let draft = existing(&context, listing).await?;
    let last = tours::versions(&context.database, listing).await?.into_iter().next();
    let since = last.as_ref().map(|version| version.number);
    let before = last.map(|version| version.document).unwrap_or_default();
    let scenes = tour_changes::changes(&before, &draft.document);
    let plan = before.plan != draft.document.plan;
    Ok(HttpResponse::Ok().json(Changes { since, plan, scenes }))
}
