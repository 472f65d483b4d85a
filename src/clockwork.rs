//! What happens by the clock alone: announced rounds open, pages are taken down.
//!
//! Every server process does it; each step is one transaction that only one of them wins.

use std::time::Duration;

use crate::catalogue::{listings_public, rounds};
use crate::http::Context;

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
}
