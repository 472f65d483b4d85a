//! Where the pixels of a scene are: one picture, six faces, or tiles; and which of several sizes is taken.

use super::archive::Listing;
use super::finding::Finding;
use crate::geometry::Face;

/// Widest panorama that is made, pixels.
pub const WIDEST: u32 = 16_384;
/// Most tiles across a face or a sphere.
const MOST_ACROSS: u32 = 128;
/// Longest edge of a face, or width of a sphere, that is believed.
const LONGEST: u32 = 65_536;

/// The pixels of a scene.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A picture of the sphere.
    Sphere {
        /// Its path.
        path: String,
        /// Which part of the sphere, where it is not all of it.
        part: Option<Part>,
    },
    /// The faces of a cube, in tiles or whole.
    Cube {
        /// Edge of a face, pixels; unknown where each face is one picture.
        edge: Option<u32>,
        /// The tiles.
        tiles: Vec<Tile>,
        /// Whether up and down are turned by 180°.
        turned: bool,
    },
    /// The faces of a cube in one picture.
    Sheet {
        /// Its path.
        path: String,
        /// Columns and rows of faces.
        grid: (u32, u32),
        /// Column and row of each face, in order f r b l u d.
        places: [(u32, u32); 6],
        /// Whether up and down are turned by 180°.
        turned: bool,
    },
    /// A picture of the sphere in tiles.
    Tiles {
        /// Its width; it is half as high.
        width: u32,
        /// The tiles; their faces say nothing.
        tiles: Vec<Tile>,
    },
}

impl Source {
    /// Whether it is a picture of the whole sphere as the project says it.
    pub fn is_whole(&self) -> bool {
        !matches!(self, Self::Sphere { part: Some(_), .. })
    }
}

/// A part of the sphere, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// From left to right.
    pub across: f64,
    /// From bottom to top.
    pub high: f64,
    /// Pitch of its middle.
    pub pitch: f64,
}

/// A picture and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Its path.
    pub path: String,
    /// On which face.
    pub face: Face,
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
}

/// What an address in a project means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file of the zip.
    Here(String),
    /// Something on the network, which is not asked for.
    Remote(String),
    /// A file that is not in the zip.
    Missing(String),
}

/// Looks files up as a page in some folder of the zip would.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'a> {
    listing: &'a Listing,
    base: &'a str,
}

impl<'a> Folder<'a> {
    /// The folder of the file `path`.
    pub fn of(listing: &'a Listing, path: &'a str) -> Self {
        Self { listing, base: path.rsplit_once('/').map_or("", |(base, _)| base) }
    }

    /// What `address` means. Addresses in scripts are those of the page that loads them, which may lie in a folder above.
    pub fn find(&self, address: &str) -> Place {
        let address = address.trim();
        let scheme = address.split_once(':').map(|(scheme, _)| scheme);
        let is_scheme = |scheme: &str| {
            scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+')
        };
        if scheme.is_some_and(is_scheme) || address.starts_with("//") {
            return Place::Remote(address.to_owned());
        }
        let path = address.split(['?', '#']).next().unwrap_or_default().replace('\\', "/");
        let path = percent_decoded(path.trim_start_matches('/'));
        let mut base = Some(self.base);
        while let Some(folder) = base {
            let found = normal(folder, &path)
                .and_then(|path| self.listing.path_of(&path).map(str::to_owned));
            if let Some(found) = found {
                return Place::Here(found);
            }
            base = match folder {
                "" => None,
                folder => Some(folder.rsplit_once('/').map_or("", |(above, _)| above)),
            };
        }
        Place::Missing(path)
    }
}

/// `path` in `folder`, without `.` and `..`; `None` where that leads out.
fn normal(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        if let Some(decoded) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            out.push(decoded);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// One size of a scene's pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Edge of a face, or width of a sphere, pixels.
    pub size: u32,
    /// Width and height of a tile, pixels.
    pub tile: (u32, u32),
    /// Columns and rows of tiles.
    pub across: (u32, u32),
}

impl Level {
    /// `None` for numbers that no tool writes.
    pub fn checked(size: f64, tile: (f64, f64), across: (u32, u32)) -> Option<Self> {
        let whole = |value: f64| {
            (value >= 1.0 && value <= f64::from(LONGEST) && value.fract() == 0.0)
                .then_some(value as u32)
        };
        let within = |count: u32| (1..=MOST_ACROSS).contains(&count);
        let level = Self { size: whole(size)?, tile: (whole(tile.0)?, whole(tile.1)?), across };
        (within(across.0) && within(across.1)).then_some(level)
    }

