//! What an import has to say: what was left behind, and why. Texts are in `viewer/locales/*/import.ftl`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::texts::{Language, find};

/// Longest value that a finding quotes from a project, in characters.
const MOST_QUOTED: usize = 80;

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of its text: `import-…`.
    pub slug: String,
    /// Values for the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Finding {
    /// A finding without values.
    pub fn new(slug: &str) -> Self {
        Self { slug: slug.to_owned(), args: BTreeMap::new() }
    }

    /// The finding with one more value, which may come from the project: shortened, nothing hidden in it.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.args.insert(name.to_owned(), quoted(&value.to_string()));
        self
    }

    /// In a reader's language.
    pub fn text(&self, language: Language) -> String {
        let args: Vec<(&str, String)> =
            self.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        find(language, &self.slug, &args).unwrap_or_else(|| self.slug.clone())
    }
}

/// Short, on one line, nothing hidden.
pub fn quoted(text: &str) -> String {
    let shown = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let shown: String = shown
        .filter(|c| !crate::container::file_name::is_hidden(*c))
        .take(MOST_QUOTED + 1)
        .collect();
    if shown.chars().count() > MOST_QUOTED {
        shown.chars().take(MOST_QUOTED - 1).chain(['…']).collect()
    } else {
        shown
    }
}
