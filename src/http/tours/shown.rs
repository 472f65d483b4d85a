//! What a tour shows or plays beside its panoramas, and what of it the court has looked at: the photos of hotspots and the
//! picture of the plan are opened, videos watched and recordings heard before a tour is approved, each as it is handed out.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{pictures, videos};
use crate::auction::people::Role;
use crate::auction::tour::{Hands, TourDocument, TourError};
use crate::base::Blake3;
use crate::base::id::{AssetId, ListingId, UserId};
use crate::catalogue::looks::{self, Look};
use crate::catalogue::{assets, tour_pictures, tour_videos, tours};
use crate::http::{Context, Problem, SignedIn, visible};
use crate::photo;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{listing}/tour/shown", web::get().to(list))
        .route("/listings/{listing}/tour/shown/{asset}/seen", web::post().to(see));
}

/// Most names that a refusal tells.
const MOST_NAMES: usize = 5;

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A photo of a hotspot, or the picture of the plan.
    Picture,
    /// A video of a hotspot.
    Video,
    /// A recording that the guided tour plays.
    Sound,
}

/// One thing that a tour shows.
struct Piece {
    asset: AssetId,
    kind: Kind,
    /// Hash of what is handed out; none while it is being made.
    shown: Option<Blake3>,
    address: String,
}

/// Everything that `document` shows beside its panoramas, sorted by asset. What does not belong to the listing is left out.
async fn pieces(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
) -> Result<Vec<Piece>, Problem> {
    let mut found = Vec::new();
    let flat = document.pictures();
    if !flat.is_empty() {
        let usable = tour_pictures::usable(&context.database, listing).await?.plans;
        found.extend(flat.into_iter().filter_map(|asset| {
            let shown = *usable.get(&asset)?;
            let address = pictures::staff_address(asset, shown.as_ref());
            Some(Piece { asset, kind: Kind::Picture, shown, address })
        }));
    }
    let mut played: Vec<AssetId> =
        document.videos().chain(document.sounds()).map(|(_, asset)| asset).collect();
    played.sort_unstable();
    played.dedup();
    if !played.is_empty() {
        let usable = tour_videos::usable(&context.database, listing).await?;
        found.extend(played.into_iter().filter_map(|asset| {
            let rendition = &usable.get(&asset)?.rendition;
            let (kind, address) = if rendition.is_sound() {
                (Kind::Sound, videos::staff_sound_address(asset))
            } else {
                (Kind::Video, videos::staff_address(asset))
            };
            Some(Piece { asset, kind, shown: Some(rendition.blake3), address })
        }));
    }
    found.sort_by_key(|piece| piece.asset);
    Ok(found)
}

/// Who has looked at a piece as it is, other than who submitted the tour.
fn valid_look(
    looks: &HashMap<(AssetId, Blake3), Vec<Look>>,
    piece: &Piece,
    submitted_by: Option<UserId>,
) -> Option<Look> {
    let of_piece = looks.get(&(piece.asset, piece.shown?))?;
    of_piece.iter().find(|look| Some(look.by) != submitted_by).copied()
}

/// Fails while the court has not looked at everything, and names what it is. Whoever submitted the tour does not look for it.
pub async fn require_seen(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
    hands: &Hands,
) -> Result<(), Problem> {
    let pieces = pieces(context, listing, document).await?;
    if pieces.is_empty() {
        return Ok(());
    }
    let looks = looks::of_listing(&context.database, listing).await?;
    let unseen: Vec<AssetId> = pieces
        .iter()
        .filter(|piece| valid_look(&looks, piece, hands.submitted_by).is_none())
        .map(|piece| piece.asset)
        .collect();
    if unseen.is_empty() {
        return Ok(());
    }
    let mut names = Vec::new();
    for asset in unseen.iter().take(MOST_NAMES) {
        names.push(assets::find(&context.database, *asset).await?.file_name);
    }
    Err(TourError::Unseen { count: unseen.len(), names: names.join(", ") }.into())
}

/// What the draft shows beside its panoramas.
#[derive(Serialize, ToSchema)]
pub struct ShownView {
    asset: String,
    kind: Kind,
    /// Names it as bidders will see or hear it, for [`see`]; null while it is being made.
    shown: Option<String>,
    /// Where staff see or hear it.
    address: String,
    /// `{by, at}`: who of the court has looked at it as it is; null while nobody has, or only who submitted the tour.
    #[schema(value_type = Option<Object>)]
    seen: Option<Value>,
}

/// The photos and videos of hotspots, the picture of the plan that bidders will see and the recordings that they will hear, and
/// which of them the court has opened, watched or heard.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/tour/shown", tag = "tours",
    params(("listing" = String, Path)), responses((status = 200, body = Vec<ShownView>), (status = 404)))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &listing).await?;
    let mut items = Vec::new();
    if let Some(draft) = tours::draft(&context.database, listing).await? {
        let looks = looks::of_listing(&context.database, listing).await?;
        let pieces = pieces(&context, listing, &draft.document).await?;
        items.extend(pieces.into_iter().map(|piece| {
            let seen = valid_look(&looks, &piece, draft.hands.submitted_by);
            ShownView {
                asset: piece.asset.to_string(),
                kind: piece.kind,
                shown: piece.shown.map(|shown| shown.to_string()),
                address: piece.address,
                seen: seen.map(|look| json!({"by": look.by, "at": look.at})),
            }
        }));
    }
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "private, no-cache"))
        .json(json!({"items": items, "next": null})))
}

/// What was looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Its name, as the list of what the tour shows tells it.
    shown: String,
}

/// Notes that the reviewer has opened a photo, watched a video or heard a recording to its end, as bidders will.
#[utoipa::path(post, path = "/api/v1/listings/{listing}/tour/shown/{asset}/seen", tag = "tours",
    params(("listing" = String, Path), ("asset" = String, Path)), request_body = Seen,
    responses((status = 204), (status = 403), (status = 404), (status = 412, description = "It is another by now")))]
pub async fn see(
    who: SignedIn,
    context: web::Data<Context>,
    path: web::Path<(String, String)>,
    body: web::Json<Seen>,
) -> Result<HttpResponse, Problem> {
    let (listing, asset) = path.into_inner();
    let (listing, owners) = visible::listing(&context, &who, &listing).await?;
    if !owners.acts_for_court(&who.principal, &[Role::Reviewer]) {
        return Err(TourError::NotAllowed { step: "review", needed: "reviewer" }.into());
    }
    let asset = AssetId::parse(&asset).ok_or_else(Problem::not_found)?;
    let asset = assets::find(&context.database, asset).await?;
    if asset.listing != listing {
        return Err(Problem::not_found());
    }
    let shown = Blake3::parse(&body.shown)
        .ok_or_else(|| Problem::invalid("what is shown is named by 64 hexadecimal digits"))?;
    let by = (&who.principal, &who.actor());
    let store = (&context.database, &context.clock);
    photo::looks::note(store, by, (&asset, &owners), &shown).await?;
    Ok(HttpResponse::NoContent().finish())
}
