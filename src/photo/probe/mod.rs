//! The probe: what an uploaded file is, what it is taken for, and what is wrong with it.
//!
//! A pure function over bytes. The header is judged before anything is decoded, decoding is scaled and bounded by
//! [`Limits`], and every input ends with a report or an error that has a text for people. It opens no file and asks
//! nobody; in the server it runs in the worker's child process.

mod camera;
mod error;
mod judge;
pub mod report;
mod sight;
pub mod small;
mod video;
mod warnings;

use crate::base::{Cancel, Limits};
use crate::container::{self, Container, Format, MetadataKind, exif, file_name, icc, xmp};

pub use error::ProbeError;
pub use report::{Note, ProbeReport, TakenFor};
pub use small::SmallPicture;
pub use video::probe_video;

use judge::{Evidence, Verdict};
use report::Sight;
use small::Undecoded;

/// Long side of the copy that is measured.
pub const LONGEST: u32 = 2048;

/// Looks at the file `bytes`, uploaded as `file_name`.
///
/// Formats that are recognised but not decoded (AVIF, GIF …; for videos see [`probe_video`]) give a report taken for
/// [`TakenFor::Unsupported`]; what is no picture, is damaged or breaks a limit gives an error.
pub fn probe(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<ProbeReport, ProbeError> {
    probe_and_copy(bytes, file_name, limits, cancel).map(|(report, _)| report)
}

/// As [`probe`], with the copy that was measured, turned the right way up, for thumbnails: 8-bit RGB in the colour
/// space of the file, at most [`LONGEST`] pixels on the long side. None where nothing could be measured.
pub fn probe_and_copy(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(ProbeReport, Option<SmallPicture>), ProbeError> {
    if bytes.len() as u64 > limits.max_file_bytes {
        return Err(ProbeError::FileTooLarge {
            bytes: bytes.len() as u64,
            limit: limits.max_file_bytes,
        });
    }
    let container = container::read(bytes, limits)?;
    let facts = Facts::read(&container, file_name);
    let (seen, copy) = look(bytes, &container, facts.orientation(), limits, cancel)?;
    Ok((facts.report(bytes.len() as u64, container, seen), copy))
}

/// What looking gave.
enum Seen {
    /// Measures; `None` for a picture of a few pixels.
    Picture(Option<Sight>),
    /// Not decoded, and why.
    Unsupported(Note),
}

fn look(
    bytes: &[u8],
    container: &Container<'_>,
    orientation: u8,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(Seen, Option<SmallPicture>), ProbeError> {
    let header = &container.header;
    if !header.format.is_read() {
        let slug = match header.format {
            Format::Avif => "probe-reason-avif",
            format if format.is_played() => "probe-reason-video",
            _ => "probe-reason-format",
        };
        return Ok((Seen::Unsupported(Note::new(slug).with("format", header.format)), None));
    }
    if header.format == Format::CameraRaw && header.width == 0 {
        return Ok((Seen::Unsupported(Note::new("probe-reason-raw")), None));
    }
    let coding = |name: &str| {
        let note =
            Note::new("probe-reason-coding").with("format", header.format).with("coding", name);
        (Seen::Unsupported(note), None)
    };
    small::check_limits(header, limits)?;
    if let Some(unusual) = &header.unusual_coding {
        return Ok(coding(unusual));
    }
    match small::decode(bytes, header, LONGEST, limits, cancel) {
        Ok(picture) => {
            let picture = picture.turned(orientation);
            let sight = sight::look(&picture, cancel)?;
            let copy = sight.is_some().then_some(picture);
            Ok((Seen::Picture(sight), copy))
        }
        Err(Undecoded::Unsupported(name)) => Ok(coding(&name)),
        Err(Undecoded::Failed(error)) => Err(error),
    }
}

/// Everything that was read without looking.
struct Facts {
    file_name: String,
    named_as: Option<Format>,
    exif: Option<exif::ExifFacts>,
    private: exif::PrivateFacts,
    xmp: xmp::XmpFacts,
    icc: Option<icc::IccProfile>,
    /// Metadata that is there but could not be read.
    unread: Vec<MetadataKind>,
}

impl Facts {
    fn read(container: &Container<'_>, given_name: &str) -> Self {
        let mut unread = container.left_aside.clone();
        let exif = container.exif.as_ref().map(|_| container.exif_facts());
        if exif.as_ref().is_some_and(Option::is_none) {
            unread.push(MetadataKind::Exif);
        }
        let icc = container.icc.as_deref().map(icc::read);
        if icc.as_ref().is_some_and(Option::is_none) {
            unread.push(MetadataKind::Icc);
        }
        let xmp = xmp::read(&container.xmp);
        if xmp.refused {
            unread.push(MetadataKind::Xmp);
        }
        let (exif, mut private) =
            exif.flatten().map_or_else(Default::default, |(facts, private)| (Some(facts), private));
        private.holds_gps |= xmp.holds_gps;
        let file_name = file_name::clean(given_name);
        let named_as =
            Format::claimed_by(&file_name).filter(|claimed| *claimed != container.header.format);
        Self { file_name, named_as, exif, private, xmp, icc: icc.flatten(), unread }
    }

    fn orientation(&self) -> u8 {
        self.exif.as_ref().and_then(|facts| facts.orientation).unwrap_or(1)
    }

    fn report(self, bytes: u64, container: Container<'_>, seen: Seen) -> ProbeReport {
        let header = container.header;
        let orientation = self.orientation();
        let (width, height) = if orientation >= 5 {
            (header.height, header.width)
        } else {
            (header.width, header.height)
        };
        let (maker, model) = self
            .exif
            .as_ref()
            .map_or((None, None), |facts| (facts.maker.as_deref(), facts.model.as_deref()));
        let camera = camera::find(maker, model);
        let (verdict, sight) = match seen {
            Seen::Unsupported(reason) => (unsupported(reason), None),
            Seen::Picture(sight) => {
                let verdict = judge::judge(&Evidence {
                    file_name: &self.file_name,
                    width,
                    height,
                    gpano: self.xmp.gpano.as_ref(),
                    second_picture: self.xmp.second_picture,
                    marked_as_panorama: self
                        .exif
                        .as_ref()
                        .is_some_and(|facts| facts.marked_as_panorama),
                    camera,
                    sight: sight.as_ref(),
                });
                (verdict, sight)
            }
        };
        let mut report = ProbeReport {
            file_name: self.file_name,
            bytes,
            header,
            named_as: self.named_as,
            width,
            height,
            orientation,
            taken_for: verdict.taken_for,
            confidence: verdict.confidence,
            reasons: verdict.reasons,
            warnings: verdict.warnings,
            coverage: verdict.coverage,
            camera_360: camera.map(|camera| camera.name.to_owned()),
            exif: self.exif,
            gpano: self.xmp.gpano,
            icc: self.icc,
            sight,
            video: None,
            sound: None,
            holds_position: self.private.holds_gps,
            holds_serial_numbers: !self.private.serial_numbers.is_empty()
                || self.private.maker_note
                || self.xmp.holds_serial_number,
            private: Some(self.private),
        };
        warnings::add(&mut report, &self.unread);
        report
    }
}

fn unsupported(reason: Note) -> Verdict {
    Verdict {
        taken_for: TakenFor::Unsupported,
        confidence: 1.0,
        reasons: vec![reason],
        warnings: Vec::new(),
        coverage: None,
    }
}
