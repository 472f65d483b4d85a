//! What can go wrong with a job.

use crate::base::{ErrorKind, Fault};
use crate::catalogue::CatalogueError;

/// An error of the queue.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// The database.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Too much work is waiting.
    #[error("{waiting} jobs are waiting already, the most that the queue holds; try again later")]
    QueueFull {
        /// How many wait.
        waiting: i64,
    },
    /// The lease has ended or somebody else has it: nothing may be changed any more.
    #[error("the lease of job {job} has ended; another worker may have it, so nothing was changed")]
    LeaseLost {
        /// The job's id.
        job: String,
    },
    /// The job is in a state in which this is not possible.
    #[error("job {job} is {state}: {wanted}")]
    WrongState {
        /// The job's id.
        job: String,
        /// Its state.
        state: &'static str,
        /// What would be right.
        wanted: &'static str,
    },
}

impl From<sqlx::Error> for JobsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Catalogue(error.into())
    }
}

impl Fault for JobsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Catalogue(error) => error.kind(),
            Self::QueueFull { .. } => ErrorKind::Busy,
            Self::LeaseLost { .. } | Self::WrongState { .. } => ErrorKind::Conflict,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Catalogue(error) => error.slug(),
            Self::QueueFull { .. } => "queue-full",
            Self::LeaseLost { .. } => "lease-lost",
            Self::WrongState { .. } => "job-state",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Catalogue(error) => error.args(),
            Self::QueueFull { waiting } => vec![("waiting", waiting.to_string())],
            Self::LeaseLost { job } => vec![("job", job.clone())],
            Self::WrongState { job, state, .. } => {
                vec![("job", job.clone()), ("state", (*state).to_owned())]
            }
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Catalogue(error) => error.field(),
            _ => None,
        }
    }
}
