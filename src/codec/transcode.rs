//! A video as every browser plays it: H.264 and AAC in MP4, at most 1280 pixels on the long side, its index at the beginning,
//! and nothing of the metadata of the original.

use std::io::{Read, Seek, Write};

use ffmpeg_next::format::context::{Input, Output, StreamIo};
use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::{
    Dictionary, Error, Packet, Rational, codec, decoder, encoder, format, frame, media,
};

use super::describe::{MAX_SECONDS, VideoFacts, facts};
use super::error::VideoError;
use super::picture::{self, Chain, fitted};
use super::sound::Sound;
use super::source::open;
use crate::base::{Cancel, Limits};

/// Long side of a film.
const LONGEST: u32 = 1280;
/// With the sound it stays below a slow line's 1.6 Mbit/s, so that it plays without a pause.
const MOST_BITS: &str = "1400k";
const BUFFER_BITS: &str = "2800k";
const MOST_RATE: f64 = 30.5;
/// Rates that cameras have, pictures a second.
const RATES: [(i32, i32); 8] =
    [(30, 1), (30_000, 1001), (25, 1), (24, 1), (24_000, 1001), (15, 1), (12, 1), (10, 1)];
/// A film that ends so much earlier than its file says is cut off.
const CUT_OFF: f64 = 0.9;

/// What was made.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Rendition {
    /// Columns, even.
    pub width: u32,
    /// Rows, even.
    pub height: u32,
    /// Length in seconds.
    pub seconds: f64,
    /// Whether it has sound.
    pub has_sound: bool,
    /// Packets that were skipped because they are damaged.
    pub damaged: u64,
}

/// Codes the video in `source` anew into `target`, an empty file. `progress` hears how much is done, 0–1.
///
/// Fails with [`VideoError::Unreadable`] where much of it is missing, and as [`super::describe`] does.
pub fn transcode(
    source: impl Read + Seek + Send + 'static,
    target: impl Write + Seek + Send + 'static,
    (limits, threads): (&Limits, usize),
    cancel: &Cancel,
    progress: &dyn Fn(f64),
) -> Result<Rendition, VideoError> {
    let mut input = open(source, cancel)?;
    let facts = facts(&input, limits)?;
    let video = input.streams().best(media::Type::Video).ok_or(VideoError::NoPicture)?;
    let mut pictures = Pictures::new(&video, &facts, threads)?;
    let audio = input.streams().best(media::Type::Audio).filter(|_| facts.audio_codec.is_some());
    let mut sound = audio.map(|audio| Sound::new(&audio)).transpose()?;
    let mut film = Muxer::new(target, &facts, &pictures, sound.as_ref())?;
    let mut damaged = 0;
    let mut packets = 0_u64;
    while let Some((index, packet)) = next(&mut input)? {
        packets += 1;
        if packets.is_multiple_of(16) && cancel.is_cancelled() {
            return Err(VideoError::Cancelled);
        }
        let whole = if index == pictures.index {
            let whole = pictures.take(&input, &packet, &mut |packet| film.picture(packet))?;
            progress((pictures.seconds() / facts.seconds).min(1.0));
            whole
        } else if let Some(sound) = sound.as_mut().filter(|sound| sound.index == index) {
            sound.take(&packet, &mut |packet| film.sound(packet))?
        } else {
            true
        };
        damaged += u64::from(!whole);
    }
    pictures.end(&input, &mut |packet| film.picture(packet))?;
    if let Some(sound) = &mut sound {
        sound.end(&mut |packet| film.sound(packet))?;
    }
    let length = pictures.seconds();
    if length < CUT_OFF * facts.seconds - 1.0 || length == 0.0 {
        let reason = format!("only {length:.0} of {:.0} s are there", facts.seconds);
        return Err(VideoError::Unreadable { reason });
    }
    film.finish()?;
    let (width, height) = pictures.size;
    Ok(Rendition { width, height, seconds: length, has_sound: sound.is_some(), damaged })
}

/// The next packet and the number of its stream; damage between packets ends the film.
fn next(input: &mut Input) -> Result<Option<(usize, Packet)>, VideoError> {
    let mut packet = Packet::empty();
    match packet.read(input) {
        Ok(()) => Ok(Some((packet.stream(), packet))),
        Err(Error::Exit) => Err(VideoError::Cancelled),
        Err(_) => Ok(None),
    }
}

/// From the source's packets to the film's pictures.
struct Pictures {
    index: usize,
    time_base: Rational,
    decoder: decoder::Video,
    chain: Option<Chain>,
    encoder: encoder::Video,
    size: (u32, u32),
    rate: Rational,
    count: i64,
}

