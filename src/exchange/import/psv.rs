//! Photo Sphere Viewer: nodes of its virtual-tour plug-in, or one panorama alone, with the settings of its adapters
//! (photo-sphere-viewer.js.org, `guide/config`, `guide/adapters`, `plugins/virtual-tour`, `plugins/markers`). Radians, or
//! texts as `45deg`; yaw right, pitch up; names of faces left front right back top bottom.
//!
//! Its up and down faces are ours turned by 180°, unless `flipTopBottom` is set.

use super::finding::Finding;
use super::html::Plain;
use super::marzipano::id_of;
use super::project::Reading;
use super::psv_adapters::pictures;
use super::script::Value;
use super::source::{Folder, Source};
use super::standing::Standing;
use super::words;
use crate::auction::tour::View;
use crate::exchange::angles::{admissible, horizontal, wrapped};
use crate::exchange::{Link, Note, Scene};

/// Its vertical fields of view, degrees, at the least and the most zoom, and its first zoom, where nothing is set.
const FIELDS: (f64, f64, f64) = (90.0, 30.0, 50.0);

/// How many scenes `value` has if it is such a tour: settings of the viewer with nodes, nodes alone, or one panorama.
pub fn scenes_in(value: &Value) -> usize {
    let nodes = nodes(value);
    if !nodes.is_empty() {
        // With settings around them they say where the tour begins.
        return nodes.len();
    }
    let alone = value.get("panorama").is_some() && value.get("container").is_some();
    usize::from(alone)
}

fn is_node(node: &Value) -> bool {
    node.get("panorama").is_some() && node.get("id").is_some()
}

/// The nodes in a value: under `nodes`, the first argument of `setNodes`, or in settings of the plug-in within those of the
/// viewer.
fn nodes(value: &Value) -> Vec<&Value> {
    let direct = match value {
        Value::Call { name, arguments } if name.ends_with("setNodes") => arguments.first(),
        value => value.get("nodes"),
    };
    let nodes: Vec<&Value> =
        direct.map(Value::list).unwrap_or_default().iter().filter(|node| is_node(node)).collect();
    if !nodes.is_empty() {
        return nodes;
    }
    let settings = settings_of_plugins(value).find(|settings| settings.get("nodes").is_some());
    let inner =
        settings.and_then(|settings| settings.get("nodes")).map(Value::list).unwrap_or_default();
    inner.iter().filter(|node| is_node(node)).collect()
}

/// Settings of plug-ins: `[Plugin, {…}]` and `Plugin.withConfig({…})`.
fn settings_of_plugins(value: &Value) -> impl Iterator<Item = &Value> {
    let plugins = value.get("plugins").map(Value::list).unwrap_or_default();
    plugins.iter().flat_map(Value::children).filter(|settings| matches!(settings, Value::Object(_)))
}

/// Reads such a tour.
pub fn read(value: &Value, folder: Folder<'_>) -> Reading {
    let nodes = nodes(value);
    let mut reading =
        Reading { title: text(value, "name").unwrap_or_default().to_owned(), ..Reading::default() };
    let plugin = settings_of_plugins(value).find(|settings| settings.get("nodes").is_some());
    let start = match value {
        Value::Call { arguments, .. } => arguments.get(1).and_then(id_of),
        value => value.get("startNodeId").or_else(|| plugin?.get("startNodeId")).and_then(id_of),
    };
    let first = nodes.first().and_then(|node| node.get("id")).and_then(id_of);
    reading.start = start.or(first).unwrap_or_else(|| "scene".to_owned());
    let standing = Standing::of(&nodes);
    if nodes.is_empty() {
        let scene =
            scene(value, "scene".to_owned(), value, (folder, &standing), &mut reading.findings);
        reading.scenes.push(scene);
        return reading;
    }
    for node in nodes {
        let Some(id) = node.get("id").and_then(id_of) else { continue };
        // Only the first node is shown with the viewer's own view.
        let viewer = if id == reading.start { value } else { &Value::Null };
        reading.scenes.push(scene(node, id, viewer, (folder, &standing), &mut reading.findings));
    }
    reading
}

/// A text under a key.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::text)
}

