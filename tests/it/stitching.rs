//! Stitching as a library: the same bytes whatever the number of threads, and a stop that is obeyed.

use std::time::Duration;

use kanfang::base::{Cancel, Limits};
use kanfang::geometry::{Lens, Projection};
use kanfang::stitch::attitude::{Attitude, angle_between};
use kanfang::stitch::dice::Dice;
use kanfang::stitch::files::readable;
use kanfang::stitch::mark::Mark;
use kanfang::stitch::pipeline::{Stitched, Wanted, stitch, stitch_any};
use kanfang::stitch::report::Verdict;
use kanfang::stitch::{Photo, StitchError, output};
use nalgebra::Vector3;

use crate::photos::room::Room;
use crate::photos::{Rgb, Shot, drawn_sphere, photo, photo_through};

const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// A lens without distortion that sees so many degrees.
fn lens(projection: Projection, hfov: f64, (width, height): (usize, usize)) -> Lens {
    Lens::centred(projection, Lens::focal_for(projection, hfov, width as f64), width, height)
}

/// How photo `k` of a set is taken.
fn shot(k: usize, attitude: Attitude) -> Shot {
    Shot { attitude, ev: 0.0, vignette: 0.1, noise: 1.0, seed: k as u64 }
}

/// Photo `k` of a set, of its file.
fn read(k: usize, jpeg: Vec<u8>) -> Photo {
    Photo::read(&format!("p{k}.jpg"), jpeg, 1e6, &Limits::default()).unwrap()
}

/// A turn of six photos, their exposures different, and one down.
fn turn() -> Vec<Photo> {
    let sphere = drawn_sphere(1024, 9);
    let lens = lens(Projection::Rectilinear, 90.0, (WIDTH, HEIGHT));
    let mut attitudes: Vec<Attitude> =
        (0..6).map(|i| Attitude { yaw: 60.0 * f64::from(i), pitch: 0.0, roll: 0.0 }).collect();
    attitudes.push(Attitude { yaw: 20.0, pitch: -60.0, roll: 0.0 });
    attitudes
        .into_iter()
        .enumerate()
        .map(|(index, attitude)| {
            let ev = if index % 2 == 0 { 0.3 } else { -0.2 };
            let shot = Shot { ev, ..shot(index, attitude) };
            read(index, photo(&sphere, &lens, WIDTH, HEIGHT, &shot).jpeg(92).unwrap())
        })
        .collect()
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let photos = turn();
    let wanted = Wanted { width: Some(1024), ..Wanted::default() };
    let made = [1, 2, 5].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let made = pool.install(|| stitch(&photos, &wanted, &Cancel::new())).unwrap();
        assert_eq!(made.report.placed.len(), photos.len());
        let part = output::part(made.panorama.width, &made.panorama.seams);
        let jpeg = output::jpeg(&made.panorama, part, 90).unwrap();
        let poses: Vec<u64> =
            made.layout.rotations.iter().flat_map(|r| r.iter().map(|v| v.to_bits())).collect();
        (made.panorama.rgb, jpeg, poses, made.panorama.seams.labels)
    });
    assert!(made[0] == made[1] && made[0] == made[2]);
}

#[test]
fn a_stop_is_obeyed_whenever_it_comes() {
    let photos = turn();
    let wanted = Wanted { width: Some(1024), ..Wanted::default() };
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(stitch(&photos, &wanted, &cancel), Err(StitchError::Cancelled)));
    for wait in [5, 20, 60, 150, 400, 900] {
        let cancel = Cancel::new();
        let outcome = std::thread::scope(|scope| {
            let run = scope.spawn(|| stitch(&photos, &wanted, &cancel).map(|_| ()));
            std::thread::sleep(Duration::from_millis(wait));
            cancel.cancel();
            run.join().unwrap()
        });
        // Nothing else comes of it than the whole or a stop: no half result, no other error.
        assert!(matches!(outcome, Ok(()) | Err(StitchError::Cancelled)), "{outcome:?}");
    }
}

/// XMP as a DJI drone writes it, as a segment of JPEG.
fn gimbal(held: Attitude) -> Vec<u8> {
    let Attitude { yaw, pitch, roll } = held;
    let packet = format!(
        "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>\
         <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
         <rdf:Description xmlns:d='http://www.dji.com/drone-dji/1.0/' d:GimbalYawDegree='{yaw:+.2}' \
         d:GimbalPitchDegree='{pitch:+.2}' d:GimbalRollDegree='{roll:+.2}'/></rdf:RDF></x:xmpmeta>"
    );
    let length = u16::try_from(packet.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, 0xE1], &length[..], packet.as_bytes()].concat()
}

