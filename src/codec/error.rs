//! Why a file cannot be shown as a video, or heard.

use super::describe::MAX_SECONDS;
use crate::base::limits::mebibytes;
use crate::base::{ErrorKind, Fault};

/// A file cannot be shown as a video, or heard.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum VideoError {
    /// FFmpeg cannot read it.
    #[error("the recording is damaged or cut off ({reason}); copy it from the phone again")]
    Unreadable {
        /// In FFmpeg's words.
        reason: String,
    },
    /// Pictures of no size.
    #[error("the file has no moving picture; upload a video that shows something")]
    NoPicture,
    /// Neither pictures nor sound.
    #[error("the file holds neither a moving picture nor sound; record it again")]
    Nothing,
    /// Coded in a way that is not on our list.
    #[error("the picture is coded as '{codec}'; export the video as MP4 with H.264")]
    Codec {
        /// FFmpeg's name.
        codec: String,
    },
    /// Sound that is coded in a way that is not on our list.
    #[error("the sound is coded as '{codec}'; export it as M4A or MP3")]
    SoundCodec {
        /// FFmpeg's name.
        codec: String,
    },
    /// More pixels than a step may hold.
    #[error(
        "the video is {width} × {height} pixels, at most {limit} are allowed; export a smaller one"
    )]
    TooManyPixels {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// Most pixels of one picture.
        limit: u64,
    },
    /// Without a length, or of none.
    #[error("the video does not say how long it is; export it again as MP4")]
    NoLength,
    /// Too long.
    #[error("the recording is {seconds:.0} s long, at most {MAX_SECONDS} s are allowed; cut it")]
    TooLong {
        /// Its length.
        seconds: f64,
    },
    /// Too short to say anything.
    #[error("the recording is {seconds:.1} s long; record at least a second")]
    TooShort {
        /// Its length.
        seconds: f64,
    },
    /// Nothing is to be heard.
    #[error("the recording is silent; look whether the microphone was on and record it again")]
    Silent,
    /// A recording of too many bytes.
    #[error(
        "the recording has {bytes} bytes, at most {limit} are allowed; export it as M4A or MP3"
    )]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// Most bytes.
        limit: u64,
    },
    /// It could be read, but not be coded anew or written.
    #[error("the recording could not be converted ({reason})")]
    NotMade {
        /// In FFmpeg's words.
        reason: String,
    },
    /// Somebody asked to stop.
    #[error("reading the recording was cancelled")]
    Cancelled,
}

impl VideoError {
    /// For `map_err` while reading.
    pub(super) fn unreadable(error: ffmpeg_next::Error) -> Self {
        match error {
            ffmpeg_next::Error::Exit => Self::Cancelled,
            other => Self::Unreadable { reason: other.to_string() },
        }
    }

    /// Of a file that says that it is `said` seconds long and has fewer.
    pub(super) fn cut_off(there: f64, said: f64) -> Self {
        Self::Unreadable { reason: format!("only {there:.0} of {said:.0} s are there") }
    }

    /// For `map_err` while coding and writing.
    pub(super) fn not_made(error: ffmpeg_next::Error) -> Self {
        Self::NotMade { reason: error.to_string() }
    }
}

impl Fault for VideoError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLong { .. } | Self::TooManyPixels { .. } | Self::TooLarge { .. } => {
                ErrorKind::TooLarge
            }
            Self::Cancelled => ErrorKind::Cancelled,
            Self::NotMade { .. } => ErrorKind::Internal,
            _ => ErrorKind::Invalid,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "video-unreadable",
            Self::NoPicture => "video-no-picture",
            Self::Nothing => "video-nothing",
            Self::Codec { .. } => "video-codec",
            Self::SoundCodec { .. } => "sound-codec",
            Self::TooManyPixels { .. } => "video-too-many-pixels",
            Self::NoLength => "video-no-length",
            Self::TooLong { .. } => "video-too-long",
            Self::TooShort { .. } => "sound-too-short",
            Self::Silent => "sound-silent",
            Self::TooLarge { .. } => "sound-too-large",
            Self::NotMade { .. } => "video-not-made",
            Self::Cancelled => "video-cancelled",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unreadable { reason } | Self::NotMade { reason } => {
                vec![("reason", reason.clone())]
            }
            Self::Codec { codec } | Self::SoundCodec { codec } => vec![("codec", codec.clone())],
            Self::TooManyPixels { width, height, limit } => vec![
                ("width", width.to_string()),
                ("height", height.to_string()),
                ("limit", limit.to_string()),
            ],
            Self::TooLong { seconds } => {
                vec![("seconds", format!("{seconds:.0}")), ("most", MAX_SECONDS.to_string())]
            }
            Self::TooShort { seconds } => vec![("seconds", format!("{seconds:.1}"))],
            Self::TooLarge { bytes, limit } => {
                vec![("size", mebibytes(*bytes)), ("most", mebibytes(*limit))]
            }
            Self::NoPicture | Self::Nothing | Self::NoLength | Self::Silent | Self::Cancelled => {
                Vec::new()
            }
        }
    }
}
