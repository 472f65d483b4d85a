//! The photo journey: one file or folder a step.

pub mod probe;
