//! How often listings were viewed: what is added, what of one day is forgotten, and what is read (docs/statistics.md).
//!
//! Counting is no change by a person: it leaves no trace in the audit log. All sums are additive, so that any number of
//! server processes may count at once.

mod add;
mod forget;
mod read;

pub use add::{Batch, SceneViews, Views, add, salt_of};
pub use forget::forget_before;
pub use read::{Day, Looked, Picture, Room, days, first_day, gaze, pictures, rooms, shown_by};

/// What holds for one day only: left out of backups, so that no copy of a salt outlives its day.
pub const OF_ONE_DAY: [&str; 2] = ["statistics_marks", "statistics_salts"];
