//! Size, turn, length and codecs of an ordinary video.

use ffmpeg_next::codec::packet::side_data::Type as SideData;
use ffmpeg_next::format::context::Input;
use ffmpeg_next::format::stream::{Disposition, Stream};
use ffmpeg_next::{ffi, media};

use super::error::VideoError;
use super::source::{is_picture_codec, is_sound_codec};
use crate::base::Limits;

/// Longest video or recording that is taken, seconds.
pub const MAX_SECONDS: f64 = 180.0;
/// What ends so much earlier than its file says is cut off.
const CUT_OFF: f64 = 0.9;
/// A picture so wide and twice as wide as high is taken for a whole sphere: no phone films in that shape.
const SPHERE_WIDTH: u32 = 1920;

/// What a video file holds.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct VideoFacts {
    /// Width as shown, in pixels: after the turn, with square pixels.
    pub width: u32,
    /// Height as shown, in pixels: after the turn.
    pub height: u32,
    /// By how much a player turns the stored picture clockwise: 0, 90, 180 or 270 degrees.
    pub turn: u16,
    /// Length in seconds, above 0 and at most [`MAX_SECONDS`].
    pub seconds: f64,
    /// Pictures a second in the mean; 0 where the file does not say.
    pub rate: f64,
    /// FFmpeg's name of the picture's codec.
    pub video_codec: String,
    /// FFmpeg's name of the sound's codec; none without sound that we decode.
    pub audio_codec: Option<String>,
    /// FFmpeg's name of a sound's codec that is left out.
    pub silenced: Option<String>,
    /// It shows a sphere or half of one: says so (Spherical Video V1 or V2), or has the shape.
    pub is_spherical: bool,
    /// Some of the metadata that phones write says where it was filmed.
    pub holds_position: bool,
}

/// What an open file holds.
pub(super) fn facts(input: &Input, limits: &Limits) -> Result<VideoFacts, VideoError> {
    let video = moving(input).ok_or(VideoError::NoPicture)?;
    let video_codec = codec_of(&video);
    if !is_picture_codec(&video_codec) {
        return Err(VideoError::Codec { codec: video_codec });
    }
    let context = ffmpeg_next::codec::Context::from_parameters(video.parameters())
        .map_err(VideoError::unreadable)?;
    let picture = context.decoder().video().map_err(VideoError::unreadable)?;
    let (width, height) = (picture.width(), picture.height());
    if width == 0 || height == 0 {
        return Err(VideoError::NoPicture);
    }
    if u64::from(width) * u64::from(height) > limits.max_pixels
        || width.max(height) > limits.max_side
    {
        return Err(VideoError::TooManyPixels { width, height, limit: limits.max_pixels });
    }
    let seconds = input.duration() as f64 / f64::from(ffi::AV_TIME_BASE);
    if input.duration() <= 0 {
        return Err(VideoError::NoLength);
    }
    if seconds > MAX_SECONDS {
        return Err(VideoError::TooLong { seconds });
    }
    let aspect = f64::from(picture.aspect_ratio());
    let width = if (0.1..=10.0).contains(&aspect) {
        (f64::from(width) * aspect).round() as u32
    } else {
        width
    };
    let turn = turn_of(&video);
    let (width, height) = if turn % 180 == 90 { (height, width) } else { (width, height) };
    let rate = f64::from(video.avg_frame_rate());
    let sound = input.streams().best(media::Type::Audio).map(|audio| codec_of(&audio));
    let (audio_codec, silenced) = match sound {
        Some(name) if is_sound_codec(&name) => (Some(name), None),
        other => (None, other),
    };
    Ok(VideoFacts {
        width,
        height,
        turn,
        seconds,
        rate: if rate.is_finite() { rate.max(0.0) } else { 0.0 },
        video_codec,
        audio_codec,
        silenced,
        is_spherical: says_sphere(&video) || (width == 2 * height && width >= SPHERE_WIDTH),
        holds_position: says_place(input),
    })
}

/// The stream of pictures; the cover of a recording is none.
pub(super) fn moving(input: &Input) -> Option<Stream<'_>> {
    let best = input.streams().best(media::Type::Video);
    best.filter(|stream| !stream.disposition().contains(Disposition::ATTACHED_PIC))
}

/// Whether what has `there` seconds is cut off where the file says `said`.
pub(super) fn is_cut_off(there: f64, said: f64) -> bool {
    there < CUT_OFF * said - 1.0
}

/// FFmpeg's name of a stream's codec.
pub(super) fn codec_of(stream: &Stream<'_>) -> String {
    stream.parameters().id().name().to_owned()
}

/// By how much a player turns a stream's picture clockwise, degrees.
pub(super) fn turn_of(stream: &Stream<'_>) -> u16 {
    let matrix = stream.side_data().find(|data| data.kind() == SideData::DisplayMatrix);
    matrix.map_or(0, |data| turn_of_matrix(data.data()))
}

/// Spherical Video V1 writes XMP, which FFmpeg hands over as this side data, as it does with V2's boxes.
fn says_sphere(stream: &Stream<'_>) -> bool {
    stream.side_data().any(|data| data.kind() == SideData::DataSpherical)
}

/// Apple and Android write a place under these names (ISO 6709).
pub(super) fn says_place(input: &Input) -> bool {
    let metadata = input.metadata();
    ["location", "location-eng", "com.apple.quicktime.location.ISO6709"]
        .iter()
        .any(|name| metadata.get(name).is_some())
}

/// The turn of a display matrix (ISO/IEC 14496-12: nine numbers of 32 bits), to the nearest right angle.
fn turn_of_matrix(matrix: &[u8]) -> u16 {
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
    use crate::base::{Cancel, Fault};
    use crate::codec::fixture::{made, turned};
    use crate::codec::source::open;
    use std::io::Cursor;

    fn read(bytes: Vec<u8>) -> Result<VideoFacts, VideoError> {
        facts(&open(Cursor::new(bytes), &Cancel::new())?, &Limits::default())
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
        assert_eq!(
            slug(made("a.mp4", "-i color=s=64x64:r=1:d=182 -c:v libx264")),
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
        assert_eq!(open(Cursor::new(bytes), &cancel).map(|_| ()), Err(VideoError::Cancelled));
    }
}
