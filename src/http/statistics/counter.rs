//! Counts in memory; every few seconds, and when the server stops, all of it is added to the database at once.
//!
//! A page waits for the database once a day and process, for the day's salt. What was counted in the last seconds before
//! a process is killed is lost.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use actix_web::HttpRequest;
use jiff::civil::Date;

use super::caller;
use super::credit::Credit;
use crate::auction::days::day_of;
use crate::base::id::ListingId;
use crate::base::{Blake3, Instant};
use crate::catalogue::statistics::{self, Batch, Views};
use crate::catalogue::{CatalogueError, Database};
use crate::http::Context;

/// How long after midnight a day's salt is kept: until every process has added what it counted before.
const GRACE_MILLIS: i64 = 10 * 60 * 1000;
/// Marks that wait at most while the database does not answer; what is more is viewed, but visits nobody.
const MOST_MARKS: usize = 200_000;

/// A public page of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// `/listings/{id}`.
    Listing,
    /// `/tour/{id}`.
    Tour,
    /// `/embed/{id}`.
    Embed,
}

/// What this process has counted and not yet added. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    pending: Mutex<Batch>,
    salt: RwLock<Option<(Date, Blake3)>>,
    credit: Credit,
}

impl Counter {
    /// Counts a page that was answered, if it was a person's view. Never fails: a page is more than its figure.
    pub async fn page_viewed(
        &self,
        request: &HttpRequest,
        context: &Context,
        listing: ListingId,
        page: Page,
    ) {
        if !caller::is_view(request) {
            return;
        }
        let day = day_of(context.clock.now());
        let mark = if caller::wants_privacy(request) {
            None
        } else {
            match self.mark(request, &context.database, (day, listing)).await {
                Ok(mark) => Some(mark),
                Err(error) => {
                    tracing::warn!(%error, "a visitor could not be counted");
                    None
                }
            }
        };
        let mut views = Views::default();
        match page {
            Page::Listing => views.listing = 1,
            Page::Tour => views.tour = 1,
            Page::Embed => views.embed = 1,
        }
        let mut pending = self.pending();
        *pending.days.entry((listing, day)).or_default() += views;
        if let Some(mark) = mark.filter(|_| pending.marks.len() < MOST_MARKS) {
            pending.marks.insert((day, listing, mark));
        }
    }

    /// Takes in what a viewer reported.
    pub fn take(&self, batch: Batch) {
        self.pending().merge(batch);
    }

    /// How much time an address may report.
    pub fn credit(&self) -> &Credit {
        &self.0.credit
    }

    /// Adds what was counted to the database and forgets what is over. What cannot be added now stays for the next time.
    pub async fn flush(&self, database: &Database, now: Instant) -> Result<(), CatalogueError> {
        self.0.credit.tidy(now);
        let kept = day_of(now.plus_millis(-GRACE_MILLIS));
        let batch = std::mem::take(&mut *self.pending());
        if !batch.is_empty()
            && let Err(error) = statistics::add(database, &batch, kept).await
        {
            self.pending().merge(batch);
            return Err(error);
        }
        self.forget_salt_before(kept);
        if statistics::forget_before(database, kept).await? {
            tracing::debug!(%kept, "the salts of earlier days are gone");
        }
        Ok(())
    }

    fn forget_salt_before(&self, kept: Date) {
        let mut salt = self.0.salt.write().unwrap_or_else(PoisonError::into_inner);
        if salt.is_some_and(|(day, _)| day < kept) {
            *salt = None;
        }
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Batch> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What stands for a visitor of a listing on one day: a keyed hash, of which the key is thrown away.
    async fn mark(
        &self,
        request: &HttpRequest,
        database: &Database,
        (day, listing): (Date, ListingId),
    ) -> Result<String, CatalogueError> {
        let known = *self.0.salt.read().unwrap_or_else(PoisonError::into_inner);
        let salt = if let Some((_, salt)) = known.filter(|(of, _)| *of == day) {
            salt
        } else {
            let salt = statistics::salt_of(database, day).await?;
            *self.0.salt.write().unwrap_or_else(PoisonError::into_inner) = Some((day, salt));
            salt
        };
        let (network, agent) = (caller::network_of(request), caller::agent_of(request));
        Ok(mark(&salt, &network, agent, listing))
    }
}

fn mark(salt: &Blake3, network: &str, agent: &str, listing: ListingId) -> String {
    let mut hasher = blake3::Hasher::new_keyed(salt.as_bytes());
    for part in [network, agent, &listing.to_string()] {
        // Lengths first, so that no two different visitors are the same bytes.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hex::encode(&hasher.finalize().as_bytes()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_depends_on_everything_and_tells_nothing_without_its_salt() {
        let (listing, salt) = (ListingId::new(), Blake3::from_bytes([7; 32]));
        let one = mark(&salt, "203.0.113.7", "Firefox", listing);
        assert_eq!(one, mark(&salt, "203.0.113.7", "Firefox", listing));
        assert_eq!(one.len(), 32);
        for other in [
            mark(&Blake3::from_bytes([8; 32]), "203.0.113.7", "Firefox", listing),
            mark(&salt, "203.0.113.8", "Firefox", listing),
            mark(&salt, "203.0.113.7", "Safari", listing),
            mark(&salt, "203.0.113.7F", "irefox", listing),
            mark(&salt, "203.0.113.7", "Firefox", ListingId::new()),
        ] {
            assert_ne!(one, other);
        }
    }
}
