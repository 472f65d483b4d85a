//! Overlapping photos become one sphere: features, matching, poses, exposure, seams, blending.
//!
//! Bytes and pictures in, pixels and reports out: no files, no network, no async. The same photos give the same
//! panorama, whatever the number of threads: every random choice is seeded and results are kept in order.

pub mod adopt;
pub mod attitude;
pub mod bands;
pub mod bend;
pub mod bracket;
pub mod bundle;
pub mod by_hand;
mod coarse;
pub mod compose;
pub mod depth;
pub mod describe;
pub mod detect;
pub mod dice;
pub mod doubt;
pub mod dual;
pub mod error;
pub mod files;
pub mod fill;
pub mod focal;
pub mod given;
pub mod graph;
pub mod grey;
pub mod judge;
pub mod layout;
pub mod lens_choice;
pub mod level;
pub mod links;
mod lone;
pub mod lookup;
pub mod matching;
pub mod maxflow;
pub mod mesh;
pub mod moved;
pub mod onlooker;
pub mod outline;
pub mod output;
mod overlap_check;
pub mod parallax;
pub mod parallax_bundle;
pub mod patch;
pub mod pattern;
pub mod photo;
pub mod photometry;
pub mod pipeline;
pub mod plan;
pub mod project;
pub mod pto;
pub mod report;
pub mod retrieval;
pub mod rotation;
pub mod sampling;
mod seam_check;
pub mod seams;
pub mod segments;
pub mod sensed;
pub mod spread;
pub mod standpoints;
mod summary;
pub mod track;
pub mod warp;

pub use error::StitchError;
pub use lens_choice::LensChoice;
pub use photo::Photo;
