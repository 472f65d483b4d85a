//! Captions of videos as files beside them: WebVTT, which every browser and player reads.

use std::fmt::Write;

use super::references::unescaped;
use crate::auction::captions::{Captions, Cue, MAX_CUES};
use crate::base::Blake3;
use crate::base::id::AssetId;

/// The captions of a video in one note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptionFile {
    /// The video.
    pub video: AssetId,
    /// As WebVTT.
    pub text: String,
}

impl CaptionFile {
    /// `captions` as a file.
    pub fn of(captions: &Captions) -> Self {
        Self { video: captions.video, text: vtt(&captions.cues) }
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

/// What is wrong with a file of captions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptionError {
    /// It cannot be read, is too large, or is no WebVTT in UTF-8 with words in it.
    #[error("it is no WebVTT file in UTF-8 with words in it")]
    NoFile,
    /// No time where one must be.
    #[error("line {line}: there is no time like '00:01.000 --> 00:02.500'")]
    Time {
        /// The line, from 1.
        line: usize,
    },
    /// A cue that a video cannot have: its time, its length, or its order.
    #[error("cue {number}: its times or its text are not allowed")]
    Cue {
        /// Which one, from 1.
        number: usize,
    },
    /// More cues than a video may have.
    #[error("there are more than {MAX_CUES} cues")]
    TooMany,
}

impl CaptionError {
    /// Name of its text for whoever imports it.
    pub fn slug(self) -> &'static str {
        match self {
            Self::NoFile => "import-captions-none",
            Self::Time { .. } => "import-captions-time",
            Self::Cue { .. } => "import-captions-cue",
            Self::TooMany => "import-captions-many",
        }
    }

    /// The number that its text tells: a line, a cue, or how many are allowed.
    pub fn number(self) -> usize {
        match self {
            Self::NoFile => 0,
            Self::Time { line } => line,
            Self::Cue { number } => number,
            Self::TooMany => MAX_CUES,
        }
    }
}

/// The cues of a WebVTT file as plain text. Notes, styles, regions and settings are passed over; who speaks is said before
/// the words, as the studio does it.
pub fn read(text: &str) -> Result<Vec<Cue>, CaptionError> {
    let text =
        text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    let is_vtt = lines.first().and_then(|line| line.strip_prefix("WEBVTT"));
    if !is_vtt.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return Err(CaptionError::NoFile);
    }
    let mut cues: Vec<Cue> = Vec::new();
    let mut at = 0;
    let mut before = 0.0;
    while at < lines.len() {
        let length = lines[at..].iter().take_while(|line| !line.trim().is_empty()).count();
        let block = &lines[at..at + length];
        let first = block.first().copied().unwrap_or_default();
        let skipped = ["WEBVTT", "NOTE", "STYLE", "REGION"].iter().any(|name| {
            let rest = first.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        });
        if !block.is_empty() && !skipped {
            // A name may stand before the time.
            let place = usize::from(!first.contains("-->"));
            let times = block.get(place).and_then(|line| times(line));
            let (start, end) = times.ok_or(CaptionError::Time { line: at + place + 1 })?;
            let words = block[place + 1..].iter().map(|line| plain(line));
            let words: Vec<String> = words.filter(|line| !line.is_empty()).collect();
            // Programs write empty cues between those with words: they show nothing.
            if !words.is_empty() {
                if cues.len() == MAX_CUES {
                    return Err(CaptionError::TooMany);
                }
                let cue = Cue { start, end, text: words.join("\n") };
                cue.check(before).map_err(|_| CaptionError::Cue { number: cues.len() + 1 })?;
                before = end;
                cues.push(cue);
            }
        }
        at += length + 1;
    }
    if cues.is_empty() { Err(CaptionError::NoFile) } else { Ok(cues) }
}

/// `00:01.000 --> 00:02.500 line:0` in seconds.
fn times(line: &str) -> Option<(f64, f64)> {
    let (start, rest) = line.split_once("-->")?;
    Some((seconds(start.trim())?, seconds(rest.split_whitespace().next()?)?))
}

