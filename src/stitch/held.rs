//! How cameras were held: upright, or on their side.
//!
//! Photos that were taken in portrait stand if their tag says so. Cameras whose tag is switched off, and programs that turn
//! pictures or lose tags, leave them lying; then they go all around an axis that lies in the picture.

use std::f64::consts::{FRAC_PI_2, TAU};

use nalgebra::{Matrix3, Vector3};

use super::attitude::upright;
use super::glance::Glance;
use super::order::taken;
use super::photo::Photo;

/// Photos in a column rise by so much at least, and those in a row by so much at most, degrees.
const COLUMN: f64 = 60.0;
const ROW: f64 = 30.0;
/// Most that the horizontal axis of a camera is off the horizon, sine, for it to be held as is supposed.
const ROLLED: f64 = 0.2;
/// Most that a photo of a turn looks up or down, sine.
const PITCHED: f64 = 0.71;
/// Largest gap of a full turn, radians.
const GAP: f64 = 1.1 * FRAC_PI_2;
/// Share of the photos that were held as is supposed where most were, and by how much it is more than another for it to be
/// clearly more.
const MOST: f64 = 0.8;
const MORE: f64 = 0.25;
/// Pixels of the pictures in which it is sought which side is up.
const PIXELS: f64 = 20_000.0;
/// Difference of the logarithms of light two pixels apart that is a step.
const STEP: f32 = 0.15;
/// What signs are worth, logarithms of likelihood: how light goes with height, and how blue does; how many more steps
/// are lighter above than below, as a share; and how many more photos follow to the right than to the left. Fitted
/// (logistic regression) to 240 sets of ordinary photos, right for five of six.
const WORTH: [f64; 4] = [2.6, 17.0, 9.5, 0.75];

/// The cameras as they were held.
pub struct Held {
    /// Camera to world, where the camera's y axis is up for who held it.
    pub cameras: Vec<Matrix3<f64>>,
    /// Whether light and colours alone tell which side is up.
    pub guessed: bool,
}

impl Held {
    /// How the cameras of these photos were held, of their turns.
    pub fn of(photos: &[&Photo], cameras: &[Matrix3<f64>]) -> Self {
        let tags: Vec<u8> =
            photos.iter().map(|photo| photo.exif.orientation.unwrap_or(1)).collect();
        if let Some(cameras) = as_stored(cameras, &tags) {
            return Self { cameras, guessed: false };
        }
        if !lie(cameras) {
            return Self { cameras: cameras.to_vec(), guessed: false };
        }
        let right = on_side(cameras, 1.0);
        let worth = signs(photos, &right).iter().zip(WORTH).map(|(sign, w)| sign * w).sum::<f64>();
        let cameras = if worth < 0.0 { on_side(cameras, -1.0) } else { right };
        Self { cameras, guessed: true }
    }
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

/// Cameras turned by a quarter, so that what was to their right (`side` 1) or to their left (−1) is up.
fn on_side(cameras: &[Matrix3<f64>], side: f64) -> Vec<Matrix3<f64>> {
    let turned = Matrix3::new(0.0, side, 0.0, -side, 0.0, 0.0, 0.0, 0.0, 1.0);
    cameras.iter().map(|camera| camera * turned).collect()
}

/// Whether the cameras go all around only, or for many more of them, if they lie on their side.
fn lie(cameras: &[Matrix3<f64>]) -> bool {
    let (standing, lying) = (Turn::of(cameras), Turn::of(&on_side(cameras, 1.0)));
    lying.whole && lying.share >= MOST && (!standing.whole || lying.share > standing.share + MORE)
}

/// Cameras as they would have been turned about up.
struct Turn {
    /// Whether they go all around.
    whole: bool,
    /// The share that is not rolled.
    share: f64,
}

impl Turn {
    fn of(cameras: &[Matrix3<f64>]) -> Self {
        let up = from_cameras(cameras.iter().copied());
        let level = upright(&up, &Vector3::z());
        let straight: Vec<Vector3<f64>> = cameras
            .iter()
            .filter(|camera| camera.column(0).dot(&up).abs() < ROLLED)
            .map(|camera| level * camera.column(2))
            .collect();
        let mut yaws: Vec<f64> =
            straight.iter().filter(|d| d.y.abs() < PITCHED).map(|d| d.x.atan2(d.z)).collect();
        yaws.sort_by(f64::total_cmp);
        let next = yaws.iter().skip(1).copied().chain(yaws.first().map(|first| first + TAU));
        let gap = yaws.iter().zip(next).map(|(a, b)| b - a).fold(0.0, f64::max);
        let share = straight.len() as f64 / cameras.len().max(1) as f64;
        Self { whole: yaws.len() > 3 && gap < GAP, share }
    }
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
    let stored = on_side(cameras, side);
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

/// What speaks for the right side of photos being up, as in [`WORTH`], where `cameras` are turned so.
fn signs(photos: &[&Photo], cameras: &[Matrix3<f64>]) -> [f64; 4] {
    let shown: Vec<Shown> = photos.iter().map(|photo| Shown::of(photo)).collect();
    let mean =
        |of: fn(&Shown) -> f64| shown.iter().map(of).sum::<f64>() / shown.len().max(1) as f64;
    let share = |part: f64, all: f64| if all > 0.0 { part / all } else { 0.0 };
    let up = from_cameras(cameras.iter().copied());
    let turns: Vec<f64> = taken(photos)
        .windows(2)
        .filter_map(|pair| {
            let [a, b] = [0, 1].map(|k| cameras[pair[k]].column(2).into_owned());
            // Camera frames are left-handed: this is positive to the right.
            let turn = a.cross(&b).dot(&up);
            (turn.abs() > 0.05).then(|| turn.signum())
        })
        .collect();
    [
        mean(|shown| shown.light),
        mean(|shown| shown.blue),
        share(mean(|shown| shown.steps[0]), mean(|shown| shown.steps[1])),
        share(turns.iter().sum(), turns.len() as f64),
    ]
}

/// How what a photo shows changes to its right.
struct Shown {
    /// Correlation of the logarithm of light.
    light: f64,
    /// Covariance of how much bluer than red it is, of its light, with a place of the deviation 1.
    blue: f64,
    /// How many more steps go up than down, and how many there are.
    steps: [f64; 2],
}

impl Shown {
    fn of(photo: &Photo) -> Self {
        let glance = Glance::of(photo, PIXELS);
        let (width, height) = (glance.grey.width, glance.grey.height);
        let count = (width * height) as f64;
        let middle = (width as f64 - 1.0) / 2.0;
        let deviation = ((width.pow(2) as f64 - 1.0) / 12.0).sqrt().max(1e-9);
        let (mut sum, mut squares, mut with, mut blue) = (0.0, 0.0, 0.0, 0.0);
        let mut steps = [0.0; 2];
        for y in 0..height {
            for x in 0..width {
                let place = (x as f64 - middle) / deviation;
                let light = f64::from(glance.light(x, y));
                sum += light;
                squares += light * light;
                with += light * place;
                blue += f64::from(glance.blue(x, y)) * place;
                if x > 0 && x + 1 < width {
                    let step = glance.light(x + 1, y) - glance.light(x - 1, y);
                    if step.abs() > STEP {
                        steps = [steps[0] + f64::from(step.signum()), steps[1] + 1.0];
                    }
                }
            }
        }
        let spread = (squares / count - (sum / count).powi(2)).max(0.0).sqrt() + 0.02;
        Self { light: with / count / spread, blue: blue / count, steps }
    }
}

#[cfg(test)]
mod tests {
    use super::super::attitude::Attitude;
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::imaging::plane::{ColourModel, Picture, Plane};

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

