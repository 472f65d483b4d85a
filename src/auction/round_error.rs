//! What can speak against a step of a round.

use serde::Serialize;

use super::money::Fen;
use super::people::PeopleError;
use super::rounds::{RoundKind, RoundState};
use super::rules::Rules;
use crate::base::{ErrorKind, Fault, Instant};

/// A rule that is not kept, with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Violation {
    /// Id of the rule.
    pub rule: &'static str,
    /// Short name of the law, in Chinese as courts cite it.
    pub law: String,
    /// Version whose numbering the article follows.
    pub version: String,
    /// Article.
    pub article: String,
    /// What the rule wants, in words, Chinese.
    pub zh: String,
    /// What the rule wants, in words, English.
    pub en: String,
    /// The limit as it applies here, or the fields that are missing.
    pub need: String,
    /// What was found.
    pub given: String,
}

impl Violation {
    /// A violation of the rule with this id.
    pub fn of(rules: &Rules, rule: &'static str, need: String, given: String) -> Self {
        let found = rules.find(rule);
        let law = found.and_then(|found| rules.law_of(found));
        Self {
            rule,
            law: law.map(|law| law.short_zh.clone()).unwrap_or_default(),
            version: law.map(|law| law.version.clone()).unwrap_or_default(),
            article: found.map(|found| found.article.clone()).unwrap_or_default(),
            zh: found.map(|found| found.zh.clone()).unwrap_or_default(),
            en: found.map(|found| found.en.clone()).unwrap_or_default(),
            need,
            given,
        }
    }
}

/// A step of a round is not possible.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The table has no such step.
    #[error("a round cannot go from '{}' to '{}'", from.slug(), to.slug())]
    NoSuchStep {
        /// Where it is.
        from: RoundState,
        /// Where it should go.
        to: RoundState,
    },
    /// The role is missing.
    #[error(transparent)]
    Role(#[from] PeopleError),
    /// Something must be given with the step.
    #[error("this step needs the field '{field}'")]
    Missing {
        /// JSON name.
        field: &'static str,
    },
    /// The terms are not complete.
    #[error("these terms are missing or not positive: {}", fields.join(", "))]
    TermsMissing {
        /// JSON names.
        fields: Vec<&'static str>,
    },
    /// The end is not after the beginning.
    #[error("bidding ends before it begins; correct opens_at and closes_at")]
    ClosesBeforeItOpens,
    /// Not one of the platforms in the rule file.
    #[error("the platform '{platform}' is not known; use one of {}", known.join(", "))]
    UnknownPlatform {
        /// What was given.
        platform: String,
        /// What is known.
        known: Vec<String>,
    },
    /// The step is dated in the future.
    #[error("{at} lies in the future; enter the step when it has happened")]
    InTheFuture {
        /// The date given.
        at: Instant,
    },
    /// The step is dated before the one before it.
    #[error("{at} is earlier than the last step at {before}")]
    BeforeTheLast {
        /// The date given.
        at: Instant,
        /// The last step's.
        before: Instant,
    },
    /// The page goes public at once, so the announcement is dated today.
    #[error("the announcement goes public at once; leave 'at' out or date it today")]
    AnnouncedNotToday,
    /// The clock has not come that far.
    #[error("this is possible only from {until} ({what}) on")]
    TooEarly {
        /// The field that says when.
        what: &'static str,
        /// When.
        until: Instant,
    },
    /// The dates of the round lie in the past.
    #[error("{what} has passed; set new dates on the round before it goes on")]
    DatesPassed {
        /// The field that must be set anew.
        what: &'static str,
    },
    /// A sale below the starting price is no sale.
    #[error("the final price {} is below the starting price {}", price.yuan(), start.yuan())]
    BelowStart {
        /// What was given.
        price: Fen,
        /// The starting price.
        start: Fen,
    },
    /// One or more rules are not kept.
    #[error("{}", first_rule(.0))]
    Rules(Vec<Violation>),
    /// Terms cannot be edited in this state.
    #[error("the terms of a round that is '{}' cannot be changed", state.slug())]
    TermsFixed {
        /// Where it is.
        state: RoundState,
    },
    /// While a round is interrupted only its dates may be set.
    #[error("while a round is interrupted only opens_at and closes_at may change")]
    OnlyDates,
    /// Another round of the listing is not over.
    #[error("the last round is '{}'; a further round needs one that failed, defaulted or was set aside", state.slug())]
    RoundOpen {
        /// Where the last round is.
        state: RoundState,
    },
    /// The kinds do not follow each other like this.
    #[error("a '{}' round cannot follow here; expected '{}'", given.slug(), expected.slug())]
    WrongKind {
        /// What was asked for.
        given: RoundKind,
        /// What comes next.
        expected: RoundKind,
    },
    /// Bidding has begun: facts change by dated corrections only.
    #[error("bidding has begun, the facts are frozen; enter a dated correction")]
    FactsFrozen,
    /// Before bidding there is nothing to correct: the facts are edited.
    #[error("bidding has not begun; change the listing itself")]
    NothingToCorrect,
    /// The correction does not fit the facts.
    #[error("the correction of '{field}' cannot be made: {reason}")]
    BadCorrection {
        /// Field of the facts.
        field: String,
        /// What is wrong.
        reason: String,
    },
}