#[test]
fn a_clear_sky_stands_where_the_gimbal_of_the_drone_says() {
    let mut sphere = drawn_sphere(1024, 9);
    // Nothing above 15° but a sky that grows darker upwards.
    let sky = sphere.height * 75 / 180;
    for (k, pixel) in sphere.data.chunks_exact_mut(3).enumerate().take(sky * sphere.width) {
        let row = k / sphere.width;
        pixel.copy_from_slice(&[60 + (row / 8) as u8, 110 + (row / 6) as u8, 200]);
    }
    let lens = lens(Projection::Rectilinear, 90.0, (WIDTH, HEIGHT));
    let ring = (0..6).map(|i| (60.0 * f64::from(i), -5.0));
    let above = (0..4).map(|i| (90.0 * f64::from(i) + 20.0, 55.0));
    let attitudes: Vec<Attitude> =
        ring.chain(above).map(|(yaw, pitch)| Attitude { yaw, pitch, roll: 0.0 }).collect();
    for told in [true, false] {
        let photos: Vec<Photo> = attitudes
            .iter()
            .enumerate()
            .map(|(k, &attitude)| {
                let seen = photo(&sphere, &lens, WIDTH, HEIGHT, &shot(k, attitude));
                let mut jpeg = seen.jpeg(92).unwrap();
                if told {
                    // From north, and not quite exact.
                    let off = if k % 2 == 0 { 0.6 } else { -0.6 };
                    let yaw = (attitude.yaw + 130.0 + off) % 360.0;
                    jpeg.splice(
                        2..2,
                        gimbal(Attitude { yaw, pitch: attitude.pitch + off, roll: off }),
                    );
                }
                read(k, jpeg)
            })
            .collect();
        let wanted = Wanted { width: Some(1024), ..Wanted::default() };
        let made = stitch(&photos, &wanted, &Cancel::new()).unwrap();
        let by_sensors: Vec<f64> = (6..10)
            .filter(|k| made.layout.by_sensors.contains(k))
            .map(|k| {
                let own = |k: usize| made.layout.rotations[k] * attitudes[k].matrix().transpose();
                angle_between(&own(0), &own(k))
            })
            .collect();
        if told {
            assert_eq!(by_sensors.len(), 4, "{:?}", made.report.left_out);
            assert!(by_sensors.iter().all(|off| *off < 1.5), "{by_sensors:?}");
            assert_eq!(made.report.verdict, Verdict::Complete);
            let north = made.report.heading.unwrap() + made.report.placed[0].attitude.yaw;
            assert!((north.rem_euclid(360.0) - 130.0).abs() < 1.0, "{north}");
        } else {
            assert!(by_sensors.is_empty() && made.report.verdict == Verdict::Partial);
        }
    }
}

#[test]
fn a_set_of_a_fisheye_is_recognised_with_and_without_its_circle() {
    let sphere = drawn_sphere(1024, 9);
    // Degrees across the picture, across its circle, and photos of the turn.
    for (size, field, circle, count) in
        [((360, 360), 200.0, 188.0, 4), ((400, 300), 140.0, 360.0, 6)]
    {
        let (width, height) = size;
        let lens = lens(Projection::Equidistant, field, size);
        let rim = lens.focal * f64::to_radians(circle / 2.0);
        let yaw = |i: u32| 360.0 * f64::from(i) / f64::from(count);
        let attitudes: Vec<Attitude> =
            (0..count).map(|i| Attitude { yaw: yaw(i), pitch: 2.0, roll: 1.0 }).collect();
        let photos: Vec<Photo> = attitudes
            .iter()
            .enumerate()
            .map(|(k, &attitude)| {
                let mut seen = photo(&sphere, &lens, width, height, &shot(k, attitude));
                seen.darken_beyond(lens.centre, rim);
                read(k, seen.jpeg(92).unwrap())
            })
            .collect();
        let wanted = Wanted { width: Some(1024), ..Wanted::default() };
        let made = stitch(&photos, &wanted, &Cancel::new()).unwrap();
        assert_eq!(made.report.verdict, Verdict::Complete, "{:?}", made.report);
        assert_eq!(made.layout.circles.is_empty(), circle > 300.0);
        let own = |k: usize| made.layout.rotations[k] * attitudes[k].matrix().transpose();
        for k in 1..photos.len() {
            assert!(angle_between(&own(0), &own(k)) < 0.1, "{field}: {k}");
        }
        let found = made.layout.lenses[0].hfov(width as f64);
        assert!((found / field - 1.0).abs() < 0.01, "{found}");
    }
}

