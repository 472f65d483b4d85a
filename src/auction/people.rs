//! People, their roles, and what a role may do.

use serde::{Deserialize, Serialize};

use crate::base::id::{TenantId, UserId};
use crate::base::{ErrorKind, Fault};

/// What somebody is allowed to do, by duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 拍卖辅助机构人员: uploads media and builds tours for the agency's listings.
    AgencyMember,
    /// 书记员: drafts listings and rounds of the court.
    Clerk,
    /// 影像审核员: approves or returns tours.
    Reviewer,
    /// 发布人: publishes and withdraws what somebody else submitted.
    Publisher,
    /// 导播: schedules and directs live showings.
    LiveDirector,
    /// 现场执行员: sends pictures from the field.
    FieldOfficer,
    /// 法院管理员: accounts, agencies and settings of one court.
    CourtAdmin,
    /// 审计员: reads, exports and verifies the audit log, and nothing else.
    Auditor,
    /// 平台管理员: courts, agencies and the installation.
    PlatformAdmin,
}

impl Role {
    /// All roles, in the order in which forms show them.
    pub const ALL: [Self; 9] = [
        Self::AgencyMember,
        Self::Clerk,
        Self::Reviewer,
        Self::Publisher,
        Self::LiveDirector,
        Self::FieldOfficer,
        Self::CourtAdmin,
        Self::Auditor,
        Self::PlatformAdmin,
    ];
}

/// What kind of body a person belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantKind {
    /// 法院.
    Court,
    /// 拍卖辅助机构.
    Agency,
}

/// The tenant of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The court's or agency's id.
    pub id: TenantId,
    /// Court or agency.
    pub kind: TenantKind,
    /// Its name as shown.
    pub name: String,
}

/// Who makes a request, as far as rules need to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The account.
    pub id: UserId,
    /// Its name as shown.
    pub display_name: String,
    /// The court or agency; none for a platform administrator.
    pub tenant: Option<Membership>,
    /// Its roles.
    pub roles: Vec<Role>,
    /// With an API token: the only things that it may do. `None` in a browser session.
    pub scopes: Option<Vec<String>>,
}

/// A rule says no.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// Nobody has signed in.
    #[error("sign in first")]
    SignedOut,
    /// The role is missing.
    #[error("this needs the role {needed}; ask your court's administrator for it")]
    RoleMissing {
        /// The roles of which one is needed.
        needed: String,
    },
    /// The token was not made for this.
    #[error("the API token lacks the scope '{scope}'; make a token that has it")]
    ScopeMissing {
        /// The scope that is needed.
        scope: String,
    },
}

impl Fault for PeopleError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::SignedOut => ErrorKind::Unauthenticated,
            Self::RoleMissing { .. } | Self::ScopeMissing { .. } => ErrorKind::Forbidden,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::RoleMissing { .. } => "role-missing",
            Self::ScopeMissing { .. } => "scope-missing",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SignedOut => Vec::new(),
            Self::RoleMissing { needed } => vec![("needed", needed.clone())],
            Self::ScopeMissing { scope } => vec![("scope", scope.clone())],
        }
    }
}

impl Principal {
    /// Whether the person has one of these roles.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    /// Fails unless the person has one of these roles.
    pub fn require_any(&self, roles: &[Role]) -> Result<(), PeopleError> {
        if self.has_any(roles) {
            return Ok(());
        }
        let names = roles.iter().map(|role| format!("{role:?}")).collect::<Vec<_>>();
        Err(PeopleError::RoleMissing { needed: names.join(" / ") })
    }

    /// Fails if the request came with a token that was not made for `scope`
    /// (`listings:read`, `listings:write`, `media:write`, `tours:write`).
    pub fn require_scope(&self, scope: &str) -> Result<(), PeopleError> {
        match &self.scopes {
            Some(scopes) if !scopes.iter().any(|have| have == scope) => {
                Err(PeopleError::ScopeMissing { scope: scope.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// The court of a member of a court.
    pub fn court(&self) -> Option<TenantId> {
        self.tenant_of(TenantKind::Court)
    }

    /// The agency of a member of an agency.
    pub fn agency(&self) -> Option<TenantId> {
        self.tenant_of(TenantKind::Agency)
    }

    fn tenant_of(&self, kind: TenantKind) -> Option<TenantId> {
        self.tenant.as_ref().filter(|tenant| tenant.kind == kind).map(|tenant| tenant.id)
    }
}