impl Pictures {
    fn new(stream: &Stream<'_>, facts: &VideoFacts, threads: usize) -> Result<Self, VideoError> {
        let size = fitted((facts.width, facts.height), LONGEST);
        let rate = steady(facts.rate);
        Ok(Self {
            index: stream.index(),
            time_base: stream.time_base(),
            decoder: picture::decoder(stream, threads)?,
            chain: None,
            encoder: coder(size, rate, threads).map_err(VideoError::not_made)?,
            size,
            rate,
            count: 0,
        })
    }

    /// How long the film is so far.
    fn seconds(&self) -> f64 {
        self.count as f64 / f64::from(self.rate)
    }

    fn take(
        &mut self,
        input: &Input,
        packet: &Packet,
        give: &mut dyn FnMut(Packet) -> Result<(), VideoError>,
    ) -> Result<bool, VideoError> {
        let whole = self.decoder.send_packet(packet).is_ok();
        self.decoded(input, give)?;
        Ok(whole)
    }

    fn end(
        &mut self,
        input: &Input,
        give: &mut dyn FnMut(Packet) -> Result<(), VideoError>,
    ) -> Result<(), VideoError> {
        // Fails only where nothing is left to come.
        let _nothing_left = self.decoder.send_eof();
        self.decoded(input, give)?;
        if let Some(chain) = &mut self.chain {
            chain.finish()?;
        }
        self.filtered(give)?;
        self.encoder.send_eof().map_err(VideoError::not_made)?;
        self.coded(give)
    }

    fn decoded(
        &mut self,
        input: &Input,
        give: &mut dyn FnMut(Packet) -> Result<(), VideoError>,
    ) -> Result<(), VideoError> {
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

    fn filtered(
        &mut self,
        give: &mut dyn FnMut(Packet) -> Result<(), VideoError>,
    ) -> Result<(), VideoError> {
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
            self.coded(give)?;
        }
        Ok(())
    }

