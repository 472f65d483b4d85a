//! Hotspots: marks in a scene that tell something, and what each kind must hold. Links to other scenes are not among
//! them (`super::tour::Link`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::captions::{self, Captions, Cue};
use crate::base::Instant;
use crate::base::id::{AssetId, HotspotId};
use crate::geometry::{Degrees, floor};

/// Most hotspots of one scene.
pub const MAX_HOTSPOTS: usize = 1_000;
/// Longest title, characters.
pub const MAX_TITLE: usize = 80;
/// Longest text, characters.
pub const MAX_TEXT: usize = 2_000;
const MAX_SENTENCE: usize = 500;
/// Most pictures of one hotspot.
pub const MAX_PICTURES: usize = 8;
/// Most videos of one hotspot.
pub const MAX_VIDEOS: usize = 2;
const MAX_ADDRESS: usize = 500;
const MAX_ZONE: usize = 64;
/// Metres; nothing longer is inside one picture.
const MAX_LENGTH: f64 = 200.0;
/// What a stated length and error may differ from the computed ones by rounding, in metres.
const ROUNDING: f64 = 0.01;

/// A mark at a direction of a scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hotspot {
    /// Stays the same from version to version.
    #[schema(value_type = String)]
    pub id: HotspotId,
    /// Degrees, right positive, −180 to 180.
    pub yaw: f64,
    /// Degrees, up positive, −90 to 90.
    pub pitch: f64,
    /// What it tells.
    #[serde(flatten)]
    pub content: Content,
}

/// What a hotspot tells. Texts are plain text; line breaks are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// Something worth knowing.
    Information {
        /// 1 to 80 characters.
        title: String,
        /// At most 2,000 characters.
        #[serde(default)]
        text: String,
        /// At most 8 ordinary photos of the listing.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        pictures: Vec<AssetId>,
        /// At most 2 converted videos of the listing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(value_type = Vec<String>)]
        videos: Vec<AssetId>,
        /// Captions of these videos, for each at most once.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        captions: Vec<Captions>,
    },
    /// A visible defect (网拍规定 15: defects must be told).
    Defect {
        /// 1 to 2,000 characters.
        text: String,
        /// Close-ups: at most 8 ordinary photos of the listing.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        pictures: Vec<AssetId>,
        /// At most 2 converted videos of the listing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(value_type = Vec<String>)]
        videos: Vec<AssetId>,
        /// Captions of these videos, for each at most once.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        captions: Vec<Captions>,
        /// The day on which it was seen (ISO 8601).
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        seen_on: Option<jiff::civil::Date>,
        /// The sentence of the announcement that speaks of it; at most 500 characters.
        #[serde(default)]
        announcement: String,
    },
    /// A paper to be read elsewhere.
    Document {
        /// 1 to 80 characters.
        title: String,
        /// An `https` address.
        url: String,
    },
    /// A line from the hotspot's own direction to another one, with a stated length.
    Measure {
        /// What was measured; at most 80 characters.
        #[serde(default)]
        title: String,
        /// The line's other end.
        to: End,
        /// Metres, above 0.
        length: f64,
        /// How far it may be off, metres, not below 0.
        error: f64,
        /// How it is known.
        #[serde(flatten)]
        method: Method,
    },
    /// The way to the live showing.
    Portal {
        /// 1 to 80 characters.
        title: String,
        /// An `https` address.
        url: String,
        /// When it begins.
        #[schema(value_type = String)]
        starts_at: Instant,
        /// IANA name of the time zone in which the beginning is told, as `Asia/Shanghai`.
        time_zone: String,
    },
}

/// The other end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct End {
    /// Degrees, right positive, −180 to 180.
    pub yaw: f64,
    /// Degrees, up positive, −90 to 90.
    pub pitch: f64,
}

/// How a length is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Method {
    /// Measured in the room with a laser.
    Laser,
    /// Measured in the room with a tape.
    Tape,
    /// Read from a plan.
    Plan,
    /// Computed from the camera's height; both ends lie on the floor.
    Floor {
        /// Metres above the floor.
        camera_height: f64,
        /// How far that may be off, metres.
        camera_height_error: f64,
    },
}

