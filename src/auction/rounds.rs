//! A round (拍次): its kind, terms and states. One round is one row; a lot may have many.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::days::day_of;
use super::facts::PropertyKind;
use super::money::Fen;
use crate::base::Instant;

/// Which sale of the lot this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundKind {
    /// 一拍.
    First,
    /// 二拍.
    Second,
    /// 变卖.
    SellOff,
}

impl RoundKind {
    /// All kinds, in order.
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::SellOff];

    /// Stable name, as in JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::SellOff => "sell_off",
        }
    }

    /// From its stable name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// The rule about how long before bidding the announcement must be.
    pub const fn notice_rule(self, property: PropertyKind) -> &'static str {
        match (self, property.is_movable()) {
            (Self::First, false) => "notice-first-real-estate",
            (Self::First, true) => "notice-first-movable",
            (Self::Second, false) => "notice-second-real-estate",
            (Self::Second, true) => "notice-second-movable",
            (Self::SellOff, false) => "notice-sell-off-real-estate",
            (Self::SellOff, true) => "notice-sell-off-movable",
        }
    }
}

/// Where a round is in its life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RoundState {
    /// 草稿.
    Draft,
    /// 待公告.
    Planned,
    /// 已公告 (预展).
    Announced,
    /// 竞价中.
    Bidding,
    /// 成交.
    Sold,
    /// 流拍.
    Failed,
    /// 暂缓.
    Deferred,
    /// 中止.
    Suspended,
    /// 撤回.
    Withdrawn,
    /// 悔拍.
    Defaulted,
    /// 已确权.
    Titled,
    /// 撤销.
    SetAside,
    /// 已交付.
    HandedOver,
    /// 以物抵债.
    SetOff,
    /// 退还.
    Returned,
    /// 结案.
    Closed,
}

impl RoundState {
    /// All states, in the order of a usual life.
    pub const ALL: [Self; 16] = [
        Self::Draft,
        Self::Planned,
        Self::Announced,
        Self::Bidding,
        Self::Sold,
        Self::Failed,
        Self::Deferred,
        Self::Suspended,
        Self::Withdrawn,
        Self::Defaulted,
        Self::Titled,
        Self::SetAside,
        Self::HandedOver,
        Self::SetOff,
        Self::Returned,
        Self::Closed,
    ];

    /// Stable name, as in JSON and in the database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Planned => "planned",
            Self::Announced => "announced",
            Self::Bidding => "bidding",
            Self::Sold => "sold",
            Self::Failed => "failed",
            Self::Deferred => "deferred",
            Self::Suspended => "suspended",
            Self::Withdrawn => "withdrawn",
            Self::Defaulted => "defaulted",
            Self::Titled => "titled",
            Self::SetAside => "set_aside",
            Self::HandedOver => "handed_over",
            Self::SetOff => "set_off",
            Self::Returned => "returned",
            Self::Closed => "closed",
        }
    }

    /// From its stable name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }

    /// Whether bidders can still act on it: what the list shows unless asked otherwise.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Announced | Self::Bidding | Self::Deferred | Self::Suspended)
    }

    /// Whether the round is interrupted and pages carry a banner.
    pub const fn is_interrupted(self) -> bool {
        matches!(self, Self::Deferred | Self::Suspended)
    }

    /// Whether the sale is over, so that a further round may follow on the same listing.
    pub const fn allows_next_round(self) -> bool {
        matches!(self, Self::Failed | Self::Defaulted | Self::SetAside)
    }
}

/// The terms of a round, as the panel settled them. All are optional in a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// Starting price (起拍价), which is also the reserve price.
    pub start_price: Option<Fen>,
    /// Deposit (保证金).
    pub deposit: Option<Fen>,
    /// Bid increment (增价幅度).
    pub increment: Option<Fen>,
    /// Bidding begins.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opens_at: Option<Instant>,
    /// Bidding ends, apart from automatic extensions.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closes_at: Option<Instant>,
    /// Platform, by the id in the rule file.
    pub platform: Option<String>,
    /// The item's page on the platform, `https`.
    pub item_url: Option<String>,
    /// How the balance is paid: deadline and account, as in the announcement.
    pub payment: Option<String>,
}

/// Terms of which nothing is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledTerms {
    /// Starting price.
    pub start_price: Fen,
    /// Deposit.
    pub deposit: Fen,
    /// Bid increment.
    pub increment: Fen,
    /// Bidding begins.
    pub opens_at: Instant,
    /// Bidding ends.
    pub closes_at: Instant,
    /// Platform.
    pub platform: String,
}

