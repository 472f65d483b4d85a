//! The database: one file an aggregate, the same SQL on SQLite and PostgreSQL.
//!
//! The only user of `sqlx`. Guarantees: every change appends to the audit log in its own
//! transaction; a commit that was acknowledged survives a power cut (`synchronous=FULL`).
//! Knows no HTTP and no media.

pub mod audience;
pub mod audit;
pub mod database;
pub mod error;
pub mod events;
pub mod identity;
pub mod jobs;
pub mod listings_media;
pub mod panoramas;
pub mod settings;
pub mod tours;

pub use database::{Database, Dialect, Transaction};
pub use error::CatalogueError;
