//! What a package of each kind holds, as a list of entries. Pictures are named here and read one by one when the package is
//! written, so that no package is ever whole in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;

use super::captions::CaptionFile;
use super::labels;
use super::model::{Note, State, Tour};
use super::psv::Cut;
use super::{marzipano, pannellum, psv};
use crate::base::id::AssetId;
use crate::geometry::{Face, Pyramid, TileKey};
use crate::imaging::pack::Coverage;
use crate::texts::{Language, text, text_with};

/// What a package is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pannellum 2.5: `tour.json`, multires tiles.
    Pannellum,
    /// Marzipano 0.10: `data.js` as its tool writes it.
    Marzipano,
    /// Photo Sphere Viewer 5 with its virtual-tour plug-in.
    Psv,
    /// Our own viewer, without a server.
    Offline,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pannellum, Self::Marzipano, Self::Psv, Self::Offline];

    /// Its name in addresses and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pannellum => "pannellum",
            Self::Marzipano => "marzipano",
            Self::Psv => "psv",
            Self::Offline => "offline",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a scene's pictures are like.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Levels and tiles.
    pub pyramid: Pyramid,
    /// Which part of the sphere is shown.
    pub coverage: Coverage,
    /// Whether the pack has whole faces.
    pub has_stills: bool,
    /// In how many places something is hidden.
    pub masked: usize,
}

/// A picture of a scene's pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackPart {
    /// One tile.
    Tile(TileKey),
    /// Six small faces side by side.
    Preview,
    /// A whole face.
    Still(Face),
}

/// What is held by a script of the offline package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A picture.
    Picture(PackPart),
    /// Digests of a level (docs/proof.md).
    Digests(usize),
    /// A picture of a hotspot or of the plan, whatever the scene.
    Photo(AssetId),
    /// The still of a video of a hotspot, whatever the scene.
    Still(AssetId),
}

/// What an entry consists of.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A picture as it is in the pack of the scene with this number.
    Part {
        /// Number of the scene, from 0.
        scene: usize,
        /// The picture.
        part: PackPart,
    },
    /// The scene's preview with its faces b d f l r u below one another.
    Column {
        /// Number of the scene, from 0.
        scene: usize,
    },
    /// A face cut anew: the entry's path has `{column}` and `{row}` of each tile.
    Face {
        /// Number of the scene, from 0.
        scene: usize,
        /// How it is cut.
        cut: Cut,
        /// The face.
        face: Face,
    },
    /// A script that holds pictures for the offline viewer.
    Script {
        /// Number of the scene, from 0.
        scene: usize,
        /// Name and content.
        held: Vec<(String, Held)>,
    },
    /// A photo that hotspots show.
    Photo(AssetId),
    /// A video that hotspots show or a recording that is played, as MP4.
    Video(AssetId),
}

/// One file of a package; for [`Content::Face`] the beginning of several.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Path in the package.
    pub path: String,
    /// What it consists of.
    pub content: Content,
}

/// What is to be packed.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The tour.
    pub tour: &'a Tour,
    /// What its pictures are like, scene by scene.
    pub shapes: &'a [Shape],
    /// In how many places photos hide something; those that hide nothing are left out.
    pub hidden: &'a HashMap<AssetId, usize>,
    /// Which state of it.
    pub state: &'a State,
    /// Language of what is said in the package.
    pub language: Language,
    /// Address of the listing's page.
    pub address: &'a str,
}