impl Hotspot {
    /// Checks angles, texts, addresses and lengths. The error says what is wrong and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        self.check_content().map_err(|what| format!("hotspot '{}': {what}", self.id))
    }

    fn check_content(&self) -> Result<(), String> {
        direction(self.yaw, self.pitch)?;
        match &self.content {
            Content::Information { title, text, pictures, videos, captions } => {
                words("the title", title, 1, MAX_TITLE)?;
                words("the text", text, 0, MAX_TEXT)?;
                shown(pictures, videos, captions)
            }
            Content::Defect { text, pictures, videos, captions, seen_on: _, announcement } => {
                words("the text", text, 1, MAX_TEXT)?;
                words("the sentence of the announcement", announcement, 0, MAX_SENTENCE)?;
                shown(pictures, videos, captions)
            }
            Content::Document { title, url } => {
                words("the title", title, 1, MAX_TITLE)?;
                address(url)
            }
            Content::Measure { title, to, length, error, method } => {
                words("the title", title, 0, MAX_TITLE)?;
                direction(to.yaw, to.pitch)?;
                if !(*length > 0.0 && *length <= MAX_LENGTH) {
                    return Err(format!("the length must be above 0 and at most {MAX_LENGTH} m"));
                }
                if !(0.0..=*length).contains(error) {
                    return Err("the error must be between 0 and the length".to_owned());
                }
                self.check_method(*to, *length, *error, *method)
            }
            Content::Portal { title, url, starts_at: _, time_zone } => {
                words("the title", title, 1, MAX_TITLE)?;
                address(url)?;
                let known =
                    time_zone.len() <= MAX_ZONE && jiff::tz::TimeZone::get(time_zone).is_ok();
                if known {
                    Ok(())
                } else {
                    Err(format!("'{}' is no time zone; write it as Asia/Shanghai", clip(time_zone)))
                }
            }
        }
    }

    /// A computed length must be what the directions and the camera's height give.
    fn check_method(&self, to: End, length: f64, error: f64, method: Method) -> Result<(), String> {
        let Method::Floor { camera_height, camera_height_error } = method else { return Ok(()) };
        let ends = [(self.yaw, self.pitch), (to.yaw, to.pitch)]
            .map(|(yaw, pitch)| (Degrees(yaw), Degrees(pitch)));
        let Some(known) = floor::length(ends[0], ends[1], camera_height, camera_height_error)
        else {
            return Err(format!(
                "a length from the camera's height needs two different ends on the floor, {}° or more below the horizon",
                -floor::HIGHEST.0
            ));
        };
        if (known.length - length).abs() > ROUNDING {
            return Err(format!("the camera's height gives {:.3} m, not {length} m", known.length));
        }
        if error < known.error - ROUNDING {
            return Err(format!("the error is at least {:.3} m, not {error} m", known.error));
        }
        Ok(())
    }

    /// The pictures that it shows.
    pub fn pictures(&self) -> &[AssetId] {
        match &self.content {
            Content::Information { pictures, .. } | Content::Defect { pictures, .. } => pictures,
            Content::Document { .. } | Content::Measure { .. } | Content::Portal { .. } => &[],
        }
    }

    /// The videos that it shows.
    pub fn videos(&self) -> &[AssetId] {
        match &self.content {
            Content::Information { videos, .. } | Content::Defect { videos, .. } => videos,
            Content::Document { .. } | Content::Measure { .. } | Content::Portal { .. } => &[],
        }
    }

    /// The captions of its videos.
    pub fn captions(&self) -> &[Captions] {
        match &self.content {
            Content::Information { captions, .. } | Content::Defect { captions, .. } => captions,
            Content::Document { .. } | Content::Measure { .. } | Content::Portal { .. } => &[],
        }
    }

    /// The cues of one of its videos; none where it has no captions.
    pub fn cues(&self, video: AssetId) -> &[Cue] {
        self.captions().iter().find(|one| one.video == video).map_or(&[], |one| &one.cues)
    }

    /// How people name it: its title, or how its text begins.
    pub fn name(&self) -> &str {
        match &self.content {
            Content::Information { title, .. }
            | Content::Document { title, .. }
            | Content::Portal { title, .. }
            | Content::Measure { title, .. } => title,
            Content::Defect { text, .. } => text.lines().next().unwrap_or_default(),
        }
    }

    /// Name of the kind, as in JSON.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            Content::Information { .. } => "information",
            Content::Defect { .. } => "defect",
            Content::Document { .. } => "document",
            Content::Measure { .. } => "measure",
            Content::Portal { .. } => "portal",
        }
    }
}

fn direction(yaw: f64, pitch: f64) -> Result<(), String> {
    for (what, value, bound) in [("yaw", yaw, 180.0), ("pitch", pitch, 90.0)] {
        if !(-bound..=bound).contains(&value) {
            return Err(format!("the {what} is {value}°, allowed is −{bound}° to {bound}°"));
        }
    }
    Ok(())
}

fn words(what: &str, text: &str, least: usize, most: usize) -> Result<(), String> {
    let count = text.trim().chars().count();
    if count < least || count > most {
        return Err(format!("{what} must have {least} to {most} characters"));
    }
    if text
        .chars()
        .any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
    {
        return Err(format!("{what} holds characters that cannot be shown"));
    }
    Ok(())
}

fn shown(pictures: &[AssetId], videos: &[AssetId], captions: &[Captions]) -> Result<(), String> {
    few("pictures", pictures, MAX_PICTURES)?;
    few("videos", videos, MAX_VIDEOS)?;
    captions::check_all(captions, videos)
}

fn few(what: &str, shown: &[AssetId], most: usize) -> Result<(), String> {
    let twice = shown.iter().enumerate().any(|(at, id)| shown[..at].contains(id));
    if shown.len() > most || twice {
        return Err(format!("it may have at most {most} {what}, each once"));
    }
    Ok(())
}

