//! How a picture is tiled, from what the probe found in it and what it is taken for.

use crate::geometry::Degrees;
use crate::imaging::recipe::Pose;
use crate::imaging::{Crop, Half, TileRecipe};
use crate::photo::probe::{ProbeReport, TakenFor};

/// How to tile a picture of which the probe said this, taken as `kind`. Of pictures for two eyes the left one's.
pub fn recipe(report: &ProbeReport, kind: TakenFor, quality: u8) -> TileRecipe {
    let pose = report.gpano.as_ref().map(|gpano| Pose {
        // The heading stays out: the picture's middle is yaw 0, and the tour knows where north is.
        yaw: Degrees(0.0),
        pitch: Degrees(gpano.pose_pitch.unwrap_or(0.0)),
        roll: Degrees(gpano.pose_roll.unwrap_or(0.0)),
    });
    TileRecipe {
        quality,
        orientation: report.orientation,
        half: half(report, kind),
        crop: crop(report, kind),
        pose: pose.filter(|pose| pose.rotation().is_some()),
        ..TileRecipe::default()
    }
}

/// The same for the other eye, if there is one. It is made only while nothing is hidden: it sees what is masked from another
/// place, so that a mask of the same directions could leave some of it in sight.
pub fn right_eye(recipe: &TileRecipe) -> Option<TileRecipe> {
    let half = recipe.half.filter(|_| recipe.masks.is_empty())?;
    Some(TileRecipe { half: Some(half.other()), ..recipe.clone() })
}

/// The left eye's half. Half spheres say by their shape how many there are: each is about as wide as high.
fn half(report: &ProbeReport, kind: TakenFor) -> Option<Half> {
    let shape = f64::from(report.width) / f64::from(report.height.max(1));
    match kind {
        TakenFor::StereoTopBottom => Some(Half::Top),
        TakenFor::Vr180 if shape > 1.5 => Some(Half::Left),
        TakenFor::Vr180 if shape < 1.0 / 1.5 => Some(Half::Top),
        _ => None,
    }
}

/// Which part of the sphere the picture shows; `None` when it is the whole.
fn crop(report: &ProbeReport, kind: TakenFor) -> Option<Crop> {
    let of_eye = |half: Half| half.size(report.width, report.height);
    let size = half(report, kind).map_or((report.width, report.height), of_eye);
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let (full_width, full_height) = match kind {
        TakenFor::Vr180 => (2.0 * width.max(height), width.max(height)),
        // What panorama data say of two pictures in one they may say of either.
        TakenFor::StereoTopBottom if size.0 == 2 * size.1 => return None,
        TakenFor::StereoTopBottom => around(width, height),
        _ => {
            if let Some(coverage) = report.coverage.filter(|coverage| !coverage.is_full()) {
                let full_width = width * 360.0 / (coverage.yaw[1] - coverage.yaw[0]);
                let full_height = height * 180.0 / (coverage.pitch[1] - coverage.pitch[0]);
                let left = (coverage.yaw[0] + 180.0) / 360.0 * full_width;
                let top = (90.0 - coverage.pitch[1]) / 180.0 * full_height;
                return Some(within(full_width, full_height, left, top, size));
            }
            if kind != TakenFor::EquirectangularCropped || size.0 == 2 * size.1 {
                return None;
            }
            around(width, height)
        }
    };
    let (left, top) = ((full_width - width) / 2.0, (full_height - height) / 2.0);
    Some(within(full_width, full_height, left, top, size))
}

/// Without data: a full turn around the horizon, or a strip from pole to pole.
fn around(width: f64, height: f64) -> (f64, f64) {
    if width > 2.0 * height { (width, width / 2.0) } else { (2.0 * height, height) }
}

/// Rounds to pixels, never smaller than the picture itself.
fn within(
    full_width: f64,
    full_height: f64,
    left: f64,
    top: f64,
    (width, height): (u32, u32),
) -> Crop {
    let full_width = (full_width.round() as u32).max(width);
    let full_height = (full_height.round() as u32).max(height);
    Crop {
        full_width,
        full_height,
        left: (left.round().max(0.0) as u32).min(full_width - width),
        top: (top.round().max(0.0) as u32).min(full_height - height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Cancel, Limits};
    use crate::photo::probe::probe;

    fn report(width: u32, height: u32) -> ProbeReport {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::GrayImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        probe(bytes.get_ref(), "a.png", &Limits::default(), &Cancel::new()).unwrap()
    }

    fn eyes(width: u32, height: u32, kind: TakenFor) -> (Option<Half>, Option<Crop>) {
        let recipe = recipe(&report(width, height), kind, 85);
        (recipe.half, recipe.crop)
    }

    #[test]
    fn of_two_spheres_the_upper_one_is_the_left_eyes() {
        assert_eq!(eyes(512, 512, TakenFor::StereoTopBottom), (Some(Half::Top), None));
        // Two strips around the horizon.
        let strip = Crop { full_width: 512, full_height: 256, left: 0, top: 64 };
        assert_eq!(eyes(512, 256, TakenFor::StereoTopBottom), (Some(Half::Top), Some(strip)));
        assert_eq!(eyes(512, 256, TakenFor::Equirectangular), (None, None));
    }

    #[test]
    fn half_spheres_say_by_their_shape_how_many_there_are() {
        let hemisphere = Some(Crop { full_width: 512, full_height: 256, left: 128, top: 0 });
        assert_eq!(eyes(512, 256, TakenFor::Vr180), (Some(Half::Left), hemisphere));
        assert_eq!(eyes(256, 512, TakenFor::Vr180), (Some(Half::Top), hemisphere));
        assert_eq!(eyes(256, 256, TakenFor::Vr180), (None, hemisphere));
    }

    #[test]
    fn the_right_eye_gets_nothing_where_something_is_hidden() {
        let mut recipe = recipe(&report(512, 512), TakenFor::StereoTopBottom, 85);
        assert_eq!(right_eye(&recipe).unwrap().half, Some(Half::Bottom));
        recipe.masks = vec![vec![[0, 0], [1000, 0], [0, 1000]]];
        assert_eq!(right_eye(&recipe), None);
        recipe.masks.clear();
        recipe.half = None;
        assert_eq!(right_eye(&recipe), None);
    }
}
