//! What the public may see of a listing at a given moment.

use serde::{Deserialize, Serialize};

use super::rounds::RoundState;
use crate::base::Instant;

/// What a public address of a listing answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// It was never announced: as if it were not there (404).
    Private,
    /// The page is shown.
    Public,
    /// It was public and is gone (410); the tombstone says why.
    Gone(Tombstone),
}

/// Why a page that was public is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Withdrawn by the court, or taken down after the sale.
    pub why: GoneWhy,
    /// Since when.
    pub at: Instant,
    /// The court's reason for a withdrawal.
    pub reason: Option<String>,
}

/// Why a page is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoneWhy {
    /// 撤回.
    Withdrawn,
    /// 下架.
    TakenDown,
}

/// What visibility follows from.
#[derive(Clone, Debug, Default)]
pub struct Publicity<'a> {
    /// When the listing first went public.
    pub announced_at: Option<Instant>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Instant>,
    /// Why it was withdrawn.
    pub withdrawn_reason: Option<&'a str>,
    /// When its page is taken down.
    pub take_down_at: Option<Instant>,
}

impl Publicity<'_> {
    /// What the public may see at `now`.
    pub fn at(&self, now: Instant) -> Visibility {
        if self.announced_at.is_none_or(|at| at > now) {
            return Visibility::Private;
        }
        if let Some(at) = self.withdrawn_at {
            let reason = self.withdrawn_reason.map(str::to_owned);
            return Visibility::Gone(Tombstone { why: GoneWhy::Withdrawn, at, reason });
        }
        match self.take_down_at {
            Some(at) if at <= now => {
                Visibility::Gone(Tombstone { why: GoneWhy::TakenDown, at, reason: None })
            }
            _ => Visibility::Public,
        }
    }
}

/// The state that a page shows: the stored one, moved on by the clock. A stored `announced` whose opening time has
/// come is `bidding`, also in the seconds before the clock's own step is written.
pub fn shown_state(stored: RoundState, opens_at: Option<Instant>, now: Instant) -> RoundState {
    match (stored, opens_at) {
        (RoundState::Announced, Some(opens)) if opens <= now => RoundState::Bidding,
        _ => stored,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_public_and_gone_follow_from_the_dates() {
        let at = Instant::from_millis;
        let mut publicity = Publicity::default();
        assert_eq!(publicity.at(at(5)), Visibility::Private);
        publicity.announced_at = Some(at(5));
        assert_eq!(publicity.at(at(4)), Visibility::Private);
        assert_eq!(publicity.at(at(5)), Visibility::Public);
        publicity.take_down_at = Some(at(9));
        assert_eq!(publicity.at(at(8)), Visibility::Public);
        assert!(matches!(
            publicity.at(at(9)),
            Visibility::Gone(Tombstone { why: GoneWhy::TakenDown, .. })
        ));
        publicity.withdrawn_at = Some(at(7));
        assert!(matches!(
            publicity.at(at(7)),
            Visibility::Gone(Tombstone { why: GoneWhy::Withdrawn, .. })
        ));
    }

    #[test]
    fn the_clock_moves_the_shown_state() {
        let opens = Some(Instant::from_millis(10));
        assert_eq!(
            shown_state(RoundState::Announced, opens, Instant::from_millis(9)),
            RoundState::Announced
        );
        assert_eq!(
            shown_state(RoundState::Announced, opens, Instant::from_millis(10)),
            RoundState::Bidding
        );
        assert_eq!(
            shown_state(RoundState::Suspended, opens, Instant::from_millis(10)),
            RoundState::Suspended
        );
    }
}
