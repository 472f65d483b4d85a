//! The draft as the studio and the review desk look at it: pictures that are not public.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::gallery::{Gallery, Part};
use super::manifest::manifest;
use super::manifest_hotspots::Beside;
use super::public::single_face;
use super::tile_address::TileAddress;
use super::{pictures, videos};
use crate::auction::tour::{Heading, TourDocument};
use crate::base::id::{AssetId, ListingId, PanoramaId};
use crate::blob::Key;
use crate::catalogue::tour_videos::{self, ShownVideo};
use crate::catalogue::{CatalogueError, listings_media, masks, panoramas, tour_pictures, tours};
use crate::http::immutable::{self, Caching};
use crate::http::{Context, Problem, SignedIn, visible};
use crate::imaging::pack::PackIndex;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{listing}/tour/preview.json", web::get().to(preview_tour))
        .route("/panoramas/{panorama}/preview.jpg", web::get().to(preview))
        .route("/panoramas/{panorama}/still/{face}.jpg", web::get().to(still))
        .route("/panoramas/{panorama}/{level}/{name}", web::get().to(tile));
}

/// The manifest of the draft, with addresses that need a session.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/tour/preview.json", tag = "tours",
    params(("listing" = String, Path)), responses((status = 200), (status = 404)))]
pub async fn preview_tour(
    who: SignedIn,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &listing).await?;
    let (_, body) = draft_manifest(&context, &gallery, listing).await?;
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "private, no-store")).json(body))
}

/// The draft of a listing's tour, an empty one where nobody has begun, and its `tour.json` with addresses that need a session.
pub async fn draft_manifest(
    context: &Context,
    gallery: &Gallery,
    listing: ListingId,
) -> Result<(TourDocument, Value), Problem> {
    let database = &context.database;
    let draft = tours::draft(database, listing).await?;
    let mut document = draft.map(|draft| draft.document).unwrap_or_default();
    masks::bring_up_to_date(database, listing, &mut document).await?;
    let heading = listings_media::heading(database, listing).await?;
    let indexes = gallery.indexes(panoramas::of_listing(database, listing).await?).await?;
    let played = tour_videos::usable(database, listing).await?;
    let photos = tour_pictures::usable(database, listing).await?.plans;
    let photos = photos.into_iter().filter_map(|(asset, small)| Some((asset, small?))).collect();
    let hidden = pictures::hidden(database, listing, &photos).await?;
    let manifest = staff_manifest(&heading, &document, &indexes, (&played, &hidden));
    Ok((document, manifest))
}

/// `tour.json` with addresses that need a session. `played`: videos and recordings; `hidden`: in how many places photos hide something.
pub fn staff_manifest(
    heading: &Heading,
    document: &TourDocument,
    packs: &HashMap<PanoramaId, Arc<PackIndex>>,
    (played, hidden): (&HashMap<AssetId, ShownVideo>, &HashMap<AssetId, usize>),
) -> Value {
    let base = |_: &str, panorama| staff_address(panorama);
    let picture = |picture| format!("/api/v1/assets/{picture}/thumbnail.jpg");
    let video = |video| [videos::staff_address(video), picture(video)];
    let sound = |sound| {
        let seconds = played.get(&sound)?.rendition.seconds;
        Some((videos::staff_sound_address(sound), seconds))
    };
    let beside = Beside { picture: &picture, video: &video, sound: &sound, hidden };
    manifest(heading, document, packs, &base, &beside)
}

/// Where the pictures of a panorama lie for whoever has a session.
pub fn staff_address(panorama: PanoramaId) -> String {
    format!("/api/v1/panoramas/{panorama}")
}

/// The pack of a panorama, if the person may see its listing, and what masks hide where it shows that.
async fn visible_pack(context: &Context, who: &SignedIn, text: &str) -> Result<Key, Problem> {
    let id = PanoramaId::parse(text).ok_or_else(Problem::not_found)?;
    let panorama = match panoramas::find(&context.database, id).await {
        Err(CatalogueError::NotFound { .. }) => return Err(Problem::not_found()),
        other => other?,
    };
    if !panorama.owners.may_read(&who.principal) {
        return Err(Problem::not_found());
    }
    let shows_hidden = masks::exposes(&context.database, id).await?;
    if shows_hidden && !panorama.owners.may_see_unmasked(&who.principal) {
        return Err(Problem::not_found());
    }
    Ok(Key::parse(&panorama.pack_key)?)
}

async fn part(
    request: &HttpRequest,
    context: &Context,
    who: &SignedIn,
    gallery: &Gallery,
    panorama: &str,
    wanted: Part,
) -> Result<HttpResponse, Problem> {
    let pack = visible_pack(context, who, panorama).await?;
    let bytes = gallery.read(&pack, wanted).await?;
    let tag = format!("{panorama}-{}", request.path().rsplit('/').next().unwrap_or_default());
    Ok(immutable::answer(request, bytes, "image/jpeg", &tag, Caching::Private))
}

/// One tile of a panorama that need not be public.
#[utoipa::path(get, path = "/api/v1/panoramas/{panorama}/{level}/{name}", tag = "tours",
    params(("panorama" = String, Path), ("level" = u32, Path), ("name" = String, Path)), responses((status = 200), (status = 404)))]
pub async fn tile(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (panorama, level, name) = path.into_inner();
    let address = TileAddress::parse(&level, &name).ok_or_else(Problem::not_found)?;
    let pack = visible_pack(&context, &who, &panorama).await?;
    let bytes = gallery.read(&pack, Part::Tile(address)).await?;
    let tag = format!("{panorama}-{level}-{name}");
    Ok(immutable::answer(&request, bytes, "image/jpeg", &tag, Caching::Private))
}

/// The six small faces side by side.
#[utoipa::path(get, path = "/api/v1/panoramas/{panorama}/preview.jpg", tag = "tours",
    params(("panorama" = String, Path)), responses((status = 200), (status = 404)))]
pub async fn preview(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    panorama: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    part(&request, &context, &who, &gallery, &panorama, Part::Preview).await
}

/// One face as a picture.
#[utoipa::path(get, path = "/api/v1/panoramas/{panorama}/still/{face}.jpg", tag = "tours",
    params(("panorama" = String, Path), ("face" = String, Path)), responses((status = 200), (status = 404)))]
pub async fn still(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (panorama, face) = path.into_inner();
    let face = single_face(&face).ok_or_else(Problem::not_found)?;
    part(&request, &context, &who, &gallery, &panorama, Part::Still(face)).await
}
