//! What the cameras' sensors and clocks say of level, north and time, put together over the placed photos.

use nalgebra::Vector3;

use super::attitude::Attitude;
use super::layout::Layout;
use super::photo::Photo;

/// Photos whose sensor is farther from the others' than this are not believed, degrees.
const GRAVITY: f64 = 3.0;
/// The same for compasses, which iron in walls turns.
const COMPASS: f64 = 25.0;

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

/// Compass heading of yaw 0, degrees from 0 to 360; `None` unless at least half of the photos that tell it agree.
pub fn heading(photos: &[Photo], layout: &Layout) -> Option<f64> {
    let each: Vec<f64> = layout
        .placed
        .iter()
        .filter_map(|&i| {
            let pose = Attitude::of(&layout.rotations[i]);
            // Straight up or down there is no heading.
            (pose.pitch.abs() < 60.0).then_some(photos[i].sensed.heading? - pose.yaw)
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
            let own = Attitude { roll, ..truth }.matrix();
            photo.sensed = crate::stitch::photo::Sensed {
                heading: Some(heading),
                up: Some((own.transpose() * Vector3::y()).into()),
            };
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
