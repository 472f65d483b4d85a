//! The draft of a tour: reading, saving, and the steps submit, approve and return.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::auction::access::Owners;
use crate::auction::people::Role;
use crate::auction::remarks::{Pin, Remark};
use crate::auction::tour::{TourDocument, TourError, TourState};
use crate::base::Instant;
use crate::base::id::ListingId;
use crate::catalogue::audit::{self, Entry};
use crate::catalogue::tours::{self, Draft, Step};
use crate::catalogue::{CatalogueError, Transaction, panoramas};
use crate::http::listings::access::{etag, expected_version};
use crate::http::masks::{can_search, require_masked, up_to_date};
use crate::http::tours::{pictures, videos};
use crate::http::{Context, Problem, SignedIn, visible};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/listings/{listing}/tour")
                .route(web::get().to(read))
                .route(web::put().to(save)),
        )
        .route("/listings/{listing}/tour/submit", web::post().to(submit))
        .route("/listings/{listing}/tour/approve", web::post().to(approve))
        .route("/listings/{listing}/tour/return", web::post().to(give_back));
}

#[derive(Serialize)]
struct DraftBody<'a> {
    state: TourState,
    version: i64,
    document: &'a TourDocument,
    remarks: &'a [Remark],
    submitted_by: Option<String>,
    reviewed_by: Option<String>,
    updated_at: Option<Instant>,
}

/// The draft of a listing's tour; an empty one (version 0) where nobody has begun.
#[utoipa::path(get, path = "/api/v1/listings/{listing}/tour", tag = "tours",
    params(("listing" = String, Path)), responses((status = 200, description = "The draft with its ETag"), (status = 404)))]
pub async fn read(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, _) = visible::listing(&context, &who, &listing).await?;
    let draft = match tours::draft(&context.database, listing).await? {
        Some(draft) => Some(up_to_date(&context, listing, draft).await?),
        None => None,
    };
    let empty = TourDocument::default();
    let body = match &draft {
        Some(draft) => DraftBody {
            state: draft.state,
            version: draft.version,
            document: &draft.document,
            remarks: &draft.remarks,
            submitted_by: draft.hands.submitted_by.map(|id| id.to_string()),
            reviewed_by: draft.hands.reviewed_by.map(|id| id.to_string()),
            updated_at: Some(draft.updated_at),
        },
        None => DraftBody {
            state: TourState::Draft,
            version: 0,
            document: &empty,
            remarks: &[],
            submitted_by: None,
            reviewed_by: None,
            updated_at: None,
        },
    };
    Ok(HttpResponse::Ok().insert_header(etag(body.version)).json(body))
}

/// Saves the draft. `If-Match` holds the ETag that was read (`"0"` for a new one).
#[utoipa::path(put, path = "/api/v1/listings/{listing}/tour", tag = "tours",
    params(("listing" = String, Path), ("If-Match" = String, Header)),
    request_body = TourDocument,
    responses((status = 200), (status = 409, description = "Submitted: may not be edited"), (status = 412, description = "Changed in the meantime"), (status = 422)))]
pub async fn save(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    listing: web::Path<String>,
    body: web::Json<TourDocument>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners) = visible::listing(&context, &who, &listing).await?;
    require_editor(&who, &owners, "edit")?;
    let expected = expected_version(&request)?;
    let document = body.into_inner();
    document.check()?;
    require_own_panoramas(&context, listing, &document).await?;
    pictures::require_own(&context, listing, &document).await?;
    videos::require_own(&context, listing, &document).await?;
    let draft = tours::draft(&context.database, listing).await?;
    if let Some(draft) = &draft {
        draft.state.require(&TourState::EDITABLE, "edited")?;
    }
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    let version = tours::save_draft(&mut tx, now, listing, expected, &document).await?;
    let before = draft.map(|draft| draft.document).unwrap_or_default();
    look_at_new_photos(&context, &mut tx, owners, (&before, &document)).await?;
    let detail = json!({"version": version, "scenes": document.scenes.len()});
    record(&context, &mut tx, &who, "tour.save", listing, owners, detail).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(json!({"version": version})))
}

/// Lets the models look at the photos that a draft shows and did not show before, where there are models.
pub async fn look_at_new_photos(
    context: &Context,
    tx: &mut Transaction,
    owners: Owners,
    (before, after): (&TourDocument, &TourDocument),
) -> Result<(), Problem> {
    let known = before.pictures();
    let new: Vec<_> = after.pictures().into_iter().filter(|one| !known.contains(one)).collect();
    if !new.is_empty() && can_search(context) {
        context.masks.look_at_photos(tx, &owners, new).await?;
    }
    Ok(())
}

/// Fails unless somebody who may see the listing may also change its draft.
pub fn require_editor(who: &SignedIn, owners: &Owners, step: &'static str) -> Result<(), Problem> {
    who.principal.require_scope("tours:write")?;
    if owners.may_edit_media(&who.principal) {
        return Ok(());
    }
    Err(TourError::NotAllowed { step, needed: "agency_member / clerk" }.into())
}

