//! Words for what other viewers have no fields for (`viewer/locales/*/exchange.ftl`).

use crate::base::Instant;
use crate::texts::{Language, text, text_with};

/// Title of a defect.
pub fn defect(language: Language) -> String {
    text(language, "exchange-defect")
}

/// Title of what the guided tour says.
pub fn narration(language: Language) -> String {
    text(language, "exchange-narration")
}

/// What a player's menu calls the captions of a video.
pub fn captions(language: Language) -> String {
    text(language, "exchange-captions")
}

/// In how many places something is hidden, as the tour itself says it.
pub fn masked(count: usize, language: Language) -> String {
    text_with(language, "spots-masked", &[("count", count.to_string())])
}

/// The same of all pictures of a scene, as a sentence.
pub fn masked_scene(count: usize, language: Language) -> String {
    text_with(language, "tour-stills-masked", &[("count", count.to_string())])
}

/// The same of the photos of a note.
pub fn masked_photos(count: usize, language: Language) -> String {
    text_with(language, "exchange-masked-photos", &[("masked", masked(count, language))])
}

/// A defect with the day and the sentence of the announcement.
pub fn defect_text(
    words: &str,
    seen_on: Option<jiff::civil::Date>,
    announcement: &str,
    language: Language,
) -> String {
    let mut lines = vec![words.to_owned()];
    if let Some(day) = seen_on {
        lines.push(text_with(language, "exchange-seen-on", &[("day", day.to_string())]));
    }
    if !announcement.is_empty() {
        let sentence = [("text", announcement.to_owned())];
        lines.push(text_with(language, "exchange-announcement", &sentence));
    }
    lines.join("\n")
}

/// A measured length in metres with its error.
pub fn length(title: &str, length: f64, error: f64, language: Language) -> String {
    let values = [("length", format!("{length:.2}")), ("error", format!("{error:.2}"))];
    let measured = text_with(language, "exchange-length", &values);
    if title.is_empty() { measured } else { format!("{title} {measured}") }
}

/// When a showing begins.
pub fn beginning(at: Instant, time_zone: &str, language: Language) -> String {
    let local = jiff::Timestamp::from_millisecond(at.as_millis())
        .ok()
        .and_then(|at| at.in_tz(time_zone).ok())
        .map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
    let when = local.unwrap_or_else(|| at.to_string());
    let values = [("when", when), ("zone", time_zone.to_owned())];
    text_with(language, "exchange-begins", &values)
}
