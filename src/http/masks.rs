//! Privacy masks: read, save, look at, and what a tour must fulfil before it goes on.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::assets::visible_asset;
use super::listings::access::{etag, expected_version};
use super::tours::manifest::addressed;
use super::tours::staff_tiles::staff_address;
use super::tours::{pictures, shown};
use super::{Context, Problem, SignedIn, visible};
use crate::auction::access::Owners;
use crate::auction::masks::{self, Mask, MaskError, MaskWish};
use crate::auction::people::Role;
use crate::auction::tour::{Hands, TourDocument};
use crate::base::Blake3;
use crate::base::id::{ListingId, MaskId};
use crate::catalogue::assets::Asset;
use crate::catalogue::masks::{self as lists, Masked, Picture};
use crate::catalogue::{CatalogueError, jobs, masked_pictures, tour_pictures};
use crate::detect::DetectError;
use crate::geometry::Surface;
use crate::photo::arrival;
use crate::photo::steps::{detect, hide, tile};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/assets/{id}/masks")
                .route(web::get().to(read))
                .route(web::put().to(save)),
        )
        .route("/assets/{id}/masks/search", web::post().to(search))
        .route("/assets/{id}/masks/{mask}/seen", web::post().to(see))
        .route("/assets/{id}/masks/{mask}/carry", web::post().to(carry))
        .route("/listings/{id}/masks", web::get().to(of_listing));
}

/// The masks of a picture, with the pictures to look at.
#[derive(Serialize, ToSchema)]
pub struct MasksView {
    asset: String,
    file_name: String,
    /// `sphere`: corners are yaw and pitch in degrees; `flat`: parts of the upright picture's width and height.
    #[schema(value_type = String)]
    surface: Surface,
    /// For `If-Match`; 0 while nobody has saved any.
    version: i64,
    #[schema(value_type = Vec<Object>)]
    items: Vec<Mask>,
    /// Whether the tiles or the photo with these masks are still to be made.
    pending: bool,
    /// What the public will see, as the `panorama` of a scene of `tour.json`, of a flat picture `{picture}` with its address;
    /// null while it is being made.
    #[schema(value_type = Option<Object>)]
    shown: Option<Value>,
    /// The picture without masks, in the same form; null for whoever may not see it.
    #[schema(value_type = Option<Object>)]
    unmasked: Option<Value>,
    /// The newest job that makes tiles, or the photo.
    #[schema(value_type = Option<Object>)]
    job: Option<Value>,
    /// The newest job that looks for what has to be hidden.
    #[schema(value_type = Option<Object>)]
    search: Option<Value>,
    /// Whether models are installed that propose masks.
    can_search: bool,
    may_draw: bool,
    may_check: bool,
}

async fn view(
    context: &Context,
    who: &SignedIn,
    (asset, owners): (&Asset, &Owners),
    list: Masked,
) -> Result<MasksView, Problem> {
    let surface = arrival::surface_of(asset).unwrap_or(list.surface);
    let of_surface = list.version == 0 || list.surface == surface;
    let may_see = owners.may_see_unmasked(&who.principal);
    let id = asset.id.to_string();
    let (shown, unmasked, kind) = match surface {
        Surface::Sphere => {
            let shown = lists::picture(&context.database, asset.id, &list.hash).await?;
            let unmasked =
                if may_see { lists::picture(&context.database, asset.id, "").await? } else { None };
            (shown.map(described), unmasked.map(described), tile::TILE)
        }
        Surface::Flat => {
            let small = small_picture(context, asset, &list.hash).await?;
            let address =
                |small: Blake3| json!({"picture": pictures::staff_address(asset.id, Some(&small))});
            let unmasked = may_see && asset.has_thumbnail;
            let plain = || json!({"picture": format!("/api/v1/assets/{id}/unmasked.jpg")});
            (small.map(address), unmasked.then(plain), hide::HIDE)
        }
    };
    let job = jobs::find(&context.database, kind, &id).await?;
    let search = jobs::find(&context.database, detect::DETECT, &id).await?;
    Ok(MasksView {
        asset: asset.id.to_string(),
        file_name: asset.file_name.clone(),
        surface,
        version: list.version,
        items: if of_surface { list.masks } else { Vec::new() },
        pending: shown.is_none(),
        shown,
        unmasked,
        job: job.map(|job| json!(job)),
        search: search.map(|job| json!(job)),
        can_search: can_search(context),
        may_draw: owners.may_mask(&who.principal),
        may_check: owners.acts_for_court(&who.principal, &[Role::Reviewer]),
    })
}

