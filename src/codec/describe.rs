//! Size, turn, length and codecs of an ordinary video.

use std::io::{Read, Seek};

use ffmpeg_next::codec::packet::side_data::Type as SideData;
use ffmpeg_next::format::context::StreamIo;
use ffmpeg_next::{Dictionary, ffi, format, media};

use crate::base::{Cancel, ErrorKind, Fault};

/// Longest video that is taken, seconds.
pub const MAX_SECONDS: f64 = 300.0;
/// FFmpeg's demuxers for MP4 and MOV, Matroska and WebM.
const DEMUXERS: &str = "mov,matroska";
/// What phones record.
const CODECS: &str =
    "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,aac,opus,libopus,vorbis,mp3,mp3float,pcm_s16le,pcm_s16be";
const VIDEO_CODECS: [&str; 4] = ["h264", "hevc", "vp8", "vp9"];

/// What a video file holds.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct VideoFacts {
    /// Width as shown, in pixels: after the turn.
    pub width: u32,
    /// Height as shown, in pixels: after the turn.
    pub height: u32,
    /// By how much a player turns the stored picture clockwise: 0, 90, 180 or 270 degrees.
    pub turn: u16,
    /// Length in seconds, above 0 and at most [`MAX_SECONDS`].
    pub seconds: f64,
    /// FFmpeg's name of the picture's codec.
    pub video_codec: String,
    /// FFmpeg's name of the sound's codec; none without sound.
    pub audio_codec: Option<String>,
}

/// A file cannot be shown as a video.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum VideoError {
    /// FFmpeg cannot read it.
    #[error("the video is damaged or cut off ({reason}); copy it from the phone again")]
    Unreadable {
        /// In FFmpeg's words.
        reason: String,
    },
    /// Sound only, or nothing.
    #[error("the file has no moving picture; upload a video that shows something")]
    NoPicture,
    /// Coded in a way that is not on our list.
    #[error("the picture is coded as '{codec}'; export the video as MP4 with H.264")]
    Codec {
        /// FFmpeg's name.
        codec: String,
    },
    /// Without a length, or of none.
    #[error("the video does not say how long it is; export it again as MP4")]
    NoLength,
    /// Too long.
    #[error("the video is {seconds:.0} s long, at most {MAX_SECONDS} s are allowed; cut it")]
    TooLong {
        /// Its length.
        seconds: f64,
    },
    /// Somebody asked to stop.
    #[error("reading the video was cancelled")]
    Cancelled,
}

impl Fault for VideoError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLong { .. } => ErrorKind::TooLarge,
            Self::Cancelled => ErrorKind::Cancelled,
            _ => ErrorKind::Invalid,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "video-unreadable",
            Self::NoPicture => "video-no-picture",
            Self::Codec { .. } => "video-codec",
            Self::NoLength => "video-no-length",
            Self::TooLong { .. } => "video-too-long",
            Self::Cancelled => "video-cancelled",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unreadable { reason } => vec![("reason", reason.clone())],
            Self::Codec { codec } => vec![("codec", codec.clone())],
            Self::TooLong { seconds } => {
                vec![("seconds", format!("{seconds:.0}")), ("most", MAX_SECONDS.to_string())]
            }
            Self::NoPicture | Self::NoLength | Self::Cancelled => Vec::new(),
        }
    }
}

/// Reads what `source` holds.
pub fn describe(
    source: impl Read + Seek + Send + 'static,
    cancel: &Cancel,
) -> Result<VideoFacts, VideoError> {
    // A demuxer may report a cancelled read as damage: the token is asked first.
    let failed = |error: ffmpeg_next::Error| {
        if cancel.is_cancelled() {
            VideoError::Cancelled
        } else {
            VideoError::Unreadable { reason: error.to_string() }
        }
    };
    ffmpeg_next::init().map_err(failed)?;
    let mut options = Dictionary::new();
    options.set("format_whitelist", DEMUXERS);
    options.set("codec_whitelist", CODECS);
    options.set("protocol_whitelist", "none");
    let stop = cancel.clone();
    let stream = StreamIo::from_read_seek(source).map_err(failed)?;
    let input = format::input_from_stream_with_interrupt(stream, None, Some(options), move || {
        stop.is_cancelled()
    })
    .map_err(failed)?;
    let video = input.streams().best(media::Type::Video).ok_or(VideoError::NoPicture)?;
    let name_of = |id: ffmpeg_next::codec::Id| id.name().to_owned();
    let video_codec = name_of(video.parameters().id());
    if !VIDEO_CODECS.contains(&video_codec.as_str()) {
        return Err(VideoError::Codec { codec: video_codec });
    }
    let context =
        ffmpeg_next::codec::Context::from_parameters(video.parameters()).map_err(failed)?;
    let picture = context.decoder().video().map_err(failed)?;
    let (width, height) = (picture.width(), picture.height());
    if width == 0 || height == 0 {
        return Err(VideoError::NoPicture);
    }
    let seconds = input.duration() as f64 / f64::from(ffi::AV_TIME_BASE);
    if input.duration() <= 0 {
        return Err(VideoError::NoLength);
    }
    if seconds > MAX_SECONDS {
        return Err(VideoError::TooLong { seconds });
    }
    let matrix = video.side_data().find(|data| data.kind() == SideData::DisplayMatrix);
    let turn = matrix.map_or(0, |data| turn_of(data.data()));
    let audio = input.streams().best(media::Type::Audio);
    let audio_codec = audio.map(|audio| name_of(audio.parameters().id()));
    let (width, height) = if turn % 180 == 90 { (height, width) } else { (width, height) };
    Ok(VideoFacts { width, height, turn, seconds, video_codec, audio_codec })
}

