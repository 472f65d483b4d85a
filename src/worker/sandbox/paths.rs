//! Landlock (Linux 5.13 and later): no path, no TCP port, no abstract socket, no signal to others.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError,
    RulesetStatus, Scope,
};

/// Forbids everything that Landlock knows; files that are open stay usable.
pub(super) fn close_all() -> Result<String, String> {
    let status = restrict().map_err(|error| error.to_string())?;
    match status {
        RulesetStatus::FullyEnforced => Ok("paths, TCP, signals".to_owned()),
        RulesetStatus::PartiallyEnforced => Ok("as much as this kernel knows".to_owned()),
        RulesetStatus::NotEnforced => Err("this kernel has no Landlock".to_owned()),
    }
}

fn restrict() -> Result<RulesetStatus, RulesetError> {
    // A kernel that knows less enforces what it knows; `close_all` says how much that is.
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V6))?
        .handle_access(AccessNet::from_all(ABI::V6))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?;
    Ok(ruleset.restrict_self()?.ruleset)
}