/// The small picture of a flat picture with the masks of this hash; `None` while it is being made.
pub async fn small_picture(
    context: &Context,
    asset: &Asset,
    hash: &str,
) -> Result<Option<Blake3>, CatalogueError> {
    if hash.is_empty() {
        return Ok(asset.has_thumbnail.then_some(asset.original.blake3));
    }
    masked_pictures::find(&context.database, asset.id, hash).await
}

/// Whether models are installed that propose masks.
pub fn can_search(context: &Context) -> bool {
    !detect::installed(&context.config.models_folder()).is_empty()
}

/// A panorama as `tour.json` describes one, with addresses that need a session.
fn described(Picture { panorama, manifest, .. }: Picture) -> Value {
    addressed(manifest, &staff_address(panorama))
}

/// The masks of a panorama, a photo or a plan's picture.
#[utoipa::path(get, path = "/api/v1/assets/{id}/masks", tag = "assets",
    params(("id" = String, Path)), responses((status = 200, body = MasksView), (status = 404)))]
pub async fn read(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("listings:read")?;
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    let list = lists::find(&context.database, asset.id).await?;
    answer(&context, &who, (&asset, &owners), list).await
}

/// What its maker wants hidden.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MasksBody {
    /// All masks; what is left out is removed, or, for a proposal and for what a reviewer has seen, rejected.
    items: Vec<MaskWish>,
}

/// Saves the masks of a picture. Where something else is hidden than before, its tiles or its small picture are made anew.
#[utoipa::path(put, path = "/api/v1/assets/{id}/masks", tag = "assets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = MasksBody,
    responses((status = 200, body = MasksView), (status = 403), (status = 409, description = "The tour is being reviewed"), (status = 412), (status = 422)))]
pub async fn save(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<MasksBody>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("media:write")?;
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    let version = expected_version(&request)?;
    let list = context
        .masks
        .save((&who.principal, &who.actor()), (&asset, &owners), version, body.into_inner().items)
        .await?;
    answer(&context, &who, (&asset, &owners), list).await
}

/// Notes that the reviewer has looked at a mask as it is. Whoever changed it last may not.
#[utoipa::path(post, path = "/api/v1/assets/{id}/masks/{mask}/seen", tag = "assets",
    params(("id" = String, Path), ("mask" = String, Path)), responses((status = 200, body = MasksView), (status = 403, description = "Four-eyes rule"), (status = 404)))]
pub async fn see(
    who: SignedIn,
    context: web::Data<Context>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, mask) = path.into_inner();
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    if !owners.acts_for_court(&who.principal, &[Role::Reviewer]) {
        return Err(MaskError::NotAllowed { step: "check" }.into());
    }
    let mask = MaskId::parse(&mask).ok_or_else(Problem::not_found)?;
    let list = context.masks.see((&who.principal, &who.actor()), &asset, mask).await?;
    answer(&context, &who, (&asset, &owners), list).await
}

/// Proposes a mask in the other pictures of the tour that see the same spot: on the other day of its scene, and in other scenes
/// where plan, positions and north are known.
#[utoipa::path(post, path = "/api/v1/assets/{id}/masks/{mask}/carry", tag = "assets",
    params(("id" = String, Path), ("mask" = String, Path)), responses((status = 200, description = "In how many pictures"), (status = 403), (status = 404), (status = 409)))]
pub async fn carry(
    who: SignedIn,
    context: web::Data<Context>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("media:write")?;
    let (id, mask) = path.into_inner();
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    let mask = MaskId::parse(&mask).ok_or_else(Problem::not_found)?;
    let proposed =
        context.masks.carry((&who.principal, &who.actor()), (&asset, &owners), mask).await?;
    Ok(HttpResponse::Ok().json(json!({"proposed": proposed})))
}

