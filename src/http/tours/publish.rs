//! Publishing and withdrawing a tour, and the list of versions.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::draft::{existing, record};
use super::gallery::Gallery;
use super::signing;
use super::{pictures, videos};
use crate::auction::people::Role;
use crate::auction::tour::{TourError, TourState};
use crate::base::id::{ListingId, unguessable};
use crate::blob::Key;
use crate::catalogue::listings::By;
use crate::catalogue::tours::Publication;
use crate::catalogue::{
    CatalogueError, Transaction, panoramas, snapshots, tour_pictures, tour_videos, tours,
};
use crate::http::masks::require_masked;
use crate::http::{Context, Problem, SignedIn, visible};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{listing}/tour/publish", web::post().to(publish))
        .route("/listings/{listing}/tour/withdraw", web::post().to(withdraw))
        .route("/listings/{listing}/tour/versions", web::get().to(versions));
}

/// Publishes the approved draft under a new address that nobody can guess.
#[utoipa::path(post, path = "/api/v1/listings/{listing}/tour/publish", tag = "tours",
    params(("listing" = String, Path)), responses((status = 201), (status = 403, description = "Four-eyes rule"), (status = 409)))]
pub async fn publish(
    who: SignedIn,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners) = visible::listing(&context, &who, &listing).await?;
    if !owners.acts_for_court(&who.principal, &[Role::Publisher]) {
        return Err(TourError::NotAllowed { step: "publish", needed: "publisher" }.into());
    }
    let draft = existing(&context, listing).await?;
    draft.state.require(&[TourState::Approved], "published")?;
    draft.hands.may_publish(who.principal.id)?;
    require_masked(&context, listing, &draft.document, Some(&draft.hands)).await?;
    let root = root_of(&context, &gallery, listing, &draft.document).await?;
    let photos = pictures::require_own(&context, listing, &draft.document).await?;
    let films = videos::require_own(&context, listing, &draft.document).await?;
    let photos = pictures::require_made(photos)?;
    let version = unguessable();
    let named = (listing, version.as_str());
    let prepared =
        signing::prepare(&context, &gallery, named, &draft.document, (&photos, &films)).await?;
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    let number =
        tours::publish(&mut tx, now, listing, &draft, &version, &root, who.principal.id).await?;
    tour_pictures::add(&mut tx, &version, &photos).await?;
    tour_videos::add(&mut tx, &version, &films).await?;
    let publication = Publication {
        version: version.clone(),
        listing,
        number,
        document: draft.document,
        root: root.clone(),
        published_at: now,
        withdrawn_at: None,
        withdrawn_reason: None,
    };
    signing::sign_version(&mut tx, &context, &publication, &prepared).await?;
    let detail = json!({"version": version, "number": number, "root": root});
    record(&context, &mut tx, &who, "tour.publish", listing, owners, detail).await?;
    keep_snapshot(&context, &mut tx, &who, listing, "tour.publish").await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    let manifest = format!("/t/{version}/tour.json");
    Ok(HttpResponse::Created()
        .insert_header(("Location", manifest.clone()))
        .json(json!({"version": version, "number": number, "root": root, "manifest": manifest})))
}

/// BLAKE3 over the pack roots of all pictures in order, after reading the index of every pack: a
/// tour with a missing or damaged pack cannot be published.
async fn root_of(
    context: &Context,
    gallery: &Gallery,
    listing: ListingId,
    document: &crate::auction::tour::TourDocument,
) -> Result<String, Problem> {
    let own: HashMap<_, _> = panoramas::of_listing(&context.database, listing)
        .await?
        .into_iter()
        .map(|panorama| (panorama.id, panorama))
        .collect();
    let mut hasher = blake3::Hasher::new();
    for shown in document.shown() {
        let Some(panorama) = own.get(&shown.panorama) else {
            let what = "its panorama no longer belongs to this listing".to_owned();
            return Err(TourError::Document { scene: shown.scene, what }.into());
        };
        let pack = gallery.index(&Key::parse(&panorama.pack_key)?).await?;
        hasher.update(pack.root.as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Why the tour is taken away.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Withdraw {
    /// In the words of whoever decides.
    pub reason: String,
}

/// Takes the published tour away at once.
#[utoipa::path(post, path = "/api/v1/listings/{listing}/tour/withdraw", tag = "tours",
    params(("listing" = String, Path)), request_body = Withdraw, responses((status = 204), (status = 403), (status = 409), (status = 422)))]
pub async fn withdraw(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
    body: web::Json<Withdraw>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners) = visible::listing(&context, &who, &listing).await?;
    // Taking away is urgent: the publisher or the court's administrator may do it alone.
    if !owners.acts_for_court(&who.principal, &[Role::Publisher, Role::CourtAdmin]) {
        return Err(
            TourError::NotAllowed { step: "withdraw", needed: "publisher / court_admin" }.into()
        );
    }
    let reason = body.reason.trim();
    if reason.is_empty() {
        return Err(TourError::ReasonMissing.into());
    }
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    let taken = tours::withdraw(&mut tx, now, listing, who.principal.id, reason).await?;
    if taken == 0 {
        let state = "not_published".to_owned();
        return Err(TourError::WrongState { state, step: "withdrawn" }.into());
    }
    let detail = json!({"reason": reason});
    record(&context, &mut tx, &who, "tour.withdraw", listing, owners, detail).await?;
    keep_snapshot(&context, &mut tx, &who, listing, "tour.withdraw").await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The listing's page shows another tour from now on, or none.
async fn keep_snapshot(
    context: &Context,
    tx: &mut Transaction,
    who: &SignedIn,
    listing: ListingId,
    step: &str,
) -> Result<(), CatalogueError> {
    let actor = who.actor();
    let dialect = context.database.dialect();
    snapshots::keep(tx, By { now: context.clock.now(), actor: &actor, dialect }, listing, step)
        .await
}

/// All versions that were ever public, newest first.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/tour/versions", tag = "tours",
    params(("listing" = String, Path)), responses((status = 200), (status = 404)))]
pub async fn versions(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &listing).await?;
    let items: Vec<_> = tours::versions(&context.database, listing)
        .await?
        .into_iter()
        .map(|version| {
            json!({
                "version": version.version,
                "number": version.number,
                "root": version.root,
                "scenes": version.document.scenes.len(),
                "published_at": version.published_at,
                "withdrawn_at": version.withdrawn_at,
                "withdrawn_reason": version.withdrawn_reason,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null})))
}
