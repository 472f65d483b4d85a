//! What differs between two versions of a tour, named as a reviewer names it.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::hotspots::Hotspot;
use super::tour::{Scene, TourDocument};
use crate::base::id::SceneId;

/// How one thing differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there before.
    Added,
    /// It is there no more.
    Removed,
    /// It is there in both, and not the same.
    Changed,
}

/// A hotspot that differs.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HotspotChange {
    /// Its id.
    pub id: String,
    /// Its kind, as in the tour's document.
    pub kind: &'static str,
    /// Its title or the first line of its text, as it is now or last was.
    pub name: String,
    /// How it differs.
    pub change: Change,
    /// The captions of its videos read otherwise than before.
    pub captions: bool,
}

/// A scene that differs.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SceneChange {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SceneId,
    /// Its title, as it is now or last was.
    pub title: String,
    /// How it differs; `changed` also where only hotspots do.
    pub change: Change,
    /// Another panorama is shown, be it that of another day.
    pub picture: bool,
    /// The narration reads otherwise, or another recording of it is heard.
    pub narration: bool,
    /// Links were added, removed or moved.
    pub links: bool,
    /// Hotspots that differ: first those of now in their order, then those that are gone.
    pub hotspots: Vec<HotspotChange>,
}

/// The scenes of `now` that differ from `before`, in the order of `now`, then those that are gone.
pub fn changes(before: &TourDocument, now: &TourDocument) -> Vec<SceneChange> {
    let old: HashMap<_, _> = before.scenes.iter().map(|scene| (scene.id, scene)).collect();
    let kept = now.scenes.iter().filter_map(|scene| match old.get(&scene.id) {
        None => Some(whole(scene, Change::Added)),
        Some(old) => changed(old, scene),
    });
    let gone = before.scenes.iter().filter(|old| now.scenes.iter().all(|scene| scene.id != old.id));
    kept.chain(gone.map(|scene| whole(scene, Change::Removed))).collect()
}

fn whole(scene: &Scene, change: Change) -> SceneChange {
    SceneChange {
        id: scene.id,
        title: scene.title.clone(),
        change,
        picture: false,
        narration: false,
        links: false,
        hotspots: scene.hotspots.iter().map(|hotspot| named(hotspot, change, false)).collect(),
    }
}

fn changed(before: &Scene, now: &Scene) -> Option<SceneChange> {
    if before == now {
        return None;
    }
    let old: HashMap<_, _> = before.hotspots.iter().map(|hotspot| (hotspot.id, hotspot)).collect();
    let kept = now.hotspots.iter().filter_map(|hotspot| match old.get(&hotspot.id) {
        None => Some(named(hotspot, Change::Added, false)),
        Some(old) => (*old != hotspot)
            .then(|| named(hotspot, Change::Changed, old.captions() != hotspot.captions())),
    });
    let gone = before.hotspots.iter().filter(|old| now.hotspots.iter().all(|one| one.id != old.id));
    Some(SceneChange {
        picture: before.panorama != now.panorama
            || before.right_eye != now.right_eye
            || before.other_day != now.other_day,
        narration: before.narration != now.narration
            || before.narration_sound != now.narration_sound,
        links: before.links != now.links,
        hotspots: kept.chain(gone.map(|hotspot| named(hotspot, Change::Removed, false))).collect(),
        ..whole(now, Change::Changed)
    })
}

fn named(hotspot: &Hotspot, change: Change, captions: bool) -> HotspotChange {
    HotspotChange {
        id: hotspot.id.to_string(),
        kind: hotspot.kind(),
        name: hotspot.name().to_owned(),
        change,
        captions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::captions::{Captions, Cue};
    use crate::auction::hotspots::Content;
    use crate::auction::tour::View;
    use crate::base::id::{AssetId, HotspotId, PanoramaId};

    fn hotspot(title: &str) -> Hotspot {
        let content = Content::Information {
            title: title.to_owned(),
            text: String::new(),
            pictures: Vec::new(),
            videos: Vec::new(),
            captions: Vec::new(),
        };
        Hotspot { id: HotspotId::new(), yaw: 0.0, pitch: 0.0, content }
    }

    fn scene(title: &str, hotspots: Vec<Hotspot>) -> Scene {
        Scene {
            id: SceneId::new(),
            panorama: PanoramaId::new(),
            title: title.to_owned(),
            captured_at: None,
            north_yaw: None,
            initial_view: View { yaw: 0.0, pitch: 0.0, hfov: 90.0 },
            position: None,
            links: Vec::new(),
            hotspots,
            right_eye: None,
            other_day: None,
            narration: String::new(),
            narration_sound: None,
        }
    }

    #[test]
    fn hotspots_and_scenes_are_named_with_what_became_of_them() {
        let kept = scene("客厅", vec![hotspot("same"), hotspot("moved"), hotspot("gone")]);
        let before = TourDocument {
            scenes: vec![kept.clone(), scene("阳台", Vec::new()), scene("厨房", Vec::new())],
            ..TourDocument::default()
        };
        let mut now = before.clone();
        now.scenes.remove(1);
        now.scenes.push(scene("卧室", vec![hotspot("first")]));
        now.scenes[0].hotspots[1].yaw = 7.0;
        now.scenes[0].narration = "朝南".to_owned();
        now.scenes[0].hotspots[2] = hotspot("new");
        let found = changes(&before, &now);
        let scenes: Vec<_> = found.iter().map(|one| (one.title.as_str(), one.change)).collect();
        let expected =
            [("客厅", Change::Changed), ("卧室", Change::Added), ("阳台", Change::Removed)];
        assert_eq!(scenes, expected);
        let spots: Vec<_> =
            found[0].hotspots.iter().map(|one| (one.name.as_str(), one.change)).collect();
        assert_eq!(
            spots,
            [("moved", Change::Changed), ("new", Change::Added), ("gone", Change::Removed)]
        );
        assert!(!found[0].picture && !found[0].links && found[0].narration);
        assert!(changes(&now, &now).is_empty());
    }

    #[test]
    fn captions_that_read_otherwise_are_told() {
        let filmed = |text: &str| {
            let video = AssetId::new();
            let cues = vec![Cue { start: 0.0, end: 1.0, text: text.to_owned() }];
            let content = Content::Information {
                title: "t".to_owned(),
                text: String::new(),
                pictures: Vec::new(),
                videos: vec![video],
                captions: vec![Captions { video, cues }],
            };
            Hotspot { id: HotspotId::new(), yaw: 0.0, pitch: 0.0, content }
        };
        let before = TourDocument {
            scenes: vec![scene("客厅", vec![filmed("滴水"), filmed("滴水")])],
            ..TourDocument::default()
        };
        let mut now = before.clone();
        let Content::Information { captions, .. } = &mut now.scenes[0].hotspots[0].content else {
            panic!("an information");
        };
        captions[0].cues[0].text = "漏水".to_owned();
        now.scenes[0].hotspots[1].yaw = 7.0;
        let found = changes(&before, &now);
        let told: Vec<_> = found[0].hotspots.iter().map(|one| (one.change, one.captions)).collect();
        assert_eq!(told, [(Change::Changed, true), (Change::Changed, false)]);
    }
}
