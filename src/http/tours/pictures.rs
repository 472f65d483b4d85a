//! The pictures that a tour shows besides its panoramas, on hotspots and below the plan: only those of the tour's own
//! listing that are no panoramas, only as the re-encoded picture without metadata that the probe made, or, where masks hide
//! something, the one that was made in its place. The court opens each of them before a tour is approved.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::public::Shown;
use crate::auction::masks::{self, MaskError};
use crate::auction::people::Role;
use crate::auction::tour::{Hands, TourDocument, TourError};
use crate::base::Blake3;
use crate::base::id::{AssetId, ListingId, UserId};
use crate::blob::Key;
use crate::catalogue::masked_pictures::{self, Look};
use crate::catalogue::{assets, masks as lists, tour_pictures, tours};
use crate::http::immutable::{self, Caching};
use crate::http::{Context, Problem, SignedIn, visible};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{listing}/tour/pictures", web::get().to(list))
        .route("/listings/{listing}/tour/pictures/{asset}/seen", web::post().to(open));
}

/// The pictures that `document` shows to the public, each with the name of its small picture, `None` while that is being made
/// with its present masks. Fails where one is not an ordinary photo of the listing (for the plan also a drawing): publishing
/// the tour would publish somebody else's picture, or the unmasked one of a panorama. A plan's picture that bidders do not
/// see must be there too, but is none of those.
pub async fn require_own(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
) -> Result<HashMap<AssetId, Option<Blake3>>, Problem> {
    let below = document.plan.as_ref().and_then(|plan| plan.picture.as_ref());
    if document.photos().next().is_none() && below.is_none() {
        return Ok(HashMap::new());
    }
    let usable = tour_pictures::usable(&context.database, listing).await?;
    let mut found = HashMap::new();
    for (scene, picture) in document.photos() {
        let Some(small) = usable.photos.get(&picture) else {
            let what = format!(
                "a hotspot shows '{picture}', which is no ordinary photo of this listing; choose another or wait until it is checked"
            );
            return Err(TourError::Document { scene, what }.into());
        };
        found.insert(picture, *small);
    }
    if let Some(below) = below {
        let Some(small) = usable.plans.get(&below.asset) else {
            let what = format!(
                "the plan lies on '{}', which is no drawing and no ordinary photo of this listing; choose another picture or remove it",
                below.asset
            );
            return Err(TourError::Document { scene: 0, what }.into());
        };
        if below.shown {
            found.insert(below.asset, *small);
        }
    }
    Ok(found)
}

/// The names of small pictures that are all there with their masks.
pub fn require_made(
    pictures: HashMap<AssetId, Option<Blake3>>,
) -> Result<HashMap<AssetId, Blake3>, MaskError> {
    let count = pictures.len();
    let made: HashMap<_, _> =
        pictures.into_iter().filter_map(|(asset, small)| Some((asset, small?))).collect();
    if made.len() == count {
        Ok(made)
    } else {
        Err(MaskError::Pending { count: count - made.len() })
    }
}

/// Fails while masks of photos are undecided or the photos with their present masks are still being made; with `seen`, also
/// while the reviewer has not looked at every mask and opened every photo. Whoever submitted the tour opens none for the court.
pub async fn require_masked(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
    seen: Option<&Hands>,
) -> Result<(), Problem> {
    let pictures = require_own(context, listing, document).await?;
    if pictures.is_empty() {
        return Ok(());
    }
    let all = lists::of_listing(&context.database, listing).await?;
    let of_tour = || {
        all.iter().filter(|list| pictures.contains_key(&list.asset)).flat_map(|list| &list.masks)
    };
    masks::require_decided(of_tour())?;
    let made = require_made(pictures.clone())?;
    let Some(hands) = seen else { return Ok(()) };
    masks::require_seen(of_tour())?;
    let looks = masked_pictures::looks(&context.database, listing).await?;
    let unopened = made.iter().filter(|(asset, small)| {
        valid_look(&looks, **asset, Some(**small), hands.submitted_by).is_none()
    });
    match unopened.count() {
        0 => Ok(()),
        count => Err(MaskError::PicturesUnseen { count }.into()),
    }
}

/// Who has opened a picture as it is, other than who submitted the tour.
fn valid_look(
    looks: &HashMap<(AssetId, Blake3), Vec<Look>>,
    asset: AssetId,
    small: Option<Blake3>,
    submitted_by: Option<UserId>,
) -> Option<Look> {
    let of_picture = looks.get(&(asset, small?))?;
    of_picture.iter().find(|look| Some(look.by) != submitted_by).copied()
}

