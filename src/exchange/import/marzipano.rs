//! The Marzipano Tool's project: `data.js` with `APP_DATA`, tiles as `tiles/{id}/{z}/{f}/{y}/{x}.jpg`
//! (github.com/google/marzipano, `demos/sample-tour`). Radians, pitch down, vertical field of view, texts in HTML.

use super::finding::Finding;
use super::project::Reading;
use super::script::Value;
use super::source::{self, Folder, Level, Source, WIDEST};
use super::words;
use crate::auction::tour::View;
use crate::exchange::angles::{admissible, horizontal, wrapped};
use crate::exchange::{Link, Note, Scene};
use crate::geometry::Face;

/// Edge of a face beyond which more pixels would be thrown away.
pub const ENOUGH: u32 = (WIDEST as f64 / std::f64::consts::PI) as u32;

/// How many scenes `value` has if it is such a project.
pub fn scenes_in(value: &Value) -> usize {
    let scenes = value.get("scenes").map(Value::list).unwrap_or_default();
    let is_scene = |scene: &&Value| scene.get("levels").is_some() && scene.get("id").is_some();
    scenes.iter().filter(is_scene).count()
}

/// Reads such a project.
pub fn read(value: &Value, folder: Folder<'_>) -> Reading {
    let mut reading = Reading {
        title: value.get("name").and_then(Value::text).unwrap_or_default().to_owned(),
        ..Reading::default()
    };
    for scene in value.get("scenes").map(Value::list).unwrap_or_default() {
        let Some(id) = scene.get("id").and_then(id_of) else { continue };
        let name = scene.get("name").and_then(Value::text).unwrap_or(&id);
        let source = pictures(scene, &id, name, folder, &mut reading.findings);
        let links =
            marks(scene, "linkHotspots").filter_map(|mark| way(mark, name, &mut reading.findings));
        let links: Vec<Link> = links.collect();
        let notes = marks(scene, "infoHotspots")
            .filter_map(|mark| note(mark, name, folder, &mut reading.findings));
        let notes: Vec<Note> = notes.collect();
        let scene = Scene {
            title: name.to_owned(),
            north_yaw: None,
            initial_view: view(scene.get("initialViewParameters")),
            links,
            notes,
            id,
        };
        reading.scenes.push((scene, source));
    }
    reading.start = reading.scenes.first().map(|(scene, _)| scene.id.clone()).unwrap_or_default();
    reading
}

/// An id, which may be a number.
pub fn id_of(value: &Value) -> Option<String> {
    value.text().map(str::to_owned).or(value.number().map(|number| number.to_string()))
}

fn pictures(
    scene: &Value,
    id: &str,
    name: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Source> {
    let levels: Vec<(usize, Level)> = scene
        .get("levels")?
        .list()
        .iter()
        .enumerate()
        // What is only for the preview has another form and few pixels.
        .filter(|(_, level)| level.get("fallbackOnly") != Some(&Value::Flag(true)))
        .filter_map(|(z, level)| {
            let number = |key| level.get(key).and_then(Value::number);
            Some((z, Level::of_face(number("size")?, number("tileSize")?)?))
        })
        .collect();
    let address = |z: usize, face: Face, column: u32, row: u32| {
        Some(format!("tiles/{id}/{z}/{}/{row}/{column}.jpg", face.letter()))
    };
    let chosen = source::choose(name, &levels, &Face::ALL, ENOUGH, folder, &address, findings)?;
    Some(Source::Cube { edge: Some(chosen.size), tiles: chosen.tiles, turned: false })
}

fn view(parameters: Option<&Value>) -> View {
    let number = |key| parameters.and_then(|view| view.get(key)).and_then(Value::number);
    let degrees = |key| number(key).unwrap_or(0.0).to_degrees();
    let hfov = number("fov").map_or(90.0, |fov| horizontal(fov.to_degrees()));
    admissible(degrees("yaw"), -degrees("pitch"), hfov)
}

fn marks<'a>(scene: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    scene.get(key).map(Value::list).unwrap_or_default().iter()
}

fn place(mark: &Value, scene: &str, findings: &mut Vec<Finding>) -> Option<(f64, f64)> {
    let radians = |key| mark.get(key).and_then(Value::number);
    let Some((yaw, pitch)) = radians("yaw").zip(radians("pitch")) else {
        findings.push(Finding::new("import-no-place").with("scene", scene));
        return None;
    };
    Some((wrapped(yaw.to_degrees()), (-pitch.to_degrees()).clamp(-90.0, 90.0)))
}

fn way(mark: &Value, scene: &str, findings: &mut Vec<Finding>) -> Option<Link> {
    let (yaw, pitch) = place(mark, scene, findings)?;
    let target = mark.get("target").and_then(id_of)?;
    Some(Link { target, yaw, pitch, title: String::new() })
}