/// Lets the models look at the picture once more. What they find becomes proposals, but for places that have a mask already,
/// also a refused one.
#[utoipa::path(post, path = "/api/v1/assets/{id}/masks/search", tag = "assets",
    params(("id" = String, Path)), responses((status = 202, body = MasksView), (status = 403), (status = 404), (status = 503, description = "No model is installed")))]
pub async fn search(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.principal.require_scope("media:write")?;
    let (asset, owners) = visible_asset(&who, &context, &id).await?;
    if !can_search(&context) {
        return Err(DetectError::NoModel.into());
    }
    context.masks.look_again((&who.principal, &who.actor()), (&asset, &owners)).await?;
    let list = lists::find(&context.database, asset.id).await?;
    let view = view(&context, &who, (&asset, &owners), list).await?;
    Ok(HttpResponse::Accepted().insert_header(("Cache-Control", "private, no-cache")).json(view))
}

/// The masks of all pictures of a listing that have any.
#[utoipa::path(get, path = "/api/v1/listings/{id}/masks", tag = "assets",
    params(("id" = String, Path)), responses((status = 200), (status = 404)))]
pub async fn of_listing(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &id).await?;
    let standing = lists::standing(&context.database, listing).await?;
    let flat = tour_pictures::usable(&context.database, listing).await?.plans;
    let items: Vec<Value> = lists::of_listing(&context.database, listing)
        .await?
        .into_iter()
        .map(|list| {
            let of_asset: Vec<_> =
                standing.iter().filter(|(_, standing)| standing.asset == list.asset).collect();
            let panoramas: Vec<String> = of_asset.iter().map(|(id, _)| id.to_string()).collect();
            let pending = match list.surface {
                Surface::Sphere => of_asset.iter().all(|(_, standing)| standing.current.is_none()),
                Surface::Flat => flat.get(&list.asset).is_some_and(Option::is_none),
            };
            json!({
                "asset": list.asset, "surface": list.surface, "version": list.version, "items": list.masks,
                "panoramas": panoramas, "pending": pending,
            })
        })
        .collect();
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "private, no-cache"))
        .json(json!({"items": items, "next": null})))
}

async fn answer(
    context: &Context,
    who: &SignedIn,
    (asset, owners): (&Asset, &Owners),
    list: Masked,
) -> Result<HttpResponse, Problem> {
    let view = view(context, who, (asset, owners), list).await?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(view.version))
        .insert_header(("Cache-Control", "private, no-cache"))
        .json(view))
}

/// Fails while proposals for a tour are undecided or its pictures with the present masks are still being made; with
/// `seen`, also while the reviewer has not looked at every mask, and at all that is shown beside the panoramas. The document is up to date
/// ([`lists::bring_up_to_date`]).
pub async fn require_masked(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
    seen: Option<&Hands>,
) -> Result<(), Problem> {
    let standing = lists::standing(&context.database, listing).await?;
    let spheres: Vec<_> =
        document.shown().filter_map(|shown| standing.get(&shown.panorama)).collect();
    let all = lists::of_listing(&context.database, listing).await?;
    let of_tour: Vec<&Mask> = all
        .iter()
        .filter(|list| spheres.iter().any(|standing| standing.asset == list.asset))
        .flat_map(|list| &list.masks)
        .collect();
    masks::require_decided(of_tour.iter().copied())?;
    let pending = spheres.iter().filter(|standing| standing.current.is_none()).count();
    if pending > 0 {
        return Err(MaskError::Pending { count: pending }.into());
    }
    if seen.is_some() {
        masks::require_seen(of_tour.iter().copied())?;
    }
    pictures::require_masked(context, listing, document, seen.is_some()).await?;
    match seen {
        Some(hands) => shown::require_seen(context, listing, document, hands).await,
        None => Ok(()),
    }
}

/// The draft with the panoramas that hide what is masked by now.
pub async fn up_to_date(
    context: &Context,
    listing: ListingId,
    mut draft: crate::catalogue::tours::Draft,
) -> Result<crate::catalogue::tours::Draft, CatalogueError> {
    lists::bring_up_to_date(&context.database, listing, &mut draft.document).await?;
    Ok(draft)
}
