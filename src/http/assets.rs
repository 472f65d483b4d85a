//! The files of a listing: list, correct, remove, thumbnail, original.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::played::{self, SoundView, VideoView};
use super::range::{self, Asked};
use super::{Context, Problem, SignedIn, visible};
use crate::auction::access::Owners;
use crate::base::id::AssetId;
use crate::base::{Blake3, Instant};
use crate::blob::Key;
use crate::catalogue::assets::{self, Asset};
use crate::catalogue::{CatalogueError, listings_media, masked_pictures, masks};
use crate::geometry::Surface;
use crate::photo::access;

const PAGE: i64 = 100;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/assets/known", web::post().to(known))
        .route("/listings/{id}/assets", web::get().to(list))
        .service(
            web::resource("/assets/{id}")
                .route(web::get().to(one))
                .route(web::patch().to(change))
                .route(web::delete().to(remove)),
        )
        .route("/assets/{id}/thumbnail.jpg", web::get().to(thumbnail))
        .route("/assets/{id}/unmasked.jpg", web::get().to(unmasked))
        .route("/assets/{id}/original", web::get().to(original))
        .route("/assets/{id}/original", web::head().to(original));
}

/// A file of a listing.
#[derive(Serialize, ToSchema)]
pub struct AssetView {
    id: String,
    listing: String,
    file_name: String,
    /// As the client claimed it.
    media_type: String,
    size: u64,
    blake3: String,
    sha256: String,
    /// `waiting`, `ready` or `refused`.
    #[schema(value_type = String)]
    state: &'static str,
    /// What a person says that it is; null: what the probe says.
    taken_as: Option<String>,
    /// What the probe found.
    #[schema(value_type = Option<Object>)]
    probe: Option<serde_json::Value>,
    /// Why the probe refused it.
    #[schema(value_type = Option<Object>)]
    refusal: Option<serde_json::Value>,
    /// Address of the small picture.
    thumbnail: Option<String>,
    /// Of a video, once it is converted.
    video: Option<VideoView>,
    /// Of a recording, once it is converted.
    sound: Option<SoundView>,
    uploaded_by: String,
    #[schema(value_type = String)]
    uploaded_at: Instant,
    /// For `If-Match`.
    version: i64,
}

impl AssetView {
    /// As this reader may see it: place, serial numbers and names are for those who may have the original.
    fn of(mut asset: Asset, who: &SignedIn, owners: &Owners) -> Self {
        if access::require_original(&who.principal, owners).is_err()
            && let Some(serde_json::Value::Object(probe)) = &mut asset.probe
        {
            probe.remove("private");
        }
        let (video, sound) = played::views(asset.id, asset.rendition.as_ref());
        Self {
            id: asset.id.to_string(),
            listing: asset.listing.to_string(),
            file_name: asset.file_name,
            media_type: asset.media_type,
            size: asset.original.size,
            blake3: asset.original.blake3.to_string(),
            sha256: asset.original.sha256.to_string(),
            state: asset.state.as_str(),
            taken_as: asset.taken_as,
            probe: asset.probe,
            refusal: asset.refusal,
            thumbnail: asset
                .has_thumbnail
                .then(|| format!("/api/v1/assets/{}/thumbnail.jpg", asset.id)),
            video,
            sound,
            uploaded_by: asset.uploaded_by.to_string(),
            uploaded_at: asset.uploaded_at,
            version: asset.version,
        }
    }
}

/// A page of assets.
#[derive(Serialize, ToSchema)]
pub struct AssetPage {
    items: Vec<AssetView>,
    next: Option<String>,
}

/// Files that a client is about to send.
#[derive(Deserialize, ToSchema)]
pub struct Announced {
    listing: String,
    hashes: Vec<AnnouncedFile>,
}

/// One of them.
#[derive(Deserialize, ToSchema)]
pub struct AnnouncedFile {
    blake3: String,
    size: u64,
}

/// Those that need not be sent.
#[derive(Serialize, ToSchema)]
pub struct Known {
    known: Vec<KnownFile>,
}

/// One of them, with the asset that it is in the listing.
#[derive(Serialize, ToSchema)]
pub struct KnownFile {
    blake3: String,
    asset: String,
}

