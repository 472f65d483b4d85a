//! Looking after the data: does everything stored still hold, and can it be saved and brought back.

pub mod backup;
pub mod error;
pub mod fsck;
mod manifest;
mod masks;
mod packs;
mod report;
pub mod restore;
mod signed;

pub use error::UpkeepError;
pub use report::{Finding, Report, Severity};
