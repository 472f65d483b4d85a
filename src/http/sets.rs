//! Sets of photos that become one panorama each: list, propose, make, change, remove, and the map of their pixels.

use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::immutable::{self, Caching};
use super::listings::access::{etag, expected_version};
use super::{Context, Problem, SignedIn, visible};
use crate::auction::access::Owners;
use crate::base::Instant;
use crate::base::id::{AssetId, PhotoSetId};
use crate::blob::Key;
use crate::catalogue::photo_sets::{self, PhotoSet};
use crate::catalogue::{CatalogueError, assets, jobs, listings_media};
use crate::photo::sets::{Settings, Wish, propose};
use crate::photo::{access, steps::stitch};

/// Photos of a listing that are looked at for proposals.
const MOST_ASSETS: i64 = 2000;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/listings/{id}/sets")
                .route(web::get().to(list))
                .route(web::post().to(add)),
        )
        .service(
            web::resource("/sets/{id}")
                .route(web::get().to(one))
                .route(web::patch().to(change))
                .route(web::delete().to(remove)),
        )
        .route("/sets/{id}/provenance.png", web::get().to(provenance))
        .route("/sets/{id}/project.pto", web::get().to(project));
}

/// A set as people see it.
#[derive(Serialize, ToSchema)]
pub struct SetView {
    id: String,
    listing: String,
    name: String,
    /// Ids of the assets, in order.
    photos: Vec<String>,
    #[schema(value_type = Object)]
    settings: Value,
    /// What the last success says of itself.
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
    /// The panorama, as an asset of the listing.
    panorama: Option<String>,
    /// Address of the map that says of each pixel which photo it came from.
    provenance: Option<String>,
    /// Address of the Hugin project with poses and lenses.
    project: Option<String>,
    /// The newest job that stitches it.
    #[schema(value_type = Option<Object>)]
    job: Option<Value>,
    #[schema(value_type = String)]
    created_at: Instant,
    /// For `If-Match`.
    version: i64,
}

async fn view(context: &Context, set: PhotoSet) -> Result<SetView, Problem> {
    let subject = set.id.to_string();
    let job = jobs::find(&context.database, stitch::STITCH, &subject).await?;
    Ok(SetView {
        listing: set.listing.to_string(),
        name: set.name,
        photos: set.photos.iter().map(AssetId::to_string).collect(),
        settings: set.settings,
        report: set.report,
        panorama: set.panorama.map(|id| id.to_string()),
        provenance: set.provenance.map(|_| format!("/api/v1/sets/{subject}/provenance.png")),
        project: set.layout.map(|_| format!("/api/v1/sets/{subject}/project.pto")),
        job: job.map(|job| {
            let mut document = json!(job);
            document["preview"] = json!(job.preview);
            document
        }),
        created_at: set.created_at,
        version: set.version,
        id: subject,
    })
}

/// The sets of a listing, and photos that look like further ones.
#[derive(Serialize, ToSchema)]
pub struct SetPage {
    items: Vec<SetView>,
    /// Ids of assets that were taken one after the other with one camera.
    proposals: Vec<Vec<String>>,
    next: Option<String>,
}

/// The sets of a listing, and photos that look like further ones.
#[utoipa::path(get, path = "/api/v1/listings/{id}/sets", tag = "assets",
    params(("id" = String, Path)), responses((status = 200, body = SetPage), (status = 404)))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &id).await?;
    let sets = photo_sets::of_listing(&context.database, listing).await?;
    let mut taken: Vec<AssetId> = sets.iter().flat_map(|set| set.photos.clone()).collect();
    taken.extend(sets.iter().filter_map(|set| set.panorama));
    let photos = assets::of_listing(&context.database, listing, None, MOST_ASSETS).await?;
    let text = |group: Vec<AssetId>| group.iter().map(AssetId::to_string).collect();
    let proposals = propose(&photos, &taken).into_iter().map(text).collect();
    let items = try_join_all(sets.into_iter().map(|set| view(&context, set))).await?;
    Ok(HttpResponse::Ok().json(SetPage { items, proposals, next: None }))
}

/// A new set, or all that a person may change of one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetBody {
    /// The room.
    name: String,
    /// Ids of the assets, in order.
    photos: Vec<String>,
    /// How to stitch.
    #[serde(default)]
    settings: Settings,
}

/// What changes in a set; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetChange {
    name: Option<String>,
    photos: Option<Vec<String>>,
    settings: Option<Settings>,
}

fn asset_ids(texts: &[String]) -> Result<Vec<AssetId>, Problem> {
    let missing = |text: &String| CatalogueError::NotFound {
        what: "asset",
        id: text.chars().take(40).collect(),
    };
    texts.iter().map(|text| AssetId::parse(text).ok_or_else(|| missing(text).into())).collect()
}

