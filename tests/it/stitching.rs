//! Stitching as a library: the same bytes whatever the number of threads, and a stop that is obeyed.

use std::time::Duration;

use kanfang::base::{Cancel, Limits};
use kanfang::geometry::{Lens, Projection};
use kanfang::stitch::attitude::Attitude;
use kanfang::stitch::mark::Mark;
use kanfang::stitch::pipeline::{Stitched, Wanted, stitch};
use kanfang::stitch::{Photo, StitchError, output};

use crate::photos::{Shot, drawn_sphere, photo};

const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// A turn of six photos, their exposures different, and one down.
fn turn() -> Vec<Photo> {
    let sphere = drawn_sphere(1024, 9);
    let focal = Lens::focal_for(Projection::Rectilinear, 90.0, WIDTH as f64);
    let lens = Lens::centred(Projection::Rectilinear, focal, WIDTH, HEIGHT);
    let mut attitudes: Vec<Attitude> =
        (0..6).map(|i| Attitude { yaw: 60.0 * f64::from(i), pitch: 0.0, roll: 0.0 }).collect();
    attitudes.push(Attitude { yaw: 20.0, pitch: -60.0, roll: 0.0 });
    attitudes
        .into_iter()
        .enumerate()
        .map(|(index, attitude)| {
            let ev = if index % 2 == 0 { 0.3 } else { -0.2 };
            let shot = Shot { attitude, ev, vignette: 0.1, noise: 1.0, seed: index as u64 };
            let jpeg = photo(&sphere, &lens, WIDTH, HEIGHT, &shot).jpeg(92).unwrap();
            Photo::read(&format!("p{index}.jpg"), jpeg, 1e6, &Limits::default()).unwrap()
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

/// The provenance map of a whole panorama, row by row.
fn map_of(made: &Stitched) -> image::GrayImage {
    let part = output::part(made.panorama.width, &made.panorama.seams);
    let png = output::provenance(&made.panorama, part, &made.files).unwrap();
    image::load_from_memory(&png).unwrap().into_luma8()
}

#[test]
fn a_mark_covers_what_no_photo_shows_and_the_map_says_so() {
    let sphere = drawn_sphere(512, 9);
    let focal = Lens::focal_for(Projection::Rectilinear, 130.0, 240.0);
    let lens = Lens::centred(Projection::Rectilinear, focal, 240, 180);
    let photos: Vec<Photo> = (0..6_u32)
        .map(|i| {
            let attitude = Attitude { yaw: 60.0 * f64::from(i), pitch: 0.0, roll: 0.0 };
            let shot = Shot { attitude, ev: 0.0, vignette: 0.1, noise: 1.0, seed: u64::from(i) };
            let jpeg = photo(&sphere, &lens, 240, 180, &shot).jpeg(92).unwrap();
            Photo::read(&format!("p{i}.jpg"), jpeg, 1e6, &Limits::default()).unwrap()
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
