//! The videos that hotspots of a tour show: only those of the tour's own listing, only as they were converted, without the
//! metadata of the original, and with the still that the probe made.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;

use super::public::Shown;
use crate::auction::tour::{TourDocument, TourError};
use crate::base::id::{AssetId, ListingId};
use crate::blob::{Blobs, Key};
use crate::catalogue::assets::Rendition;
use crate::catalogue::tour_videos::{self, ShownVideo};
use crate::http::immutable::{self, Caching};
use crate::http::{Context, Problem};
use crate::proof::digests::sha256;
use crate::proof::manifest::VideoEntry;

/// The videos that `document` shows. Fails where one does not belong to the listing or is not converted yet.
pub async fn require_own(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
) -> Result<HashMap<AssetId, ShownVideo>, Problem> {
    if document.videos().next().is_none() {
        return Ok(HashMap::new());
    }
    let usable = tour_videos::usable(&context.database, listing).await?;
    let mut found = HashMap::new();
    for (scene, video) in document.videos() {
        let Some(shown) = usable.get(&video) else {
            let what = format!(
                "a hotspot shows '{video}', which is no converted video of this listing; choose another or wait until it is converted"
            );
            return Err(TourError::Document { scene, what }.into());
        };
        found.insert(video, shown.clone());
    }
    Ok(found)
}

/// Addresses of a video and its still in a published version.
pub fn public_addresses(version: &str, video: AssetId) -> [String; 2] {
    ["mp4", "jpg"].map(|ending| format!("/t/{version}/video/{video}.{ending}"))
}

/// Address of a video for whoever has a session.
pub fn staff_address(video: AssetId) -> String {
    format!("/api/v1/assets/{video}/video.mp4")
}

/// A video of a published version's hotspots (`.mp4`: H.264 and AAC, ranges are answered), or its still (`.jpg`).
#[utoipa::path(get, path = "/t/{version}/video/{name}", tag = "tours",
    params(("version" = String, Path), ("name" = String, Path, description = "The asset's id and .mp4 or .jpg")),
    responses((status = 200, content_type = "video/mp4"), (status = 206, description = "The range that was asked for"),
        (status = 404), (status = 410, description = "Withdrawn"), (status = 416, description = "No such range")))]
pub async fn video(
    request: &HttpRequest,
    context: &Context,
    shown: &Shown,
    version: &str,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let (asset, ending) = name.split_once('.').ok_or_else(Problem::not_found)?;
    let asset = AssetId::parse(asset).ok_or_else(Problem::not_found)?;
    shown.require_public(context, version).await?;
    let videos = tour_videos::of_version(&context.database, version).await?;
    let video = videos.get(&asset).ok_or_else(Problem::not_found)?;
    match ending {
        "mp4" => send(request, context, &video.rendition, Caching::Public).await,
        "jpg" => {
            let still = still(&context.blobs, video).await?;
            let tag = format!("{asset}-still");
            Ok(immutable::answer(request, still, "image/jpeg", &tag, Caching::Public))
        }
        _ => Err(Problem::not_found()),
    }
}

/// The bytes of a rendition, or the range of them that is asked for.
pub async fn send(
    request: &HttpRequest,
    context: &Context,
    rendition: &Rendition,
    caching: Caching,
) -> Result<HttpResponse, Problem> {
    let object = (&context.blobs, &Key::video(&rendition.blake3), rendition.bytes);
    let tag = &rendition.sha256.to_string()[..32];
    Ok(immutable::stream(request, object, "video/mp4", tag, caching).await?)
}

/// The still of a video.
pub async fn still(blobs: &Blobs, video: &ShownVideo) -> Result<Bytes, Problem> {
    Ok(blobs.read(&Key::thumbnail(&video.original)).await?)
}

/// What a manifest says of videos, sorted by id so that the same ones give the same text.
pub async fn entries(
    blobs: &Blobs,
    videos: &HashMap<AssetId, ShownVideo>,
) -> Result<Vec<VideoEntry>, Problem> {
    let mut entries = Vec::with_capacity(videos.len());
    for (asset, video) in videos {
        let still = sha256(&still(blobs, video).await?);
        entries.push(VideoEntry { id: asset.to_string(), sha256: video.rendition.sha256, still });
    }
    entries.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(entries)
}
