//! Which way is up: from how people hold cameras, then from the vertical edges of what they photographed.
//!
//! The first guess is the straightening of Brown and Lowe (IJCV 2007, §4): cameras are rarely rolled, so their x axes
//! lie in one plane. It is refined to the direction that the great circles of most edges pass through.

use nalgebra::{Matrix3, Vector3};

use super::grey::in_order;
use super::links::Circle;
use super::photo::Photo;
use super::rotation::log_false_alarms;
use super::segments::{Course, segments};
use crate::base::Cancel;
use crate::geometry::{Lens, Projection};
use crate::stitch::dice::Dice;

/// How far verticals may pull the first guess, degrees: of photos taken by hand, and of photos turned about one axis, which
/// a tripod may lean by, but not more.
const FARTHEST: [f64; 2] = [25.0, 12.0];
/// Most that the x axes of cameras turned about one axis are off its plane, degrees (root mean square).
const ABOUT_ONE_AXIS: f64 = 1.2;
/// Photos in a column rise by so much at least, and those in a row by so much at most, degrees.
const COLUMN: f64 = 60.0;
const ROW: f64 = 30.0;
/// Shortest edge as a share of the picture's shorter side: of ordinary photos, at half their working size, and of fisheyes,
/// in which everything is smaller, at all of it.
const SHORTEST: [f64; 2] = [1.0 / 14.0, 1.0 / 20.0];
/// Tolerance of an edge against the vertical, degrees.
const TOLERANCE: f64 = 0.7;
/// What vertical edges are worth, logarithm of likelihood by that of their number: floors and shelves have such edges, too.
const VERTICALS: f64 = 0.5;
/// How far from level cameras often are, degrees.
const NEAR: f64 = 2.0;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Up, in the frame of the poses.
    pub up: Vector3<f64>,
    /// Vertical edges that say so; 0 when only the cameras do.
    pub verticals: usize,
}

/// Finds up for the placed photos. Only from how the cameras were held once `cancel` is set.
pub fn level(
    photos: &[Photo],
    placed: &[usize],
    rotations: &[Matrix3<f64>],
    lenses: &[Lens],
    circles: &[Circle],
    cancel: &Cancel,
) -> Level {
    let tags: Vec<u8> = placed.iter().map(|&i| photos[i].exif.orientation.unwrap_or(1)).collect();
    let cameras: Vec<Matrix3<f64>> = placed.iter().map(|&i| rotations[i]).collect();
    let cameras = as_stored(&cameras, &tags).unwrap_or(cameras);
    let guess = from_cameras(cameras.iter().copied());
    let edges = edges(photos, placed, rotations, lenses, circles, cancel);
    from_verticals(
        &edges,
        guess,
        FARTHEST[usize::from(about_one_axis(&cameras, &guess))],
        placed.len(),
    )
}

/// Finds up for placed photos when it may be near any of `guesses`, each with what speaks for it beside verticals: the
/// logarithm of how likely it is.
pub fn level_among(
    photos: &[Photo],
    placed: &[usize],
    rotations: &[Matrix3<f64>],
    lenses: &[Lens],
    circles: &[Circle],
    guesses: &[(Vector3<f64>, f64)],
) -> Level {
    let edges = edges(photos, placed, rotations, lenses, circles, &Cancel::new());
    let found: Vec<(Level, f64)> = guesses
        .iter()
        .map(|(guess, before)| (from_verticals(&edges, *guess, FARTHEST[0], placed.len()), *before))
        .collect();
    let worth =
        |(level, before): &(Level, f64)| before + VERTICALS * (level.verticals as f64).ln_1p();
    found
        .into_iter()
        .max_by(|a, b| worth(a).total_cmp(&worth(b)))
        .map_or(Level { up: Vector3::y(), verticals: 0 }, |(level, _)| level)
}

