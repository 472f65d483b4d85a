//! Originals and derived objects: bytes under names, on local files or an S3 store.
//!
//! The only user of `object_store`. Guarantees: what [`Blobs::put`] and its sisters have answered
//! survives a power cut (file and folder are synced on local files; S3 answers only then), an
//! object is created once and never overwritten, and a reader sees a whole object or none.
//! Knows nothing of media, listings or the database.

pub mod error;
mod hash;
pub mod key;
mod local;
mod open;
pub mod partial;
pub mod store;

pub use error::BlobError;
pub use hash::{Hashes, hash};
pub use key::Key;
pub use open::Settings;
pub use partial::Partial;
pub use store::{Blobs, ByteStream, Meta, Put};
