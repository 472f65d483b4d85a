//! The photo journey, one file or folder a step: upload → probe → stitch (sets of ordinary photos) → tile.

pub mod access;
pub mod arrival;
pub mod looks;
pub mod masks;
pub mod media;
pub mod probe;
pub mod scene_facts;
pub mod sets;
pub mod steps;
pub mod upload;