/// A photo that the draft shows.
#[derive(Serialize, ToSchema)]
pub struct PictureView {
    asset: String,
    /// Names the picture as bidders will see it, for [`open`]; null while it is being made.
    picture: Option<String>,
    /// Where staff see it.
    address: String,
    /// `{by, at}`: who of the court has opened it as it is; null while nobody has, or only who submitted the tour.
    #[schema(value_type = Option<Object>)]
    seen: Option<Value>,
}

/// The photos of hotspots and the picture of the plan that bidders will see, and which the court has opened.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/tour/pictures", tag = "tours",
    params(("listing" = String, Path)), responses((status = 200, body = Vec<PictureView>), (status = 404)))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &listing).await?;
    let draft = tours::draft(&context.database, listing).await?;
    let shown = draft.as_ref().map(|draft| draft.document.pictures()).unwrap_or_default();
    let usable = tour_pictures::usable(&context.database, listing).await?.plans;
    let looks = masked_pictures::looks(&context.database, listing).await?;
    let submitted_by = draft.and_then(|draft| draft.hands.submitted_by);
    let mut items: Vec<PictureView> = shown
        .into_iter()
        .filter_map(|asset| {
            let small = *usable.get(&asset)?;
            let seen = valid_look(&looks, asset, small, submitted_by);
            Some(PictureView {
                asset: asset.to_string(),
                picture: small.map(|small| small.to_string()),
                address: staff_address(asset, small.as_ref()),
                seen: seen.map(|look| json!({"by": look.by, "at": look.at})),
            })
        })
        .collect();
    items.sort_by(|one, other| one.asset.cmp(&other.asset));
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "private, no-cache"))
        .json(json!({"items": items, "next": null})))
}

/// What was opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// Its name, as the list of the tour's pictures tells it.
    picture: String,
}

/// Notes that the reviewer has opened a photo as bidders will see it.
#[utoipa::path(post, path = "/api/v1/listings/{listing}/tour/pictures/{asset}/seen", tag = "tours",
    params(("listing" = String, Path), ("asset" = String, Path)), request_body = Opened,
    responses((status = 204), (status = 403), (status = 404), (status = 412, description = "It has other masks by now")))]
pub async fn open(
    who: SignedIn,
    context: web::Data<Context>,
    path: web::Path<(String, String)>,
    body: web::Json<Opened>,
) -> Result<HttpResponse, Problem> {
    let (listing, asset) = path.into_inner();
    let (listing, owners) = visible::listing(&context, &who, &listing).await?;
    if !owners.acts_for_court(&who.principal, &[Role::Reviewer]) {
        return Err(MaskError::NotAllowed { step: "check" }.into());
    }
    let asset = AssetId::parse(&asset).ok_or_else(Problem::not_found)?;
    let asset = assets::find(&context.database, asset).await?;
    if asset.listing != listing {
        return Err(Problem::not_found());
    }
    let picture = Blake3::parse(&body.picture)
        .ok_or_else(|| Problem::invalid("a picture is named by 64 hexadecimal digits"))?;
    let by = (&who.principal, &who.actor());
    context.masks.open(by, (&asset, &owners), &picture).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Where staff see the small picture of a photo; another address once it has other masks.
pub fn staff_address(asset: AssetId, small: Option<&Blake3>) -> String {
    let name = small.map(|small| format!("?v={}", &small.to_string()[..16])).unwrap_or_default();
    format!("/api/v1/assets/{asset}/thumbnail.jpg{name}")
}

/// Address of a photo in a published version.
pub fn public_address(version: &str, picture: AssetId) -> String {
    format!("/t/{version}/picture/{picture}.jpg")
}

/// A photo of a published version's hotspots, or the picture of its plan: JPEG, at most 960 pixels on its long side, without metadata.
#[utoipa::path(get, path = "/t/{version}/picture/{name}", tag = "tours",
    params(("version" = String, Path), ("name" = String, Path, description = "The asset's id and .jpg")),
    responses((status = 200, content_type = "image/jpeg"), (status = 404), (status = 410, description = "Withdrawn")))]
pub async fn picture(
    request: &HttpRequest,
    context: &Context,
    shown: &Shown,
    version: &str,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let asset =
        name.strip_suffix(".jpg").and_then(AssetId::parse).ok_or_else(Problem::not_found)?;
    shown.require_public(context, version).await?;
    let hash = tour_pictures::of_publication(&context.database, version, asset)
        .await?
        .ok_or_else(Problem::not_found)?;
    let bytes = context.blobs.read(&Key::thumbnail(&hash)).await?;
    let tag = format!("{asset}-picture");
    Ok(immutable::answer(request, bytes, "image/jpeg", &tag, Caching::Public))
}
