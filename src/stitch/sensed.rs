//! What the cameras' sensors and clocks say of level, north and time, put together over the placed photos.

use nalgebra::{Matrix3, Vector3};

use super::attitude::{Attitude, angle_between, nearest_rotation};
use super::layout::Layout;
use super::photo::{Photo, Sensed};

/// Photos whose sensor is farther from the others' than this are not believed, degrees.
const GRAVITY: f64 = 3.0;
/// The same for compasses, which iron in walls turns.
const COMPASS: f64 = 25.0;
/// The same for gimbals, whose yaw drifts.
const GIMBAL: f64 = 5.0;
/// Fewest photos whose gimbals must agree with how they were placed.
const AGREEING: usize = 3;

/// Up in the frame of the poses as the sensors of gravity say; `None` with fewer than half of the photos agreeing, or only
/// one of several.
pub fn up(photos: &[Photo], layout: &Layout) -> Option<Vector3<f64>> {
    let each: Vec<Vector3<f64>> = layout
        .placed
        .iter()
        .filter_map(|&i| Some(layout.rotations[i] * Vector3::from(photos[i].sensed.up?)))
        .collect();
    let agreeing = |up: &Vector3<f64>| {
        each.iter().copied().filter(|e| e.angle(up).to_degrees() < GRAVITY).collect::<Vec<_>>()
    };
    let best = each.iter().max_by_key(|up| agreeing(up).len())?;
    let those = agreeing(best);
    if those.len() < layout.placed.len().min(2) || 2 * those.len() < layout.placed.len() {
        return None;
    }
    those.iter().sum::<Vector3<f64>>().try_normalize(1e-9)
}

/// How each camera was turned (camera to world) as its gimbal says, where it says so and the gimbals of most placed photos agree
/// with how these are turned. Of `rotations` (camera to world) only those of `placed` mean something.
pub fn gimbals(
    photos: &[Photo],
    rotations: &[Matrix3<f64>],
    placed: &[usize],
) -> Vec<Option<Matrix3<f64>>> {
    let told = |i: usize| photos[i].sensed.gimbal.map(Attitude::matrix);
    // From the gimbals' frame to the world, as each says.
    let each: Vec<Matrix3<f64>> =
        placed.iter().filter_map(|&i| Some(rotations[i] * told(i)?.transpose())).collect();
    let near = |turn: &Matrix3<f64>| {
        each.iter().filter(|other| angle_between(turn, other) < GIMBAL).collect::<Vec<_>>()
    };
    let those = each.iter().map(near).max_by_key(Vec::len).unwrap_or_default();
    if those.len() < AGREEING || 2 * those.len() < each.len() {
        return vec![None; photos.len()];
    }
    let mean =
        nearest_rotation(&(those.iter().copied().sum::<Matrix3<f64>>() / those.len() as f64));
    (0..photos.len()).map(|i| Some(mean * told(i)?)).collect()
}

/// Compass heading of yaw 0, degrees from 0 to 360; `None` unless at least half of the photos that tell it agree.
pub fn heading(photos: &[Photo], layout: &Layout) -> Option<f64> {
    let each: Vec<f64> = layout
        .placed
        .iter()
        .filter_map(|&i| {
            let pose = Attitude::of(&layout.rotations[i]);
            // Straight up or down there is no heading.
            let Sensed { heading, gimbal, .. } = photos[i].sensed;
            let heading = heading.or(gimbal.map(|held| held.yaw))?;
            (pose.pitch.abs() < 60.0).then_some(heading - pose.yaw)
        })
        .collect();
    let off = |a: f64, b: f64| ((a - b + 540.0).rem_euclid(360.0) - 180.0).abs();
    let near = |a: f64| each.iter().copied().filter(|b| off(a, *b) < COMPASS).collect::<Vec<_>>();
    let best = each.iter().copied().max_by_key(|a| near(*a).len())?;
    let those = near(best);
    if 2 * those.len() < each.len() {
        return None;
    }
    let (sin, cos) = those.iter().fold((0.0, 0.0), |(s, c), degrees| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        (s + sin, c + cos)
    });
    Some(f64::atan2(sin, cos).to_degrees().rem_euclid(360.0))
}

