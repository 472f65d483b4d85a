//! The MP4 file that is written: pictures, sound, or both.

use std::io::{Seek, Write};

use ffmpeg_next::format::context::{Output, StreamIo};
use ffmpeg_next::{Dictionary, Packet, Rational, encoder, format};

use super::error::VideoError;
use super::pictures::Pictures;
use super::sound::coded_time_base;

/// Room that the index of the sound takes a second, in bytes: 24 a packet.
const SOUND_ROOM: f64 = 24.0 * 47.0;

/// A file that is being written.
pub(super) struct Muxer {
    output: Output,
    picture_base: Option<Rational>,
    bases: Vec<Rational>,
}

impl Muxer {
    /// Begins the file; it becomes about `seconds` long.
    pub(super) fn new(
        target: impl Write + Seek + Send + 'static,
        seconds: f64,
        pictures: Option<&Pictures>,
        sound: Option<&encoder::Audio>,
    ) -> Result<Self, VideoError> {
        let failed = VideoError::not_made;
        let stream = StreamIo::from_write_seek(target).map_err(failed)?;
        let mut output = format::output_to_stream(stream, None, Some("mp4")).map_err(failed)?;
        let mut a_second = SOUND_ROOM;
        if let Some(pictures) = pictures {
            let mut added = output.add_stream_with(&pictures.encoder).map_err(failed)?;
            added.set_time_base(pictures.rate.invert());
            a_second += 36.0 * f64::from(pictures.rate);
        }
        if let Some(sound) = sound {
            let mut added = output.add_stream_with(sound).map_err(failed)?;
            added.set_time_base(coded_time_base());
        }
        let mut options = Dictionary::new();
        // Room for the index at the beginning, so that a browser can start at once: at most 36 bytes a picture (size, offset,
        // order, chunk).
        let room = 16_384 + ((seconds + 2.0) * a_second) as u64;
        options.set("moov_size", &room.to_string());
        options.set("fflags", "+bitexact");
        output.write_header_with(options).map_err(failed)?;
        let bases = output.streams().map(|stream| stream.time_base()).collect();
        Ok(Self { output, picture_base: pictures.map(|pictures| pictures.rate.invert()), bases })
    }

    /// Takes a packet of pictures.
    pub(super) fn picture(&mut self, packet: Packet) -> Result<(), VideoError> {
        let from = self.picture_base.unwrap_or_else(coded_time_base);
        self.add(packet, 0, from)
    }

    /// Takes a packet of sound.
    pub(super) fn sound(&mut self, packet: Packet) -> Result<(), VideoError> {
        self.add(packet, usize::from(self.picture_base.is_some()), coded_time_base())
    }

    fn add(&mut self, mut packet: Packet, stream: usize, from: Rational) -> Result<(), VideoError> {
        packet.set_stream(stream);
        packet.rescale_ts(from, self.bases[stream]);
        packet.set_position(-1);
        packet.write_interleaved(&mut self.output).map_err(VideoError::not_made)
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<(), VideoError> {
        self.output.write_trailer().map_err(VideoError::not_made)
    }
}
