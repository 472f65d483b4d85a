//! The panoramas of Photo Sphere Viewer's adapters: one sphere, six faces, a strip or a net of them, tiles of either.

use super::finding::Finding;
use super::marzipano::ENOUGH;
use super::psv::{Texture, text};
use super::script::Value;
use super::source::{self, Folder, Level, Part, Source, WIDEST};
use crate::exchange::psv::FACE_NAMES;
use crate::geometry::Face;

/// Order of faces in lists and strips, as our faces.
const ORDER: [&str; 6] = ["left", "front", "right", "back", "top", "bottom"];

/// The pictures of a node's panorama, and the width of the whole sphere that places in pixels are stated in.
pub fn pictures(
    panorama: &Value,
    node: &Value,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> (Option<Source>, Texture) {
    if let Some(address) = panorama.text() {
        let path = source::here(scene, address, folder, findings);
        let data = node.get("panoData").and_then(PanoData::of);
        if data.is_some_and(|data| data.part.is_some()) {
            findings.push(Finding::new("import-part").with("scene", scene));
        }
        let part = data.and_then(|data| data.part);
        let width = data.map(|data| data.full_width);
        return (path.map(|path| Source::Sphere { path, part }), width);
    }
    let turned = panorama.get("flipTopBottom") != Some(&Value::Flag(true));
    if matches!(panorama, Value::List(_)) || panorama.get("front").is_some() {
        return (six(panorama, turned, scene, folder, findings), None);
    }
    match text(panorama, "type") {
        Some("separate") => {
            let paths = panorama.get("paths").unwrap_or(&Value::Null);
            return (six(paths, turned, scene, folder, findings), None);
        }
        Some("stripe") => return (strip(panorama, turned, scene, folder, findings), None),
        Some("net") => return (net(panorama, scene, folder, findings), None),
        _ => {}
    }
    if panorama.get("tileUrl").is_some() || panorama.get("tiles").is_some() {
        return tiles(panorama, turned, scene, folder, findings);
    }
    findings.push(Finding::new("import-kind").with("scene", scene).with("kind", "adapter"));
    (None, None)
}

/// The part of the sphere that a picture holds.
#[derive(Clone, Copy)]
struct PanoData {
    full_width: f64,
    part: Option<Part>,
}

impl PanoData {
    fn of(data: &Value) -> Option<Self> {
        let number = |key| data.get(key).and_then(Value::number).filter(|number| *number >= 0.0);
        let full_width = number("fullWidth").filter(|width| *width >= 1.0)?;
        let full_height = number("fullHeight").filter(|h| *h >= 1.0).unwrap_or(full_width / 2.0);
        let (width, height) = (number("croppedWidth")?, number("croppedHeight")?);
        let top = number("croppedY").unwrap_or(0.0);
        let part = Part {
            across: width / full_width * 360.0,
            high: height / full_height * 180.0,
            pitch: 90.0 - (top + height / 2.0) / full_height * 180.0,
        };
        let is_part = part.across < 359.9 || part.high < 179.9;
        let possible = part.across > 1.0 && part.high > 1.0 && part.pitch.abs() < 90.0;
        Some(Self { full_width, part: (is_part && possible).then_some(part) })
    }
}

fn six(
    paths: &Value,
    turned: bool,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Source> {
    let addresses = FACE_NAMES.map(|name| match paths {
        Value::List(items) => ORDER
            .iter()
            .position(|one| *one == name)
            .and_then(|place| items.get(place))
            .and_then(Value::text),
        paths => text(paths, name),
    });
    source::faces(scene, addresses, turned, folder, findings)
}

fn strip(
    panorama: &Value,
    turned: bool,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Source> {
    let path = source::here(scene, text(panorama, "path")?, folder, findings)?;
    let stated = panorama.get("order").map(Value::list).unwrap_or_default();
    let order: Vec<&str> = stated.iter().filter_map(Value::text).collect();
    let order = if order.len() == 6 { order } else { ORDER.to_vec() };
    let column = |name: &str| order.iter().position(|one| *one == name).unwrap_or_default() as u32;
    let places = FACE_NAMES.map(|name| (column(name), 0));
    Some(Source::Sheet { path, grid: (6, 1), places, turned })
}

/// Left, front, right and back in a row, up above and down below the front: as the faces lie in ours.
fn net(
    panorama: &Value,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Source> {
    let path = source::here(scene, text(panorama, "path")?, folder, findings)?;
    let places = [(1, 1), (2, 1), (3, 1), (0, 1), (1, 0), (1, 2)];
    Some(Source::Sheet { path, grid: (4, 3), places, turned: false })
}

fn tiles(
    panorama: &Value,
    turned: bool,
    scene: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> (Option<Source>, Texture) {
    let listed = panorama.get("levels").map(Value::list).unwrap_or_default();
    let levels = if listed.is_empty() { std::slice::from_ref(panorama) } else { listed };
    let is_sphere = levels.iter().any(|level| level.get("cols").is_some());
    let read: Vec<(usize, Level)> = levels
        .iter()
        .enumerate()
        .filter_map(|(number, level)| {
            let of = |key| level.get(key).and_then(Value::number);
            let count = |key| of(key).filter(|n| (1.0..=1e4).contains(n)).map(|n| n as u32);
            let level = if is_sphere {
                let (width, across) = (of("width")?, (count("cols")?, count("rows")?));
                let tile = (width / f64::from(across.0), width / 2.0 / f64::from(across.1));
                Level::checked(width, (tile.0.round(), tile.1.round()), across)?
            } else {
                let (edge, across) = (of("faceSize")?, count("nbTiles")?);
                Level::checked(
                    edge,
                    ((edge / f64::from(across)).round(), (edge / f64::from(across)).round()),
                    (across, across),
                )?
            };
            Some((number, level))
        })
        .collect();
    let address = |level: usize, face: Face, column: u32, row: u32| {
        tile_address(panorama, is_sphere, FACE_NAMES[face.index()], column, row, level)
    };
    let enough = if is_sphere { WIDEST } else { ENOUGH };
    if address(0, Face::Front, 0, 0).is_none() {
        findings.push(Finding::new("import-tile-function").with("scene", scene));
        return (None, None);
    }
    // Places are stated in pixels of the first level.
    let texture = read.first().map(|(_, level)| f64::from(level.size)).filter(|_| is_sphere);
    let faces: &[Face] = if is_sphere { &[Face::Front] } else { &Face::ALL };
    let chosen = source::choose(scene, &read, faces, enough, folder, &address, findings);
    let source = chosen.map(|source::Chosen { size, tiles }| {
        if is_sphere {
            Source::Tiles { width: size, tiles }
        } else {
            Source::Cube { edge: Some(size), tiles, turned }
        }
    });
    (source, texture)
}

/// The address of a tile: `tileUrl`, if it only puts its arguments together, or `tiles`, our own export's template.
fn tile_address(
    panorama: &Value,
    is_sphere: bool,
    face: &str,
    column: u32,
    row: u32,
    level: usize,
) -> Option<String> {
    let (column, row, level) = (column.to_string(), row.to_string(), level.to_string());
    if let Some(template) = text(panorama, "tiles") {
        let template = template.replace("{level}", &level).replace("{face}", face);
        return Some(template.replace("{column}", &column).replace("{row}", &row));
    }
    let Some(Value::Function { parameters, result }) = panorama.get("tileUrl") else { return None };
    let arguments: &[&str] =
        if is_sphere { &[&column, &row, &level] } else { &[face, &column, &row, &level] };
    let pieces = match result.as_ref() {
        Value::Joined(pieces) => pieces.as_slice(),
        single => std::slice::from_ref(single),
    };
    let piece = |piece: &Value| match piece {
        Value::Text(text) => Some(text.clone()),
        Value::Name(name) => {
            let place = parameters.iter().position(|parameter| parameter == name)?;
            arguments.get(place).map(|argument| (*argument).to_owned())
        }
        _ => None,
    };
    pieces.iter().map(piece).collect()
}
