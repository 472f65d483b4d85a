//! What can go wrong with a set of photos, said so that a person can act on it.

use thiserror::Error;

use crate::base::{Cancel, ErrorKind, Fault};
use crate::imaging::ImagingError;

/// Why no panorama came out.
#[derive(Debug, Error)]
#[allow(missing_docs)] // The messages say it.
pub enum StitchError {
    #[error(
        "{count} photo: a panorama needs at least two that overlap by a third. Take a full turn of 8 or more photos and upload them together"
    )]
    TooFewPhotos { count: usize },
    // Not a `source`: the message has it, and would say it twice.
    #[error("the photo '{name}' cannot be read: {fault}")]
    Photo { name: String, fault: ImagingError },
    #[error(
        "no two of the {count} photos show the same place: {reason}. Take them from one spot, each overlapping the last by a third"
    )]
    NothingOverlaps { count: usize, reason: String },
    #[error(
        "{blank} of the {count} photos show hardly anything but a blank surface, and no two fit together: take them again with a wider view, so that an edge, a door or furniture is in every one"
    )]
    Blank { count: usize, blank: usize },
    #[error(
        "{blurred} of the {count} photos are blurred ({names}), and no two fit together: hold the camera still or use a tripod, and take these again"
    )]
    Blurred { count: usize, blurred: usize, names: String },
    #[error(
        "all {count} photos show the same view: turn the camera by a third of a picture between two photos"
    )]
    AllAlike { count: usize },
    #[error(
        "the lens '{value}' is not known: use rectilinear, fisheye, dual-fisheye or auto, or rectilinear:HFOV"
    )]
    UnknownLens { value: String },
    #[error("the picture could not be written: {0}")]
    Output(ImagingError),
    #[error("a setting of the set cannot be used: {detail}")]
    Setting { detail: String },
    #[error("the project file cannot be read: line {line}: {detail}")]
    SetProject { line: usize, detail: String },
    #[error("the Hugin project cannot be read: line {line}: {detail}")]
    Project { line: usize, detail: String },
    #[error(
        "this needs about {need_mib} MiB of memory; {limit_mib} MiB are allowed. Ask for a smaller width"
    )]
    TooMuchMemory { need_mib: u64, limit_mib: u64 },
    #[error("the pictures of two lenses cannot be put together: {0}")]
    DualFisheye(LensFault),
    #[error(
        "the picture is that of one fisheye lens, and how wide it sees is not known: say it in degrees across the circle (lens fisheye:190), add the file of the other lens, or take three photos a third of a turn apart"
    )]
    OneLens,
    #[error("stopped on request")]
    Cancelled,
}

/// What is wrong with the picture of a camera with two fisheye lenses, and what to do.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[allow(missing_docs)] // The messages say it.
pub enum LensFault {
    #[error(
        "only one lens is in this picture, or it is neither twice as wide as high nor twice as high as wide. Where each lens has a file of its own, give both files"
    )]
    Shape,
    #[error(
        "no bright circle on a dark ground is seen in either half. Give the camera's own file, neither cut nor stitched, and take it with the lights on"
    )]
    NoCircle,
    #[error(
        "the circles of the two lenses differ in size. Give the camera's own file, or two files of one shot, neither cut nor scaled"
    )]
    CirclesDiffer,
    #[error(
        "both lenses show too little in common along their rims: hardly anything but blank walls or darkness is there, or the files are not of one shot. Turn on the lights, turn the camera by an eighth of a turn so that furniture, doors or windows are at its sides, and take it again"
    )]
    NothingInCommon,
    #[error("the picture is too small. Give the camera's own file in full size")]
    TooSmall,
}

impl LensFault {
    fn slug(self) -> &'static str {
        match self {
            Self::Shape => "stitch-two-lenses-shape",
            Self::NoCircle => "stitch-two-lenses-no-circle",
            Self::CirclesDiffer => "stitch-two-lenses-circles-differ",
            Self::NothingInCommon => "stitch-two-lenses-nothing-in-common",
            Self::TooSmall => "stitch-two-lenses-too-small",
        }
    }
}

/// Says whether to go on.
pub fn unless_cancelled(cancel: &Cancel) -> Result<(), StitchError> {
    if cancel.is_cancelled() { Err(StitchError::Cancelled) } else { Ok(()) }
}

impl Fault for StitchError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Photo { fault, .. } => fault.kind(),
            Self::TooMuchMemory { .. } => ErrorKind::TooLarge,
            Self::Output(_) => ErrorKind::Internal,
            Self::Cancelled => ErrorKind::Cancelled,
            _ => ErrorKind::Invalid,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::TooFewPhotos { .. } => "stitch-too-few-photos",
            Self::Photo { .. } => "stitch-photo-unreadable",
            Self::NothingOverlaps { .. } => "stitch-nothing-overlaps",
            Self::Blank { .. } => "stitch-photos-blank",
            Self::Blurred { .. } => "stitch-photos-blurred",
            Self::AllAlike { .. } => "stitch-all-alike",
            Self::UnknownLens { .. } => "stitch-lens-unknown",
            Self::Output(_) => "stitch-output-failed",
            Self::Project { .. } => "stitch-project-invalid",
            Self::SetProject { .. } => "stitch-project-file-invalid",
            Self::Setting { .. } => "stitch-setting-invalid",
            Self::TooMuchMemory { .. } => "stitch-needs-too-much-memory",
            Self::DualFisheye(fault) => fault.slug(),
            Self::OneLens => "stitch-one-lens",
            Self::Cancelled => "stitch-cancelled",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooFewPhotos { count } | Self::AllAlike { count } => {
                vec![("count", count.to_string())]
            }
            Self::Photo { name, .. } => vec![("name", name.clone())],
            Self::NothingOverlaps { count, reason } => {
                vec![("count", count.to_string()), ("reason", reason.clone())]
            }
            Self::Blank { count, blank } => {
                vec![("count", count.to_string()), ("blank", blank.to_string())]
            }
            Self::Blurred { count, blurred, names } => vec![
                ("count", count.to_string()),
                ("blurred", blurred.to_string()),
                ("names", names.clone()),
            ],
            Self::UnknownLens { value } => vec![("value", value.clone())],
            Self::Project { line, detail } | Self::SetProject { line, detail } => {
                vec![("line", line.to_string()), ("detail", detail.clone())]
            }
            Self::TooMuchMemory { need_mib, limit_mib } => {
                vec![("need", need_mib.to_string()), ("limit", limit_mib.to_string())]
            }
            Self::Setting { detail } => vec![("detail", detail.clone())],
            Self::DualFisheye(_) | Self::Output(_) | Self::OneLens | Self::Cancelled => Vec::new(),
        }
    }
}
