//! Ground truth: edges of the rendered flat, projected by the pose of each picture, fall on the pixel where it shows them.
//!
//! `media-samples/edges.json` lists points on the model's edges; a test here projects them with [`kanfang::geometry`], decodes
//! the picture as the worker does, and looks across the edge for the place where the brightness changes.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use kanfang::base::Limits;
use kanfang::geometry::{Degrees, Direction, Equirect, Lens, Projection, Rotation};
use kanfang::imaging::decode::{Wanted, decode};
use kanfang::imaging::header::Header;
use kanfang::imaging::plane::Plane;
use nalgebra::Vector3;
use serde::Deserialize;

/// How far to either side of the expected place the picture is looked at, in pixels.
const REACH: f64 = 3.5;
/// Samples a pixel across the edge.
const FINENESS: i32 = 8;
/// The smallest difference of brightness between both sides that counts as an edge, in levels.
const LEAST_STEP: f64 = 20.0;

#[derive(Deserialize)]
struct Truth {
    pictures: Vec<Seen>,
}

#[derive(Deserialize)]
struct Seen {
    picture: String,
    /// Which record of `poses.json` holds the pose.
    record: usize,
    edges: Vec<Edge>,
}

#[derive(Deserialize)]
pub struct Edge {
    pub name: String,
    /// East, north, up, in metres.
    pub points: Vec<[f64; 3]>,
}

#[derive(Deserialize)]
struct PhotoSet {
    photos: Vec<Record>,
}

/// What lies beside a picture; angles in degrees, heading clockwise from north.
#[derive(Clone, Deserialize)]
pub struct Record {
    pub file: String,
    pub width: u32,
    pub height: u32,
    pub lens: String,
    pub position: [f64; 3],
    pub heading: f64,
    pub pitch: f64,
    pub roll: f64,
    #[serde(default)]
    pub focal: f64,
    #[serde(default)]
    pub k1: f64,
    /// Column and row of the axis of a lens that does not sit in the middle.
    #[serde(default)]
    pub centre: [f64; 2],
}

impl Record {
    /// Column and row at which a point is seen; pixel centres are whole numbers.
    pub fn project(&self, point: &[f64; 3]) -> Option<(f64, f64)> {
        let [east, north, up] = std::array::from_fn(|k| point[k] - self.position[k]);
        let camera = Rotation::from_yaw_pitch_roll(
            Degrees(self.heading),
            Degrees(self.pitch),
            Degrees(self.roll),
        );
        // Yaw grows to the right from forwards, a heading clockwise from north: north is z, east is x.
        let seen = camera.inverse().apply(Direction { x: east, y: up, z: north });
        match self.lens.as_str() {
            "equirectangular" => {
                Some(Equirect { width: self.width, height: self.height }.position(seen))
            }
            "rectilinear" => {
                let (width, height) = (self.width as usize, self.height as usize);
                let ideal = Lens::centred(Projection::Rectilinear, self.focal, width, height);
                let lens = Lens { radial: [self.k1, 0.0], ..ideal };
                lens.project(&Vector3::new(seen.x, seen.y, seen.z)).map(|[u, v]| (u, v))
            }
            "equidistant" => {
                let lens = Lens {
                    projection: Projection::Equidistant,
                    focal: self.focal,
                    centre: self.centre,
                    radial: [0.0; 2],
                };
                lens.project(&Vector3::new(seen.x, seen.y, seen.z)).map(|[u, v]| (u, v))
            }
            other => panic!("{}: unknown lens {other}", self.file),
        }
    }

    /// Pixels that one pixel of a sphere 8192 wide spans here; half a pixel is as near as a picture is asked to be.
    pub fn tolerance(&self) -> f64 {
        let pixels_per_radian =
            if self.focal > 0.0 { self.focal } else { f64::from(self.width) / TAU };
        (pixels_per_radian * TAU / 8192.0).max(0.5)
    }
}

pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("media-samples")
}

pub fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The record that lies beside a picture.
fn record(seen: &Seen) -> Record {
    let path = samples().join(&seen.picture);
    let set = path.with_file_name("poses.json");
    if !set.exists() {
        return read(&path.with_extension("json"));
    }
    let record = read::<PhotoSet>(&set).photos.swap_remove(seen.record);
    assert!(path.ends_with(&record.file), "{}: the record is another picture's", seen.picture);
    record
}

