//! Pannellum's JSON configuration of a tour with multires scenes (its "JSON Configuration Parameters", version 2.5).
//!
//! Its yaw, pitch, HFOV, cube and tile names are ours; north is the heading of the picture's centre.

use serde_json::{Value, json};

use super::angles::north_offset;
use super::contents::Shape;
use super::labels;
use super::model::{Link, Note, Scene, Tour};
use crate::texts::Language;

/// The configuration of `tour`; `shapes` has the pyramid of each scene in the same order. Tiles lie in `tiles/<id>`. What is
/// masked is told in `language`.
pub fn configuration(tour: &Tour, shapes: &[Shape], language: Language) -> Value {
    let scenes: serde_json::Map<String, Value> = tour
        .scenes
        .iter()
        .zip(shapes)
        .map(|(scene, shape)| (scene.id.clone(), scene_of(tour, scene, shape, language)))
        .collect();
    json!({
        "escapeHTML": true,
        "default": {
            "firstScene": tour.start,
            "author": tour.author,
            "autoLoad": true,
            "sceneFadeDuration": 500,
            "minHfov": 30,
            "compass": tour.scenes.iter().all(|scene| scene.north_yaw.is_some()),
        },
        "scenes": scenes,
    })
}

fn scene_of(tour: &Tour, scene: &Scene, shape: &Shape, language: Language) -> Value {
    let spots = scene.links.iter().map(|link| way(tour, scene, link));
    let spots: Vec<Value> = spots.chain(scene.notes.iter().map(mark)).collect();
    let mut value = json!({
        "title": scene.title,
        "type": "multires",
        "yaw": scene.initial_view.yaw,
        "pitch": scene.initial_view.pitch,
        "hfov": scene.initial_view.hfov,
        "multiRes": {
            "basePath": format!("tiles/{}", scene.id),
            "path": "/%l/%s%y_%x",
            "fallbackPath": "/fallback/%s",
            "extension": "jpg",
            "tileResolution": shape.pyramid.tile,
            "maxLevel": shape.pyramid.level_count(),
            "cubeResolution": shape.pyramid.face,
        },
        "hotSpots": spots,
    });
    if !shape.has_stills {
        value["multiRes"].as_object_mut().map(|multires| multires.remove("fallbackPath"));
    }
    if shape.masked > 0 {
        // The line below the title is the only other one that it shows of a scene.
        value["author"] =
            json!(format!("{} · {}", tour.author, labels::masked(shape.masked, language)));
    }
    if let Some(north) = scene.north_yaw {
        value["northOffset"] = json!(north_offset(north));
    }
    let limits = [("Yaw", shape.coverage.yaw, 180.0), ("Pitch", shape.coverage.pitch, 90.0)];
    for (name, [low, high], whole) in limits {
        if high - low < 2.0 * whole {
            value[format!("min{name}")] = json!(low);
            value[format!("max{name}")] = json!(high);
        }
    }
    value
}

fn way(tour: &Tour, scene: &Scene, link: &Link) -> Value {
    let mut spot = json!({
        "type": "scene", "yaw": link.yaw, "pitch": link.pitch, "text": link.title, "sceneId": link.target,
    });
    // The bearing is kept where both scenes know their north.
    let target = tour.scene(&link.target);
    if scene.north_yaw.is_some() && target.is_some_and(|target| target.north_yaw.is_some()) {
        spot["targetYaw"] = json!("sameAzimuth");
    }
    spot
}

fn mark(note: &Note) -> Value {
    let text = if note.text.is_empty() {
        note.title.clone()
    } else {
        format!("{}\n{}", note.title, note.text)
    };
    let mut spot = json!({"type": "info", "yaw": note.yaw, "pitch": note.pitch, "text": text});
    if let Some(url) = &note.url {
        spot["URL"] = json!(url);
    }
    if let Some(picture) = note.pictures.first() {
        spot["image"] = json!(format!("pictures/{picture}.jpg"));
    }
    // Pannellum shows one thing in a mark's tooltip, a picture before a video.
    if let Some(video) = note.videos.first() {
        spot["video"] = json!(format!("videos/{video}.mp4"));
    } else if let Some(sound) = note.sounds.first() {
        // Its player of videos plays sound, too.
        spot["video"] = json!(format!("sounds/{sound}.m4a"));
    }
    spot
}
