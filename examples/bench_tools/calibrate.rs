//! Whether the stitcher's verdict can be believed: random photo sets with known truth are stitched, and what the
//! stitcher says of itself is put beside what is true of it.
//!
//! What a person would see is computed, not measured in the picture: at each place along the seams both photos show some
//! pixel, and the truth says what part of the sphere that pixel shows. Where the two parts lie apart and do not look
//! alike in the sphere, the seam is broken.

use std::path::Path;

use anyhow::{Context, Result};
use kanfang::base::{Cancel, Limits};
use kanfang::geometry::Lens;
use kanfang::stitch::Photo;
use kanfang::stitch::attitude::{align, angle_between};
use kanfang::stitch::certainty::surety;
use kanfang::stitch::dice::Dice;
use kanfang::stitch::judge::quantile;
use kanfang::stitch::patch::{across_edges, centred};
use kanfang::stitch::pipeline::{Stitched, Wanted, stitch_any};
use kanfang::stitch::seams::NOBODY;
use kanfang::stitch::warp::View;
use nalgebra::{Matrix3, Vector2, Vector3};

use super::photos::room::Room;
use super::photos::{Rgb, look};
use super::{Furniture, Poses, read, render};

/// Half the side of the squares that are compared, and how far apart they must be to be seen, pixels of the panorama.
const HALF: i32 = 7;
const APART_PIXELS: f64 = 1.5;
/// Root mean square difference of two squares, of 255 and without their means, that can be seen.
const APART: f64 = 8.0;
/// How far around a place breaks are seen as one, degrees.
const NEARBY: f64 = 8.0;
/// What a good panorama may have: breaks around one place (degrees), a share of seams that break, the angle by which
/// things are shown in a wrong direction (95 %, degrees; from one spot and from several), and the turn of a photo taken
/// from one spot (degrees).
const BREAKS: f64 = 3.5;
const SHARE: f64 = 0.05;
const WRONG: [f64; 2] = [0.25, 1.5];
const TURN: f64 = 0.2;

/// With what lenses the photos of a set are taken.
#[derive(Clone, Copy, PartialEq)]
enum Lenses {
    /// One ordinary lens.
    One,
    /// Every third photo is zoomed, or of another camera; every other one may stand upright.
    Mixed,
    /// One fisheye.
    Fisheye,
}

