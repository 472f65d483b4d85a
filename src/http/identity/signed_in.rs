//! The extractor that tells handlers who is asking.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};

use super::secrets;
use crate::auction::people::{PeopleError, Principal};
use crate::base::ErrorKind;
use crate::catalogue::audit::Actor;
use crate::catalogue::identity::{self, Session};
use crate::http::{Context, Problem};

/// The name of the session cookie.
pub const COOKIE: &str = "kanfang_session";

/// Who is asking. As a handler argument it refuses requests that nobody signed in for, and unsafe
/// requests of a browser without its `X-CSRF-Token`.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub principal: Principal,
    /// The session, for a browser; none with an API token.
    pub session: Option<Session>,
    /// From where.
    pub address: String,
}

impl SignedIn {
    /// For the audit log.
    pub fn actor(&self) -> Actor {
        Actor {
            id: Some(self.principal.id),
            name: self.principal.display_name.clone(),
            address: self.address.clone(),
        }
    }

    /// Fails for API tokens: some things are done by people only.
    pub fn require_browser(&self) -> Result<&Session, Problem> {
        let scope = "browser".to_owned();
        Ok(self.session.as_ref().ok_or(PeopleError::ScopeMissing { scope })?)
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { identify(&request).await })
    }
}

async fn identify(request: &HttpRequest) -> Result<SignedIn, Problem> {
    let context: &web::Data<Context> = request.app_data().ok_or_else(Problem::not_found)?;
    let (database, now) = (&context.database, context.clock.now());
    let address = address_of(request);
    if let Some(token) = bearer(request) {
        let principal = identity::principal_of_token(database, &secrets::hash(token), now)
            .await?
            .ok_or(PeopleError::SignedOut)?;
        return Ok(SignedIn { principal, session: None, address });
    }
    let cookie = request.cookie(COOKIE).ok_or(PeopleError::SignedOut)?;
    let session = identity::session(database, &secrets::hash(cookie.value()), now)
        .await?
        .ok_or(PeopleError::SignedOut)?;
    if !request.method().is_safe() {
        let given = request.headers().get("X-CSRF-Token").and_then(|value| value.to_str().ok());
        if !secrets::alike(given.unwrap_or_default(), &session.csrf) {
            return Err(Problem::plain(ErrorKind::Forbidden, "csrf"));
        }
    }
    Ok(SignedIn { principal: session.principal.clone(), session: Some(session), address })
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

/// The network address of the caller, from the proxy's header where the operator trusts it.
pub fn address_of(request: &HttpRequest) -> String {
    let trusted =
        request.app_data::<web::Data<Context>>().is_some_and(|c| c.config.server.trust_proxy);
    let info = request.connection_info();
    let address = if trusted { info.realip_remote_addr() } else { info.peer_addr() };
    address.unwrap_or_default().to_owned()
}