/// `00:01.000` or `00:00:01.000`.
fn seconds(time: &str) -> Option<f64> {
    let (whole, thousandths) = time.split_once('.')?;
    let parts: Vec<&str> = whole.split(':').collect();
    let digits = |text: &str, least: usize, most: usize| -> Option<u32> {
        let fits = (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse().ok()).flatten()
    };
    let (hours, minutes, seconds) = match parts.as_slice() {
        [minutes, seconds] => (0, minutes, seconds),
        [hours, minutes, seconds] => (digits(hours, 2, 4)?, minutes, seconds),
        _ => return None,
    };
    let (minutes, seconds) = (digits(minutes, 2, 2)?, digits(seconds, 2, 2)?);
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let all = u64::from((hours * 60 + minutes) * 60 + seconds) * 1000;
    Some((all + u64::from(digits(thousandths, 3, 3)?)) as f64 / 1000.0)
}

/// A line without markup (WebVTT §4.2.2).
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('>') else { break };
        let tag = &rest[at + 1..at + end];
        let voice = tag.strip_prefix('v').filter(|rest| rest.starts_with([' ', '\t', '.']));
        if let Some((_, name)) = voice.and_then(|voice| voice.split_once([' ', '\t'])) {
            text.push_str(&format!("{}：", name.trim()));
        }
        rest = &rest[at + end + 1..];
    }
    text.push_str(rest);
    let text = unescaped(&text.replace("&lrm;", "").replace("&rlm;", ""));
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_we_write_is_read_back(words in proptest::collection::vec("[ -~房<>&]{1,20}", 1..9), gap in 0_u32..9000) {
            let mut at = 0.0;
            let mut cues: Vec<Cue> = Vec::new();
            for words in words.iter().map(|words| words.trim()).filter(|words| !words.is_empty()) {
                let start = at + f64::from(gap) / 1000.0;
                let [start, end] = [start, start + 1.5].map(|at: f64| (at * 1000.0).round() / 1000.0);
                cues.push(Cue { start, end, text: format!("{words}\n{words}") });
                at = end;
            }
            prop_assume!(!cues.is_empty());
            prop_assert_eq!(read(&vtt(&cues)), Ok(cues));
        }

        #[test]
        fn nothing_that_comes_makes_it_panic(text in "(WEBVTT)?[\n0-9:.<>&v -]{0,80}") {
            let _any = read(&text);
        }
    }

    #[test]
    fn files_of_other_programs_are_read() {
        let text = "\u{feff}WEBVTT - 标题\r\nKind: captions\r\n\r\nNOTE 说明\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n\
                    1\r\n00:01.000 --> 00:02.500 line:0 align:start\r\n<v.loud 法官>这里<c.red>漏水</c> &amp; 有声\r\n\r\n\
                    00:00:02.500 --> 00:00:02.900\r\n\r\n00:00:03.000 --> 01:00:00.000\r\n二";
        let cue = |start, end, text: &str| Cue { start, end, text: text.to_owned() };
        let wanted = [cue(1.0, 2.5, "法官：这里漏水 & 有声"), cue(3.0, 3600.0, "二")];
        assert_eq!(read(text).unwrap(), wanted);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let second = "00:00.000 --> 00:01.000\n一\n";
        for (text, wanted) in [
            ("1\n00:00:00,000 --> 00:00:01,000\n一".to_owned(), CaptionError::NoFile),
            ("WEBVTT\n\nNOTE nothing".to_owned(), CaptionError::NoFile),
            ("WEBVTT\n\n00:00,000 --> 00:01,000\n一".to_owned(), CaptionError::Time { line: 3 }),
            (format!("WEBVTT\n\n{second}\n二"), CaptionError::Time { line: 7 }),
            (format!("WEBVTT\n\n{second}\n{second}"), CaptionError::Cue { number: 2 }),
            (
                format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{}", "长".repeat(201)),
                CaptionError::Cue { number: 1 },
            ),
        ] {
            assert_eq!(read(&text), Err(wanted), "{text}");
        }
        let mut many = "WEBVTT\n".to_owned();
        for at in 0..=MAX_CUES {
            many.push_str(&format!("\n{}.000 --> {}.500\n一\n", stamp(at), stamp(at)));
        }
        assert_eq!(read(&many), Err(CaptionError::TooMany));
    }

    fn stamp(seconds: usize) -> String {
        format!("{:02}:{:02}", seconds / 60, seconds % 60)
    }

    fn file(text: &str) -> CaptionFile {
        let cue = |start, end, text: &str| Cue { start, end, text: text.to_owned() };
        let cues = vec![cue(0.5, 1.25, text), cue(59.9996, 61.0, "二行\n在此")];
        CaptionFile::of(&Captions { video: AssetId::new(), cues })
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