#[test]
fn a_row_that_does_not_go_around_is_as_wide_as_it_is_though_the_camera_moved() {
    let sphere = drawn_sphere(2048, 9);
    let room = Room::furnished(0, &mut Dice(5));
    let field = 60.0;
    let (width, height) = (480, 360);
    let lens = lens(Projection::Rectilinear, field, (width, height));
    let mut dice = Dice(7);
    let attitudes: Vec<Attitude> = (0..3)
        .map(|i| Attitude { yaw: 36.0 * f64::from(i) - 80.0, pitch: 2.0, roll: 1.0 })
        .collect();
    let photos: Vec<Photo> = attitudes
        .iter()
        .enumerate()
        .map(|(k, &attitude)| {
            // Ten centimetres ahead of what it is turned about, which sways by three each way.
            let sway = Vector3::from_fn(|_, _| (dice.unit() - 0.5) * 0.06);
            let place = attitude.matrix().column(2) * 0.1 + sway;
            let seen = |ray: &Vector3<f64>| room.from_middle(&place, ray);
            let size = (width, height);
            let seen = photo_through(&sphere, &lens, size, &shot(k, attitude), &seen);
            read(k, seen.jpeg(92).unwrap())
        })
        .collect();
    let wanted = Wanted { width: Some(1024), ..Wanted::default() };
    let made = stitch(&photos, &wanted, &Cancel::new()).unwrap();
    // From the places of the cameras alone it would be 57° wide, and doubtful.
    assert_eq!(made.report.verdict, Verdict::Complete, "{:?}", made.report);
    let found = made.layout.lenses[0].hfov(width as f64);
    assert!((found / field - 1.0).abs() < 0.03, "{found}");
}

#[test]
fn zoomed_photos_and_those_of_another_camera_are_placed_with_lenses_of_their_own() {
    let sphere = drawn_sphere(2048, 9);
    let (wide, zoomed, upright) = (80.0, 55.0, 62.0);
    // Two in a row were zoomed, one was taken with a camera that is held upright; nothing says so.
    placed_with_their_own_lenses(
        &sphere,
        &[wide, wide, zoomed, zoomed, wide, upright, wide, wide],
        upright,
    );
    // One of two phones sees a little less.
    placed_with_their_own_lenses(&sphere, &[80.0, 74.0, 80.0, 80.0, 74.0, 80.0, 80.0, 74.0], 0.0);
}

/// Photos of a full turn that see so many degrees, those that see `upright` held upright.
fn placed_with_their_own_lenses(sphere: &Rgb, taken: &[f64], upright: f64) {
    let photos: Vec<Photo> = taken
        .iter()
        .enumerate()
        .map(|(k, &field)| {
            let (w, h) = if field == upright { (360, 480) } else { (480, 360) };
            let lens = lens(Projection::Rectilinear, field, (w, h));
            let attitude = Attitude { yaw: 45.0 * k as f64, pitch: 3.0, roll: -1.0 };
            read(k, photo(sphere, &lens, w, h, &shot(k, attitude)).jpeg(92).unwrap())
        })
        .collect();
    let wanted = Wanted { width: Some(1024), ..Wanted::default() };
    let made = stitch(&photos, &wanted, &Cancel::new()).unwrap();
    assert_eq!(made.report.verdict, Verdict::Complete, "{:?}", made.report);
    for (placed, field) in made.report.placed.iter().zip(taken) {
        assert!((placed.hfov / field - 1.0).abs() < 0.005, "{} sees {}", placed.photo, placed.hfov);
    }
}

#[test]
fn photos_that_lie_on_their_side_without_a_tag_make_an_upright_panorama() {
    let mut sphere = drawn_sphere(1024, 9);
    // It is darker below, as rooms and streets are.
    for (k, value) in sphere.data.iter_mut().enumerate() {
        let row = k / 3 / sphere.width;
        *value = (usize::from(*value) * (2 * sphere.height - row) / (2 * sphere.height)) as u8;
    }
    let lens = lens(Projection::Rectilinear, 70.0, (WIDTH, HEIGHT));
    for roll in [90.0, -90.0] {
        let photos: Vec<Photo> = (0..9)
            .map(|k| {
                let attitude = Attitude { yaw: 40.0 * k as f64, pitch: 4.0, roll };
                let seen = photo(&sphere, &lens, WIDTH, HEIGHT, &shot(k, attitude));
                read(k, seen.jpeg(92).unwrap())
            })
            .collect();
        let wanted = Wanted { width: Some(1024), ..Wanted::default() };
        let report = stitch(&photos, &wanted, &Cancel::new()).unwrap().report;
        assert_eq!(report.verdict, Verdict::Complete, "{report:?}");
        assert!(report.placed.iter().all(|p| (p.attitude.roll - roll).abs() < 1.0), "{report:?}");
        assert!(report.warnings.iter().any(|w| w.slug == "stitch-warning-up-guessed"));
    }
}