/// The brightness of a picture.
fn luma(picture: &str) -> Plane {
    let bytes = std::fs::read(samples().join(picture)).unwrap();
    let limits = Limits::default();
    let header = Header::read(&bytes, &limits).unwrap();
    let wanted = Wanted { rgb: false, accept_damaged: false };
    decode(bytes, &header, wanted, &limits).unwrap().planes.swap_remove(0)
}

/// Bilinear brightness; `None` outside the picture.
fn brightness(plane: &Plane, (u, v): (f64, f64)) -> Option<f64> {
    let (left, top) = (u.floor(), v.floor());
    let inside = left >= 0.0 && top >= 0.0;
    if !inside || left + 1.0 >= plane.width() as f64 || top + 1.0 >= plane.height() as f64 {
        return None;
    }
    let (x, y, fx, fy) = (left as usize, top as usize, u - left, v - top);
    let across = |row: &[u8]| f64::from(row[x]) * (1.0 - fx) + f64::from(row[x + 1]) * fx;
    Some(across(plane.row(y)) * (1.0 - fy) + across(plane.row(y + 1)) * fy)
}

/// Mean brightness across an edge, at steps of 1/[`FINENESS`] pixel from −[`REACH`] to [`REACH`]; 0 is where the pose says the edge is.
pub fn profile(
    plane: &Plane,
    project: impl Fn(&[f64; 3]) -> Option<(f64, f64)>,
    points: &[[f64; 3]],
) -> Option<Vec<f64>> {
    let seen: Vec<_> = points.iter().map(project).collect::<Option<_>>()?;
    let half = (REACH * f64::from(FINENESS)) as i32;
    let mut sums = vec![0.0; 2 * half as usize + 1];
    for around in seen.windows(3) {
        let (du, dv) = (around[2].0 - around[0].0, around[2].1 - around[0].1);
        let length = du.hypot(dv);
        for (sum, step) in sums.iter_mut().zip(-half..=half) {
            let away = f64::from(step) / f64::from(FINENESS);
            let spot = (around[1].0 - dv / length * away, around[1].1 + du / length * away);
            *sum += brightness(plane, spot)?;
        }
    }
    Some(sums.into_iter().map(|sum| sum / (seen.len() - 2) as f64).collect())
}

/// Pixels from the expected place to where the brightness passes the middle between both sides; `None` if there is no such step.
pub fn offset(profile: &[f64]) -> Option<f64> {
    let third = profile.len() / 3;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&profile[..third]), mean(&profile[profile.len() - third..]));
    if (first - last).abs() < LEAST_STEP {
        return None;
    }
    let middle = f64::midpoint(first, last);
    let centre = (profile.len() / 2) as f64;
    profile
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| (pair[0] - middle) * (pair[1] - middle) <= 0.0 && pair[0] != pair[1])
        .map(|(k, pair)| {
            let within = (middle - pair[0]) / (pair[1] - pair[0]);
            (k as f64 + within - centre) / f64::from(FINENESS)
        })
        .min_by(|a, b| a.abs().total_cmp(&b.abs()))
}

/// The offset of every edge of a picture, with its name; edges without a step count as lost.
fn offsets(seen: &Seen, record: &Record, plane: &Plane) -> (Vec<(f64, String)>, usize) {
    let found: Vec<_> = seen
        .edges
        .iter()
        .filter_map(|edge| {
            let off = offset(&profile(plane, |point| record.project(point), &edge.points)?)?;
            Some((off, edge.name.clone()))
        })
        .collect();
    let lost = seen.edges.len() - found.len();
    (found, lost)
}

/// Folders below `media-samples` that hold pictures with a known pose.
fn folders() -> Vec<PathBuf> {
    let sets = std::fs::read_dir(samples().join("photo-sets")).into_iter().flatten();
    sets.map(|entry| entry.unwrap().path())
        .chain([samples().join("dual-fisheye")])
        .filter(|folder| folder.join("poses.json").is_file())
        .chain([samples().join("panoramas")])
        .collect()
}

