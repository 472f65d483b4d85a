//! What every handler may use.

use crate::base::Clock;
use crate::catalogue::Database;
use crate::config::Config;

/// Shared by all handlers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    /// The catalogue.
    pub database: Database,
    /// The present.
    pub clock: Clock,
    /// What the operator set.
    pub config: std::sync::Arc<Config>,
    /// Looks for events that consoles wait for.
    pub events: super::events::Hub,
}
