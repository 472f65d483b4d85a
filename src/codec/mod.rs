//! Videos: what a file holds, read by the system's FFmpeg. The only user of `ffmpeg_next`.
//!
//! FFmpeg is given an open file and never a name, and only the demuxers and decoders on our lists: call it in the worker's
//! child all the same.

mod describe;

pub use describe::{VideoError, VideoFacts, describe};