#[test]
fn edges_are_where_the_poses_say() {
    let truth: Truth = read(&samples().join("edges.json"));
    let mut measured = BTreeMap::new();
    let mut wrong = Vec::new();
    for seen in &truth.pictures {
        let record = record(seen);
        let plane = luma(&seen.picture);
        let size = (record.width as usize, record.height as usize);
        assert_eq!((plane.width(), plane.height()), size, "{}", seen.picture);
        let (found, lost) = offsets(seen, &record, &plane);
        let square = found.iter().map(|(off, _)| off * off).sum::<f64>();
        let worst = found.iter().map(|(off, _)| off.abs()).fold(0.0, f64::max);
        println!(
            "{}: {} edges, RMS {:.3} px, worst {worst:.3} px of {:.3}, {lost} without a step",
            seen.picture,
            found.len(),
            (square / found.len().max(1) as f64).sqrt(),
            record.tolerance()
        );
        if lost > 0 {
            wrong.push(format!("{}: {lost} edges are not seen", seen.picture));
        }
        let beyond = found.iter().filter(|(off, _)| off.abs() > record.tolerance());
        wrong.extend(
            beyond.map(|(off, name)| format!("{}: {name} is {off:+.2} px off", seen.picture)),
        );
        let folder = samples().join(&seen.picture).parent().unwrap().to_owned();
        *measured.entry(folder).or_insert(0) += found.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for folder in folders() {
        let count = measured.get(&folder).copied().unwrap_or(0);
        assert!(count >= 20, "only {count} edges measured in {}", folder.display());
    }
    let every_panorama =
        truth.pictures.iter().filter(|seen| seen.picture.starts_with("panoramas/"));
    for seen in every_panorama {
        assert!(seen.edges.len() >= 8, "{} has {} edges", seen.picture, seen.edges.len());
    }
}

/// The measure is fine enough: a heading that is a tenth of a degree off (2.3 pixels of a sphere 8192 wide) is noticed.
#[test]
fn a_tenth_of_a_degree_is_noticed() {
    let truth: Truth = read(&samples().join("edges.json"));
    let seen = truth.pictures.iter().find(|seen| seen.picture.contains("02-living")).unwrap();
    let plane = luma(&seen.picture);
    let right = record(seen);
    let turned = Record { heading: right.heading + 0.1, ..right.clone() };
    let (found, lost) = offsets(seen, &turned, &plane);
    let beyond = found.iter().filter(|(off, _)| off.abs() > right.tolerance()).count() + lost;
    // Level edges do not move when the camera turns.
    assert!(beyond * 4 >= seen.edges.len(), "{beyond} of {} edges moved", seen.edges.len());
}

/// The depth maps and the edges know of the same places: a ray to a point of an edge is as long as the map says beside it.
#[test]
fn depth_maps_agree_with_the_edges() {
    let truth: Truth = read(&samples().join("edges.json"));
    let mut compared = 0;
    for seen in truth.pictures.iter().filter(|seen| seen.picture.starts_with("panoramas/")) {
        let stem = Path::new(&seen.picture).file_stem().unwrap();
        let path = samples().join("depth").join(stem).with_extension("png");
        let map = image::open(&path).unwrap().into_luma16();
        let picture = record(seen);
        let coarse = Record { width: map.width(), height: map.height(), ..picture.clone() };
        for edge in &seen.edges {
            for point in &edge.points {
                let (u, v) = coarse.project(point).unwrap();
                let [x, y, z] = std::array::from_fn(|k| point[k] - picture.position[k]);
                let distance = x.hypot(y).hypot(z);
                // An edge runs between pixels: one of those around lies on the nearer side.
                let around = (-1..=1_i64).flat_map(|dy| (-1..=1_i64).map(move |dx| (dx, dy)));
                let nearest = around
                    .map(|(dx, dy)| {
                        let column = (u.round() as i64 + dx).rem_euclid(i64::from(map.width()));
                        let row = (v.round() as i64 + dy).clamp(0, i64::from(map.height()) - 1);
                        let metres = f64::from(map.get_pixel(column as u32, row as u32)[0]) / 1e3;
                        (metres - distance).abs()
                    })
                    .fold(f64::INFINITY, f64::min);
                assert!(
                    nearest < 0.02 * distance,
                    "{}: {} is {distance:.3} m away, the depth map differs by {nearest:.3} m",
                    seen.picture,
                    edge.name
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 500, "only {compared} points compared");
}