/// When the first and the last of the placed photos was taken, as XMP writes dates; `None` where no camera tells.
pub fn taken(photos: &[Photo], layout: &Layout) -> Option<[String; 2]> {
    let times = || layout.placed.iter().filter_map(|&i| photos[i].exif.captured_at.as_ref());
    let first = times().min_by_key(|time| &time.local)?;
    let last = times().max_by_key(|time| &time.local)?;
    Some([first.to_string(), last.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::geometry::{Lens, Projection};
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::attitude::exponential;

    fn set() -> (Vec<Photo>, Layout) {
        let tilt = exponential(&Vector3::new(0.1, 0.3, -0.06));
        let mut photos = Vec::new();
        let mut rotations = Vec::new();
        for i in 0..6 {
            let truth = Attitude { yaw: 60.0 * f64::from(i), pitch: 5.0, roll: -2.0 };
            let picture =
                Picture { planes: vec![Plane::filled(8, 6, 90)], model: ColourModel::Grey };
            let mut photo = Photo::of(&i.to_string(), picture, ExifFacts::default(), 1e9);
            // The compass of one photo is wrong, the gravity of another.
            let heading = (truth.yaw + 30.0 + if i == 2 { 90.0 } else { 0.0 }).rem_euclid(360.0);
            let roll = if i == 4 { 20.0 } else { truth.roll };
            let own_up = Attitude { roll, ..truth }.up();
            photo.sensed = Sensed { heading: Some(heading), up: Some(own_up), gimbal: None };
            photos.push(photo);
            rotations.push(tilt * truth.matrix());
        }
        let lens = Lens::centred(Projection::Rectilinear, 8.0, 8, 6);
        let layout = Layout::of_poses(rotations, vec![lens; 6], (0..6).collect(), Vec::new());
        (photos, layout)
    }

    #[test]
    fn the_first_and_the_last_time_are_told() {
        let (mut photos, layout) = set();
        assert_eq!(taken(&photos, &layout), None);
        for (photo, second) in [(1, 40), (2, 12), (4, 31)] {
            photos[photo].exif.captured_at = Some(crate::container::exif::LocalTime {
                local: format!("2026-03-30T10:11:{second}"),
                offset: (photo == 2).then(|| "+08:00".to_owned()),
            });
        }
        let times = ["2026-03-30T10:11:12+08:00", "2026-03-30T10:11:40"];
        assert_eq!(taken(&photos, &layout).unwrap(), times);
    }

    #[test]
    fn gimbals_tell_how_lost_photos_were_held_where_most_agree() {
        let (mut photos, layout) = set();
        let (tilt, placed) = (exponential(&Vector3::new(0.1, 0.3, -0.06)), [0, 1, 2, 4]);
        let told = |k: usize| Attitude { yaw: 60.0 * k as f64 - 31.0, pitch: 5.0, roll: -2.0 };
        for k in [0, 1, 2, 4, 5] {
            photos[k].sensed.gimbal = Some(told(k));
        }
        photos[2].sensed.gimbal = Some(Attitude { yaw: 17.0, ..told(2) });
        let found = gimbals(&photos, &layout.rotations, &placed);
        let truth = Attitude { yaw: 300.0, pitch: 5.0, roll: -2.0 }.matrix();
        assert!(angle_between(&found[5].unwrap(), &(tilt * truth)) < 1e-6 && found[3].is_none());
        // Of three no two agree.
        photos[1].sensed.gimbal = Some(Attitude { yaw: 230.0, ..told(1) });
        assert!(gimbals(&photos, &layout.rotations, &placed).iter().all(Option::is_none));
    }

    #[test]
    fn gravity_and_north_are_found_past_wrong_sensors() {
        let (photos, mut layout) = set();
        let tilt = exponential(&Vector3::new(0.1, 0.3, -0.06));
        let found = up(&photos, &layout).unwrap();
        assert!(found.angle(&(tilt * Vector3::y())).to_degrees() < 0.01);
        for rotation in &mut layout.rotations {
            *rotation = tilt.transpose() * *rotation;
        }
        assert!((heading(&photos, &layout).unwrap() - 30.0).abs() < 1e-6);
    }
}
