//! Videos and recordings: what a file holds, a still of it, and the same as every browser plays it, by the system's FFmpeg. The
//! only user of `ffmpeg_next`.
//!
//! FFmpeg is given open files and never a name, and only the demuxers, decoders and encoders on our lists: call it in the
//! worker's child all the same.

mod chain;
mod describe;
mod error;
mod look;
mod muxer;
mod pictures;
mod poster;
mod samples;
mod sound;
mod source;
mod track;
mod transcode;

pub use describe::{MAX_SECONDS, VideoFacts};
pub use error::VideoError;
pub use look::{Look, look};
pub use poster::Poster;
pub use source::installed;
pub use track::SoundFacts;
pub use transcode::{Rendition, transcode};

#[cfg(test)]
mod fixture;