fn scene(
    node: &Value,
    id: String,
    viewer: &Value,
    (folder, standing): (Folder<'_>, &Standing),
    findings: &mut Vec<Finding>,
) -> (Scene, Option<Source>) {
    let name = ["name", "caption"].iter().find_map(|key| text(node, key)).unwrap_or(&id).to_owned();
    let shown =
        node.get("panorama").map(|panorama| pictures(panorama, node, &name, folder, findings));
    let (source, texture) = shown.unwrap_or_default();
    let leans = node.get("sphereCorrection").is_some();
    if leans {
        findings.push(Finding::new("import-leaning").with("scene", &name));
    }
    let mut links = Vec::new();
    let mut by_places = false;
    for link in node.get("links").map(Value::list).unwrap_or_default() {
        let Some(target) = link.get("nodeId").and_then(id_of) else { continue };
        // A picture that the viewer turns is not seen here as its places say.
        let by_place = || if leans { None } else { standing.way(&id, &target) };
        let said = position(link, texture);
        by_places |= said.is_none();
        match said.or_else(by_place) {
            Some((yaw, pitch)) => links.push(Link { target, yaw, pitch, title: String::new() }),
            None => findings.push(Finding::new("import-no-place").with("scene", &name)),
        }
    }
    let own = node.get("markers").map(Value::list).unwrap_or_default();
    // Without a tour the markers are the plug-in's.
    let alone = settings_of_plugins(node).filter_map(|settings| settings.get("markers"));
    let marks = own.iter().chain(alone.flat_map(Value::list));
    let notes = marks.filter_map(|mark| note(mark, &name, (texture, folder), findings)).collect();
    let data = node.get("data");
    // Where places alone say the ways, the middle of each picture is north.
    let north = if links.is_empty() || leans || !by_places { None } else { standing.north(&id) };
    let scene = Scene {
        id,
        title: name,
        north_yaw: data.and_then(|data| angle(data.get("northYaw")?)).map(wrapped).or(north),
        initial_view: view(viewer, data),
        links,
        notes,
    };
    (scene, source)
}

/// An angle in degrees: a number is radians, a text may say its unit.
fn angle(value: &Value) -> Option<f64> {
    let Some(text) = value.text() else { return value.number().map(f64::to_degrees) };
    let text = text.trim().to_ascii_lowercase();
    let digits =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.'))).unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "deg" | "degs" => Some(number),
        "" | "rad" | "rads" => Some(number.to_degrees()),
        _ => None,
    }
}

/// Size of the picture that places may be stated in.
pub(super) type Texture = Option<f64>;

fn position(mark: &Value, texture: Texture) -> Option<(f64, f64)> {
    let at = mark.get("position")?;
    let stated = at.get("yaw").and_then(angle).zip(at.get("pitch").and_then(angle));
    let (yaw, pitch) = if let Some(angles) = stated {
        angles
    } else {
        let pixel = |key| at.get(key).and_then(Value::number);
        // Pixels of a face say which face; only those of the whole sphere are read.
        let width = texture.filter(|_| at.get("textureFace").is_none())?;
        let (x, y) = (pixel("textureX")?, pixel("textureY")?);
        (x / width * 360.0 - 180.0, 90.0 - y / (width / 2.0) * 180.0)
    };
    // Its pitch goes on beyond half a turn: 350° is −10°.
    Some((wrapped(yaw), wrapped(pitch).clamp(-90.0, 90.0)))
}

fn view(viewer: &Value, data: Option<&Value>) -> View {
    let own = |key| data.and_then(|data| data.get(key));
    if let Some((yaw, pitch)) = own("yaw").and_then(angle).zip(own("pitch").and_then(angle)) {
        return admissible(yaw, pitch, own("hfov").and_then(Value::number).unwrap_or(90.0));
    }
    let number = |key: &str, usual: f64| viewer.get(key).and_then(Value::number).unwrap_or(usual);
    let (most, least) = (number("maxFov", FIELDS.0), number("minFov", FIELDS.1));
    let vertical = most + number("defaultZoomLvl", FIELDS.2) / 100.0 * (least - most);
    let direction = |key: &str| viewer.get(key).and_then(angle).unwrap_or(0.0);
    admissible(direction("defaultYaw"), wrapped(direction("defaultPitch")), horizontal(vertical))
}

