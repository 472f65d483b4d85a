//! The public JSON: list with search, one listing, and the status that pages and embeds poll.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::listing_id;
use crate::auction::facts::PropertyKind;
use crate::auction::money::Fen;
use crate::auction::rounds::RoundState;
use crate::auction::visibility::{GoneWhy, Visibility, shown_state};
use crate::base::ErrorKind;
use crate::base::Instant;
use crate::catalogue::history::{self, Correction, Step};
use crate::catalogue::listings::{self, Listing};
use crate::catalogue::listings_search::{self, Query, Sort, StateFilter};
use crate::catalogue::rounds::{self, Round};
use crate::http::error::language_of;
use crate::http::{Context, Problem};
use crate::texts;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/public/listings", web::get().to(list))
        .route("/public/listings/{id}", web::get().to(get))
        .route("/public/listings/{id}/status", web::get().to(status));
}

/// What somebody looks for, as it stands in an address.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
pub struct SearchParams {
    /// Words that must all occur.
    pub q: String,
    /// Id of the court.
    pub court: String,
    /// Region, large to small, separated by `/`.
    pub region: String,
    /// Kind of property.
    pub kind: String,
    /// `active` (usual), `ended`, `any` or a state.
    pub state: String,
    /// Lowest starting price in 万元.
    pub price_from: String,
    /// Highest starting price in 万元.
    pub price_to: String,
    /// `opening` (usual), `cheapest`, `dearest`.
    pub sort: String,
    /// `next` of the page before.
    pub cursor: String,
}

impl SearchParams {
    /// The query; what is not understood is left out.
    pub fn query(&self, limit: usize) -> Query {
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Query {
            text: self.q.chars().take(100).collect(),
            court: filled(&self.court),
            region: filled(&self.region),
            kind: PropertyKind::from_slug(&self.kind),
            state: match self.state.as_str() {
                "ended" => StateFilter::Ended,
                "any" => StateFilter::Any,
                other => {
                    RoundState::from_slug(other).map_or(StateFilter::Active, StateFilter::Exactly)
                }
            },
            price_from: wan(&self.price_from),
            price_to: wan(&self.price_to),
            sort: match self.sort.as_str() {
                "cheapest" => Sort::Cheapest,
                "dearest" => Sort::Dearest,
                _ => Sort::Opening,
            },
            after: self.cursor.parse().ok(),
            limit,
        }
    }
}

/// 万元 as typed.
fn wan(text: &str) -> Option<Fen> {
    let amount: f64 = text.trim().replace(',', "").parse().ok()?;
    (amount.is_finite() && (0.0..1e9).contains(&amount))
        .then(|| Fen((amount * 1_000_000.0).round() as i64))
}

/// Public listings, 20 a page.
#[utoipa::path(get, path = "/api/v1/public/listings", tag = "public", params(SearchParams),
    responses((status = 200, description = "`{items: [Card], next}`")))]
pub async fn list(
    context: web::Data<Context>,
    params: web::Query<SearchParams>,
) -> Result<HttpResponse, Problem> {
    let page =
        listings_search::page(&context.database, context.clock.now(), &params.query(20)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=5"))
        .json(json!({"items": page.cards, "next": page.next.map(|next| next.to_string())})))
}

/// A listing that the public may see, with everything that its page shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The listing.
    pub listing: Listing,
    /// The round that counts.
    pub round: Round,
    /// Its state at this moment.
    pub state: RoundState,
    /// Earlier announced rounds.
    pub earlier: Vec<Round>,
    /// Steps, the latest first.
    pub steps: Vec<Step>,
    /// Corrections, the latest first.
    pub corrections: Vec<Correction>,
}

/// What a public address of a listing leads to.
#[derive(Clone, Debug)]
pub enum Found {
    /// The page.
    Shown(Box<Shown>),
    /// The tombstone of what is gone.
    Gone(Box<Listing>, crate::auction::visibility::Tombstone),
}

/// Looks a listing up for the public; `None` for what was never announced.
pub async fn look_up(context: &Context, id: &str) -> Result<Option<Found>, Problem> {
    let Ok(id) = listing_id(id) else { return Ok(None) };
    let Some(listing) = listings::find(&context.database, id).await? else { return Ok(None) };
    let now = context.clock.now();
    match listing.visibility(now) {
        Visibility::Private => Ok(None),
        Visibility::Gone(tombstone) => Ok(Some(Found::Gone(Box::new(listing), tombstone))),
        Visibility::Public => {
            let mut announced: Vec<Round> = rounds::of_listing(&context.database, id)
                .await?
                .into_iter()
                .filter(|round| round.announced_at.is_some())
                .collect();
            if announced.is_empty() {
                return Ok(None);
            }
            let round = announced.remove(0);
            let shown = Shown::of(context, listing, round, announced).await?;
            Ok(Some(Found::Shown(Box::new(shown))))
        }
    }
}

