//! What can go wrong between us and the store.

use std::io;

use super::Key;
use crate::base::{ErrorKind, Fault};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The object is not there.
    #[error("there is no object '{0}' in the store")]
    Missing(Key),
    /// No space left; what is stored is untouched and can be read.
    #[error("no space left to write '{0}'; free some space or enlarge the disk")]
    Full(String),
    /// The store does not answer or refuses us.
    #[error("the object store does not answer for '{place}': {source}; run 'kanfang check'")]
    Unavailable {
        /// What was asked for.
        place: String,
        /// What the store's client says.
        source: object_store::Error,
    },
    /// The object ends before the bytes that were asked for.
    #[error(
        "the object '{key}' has no bytes {start}..{end}; it is shorter than expected: run 'kanfang fsck'"
    )]
    Short {
        /// The object.
        key: Key,
        /// First byte that was asked for.
        start: u64,
        /// The byte after the last.
        end: u64,
    },
    /// A name that is not allowed.
    #[error(
        "'{0}' is no name of an object: lower-case letters, digits, '.', '_', '-' and '/' only"
    )]
    Name(String),
    /// The configuration names a store that is not understood.
    #[error(
        "the store address '{0}' is neither file:FOLDER nor s3://BUCKET/PREFIX; correct store.url"
    )]
    Address(String),
    /// The operating system refused to read or write.
    #[error("reading or writing '{place}' failed: {source}")]
    Io {
        /// File or object.
        place: String,
        /// Why.
        source: io::Error,
    },
    /// Somebody else is writing the same upload at this moment.
    #[error("somebody else is writing '{0}' at this moment; try again shortly")]
    Locked(String),
    /// A source handed in by the caller broke off while it was being stored.
    #[error("the bytes to be stored as '{place}' broke off: {reason}")]
    Source {
        /// What was to be stored.
        place: String,
        /// Why the source ended.
        reason: String,
    },
}

impl BlobError {
    /// From the operating system: a full disk is told apart from everything else.
    pub fn io(place: impl std::fmt::Display, source: io::Error) -> Self {
        if is_full(&source) {
            Self::Full(place.to_string())
        } else {
            Self::Io { place: place.to_string(), source }
        }
    }

    /// From the store's client, about one object.
    pub fn from_store(key: &Key, source: object_store::Error) -> Self {
        match source {
            object_store::Error::NotFound { .. } => Self::Missing(key.clone()),
            source if any_cause_is_full(&source) => Self::Full(key.to_string()),
            source => Self::Unavailable { place: key.to_string(), source },
        }
    }

    /// Whether the object simply is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn any_cause_is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(is_full) {
            return true;
        }
        cause = error.source();
    }
    // S3 has no code of its own for it; servers answer 507 or a code of this name.
    let text = error.to_string();
    text.contains("507 Insufficient Storage") || text.contains("StorageFull")
}

impl Fault for BlobError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing(_) => ErrorKind::NotFound,
            Self::Full(_) => ErrorKind::StorageFull,
            Self::Unavailable { .. } => ErrorKind::Unavailable,
            Self::Locked(_) => ErrorKind::Conflict,
            Self::Short { .. }
            | Self::Name(_)
            | Self::Address(_)
            | Self::Io { .. }
            | Self::Source { .. } => ErrorKind::Internal,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Missing(_) => "not-found",
            Self::Full(_) => "storage-full",
            Self::Unavailable { .. } => "store-unavailable",
            Self::Locked(_) => "upload-locked",
            Self::Short { .. }
            | Self::Name(_)
            | Self::Address(_)
            | Self::Io { .. }
            | Self::Source { .. } => "internal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_from_other_faults() {
        let full = BlobError::io("x", io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        let wrapped = object_store::Error::Generic {
            store: "LocalFileSystem",
            source: Box::new(io::Error::from_raw_os_error(28)),
        };
        let key = Key::parse("packs/a").unwrap();
        assert_eq!(BlobError::from_store(&key, wrapped).kind(), ErrorKind::StorageFull);
        let other = BlobError::io("x", io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(other.kind(), ErrorKind::Internal);
    }
}
