//! JSON that listings and rounds travel in.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::auction::facts::Facts;
use crate::auction::money::Fen;
use crate::auction::round_error::Violation;
use crate::auction::rounds::{RoundKind, RoundState, Terms};
use crate::auction::transitions;
use crate::base::Instant;
use crate::catalogue::listings::Listing;
use crate::catalogue::rounds::Round;

/// A listing to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingBody {
    /// Headline, 1–120 characters.
    pub title: String,
    /// Case number as typed.
    pub case_number: String,
    /// Id of the agency in charge of media.
    #[serde(default)]
    pub agency_id: Option<String>,
    /// What the page says.
    pub facts: Facts,
    /// Why there is no tour.
    #[serde(default)]
    pub no_media_reason: Option<String>,
}

/// What changes in a listing; a field that is not sent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListingPatch {
    /// Headline.
    pub title: Option<String>,
    /// Case number as typed.
    pub case_number: Option<String>,
    /// Id of the agency; `null` takes it away.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub agency_id: Option<Option<String>>,
    /// All facts.
    pub facts: Option<Facts>,
    /// Why there is no tour; `null` takes the reason away.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub no_media_reason: Option<Option<String>>,
}

/// Tells a field that is `null` from one that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// A listing as staff and agencies see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListingView {
    /// Its id.
    pub id: String,
    /// Code of the short link.
    pub short: String,
    /// The court.
    pub court_id: String,
    /// The court's name.
    pub court: String,
    /// The agency in charge of media.
    pub agency_id: Option<String>,
    /// Headline.
    pub title: String,
    /// Case number in normal form.
    pub case_number: String,
    /// Case number as typed.
    pub case_number_typed: String,
    /// What the page says.
    pub facts: Facts,
    /// Why there is no tour.
    pub no_media_reason: Option<String>,
    /// The ETag without quotes.
    pub version: i64,
    /// `private`, `public` or `gone`.
    pub visibility: &'static str,
    /// When it first went public.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub announced_at: Option<Instant>,
    /// When the page is taken down.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub take_down_at: Option<Instant>,
    /// Whether nothing of it may be deleted.
    pub legal_hold: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Instant,
    /// Its last round.
    pub round: Option<RoundView>,
}

impl ListingView {
    /// The view at a moment.
    pub fn of(listing: Listing, round: Option<Round>, now: Instant) -> Self {
        use crate::auction::visibility::Visibility;
        let visibility = match listing.visibility(now) {
            Visibility::Private => "private",
            Visibility::Public => "public",
            Visibility::Gone(_) => "gone",
        };
        Self {
            id: listing.id.to_string(),
            short: listing.short,
            court_id: listing.court_id.to_string(),
            court: listing.court_name,
            agency_id: listing.agency_id.map(|id| id.to_string()),
            title: listing.title,
            case_number: listing.case_number.normal,
            case_number_typed: listing.case_number.typed,
            facts: listing.facts,
            no_media_reason: listing.no_media_reason,
            version: listing.version,
            visibility,
            announced_at: listing.announced_at,
            take_down_at: listing.take_down_at,
            legal_hold: listing.legal_hold,
            created_at: listing.created_at,
            updated_at: listing.updated_at,
            round: round.map(RoundView::from),
        }
    }
}

/// A round to be made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RoundBody {
    /// Which sale; the one that comes next if it is not sent.
    pub kind: Option<RoundKind>,
    /// Its terms.
    pub terms: Terms,
}

/// New terms of a round.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsBody {
    /// All terms.
    pub terms: Terms,
}

/// A round as staff sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundView {
    /// Its id.
    pub id: String,
    /// The listing.
    pub listing_id: String,
    /// 1 for the first round of the listing, and so on.
    pub number: i64,
    /// Which sale.
    pub kind: RoundKind,
    /// Where it is.
    pub state: RoundState,
    /// Its terms.
    pub terms: Terms,
    /// When it was announced.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub announced_at: Option<Instant>,
    /// When the last step took effect.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<Instant>,
    /// The price of a sale.
    pub final_price: Option<Fen>,
    /// The ETag without quotes.
    pub version: i64,
    /// The states to which it may go from here.
    pub next: Vec<NextStep>,
}

/// A step that may follow.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextStep {
    /// The state.
    pub to: RoundState,
    /// Whether a document must be named.
    pub document: bool,
}

impl From<Round> for RoundView {
    fn from(round: Round) -> Self {
        let next = transitions::leaving(round.state)
            .map(|step| NextStep { to: step.to, document: step.document })
            .collect();
        Self {
            id: round.id.to_string(),
            listing_id: round.listing_id.to_string(),
            number: round.number,
            kind: round.kind,
            state: round.state,
            terms: round.terms,
            announced_at: round.announced_at,
            changed_at: round.changed_at,
            final_price: round.final_price,
            version: round.version,
            next,
        }
    }
}

/// A step of a round.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepBody {
    /// The state wanted.
    pub to: RoundState,
    /// Why; shown to the public when a round is deferred, suspended or withdrawn.
    pub reason: String,
    /// The document that decides it (ruling, decision, announcement).
    #[serde(default)]
    pub document: Option<String>,
    /// When it took effect; now if it is not sent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Instant>,
    /// For a sale: the price in fen.
    #[serde(default)]
    pub final_price: Option<Fen>,
    /// For going on: when the reason for the interruption ended.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub reason_ended_at: Option<Instant>,
}

/// A step that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepAnswer {
    /// The round after.
    pub round: RoundView,
    /// Rules that are overstepped without forbidding the step.
    pub warnings: Vec<Violation>,
}

/// A correction to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionBody {
    /// Field of the facts, parts separated by dots.
    pub field: String,
    /// The right value.
    pub value: serde_json::Value,
    /// Why.
    pub reason: String,
    /// Who was told.
    #[serde(default)]
    pub notified: Option<String>,
}