    /// Square tiles of a face.
    pub fn of_face(size: f64, tile: f64) -> Option<Self> {
        let across = (size / tile).ceil();
        let across = (across <= f64::from(MOST_ACROSS)).then_some(across as u32)?;
        Self::checked(size, (tile, tile), (across, across))
    }
}

/// A level all of whose tiles are there.
pub struct Chosen {
    /// Its size.
    pub size: u32,
    /// Its tiles.
    pub tiles: Vec<Tile>,
}

/// The size that is taken: the smallest that is enough for the widest panorama, else the largest, of those whose tiles are
/// all there. `address` gives a tile's address by level (its place in `levels`), face, column and row; `enough` the size
/// beyond which more pixels would be thrown away.
pub fn choose(
    scene: &str,
    levels: &[(usize, Level)],
    faces: &[Face],
    enough: u32,
    folder: Folder<'_>,
    address: &dyn Fn(usize, Face, u32, u32) -> Option<String>,
    findings: &mut Vec<Finding>,
) -> Option<Chosen> {
    let mut order: Vec<&(usize, Level)> = levels.iter().collect();
    order.sort_by_key(|(_, level)| level.size);
    let sufficient = order.iter().position(|(_, level)| level.size >= enough);
    let mut wanted: Vec<&(usize, Level)> = order.iter().rev().copied().collect();
    if let Some(place) = sufficient {
        // From the first that is enough upwards, then downwards.
        wanted = order[place..].iter().chain(order[..place].iter().rev()).copied().collect();
    }
    let mut lacking = None;
    for (number, level) in &wanted {
        match tiles_of(*number, level, faces, folder, address) {
            Ok(tiles) => {
                if let Some((first, missing, example)) = lacking {
                    let finding: Finding = Finding::new("import-level")
                        .with("scene", scene)
                        .with("used", level.size)
                        .with("wanted", first)
                        .with("missing", missing)
                        .with("file", example);
                    findings.push(finding);
                }
                return Some(Chosen { size: level.size, tiles });
            }
            Err(Lacking { remote: Some(remote), .. }) => {
                findings.push(
                    Finding::new("import-remote").with("scene", scene).with("address", remote),
                );
                return None;
            }
            Err(Lacking { missing, example, .. }) => {
                lacking.get_or_insert((level.size, missing, example));
            }
        }
    }
    let (missing, example) =
        lacking.map_or((0, String::new()), |(_, missing, file)| (missing, file));
    let finding = Finding::new("import-tiles-missing").with("scene", scene);
    findings.push(finding.with("missing", missing).with("file", example));
    None
}

struct Lacking {
    missing: usize,
    example: String,
    remote: Option<String>,
}

fn tiles_of(
    number: usize,
    level: &Level,
    faces: &[Face],
    folder: Folder<'_>,
    address: &dyn Fn(usize, Face, u32, u32) -> Option<String>,
) -> Result<Vec<Tile>, Lacking> {
    let mut tiles = Vec::new();
    let mut lacking = Lacking { missing: 0, example: String::new(), remote: None };
    for &face in faces {
        for row in 0..level.across.1 {
            for column in 0..level.across.0 {
                let (left, top) = (column * level.tile.0, row * level.tile.1);
                let place = address(number, face, column, row).map(|address| folder.find(&address));
                match place {
                    Some(Place::Here(path)) => tiles.push(Tile { path, face, left, top }),
                    Some(Place::Remote(address)) => {
                        lacking.remote = Some(address);
                        return Err(lacking);
                    }
                    Some(Place::Missing(path)) => {
                        if lacking.missing == 0 {
                            lacking.example = path;
                        }
                        lacking.missing += 1;
                    }
                    None => lacking.missing += 1,
                }
            }
        }
    }
    if lacking.missing == 0 { Ok(tiles) } else { Err(lacking) }
}

