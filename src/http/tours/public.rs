//! Published tours: no cookie, no byte that differs from viewer to viewer.
//!
//! Whether a version is public is asked of the database once a second at most, so that a
//! withdrawal takes effect within a second on every server process.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::http::header::{ACCEPT, ALLOW, HeaderValue, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde_json::Value;

use super::gallery::{Gallery, OpenPack, Part};
use super::manifest::manifest;
use super::manifest_hotspots::Beside;
use super::signed;
use super::tile_address::TileAddress;
use super::{pictures, videos};
use crate::auction::tour::{Heading, TourDocument};
use crate::auction::visibility::Visibility;
use crate::base::ErrorKind;
use crate::base::id::{AssetId, PanoramaId};
use crate::blob::Key;
use crate::catalogue::tour_videos::ShownVideo;
use crate::catalogue::tours::Publication;
use crate::catalogue::{listings_media, panoramas, proofs, tour_pictures, tour_videos, tours};
use crate::geometry::cube::Face;
use crate::http::immutable::{self, Caching};
use crate::http::metrics::Route;
use crate::http::{Context, Problem};
use crate::imaging::pack::PackIndex;

/// The routes of this file, told apart here: the framework tries one regular expression a route, and tiles are asked
/// for a hundred times as often as all else.
pub fn routes(config: &mut web::ServiceConfig) {
    config.default_service(web::to(answer));
}

async fn answer(
    request: HttpRequest,
    context: web::Data<Context>,
    shown: web::Data<Shown>,
    gallery: web::Data<Gallery>,
) -> Result<HttpResponse, Problem> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refusal = Problem::plain(ErrorKind::Invalid, "method-not-allowed")
            .with_status(StatusCode::METHOD_NOT_ALLOWED)
            .error_response();
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Ok(refusal);
    }
    let mut parts = request.match_info().unprocessed().trim_start_matches('/').split('/');
    let parts: [Option<&str>; 5] = std::array::from_fn(|_| parts.next());
    let site = Site { request: &request, context: &context, shown: &shown, gallery: &gallery };
    let (answer, route) = match parts {
        [Some(version), Some("tour.json"), None, ..] => {
            (tour_json(site, version).await, "/t/{version}/tour.json")
        }
        [Some(version), Some("picture"), Some(name), None, _] => (
            pictures::picture(&request, &context, &shown, version, name).await,
            "/t/{version}/picture/{name}",
        ),
        [Some(version), Some("video"), Some(name), None, _] => (
            videos::video(&request, &context, &shown, version, name).await,
            "/t/{version}/video/{name}",
        ),
        [Some(version), Some("sound"), Some(name), None, _] => (
            videos::sound(&request, &context, &shown, version, name).await,
            "/t/{version}/sound/{name}",
        ),
        [Some(version), Some(name @ ("manifest.json" | "manifest.sig")), None, ..] => {
            (signed::manifest(site, version, name).await, "/t/{version}/manifest.json")
        }
        [Some(version), Some(scene), Some(name @ ("webp.json" | "webp.sig")), None, _] => {
            (signed::addendum(site, version, scene, name).await, "/t/{version}/{scene}/webp.json")
        }
        [Some(version), Some(scene), Some("digests"), Some(name), None] => (
            signed::digests(site, version, scene, name).await,
            "/t/{version}/{scene}/digests/{name}",
        ),
        [Some(version), Some(scene), Some("preview.jpg"), None, _] => {
            (preview(site, version, scene).await, "/t/{version}/{scene}/preview.jpg")
        }
        [Some(version), Some(scene), Some("still"), Some(face), None] => {
            (still(site, version, scene, face).await, "/t/{version}/{scene}/still/{face}.jpg")
        }
        [Some(version), Some(scene), Some(level), Some(name), None] => {
            (tile(site, version, scene, level, name).await, "/t/{version}/{scene}/{level}/{name}")
        }
        _ => (Err(Problem::not_found()), "/t"),
    };
    answer.map(|mut answer| {
        answer.extensions_mut().insert(Route(route));
        answer
    })
}

/// What an answer is made from.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    pub(super) request: &'a HttpRequest,
    pub(super) context: &'a Context,
    pub(super) shown: &'a Shown,
    gallery: &'a Gallery,
}

/// What is public, as it was at most a second ago.
#[derive(Debug, Default)]
pub struct Shown {
    versions: RwLock<HashMap<String, (Instant, Arc<Version>)>>,
}

/// How long an answer of the database holds.
const FRESH: Duration = Duration::from_secs(1);
/// Versions that are remembered at most, so that nobody fills the memory with addresses.
const MOST: usize = 10_000;

