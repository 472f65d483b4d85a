//! The shot list of a listing: what the photographer has to take, and which room each file shows.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::assets::visible_asset;
use super::listings::access::{by, etag, expected_version};
use super::pages::qr;
use super::{Context, Problem, SignedIn, visible};
use crate::auction::access::Owners;
use crate::auction::shot_list::{self, Room, Shown};
use crate::base::id::ListingId;
use crate::catalogue::assets::{self, Asset};
use crate::catalogue::shot_lists::{self, ListedFile, ShotList};
use crate::catalogue::{CatalogueError, listings_media};
use crate::photo::access;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/listings/{id}/shot-list")
                .route(web::get().to(read))
                .route(web::put().to(save)),
        )
        .route("/listings/{id}/capture-qr.svg", web::get().to(qr_code))
        .service(
            web::resource("/assets/{id}/room")
                .route(web::put().to(assign))
                .route(web::delete().to(unassign)),
        );
}

/// A shot list with the files that are there.
#[derive(Serialize, ToSchema)]
pub struct ShotListView {
    listing: String,
    title: String,
    /// For `If-Match`; 0 while nobody has saved a list.
    version: i64,
    rooms: Vec<Room>,
    files: Vec<ListedFile>,
    may_edit: bool,
}

/// What is to be taken of a listing, and what is there.
#[utoipa::path(get, path = "/api/v1/listings/{id}/shot-list", tag = "assets",
    params(("id" = String, Path)), responses((status = 200, body = ShotListView), (status = 404)))]
pub async fn read(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (listing, owners) = visible::listing(&context, &who, &id).await?;
    let list = shot_lists::find(&context.database, listing).await?;
    answer(&context, &who, (listing, &owners), list).await
}

/// The rooms as somebody wants them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShotListBody {
    rooms: Vec<Room>,
}

/// Saves the rooms. Files keep the room that they show, also one that is no longer in the list.
#[utoipa::path(put, path = "/api/v1/listings/{id}/shot-list", tag = "assets",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "\"0\" for the first list")),
    request_body = ShotListBody,
    responses((status = 200, body = ShotListView), (status = 403), (status = 404),
        (status = 412, description = "Somebody else changed it"), (status = 422)))]
pub async fn save(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<ShotListBody>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners) = visible::listing(&context, &who, &id).await?;
    access::require_change(&who.principal, &owners)?;
    let expected = expected_version(&request)?;
    let rooms = shot_list::checked(body.into_inner().rooms)?;
    let actor = who.actor();
    let mut tx = context.database.begin().await?;
    let whose = (listing, &owners);
    let version = shot_lists::save(&mut tx, by(&context, &actor), whose, expected, &rooms).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    answer(&context, &who, (listing, &owners), ShotList { version, rooms }).await
}

/// Says which room a file shows, and what for.
#[utoipa::path(put, path = "/api/v1/assets/{id}/room", tag = "assets",
    params(("id" = String, Path)), request_body = Shown,
    responses((status = 204), (status = 403), (status = 404), (status = 422)))]
pub async fn assign(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<Shown>,
) -> Result<HttpResponse, Problem> {
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    access::require_change(&who.principal, &owners)?;
    let shown = shot_list::checked_shown(body.into_inner())?;
    set_room(&context, &who, (&asset, &owners), Some(shown)).await
}

/// Takes a file out of its room.
#[utoipa::path(delete, path = "/api/v1/assets/{id}/room", tag = "assets",
    params(("id" = String, Path)), responses((status = 204), (status = 403), (status = 404)))]
pub async fn unassign(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    access::require_change(&who.principal, &owners)?;
    set_room(&context, &who, (&asset, &owners), None).await
}

async fn set_room(
    context: &Context,
    who: &SignedIn,
    (asset, owners): (&Asset, &Owners),
    shown: Option<Shown>,
) -> Result<HttpResponse, Problem> {
    let actor = who.actor();
    let mut tx = context.database.begin().await?;
    match &shown {
        Some(shown) => shot_lists::assign(&mut tx, asset.id, shown).await?,
        None => shot_lists::unassign(&mut tx, asset.id).await?,
    }
    let detail = json!({ "shown": shown });
    assets::log(&mut tx, by(context, &actor), "asset.room", asset, detail).await?;
    let whose = (asset.listing, owners);
    shot_lists::tell(&mut tx, by(context, &actor), whose, asset.id).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The QR code of the capture guide's address, for the photographer's telephone. It holds the address and nothing else:
/// the telephone signs in by itself.
#[utoipa::path(get, path = "/api/v1/listings/{id}/capture-qr.svg", tag = "assets",
    params(("id" = String, Path)), responses((status = 200, content_type = "image/svg+xml"), (status = 404)))]
pub async fn qr_code(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (listing, _) = visible::listing(&context, &who, &id).await?;
    let site = context.config.public_url();
    let mut answer = qr::answer(&format!("{site}/console/listings/{listing}/capture"))?;
    let private = actix_web::http::header::HeaderValue::from_static("private, no-cache");
    answer.headers_mut().insert(actix_web::http::header::CACHE_CONTROL, private);
    Ok(answer)
}

async fn answer(
    context: &Context,
    who: &SignedIn,
    (listing, owners): (ListingId, &Owners),
    list: ShotList,
) -> Result<HttpResponse, Problem> {
    let view = ShotListView {
        listing: listing.to_string(),
        title: listings_media::heading(&context.database, listing).await?.title,
        version: list.version,
        rooms: list.rooms,
        files: shot_lists::files(&context.database, listing).await?,
        may_edit: access::require_change(&who.principal, owners).is_ok(),
    };
    Ok(HttpResponse::Ok()
        .insert_header(etag(view.version))
        .insert_header(("Cache-Control", "private, no-cache"))
        .json(view))
}