impl Shown {
    /// What is shown of a listing whose round that counts is `round`.
    pub async fn of(
        context: &Context,
        listing: Listing,
        round: Round,
        earlier: Vec<Round>,
    ) -> Result<Self, Problem> {
        let database = &context.database;
        Ok(Self {
            state: shown_state(round.state, round.terms.opens_at, context.clock.now()),
            steps: history::steps_of(database, listing.id).await?,
            corrections: history::corrections_of(database, listing.id).await?,
            listing,
            round,
            earlier,
        })
    }

    /// The step that interrupted the round, while it is interrupted.
    pub fn interruption(&self) -> Option<&Step> {
        if !self.state.is_interrupted() {
            return None;
        }
        self.steps.iter().find(|step| step.to == self.state.slug())
    }
}

/// One public listing: 404 before it is announced, 410 after it is gone.
#[utoipa::path(get, path = "/api/v1/public/listings/{id}", tag = "public", params(("id" = String, Path, description = "Id")),
    responses((status = 200), (status = 404), (status = 410)))]
pub async fn get(
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    match look_up(&context, &id).await? {
        None => Err(Problem::not_found()),
        Some(Found::Gone(_, tombstone)) => Err(Problem::plain(ErrorKind::Gone, "listing-gone")
            .with("why", json!(tombstone.why))
            .with("at", json!(tombstone.at))),
        Some(Found::Shown(shown)) => Ok(HttpResponse::Ok()
            .insert_header(("Cache-Control", "public, max-age=5"))
            .json(public_view(&shown))),
    }
}

fn public_view(shown: &Shown) -> Value {
    let corrections: Vec<Value> = shown
        .corrections
        .iter()
        .map(|c| json!({"at": c.at, "field": c.field, "before": c.before, "after": c.after, "reason": c.reason}))
        .collect();
    json!({
        "id": shown.listing.id, "short": shown.listing.short, "title": shown.listing.title,
        "court": shown.listing.court_name, "case_number": shown.listing.case_number.normal,
        "facts": shown.listing.facts, "announced_at": shown.listing.announced_at,
        "updated_at": shown.listing.updated_at,
        "round": {"number": shown.round.number, "kind": shown.round.kind, "state": shown.state,
            "terms": shown.round.terms, "final_price": shown.round.final_price},
        "corrections": corrections,
    })
}

/// What pages and embeds poll: the state, a banner while the sale is interrupted or gone, and until when the state
/// holds by the clock.
#[utoipa::path(get, path = "/api/v1/public/listings/{id}/status", tag = "public", params(("id" = String, Path, description = "Id")),
    responses((status = 200, description = "`{state, banner?, until?}`"), (status = 404)))]
pub async fn status(
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let language = language_of(&request);
    let answer = match look_up(&context, &id).await? {
        None => return Err(Problem::not_found()),
        Some(Found::Gone(_, tombstone)) => {
            let (state, text) = match tombstone.why {
                GoneWhy::Withdrawn => ("withdrawn", "page-banner-withdrawn"),
                GoneWhy::TakenDown => ("taken_down", "page-banner-taken-down"),
            };
            let args = [("reason", tombstone.reason.unwrap_or_default())];
            json!({"state": state, "banner": texts::text_with(language, text, &args)})
        }
        Some(Found::Shown(shown)) => json!({
            "state": shown.state,
            "banner": banner(&shown, language),
            "until": until(&shown, context.clock.now()),
        }),
    };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "public, max-age=5")).json(answer))
}

/// The words of the banner while the sale is interrupted.
pub fn banner(shown: &Shown, language: texts::Language) -> Option<String> {
    let step = shown.interruption()?;
    let text = format!("page-banner-{}", shown.state.slug());
    Some(texts::text_with(language, &text, &[("reason", step.reason.clone())]))
}

fn until(shown: &Shown, now: Instant) -> Option<Instant> {
    let date = match shown.state {
        RoundState::Announced => shown.round.terms.opens_at,
        RoundState::Bidding => shown.round.terms.closes_at,
        _ => shown.listing.take_down_at,
    };
    date.filter(|date| *date > now)
}