#[derive(Debug)]
enum Version {
    Public(HashMap<String, Arc<Packs>>),
    Withdrawn,
    Unknown,
}

/// The packs of a scene. WebP is there once it is signed: every picture that is answered is vouched for.
#[derive(Debug)]
pub(super) struct Packs {
    pub(super) jpeg: OpenPack,
    pub(super) webp: Option<OpenPack>,
    panorama: PanoramaId,
}

impl Shown {
    async fn version(&self, context: &Context, version: &str) -> Result<Arc<Version>, Problem> {
        let known = |versions: &HashMap<String, (Instant, Arc<Version>)>| {
            let (since, known) = versions.get(version)?;
            (since.elapsed() < FRESH).then(|| known.clone())
        };
        if let Some(known) = known(&self.versions.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(known);
        }
        let asked = Instant::now();
        let database = &context.database;
        let found = match tours::publication(database, version).await? {
            None => Version::Unknown,
            Some(publication) if is_gone(context, &publication).await? => Version::Withdrawn,
            Some(_) => {
                let scenes = panoramas::of_publication(database, version).await?;
                let signed = proofs::scenes_with_webp(database, version).await?;
                let mut packs = HashMap::new();
                for (scene, panorama) in scenes {
                    let webp = panorama.webp_key.filter(|_| signed.contains(&scene));
                    let webp = webp.as_deref().map(Key::parse).transpose()?;
                    let found = Packs {
                        jpeg: OpenPack::new(Key::parse(&panorama.pack_key)?),
                        webp: webp.map(OpenPack::new),
                        panorama: panorama.id,
                    };
                    packs.insert(scene, Arc::new(found));
                }
                Version::Public(packs)
            }
        };
        let found = Arc::new(found);
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        if versions.len() >= MOST {
            versions.clear();
        }
        versions.insert(version.to_owned(), (asked, found.clone()));
        Ok(found)
    }

    /// Fails unless the version is public now.
    pub async fn require_public(&self, context: &Context, version: &str) -> Result<(), Problem> {
        match &*self.version(context, version).await? {
            Version::Unknown => Err(Problem::not_found()),
            Version::Withdrawn => Err(withdrawn()),
            Version::Public(_) => Ok(()),
        }
    }

    /// The packs of a scene of a public version.
    pub(super) async fn packs(
        &self,
        context: &Context,
        version: &str,
        scene: &str,
    ) -> Result<Arc<Packs>, Problem> {
        match &*self.version(context, version).await? {
            Version::Unknown => Err(Problem::not_found()),
            Version::Withdrawn => Err(withdrawn()),
            Version::Public(scenes) => scenes.get(scene).cloned().ok_or_else(Problem::not_found),
        }
    }
}

/// Whether a version was taken away, by itself or because its listing was withdrawn or taken down.
async fn is_gone(context: &Context, publication: &Publication) -> Result<bool, Problem> {
    if publication.withdrawn_at.is_some() {
        return Ok(true);
    }
    let now = context.clock.now();
    let seen = listings_media::visibility(&context.database, publication.listing, now).await?;
    Ok(seen.is_none_or(|visibility| matches!(visibility, Visibility::Gone(_))))
}

fn withdrawn() -> Problem {
    Problem::plain(ErrorKind::Gone, "tour-withdrawn")
}

/// The document of a publication, as `tour.json` answers it and its page carries it along: the text that was signed.
pub async fn document(
    context: &Context,
    gallery: &Gallery,
    publication: &Publication,
) -> Result<String, Problem> {
    if let Some(signed) = proofs::manifest(&context.database, &publication.version).await? {
        return Ok(signed.tour);
    }
    // A version from before signatures, in the seconds until the clock signs it.
    let heading = listings_media::heading(&context.database, publication.listing).await?;
    let version = &publication.version;
    let shown = panoramas::of_publication(&context.database, version).await?;
    let indexes = gallery.indexes(shown.into_iter().map(|(_, panorama)| panorama)).await?;
    let played = tour_videos::of_version(&context.database, version).await?;
    let photos = tour_pictures::of_version(&context.database, version).await?;
    let hidden = pictures::hidden(&context.database, publication.listing, &photos).await?;
    let shown = (&played, &hidden);
    Ok(public_manifest(&heading, &publication.document, &indexes, version, shown).to_string())
}

