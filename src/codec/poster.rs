//! A still of a video, for lists and for the time before it plays.

use ffmpeg_next::{Rational, format::context::Input, frame};

use super::chain::{self, Chain, fitted, is_pause};
use super::describe::{VideoFacts, moving};
use super::error::VideoError;
use crate::base::Cancel;

/// Seconds from the beginning: the first picture is often black or shaken.
const AT: f64 = 1.0;

/// An upright still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poster {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue, row by row, without gaps.
    pub rgb: Vec<u8>,
}

/// The picture of `input` one second (in short ones a third) after its beginning, at most `longest` pixels on the long side.
pub(super) fn poster(
    input: &mut Input,
    facts: &VideoFacts,
    longest: u32,
    cancel: &Cancel,
) -> Result<Poster, VideoError> {
    let size = fitted((facts.width, facts.height), longest);
    still(input, size, AT.min(facts.seconds / 3.0), cancel)
}

/// The first picture not before `at` seconds, or the last one.
fn still(
    input: &mut Input,
    size: (u32, u32),
    at: f64,
    cancel: &Cancel,
) -> Result<Poster, VideoError> {
    let stream = moving(input).ok_or(VideoError::NoPicture)?;
    let (index, time_base) = (stream.index(), stream.time_base());
    let start = stream.start_time().max(0);
    let mut decoder = chain::decoder(&stream, 1)?;
    let mut last: Option<frame::Video> = None;
    let mut decoded = frame::Video::empty();
    let mut reached = |decoder: &mut ffmpeg_next::decoder::Video,
                       last: &mut Option<frame::Video>| {
        while decoder.receive_frame(&mut decoded).is_ok() {
            let time = decoded.timestamp().map_or(0, |time| time.saturating_sub(start));
            let enough = seconds(time, time_base) >= at;
            *last = Some(std::mem::replace(&mut decoded, frame::Video::empty()));
            if enough {
                return true;
            }
        }
        false
    };
    let mut found = false;
    for (stream, packet) in input.packets() {
        if cancel.is_cancelled() {
            return Err(VideoError::Cancelled);
        }
        // A damaged packet costs its pictures alone.
        if stream.index() == index && decoder.send_packet(&packet).is_ok() {
            found = reached(&mut decoder, &mut last);
        }
        if found {
            break;
        }
    }
    if !found {
        match decoder.send_eof() {
            Err(error) if !is_pause(error) => return Err(VideoError::unreadable(error)),
            _ => reached(&mut decoder, &mut last),
        };
    }
    let first = last.ok_or_else(|| VideoError::Unreadable {
        reason: "no picture of it can be decoded".to_owned(),
    })?;
    let stream = moving(input).ok_or(VideoError::NoPicture)?;
    let mut chain = Chain::new(&first, (&stream, time_base), size, "format=rgb24")?;
    chain.push(&first)?;
    chain.finish()?;
    chain.pull()?.map(packed).ok_or(VideoError::NoPicture)
}

/// A time of a stream in seconds.
fn seconds(time: i64, time_base: Rational) -> f64 {
    time as f64 * f64::from(time_base)
}

/// Rows of FFmpeg's pictures have gaps.
fn packed(picture: frame::Video) -> Poster {
    let (width, height) = (picture.width(), picture.height());
    let rows = picture.data(0).chunks(picture.stride(0)).take(height as usize);
    let rgb = rows.flat_map(|row| &row[..3 * width as usize]).copied().collect();
    Poster { width, height, rgb }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Limits;
    use crate::codec::fixture::{made, turned};
    use crate::codec::{Look, look};
    use std::io::Cursor;

    fn of(bytes: Vec<u8>) -> Poster {
        match look(Cursor::new(bytes), 960, &Limits::default(), &Cancel::new()).unwrap() {
            Look::Video(_, poster) => poster,
            Look::Sound(facts) => panic!("{facts:?}"),
        }
    }

    /// Mean colour of a part of the picture, its borders in percent.
    fn mean(poster: &Poster, columns: [u32; 2], rows: [u32; 2]) -> [u32; 3] {
        let (mut sum, mut count) = ([0; 3], 0);
        for y in rows[0] * poster.height / 100..rows[1] * poster.height / 100 {
            for x in columns[0] * poster.width / 100..columns[1] * poster.width / 100 {
                let at = 3 * (y * poster.width + x) as usize;
                (0..3).for_each(|one| sum[one] += u32::from(poster.rgb[at + one]));
                count += 1;
            }
        }
        sum.map(|one| one / count)
    }

    #[test]
    fn a_turned_video_gives_an_upright_still() {
        // Left half red, right half blue; turned against the clock the right half comes up.
        let upright = made(
            "a.mp4",
            "-i color=red:s=160x240:r=10:d=2 -f lavfi -i color=blue:s=160x240:r=10:d=2 -filter_complex hstack -pix_fmt yuv420p -c:v libx264",
        );
        let poster = of(turned(&upright));
        assert_eq!((poster.width, poster.height), (240, 320));
        let [top, bottom] = [[10, 40], [60, 90]].map(|rows| mean(&poster, [10, 90], rows));
        assert!(top[2] > 200 && top[0] < 60, "{top:?}");
        assert!(bottom[0] > 200 && bottom[2] < 60, "{bottom:?}");
    }

    #[test]
    fn a_film_of_high_dynamic_range_keeps_its_white_and_its_colours() {
        let bytes = made(
            "a.mp4",
            "-i color=white:s=320x240:r=10:d=1 -vf zscale=tin=bt709:pin=bt709:min=bt709:rin=tv:t=arib-std-b67:p=bt2020:m=bt2020nc:r=tv:npl=203,format=yuv420p10le \
             -c:v libx265 -x265-params log-level=none -color_trc arib-std-b67 -color_primaries bt2020 -colorspace bt2020nc",
        );
        let white = mean(&of(bytes), [10, 90], [10, 90]);
        assert!(white.iter().all(|one| (205..=225).contains(one)), "{white:?}");
        assert!(white.iter().max().unwrap() - white.iter().min().unwrap() < 6, "{white:?}");
    }
}
