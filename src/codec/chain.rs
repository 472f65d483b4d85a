//! Decoded pictures made ready to be shown: fitted, turned upright, in the colours that every browser shows (BT.709, 8 bit).

use ffmpeg_next::codec::encoder::Encoder;
use ffmpeg_next::color::TransferCharacteristic;
use ffmpeg_next::format::Pixel;
use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::{Error, Packet, Rational, codec, decoder, filter, frame};

use super::describe::turn_of;
use super::error::VideoError;

/// A decoder of a stream's pictures that takes at most `threads` threads.
pub(super) fn decoder(stream: &Stream<'_>, threads: usize) -> Result<decoder::Video, VideoError> {
    let mut context =
        codec::Context::from_parameters(stream.parameters()).map_err(VideoError::unreadable)?;
    context.set_threading(codec::threading::Config {
        kind: codec::threading::Type::Frame,
        count: threads,
        ..Default::default()
    });
    context.decoder().video().map_err(VideoError::unreadable)
}

/// The largest size of the same shape whose sides are even and at most `longest`, never larger than it was.
pub(super) fn fitted((width, height): (u32, u32), longest: u32) -> (u32, u32) {
    let scale = (f64::from(longest) / f64::from(width.max(height))).min(1.0);
    let even = |side: u32| ((f64::from(side) * scale / 2.0).round() as u32 * 2).max(2);
    (even(width), even(height))
}

/// Filters between decoder and whoever takes the pictures.
pub(super) struct Chain {
    graph: filter::Graph,
    shape: (Pixel, u32, u32),
}

impl Chain {
    /// For pictures like `first` of `stream`, to be shown at `size` (after the turn). `tail`: further filters.
    pub(super) fn new(
        first: &frame::Video,
        stream: (&Stream<'_>, Rational),
        size: (u32, u32),
        tail: &str,
    ) -> Result<Self, VideoError> {
        let shape = shape_of(first);
        let aspect = first.aspect_ratio();
        let (time_base, (pixel, width, height)) = (stream.1, shape);
        let name = pixel.descriptor().map_or("none", |pixel| pixel.name());
        let input = format!(
            "video_size={width}x{height}:pix_fmt={name}:time_base={}/{}:pixel_aspect={}/{}",
            time_base.numerator(),
            time_base.denominator(),
            aspect.numerator(),
            aspect.denominator().max(1),
        );
        let turn = turn_of(stream.0);
        let spec = format!("{}{}{tail}", sized(first, size, turn), turned(turn));
        let graph = graph("buffer", &input, &spec, "buffersink").map_err(VideoError::unreadable)?;
        Ok(Self { graph, shape })
    }

    /// Takes a decoded picture.
    pub(super) fn push(&mut self, picture: &frame::Video) -> Result<(), VideoError> {
        if shape_of(picture) != self.shape {
            let reason = "the picture changes its size in the middle".to_owned();
            return Err(VideoError::Unreadable { reason });
        }
        push(&mut self.graph, picture)
    }

    /// No picture comes any more.
    pub(super) fn finish(&mut self) -> Result<(), VideoError> {
        finish(&mut self.graph)
    }

    /// The next finished picture, if there is one.
    pub(super) fn pull(&mut self) -> Result<Option<frame::Video>, VideoError> {
        let mut picture = frame::Video::empty();
        Ok(pull(&mut self.graph, &mut picture)?.then_some(picture))
    }
}

fn shape_of(picture: &frame::Video) -> (Pixel, u32, u32) {
    (picture.format(), picture.width(), picture.height())
}

/// Scaling to `size` as it is before the turn. Pictures of high dynamic range (iPhones film so) are brought to the range of
/// ordinary screens first, else they look grey.
fn sized(first: &frame::Video, (width, height): (u32, u32), turn: u16) -> String {
    let (width, height) = if turn % 180 == 90 { (height, width) } else { (width, height) };
    let transfer = first.color_transfer_characteristic();
    if matches!(transfer, TransferCharacteristic::SMPTE2084 | TransferCharacteristic::ARIB_STD_B67)
    {
        format!(
            "setparams=color_primaries=bt2020:colorspace=bt2020nc,zscale=w={width}:h={height}:t=linear:npl=203,\
             format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=mobius:param=0.3:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p,setsar=1"
        )
    } else {
        format!("scale={width}:{height}:flags=bicubic:out_color_matrix=bt709:out_range=tv,setsar=1")
    }
}

fn turned(turn: u16) -> &'static str {
    match turn {
        90 => ",transpose=clock,",
        180 => ",hflip,vflip,",
        270 => ",transpose=cclock,",
        _ => ",",
    }
}

/// A graph of one line of filters.
pub(super) fn graph(
    source: &str,
    input: &str,
    spec: &str,
    sink: &str,
) -> Result<filter::Graph, Error> {
    let named = |name: &str| filter::find(name).ok_or(Error::FilterNotFound);
    let mut graph = filter::Graph::new();
    graph.add(&named(source)?, "in", input)?;
    graph.add(&named(sink)?, "out", "")?;
    graph.output("in", 0)?.input("out", 0)?.parse(spec)?;
    graph.validate()?;
    Ok(graph)
}

/// Gives a graph the next frame.
pub(super) fn push(graph: &mut filter::Graph, frame: &frame::Frame) -> Result<(), VideoError> {
    let mut source = graph.get("in").ok_or_else(lost)?;
    source.source().add(frame).map_err(VideoError::unreadable)
}

/// Tells a graph that no frame comes any more.
pub(super) fn finish(graph: &mut filter::Graph) -> Result<(), VideoError> {
    let mut source = graph.get("in").ok_or_else(lost)?;
    source.source().flush().map_err(VideoError::unreadable)
}

/// Takes a finished frame; `false` where none is ready.
pub(super) fn pull(
    graph: &mut filter::Graph,
    frame: &mut frame::Frame,
) -> Result<bool, VideoError> {
    let mut sink = graph.get("out").ok_or_else(lost)?;
    match sink.sink().frame(frame) {
        Ok(()) => Ok(true),
        Err(error) if is_pause(error) => Ok(false),
        Err(error) => Err(VideoError::unreadable(error)),
    }
}

/// Whether FFmpeg only says that it needs more before it gives something, or has given all.
pub(super) fn is_pause(error: Error) -> bool {
    error == Error::Eof || error == Error::Other { errno: ffmpeg_next::error::EAGAIN }
}

/// Who takes coded packets.
pub(super) type Give<'a> = dyn FnMut(Packet) -> Result<(), VideoError> + 'a;

/// Gives away the packets that a coder has ready.
pub(super) fn drain(coder: &mut Encoder, give: &mut Give<'_>) -> Result<(), VideoError> {
    let mut packet = Packet::empty();
    while coder.receive_packet(&mut packet).is_ok() {
        give(std::mem::replace(&mut packet, Packet::empty()))?;
    }
    Ok(())
}

fn lost() -> VideoError {
    VideoError::not_made(Error::Bug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_their_shape_and_are_even() {
        assert_eq!(fitted((1920, 1080), 1280), (1280, 720));
        assert_eq!(fitted((1080, 1920), 1280), (720, 1280));
        assert_eq!(fitted((641, 361), 1280), (642, 362));
        assert_eq!(fitted((10_000, 1), 1280), (1280, 2));
    }
}
