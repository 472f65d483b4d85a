//! A recording without pictures: listened to from its beginning to its end, and brought to the loudness that all have.

use ffmpeg_next::filter::Graph;
use ffmpeg_next::format::context::Input;
use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::{encoder, frame, media};

use super::chain::{Give, finish, push};
use super::describe::{MAX_SECONDS, codec_of, is_cut_off, says_place};
use super::error::VideoError;
use super::samples::{RATE, SHAPE, Samples, audio_graph, drained};
use super::sound::{code, coded_time_base};
use super::source::{is_sound_codec, next};
use crate::base::Cancel;

/// Shorter ones say nothing, seconds.
const MIN_SECONDS: f64 = 1.0;
/// Integrated loudness that a track is brought to, LUFS (ITU-R BS.1770).
const LOUDNESS: f64 = -17.0;
/// What is not louder is silence, LUFS: raised to the loudness of a voice it would be the noise of the microphone.
const SILENCE: f64 = -57.0;
/// Measures as it lets through; `I` of the last samples is that of the whole track.
const METER: &str = ",ebur128=metadata=1,aformat=sample_fmts=fltp";
const METERED: &str = "lavfi.r128.I";
/// These say nothing of their length, which FFmpeg guesses from the beginning.
const GUESSED: [&str; 3] = ["mp3", "aac", "amr"];

/// What a recording holds.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SoundFacts {
    /// Length in seconds, at least 1 and at most [`MAX_SECONDS`]: listened to, not read.
    pub seconds: f64,
    /// FFmpeg's name of its codec.
    pub codec: String,
    /// How many channels it has.
    pub channels: u16,
    /// Samples a second.
    pub rate: u32,
    /// Integrated loudness, LUFS.
    pub loudness: f64,
    /// Some of the metadata that phones write says where it was recorded.
    pub holds_position: bool,
}

/// A recording as it was heard.
pub(super) struct Track {
    /// What it holds.
    pub(super) facts: SoundFacts,
    /// Packets that were skipped because they are damaged.
    pub(super) damaged: u64,
    /// All of it, where that was asked for: at most 35 MB.
    heard: Vec<frame::Audio>,
}

impl Track {
    /// Listens to `input`. `keep`: to write it afterwards. `progress` hears how much is done, 0–1.
    pub(super) fn hear(
        input: &mut Input,
        keep: bool,
        cancel: &Cancel,
        progress: &dyn Fn(f64),
    ) -> Result<Self, VideoError> {
        let said = input.duration() as f64 / f64::from(ffmpeg_next::ffi::AV_TIME_BASE);
        let is_said = !GUESSED.contains(&input.format().name());
        if is_said && said > MAX_SECONDS {
            return Err(VideoError::TooLong { seconds: said });
        }
        let stream = input.streams().best(media::Type::Audio).ok_or(VideoError::Nothing)?;
        let mut facts = described(&stream)?;
        facts.holds_position = says_place(input);
        let stream = input.streams().best(media::Type::Audio).ok_or(VideoError::Nothing)?;
        let mut samples = Samples::new(&stream, METER, 0)?;
        let (mut heard, mut count) = (Vec::new(), 0_u64);
        let mut loudness = f64::NEG_INFINITY;
        let mut hear = |samples: frame::Audio| {
            count += samples.samples() as u64;
            if count > (MAX_SECONDS as u64 + 1) * RATE as u64 {
                return Err(VideoError::TooLong { seconds: said.max(MAX_SECONDS + 1.0) });
            }
            if let Some(metered) = samples.metadata().get(METERED) {
                loudness = metered.parse().unwrap_or(loudness);
            }
            progress((count as f64 / f64::from(RATE) / said.max(1.0)).min(1.0));
            if keep {
                heard.push(samples);
            }
            Ok(())
        };
        let (mut damaged, mut packets) = (0, 0_u64);
        while let Some((index, packet)) = next(input)? {
            packets += 1;
            if packets.is_multiple_of(16) && cancel.is_cancelled() {
                return Err(VideoError::Cancelled);
            }
            if index == samples.index {
                damaged += u64::from(!samples.take(&packet, &mut hear)?);
            }
        }
        samples.end(&mut hear)?;
        facts.seconds = count as f64 / f64::from(RATE);
        facts.loudness = loudness;
        if (is_said && is_cut_off(facts.seconds, said)) || 2 * damaged > packets {
            return Err(VideoError::cut_off(facts.seconds, said));
        }
        if facts.seconds < MIN_SECONDS {
            return Err(VideoError::TooShort { seconds: facts.seconds });
        }
        if facts.loudness <= SILENCE {
            return Err(VideoError::Silent);
        }
        Ok(Self { facts, damaged, heard })
    }