fn note(
    mark: &Value,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Note> {
    let at = place(mark, scene, findings)?;
    let words = |key| words::from_html(mark.get(key).and_then(Value::text).unwrap_or_default());
    words::note(scene, at, (words("title"), words("text")), None, folder, findings)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{read as project, told};
    use super::*;

    const DATA: &str = r#"var APP_DATA = {
      "scenes": [
        {
          "id": "0-salon",
          "name": "Salon &amp; <script>alert(1)</script>hall",
          "levels": [
            { "tileSize": 256, "size": 256, "fallbackOnly": true },
            { "tileSize": 512, "size": 512 },
            { "tileSize": 512, "size": 1024 }
          ],
          "faceSize": 1000,
          "initialViewParameters": { "yaw": 0.5, "pitch": 0.25, "fov": 1.2 },
          "linkHotspots": [
            { "yaw": -3, "pitch": 0.1, "rotation": 0.78, "target": "1-kitchen" },
            { "yaw": 1, "pitch": 0, "rotation": 0, "target": "9-gone" }
          ],
          "infoHotspots": [
            { "yaw": 1, "pitch": -0.5, "title": "Floor", "text": "<b>Oak</b><br>laid 2019" },
            { "yaw": "left", "pitch": 0, "title": "Lost", "text": "" }
          ]
        },
        {
          "id": "1-kitchen",
          "name": "Kitchen",
          "levels": [ { "tileSize": 512, "size": 512 } ],
          "initialViewParameters": { "yaw": 0, "pitch": 0, "fov": 1.5707963267948966 },
          "linkHotspots": [],
          "infoHotspots": []
        }
      ],
      "name": "Flat 301",
      "settings": { "mouseViewMode": "drag", "autorotateEnabled": true }
    };
"#;

    fn tiles(scene: &str, z: u32, across: u32) -> Vec<String> {
        let mut paths = Vec::new();
        for face in Face::ALL {
            for row in 0..across {
                for column in 0..across {
                    let letter = face.letter();
                    paths.push(format!("app-files/tiles/{scene}/{z}/{letter}/{row}/{column}.jpg"));
                }
            }
        }
        paths
    }

    fn found(paths: &[String]) -> crate::exchange::import::Project {
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        project("app-files/data.js", DATA, &paths).unwrap()
    }

    #[test]
    fn a_project_of_the_tool_is_read() {
        let paths =
            [tiles("0-salon", 1, 1), tiles("0-salon", 2, 2), tiles("1-kitchen", 0, 1)].concat();
        let project = found(&paths);
        assert_eq!(project.tour.title, "Flat 301");
        assert_eq!(project.tour.start, "0-salon");
        let scene = &project.tour.scenes[0];
        assert_eq!(scene.title, "Salon & hall");
        let view = scene.initial_view;
        assert!((view.yaw - 0.5_f64.to_degrees()).abs() < 1e-9);
        assert!((view.pitch + 0.25_f64.to_degrees()).abs() < 1e-9, "down is positive there");
        assert!((view.hfov - horizontal(1.2_f64.to_degrees())).abs() < 1e-9);
        assert_eq!(scene.links.len(), 1);
        assert!((scene.links[0].pitch + 0.1_f64.to_degrees()).abs() < 1e-9);
        assert_eq!(
            (scene.notes[0].title.as_str(), scene.notes[0].text.as_str()),
            ("Floor", "Oak\nlaid 2019")
        );
        let Source::Cube { edge: Some(1024), tiles, turned: false } = &project.sources[0] else {
            panic!()
        };
        assert_eq!(tiles.len(), 24);
        assert_eq!(told(&project), ["import-no-place", "import-link-nowhere"]);
    }

    #[test]
    fn what_lacks_is_told_and_the_rest_is_kept() {
        let mut paths = [tiles("0-salon", 1, 1), tiles("0-salon", 2, 2)].concat();
        paths.pop();
        let project = found(&paths);
        assert_eq!(project.tour.scenes.len(), 1);
        assert!(project.tour.scenes[0].links.is_empty());
        let Source::Cube { edge: Some(512), tiles, .. } = &project.sources[0] else { panic!() };
        assert_eq!(tiles.len(), 6);
        let told = told(&project);
        assert!(
            told.contains(&"import-level") && told.contains(&"import-tiles-missing"),
            "{told:?}"
        );
    }

    #[test]
    fn broken_settings_say_where() {
        let cut = &DATA[..DATA.len() / 2];
        let error = project("data.js", cut, &[]).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("'data.js' cannot be read: line "), "{text}");
        let error = project("data.js", "var APP_DATA = 1;", &[]).unwrap_err();
        assert!(matches!(error, crate::exchange::import::ImportError::NoProject));
        let error = project("data.js", DATA, &[]).unwrap_err();
        let wanted =
            "of none are all pictures in the zip (the first lacks 'tiles/0-salon/2/f/0/0.jpg')";
        assert!(error.to_string().contains(wanted), "{error}");
    }
}
