//! Sound as every browser plays it: coded as AAC.

use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::{ChannelLayout, Error, Packet, Rational, codec, encoder, frame};

use super::chain::{Give, drain};
use super::error::VideoError;
use super::samples::{RATE, Samples};

/// Enough for a voice in a room.
const BITS_A_SECOND: usize = 64_000;

/// The sound of a film: from a stream's packets to those of the film.
pub(super) struct Sound {
    samples: Samples,
    /// Opened.
    pub(super) encoder: encoder::Audio,
}

impl Sound {
    /// For a stream of the source.
    pub(super) fn new(stream: &Stream<'_>) -> Result<Self, VideoError> {
        let encoder = coder()?;
        let samples = Samples::new(stream, "", encoder.frame_size())?;
        Ok(Self { samples, encoder })
    }

    /// The stream's number in the source.
    pub(super) fn index(&self) -> usize {
        self.samples.index
    }

    /// Takes a packet of the source; `false` where it is damaged.
    pub(super) fn take(
        &mut self,
        packet: &Packet,
        give: &mut Give<'_>,
    ) -> Result<bool, VideoError> {
        let encoder = &mut self.encoder;
        self.samples.take(packet, &mut |samples| code(encoder, &samples, give))
    }

    /// What is left.
    pub(super) fn end(&mut self, give: &mut Give<'_>) -> Result<(), VideoError> {
        let encoder = &mut self.encoder;
        self.samples.end(&mut |samples| code(encoder, &samples, give))?;
        end(encoder, give)
    }
}

/// Time base of coded packets.
pub(super) fn coded_time_base() -> Rational {
    Rational(1, RATE)
}

/// Codes as many samples as the coder takes at a time.
pub(super) fn code(
    encoder: &mut encoder::Audio,
    samples: &frame::Audio,
    give: &mut Give<'_>,
) -> Result<(), VideoError> {
    encoder.send_frame(samples).map_err(VideoError::not_made)?;
    drain(encoder, give)
}

/// No samples come any more.
pub(super) fn end(encoder: &mut encoder::Audio, give: &mut Give<'_>) -> Result<(), VideoError> {
    encoder.send_eof().map_err(VideoError::not_made)?;
    drain(encoder, give)
}

/// A coder, opened.
pub(super) fn coder() -> Result<encoder::Audio, VideoError> {
    opened().map_err(VideoError::not_made)
}

fn opened() -> Result<encoder::Audio, Error> {
    let codec = encoder::find_by_name("aac").ok_or(Error::EncoderNotFound)?;
    let mut audio = codec::Context::new_with_codec(codec).encoder().audio()?;
    audio.set_rate(RATE);
    audio.set_channel_layout(ChannelLayout::MONO);
    audio.set_channels(1);
    audio.set_format(ffmpeg_next::format::Sample::F32(ffmpeg_next::format::sample::Type::Planar));
    audio.set_bit_rate(BITS_A_SECOND);
    audio.set_time_base((1, RATE));
    audio.set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::BITEXACT);
    audio.open_as(codec)
}
