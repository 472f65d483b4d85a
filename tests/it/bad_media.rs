//! The corpus of `tests/bad` gets the answers that stand in it; nothing that anyone uploads makes the probe panic.

use kanfang::base::{Cancel, Fault as _, Limits};
use kanfang::photo::probe::{ProbeReport, TakenFor, probe, probe_and_copy};
use kanfang::texts::{Language, find};
use proptest::prelude::*;

#[path = "../bad/recipes.rs"]
mod recipes;

use recipes::Answer;

fn assert_report_has_texts(report: &ProbeReport) {
    for note in report.reasons.iter().chain(&report.warnings) {
        let args: Vec<(&str, String)> =
            note.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        for language in [Language::Chinese, Language::English] {
            let text = find(language, &note.slug, &args)
                .unwrap_or_else(|| panic!("no text for {}", note.slug));
            assert!(!text.contains('$'), "{}: {text}", note.slug);
        }
    }
}

#[test]
fn every_bad_file_gets_its_answer() {
    for recipe in recipes::all() {
        let answer = probe(&recipe.bytes, recipe.name, &Limits::default(), &Cancel::new());
        match (&recipe.answer, answer) {
            (Answer::Error(slug), Err(error)) => {
                assert_eq!(error.slug(), *slug, "{}: {error}", recipe.name);
                for language in [Language::Chinese, Language::English] {
                    let text = find(language, slug, &error.args())
                        .unwrap_or_else(|| panic!("no text for {slug}"));
                    assert!(!text.contains('$'), "{slug}: {text}");
                    assert!(
                        find(language, &format!("{slug}-title"), &[]).is_some(),
                        "no title for {slug}"
                    );
                }
            }
            (Answer::Report(taken_for, warnings), Ok(report)) => {
                assert_eq!(report.taken_for, *taken_for, "{}: {report:#?}", recipe.name);
                for warning in *warnings {
                    assert!(
                        report.warnings.iter().any(|note| note.slug == *warning),
                        "{} lacks {warning}: {:?}",
                        recipe.name,
                        report.warnings
                    );
                }
                assert_report_has_texts(&report);
            }
            (Answer::Error(slug), Ok(report)) => {
                panic!("{}: {slug} expected, but {report:#?}", recipe.name)
            }
            (Answer::Report(..), Err(error)) => {
                panic!("{}: a report expected, but {error}", recipe.name)
            }
        }
    }
}

#[test]
fn a_jpeg_cut_anywhere_is_refused_or_complete() {
    let whole = recipes::jpeg(160, 120);
    for end in 1..whole.len() {
        match probe(&whole[..end], "cut.jpg", &Limits::default(), &Cancel::new()) {
            Ok(_) => assert!(end + 2 >= whole.len(), "cut at {end} of {} was taken", whole.len()),
            Err(error) => assert!(
                [
                    "file-not-a-picture",
                    "picture-header-broken",
                    "picture-truncated",
                    "picture-corrupt"
                ]
                .contains(&error.slug()),
                "{end}: {error}"
            ),
        }
    }
}

#[test]
fn a_cancelled_probe_says_so() {
    let cancel = Cancel::new();
    cancel.cancel();
    let error = probe(&recipes::jpeg(160, 120), "a.jpg", &Limits::default(), &cancel).unwrap_err();
    assert_eq!(error.slug(), "probe-cancelled");
}

#[test]
fn reports_survive_json_and_lose_what_is_private() {
    let report =
        probe(&recipes::jpeg(160, 120), "客厅.jpg", &Limits::default(), &Cancel::new()).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["taken_for"], "flat_photo");
    assert_eq!(json["header"]["format"], "jpeg");
    assert!(json.get("private").is_some());
    let back: ProbeReport = serde_json::from_value(json).unwrap();
    assert_eq!(back.file_name, report.file_name);
    let public = serde_json::to_value(report.without_private()).unwrap();
    assert!(public.get("private").is_none());
}

#[test]
fn every_kind_has_a_name_and_a_text() {
    for kind in TakenFor::ALL {
        assert_eq!(TakenFor::parse(kind.name()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        let key = format!("taken-for-{}", kind.name().replace('_', "-"));
        assert!(find(Language::Chinese, &key, &[]).is_some(), "{key}");
    }
}

/// Whole small files of every format that is decoded.
fn seeds() -> Vec<Vec<u8>> {
    let (width, height) = (48, 40);
    let picture = image::RgbImage::from_raw(width, height, recipes::photo(48, 40, 3)).unwrap();
    let written = |format| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    vec![
        recipes::jpeg(48, 40),
        recipes::png(48, 40, false, &[]),
        written(image::ImageFormat::Tiff),
        written(image::ImageFormat::WebP),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), name in "\\PC{0,20}") {
        let limits = Limits { max_memory_bytes: 64 << 20, ..Limits::default() };
        let _ = probe(&bytes, &name, &limits, &Cancel::new());
    }

    #[test]
    fn mutated_files_never_panic(
        seed in 0..4_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        early in any::<bool>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let limits = Limits { max_memory_bytes: 64 << 20, max_pixels: 4_000_000, ..Limits::default() };
        let mut bytes = seeds().swap_remove(seed);
        // Half of the time only the headers change.
        let reach = if early { bytes.len().min(200) } else { bytes.len() };
        for (place, value) in changes {
            let at = place.index(reach);
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()).max(bytes.len() / 2));
        let _ = probe_and_copy(&bytes, "a.jpg", &limits, &Cancel::new())
            .map(|(_, copy)| copy.map(|copy| copy.fitted(320)));
    }
}
