//! The sound of a film: decoded, mixed to one channel, coded as AAC.

use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::{ChannelLayout, Error, Packet, Rational, codec, decoder, encoder, filter, frame};

use super::chain::{Give, drain, finish, graph, pull, push};
use super::error::VideoError;

const RATE: i32 = 48_000;
/// Enough for a voice in a room.
const BITS_A_SECOND: usize = 64_000;

/// From a stream's packets to those of the film.
pub(super) struct Sound {
    /// The stream's number in the source.
    pub(super) index: usize,
    time_base: Rational,
    decoder: decoder::Audio,
    graph: Option<filter::Graph>,
    /// Opened.
    pub(super) encoder: encoder::Audio,
}

impl Sound {
    /// For a stream of the source.
    pub(super) fn new(stream: &Stream<'_>) -> Result<Self, VideoError> {
        let context =
            codec::Context::from_parameters(stream.parameters()).map_err(VideoError::unreadable)?;
        let mut decoder = context.decoder().audio().map_err(VideoError::unreadable)?;
        decoder.set_packet_time_base(stream.time_base());
        Ok(Self {
            index: stream.index(),
            time_base: stream.time_base(),
            decoder,
            graph: None,
            encoder: coder().map_err(VideoError::not_made)?,
        })
    }

    /// Time base of the coded packets.
    pub(super) fn coded_time_base() -> Rational {
        Rational(1, RATE)
    }

    /// Takes a packet of the source; `false` where it is damaged.
    pub(super) fn take(
        &mut self,
        packet: &Packet,
        give: &mut Give<'_>,
    ) -> Result<bool, VideoError> {
        let sound = self.decoder.send_packet(packet).is_ok();
        self.decoded(give)?;
        Ok(sound)
    }

    /// What is left.
    pub(super) fn end(&mut self, give: &mut Give<'_>) -> Result<(), VideoError> {
        // Fails only where nothing is left to come.
        let _nothing_left = self.decoder.send_eof();
        self.decoded(give)?;
        if let Some(graph) = &mut self.graph {
            finish(graph)?;
        }
        self.filtered(give)?;
        self.encoder.send_eof().map_err(VideoError::not_made)?;
        drain(&mut self.encoder, give)
    }

    fn decoded(&mut self, give: &mut Give<'_>) -> Result<(), VideoError> {
        let mut samples = frame::Audio::empty();
        while self.decoder.receive_frame(&mut samples).is_ok() {
            let time = samples.timestamp();
            samples.set_pts(time);
            if self.graph.is_none() {
                self.graph = Some(self.chain(&samples)?);
            }
            if let Some(graph) = &mut self.graph {
                push(graph, &samples)?;
            }
            self.filtered(give)?;
        }
        Ok(())
    }

    /// Gaps become silence, so that picture and sound stay together.
    fn chain(&self, first: &frame::Audio) -> Result<filter::Graph, VideoError> {
        let layout = match first.channel_layout() {
            layout if layout.is_empty() => ChannelLayout::default(i32::from(first.channels())),
            layout => layout,
        };
        let input = format!(
            "time_base={}/{}:sample_rate={}:sample_fmt={}:channel_layout=0x{:x}",
            self.time_base.numerator(),
            self.time_base.denominator(),
            first.rate(),
            first.format().name(),
            layout.bits()
        );
        let spec = format!(
            "aresample={RATE}:async=1:first_pts=0,aformat=sample_fmts=fltp:sample_rates={RATE}:channel_layouts=mono"
        );
        let mut graph =
            graph("abuffer", &input, &spec, "abuffersink").map_err(VideoError::unreadable)?;
        let mut out = graph.get("out").ok_or_else(|| VideoError::not_made(Error::Bug))?;
        out.sink().set_frame_size(self.encoder.frame_size());
        Ok(graph)
    }

    fn filtered(&mut self, give: &mut Give<'_>) -> Result<(), VideoError> {
        let mut samples = frame::Audio::empty();
        while let Some(graph) = &mut self.graph
            && pull(graph, &mut samples)?
        {
            self.encoder.send_frame(&samples).map_err(VideoError::not_made)?;
            drain(&mut self.encoder, give)?;
        }
        Ok(())
    }
}

fn coder() -> Result<encoder::Audio, Error> {
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
