//! The pictures of a film: decoded, made ready, at a steady rate, coded as H.264.

use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::{Dictionary, Error, Packet, Rational, codec, decoder, encoder, format, frame};

use super::chain::{Chain, Give, decoder, drain, fitted};
use super::describe::{MAX_SECONDS, VideoFacts};
use super::error::VideoError;
use ffmpeg_next::format::context::Input;

/// Long side of a film.
const LONGEST: u32 = 1280;
/// With the sound it stays below a slow line's 1.6 Mbit/s, so that it plays without a pause.
const MOST_BITS: &str = "1400k";
const BUFFER_BITS: &str = "2800k";
const MOST_RATE: f64 = 30.5;
/// Rates that cameras have, pictures a second.
const RATES: [(i32, i32); 8] =
    [(30, 1), (30_000, 1001), (25, 1), (24, 1), (24_000, 1001), (15, 1), (12, 1), (10, 1)];

/// From the source's packets to the film's pictures.
pub(super) struct Pictures {
    /// The stream's number in the source.
    pub(super) index: usize,
    time_base: Rational,
    decoder: decoder::Video,
    chain: Option<Chain>,
    /// Opened.
    pub(super) encoder: encoder::Video,
    /// Columns and rows of the film.
    pub(super) size: (u32, u32),
    /// Its steady rate.
    pub(super) rate: Rational,
    count: i64,
}

impl Pictures {
    /// For a stream of the source.
    pub(super) fn new(
        stream: &Stream<'_>,
        facts: &VideoFacts,
        threads: usize,
    ) -> Result<Self, VideoError> {
        let size = fitted((facts.width, facts.height), LONGEST);
        let rate = steady(facts.rate);
        Ok(Self {
            index: stream.index(),
            time_base: stream.time_base(),
            decoder: decoder(stream, threads)?,
            chain: None,
            encoder: coder(size, rate, threads).map_err(VideoError::not_made)?,
            size,
            rate,
            count: 0,
        })
    }

    /// How long the film is so far.
    pub(super) fn seconds(&self) -> f64 {
        self.count as f64 / f64::from(self.rate)
    }

    /// Takes a packet of the source; `false` where it is damaged.
    pub(super) fn take(
        &mut self,
        input: &Input,
        packet: &Packet,
        give: &mut Give<'_>,
    ) -> Result<bool, VideoError> {
        let whole = self.decoder.send_packet(packet).is_ok();
        self.decoded(input, give)?;
        Ok(whole)
    }

    /// What is left.
    pub(super) fn end(&mut self, input: &Input, give: &mut Give<'_>) -> Result<(), VideoError> {
        // Fails only where nothing is left to come.
        let _nothing_left = self.decoder.send_eof();
        self.decoded(input, give)?;
        if let Some(chain) = &mut self.chain {
            chain.finish()?;
        }
        self.filtered(give)?;
        self.encoder.send_eof().map_err(VideoError::not_made)?;
        drain(&mut self.encoder, give)
    }

    fn decoded(&mut self, input: &Input, give: &mut Give<'_>) -> Result<(), VideoError> {
        let mut decoded = frame::Video::empty();
        while self.decoder.receive_frame(&mut decoded).is_ok() {
            let time = decoded.timestamp();
            decoded.set_pts(time);
            if self.chain.is_none() {
                let stream = input.stream(self.index).ok_or(VideoError::NoPicture)?;
                let Rational(pictures, seconds) = self.rate;
                let tail = format!("fps=fps={pictures}/{seconds}:start_time=0,format=yuv420p");
                self.chain =
                    Some(Chain::new(&decoded, (&stream, self.time_base), self.size, &tail)?);
            }
            if let Some(chain) = &mut self.chain {
                chain.push(&decoded)?;
            }
            self.filtered(give)?;
        }
        Ok(())
    }

    fn filtered(&mut self, give: &mut Give<'_>) -> Result<(), VideoError> {
        while let Some(chain) = &mut self.chain
            && let Some(mut shown) = chain.pull()?
        {
            // A time far ahead would be filled with copies of one picture for ever.
            if self.seconds() > MAX_SECONDS + 1.0 {
                return Err(VideoError::TooLong { seconds: self.seconds() });
            }
            shown.set_pts(Some(self.count));
            shown.set_kind(ffmpeg_next::picture::Type::None);
            self.count += 1;
            self.encoder.send_frame(&shown).map_err(VideoError::not_made)?;
            drain(&mut self.encoder, give)?;
        }
        Ok(())
    }
}

/// The steady rate nearest to that of the source: phones vary theirs. Fast ones are halved until it is at most 30.
fn steady(mut rate: f64) -> Rational {
    if !(1.0..=1000.0).contains(&rate) {
        return Rational(30, 1);
    }
    while rate > MOST_RATE {
        rate /= 2.0;
    }
    let apart = |&(pictures, seconds): &(i32, i32)| {
        (f64::from(pictures) / f64::from(seconds) / rate - 1.0).abs()
    };
    let nearest = RATES.into_iter().min_by(|one, other| apart(one).total_cmp(&apart(other)));
    match nearest.filter(|near| apart(near) < 0.02) {
        Some((pictures, seconds)) => Rational(pictures, seconds),
        None => Rational(rate.round().max(1.0) as i32, 1),
    }
}

fn coder(
    (width, height): (u32, u32),
    rate: Rational,
    threads: usize,
) -> Result<encoder::Video, Error> {
    use ffmpeg_next::color;
    let codec = encoder::find_by_name("libx264").ok_or(Error::EncoderNotFound)?;
    let mut video = codec::Context::new_with_codec(codec).encoder().video()?;
    video.set_width(width);
    video.set_height(height);
    video.set_format(format::Pixel::YUV420P);
    video.set_aspect_ratio((1, 1));
    video.set_frame_rate(Some(rate));
    video.set_time_base(rate.invert());
    video.set_colorspace(color::Space::BT709);
    video.set_color_primaries(color::Primaries::BT709);
    video.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
    video.set_color_range(color::Range::MPEG);
    // Two seconds: whoever drags the slider sees the picture soon.
    video.set_gop((2.0 * f64::from(rate)).round() as u32);
    video
        .set_flags(codec::Flags::GLOBAL_HEADER | codec::Flags::BITEXACT | codec::Flags::CLOSED_GOP);
    let mut options = Dictionary::new();
    for (name, value) in [
        ("preset", "fast"),
        ("profile", "high"),
        ("crf", "24"),
        ("maxrate", MOST_BITS),
        ("bufsize", BUFFER_BITS),
        ("threads", &threads.to_string()),
    ] {
        options.set(name, value);
    }
    video.open_as_with(codec, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_steady() {
        let rate = |given| f64::from(steady(given));
        assert_eq!(rate(59.94), 30_000.0 / 1001.0);
        assert_eq!(rate(29.83), 30_000.0 / 1001.0);
        assert_eq!((rate(240.0), rate(50.0), rate(0.0), rate(7.3)), (30.0, 25.0, 30.0, 7.0));
    }
}
