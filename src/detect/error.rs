//! Why nothing could be looked for.

use thiserror::Error;

use crate::base::{ErrorKind, Fault};
use crate::imaging::ImagingError;

/// Looking for what has to be hidden came to nothing.
#[derive(Debug, Error)]
pub enum DetectError {
    /// The picture.
    #[error(transparent)]
    Picture(#[from] ImagingError),
    /// No model at all was given.
    #[error(
        "no model is installed: put the files that script/models.txt names into the folder of worker.models"
    )]
    NoModel,
    /// A file that is none of the known models.
    #[error("the model {file} is not the one that this version knows (SHA-256 {sha256})")]
    UnknownModel {
        /// Its name.
        file: String,
        /// What it hashes to, hexadecimal.
        sha256: String,
    },
    /// A model that cannot be loaded or run.
    #[error("the model {model} cannot be used: {reason}")]
    Model {
        /// Its name.
        model: &'static str,
        /// What the library says.
        reason: String,
    },
}

impl Fault for DetectError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Picture(error) => error.kind(),
            Self::NoModel | Self::UnknownModel { .. } => ErrorKind::Unavailable,
            Self::Model { .. } => ErrorKind::Internal,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Picture(error) => error.slug(),
            Self::NoModel => "detect-no-model",
            Self::UnknownModel { .. } => "detect-unknown-model",
            Self::Model { .. } => "detect-model",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Picture(error) => error.args(),
            Self::NoModel => Vec::new(),
            Self::UnknownModel { file, sha256 } => {
                vec![("file", file.clone()), ("sha256", sha256.clone())]
            }
            Self::Model { model, reason } => {
                vec![("model", (*model).to_owned()), ("reason", reason.clone())]
            }
        }
    }
}