/// An `https` address with a host and without user names: whoever presses it must see where it leads.
fn address(url: &str) -> Result<(), String> {
    let host = url.strip_prefix("https://").map(|rest| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        &rest[..end]
    });
    let plain = |host: &str| {
        !host.is_empty()
            && host.chars().all(|one| one.is_ascii_alphanumeric() || ".-:[]".contains(one))
    };
    let shown = url.chars().all(|one| one.is_ascii_graphic() && !"\"<>\\^`{|}".contains(one));
    if url.len() <= MAX_ADDRESS && shown && host.is_some_and(plain) {
        Ok(())
    } else {
        Err(format!(
            "'{}' is not an address that begins with https:// and has at most {MAX_ADDRESS} characters",
            clip(url)
        ))
    }
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(mut value: Value) -> Result<Hotspot, String> {
        value["id"] = json!(HotspotId::new());
        let hotspot: Hotspot = serde_json::from_value(value).map_err(|error| error.to_string())?;
        hotspot.check().map(|()| hotspot)
    }

    fn with(mut value: Value, change: Value) -> Value {
        for (key, new) in change.as_object().unwrap() {
            value[key] = new.clone();
        }
        value
    }

    fn defect() -> Value {
        json!({"kind": "defect", "yaw": 12.5, "pitch": -3, "text": "墙面有水渍", "seen_on": "2026-09-18",
            "announcement": "东北角墙面有水渍，成因未查明。", "pictures": [AssetId::new()]})
    }

    fn measure() -> Value {
        json!({"kind": "measure", "yaw": 0, "pitch": -45, "to": {"yaw": 90, "pitch": -45}, "length": 2.121,
            "error": 0.05, "method": "floor", "camera_height": 1.5, "camera_height_error": 0.02})
    }

    fn portal() -> Value {
        json!({"kind": "portal", "yaw": 0, "pitch": 0, "title": "直播看样", "url": "https://live.example.cn/a?b=1",
            "starts_at": "2026-10-08T02:00:00Z", "time_zone": "Asia/Shanghai"})
    }

    #[test]
    fn every_kind_comes_back_from_json_as_it_was() {
        let information = json!({"kind": "information", "yaw": -180, "pitch": 90, "title": "分户门", "text": "一行\n二行"});
        let document = json!({"kind": "document", "yaw": 1, "pitch": 2, "title": "评估报告", "url": "https://a.cn/1.pdf"});
        let laser = with(measure(), json!({"method": "laser", "length": 2.84, "error": 0.02}));
        let video = AssetId::new();
        let captions =
            json!([{"video": video, "cues": [{"start": 0, "end": 1.5, "text": "滴水声"}]}]);
        let filmed = with(defect(), json!({"videos": [video], "captions": captions}));
        for value in [information, defect(), filmed, document, measure(), laser, portal()] {
            let hotspot = read(value).unwrap();
            let again: Hotspot = serde_json::from_value(json!(hotspot)).unwrap();
            assert_eq!(again, hotspot);
            assert_eq!(json!(hotspot)["kind"], hotspot.kind());
        }
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let twice = AssetId::new();
        let said = json!({"video": twice, "cues": [{"start": 0, "end": 1, "text": "滴水声"}]});
        for (value, said) in [
            (with(defect(), json!({"yaw": 180.5})), "the yaw is 180.5°"),
            (with(defect(), json!({"text": "  "})), "the text must have 1 to 2000"),
            (with(defect(), json!({"text": "a\u{1b}[31m"})), "cannot be shown"),
            (with(defect(), json!({"pictures": [twice, twice]})), "8 pictures, each once"),
            (with(defect(), json!({"videos": [twice, twice]})), "2 videos, each once"),
            (with(defect(), json!({"captions": [said.clone()]})), "which it does not show"),
            (
                with(defect(), json!({"videos": [twice], "captions": [said.clone(), said]})),
                "captions twice",
            ),
            (
                with(
                    defect(),
                    json!({"videos": [twice], "captions": [{"video": twice, "cues": []}]}),
                ),
                "1 to 200 cues",
            ),
            (with(defect(), json!({"seen_on": "2026-02-30"})), "day"),
            (with(defect(), json!({"kind": "rumour"})), "unknown variant"),
            (with(portal(), json!({"url": "http://live.example.cn/"})), "https://"),
            (with(portal(), json!({"url": "https://court.cn@evil.example/"})), "https://"),
            (with(portal(), json!({"url": "javascript:alert(1)"})), "https://"),
            (with(portal(), json!({"url": "https://"})), "https://"),
            (with(portal(), json!({"time_zone": "Beijing time"})), "no time zone"),
            (with(portal(), json!({"time_zone": "../../etc/passwd"})), "no time zone"),
            (with(measure(), json!({"length": 2.0})), "gives 2.121 m"),
            (with(measure(), json!({"error": 0.001})), "the error is at least"),
            (with(measure(), json!({"to": {"yaw": 90, "pitch": 3}})), "on the floor"),
            (with(measure(), json!({"method": "laser", "error": -1})), "the error must be"),
            (with(measure(), json!({"method": "guess"})), "unknown variant"),
        ] {
            let error = read(value).unwrap_err();
            assert!(error.contains(said), "{error} — expected: {said}");
        }
    }
}