    fn coded(
        &mut self,
        give: &mut dyn FnMut(Packet) -> Result<(), VideoError>,
    ) -> Result<(), VideoError> {
        let mut packet = Packet::empty();
        while self.encoder.receive_packet(&mut packet).is_ok() {
            give(std::mem::replace(&mut packet, Packet::empty()))?;
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

/// The MP4 file that is written.
struct Muxer {
    output: Output,
    picture_base: Rational,
    bases: Vec<Rational>,
}

impl Muxer {
    fn new(
        target: impl Write + Seek + Send + 'static,
        facts: &VideoFacts,
        pictures: &Pictures,
        sound: Option<&Sound>,
    ) -> Result<Self, VideoError> {
        let failed = VideoError::not_made;
        let stream = StreamIo::from_write_seek(target).map_err(failed)?;
        let mut output = format::output_to_stream(stream, None, Some("mp4")).map_err(failed)?;
        let mut added = output.add_stream_with(&pictures.encoder).map_err(failed)?;
        added.set_time_base(pictures.rate.invert());
        if let Some(sound) = sound {
            let mut added = output.add_stream_with(&sound.encoder).map_err(failed)?;
            added.set_time_base(Sound::coded_time_base());
        }
        let mut options = Dictionary::new();
        // Room for the index at the beginning, so that a browser can start at once: at most 36 bytes a picture (size, offset,
        // order, chunk) and 24 a packet of sound.
        let a_second = 36.0 * f64::from(pictures.rate) + 24.0 * 47.0;
        let room = 16_384 + ((facts.seconds + 2.0) * a_second) as u64;
        options.set("moov_size", &room.to_string());
        options.set("fflags", "+bitexact");
        output.write_header_with(options).map_err(failed)?;
        let bases = output.streams().map(|stream| stream.time_base()).collect();
        Ok(Self { output, picture_base: pictures.rate.invert(), bases })
    }

    fn picture(&mut self, packet: Packet) -> Result<(), VideoError> {
        self.add(packet, 0, self.picture_base)
    }

    fn sound(&mut self, packet: Packet) -> Result<(), VideoError> {
        self.add(packet, 1, Sound::coded_time_base())
    }

    fn add(&mut self, mut packet: Packet, stream: usize, from: Rational) -> Result<(), VideoError> {
        packet.set_stream(stream);
        packet.rescale_ts(from, self.bases[stream]);
        packet.set_position(-1);
        packet.write_interleaved(&mut self.output).map_err(VideoError::not_made)
    }

    fn finish(mut self) -> Result<(), VideoError> {
        self.output.write_trailer().map_err(VideoError::not_made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::describe;
    use crate::codec::fixture::{made, turned};
    use std::io::Cursor;
    use std::process::Command;

    fn film(bytes: Vec<u8>) -> Result<(Rendition, Vec<u8>), VideoError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let target = file.reopen().unwrap();
        let (limits, cancel) = (Limits::default(), Cancel::new());
        let film = transcode(Cursor::new(bytes), target, (&limits, 2), &cancel, &|_| {})?;
        Ok((film, std::fs::read(file.path()).unwrap()))
    }

    /// What `ffprobe` says, as JSON.
    fn probed(bytes: &[u8]) -> serde_json::Value {
        let file = tempfile::NamedTempFile::with_suffix(".mp4").unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let run = Command::new("ffprobe")
            .args(["-v", "error", "-print_format", "json", "-show_format", "-show_streams"])
            .args(["-count_frames"])
            .arg(file.path())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stderr), "");
        serde_json::from_slice(&run.stdout).unwrap()
    }

    #[test]
    fn a_phone_film_becomes_an_upright_mp4_that_starts_at_once_and_names_no_place() {
        let phone = made(
            "a.mov",
            "-i testsrc2=s=1920x1080:r=60:d=3 -f lavfi -i sine=d=3 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -c:a aac \
             -metadata location=+39.9042+116.4074/ -metadata title=secret -metadata:s:v:0 handler_name=secret",
        );
        let facts =
            describe(Cursor::new(phone.clone()), &Limits::default(), &Cancel::new()).unwrap();
        assert!(facts.holds_position);
        let (film, bytes) = film(turned(&phone)).unwrap();
        assert_eq!((film.width, film.height, film.has_sound), (720, 1280, true));
        let said = probed(&bytes);
        let [picture, sound] = [&said["streams"][0], &said["streams"][1]];
        assert_eq!(
            (&picture["codec_name"], &picture["pix_fmt"]),
            (&"h264".into(), &"yuv420p".into())
        );
        assert_eq!((&picture["width"], &picture["height"]), (&720.into(), &1280.into()));
        assert_eq!(picture["color_space"], "bt709");
        assert_eq!(picture["nb_read_frames"], "90", "60 pictures a second become 30");
        assert_eq!((&sound["codec_name"], &sound["channels"]), (&"aac".into(), &1.into()));
        let length: f64 = said["format"]["duration"].as_str().unwrap().parse().unwrap();
        assert!((length - 3.0).abs() < 0.1, "{length}");
        assert!(!bytes.windows(6).any(|part| part == b"secret" || part == b"39.904"));
        let at = |name: &[u8]| bytes.windows(4).position(|part| part == name).unwrap();
        assert!(at(b"moov") < at(b"mdat"), "the index comes first");
        let again = describe(Cursor::new(bytes), &Limits::default(), &Cancel::new()).unwrap();
        assert_eq!((again.turn, again.holds_position), (0, false));
    }

    #[test]
    fn the_longest_film_leaves_enough_room_for_its_index() {
        let long = made(
            "a.mp4",
            "-i testsrc=s=64x64:r=30:d=179 -f lavfi -i sine=d=179 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -c:a aac",
        );
        let (film, bytes) = film(long).unwrap();
        assert!((film.seconds - 179.0).abs() < 0.5, "{}", film.seconds);
        probed(&bytes);
    }

    #[test]
    fn a_silent_webm_becomes_a_silent_mp4() {
        let (made, bytes) =
            film(made("a.webm", "-i testsrc=s=320x240:r=12:d=2 -c:v libvpx-vp9")).unwrap();
        assert_eq!((made.width, made.height, made.has_sound, made.damaged), (320, 240, false, 0));
        assert_eq!(probed(&bytes)["streams"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn what_is_cut_off_is_refused_and_a_scratch_is_skipped() {
        let whole =
            made("a.mkv", "-i testsrc2=s=640x360:r=25:d=12 -pix_fmt yuv420p -c:v libx264 -g 25");
        let cut = whole[..whole.len() / 4].to_vec();
        let error = film(cut).unwrap_err();
        assert!(matches!(error, VideoError::Unreadable { .. }), "{error}");
        let mut scratched = whole.clone();
        let middle = whole.len() / 2;
        scratched[middle..middle + 2000].fill(0x55);
        let (scratched, _) = film(scratched).unwrap();
        assert!((scratched.seconds - 12.0).abs() < 1.0, "{}", scratched.seconds);
    }

    #[test]
    fn rates_are_steady() {
        let rate = |given| f64::from(steady(given));
        assert_eq!(rate(59.94), 30_000.0 / 1001.0);
        assert_eq!(rate(29.83), 30_000.0 / 1001.0);
        assert_eq!((rate(240.0), rate(50.0), rate(0.0), rate(7.3)), (30.0, 25.0, 30.0, 7.0));
    }
}