/// Straight edges of the photos: the normals of their great circles, and how long they are. Of some photos only once
/// `cancel` is set.
fn edges(
    photos: &[Photo],
    placed: &[usize],
    rotations: &[Matrix3<f64>],
    lenses: &[Lens],
    circles: &[Circle],
    cancel: &Cancel,
) -> Vec<(Vector3<f64>, f64)> {
    let normals: Vec<Vec<(Vector3<f64>, f64)>> = in_order(placed.len(), |index| {
        let i = placed[index];
        if cancel.is_cancelled() {
            return Vec::new();
        }
        let photo = &photos[i];
        let halved;
        let (small, scale, shortest, course) = match lenses[i].projection {
            Projection::Rectilinear => {
                halved = photo.grey.halved();
                (&halved, 0.5 * photo.grey_factor, SHORTEST[0], Course::Straight)
            }
            Projection::Equidistant => (&photo.grey, photo.grey_factor, SHORTEST[1], Course::Bowed),
        };
        let shortest = small.width.min(small.height) as f64 * shortest;
        segments(small, shortest, course)
            .into_iter()
            .filter_map(|s| {
                let ray = |p: [f64; 2]| {
                    let pixel = p.map(|v| (v + 0.5) / scale - 0.5);
                    // The rim of a fisheye's circle is no edge of the scene.
                    let rim = circles
                        .get(i)
                        .is_some_and(|(c, r)| (pixel[0] - c[0]).hypot(pixel[1] - c[1]) > 0.95 * r);
                    if rim { None } else { lenses[i].unproject(pixel) }
                };
                let normal = ray(s.from)?.cross(&ray(s.to)?);
                let sine = normal.norm();
                (sine > 1e-3).then(|| (rotations[i] * normal / sine, sine))
            })
            .collect()
    });
    normals.concat()
}

/// The direction most nearly perpendicular to all x axes, on the side of the y axes.
pub fn from_cameras(rotations: impl Iterator<Item = Matrix3<f64>>) -> Vector3<f64> {
    let mut sum = Matrix3::zeros();
    let mut up = Vector3::zeros();
    let mut count = 0.0;
    for r in rotations {
        let x = r.column(0);
        sum += x * x.transpose();
        up += r.column(1);
        count += 1.0;
    }
    let Some(mean) = up.try_normalize(1e-9) else { return Vector3::y() };
    // With few photos the x axes alone leave up open; the y axes decide then.
    sum -= mean * mean.transpose() * (0.05 * count);
    let eigen = sum.symmetric_eigen();
    let least = eigen.eigenvalues.imin();
    let axis: Vector3<f64> = eigen.eigenvectors.column(least).into_owned();
    if axis.dot(&mean) < 0.0 { -axis } else { axis }
}

/// The same cameras turned back to how their pictures are stored, if all tags say that the photos stand on one side and all
/// photos then lie in one column from the floor to the ceiling: programs that turn pictures often leave the tag as it was,
/// and people photograph rows.
fn as_stored(cameras: &[Matrix3<f64>], tags: &[u8]) -> Option<Vec<Matrix3<f64>>> {
    let tag = *tags.first()?;
    // Where the stored top points in the upright photo: to its right, or to its left.
    let side = match tag {
        6 => 1.0,
        8 => -1.0,
        _ => return None,
    };
    if tags.iter().any(|other| *other != tag) || tags.len() < 4 {
        return None;
    }
    let turned = Matrix3::new(0.0, side, 0.0, -side, 0.0, 0.0, 0.0, 0.0, 1.0);
    let stored: Vec<Matrix3<f64>> = cameras.iter().map(|camera| camera * turned).collect();
    (rise(cameras) > COLUMN && rise(&stored) < ROW).then_some(stored)
}

/// How far apart the lowest and the highest of all viewing directions are, degrees.
fn rise(cameras: &[Matrix3<f64>]) -> f64 {
    let up = from_cameras(cameras.iter().copied());
    let (low, high) = cameras.iter().fold((90.0_f64, -90.0_f64), |(low, high), camera| {
        let pitch = camera.column(2).dot(&up).clamp(-1.0, 1.0).asin().to_degrees();
        (low.min(pitch), high.max(pitch))
    });
    high - low
}

