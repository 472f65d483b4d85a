//! The second factor of staff: TOTP (RFC 6238) with recovery codes.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

use super::secrets;
use super::session::SignInError;
use super::signed_in::SignedIn;
use crate::base::id::unguessable;
use crate::base::{ErrorKind, Instant};
use crate::catalogue::CatalogueError;
use crate::catalogue::audit::{self, Entry};
use crate::catalogue::identity::{self, Credentials};
use crate::http::{Context, Problem};
use crate::passwords;

const RECOVERY_CODES: usize = 10;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/me/totp").route(web::post().to(begin)).route(web::delete().to(remove)),
        )
        .route("/me/totp/confirm", web::post().to(confirm));
}

/// What a typed code proves.
#[derive(Debug, PartialEq, Eq)]
pub enum Proof {
    /// It is the code of this time step.
    Step(i64),
    /// It is a recovery code; these hashes remain.
    Recovery(Vec<String>),
    /// Nothing.
    None,
}

/// Checks a code against the second factor of an account.
pub fn check(found: &Credentials, code: &str, now: Instant) -> Proof {
    let code = code.trim().replace([' ', '-'], "");
    if let Some(step) = found.totp_secret.as_deref().and_then(|secret| step_of(secret, &code, now))
    {
        return Proof::Step(step);
    }
    let hash = secrets::hash(&code.to_ascii_lowercase());
    if found.recovery_codes.contains(&hash) {
        let rest = found.recovery_codes.iter().filter(|kept| **kept != hash).cloned().collect();
        return Proof::Recovery(rest);
    }
    Proof::None
}

fn step_of(secret: &str, code: &str, now: Instant) -> Option<i64> {
    let secret = Secret::try_from_base32(secret).ok()?;
    let totp = authenticator(secret, "account")?;
    let seconds = u64::try_from(now.as_millis() / 1000).ok()?;
    i64::try_from(totp.check(code, seconds)?).ok()
}

/// SHA-1, 6 digits, 30 s, one step of tolerance: what every authenticator can do.
fn authenticator(secret: Secret, account: &str) -> Option<Totp> {
    Builder::new()
        .with_secret(secret)
        .with_account_name(account.replace(':', "_"))
        .with_issuer(Some("Kanfang"))
        .build()
        .ok()
}

/// The password, asked again before the second factor changes.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Password {
    /// The present password.
    password: String,
}

/// Begins to set up a second factor.
#[utoipa::path(post, path = "/api/v1/me/totp", tag = "accounts", request_body = Password,
    responses((status = 200, description = "Secret, otpauth address and QR code"), (status = 401)))]
pub async fn begin(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<Password>,
) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    require_password(&context, &who, body.into_inner().password).await?;
    let internal = || Problem::plain(ErrorKind::Internal, "internal");
    let secret = Secret::generate();
    let base32 = secret.to_base32();
    let login = identity::user(&context.database, who.principal.id).await?.login;
    let totp = authenticator(secret, &login).ok_or_else(internal)?;
    let address = totp.to_url().map_err(|_| internal())?;
    let picture = qrcode::QrCode::new(address.as_bytes()).map_err(|_| internal())?;
    let svg = picture.render::<qrcode::render::svg::Color<'_>>().min_dimensions(240, 240).build();
    let mut tx = context.database.begin().await?;
    identity::begin_second_factor(&mut tx, who.principal.id, &base32).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    let body = json!({"secret": base32, "otpauth": address, "qr_svg": svg});
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(body))
}

/// The first code of a new authenticator.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Code {
    /// Six digits.
    code: String,
}

/// Finishes setting up: the code shows that the authenticator has the secret.
#[utoipa::path(post, path = "/api/v1/me/totp/confirm", tag = "accounts", request_body = Code,
    responses((status = 200, description = "Recovery codes, shown once"), (status = 401)))]
