//! `/`: all public listings with search, filters and pages.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::future::try_join_all;

use super::format::{moment, short_money};
use super::shell::Shell;
use super::tour_slot::{PublishedTour, published_tour};
use crate::auction::facts::{PropertyKind, Stated};
use crate::auction::rounds::RoundState;
use crate::auction::visibility::shown_state;
use crate::base::Instant;
use crate::catalogue::listings_public::{self, Card};
use crate::catalogue::listings_search;
use crate::http::listings::public::SearchParams;
use crate::http::{Context, Problem};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(page))
        .route("/", web::head().to(page))
        .service(web::redirect("/listings", "/").permanent());
}

/// One choice of a filter.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// A card as the page shows it.
struct CardView {
    href: String,
    /// A look into the first room, where a tour is public.
    picture: Option<String>,
    title: String,
    place: String,
    court: String,
    case_number: String,
    round: String,
    state: &'static str,
    state_label: String,
    price_label: String,
    price: String,
    reference: Option<String>,
    when_label: String,
    when: String,
    occupation: Option<String>,
    area: Option<String>,
    defects: Option<String>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    shell: Shell,
    params: SearchParams,
    cards: Vec<CardView>,
    courts: Vec<Choice>,
    regions: Vec<Choice>,
    kinds: Vec<Choice>,
    states: Vec<Choice>,
    sorts: Vec<Choice>,
    next: Option<String>,
    first: Option<String>,
    filtered: bool,
}

async fn page(
    request: HttpRequest,
    context: web::Data<Context>,
    params: web::Query<SearchParams>,
) -> Result<HttpResponse, Problem> {
    let params = params.into_inner();
    let now = context.clock.now();
    let mut shell = Shell::of(&request, &context);
    let found = listings_search::page(&context.database, now, &params.query(20)).await?;
    shell.title = format!("{} · {}", shell.t("list-title"), shell.t("site-name"));
    shell.indexed = params.cursor.is_empty() && params.q.is_empty();
    let courts = listings_public::courts(&context.database).await?;
    let regions = listings_public::regions(&context.database).await?;
    let choice = |value: &str, label: String, chosen: &str| Choice {
        value: value.to_owned(),
        label,
        chosen: value == chosen,
    };
    let labelled = |prefix: &str, values: &[&str], chosen: &str| -> Vec<Choice> {
        values
            .iter()
            .map(|value| choice(value, shell.t(&format!("{prefix}-{value}")), chosen))
            .collect()
    };
    let kinds: Vec<&str> = PropertyKind::ALL.iter().map(|kind| kind.slug()).collect();
    let state = if params.state.is_empty() { "active" } else { &params.state };
    let sort = if params.sort.is_empty() { "opening" } else { &params.sort };
    let tours =
        try_join_all(found.cards.iter().map(|card| published_tour(&context, card.id))).await?;
    let cards = found.cards.iter().zip(&tours);
    let view = ListPage {
        cards: cards.map(|(card, tour)| card_view(card, tour.as_ref(), &shell, now)).collect(),
        courts: courts.iter().map(|(id, name)| choice(id, name.clone(), &params.court)).collect(),
        regions: regions
            .iter()
            .map(|region| choice(region, region.replace('/', " "), &params.region))
            .collect(),
        kinds: labelled("kind", &kinds, &params.kind),
        states: labelled(
            "filter",
            &["active", "announced", "bidding", "suspended", "sold", "failed", "ended", "any"],
            state,
        ),
        sorts: labelled("sort", &["opening", "cheapest", "dearest"], sort),
        next: found.next.map(|next| address(&params, Some(next))),
        first: (!params.cursor.is_empty()).then(|| address(&params, None)),
        filtered: address(&params, None) != "/",
        params,
        shell: shell.clone(),
    };
    shell.answer(&request, StatusCode::OK, &view)
}

/// The address of a page of the same search.
fn address(params: &SearchParams, cursor: Option<i64>) -> String {
    let cursor = cursor.map(|cursor| cursor.to_string()).unwrap_or_default();
    let pairs = [
        ("q", &params.q),
        ("court", &params.court),
        ("region", &params.region),
        ("kind", &params.kind),
        ("state", &params.state),
        ("price_from", &params.price_from),
        ("price_to", &params.price_to),
        ("sort", &params.sort),
        ("cursor", &cursor),
    ];
    let query: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if query.is_empty() { "/".to_owned() } else { format!("/?{}", query.join("&")) }
}

/// Percent-encoding of a value in a query (RFC 3986 §2.1).
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn card_view(card: &Card, tour: Option<&PublishedTour>, shell: &Shell, now: Instant) -> CardView {
    let language = shell.language;
    let state = shown_state(card.state, Some(card.opens_at), now);
    let (when_label, when) = match state {
        RoundState::Announced => ("card-opens", card.opens_at),
        _ => ("card-closes", card.closes_at),
    };
    let (price_label, price) = match card.final_price {
        Some(price) => ("final-price", price),
        None => ("start-price", card.start_price),
    };
    let occupation = card.occupation.as_ref().map(|stated| match stated {
        Stated::Known(state) => shell.t(&super::facts_table::occupation_key(*state)),
        Stated::Unknown(_) => shell.t("unknown"),
    });
    let defects = card.defects.as_ref().map(|stated| match stated {
        Stated::Known(count) => count.to_string(),
        Stated::Unknown(_) => shell.t("unknown"),
    });
    CardView {
        href: format!("/listings/{}", card.id),
        picture: tour.and_then(|tour| tour.stills.first()).map(|still| still.address.clone()),
        title: card.title.clone(),
        place: card.address.clone().unwrap_or_else(|| card.region.replace('/', " ")),
        court: card.court.clone(),
        case_number: card.case_number.clone(),
        round: shell.t(&format!("round-{}", card.round.slug())),
        state: state.slug(),
        state_label: shell.t(&format!("state-{}", state.slug())),
        price_label: shell.t(price_label),
        price: short_money(price, language),
        reference: card.reference_price.map(|price| short_money(price, language)),
        when_label: shell.t(when_label),
        when: moment(when, language),
        occupation,
        area: card
            .built_area
            .as_ref()
            .and_then(|area| area.known().map(|area| super::format::area(*area))),
        defects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_the_search() {
        let params = SearchParams {
            q: "西城 a&b".into(),
            kind: "residential".into(),
            ..SearchParams::default()
        };
        assert_eq!(
            address(&params, Some(7)),
            "/?q=%E8%A5%BF%E5%9F%8E%20a%26b&kind=residential&cursor=7"
        );
        assert_eq!(address(&SearchParams::default(), None), "/");
    }
}