    /// Codes what was kept, as loud as all others; peaks are held below −2.4 dBTP, so that they are below
    /// −1 after the coder, which adds to a blow what it leaves out of it.
    pub(super) fn write(
        self,
        encoder: &mut encoder::Audio,
        give: &mut Give<'_>,
    ) -> Result<(), VideoError> {
        let first = self.heard.first().ok_or(VideoError::Nothing)?;
        let gain = LOUDNESS - self.facts.loudness;
        // The limiter looks at four times as many samples: what lies between two may be higher than both.
        let spec = format!(
            "volume={gain:.2}dB,aresample={},alimiter=limit=0.76:attack=5:release=50:level=0,{SHAPE}",
            4 * RATE
        );
        let mut graph = audio_graph(first, coded_time_base(), &spec, encoder.frame_size())?;
        let mut coded =
            |graph: &mut Graph| drained(graph, &mut |samples| code(encoder, &samples, give));
        for samples in self.heard {
            push(&mut graph, &samples)?;
            coded(&mut graph)?;
        }
        finish(&mut graph)?;
        coded(&mut graph)?;
        super::sound::end(encoder, give)
    }
}

/// What can be said before it is heard.
fn described(stream: &Stream<'_>) -> Result<SoundFacts, VideoError> {
    let codec = codec_of(stream);
    if !is_sound_codec(&codec) {
        return Err(VideoError::SoundCodec { codec });
    }
    let context = ffmpeg_next::codec::Context::from_parameters(stream.parameters())
        .map_err(VideoError::unreadable)?;
    let sound = context.decoder().audio().map_err(VideoError::unreadable)?;
    Ok(SoundFacts {
        seconds: 0.0,
        codec,
        channels: sound.channels().max(1),
        rate: sound.rate(),
        loudness: f64::NEG_INFINITY,
        holds_position: false,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::process::Command;

    use super::*;
    use crate::base::{Fault, Limits};
    use crate::codec::fixture::made;
    use crate::codec::{Look, Rendition, look, transcode};

    fn heard(bytes: Vec<u8>) -> Result<SoundFacts, VideoError> {
        match look(Cursor::new(bytes), 960, &Limits::default(), &Cancel::new())? {
            Look::Sound(facts) => Ok(facts),
            Look::Video(facts, _) => panic!("{facts:?}"),
        }
    }

    fn converted(bytes: Vec<u8>) -> (Rendition, Vec<u8>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (limits, cancel) = (Limits::default(), Cancel::new());
        let target = file.reopen().unwrap();
        let made = transcode(Cursor::new(bytes), target, (&limits, 1), &cancel, &|_| {}).unwrap();
        (made, std::fs::read(file.path()).unwrap())
    }

    /// Integrated loudness (LUFS) and true peak (dBTP), as the `ffmpeg` command measures them.
    fn measured(bytes: &[u8]) -> (f64, f64) {
        let file = tempfile::NamedTempFile::with_suffix(".m4a").unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let run = Command::new("ffmpeg")
            .args(["-hide_banner", "-nostats", "-i"])
            .arg(file.path())
            .args(["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        let number = |name: &str| -> f64 {
            let line = said.lines().rev().find(|line| line.trim_start().starts_with(name));
            line.unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        (number("I:"), number("Peak:"))
    }

    /// Frames of AMR-NB at its highest rate (RFC 4867 §5: a header of one byte, 31 bytes of speech, 20 ms), whose bits are noise.
    fn amr(seconds: usize) -> Vec<u8> {
        let mut bytes = b"#!AMR\n".to_vec();
        let mut noise = 12_345_u32;
        for _ in 0..50 * seconds {
            bytes.push(0x3c);
            for _ in 0..31 {
                noise = noise.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                bytes.push((noise >> 16) as u8);
            }
        }
        bytes
    }

    #[test]
    fn what_phones_and_recorders_write_is_heard_in_its_whole_length() {
        for (ending, arguments, codec) in [
            ("a.m4a", "-i sine=d=3 -c:a aac", "aac"),
            ("b.m4a", "-i sine=d=3 -c:a alac", "alac"),
            ("a.aac", "-i sine=d=3 -c:a aac", "aac"),
            ("a.mp3", "-i sine=d=3 -c:a libmp3lame -q:a 4", "mp3"),
            ("a.wav", "-i sine=d=3", "pcm_s16le"),
            ("b.wav", "-i sine=r=96000:d=3 -ac 2 -c:a pcm_s24le", "pcm_s24le"),
            ("c.wav", "-i sine=r=8000:d=3 -c:a adpcm_ima_wav", "adpcm_ima_wav"),
            ("a.flac", "-i sine=d=3", "flac"),
            ("a.ogg", "-i sine=d=3 -c:a libvorbis", "vorbis"),
            ("a.opus", "-i sine=d=3 -c:a libopus", "opus"),
            // As browsers record: without a length.
            ("a.webm", "-i sine=d=3 -c:a libopus -live 1", "opus"),
        ] {
            let facts = heard(made(ending, arguments)).unwrap();
            assert_eq!(facts.codec, codec, "{ending}");
            assert!((facts.seconds - 3.0).abs() < 0.15, "{ending}: {}", facts.seconds);
        }
        let facts = heard(amr(3)).unwrap();
        assert_eq!((facts.codec.as_str(), facts.rate, facts.channels), ("amr_nb", 8000, 1));
        assert!((facts.seconds - 3.0).abs() < 0.1, "{}", facts.seconds);
    }

    #[test]
    fn a_faint_and_a_blaring_one_become_equally_loud_and_neither_clips() {
        for (name, arguments) in [
            ("faint", "-i anoisesrc=c=pink:d=5:a=0.02:seed=1 -ac 1"),
            ("blaring", "-i anoisesrc=c=pink:d=5:a=1:seed=1 -af volume=20dB -ac 2"),
            // A door that slams in a quiet voice.
            ("uneven", "-i aevalsrc=0.02*sin(2000*t)+0.9*between(t\\,2\\,2.02)*sin(9000*t):d=5"),
        ] {
            let (made, bytes) = converted(made("a.wav", arguments));
            let (loudness, peak) = measured(&bytes);
            assert!((-18.0..=-16.0).contains(&loudness), "{name}: {loudness} LUFS");
            assert!(peak <= -1.0, "{name}: {peak} dBTP");
            assert!((made.seconds - 5.0).abs() < 0.1, "{name}: {}", made.seconds);
        }
    }

    #[test]
    fn nothing_of_the_metadata_is_kept_and_it_begins_at_once() {
        let sent = made(
            "a.m4a",
            "-i sine=d=3 -ac 2 -c:a aac -metadata title=secret -metadata location=+39.9042+116.4074/",
        );
        assert!(heard(sent.clone()).unwrap().holds_position);
        let (made, bytes) = converted(sent);
        assert_eq!((made.width, made.height, made.has_sound), (0, 0, true));
        assert!(!bytes.windows(6).any(|part| part == b"secret" || part == b"39.904"));
        let at = |name: &[u8]| bytes.windows(4).position(|part| part == name).unwrap();
        assert!(at(b"moov") < at(b"mdat"), "the index comes first");
        let again = heard(bytes).unwrap();
        assert_eq!((again.codec.as_str(), again.channels, again.rate), ("aac", 1, 48_000));
    }

    #[test]
    fn the_picture_of_its_cover_makes_it_no_video() {
        let folder = tempfile::tempdir().unwrap();
        let [sound, cover, both] = ["a.mp3", "a.jpg", "b.mp3"].map(|name| folder.path().join(name));
        std::fs::write(&sound, made("a.mp3", "-i sine=d=2 -c:a libmp3lame")).unwrap();
        std::fs::write(&cover, made("a.jpg", "-i testsrc=s=320x320 -frames:v 1")).unwrap();
        let run = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(&sound)
            .arg("-i")
            .arg(&cover)
            .args(["-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic"])
            .arg(&both)
            .status()
            .unwrap();
        assert!(run.success());
        assert_eq!(heard(std::fs::read(both).unwrap()).unwrap().codec, "mp3");
    }

    #[test]
    fn what_cannot_be_told_in_a_room_is_refused_by_name() {
        let slug = |bytes| heard(bytes).unwrap_err().slug();
        assert_eq!(slug(made("a.wav", "-i anullsrc -t 3")), "sound-silent");
        assert_eq!(slug(made("a.wav", "-i sine=d=0.5")), "sound-too-short");
        assert_eq!(slug(made("a.mp3", "-i sine=d=182 -c:a libmp3lame")), "video-too-long");
        assert_eq!(slug(made("a.webm", "-i sine=d=182 -c:a libopus -live 1")), "video-too-long");
        assert_eq!(slug(made("a.ogg", "-i sine=d=3 -c:a libspeex")), "sound-codec");
        assert_eq!(slug(made("a.m4a", "-i sine=d=3 -c:a ac3 -f mp4")), "sound-codec");
        for (ending, arguments) in [
            ("a.m4a", "-i sine=d=8 -c:a aac"),
            ("b.m4a", "-i sine=d=8 -c:a aac -movflags +faststart"),
            ("a.wav", "-i sine=d=8"),
            ("a.flac", "-i sine=d=8"),
        ] {
            let mut cut = made(ending, arguments);
            cut.truncate(cut.len() / 2);
            assert_eq!(slug(cut), "video-unreadable", "{ending}");
        }
        assert_eq!(
            slug(b"RIFF....WAVE and then nothing that is sound".to_vec()),
            "video-unreadable"
        );
    }

    #[test]
    fn who_asks_to_stop_is_heard() {
        let cancel = Cancel::new();
        let mut input =
            crate::codec::source::open(Cursor::new(made("a.wav", "-i sine=d=9")), &cancel).unwrap();
        cancel.cancel();
        let stopped = Track::hear(&mut input, false, &cancel, &|_| {}).map(|track| track.facts);
        assert_eq!(stopped, Err(VideoError::Cancelled));
    }
}
