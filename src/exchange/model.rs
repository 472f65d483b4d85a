//! A tour as all viewers understand it: scenes, ways between them, notes. What only we know is put into words here.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::labels;
use crate::auction::captions::{Captions, Cue};
use crate::auction::hotspots::{Content, Hotspot};
use crate::auction::tour::{self, Heading, TourDocument, View};
use crate::base::Instant;
use crate::base::id::AssetId;
use crate::texts::Language;

/// Degrees by which the note of a narration lies below the middle of the first view.
const BELOW: f64 = 25.0;

/// A tour between two formats. Angles are ours: degrees, yaw right positive, pitch up positive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tour {
    /// What is shown.
    pub title: String,
    /// Who shows it.
    pub author: String,
    /// Id of the scene that is shown first.
    pub start: String,
    /// In the order of the scene list.
    pub scenes: Vec<Scene>,
}

/// One standpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Unique in the tour; letters, digits and hyphens.
    pub id: String,
    /// The room's name.
    pub title: String,
    /// Yaw of geographic north, degrees, if known.
    pub north_yaw: Option<f64>,
    /// What is seen first.
    pub initial_view: View,
    /// Ways to other scenes.
    pub links: Vec<Link>,
    /// Marks that tell something.
    pub notes: Vec<Note>,
}

/// A way to another scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Id of the scene that it leads to.
    pub target: String,
    /// Degrees.
    pub yaw: f64,
    /// Degrees.
    pub pitch: f64,
    /// Name of the way; the target's title where nobody gave another.
    pub title: String,
}

/// A mark that tells something: plain text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Degrees.
    pub yaw: f64,
    /// Degrees.
    pub pitch: f64,
    /// A line.
    pub title: String,
    /// More, with line breaks; may be empty.
    pub text: String,
    /// Where there is more to read.
    pub url: Option<String>,
    /// Photos of the listing that it shows.
    pub pictures: Vec<AssetId>,
    /// Videos of the listing that it shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub videos: Vec<AssetId>,
    /// The captions of these videos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<Captions>,
    /// Recordings of the listing that it plays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sounds: Vec<AssetId>,
    /// Paths in an imported zip of pictures that it showed, until they are photos of the listing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Videos in an imported zip that it showed, until they are videos of the listing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub films: Vec<Film>,
}

/// A video in an imported zip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Film {
    /// Its path.
    pub path: String,
    /// Path of its captions, as long as they are not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
    /// Its captions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cues: Vec<Cue>,
}

/// Which state of a tour is exported.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// What the studio holds now; nobody has approved it.
    Draft,
    /// A published version.
    Published {
        /// Its address.
        version: String,
        /// Running number, from 1.
        number: i64,
        /// When it was published.
        at: Instant,
        /// BLAKE3 over its packs.
        root: String,
    },
}

impl Tour {
    /// `document` for other viewers, what only we know in the words of `language`. `hidden`: in how many places photos hide
    /// something.
    pub fn of(
        heading: &Heading,
        document: &TourDocument,
        hidden: &HashMap<AssetId, usize>,
        language: Language,
    ) -> Self {
        let title_of = |id| {
            let scene = document.scenes.iter().find(|scene| scene.id == id);
            scene.map(|scene| scene.title.clone()).unwrap_or_default()
        };
        let scenes = document.scenes.iter().map(|scene| Scene {
            id: scene.id.to_string(),
            title: scene.title.clone(),
            north_yaw: scene.north_yaw,
            initial_view: scene.initial_view,
            links: scene
                .links
                .iter()
                .map(|link| Link {
                    target: link.target.to_string(),
                    yaw: link.yaw,
                    pitch: link.pitch,
                    title: title_of(link.target),
                })
                .collect(),
            notes: scene
                .hotspots
                .iter()
                .map(|hotspot| note(hotspot, hidden, language))
                .chain(narration(scene, language))
                .collect(),
        });
        Self {
            title: heading.title.clone(),
            author: heading.court.clone(),
            start: document.start_scene().map(|id| id.to_string()).unwrap_or_default(),
            scenes: scenes.collect(),
        }
    }

    /// The scene with this id.
    pub fn scene(&self, id: &str) -> Option<&Scene> {
        self.scenes.iter().find(|scene| scene.id == id)
    }
}

fn note(hotspot: &Hotspot, hidden: &HashMap<AssetId, usize>, language: Language) -> Note {
    let (title, mut text, url) = match &hotspot.content {
        Content::Information { title, text, .. } => (title.clone(), text.clone(), None),
        Content::Defect { text, seen_on, announcement, .. } => (
            labels::defect(language),
            labels::defect_text(text, *seen_on, announcement, language),
            None,
        ),
        Content::Document { title, url } => (title.clone(), String::new(), Some(url.clone())),
        Content::Measure { title, length, error, .. } => {
            (labels::length(title, *length, *error, language), String::new(), None)
        }
        Content::Portal { title, url, starts_at, time_zone } => {
            (title.clone(), labels::beginning(*starts_at, time_zone, language), Some(url.clone()))
        }
    };
    // Nobody is to take a mosaic for a fault of the photo.
    let masked: usize = hotspot.pictures().iter().filter_map(|photo| hidden.get(photo)).sum();
    if masked > 0 {
        let gap = if text.is_empty() { "" } else { "\n" };
        text.push_str(&format!("{gap}{}", labels::masked_photos(masked, language)));
    }
    let (pictures, videos) = (hotspot.pictures().to_vec(), hotspot.videos().to_vec());
    let captions = hotspot.captions().to_vec();
    let (yaw, pitch) = (hotspot.yaw, hotspot.pitch);
    Note { yaw, pitch, title, text, url, pictures, videos, captions, ..Note::default() }
}

/// What the guided tour says becomes a note below the first view: other viewers have no place for it.
fn narration(scene: &tour::Scene, language: Language) -> Option<Note> {
    let text = scene.narration.trim().to_owned();
    let sounds: Vec<AssetId> = scene.narration_sound.into_iter().collect();
    if text.is_empty() && sounds.is_empty() {
        return None;
    }
    let (yaw, pitch) = (scene.initial_view.yaw, (scene.initial_view.pitch - BELOW).max(-80.0));
    Some(Note { yaw, pitch, title: labels::narration(language), text, sounds, ..Note::default() })
}
