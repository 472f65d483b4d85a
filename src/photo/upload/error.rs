//! Why an upload is not taken.

use super::tus::HeaderError;
use crate::auction::people::PeopleError;
use crate::base::id::UploadId;
use crate::base::limits::mebibytes;
use crate::base::{ErrorKind, Fault};
use crate::blob::BlobError;
use crate::catalogue::CatalogueError;
use crate::catalogue::jobs::JobsError;

/// An upload is not taken, or not as it was sent.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// A header is wrong.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// Not allowed.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The database.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The store.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The queue of jobs.
    #[error(transparent)]
    Jobs(#[from] JobsError),
    /// The metadata lacks a value or has a wrong one.
    #[error("the upload's metadata '{field}' is missing or wrong: {reason}")]
    Metadata {
        /// The key.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A file without a byte.
    #[error("the file is empty; choose another")]
    Empty,
    /// The file is larger than allowed.
    #[error("the file has {size} bytes, at most {most} are allowed")]
    FileTooLarge {
        /// What it would have.
        size: u64,
        /// What is allowed.
        most: u64,
    },
    /// The tenant's quota does not hold the file.
    #[error(
        "{needed} bytes are needed and {free} of the quota of {quota} are free; delete what is not needed or ask for more"
    )]
    Quota {
        /// Bytes that would be reserved.
        needed: u64,
        /// Bytes that are free.
        free: u64,
        /// All bytes that the tenant may keep.
        quota: u64,
    },
    /// Too many unfinished uploads.
    #[error("{open} uploads are unfinished, at most {most} may be; finish or delete some")]
    TooMany {
        /// How many there are.
        open: u64,
        /// How many there may be.
        most: u64,
    },
    /// The chunk does not begin where the upload ends.
    #[error(
        "the chunk begins at byte {given}, the upload ends at byte {offset}; ask for the offset and go on there"
    )]
    Offset {
        /// Where the chunk begins.
        given: u64,
        /// Where the upload ends.
        offset: u64,
    },
    /// More bytes than announced.
    #[error("the chunk goes beyond the announced length of {length} bytes")]
    TooLong {
        /// The announced length.
        length: u64,
    },
    /// The length was said before.
    #[error("the length of this upload is fixed and cannot be changed")]
    LengthFixed,
    /// Somebody else sends bytes of the same upload.
    #[error("the upload '{0}' is being written by another request; try again shortly")]
    Locked(UploadId),
    /// The chunk's checksum does not agree.
    #[error("the chunk arrived with other bytes than its checksum says; send it again")]
    Checksum,
    /// The whole file's hash does not agree.
    #[error(
        "the file arrived with other bytes than its BLAKE3 hash says; send it again from the beginning"
    )]
    WrongFile,
    /// The upload takes no bytes.
    #[error("this upload takes no bytes: it is joined from others or is finished")]
    NotOpen,
    /// The upload's time is over.
    #[error("the time for this upload is over; begin again")]
    Expired,
    /// The parts of a final upload cannot be joined.
    #[error("the parts cannot be joined: {0}")]
    Parts(String),
    /// The stored bytes of the upload are damaged.
    #[error("the stored bytes of the upload '{0}' are damaged; send the file again")]
    Damaged(UploadId),
}

impl Fault for UploadError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Header(error) => error.kind(),
            Self::People(error) => error.kind(),
            Self::Catalogue(error) => error.kind(),
            Self::Blob(error) => error.kind(),
            Self::Jobs(error) => error.kind(),
            Self::Metadata { .. }
            | Self::Empty
            | Self::LengthFixed
            | Self::Checksum
            | Self::WrongFile => ErrorKind::Invalid,
            Self::FileTooLarge { .. } | Self::Quota { .. } | Self::TooLong { .. } => {
                ErrorKind::TooLarge
            }
            Self::TooMany { .. } => ErrorKind::Busy,
            Self::Offset { .. } | Self::Locked(_) | Self::Parts(_) => ErrorKind::Conflict,
            Self::NotOpen => ErrorKind::Forbidden,
            Self::Expired => ErrorKind::Gone,
            Self::Damaged(_) => ErrorKind::Internal,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Header(error) => error.slug(),
            Self::People(error) => error.slug(),
            Self::Catalogue(error) => error.slug(),
            Self::Blob(error) => error.slug(),
            Self::Jobs(error) => error.slug(),
            Self::Metadata { .. } => "upload-metadata",
            Self::Empty => "file-empty",
            Self::FileTooLarge { .. } => "file-too-large",
            Self::Quota { .. } => "quota-exceeded",
            Self::TooMany { .. } => "too-many-uploads",
            Self::Offset { .. } => "upload-offset",
            Self::TooLong { .. } => "upload-too-long",
            Self::LengthFixed => "upload-length-fixed",
            Self::Locked(_) => "upload-locked",
            Self::Checksum => "checksum-mismatch",
            Self::WrongFile => "hash-mismatch",
            Self::NotOpen => "upload-not-open",
            Self::Expired => "upload-expired",
            Self::Parts(_) => "upload-parts",
            Self::Damaged(_) => "upload-damaged",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Header(error) => error.args(),
            Self::People(error) => error.args(),
            Self::Catalogue(error) => error.args(),
            Self::Blob(error) => error.args(),
            Self::Jobs(error) => error.args(),
            Self::Metadata { field, reason } => {
                vec![("name", (*field).to_owned()), ("reason", reason.clone())]
            }
            Self::FileTooLarge { size, most } => {
                vec![("size", mebibytes(*size)), ("most", mebibytes(*most))]
            }
            Self::Quota { needed, free, quota } => vec![
                ("needed", mebibytes(*needed)),
                ("free", mebibytes(*free)),
                ("quota", mebibytes(*quota)),
            ],
            Self::TooMany { open, most } => {
                vec![("open", open.to_string()), ("most", most.to_string())]
            }
            Self::Offset { given, offset } => {
                vec![("given", given.to_string()), ("offset", offset.to_string())]
            }
            Self::TooLong { length } => vec![("length", length.to_string())],
            Self::Parts(reason) => vec![("reason", reason.clone())],
            _ => Vec::new(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Metadata { field, .. } => Some(field),
            _ => None,
        }
    }
}