/// The turn of a display matrix (ISO/IEC 14496-12: nine numbers of 32 bits), to the nearest right angle.
fn turn_of(matrix: &[u8]) -> u16 {
    let number = |at: usize| {
        let bytes = matrix.get(4 * at..4 * at + 4).and_then(|bytes| bytes.try_into().ok());
        f64::from(bytes.map_or(0, i32::from_ne_bytes))
    };
    let degrees = number(1).atan2(number(0)).to_degrees();
    ((degrees / 90.0).round() as i32).rem_euclid(4) as u16 * 90
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use std::process::Command;

    /// A file that Debian's `ffmpeg` makes with these arguments.
    fn made(ending: &str, arguments: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ending);
        let run = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi"])
            .args(arguments.split(' '))
            .arg(&path)
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        std::fs::read(path).unwrap()
    }

    /// The same MP4 with the mark by which a phone says how it was held; only a copied stream keeps it.
    fn turned(upright: &[u8]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from.mp4", "to.mp4"].map(|name| folder.path().join(name));
        std::fs::write(&from, upright).unwrap();
        let run = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(&from)
            .args(["-c", "copy", "-metadata:s:v:0", "rotate=90"])
            .arg(&to)
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        std::fs::read(to).unwrap()
    }

    fn read(bytes: Vec<u8>) -> Result<VideoFacts, VideoError> {
        describe(Cursor::new(bytes), &Cancel::new())
    }

    #[test]
    fn a_turned_phone_video_with_sound_is_described_as_shown() {
        let upright = made(
            "a.mp4",
            "-i testsrc=s=320x240:r=10:d=2 -f lavfi -i sine=d=2 -pix_fmt yuv420p -c:v libx264 -c:a aac",
        );
        let facts = read(turned(&upright)).unwrap();
        // FFmpeg writes a turn of 90 degrees against the clock.
        assert_eq!((facts.width, facts.height, facts.turn), (240, 320, 270));
        assert_eq!(read(upright).unwrap().turn, 0);
        assert!((facts.seconds - 2.0).abs() < 0.2, "{}", facts.seconds);
        assert_eq!(
            (facts.video_codec.as_str(), facts.audio_codec.as_deref()),
            ("h264", Some("aac"))
        );
    }

    #[test]
    fn a_silent_webm_is_read() {
        let facts = read(made("a.webm", "-i testsrc=s=320x240:r=5:d=1 -c:v libvpx-vp9")).unwrap();
        assert_eq!((facts.width, facts.height, facts.turn), (320, 240, 0));
        assert_eq!((facts.video_codec.as_str(), facts.audio_codec), ("vp9", None));
    }

    #[test]
    fn what_is_no_usable_video_is_refused_by_name() {
        let slug = |bytes| read(bytes).unwrap_err().slug();
        assert_eq!(slug(made("a.mp4", "-i sine=d=1 -c:a aac")), "video-no-picture");
        assert_eq!(
            slug(made("a.mp4", "-i color=s=64x64:r=1:d=302 -c:v libx264")),
            "video-too-long"
        );
        let mut cut = made("a.mp4", "-i testsrc=s=320x240:r=5:d=1 -c:v libx264");
        cut.truncate(cut.len() / 3);
        assert_eq!(slug(cut), "video-unreadable");
        // Another container is refused although FFmpeg itself would read it.
        assert_eq!(
            slug(made("a.avi", "-i testsrc=s=320x240:r=5:d=1 -c:v libx264")),
            "video-unreadable"
        );
    }

    #[test]
    fn who_asks_to_stop_is_not_told_of_damage() {
        let cancel = Cancel::new();
        cancel.cancel();
        let bytes = made("a.mp4", "-i testsrc=s=320x240:r=5:d=1 -c:v libx264");
        assert_eq!(describe(Cursor::new(bytes), &cancel), Err(VideoError::Cancelled));
    }
}
