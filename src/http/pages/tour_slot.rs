//! The published tour of a listing, as pages show it.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::notes::{SceneNotes, notes_in};
use crate::auction::captions::{Cue, moment};
use crate::base::id::ListingId;
use crate::blob::Key;
use crate::catalogue::tours::Publication;
use crate::catalogue::{panoramas, tours};
use crate::http::tours::gallery::{Gallery, Part};
use crate::http::tours::{public, videos};
use crate::http::{Context, Problem};

/// A manifest above this many bytes is fetched by the viewer instead of travelling in the page.
const MANIFEST_IN_PAGE: usize = 32 << 10;
/// The same for the preview of the first scene.
const PREVIEW_IN_PAGE: usize = 24 << 10;

/// A tour that is public now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedTour {
    /// Address of its `tour.json`.
    pub manifest: String,
    /// Pictures for those without JavaScript or WebGL.
    pub stills: Vec<Still>,
    /// What the guided tour tells, for the same readers.
    pub told: Vec<Told>,
}

/// A picture of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// The scene's title.
    pub title: String,
    /// Address of the picture straight ahead.
    pub address: String,
    /// In how many places of the whole scene something is hidden, where that is known.
    pub masked: usize,
}

/// A video of a hotspot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    /// The scene's title and the hotspot's name.
    pub name: String,
    /// Address of the video.
    pub address: String,
    /// Address of its still.
    pub still: String,
    /// Its captions to be read: when, and what.
    pub cues: Vec<(String, String)>,
}

/// The narration of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The scene's title.
    pub title: String,
    /// In words.
    pub text: String,
    /// Address of the recording; empty where there is none.
    pub sound: String,
}

/// A tour with what its viewer needs first, so that it asks for tiles at once.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenTour {
    /// What every page needs of it.
    pub tour: PublishedTour,
    /// Its notes, for those without JavaScript or WebGL.
    pub notes: Vec<SceneNotes>,
    /// The videos of hotspots, for those without JavaScript or WebGL.
    pub films: Vec<Film>,
    /// Its `tour.json`, safe within `<script type="application/json">`; empty where it is too long.
    pub document: String,
    /// Preview of the first scene as a `data:` address; empty where there is none.
    pub preview: String,
}

/// The tour of a listing that is public now, if there is one.
pub async fn published_tour(
    context: &Context,
    listing: ListingId,
) -> Result<Option<PublishedTour>, Problem> {
    Ok(tours::public(&context.database, listing).await?.as_ref().map(described))
}

/// The same for a page that opens it.
pub async fn open_tour(
    context: &Context,
    gallery: &Gallery,
    listing: ListingId,
) -> Result<Option<OpenTour>, Problem> {
    let Some(publication) = tours::public(&context.database, listing).await? else {
        return Ok(None);
    };
    let document = public::document(context, gallery, &publication).await?;
    let mut tour = described(&publication);
    let masked = masked_in(&mut serde_json::Deserializer::from_str(&document));
    for (still, scene) in tour.stills.iter_mut().zip(&publication.document.scenes) {
        still.masked = masked.get(&scene.id.to_string()).copied().unwrap_or_default();
    }
    let notes = notes_in(&mut serde_json::Deserializer::from_str(&document));
    let document = escaped(&document);
    let preview = first_preview(context, gallery, &publication).await?;
    Ok(Some(OpenTour {
        tour,
        notes,
        films: films(&publication),
        document: if document.len() > MANIFEST_IN_PAGE { String::new() } else { document },
        preview,
    }))
}

/// A tour that is not public any more, in a page for those who may see it: all of it travels in the page.
pub fn as_it_was(document: &Value) -> OpenTour {
    let tour = PublishedTour { manifest: "#then".to_owned(), stills: Vec::new(), told: Vec::new() };
    let notes = notes_in(document);
    let document = escaped(&document.to_string());
    OpenTour { tour, notes, films: Vec::new(), document, preview: String::new() }
}

fn described(publication: &Publication) -> PublishedTour {
    let base = format!("/t/{}", publication.version);
    let stills = publication
        .document
        .scenes
        .iter()
        .map(|scene| Still {
            title: scene.title.clone(),
            address: format!("{base}/{}/still/f.jpg", scene.id),
            masked: 0,
        })
        .collect();
    let told = publication.document.scenes.iter().filter_map(|scene| {
        let text = scene.narration.trim().to_owned();
        let sound = scene.narration_sound;
        let sound = sound.map(|sound| videos::public_sound_address(&publication.version, sound));
        let sound = sound.unwrap_or_default();
        let is_told = !(text.is_empty() && sound.is_empty());
        is_told.then(|| Told { title: scene.title.clone(), text, sound })
    });
    PublishedTour { manifest: format!("{base}/tour.json"), stills, told: told.collect() }
}

