//! Imported projects of other viewers: what came of them, and taking their scenes into the draft.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::draft::{look_at_new_photos, record, require_editor};
use crate::auction::tour::TourState;
use crate::base::id::{AssetId, ListingId, PanoramaId};
use crate::base::{ErrorKind, Instant};
use crate::catalogue::assets::{self, State};
use crate::catalogue::imports::{self, Import};
use crate::catalogue::{CatalogueError, jobs, masks, tour_pictures, tour_videos, tours};
use crate::exchange::Tour;
use crate::exchange::import::draft::{Mode, into_draft};
use crate::http::error::language_of;
use crate::http::listings::access::{etag, expected_version};
use crate::http::{Context, Problem, SignedIn, visible};
use crate::photo::probe::{ProbeReport, TakenFor};
use crate::photo::steps::transcode::TRANSCODE;
use crate::texts::Language;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{listing}/imports", web::get().to(list))
        .route("/listings/{listing}/tour/import", web::post().to(take));
}

/// Where the panorama of an imported scene stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// It is tiled: the scene can be taken into the draft.
    Ready,
    /// It is still being looked at or tiled.
    Waiting,
    /// There is none, it was refused, or it was taken out of the listing.
    Missing,
}

/// A scene of an imported project.
#[derive(Serialize, ToSchema)]
pub struct ImportedScene {
    title: String,
    /// Its panorama as an asset of the listing.
    asset: Option<String>,
    state: Standing,
    links: usize,
    hotspots: usize,
}

/// Something that could not be carried over, or that one should know.
#[derive(Serialize, ToSchema)]
pub struct FindingView {
    /// Stable name.
    slug: String,
    #[schema(value_type = Object)]
    args: std::collections::BTreeMap<String, String>,
    /// In the reader's language.
    text: String,
}

/// What came of a zip.
#[derive(Serialize, ToSchema)]
pub struct ImportView {
    /// The zip as an asset of the listing.
    asset: String,
    file_name: String,
    /// `marzipano`, `pannellum` or `psv`.
    tool: String,
    /// The project's name, if it has one.
    title: String,
    scenes: Vec<ImportedScene>,
    findings: Vec<FindingView>,
    #[schema(value_type = String)]
    made_at: Instant,
    /// When its scenes last went into the draft.
    #[schema(value_type = Option<String>)]
    taken_at: Option<Instant>,
}

/// The imports of a listing.
#[derive(Serialize, ToSchema)]
pub struct ImportPage {
    items: Vec<ImportView>,
    next: Option<String>,
}

/// The imported projects of a listing, the newest first.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/imports", tag = "tours",
    params(("listing" = String, Path)), responses((status = 200, body = ImportPage), (status = 404)))]
pub async fn list(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (listing, _) = visible::listing(&context, &who, &listing).await?;
    let language = language_of(&request);
    let mut items = Vec::new();
    for import in imports::of_listing(&context.database, listing).await? {
        items.push(view(&context, import, language).await?);
    }
    Ok(HttpResponse::Ok().json(ImportPage { items, next: None }))
}

async fn view(
    context: &Context,
    import: Import,
    language: Language,
) -> Result<ImportView, Problem> {
    let zip = assets::find(&context.database, import.asset).await?;
    let shown = panoramas(context, &import).await?;
    let scenes = import.tour.scenes.into_iter().zip(&import.panoramas).zip(shown);
    let scenes = scenes.map(|((scene, asset), (state, _))| ImportedScene {
        title: scene.title,
        asset: asset.map(|id| id.to_string()),
        state,
        links: scene.links.len(),
        hotspots: scene.notes.len(),
    });
    let findings = import.findings.into_iter().map(|finding| FindingView {
        text: finding.text(language),
        slug: finding.slug,
        args: finding.args,
    });
    Ok(ImportView {
        asset: import.asset.to_string(),
        file_name: zip.file_name,
        tool: import.tool,
        title: import.tour.title,
        scenes: scenes.collect(),
        findings: findings.collect(),
        made_at: import.made_at,
        taken_at: import.taken_at,
    })
}

/// Where the panorama of each scene stands, and which it is, with the present masks.
async fn panoramas(
    context: &Context,
    import: &Import,
) -> Result<Vec<(Standing, Option<PanoramaId>)>, Problem> {
    let mut found = Vec::with_capacity(import.panoramas.len());
    for asset in &import.panoramas {
        found.push(match asset {
            Some(asset) => panorama(context, import.listing, *asset).await?,
            None => (Standing::Missing, None),
        });
    }
    Ok(found)
}

async fn panorama(
    context: &Context,
    listing: ListingId,
    id: AssetId,
) -> Result<(Standing, Option<PanoramaId>), Problem> {
    let database = &context.database;
    let asset = match assets::find(database, id).await {
        Ok(asset) if asset.listing == listing => asset,
        Ok(_) | Err(CatalogueError::NotFound { .. }) => return Ok((Standing::Missing, None)),
        Err(error) => return Err(error.into()),
    };
    let hash = masks::find(database, id).await?.hash;
    if let Some(picture) = masks::picture(database, id, &hash).await? {
        return Ok((Standing::Ready, Some(picture.panorama)));
    }
    let report = asset.probe.and_then(|probe| serde_json::from_value::<ProbeReport>(probe).ok());
    let said = asset.taken_as.as_deref().and_then(TakenFor::parse);
    let will_be_tiled =
        report.is_some_and(|report| said.unwrap_or(report.taken_for).can_be_tiled());
    let waits = asset.state == State::Waiting || (asset.state == State::Ready && will_be_tiled);
    Ok((if waits { Standing::Waiting } else { Standing::Missing }, None))
}

