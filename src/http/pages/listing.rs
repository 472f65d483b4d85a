//! `/listings/{id}`: one listing with its round, facts, corrections and tour; a tombstone when it is gone.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::facts_table::{self, Row};
use super::format::{day, moment, money};
use super::problems;
use super::shell::Shell;
use super::tour_slot::{OpenTour, open_tour};
use crate::auction::days::day_of;
use crate::auction::facts::Stated;
use crate::auction::money::premium;
use crate::auction::rounds::RoundState;
use crate::auction::rules::Rules;
use crate::auction::visibility::{GoneWhy, Tombstone};
use crate::catalogue::listings::Listing;
use crate::catalogue::snapshots;
use crate::http::listings::public::{Found, Shown, banner, look_up};
use crate::http::tours::gallery::Gallery;
use crate::http::{Context, Problem};
use crate::texts::{Language, text_with};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{id}", web::get().to(page))
        .route("/listings/{id}", web::head().to(page));
}

/// A defect as the page shows it.
struct DefectView {
    place: String,
    text: String,
    source: String,
}

/// A correction as the page shows it.
struct CorrectionView {
    when: String,
    field: String,
    before: String,
    after: String,
    reason: String,
}

/// An earlier round.
struct EarlierView {
    round: String,
    state: String,
    price: String,
    when: String,
}

/// A document.
struct DocumentView {
    title: String,
    url: Option<String>,
    dated: Option<String>,
}

/// What a page says that does not show the present public state.
#[derive(Clone, Debug)]
pub(super) struct Then {
    /// From when to when it was shown, or that it is not public.
    pub heading: String,
    /// That this is not the present state, and what its tour is.
    pub text: String,
    /// Where the present state and all others are listed; none for a draft.
    pub proof: Option<String>,
}

#[derive(Template)]
#[template(path = "listing.html")]
pub(super) struct ListingPage {
    shell: Shell,
    /// That this is an earlier state, in words; none for the present one.
    then: Option<Then>,
    /// Number of the state, which a receipt names.
    snapshot: Option<i64>,
    shown: Shown,
    round: String,
    state: &'static str,
    state_label: String,
    banner: String,
    status: String,
    prices: Vec<Row>,
    opens: String,
    closes: String,
    countdown_to: Option<String>,
    countdown_label: String,
    platform: Option<String>,
    item_url: Option<String>,
    tour: Option<OpenTour>,
    tour_script: Option<String>,
    tour_css: Option<String>,
    no_media_reason: String,
    pictures: String,
    burdens: Vec<Row>,
    building: Vec<Row>,
    conditions: Vec<Row>,
    defects: Vec<DefectView>,
    defects_unknown: bool,
    corrections: Vec<CorrectionView>,
    earlier: Vec<EarlierView>,
    documents: Vec<DocumentView>,
    short_link: String,
    qr: String,
    data: String,
}

#[derive(Template)]
#[template(path = "tombstone.html")]
struct TombstonePage {
    shell: Shell,
    heading: String,
    text: String,
    reason: Option<String>,
    court: String,
    case_number: String,
}

async fn page(
    request: HttpRequest,
    context: web::Data<Context>,
    gallery: web::Data<Gallery>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let shown = match shown(&request, &context, &id).await? {
        Ok(shown) => shown,
        Err(answer) => return Ok(answer),
    };
    let tour = open_tour(&context, &gallery, shown.listing.id).await?;
    let snapshot = snapshots::newest_number(&context.database, shown.listing.id).await?;
    let mut view = view(Shell::of(&request, &context), *shown, tour, &context);
    view.snapshot = snapshot;
    view.shell.answer(&request, StatusCode::OK, &view)
}

/// The public listing of this id; else the page that says that there is none, or why it is gone.
pub(super) async fn shown(
    request: &HttpRequest,
    context: &Context,
    id: &str,
) -> Result<Result<Box<Shown>, HttpResponse>, Problem> {
    Ok(match look_up(context, id).await? {
        None => Err(problems::not_found(request, context)?),
        Some(Found::Gone(listing, tombstone)) => Err(gone(request, context, &listing, &tombstone)?),
        Some(Found::Shown(shown)) => Ok(shown),
    })
}