/// What [`masked_in`] reads of a `tour.json`; everything else is passed over.
#[derive(Default, Deserialize)]
struct Masked {
    scenes: Vec<MaskedScene>,
}

#[derive(Deserialize)]
struct MaskedScene {
    id: String,
    panorama: MaskedPanorama,
}

#[derive(Deserialize)]
struct MaskedPanorama {
    #[serde(default)]
    masked: Vec<IgnoredAny>,
}

/// In how many places each scene of a `tour.json` hides something, by its id.
pub fn masked_in<'de>(document: impl Deserializer<'de>) -> HashMap<String, usize> {
    let Masked { scenes } = Masked::deserialize(document).unwrap_or_default();
    scenes.into_iter().map(|scene| (scene.id, scene.panorama.masked.len())).collect()
}

fn films(publication: &Publication) -> Vec<Film> {
    let mut films = Vec::new();
    for scene in &publication.document.scenes {
        for hotspot in &scene.hotspots {
            films.extend(hotspot.videos().iter().map(|&video| {
                let [address, still] = videos::public_addresses(&publication.version, video);
                let cue = |cue: &Cue| (moment(cue.start), cue.text.clone());
                let cues = hotspot.cues(video).iter().map(cue).collect();
                let name = format!("{} · {}", scene.title, hotspot.name());
                Film { name, address, still, cues }
            }));
        }
    }
    films
}

/// JSON in which nothing ends a script element or opens a comment (HTML standard, "restrictions for
/// contents of script elements").
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c")
}

async fn first_preview(
    context: &Context,
    gallery: &Gallery,
    publication: &Publication,
) -> Result<String, Problem> {
    let Some(first) = publication.document.start_scene().map(|id| id.to_string()) else {
        return Ok(String::new());
    };
    let shown = panoramas::of_publication(&context.database, &publication.version).await?;
    let Some((_, panorama)) = shown.into_iter().find(|(scene, _)| *scene == first) else {
        return Ok(String::new());
    };
    let bytes = gallery.read(&Key::parse(&panorama.pack_key)?, Part::Preview).await?;
    if bytes.len() > PREVIEW_IN_PAGE {
        return Ok(String::new());
    }
    Ok(format!("data:image/jpeg;base64,{}", STANDARD.encode(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::tour::TourDocument;
    use crate::base::Instant;
    use crate::base::id::AssetId;

    #[test]
    fn videos_of_notes_come_with_their_words() {
        let [captioned, silent] = [AssetId::new(), AssetId::new()];
        let id = || crate::base::id::SceneId::new().to_string();
        let document = serde_json::json!({"scenes": [{"id": id(), "panorama": id(), "title": "厨房",
            "initial_view": {"yaw": 0, "pitch": 0, "hfov": 90}, "hotspots": [
                {"id": id(), "kind": "defect", "yaw": 0, "pitch": 0, "text": "水龙头滴水\n关不紧", "videos": [captioned, silent],
                    "captions": [{"video": captioned, "cues": [{"start": 65.5, "end": 66, "text": "（滴水声）"}]}]}]}]});
        let document: TourDocument = serde_json::from_value(document).unwrap();
        let publication = Publication {
            version: "v".to_owned(),
            listing: ListingId::new(),
            number: 1,
            document,
            root: String::new(),
            published_at: Instant::from_millis(0),
            withdrawn_at: None,
            withdrawn_reason: None,
        };
        let films = films(&publication);
        let told: Vec<_> = films.iter().map(|film| (film.name.as_str(), film.cues.len())).collect();
        assert_eq!(told, [("厨房 · 水龙头滴水", 1), ("厨房 · 水龙头滴水", 0)]);
        assert_eq!(films[0].cues, [("1:05".to_owned(), "（滴水声）".to_owned())]);
        assert_eq!(films[0].address, format!("/t/v/video/{captioned}.mp4"));
    }

    #[test]
    fn a_title_cannot_leave_the_manifest() {
        let title = "</script><script>alert(1)</script><!--";
        let json = escaped(&serde_json::json!({ "title": title }).to_string());
        assert!(!json.contains('<'));
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["title"], title);
    }
}
