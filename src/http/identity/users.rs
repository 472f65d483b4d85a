//! People, kept by the administrators of their court or agency.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::new_hash;
use super::setup::required;
use super::signed_in::SignedIn;
use crate::auction::people::{PeopleError, Role, TenantKind};
use crate::base::id::{TenantId, UserId};
use crate::catalogue::audit::{self, Entry};
use crate::catalogue::identity::{self, NewUser, User, UserChange};
use crate::catalogue::{CatalogueError, Transaction};
use crate::http::{Context, Problem};

const PAGE: i64 = 50;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/users").route(web::get().to(list)).route(web::post().to(add)))
        .route("/users/{id}", web::patch().to(change))
        .route("/users/{id}/sessions", web::delete().to(sign_out));
}

/// Which people are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Query {
    /// A court or agency; one's own where missing.
    tenant: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// People of a court or agency.
#[utoipa::path(get, path = "/api/v1/users", tag = "administration", params(Query), responses((status = 200), (status = 403)))]
pub async fn list(
    who: SignedIn,
    context: web::Data<Context>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let own = who.principal.tenant.as_ref().map(|tenant| tenant.id);
    let asked = query.tenant.as_deref().and_then(TenantId::parse).or(own);
    may_manage(&context, &who, asked).await?;
    let after = query.cursor.clone().unwrap_or_default();
    let items = identity::users(&context.database, asked, &after, PAGE).await?;
    let next = (items.len() as i64 == PAGE).then(|| items.last().map(|user| user.login.clone()));
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": next.flatten()})))
}

/// Court administrators manage their court and the agencies; platform administrators everyone.
async fn may_manage(
    context: &Context,
    who: &SignedIn,
    tenant: Option<TenantId>,
) -> Result<(), Problem> {
    who.require_browser()?;
    if who.principal.has_any(&[Role::PlatformAdmin]) {
        return Ok(());
    }
    who.principal.require_any(&[Role::CourtAdmin])?;
    let Some(tenant) = tenant else { return Err(forbidden()) };
    if who.principal.court() == Some(tenant) {
        return Ok(());
    }
    let tenant = identity::tenant(&context.database, tenant).await?;
    if tenant.kind == TenantKind::Agency { Ok(()) } else { Err(forbidden()) }
}

fn forbidden() -> Problem {
    PeopleError::RoleMissing { needed: "PlatformAdmin".to_owned() }.into()
}

/// A person to be added.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Add {
    /// The court or agency; one's own where missing.
    tenant: Option<String>,
    /// What is typed to sign in.
    login: String,
    /// The name as shown.
    display_name: String,
    /// The first password.
    password: String,
    /// What the person may do.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
}

/// Adds a person.
#[utoipa::path(post, path = "/api/v1/users", tag = "administration", request_body = Add,
    responses((status = 201), (status = 403), (status = 409), (status = 422)))]
pub async fn add(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<Add>,
) -> Result<HttpResponse, Problem> {
    let Add { tenant, login, display_name, password, roles } = body.into_inner();
    let own = who.principal.tenant.as_ref().map(|tenant| tenant.id);
    let tenant = match tenant {
        None => own,
        Some(text) => Some(TenantId::parse(&text).ok_or_else(Problem::not_found)?),
    };
    may_manage(&context, &who, tenant).await?;
    require_grantable(&context, &who, tenant, &roles).await?;
    let login = required("login", login)?;
    let password_hash = new_hash(&login, password).await?;
    let display_name = required("display_name", display_name)?;
    let user = NewUser { tenant, login, display_name, password_hash, roles };
    let now = context.clock.now();
    let mut tx = context.database.begin().await?;
    let id = identity::add_user(&mut tx, now, &user).await?;
    let detail = json!({"login": user.login, "roles": user.roles});
    record(&context, &mut tx, &who, "user.add", id, tenant, detail).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Created().json(identity::user(&context.database, id).await?))
}

