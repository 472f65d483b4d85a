//! One's own password.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::second_factor::{record, require_password};
use super::signed_in::SignedIn;
use crate::base::{ErrorKind, Fault};
use crate::catalogue::{CatalogueError, identity};
use crate::http::{Context, Problem};
use crate::passwords;

/// Fewest characters of a password.
pub const MIN_PASSWORD: usize = 10;
/// Most characters: longer ones only make hashing slow.
const MAX_PASSWORD: usize = 200;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/me/password", web::post().to(change));
}

/// A password that is not taken.
#[derive(Debug, thiserror::Error)]
#[error(
    "a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters and is not the login name; choose another"
)]
pub struct WeakPassword;

impl Fault for WeakPassword {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn slug(&self) -> &'static str {
        "weak-password"
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        vec![("least", MIN_PASSWORD.to_string())]
    }

    fn field(&self) -> Option<&str> {
        Some("password")
    }
}

/// Checks a new password and hashes it off the async threads.
pub async fn new_hash(login: &str, password: String) -> Result<String, Problem> {
    let length = password.chars().count();
    if !(MIN_PASSWORD..=MAX_PASSWORD).contains(&length) || password.eq_ignore_ascii_case(login) {
        return Err(WeakPassword.into());
    }
    let hash = web::block(move || passwords::hash(&password))
        .await
        .map_err(|_| Problem::plain(ErrorKind::Busy, "internal"))?;
    if hash.is_empty() { Err(Problem::plain(ErrorKind::Internal, "internal")) } else { Ok(hash) }
}

/// The old and the new password.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// The present password.
    password: String,
    /// The new one.
    new_password: String,
}

/// Changes one's own password and signs out everywhere.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "accounts", request_body = Change,
    responses((status = 204), (status = 401), (status = 422)))]
pub async fn change(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<Change>,
) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    let Change { password, new_password } = body.into_inner();
    require_password(&context, &who, password).await?;
    let login = identity::user(&context.database, who.principal.id).await?.login;
    let hash = new_hash(&login, new_password).await?;
    let mut tx = context.database.begin().await?;
    identity::set_password(&mut tx, who.principal.id, &hash).await?;
    identity::end_sessions_of(&mut tx, who.principal.id).await?;
    record(&context, &mut tx, &who, "user.password").await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}
