//! Ground truth: edges of the rendered flat, projected by the pose of each picture, fall on the pixel where it shows them.
//!
//! `media-samples/edges.json` lists points on the model's edges; a test here projects them with [`kanfang::geometry`], decodes
//! the picture as the worker does, and looks across the edge for the place where the brightness changes.

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
    edges: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    name: String,
    /// East, north, up, in metres.
    points: Vec<[f64; 3]>,
}

#[derive(Deserialize)]
struct PhotoSet {
    photos: Vec<Record>,
}

/// What lies beside a picture; angles in degrees, heading clockwise from north.
#[derive(Clone, Deserialize)]
struct Record {
    file: String,
    width: u32,
    height: u32,
    lens: String,
    position: [f64; 3],
    heading: f64,
    pitch: f64,
    roll: f64,
    #[serde(default)]
    focal: f64,
    #[serde(default)]
    k1: f64,
}

impl Record {
    /// Column and row at which a point is seen; pixel centres are whole numbers.
    fn project(&self, point: &[f64; 3]) -> Option<(f64, f64)> {
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
            other => panic!("{}: unknown lens {other}", self.file),
        }
    }

    /// Pixels that one pixel of a sphere 8192 wide spans here; half a pixel is as near as a picture is asked to be.
    fn tolerance(&self) -> f64 {
        let pixels_per_radian =
            if self.focal > 0.0 { self.focal } else { f64::from(self.width) / TAU };
        (pixels_per_radian * TAU / 8192.0).max(0.5)
    }
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("media-samples")
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The record of a picture named relative to `media-samples`.
fn record(picture: &str) -> Record {
    let path = samples().join(picture);
    let set = path.with_file_name("poses.json");
    if !set.exists() {
        return read(&path.with_extension("json"));
    }
    let photos = read::<PhotoSet>(&set).photos;
    photos.into_iter().find(|photo| path.ends_with(&photo.file)).expect("a record of the picture")
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
fn profile(plane: &Plane, record: &Record, points: &[[f64; 3]]) -> Option<Vec<f64>> {
    let seen: Vec<_> = points.iter().map(|point| record.project(point)).collect::<Option<_>>()?;
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
fn offset(profile: &[f64]) -> Option<f64> {
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
            let off = offset(&profile(plane, record, &edge.points)?)?;
            Some((off, edge.name.clone()))
        })
        .collect();
    let lost = seen.edges.len() - found.len();
    (found, lost)
}

/// Checks all pictures whose name begins with `folder`; returns how many edges were measured.
fn check(folder: &str) -> usize {
    let truth: Truth = read(&samples().join("edges.json"));
    let mut measured = 0;
    let mut wrong = Vec::new();
    for seen in truth.pictures.iter().filter(|seen| seen.picture.starts_with(folder)) {
        let record = record(&seen.picture);
        let plane = luma(&seen.picture);
        assert_eq!(
            (plane.width(), plane.height()),
            (record.width as usize, record.height as usize)
        );
        let (found, lost) = offsets(seen, &record, &plane);
        let square =
            found.iter().map(|(off, _)| off * off).sum::<f64>() / found.len().max(1) as f64;
        let worst = found.iter().map(|(off, _)| off.abs()).fold(0.0, f64::max);
        println!(
            "{}: {} edges, RMS {:.3} px, worst {worst:.3} px of {:.3}, {lost} without a step",
            seen.picture,
            found.len(),
            square.sqrt(),
            record.tolerance()
        );
        if lost > 0 {
            wrong.push(format!("{}: {lost} edges are not seen", seen.picture));
        }
        wrong.extend(
            found
                .iter()
                .filter(|(off, _)| off.abs() > record.tolerance())
                .map(|(off, name)| format!("{}: {name} is {off:+.2} px off", seen.picture)),
        );
        measured += found.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    measured
}

#[test]
fn edges_of_the_panoramas_are_where_the_poses_say() {
    let measured = check("panoramas/");
    assert!(measured >= 80, "only {measured} edges in eight panoramas");
}

#[test]
fn edges_of_the_photos_are_where_the_poses_say() {
    let measured = check("photo-sets/");
    assert!(measured >= 80, "only {measured} edges in all photos");
}

/// The measure is fine enough: a heading that is a tenth of a degree off (2.3 pixels of a sphere 8192 wide) is noticed.
#[test]
fn a_tenth_of_a_degree_is_noticed() {
    let truth: Truth = read(&samples().join("edges.json"));
    let seen = truth.pictures.iter().find(|seen| seen.picture.contains("02-living")).unwrap();
    let plane = luma(&seen.picture);
    let right = record(&seen.picture);
    let turned = Record { heading: right.heading + 0.1, ..right.clone() };
    let (found, lost) = offsets(seen, &turned, &plane);
    let beyond = found.iter().filter(|(off, _)| off.abs() > right.tolerance()).count() + lost;
    // Level edges do not move when the camera turns.
    assert!(beyond * 4 >= seen.edges.len(), "{beyond} of {} edges moved", seen.edges.len());
}
