//! Which round may follow which: 一拍 → 二拍 → 变卖, and again the same kind after a buyer's default.

use super::round_error::RoundError;
use super::rounds::{RoundFacts, RoundKind, RoundState};

/// The kind that a new round must have after `last` (none: it is the first of the listing).
pub fn expected_kind(last: Option<&RoundFacts>) -> Result<RoundKind, RoundError> {
    let Some(last) = last else { return Ok(RoundKind::First) };
    if !last.state.allows_next_round() {
        return Err(RoundError::RoundOpen { state: last.state });
    }
    Ok(match (last.state, last.kind) {
        (RoundState::Failed, RoundKind::First) => RoundKind::Second,
        (RoundState::Failed, RoundKind::Second) => RoundKind::SellOff,
        (RoundState::Failed, RoundKind::SellOff) => {
            return Err(RoundError::RoundOpen { state: last.state });
        }
        // Defaulted or set aside: the same sale is held again.
        (_, kind) => kind,
    })
}

/// Checks the kind of a new round.
pub fn check_kind(last: Option<&RoundFacts>, given: RoundKind) -> Result<(), RoundError> {
    let expected = expected_kind(last)?;
    if given == expected { Ok(()) } else { Err(RoundError::WrongKind { given, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::rounds::Terms;

    fn round(kind: RoundKind, state: RoundState) -> RoundFacts {
        RoundFacts { kind, state, terms: Terms::default(), changed_at: None, announced_at: None }
    }

    #[test]
    fn rounds_follow_each_other_as_the_law_has_them() {
        assert_eq!(expected_kind(None).unwrap(), RoundKind::First);
        let failed = round(RoundKind::First, RoundState::Failed);
        assert_eq!(expected_kind(Some(&failed)).unwrap(), RoundKind::Second);
        assert!(matches!(
            check_kind(Some(&failed), RoundKind::First),
            Err(RoundError::WrongKind { expected: RoundKind::Second, .. })
        ));
        let again = round(RoundKind::Second, RoundState::Defaulted);
        assert_eq!(expected_kind(Some(&again)).unwrap(), RoundKind::Second);
        let open = round(RoundKind::First, RoundState::Announced);
        assert!(matches!(expected_kind(Some(&open)), Err(RoundError::RoundOpen { .. })));
    }
}
