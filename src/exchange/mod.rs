//! Interchange: our tours as projects of other viewers and as a package that opens without a server, and theirs as ours.
//!
//! Bytes and documents only: no database, no store, no network. `docs/exchange.md` says what goes over and what does not.

pub mod angles;
pub mod captions;
pub mod contents;
pub mod import;
pub mod labels;
pub mod marzipano;
pub mod model;
pub mod offline;
pub mod pannellum;
pub mod psv;
pub mod recut;
mod references;
pub mod zipped;

pub use contents::{Content, Entry, Kind, PackPart, Shape};
pub use model::{Link, Note, Scene, Tour};