/// The path of a picture; a finding where it is not in the zip.
pub fn here(
    scene: &str,
    address: &str,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let finding = match folder.find(address) {
        Place::Here(path) => return Some(path),
        Place::Remote(address) => Finding::new("import-remote").with("address", address),
        Place::Missing(file) => Finding::new("import-missing").with("file", file),
    };
    findings.push(finding.with("scene", scene));
    None
}

/// Six whole pictures of faces, in order f r b l u d.
pub fn faces(
    scene: &str,
    addresses: [Option<&str>; 6],
    turned: bool,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Source> {
    if addresses.contains(&None) {
        findings.push(Finding::new("import-faces").with("scene", scene));
        return None;
    }
    let mut tiles = Vec::new();
    for (face, address) in Face::ALL.into_iter().zip(addresses) {
        let path = here(scene, address?, folder, findings)?;
        tiles.push(Tile { path, face, left: 0, top: 0 });
    }
    Some(Source::Cube { edge: None, tiles, turned })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_as_a_browser_finds_them() {
        let listing = Listing::of(&["tour/img/客厅 1.jpg", "tour/js/app.js", "top.jpg"]);
        let folder = Folder::of(&listing, "tour/js/app.js");
        let here = |path: &str| Place::Here(path.to_owned());
        assert_eq!(
            folder.find("img/%E5%AE%A2%E5%8E%85%201.jpg?v=3#x"),
            here("tour/img/客厅 1.jpg")
        );
        assert_eq!(folder.find("../img/客厅 1.JPG"), here("tour/img/客厅 1.jpg"));
        assert_eq!(folder.find("./app.js"), here("tour/js/app.js"));
        assert_eq!(folder.find("/top.jpg"), here("top.jpg"));
        assert_eq!(
            folder.find("../../../../etc/passwd"),
            Place::Missing("../../../../etc/passwd".into())
        );
        for address in
            ["https://a.cn/x.jpg", "//a.cn/x.jpg", "data:image/png;base64,AA", "file:///etc/passwd"]
        {
            assert!(matches!(folder.find(address), Place::Remote(_)), "{address}");
        }
    }

    #[test]
    fn the_highest_whole_level_is_taken_and_what_lacks_is_told() {
        let all: Vec<String> = Face::ALL
            .iter()
            .flat_map(|face| {
                let face = face.letter();
                [(0, 0), (1, 0), (1, 1), (1, 2)]
                    .map(|(level, n)| format!("t/{level}/{face}{n}_0.jpg"))
            })
            .chain(["t/2/f0_0.jpg".to_owned()])
            .collect();
        let mut paths: Vec<&str> = all.iter().map(String::as_str).collect();
        let levels: Vec<(usize, Level)> = [(256.0, 256.0), (600.0, 200.0), (2048.0, 512.0)]
            .into_iter()
            .map(|(size, tile)| {
                let mut level = Level::of_face(size, tile).unwrap();
                level.across.1 = 1;
                level
            })
            .enumerate()
            .collect();
        let address = |level: usize, face: Face, column: u32, row: u32| {
            Some(format!("t/{level}/{}{column}_{row}.jpg", face.letter()))
        };
        let choose = |paths: &[&str], enough: u32| {
            let listing = Listing::of(paths);
            let mut findings = Vec::new();
            let folder = Folder::of(&listing, "data.js");
            let chosen =
                super::choose("s", &levels, &Face::ALL, enough, folder, &address, &mut findings);
            (chosen.map(|chosen| (chosen.size, chosen.tiles.len())), findings)
        };
        let (chosen, findings) = choose(&paths, 5215);
        assert_eq!(chosen, Some((600, 18)));
        assert_eq!(findings[0].slug, "import-level");
        assert_eq!(findings[0].args["missing"], "23");
        assert_eq!(choose(&paths, 200), (Some((256, 6)), vec![]), "more would be thrown away");
        paths.retain(|path| *path != "t/1/d1_0.jpg" && *path != "t/0/u0_0.jpg");
        let (chosen, findings) = choose(&paths, 5215);
        assert_eq!((chosen, findings[0].slug.as_str()), (None, "import-tiles-missing"));
    }

    #[test]
    fn absurd_numbers_are_no_levels() {
        for (size, tile) in
            [(0.0, 512.0), (f64::NAN, 1.0), (1e9, 1.0), (512.0, 0.0), (512.5, 512.0), (-5.0, 2.0)]
        {
            assert_eq!(Level::of_face(size, tile), None);
        }
    }
}
