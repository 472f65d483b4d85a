//! Photo sets with known poses, rendered from a panorama, and how near a stitched panorama comes to the truth.

#[path = "bracket_set.rs"]
mod bracket_set;
#[path = "calibrate.rs"]
pub mod calibrate;
#[path = "dual_cases.rs"]
pub mod dual_cases;
#[allow(dead_code)] // tests use more of it
#[path = "../../tests/photos/mod.rs"]
mod photos;
#[path = "seam_judge.rs"]
mod seam_judge;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use bracket_set::Exposures;
use kanfang::geometry::{Lens, Projection};
use kanfang::stitch::attitude::{Attitude, align, angle_between};
use kanfang::stitch::dice::Dice;
use nalgebra::{Matrix3, Vector3};
use photos::room::Room;
use photos::{Rgb, Shot, photo_through, turned};

#[derive(serde::Serialize, serde::Deserialize)]
struct Poses {
    hfov: f64,
    poses: BTreeMap<String, Attitude>,
    /// The room that cameras beside its middle saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    room: Option<Furniture>,
    /// Where each camera was, metres from the middle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    places: BTreeMap<String, [f64; 3]>,
    /// Radial distortion of the lens.
    #[serde(default)]
    k1: f64,
    /// Whether the lens is an equidistant fisheye.
    #[serde(default)]
    fish: bool,
    /// How far photos are zoomed that were taken with another focal length (pixels) than the first, or hold fewer pixels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    zooms: BTreeMap<String, f64>,
}

impl Poses {
    fn new(hfov: f64) -> Self {
        Self {
            hfov,
            poses: BTreeMap::new(),
            room: None,
            places: BTreeMap::new(),
            k1: 0.0,
            fish: false,
            zooms: BTreeMap::new(),
        }
    }

    fn projection(&self) -> Projection {
        if self.fish { Projection::Equidistant } else { Projection::Rectilinear }
    }
}

/// What a [`Room`] is made from.
#[derive(Clone, Copy, serde::Serialize, serde::Deserialize)]
struct Furniture {
    things: usize,
    seed: u64,
}

impl Furniture {
    fn room(self) -> Room {
        Room::furnished(self.things, &mut Dice(self.seed))
    }
}

/// What a set is like: `layout=full12 hfov=90 width=1600 height=1200 ev=0 vignette=0 noise=1 jitter=2 k1=0 seed=1
/// parallax=0 arm=0 things=0 overlap=0.3 rings=0 zoom=1 pixels=1 upright=0 fish=0 circle=360`, and `bracket=3 step=2 hand=0.2
/// moving=0 exif=0` of [`bracket_set`].
///
/// `parallax`: farthest distance of a lens from the middle of a [`Room`] in centimetres; `arm`: how far the lens is ahead
/// of what it is turned about, centimetres; `things`: pieces of furniture; `zoom`: how far every third photo is zoomed;
/// `pixels`: the share of the columns and rows that it has; `upright=1`: every other photo stands upright; `fish=1`: the lens
/// is an equidistant fisheye; `circle`: degrees beyond which it shows nothing. `layout=cover`: rings whose photos share
/// `overlap` of their width and height; the `rings` nearest the horizon, 0 for the whole sphere.
struct Recipe<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Recipe<'a> {
    fn read(words: &[&'a str]) -> Self {
        Self(words.iter().filter_map(|word| word.split_once('=')).collect())
    }

    fn number(&self, name: &str, usual: f64) -> Result<f64> {
        let given = self.0.get(name).map(|text| text.parse());
        given.transpose().with_context(|| name.to_owned()).map(|given| given.unwrap_or(usual))
    }
}

fn read(path: &Path) -> Result<Rgb> {
    let mut reader = image::ImageReader::open(path)?;
    reader.no_limits();
    let rgb = reader.decode().with_context(|| path.display().to_string())?.into_rgb8();
    Ok(Rgb { width: rgb.width() as usize, height: rgb.height() as usize, data: rgb.into_raw() })
}

fn write(path: &Path, rgb: &Rgb, exif: Option<&[u8]>) -> Result<()> {
    let mut jpeg = rgb.jpeg(93)?;
    if let Some(exif) = exif {
        // Behind the first marker.
        jpeg.splice(2..2, exif.iter().copied());
    }
    std::fs::write(path, jpeg)?;
    Ok(())
}

