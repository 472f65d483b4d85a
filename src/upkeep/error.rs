//! Why a backup, a restore or a check cannot be done.

use std::path::PathBuf;

use crate::base::{ErrorKind, Fault};
use crate::blob::BlobError;
use crate::catalogue::CatalogueError;

/// Upkeep cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// The database.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The store.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// A file of the backup cannot be read or written.
    #[error("'{path}' cannot be read or written: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder is no backup, or a damaged one.
    #[error("'{path}' is no whole backup: {reason}")]
    Backup {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is data where the backup is to go.
    #[error(
        "{what} is not empty; a backup is restored only into an empty installation. Set 'data', 'database.url' and 'store.url' to new places"
    )]
    NotEmpty {
        /// Database or store.
        what: &'static str,
    },
}

impl UpkeepError {
    /// From the operating system.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

impl Fault for UpkeepError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Catalogue(error) => error.kind(),
            Self::Blob(error) => error.kind(),
            Self::File { .. } => ErrorKind::Internal,
            Self::Backup { .. } => ErrorKind::Invalid,
            Self::NotEmpty { .. } => ErrorKind::Conflict,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Catalogue(error) => error.slug(),
            Self::Blob(error) => error.slug(),
            Self::File { .. } | Self::Backup { .. } | Self::NotEmpty { .. } => "internal",
        }
    }
}
