//! Who may read and write listings, the ETag, and problems with the rules at fault.

use actix_web::HttpRequest;
use actix_web::http::header::IF_MATCH;
use serde_json::json;

use crate::auction::people::{PeopleError, Principal, Role};
use crate::base::id::{ListingId, RoundId};
use crate::base::{ErrorKind, Fault};
use crate::catalogue::change_error::ChangeError;
use crate::catalogue::listings::Scope;
use crate::http::{Problem, SignedIn};

/// Roles of a court that work with listings. The auditor reads the audit log and nothing else.
const READERS: &[Role] = &[
    Role::Clerk,
    Role::Reviewer,
    Role::Publisher,
    Role::LiveDirector,
    Role::FieldOfficer,
    Role::CourtAdmin,
    Role::AgencyMember,
];
const WRITERS: &[Role] = &[Role::Clerk, Role::CourtAdmin, Role::Publisher];

/// Whose listings the caller may read.
pub fn reader(who: &Principal) -> Result<Scope, Problem> {
    who.require_scope("listings:read")?;
    who.require_any(READERS)?;
    Scope::of(who)
        .ok_or_else(|| PeopleError::RoleMissing { needed: "court / agency".to_owned() }.into())
}

/// The court for which the caller may write. Agencies prepare media, they decide nothing (网拍规定 6, 7).
pub fn writer(who: &Principal) -> Result<Scope, Problem> {
    who.require_scope("listings:write")?;
    who.require_any(WRITERS)?;
    let needed = || PeopleError::RoleMissing { needed: "court".to_owned() }.into();
    who.court().map(Scope::Court).ok_or_else(needed)
}

/// The caller, once more, as what every change needs.
pub fn by<'a>(
    context: &super::super::Context,
    actor: &'a crate::catalogue::audit::Actor,
) -> crate::catalogue::listings::By<'a> {
    crate::catalogue::listings::By {
        now: context.clock.now(),
        actor,
        dialect: context.database.dialect(),
    }
}

/// A listing's id from the address; anything else is not there.
pub fn listing_id(text: &str) -> Result<ListingId, Problem> {
    ListingId::parse(text).ok_or_else(Problem::not_found)
}

/// A round's id from the address; anything else is not there.
pub fn round_id(text: &str) -> Result<RoundId, Problem> {
    RoundId::parse(text).ok_or_else(Problem::not_found)
}

/// The change would overwrite somebody else's because the request does not say what it read.
#[derive(Debug, thiserror::Error)]
#[error("send If-Match with the ETag that you read")]
struct NoIfMatch;

impl Fault for NoIfMatch {
    fn kind(&self) -> ErrorKind {
        ErrorKind::PreconditionFailed
    }

    fn slug(&self) -> &'static str {
        "if-match-required"
    }
}

/// The version that the caller read, from `If-Match`.
pub fn expected_version(request: &HttpRequest) -> Result<i64, Problem> {
    let value = request.headers().get(IF_MATCH).and_then(|value| value.to_str().ok());
    let number = value
        .and_then(|value| value.trim().trim_start_matches("W/").trim_matches('"').parse().ok());
    number.ok_or_else(|| NoIfMatch.into())
}

/// The ETag of a version.
pub fn etag(version: i64) -> (&'static str, String) {
    ("ETag", format!("\"{version}\""))
}

/// The problem with every rule that is not kept, for programs and consoles.
pub fn with_rules(error: ChangeError) -> Problem {
    let violations = json!(error.violations());
    let has_any = !error.violations().is_empty();
    let problem = Problem::from(error);
    if has_any { problem.with("violations", violations) } else { problem }
}

/// Who asks, for the audit log.
pub fn actor(who: &SignedIn) -> crate::catalogue::audit::Actor {
    who.actor()
}