/// `tour.json` of a version, with the addresses of that. `played`: videos and recordings; `hidden`: in how many places photos
/// hide something.
pub fn public_manifest(
    heading: &Heading,
    document: &TourDocument,
    packs: &HashMap<PanoramaId, Arc<PackIndex>>,
    version: &str,
    (played, hidden): (&HashMap<AssetId, ShownVideo>, &HashMap<AssetId, usize>),
) -> Value {
    let base = |name: &str, _| format!("/t/{version}/{name}");
    let picture = |picture| pictures::public_address(version, picture);
    let video = |video| videos::public_addresses(version, video);
    let sound = |sound| videos::public_sound(version, sound, played);
    let beside = Beside { picture: &picture, video: &video, sound: &sound, hidden };
    manifest(heading, document, packs, &base, &beside)
}

/// The manifest of a published tour.
#[utoipa::path(get, path = "/t/{version}/tour.json", tag = "tours",
    params(("version" = String, Path, description = "The published version's address")),
    responses((status = 200, description = "The tour"), (status = 404), (status = 410, description = "Withdrawn")))]
pub async fn tour_json(site: Site<'_>, version: &str) -> Result<HttpResponse, Problem> {
    let Site { request, context, gallery, .. } = site;
    let publication =
        tours::publication(&context.database, version).await?.ok_or_else(Problem::not_found)?;
    if is_gone(context, &publication).await? {
        return Err(withdrawn());
    }
    let document = document(context, gallery, &publication).await?;
    let body = bytes::Bytes::from(document);
    let tag = crate::base::Blake3::of(&body).to_string();
    Ok(immutable::answer(request, body, "application/json", &tag[..32], Caching::Public))
}

/// One tile, as WebP where the browser takes it and it is smaller, else as JPEG.
#[utoipa::path(get, path = "/t/{version}/{scene}/{level}/{name}", tag = "tours",
    params(("version" = String, Path), ("scene" = String, Path), ("level" = u32, Path, description = "1 is the smallest"),
        ("name" = String, Path, description = "{face}{row}_{column}, face one of f r b l u d")),
    responses((status = 200, content_type = "image/jpeg"), (status = 404), (status = 410, description = "Withdrawn")))]
pub async fn tile(
    site: Site<'_>,
    version: &str,
    scene: &str,
    level: &str,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let Site { request, context, shown, gallery } = site;
    let address = TileAddress::parse(level, name).ok_or_else(Problem::not_found)?;
    let packs = shown.packs(context, version, scene).await?;
    let takes_webp = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("image/webp"));
    let (pack, content_type) = match &packs.webp {
        Some(webp) if takes_webp => (webp, "image/webp"),
        _ => (&packs.jpeg, "image/jpeg"),
    };
    let bytes = gallery.part(pack, Part::Tile(address)).await?;
    let tag = format!("{}-{level}-{name}-{}", packs.panorama, &content_type[6..]);
    let mut response = immutable::answer(request, bytes, content_type, &tag, Caching::Public);
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// The six small faces side by side, shown before any tile.
#[utoipa::path(get, path = "/t/{version}/{scene}/preview.jpg", tag = "tours",
    params(("version" = String, Path), ("scene" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404), (status = 410)))]
pub async fn preview(site: Site<'_>, version: &str, scene: &str) -> Result<HttpResponse, Problem> {
    let Site { request, context, shown, gallery } = site;
    let packs = shown.packs(context, version, scene).await?;
    let bytes = gallery.part(&packs.jpeg, Part::Preview).await?;
    let tag = format!("{}-preview", packs.panorama);
    Ok(immutable::answer(request, bytes, "image/jpeg", &tag, Caching::Public))
}

/// One face as a picture, for browsers without WebGL.
#[utoipa::path(get, path = "/t/{version}/{scene}/still/{face}.jpg", tag = "tours",
    params(("version" = String, Path), ("scene" = String, Path), ("face" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404), (status = 410)))]
pub async fn still(
    site: Site<'_>,
    version: &str,
    scene: &str,
    face: &str,
) -> Result<HttpResponse, Problem> {
    let Site { request, context, shown, gallery } = site;
    let face = face.strip_suffix(".jpg").and_then(single_face).ok_or_else(Problem::not_found)?;
    let packs = shown.packs(context, version, scene).await?;
    let bytes = gallery.part(&packs.jpeg, Part::Still(face)).await?;
    let tag = format!("{}-still-{}", packs.panorama, face.letter());
    Ok(immutable::answer(request, bytes, "image/jpeg", &tag, Caching::Public))
}

/// The face whose letter is the whole text.
pub fn single_face(text: &str) -> Option<Face> {
    let mut letters = text.chars();
    let face = Face::from_letter(letters.next()?)?;
    letters.next().is_none().then_some(face)
}