impl ListingPage {
    /// The same as an earlier state: nothing counts down, nothing is asked for again, no search machine keeps it.
    pub(super) fn seen_then(mut self, then: Then) -> Self {
        self.shell.indexed = false;
        self.countdown_to = None;
        self.then = Some(then);
        self
    }

    /// The answer with this page in it.
    pub(super) fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        self.shell.answer(request, StatusCode::OK, self)
    }
}

/// The page of what is gone.
pub(super) fn gone(
    request: &HttpRequest,
    context: &Context,
    listing: &Listing,
    tombstone: &Tombstone,
) -> Result<HttpResponse, Problem> {
    let mut shell = Shell::of(request, context);
    let (heading, text) = match tombstone.why {
        GoneWhy::Withdrawn => ("gone-withdrawn", "gone-withdrawn-text"),
        GoneWhy::TakenDown => ("gone-taken-down", "gone-taken-down-text"),
    };
    shell.indexed = false;
    shell.title = format!("{} · {}", shell.t(heading), shell.t("site-name"));
    let date = day(day_of(tombstone.at), shell.language);
    let page = TombstonePage {
        heading: shell.t(heading),
        text: text_with(shell.language, &format!("page-{text}"), &[("date", date)]),
        reason: tombstone.reason.clone(),
        court: listing.court_name.clone(),
        case_number: listing.case_number.normal.clone(),
        shell: shell.clone(),
    };
    shell.answer(request, StatusCode::GONE, &page)
}

/// The page of a state, whether it is the present one or an earlier one.
pub(super) fn view(
    mut shell: Shell,
    shown: Shown,
    tour: Option<OpenTour>,
    context: &Context,
) -> ListingPage {
    let language = shell.language;
    let (listing, terms) = (&shown.listing, &shown.round.terms);
    let facts = &listing.facts;
    let round = shell.t(&format!("round-{}", shown.round.kind.slug()));
    let state_label = shell.t(&format!("state-{}", shown.state.slug()));
    shell.title = format!("{} · {}", listing.title, listing.court_name);
    shell.og_type = "product";
    let prices = prices(&shown, &shell);
    shell.description = format!(
        "{} · {round} · {state_label} · {}",
        listing.case_number.normal,
        prices.first().map(|row| format!("{} {}", row.label, row.value)).unwrap_or_default()
    );
    let when = |at: Option<crate::base::Instant>| {
        at.map_or_else(|| shell.t("unknown"), |at| moment(at, language))
    };
    let (countdown_to, countdown_label) = match shown.state {
        RoundState::Announced => (terms.opens_at, "countdown-opens"),
        RoundState::Bidding => (terms.closes_at, "countdown-closes"),
        _ => (None, "countdown-opens"),
    };
    let platform =
        terms.platform.as_ref().and_then(|id| Rules::built_in().platform(id)).map(|named| {
            match language {
                Language::Chinese => named.zh.clone(),
                Language::English => named.en.clone(),
            }
        });
    let defects = facts.defects.as_ref().and_then(Stated::known).cloned().unwrap_or_default();
    let has = |name: &str| tour.is_some() && crate::http::bundles::exists(name);
    ListingPage {
        then: None,
        snapshot: None,
        round,
        state: shown.state.slug(),
        state_label,
        banner: banner(&shown, language).unwrap_or_default(),
        status: format!("/api/v1/public/listings/{}/status", listing.id),
        prices,
        opens: when(terms.opens_at),
        closes: when(terms.closes_at),
        countdown_to: countdown_to.map(|at| at.to_string()),
        countdown_label: shell.t(countdown_label),
        platform,
        item_url: terms.item_url.clone(),
        tour_script: has("tour/tour.js").then(|| shell.asset("tour/tour.js")),
        tour_css: has("tour/tour.css").then(|| shell.asset("tour/tour.css")),
        no_media_reason: listing.no_media_reason.clone().unwrap_or_else(|| shell.t("no-tour-yet")),
        pictures: facts
            .pictures_taken_on
            .map_or_else(|| shell.t("unknown"), |date| day(date, language)),
        burdens: facts_table::burdens(facts, &shell),
        building: facts_table::building(facts, &shell),
        conditions: facts_table::conditions(facts, &shell),
        defects_unknown: facts.defects.as_ref().and_then(Stated::known).is_none(),
        defects: defects
            .into_iter()
            .map(|defect| DefectView {
                place: defect.place,
                text: defect.text,
                source: defect.source.unwrap_or_default(),
            })
            .collect(),
        corrections: corrections(&shown, &shell),
        earlier: earlier(&shown, &shell),
        documents: facts
            .documents
            .iter()
            .map(|document| DocumentView {
                title: document.title.clone(),
                url: document.url.clone(),
                dated: document.dated.map(|date| day(date, language)),
            })
            .collect(),
        short_link: format!("{}/l/{}", context.config.public_url(), listing.short),
        qr: format!("/listings/{}/qr.svg", listing.id),
        data: structured(&shown, &shell),
        tour,
        shown,
        shell,
    }
}

