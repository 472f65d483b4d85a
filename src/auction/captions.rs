//! Captions of a hotspot's video: what is said and heard in it, in words, each with the time at which it is shown.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::base::id::AssetId;

/// Most cues of one video: a video lasts three minutes at most.
pub const MAX_CUES: usize = 200;
/// Longest text of a cue, characters: some four lines on a phone.
pub const MAX_CUE_TEXT: usize = 200;
/// Most lines of one cue.
const MAX_CUE_LINES: usize = 4;
/// By how much the length of a video that a browser tells may differ from ours by rounding, seconds.
const ROUNDING: f64 = 0.01;

/// The captions of one of the hotspot's videos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Captions {
    /// One of the hotspot's videos.
    #[schema(value_type = String)]
    pub video: AssetId,
    /// 1 to 200 cues, in the order of their times; no two at once.
    pub cues: Vec<Cue>,
}

/// Words that are shown while a part of a video plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    /// Seconds from the beginning of the video at which it appears, not below 0; kept to 0.001.
    #[serde(deserialize_with = "thousandths")]
    pub start: f64,
    /// Seconds at which it disappears: after `start`, not after the video's end; kept to 0.001.
    #[serde(deserialize_with = "thousandths")]
    pub end: f64,
    /// 1 to 200 characters of plain text in at most 4 lines.
    pub text: String,
}

/// Seconds to the thousandth, as files of captions have them: the same number however often it is written and read.
fn thousandths<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    f64::deserialize(from).map(|seconds| (seconds * 1000.0).round() / 1000.0)
}

/// Checks the captions of a hotspot that shows these videos: they belong to what is shown, and no video has them twice.
pub fn check_all(all: &[Captions], videos: &[AssetId]) -> Result<(), String> {
    for (at, one) in all.iter().enumerate() {
        let video = one.video;
        if !videos.contains(&video) {
            return Err(format!("it has captions of the video '{video}', which it does not show"));
        }
        if all[..at].iter().any(|other| other.video == video) {
            return Err(format!("the video '{video}' has captions twice"));
        }
        one.check()?;
    }
    Ok(())
}

impl Captions {
    /// Checks times and texts. The error says which cue is wrong, counted from 1, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        self.check_cues().map_err(|what| format!("captions of the video '{}': {what}", self.video))
    }

    fn check_cues(&self) -> Result<(), String> {
        if self.cues.is_empty() || self.cues.len() > MAX_CUES {
            return Err(format!(
                "they must have 1 to {MAX_CUES} cues; leave out the captions of a video without any"
            ));
        }
        let mut before = 0.0;
        for (index, cue) in self.cues.iter().enumerate() {
            cue.check(before).map_err(|what| format!("cue {}: {what}", index + 1))?;
            before = cue.end;
        }
        Ok(())
    }

    /// Cuts what is shown after the end of a video of this length in seconds.
    pub fn cut(&mut self, seconds: f64) {
        self.cues.retain(|cue| cue.start < seconds);
        for cue in &mut self.cues {
            cue.end = cue.end.min(seconds);
        }
    }

    /// Fails where a cue is shown after the end of a video of this length in seconds.
    pub fn check_within(&self, seconds: f64) -> Result<(), String> {
        match self.cues.iter().position(|cue| cue.end > seconds + ROUNDING) {
            None => Ok(()),
            Some(index) => Err(format!(
                "captions of the video '{}': cue {} ends at {} s, but the video ends at {seconds:.3} s",
                self.video,
                index + 1,
                self.cues[index].end
            )),
        }
    }
}

impl Cue {
    /// Checks times and text. `before`: the end of the cue before it.
    pub fn check(&self, before: f64) -> Result<(), String> {
        let Self { start, end, text } = self;
        // What is no number is neither above nor below.
        if !(*start >= 0.0 && end.is_finite() && end > start) {
            return Err(format!(
                "it is shown from {start} s to {end} s; the beginning must be 0 or later, and the end after it"
            ));
        }
        if *start < before {
            return Err(format!(
                "it begins at {start} s, before the end of the cue before it at {before} s; put cues in order, one at a time"
            ));
        }
        let count = text.trim().chars().count();
        if count == 0 || count > MAX_CUE_TEXT || text.lines().count() > MAX_CUE_LINES {
            return Err(format!(
                "its text must have 1 to {MAX_CUE_TEXT} characters in at most {MAX_CUE_LINES} lines"
            ));
        }
        // An empty line ends a cue in every format of captions.
        if text.chars().any(|character| character.is_control() && character != '\n')
            || text.trim().lines().any(|line| line.trim().is_empty())
        {
            return Err(
                "its text holds characters that cannot be shown, or an empty line".to_owned()
            );
        }
        Ok(())
    }
}

