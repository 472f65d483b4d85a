//! What a file with pictures that move, or with sound alone, holds.

use std::io::{Read, Seek, SeekFrom};

use super::describe::{VideoFacts, facts, is_cut_off, moving};
use super::error::VideoError;
use super::poster::{Poster, poster};
use super::source::open;
use super::track::{SoundFacts, Track};
use crate::base::{Cancel, Limits};

/// What was found in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// Pictures that move, and a still of them.
    Video(VideoFacts, Poster),
    /// Sound alone, as a voice recorder writes it. The picture of its cover is none that moves.
    Sound(SoundFacts),
}

/// Looks at `source`. A still is at most `longest` pixels on the long side; a recording is listened to from its beginning to its
/// end, so that what is silent or cut off is told at once.
pub fn look(
    mut source: impl Read + Seek + Send + 'static,
    longest: u32,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Look, VideoError> {
    require_whole_wave(&mut source)?;
    let mut input = open(source, cancel)?;
    if moving(&input).is_none() {
        return Ok(Look::Sound(Track::hear(&mut input, false, cancel, &|_| {})?.facts));
    }
    let facts = facts(&input, limits)?;
    let still = poster(&mut input, &facts, longest, cancel)?;
    Ok(Look::Video(facts, still))
}

/// FFmpeg takes of a WAV file what is there; its header says how many bytes there should be, or all ones where nobody knew.
fn require_whole_wave(source: &mut (impl Read + Seek)) -> Result<(), VideoError> {
    let unreadable = |error: std::io::Error| VideoError::Unreadable { reason: error.to_string() };
    let mut head = Vec::new();
    source.by_ref().take(12).read_to_end(&mut head).map_err(unreadable)?;
    let there = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
    source.rewind().map_err(unreadable)?;
    let Some((b"RIFF", [a, b, c, d, form @ ..])) = head.split_first_chunk::<4>() else {
        return Ok(());
    };
    let stated = u32::from_le_bytes([*a, *b, *c, *d]);
    if form == b"WAVE" && stated != u32::MAX && is_cut_off(there as f64, f64::from(stated)) {
        let reason = format!("only {there} of {stated} bytes are there");
        return Err(VideoError::Unreadable { reason });
    }
    Ok(())
}
