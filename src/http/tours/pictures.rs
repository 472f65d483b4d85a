//! The pictures that a tour shows besides its panoramas, on hotspots and below the plan: only those of the tour's own
//! listing that are no panoramas, only as the re-encoded picture without metadata that the probe made, or, where masks hide
//! something, the one that was made in its place. The court opens each of them before a tour is approved (`shown`).

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::public::Shown;
use crate::auction::masks::{self, MaskError};
use crate::auction::tour::{TourDocument, TourError};
use crate::base::Blake3;
use crate::base::id::{AssetId, ListingId};
use crate::blob::Key;
use crate::catalogue::{CatalogueError, Database, masked_pictures, masks as lists, tour_pictures};
use crate::http::immutable::{self, Caching};
use crate::http::{Context, Problem};

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
/// while the reviewer has not looked at every mask.
pub async fn require_masked(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
    seen: bool,
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
    require_made(pictures.clone())?;
    if seen {
        masks::require_seen(of_tour())?;
    }
    Ok(())
}

/// In how many places the small pictures with these names hide something, for those that do.
pub async fn hidden(
    database: &Database,
    listing: ListingId,
    pictures: &HashMap<AssetId, Blake3>,
) -> Result<HashMap<AssetId, usize>, CatalogueError> {
    let mut found = HashMap::new();
    if pictures.is_empty() {
        return Ok(found);
    }
    for list in lists::of_listing(database, listing).await? {
        let Some(small) = pictures.get(&list.asset) else { continue };
        if list.hash.is_empty() {
            continue;
        }
        // Masks that were changed since are not those of this picture.
        let made = masked_pictures::find(database, list.asset, &list.hash).await?;
        if made.as_ref() == Some(small) {
            found.insert(list.asset, masks::applied(list.surface, &list.masks).len());
        }
    }
    Ok(found)
}

/// In how many places photos hide something as `tour.json` says it, which was written when they were published.
pub fn hidden_in(text: &str) -> HashMap<AssetId, usize> {
    #[derive(Deserialize)]
    struct Document {
        scenes: Vec<Scene>,
    }
    #[derive(Deserialize)]
    struct Scene {
        #[serde(default)]
        hotspots: Vec<Spot>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Spot {
        pictures: Vec<String>,
        masked: Vec<usize>,
    }
    let Ok(document) = serde_json::from_str::<Document>(text) else { return HashMap::new() };
    let spots = document.scenes.into_iter().flat_map(|scene| scene.hotspots);
    let counted = spots.flat_map(|spot| spot.pictures.into_iter().zip(spot.masked));
    counted
        .filter(|(_, count)| *count > 0)
        .filter_map(|(address, count)| Some((asset_of(&address)?, count)))
        .collect()
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

/// The photo of such an address.
fn asset_of(address: &str) -> Option<AssetId> {
    AssetId::parse(address.rsplit('/').next()?.strip_suffix(".jpg")?)
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
