//! Hotspots in `tour.json` (format in `docs/contract.md`).

use serde_json::{Value, json};

use crate::auction::hotspots::{Content, Hotspot, Method};
use crate::base::id::AssetId;

/// Where a photo of the listing is found.
pub type PictureAddress<'a> = dyn Fn(AssetId) -> String + 'a;

/// The hotspots as the viewer reads them, with the addresses of their pictures.
pub fn hotspots(hotspots: &[Hotspot], picture: &PictureAddress<'_>) -> Vec<Value> {
    hotspots.iter().map(|hotspot| one(hotspot, picture)).collect()
}

fn one(hotspot: &Hotspot, picture: &PictureAddress<'_>) -> Value {
    let pictures: Vec<String> = hotspot.pictures().iter().map(|&id| picture(id)).collect();
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
