//! What can go wrong between us and the database.

use crate::base::{ErrorKind, Fault};

/// An error of the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The database refused, broke off or could not be reached.
    #[error("the database did not answer: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database schema could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The address of the database is not understood.
    #[error(
        "the database address '{0}' is neither sqlite:FILE nor postgres://…; correct database.url"
    )]
    Address(String),
    /// No such row, or not for this caller.
    #[error("there is no {what} '{id}'")]
    NotFound {
        /// What was looked for, in kebab case (`listing`, `user` …).
        what: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// Somebody else changed the row in the meantime.
    #[error("the {what} '{id}' was changed in the meantime; read it again and repeat the change")]
    Stale {
        /// What was to be changed.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A value that must be unique is taken.
    #[error("the {field} '{value}' is already taken")]
    Taken {
        /// The field that must be unique.
        field: &'static str,
        /// The value that is taken.
        value: String,
    },
    /// A stored value does not have the form that this version writes.
    #[error("the stored value in {place} cannot be read: {reason}")]
    Corrupt {
        /// Table and column.
        place: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Fault for CatalogueError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(
                sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::Tls(_),
            ) => ErrorKind::Unavailable,
            Self::Database(sqlx::Error::Database(error)) if is_full(error.as_ref()) => {
                ErrorKind::StorageFull
            }
            Self::Database(_) | Self::Migration(_) | Self::Address(_) | Self::Corrupt { .. } => {
                ErrorKind::Internal
            }
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Stale { .. } => ErrorKind::PreconditionFailed,
            Self::Taken { .. } => ErrorKind::Conflict,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Database(_) if self.kind() == ErrorKind::StorageFull => "storage-full",
            Self::Database(_) if self.kind() == ErrorKind::Unavailable => "database-unavailable",
            Self::Database(_) | Self::Migration(_) | Self::Address(_) | Self::Corrupt { .. } => {
                "internal"
            }
            Self::NotFound { .. } => "not-found",
            Self::Stale { .. } => "stale",
            Self::Taken { .. } => "taken",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotFound { what, id } | Self::Stale { what, id } => {
                vec![("what", (*what).to_owned()), ("id", id.clone())]
            }
            Self::Taken { field, value } => {
                vec![("field", (*field).to_owned()), ("value", value.clone())]
            }
            _ => Vec::new(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Taken { field, .. } => Some(field),
            _ => None,
        }
    }
}

/// SQLITE_FULL (13) or PostgreSQL's disk_full (53100).
fn is_full(error: &dyn sqlx::error::DatabaseError) -> bool {
    matches!(error.code().as_deref(), Some("13" | "53100"))
}

/// Whether an insert failed because a unique value is already there.
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(inner) if inner.is_unique_violation())
}