/// A moment of a video as players tell it: `1:05`.
pub fn moment(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn captions(cues: &[(f64, f64, &str)]) -> Captions {
        let cue =
            |&(start, end, text): &(f64, f64, &str)| Cue { start, end, text: text.to_owned() };
        Captions { video: AssetId::new(), cues: cues.iter().map(cue).collect() }
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let long = "字".repeat(MAX_CUE_TEXT + 1);
        for (cues, said) in [
            (&[][..], "1 to 200 cues"),
            (&[(0.0, 1.0, "a"), (0.9, 2.0, "b")], "cue 2: it begins at 0.9 s, before the end"),
            (&[(3.0, 4.0, "a"), (1.0, 2.0, "b")], "cue 2: it begins at 1 s"),
            (&[(1.0, 1.0, "a")], "cue 1: it is shown from 1 s to 1 s"),
            (&[(-0.1, 1.0, "a")], "0 or later"),
            (&[(f64::NAN, 1.0, "a")], "0 or later"),
            (&[(0.0, f64::INFINITY, "a")], "the end after it"),
            (&[(0.0, 1.0, " \n")], "1 to 200 characters"),
            (&[(0.0, 1.0, &long)], "1 to 200 characters"),
            (&[(0.0, 1.0, "a\nb\nc\nd\ne")], "4 lines"),
            (&[(0.0, 1.0, "a\n\nb")], "an empty line"),
            (&[(0.0, 1.0, "a\u{1b}[31m")], "cannot be shown"),
        ] {
            let error = captions(cues).check().unwrap_err();
            assert!(error.contains(said), "{error} — expected: {said}");
        }
        let many: Vec<_> = (0..=MAX_CUES).map(|at| (at as f64, at as f64 + 1.0, "一")).collect();
        assert!(captions(&many).check().is_err());
        captions(&many[..MAX_CUES]).check().unwrap();
    }

    #[test]
    fn a_cue_may_end_with_the_video_but_not_after_it() {
        let shown = captions(&[(0.0, 1.0, "水龙头"), (1.0, 3.004, "滴水")]);
        shown.check().unwrap();
        shown.check_within(3.0).unwrap();
        let error = shown.check_within(2.9).unwrap_err();
        assert!(error.contains("cue 2 ends at 3.004 s, but the video ends at 2.900 s"), "{error}");
    }

    #[test]
    fn moments_are_read_in_minutes_and_seconds() {
        assert_eq!([0.0, 9.96, 60.0, 125.04].map(moment), ["0:00", "0:09", "1:00", "2:05"]);
    }

    proptest! {
        /// Cues made of lengths and gaps are in order; moving any of them before the one ahead of it is refused.
        #[test]
        fn only_cues_in_order_are_taken(
            steps in prop::collection::vec((0_u32..5_000, 1_u32..5_000), 1..40),
            moved in any::<prop::sample::Index>(),
        ) {
            let mut thousandths = 0;
            let mut cues = Vec::new();
            for (gap, length) in steps {
                let start = f64::from(thousandths + gap) / 1000.0;
                thousandths += gap + length;
                cues.push(Cue { start, end: f64::from(thousandths) / 1000.0, text: "看".to_owned() });
            }
            let at = f64::from(thousandths) / 1000.0;
            let mut all = Captions { video: AssetId::new(), cues };
            prop_assert!(all.check().is_ok());
            prop_assert!(all.check_within(at).is_ok());
            prop_assert!(all.check_within(at - 0.02).is_err());
            let read: Captions = serde_json::from_str(&serde_json::to_string(&all).unwrap()).unwrap();
            prop_assert_eq!(&read, &all);
            let index = moved.index(all.cues.len());
            if index > 0 {
                all.cues[index].start = all.cues[index - 1].end - 0.000_5;
                prop_assert!(all.check().is_err());
            }
        }
    }
}