fn layout(name: &str) -> Vec<(f64, f64)> {
    let ring = |count: usize, pitch: f64, start: f64| {
        (0..count)
            .map(move |i| (start + 360.0 * i as f64 / count as f64, pitch))
            .collect::<Vec<_>>()
    };
    match name {
        "full12" => {
            [ring(5, 20.0, 0.0), ring(5, -28.0, 36.0), vec![(10.0, 85.0), (20.0, -85.0)]].concat()
        }
        "six6" => [ring(6, 35.0, 0.0), ring(6, -35.0, 30.0)].concat(),
        "rings26" => [
            ring(8, 0.0, 0.0),
            ring(8, 45.0, 20.0),
            ring(8, -45.0, 20.0),
            vec![(0.0, 88.0), (0.0, -88.0)],
        ]
        .concat(),
        "rings120" => [
            ring(26, 0.0, 0.0),
            ring(24, 25.0, 5.0),
            ring(24, -25.0, 5.0),
            ring(18, 50.0, 0.0),
            ring(18, -50.0, 0.0),
            ring(5, 75.0, 0.0),
            ring(5, -75.0, 0.0),
        ]
        .concat(),
        number => ring(number.parse().unwrap_or(8), 0.0, 0.0),
    }
}

/// Rings in which neighbours share `overlap` of a picture's `field` (degrees across and down).
fn cover(field: [f64; 2], overlap: f64, rings: usize) -> Vec<(f64, f64)> {
    let step = field.map(|angle| angle * (1.0 - overlap));
    let half = if rings > 0 { rings as f64 * step[1] / 2.0 } else { 90.0 - 0.3 * field[1] };
    let count = if rings > 0 { rings } else { (2.0 * half / step[1]).ceil() as usize };
    let mut out = Vec::new();
    for ring in 0..count {
        let pitch = half * (2.0 * (ring as f64 + 0.5) / count as f64 - 1.0);
        // Where the picture is nearest the horizon it needs most photos.
        let nearest = (pitch.abs() - field[1] / 2.0).max(0.0).to_radians().cos();
        let number = (360.0 * nearest / step[0]).ceil().max(3.0);
        out.extend(
            (0..number as usize)
                .map(|i| (360.0 * (i as f64 + 0.5 * (ring % 2) as f64) / number, pitch)),
        );
    }
    if rings == 0 {
        out.extend([(0.0, 88.0), (0.0, -88.0)]);
    }
    out
}

