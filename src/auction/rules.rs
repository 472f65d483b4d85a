//! The limits of the law as data: each with law, version, article and text. No limit is a constant in code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::days::Holidays;

/// One rule with its source.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable name, part of the problem's slug: `notice-first-real-estate`.
    pub id: String,
    /// Id of the law that says so.
    pub law: String,
    /// Article in the numbering of that version.
    pub article: String,
    /// Whether the article was read; otherwise a lawyer must check it.
    pub verified: bool,
    /// The limit, in `unit`.
    pub value: i64,
    /// What the limit counts.
    pub unit: Unit,
    /// The rule in Chinese.
    pub zh: String,
    /// The rule in English.
    pub en: String,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Calendar days.
    Day,
    /// Hours.
    Hour,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
    /// Hundredths of another amount.
    Percent,
    /// The rule has no number.
    None,
}

/// A law or other source.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Stable name.
    pub id: String,
    /// Full title.
    pub title_zh: String,
    /// Title in English, ours.
    pub title_en: String,
    /// How courts call it.
    pub short_zh: String,
    /// Number or version whose numbering the articles follow.
    pub version: String,
}

/// A named thing with two labels: a platform or a type of case.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Stable name or code.
    #[serde(alias = "code")]
    pub id: String,
    /// Chinese label.
    pub zh: String,
    /// English label.
    pub en: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct YearOfHolidays {
    #[allow(dead_code, reason = "for people who read the file")]
    year: i16,
    closed: Vec<Date>,
    working: Vec<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    law: Vec<Law>,
    rule: Vec<Rule>,
    case_type: Vec<Named>,
    platform: Vec<Named>,
    holidays: Vec<YearOfHolidays>,
}

/// All rules of one file.
#[derive(Clone, Debug)]
pub struct Rules {
    laws: BTreeMap<String, Law>,
    rules: BTreeMap<String, Rule>,
    /// Types of enforcement case.
    pub case_types: Vec<Named>,
    /// Platforms on which courts sell.
    pub platforms: Vec<Named>,
    /// Days off and make-up working days.
    pub holidays: Holidays,
}

/// A rule file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It is not the TOML that we expect.
    #[error("the rule file cannot be read: {0}")]
    Form(#[from] toml::de::Error),
    /// A rule that the program asks for is missing.
    #[error("the rule file lacks the rule '{0}'")]
    Missing(&'static str),
    /// A rule names a law that the file does not have.
    #[error("rule '{rule}' names the law '{law}', which the file does not have")]
    UnknownLaw {
        /// The rule.
        rule: String,
        /// The law it names.
        law: String,
    },
}

/// Every rule that the program asks for by name.
pub const NEEDED: [&str; 25] = [
    "notice-first-real-estate",
    "notice-first-movable",
    "notice-second-real-estate",
    "notice-second-movable",
    "notice-sell-off-real-estate",
    "notice-sell-off-movable",
    "bidding-duration",
    "sell-off-duration",
    "start-price-first",
    "start-price-second",
    "start-price-sell-off",
    "deposit-least",
    "deposit-most",
    "price-longest-validity",
    "price-valid-at-announcement",
    "price-valid-at-bidding",
    "second-round-in-time",
    "same-platform",
    "disclosure",
    "reminders",
    "resume-in-time",
    "media-ready",
    "four-eyes",
    "take-down",
    "pictures-age",
];

static BUILT_IN: LazyLock<Rules> = LazyLock::new(|| {
    Rules::read(include_str!("rules.toml")).unwrap_or_else(|error| panic!("rules.toml: {error}"))
});

impl Rules {
    /// The rules that come with the program; a unit test reads the file.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a rule file and makes sure that nothing the program needs is missing.
    pub fn read(toml: &str) -> Result<Self, RulesError> {
        let file: File = toml::from_str(toml)?;
        let laws: BTreeMap<_, _> = file.law.into_iter().map(|law| (law.id.clone(), law)).collect();
        let rules: BTreeMap<_, _> =
            file.rule.into_iter().map(|rule| (rule.id.clone(), rule)).collect();
        if let Some(missing) = NEEDED.into_iter().find(|id| !rules.contains_key(*id)) {
            return Err(RulesError::Missing(missing));
        }
        if let Some(rule) = rules.values().find(|rule| !laws.contains_key(&rule.law)) {
            return Err(RulesError::UnknownLaw { rule: rule.id.clone(), law: rule.law.clone() });
        }
        let mut holidays = Holidays::default();
        for year in file.holidays {
            holidays.closed.extend(year.closed);
            holidays.working.extend(year.working);
        }
        Ok(Self { laws, rules, case_types: file.case_type, platforms: file.platform, holidays })
    }

    /// All rules, by id.
    pub fn all(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// All laws, by id.
    pub fn laws(&self) -> impl Iterator<Item = &Law> {
        self.laws.values()
    }

    /// A rule, if the file has it.
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// The limit of a needed rule. Reading the file made sure that it is there.
    pub fn limit(&self, id: &str) -> i64 {
        self.rules.get(id).map_or(0, |rule| rule.value)
    }

    /// The law that a rule comes from.
    pub fn law_of(&self, rule: &Rule) -> Option<&Law> {
        self.laws.get(&rule.law)
    }

    /// A platform by its id.
    pub fn platform(&self, id: &str) -> Option<&Named> {
        self.platforms.iter().find(|platform| platform.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_comes_with_the_program_is_whole() {
        let rules = Rules::read(include_str!("rules.toml")).unwrap();
        let rule = rules.find("notice-first-real-estate").unwrap();
        assert_eq!((rule.value, rule.unit, rule.article.as_str()), (30, Unit::Day, "12"));
        assert_eq!(rules.law_of(rule).unwrap().version, "法释〔2016〕18号");
        assert!(rules.case_types.iter().any(|kind| kind.id == "执恢"));
        assert!(rules.platform("taobao").is_some());
    }

    #[test]
    fn a_file_without_a_needed_rule_is_refused() {
        let short = include_str!("rules.toml").replace("id = \"take-down\"", "id = \"take-up\"");
        assert!(matches!(Rules::read(&short), Err(RulesError::Missing("take-down"))));
    }
}
