//! The offline package: our own viewer from a folder, opened by a double click.
//!
//! Browsers let a page from `file://` neither fetch anything nor use picture files as textures. So pictures lie in scripts
//! as base64, a script a face and level: classic scripts may be loaded from everywhere, and what comes out of them is the
//! page's own. The viewer asks as it does on the site; `viewer/offline/src` answers from the scripts.

use base64::Engine;
use serde_json::json;

use super::contents::{Content, Entry, Held, Order, PackPart, bytes, part, stills};
use super::labels;
use super::model::State;
use crate::base::id::AssetId;
use crate::geometry::{Face, TileKey};
use crate::texts::text;

/// What was signed of a version, as the site answers it.
#[derive(Clone, Debug)]
pub struct Signed {
    /// `manifest.json`.
    pub manifest: String,
    /// `manifest.sig`.
    pub signature: Vec<u8>,
    /// `jwks.json`.
    pub keys: String,
}

/// What only this package needs.
#[derive(Clone, Debug)]
pub struct Copy<'a> {
    /// `tour.json` as it is published, or as it would be with the version `draft`.
    pub document: &'a str,
    /// Nothing for a draft.
    pub signed: Option<Signed>,
    /// The viewer's script and style sheet.
    pub viewer: (Vec<u8>, Vec<u8>),
    /// Names of the pictures of another day, whose shapes follow those of the scenes.
    pub other_days: Vec<String>,
    /// Pictures of hotspots and of the plan.
    pub pictures: Vec<AssetId>,
    /// Videos of hotspots.
    pub videos: Vec<AssetId>,
    /// Recordings of the guided tour.
    pub sounds: Vec<AssetId>,
}

/// The version in the addresses of a draft's document.
pub const DRAFT: &str = "draft";

/// The files of the package.
pub fn contents(order: &Order<'_>, copy: Copy<'_>) -> Vec<Entry> {
    let (script, style) = copy.viewer;
    let mut entries = vec![
        bytes("index.html", page(order)),
        bytes("README.txt", order.read_me(super::Kind::Offline)),
        bytes("viewer/offline.js", script),
        bytes("viewer/offline.css", style),
        bytes("data/tour.js", opening(order, copy.document, copy.signed.as_ref())),
    ];
    if let Some(signed) = copy.signed {
        entries.extend([
            bytes("proof/manifest.json", signed.manifest),
            bytes("proof/manifest.sig", signed.signature),
            bytes("proof/jwks.json", signed.keys),
            bytes("proof/tour.json", copy.document),
        ]);
    }
    let scenes = order.tour.scenes.iter().map(|scene| scene.id.clone());
    for (scene, (id, shape)) in scenes.chain(copy.other_days).zip(order.shapes).enumerate() {
        entries.extend(stills(shape, &format!("files/{id}/still/"), scene));
        // The list of scenes shows it as a picture of the page, which may be a file; the renderer takes it from a script.
        entries.push(part(format!("files/{id}/preview.jpg"), scene, PackPart::Preview));
        let mut held = vec![(format!("{id}/preview.jpg"), Held::Picture(PackPart::Preview))];
        if matches!(order.state, State::Published { .. }) {
            held.extend(
                (0..=shape.pyramid.levels.len())
                    .map(|list| (format!("{id}/digests/jpeg-{list}"), Held::Digests(list))),
            );
        }
        entries.push(script_of(format!("data/{id}/0.js"), scene, held));
        for level in 1..=shape.pyramid.level_count() {
            for face in Face::ALL {
                let keys =
                    shape.pyramid.keys().filter(|key| key.level == level && key.face == face);
                let held = keys.map(|key| {
                    (format!("{id}/{}", tile_name(key)), Held::Picture(PackPart::Tile(key)))
                });
                let path = format!("data/{id}/{level}-{}.js", face.letter());
                entries.push(script_of(path, scene, held.collect()));
            }
        }
    }
    for picture in copy.pictures {
        let held = vec![(format!("picture/{picture}.jpg"), Held::Photo(picture))];
        entries.push(script_of(format!("data/picture/{picture}.js"), 0, held));
    }
    for video in copy.videos {
        // A page from a file may play a file.
        let path = format!("files/video/{video}.mp4");
        entries.push(Entry { path, content: Content::Video(video) });
        let held = vec![(format!("video/{video}.jpg"), Held::Still(video))];
        entries.push(script_of(format!("data/video/{video}.js"), 0, held));
    }
    for sound in copy.sounds {
        let path = format!("files/sound/{sound}.m4a");
        entries.push(Entry { path, content: Content::Video(sound) });
    }
    entries
}

/// A script that hands over what it holds, `(name, bytes)`.
pub fn script(held: &[(String, Vec<u8>)]) -> String {
    let parts: serde_json::Map<String, serde_json::Value> =
        held.iter().map(|(name, bytes)| (name.clone(), json!(encoded(bytes)))).collect();
    format!("kanfangCopy.take({});\n", json!(parts))
}

fn script_of(path: String, scene: usize, held: Vec<(String, Held)>) -> Entry {
    Entry { path, content: Content::Script { scene, held } }
}

fn tile_name(TileKey { level, face, row, column }: TileKey) -> String {
    format!("{level}/{}{row}_{column}", face.letter())
}

/// The script that begins: the document, what was signed of it, and what is said of the copy.
fn opening(order: &Order<'_>, document: &str, signed: Option<&Signed>) -> String {
    let state = match order.state {
        State::Draft => json!({"version": DRAFT}),
        State::Published { version, number, at, root } => {
            json!({"version": version, "number": number, "publishedAt": at, "root": root})
        }
    };
    let signed = signed.map(|signed| {
        json!({
            "manifest.json": encoded(signed.manifest.as_bytes()),
            "manifest.sig": encoded(&signed.signature),
            "jwks.json": encoded(signed.keys.as_bytes()),
        })
    });
    let opening = json!({
        "language": order.language.tag(),
        "title": order.tour.title,
        "court": order.tour.author,
        "listing": order.address,
        "state": state,
        "document": document,
        "signed": signed,
    });
    format!("kanfangCopy.open({opening});\n")
}

fn page(order: &Order<'_>) -> String {
    let figures: Vec<String> = order
        .tour
        .scenes
        .iter()
        .zip(order.shapes)
        .filter(|(_, shape)| shape.has_stills)
        .map(|(scene, shape)| {
            let title = super::marzipano::markup(&scene.title);
            let masked = match shape.masked {
                0 => String::new(),
                count => format!(" · {}", super::marzipano::markup(&labels::masked(count, order.language))),
            };
            format!("<figure><img src=\"files/{}/still/f.jpg\" alt=\"{title}\" loading=\"lazy\"><figcaption>{title}{masked}</figcaption></figure>", scene.id)
        })
        .collect();
    let broken = super::marzipano::markup(&text(order.language, "exchange-broken"));
    order
        .page(include_str!("pages/offline.html"))
        .replace("{{stills}}", &figures.join("\n"))
        .replace("{{broken}}", &broken)
}

fn encoded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
