//! HEIC photos as phones write them: tiles, turns, colours; and files that mean harm. The truth is what libheif decodes.

use kanfang::base::{Cancel, Fault as _, Limits};
use kanfang::container;
use kanfang::imaging::decode::{Wanted, decode};
use kanfang::imaging::header::Header;
use kanfang::imaging::heif::{self, Rgb};
use kanfang::imaging::{ImagingError, PackIndex, TileRecipe, tile};
use kanfang::photo::probe::{ProbeError, TakenFor, probe};
use kanfang::stitch::Photo;
use proptest::prelude::*;
use serde_json::Value;

use crate::journey::work;
use crate::listing_fixture::listing;
use crate::support::Site;
use crate::tus::upload;

const PANORAMA: &[u8] = include_bytes!("../heic/pano.heic");
const PHOTO: &[u8] = include_bytes!("../heic/photo.heic");

/// Mean colours of 8 × 4 cells as libheif decodes the panorama.
const PANORAMA_CELLS: [[u8; 3]; 32] = [
    [161, 150, 139],
    [166, 155, 144],
    [190, 181, 172],
    [195, 182, 173],
    [202, 196, 188],
    [178, 169, 160],
    [167, 158, 147],
    [161, 150, 139],
    [160, 146, 131],
    [162, 151, 139],
    [168, 161, 151],
    [163, 157, 146],
    [163, 154, 140],
    [170, 163, 151],
    [168, 158, 145],
    [151, 133, 118],
    [140, 124, 107],
    [139, 109, 84],
    [135, 128, 117],
    [129, 111, 89],
    [135, 115, 92],
    [99, 79, 65],
    [142, 126, 111],
    [127, 95, 74],
    [151, 116, 84],
    [134, 99, 68],
    [130, 98, 76],
    [133, 97, 75],
    [141, 111, 84],
    [147, 104, 66],
    [138, 95, 59],
    [145, 103, 65],
];

/// The same of the photo, 3 × 4 cells, as shown.
const PHOTO_CELLS: [[u8; 3]; 12] = [
    [175, 169, 159],
    [170, 164, 153],
    [157, 146, 134],
    [165, 159, 147],
    [155, 146, 135],
    [157, 147, 135],
    [165, 156, 144],
    [154, 145, 133],
    [160, 150, 139],
    [172, 164, 153],
    [161, 153, 141],
    [162, 154, 143],
];

fn cells(rgb: &Rgb, columns: usize, rows: usize) -> Vec<[f64; 3]> {
    let (width, height) = (rgb.width as usize, rgb.height as usize);
    let mean = |cell: usize| {
        let (left, top) = (cell % columns * width / columns, cell / columns * height / rows);
        let (across, down) = (width / columns, height / rows);
        let mut sum = [0.0; 3];
        for y in top..top + down {
            for x in left..left + across {
                (0..3).for_each(|k| sum[k] += f64::from(rgb.pixels[3 * (y * width + x) + k]));
            }
        }
        sum.map(|sum| sum / (across * down) as f64)
    };
    (0..columns * rows).map(mean).collect()
}

fn farthest(cells: &[[f64; 3]], truth: &[[u8; 3]]) -> f64 {
    let pairs = cells.iter().flatten().zip(truth.iter().flatten());
    pairs.map(|(cell, truth)| (cell - f64::from(*truth)).abs()).fold(0.0, f64::max)
}

/// `bytes` with the first `from` replaced by `to` of the same length.
fn with(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + to.len()..]].concat()
}

#[test]
fn a_panorama_of_tiles_is_decoded_as_others_decode_it() {
    let rgb = heif::decode(PANORAMA, &Limits::default()).unwrap();
    assert_eq!((rgb.width, rgb.height), (960, 480));
    let off = farthest(&cells(&rgb, 8, 4), &PANORAMA_CELLS);
    assert!(off < 1.5, "{off}");
}

