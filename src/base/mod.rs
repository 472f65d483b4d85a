//! The ground floor: ids, clock, limits, cancellation and the few kinds of error.
//!
//! Knows nothing of media, storage or the network.

pub mod cancel;
pub mod clock;
pub mod fault;
pub mod hash;
pub mod id;
pub mod limits;

pub use cancel::Cancel;
pub use clock::{Clock, Instant};
pub use fault::{ErrorKind, Fault};
pub use hash::{Blake3, Sha256};
pub use limits::Limits;
