//! A video as every browser plays it: H.264 and AAC in MP4, at most 1280 pixels on the long side, its index at the beginning,
//! and nothing of the metadata of the original. A recording likewise, without pictures, and as loud as all others.

use std::io::{Read, Seek, Write};

use ffmpeg_next::format::context::Input;
use ffmpeg_next::media;

use super::describe::{facts, is_cut_off, moving};
use super::error::VideoError;
use super::muxer::Muxer;
use super::pictures::Pictures;
use super::sound::{Sound, coder};
use super::source::{next, open};
use super::track::Track;
use crate::base::{Cancel, Limits};

/// What was made.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Rendition {
    /// Columns, even; 0 for a recording.
    pub width: u32,
    /// Rows, even; 0 for a recording.
    pub height: u32,
    /// Length in seconds.
    pub seconds: f64,
    /// Whether it has sound.
    pub has_sound: bool,
    /// Packets that were skipped because they are damaged.
    pub damaged: u64,
}

/// Codes the video or recording in `source` anew into `target`, an empty file. `progress` hears how much is done, 0–1.
///
/// Fails with [`VideoError::Unreadable`] where much of it is missing, and where [`super::look`] does.
pub fn transcode(
    source: impl Read + Seek + Send + 'static,
    target: impl Write + Seek + Send + 'static,
    (limits, threads): (&Limits, usize),
    cancel: &Cancel,
    progress: &dyn Fn(f64),
) -> Result<Rendition, VideoError> {
    let mut input = open(source, cancel)?;
    if moving(&input).is_none() {
        return track(&mut input, target, cancel, progress);
    }
    let facts = facts(&input, limits)?;
    let video = moving(&input).ok_or(VideoError::NoPicture)?;
    let mut pictures = Pictures::new(&video, &facts, threads)?;
    let audio = input.streams().best(media::Type::Audio).filter(|_| facts.audio_codec.is_some());
    let mut sound = audio.map(|audio| Sound::new(&audio)).transpose()?;
    let mut film = Muxer::new(
        target,
        facts.seconds,
        Some(&pictures),
        sound.as_ref().map(|sound| &sound.encoder),
    )?;
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
        } else if let Some(sound) = sound.as_mut().filter(|sound| sound.index() == index) {
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
    if is_cut_off(length, facts.seconds) || length == 0.0 {
        return Err(VideoError::cut_off(length, facts.seconds));
    }
    film.finish()?;
    let (width, height) = pictures.size;
    Ok(Rendition { width, height, seconds: length, has_sound: sound.is_some(), damaged })
}

/// Sound alone.
fn track(
    input: &mut Input,
    target: impl Write + Seek + Send + 'static,
    cancel: &Cancel,
    progress: &dyn Fn(f64),
) -> Result<Rendition, VideoError> {
    let track = Track::hear(input, true, cancel, progress)?;
    let (seconds, damaged) = (track.facts.seconds, track.damaged);
    let mut encoder = coder()?;
    let mut film = Muxer::new(target, seconds, None, Some(&encoder))?;
    track.write(&mut encoder, &mut |packet| film.sound(packet))?;
    film.finish()?;
    Ok(Rendition { width: 0, height: 0, seconds, has_sound: true, damaged })
}

#[cfg(test)]
mod tests {
    use super::*;
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

    fn described(bytes: Vec<u8>) -> crate::codec::VideoFacts {
        let input = open(Cursor::new(bytes), &Cancel::new()).unwrap();
        facts(&input, &Limits::default()).unwrap()
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
        let facts = described(phone.clone());
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
        let again = described(bytes);
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
}
