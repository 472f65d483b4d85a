//! Whether a transition may happen: role, form, and every guard of the table with its rule.

use super::days::{day_of, days_between};
use super::facts::Facts;
use super::media::MediaState;
use super::money::Fen;
use super::people::Principal;
use super::round_error::{RoundError, Violation};
use super::rounds::{RoundFacts, RoundKind, RoundState, SettledTerms};
use super::rules::Rules;
use super::transitions::{Guard, Transition, find};
use crate::base::Instant;
use crate::base::id::UserId;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The state wanted.
    pub to: RoundState,
    /// When it took effect; not in the future.
    pub at: Instant,
    /// Why. Shown to the public when a round is deferred, suspended or withdrawn.
    pub reason: String,
    /// The document that decides it.
    pub document: Option<String>,
    /// For a sale: the price.
    pub final_price: Option<Fen>,
    /// For going on: when the reason for the interruption ended.
    pub reason_ended_at: Option<Instant>,
}

/// Everything that the guards look at.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// The rules in force.
    pub rules: &'a Rules,
    /// The present.
    pub now: Instant,
    /// The listing's facts.
    pub facts: &'a Facts,
    /// The round itself.
    pub round: &'a RoundFacts,
    /// The round before on the same listing, if there is one.
    pub previous: Option<&'a RoundFacts>,
    /// How far the listing's tour is.
    pub media: MediaState,
    /// Why there is no tour, if the court decided so.
    pub no_media_reason: Option<&'a str>,
    /// Who settled the terms.
    pub planned_by: Option<UserId>,
}

/// A transition that is allowed.
#[derive(Debug)]
pub struct Allowed {
    /// The step of the table.
    pub step: &'static Transition,
    /// Rules that are overstepped without forbidding the step (a term of the court has passed).
    pub warnings: Vec<Violation>,
}

/// Differences between our clock and the caller's that do not matter.
const CLOCK_TOLERANCE_MILLIS: i64 = 60_000;
const HOUR_MILLIS: i64 = 3_600_000;

