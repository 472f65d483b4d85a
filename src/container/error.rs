//! Why a file is no picture that we can read the header of.

use crate::base::{ErrorKind, Fault};

use super::Format;

/// The header could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// Nothing in it.
    #[error(
        "the file is empty (0 bytes); the upload or the copy from the camera failed, send it again"
    )]
    Empty,
    /// A document, an archive, or unknown bytes.
    #[error(
        "the file is not a picture: its bytes look like {looks_like}; upload the photo itself (JPEG, HEIC, PNG, WebP or TIFF)"
    )]
    NotAPicture {
        /// What the bytes look like.
        looks_like: Format,
    },
    /// It begins like a picture, but the header is damaged or cut off.
    #[error("the {format} header is damaged: {reason}; copy the file from the camera again")]
    HeaderBroken {
        /// What the file begins like.
        format: Format,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Fault for ContainerError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty | Self::HeaderBroken { .. } => ErrorKind::Invalid,
            Self::NotAPicture { .. } => ErrorKind::Unsupported,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::NotAPicture { .. } => "file-not-a-picture",
            Self::HeaderBroken { .. } => "picture-header-broken",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty => Vec::new(),
            Self::NotAPicture { looks_like } => vec![("looks_like", looks_like.to_string())],
            Self::HeaderBroken { format, reason } => {
                vec![("format", format.to_string()), ("reason", (*reason).to_owned())]
            }
        }
    }
}
