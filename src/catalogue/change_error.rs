//! What can speak against a change of a listing or round: a rule, or the database.

use super::CatalogueError;
use crate::auction::round_error::{RoundError, Violation};
use crate::base::{ErrorKind, Fault};

/// A change of a listing or round was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The database, or a row that is missing or newer.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A rule of the auction.
    #[error(transparent)]
    Round(#[from] RoundError),
}

impl From<sqlx::Error> for ChangeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Catalogue(error.into())
    }
}

impl ChangeError {
    /// The rules that are not kept, if that is the reason.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Round(error) => error.violations(),
            Self::Catalogue(_) => &[],
        }
    }
}

impl Fault for ChangeError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Catalogue(error) => error.kind(),
            Self::Round(error) => error.kind(),
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Catalogue(error) => error.slug(),
            Self::Round(error) => error.slug(),
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Catalogue(error) => error.args(),
            Self::Round(error) => error.args(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Catalogue(error) => error.field(),
            Self::Round(error) => error.field(),
        }
    }
}
