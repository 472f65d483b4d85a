//! Why a file cannot become a picture of a tour.

use crate::base::limits::mebibytes;
use crate::base::{ErrorKind, Fault};
use crate::container::{ContainerError, Format};

/// The probe ended without a report. Whatever had been stored stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// No picture, or a damaged header.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// More bytes than one original may have.
    #[error(
        "the file has {bytes} bytes, more than the {limit} allowed; export it in a smaller size or as JPEG"
    )]
    FileTooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The header promises more pixels than allowed. Nothing was decoded.
    #[error(
        "the picture says it has {width}×{height} pixels, more than allowed (longest side {max_side}, {max_megapixels} megapixels in all); export it smaller"
    )]
    TooManyPixels {
        /// Width from the header.
        width: u32,
        /// Height from the header.
        height: u32,
        /// Longest side allowed.
        max_side: u32,
        /// Most million pixels allowed.
        max_megapixels: u64,
    },
    /// Decoding would take more memory than allowed. Nothing was decoded.
    #[error(
        "decoding this {format} needs about {needed_mib} MiB of memory, more than the {limit_mib} allowed; save it as a baseline (not progressive) 8-bit JPEG"
    )]
    NeedsTooMuchMemory {
        /// The format.
        format: Format,
        /// Estimate, in MiB.
        needed_mib: u64,
        /// Allowed, in MiB.
        limit_mib: u64,
    },
    /// A progressive JPEG with so many passes that decoding would take minutes.
    #[error(
        "the JPEG has {scans} scans, more than the {limit} that real pictures have; save it again with an ordinary program"
    )]
    TooManyScans {
        /// Scans in the file.
        scans: u32,
        /// Scans allowed.
        limit: u32,
    },
    /// The file ends before the picture does.
    #[error(
        "the {format} ends before the picture is complete; the copy or the upload was cut off, copy it from the camera again"
    )]
    Truncated {
        /// The format.
        format: Format,
    },
    /// The picture data contradicts itself.
    #[error("the {format} is damaged ({reason}); copy it from the camera again")]
    Corrupt {
        /// The format.
        format: Format,
        /// The decoder's words.
        reason: String,
    },
    /// Somebody asked to stop.
    #[error("the probe was cancelled")]
    Cancelled,
}

impl Fault for ProbeError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Container(error) => error.kind(),
            Self::FileTooLarge { .. }
            | Self::TooManyPixels { .. }
            | Self::NeedsTooMuchMemory { .. }
            | Self::TooManyScans { .. } => ErrorKind::TooLarge,
            Self::Truncated { .. } | Self::Corrupt { .. } => ErrorKind::Invalid,
            Self::Cancelled => ErrorKind::Cancelled,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Container(error) => error.slug(),
            Self::FileTooLarge { .. } => "file-too-large",
            Self::TooManyPixels { .. } => "picture-too-many-pixels",
            Self::NeedsTooMuchMemory { .. } => "picture-needs-too-much-memory",
            Self::TooManyScans { .. } => "picture-too-many-scans",
            Self::Truncated { .. } => "picture-truncated",
            Self::Corrupt { .. } => "picture-corrupt",
            Self::Cancelled => "probe-cancelled",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Container(error) => error.args(),
            Self::FileTooLarge { bytes, limit } => {
                vec![("size", mebibytes(*bytes)), ("most", mebibytes(*limit))]
            }
            Self::TooManyPixels { width, height, max_side, max_megapixels } => vec![
                ("width", width.to_string()),
                ("height", height.to_string()),
                ("max_side", max_side.to_string()),
                ("max_megapixels", max_megapixels.to_string()),
            ],
            Self::NeedsTooMuchMemory { format, needed_mib, limit_mib } => vec![
                ("format", format.to_string()),
                ("needed_mib", needed_mib.to_string()),
                ("limit_mib", limit_mib.to_string()),
            ],
            Self::TooManyScans { scans, limit } => {
                vec![("scans", scans.to_string()), ("limit", limit.to_string())]
            }
            Self::Truncated { format } => vec![("format", format.to_string())],
            Self::Corrupt { format, reason } => {
                vec![("format", format.to_string()), ("reason", reason.clone())]
            }
            Self::Cancelled => Vec::new(),
        }
    }
}