fn first_rule(violations: &[Violation]) -> String {
    violations.first().map_or_else(String::new, |first| {
        format!(
            "{} ({} art. {}): needs {}, found {}",
            first.en, first.law, first.article, first.need, first.given
        )
    })
}

impl RoundError {
    /// All rules that are not kept.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Rules(violations) => violations,
            _ => &[],
        }
    }
}

impl Fault for RoundError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchStep { .. }
            | Self::TermsFixed { .. }
            | Self::OnlyDates
            | Self::RoundOpen { .. }
            | Self::FactsFrozen
            | Self::NothingToCorrect
            | Self::TooEarly { .. }
            | Self::DatesPassed { .. } => ErrorKind::Conflict,
            Self::Role(error) => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::NoSuchStep { .. } => "no-such-step",
            Self::Role(error) => error.slug(),
            Self::Missing { .. } => "step-needs",
            Self::TermsMissing { .. } => "terms-missing",
            Self::ClosesBeforeItOpens => "closes-before-it-opens",
            Self::UnknownPlatform { .. } => "unknown-platform",
            Self::InTheFuture { .. } => "in-the-future",
            Self::BeforeTheLast { .. } => "before-the-last",
            Self::AnnouncedNotToday => "announced-not-today",
            Self::TooEarly { .. } => "too-early",
            Self::DatesPassed { .. } => "dates-passed",
            Self::BelowStart { .. } => "below-start",
            Self::Rules(_) => "rule-not-kept",
            Self::TermsFixed { .. } => "terms-fixed",
            Self::OnlyDates => "only-dates",
            Self::RoundOpen { .. } => "round-open",
            Self::WrongKind { .. } => "wrong-kind",
            Self::FactsFrozen => "facts-frozen",
            Self::NothingToCorrect => "nothing-to-correct",
            Self::BadCorrection { .. } => "bad-correction",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoSuchStep { from, to } => {
                vec![("from", from.slug().to_owned()), ("to", to.slug().to_owned())]
            }
            Self::Role(error) => error.args(),
            Self::Missing { field } => vec![("missing", (*field).to_owned())],
            Self::TermsMissing { fields } => vec![("missing", fields.join("、"))],
            Self::UnknownPlatform { platform, known } => {
                vec![("platform", platform.clone()), ("known", known.join("、"))]
            }
            Self::InTheFuture { at } => vec![("at", at.to_string())],
            Self::BeforeTheLast { at, before } => {
                vec![("at", at.to_string()), ("before", before.to_string())]
            }
            Self::TooEarly { what, until } => {
                vec![("what", (*what).to_owned()), ("until", until.to_string())]
            }
            Self::DatesPassed { what } => vec![("what", (*what).to_owned())],
            Self::BelowStart { price, start } => {
                vec![("price", price.yuan()), ("start", start.yuan())]
            }
            Self::Rules(violations) => violations.first().map_or_else(Vec::new, |first| {
                vec![
                    ("rule", first.rule.to_owned()),
                    ("law", first.law.clone()),
                    ("article", first.article.clone()),
                    ("zh", first.zh.clone()),
                    ("en", first.en.clone()),
                    ("need", first.need.clone()),
                    ("given", first.given.clone()),
                ]
            }),
            Self::TermsFixed { state } | Self::RoundOpen { state } => {
                vec![("state", state.slug().to_owned())]
            }
            Self::WrongKind { given, expected } => {
                vec![("given", given.slug().to_owned()), ("expected", expected.slug().to_owned())]
            }
            Self::BadCorrection { field, reason } => {
                vec![("what", field.clone()), ("reason", reason.clone())]
            }
            Self::ClosesBeforeItOpens
            | Self::AnnouncedNotToday
            | Self::OnlyDates
            | Self::FactsFrozen
            | Self::NothingToCorrect => Vec::new(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Missing { field } => Some(field),
            Self::TermsMissing { fields } => fields.first().copied(),
            Self::UnknownPlatform { .. } => Some("platform"),
            Self::InTheFuture { .. } | Self::BeforeTheLast { .. } | Self::AnnouncedNotToday => {
                Some("at")
            }
            Self::BelowStart { .. } => Some("final_price"),
            Self::WrongKind { .. } => Some("kind"),
            Self::BadCorrection { field, .. } => Some(field),
            _ => None,
        }
    }
}
