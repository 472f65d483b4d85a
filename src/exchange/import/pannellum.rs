//! Pannellum's settings: `default` and `scenes`, or one scene alone (github.com/mpetroff/pannellum,
//! `doc/json-config-parameters.md`, `utils/multires/generate.py`). Degrees with our signs.

use super::finding::Finding;
use super::html::{Plain, Shown};
use super::marzipano::ENOUGH;
use super::project::Reading;
use super::script::Value;
use super::source::{self, Folder, Level, Part, Source};
use super::words;
use crate::exchange::angles::{admissible, wrapped};
use crate::exchange::{Link, Note, Scene};
use crate::geometry::Face;

/// Id of a scene that stands alone.
const ALONE: &str = "scene";

/// How many scenes `value` has if these are such settings.
pub fn scenes_in(value: &Value) -> usize {
    let scenes = value.get("scenes").map(Value::entries).unwrap_or_default();
    let count = scenes.iter().filter(|(_, scene)| shows_something(scene)).count();
    // A panorama alone may belong to another viewer: here it says its type, or is of a kind that only this one knows.
    let alone = value.get("multiRes").is_some()
        || value.get("cubeMap").is_some()
        || (value.get("panorama").is_some()
            && value.get("type").and_then(Value::text) == Some("equirectangular"));
    if count == 0 { usize::from(alone) } else { count }
}

fn shows_something(scene: &Value) -> bool {
    ["panorama", "cubeMap", "multiRes"].iter().any(|key| scene.get(key).is_some())
}

/// A scene's settings with those that hold for all.
#[derive(Clone, Copy)]
struct Settings<'a> {
    own: &'a Value,
    all: &'a Value,
}

impl<'a> Settings<'a> {
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.own.get(key).or_else(|| self.all.get(key)).filter(|value| **value != Value::Null)
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(Value::number)
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Value::text)
    }

    fn words(&self, text: &str) -> Plain {
        if self.is_plain() { words::from_plain(text) } else { words::from_html(text) }
    }

    fn is_plain(&self) -> bool {
        self.get("escapeHTML") == Some(&Value::Flag(true))
    }
}

/// Reads such settings.
pub fn read(value: &Value, folder: Folder<'_>) -> Reading {
    let none = Value::Null;
    let mut all = value.get("default").unwrap_or(&none).clone();
    // What is told of HTML stands at the top in the one form, under `default` in the other.
    if let (Value::Object(entries), Some(flag)) = (&mut all, value.get("escapeHTML")) {
        entries.push(("escapeHTML".to_owned(), flag.clone()));
    }
    let mut reading = Reading::default();
    let scenes = value.get("scenes").map(Value::entries).unwrap_or_default();
    let alone = [(ALONE.to_owned(), value.clone())];
    let scenes = if scenes.is_empty() { &alone } else { scenes };
    for (id, own) in scenes {
        let settings = Settings { own, all: &all };
        let title = settings.text("title").unwrap_or(id);
        let source = pictures(settings, title, folder, &mut reading.findings);
        let (links, notes) = marks(settings, title, folder, &mut reading.findings);
        let view = admissible(
            settings.number("yaw").unwrap_or(0.0),
            settings.number("pitch").unwrap_or(0.0),
            settings.number("hfov").unwrap_or(100.0),
        );
        let scene = Scene {
            id: id.clone(),
            // In the form that takes HTML, markup is taken off later.
            title: if settings.is_plain() {
                crate::exchange::marzipano::markup(title)
            } else {
                title.to_owned()
            },
            north_yaw: settings.number("northOffset").map(|offset| wrapped(-offset)),
            initial_view: view,
            links,
            notes,
        };
        reading.scenes.push((scene, source));
    }
    let first = all.get("firstScene").and_then(Value::text);
    reading.start = first.map(str::to_owned).unwrap_or_default();
    reading
}

fn pictures(
    settings: Settings<'_>,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Source> {
    let base = settings.text("basePath").unwrap_or_default();
    let leans = ["horizonPitch", "horizonRoll"]
        .iter()
        .any(|key| settings.number(key).is_some_and(|a| a != 0.0));
    if leans {
        findings.push(Finding::new("import-leaning").with("scene", scene));
    }
    if settings.get("dynamic") == Some(&Value::Flag(true)) {
        findings.push(Finding::new("import-film").with("scene", scene));
        return None;
    }
    match settings.text("type").unwrap_or("equirectangular") {
        "multires" => multires(settings.get("multiRes")?, base, scene, folder, findings),
        "cubemap" => {
            let whole: Vec<Option<String>> = settings
                .get("cubeMap")
                .map(Value::list)
                .unwrap_or_default()
                .iter()
                .map(|face| {
                    face.text().filter(|face| *face != "null").map(|face| in_base(base, face))
                })
                .collect();
            // front, right, back, left, up, down
            let addresses = std::array::from_fn(|face| whole.get(face).and_then(Option::as_deref));
            source::faces(scene, addresses, false, folder, findings)
        }
        "equirectangular" => {
            let Some(address) = settings.text("panorama") else {
                findings.push(Finding::new("import-no-picture").with("scene", scene));
                return None;
            };
            let path = source::here(scene, &in_base(base, address), folder, findings)?;
            let part = Part {
                across: settings.number("haov").unwrap_or(360.0),
                high: settings.number("vaov").unwrap_or(180.0),
                pitch: settings.number("vOffset").unwrap_or(0.0),
            };
            let is_part = part.across < 359.9 || part.high < 179.9;
            let possible = part.across > 1.0 && part.high > 1.0 && part.pitch.abs() < 90.0;
            if is_part {
                findings.push(Finding::new("import-part").with("scene", scene));
            }
            Some(Source::Sphere { path, part: (is_part && possible).then_some(part) })
        }
        other => {
            findings.push(Finding::new("import-kind").with("scene", scene).with("kind", other));
            None
        }
    }
}

