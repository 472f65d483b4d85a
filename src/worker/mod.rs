//! Runs each media step in a child process that can do nothing but compute.
//!
//! `protocol` is what parent and child say to one another, `supervisor` the parent's side, `guest` the
//! child's, `sandbox` the walls. Guarantees: the child touches no byte of the media before the walls
//! stand; a child that crashes, hangs, eats memory or lies is a failed step with a reason, never a
//! failed server. Knows no media: what a step does is given by `cli/worker_child.rs`.

pub mod guest;
pub mod protocol;
pub mod sandbox;
pub mod supervisor;

pub use protocol::{Bounds, Refusal};
pub use supervisor::{Step, StepError, Supervisor};
