//! Signing in and out.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::second_factor::{self, Proof};
use super::secrets;
use super::signed_in::{COOKIE, SignedIn, address_of};
use crate::auction::people::{PeopleError, Principal};
use crate::base::id::{UserId, unguessable};
use crate::base::{ErrorKind, Fault, Instant};
use crate::catalogue::CatalogueError;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::identity::{self, Credentials, NewSession};
use crate::http::{Context, Problem};
use crate::passwords;

/// A session ends after this time without use.
const SESSION_MILLIS: i64 = 12 * 3600 * 1000;
/// A session's secret is renewed when it is older than this.
const ROTATE_MILLIS: i64 = 30 * 60 * 1000;
/// Failures are counted for this long.
const FAILURE_MILLIS: i64 = 15 * 60 * 1000;
/// So many failures are let through before everything is refused for a while.
const MAX_FAILURES: i64 = 8;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/session")
                .route(web::post().to(open))
                .route(web::get().to(current))
                .route(web::delete().to(close)),
        )
        .service(
            web::resource("/sessions")
                .route(web::get().to(list))
                .route(web::delete().to(close_everywhere)),
        );
}

/// What is typed to sign in.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Open {
    /// The login name.
    login: String,
    /// The password.
    password: String,
    /// A code of the authenticator, or a recovery code, where a second factor is set up.
    totp: Option<String>,
}

#[derive(Serialize)]
struct Opened {
    principal: Principal,
    csrf: String,
    /// Whether a second factor is asked for at sign-in.
    totp: bool,
}

impl Opened {
    async fn of(context: &Context, principal: Principal, csrf: String) -> Result<Self, Problem> {
        let totp = identity::user(&context.database, principal.id).await?.second_factor;
        Ok(Self { principal, csrf, totp })
    }
}

/// Signing in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown login, wrong password or closed account: not told apart.
    #[error("the login name or the password is not right")]
    WrongPassword,
    /// The password is right; the code is missing.
    #[error("a code of your authenticator is needed too")]
    SecondFactorRequired,
    /// The password is right; the code is not, or was used before.
    #[error("the code is not right or was used before; wait for the next one")]
    WrongCode,
    /// Too many failures.
    #[error("too many failed attempts; wait 15 minutes")]
    TooManyFailures,
}

impl Fault for SignInError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooManyFailures => ErrorKind::Busy,
            _ => ErrorKind::Unauthenticated,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong-password",
            Self::SecondFactorRequired => "second-factor-required",
            Self::WrongCode => "wrong-code",
            Self::TooManyFailures => "too-many-failures",
        }
    }
}

/// Signs in: password, and a code where a second factor is set up.
#[utoipa::path(post, path = "/api/v1/session", tag = "accounts", request_body = Open,
    responses((status = 200, description = "Signed in; the cookie is set"), (status = 401), (status = 429)))]
pub async fn open(
    request: HttpRequest,
    context: web::Data<Context>,
    body: web::Json<Open>,
) -> Result<HttpResponse, Problem> {
    let Open { login, password, totp } = body.into_inner();
    let now = context.clock.now();
    let address = address_of(&request);
    let subject = format!("{login}@{address}");
    let since = now.plus_millis(-FAILURE_MILLIS);
    if identity::failures(&context.database, &subject, since).await? >= MAX_FAILURES {
        return Err(SignInError::TooManyFailures.into());
    }
    match prove(&context, &login, password, totp).await {
        Ok(user) => {
            let mut tx = context.database.begin().await?;
            identity::clear_failures(&mut tx, &subject).await?;
            tx.commit().await.map_err(CatalogueError::from)?;
            begin_session(&request, &context, user, login).await
        }
        Err(Refusal { problem, counts }) => {
            if counts {
                let mut tx = context.database.begin().await?;
                identity::count_failure(&mut tx, now, since, &subject).await?;
                let actor = Actor { id: None, name: login.chars().take(100).collect(), address };
                let detail = json!({"reason": problem.slug()});
                let entry = Entry {
                    action: "session.fail",
                    object_kind: "session",
                    object_id: "",
                    tenant: None,
                    detail,
                };
                audit::append(&mut tx, context.database.dialect(), now, &actor, entry).await?;
                tx.commit().await.map_err(CatalogueError::from)?;
            }
            Err(problem)
        }
    }
}

struct Refusal {
    problem: Problem,
    counts: bool,
}

impl<F: Into<Problem>> From<F> for Refusal {
    fn from(fault: F) -> Self {
        Self { problem: fault.into(), counts: false }
    }
}

impl Refusal {
    fn counted(error: SignInError) -> Self {
        Self { problem: error.into(), counts: true }
    }
}

async fn prove(
    context: &Context,
    login: &str,
    password: String,
    totp: Option<String>,
) -> Result<UserId, Refusal> {
    let credentials = identity::credentials(&context.database, login).await?;
    let stored = credentials.as_ref().map(|found| found.password_hash.clone());
    let right = web::block(move || passwords::verify(&password, stored.as_deref()))
        .await
        .map_err(|_| Problem::plain(ErrorKind::Busy, "internal"))?;
    let Some(found) = credentials.filter(|found| right && !found.disabled) else {
        return Err(Refusal::counted(SignInError::WrongPassword));
    };
    if found.totp_secret.is_some() {
        let code = totp.filter(|code| !code.trim().is_empty());
        let Some(code) = code else { return Err(SignInError::SecondFactorRequired.into()) };
        if !spend_code(context, &found, &code).await? {
            return Err(Refusal::counted(SignInError::WrongCode));
        }
    }
    Ok(found.id)
}

