//! The videos that hotspots of a tour show and the recordings that its guided tour plays: only those of the tour's own listing,
//! only as they were converted, without the metadata of the original; a video with the still that the probe made.

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
use crate::proof::manifest::{SoundEntry, VideoEntry};

/// The videos and recordings that `document` shows. Fails where one does not belong to the listing or is not converted yet, or where
/// captions go on after a video's end.
pub async fn require_own(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
) -> Result<HashMap<AssetId, ShownVideo>, Problem> {
    let videos = document.videos().map(|(scene, asset)| (scene, asset, false));
    let wanted: Vec<_> =
        videos.chain(document.sounds().map(|(scene, asset)| (scene, asset, true))).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let usable = tour_videos::usable(&context.database, listing).await?;
    let mut found = HashMap::new();
    for (scene, asset, is_sound) in wanted {
        let shown = usable.get(&asset).filter(|shown| shown.rendition.is_sound() == is_sound);
        let Some(shown) = shown else {
            let (who, what) = if is_sound {
                ("the narration plays", "recording without pictures")
            } else {
                ("a hotspot shows", "video")
            };
            let what = format!(
                "{who} '{asset}', which is no converted {what} of this listing; choose another or wait until it is converted"
            );
            return Err(TourError::Document { scene, what }.into());
        };
        found.insert(asset, shown.clone());
    }
    for (scene, captions) in document.captions() {
        let Some(video) = found.get(&captions.video) else { continue };
        captions
            .check_within(video.rendition.seconds)
            .map_err(|what| TourError::Document { scene, what })?;
    }
    Ok(found)
}

/// The ids of videos, and those of recordings, each sorted.
pub fn ids(shown: &HashMap<AssetId, ShownVideo>) -> (Vec<AssetId>, Vec<AssetId>) {
    let mut all: Vec<AssetId> = shown.keys().copied().collect();
    all.sort_unstable();
    all.into_iter().partition(|asset| !shown[asset].rendition.is_sound())
}

/// Addresses of a video and its still in a published version.
pub fn public_addresses(version: &str, video: AssetId) -> [String; 2] {
    ["mp4", "jpg"].map(|ending| format!("/t/{version}/video/{video}.{ending}"))
}

/// Address of a video for whoever has a session.
pub fn staff_address(video: AssetId) -> String {
    format!("/api/v1/assets/{video}/video.mp4")
}

/// Address of a recording in a published version.
pub fn public_sound_address(version: &str, sound: AssetId) -> String {
    format!("/t/{version}/sound/{sound}.m4a")
}

/// The same with its length in seconds; none where `shown` does not have it.
pub fn public_sound(
    version: &str,
    sound: AssetId,
    shown: &HashMap<AssetId, ShownVideo>,
) -> Option<(String, f64)> {
    let found = shown.get(&sound)?;
    Some((public_sound_address(version, sound), found.rendition.seconds))
}

/// Address of a recording for whoever has a session.
pub fn staff_sound_address(sound: AssetId) -> String {
    format!("/api/v1/assets/{sound}/sound.m4a")
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
    let (asset, video) = of_version(context, shown, version, asset, false).await?;
    match ending {
        "mp4" => send(request, context, &video.rendition, Caching::Public).await,
        "jpg" => {
            let still = still(&context.blobs, &video).await?;
            let tag = format!("{asset}-still");
            Ok(immutable::answer(request, still, "image/jpeg", &tag, Caching::Public))
        }
        _ => Err(Problem::not_found()),
    }
}

/// A recording that a published version's guided tour plays (AAC in MP4, ranges are answered).
#[utoipa::path(get, path = "/t/{version}/sound/{name}", tag = "tours",
    params(("version" = String, Path), ("name" = String, Path, description = "The asset's id and .m4a")),
    responses((status = 200, content_type = "audio/mp4"), (status = 206, description = "The range that was asked for"),
        (status = 404), (status = 410, description = "Withdrawn"), (status = 416, description = "No such range")))]
pub async fn sound(
    request: &HttpRequest,
    context: &Context,
    shown: &Shown,
    version: &str,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let asset = name.strip_suffix(".m4a").ok_or_else(Problem::not_found)?;
    let (_, sound) = of_version(context, shown, version, asset, true).await?;
    send(request, context, &sound.rendition, Caching::Public).await
}

/// What a version that is public plays under this id.
async fn of_version(
    context: &Context,
    shown: &Shown,
    version: &str,
    asset: &str,
    is_sound: bool,
) -> Result<(AssetId, ShownVideo), Problem> {
    let asset = AssetId::parse(asset).ok_or_else(Problem::not_found)?;
    shown.require_public(context, version).await?;
    let mut played = tour_videos::of_version(&context.database, version).await?;
    let found = played.remove(&asset).filter(|one| one.rendition.is_sound() == is_sound);
    Ok((asset, found.ok_or_else(Problem::not_found)?))
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
    let kind = if rendition.is_sound() { "audio/mp4" } else { "video/mp4" };
    Ok(immutable::stream(request, object, kind, tag, caching).await?)
}

/// The still of a video.
pub async fn still(blobs: &Blobs, video: &ShownVideo) -> Result<Bytes, Problem> {
    Ok(blobs.read(&Key::thumbnail(&video.original)).await?)
}

/// What a manifest says of videos, sorted by id so that the same ones give the same text.
pub async fn entries(
    blobs: &Blobs,
    shown: &HashMap<AssetId, ShownVideo>,
) -> Result<Vec<VideoEntry>, Problem> {
    let mut entries = Vec::new();
    for asset in ids(shown).0 {
        let video = &shown[&asset];
        let still = sha256(&still(blobs, video).await?);
        entries.push(VideoEntry { id: asset.to_string(), sha256: video.rendition.sha256, still });
    }
    Ok(entries)
}

/// What a manifest says of recordings, sorted likewise.
pub fn sound_entries(shown: &HashMap<AssetId, ShownVideo>) -> Vec<SoundEntry> {
    let entry = |asset: AssetId| SoundEntry {
        id: asset.to_string(),
        sha256: shown[&asset].rendition.sha256,
    };
    ids(shown).1.into_iter().map(entry).collect()
}