impl Situation<'_> {
    /// Checks a person's request.
    pub fn check(&self, who: &Principal, request: &Request) -> Result<Allowed, RoundError> {
        let step = find(self.round.state, request.to)
            .ok_or(RoundError::NoSuchStep { from: self.round.state, to: request.to })?;
        who.require_any(step.roles)?;
        self.check_form(step, request)?;
        self.check_guards(step, request, Some(who.id))
    }

    /// Checks a step that the clock makes by itself.
    pub fn check_by_clock(&self, request: &Request) -> Result<Allowed, RoundError> {
        let step = find(self.round.state, request.to)
            .filter(|step| step.by_clock)
            .ok_or(RoundError::NoSuchStep { from: self.round.state, to: request.to })?;
        self.check_guards(step, request, None)
    }

    fn check_form(&self, step: &Transition, request: &Request) -> Result<(), RoundError> {
        if request.reason.trim().is_empty() {
            return Err(RoundError::Missing { field: "reason" });
        }
        if step.document && request.document.as_ref().is_none_or(|text| text.trim().is_empty()) {
            return Err(RoundError::Missing { field: "document" });
        }
        if request.at > self.now.plus_millis(CLOCK_TOLERANCE_MILLIS) {
            return Err(RoundError::InTheFuture { at: request.at });
        }
        match self.round.changed_at {
            Some(before) if request.at < before => {
                Err(RoundError::BeforeTheLast { at: request.at, before })
            }
            _ => Ok(()),
        }
    }

    fn check_guards(
        &self,
        step: &'static Transition,
        request: &Request,
        who: Option<UserId>,
    ) -> Result<Allowed, RoundError> {
        let terms = match self.round.terms.settled() {
            Ok(terms) if terms.closes_at > terms.opens_at => terms,
            Ok(_) => return Err(RoundError::ClosesBeforeItOpens),
            // Drafts may be withdrawn and results entered without looking at terms again.
            Err(missing) if step.guards.is_empty() => {
                tracing::debug!(?missing, "step without guards on incomplete terms");
                return Ok(Allowed { step, warnings: Vec::new() });
            }
            Err(missing) => return Err(RoundError::TermsMissing { fields: missing }),
        };
        let mut broken = Vec::new();
        let mut warnings = Vec::new();
        for guard in step.guards {
            self.look(*guard, &terms, request, who, &mut broken, &mut warnings)?;
        }
        if broken.is_empty() {
            Ok(Allowed { step, warnings })
        } else {
            Err(RoundError::Rules(broken))
        }
    }

    fn look(
        &self,
        guard: Guard,
        terms: &SettledTerms,
        request: &Request,
        who: Option<UserId>,
        broken: &mut Vec<Violation>,
        warnings: &mut Vec<Violation>,
    ) -> Result<(), RoundError> {
        match guard {
            Guard::TermsSettled => self.known_platform(terms)?,
            Guard::StartPrice => broken.extend(self.start_price(terms)),
            Guard::Deposit => broken.extend(self.deposit(terms)),
            Guard::BiddingDuration => broken.extend(self.duration(terms)),
            Guard::Notice => broken.extend(self.notice(terms, request.at)),
            Guard::PriceValidity => broken.extend(self.price_validity(terms, request.at)),
            Guard::Disclosure => broken.extend(self.disclosure()),
            Guard::Media => broken.extend(self.media_ready()),
            Guard::FourEyes => {
                if who.is_some() && who == self.planned_by {
                    broken.push(self.violation("four-eyes", String::new(), String::new()));
                }
            }
            Guard::SamePlatform => broken.extend(self.same_platform(terms)),
            Guard::AnnouncedToday => {
                if day_of(request.at) != day_of(self.now) {
                    return Err(RoundError::AnnouncedNotToday);
                }
            }
            Guard::OpeningReached if self.now < terms.opens_at => {
                return Err(RoundError::TooEarly { what: "opens_at", until: terms.opens_at });
            }
            Guard::ClosingReached if self.now < terms.closes_at => {
                return Err(RoundError::TooEarly { what: "closes_at", until: terms.closes_at });
            }
            Guard::OpeningAhead if self.now >= terms.opens_at => {
                return Err(RoundError::DatesPassed { what: "opens_at" });
            }
            Guard::ClosingAhead if self.now >= terms.closes_at => {
                return Err(RoundError::DatesPassed { what: "closes_at" });
            }
            Guard::OpeningReached
            | Guard::ClosingReached
            | Guard::OpeningAhead
            | Guard::ClosingAhead => {}
            Guard::FinalPrice => {
                let price =
                    request.final_price.ok_or(RoundError::Missing { field: "final_price" })?;
                if price < terms.start_price {
                    return Err(RoundError::BelowStart { price, start: terms.start_price });
                }
            }
            Guard::ResumedInTime => warnings.extend(self.resumed_late(request)),
            Guard::SecondRoundInTime => warnings.extend(self.second_round_late(terms)),
            Guard::PicturesAge => warnings.extend(self.old_pictures()),
        }
        Ok(())
    }

    fn violation(&self, rule: &'static str, need: String, given: String) -> Violation {
        Violation::of(self.rules, rule, need, given)
    }

    fn known_platform(&self, terms: &SettledTerms) -> Result<(), RoundError> {
        match self.rules.platform(&terms.platform) {
            Some(_) => Ok(()),
            None => Err(RoundError::UnknownPlatform {
                platform: terms.platform.clone(),
                known: self.rules.platforms.iter().map(|known| known.id.clone()).collect(),
            }),
        }
    }

    fn start_price(&self, terms: &SettledTerms) -> Option<Violation> {
        let (rule, base) = match self.round.kind {
            RoundKind::First => ("start-price-first", self.facts.price.as_ref()?.amount),
            RoundKind::Second => ("start-price-second", self.previous?.terms.start_price?),
            RoundKind::SellOff => ("start-price-sell-off", self.previous?.terms.start_price?),
        };
        let percent = self.rules.limit(rule);
        (!terms.start_price.is_at_least_percent_of(percent, base)).then(|| {
            let least = Fen((i128::from(base.0) * i128::from(percent)).div_euclid(100) as i64);
            self.violation(
                rule,
                format!("{} 元", least.yuan()),
                format!("{} 元", terms.start_price.yuan()),
            )
        })
    }

    fn deposit(&self, terms: &SettledTerms) -> Option<Violation> {
        let (least, most) = (self.rules.limit("deposit-least"), self.rules.limit("deposit-most"));
        let given = || {
            let percent = terms.deposit.percent_of(terms.start_price, 5).unwrap_or_default();
            format!("{} 元（{percent}%）", terms.deposit.yuan())
        };
        if !terms.deposit.is_at_least_percent_of(least, terms.start_price) {
            Some(self.violation("deposit-least", format!("≥ {least}%"), given()))
        } else if !terms.deposit.is_at_most_percent_of(most, terms.start_price) {
            Some(self.violation("deposit-most", format!("≤ {most}%"), given()))
        } else {
            None
        }
    }

    fn duration(&self, terms: &SettledTerms) -> Option<Violation> {
        let millis = terms.closes_at.as_millis() - terms.opens_at.as_millis();
        let (rule, unit_millis, unit) = match self.round.kind {
            RoundKind::First | RoundKind::Second => ("bidding-duration", HOUR_MILLIS, "小时"),
            RoundKind::SellOff => ("sell-off-duration", 24 * HOUR_MILLIS, "日"),
        };
        let least = self.rules.limit(rule);
        (millis < least * unit_millis).then(|| {
            let tenths = millis * 10 / unit_millis;
            self.violation(
                rule,
                format!("≥ {least} {unit}"),
                format!("{}.{} {unit}", tenths / 10, tenths % 10),
            )
        })
    }

    fn notice(&self, terms: &SettledTerms, at: Instant) -> Option<Violation> {
        let rule = self.round.kind.notice_rule(self.facts.kind);
        let least = self.rules.limit(rule);
        let days = days_between(day_of(at), day_of(terms.opens_at));
        (days < least).then(|| self.violation(rule, format!("≥ {least} 日"), format!("{days} 日")))
    }

    fn price_validity(&self, terms: &SettledTerms, at: Instant) -> Vec<Violation> {
        let Some(price) = &self.facts.price else { return Vec::new() };
        let mut broken = Vec::new();
        let span = |rule| {
            let limit = self.rules.limit(rule);
            match self.rules.find(rule).map(|rule| rule.unit) {
                Some(super::rules::Unit::Year) => jiff::Span::new().try_years(limit),
                Some(super::rules::Unit::Month) => jiff::Span::new().try_months(limit),
                _ => jiff::Span::new().try_days(limit),
            }
        };
        let after = |day: jiff::civil::Date, rule| {
            span(rule).ok().and_then(|span| day.checked_add(span).ok())
        };
        if let Some(longest) = after(price.fixed_on, "price-longest-validity")
            && price.valid_until > longest
        {
            broken.push(self.violation(
                "price-longest-validity",
                format!("≤ {longest}"),
                price.valid_until.to_string(),
            ));
        }
        let first_sale = matches!(self.round.kind, RoundKind::First);
        if first_sale
            && let Some(last) = after(price.valid_until, "price-valid-at-announcement")
            && day_of(at) > last
        {
            broken.push(self.violation(
                "price-valid-at-announcement",
                format!("≤ {last}"),
                day_of(at).to_string(),
            ));
        }
        if let Some(last) = after(price.valid_until, "price-valid-at-bidding")
            && day_of(terms.opens_at) > last
        {
            let opens = day_of(terms.opens_at).to_string();
            broken.push(self.violation("price-valid-at-bidding", format!("≤ {last}"), opens));
        }
        broken
    }

    fn disclosure(&self) -> Vec<Violation> {
        [
            ("disclosure", self.facts.missing_for_disclosure()),
            ("reminders", self.facts.missing_for_reminders()),
        ]
        .into_iter()
        .filter(|(_, missing)| !missing.is_empty())
        .map(|(rule, missing)| self.violation(rule, missing.join("、"), "—".to_owned()))
        .collect()
    }

    fn media_ready(&self) -> Option<Violation> {
        let reason = self.no_media_reason.is_some_and(|reason| !reason.trim().is_empty());
        (!self.media.is_ready() && !reason).then(|| {
            self.violation(
                "media-ready",
                "approved / no_media_reason".to_owned(),
                self.media.slug().to_owned(),
            )
        })
    }

    fn same_platform(&self, terms: &SettledTerms) -> Option<Violation> {
        let before = self.previous?.terms.platform.as_ref()?;
        (self.round.kind != RoundKind::First && *before != terms.platform)
            .then(|| self.violation("same-platform", before.clone(), terms.platform.clone()))
    }

    fn resumed_late(&self, request: &Request) -> Option<Violation> {
        let ended = day_of(request.reason_ended_at?);
        let days = self.rules.limit("resume-in-time");
        let last = self.rules.holidays.last_day(ended, days)?;
        let at = day_of(request.at);
        (at > last).then(|| self.violation("resume-in-time", format!("≤ {last}"), at.to_string()))
    }

    fn second_round_late(&self, terms: &SettledTerms) -> Option<Violation> {
        let previous = self.previous.filter(|round| round.state == RoundState::Failed)?;
        let failed = day_of(previous.changed_at?);
        let last =
            self.rules.holidays.last_day(failed, self.rules.limit("second-round-in-time"))?;
        let opens = day_of(terms.opens_at);
        (self.round.kind == RoundKind::Second && opens > last)
            .then(|| self.violation("second-round-in-time", format!("≤ {last}"), opens.to_string()))
    }

    fn old_pictures(&self) -> Option<Violation> {
        let taken = self.facts.pictures_taken_on?;
        let most = self.rules.limit("pictures-age");
        let days = days_between(taken, day_of(self.now));
        (most > 0 && days > most)
            .then(|| self.violation("pictures-age", format!("≤ {most} 日"), format!("{days} 日")))
    }
}
