//! Published tours: no cookie, no byte that differs from viewer to viewer.
//!
//! Whether a version is public is asked of the database once a second at most, so that a
//! withdrawal takes effect within a second on every server process.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use moka::future::Cache;

use super::gallery::{Gallery, Part};
use super::manifest::manifest;
use super::tile_address::TileAddress;
use crate::auction::visibility::Visibility;
use crate::base::ErrorKind;
use crate::base::id::PanoramaId;
use crate::blob::Key;
use crate::catalogue::tours::Publication;
use crate::catalogue::{listings_media, panoramas, tours};
use crate::geometry::cube::Face;
use crate::http::immutable::{self, Caching};
use crate::http::{Context, Problem};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        // First, for it is asked for most.
        .service(
            web::resource("/{version}/{scene}/{level:[0-9]+}/{name}")
                .route(web::get().to(tile))
                .route(web::head().to(tile)),
        )
        .service(
            web::resource("/{version}/tour.json")
                .route(web::get().to(tour_json))
                .route(web::head().to(tour_json)),
        )
        .service(
            web::resource("/{version}/{scene}/preview.jpg")
                .route(web::get().to(preview))
                .route(web::head().to(preview)),
        )
        .service(
            web::resource("/{version}/{scene}/still/{face}.jpg")
                .route(web::get().to(still))
                .route(web::head().to(still)),
        );
}

/// What is public, as it was at most a second ago.
#[derive(Clone, Debug)]
pub struct Shown {
    versions: Cache<String, Arc<Version>>,
}

#[derive(Debug)]
enum Version {
    Public(HashMap<String, Packs>),
    Withdrawn,
    Unknown,
}

#[derive(Clone, Debug)]
struct Packs {
    jpeg: Key,
    webp: Option<Key>,
    panorama: PanoramaId,
}

impl Default for Shown {
    fn default() -> Self {
        let versions =
            Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(1)).build();
        Self { versions }
    }
}

impl Shown {
    async fn version(&self, context: &Context, version: &str) -> Result<Arc<Version>, Problem> {
        let database = &context.database;
        if let Some(known) = self.versions.get(version).await {
            return Ok(known);
        }
        let found = match tours::publication(database, version).await? {
            None => Version::Unknown,
            Some(publication) if is_gone(context, &publication).await? => Version::Withdrawn,
            Some(_) => {
                let scenes = panoramas::of_publication(database, version).await?;
                let mut packs = HashMap::new();
                for (scene, panorama) in scenes {
                    let webp = panorama.webp_key.as_deref().map(Key::parse).transpose()?;
                    let jpeg = Key::parse(&panorama.pack_key)?;
                    packs.insert(scene, Packs { jpeg, webp, panorama: panorama.id });
                }
                Version::Public(packs)
            }
        };
        let found = Arc::new(found);
        self.versions.insert(version.to_owned(), found.clone()).await;
        Ok(found)
    }

    async fn packs(&self, context: &Context, version: &str, scene: &str) -> Result<Packs, Problem> {
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

/// The manifest of a publication, as `tour.json` answers it and its page carries it along.
pub async fn document(
    context: &Context,
    gallery: &Gallery,
    publication: &Publication,
) -> Result<serde_json::Value, Problem> {
    let heading = listings_media::heading(&context.database, publication.listing).await?;
    let version = &publication.version;
    let mut indexes = HashMap::new();
    for (_, panorama) in panoramas::of_publication(&context.database, version).await? {
        let index = gallery.index(&Key::parse(&panorama.pack_key)?).await?;
        indexes.insert(panorama.id, index);
    }
    Ok(manifest(&heading, &publication.document, &indexes, &|scene| {
        format!("/t/{version}/{}", scene.id)
    }))
}

/// The manifest of a published tour.
#[utoipa::path(get, path = "/t/{version}/tour.json", tag = "tours",
    params(("version" = String, Path, description = "The published version's address")),
    responses((status = 200, description = "The tour"), (status = 404), (status = 410, description = "Withdrawn")))]
