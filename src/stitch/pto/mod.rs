//! Hugin's project files (`.pto`), written and read, so that an expert can go on there, or come from there.
//!
//! Hugin knows a picture as it is stored, ours stand upright (`orientation`); its distortion counts radii in halves of
//! the shorter side (`lens`). Its axes: yaw right, pitch up, roll clockwise, as ours.

pub mod lens;
pub mod orientation;
pub mod read;
pub mod write;

pub use read::{Image, Project, read};
pub use write::write;