async fn spend_code(context: &Context, found: &Credentials, code: &str) -> Result<bool, Problem> {
    let mut tx = context.database.begin().await?;
    let spent = match second_factor::check(found, code, context.clock.now()) {
        Proof::Step(step) => identity::spend_step(&mut tx, found.id, step).await?,
        Proof::Recovery(rest) => {
            identity::spend_recovery_code(&mut tx, found.id, &found.recovery_codes, &rest).await?
        }
        Proof::None => false,
    };
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(spent)
}

/// Opens a session for somebody who has proved who he is.
pub async fn begin_session(
    request: &HttpRequest,
    context: &Context,
    user: UserId,
    login: String,
) -> Result<HttpResponse, Problem> {
    let now = context.clock.now();
    let (secret, csrf) = (unguessable(), unguessable());
    let session = NewSession {
        user,
        token_hash: secrets::hash(&secret),
        csrf: csrf.clone(),
        expires_at: now.plus_millis(SESSION_MILLIS),
        address: address_of(request),
        agent: agent_of(request),
    };
    let mut tx = context.database.begin().await?;
    identity::open_session(&mut tx, now, &session).await?;
    let actor = Actor { id: Some(user), name: login, address: address_of(request) };
    let id = user.to_string();
    let entry = Entry {
        action: "session.open",
        object_kind: "user",
        object_id: &id,
        tenant: None,
        detail: json!({}),
    };
    audit::append(&mut tx, context.database.dialect(), now, &actor, entry).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    let opened = identity::session(&context.database, &session.token_hash, now)
        .await?
        .ok_or(PeopleError::SignedOut)?;
    let opened = Opened::of(context, opened.principal, csrf).await?;
    Ok(HttpResponse::Ok().cookie(cookie(context, secret)).json(opened))
}

fn cookie(context: &Context, secret: String) -> Cookie<'static> {
    Cookie::build(COOKIE, secret)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(context.config.public_url().starts_with("https:"))
        .finish()
}

fn agent_of(request: &HttpRequest) -> String {
    let agent = request.headers().get("User-Agent").and_then(|value| value.to_str().ok());
    agent.unwrap_or_default().chars().take(200).collect()
}

/// Who is signed in. Renews the session's secret now and then.
#[utoipa::path(get, path = "/api/v1/session", tag = "accounts", responses((status = 200), (status = 401)))]
pub async fn current(who: SignedIn, context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    let Some(session) = who.session else {
        let opened = Opened::of(&context, who.principal, String::new()).await?;
        return Ok(HttpResponse::Ok().json(opened));
    };
    let mut response = HttpResponse::Ok();
    let now = context.clock.now();
    if is_due(session.rotated_at, now) {
        let secret = unguessable();
        let mut tx = context.database.begin().await?;
        let end = now.plus_millis(SESSION_MILLIS);
        identity::rotate_session(&mut tx, now, session.id, &secrets::hash(&secret), end).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        response.cookie(cookie(&context, secret));
    }
    Ok(response.json(Opened::of(&context, who.principal, session.csrf).await?))
}

fn is_due(rotated_at: Instant, now: Instant) -> bool {
    now.as_millis() - rotated_at.as_millis() >= ROTATE_MILLIS
}

/// Signs out here.
#[utoipa::path(delete, path = "/api/v1/session", tag = "accounts", responses((status = 204), (status = 401)))]
pub async fn close(who: SignedIn, context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    if let Some(session) = &who.session {
        let mut tx = context.database.begin().await?;
        identity::end_session(&mut tx, session.id).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
    }
    Ok(HttpResponse::NoContent().cookie(removal()).finish())
}

fn removal() -> Cookie<'static> {
    let mut gone = Cookie::build(COOKIE, "").path("/").finish();
    gone.make_removal();
    gone
}

/// Where the person is signed in.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "accounts", responses((status = 200), (status = 401)))]
pub async fn list(who: SignedIn, context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    let now = context.clock.now();
    let items = identity::sessions_of(&context.database, who.principal.id, now).await?;
    let here = who.session.map(|session| session.id.to_string());
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null, "here": here})))
}

/// Signs out everywhere.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "accounts", responses((status = 204), (status = 401)))]
pub async fn close_everywhere(
    who: SignedIn,
    context: web::Data<Context>,
) -> Result<HttpResponse, Problem> {
    let id = who.principal.id.to_string();
    let mut tx = context.database.begin().await?;
    let ended = identity::end_sessions_of(&mut tx, who.principal.id).await?;
    let entry = Entry {
        action: "session.end_all",
        object_kind: "user",
        object_id: &id,
        tenant: who.principal.tenant.as_ref().map(|tenant| tenant.id),
        detail: json!({"sessions": ended}),
    };
    let now = context.clock.now();
    audit::append(&mut tx, context.database.dialect(), now, &who.actor(), entry).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().cookie(removal()).finish())
}
