//! What somebody should look at before the picture goes into a tour.

use crate::container::{ColourModel, Format, MetadataKind};

use super::report::{Note, ProbeReport, TakenFor};

/// Adds the warnings that follow from the facts of a report.
pub fn add(report: &mut ProbeReport, unread: &[MetadataKind]) {
    let mut notes = about_the_file(report, unread);
    notes.extend(about_the_picture(report));
    report.warnings.append(&mut notes);
}

fn about_the_file(report: &ProbeReport, unread: &[MetadataKind]) -> Vec<Note> {
    let mut notes = Vec::new();
    let header = &report.header;
    if let Some(named_as) = report.named_as {
        notes.push(
            Note::new("probe-warning-name-differs")
                .with("named", named_as)
                .with("format", header.format),
        );
    }
    if header.format == Format::CameraRaw && report.taken_for != TakenFor::Unsupported {
        notes.push(
            Note::new("probe-warning-raw")
                .with("width", header.width)
                .with("height", header.height),
        );
    }
    for (kind, slug) in [
        (MetadataKind::Exif, "probe-warning-exif-unread"),
        (MetadataKind::Xmp, "probe-warning-xmp-unread"),
        (MetadataKind::Icc, "probe-warning-icc-unread"),
    ] {
        if unread.contains(&kind) {
            notes.push(Note::new(slug));
        }
    }
    if report.exif.as_ref().is_some_and(|exif| exif.damaged)
        && !unread.contains(&MetadataKind::Exif)
    {
        notes.push(Note::new("probe-warning-exif-damaged"));
    }
    if header.trailing_bytes > 0 {
        notes.push(Note::new("probe-warning-trailing").with("bytes", header.trailing_bytes));
    }
    if !header.complete && report.sight.is_some() {
        notes.push(Note::new("probe-warning-end-missing"));
    }
    if header.colour == ColourModel::Cmyk {
        notes.push(Note::new("probe-warning-cmyk"));
    }
    if header.bit_depth > 8 && report.taken_for != TakenFor::Unsupported {
        notes.push(Note::new("probe-warning-deep").with("bits", header.bit_depth));
    }
    if header.animated {
        notes.push(Note::new("probe-warning-animated"));
    }
    if report.holds_position {
        notes.push(Note::new("probe-warning-position"));
    }
    if report.holds_serial_numbers {
        notes.push(Note::new("probe-warning-serial-numbers"));
    }
    notes
}

/// Narrower spheres look soft at the usual field of view.
const WIDE_ENOUGH: u32 = 4096;

fn about_the_picture(report: &ProbeReport) -> Vec<Note> {
    let mut notes = Vec::new();
    let whole = matches!(report.taken_for, TakenFor::Equirectangular | TakenFor::StereoTopBottom);
    let sphere =
        matches!(report.taken_for, TakenFor::Equirectangular | TakenFor::EquirectangularCropped);
    if whole && report.width < WIDE_ENOUGH {
        notes.push(Note::new("probe-warning-small").with("width", report.width));
    }
    if sphere && report.orientation != 1 {
        notes.push(Note::new("probe-warning-turned").with("orientation", report.orientation));
    }
    let Some(sight) = &report.sight else { return notes };
    let exposure = &sight.exposure;
    let [_, _, median, bright, _] = exposure.percentiles;
    if median < 35 && bright < 120 {
        notes.push(Note::new("probe-warning-dark").with("mean", format!("{:.0}", exposure.mean)));
    }
    if median > 225 || exposure.clipped_bright > 0.15 {
        notes.push(
            Note::new("probe-warning-bright")
                .with("percent", format!("{:.0}", 100.0 * exposure.clipped_bright)),
        );
    }
    if sight.sharpness.evidence >= 0.02 && sight.sharpness.score < 0.35 {
        notes.push(
            Note::new("probe-warning-blurred")
                .with("pixels", format!("{:.1}", sight.sharpness.edge_width)),
        );
    }
    if let Some(tilt) = sight.tilt
        && sphere
        && tilt.confidence >= 0.4
        && tilt.degrees >= 2.5
    {
        notes.push(
            Note::new("probe-warning-tilted").with("degrees", format!("{:.1}", tilt.degrees)),
        );
    }
    notes
}