/// Whether all cameras were turned about one axis, far around.
fn about_one_axis(cameras: &[Matrix3<f64>], up: &Vector3<f64>) -> bool {
    let count = cameras.len() as f64;
    let off = cameras.iter().map(|camera| camera.column(0).dot(up).powi(2)).sum::<f64>() / count;
    let spread =
        cameras.iter().map(|c| c.column(0) * c.column(0).transpose()).sum::<Matrix3<f64>>();
    let mut shares: Vec<f64> = (spread / count).symmetric_eigenvalues().iter().copied().collect();
    shares.sort_by(f64::total_cmp);
    off.sqrt() < ABOUT_ONE_AXIS.to_radians().sin() && shares[1] > 0.2
}

/// `farthest`: how far from the guess, degrees; `photos`: how many show the edges.
fn from_verticals(
    normals: &[(Vector3<f64>, f64)],
    guess: Vector3<f64>,
    farthest: f64,
    photos: usize,
) -> Level {
    let near = farthest.to_radians().sin();
    // Great circles that pass near the guess may be those of verticals.
    let mut lines: Vec<(Vector3<f64>, f64)> =
        normals.iter().copied().filter(|(n, _)| n.dot(&guess).abs() < near).collect();
    lines.sort_by(|a, b| b.1.total_cmp(&a.1));
    lines.truncate(600);
    let alone = Level { up: guess, verticals: 0 };
    if lines.len() < 6 {
        return alone;
    }
    let limit = TOLERANCE.to_radians().sin();
    let score = |up: &Vector3<f64>| -> f64 {
        lines
            .iter()
            .map(|(n, w)| {
                let d = n.dot(up) / limit;
                if d.abs() < 1.0 { w * (1.0 - d * d) } else { 0.0 }
            })
            .sum()
    };
    let mut dice = Dice(42);
    let mut best = (score(&guess), guess);
    for _ in 0..2500 {
        let (i, j) = (
            (dice.bits() % lines.len() as u64) as usize,
            (dice.bits() % lines.len() as u64) as usize,
        );
        let Some(axis) = lines[i].0.cross(&lines[j].0).try_normalize(0.05) else { continue };
        let axis = if axis.dot(&guess) < 0.0 { -axis } else { axis };
        if axis.dot(&guess) < farthest.to_radians().cos() {
            continue;
        }
        // What lies farther from how the cameras were held must have more edges for it.
        let doubt = 1.0 - 0.3 * axis.dot(&guess).clamp(-1.0, 1.0).acos().to_degrees() / farthest;
        let value = doubt * score(&axis);
        if value > best.0 {
            best = (value, axis);
        }
    }
    let mut up = best.1;
    for _ in 0..10 {
        let mut sum = Matrix3::zeros();
        for (n, w) in &lines {
            let d = n.dot(&up) / limit;
            sum += n * n.transpose() * (w / (1.0 + (3.0 * d).powi(2)).powi(2));
        }
        let eigen = sum.symmetric_eigen();
        let axis: Vector3<f64> = eigen.eigenvectors.column(eigen.eigenvalues.imin()).into_owned();
        let axis = if axis.dot(&up) < 0.0 { -axis } else { axis };
        if axis.dot(&up) < 0.999 {
            break;
        }
        up = axis;
    }
    let verticals = lines.iter().filter(|(n, _)| n.dot(&up).abs() < limit).count();
    if verticals < 6 || !is_no_chance(lines.len(), verticals, guess.angle(&up), farthest, photos) {
        return alone;
    }
    Level { up, verticals }
}

/// Whether so many verticals among so many edges, `off` radians from the guess, say more than edges in any order would:
/// leaves, clouds and flares have edges, too.
fn is_no_chance(edges: usize, verticals: usize, off: f64, farthest: f64, photos: usize) -> bool {
    // Neighbouring photos show the same edge.
    let shared = if photos > 2 { 2 } else { 1 };
    let chance = 1.2 * TOLERANCE / farthest;
    // Where the cameras were held so, less evidence is enough.
    let before = 2.0 * (off.to_degrees().max(NEAR) / farthest).log10();
    log_false_alarms(edges / shared, verticals / shared, chance) + before < 0.0
}