/// Makes a set of photos and queues its stitching.
#[utoipa::path(post, path = "/api/v1/listings/{id}/sets", tag = "assets", request_body = SetBody,
    params(("id" = String, Path)), responses((status = 201, body = SetView), (status = 403), (status = 404), (status = 422)))]
pub async fn add(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<SetBody>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners) = visible::listing(&context, &who, &id).await?;
    access::require_change(&who.principal, &owners)?;
    let body = body.into_inner();
    let wish = Wish {
        name: body.name.trim().to_owned(),
        photos: asset_ids(&body.photos)?,
        settings: body.settings,
    };
    let made = context.sets.add(&who.principal, &who.actor(), (listing, &owners), wish).await?;
    let set = photo_sets::find(&context.database, made).await?;
    Ok(answer(HttpResponse::Created(), view(&context, set).await?))
}

/// One set.
#[utoipa::path(get, path = "/api/v1/sets/{id}", tag = "assets",
    params(("id" = String, Path)), responses((status = 200, body = SetView), (status = 404)))]
pub async fn one(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (set, _) = visible_set(&context, &who, &id).await?;
    Ok(answer(HttpResponse::Ok(), view(&context, set).await?))
}

/// Changes a set. Other photos or settings queue its stitching again. `If-Match` holds the ETag that was read.
#[utoipa::path(patch, path = "/api/v1/sets/{id}", tag = "assets", request_body = SetChange,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = SetView), (status = 403), (status = 404), (status = 412), (status = 422)))]
pub async fn change(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<SetChange>,
) -> Result<HttpResponse, Problem> {
    let (set, owners) = visible_set(&context, &who, &id).await?;
    access::require_change(&who.principal, &owners)?;
    let body = body.into_inner();
    let photos = match &body.photos {
        Some(texts) => asset_ids(texts)?,
        None => set.photos.clone(),
    };
    let settings = match body.settings {
        Some(settings) => settings,
        None => serde_json::from_value(set.settings.clone()).unwrap_or_default(),
    };
    let name = body.name.map_or_else(|| set.name.clone(), |name| name.trim().to_owned());
    let wish = Wish { name, photos, settings };
    let version = expected_version(&request)?;
    let changed = context.sets.change(&who.actor(), (&set, &owners), version, wish).await?;
    Ok(answer(HttpResponse::Ok(), view(&context, changed).await?))
}

/// Takes a set away; its photos and its panorama stay.
#[utoipa::path(delete, path = "/api/v1/sets/{id}", tag = "assets",
    params(("id" = String, Path)), responses((status = 204), (status = 403), (status = 404)))]
pub async fn remove(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (set, owners) = visible_set(&context, &who, &id).await?;
    access::require_change(&who.principal, &owners)?;
    context.sets.remove(&who.actor(), &set).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The map of a panorama's pixels: 0 filled in, the highest value covered by a mark, else the number of the photo in the
/// set, from 1.
#[utoipa::path(get, path = "/api/v1/sets/{id}/provenance.png", tag = "assets",
    params(("id" = String, Path)), responses((status = 200, content_type = "image/png"), (status = 404)))]
pub async fn provenance(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (set, _) = visible_set(&context, &who, &id).await?;
    evidence(&request, &context, set.provenance, "image/png").await
}

/// Poses and lenses of the set as a Hugin project, which names the photos by their file names: an expert can go on there.
#[utoipa::path(get, path = "/api/v1/sets/{id}/project.pto", tag = "assets",
    params(("id" = String, Path)), responses((status = 200, content_type = "text/plain"), (status = 404)))]
pub async fn project(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (set, _) = visible_set(&context, &who, &id).await?;
    let key = set.layout.map(|layout| layout.project);
    let mut response = evidence(&request, &context, key, "text/plain; charset=utf-8").await?;
    let name = HeaderValue::from_static("attachment; filename=\"panorama.pto\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// An object that says how a panorama came about; its name is its tag.
async fn evidence(
    request: &HttpRequest,
    context: &Context,
    key: Option<String>,
    kind: &'static str,
) -> Result<HttpResponse, Problem> {
    let key = key.ok_or_else(Problem::not_found)?;
    let bytes = context.blobs.read(&Key::parse(&key)?).await?;
    Ok(immutable::answer(request, bytes, kind, &key.replace('/', "-"), Caching::Private))
}

async fn visible_set(
    context: &Context,
    who: &SignedIn,
    text: &str,
) -> Result<(PhotoSet, Owners), Problem> {
    let missing =
        || CatalogueError::NotFound { what: "photo_set", id: text.chars().take(40).collect() };
    let id = PhotoSetId::parse(text).ok_or_else(missing)?;
    let set = photo_sets::find(&context.database, id).await?;
    let owners = listings_media::owners(&context.database, set.listing).await?;
    if owners.may_read(&who.principal) { Ok((set, owners)) } else { Err(missing().into()) }
}

fn answer(mut response: actix_web::HttpResponseBuilder, view: SetView) -> HttpResponse {
    response.insert_header(etag(view.version)).json(view)
}
