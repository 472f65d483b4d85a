//! Pictures of cameras with two fisheye lenses become panoramas, with no template of a camera.

use image::{DynamicImage, RgbImage};
use kanfang::base::{Cancel, Limits};
use kanfang::stitch::attitude::{Attitude, angle_between};
use kanfang::stitch::pipeline::{Wanted, stitch_any};
use kanfang::stitch::report::Verdict;
use kanfang::stitch::{Photo, StitchError};

use crate::photos::dual::TwoLenses;
use crate::photos::{Rgb, drawn_sphere};

// Small: an unoptimised build stitches here.
const SIDE: usize = 320;

/// A camera of two lenses of 200° that stand a little askew.
pub fn camera() -> TwoLenses {
    let turns = [
        Attitude { yaw: 0.0, pitch: 0.4, roll: -0.3 },
        Attitude { yaw: 180.5, pitch: -0.2, roll: 0.4 },
    ];
    TwoLenses {
        side: [SIDE, SIDE],
        stacked: false,
        radius: 0.48 * SIDE as f64,
        field: 200.0,
        radial: [-0.02, 0.0, 0.0],
        decentre: [[2.0, -1.0], [-1.5, 2.5]],
        rotations: turns.map(Attitude::matrix),
        ev: [0.0, -0.4],
        vignette: 0.3,
        flare: 0.0,
        noise: 1.0,
        seed: 3,
        room: None,
        baseline: 0.0,
    }
}

fn read(name: &str, rgb: Rgb) -> Photo {
    let picture = RgbImage::from_raw(rgb.width as u32, rgb.height as u32, rgb.data).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    Photo::read(name, bytes.into_inner(), f64::INFINITY, &Limits::default()).unwrap()
}

/// The picture of one lens.
pub fn half(rgb: &Rgb, side: usize) -> Rgb {
    let width = rgb.width / 2;
    let rows = rgb.data.chunks_exact(3 * rgb.width);
    let data = rows.flat_map(|row| row[3 * side * width..3 * (side + 1) * width].to_vec());
    Rgb { width, height: rgb.height, data: data.collect() }
}

/// Stitches and says how far the second lens is turned against the truth, degrees.
fn off(photos: Vec<Photo>, camera: &TwoLenses) -> (f64, Verdict) {
    let wanted = Wanted { width: Some(512), ..Wanted::default() };
    let (_, made) = stitch_any(photos, &wanted, &Cancel::new()).unwrap();
    let between = |a: &nalgebra::Matrix3<f64>, b: &nalgebra::Matrix3<f64>| a.transpose() * b;
    let found = between(&made.layout.rotations[0], &made.layout.rotations[1]);
    let truth = between(&camera.rotations[0], &camera.rotations[1]);
    (angle_between(&found, &truth), made.report.verdict)
}

#[test]
fn both_lenses_are_found_side_by_side_stacked_and_in_two_files() {
    let sphere = drawn_sphere(1024, 8);
    let camera = camera();
    let picture = camera.picture(&sphere);
    let stacked = TwoLenses { stacked: true, ..camera.clone() };
    let sets = [
        vec![read("side.png", picture.clone())],
        vec![read("stacked.png", stacked.picture(&sphere))],
        vec![read("front.png", half(&picture, 0)), read("back.png", half(&picture, 1))],
    ];
    for photos in sets {
        let name = photos[0].name.clone();
        let (off, verdict) = off(photos, &camera);
        assert!(off < 0.3, "{name}: {off}°");
        assert_eq!(verdict, Verdict::Complete, "{name}");
    }
}

#[test]
fn one_lens_alone_is_told() {
    let picture = camera().picture(&drawn_sphere(512, 8));
    let alone = vec![read("front.png", half(&picture, 0))];
    let answer = stitch_any(alone, &Wanted::default(), &Cancel::new());
    assert!(matches!(answer, Err(StitchError::DualFisheye { .. })));
}