/// The rotation that turns `up` to the y axis and keeps `forward` (roughly) ahead: to be put before all poses.
pub fn upright(up: &Vector3<f64>, forward: &Vector3<f64>) -> Matrix3<f64> {
    let flat = forward - up * up.dot(forward);
    let z = flat.try_normalize(1e-6).unwrap_or_else(|| up.cross(&Vector3::x()).normalize());
    let x = up.cross(&z);
    Matrix3::from_rows(&[x.transpose(), up.transpose(), z.transpose()])
}

#[cfg(test)]
mod tests {
    use super::super::attitude::{Attitude, exponential};
    use super::*;

    fn row(count: usize, side: f64) -> Vec<Matrix3<f64>> {
        // Turned about their own upright axis, then by a quarter, as a wrong tag does.
        let quarter = Matrix3::new(0.0, -side, 0.0, side, 0.0, 0.0, 0.0, 0.0, 1.0);
        let turn = |k: usize| Attitude { yaw: 12.0 * k as f64 - 60.0, pitch: 3.0, roll: 0.0 };
        (0..count).map(|k| turn(k).matrix() * quarter).collect()
    }

    #[test]
    fn a_row_of_photos_with_a_wrong_tag_stands_as_it_is_stored() {
        for (tag, side) in [(6, 1.0), (8, -1.0)] {
            let lying = row(11, side);
            let stored = as_stored(&lying, &[tag; 11]).unwrap();
            assert!(from_cameras(stored.into_iter()).angle(&Vector3::y()).to_degrees() < 1.0);
            // No tag, other tags, and a row that stands.
            assert_eq!(as_stored(&lying, &[1; 11]), None);
            assert_eq!(
                as_stored(&lying, &[tag, tag, tag, 1, tag, tag, tag, tag, tag, tag, tag]),
                None
            );
            let standing: Vec<_> = (0..11)
                .map(|k| Attitude { yaw: 12.0 * f64::from(k), pitch: 0.0, roll: 0.0 }.matrix())
                .collect();
            assert_eq!(as_stored(&standing, &[tag; 11]), None);
        }
    }

    #[test]
    fn cameras_turned_about_one_axis_are_recognised() {
        let ring = |sway: f64| -> Vec<Matrix3<f64>> {
            (0..18)
                .map(|k| {
                    let k = f64::from(k);
                    Attitude {
                        yaw: 20.0 * k,
                        pitch: -30.0 * (k % 3.0),
                        roll: sway * (2.0 * k).sin(),
                    }
                    .matrix()
                })
                .collect()
        };
        let found = |cameras: &[Matrix3<f64>]| {
            about_one_axis(cameras, &from_cameras(cameras.iter().copied()))
        };
        assert!(found(&ring(0.3)));
        assert!(!found(&ring(5.0)), "by hand");
        assert!(!found(&ring(0.0)[..3]), "not far around");
    }

    #[test]
    fn verticals_level_a_tilted_set() {
        let mut dice = Dice(4);
        let tilt = exponential(&Vector3::new(0.08, 0.0, -0.05));
        let cameras = (0..8).map(|i| {
            tilt * Attitude {
                yaw: 45.0 * f64::from(i),
                pitch: 3.0,
                roll: 2.0 * (f64::from(i)).sin(),
            }
            .matrix()
        });
        let guess = from_cameras(cameras);
        assert!(guess.angle(&(tilt * Vector3::y())).to_degrees() < 3.0);
        let mut normals: Vec<(Vector3<f64>, f64)> = (0..60)
            .map(|_| {
                let yaw = dice.unit() * 6.28;
                let n = Vector3::new(yaw.cos(), 0.002 * dice.normal(), yaw.sin()).normalize();
                (tilt * n, 0.2)
            })
            .collect();
        normals.extend(
            (0..60).map(|_| {
                (Vector3::new(dice.normal(), dice.normal(), dice.normal()).normalize(), 0.2)
            }),
        );
        let level = from_verticals(&normals, guess, FARTHEST[0], 8);
        assert!(level.up.angle(&(tilt * Vector3::y())).to_degrees() < 0.1);
        let turn = upright(&level.up, &(tilt * Vector3::z()));
        assert!((turn * level.up - Vector3::y()).norm() < 1e-9);
        assert!((turn.determinant() - 1.0).abs() < 1e-9);
    }
}