#[test]
fn a_turned_photo_stands_upright_once() {
    let rgb = heif::decode(PHOTO, &Limits::default()).unwrap();
    assert_eq!((rgb.width, rgb.height), (300, 400));
    let off = farthest(&cells(&rgb, 3, 4), &PHOTO_CELLS);
    assert!(off < 1.5, "{off}");
    let container = container::read(PHOTO, &Limits::default()).unwrap();
    let said = container::exif::read(container.exif.as_deref().unwrap()).unwrap().0;
    assert_eq!(said.orientation, Some(6), "the file says it a second time");
    let report = probe(PHOTO, "IMG_0001.HEIC", &Limits::default(), &Cancel::new()).unwrap();
    assert_eq!((report.width, report.height, report.orientation), (300, 400, 1));
    assert_eq!(report.taken_for, TakenFor::FlatPhoto);
    assert_eq!(report.exif.unwrap().maker.as_deref(), Some("Kanfang"));
    let photo = Photo::read("IMG_0001.HEIC", PHOTO.to_vec(), 1e9, &Limits::default()).unwrap();
    assert_eq!((photo.original, photo.width(), photo.height()), ((300, 400), 300, 400));
}

#[test]
fn a_panorama_is_taken_for_one_and_tiled() {
    let report = probe(PANORAMA, "pano.heic", &Limits::default(), &Cancel::new()).unwrap();
    assert_eq!(report.taken_for, TakenFor::Equirectangular, "{report:#?}");
    assert!(report.named_as.is_none());
    let mut pack = Vec::new();
    let recipe = TileRecipe::default();
    tile(PANORAMA.to_vec(), &recipe, &Limits::default(), &Cancel::new(), &|_| (), &mut pack)
        .unwrap();
    assert!(PackIndex::parse(&pack).is_ok());
}

#[test]
fn colours_are_those_that_the_file_names() {
    let limits = Limits::default();
    let green = |bytes: &[u8]| {
        let header = Header::read(bytes, &limits).unwrap();
        let wanted = Wanted { rgb: true, accept_damaged: false };
        let picture = decode(bytes.to_vec(), &header, wanted, &limits).unwrap();
        let mean = |plane: usize| {
            let rows = (0..picture.height()).flat_map(|y| picture.planes[plane].row(y).to_vec());
            rows.map(f64::from).sum::<f64>() / (picture.width() * picture.height()) as f64
        };
        [mean(0), mean(2)]
    };
    let [red, blue] = green(PANORAMA);
    // Display P3 has a stronger red: the same numbers mean more of it in sRGB.
    let [p3_red, p3_blue] = green(&with(PANORAMA, b"nclx\0\x01\0\x0d", b"nclx\0\x0c\0\x0d"));
    assert!(p3_red - red > 0.8 && blue - p3_blue > 0.8, "{red} {p3_red} {blue} {p3_blue}");
    // Nothing said: BT.601, full range, as the file says of itself.
    assert_eq!(green(&with(PANORAMA, b"colrnclx", b"freenclx")), [red, blue]);
    // Limited range stretches.
    let stretched = green(&with(PANORAMA, b"\0\x06\x80", b"\0\x06\0"));
    assert!((stretched[0] - red).abs() > 2.0, "{stretched:?} {red}");
}

#[test]
fn what_asks_for_too_much_is_refused_from_the_header() {
    let limits = Limits::default();
    let size = [&960_u16.to_be_bytes()[..], &480_u16.to_be_bytes()].concat();
    let huge = with(PANORAMA, &size, &[0xFF, 0xFF, 0xFF, 0xFF]);
    assert!(matches!(heif::decode(&huge, &limits), Err(ImagingError::Corrupt { .. })));
    let small = Limits { max_pixels: 100_000, ..limits };
    let refused = probe(PANORAMA, "pano.heic", &small, &Cancel::new());
    assert!(matches!(refused, Err(ProbeError::TooManyPixels { width: 960, .. })), "{refused:?}");
    assert!(matches!(Header::read(PANORAMA, &small), Err(ImagingError::TooManyPixels { .. })));
    let little = Limits { max_memory_bytes: 1 << 20, ..limits };
    let refused = probe(PANORAMA, "pano.heic", &little, &Cancel::new());
    assert!(matches!(refused, Err(ProbeError::NeedsTooMuchMemory { .. })), "{refused:?}");
    // A picture laid over others is not put together.
    let laid = with(PANORAMA, b"grid", b"iovl");
    let report = probe(&laid, "laid.heic", &limits, &Cancel::new()).unwrap();
    assert_eq!(report.taken_for, TakenFor::Unsupported);
    assert_eq!(report.reasons[0].slug, "probe-reason-coding");
}