/// A tour may show only panoramas of its own listing: otherwise publishing it would publish
/// somebody else's pictures.
async fn require_own_panoramas(
    context: &Context,
    listing: ListingId,
    document: &TourDocument,
) -> Result<(), Problem> {
    let own = panoramas::of_listing(&context.database, listing).await?;
    for shown in document.shown() {
        if !own.iter().any(|panorama| panorama.id == shown.panorama) {
            let what = format!("the panorama '{}' does not belong to this listing", shown.panorama);
            return Err(TourError::Document { scene: shown.scene, what }.into());
        }
    }
    Ok(())
}

/// Hands the draft to the court.
#[utoipa::path(post, path = "/api/v1/listings/{listing}/tour/submit", tag = "tours",
    params(("listing" = String, Path)), responses((status = 204), (status = 409), (status = 422, description = "No scenes")))]
pub async fn submit(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners) = visible::listing(&context, &who, &listing).await?;
    require_editor(&who, &owners, "submit")?;
    let draft = existing(&context, listing).await?;
    draft.state.require(&[TourState::Draft, TourState::Returned], "submitted")?;
    draft.document.require_scenes()?;
    draft.document.require_captions()?;
    draft.document.check()?;
    pictures::require_own(&context, listing, &draft.document).await?;
    videos::require_own(&context, listing, &draft.document).await?;
    require_masked(&context, listing, &draft.document, None).await?;
    advance(&context, &who, listing, owners, &draft, Step::Submit).await
}

/// Finds the submitted draft good.
#[utoipa::path(post, path = "/api/v1/listings/{listing}/tour/approve", tag = "tours",
    params(("listing" = String, Path)), responses((status = 204), (status = 403, description = "Four-eyes rule"), (status = 409)))]
pub async fn approve(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners, draft) = reviewable(&context, &who, &listing, "approved").await?;
    require_masked(&context, listing, &draft.document, Some(&draft.hands)).await?;
    advance(&context, &who, listing, owners, &draft, Step::Approve).await
}

/// What is wrong with the draft.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Remarks {
    /// In the reviewer's words, up to 4,000 characters; may be left out where there are pins.
    #[serde(default)]
    pub remarks: String,
    /// Spots in the pictures, at most 100.
    #[serde(default)]
    pub pins: Vec<Pin>,
}

/// Gives the submitted draft back with remarks.
#[utoipa::path(post, path = "/api/v1/listings/{listing}/tour/return", tag = "tours",
    params(("listing" = String, Path)), request_body = Remarks, responses((status = 204), (status = 403), (status = 409), (status = 422)))]
pub async fn give_back(
    who: SignedIn,
    context: web::Data<Context>,
    listing: web::Path<String>,
    body: web::Json<Remarks>,
) -> Result<HttpResponse, Problem> {
    let (listing, owners, draft) = reviewable(&context, &who, &listing, "returned").await?;
    let Remarks { remarks: text, pins } = body.into_inner();
    let at = context.clock.now();
    let remark =
        Remark { at, by: who.principal.display_name.clone(), text, pins }.check(&draft.document)?;
    advance(&context, &who, listing, owners, &draft, Step::Return(remark)).await
}

async fn reviewable(
    context: &Context,
    who: &SignedIn,
    listing: &str,
    step: &'static str,
) -> Result<(ListingId, Owners, Draft), Problem> {
    let (listing, owners) = visible::listing(context, who, listing).await?;
    if !owners.acts_for_court(&who.principal, &[Role::Reviewer]) {
        return Err(TourError::NotAllowed { step: "review", needed: "reviewer" }.into());
    }
    let draft = existing(context, listing).await?;
    draft.state.require(&[TourState::Submitted], step)?;
    draft.hands.may_review(who.principal.id)?;
    Ok((listing, owners, draft))
}

/// The draft, which must exist, with the panoramas that hide what is masked by now.
pub async fn existing(context: &Context, listing: ListingId) -> Result<Draft, Problem> {
    let draft = tours::draft(&context.database, listing).await?.ok_or(TourError::Empty)?;
    Ok(up_to_date(context, listing, draft).await?)
}

async fn advance(
    context: &Context,
    who: &SignedIn,
    listing: ListingId,
    owners: Owners,
    draft: &Draft,
    step: Step,
) -> Result<HttpResponse, Problem> {
    let (action, detail) = match &step {
        Step::Submit => ("tour.submit", json!({"version": draft.version})),
        Step::Approve => ("tour.approve", json!({"version": draft.version})),
        Step::Return(remark) => {
            let detail =
                json!({"version": draft.version, "remarks": remark.text, "pins": remark.pins});
            ("tour.return", detail)
        }
    };
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    tours::advance(&mut tx, now, listing, draft, who.principal.id, step).await?;
    record(context, &mut tx, who, action, listing, owners, detail).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Writes an audit entry about the tour of a listing.
pub async fn record(
    context: &Context,
    tx: &mut Transaction,
    who: &SignedIn,
    action: &str,
    listing: ListingId,
    owners: Owners,
    detail: Value,
) -> Result<(), CatalogueError> {
    let id = listing.to_string();
    let entry =
        Entry { action, object_kind: "tour", object_id: &id, tenant: Some(owners.court), detail };
    let now = context.clock.now();
    audit::append(tx, context.database.dialect(), now, &who.actor(), entry).await
}