/// An address in a base folder, which Pannellum puts before it as it is.
fn in_base(base: &str, address: &str) -> String {
    let is_absolute = address.contains("://") || address.starts_with("//");
    if is_absolute { address.to_owned() } else { format!("{base}{address}") }
}

fn multires(
    settings: &Value,
    base: &str,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Source> {
    let number = |key| settings.get(key).and_then(Value::number);
    let text = |key| settings.get(key).and_then(Value::text);
    let base = in_base(base, text("basePath").unwrap_or_default());
    let path = text("path").unwrap_or("/%l/%s%y_%x");
    let extension = text("extension").unwrap_or("jpg");
    let (tile, edge) = (number("tileResolution").unwrap_or(512.0), number("cubeResolution")?);
    let most = number("maxLevel").filter(|most| (1.0..=16.0).contains(most))? as i32;
    let levels: Vec<(usize, Level)> = (1..=most)
        .filter_map(|level| {
            // Each level is half the next; tools differ in how they round.
            let size = (edge / f64::from(1_u32 << (most - level))).ceil();
            Some((level as usize, Level::of_face(size, tile)?))
        })
        .collect();
    let address = |level: usize, face: Face, column: u32, row: u32| {
        let path = path
            .replace("%l", &level.to_string())
            .replace("%s", &face.letter().to_string())
            .replace("%x", &column.to_string())
            .replace("%y", &row.to_string());
        Some(format!("{base}{path}.{extension}"))
    };
    if text("missingTiles").is_some_and(|missing| !missing.is_empty()) {
        findings.push(Finding::new("import-part").with("scene", scene));
    }
    let chosen = source::choose(scene, &levels, &Face::ALL, ENOUGH, folder, &address, findings)?;
    Some(Source::Cube { edge: Some(chosen.size), tiles: chosen.tiles, turned: false })
}

fn marks(
    settings: Settings<'_>,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> (Vec<Link>, Vec<Note>) {
    let (mut links, mut notes) = (Vec::new(), Vec::new());
    for mark in settings.own.get("hotSpots").map(Value::list).unwrap_or_default() {
        let text = |key| mark.get(key).and_then(Value::text);
        let number = |key| mark.get(key).and_then(Value::number);
        let Some((yaw, pitch)) = number("yaw").zip(number("pitch")) else {
            findings.push(Finding::new("import-no-place").with("scene", scene));
            continue;
        };
        let (yaw, pitch) = (wrapped(yaw), pitch.clamp(-90.0, 90.0));
        let words = text("text").unwrap_or_default();
        if let Some(target) = mark.get("sceneId").and_then(super::marzipano::id_of) {
            // Ours keep the bearing, which is what `sameAzimuth` asks for.
            let turns = ["targetYaw", "targetPitch", "targetHfov"].iter().any(|key| {
                mark.get(key).is_some_and(|value| {
                    *value != Value::Null
                        && value.text() != Some("sameAzimuth")
                        && value.text() != Some("same")
                })
            });
            if turns {
                let finding = Finding::new("import-arrival").with("scene", scene);
                findings.push(finding.with("target", &target));
            }
            links.push(Link { target, yaw, pitch, title: settings.words(words).text });
            continue;
        }
        let kind = text("type").unwrap_or("info");
        if kind != "info" && words.is_empty() {
            findings.push(Finding::new("import-mark").with("scene", scene).with("kind", kind));
            continue;
        }
        let film = mark.get("video").map(|film| film.text().unwrap_or_default().to_owned());
        let film = film.map(|address| Shown { address, track: None });
        let image = text("image").map(str::to_owned);
        // The first line of several is the heading.
        let words = settings.words(words);
        let (head, rest) = match words.text.split_once('\n') {
            Some((head, rest)) => (head.to_owned(), rest.to_owned()),
            None => (words.text.clone(), String::new()),
        };
        let films = words.films.into_iter().chain(film).collect();
        let images = image.into_iter().chain(words.images).collect();
        let title = Plain { text: head, link: None, has_media: words.has_media, images, films };
        let rest = Plain { text: rest, link: words.link, ..Plain::default() };
        notes.extend(words::note(
            scene,
            (yaw, pitch),
            (title, rest),
            text("URL"),
            folder,
            findings,
        ));
    }
    (links, notes)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{read as project, told};
    use super::*;

    const PAGE: &str = r#"<!DOCTYPE html><html><head><title>Tour</title>
      <link rel="stylesheet" href="pannellum.css"><script src="pannellum.js"></script></head>
      <body><div id="panorama"></div><script>
      // our rooms
      var base = 'img/';
      pannellum.viewer('panorama', {
        'default': { 'firstScene': 'hall', 'author': "Agency", hfov: 110, },
        'scenes': {
          'hall': {
            'title': 'Hall <b>east</b>', 'type': 'equirectangular', 'panorama': base + 'hall.jpg',
            'yaw': 190, 'pitch': -5, 'northOffset': 30,
            'hotSpots': [
              { 'pitch': -2.1, 'yaw': 132.9, 'type': 'scene', 'text': 'Kitchen', 'sceneId': 'kitchen',
                'targetYaw': 30, 'targetHfov': 'same' },
              { 'pitch': 14, 'yaw': -1.5, 'type': 'info', 'text': 'Lift', 'URL': 'https://example.cn/lift' },
              { 'pitch': 3, 'yaw': 2, 'text': 'Crack', 'image': 'img/strip.jpg' },
              { 'pitch': 1, 'yaw': 1, 'type': 'custom', 'createTooltipFunc': function (a, b) { a.x = b; } },
            ]
          },
          'kitchen': { 'title': 'Kitchen', 'type': 'cubemap', 'cubeMap': [
            'k/f.jpg', 'k/r.jpg', 'k/b.jpg', 'k/l.jpg', 'k/u.jpg', 'k/d.jpg' ] },
          'roof': { 'title': 'Roof', 'panorama': 'https://pannellum.org/images/alma.jpg' },
          'strip': { 'title': 'Strip', 'panorama': 'img/strip.jpg', 'haov': 120, 'vaov': 60, 'vOffset': 10 },
          'film': { 'title': 'Film', 'panorama': 'img/hall.jpg', 'dynamic': true }
        }
      });
      </script></body></html>"#;
    const FILES: [&str; 8] = [
        "site/img/hall.jpg",
        "site/k/f.jpg",
        "site/k/r.jpg",
        "site/k/b.jpg",
        "site/k/l.jpg",
        "site/k/u.jpg",
        "site/k/d.jpg",
        "site/img/strip.jpg",
    ];

    #[test]
    fn a_tour_in_a_page_is_read() {
        let project = project("site/index.html", PAGE, &FILES).unwrap();
        let titles: Vec<&str> =
            project.tour.scenes.iter().map(|scene| scene.title.as_str()).collect();
        assert_eq!(titles, ["Hall east", "Kitchen", "Strip"]);
        let hall = &project.tour.scenes[0];
        assert_eq!((hall.initial_view.yaw, hall.initial_view.hfov), (-170.0, 110.0));
        assert_eq!(hall.north_yaw, Some(-30.0));
        assert_eq!((hall.links[0].target.as_str(), hall.links[0].yaw), ("kitchen", 132.9));
        assert_eq!(hall.notes[0].url.as_deref(), Some("https://example.cn/lift"));
        assert_eq!(
            (hall.notes[1].title.as_str(), &hall.notes[1].files),
            ("Crack", &vec!["site/img/strip.jpg".to_owned()])
        );
        assert_eq!(
            project.sources[0],
            Source::Sphere { path: "site/img/hall.jpg".into(), part: None }
        );
        assert!(
            matches!(&project.sources[1], Source::Cube { edge: None, tiles, .. } if tiles.len() == 6)
        );
        let part = Part { across: 120.0, high: 60.0, pitch: 10.0 };
        assert_eq!(
            project.sources[2],
            Source::Sphere { path: "site/img/strip.jpg".into(), part: Some(part) }
        );
        assert_eq!(
            told(&project),
            ["import-arrival", "import-mark", "import-remote", "import-part", "import-film"]
        );
    }

    #[test]
    fn what_its_own_tool_writes_is_read() {
        // utils/multires/generate.py: no title, no scenes, rounded down level sizes.
        let config = r#"{ "hfov": 100.0, "autoLoad": true, "type": "multires", "multiRes": {
            "path": "/%l/%s%y_%x", "fallbackPath": "/fallback/%s", "extension": "png", "tileResolution": 512,
            "maxLevel": 2, "cubeResolution": 1001 } }"#;
        let mut paths = Vec::new();
        for face in Face::ALL {
            for (level, row, column) in [(1, 0, 0), (2, 0, 0), (2, 0, 1), (2, 1, 0), (2, 1, 1)] {
                paths.push(format!("out/{level}/{}{row}_{column}.png", face.letter()));
            }
        }
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let project = project("out/config.json", config, &paths).unwrap();
        assert_eq!(project.tour.scenes[0].initial_view.hfov, 100.0);
        let Source::Cube { edge: Some(1001), tiles, .. } = &project.sources[0] else { panic!() };
        assert!(
            tiles
                .iter()
                .any(|tile| tile.path == "out/2/f0_1.png" && (tile.left, tile.top) == (512, 0))
        );
    }
}
