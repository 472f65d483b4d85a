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
    #[error("the photo '{name}' cannot be read: {source}")]
    Photo { name: String, source: ImagingError },
    #[error(
        "no two of the {count} photos show the same place: {reason}. Take them from one spot, each overlapping the last by a third"
    )]
    NothingOverlaps { count: usize, reason: String },
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
    #[error("the two lens pictures could not be found or fitted: {detail}")]
    DualFisheye { detail: String },
    #[error(
        "the picture is that of one fisheye lens, and how wide it sees is not known: say it in degrees across the circle (lens fisheye:190), add the file of the other lens, or take three photos a third of a turn apart"
    )]
    OneLens,
    #[error("stopped on request")]
    Cancelled,
}

/// Says whether to go on.
pub fn unless_cancelled(cancel: &Cancel) -> Result<(), StitchError> {
    if cancel.is_cancelled() { Err(StitchError::Cancelled) } else { Ok(()) }
}

impl Fault for StitchError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Photo { source, .. } => source.kind(),
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
            Self::AllAlike { .. } => "stitch-all-alike",
            Self::UnknownLens { .. } => "stitch-lens-unknown",
            Self::Output(_) => "stitch-output-failed",
            Self::Project { .. } => "stitch-project-invalid",
            Self::SetProject { .. } => "stitch-project-file-invalid",
            Self::Setting { .. } => "stitch-setting-invalid",
            Self::TooMuchMemory { .. } => "stitch-needs-too-much-memory",
            Self::DualFisheye { .. } => "stitch-dual-fisheye-failed",
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
            Self::UnknownLens { value } => vec![("value", value.clone())],
            Self::Project { line, detail } | Self::SetProject { line, detail } => {
                vec![("line", line.to_string()), ("detail", detail.clone())]
            }
            Self::TooMuchMemory { need_mib, limit_mib } => {
                vec![("need", need_mib.to_string()), ("limit", limit_mib.to_string())]
            }
            Self::DualFisheye { detail } | Self::Setting { detail } => {
                vec![("detail", detail.clone())]
            }
            Self::Output(_) | Self::OneLens | Self::Cancelled => Vec::new(),
        }
    }
}
