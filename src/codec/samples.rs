//! The sound of a stream: decoded, at a steady rate, mixed to one channel.

use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::{ChannelLayout, Error, Packet, Rational, codec, decoder, filter, frame};

use super::chain::{finish, graph, pull, push};
use super::error::VideoError;

/// Samples a second of all that is made.
pub(super) const RATE: i32 = 48_000;
/// The filter after which samples are as the coder takes them. One channel is enough for a voice in a room, and what is heard
/// from two loudspeakers is as loud as what was measured in each.
pub(super) const SHAPE: &str = "aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=mono";

/// Who takes samples that are ready.
pub(super) type Hear<'a> = dyn FnMut(frame::Audio) -> Result<(), VideoError> + 'a;

/// From a stream's packets to samples.
pub(super) struct Samples {
    /// The stream's number in the source.
    pub(super) index: usize,
    time_base: Rational,
    decoder: decoder::Audio,
    tail: &'static str,
    frame_size: u32,
    graph: Option<filter::Graph>,
}

impl Samples {
    /// Of a stream. `tail`: further filters; `frame_size`: how many samples are given at a time, 0 for as many as come.
    pub(super) fn new(
        stream: &Stream<'_>,
        tail: &'static str,
        frame_size: u32,
    ) -> Result<Self, VideoError> {
        let context =
            codec::Context::from_parameters(stream.parameters()).map_err(VideoError::unreadable)?;
        let mut decoder = context.decoder().audio().map_err(VideoError::unreadable)?;
        decoder.set_packet_time_base(stream.time_base());
        let (index, time_base) = (stream.index(), stream.time_base());
        Ok(Self { index, time_base, decoder, tail, frame_size, graph: None })
    }

    /// Takes a packet of the source; `false` where it is damaged.
    pub(super) fn take(
        &mut self,
        packet: &Packet,
        hear: &mut Hear<'_>,
    ) -> Result<bool, VideoError> {
        let whole = self.decoder.send_packet(packet).is_ok();
        self.decoded(hear)?;
        Ok(whole)
    }

    /// What is left.
    pub(super) fn end(&mut self, hear: &mut Hear<'_>) -> Result<(), VideoError> {
        // Fails only where nothing is left to come.
        let _nothing_left = self.decoder.send_eof();
        self.decoded(hear)?;
        if let Some(graph) = &mut self.graph {
            finish(graph)?;
        }
        self.filtered(hear)
    }

    fn decoded(&mut self, hear: &mut Hear<'_>) -> Result<(), VideoError> {
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
            self.filtered(hear)?;
        }
        Ok(())
    }

    /// Gaps become silence, so that picture and sound stay together.
    fn chain(&self, first: &frame::Audio) -> Result<filter::Graph, VideoError> {
        let spec = format!("aresample={RATE}:async=1:first_pts=0,{SHAPE}{}", self.tail);
        audio_graph(first, self.time_base, &spec, self.frame_size)
    }

    fn filtered(&mut self, hear: &mut Hear<'_>) -> Result<(), VideoError> {
        match &mut self.graph {
            Some(graph) => drained(graph, hear),
            None => Ok(()),
        }
    }
}

/// Filters for samples like `first`, whose times are counted in `time_base`.
pub(super) fn audio_graph(
    first: &frame::Audio,
    time_base: Rational,
    spec: &str,
    frame_size: u32,
) -> Result<filter::Graph, VideoError> {
    let layout = match first.channel_layout() {
        layout if layout.is_empty() => ChannelLayout::default(i32::from(first.channels())),
        layout => layout,
    };
    let input = format!(
        "time_base={}/{}:sample_rate={}:sample_fmt={}:channel_layout=0x{:x}",
        time_base.numerator(),
        time_base.denominator(),
        first.rate(),
        first.format().name(),
        layout.bits()
    );
    let mut graph =
        graph("abuffer", &input, spec, "abuffersink").map_err(VideoError::unreadable)?;
    if frame_size > 0 {
        let mut out = graph.get("out").ok_or_else(|| VideoError::not_made(Error::Bug))?;
        out.sink().set_frame_size(frame_size);
    }
    Ok(graph)
}

/// Hands over all that a graph has ready.
pub(super) fn drained(graph: &mut filter::Graph, hear: &mut Hear<'_>) -> Result<(), VideoError> {
    let mut samples = frame::Audio::empty();
    while pull(graph, &mut samples)? {
        hear(std::mem::replace(&mut samples, frame::Audio::empty()))?;
    }
    Ok(())
}
