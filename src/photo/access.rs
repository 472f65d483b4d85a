//! Who may see and change the media of a listing, with the answer that a refusal gets.

use crate::auction::access::Owners;
use crate::auction::people::{PeopleError, Principal, Role};

/// Whose duty uploading is, for the text of a refusal.
const EDITORS: [Role; 2] = [Role::AgencyMember, Role::Clerk];
/// Who may have originals, with the place and the camera in them.
const READERS_OF_ORIGINALS: [Role; 3] = [Role::Reviewer, Role::Publisher, Role::CourtAdmin];

/// Fails unless somebody may upload at all, for whatever listing.
pub fn require_uploader(who: &Principal) -> Result<(), PeopleError> {
    who.require_scope("media:write")?;
    who.require_any(&EDITORS)
}

/// Fails unless somebody who may see the listing's media may also add, correct and remove them.
pub fn require_change(who: &Principal, owners: &Owners) -> Result<(), PeopleError> {
    require_uploader(who)?;
    if owners.may_edit_media(who) { Ok(()) } else { Err(refusal(&EDITORS)) }
}

/// Fails unless somebody who may see the listing's media may also have the original of an asset in which masks hide
/// something. Only the reviewer compares; the maker, who is the other one that sees what is hidden, sent the file.
pub fn require_masked_original(who: &Principal, owners: &Owners) -> Result<(), PeopleError> {
    require_original(who, owners)?;
    if owners.acts_for_court(who, &[Role::Reviewer]) {
        Ok(())
    } else {
        Err(refusal(&[Role::Reviewer]))
    }
}

/// Fails unless somebody who may see the listing's media may also have the originals.
pub fn require_original(who: &Principal, owners: &Owners) -> Result<(), PeopleError> {
    who.require_scope("listings:read")?;
    who.require_any(&READERS_OF_ORIGINALS)?;
    if owners.acts_for_court(who, &READERS_OF_ORIGINALS) {
        Ok(())
    } else {
        Err(refusal(&READERS_OF_ORIGINALS))
    }
}

fn refusal(roles: &[Role]) -> PeopleError {
    let names: Vec<_> = roles.iter().map(|role| format!("{role:?}")).collect();
    PeopleError::RoleMissing { needed: names.join(" / ") }
}