pub async fn confirm(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<Code>,
) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    let found = identity::credentials_of(&context.database, who.principal.id).await?;
    let code = body.code.trim().replace(' ', "");
    let step = found
        .totp_pending
        .as_deref()
        .and_then(|secret| step_of(secret, &code, context.clock.now()))
        .ok_or(SignInError::WrongCode)?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| unguessable()[..10].to_owned()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| secrets::hash(code)).collect();
    let mut tx = context.database.begin().await?;
    identity::confirm_second_factor(&mut tx, found.id, step, &hashes).await?;
    record(&context, &mut tx, &who, "second_factor.set").await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    let shown: Vec<String> =
        codes.iter().map(|code| format!("{}-{}", &code[..5], &code[5..])).collect();
    Ok(HttpResponse::Ok().json(json!({"recovery_codes": shown})))
}

/// Removes the second factor.
#[utoipa::path(delete, path = "/api/v1/me/totp", tag = "accounts", request_body = Password,
    responses((status = 204), (status = 401)))]
pub async fn remove(
    who: SignedIn,
    context: web::Data<Context>,
    body: web::Json<Password>,
) -> Result<HttpResponse, Problem> {
    who.require_browser()?;
    require_password(&context, &who, body.into_inner().password).await?;
    let mut tx = context.database.begin().await?;
    identity::remove_second_factor(&mut tx, who.principal.id).await?;
    record(&context, &mut tx, &who, "second_factor.remove").await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Fails unless `password` is the signed-in person's.
pub async fn require_password(
    context: &Context,
    who: &SignedIn,
    password: String,
) -> Result<(), Problem> {
    let stored = identity::credentials_of(&context.database, who.principal.id).await?.password_hash;
    let right = web::block(move || passwords::verify(&password, Some(&stored)))
        .await
        .map_err(|_| Problem::plain(ErrorKind::Busy, "internal"))?;
    if right { Ok(()) } else { Err(SignInError::WrongPassword.into()) }
}

/// Writes an audit entry about the person's own account.
pub async fn record(
    context: &Context,
    tx: &mut crate::catalogue::Transaction,
    who: &SignedIn,
    action: &str,
) -> Result<(), CatalogueError> {
    let id = who.principal.id.to_string();
    let tenant = who.principal.tenant.as_ref().map(|tenant| tenant.id);
    let entry = Entry { action, object_kind: "user", object_id: &id, tenant, detail: json!({}) };
    audit::append(tx, context.database.dialect(), context.clock.now(), &who.actor(), entry).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::UserId;

    fn account() -> (Credentials, Totp) {
        let secret = Secret::generate();
        let found = Credentials {
            id: UserId::new(),
            password_hash: String::new(),
            totp_secret: Some(secret.to_base32()),
            totp_pending: None,
            recovery_codes: vec![secrets::hash("abcde12345"), secrets::hash("zzzzz00000")],
            disabled: false,
        };
        (found, authenticator(secret, "li").unwrap())
    }

    #[test]
    fn the_code_of_now_proves_its_step_and_an_old_one_nothing() {
        let (found, totp) = account();
        let now = Instant::from_millis(1_900_000_000_000);
        let code = totp.generate(1_900_000_000).to_string();
        assert_eq!(check(&found, &code, now), Proof::Step(1_900_000_000 / 30));
        assert_eq!(check(&found, &code, now.plus_millis(120_000)), Proof::None);
    }

    #[test]
    fn a_recovery_code_works_with_and_without_its_dash_and_is_then_gone() {
        let (found, _) = account();
        let now = Instant::from_millis(0);
        let rest = vec![secrets::hash("zzzzz00000")];
        assert_eq!(check(&found, "ABCDE-12345", now), Proof::Recovery(rest.clone()));
        assert_eq!(check(&found, "abcde12345", now), Proof::Recovery(rest));
        assert_eq!(check(&found, "abcde", now), Proof::None);
    }
}
