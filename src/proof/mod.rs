//! What was shown, and how anybody can tell: keys and signatures, digests of tiles, manifests, receipt codes.
//!
//! Pure: no database, no network. The formats are described in `docs/proof.md`.

pub mod digests;
pub mod key;
pub mod manifest;
pub mod receipt;

pub use digests::Digests;
pub use key::{PublicKey, SigningKey};
pub use manifest::{Addendum, Manifest};