/// An agency's people can only be agency members, a court's people anything else; only platform
/// administrators make platform administrators.
async fn require_grantable(
    context: &Context,
    who: &SignedIn,
    tenant: Option<TenantId>,
    roles: &[Role],
) -> Result<(), Problem> {
    let kind = match tenant {
        Some(tenant) => Some(identity::tenant(&context.database, tenant).await?.kind),
        None => None,
    };
    for role in roles {
        let fits = match (kind, role) {
            (_, Role::PlatformAdmin) => who.principal.has_any(&[Role::PlatformAdmin]),
            (Some(TenantKind::Agency), role) => *role == Role::AgencyMember,
            (Some(TenantKind::Court), role) => *role != Role::AgencyMember,
            (None, _) => false,
        };
        if !fits {
            return Err(Problem::invalid(format!(
                "the role {role:?} cannot be given to this account"
            )));
        }
    }
    if roles.contains(&Role::Auditor) && roles.len() > 1 {
        return Err(Problem::invalid("an auditor has no other role: who checks does not act"));
    }
    Ok(())
}

/// What of a person is to change.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The name as shown.
    display_name: Option<String>,
    /// What the person may do.
    #[schema(value_type = Option<Vec<String>>)]
    roles: Option<Vec<Role>>,
    /// Whether the account is closed.
    disabled: Option<bool>,
    /// A new password, when the person has forgotten it; removes the second factor too.
    password: Option<String>,
}

/// Changes a person. Whatever is changed, the person's sessions end.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "administration", params(("id" = String, Path)),
    request_body = Change, responses((status = 200), (status = 403), (status = 404), (status = 422)))]
pub async fn change(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Json<Change>,
) -> Result<HttpResponse, Problem> {
    let before = managed(&context, &who, &id).await?;
    let Change { display_name, roles, disabled, password } = body.into_inner();
    if disabled == Some(true) && before.id == who.principal.id {
        return Err(Problem::invalid(
            "you cannot close your own account; ask another administrator",
        ));
    }
    if let Some(roles) = &roles {
        require_grantable(&context, &who, before.tenant_id, roles).await?;
    }
    let display_name = display_name.map(|name| required("display_name", name)).transpose()?;
    let hash = match password {
        Some(password) => Some(new_hash(&before.login, password).await?),
        None => None,
    };
    let change = UserChange { display_name, roles, disabled };
    let mut tx = context.database.begin().await?;
    identity::change_user(&mut tx, before.id, &change).await?;
    if let Some(hash) = &hash {
        identity::set_password(&mut tx, before.id, hash).await?;
        identity::remove_second_factor(&mut tx, before.id).await?;
    }
    identity::end_sessions_of(&mut tx, before.id).await?;
    let detail = json!({
        "before": {"display_name": before.display_name, "roles": before.roles, "disabled": before.disabled},
        "change": {"display_name": change.display_name, "roles": change.roles, "disabled": change.disabled},
        "password": hash.is_some(),
    });
    record(&context, &mut tx, &who, "user.change", before.id, before.tenant_id, detail).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Ok().json(identity::user(&context.database, before.id).await?))
}

/// Signs a person out everywhere.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", tag = "administration", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn sign_out(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let user = managed(&context, &who, &id).await?;
    let mut tx = context.database.begin().await?;
    let ended = identity::end_sessions_of(&mut tx, user.id).await?;
    let detail = json!({"sessions": ended});
    record(&context, &mut tx, &who, "user.sign_out", user.id, user.tenant_id, detail).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn managed(context: &Context, who: &SignedIn, id: &str) -> Result<User, Problem> {
    let id = UserId::parse(id).ok_or_else(Problem::not_found)?;
    let user = identity::user(&context.database, id).await?;
    may_manage(context, who, user.tenant_id).await?;
    // Whoever manages a court must not take over an account that manages the platform.
    if user.roles.contains(&Role::PlatformAdmin) {
        who.principal.require_any(&[Role::PlatformAdmin])?;
    }
    Ok(user)
}

async fn record(
    context: &Context,
    tx: &mut Transaction,
    who: &SignedIn,
    action: &str,
    id: UserId,
    tenant: Option<TenantId>,
    detail: Value,
) -> Result<(), CatalogueError> {
    let object = id.to_string();
    let tenant = who.principal.court().or(tenant);
    let entry = Entry { action, object_kind: "user", object_id: &object, tenant, detail };
    audit::append(tx, context.database.dialect(), context.clock.now(), &who.actor(), entry).await
}