#[test]
fn what_cannot_be_read_is_left_out_and_what_is_blurred_is_told() {
    let limits = Limits::default();
    let sphere = drawn_sphere(1024, 9);
    let lens = lens(Projection::Rectilinear, 90.0, (WIDTH, HEIGHT));
    let files: Vec<Vec<u8>> = (0..8)
        .map(|k| {
            let attitude = Attitude { yaw: 45.0 * k as f64, pitch: 0.0, roll: 0.0 };
            let jpeg = photo(&sphere, &lens, WIDTH, HEIGHT, &shot(k, attitude)).jpeg(92).unwrap();
            match k {
                2 => jpeg[..jpeg.len() / 4].to_vec(),
                5 => {
                    let soft = image::load_from_memory(&jpeg).unwrap().blur(4.0);
                    let mut out = std::io::Cursor::new(Vec::new());
                    soft.write_to(&mut out, image::ImageFormat::Png).unwrap();
                    out.into_inner()
                }
                _ => jpeg,
            }
        })
        .collect();
    let photo = |(k, file): (usize, &Vec<u8>)| {
        (k, Photo::read(&format!("p{k}.jpg"), file.clone(), 1e6, &limits))
    };
    let mut unreadable = Vec::new();
    let read = readable(files.iter().enumerate().map(photo), &mut unreadable).unwrap();
    let photos: Vec<Photo> = read.into_iter().map(|(_, photo)| photo).collect();
    let wanted = Wanted { width: Some(1024), unreadable, ..Wanted::default() };
    let (_, made) = stitch_any(photos, &wanted, &Cancel::new()).unwrap();
    assert_eq!(made.report.verdict, Verdict::Partial);
    let left_out: Vec<(&str, &str)> =
        made.report.left_out.iter().map(|l| (l.photo.as_str(), l.reason.slug.as_str())).collect();
    assert_eq!(left_out, [("p2.jpg", "stitch-left-unreadable")]);
    // The map tells the number of the file, those that were left out counted.
    assert_eq!(made.files[3].name, "p3.jpg");
    let blurred = made.report.warnings.iter().find(|w| w.slug == "stitch-warning-blurred").unwrap();
    assert!(blurred.message.contains("p5.jpg"), "{}", blurred.message);
    // Of two files of which one cannot be read no panorama can be made.
    let two = files[1..3].iter().enumerate().map(photo);
    assert!(matches!(readable(two, &mut Vec::new()), Err(StitchError::Photo { .. })));
}

/// The provenance map of a whole panorama, row by row.
fn map_of(made: &Stitched) -> image::GrayImage {
    let part = output::part(made.panorama.width, &made.panorama.seams);
    let png = output::provenance(&made.panorama, part, &made.files).unwrap();
    image::load_from_memory(&png).unwrap().into_luma8()
}

#[test]
fn a_mark_covers_what_no_photo_shows_and_the_map_says_so() {
    let sphere = drawn_sphere(512, 9);
    let lens = lens(Projection::Rectilinear, 130.0, (240, 180));
    let photos: Vec<Photo> = (0..6)
        .map(|k| {
            let attitude = Attitude { yaw: 60.0 * k as f64, pitch: 0.0, roll: 0.0 };
            read(k, photo(&sphere, &lens, 240, 180, &shot(k, attitude)).jpeg(92).unwrap())
        })
        .collect();
    let mark = Some(Mark::plain(None).unwrap());
    let wanted = Wanted { width: Some(512), mark, ..Wanted::default() };
    let made = stitch(&photos, &wanted, &Cancel::new()).unwrap();
    let covered = made.report.mark.unwrap();
    assert!(covered.degrees > 15.0 && covered.photographed == 0.0, "{covered:?}");
    let above = made.report.filled;
    assert!(above > 0.01 && covered.unseen > 0.01, "{above} {covered:?}");
    let map = map_of(&made);
    for (_, y, pixel) in map.enumerate_pixels() {
        let below = (256.0 - f64::from(y) - 0.5) / 256.0 * 180.0;
        assert_eq!(pixel.0 == [255], below <= covered.degrees, "row {y}");
    }
}
