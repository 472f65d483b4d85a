//! Doing the work of the queue: claim, work, report, retry. Knows no media.
//!
//! Guarantees: a job whose worker dies is taken up again when its lease ends; a worker that has lost
//! its lease, or cannot reach the database for as long as the lease lasts, drops the work; a failed
//! attempt waits longer each time; at a stop, running work may end for a while and is then given back.

mod backoff;
mod report;
mod runner;

pub use backoff::delay_millis;
pub use report::Report;
pub use runner::{Handler, Pace, Runner, Task, Work};
