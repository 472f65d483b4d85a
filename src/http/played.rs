//! Videos and recordings of a listing as every browser plays them, for whoever has a session.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::assets::visible_asset;
use super::immutable::Caching;
use super::tours::videos;
use super::{Context, Problem, SignedIn};
use crate::base::id::AssetId;
use crate::catalogue::assets::Rendition;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/assets/{id}/video.mp4", web::get().to(video))
        .route("/assets/{id}/video.mp4", web::head().to(video))
        .route("/assets/{id}/sound.m4a", web::get().to(sound))
        .route("/assets/{id}/sound.m4a", web::head().to(sound));
}

/// A video as every browser plays it: H.264 and AAC in MP4.
#[derive(Serialize, ToSchema)]
pub struct VideoView {
    /// Its address.
    address: String,
    width: u32,
    height: u32,
    seconds: f64,
    bytes: u64,
    has_sound: bool,
}

impl VideoView {
    fn of(asset: AssetId, rendition: &Rendition) -> Self {
        let Rendition { width, height, seconds, bytes, has_sound, .. } = *rendition;
        Self { address: videos::staff_address(asset), width, height, seconds, bytes, has_sound }
    }
}

/// A recording as every browser plays it: AAC in MP4.
#[derive(Serialize, ToSchema)]
pub struct SoundView {
    /// Its address.
    address: String,
    seconds: f64,
    bytes: u64,
}

impl SoundView {
    fn of(asset: AssetId, rendition: &Rendition) -> Self {
        let Rendition { seconds, bytes, .. } = *rendition;
        Self { address: videos::staff_sound_address(asset), seconds, bytes }
    }
}

/// What is said of a rendition, as a video or as a recording.
pub fn views(
    asset: AssetId,
    rendition: Option<&Rendition>,
) -> (Option<VideoView>, Option<SoundView>) {
    match rendition {
        Some(made) if made.is_sound() => (None, Some(SoundView::of(asset, made))),
        made => (made.map(|made| VideoView::of(asset, made)), None),
    }
}

/// A video as every browser plays it, without the metadata of the original. Ranges are answered.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/video.mp4", tag = "assets",
    responses(
        (status = 200, description = "MP4", content_type = "video/mp4"),
        (status = 206, description = "The range that was asked for"),
        (status = 404, description = "No video, or not converted yet"),
        (status = 416, description = "No such range"),
    )
)]
pub async fn video(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    played(&who, &context, &id, &request, false).await
}

/// A recording as every browser plays it, without the metadata of the original. Ranges are answered.
#[utoipa::path(
    get, path = "/api/v1/assets/{id}/sound.m4a", tag = "assets",
    responses(
        (status = 200, description = "AAC in MP4", content_type = "audio/mp4"),
        (status = 206, description = "The range that was asked for"),
        (status = 404, description = "No recording, or not converted yet"),
        (status = 416, description = "No such range"),
    )
)]
pub async fn sound(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    played(&who, &context, &id, &request, true).await
}

async fn played(
    who: &SignedIn,
    context: &Context,
    id: &str,
    request: &HttpRequest,
    is_sound: bool,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (asset, _) = visible_asset(who, context, id).await?;
    let rendition = asset.rendition.filter(|made| made.is_sound() == is_sound);
    let rendition = rendition.ok_or_else(Problem::not_found)?;
    videos::send(request, context, &rendition, Caching::Private).await
}