impl Terms {
    /// The terms if they are complete, otherwise the JSON names of what is missing or not positive.
    pub fn settled(&self) -> Result<SettledTerms, Vec<&'static str>> {
        let positive = |fen: Option<Fen>| fen.filter(|fen| fen.0 > 0);
        let platform = self.platform.clone().filter(|platform| !platform.is_empty());
        match (
            positive(self.start_price),
            positive(self.deposit),
            positive(self.increment),
            self.opens_at,
            self.closes_at,
            platform.clone(),
        ) {
            (
                Some(start_price),
                Some(deposit),
                Some(increment),
                Some(opens_at),
                Some(closes_at),
                Some(platform),
            ) => {
                Ok(SettledTerms { start_price, deposit, increment, opens_at, closes_at, platform })
            }
            (start_price, deposit, increment, opens_at, closes_at, platform) => Err([
                ("start_price", start_price.is_none()),
                ("deposit", deposit.is_none()),
                ("increment", increment.is_none()),
                ("opens_at", opens_at.is_none()),
                ("closes_at", closes_at.is_none()),
                ("platform", platform.is_none()),
            ]
            .into_iter()
            .filter_map(|(name, missing)| missing.then_some(name))
            .collect()),
        }
    }
}

/// What rules must know of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundFacts {
    /// Which sale.
    pub kind: RoundKind,
    /// Where it is.
    pub state: RoundState,
    /// Its terms.
    pub terms: Terms,
    /// When the last transition took effect; none in a draft.
    pub changed_at: Option<Instant>,
    /// When it was announced, if it was.
    pub announced_at: Option<Instant>,
}

/// Whether the facts of the listing are frozen: from the moment bidding begins, edits are dated corrections.
/// A failed, defaulted or set-aside round frees them again for the next announcement.
pub fn facts_are_frozen(round: &RoundFacts, now: Instant) -> bool {
    match round.state {
        RoundState::Bidding
        | RoundState::Sold
        | RoundState::Titled
        | RoundState::HandedOver
        | RoundState::Closed
        | RoundState::SetOff
        | RoundState::Returned
        | RoundState::Withdrawn => true,
        RoundState::Announced | RoundState::Deferred | RoundState::Suspended => {
            round.terms.opens_at.is_some_and(|opens| opens <= now)
        }
        RoundState::Draft
        | RoundState::Planned
        | RoundState::Failed
        | RoundState::Defaulted
        | RoundState::SetAside => false,
    }
}

/// Days that a page stays after the sale has ended well; `None` for states in which it stays on.
pub const fn is_taken_down_after(state: RoundState) -> bool {
    matches!(
        state,
        RoundState::Sold
            | RoundState::Titled
            | RoundState::SetOff
            | RoundState::Returned
            | RoundState::HandedOver
            | RoundState::Closed
    )
}

/// When the page is taken down: `days` calendar days after the day of `at`, at midnight in Shanghai.
pub fn take_down_at(at: Instant, days: i64) -> Instant {
    let last = jiff::Span::new()
        .try_days(days + 1)
        .ok()
        .and_then(|span| day_of(at).checked_add(span).ok());
    last.and_then(|day| day.to_zoned_datetime(super::days::shanghai()).ok())
        .map_or(at.plus_millis(days.saturating_mul(86_400_000)), |midnight| {
            midnight.timestamp().into()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_kinds_read_back_their_names() {
        for state in RoundState::ALL {
            assert_eq!(RoundState::from_slug(state.slug()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.slug());
        }
        for kind in RoundKind::ALL {
            assert_eq!(RoundKind::from_slug(kind.slug()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.slug());
        }
    }

    #[test]
    fn incomplete_terms_name_what_is_missing() {
        let terms = Terms { start_price: Some(Fen(0)), deposit: Some(Fen(5)), ..Terms::default() };
        let missing = terms.settled().unwrap_err();
        assert_eq!(missing, ["start_price", "increment", "opens_at", "closes_at", "platform"]);
    }

    #[test]
    fn a_sold_page_stays_seven_whole_days() {
        let sold: jiff::Timestamp = "2020-05-20T02:00:00Z".parse().unwrap();
        // Seven days after 20 May is 27 May, which still counts; midnight in Shanghai is 16:00 UTC the day before.
        assert_eq!(take_down_at(sold.into(), 7).to_string(), "2020-05-27T16:00:00Z");
    }
}
