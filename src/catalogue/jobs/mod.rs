//! The job queue as it lies in the database: enqueue, lease, finish, read.
//!
//! Guarantees: one job per (kind, subject, recipe); at any instant at most one worker holds a valid
//! lease on it; whoever finishes, fails or reports must still hold the lease, which is checked in the
//! same transaction by owner, epoch and time (a *fencing token*), so that a worker that was
//! stopped for longer than its lease can change nothing. Knows no media.

mod enqueue;
mod error;
mod lease;
mod manage;
mod model;
mod read;

pub use enqueue::{MAX_WAITING, enqueue, enqueue_within};
pub use error::JobsError;
pub use lease::{
    Beat, Done, Finished, Lease, asked_to_stop, begin_to_finish, claim, fail, finish, give_back,
    heartbeat, stop_as_cancelled,
};
pub use manage::{cancel, retry};
pub use model::{Enqueued, Failure, Job, NewJob, Priority, Reason, State};
pub use read::{Filter, LogLine, Page, counts, find, get, list, log};

use super::events::{self, Event};
use super::{CatalogueError, Dialect, Transaction};
use crate::base::Instant;

/// Tells the readers of events how the job is now.
async fn tell(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    job: &Job,
) -> Result<(), CatalogueError> {
    let event = Event {
        kind: "job",
        object_id: &job.id.to_string(),
        audience: job.audience,
        data: serde_json::json!(job),
    };
    events::append(tx, dialect, now, event).await?;
    Ok(())
}