fn note(
    mark: &Value,
    scene: &str,
    (texture, folder): (Texture, Folder<'_>),
    findings: &mut Vec<Finding>,
) -> Option<Note> {
    let shapes =
        ["polygon", "polygonPixels", "polyline", "polylinePixels", "videoLayer", "imageLayer"];
    let Some(at) = position(mark, texture) else {
        let kind = shapes.iter().find(|shape| mark.get(shape).is_some());
        let finding = match kind {
            Some(kind) => Finding::new("import-mark").with("kind", kind),
            None => Finding::new("import-no-place"),
        };
        findings.push(finding.with("scene", scene));
        return None;
    };
    let tooltip = mark.get("tooltip").and_then(|tip| tip.text().or_else(|| text(tip, "content")));
    let mut title = words::from_html(tooltip.unwrap_or_default());
    let mut body = words::from_html(text(mark, "content").unwrap_or_default());
    if title.text.is_empty() && body.text.is_empty() {
        title = words::from_html(text(mark, "html").unwrap_or_default());
    }
    // Often the panel begins with the words of the tooltip.
    let rest = body.text.strip_prefix(title.text.as_str()).filter(|_| !title.text.is_empty());
    if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('\n')) {
        body = Plain { text: rest.trim().to_owned(), ..body };
    }
    // A pin's own picture is look; one that lies in the sphere shows something.
    body.images.extend(text(mark, "imageLayer").map(str::to_owned));
    words::note(scene, at, (title, body), None, folder, findings)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{read as project, told};
    use super::*;
    use crate::exchange::psv::FACE_NAMES;

    const SCRIPT: &str = r#"
      import { Viewer } from '@photo-sphere-viewer/core';
      import { VirtualTourPlugin } from '@photo-sphere-viewer/virtual-tour-plugin';
      const baseUrl = './assets/';
      const marker = { id: 'm', tooltip: { content: 'Lift' }, content: '<b>Lift</b><p>Checked</p>',
                       position: { yaw: '45deg', pitch: '-10deg' } };
      const nodes = [
        { id: '1', name: 'Hall', panorama: baseUrl + 'hall.jpg', markers: [marker, { id: 'p', polygon: [[0, 1]] }],
          links: [{ nodeId: '2', position: { yaw: 3.5, pitch: '350deg' } }, { nodeId: '3' }] },
        { id: '2', name: `Kitchen`, panorama: { faceSize: 1024, nbTiles: 2,
            baseUrl: { left: 'l.jpg' }, tileUrl: (face, col, row) => { return `${baseUrl}k/${face}_${col}_${row}.jpg`; } },
          links: [{ nodeId: '1', position: { yaw: 0, pitch: 0 } }] },
        { id: '3', name: 'Loft', panorama: { levels: [{ width: 1024, cols: 4, rows: 2 }, { width: 2048, cols: 8, rows: 4 }],
            tileUrl: function (col, row, level) { return baseUrl + 'loft/' + level + '_' + col + '_' + row + '.jpg'; } },
          links: [{ nodeId: '1', position: { textureX: 256, textureY: 128 } }], sphereCorrection: { pan: '33deg' } },
        { id: '4', name: 'Net', panorama: { type: 'net', path: 'net.jpg' } },
        { id: '5', name: 'Clever', panorama: { faceSize: 1024, nbTiles: 2, tileUrl: (face, col, row) => {
            const num = row * 4 + col; return `${('00' + num).slice(-2)}.jpg`; } } },
      ];
      const viewer = new Viewer({
        container: 'viewer', defaultYaw: '130deg', defaultPitch: -0.2, defaultZoomLvl: 0, maxFov: 80,
        plugins: [MarkersPlugin, VirtualTourPlugin.withConfig({ positionMode: 'manual', nodes, startNodeId: '1' })],
      });
    "#;

    fn files() -> Vec<String> {
        let mut files = vec!["assets/hall.jpg".to_owned(), "net.jpg".to_owned()];
        for face in FACE_NAMES {
            files.extend(
                [(0, 0), (1, 0), (0, 1), (1, 1)]
                    .map(|(c, r)| format!("assets/k/{face}_{c}_{r}.jpg")),
            );
        }
        for (column, row) in (0..4).flat_map(|c| (0..2).map(move |r| (c, r))) {
            files.push(format!("assets/loft/0_{column}_{row}.jpg"));
        }
        files
    }

    #[test]
    fn a_virtual_tour_is_read() {
        let files = files();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let project = project("js/app.js", SCRIPT, &files).unwrap();
        let titles: Vec<&str> =
            project.tour.scenes.iter().map(|scene| scene.title.as_str()).collect();
        assert_eq!(titles, ["Hall", "Kitchen", "Loft", "Net"]);
        let hall = &project.tour.scenes[0];
        assert_eq!(hall.initial_view.yaw, 130.0);
        assert!((hall.initial_view.hfov - horizontal(80.0)).abs() < 1e-9);
        assert!((hall.links[0].yaw - wrapped(3.5_f64.to_degrees())).abs() < 1e-9);
        assert_eq!(hall.links[0].pitch, -10.0);
        let lift = &hall.notes[0];
        assert_eq!((lift.title.as_str(), lift.text.as_str(), lift.yaw), ("Lift", "Checked", 45.0));
        assert!(matches!(&project.sources[1], Source::Cube { edge: Some(1024), turned: true, .. }));
        assert!(
            matches!(&project.sources[2], Source::Tiles { width: 1024, tiles } if tiles.len() == 8)
        );
        assert!(matches!(&project.sources[3], Source::Sheet { turned: false, .. }));
        let loft = &project.tour.scenes[2];
        assert_eq!((loft.links[0].yaw, loft.links[0].pitch), (-90.0, 45.0));
        let mut told = told(&project);
        told.sort_unstable();
        let wanted = [
            "import-leaning",
            "import-level",
            "import-mark",
            "import-no-place",
            "import-tile-function",
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn ways_follow_from_places_on_the_earth() {
        let script = "viewer.getPlugin(VirtualTourPlugin).setNodes([\
            { id: 'a', panorama: 'a.jpg', gps: [116.35, 39.9, 50], links: [{ nodeId: 'b' }, { nodeId: 'c' }] },\
            { id: 'b', panorama: 'a.jpg', gps: [116.35, 39.9001, 50], links: [{ nodeId: 'a' }] },\
            { id: 'c', panorama: 'a.jpg', gps: [116.3501, 39.9, 53], links: [{ nodeId: 'a' }, { nodeId: 'd' }] },\
            { id: 'd', panorama: 'a.jpg', links: [{ nodeId: 'a' }] },\
            { id: 'e', panorama: 'a.jpg', gps: [116.35, 39.8], links: [{ nodeId: 'a' }], sphereCorrection: { pan: 1 } }], 'a');";
        let found = project("tour.js", script, &["a.jpg"]).unwrap();
        let links: Vec<Vec<(i64, i64)>> = found
            .tour
            .scenes
            .iter()
            .map(|scene| {
                scene
                    .links
                    .iter()
                    .map(|link| {
                        (link.yaw.round().rem_euclid(360.0) as i64, link.pitch.round() as i64)
                    })
                    .collect()
            })
            .collect();
        // North, east and 8.5 m away 3 m higher, and back.
        assert_eq!(links[0], [(0, 0), (90, 19)]);
        assert_eq!((&links[1][..], &links[2][..]), (&[(180, 0)][..], &[(270, -19)][..]));
        assert!(links[3].is_empty() && links[4].is_empty());
        let north: Vec<_> = found.tour.scenes.iter().map(|scene| scene.north_yaw).collect();
        assert_eq!(north, [Some(0.0), Some(0.0), Some(0.0), None, None]);
        assert!(told(&found).contains(&"import-no-place"));
    }

    #[test]
    fn other_ways_to_say_it_are_read() {
        let script = "viewer.getPlugin(VirtualTourPlugin).setNodes([{ id: 7, panorama: ['l.jpg', 'f.jpg', 'r.jpg', \
                      'b.jpg', 't.jpg', 'd.jpg'] }, { id: 8, panorama: 'a.jpg' }], 8);";
        let files = ["l.jpg", "f.jpg", "r.jpg", "b.jpg", "t.jpg", "d.jpg", "a.jpg"];
        let found = project("tour.js", script, &files).unwrap();
        assert_eq!(found.tour.start, "8");
        let Source::Cube { tiles, .. } = &found.sources[0] else { panic!() };
        let paths: Vec<&str> = tiles.iter().map(|tile| tile.path.as_str()).collect();
        assert_eq!(paths, ["f.jpg", "r.jpg", "b.jpg", "l.jpg", "t.jpg", "d.jpg"]);

        let page = "<script>new PhotoSphereViewer.Viewer({ container: 'v', panorama: 'a.jpg', caption: 'Hall', \
                    panoData: { fullWidth: 6000, croppedWidth: 6000, croppedHeight: 1500, croppedX: 0, croppedY: 750 }, \
                    plugins: [[PhotoSphereViewer.MarkersPlugin, { markers: [{ tooltip: 'Door', position: { textureX: 3000, \
                    textureY: 1500 } }] }]] })</script>";
        let found = project("index.html", page, &files).unwrap();
        let Source::Sphere { part: Some(part), .. } = &found.sources[0] else { panic!() };
        assert_eq!((part.across, part.high, part.pitch), (360.0, 90.0, 0.0));
        assert_eq!(
            (found.tour.scenes[0].notes[0].yaw, found.tour.scenes[0].notes[0].pitch),
            (0.0, 0.0)
        );
    }
}