/// A random set in words of the recipe: an eighth of the sets is without noise worth naming, three have parallax.
fn recipe(seed: u64, lenses: Lenses) -> (usize, Vec<String>) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9));
    let sphere = dice.bits() as usize;
    let mut pick = |values: &[f64]| values[(dice.unit() * values.len() as f64) as usize];
    if lenses == Lenses::Fisheye {
        return (sphere, fisheye(seed, &mut pick));
    }
    let hfov = pick(&[40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 110.0]);
    let overlap = pick(&[0.2, 0.3, 0.4, 0.5]);
    // Narrow views make large sets: these only of the horizon.
    let rings = if hfov >= 65.0 { pick(&[0.0, 0.0, 1.0, 2.0]) } else { pick(&[1.0, 2.0]) };
    let width = if hfov >= 55.0 { 800.0 } else { 720.0 };
    let parallax = pick(&[0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let things = if parallax > 0.0 { pick(&[0.0, 4.0, 8.0]) } else { 0.0 };
    let numbers = [
        ("hfov", hfov),
        ("overlap", overlap),
        ("rings", rings),
        ("width", width),
        ("height", width * 0.75),
        ("ev", pick(&[0.0, 0.5, 1.0, 2.0])),
        ("vignette", pick(&[0.0, 0.2, 0.4])),
        ("noise", pick(&[0.5, 1.0, 2.0, 3.0])),
        ("jitter", pick(&[1.0, 2.0, 3.0])),
        ("k1", pick(&[0.0, 0.0, -0.05, 0.03])),
        ("parallax", parallax),
        ("things", things),
        ("seed", seed as f64),
    ];
    let mut words = in_words("cover", &numbers);
    if lenses == Lenses::Mixed {
        let other = [
            ("zoom", pick(&[0.8, 1.0, 1.1, 1.2, 1.3, 1.5, 2.0])),
            ("pixels", pick(&[0.8, 1.0, 1.0, 1.25])),
            ("upright", pick(&[0.0, 0.0, 1.0])),
        ];
        words.extend(other.map(in_word));
    }
    (sphere, words)
}

fn in_word((name, value): (&str, f64)) -> String {
    format!("{name}={value}")
}

fn in_words(layout: &str, numbers: &[(&str, f64)]) -> Vec<String> {
    let words = numbers.iter().map(|number| in_word(*number));
    [format!("layout={layout}")].into_iter().chain(words).collect()
}

/// A set of a fisheye that shows a whole circle, one that is cut by the longer sides of the picture, or none: each bent
/// between equidistant (0) and more than equisolid (-0.042).
fn fisheye(seed: u64, pick: &mut dyn FnMut(&[f64]) -> f64) -> Vec<String> {
    let (width, height) = (960.0, 640.0);
    let circle = pick(&[180.0, 190.0, 200.0]);
    // Diameter of the circle in heights of the picture; of the last only the middle is seen.
    let diameter = pick(&[0.96, 1.35, 1.80]) * height;
    let whole = diameter >= width;
    let parallax = pick(&[0.0, 0.0, 1.0, 3.0]);
    let things = if parallax > 0.0 { pick(&[0.0, 4.0]) } else { 0.0 };
    let numbers = [
        ("fish", 1.0),
        ("hfov", circle * width / diameter),
        ("circle", if whole { 360.0 } else { circle }),
        ("width", width),
        ("height", height),
        ("ev", pick(&[0.0, 0.5, 1.0])),
        ("vignette", pick(&[0.0, 0.2])),
        ("noise", pick(&[0.5, 1.0, 2.0, 3.0])),
        ("jitter", pick(&[1.0, 2.0, 3.0])),
        ("k1", pick(&[0.0, -0.02, -0.042, 0.02])),
        ("parallax", parallax),
        ("things", things),
        ("seed", seed as f64),
    ];
    let layout = if whole { pick(&[5.0, 6.0, 8.0]) } else { pick(&[3.0, 4.0, 6.0]) };
    in_words(&layout.to_string(), &numbers)
}

/// Share of the photos of a single ring that are left out, so that it stays open: of every third set.
fn share_left_out(seed: u64, words: &[String]) -> f64 {
    let single = words.iter().any(|word| word == "rings=1");
    if single && seed % 3 == 0 { 0.6 } else { 0.0 }
}

/// What a photo shows at its pixels.
struct Taken {
    rotation: Matrix3<f64>,
    place: Vector3<f64>,
}

struct Truth {
    /// Of whole pictures.
    lenses: Vec<Lens>,
    taken: Vec<Option<Taken>>,
    room: Option<Room>,
}

impl Truth {
    fn of(poses: &Poses, photos: &[Photo]) -> Self {
        let (width, height) = photos[0].original;
        let focal = Lens::focal_for(poses.projection(), poses.hfov, width.max(height) as f64);
        let lenses = photos.iter().map(|photo| {
            let (width, height) = photo.original;
            let focal = focal * poses.zooms.get(&photo.name).unwrap_or(&1.0);
            let lens = Lens::centred(poses.projection(), focal, width, height);
            Lens { radial: [poses.k1, 0.0], ..lens }
        });
        let taken = photos.iter().map(|photo| {
            let place = poses.places.get(&photo.name).copied().unwrap_or([0.0; 3]);
            let rotation = poses.poses.get(&photo.name)?.matrix();
            Some(Taken { rotation, place: Vector3::from(place) })
        });
        Self {
            lenses: lenses.collect(),
            taken: taken.collect(),
            room: poses.room.map(Furniture::room),
        }
    }

    /// What a photo shows at a pixel of its kept picture: in metres from the middle of the room, or a direction of what is far
    /// away.
    fn point(&self, photo: usize, pixel: [f64; 2], factor: f64) -> Option<Vector3<f64>> {
        let taken = self.taken[photo].as_ref()?;
        let pixel = pixel.map(|v| (v + 0.5) / factor - 0.5);
        let ray = taken.rotation * self.lenses[photo].unproject(pixel)?;
        Some(self.room.as_ref().map_or(ray, |room| room.from_middle(&taken.place, &ray)))
    }

    /// How far the camera was from the middle at most, metres.
    fn reach(&self) -> f64 {
        self.taken.iter().flatten().map(|taken| taken.place.norm()).fold(0.0, f64::max)
    }
}

/// What is true of a panorama; angles in degrees.
#[derive(Debug, Default, serde::Serialize)]
struct Measured {
    /// Largest error of a photo's rotation.
    turn: f64,
    /// Error of the focal length.
    focal_percent: f64,
    /// By how much things are shown in a wrong direction: median and 95 %.
    wrong: [f64; 2],
    /// Seams, those that are broken, and the most around one place.
    seams: [f64; 3],
    /// Where that is: yaw and pitch.
    worst: [f64; 2],
}

impl Measured {
    /// Whether a person would call it good.
    fn good(&self, parallax: bool) -> bool {
        let [length, broken, worst] = self.seams;
        worst <= BREAKS
            && broken <= SHARE * length
            && self.wrong[1] <= WRONG[usize::from(parallax)]
            && (parallax || self.turn <= TURN)
    }
}

fn views(photos: &[Photo], made: &Stitched) -> Vec<View> {
    let layout = &made.layout;
    (0..photos.len())
        .map(|i| View {
            lens: layout.lenses[i],
            rotation: layout.rotations[i],
            size: (photos[i].width(), photos[i].height()),
            circle: None,
            shift: made.shifts[i].clone(),
        })
        .collect()
}

/// A direction in the panorama, the point that it shows, and its weight.
type Shown = (Vector3<f64>, Vector3<f64>, f64);

/// The turn of the directions that brings them nearest to those of the points as seen from `middle`.
fn aligned(points: &[Shown], middle: &Vector3<f64>) -> Option<Matrix3<f64>> {
    let pairs: Vec<_> =
        points.iter().map(|(d, p, weight)| (*d, (p - middle).normalize(), *weight)).collect();
    align(&pairs)
}

/// The spot, within `reach` of the middle, from which points (metres) are seen nearest to the directions in which they are
/// shown, and the turn of these directions. Several cameras have no middle of their own.
fn seen_from(points: &[Shown], reach: f64) -> Option<(Vector3<f64>, Matrix3<f64>)> {
    let mut middle = Vector3::zeros();
    let mut turn = aligned(points, &middle)?;
    for _ in 0..if reach > 0.0 { 30 } else { 0 } {
        let (mut sum, mut right) = (Matrix3::zeros(), Vector3::zeros());
        for (d, point, weight) in points {
            let ray = turn * d;
            let across =
                (Matrix3::identity() - ray * ray.transpose()) * *weight / point.norm_squared();
            sum += across;
            right += across * point;
        }
        middle = sum.try_inverse()? * right;
        middle *= (reach / middle.norm().max(1e-12)).min(1.0);
        turn = aligned(points, &middle)?;
    }
    Some((middle, turn))
}

fn measured(photos: &[Photo], made: &Stitched, poses: &Poses, sphere: &Rgb) -> Result<Measured> {
    let truth = Truth::of(poses, photos);
    let views = views(photos, made);
    let seams = &made.panorama.seams;
    let (w, h) = (seams.area.width as usize, seams.area.height as usize);
    let direction = |u: f64, v: f64| {
        let d = seams.area.direction(u, v);
        Vector3::new(d.x, d.y, d.z)
    };
    let point = |label: u16, d: &Vector3<f64>| -> Option<Vector3<f64>> {
        let photo = usize::from(label);
        truth.point(photo, views[photo].look(d)?, photos[photo].factor)
    };
    // The part of the sphere that is shown there.
    let shown = |label: u16, d: &Vector3<f64>| point(label, d).map(|point| point.normalize());
    let row_weight = |y: usize| ((y as f64 + 0.5) / h as f64 * std::f64::consts::PI).sin();
    let mut points = Vec::new();
    for place in (0..w * h).filter(|place| seams.labels[*place] != NOBODY) {
        let d = direction((place % w) as f64, (place / w) as f64);
        if let Some(point) = point(seams.labels[place], &d) {
            points.push((d, point, row_weight(place / w)));
        }
    }
    let turn = aligned(&points, &Vector3::zeros()).context("nothing is shown")?;
    let (middle, about) = seen_from(&points, truth.reach()).context("nothing is shown")?;
    let mut wrong: Vec<f64> =
        points.iter().map(|(d, p, _)| (about * d).angle(&(p - middle)).to_degrees()).collect();
    wrong.sort_by(f64::total_cmp);
    let placed = made.layout.placed.iter();
    let axes: Vec<_> = placed
        .clone()
        .filter_map(|&i| Some((i, truth.taken[i].as_ref()?)))
        .flat_map(|(i, taken)| {
            [0, 1, 2].map(|c| {
                let found = made.layout.rotations[i].column(c).into_owned();
                (found, taken.rotation.column(c).into_owned(), 1.0)
            })
        })
        .collect();
    let by_rotations = align(&axes).context("nothing is placed")?;
    let turned = placed.filter_map(|&i| {
        let taken = truth.taken[i].as_ref()?;
        Some(angle_between(&(by_rotations * made.layout.rotations[i]), &taken.rotation))
    });
    let first = made.layout.placed[0];
    let lens = &made.layout.lenses[first];
    let step = 1.0 / lens.focal;
    // What both photos show around a direction, as the true sphere has it.
    let broken = |labels: [u16; 2], middle: &Vector3<f64>| -> bool {
        let right = Vector3::new(middle.z, 0.0, -middle.x);
        let right = right.try_normalize(1e-9).unwrap_or_else(Vector3::x);
        let down = right.cross(middle);
        let axes = [turn * right, turn * down];
        let (mut apart, mut values) = (Vector2::zeros(), [Vec::new(), Vec::new()]);
        for v in -HALF..=HALF {
            for u in -HALF..=HALF {
                let d = middle + right * (f64::from(u) * step) + down * (f64::from(v) * step);
                let d = d.normalize();
                let (Some(a), Some(b)) = (shown(labels[0], &d), shown(labels[1], &d)) else {
                    return false;
                };
                apart += Vector2::from(axes.map(|axis| (a - b).dot(&axis) / step));
                for (values, seen) in values.iter_mut().zip([a, b]) {
                    let [red, green, blue] = look(sphere, &seen);
                    values.push(((red + 2.0 * green + blue) / 4.0) as f32);
                }
            }
        }
        let [a, b] = values;
        let seen = across_edges(&[&a], &(apart / a.len() as f64));
        let (Some(a), Some(b)) = (centred(a), centred(b)) else { return false };
        let square: f32 = a.0.iter().zip(&b.0).map(|(a, b)| (a - b).powi(2)).sum();
        let unlike = f64::from(square / a.0.len() as f32).sqrt();
        seen > APART_PIXELS && unlike > APART
    };
    let degrees = 360.0 / w as f64;
    let (mut length, mut places) = (0.0, Vec::new());
    for y in 0..h - 1 {
        for x in 0..w {
            let here = seams.labels[y * w + x];
            for (there, du, dv, long) in [
                (y * w + (x + 1) % w, 0.5, 0.0, degrees),
                ((y + 1) * w + x, 0.0, 0.5, degrees * row_weight(y)),
            ] {
                let there = seams.labels[there];
                if here == NOBODY || there == NOBODY || here == there {
                    continue;
                }
                let d = direction(x as f64 + du, y as f64 + dv);
                length += long;
                if broken([here, there], &d) {
                    places.push((d, long));
                }
            }
        }
    }
    let near = NEARBY.to_radians().cos();
    let around = |d: &Vector3<f64>| -> f64 {
        places.iter().filter(|other| other.0.dot(d) > near).map(|other| other.1).sum()
    };
    let worst = places.iter().map(|place| (around(&place.0), place.0));
    let worst = worst.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default();
    let focal = truth.lenses[first].focal * photos[first].factor;
    Ok(Measured {
        turn: turned.fold(0.0, f64::max),
        focal_percent: 100.0 * (lens.focal / focal - 1.0),
        wrong: [quantile(&wrong, 0.5), quantile(&wrong, 0.95)],
        seams: [length, places.iter().map(|place| place.1).sum(), worst.0],
        worst: [
            worst.1.x.atan2(worst.1.z).to_degrees(),
            worst.1.y.clamp(-1.0, 1.0).asin().to_degrees(),
        ],
    })
}

/// Stitches `count` random sets from the seed `first` on, rendered into `folder` unless they are there, and prints a JSON line
/// for each. `words` are spheres to render from, before them `lenses=mixed` or `lenses=fisheye` if it is not one ordinary lens.
#[allow(clippy::print_stdout)]
pub fn run(folder: &str, first: u64, count: u64, words: &[&str]) -> Result<()> {
    let (lenses, spheres) = match words {
        ["lenses=mixed", spheres @ ..] => (Lenses::Mixed, spheres),
        ["lenses=fisheye", spheres @ ..] => (Lenses::Fisheye, spheres),
        spheres => (Lenses::One, spheres),
    };
    for seed in first..first + count {
        let (chosen, words) = recipe(seed, lenses);
        let sphere = spheres[chosen % spheres.len()];
        let set = Path::new(folder).join(seed.to_string());
        if !set.join("truth.json").exists() {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            render(sphere, &set.to_string_lossy(), &words)?;
        }
        let poses: Poses = serde_json::from_slice(&std::fs::read(set.join("truth.json"))?)?;
        let limits = Limits::default();
        let all = poses.poses.len();
        let taken = all - (share_left_out(seed, &words) * all as f64) as usize;
        let photos = poses.poses.keys().take(taken).map(|name| {
            let bytes = std::fs::read(set.join(name))?;
            Ok(Photo::read(name, bytes, 1e9, &limits)?)
        });
        let photos: Vec<Photo> = photos.collect::<Result<_>>()?;
        let of = photos.len();
        let mut line = serde_json::json!({
            "seed": seed, "sphere": Path::new(sphere).file_name().unwrap_or_default().to_string_lossy(),
            "recipe": words[1..].join(" "), "of": of,
        });
        match stitch_any(photos, &Wanted::default(), &Cancel::default()) {
            Ok((photos, made)) => {
                let report = &made.report;
                let truth = measured(&photos, &made, &poses, &read(Path::new(sphere))?)?;
                let complete = report.left_out.iter().all(|left| left.on_purpose);
                if let Some(known) = surety(&made.layout) {
                    line["loose"] = known.turn.into();
                    line["focal_known"] = (100.0 * known.focal).into();
                }
                line["code"] = report.verdict.exit_code().into();
                line["good"] = (complete && truth.good(poses.room.is_some())).into();
                line["confidence"] = report.confidence.into();
                line["placed"] = report.placed.len().into();
                line["truth"] = serde_json::to_value(truth)?;
                line["seams_visible"] = serde_json::to_value(report.seams_visible)?;
                line["misalignment"] = serde_json::to_value(report.misalignment_arcmin)?;
                line["parallax"] = made.layout.parallax.is_some().into();
                line["warnings"] = serde_json::to_value(&report.warnings)?;
            }
            Err(error) => {
                line["code"] = 4.into();
                line["good"] = false.into();
                line["error"] = error.to_string().into();
            }
        }
        println!("{line}");
    }
    Ok(())
}
