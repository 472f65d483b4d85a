//! Videos: read from the file as they are decoded, for they may be larger than memory.

use std::io::{Read, Seek};

use super::{ProbeReport, SmallPicture};
use crate::base::{Cancel, Limits};
use crate::codec::{self, Poster, VideoError};
use crate::container::Format;

/// Looks at the video `source` of `bytes` bytes, uploaded as `file_name`: a report and a still of at most `longest` pixels on
/// the long side.
pub fn probe_video(
    source: impl Read + Seek + Send + 'static,
    (format, file_name, bytes): (Format, &str, u64),
    longest: u32,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(ProbeReport, SmallPicture), VideoError> {
    let (facts, Poster { width, height, rgb }) = codec::poster(source, longest, limits, cancel)?;
    let report = ProbeReport::of_video(file_name, bytes, format, facts);
    let (width, height) = (width as usize, height as usize);
    Ok((report, SmallPicture { width, height, rgb }))
}
