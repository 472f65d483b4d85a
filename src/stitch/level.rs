//! Which way is up: from how people hold cameras, then from the vertical edges of what they photographed.
//!
//! The first guess is the straightening of Brown and Lowe (IJCV 2007, §4): cameras are rarely rolled, so their x axes
//! lie in one plane. It is refined to the direction that the great circles of most edges pass through.

use nalgebra::{Matrix3, Vector3};

use super::grey::in_order;
use super::held::{Held, from_cameras};
use super::links::Circle;
use super::photo::Photo;
use super::rotation::log_false_alarms;
use super::segments::{Course, Detail, Segment, of_photo};
use super::trace::traced;
use crate::base::Cancel;
use crate::geometry::{Lens, Projection};
use crate::stitch::dice::Dice;

/// How far verticals may pull the first guess, degrees: of photos taken by hand, and of photos turned about one axis, which
/// a tripod may lean by, but not more.
const FARTHEST: [f64; 2] = [25.0, 12.0];
/// Most that the x axes of cameras turned about one axis are off its plane, degrees (root mean square).
const ABOUT_ONE_AXIS: f64 = 1.2;
/// Shortest edge as a share of the picture's shorter side: of ordinary photos, at half their working size, and of fisheyes,
/// in which everything is smaller, at all of it.
const SHORTEST: [f64; 2] = [1.0 / 14.0, 1.0 / 20.0];
/// Share of a circle's radius within which edges are looked for.
const RIM: f64 = 0.95;
/// Tolerance of an edge against the vertical, degrees.
const TOLERANCE: f64 = 0.7;
/// What vertical edges are worth, logarithm of likelihood by that of their number: floors and shelves have such edges, too.
const VERTICALS: f64 = 0.5;
/// Logarithm of the likelihood ratio from which on one way up is clearly likelier than another: of 45 real pictures of two
/// lenses six of the 16 below it did not stand, and one of the others.
const CLEAR: f64 = 2.1;
/// How far from level cameras often are, degrees.
const NEAR: f64 = 2.0;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Up, in the frame of the poses.
    pub up: Vector3<f64>,
    /// Vertical edges that say so; 0 when only the cameras do.
    pub verticals: usize,
    /// Whether what is up may as well be down, or to the side: only light and colours tell it.
    pub guessed: bool,
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
    let cameras: Vec<Matrix3<f64>> = placed.iter().map(|&i| rotations[i]).collect();
    let those: Vec<&Photo> = placed.iter().map(|&i| &photos[i]).collect();
    let Held { cameras, guessed } = Held::of(&those, &cameras);
    let guess = from_cameras(cameras.iter().copied());
    let edges = edges(photos, placed, rotations, lenses, circles, cancel);
    let farthest = FARTHEST[usize::from(about_one_axis(&cameras, &guess))];
    Level { guessed, ..from_verticals(&edges, guess, farthest, placed.len()) }
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
    let mut ranked: Vec<(f64, Level)> = found.iter().map(|found| (worth(found), found.0)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    match ranked[..] {
        [] => Level { up: Vector3::y(), verticals: 0, guessed: false },
        [(_, level)] => level,
        [(most, level), (next, _), ..] => Level { guessed: most - next < CLEAR, ..level },
    }
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
        // The rim of a fisheye's circle is no edge of the scene.
        let circle = circles.get(i).map(|(centre, radius)| (*centre, RIM * radius));
        let found = match lenses[i].projection {
            Projection::Rectilinear => {
                of_photo(&photos[i], Detail::Halved, SHORTEST[0], Course::Straight, circle)
            }
            Projection::Equidistant => {
                of_photo(&photos[i], Detail::Working, SHORTEST[1], Course::Bowed, circle)
            }
        };
        found
            .into_iter()
            .filter_map(|segment| {
                let Segment { from, to } = match lenses[i].projection {
                    Projection::Rectilinear => segment,
                    Projection::Equidistant => exactly(segment, &photos[i], &lenses[i])?,
                };
                let normal = lenses[i].unproject(from)?.cross(&lenses[i].unproject(to)?);
                let sine = normal.norm();
                (sine > 1e-3).then(|| (rotations[i] * normal / sine, sine))
            })
            .collect()
    });
    normals.concat()
}

/// The edge to a fraction of a pixel of the photo's working size, if it is a clear one.
fn exactly(segment: Segment, photo: &Photo, lens: &Lens) -> Option<Segment> {
    let factor = photo.grey_factor;
    let light = |[x, y]: [f64; 2]| photo.grey.sample(x as f32, y as f32).map(f64::from);
    let found = traced(&segment.scaled(factor), &lens.scaled(factor), light)?;
    Some(Segment { from: found.from, to: found.to }.scaled(1.0 / factor))
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
    let alone = Level { up: guess, verticals: 0, guessed: false };
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
    Level { up, verticals, guessed: false }
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

#[cfg(test)]
mod tests {
    use super::super::attitude::{Attitude, exponential, upright};
    use super::*;

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