    /// Photos at these pitches all around, so many at each, turned by a quarter.
    fn rows(pitches: &[f64], count: usize, side: f64) -> Vec<Matrix3<f64>> {
        let turn = |pitch: f64, k: usize| Attitude {
            yaw: 360.0 / count as f64 * k as f64,
            pitch,
            roll: 3.0 * (7.0 * k as f64 + pitch).sin(),
        };
        let row = |pitch: &f64| (0..count).map(|k| turn(*pitch, k).matrix()).collect::<Vec<_>>();
        let standing: Vec<_> = pitches.iter().flat_map(row).collect();
        if side == 0.0 { standing } else { on_side(&standing, side) }
    }

    #[test]
    fn rows_all_around_tell_whether_cameras_lay() {
        let pitches: [&[f64]; 5] =
            [&[0.0], &[10.0], &[-35.0, 5.0, 40.0], &[0.0, 60.0], &[-85.0, -45.0, 0.0, 45.0, 85.0]];
        for pitches in pitches {
            for count in [6, 12] {
                assert!(!lie(&rows(pitches, count, 0.0)), "{pitches:?} {count}");
                assert!(lie(&rows(pitches, count, 1.0)), "{pitches:?} {count}");
            }
        }
        // From the floor over the ceiling to the floor behind, as far as people go; and part of a row.
        let column: Vec<_> = (0..12)
            .map(|k| Attitude { yaw: 0.0, pitch: 20.0 * f64::from(k) - 60.0, roll: 0.0 }.matrix())
            .collect();
        assert!(!lie(&column));
        assert!(!lie(&rows(&[0.0], 12, 1.0)[..8]));
    }

    #[test]
    fn a_lying_ring_is_turned_to_its_light_side() {
        for side in [1.0, -1.0] {
            let mut plane = Plane::filled(90, 60, 0);
            for y in 0..60 {
                for (x, pixel) in plane.row_mut(y).iter_mut().enumerate() {
                    *pixel = (128.0 - side * (x as f64 - 45.0)) as u8;
                }
            }
            let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
            let photo = Photo::of("lying", picture, ExifFacts::default(), 1e6);
            let held = Held::of(&[&photo; 8], &rows(&[0.0], 8, side));
            let up = from_cameras(held.cameras.into_iter());
            assert!(held.guessed && up.y > 0.99, "{up}");
        }
    }
}