/// Renders a set of `sphere` into the folder `out`, with `truth.json`.
pub fn render(sphere: &str, out: &str, words: &[&str]) -> Result<()> {
    let recipe = Recipe::read(words);
    let out = Path::new(out);
    std::fs::create_dir_all(out)?;
    let sphere = read(Path::new(sphere))?;
    if recipe.0.get("layout") == Some(&"dual") {
        return dual_cases::render(&sphere, out, &recipe);
    }
    let (width, height) = (recipe.number("width", 1600.0)?, recipe.number("height", 1200.0)?);
    let (hfov, jitter) = (recipe.number("hfov", 90.0)?, recipe.number("jitter", 2.0)?);
    let (ev, seed) = (recipe.number("ev", 0.0)?, recipe.number("seed", 1.0)? as u64);
    let mut poses = Poses { fish: recipe.number("fish", 0.0)? > 0.0, ..Poses::new(hfov) };
    let projection = poses.projection();
    let circle = recipe.number("circle", 360.0)?;
    let focal = Lens::focal_for(projection, hfov, width);
    let (width, height) = (width as usize, height as usize);
    let radial = [recipe.number("k1", 0.0)?, 0.0];
    let lens = Lens { radial, ..Lens::centred(projection, focal, width, height) };
    let other = [recipe.number("zoom", 1.0)?, recipe.number("pixels", 1.0)?];
    let upright = recipe.number("upright", 0.0)? > 0.0;
    let mut dice = Dice(seed);
    let exposures = Exposures {
        count: (recipe.number("bracket", 1.0)? as usize).clamp(1, 9),
        step: recipe.number("step", 2.0)?,
        hand: recipe.number("hand", 0.2)?,
        moving: recipe.number("moving", 0.0)? > 0.0,
        exif: recipe.number("exif", 0.0)? > 0.0,
        share: recipe.number("share", 1.0)?,
    };
    let name = recipe.0.get("layout").copied().unwrap_or("full12");
    let (parallax, arm) =
        (recipe.number("parallax", 0.0)? / 100.0, recipe.number("arm", 0.0)? / 100.0);
    let furniture = Furniture { things: recipe.number("things", 0.0)? as usize, seed: seed + 77 };
    let room = furniture.room();
    poses.k1 = radial[0];
    poses.room = (parallax > 0.0 || arm != 0.0).then_some(furniture);
    let shots = if name == "cover" {
        let across = Lens { radial: [0.0; 2], ..lens };
        let field = [across.hfov(width as f64), across.hfov(height as f64)];
        cover(field, recipe.number("overlap", 0.3)?, recipe.number("rings", 0.0)? as usize)
    } else {
        layout(name)
    };
    for (index, (yaw, tilt)) in shots.into_iter().enumerate() {
        let mut noisy = || (dice.unit() * 2.0 - 1.0) * jitter;
        let yaw = (yaw + noisy() + 180.0).rem_euclid(360.0) - 180.0;
        let attitude = Attitude { yaw, pitch: (tilt + noisy()).clamp(-89.5, 89.5), roll: noisy() };
        let shot = Shot {
            attitude,
            ev: (dice.unit() * 2.0 - 1.0) * ev,
            vignette: recipe.number("vignette", 0.0)?,
            noise: recipe.number("noise", 1.0)?,
            seed: seed * 1000 + index as u64,
        };
        let mut place = attitude.matrix().column(2) * arm;
        if parallax > 0.0 {
            place += Vector3::from_fn(|_, _| (dice.unit() * 2.0 - 1.0) * parallax / 3.0_f64.sqrt());
        }
        let seen = |ray: &Vector3<f64>| {
            if place == Vector3::zeros() { *ray } else { room.from_middle(&place, ray) }
        };
        for (k, (shot, sphere)) in exposures.of(&shot, index, &sphere).into_iter().enumerate() {
            let file = format!("p{:03}.jpg", index * exposures.count + k);
            let [zoom, share] = if index % 3 == 1 { other } else { [1.0; 2] };
            let mut size = [width, height].map(|pixels| (pixels as f64 * share) as usize);
            if upright && index % 2 == 1 {
                size.reverse();
            }
            let focal = focal * zoom * share;
            let own =
                Lens { radial: lens.radial, ..Lens::centred(projection, focal, size[0], size[1]) };
            let mut picture = photo_through(&sphere, &own, size.into(), &shot, &seen);
            if circle < 360.0 {
                let (up, ahead) = (circle / 2.0).to_radians().sin_cos();
                let rim = own.project(&Vector3::new(0.0, up, ahead)).context("circle")?;
                picture.darken_beyond(own.centre, (rim[1] - own.centre[1]).abs());
            }
            if zoom * share != 1.0 {
                poses.zooms.insert(file.clone(), zoom * share);
            }
            write(&out.join(&file), &picture, exposures.exif(&shot, index, k).as_deref())?;
            if poses.room.is_some() {
                poses.places.insert(file.clone(), place.into());
            }
            poses.poses.insert(file, shot.attitude);
        }
    }
    std::fs::write(out.join("truth.json"), serde_json::to_string_pretty(&poses)?)?;
    Ok(())
}

/// What was made of a set: the true sphere, the panorama, and the map of where its pixels come from.
pub struct Made<'a> {
    /// The sphere that the photos were rendered from.
    pub sphere: &'a str,
    /// The panorama, whole or a part with GPano data.
    pub panorama: &'a str,
    /// The provenance map.
    pub provenance: Option<&'a str>,
}

