//! The probe on real files, where the folder `../shared/data` beside the repository holds them; else nothing is tested.

use std::path::{Path, PathBuf};

use kanfang::base::{Cancel, Fault as _, Limits};
use kanfang::codec;
use kanfang::photo::probe::{ProbeReport, TakenFor, probe};

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    folder.is_dir().then_some(folder)
}

fn report(path: &Path) -> ProbeReport {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    probe(&bytes, &name, &Limits::default(), &Cancel::new())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn real_360_pictures_are_taken_for_what_they_are() {
    use TakenFor::*;
    let Some(folder) = folder() else { return };
    let expected = [
        ("equirect/mpetroff__examplepano.jpg", Equirectangular),
        ("equirect/jacoblange-dev__Jobsite2.JPG", Equirectangular),
        ("equirect/robhubi__Sv05_SpherPano_218.jpg", Equirectangular),
        ("equirect/NitishMutha__360.jpg", Equirectangular),
        ("equirect/aframevr__puydesancy.jpg", Equirectangular),
        ("equirect/pchen66__building.jpg", Equirectangular),
        ("equirect/sunset1995__tutorial_pano_agfcvbkkdocone.jpg", FlatPhoto),
        ("equirect/google__petra.jpg", Equirectangular),
        ("equirect/google__dolphins.jpg", StereoTopBottom),
        ("equirect/immersive-web__chess-pano-4k180.jpg", Vr180),
        ("equirect/immersive-web__mono-equirect180.png", FlatPhoto),
        ("equirect/naver__equi_4096.jpg", Equirectangular),
        ("equirect/naver__panorama2.jpg", Cylindrical),
        ("equirect/googlevr__testRoom1_2kMono.jpg", Equirectangular),
        ("equirect/googlevr__testRoom1_2kStereo.jpg", StereoTopBottom),
        ("equirect/pmndrs__apartment.exr", Unsupported),
        ("equirect/pmndrs__lobby.exr", Unsupported),
        ("fisheye/robhubi__Sv04_DoubleLens_218.jpg", DualFisheye),
        ("fisheye/joeyvanderbie__GPFR7152_img1.jpg", Fisheye),
        ("fisheye/joeyvanderbie__GPBK7152_img1.jpg", Fisheye),
        ("fisheye/chengzegang__insta360-still-001.png", DualFisheye),
        ("fisheye/GGbby__fishcam2.jpg", DualFisheye),
        ("fisheye/jacoblange-dev__Raw.jpg", DualFisheye),
        ("fisheye/ricohapi__dualfisheye.png", DualFisheye),
        ("fisheye/ricohapi__equirectangular.png", Equirectangular),
        ("fisheye/mistic100__dualfisheye.jpg", DualFisheye),
        ("fisheye/drewnoakes__Kodak_PIXPRO_SP360.jpg", Fisheye),
    ];
    let wrong: Vec<String> = expected
        .iter()
        .filter_map(|(name, taken_for)| {
            let report = report(&folder.join(name));
            let summary = format!(
                "{name}: {:?} {:.2} instead of {taken_for:?}; {:?}; wrap {:?} poles {:?} halves {:?} borders {:?} circles {:?}",
                report.taken_for,
                report.confidence,
                report.reasons,
                report.sight.as_ref().map(|sight| sight.wrap),
                report.sight.as_ref().map(|sight| sight.poles),
                report.sight.as_ref().map(|sight| (sight.halves_top_bottom, sight.halves_left_right)),
                report.sight.as_ref().map(|sight| sight.borders),
                report.sight.as_ref().map(|sight| sight.circles.clone()),
            );
            (report.taken_for != *taken_for).then_some(summary)
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "minutes: reads every real photo set"]
fn ordinary_photos_are_not_taken_for_360_pictures() {
    let Some(folder) = folder() else { return };
    let mut files = Vec::new();
    files_below(&folder.join("photo-sets"), &mut files);
    let wrong: Vec<String> = files
        .iter()
        .map(|file| (file, report(file)))
        .filter(|(_, report)| report.taken_for != TakenFor::FlatPhoto)
        .map(|(file, report)| {
            format!("{}: {:?} {:?}", file.display(), report.taken_for, report.reasons)
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn positions_and_serial_numbers_stay_private() {
    let Some(folder) = folder() else { return };
    let report = report(&folder.join("exif/ianare__DSCN0010.jpg"));
    let position =
        report.private.as_ref().and_then(|private| private.position).expect("a position");
    assert!(report.holds_position);
    let public = serde_json::to_string(&report.without_private()).unwrap();
    assert!(
        !public.contains(&format!("{:.4}", position.latitude)),
        "the public part holds the latitude"
    );
}

#[test]
#[ignore = "minutes: reads every real file"]
fn every_real_file_ends_with_a_report_or_an_error() {
    let Some(folder) = folder() else { return };
    let mut files = Vec::new();
    for name in ["equirect", "fisheye", "exif", "broken"] {
        files_below(&folder.join(name), &mut files);
    }
    assert!(files.len() > 100);
    let limits = Limits { max_memory_bytes: 512 << 20, ..Limits::default() };
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy();
        if let Err(error) = probe(&bytes, &name, &limits, &Cancel::new()) {
            assert!(!error.slug().is_empty());
        }
    }
}

#[test]
fn real_phone_videos_become_renditions() {
    let Some(folder) = folder() else { return };
    let mut videos = Vec::new();
    files_below(&folder.join("phone-video"), &mut videos);
    assert!(videos.len() > 10);
    let (limits, cancel) = (Limits::default(), Cancel::new());
    for path in videos {
        let open = || std::fs::File::open(&path).unwrap();
        let looked = |source| match codec::look(source, 960, &limits, &cancel) {
            Ok(codec::Look::Video(facts, still)) => (facts, still),
            other => panic!("{}: {other:?}", path.display()),
        };
        let (facts, still) = looked(open());
        let made = tempfile::NamedTempFile::new().unwrap();
        let target = made.reopen().unwrap();
        let rendition = codec::transcode(open(), target, (&limits, 2), &cancel, &|_| {})
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (again, _) = looked(made.reopen().unwrap());
        let shape = |width: u32, height: u32| f64::from(width) / f64::from(height);
        let wanted = shape(facts.width, facts.height);
        for found in [
            shape(still.width, still.height),
            shape(rendition.width, rendition.height),
            shape(again.width, again.height),
        ] {
            assert!((found / wanted - 1.0).abs() < 0.02, "{}", path.display());
        }
        assert!((again.seconds - facts.seconds).abs() < 0.5, "{}: {again:?}", path.display());
        assert_eq!((again.turn, again.holds_position), (0, false), "{}", path.display());
        assert_eq!(again.audio_codec.is_some(), facts.audio_codec.is_some(), "{}", path.display());
    }
}