/// Says which files the caller's own court or agency has sent before. They become assets of the
/// listing at once. What other tenants have is not told.
#[utoipa::path(
    post, path = "/api/v1/assets/known", tag = "assets", request_body = Announced,
    responses((status = 200, description = "The known ones", body = Known))
)]
pub async fn known(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<Announced>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners) = visible::listing(&context, &who, &body.listing).await?;
    access::require_change(&who.principal, &owners)?;
    if body.hashes.len() > 500 {
        return Err(Problem::invalid("at most 500 hashes a request"));
    }
    let mut known = Vec::new();
    for file in &body.hashes {
        let hash = Blake3::parse(&file.blake3)
            .ok_or_else(|| Problem::invalid("a blake3 has 64 hexadecimal digits"))?;
        let asset = context
            .media
            .take_over(&who.principal, &who.actor(), (listing, &owners), &hash, file.size)
            .await?;
        if let Some(asset) = asset {
            known.push(KnownFile { blake3: hash.to_string(), asset: asset.to_string() });
        }
    }
    Ok(HttpResponse::Ok().json(Known { known }))
}

/// The files of a listing in the order of their arrival.
#[utoipa::path(
    get, path = "/api/v1/listings/{id}/assets", tag = "assets",
    params(("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "A page", body = AssetPage))
)]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (listing, owners) = visible::listing(&context, &who, &id).await?;
    let after = query.get("cursor").map(|text| parse_cursor(text)).transpose()?;
    let mut found = assets::of_listing(&context.database, listing, after, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| format!("{}.{}", last.uploaded_at.as_millis(), last.id));
    let items = found.into_iter().map(|asset| AssetView::of(asset, &who, &owners)).collect();
    Ok(HttpResponse::Ok().json(AssetPage { items, next }))
}

fn parse_cursor(text: &str) -> Result<(Instant, AssetId), Problem> {
    text.split_once('.')
        .and_then(|(at, id)| Some((Instant::from_millis(at.parse().ok()?), AssetId::parse(id)?)))
        .ok_or_else(|| Problem::invalid("the cursor is not one that this server gave"))
}

/// One file.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}", tag = "assets",
    responses((status = 200, description = "The file; ETag for If-Match", body = AssetView))
)]
pub async fn one(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    Ok(show(asset, &who, &owners))
}

/// A correction of what the probe took a file for.
#[derive(Deserialize, ToSchema)]
pub struct Correction {
    /// One of the kinds that the probe knows; null goes back to the probe's own answer.
    taken_as: Option<String>,
}

/// Corrects what a file is taken for.
#[utoipa::path(
    patch, path = "/api/v1/assets/{id}", tag = "assets", request_body = Correction,
    params(("If-Match" = Option<String>, Header, description = "ETag of the file as it was read")),
    responses(
        (status = 200, description = "The file as it is now", body = AssetView),
        (status = 412, description = "Somebody else changed it"),
    )
)]
pub async fn change(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Json<Correction>,
) -> Result<HttpResponse, Problem> {
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    access::require_change(&who.principal, &owners)?;
    let version = match header_text(&request, header::IF_MATCH) {
        None | Some("*") => asset.version,
        Some(tag) => tag.trim().trim_matches('"').parse().unwrap_or(-1),
    };
    let asset = context
        .media
        .take_as(&who.actor(), (&asset, &owners), version, body.taken_as.as_deref())
        .await?;
    Ok(show(asset, &who, &owners))
}

/// Takes a file out of its listing. The original stays in the store as evidence.
#[utoipa::path(
    delete, path = "/api/v1/assets/{id}", tag = "assets",
    responses((status = 204, description = "Taken out"))
)]
pub async fn remove(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    access::require_change(&who.principal, &owners)?;
    context.media.remove(&who.actor(), &asset, &owners).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The small picture of a file.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/thumbnail.jpg", tag = "assets",
    responses((status = 200, description = "JPEG", content_type = "image/jpeg"))
)]
pub async fn thumbnail(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    if !asset.has_thumbnail {
        return Err(Problem::not_found());
    }
    let key = thumbnail_key(&who, &context, (&asset, &owners)).await?;
    small(&request, &context, &key).await
}

/// The small picture of a photo without its masks, to draw them and to compare.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/unmasked.jpg", tag = "assets",
    responses(
        (status = 200, description = "JPEG", content_type = "image/jpeg"),
        (status = 404, description = "No such file, or not for this role"),
    )
)]
pub async fn unmasked(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    if !asset.has_thumbnail || !owners.may_see_unmasked(&who.principal) {
        return Err(Problem::not_found());
    }
    small(&request, &context, &Key::thumbnail(&asset.original.blake3)).await
}

