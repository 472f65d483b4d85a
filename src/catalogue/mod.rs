//! The database: one file an aggregate, the same SQL on SQLite and PostgreSQL.
//!
//! The only user of `sqlx`. Guarantees: every change appends to the audit log in its own
//! transaction; a commit that was acknowledged survives a power cut (`synchronous=FULL`).
//! Knows no HTTP and no media.

pub mod assets;
pub mod audience;
pub mod audit;
pub mod change_error;
pub mod database;
pub mod desk;
pub mod error;
pub mod events;
pub mod history;
pub mod identity;
pub mod imports;
pub mod inventory;
pub mod jobs;
pub mod listings;
pub mod listings_media;
pub mod listings_public;
pub mod listings_search;
pub mod looks;
pub mod masked_pictures;
pub mod masks;
pub mod nadir_marks;
pub mod panoramas;
pub mod photo_sets;
pub mod proofs;
pub mod rounds;
pub mod search_index;
pub mod settings;
pub mod shot_lists;
pub mod signing_keys;
pub mod snapshots;
pub mod statistics;
pub mod tour_pictures;
pub mod tour_videos;
pub mod tours;
pub mod transfer;
pub mod uploads;

pub use database::{Database, Dialect, Transaction};
pub use error::CatalogueError;
