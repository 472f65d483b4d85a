//! API tokens for an agency's own tools.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::second_factor::record;
use super::secrets;
use super::setup::required;
use super::signed_in::SignedIn;
use crate::base::Instant;
use crate::base::id::{TokenId, unguessable};
use crate::catalogue::CatalogueError;
use crate::catalogue::identity::{self, NewToken};
use crate::http::{Context, Problem};

/// What tokens may be made for.
pub const SCOPES: [&str; 4] = ["listings:read", "listings:write", "media:write", "tours:write"];

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/tokens").route(web::get().to(list)).route(web::post().to(make)))
        .route("/tokens/{id}", web::delete().to(remove));
}

/// One's own tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "accounts", responses((status = 200)))]
pub async fn list(who: SignedIn, context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    let items = identity::tokens_of(&context.database, who.principal.id).await?;
    Ok(HttpResponse::Ok().json(json!({"items": items, "next": null, "scopes": SCOPES})))
}

/// A token to be made.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Make {
    /// What it is for.
    name: String,
    /// Some of `listings:read`, `listings:write`, `media:write`, `tours:write`.
    scopes: Vec<String>,
    /// When it ends, if ever.
    #[schema(value_type = Option<String>)]
    expires_at: Option<Instant>,
}

/// Makes a token. It is shown once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "accounts", request_body = Make,
    responses((status = 201), (status = 422)))]
pub async fn make(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<Make>,
) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    let Make { name, scopes, expires_at } = body.into_inner();
    if scopes.is_empty() {
        return Err(Problem::invalid(format!("choose at least one of {}", SCOPES.join(", "))));
    }
    if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(Problem::invalid(format!("'{unknown}' is none of {}", SCOPES.join(", "))));
    }
    let secret = format!("kf_{}", unguessable());
    let token = NewToken {
        user: who.principal.id,
        name: required("name", name)?,
        token_hash: secrets::hash(&secret),
        scopes,
        expires_at,
    };
    let mut tx = context.database.begin().await?;
    let id = identity::add_token(&mut tx, context.clock.now(), &token).await?;
    record(&context, &mut tx, &who, "token.make").await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::Created()
        .insert_header(("Cache-Control", "no-store"))
        .json(json!({"id": id, "token": secret})))
}

/// Removes a token at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "accounts", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub async fn remove(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    let id = TokenId::parse(&id).ok_or_else(Problem::not_found)?;
    let mut tx = context.database.begin().await?;
    if !identity::remove_token(&mut tx, who.principal.id, id).await? {
        return Err(Problem::not_found());
    }
    record(&context, &mut tx, &who, "token.remove").await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}
