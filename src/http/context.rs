//! What every handler may use.

use crate::base::Clock;
use crate::blob::Blobs;
use crate::catalogue::Database;
use crate::config::Config;
use crate::photo::masks::Masks;
use crate::photo::media::Media;
use crate::photo::sets::Sets;
use crate::photo::upload::Uploads;

/// Shared by all handlers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    /// The catalogue.
    pub database: Database,
    /// Originals, packs and small pictures.
    pub blobs: Blobs,
    /// Uploads under way.
    pub uploads: Uploads,
    /// The files of listings.
    pub media: Media,
    /// What is hidden in panoramas.
    pub masks: Masks,
    /// Sets of photos that are stitched.
    pub sets: Sets,
    /// The present.
    pub clock: Clock,
    /// What the operator set.
    pub config: std::sync::Arc<Config>,
    /// Looks for events that consoles wait for.
    pub events: super::events::Hub,
    /// What this process counts of its requests.
    pub metrics: super::metrics::Metrics,
    /// What this process counts of public views.
    pub statistics: super::statistics::Counter,
}
