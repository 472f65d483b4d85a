//! The photo journey, one file or folder a step: upload → probe → tile.

pub mod access;
pub mod arrival;
pub mod media;
pub mod probe;
pub mod steps;
pub mod upload;
