//! What the program says to people, in Simplified Chinese and English.
//!
//! The texts are Fluent files under `viewer/locales`, shared with the browser side and built
//! into the binary.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::{LanguageIdentifier, langid};

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// 简体中文, the default.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// BCP 47 tag, as in `<html lang>` and in the folder's name.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language of `zh-CN`, `zh`, `en-GB` …; `None` for others.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_', ';']).next()?.to_ascii_lowercase();
        match primary.as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The best language for an `Accept-Language` header (RFC 9110 §12.5.4), by quality.
    pub fn negotiate(header: &str) -> Self {
        let mut best = (0.0_f32, Self::default());
        for part in header.split(',') {
            let quality = part
                .split(';')
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .and_then(|number| number.trim().parse().ok())
                .unwrap_or(1.0);
            if let Some(language) = Self::from_tag(part)
                && quality > best.0
            {
                best = (quality, language);
            }
        }
        best.1
    }

    fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::Chinese => langid!("zh-CN"),
            Self::English => langid!("en"),
        }
    }
}

#[derive(rust_embed::RustEmbed)]
#[folder = "viewer/locales"]
struct Files;

static BUNDLES: LazyLock<HashMap<Language, FluentBundle<FluentResource>>> = LazyLock::new(|| {
    [Language::Chinese, Language::English].map(|language| (language, bundle(language))).into()
});

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    // Isolation marks would be shown as boxes by some phone fonts; the texts have one direction only.
    bundle.set_use_isolating(false);
    for name in Files::iter().filter(|name| name.starts_with(language.tag())) {
        let Some(file) = Files::get(&name) else { continue };
        let source = String::from_utf8_lossy(&file.data).into_owned();
        let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, errors)| {
            tracing::error!(%name, ?errors, "a text file has mistakes");
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(%name, ?errors, "a text is defined twice");
        }
    }
    bundle
}

/// The text `id` with its arguments, or `None` if no file has it.
pub fn find(language: Language, id: &str, args: &[(&str, String)]) -> Option<String> {
    let bundle = BUNDLES.get(&language)?;
    let pattern = bundle.get_message(id)?.value()?;
    let mut fluent_args = FluentArgs::new();
    for (name, value) in args {
        fluent_args.set(*name, value.as_str());
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&fluent_args), &mut errors);
    Some(text.into_owned())
}

/// The text `id`, or the id itself where a text is missing (a test makes sure that none is).
pub fn text(language: Language, id: &str) -> String {
    find(language, id, &[]).unwrap_or_else(|| id.to_owned())
}

/// The text `id` with arguments.
pub fn text_with(language: Language, id: &str, args: &[(&str, String)]) -> String {
    find(language, id, args).unwrap_or_else(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(language: Language) -> std::collections::BTreeSet<String> {
        all_ids(language).into_iter().collect()
    }

    fn all_ids(language: Language) -> Vec<String> {
        Files::iter()
            .filter(|name| name.starts_with(language.tag()))
            .flat_map(|name| {
                let data = Files::get(&name).unwrap().data;
                let source = String::from_utf8(data.into_owned()).unwrap();
                FluentResource::try_new(source.clone()).expect(&name);
                source
                    .lines()
                    .filter_map(|line| line.split_once(" ="))
                    .filter(|(id, _)| id.starts_with(|c: char| c.is_ascii_lowercase()))
                    .map(|(id, _)| id.to_owned())
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn no_text_is_there_twice() {
        for language in [Language::Chinese, Language::English] {
            let mut ids = all_ids(language);
            ids.sort();
            let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).collect();
            assert!(twice.is_empty(), "{}: {twice:?}", language.tag());
        }
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        assert_eq!(ids(Language::Chinese), ids(Language::English));
        assert!(!ids(Language::Chinese).is_empty());
    }

    #[test]
    fn languages_are_negotiated_by_quality() {
        assert_eq!(Language::negotiate("en-GB,en;q=0.9,zh;q=0.8"), Language::English);
        assert_eq!(Language::negotiate("fr,zh-Hans;q=0.7,en;q=0.3"), Language::Chinese);
        assert_eq!(Language::negotiate(""), Language::Chinese);
    }
}
