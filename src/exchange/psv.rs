//! A virtual tour of Photo Sphere Viewer 5: nodes for its virtual-tour plug-in, pictures for its cubemap-tiles adapter.
//!
//! The viewer has no project file; ours is `tour.json` with `startNodeId` and `nodes` as the plug-in takes them, except that
//! `panorama.tiles` is a template, which the page turns into the function that the adapter wants. Yaw and pitch are radians
//! with our signs. The adapter wants a power of two of equal tiles, so that faces are cut anew, and takes up and down as we have
//! them only with `flipTopBottom`.

use serde_json::{Value, json};

use super::contents::Shape;
use super::labels;
use super::marzipano::{markup, players};
use super::model::{Note, Scene, Tour};
use crate::texts::Language;

/// Largest edge of a tile, pixels: what every phone takes as a texture.
const MAX_TILE: u32 = 1024;
/// Most tiles across that the adapter takes.
const MAX_ACROSS: u32 = 16;

/// Its names of the faces f r b l u d.
pub const FACE_NAMES: [&str; 6] = ["front", "right", "back", "left", "top", "bottom"];

/// A level of the pyramid with the tiles that it is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Level of the pack.
    pub level: u32,
    /// Edge of the face.
    pub edge: u32,
    /// Tiles across: a power of two that divides the edge.
    pub across: u32,
}

/// How the levels are cut, the smallest first. The smallest is one picture a face.
pub fn cuts(shape: &Shape) -> Vec<Cut> {
    let count = shape.pyramid.level_count();
    let mut cuts = Vec::new();
    for (level, &edge) in (1..=count).zip(&shape.pyramid.levels) {
        let mut across = 1;
        while edge / across > MAX_TILE && across < MAX_ACROSS && edge.is_multiple_of(across * 2) {
            across *= 2;
        }
        // More tiles a level, or the viewer would load the same twice.
        while cuts.last().is_some_and(|last: &Cut| last.across >= across)
            && across < MAX_ACROSS
            && edge.is_multiple_of(across * 2)
        {
            across *= 2;
        }
        cuts.push(Cut { level, edge, across });
    }
    if let Some(first) = cuts.first_mut() {
        first.across = 1;
    }
    cuts
}

/// `tour.json` of `tour`; `shapes` has the pyramid of each scene in the same order. What is masked is told in `language`.
pub fn document(tour: &Tour, shapes: &[Shape], language: Language) -> Value {
    let scenes = tour.scenes.iter().zip(shapes);
    let nodes: Vec<Value> =
        scenes.map(|(scene, shape)| node(tour, scene, shape, language)).collect();
    json!({"name": tour.title, "startNodeId": tour.start, "nodes": nodes})
}

fn node(tour: &Tour, scene: &Scene, shape: &Shape, language: Language) -> Value {
    let levels: Vec<Value> = cuts(shape)
        .iter()
        .map(|cut| json!({"faceSize": cut.edge, "nbTiles": cut.across}))
        .collect();
    let links: Vec<Value> = scene
        .links
        .iter()
        .map(|link| {
            json!({"nodeId": link.target, "position": {"yaw": link.yaw.to_radians(), "pitch": link.pitch.to_radians()}})
        })
        .collect();
    let markers: Vec<Value> =
        scene.notes.iter().enumerate().map(|(i, note)| marker(i, note, language)).collect();
    let mut caption = format!("{} · {}", scene.title, tour.author);
    if shape.masked > 0 {
        caption.push_str(&format!(" · {}", labels::masked(shape.masked, language)));
    }
    json!({
        "id": scene.id,
        "name": scene.title,
        "caption": caption,
        "panorama": {"flipTopBottom": true, "levels": levels, "tiles": format!("tiles/{}/{{level}}/{{face}}_{{column}}_{{row}}.jpg", scene.id)},
        "links": links,
        "markers": markers,
        "data": {
            "yaw": scene.initial_view.yaw.to_radians(),
            "pitch": scene.initial_view.pitch.to_radians(),
            "hfov": scene.initial_view.hfov,
            "northYaw": scene.north_yaw.map(f64::to_radians),
        },
    })
}

fn marker(index: usize, note: &Note, language: Language) -> Value {
    let mut words = format!("<strong>{}</strong>", markup(&note.title));
    if !note.text.is_empty() {
        words.push_str(&format!("<br>{}", markup(&note.text)));
    }
    if let Some(url) = &note.url {
        let url = markup(url);
        words.push_str(&format!("<br><a href=\"{url}\" rel=\"noopener\">{url}</a>"));
    }
    for picture in &note.pictures {
        words.push_str(&format!(
            "<br><img src=\"pictures/{picture}.jpg\" alt=\"\" style=\"max-width:100%\">"
        ));
    }
    for player in players(note, language) {
        words.push_str(&format!("<br>{player}"));
    }
    json!({
        "id": format!("note-{index}"),
        "position": {"yaw": note.yaw.to_radians(), "pitch": note.pitch.to_radians()},
        "tooltip": {"content": markup(&note.title)},
        "content": words,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::Pyramid;
    use crate::imaging::pack::Coverage;

    proptest! {
        #[test]
        fn tiles_fit_the_adapter(face in 1_u32..300) {
            let pyramid = Pyramid::new(face * 32, 512);
            let cuts = cuts(&Shape { pyramid, coverage: Coverage::FULL, has_stills: true, masked: 0 });
            prop_assert_eq!(cuts[0].across, 1);
            for cut in cuts {
                prop_assert!(cut.across.is_power_of_two() && cut.across <= MAX_ACROSS);
                prop_assert_eq!(cut.edge % cut.across, 0);
            }
        }
    }
}