pub async fn tour_json(
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    version: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let publication =
        tours::publication(&context.database, &version).await?.ok_or_else(Problem::not_found)?;
    if is_gone(&context, &publication).await? {
        return Err(withdrawn());
    }
    let document = document(&context, &gallery, &publication).await?;
    let body = bytes::Bytes::from(document.to_string());
    let tag = crate::base::Blake3::of(&body).to_string();
    Ok(immutable::answer(&request, body, "application/json", &tag[..32], Caching::Public))
}

/// One tile, as WebP where the browser takes it and it is smaller, else as JPEG.
#[utoipa::path(get, path = "/t/{version}/{scene}/{level}/{name}", tag = "tours",
    params(("version" = String, Path), ("scene" = String, Path), ("level" = u32, Path, description = "1 is the smallest"),
        ("name" = String, Path, description = "{face}{row}_{column}, face one of f r b l u d")),
    responses((status = 200, content_type = "image/jpeg"), (status = 404), (status = 410, description = "Withdrawn")))]
pub async fn tile(
    request: HttpRequest,
    context: web::Data<Context>,
    shown: web::Data<Shown>,
    gallery: web::Data<Gallery>,
    path: web::Path<(String, String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (version, scene, level, name) = path.into_inner();
    let address = TileAddress::parse(&level, &name).ok_or_else(Problem::not_found)?;
    let packs = shown.packs(&context, &version, &scene).await?;
    let takes_webp = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("image/webp"));
    let (pack, content_type) = match &packs.webp {
        Some(webp) if takes_webp => (webp, "image/webp"),
        _ => (&packs.jpeg, "image/jpeg"),
    };
    let bytes = gallery.read(pack, Part::Tile(address)).await?;
    let tag = format!("{}-{level}-{name}-{}", packs.panorama, &content_type[6..]);
    let mut response = immutable::answer(&request, bytes, content_type, &tag, Caching::Public);
    let vary = actix_web::http::header::HeaderValue::from_static("Accept");
    response.headers_mut().insert(actix_web::http::header::VARY, vary);
    Ok(response)
}

/// The six small faces side by side, shown before any tile.
#[utoipa::path(get, path = "/t/{version}/{scene}/preview.jpg", tag = "tours",
    params(("version" = String, Path), ("scene" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404), (status = 410)))]
pub async fn preview(
    request: HttpRequest,
    context: web::Data<Context>,
    shown: web::Data<Shown>,
    gallery: web::Data<Gallery>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (version, scene) = path.into_inner();
    let packs = shown.packs(&context, &version, &scene).await?;
    let bytes = gallery.read(&packs.jpeg, Part::Preview).await?;
    let tag = format!("{}-preview", packs.panorama);
    Ok(immutable::answer(&request, bytes, "image/jpeg", &tag, Caching::Public))
}

/// One face as a picture, for browsers without WebGL.
#[utoipa::path(get, path = "/t/{version}/{scene}/still/{face}.jpg", tag = "tours",
    params(("version" = String, Path), ("scene" = String, Path), ("face" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404), (status = 410)))]
pub async fn still(
    request: HttpRequest,
    context: web::Data<Context>,
    shown: web::Data<Shown>,
    gallery: web::Data<Gallery>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (version, scene, face) = path.into_inner();
    let face = single_face(&face).ok_or_else(Problem::not_found)?;
    let packs = shown.packs(&context, &version, &scene).await?;
    let bytes = gallery.read(&packs.jpeg, Part::Still(face)).await?;
    let tag = format!("{}-still-{}", packs.panorama, face.letter());
    Ok(immutable::answer(&request, bytes, "image/jpeg", &tag, Caching::Public))
}

/// The face whose letter is the whole text.
pub fn single_face(text: &str) -> Option<Face> {
    let mut letters = text.chars();
    let face = Face::from_letter(letters.next()?)?;
    letters.next().is_none().then_some(face)
}
