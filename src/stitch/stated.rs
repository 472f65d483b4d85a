//! What cameras state of their lenses, as a witness where photos alone hardly tell how wide they see.

use super::layout::Layout;
use super::photo::Photo;
use crate::geometry::Lens;

/// Beyond this share of the field of view from what the camera states a solution with several spots is doubted, if one spot
/// is nearer by so much and within so much.
const UNSTATED: f64 = 0.06;
const STATED_NEARER: f64 = 0.03;
const STATED: f64 = 0.16;

/// The lenses of the groups as the cameras state them, where that is near to what one spot says and what several spots say is
/// not: photos that do not go all around hardly tell how wide they see once the cameras may move.
pub fn stated_instead(
    layout: &Layout,
    other: &Layout,
    photos: &[Photo],
    lens_of: &[usize],
) -> Option<Vec<Lens>> {
    let size = |photo: usize| (photos[photo].width(), photos[photo].height());
    let apart = |layout: &Layout| {
        let each = layout.placed.iter().map(|&photo| {
            let hint = photos[photo].focal_hint();
            apart_from_stated(hint, &layout.lenses[photo], size(photo))
        });
        each.fold(0.0, f64::max)
    };
    let (one, several) = (apart(layout), apart(other));
    if several < UNSTATED || several < one + STATED_NEARER || one > STATED {
        return None;
    }
    let groups = lens_of.iter().max().map_or(0, |most| most + 1);
    let lens = |group: usize| {
        let photo = lens_of.iter().position(|g| *g == group)?;
        let size = size(photo);
        let lens = &layout.lenses[photo];
        let focal = readings(photos[photo].focal_hint()?, size).into_iter().min_by(|a, b| {
            let off = |focal: f64| (focal / lens.focal).ln().abs();
            off(*a).total_cmp(&off(*b))
        })?;
        Some(Lens::centred(lens.projection, focal, size.0, size.1))
    };
    (0..groups).map(lens).collect()
}

/// By how much the fields of view of two layouts differ, as a share.
pub fn field_apart(layout: &Layout, other: &Layout, photos: &[Photo]) -> f64 {
    let field =
        |layout: &Layout, photo: usize| layout.lenses[photo].hfov(photos[photo].width() as f64);
    let apart = other.placed.iter().map(|&photo| {
        let moved = (field(other, photo) / field(layout, photo)).ln().abs();
        // What the camera says of itself is a third witness, if it saw something like it.
        let taken = &photos[photo];
        let size = (taken.width(), taken.height());
        moved.min(apart_from_stated(taken.focal_hint(), &other.lenses[photo], size))
    });
    apart.fold(0.0, f64::max)
}

/// How far the field of view of `lens` is from what the camera states (`hint`: focal length in pixels by the diagonal), as a share; infinite where it states nothing. The focal length
/// "in 35 mm film" is meant along the diagonal (CIPA DC-008), and by many makers along the longer side: the nearer one counts.
fn apart_from_stated(hint: Option<f64>, lens: &Lens, size: (usize, usize)) -> f64 {
    let Some(by_diagonal) = hint else { return f64::INFINITY };
    let width = size.0 as f64;
    readings(by_diagonal, size)
        .map(|focal| {
            let stated = Lens::centred(lens.projection, focal, size.0, size.1);
            (lens.hfov(width) / stated.hfov(width)).ln().abs()
        })
        .into_iter()
        .fold(f64::INFINITY, f64::min)
}

/// What a stated focal length may mean, in pixels of a picture: along the diagonal, and along the longer side.
fn readings(by_diagonal: f64, size: (usize, usize)) -> [f64; 2] {
    let (width, height) = (size.0 as f64, size.1 as f64);
    let by_longer =
        by_diagonal * 36.0_f64.hypot(24.0) / width.hypot(height) * width.max(height) / 36.0;
    [by_diagonal, by_longer]
}

#[cfg(test)]
mod tests {
    use nalgebra::Matrix3;

    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::geometry::Projection;
    use crate::imaging::plane::{ColourModel, Picture, Plane};

    #[test]
    fn either_reading_of_the_stated_focal_length_is_a_witness() {
        let size = (4000, 3000);
        let lens = |focal| Lens::centred(Projection::Rectilinear, focal, size.0, size.1);
        // 74 mm by the diagonal of 5000 pixels, and by the longer side of 4000.
        let (by_diagonal, by_longer) = (74.0 / 43.2666 * 5000.0, 74.0 / 36.0 * 4000.0);
        for focal in [by_diagonal, by_longer] {
            assert!(apart_from_stated(Some(by_diagonal), &lens(focal), size) < 1e-4);
        }
        assert!(apart_from_stated(Some(by_diagonal), &lens(by_longer * 0.9), size) > 0.05);
        assert_eq!(apart_from_stated(None, &lens(by_longer), size), f64::INFINITY);
    }

    #[test]
    fn what_the_camera_states_decides_between_one_spot_and_several() {
        let size = (2272, 1704);
        let exif = ExifFacts {
            focal_length_mm: Some(7.1),
            sensor_diagonal_mm: Some(8.9),
            ..ExifFacts::default()
        };
        let stated = 7.1 / 8.9 * 2840.0;
        let photos: Vec<Photo> = (0..3)
            .map(|i| {
                let plane = Plane::filled(size.0, size.1, 90);
                let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
                Photo::of(&i.to_string(), picture, exif.clone(), 1e9)
            })
            .collect();
        let layout = |focal: f64| {
            let lens = Lens::centred(Projection::Rectilinear, focal, size.0, size.1);
            Layout::of_poses(vec![Matrix3::identity(); 3], vec![lens; 3], vec![0, 1, 2], Vec::new())
        };
        let instead = |one: f64, several: f64| {
            stated_instead(&layout(one * stated), &layout(several * stated), &photos, &[0; 3])
        };
        let held = instead(1.08, 1.31).unwrap();
        assert!((held[0].focal / stated - 1.0).abs() < 0.01);
        // Both near, several spots nearer, and a camera that says something else than both.
        assert!(instead(1.02, 1.04).is_none());
        assert!(instead(1.2, 1.1).is_none());
        assert!(instead(1.6, 2.1).is_none());
        assert!(field_apart(&layout(1.2 * stated), &layout(1.3 * stated), &photos) > 0.05);
    }
}
