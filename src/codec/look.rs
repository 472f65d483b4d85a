//! What a file with pictures that move, or with sound alone, holds.

use std::io::{Read, Seek};

use super::describe::{VideoFacts, facts, moving};
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
    source: impl Read + Seek + Send + 'static,
    longest: u32,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Look, VideoError> {
    let mut input = open(source, cancel)?;
    if moving(&input).is_none() {
        return Ok(Look::Sound(Track::hear(&mut input, false, cancel, &|_| {})?.facts));
    }
    let facts = facts(&input, limits)?;
    let still = poster(&mut input, &facts, longest, cancel)?;
    Ok(Look::Video(facts, still))
}
