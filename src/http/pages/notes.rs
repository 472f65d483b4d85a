//! The notes of a tour in words and pictures, for those without JavaScript: read from its `tour.json`, so that pictures have
//! the very addresses that bidders' viewers are given, and what is masked is masked.

use serde::{Deserialize, Deserializer};

use super::format;
use crate::exchange::labels;
use crate::texts::{Language, text, text_with};

/// The notes of a scene.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SceneNotes {
    /// The scene's title.
    pub title: String,
    /// In the order of the document.
    #[serde(default, rename = "hotspots")]
    pub notes: Vec<Note>,
}

/// A note as `tour.json` has it (`docs/contract.md`); each kind has some of this.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Note {
    kind: String,
    title: String,
    text: String,
    pictures: Vec<String>,
    masked: Vec<usize>,
    seen_on: Option<jiff::civil::Date>,
    announcement: String,
    url: String,
    length: f64,
    error: f64,
    method: String,
    starts_at: Option<jiff::Timestamp>,
    time_zone: String,
}

/// A picture of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotePicture {
    /// Where it is.
    pub address: String,
    /// What it shows, in words.
    pub alt: String,
    /// What to say below it; empty where nothing is hidden in it.
    pub masked: String,
}

/// The scenes of a `tour.json` that have notes.
pub fn notes_in<'de>(document: impl Deserializer<'de>) -> Vec<SceneNotes> {
    #[derive(Deserialize)]
    struct Document {
        scenes: Vec<SceneNotes>,
    }
    let mut scenes = match Document::deserialize(document) {
        Ok(document) => document.scenes,
        Err(error) => {
            tracing::error!(%error, "the notes of a tour.json cannot be read");
            Vec::new()
        }
    };
    scenes.retain(|scene| !scene.notes.is_empty());
    scenes
}

impl Note {
    /// What kind of note it is.
    pub fn kind(&self, language: &Language) -> String {
        text(*language, &format!("spots-{}", self.kind))
    }

    /// Its title; empty where it has none.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it says, paragraph by paragraph.
    pub fn words(&self, language: &Language) -> Vec<String> {
        let language = *language;
        let mut words = vec![self.text.clone()];
        if let Some(day) = self.seen_on {
            let label = text(language, "spots-seen-on");
            words.push(format!("{label} {}", format::day(day, language)));
        }
        if self.kind == "measure" {
            words.push(length(self.length, self.error));
            words.push(text(language, &format!("spots-method-{}", self.method)));
        }
        if let Some(at) = self.starts_at {
            words.push(labels::beginning(at.into(), &self.time_zone, language));
            words.push(text(language, "spots-portal-note"));
        }
        words.retain(|paragraph| !paragraph.is_empty());
        words
    }

    /// The sentence of the announcement that speaks of it, with what to call it.
    pub fn announced(&self, language: &Language) -> Option<[String; 2]> {
        let label = || text(*language, "spots-announcement");
        (!self.announcement.is_empty()).then(|| [label(), self.announcement.clone()])
    }

    /// Where it leads, what that is called, and whose page it is.
    pub fn link(&self, language: &Language) -> Option<[String; 3]> {
        let host = self.url.strip_prefix("https://")?.split(['/', '?', '#']).next()?.to_owned();
        let label = text(*language, &format!("spots-open-{}", self.kind));
        let leads = text_with(*language, "spots-leads-to", &[("host", host)]);
        Some([self.url.clone(), label, leads])
    }

    /// Its pictures, each told in words, and where something is hidden in it, that this is so.
    pub fn pictures(&self, language: &Language) -> Vec<NotePicture> {
        let count = self.pictures.len();
        let name = if self.title.is_empty() {
            self.text.lines().next().unwrap_or_default()
        } else {
            &self.title
        };
        let shown = self.pictures.iter().enumerate().map(|(index, address)| {
            let args = [
                ("name", name.to_owned()),
                ("number", (index + 1).to_string()),
                ("count", count.to_string()),
            ];
            let mut alt = text_with(*language, "spots-picture", &args);
            let hidden = self.masked.get(index).copied().unwrap_or_default();
            let mut masked = String::new();
            if hidden > 0 {
                masked = labels::masked(hidden, *language);
                let args = [("label", alt), ("masked", masked.clone())];
                alt = text_with(*language, "spots-picture-masked", &args);
            }
            NotePicture { address: address.clone(), alt, masked }
        });
        shown.collect()
    }

    /// What the mosaics in its pictures are; empty where there are none.
    pub fn masked_note(&self, language: &Language) -> String {
        let is_masked = self.masked.iter().any(|&count| count > 0);
        if is_masked { text(*language, "spots-masked-note") } else { String::new() }
    }
}

/// `2.84 m ± 2 cm` as in the viewer: metres, and the error in the unit that suits it.
fn length(length: f64, error: f64) -> String {
    let off = if error < 0.0095 {
        format!("{:.0} mm", error * 1000.0)
    } else if error < 0.995 {
        format!("{:.0} cm", error * 100.0)
    } else {
        format!("{error:.1} m")
    };
    format!("{length:.2} m ± {off}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn notes_are_told_with_their_pictures() {
        let document = json!({"scenes": [
            {"id": "a", "title": "厨房", "hotspots": [
                {"id": "1", "kind": "defect", "yaw": 0, "pitch": 0, "text": "水渍\n约 40 厘米", "seenOn": "2026-09-18",
                    "announcement": "有水渍。", "pictures": ["/t/v/picture/1.jpg", "/t/v/picture/2.jpg"], "masked": [0, 2]},
                {"id": "2", "kind": "measure", "title": "净宽", "length": 2.84, "error": 0.02, "method": "laser"},
                {"id": "3", "kind": "document", "title": "评估报告", "url": "https://court.example.cn/1.pdf"}]},
            {"id": "b", "title": "过道", "hotspots": []}]});
        let scenes = notes_in(&document);
        assert_eq!(scenes.len(), 1);
        let [defect, measure, paper] = scenes[0].notes.as_slice() else { panic!("three notes") };
        let language = &Language::Chinese;
        assert_eq!(defect.words(language), ["水渍\n约 40 厘米", "发现日期 2026年9月18日"]);
        let pictures = defect.pictures(language);
        assert_eq!(
            (pictures[0].alt.as_str(), pictures[0].masked.as_str()),
            ("水渍，第 1 张，共 2 张", "")
        );
        assert_eq!(pictures[1].alt, "水渍，第 2 张，共 2 张，2 处隐私遮挡");
        assert_eq!(pictures[1].address, "/t/v/picture/2.jpg");
        assert_eq!(measure.words(language)[0], "2.84 m ± 2 cm");
        assert_eq!(paper.link(language).unwrap()[2], "前往 court.example.cn");
        assert!(
            defect.masked_note(language).contains("隐私遮挡")
                && measure.masked_note(language).is_empty()
        );
        assert_eq!(notes_in(&json!({"scenes": "none"})), []);
    }
}
