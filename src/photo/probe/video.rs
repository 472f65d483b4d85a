//! Videos and recordings: read from the file as they are decoded, for they may be larger than memory.

use std::io::{Read, Seek};

use super::{ProbeReport, SmallPicture};
use crate::base::{Cancel, Limits};
use crate::codec::{self, Look, Poster, VideoError};
use crate::container::Format;

/// Most bytes of a recording: three minutes as a studio records them, in two channels of 24 bits at 96 kHz.
const MAX_SOUND_BYTES: u64 = 128 << 20;

/// Looks at the video or recording `source` of `bytes` bytes, uploaded as `file_name`: a report, and of a video a still of at
/// most `longest` pixels on the long side.
pub fn probe_video(
    source: impl Read + Seek + Send + 'static,
    (format, file_name, bytes): (Format, &str, u64),
    longest: u32,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(ProbeReport, Option<SmallPicture>), VideoError> {
    match codec::look(source, longest, limits, cancel)? {
        Look::Video(facts, Poster { width, height, rgb }) => {
            let report = ProbeReport::of_video(file_name, bytes, format, facts);
            let (width, height) = (width as usize, height as usize);
            Ok((report, Some(SmallPicture { width, height, rgb })))
        }
        Look::Sound(_) if bytes > MAX_SOUND_BYTES => {
            Err(VideoError::TooLarge { bytes, limit: MAX_SOUND_BYTES })
        }
        Look::Sound(facts) => Ok((ProbeReport::of_sound(file_name, bytes, format, facts), None)),
    }
}
