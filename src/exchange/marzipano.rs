//! The project that the Marzipano tool exports: `data.js` with `APP_DATA`, tiles as `tiles/{id}/{z}/{f}/{y}/{x}.jpg`.
//!
//! Its angles are radians, pitch is positive downwards, the field of view vertical. Texts are HTML there.

use serde_json::{Value, json};

use super::angles::vertical;
use super::contents::Shape;
use super::model::{Link, Note, Scene, Tour};

/// Edge of a face in the preview, which is level 0.
pub const PREVIEW_EDGE: u32 = 128;

/// `data.js` of `tour`; `shapes` has the pyramid of each scene in the same order.
pub fn data_script(tour: &Tour, shapes: &[Shape]) -> String {
    let mut scenes: Vec<Value> =
        tour.scenes.iter().zip(shapes).map(|(scene, shape)| scene_of(scene, shape)).collect();
    // The project begins with its first scene.
    if let Some(start) = tour.scenes.iter().position(|scene| scene.id == tour.start) {
        let first = scenes.remove(start);
        scenes.insert(0, first);
    }
    let data = json!({
        "scenes": scenes,
        "name": tour.title,
        "settings": {
            "mouseViewMode": "drag", "autorotateEnabled": false, "fullscreenButton": true, "viewControlButtons": true,
        },
    });
    format!("var APP_DATA = {data:#};\n")
}

/// Levels of a pyramid that this viewer can use, the smallest first: between neighbours tiles must multiply evenly, and edges
/// alike. The highest level is among them always.
pub fn usable_levels(shape: &Shape) -> Vec<u32> {
    let pyramid = &shape.pyramid;
    let mut levels = vec![pyramid.level_count()];
    for level in (1..pyramid.level_count()).rev() {
        let above = levels.last().copied().unwrap_or(level);
        let (few, many) = (pyramid.tiles_across(level), pyramid.tiles_across(above));
        let halvings = 1_u32 << (above - level);
        let exact = pyramid
            .edge(level)
            .zip(pyramid.edge(above))
            .is_some_and(|(low, high)| low * halvings == high);
        if few == 1 || (exact && few * halvings == many) {
            levels.push(level);
        }
    }
    levels.reverse();
    levels
}

fn scene_of(scene: &Scene, shape: &Shape) -> Value {
    let mut levels =
        vec![json!({"tileSize": PREVIEW_EDGE, "size": PREVIEW_EDGE, "fallbackOnly": true})];
    levels.extend(usable_levels(shape).into_iter().filter_map(|level| {
        let size = shape.pyramid.edge(level)?;
        Some(json!({"tileSize": shape.pyramid.tile.min(size), "size": size}))
    }));
    json!({
        "id": scene.id,
        "name": scene.title,
        "levels": levels,
        "faceSize": shape.pyramid.face,
        "initialViewParameters": {
            "yaw": scene.initial_view.yaw.to_radians(),
            "pitch": -scene.initial_view.pitch.to_radians(),
            "fov": vertical(scene.initial_view.hfov).to_radians(),
        },
        "linkHotspots": scene.links.iter().map(way).collect::<Vec<_>>(),
        "infoHotspots": scene.notes.iter().map(mark).collect::<Vec<_>>(),
    })
}

fn way(link: &Link) -> Value {
    json!({"yaw": link.yaw.to_radians(), "pitch": -link.pitch.to_radians(), "rotation": 0, "target": link.target})
}

fn mark(note: &Note) -> Value {
    json!({
        "yaw": note.yaw.to_radians(),
        "pitch": -note.pitch.to_radians(),
        "title": markup(&note.title),
        "text": text(note),
    })
}

fn text(note: &Note) -> String {
    let mut text = markup(&note.text);
    if let Some(url) = &note.url {
        let url = markup(url);
        let gap = if text.is_empty() { "" } else { "<br>" };
        text.push_str(&format!("{gap}<a href=\"{url}\" rel=\"noopener\">{url}</a>"));
    }
    for picture in &note.pictures {
        text.push_str(&format!("<br><img src=\"pictures/{picture}.jpg\" alt=\"\">"));
    }
    text
}

/// Plain text as HTML that shows it.
pub fn markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', "<br>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Pyramid;
    use crate::imaging::pack::Coverage;
    use proptest::prelude::*;

    fn shape(face: u32, tile: u32) -> Shape {
        Shape { pyramid: Pyramid::new(face, tile), coverage: Coverage::FULL, has_stills: true }
    }

    #[test]
    fn a_level_that_does_not_divide_is_left_out() {
        // 324, 648, 1296, 2592: 1, 2, 3 and 6 tiles across.
        assert_eq!(usable_levels(&shape(2592, 512)), [1, 3, 4]);
        assert_eq!(usable_levels(&shape(2048, 512)), [1, 2, 3]);
        assert_eq!(usable_levels(&shape(300, 512)), [1]);
    }

    proptest! {
        #[test]
        fn tiles_multiply_evenly(face in 32_u32..9000, tile in 4_u32..80) {
            let shape = shape(face, tile * 16);
            let counts: Vec<u32> = usable_levels(&shape).iter().map(|&level| shape.pyramid.tiles_across(level)).collect();
            prop_assert!(counts.windows(2).all(|pair| pair[1] % pair[0] == 0));
            prop_assert_eq!(counts.first(), Some(&1));
        }
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(markup("<script>\n\"&"), "&lt;script&gt;<br>&quot;&amp;");
    }
}
