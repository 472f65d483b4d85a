//! The project that the Marzipano tool exports: `data.js` with `APP_DATA`, tiles as `tiles/{id}/{z}/{f}/{y}/{x}.jpg`.
//!
//! Its angles are radians, pitch is positive downwards, the field of view vertical. Texts are HTML there.

use serde_json::{Value, json};

use super::angles::vertical;
use super::captions::CaptionFile;
use super::contents::Shape;
use super::labels;
use super::model::{Link, Note, Scene, Tour};
use super::psv::{self, Cut};
use crate::texts::Language;

/// `data.js` of `tour`; `shapes` has the pyramid of each scene in the same order. What is masked is told in `language`, in a
/// field that our page shows and its tool passes over.
pub fn data_script(tour: &Tour, shapes: &[Shape], language: Language) -> String {
    let shown = tour.scenes.iter().zip(shapes);
    let mut scenes: Vec<Value> =
        shown.map(|(scene, shape)| scene_of(scene, shape, language)).collect();
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

/// How faces are cut for this viewer, the smallest level first: it wants equal tiles, and
/// each level a multiple of the one below, in pixels and in tiles.
pub fn cuts(shape: &Shape) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    for cut in psv::cuts(shape).into_iter().rev() {
        let fits = |above: &Cut| {
            above.edge.is_multiple_of(cut.edge) && above.across.is_multiple_of(cut.across)
        };
        if cuts.last().is_none_or(fits) {
            cuts.push(cut);
        }
    }
    cuts.reverse();
    cuts
}

fn scene_of(scene: &Scene, shape: &Shape, language: Language) -> Value {
    let cuts = cuts(shape);
    // The preview is level 0. Its stated edge must divide the next one; what it really has does not matter.
    let least = cuts.first().map_or(1, |cut| cut.edge);
    let preview = if least.is_multiple_of(2) { least / 2 } else { least };
    let mut levels = vec![json!({"tileSize": preview, "size": preview, "fallbackOnly": true})];
    let level = |cut: Cut| json!({"tileSize": cut.edge / cut.across, "size": cut.edge});
    levels.extend(cuts.into_iter().map(level));
    let masked = (shape.masked > 0).then(|| labels::masked_scene(shape.masked, language));
    json!({
        "id": scene.id,
        "name": scene.title,
        "masked": masked,
        "levels": levels,
        "faceSize": shape.pyramid.face,
        "initialViewParameters": {
            "yaw": scene.initial_view.yaw.to_radians(),
            "pitch": -scene.initial_view.pitch.to_radians(),
            "fov": vertical(scene.initial_view.hfov).to_radians(),
        },
        "linkHotspots": scene.links.iter().map(way).collect::<Vec<_>>(),
        "infoHotspots": scene.notes.iter().map(|note| mark(note, language)).collect::<Vec<_>>(),
    })
}

fn way(link: &Link) -> Value {
    json!({"yaw": link.yaw.to_radians(), "pitch": -link.pitch.to_radians(), "rotation": 0, "target": link.target})
}

fn mark(note: &Note, language: Language) -> Value {
    json!({
        "yaw": note.yaw.to_radians(),
        "pitch": -note.pitch.to_radians(),
        "title": markup(&note.title),
        "text": text(note, language),
    })
}

fn text(note: &Note, language: Language) -> String {
    let mut text = markup(&note.text);
    if let Some(url) = &note.url {
        let url = markup(url);
        let gap = if text.is_empty() { "" } else { "<br>" };
        text.push_str(&format!("{gap}<a href=\"{url}\" rel=\"noopener\">{url}</a>"));
    }
    for picture in &note.pictures {
        text.push_str(&format!("<br><img src=\"pictures/{picture}.jpg\" alt=\"\">"));
    }
    for player in players(note, language) {
        text.push_str(&format!("<br>{player}"));
    }
    text
}

/// The videos and recordings of a note as HTML; the player's menu calls captions as `language` does.
pub fn players(note: &Note, language: Language) -> impl Iterator<Item = String> + '_ {
    let label = markup(&labels::captions(language));
    let videos = note.videos.iter().map(move |video| {
        let captions = note.captions.iter().find(|captions| captions.video == *video);
        let track = captions.map(|captions| {
            let path = CaptionFile::of(captions).path();
            format!("<track kind=\"captions\" src=\"{path}\" label=\"{label}\" default>")
        });
        let track = track.unwrap_or_default();
        format!(
            "<video src=\"videos/{video}.mp4\" controls playsinline preload=\"metadata\" style=\"max-width:100%\">{track}</video>"
        )
    });
    let sounds = note.sounds.iter().map(|sound| {
        format!(
            "<audio src=\"sounds/{sound}.m4a\" controls preload=\"metadata\" style=\"max-width:100%\"></audio>"
        )
    });
    videos.chain(sounds)
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

    proptest! {
        #[test]
        fn tiles_are_equal_and_multiply_evenly(face in 32_u32..9000, tile in 4_u32..80) {
            let shape = Shape { pyramid: Pyramid::new(face, tile * 16), coverage: Coverage::FULL, has_stills: true, masked: 0 };
            let cuts = cuts(&shape);
            prop_assert!(cuts.windows(2).all(|pair| pair[1].across % pair[0].across == 0));
            prop_assert!(cuts.windows(2).all(|pair| pair[1].edge % pair[0].edge == 0));
            prop_assert!(cuts.iter().all(|cut| cut.edge % cut.across == 0));
            prop_assert_eq!(cuts.last().map(|cut| cut.edge), Some(face));
        }
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(markup("<script>\n\"&"), "&lt;script&gt;<br>&quot;&amp;");
    }
}
