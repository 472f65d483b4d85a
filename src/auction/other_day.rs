//! The same spot on another day, shown beside a scene's own picture; every panorama that a tour shows, under
//! the name by which it is published, and every photo.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::captions::Captions;
use super::hotspots::Hotspot;
use super::tour::{Scene, TourDocument, within};
use crate::base::id::{AssetId, PanoramaId};

/// A picture of a scene's spot from another day, before or after the scene's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OtherDay {
    /// The tiled picture, of the same listing.
    #[schema(value_type = String)]
    pub panorama: PanoramaId,
    /// The day it was taken (ISO 8601), if known.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub captured_at: Option<jiff::civil::Date>,
    /// Degrees, −180 to 180: what lies at the yaw y in the scene's panorama lies at y + `yaw_offset` in this one.
    #[serde(default)]
    pub yaw_offset: f64,
}

impl OtherDay {
    /// Fails with what is out of bounds.
    pub fn check(&self, now: PanoramaId) -> Result<(), String> {
        if self.panorama == now {
            return Err("the picture of another day is the scene's own".to_owned());
        }
        within("the yaw offset of the other day", self.yaw_offset, -180.0, 180.0)
    }
}

/// One panorama that a tour shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Number of its scene, from 1.
    pub scene: usize,
    /// The name under which its pictures are published (`/t/{version}/{name}/…`) and signed: the scene's id, and with
    /// `-right` at its end for the right eye's, `-other` for the picture of another day.
    pub name: String,
    /// The room's name, for the other day with its date.
    pub title: String,
    /// The tiled picture.
    pub panorama: PanoramaId,
}

impl Scene {
    /// The name under which the pictures of another day are published.
    pub fn other_day_name(&self) -> String {
        format!("{}-other", self.id)
    }

    /// The name under which the pictures for the right eye are published.
    pub fn right_eye_name(&self) -> String {
        format!("{}-right", self.id)
    }

    fn shown(&self, scene: usize) -> impl Iterator<Item = Shown> + '_ {
        let own = Shown {
            scene,
            name: self.id.to_string(),
            title: self.title.clone(),
            panorama: self.panorama,
        };
        let right = self.right_eye.map(|panorama| Shown {
            scene,
            name: self.right_eye_name(),
            title: format!("{} · 右眼", self.title),
            panorama,
        });
        let other = self.other_day.as_ref().map(move |other| Shown {
            scene,
            name: self.other_day_name(),
            title: match other.captured_at {
                Some(day) => format!("{} · {day}", self.title),
                None => self.title.clone(),
            },
            panorama: other.panorama,
        });
        std::iter::once(own).chain(right).chain(other)
    }
}

impl TourDocument {
    /// Every panorama that this tour shows, scene by scene.
    pub fn shown(&self) -> impl Iterator<Item = Shown> + '_ {
        self.scenes.iter().enumerate().flat_map(|(index, scene)| scene.shown(index + 1))
    }

    /// The photos of its hotspots, each with the number of its scene, from 1; one that several show comes several times.
    pub fn photos(&self) -> impl Iterator<Item = (usize, AssetId)> + '_ {
        self.in_hotspots(Hotspot::pictures)
    }

    /// The videos of its hotspots, likewise.
    pub fn videos(&self) -> impl Iterator<Item = (usize, AssetId)> + '_ {
        self.in_hotspots(Hotspot::videos)
    }

    /// The captions of these videos, each with the number of its scene, from 1.
    pub fn captions(&self) -> impl Iterator<Item = (usize, &Captions)> {
        self.scenes.iter().enumerate().flat_map(|(index, scene)| {
            let all = scene.hotspots.iter().flat_map(Hotspot::captions);
            all.map(move |captions| (index + 1, captions))
        })
    }

    /// The recordings that the guided tour plays, likewise.
    pub fn sounds(&self) -> impl Iterator<Item = (usize, AssetId)> + '_ {
        let scenes = self.scenes.iter().enumerate();
        scenes.filter_map(|(index, scene)| Some((index + 1, scene.narration_sound?)))
    }

    fn in_hotspots(
        &self,
        what: fn(&Hotspot) -> &[AssetId],
    ) -> impl Iterator<Item = (usize, AssetId)> + '_ {
        self.scenes.iter().enumerate().flat_map(move |(index, scene)| {
            scene.hotspots.iter().flat_map(what).map(move |&asset| (index + 1, asset))
        })
    }

    /// The flat pictures that bidders see: photos of hotspots and, where it is shown, the picture of the plan.
    pub fn pictures(&self) -> HashSet<AssetId> {
        let below = self.plan.as_ref().and_then(|plan| plan.picture.as_ref());
        let below = below.filter(|picture| picture.shown).map(|picture| picture.asset);
        self.photos().map(|(_, picture)| picture).chain(below).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::id::SceneId;

    fn scene(other: serde_json::Value) -> Scene {
        serde_json::from_value(json!({
            "id": SceneId::new(), "panorama": PanoramaId::new(), "title": "客厅",
            "initial_view": {"yaw": 0.0, "pitch": 0.0, "hfov": 90.0}, "other_day": other,
        }))
        .unwrap()
    }

    #[test]
    fn a_tour_shows_each_picture_under_its_own_name() {
        let old = PanoramaId::new();
        let both =
            scene(json!({"panorama": old, "captured_at": "2024-05-06", "yaw_offset": -12.5}));
        let one = scene(json!(null));
        let (first, second) = (both.id.to_string(), one.id.to_string());
        let tour = TourDocument { scenes: vec![both, one], ..TourDocument::default() };
        let shown: Vec<Shown> = tour.shown().collect();
        let names: Vec<&str> = shown.iter().map(|shown| shown.name.as_str()).collect();
        assert_eq!(names, [first.as_str(), &format!("{first}-other"), &second]);
        assert_eq!((shown[1].scene, shown[1].panorama), (1, old));
        assert_eq!(shown[1].title, "客厅 · 2024-05-06");
    }

    #[test]
    fn the_other_day_needs_a_picture_of_its_own_and_an_angle() {
        let mut scene = scene(json!({"panorama": PanoramaId::new()}));
        let mut other = scene.other_day.take().unwrap();
        assert_eq!(other.check(scene.panorama), Ok(()));
        assert!(other.check(other.panorama).unwrap_err().contains("own"));
        for wrong in [181.0, f64::NAN] {
            other.yaw_offset = wrong;
            assert!(other.check(scene.panorama).is_err());
        }
    }

    #[test]
    fn a_scene_without_one_is_written_as_before() {
        let text = serde_json::to_string(&scene(json!(null))).unwrap();
        assert!(!text.contains("other_day") && !text.contains("narration"));
    }
}
