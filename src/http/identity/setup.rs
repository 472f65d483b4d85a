//! First-run set-up: whoever holds the one-time code from the log makes the first accounts.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::account::new_hash;
use super::secrets;
use super::session::begin_session;
use super::signed_in::address_of;
use crate::auction::people::{Role, TenantKind};
use crate::base::{ErrorKind, Fault};
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::identity::{self, NewTenant, NewUser};
use crate::catalogue::{CatalogueError, settings, signing_keys};
use crate::http::{Context, Problem};

/// Where the hash of the code is kept until it is used.
const SETTING: &str = "setup_code_hash";
/// What a new court may store, bytes.
pub const COURT_QUOTA: i64 = 1 << 40;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/setup").route(web::get().to(needed)).route(web::post().to(set_up)),
    );
}

/// Makes a new one-time code while nobody has an account, for the log; `None` afterwards.
pub async fn fresh_code(context: &Context) -> Result<Option<String>, CatalogueError> {
    if identity::anybody(&context.database).await? {
        return Ok(None);
    }
    let code = crate::base::id::unguessable();
    let mut tx = context.database.begin().await?;
    settings::set(&mut tx, SETTING, &secrets::hash(&code)).await?;
    tx.commit().await?;
    Ok(Some(code))
}

/// Set-up is not open.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Somebody has an account already.
    #[error("the set-up is done; sign in")]
    Done,
    /// The code is not the one in the log.
    #[error("the set-up code is not right; take it from the server's newest start message")]
    WrongCode,
}

impl Fault for SetupError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Done => ErrorKind::Conflict,
            Self::WrongCode => ErrorKind::Forbidden,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Done => "setup-done",
            Self::WrongCode => "setup-wrong-code",
        }
    }
}

/// Whether the first-run set-up is still to be done.
#[utoipa::path(get, path = "/api/v1/setup", tag = "accounts", responses((status = 200)))]
pub async fn needed(context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    let needed = !identity::anybody(&context.database).await?;
    Ok(HttpResponse::Ok().json(json!({"needed": needed})))
}

/// The first court.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Court {
    /// Its name as shown.
    name: String,
    /// Its code in case numbers, e.g. 京0102.
    code: String,
}

/// The first account.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Admin {
    /// What is typed to sign in.
    login: String,
    /// The name as shown.
    display_name: String,
    /// At least 10 characters.
    password: String,
}

/// What the set-up form sends.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct SetUp {
    /// The one-time code from the server's log.
    code: String,
    /// The first court.
    court: Court,
    /// The first account: administrator of the platform and of this court.
    admin: Admin,
}

/// Makes the first court, its administrator and the site's signing key, and signs in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "accounts", request_body = SetUp,
    responses((status = 200), (status = 403), (status = 409)))]
pub async fn set_up(
    request: HttpRequest,
    context: web::Data<Context>,
    body: web::Json<SetUp>,
) -> Result<HttpResponse, Problem> {
    let SetUp { code, court, admin } = body.into_inner();
    let kept = settings::get(&context.database, SETTING).await?.unwrap_or_default();
    if identity::anybody(&context.database).await? {
        return Err(SetupError::Done.into());
    }
    if !secrets::alike(&kept, &secrets::hash(code.trim())) {
        return Err(SetupError::WrongCode.into());
    }
    let password_hash = new_hash(&admin.login, admin.password).await?;
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    // Used up first: of two who hold the code only one goes on.
    if !settings::take(&mut tx, SETTING, &kept).await? {
        return Err(SetupError::Done.into());
    }
    let tenant = NewTenant {
        kind: TenantKind::Court,
        name: required("court.name", court.name)?,
        code: required("court.code", court.code)?,
        quota_bytes: COURT_QUOTA,
    };
    let court = identity::add_tenant(&mut tx, now, &tenant).await?;
    let user = NewUser {
        tenant: Some(court),
        login: required("admin.login", admin.login)?,
        display_name: required("admin.display_name", admin.display_name)?,
        password_hash,
        roles: vec![Role::PlatformAdmin, Role::CourtAdmin],
    };
    let id = identity::add_user(&mut tx, now, &user).await?;
    let actor =
        Actor { id: Some(id), name: user.display_name.clone(), address: address_of(&request) };
    let object = court.to_string();
    let entry = Entry {
        action: "setup.done",
        object_kind: "tenant",
        object_id: &object,
        tenant: Some(court),
        detail: json!({"court": tenant.name, "login": user.login}),
    };
    audit::append(&mut tx, context.database.dialect(), now, &actor, entry).await?;
    signing_keys::current(&mut tx, context.database.dialect(), now).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    begin_session(&request, &context, id, user.login).await
}

/// Trimmed text of 1 to 100 characters.
pub fn required(field: &'static str, text: String) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(Problem::invalid(format!("'{field}' must have 1 to 100 characters")));
    }
    Ok(text.to_owned())
}
