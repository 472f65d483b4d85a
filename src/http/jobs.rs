//! `/api/v1/jobs`: what the workers do, what they wrote, try again, stop.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::SignedIn;
use super::error::language_of;
use super::{Context, Problem};
use crate::auction::people::Role;
use crate::base::id::{JobId, ListingId};
use crate::catalogue::audience::Scope;
use crate::catalogue::jobs::{self, Filter, Job, State};
use crate::texts::{self, Language};

/// Who may try again and stop.
const MANAGERS: [Role; 6] = [
    Role::AgencyMember,
    Role::Clerk,
    Role::Reviewer,
    Role::Publisher,
    Role::CourtAdmin,
    Role::PlatformAdmin,
];

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/jobs", web::get().to(list))
        .route("/jobs/{id}", web::get().to(one))
        .route("/jobs/{id}/retry", web::post().to(retry))
        .route("/jobs/{id}/cancel", web::post().to(cancel));
}

/// What part of jobs and events the person may see.
pub fn scope_of(who: &SignedIn) -> Result<Scope, Problem> {
    Scope::of(&who.principal)
        .ok_or_else(|| Problem::plain(crate::base::ErrorKind::Forbidden, "jobs-not-yours"))
}

/// Which jobs to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only those of one listing.
    listing: Option<String>,
    /// Only those on one asset or panorama.
    subject: Option<String>,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    state: Option<String>,
    /// `next` of the part before.
    cursor: Option<String>,
    /// 1–200, 50 where not given.
    limit: Option<i64>,
    /// Language of the reasons: `zh` or `en`.
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

/// Jobs that the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", params(Wanted), tag = "jobs",
    responses((status = 200, description = "Jobs, newest first: {items, next}"),
        (status = 403, description = "Not for auditors")))]
pub(super) async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    request: HttpRequest,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&who)?;
    let state = wanted.state.as_deref().map(|state| {
        State::parse(state)
            .ok_or_else(|| Problem::invalid(format!("'{state}' is no state of a job")))
    });
    let filter = Filter {
        listing: parsed("listing", wanted.listing.as_deref(), ListingId::parse)?,
        subject: wanted.subject.clone(),
        state: state.transpose()?,
    };
    let before = parsed("cursor", wanted.cursor.as_deref(), JobId::parse)?;
    let limit = wanted.limit.unwrap_or(50).clamp(1, 200);
    let page = jobs::list(&context.database, scope, &filter, before, limit).await?;
    let language = language_of(&request);
    let items: Vec<Value> = page.items.iter().map(|job| shown(job, language)).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": page.next })))
}

fn parsed<T>(
    name: &str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    text.map(|text| {
        parse(text).ok_or_else(|| Problem::invalid(format!("{name} '{text}' is no id")))
    })
    .transpose()
}

/// One job with its log.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The job's id")),
    responses((status = 200, description = "The job with its log: [{at, line}]"),
        (status = 404, description = "No such job for you")))]
pub(super) async fn one(
    who: SignedIn,
    context: web::Data<Context>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let job = jobs::get(&context.database, scope_of(&who)?, id_of(&id)?).await?;
    let mut document = shown(&job, language_of(&request));
    document["preview"] = json!(job.preview);
    document["log"] = json!(jobs::log(&context.database, job.id).await?);
    Ok(HttpResponse::Ok().json(document))
}

/// Lets a failed or cancelled job wait again.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "jobs",
    params(("id" = String, Path, description = "The job's id")),
    responses((status = 200, description = "The job, waiting again"),
        (status = 409, description = "It has neither failed nor been cancelled")))]
pub(super) async fn retry(
    who: SignedIn,
    context: web::Data<Context>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scope = manager(&who)?;
    let now = context.clock.now();
    let job = jobs::retry(&context.database, now, scope, id_of(&id)?, &who.actor()).await?;
    Ok(HttpResponse::Ok().json(shown(&job, language_of(&request))))
}

/// Stops a job that waits or runs.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "jobs",
    params(("id" = String, Path, description = "The job's id")),
    responses((status = 200, description = "The job: cancelled, or running until its worker notices"),
        (status = 409, description = "It neither waits nor runs")))]
pub(super) async fn cancel(
    who: SignedIn,
    context: web::Data<Context>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scope = manager(&who)?;
    let now = context.clock.now();
    let job = jobs::cancel(&context.database, now, scope, id_of(&id)?, &who.actor()).await?;
    Ok(HttpResponse::Ok().json(shown(&job, language_of(&request))))
}

fn manager(who: &SignedIn) -> Result<Scope, Problem> {
    who.principal.require_any(&MANAGERS)?;
    who.principal.require_scope("media:write")?;
    scope_of(who)
}

fn id_of(text: &str) -> Result<JobId, Problem> {
    JobId::parse(text).ok_or_else(Problem::not_found)
}

fn shown(job: &Job, language: Language) -> Value {
    let mut document = json!(job);
    localise(&mut document, language);
    document
}

/// Puts the reason of a job's document into the reader's language, where there is a text for it.
pub(super) fn localise(document: &mut Value, language: Language) {
    let Some(reason) = document.get_mut("reason").filter(|reason| reason.is_object()) else {
        return;
    };
    let slug = reason["slug"].as_str().unwrap_or_default().to_owned();
    let args: Vec<(String, String)> = reason["args"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let args: Vec<(&str, String)> =
        args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    if let Some(text) = texts::find(language, &slug, &args) {
        reason["text"] = json!(text);
    }
}
