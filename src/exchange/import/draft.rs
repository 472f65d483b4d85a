//! An imported tour as scenes of ours, and into a draft.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auction::hotspots::{Content, Hotspot};
use crate::auction::tour::{Link, Scene, TourDocument};
use crate::base::id::{HotspotId, PanoramaId, SceneId};
use crate::exchange::{Note, Tour};

/// What becomes of the scenes that the draft has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They stay; the imported ones follow.
    #[default]
    Append,
    /// They go.
    Replace,
}

/// The draft with the scenes of an imported tour. `panoramas` has those of its scenes in order; a scene without one is left
/// out, with the ways to it. Every call gives new ids.
pub fn into_draft(
    draft: TourDocument,
    tour: &Tour,
    panoramas: &[Option<PanoramaId>],
    mode: Mode,
) -> TourDocument {
    let there: Vec<_> = tour
        .scenes
        .iter()
        .zip(panoramas)
        .filter_map(|(scene, panorama)| Some((scene, (*panorama)?)))
        .collect();
    let ids: HashMap<&str, SceneId> =
        there.iter().map(|(scene, _)| (scene.id.as_str(), SceneId::new())).collect();
    let scenes = there.iter().filter_map(|(scene, panorama)| {
        let links = scene.links.iter().filter_map(|link| {
            let target = *ids.get(link.target.as_str())?;
            Some(Link { target, yaw: link.yaw, pitch: link.pitch })
        });
        Some(Scene {
            id: *ids.get(scene.id.as_str())?,
            panorama: *panorama,
            title: scene.title.clone(),
            captured_at: None,
            north_yaw: scene.north_yaw,
            initial_view: scene.initial_view,
            position: None,
            links: links.collect(),
            hotspots: scene.notes.iter().map(hotspot).collect(),
            right_eye: None,
            other_day: None,
            narration: String::new(),
            narration_sound: None,
        })
    });
    let scenes: Vec<Scene> = scenes.collect();
    let start = ids.get(tour.start.as_str()).copied().or(scenes.first().map(|scene| scene.id));
    match mode {
        Mode::Replace => TourDocument { start, scenes, plan: draft.plan },
        Mode::Append => {
            let start = draft.start_scene().or(start);
            let scenes = draft.scenes.into_iter().chain(scenes).collect();
            TourDocument { start, scenes, plan: draft.plan }
        }
    }
}

/// A mark that only leads somewhere is a document, every other one information.
fn hotspot(note: &Note) -> Hotspot {
    let made =
        |content| Hotspot { id: HotspotId::new(), yaw: note.yaw, pitch: note.pitch, content };
    let title = note.title.clone();
    if let Some(url) = &note.url {
        let document = made(Content::Document { title: title.clone(), url: url.clone() });
        if document.check().is_ok() {
            return document;
        }
    }
    let text = match &note.url {
        Some(url) => format!("{}\n{url}", note.text).trim().to_owned(),
        None => note.text.clone(),
    };
    made(Content::Information {
        title,
        text,
        pictures: note.pictures.clone(),
        videos: note.videos.clone(),
        captions: note.captions.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::tour::View;
    use crate::exchange::{Link as Way, Scene as Foreign};

    fn tour() -> Tour {
        let scene = |id: &str, target: &str| Foreign {
            id: id.to_owned(),
            title: id.to_owned(),
            north_yaw: Some(12.0),
            initial_view: View { yaw: 1.0, pitch: 2.0, hfov: 80.0 },
            links: vec![Way {
                target: target.to_owned(),
                yaw: 3.0,
                pitch: 4.0,
                title: String::new(),
            }],
            notes: vec![
                Note {
                    title: "a".into(),
                    url: Some("https://example.cn/".into()),
                    ..Note::default()
                },
                Note { title: "b".into(), text: "c".into(), ..Note::default() },
            ],
        };
        let scenes = vec![scene("a", "b"), scene("b", "c"), scene("c", "a")];
        Tour { title: String::new(), author: String::new(), start: "b".into(), scenes }
    }

    #[test]
    fn scenes_follow_those_that_are_there_or_take_their_place() {
        let panoramas = [1, 2, 3].map(|_| Some(PanoramaId::new()));
        let first = into_draft(TourDocument::default(), &tour(), &panoramas, Mode::Append);
        first.check().unwrap();
        assert_eq!(first.start, Some(first.scenes[1].id));
        assert_eq!(first.scenes[0].links[0].target, first.scenes[1].id);
        assert!(matches!(first.scenes[0].hotspots[0].content, Content::Document { .. }));
        let both = into_draft(first.clone(), &tour(), &panoramas, Mode::Append);
        both.check().unwrap();
        assert_eq!((both.scenes.len(), both.start), (6, first.start));
        let replaced = into_draft(both, &tour(), &panoramas, Mode::Replace);
        replaced.check().unwrap();
        assert_eq!(replaced.scenes.len(), 3);
        assert_ne!(replaced.start, first.start);
    }

    #[test]
    fn a_scene_without_a_panorama_is_left_out_with_its_ways() {
        let panoramas = [Some(PanoramaId::new()), None, Some(PanoramaId::new())];
        let draft = into_draft(TourDocument::default(), &tour(), &panoramas, Mode::Replace);
        draft.check().unwrap();
        assert_eq!(draft.scenes.len(), 2);
        assert!(draft.scenes[0].links.is_empty() && draft.scenes[1].links.len() == 1);
        assert_eq!(draft.start, Some(draft.scenes[0].id));
    }
}