/// Items of 65,535 places each that take no byte of the file: 43,000 of them would ask for 68 GB.
#[test]
fn places_without_lengths_are_refused_before_they_are_counted() {
    let boxed = |kind: &[u8; 4], payload: &[u8]| {
        [&(payload.len() as u32 + 8).to_be_bytes()[..], kind, payload].concat()
    };
    let items: Vec<u8> =
        (0..40_000_u16).flat_map(|id| [id.to_be_bytes(), [0; 2], [0xFF; 2]].concat()).collect();
    let places = [&[0; 6][..], &40_000_u16.to_be_bytes(), &items].concat();
    let catalogue = [&[0; 4][..], &boxed(b"iloc", &places)].concat();
    let file = [boxed(b"ftyp", b"heic\0\0\0\0mif1heic"), boxed(b"meta", &catalogue)].concat();
    assert!(file.len() < 256 << 10);
    let report = probe(&file, "places.heic", &Limits::default(), &Cancel::new()).unwrap();
    assert_eq!(report.taken_for, TakenFor::Unsupported);
}

#[test]
fn a_file_that_breaks_off_says_so() {
    let mut refused = 0;
    for end in (64..PHOTO.len()).step_by(97) {
        match probe(&PHOTO[..end], "cut.heic", &Limits::default(), &Cancel::new()) {
            Ok(report) => assert_eq!(report.taken_for, TakenFor::FlatPhoto),
            Err(error) => {
                assert!(["picture-header-broken", "picture-corrupt"].contains(&error.slug()));
                refused += 1;
            }
        }
    }
    assert!(refused > 30, "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_damage_makes_it_panic(hits in prop::collection::vec((0_usize..PHOTO.len(), any::<u8>()), 1..12)) {
        let mut bytes = PHOTO.to_vec();
        for (at, value) in hits {
            bytes[at] = value;
        }
        let limits = Limits { max_pixels: 4_000_000, ..Limits::default() };
        let _ = probe(&bytes, "hit.heic", &limits, &Cancel::new());
        if let Ok(rgb) = heif::decode(&bytes, &limits) {
            prop_assert_eq!(rgb.pixels.len(), 3 * rgb.width as usize * rgb.height as usize);
        }
    }

    #[test]
    fn nor_does_damage_of_the_catalogue(hits in prop::collection::vec((0_usize..840, any::<u8>()), 1..6)) {
        let mut bytes = PANORAMA.to_vec();
        for (at, value) in hits {
            bytes[at] = value;
        }
        let _ = container::read(&bytes, &Limits::default());
        let _ = Header::read(&bytes, &Limits::default());
    }
}

#[tokio::test]
async fn a_panorama_goes_the_whole_way_through_server_and_child() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let id = upload(&agency, &listing, PANORAMA, "pano.heic").await;
    work(&site, &agency).await;
    let get = async |path: String| -> Value { agency.get(&path).await.json().await.unwrap() };
    let asset = get(format!("/api/v1/assets/{id}")).await;
    assert_eq!(asset["probe"]["taken_for"], "equirectangular", "{asset}");
    assert_eq!(asset["probe"]["header"]["format"], "heif");
    let tiled = get(format!("/api/v1/listings/{listing}/panoramas")).await;
    assert_eq!(tiled["items"][0]["asset"], id, "{tiled}");
    let small = agency.get(&format!("/api/v1/assets/{id}/thumbnail.jpg")).await;
    assert_eq!(small.status(), 200);
}