/// Leaves out the pictures of marks that were refused, taken out of the listing, or are panorama by now. Fails while one is
/// still to be looked at.
async fn keep_usable_pictures(
    context: &Context,
    listing: ListingId,
    tour: &mut Tour,
) -> Result<(), Problem> {
    if tour.scenes.iter().all(|scene| scene.notes.iter().all(|note| note.pictures.is_empty())) {
        return Ok(());
    }
    let usable = tour_pictures::usable(&context.database, listing).await?.photos;
    for note in tour.scenes.iter_mut().flat_map(|scene| &mut scene.notes) {
        let mut kept = Vec::with_capacity(note.pictures.len());
        for picture in std::mem::take(&mut note.pictures) {
            if usable.contains_key(&picture) {
                kept.push(picture);
                continue;
            }
            match assets::find(&context.database, picture).await {
                Ok(asset) if asset.listing == listing && asset.state == State::Waiting => {
                    return Err(Problem::plain(ErrorKind::Conflict, "import-not-ready"));
                }
                Ok(_) | Err(CatalogueError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        note.pictures = kept;
    }
    Ok(())
}

/// The same of the videos of marks; their captions end with them. Fails while one is still to be looked at or converted.
async fn keep_usable_videos(
    context: &Context,
    listing: ListingId,
    tour: &mut Tour,
) -> Result<(), Problem> {
    if tour.scenes.iter().all(|scene| scene.notes.iter().all(|note| note.videos.is_empty())) {
        return Ok(());
    }
    let database = &context.database;
    let usable = tour_videos::usable(database, listing).await?;
    for note in tour.scenes.iter_mut().flat_map(|scene| &mut scene.notes) {
        let mut kept = Vec::with_capacity(note.videos.len());
        for video in std::mem::take(&mut note.videos) {
            let found = usable.get(&video).filter(|found| !found.rendition.is_sound());
            if let Some(found) = found {
                kept.push(video);
                let captions = note.captions.iter_mut().filter(|one| one.video == video);
                captions.for_each(|captions| captions.cut(found.rendition.seconds));
                continue;
            }
            let waits = match assets::find(database, video).await {
                Ok(asset) => asset.listing == listing && asset.state == State::Waiting,
                Err(CatalogueError::NotFound { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            let job = jobs::find(database, TRANSCODE, &video.to_string()).await?;
            if waits || job.is_some_and(|job| job.state.is_open()) {
                return Err(Problem::plain(ErrorKind::Conflict, "import-not-ready"));
            }
        }
        note.videos = kept;
        note.captions.retain(|one| note.videos.contains(&one.video) && !one.cues.is_empty());
    }
    Ok(())
}

/// Which project, and what becomes of the scenes that the draft has.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Taking {
    /// The zip.
    asset: String,
    /// `append` (default) or `replace`.
    #[serde(default)]
    mode: Mode,
}

/// Takes the scenes of an imported project into the draft. `If-Match` holds the draft's ETag that was read (`"0"` for none
/// yet). Scenes without a panorama are left out.
#[utoipa::path(post, path = "/api/v1/listings/{listing}/tour/import", tag = "tours",
    params(("listing" = String, Path), ("If-Match" = String, Header)), request_body = Taking,
    responses((status = 200, description = "The draft's new version, and how many scenes it got"),
        (status = 403), (status = 404),
        (status = 409, description = "Panoramas are still being made, or the tour is submitted"),
        (status = 412, description = "Changed in the meantime"), (status = 422)))]
pub async fn take(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    listing: web::Path<String>,
    body: web::Json<Taking>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners) = visible::listing(&context, &who, &listing).await?;
    require_editor(&who, &owners, "edit")?;
    let expected = expected_version(&request)?;
    let database = &context.database;
    let asset = AssetId::parse(&body.asset).ok_or_else(Problem::not_found)?;
    let import = imports::find(database, asset).await?.ok_or_else(Problem::not_found)?;
    // A zip that was taken out of the listing gives no scenes any more.
    if assets::find(database, asset).await?.listing != listing {
        return Err(Problem::not_found());
    }
    let shown = panoramas(&context, &import).await?;
    if shown.iter().any(|(state, _)| *state == Standing::Waiting) {
        return Err(Problem::plain(ErrorKind::Conflict, "import-not-ready"));
    }
    let shown: Vec<Option<PanoramaId>> = shown.into_iter().map(|(_, panorama)| panorama).collect();
    if shown.iter().all(Option::is_none) {
        return Err(Problem::plain(ErrorKind::Conflict, "import-nothing-left"));
    }
    let draft = tours::draft(database, listing).await?;
    if let Some(draft) = &draft {
        draft.state.require(&TourState::EDITABLE, "edited")?;
    }
    if draft.as_ref().map_or(0, |draft| draft.version) != expected {
        return Err(CatalogueError::Stale { what: "tour", id: listing.to_string() }.into());
    }
    let before = draft.map(|draft| draft.document).unwrap_or_default();
    let mut tour = import.tour;
    keep_usable_pictures(&context, listing, &mut tour).await?;
    keep_usable_videos(&context, listing, &mut tour).await?;
    let document = into_draft(before.clone(), &tour, &shown, body.mode);
    document.check()?;
    let now = context.clock.now();
    let mut tx = database.begin().await?;
    let version = tours::save_draft(&mut tx, now, listing, expected, &document).await?;
    look_at_new_photos(&context, &mut tx, owners, (&before, &document)).await?;
    imports::set_taken(&mut tx, asset, now).await?;
    let added = shown.iter().flatten().count();
    let detail = json!({
        "version": version, "scenes": document.scenes.len(), "added": added, "mode": body.mode, "asset": asset,
        "tool": import.tool,
    });
    record(&context, &mut tx, &who, "tour.import", listing, owners, detail).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    let answer = json!({"version": version, "added": added});
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(answer))
}
