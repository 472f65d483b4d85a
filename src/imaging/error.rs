//! What can be wrong with a picture, said so that a person can act on it.

use thiserror::Error;

use crate::base::{ErrorKind, Fault};

/// Why a picture could not be read, tiled or packed.
#[derive(Debug, Error)]
#[allow(missing_docs)] // The messages say it.
pub enum ImagingError {
    #[error("the file is empty (0 bytes): upload it again")]
    Empty,
    #[error(
        "the file is no picture that can be read: it begins with '{begins}'. JPEG, HEIC, PNG, TIFF and WebP are accepted"
    )]
    UnknownFormat { begins: String },
    #[error(
        "the picture uses {feature}, which is not supported: save it as an ordinary JPEG and upload that"
    )]
    UnsupportedFeature { feature: String },
    #[error("the file has {bytes} bytes; at most {limit} are accepted")]
    TooManyBytes { bytes: u64, limit: u64 },
    #[error("the picture says that it is {width}×{height}; at most {limit} pixels are accepted")]
    TooManyPixels { width: u32, height: u32, limit: u64 },
    #[error("the picture says that it is {width}×{height}; no side may exceed {limit} pixels")]
    SideTooLong { width: u32, height: u32, limit: u32 },
    #[error(
        "the picture ({width}×{height}) would need {need_mib} MiB of memory; {limit_mib} MiB are allowed"
    )]
    TooMuchMemory { width: u32, height: u32, need_mib: u64, limit_mib: u64 },
    #[error(
        "the file breaks off: only the upper {percent} % of the picture can be read. Copy it from the camera again and upload it anew"
    )]
    Truncated { percent: u8 },
    #[error(
        "the file breaks off before the picture is complete. Copy it from the camera again and upload it anew"
    )]
    CutOff,
    #[error("the file is damaged: {detail}. Copy it from the camera again and upload it anew")]
    Corrupt { detail: String },
    #[error(
        "the picture is {width}×{height}: a full equirectangular panorama is twice as wide as high. Upload it as an ordinary photo, or say which part of the sphere it shows"
    )]
    NotEquirectangular { width: u32, height: u32 },
    #[error("the stated place of the picture on the sphere makes no sense: {detail}")]
    BadCrop { detail: String },
    #[error("the tiling recipe is wrong: {field} is {value}, but must be {expected}")]
    BadRecipe { field: &'static str, value: String, expected: &'static str },
    #[error("the pack of tiles is damaged: {detail}")]
    DamagedPack { detail: String },
    #[error("a tile could not be encoded: {detail}")]
    Encoding { detail: String },
    #[error("the pack could not be written: {0}")]
    Write(#[from] std::io::Error),
    #[error("stopped on request")]
    Cancelled,
}

impl Fault for ImagingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownFormat { .. } | Self::UnsupportedFeature { .. } => ErrorKind::Unsupported,
            Self::TooManyBytes { .. }
            | Self::TooManyPixels { .. }
            | Self::SideTooLong { .. }
            | Self::TooMuchMemory { .. } => ErrorKind::TooLarge,
            Self::Empty
            | Self::Truncated { .. }
            | Self::CutOff
            | Self::Corrupt { .. }
            | Self::NotEquirectangular { .. }
            | Self::BadCrop { .. }
            | Self::BadRecipe { .. } => ErrorKind::Invalid,
            Self::DamagedPack { .. } | Self::Encoding { .. } => ErrorKind::Internal,
            Self::Write(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                ErrorKind::StorageFull
            }
            Self::Write(_) => ErrorKind::Unavailable,
            Self::Cancelled => ErrorKind::Cancelled,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Empty => "image-empty",
            Self::UnknownFormat { .. } => "image-format-unknown",
            Self::UnsupportedFeature { .. } => "image-feature-unsupported",
            Self::TooManyBytes { .. } => "image-file-too-large",
            Self::TooManyPixels { .. } => "image-too-many-pixels",
            Self::SideTooLong { .. } => "image-side-too-long",
            Self::TooMuchMemory { .. } => "image-needs-too-much-memory",
            Self::Truncated { .. } => "image-truncated",
            Self::CutOff => "image-cut-off",
            Self::Corrupt { .. } => "image-corrupt",
            Self::NotEquirectangular { .. } => "image-not-equirectangular",
            Self::BadCrop { .. } => "panorama-crop-invalid",
            Self::BadRecipe { .. } => "tile-recipe-invalid",
            Self::DamagedPack { .. } => "pack-damaged",
            Self::Encoding { .. } => "tile-encoding-failed",
            Self::Write(_) => "pack-write-failed",
            Self::Cancelled => "imaging-cancelled",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownFormat { begins } => vec![("begins", begins.clone())],
            Self::UnsupportedFeature { feature } => vec![("feature", feature.clone())],
            Self::TooManyBytes { bytes, limit } => {
                vec![("bytes", bytes.to_string()), ("limit", limit.to_string())]
            }
            Self::TooManyPixels { width, height, limit } => size_args(*width, *height, *limit),
            Self::SideTooLong { width, height, limit } => {
                size_args(*width, *height, u64::from(*limit))
            }
            Self::TooMuchMemory { width, height, need_mib, limit_mib } => {
                let mut args = size_args(*width, *height, *limit_mib);
                args.push(("need", need_mib.to_string()));
                args
            }
            Self::Truncated { percent } => vec![("percent", percent.to_string())],
            Self::Corrupt { detail }
            | Self::BadCrop { detail }
            | Self::DamagedPack { detail }
            | Self::Encoding { detail } => vec![("detail", detail.clone())],
            Self::NotEquirectangular { width, height } => {
                vec![("width", width.to_string()), ("height", height.to_string())]
            }
            Self::BadRecipe { field, value, expected } => vec![
                ("field", (*field).to_owned()),
                ("value", value.clone()),
                ("expected", (*expected).to_owned()),
            ],
            Self::Empty | Self::CutOff | Self::Write(_) | Self::Cancelled => Vec::new(),
        }
    }
}

fn size_args(width: u32, height: u32, limit: u64) -> Vec<(&'static str, String)> {
    vec![("width", width.to_string()), ("height", height.to_string()), ("limit", limit.to_string())]
}
