//! `tour.json`: what the viewer needs to know of a tour (format in `docs/contract.md`).

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::manifest_hotspots::{Beside, hotspots};

use crate::auction::plan::Plan;
use crate::auction::tour::{Heading, Scene, TourDocument};
use crate::base::id::PanoramaId;
use crate::imaging::pack::PackIndex;

/// Where the pictures of a panorama are found, by the name under which the tour publishes it.
pub type Addresses<'a> = dyn Fn(&str, PanoramaId) -> String + 'a;

/// The manifest of `document`. `base` gives the address of a panorama's pictures without a slash at
/// the end, `beside` that of what hotspots, the plan and the guided tour show; scenes whose pack is not in `packs` are left out, with the
/// links to them.
pub fn manifest(
    heading: &Heading,
    document: &TourDocument,
    packs: &HashMap<PanoramaId, Arc<PackIndex>>,
    base: &Addresses<'_>,
    beside: &Beside<'_>,
) -> Value {
    let shown: Vec<(&Scene, &Arc<PackIndex>)> = document
        .scenes
        .iter()
        .filter_map(|scene| Some((scene, packs.get(&scene.panorama)?)))
        .collect();
    let title_of =
        |id| shown.iter().find(|(scene, _)| scene.id == id).map(|(scene, _)| &scene.title);
    let scenes: Vec<Value> = shown
        .iter()
        .map(|(scene, pack)| {
            let links: Vec<Value> = scene
                .links
                .iter()
                .filter_map(|link| {
                    let title = title_of(link.target)?;
                    Some(json!({"target": link.target, "yaw": link.yaw, "pitch": link.pitch, "title": title}))
                })
                .collect();
            let right_eye = scene.right_eye.and_then(|right| {
                let address = base(&scene.right_eye_name(), right);
                Some(json!({"panorama": panorama(packs.get(&right)?, &address)}))
            });
            let other_day = scene.other_day.as_ref().and_then(|other| {
                let address = base(&scene.other_day_name(), other.panorama);
                let panorama = panorama(packs.get(&other.panorama)?, &address);
                Some(json!({"capturedAt": other.captured_at, "yawOffset": other.yaw_offset, "panorama": panorama}))
            });
            let mut written = json!({
                "id": scene.id,
                "title": scene.title,
                "capturedAt": scene.captured_at,
                "northYaw": scene.north_yaw,
                "initialView": scene.initial_view,
                "panorama": panorama(pack, &base(&scene.id.to_string(), scene.panorama)),
                "position": scene.position,
                "links": links,
                "hotspots": hotspots(&scene.hotspots, beside),
            });
            if let Some(right_eye) = right_eye {
                written["rightEye"] = right_eye;
            }
            if let Some(other_day) = other_day {
                written["otherDay"] = other_day;
            }
            if !scene.narration.trim().is_empty() {
                written["narration"] = json!(scene.narration.trim());
            }
            let sound = scene.narration_sound.and_then(beside.sound);
            if let Some((address, seconds)) = sound {
                written["narrationSound"] = json!({"address": address, "seconds": seconds});
            }
            written
        })
        .collect();
    let start = document.start_scene().filter(|&start| title_of(start).is_some());
    let start = start.or_else(|| shown.first().map(|(scene, _)| scene.id));
    json!({
        "format": "kanfang-tour",
        "version": 1,
        "id": heading.listing,
        "title": heading.title,
        "court": heading.court,
        "start": start,
        "status": format!("/api/v1/public/listings/{}/status", heading.listing),
        "plan": document.plan.as_ref().map(|plan| plan_of(plan, beside)),
        "scenes": scenes,
    })
}

/// The plan as the viewer draws it. A picture that is only there to be drawn over is left out.
fn plan_of(plan: &Plan, beside: &Beside<'_>) -> Value {
    let mut written = json!({"north": plan.north, "rooms": plan.rooms});
    if let Some(below) = plan.shown_picture() {
        let address = (beside.picture)(below.asset);
        written["picture"] = json!({"address": address, "middle": below.middle, "size": below.size, "turn": below.turn});
        let hidden = beside.hidden_in(below.asset);
        if hidden > 0 {
            written["picture"]["masked"] = json!(hidden);
        }
    }
    written
}

fn panorama(pack: &PackIndex, base: &str) -> Value {
    addressed(pack.described(), base)
}

/// What a panorama is, with where its pictures lie.
pub fn addressed(mut panorama: Value, base: &str) -> Value {
    panorama["tiles"] = json!(format!("{base}/{{level}}/{{face}}{{row}}_{{column}}"));
    panorama["preview"] = json!(format!("{base}/preview.jpg"));
    panorama["stills"] = json!(format!("{base}/still/{{face}}.jpg"));
    panorama
}