async fn small(
    request: &HttpRequest,
    context: &Context,
    key: &Key,
) -> Result<HttpResponse, Problem> {
    let tag = format!("\"{key}\"");
    let mut answer = match header_text(request, header::IF_NONE_MATCH) {
        Some(known) if known == tag => HttpResponse::NotModified(),
        _ => HttpResponse::Ok(),
    };
    // Asked anew each time: what a mask hides from now on must not stay on a screen.
    answer
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::ETAG, tag.clone()))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if header_text(request, header::IF_NONE_MATCH) == Some(&tag) {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("image/jpeg").body(context.blobs.read(key).await?))
}

/// The small picture with the present masks, of two eyes the left one's. While that is being made, the one without is for those
/// who may see it.
async fn thumbnail_key(
    who: &SignedIn,
    context: &Context,
    (asset, owners): (&Asset, &Owners),
) -> Result<Key, Problem> {
    let plain = Key::thumbnail(&asset.original.blake3);
    let list = masks::find(&context.database, asset.id).await?;
    if list.hash.is_empty() {
        let shown = masks::picture(&context.database, asset.id, "").await?;
        let half = shown.filter(|shown| shown.is_left_eye);
        let name = half.and_then(|half| Blake3::parse(&half.recipe_hash));
        return Ok(name.map_or(plain, |name| Key::thumbnail(&name)));
    }
    let masked = match list.surface {
        Surface::Flat => masked_pictures::find(&context.database, asset.id, &list.hash).await?,
        Surface::Sphere => {
            let masked = masks::picture(&context.database, asset.id, &list.hash).await?;
            masked.and_then(|picture| Blake3::parse(&picture.recipe_hash))
        }
    };
    match masked {
        Some(name) => Ok(Key::thumbnail(&name)),
        None if owners.may_see_unmasked(&who.principal) => Ok(plain),
        None => Err(Problem::not_found()),
    }
}

/// The original, byte for byte, as a download: never shown by a browser, whatever is in it.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/original", tag = "assets",
    responses(
        (status = 200, description = "The bytes", content_type = "application/octet-stream"),
        (status = 206, description = "The range that was asked for"),
        (status = 403, description = "For reviewers and above; where masks hide something, for the reviewer alone"),
        (status = 416, description = "No such range"),
    )
)]
pub async fn original(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    if masks::find(&context.database, asset.id).await?.hash.is_empty() {
        access::require_original(&who.principal, &owners)?;
    } else {
        access::require_masked_original(&who.principal, &owners)?;
    }
    let size = asset.original.size;
    let tag = format!("\"{}\"", asset.original.blake3);
    let range = match range::asked(&request, &tag, size) {
        Asked::Unsatisfiable => return Ok(range::unsatisfiable(size)),
        Asked::Whole => None,
        Asked::Part(range) => Some(range),
    };
    let mut answer = match &range {
        None => HttpResponse::Ok(),
        Some(range) => {
            let mut answer = HttpResponse::PartialContent();
            answer.insert_header(range::content_range(range, size));
            answer
        }
    };
    answer
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, attachment(&asset.file_name)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::ETAG, tag));
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    if request.method() == actix_web::http::Method::GET {
        context.media.note_download(&who.actor(), &asset, range.as_ref()).await?;
    }
    let (_, bytes) = context.blobs.stream(&Key::original(&asset.original.blake3), range).await?;
    Ok(answer.body(actix_web::body::SizedStream::new(length, bytes)))
}

/// `Content-Disposition` with the name in both forms of RFC 6266: plain for old programs, UTF-8.
fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' })
        .collect();
    let mut full = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            full.push(char::from(byte));
        } else {
            full.push('%');
            full.push_str(&hex::encode_upper([byte]));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

fn show(asset: Asset, who: &SignedIn, owners: &Owners) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{}\"", asset.version)))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .json(AssetView::of(asset, who, owners))
}

/// The asset, if the caller may know of it, and whose its listing is.
pub(super) async fn visible_asset(
    who: &SignedIn,
    context: &Context,
    id: &str,
) -> Result<(Asset, Owners), Problem> {
    let missing = || CatalogueError::NotFound { what: "asset", id: id.chars().take(40).collect() };
    let asset = assets::find(&context.database, AssetId::parse(id).ok_or_else(missing)?).await?;
    let owners = listings_media::owners(&context.database, asset.listing).await?;
    if owners.may_read(&who.principal) { Ok((asset, owners)) } else { Err(missing().into()) }
}

fn header_text(request: &HttpRequest, name: header::HeaderName) -> Option<&str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downloads_keep_their_name_in_every_script() {
        assert_eq!(
            attachment("客厅 1.jpg"),
            "attachment; filename=\"__ 1.jpg\"; filename*=UTF-8''%E5%AE%A2%E5%8E%85%201.jpg"
        );
        assert!(!attachment("a\"\r\nX: y").contains('\n'));
    }
}