impl Order<'_> {
    /// The files of a package for another viewer. Fails for [`Kind::Offline`], which needs what was signed: `offline::contents`.
    pub fn contents(&self, kind: Kind) -> Vec<Entry> {
        let mut entries = match kind {
            Kind::Pannellum => self.pannellum(),
            Kind::Marzipano => self.marzipano(),
            Kind::Psv => self.psv(),
            Kind::Offline => Vec::new(),
        };
        entries.extend(self.photos("pictures/"));
        entries.extend(self.played("videos/", "mp4", |note| &note.videos));
        entries.extend(self.played("sounds/", "m4a", |note| &note.sounds));
        entries.extend(self.captions());
        entries.push(bytes("README.txt", self.read_me(kind)));
        entries
    }

    /// The captions of all notes' videos, once each.
    fn captions(&self) -> Vec<Entry> {
        let notes = self.tour.scenes.iter().flat_map(|scene| &scene.notes);
        let files = notes.flat_map(|note| &note.captions).map(CaptionFile::of);
        let named: BTreeMap<_, _> = files.map(|file| (file.path(), file)).collect();
        named.into_iter().map(|(path, file)| bytes(path, file.text)).collect()
    }

    fn pannellum(&self) -> Vec<Entry> {
        let configuration = pannellum::configuration(self.tour, self.shapes, self.language);
        let mut entries = vec![
            bytes("index.html", self.page(include_str!("pages/pannellum.html"))),
            bytes("page.js", include_str!("pages/pannellum.js")),
            bytes("package.json", manifest(&[("pannellum", "2.5.7")])),
            bytes("tour.json", format!("{configuration:#}")),
        ];
        for (scene, (place, shape)) in self.tour.scenes.iter().zip(self.shapes).enumerate() {
            let folder = format!("tiles/{}", place.id);
            for key in shape.pyramid.keys() {
                let TileKey { level, face, row, column } = key;
                let path = format!("{folder}/{level}/{}{row}_{column}.jpg", face.letter());
                entries.push(part(path, scene, PackPart::Tile(key)));
            }
            entries.extend(stills(shape, &format!("{folder}/fallback/"), scene));
        }
        entries
    }

    fn marzipano(&self) -> Vec<Entry> {
        let mut entries = vec![
            bytes("index.html", self.page(include_str!("pages/marzipano.html"))),
            bytes("page.js", include_str!("pages/marzipano.js")),
            bytes("page.css", include_str!("pages/marzipano.css")),
            bytes("package.json", manifest(&[("marzipano", "0.10.2")])),
            bytes("data.js", marzipano::data_script(self.tour, self.shapes, self.language)),
        ];
        for (scene, (place, shape)) in self.tour.scenes.iter().zip(self.shapes).enumerate() {
            let folder = format!("tiles/{}", place.id);
            let path = format!("{folder}/preview.jpg");
            entries.push(Entry { path, content: Content::Column { scene } });
            for (number, cut) in marzipano::cuts(shape).into_iter().enumerate() {
                for face in Face::ALL {
                    let (z, letter) = (number + 1, face.letter());
                    let path = format!("{folder}/{z}/{letter}/{{row}}/{{column}}.jpg");
                    entries.push(Entry { path, content: Content::Face { scene, cut, face } });
                }
            }
        }
        entries
    }

    fn psv(&self) -> Vec<Entry> {
        let packages = [
            ("three", "0.185.1"),
            ("@photo-sphere-viewer/core", "5.15.1"),
            ("@photo-sphere-viewer/cubemap-adapter", "5.15.1"),
            ("@photo-sphere-viewer/cubemap-tiles-adapter", "5.15.1"),
            ("@photo-sphere-viewer/markers-plugin", "5.15.1"),
            ("@photo-sphere-viewer/virtual-tour-plugin", "5.15.1"),
        ];
        let mut entries = vec![
            bytes("index.html", self.page(include_str!("pages/psv.html"))),
            bytes("page.js", include_str!("pages/psv.js")),
            bytes("package.json", manifest(&packages)),
            bytes(
                "tour.json",
                format!("{:#}", psv::document(self.tour, self.shapes, self.language)),
            ),
        ];
        for (scene, (place, shape)) in self.tour.scenes.iter().zip(self.shapes).enumerate() {
            for (number, cut) in psv::cuts(shape).into_iter().enumerate() {
                for (face, name) in Face::ALL.into_iter().zip(psv::FACE_NAMES) {
                    let path = format!("tiles/{}/{number}/{name}_{{column}}_{{row}}.jpg", place.id);
                    entries.push(Entry { path, content: Content::Face { scene, cut, face } });
                }
            }
        }
        entries
    }

    /// The photos of all notes, once each.
    pub(super) fn photos(&self, folder: &str) -> Vec<Entry> {
        let notes = self.tour.scenes.iter().flat_map(|scene| &scene.notes);
        let mut photos: Vec<AssetId> = notes.flat_map(|note| note.pictures.clone()).collect();
        photos.sort_unstable();
        photos.dedup();
        let entry =
            |photo| Entry { path: format!("{folder}{photo}.jpg"), content: Content::Photo(photo) };
        photos.into_iter().map(entry).collect()
    }

    /// The videos or recordings of all notes, once each.
    fn played(&self, folder: &str, ending: &str, of: fn(&Note) -> &Vec<AssetId>) -> Vec<Entry> {
        let notes = self.tour.scenes.iter().flat_map(|scene| &scene.notes);
        let mut played: Vec<AssetId> = notes.flat_map(|note| of(note).clone()).collect();
        played.sort_unstable();
        played.dedup();
        let entry = |asset| Entry {
            path: format!("{folder}{asset}.{ending}"),
            content: Content::Video(asset),
        };
        played.into_iter().map(entry).collect()
    }

    /// A page with the tour's title and language.
    pub(super) fn page(&self, template: &str) -> String {
        let say = |id| marzipano::markup(&text(self.language, id));
        template
            .replace("{{language}}", self.language.tag())
            .replace("{{title}}", &marzipano::markup(&self.tour.title))
            .replace("{{missing}}", &say("exchange-missing"))
            .replace("{{scenes}}", &say("exchange-scenes"))
            .replace("{{close}}", &say("exchange-close"))
            .replace("{{no-script}}", &say("exchange-no-script"))
            .replace("{{notice}}", &marzipano::markup(&self.notice()))
    }

    /// From which state this comes and what it may be used for.
    pub fn notice(&self) -> String {
        let mut args = vec![
            ("court", self.tour.author.clone()),
            ("title", self.tour.title.clone()),
            ("address", self.address.to_owned()),
        ];
        match self.state {
            State::Draft => text_with(self.language, "exchange-notice-draft", &args),
            State::Published { number, at, root, .. } => {
                args.extend([
                    ("number", number.to_string()),
                    ("at", day(*at)),
                    ("root", root.clone()),
                ]);
                text_with(self.language, "exchange-notice", &args)
            }
        }
    }

    pub(super) fn read_me(&self, kind: Kind) -> String {
        let how = text(self.language, &format!("exchange-readme-{}", kind.name()));
        let licence = text(self.language, "exchange-licence");
        let (title, notice, masked) = (&self.tour.title, self.notice(), self.masked());
        format!("{title}\n\n{notice}\n\n{how}\n\n{licence}\n{masked}")
    }

    /// Where something is hidden, scene by scene, and in the photos; empty where nothing is.
    fn masked(&self) -> String {
        let scenes = self.tour.scenes.iter().zip(self.shapes).filter(|(_, shape)| shape.masked > 0);
        let mut lines: Vec<String> = scenes
            .map(|(scene, shape)| {
                let masked = labels::masked(shape.masked, self.language);
                let args = [("scene", scene.title.clone()), ("masked", masked)];
                format!("- {}", text_with(self.language, "exchange-masked-scene", &args))
            })
            .collect();
        let notes = self.tour.scenes.iter().flat_map(|scene| &scene.notes);
        let photos: BTreeSet<_> = notes.flat_map(|note| &note.pictures).collect();
        let photos: usize = photos.into_iter().filter_map(|photo| self.hidden.get(photo)).sum();
        if photos > 0 {
            lines.push(format!("- {}", labels::masked_photos(photos, self.language)));
        }
        if lines.is_empty() {
            return String::new();
        }
        format!("\n{}\n{}\n", text(self.language, "exchange-masked"), lines.join("\n"))
    }
}

/// A day and time in Beijing, where courts are.
pub fn day(at: crate::base::Instant) -> String {
    let local = at.to_timestamp().in_tz("Asia/Shanghai");
    local.map_or_else(|_| at.to_string(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

pub(super) fn bytes(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Entry {
    Entry { path: path.into(), content: Content::Bytes(content.into()) }
}

pub(super) fn part(path: String, scene: usize, part: PackPart) -> Entry {
    Entry { path, content: Content::Part { scene, part } }
}

pub(super) fn stills(shape: &Shape, folder: &str, scene: usize) -> Vec<Entry> {
    if !shape.has_stills {
        return Vec::new();
    }
    let still =
        |face: Face| part(format!("{folder}{}.jpg", face.letter()), scene, PackPart::Still(face));
    Face::ALL.into_iter().map(still).collect()
}

/// `package.json` with which `npm install` brings the viewer.
fn manifest(packages: &[(&str, &str)]) -> String {
    let dependencies: serde_json::Map<_, _> =
        packages.iter().map(|(name, version)| ((*name).to_owned(), json!(version))).collect();
    format!("{:#}", json!({"private": true, "dependencies": dependencies}))
}
