//! Whose a row is, and who may read it: courts and agencies as tenants.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::CatalogueError;
use crate::auction::people::{Principal, Role};
use crate::base::id::{ListingId, TenantId};

/// The tenants that a job or event belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// The court whose staff may see it.
    pub court: Option<TenantId>,
    /// The agency whose members may see it.
    pub agency: Option<TenantId>,
    /// The listing that it is about.
    pub listing: Option<ListingId>,
}

impl Audience {
    /// Reads the columns `court_id`, `agency_id` and `listing_id`.
    pub(super) fn from_row(row: &AnyRow) -> Result<Self, CatalogueError> {
        Ok(Self {
            court: parsed(row, "court_id", TenantId::parse)?,
            agency: parsed(row, "agency_id", TenantId::parse)?,
            listing: parsed(row, "listing_id", ListingId::parse)?,
        })
    }
}

fn parsed<T>(
    row: &AnyRow,
    column: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, CatalogueError> {
    match row.try_get::<Option<String>, _>(column)? {
        None => Ok(None),
        Some(text) => parse(&text).map(Some).ok_or_else(|| CatalogueError::Corrupt {
            place: column,
            reason: format!("'{text}' is not an id"),
        }),
    }
}

/// What part of the rows somebody may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything: the platform's administrators.
    All,
    /// Everything of one court.
    Court(TenantId),
    /// Everything of one agency.
    Agency(TenantId),
}

impl Scope {
    /// The scope of a person; `None` for people who may see no jobs and no events (auditors).
    pub fn of(principal: &Principal) -> Option<Self> {
        if principal.has_any(&[Role::PlatformAdmin]) {
            return Some(Self::All);
        }
        let only_audits = principal.roles.iter().all(|role| *role == Role::Auditor);
        if let Some(court) = principal.court().filter(|_| !only_audits) {
            return Some(Self::Court(court));
        }
        principal.agency().filter(|_| !only_audits).map(Self::Agency)
    }

    /// Whether somebody with this scope may see what belongs to `audience`.
    pub fn sees(self, audience: &Audience) -> bool {
        match self {
            Self::All => true,
            Self::Court(court) => audience.court == Some(court),
            Self::Agency(agency) => audience.agency == Some(agency),
        }
    }

    /// The condition on a table's columns and the value of its one placeholder `$number`.
    pub(super) fn condition(self, number: usize) -> (String, String) {
        match self {
            Self::All => (format!("${number} = ''"), String::new()),
            Self::Court(court) => (format!("court_id = ${number}"), court.to_string()),
            Self::Agency(agency) => (format!("agency_id = ${number}"), agency.to_string()),
        }
    }
}
