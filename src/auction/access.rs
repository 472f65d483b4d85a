//! Who may see and change what belongs to a listing.

use super::people::{Principal, Role};
use crate::base::id::TenantId;

/// The two tenants that a listing belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owners {
    /// The court that auctions.
    pub court: TenantId,
    /// The agency that was commissioned, if any.
    pub agency: Option<TenantId>,
}

impl Owners {
    /// Whether the person may know that the listing exists while it is not public.
    pub fn may_read(&self, who: &Principal) -> bool {
        who.roles.contains(&Role::PlatformAdmin)
            || who.court() == Some(self.court)
            || (who.agency().is_some() && who.agency() == self.agency)
    }

    /// Whether the person may upload media and edit the draft of the tour.
    pub fn may_edit_media(&self, who: &Principal) -> bool {
        let of_agency = who.agency().is_some()
            && who.agency() == self.agency
            && who.roles.contains(&Role::AgencyMember);
        let of_court = who.court() == Some(self.court) && who.roles.contains(&Role::Clerk);
        of_agency || of_court
    }

    /// Whether the person decides what is hidden in the listing's panoramas: who makes its tour, which is a member of its
    /// agency, or the court's clerk where it has none.
    pub fn may_mask(&self, who: &Principal) -> bool {
        let maker = if self.agency.is_some() { Role::AgencyMember } else { Role::Clerk };
        who.roles.contains(&maker) && self.may_edit_media(who)
    }

    /// Whether the person may see what masks hide: one role that makes them and one that checks them, nobody else.
    pub fn may_see_unmasked(&self, who: &Principal) -> bool {
        self.may_mask(who) || self.acts_for_court(who, &[Role::Reviewer])
    }

    /// Whether the person acts for the court in one of these roles.
    pub fn acts_for_court(&self, who: &Principal, roles: &[Role]) -> bool {
        who.court() == Some(self.court) && who.has_any(roles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::people::{Membership, TenantKind};
    use crate::base::id::UserId;

    fn person(kind: TenantKind, id: TenantId, role: Role) -> Principal {
        let tenant = Some(Membership { id, kind, name: String::new() });
        Principal {
            id: UserId::new(),
            display_name: String::new(),
            tenant,
            roles: vec![role],
            scopes: None,
        }
    }

    #[test]
    fn an_agency_sees_only_its_own_listings() {
        let owners = Owners { court: TenantId::new(), agency: Some(TenantId::new()) };
        let own = person(TenantKind::Agency, owners.agency.unwrap(), Role::AgencyMember);
        let other = person(TenantKind::Agency, TenantId::new(), Role::AgencyMember);
        assert!(owners.may_read(&own) && owners.may_edit_media(&own));
        assert!(!owners.may_read(&other) && !owners.may_edit_media(&other));
        let unassigned = Owners { agency: None, ..owners };
        assert!(!unassigned.may_read(&own));
    }

    #[test]
    fn a_reviewer_reads_but_does_not_edit() {
        let owners = Owners { court: TenantId::new(), agency: None };
        let reviewer = person(TenantKind::Court, owners.court, Role::Reviewer);
        assert!(owners.may_read(&reviewer) && !owners.may_edit_media(&reviewer));
        assert!(owners.acts_for_court(&reviewer, &[Role::Reviewer]));
        assert!(!owners.acts_for_court(&reviewer, &[Role::Publisher]));
    }

    #[test]
    fn two_roles_see_what_masks_hide() {
        let court = TenantId::new();
        for agency in [None, Some(TenantId::new())] {
            let owners = Owners { court, agency };
            let mut seeing = Vec::new();
            for role in Role::ALL {
                let of_agency = role == Role::AgencyMember;
                let tenant = if of_agency { agency.unwrap_or_else(TenantId::new) } else { court };
                let kind = if of_agency { TenantKind::Agency } else { TenantKind::Court };
                if owners.may_see_unmasked(&person(kind, tenant, role)) {
                    seeing.push(role);
                }
            }
            let maker = if agency.is_some() { Role::AgencyMember } else { Role::Clerk };
            assert_eq!(seeing.len(), 2, "{seeing:?}");
            assert!(seeing.contains(&maker) && seeing.contains(&Role::Reviewer));
        }
    }
}