/// Compares poses, and a panorama if there is one, with the truth; prints one JSON object. Angles in degrees, at the
/// seams in minutes of arc.
#[allow(clippy::print_stdout)]
pub fn judge(truth: &str, poses: &str, made: Option<&Made>) -> Result<()> {
    let truth: Poses = serde_json::from_slice(&std::fs::read(truth)?)?;
    let found: Poses = serde_json::from_slice(&std::fs::read(poses)?)?;
    let pairs: Vec<(Matrix3<f64>, Matrix3<f64>)> = found
        .poses
        .iter()
        .filter_map(|(file, pose)| Some((pose.matrix(), of_file(&truth.poses, file)?.matrix())))
        .collect();
    let axes: Vec<(Vector3<f64>, Vector3<f64>, f64)> = pairs
        .iter()
        .flat_map(|(a, b)| {
            [0, 1, 2].map(|c| (a.column(c).into_owned(), b.column(c).into_owned(), 1.0))
        })
        .collect();
    let turn = align(&axes).context("no common photos")?;
    let errors: Vec<f64> = pairs.iter().map(|(a, b)| angle_between(&(turn * a), b)).collect();
    let between = pairs.iter().flat_map(|a| pairs.iter().map(move |b| (a, b)));
    let between =
        between.map(|(a, b)| angle_between(&(a.0.transpose() * b.0), &(a.1.transpose() * b.1)));
    let between = between.fold(0.0, f64::max);
    let level = (turn * Vector3::y()).dot(&Vector3::y()).clamp(-1.0, 1.0).acos().to_degrees();
    // A fisheye's field has no tangent; its focal length goes with the inverse of the field.
    let focal = |hfov: f64| {
        if truth.hfov < 150.0 { 1.0 / (hfov / 2.0).to_radians().tan() } else { 1.0 / hfov }
    };
    let mut answer = serde_json::json!({
        "placed": errors.len(),
        "of": truth.poses.len(),
        "rotation_mean": errors.iter().sum::<f64>() / errors.len() as f64,
        "rotation_max": errors.iter().copied().fold(0.0, f64::max),
        "between_max": between,
        "focal_percent": 100.0 * (focal(found.hfov) / focal(truth.hfov) - 1.0),
        "level": level,
    });
    if let Some(made) = made {
        let panorama = read(Path::new(made.panorama))?;
        let part = seam_judge::Part::read(made.panorama, &panorama)?;
        let want = turned(&read(Path::new(made.sphere))?, &turn, part.full);
        let want = part.cut(&want);
        if part.full == panorama.width && panorama.height * 2 == panorama.width {
            answer["psnr"] = psnr(&want, &panorama).into();
            answer["ssim"] = ssim(&want, &panorama).into();
        }
        if let Some(map) = made.provenance {
            let map = seam_judge::labels(map)?;
            let room = truth.room.map(Furniture::room);
            let depth = |seen: &Vector3<f64>| {
                let ray = turn * seen;
                room.as_ref().map_or(1.0, |room| room.from_middle(&Vector3::zeros(), &ray).norm())
            };
            answer["seams"] = seam_judge::at_seams(&part, &want, &panorama, &map, &depth)?;
        }
    }
    println!("{answer}");
    Ok(())
}

/// The pose of a file, which a list may name with or without its ending.
fn of_file<'a>(poses: &'a BTreeMap<String, Attitude>, file: &str) -> Option<&'a Attitude> {
    let stem =
        |name: &str| Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    poses.get(file).or_else(|| poses.get(&stem(file)?)).or_else(|| {
        let mut named = poses.iter().filter(|(name, _)| stem(name).as_deref() == Some(file));
        named.next().map(|(_, pose)| pose)
    })
}

/// Peak signal-to-noise ratio in dB; rows count as large as they are on the sphere.
fn psnr(a: &Rgb, b: &Rgb) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for y in 0..a.height {
        let weight = ((y as f64 + 0.5) / a.height as f64 * std::f64::consts::PI).sin();
        let range = y * a.width * 3..(y + 1) * a.width * 3;
        let square: f64 = a.data[range.clone()]
            .iter()
            .zip(&b.data[range])
            .map(|(p, q)| (f64::from(*p) - f64::from(*q)).powi(2))
            .sum();
        sum += weight * square;
        weights += weight * (a.width * 3) as f64;
    }
    10.0 * (255.0 * 255.0 * weights / sum.max(1e-9)).log10()
}

/// Mean SSIM (Wang et al. 2004) of luma over 8 × 8 blocks.
fn ssim(a: &Rgb, b: &Rgb) -> f64 {
    let grey = |p: &Rgb| -> Vec<f64> {
        p.data
            .chunks_exact(3)
            .map(|c| 0.299 * f64::from(c[0]) + 0.587 * f64::from(c[1]) + 0.114 * f64::from(c[2]))
            .collect()
    };
    let (ga, gb) = (grey(a), grey(b));
    let (mut sum, mut count) = (0.0, 0.0);
    for by in (0..a.height - 7).step_by(8) {
        let weight = ((by as f64 + 4.0) / a.height as f64 * std::f64::consts::PI).sin();
        for bx in (0..a.width - 7).step_by(8) {
            let (mut sa, mut sb, mut saa, mut sbb, mut sab) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for y in by..by + 8 {
                for x in bx..bx + 8 {
                    let (p, q) = (ga[y * a.width + x], gb[y * a.width + x]);
                    sa += p;
                    sb += q;
                    saa += p * p;
                    sbb += q * q;
                    sab += p * q;
                }
            }
            let n = 64.0;
            let (ma, mb) = (sa / n, sb / n);
            let (va, vb, cov) = (saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb);
            let (c1, c2) = (6.5025, 58.5225);
            sum += weight * (2.0 * ma * mb + c1) * (2.0 * cov + c2)
                / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            count += weight;
        }
    }
    sum / count
}