fn prices(shown: &Shown, shell: &Shell) -> Vec<Row> {
    let language = shell.language;
    let terms = &shown.round.terms;
    let mut rows = Vec::new();
    let mut row = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            rows.push(Row { label: shell.t(label), value, unknown: false });
        }
    };
    if let Some(last) = shown.round.final_price {
        let rate = terms.start_price.and_then(|start| premium(start, last));
        let rate = rate
            .map(|rate| format!("（{} {rate}\u{2009}%）", shell.t("premium")))
            .unwrap_or_default();
        row("final-price", Some(format!("{}{rate}", money(last, language))));
    }
    row("start-price", terms.start_price.map(|price| money(price, language)));
    row(
        "reference-price",
        shown.listing.facts.price.as_ref().map(|price| money(price.amount, language)),
    );
    row("deposit", terms.deposit.map(|price| money(price, language)));
    row("increment", terms.increment.map(|price| money(price, language)));
    row("payment", terms.payment.clone());
    rows
}

fn corrections(shown: &Shown, shell: &Shell) -> Vec<CorrectionView> {
    let words = |value: &serde_json::Value| match value {
        serde_json::Value::Null => "—".to_owned(),
        serde_json::Value::String(text) if text == "unknown" => shell.t("unknown"),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let views = shown.corrections.iter().map(|correction| CorrectionView {
        when: moment(correction.at, shell.language),
        field: field_label(&correction.field, shell),
        before: words(&correction.before),
        after: words(&correction.after),
        reason: correction.reason.clone(),
    });
    views.collect()
}

/// The label of a field of the facts: its own where there is one, otherwise the JSON name.
pub(super) fn field_label(field: &str, shell: &Shell) -> String {
    let last = field.rsplit('.').next().unwrap_or(field);
    let key = format!("fact-{}", last.replace('_', "-"));
    let label = shell.t(&key);
    if label.ends_with(&key) { field.to_owned() } else { label }
}

fn earlier(shown: &Shown, shell: &Shell) -> Vec<EarlierView> {
    let views = shown.earlier.iter().map(|round| EarlierView {
        round: shell.t(&format!("round-{}", round.kind.slug())),
        state: shell.t(&format!("state-{}", round.state.slug())),
        price: round
            .terms
            .start_price
            .map_or_else(String::new, |price| money(price, shell.language)),
        when: round.terms.opens_at.map_or_else(String::new, |at| moment(at, shell.language)),
    });
    views.collect()
}

/// schema.org data as JSON-LD; `<` is escaped, so that no text can end the element.
fn structured(shown: &Shown, shell: &Shell) -> String {
    let terms = &shown.round.terms;
    let price = terms.start_price.map(|price| format!("{}.{:02}", price.0 / 100, price.0 % 100));
    let data = json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": shown.listing.title,
        "url": shell.canonical(),
        "sku": shown.listing.short,
        "description": shell.description,
        "offers": {
            "@type": "Offer", "priceCurrency": "CNY", "price": price,
            "validFrom": terms.opens_at, "validThrough": terms.closes_at,
            "availability": match shown.state {
                RoundState::Announced => "https://schema.org/PreOrder",
                RoundState::Bidding => "https://schema.org/InStock",
                RoundState::Sold | RoundState::Titled => "https://schema.org/SoldOut",
                _ => "https://schema.org/OutOfStock",
            },
            "seller": {"@type": "GovernmentOrganization", "name": shown.listing.court_name},
        },
    });
    data.to_string().replace('<', "\\u003c")
}
