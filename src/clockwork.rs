//! What happens by the clock alone: announced rounds open, pages are taken down, what came to published tours is signed,
//! views are added up.
//!
//! Every server process does it; each step is one transaction that only one of them wins.

use std::time::Duration;

use crate::catalogue::audit::Actor;
use crate::catalogue::listings::By;
use crate::catalogue::{CatalogueError, listings_public, rounds, snapshots};
use crate::http::Context;
use crate::http::tours::gallery::Gallery;
use crate::http::tours::signing;

/// Looks every five seconds, for ever.
pub async fn run(context: Context) {
    loop {
        tick(&context).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// One look.
pub async fn tick(context: &Context) {
    let now = context.clock.now();
    match rounds::open_due(&context.database, now).await {
        Ok(opened) if !opened.is_empty() => {
            tracing::info!(count = opened.len(), "bidding has begun");
        }
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "rounds could not be opened"),
    }
    match listings_public::remove_taken_down(&context.database, now).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "pages were taken down"),
        Err(error) => tracing::error!(%error, "pages could not be taken down"),
    }
    let gallery = Gallery::new(context.blobs.clone());
    if let Err(problem) = signing::keep_up(context, &gallery).await {
        tracing::error!(?problem, "published tours could not be signed");
    }
    if let Err(error) = context.statistics.flush(&context.database, now).await {
        tracing::error!(%error, "views could not be counted yet");
    }
    if let Err(error) = begin_snapshots(context).await {
        tracing::error!(%error, "the first snapshots could not be kept");
    }
}

/// Public listings from before snapshots were kept get their first one.
async fn begin_snapshots(context: &Context) -> Result<(), CatalogueError> {
    let actor = Actor::system("clock");
    for listing in snapshots::missing(&context.database, 100).await? {
        let dialect = context.database.dialect();
        let mut tx = context.database.begin().await?;
        let by = By { now: context.clock.now(), actor: &actor, dialect };
        snapshots::keep(&mut tx, by, listing, "snapshots.begin").await?;
        tx.commit().await?;
    }
    Ok(())
}
