//! Captions of videos as files beside them: WebVTT, which every browser and player reads.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::labels;
use crate::auction::captions::{Captions, Cue};
use crate::base::Blake3;
use crate::base::id::AssetId;
use crate::texts::Language;

/// The captions of a video in one note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptionFile {
    /// The video.
    pub video: AssetId,
    /// What the player's menu calls them.
    pub label: String,
    /// As WebVTT.
    pub text: String,
}

impl CaptionFile {
    /// `captions` as a file, called as `language` calls captions.
    pub fn of(captions: &Captions, language: Language) -> Self {
        Self { video: captions.video, label: labels::captions(language), text: vtt(&captions.cues) }
    }

    /// Path in a package. Two notes may show one video with different words, so it names those, too.
    pub fn path(&self) -> String {
        let digest = Blake3::of(self.text.as_bytes()).to_string();
        format!("videos/{}-{}.vtt", self.video, &digest[..8])
    }
}

/// WebVTT (<https://www.w3.org/TR/webvtt1/>). The texts are plain: what would be markup is escaped.
fn vtt(cues: &[Cue]) -> String {
    let mut text = "WEBVTT\n".to_owned();
    for cue in cues {
        let words = cue.text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{} --> {}\n{words}\n", timestamp(cue.start), timestamp(cue.end));
    }
    text
}

fn timestamp(seconds: f64) -> String {
    let thousandths = (seconds * 1000.0).round().max(0.0) as u64;
    let (whole, rest) = (thousandths / 1000, thousandths % 1000);
    format!("{:02}:{:02}:{:02}.{rest:03}", whole / 3600, whole / 60 % 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> CaptionFile {
        let cue = |start, end, text: &str| Cue { start, end, text: text.to_owned() };
        let cues = vec![cue(0.5, 1.25, text), cue(59.9996, 61.0, "二行\n在此")];
        CaptionFile::of(&Captions { video: AssetId::new(), cues }, Language::Chinese)
    }

    #[test]
    fn times_and_words_are_as_the_format_wants_them() {
        assert_eq!(
            file("a < b & --> c").text,
            "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\na &lt; b &amp; --&gt; c\n\n\
             00:01:00.000 --> 00:01:01.000\n二行\n在此\n"
        );
    }

    #[test]
    fn other_words_are_another_file() {
        let one = file("滴水");
        let other = CaptionFile { text: file("漏水").text, ..one.clone() };
        assert_ne!(one.path(), other.path());
        assert_eq!(one.path(), one.clone().path());
    }
}
