//! The life of a round as one table: from, to, who, what must be given, which guards.

use super::people::Role;
use super::rounds::RoundState::{
    self, Announced, Bidding, Closed, Defaulted, Deferred, Draft, Failed, HandedOver, Planned,
    Returned, SetAside, SetOff, Sold, Suspended, Titled, Withdrawn,
};

/// A condition that a transition must meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guard {
    /// All terms are entered and plausible.
    TermsSettled,
    /// Starting price against the reference price or the round before.
    StartPrice,
    /// Deposit against the starting price.
    Deposit,
    /// Bidding lasts long enough.
    BiddingDuration,
    /// The announcement is early enough.
    Notice,
    /// The reference price is still valid.
    PriceValidity,
    /// The facts of art. 13 and the reminders of art. 14 are complete.
    Disclosure,
    /// A tour is approved, or a reason for having none is given.
    Media,
    /// Who settled the terms is somebody else.
    FourEyes,
    /// The same platform as in the round before.
    SamePlatform,
    /// The page goes public with the announcement: it is dated today.
    AnnouncedToday,
    /// Bidding has begun by the clock.
    OpeningReached,
    /// Bidding has not begun yet by the clock.
    OpeningAhead,
    /// Bidding has ended by the clock.
    ClosingReached,
    /// Bidding has not ended yet by the clock.
    ClosingAhead,
    /// The final price is given and not below the starting price.
    FinalPrice,
    /// Warns when the auction goes on later than the rule wants.
    ResumedInTime,
    /// Warns when the next round comes later than the rule wants.
    SecondRoundInTime,
    /// Warns when the pictures are old.
    PicturesAge,
}

/// One allowed step.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// State before.
    pub from: RoundState,
    /// State after.
    pub to: RoundState,
    /// One of these roles of the court is needed.
    pub roles: &'static [Role],
    /// Whether the clock does it by itself as well.
    pub by_clock: bool,
    /// Whether a document (ruling, decision, announcement) must be named.
    pub document: bool,
    /// What must hold.
    pub guards: &'static [Guard],
}

const DRAFTERS: &[Role] = &[Role::Clerk, Role::CourtAdmin];
const PUBLISHERS: &[Role] = &[Role::Publisher];
/// Stopping must not wait for one person.
const STOPPERS: &[Role] = &[Role::Publisher, Role::CourtAdmin];
const RESULT: &[Role] = &[Role::Clerk, Role::Publisher];

const fn step(
    from: RoundState,
    to: RoundState,
    roles: &'static [Role],
    document: bool,
    guards: &'static [Guard],
) -> Transition {
    Transition { from, to, roles, by_clock: false, document, guards }
}

/// Every step there is. A further round after a failure is a new row, not a step.
pub const TABLE: &[Transition] = &[
    step(
        Draft,
        Planned,
        DRAFTERS,
        false,
        &[
            Guard::TermsSettled,
            Guard::StartPrice,
            Guard::Deposit,
            Guard::BiddingDuration,
            Guard::SamePlatform,
        ],
    ),
    step(
        Planned,
        Announced,
        PUBLISHERS,
        true,
        &[
            Guard::TermsSettled,
            Guard::Disclosure,
            Guard::Media,
            Guard::FourEyes,
            Guard::AnnouncedToday,
            Guard::Notice,
            Guard::BiddingDuration,
            Guard::StartPrice,
            Guard::Deposit,
            Guard::PriceValidity,
            Guard::SamePlatform,
            Guard::SecondRoundInTime,
            Guard::PicturesAge,
        ],
    ),
    Transition {
        from: Announced,
        to: Bidding,
        roles: RESULT,
        by_clock: true,
        document: false,
        guards: &[Guard::OpeningReached],
    },
    step(Bidding, Sold, RESULT, false, &[Guard::ClosingReached, Guard::FinalPrice]),
    step(Bidding, Failed, RESULT, false, &[Guard::ClosingReached]),
    step(Announced, Deferred, STOPPERS, true, &[]),
    step(Announced, Suspended, STOPPERS, true, &[]),
    step(Bidding, Deferred, STOPPERS, true, &[]),
    step(Bidding, Suspended, STOPPERS, true, &[]),
    step(Deferred, Suspended, STOPPERS, true, &[]),
    step(
        Deferred,
        Announced,
        PUBLISHERS,
        true,
        &[Guard::BiddingDuration, Guard::OpeningAhead, Guard::ResumedInTime],
    ),
    step(
        Suspended,
        Announced,
        PUBLISHERS,
        true,
        &[Guard::BiddingDuration, Guard::OpeningAhead, Guard::ResumedInTime],
    ),
    step(
        Deferred,
        Bidding,
        PUBLISHERS,
        true,
        &[Guard::OpeningReached, Guard::ClosingAhead, Guard::ResumedInTime],
    ),
    step(
        Suspended,
        Bidding,
        PUBLISHERS,
        true,
        &[Guard::OpeningReached, Guard::ClosingAhead, Guard::ResumedInTime],
    ),
    step(Planned, Withdrawn, STOPPERS, true, &[]),
    step(Announced, Withdrawn, STOPPERS, true, &[]),
    step(Deferred, Withdrawn, STOPPERS, true, &[]),
    step(Suspended, Withdrawn, STOPPERS, true, &[]),
    step(Sold, Defaulted, RESULT, true, &[]),
    step(Sold, Titled, RESULT, true, &[]),
    step(Sold, SetAside, PUBLISHERS, true, &[]),
    step(Titled, SetAside, PUBLISHERS, true, &[]),
    step(Titled, HandedOver, RESULT, true, &[]),
    step(HandedOver, Closed, RESULT, false, &[]),
    step(Failed, SetOff, RESULT, true, &[]),
    step(Failed, Returned, RESULT, true, &[]),
];

/// The step from one state to another, if there is one.
pub fn find(from: RoundState, to: RoundState) -> Option<&'static Transition> {
    TABLE.iter().find(|step| step.from == from && step.to == to)
}

/// The steps that begin in a state.
pub fn leaving(from: RoundState) -> impl Iterator<Item = &'static Transition> {
    TABLE.iter().filter(move |step| step.from == from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_is_listed_twice_and_every_state_is_reached() {
        for (index, step) in TABLE.iter().enumerate() {
            assert!(
                !TABLE[..index].iter().any(|other| other.from == step.from && other.to == step.to)
            );
            assert!(!step.roles.contains(&Role::AgencyMember), "an agency never decides");
            assert!(!step.roles.contains(&Role::Auditor));
        }
        for state in RoundState::ALL.into_iter().filter(|state| *state != Draft) {
            assert!(TABLE.iter().any(|step| step.to == state), "{state:?} is never reached");
        }
    }

    #[test]
    fn withdrawn_is_final() {
        assert_eq!(leaving(Withdrawn).count(), 0);
        assert!(find(Draft, Announced).is_none());
        assert!(find(Bidding, Withdrawn).is_none(), "a running bidding is suspended first");
    }
}
