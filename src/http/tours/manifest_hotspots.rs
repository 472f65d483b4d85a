//! Hotspots in `tour.json` (format in `docs/contract.md`).

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::auction::hotspots::{Content, Hotspot, Method};
use crate::base::id::AssetId;

/// Where the photos, videos and recordings of the listing are found.
pub struct Beside<'a> {
    /// Address of a photo, also of the still of a video for staff.
    pub picture: &'a dyn Fn(AssetId) -> String,
    /// Addresses of a video and its still.
    pub video: &'a dyn Fn(AssetId) -> [String; 2],
    /// Address of a recording, and its length in seconds; none where it is there no more.
    pub sound: &'a dyn Fn(AssetId) -> Option<(String, f64)>,
    /// In how many places a photo hides something; those that hide nothing are left out.
    pub hidden: &'a HashMap<AssetId, usize>,
}

impl Beside<'_> {
    /// In how many places a photo hides something.
    pub fn hidden_in(&self, picture: AssetId) -> usize {
        self.hidden.get(&picture).copied().unwrap_or_default()
    }
}

/// The hotspots as the viewer reads them, with the addresses of their pictures and videos.
pub fn hotspots(hotspots: &[Hotspot], beside: &Beside<'_>) -> Vec<Value> {
    hotspots.iter().map(|hotspot| one(hotspot, beside)).collect()
}

fn one(hotspot: &Hotspot, beside: &Beside<'_>) -> Value {
    let pictures: Vec<String> = hotspot.pictures().iter().map(|&id| (beside.picture)(id)).collect();
    let mut value = match &hotspot.content {
        Content::Information { title, text, .. } => {
            json!({"title": title, "text": text, "pictures": pictures})
        }
        Content::Defect { text, seen_on, announcement, .. } => {
            json!({"text": text, "seenOn": seen_on, "announcement": announcement, "pictures": pictures})
        }
        Content::Document { title, url } => json!({"title": title, "url": url}),
        Content::Measure { title, to, length, error, method } => json!({
            "title": title, "to": to, "length": length, "error": error, "method": name(*method),
        }),
        Content::Portal { title, url, starts_at, time_zone } => json!({
            "title": title, "url": url, "startsAt": starts_at, "timeZone": time_zone,
        }),
    };
    let hidden: Vec<usize> = hotspot.pictures().iter().map(|id| beside.hidden_in(*id)).collect();
    if hidden.iter().any(|&count| count > 0) {
        value["masked"] = json!(hidden);
    }
    let videos = hotspot.videos().iter().map(|&id| {
        let [address, still] = (beside.video)(id);
        let mut video = json!({"address": address, "still": still});
        let cues = hotspot.cues(id);
        if !cues.is_empty() {
            video["captions"] = json!(cues);
        }
        video
    });
    if !hotspot.videos().is_empty() {
        value["videos"] = videos.collect();
    }
    value["id"] = json!(hotspot.id);
    value["kind"] = json!(hotspot.kind());
    value["yaw"] = json!(hotspot.yaw);
    value["pitch"] = json!(hotspot.pitch);
    value
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Laser => "laser",
        Method::Tape => "tape",
        Method::Plan => "plan",
        Method::Floor { .. } => "floor",
    }
}
