//! Receipts: a bidder takes a code for the state that is shown, and anybody who has the code opens that state.
//!
//! Nothing is stored: the code itself says which state and when, and its seal that this site made it.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::format::moment;
use super::listing;
use super::qr;
use super::shell::Shell;
use super::snapshot::shown_when;
use crate::auction::visibility::Visibility;
use crate::base::{ErrorKind, Fault};
use crate::catalogue::{CatalogueError, listings, signing_keys, snapshots};
use crate::http::{Context, Problem};
use crate::proof::SigningKey;
use crate::proof::receipt::{self, Receipt, ReceiptError};
use crate::texts::{find, text_with};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{id}/receipt", web::get().to(take))
        .route("/receipts", web::get().to(form))
        .route("/receipts/{code}", web::get().to(check))
        .route("/receipts/{code}/qr.svg", web::get().to(qr_code));
}

/// Which state the bidder's page showed.
#[derive(Debug, Default, Deserialize)]
struct Taken {
    #[serde(default)]
    state: String,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    shell: Shell,
    code: String,
    link: String,
    listing: String,
    title: String,
    court: String,
    case_number: String,
    seen: String,
    when: String,
    hash: String,
    /// The page changed after the bidder opened it.
    changed: bool,
}

/// Makes a receipt for the state that is shown at this moment.
async fn take(
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    taken: web::Query<Taken>,
) -> Result<HttpResponse, Problem> {
    let shown = match listing::shown(&request, &context, &id).await? {
        Ok(shown) => shown,
        Err(answer) => return Ok(answer),
    };
    let newest = snapshots::newest(&context.database, shown.listing.id).await?;
    // Only in the seconds before the clock has seen a listing from before snapshots.
    let snapshot = newest.ok_or_else(|| Problem::plain(ErrorKind::Busy, "internal"))?;
    let at = context.clock.now();
    let key = key_in_use(&context).await?;
    let code = receipt::issue(Receipt { snapshot: snapshot.seq, at }, &key)?;
    let mut shell = Shell::of(&request, &context);
    shell.indexed = false;
    shell.path = format!("/receipts/{code}");
    shell.title = format!("{} · {}", shell.t("receipt-heading"), shown.listing.title);
    let page = ReceiptPage {
        link: format!("{}/receipts/{code}", shell.site),
        listing: shown.listing.id.to_string(),
        title: shown.listing.title.clone(),
        court: shown.listing.court_name.clone(),
        case_number: shown.listing.case_number.normal.clone(),
        seen: to_the_second(at, &shell),
        when: shown_when(&snapshot, &shell),
        hash: snapshot.hash.clone(),
        changed: taken.state.parse().is_ok_and(|state: i64| state != snapshot.number),
        code,
        shell,
    };
    Ok(never_kept(page.shell.answer(&request, StatusCode::OK, &page)?))
}

/// The newest key. Only a site from before signatures has none yet.
async fn key_in_use(context: &Context) -> Result<SigningKey, Problem> {
    if let Some(key) = signing_keys::secrets(&context.database).await?.into_iter().next() {
        return Ok(key);
    }
    let (now, dialect) = (context.clock.now(), context.database.dialect());
    let mut tx = context.database.begin().await?;
    let key = signing_keys::current(&mut tx, dialect, now).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(key)
}

/// What came of a typed code.
struct Outcome {
    /// Whether this site made the code.
    good: bool,
    heading: String,
    text: String,
    seen: String,
    when: String,
    hash: String,
    /// Where the state opens; none where it is no longer public.
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "receipts.html")]
struct ReceiptsPage {
    shell: Shell,
    typed: String,
    outcome: Option<Outcome>,
}

/// The code in the form.
#[derive(Debug, Default, Deserialize)]
struct Typed {
    #[serde(default)]
    code: String,
}

async fn form(
    request: HttpRequest,
    context: web::Data<Context>,
    typed: web::Query<Typed>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &context, &typed.code).await
}

async fn check(
    request: HttpRequest,
    context: web::Data<Context>,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    answer(&request, &context, &code).await
}

async fn answer(
    request: &HttpRequest,
    context: &Context,
    typed: &str,
) -> Result<HttpResponse, Problem> {
    let typed: String = typed.trim().chars().take(100).collect();
    let mut shell = Shell::of(request, context);
    shell.indexed = typed.is_empty();
    shell.title = format!("{} · {}", shell.t("receipts-heading"), shell.t("site-name"));
    let (status, outcome) = if typed.is_empty() {
        (StatusCode::OK, None)
    } else {
        let (status, outcome) = outcome(context, &shell, &typed).await?;
        (status, Some(outcome))
    };
    let page = ReceiptsPage { shell, typed, outcome };
    Ok(never_kept(page.shell.answer(request, status, &page)?))
}

async fn outcome(
    context: &Context,
    shell: &Shell,
    typed: &str,
) -> Result<(StatusCode, Outcome), Problem> {
    let keys = signing_keys::secrets(&context.database).await?;
    let read = match receipt::read(typed, &keys) {
        Ok(read) => read,
        Err(error) => return Ok(refused(shell, &error)),
    };
    let Some(snapshot) = snapshots::by_seq(&context.database, read.snapshot).await? else {
        // A code from after the backup that this site was restored from.
        return Ok(refused(shell, &ReceiptError::Forged));
    };
    let listing = listings::find(&context.database, snapshot.listing).await?;
    let public = listing
        .is_some_and(|listing| listing.visibility(context.clock.now()) == Visibility::Public);
    let open = public && snapshot.withheld.is_none();
    let title = snapshot.state()?.listing.title;
    let text = if open { "receipt-genuine-text" } else { "receipt-gone-text" };
    let outcome = Outcome {
        good: true,
        heading: shell.t("receipt-genuine"),
        text: if open {
            text_with(shell.language, &format!("page-{text}"), &[("title", title)])
        } else {
            shell.t(text)
        },
        seen: to_the_second(read.at, shell),
        when: shown_when(&snapshot, shell),
        href: open.then(|| format!("/listings/{}/snapshots/{}", snapshot.listing, snapshot.number)),
        hash: snapshot.hash,
    };
    Ok((if open { StatusCode::OK } else { StatusCode::GONE }, outcome))
}

fn refused(shell: &Shell, error: &ReceiptError) -> (StatusCode, Outcome) {
    let slug = error.slug();
    let words = |key: &str| find(shell.language, key, &[]).unwrap_or_default();
    let status = match error.kind() {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let outcome = Outcome {
        good: false,
        heading: words(&format!("{slug}-title")),
        text: words(slug),
        seen: String::new(),
        when: String::new(),
        hash: String::new(),
        href: None,
    };
    (status, outcome)
}

/// The QR code that leads to the check of a code. Any code of the right form gets one; what it is worth the check says.
async fn qr_code(
    context: web::Data<Context>,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let sound = code.len() == 29 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !sound {
        return Err(Problem::not_found());
    }
    let link = format!("{}/receipts/{code}", context.config.public_url());
    qr::answer(&link)
}

/// A receipt says the second.
fn to_the_second(at: crate::base::Instant, shell: &Shell) -> String {
    let seconds = at.as_millis().div_euclid(1000).rem_euclid(60);
    format!("{}:{seconds:02}", moment(at, shell.language))
}

/// Each visit makes its own code: no cache may hand one person's to another.
fn never_kept(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
