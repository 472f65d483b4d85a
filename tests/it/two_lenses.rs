//! Pictures of cameras with two fisheye lenses become panoramas, with no template of a camera.

use image::{DynamicImage, RgbImage};
use kanfang::base::{Cancel, Limits};
use kanfang::stitch::attitude::{Attitude, angle_between};
use kanfang::stitch::pipeline::{Wanted, stitch_any};
use kanfang::stitch::report::Verdict;
use kanfang::stitch::{LensChoice, Photo, StitchError, dual, output};
use nalgebra::Vector3;

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
        askew: [[0.0; 2]; 2],
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
fn a_narrow_belt_in_flare_is_joined() {
    let turns = [
        Attitude { yaw: 0.0, pitch: 0.9, roll: -0.3 },
        Attitude { yaw: 180.8, pitch: -0.6, roll: 0.8 },
    ];
    let camera = TwoLenses {
        field: 191.0,
        radial: [0.0; 3],
        rotations: turns.map(Attitude::matrix),
        flare: 0.15,
        ..camera()
    };
    let picture = camera.picture(&drawn_sphere(1024, 8));
    let (off, _) = off(vec![read("narrow.png", picture)], &camera);
    assert!(off < 0.3, "{off}°");
}

/// The lenses of the sample's camera stand 2.5 cm apart in furnished rooms, exactly back to back.
#[test]
fn the_lenses_of_the_sample_are_found_as_they_were_rendered() {
    let back = Attitude { yaw: 180.0, pitch: 0.0, roll: 0.0 }.matrix();
    for name in ["living.jpg", "bedroom-main.jpg"] {
        let bytes = std::fs::read(format!("media-samples/dual-fisheye/{name}")).unwrap();
        let photo = Photo::read(name, bytes, f64::INFINITY, &Limits::default()).unwrap();
        let (_, layout) = dual::lay_out(&photo, &Cancel::new()).unwrap();
        let off = angle_between(&(layout.rotations[0].transpose() * layout.rotations[1]), &back);
        assert!(off < 0.05, "{name}: {off}°");
        // As `poses.json` has it: equidistant, 547.2188 pixels.
        for degrees in [20.0_f64, 50.0, 80.0, 95.0] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let lens = &layout.lenses[0];
            let seen = lens.project(&Vector3::new(sin, 0.0, cos)).unwrap()[0] - lens.centre[0];
            let off = (seen / 547.2188).to_degrees() - degrees;
            assert!(off.abs() < 0.1, "{name}: {off}° at {degrees}°");
        }
    }
}

#[test]
fn one_lens_alone_is_told() {
    let picture = camera().picture(&drawn_sphere(512, 8));
    let alone = vec![read("front.png", half(&picture, 0))];
    let answer = stitch_any(alone, &Wanted::default(), &Cancel::new());
    assert!(matches!(answer, Err(StitchError::OneLens)));
}

#[test]
fn one_lens_of_known_field_gives_the_part_that_it_sees() {
    let sphere = drawn_sphere(1024, 8);
    let alone = vec![read("front.png", half(&camera().picture(&sphere), 0))];
    let lens = LensChoice::parse("fisheye:200").unwrap();
    let wanted = Wanted { width: Some(512), lens, ..Wanted::default() };
    let (_, made) = stitch_any(alone, &wanted, &Cancel::new()).unwrap();
    let part = output::part(512, &made.panorama.seams);
    let expected = 512.0 * 200.0 / 360.0;
    assert!((part.width as f64 - expected).abs() < 20.0, "{part:?}");
    assert!(made.report.warnings.iter().any(|w| w.slug == "stitch-warning-one-lens"));
    assert_eq!(made.report.filled, 0.0);
    // Ahead and 50° to both sides it shows what is there: the sphere fits nowhere better than within 2°.
    for column in [185_usize, 256, 327] {
        let off = |dx: i64, dy: i64| -> f64 {
            let at = |x: usize, y: usize, k: usize| {
                let (x, y) = (2 * x as i64 + dx, 2 * y as i64 + dy);
                f64::from(sphere.data[3 * (y * 1024 + x) as usize + k])
            };
            let places = (112..144).flat_map(|y| (column - 16..column + 16).map(move |x| (x, y)));
            let shown = |x: usize, y: usize, k| f64::from(made.panorama.rgb[3 * (y * 512 + x) + k]);
            let differences =
                places.flat_map(|(x, y)| [0, 1, 2].map(|k| (shown(x, y, k) - at(x, y, k)).abs()));
            differences.sum()
        };
        let steps = || (-24..=24).step_by(3);
        let shifts = steps().flat_map(|dx| steps().map(move |dy| (dx, dy)));
        let best = shifts.min_by(|a, b| off(a.0, a.1).total_cmp(&off(b.0, b.1))).unwrap();
        assert!(best.0.abs() <= 6 && best.1.abs() <= 6, "column {column}: {best:?}");
    }
}
