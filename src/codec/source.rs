//! An open file as FFmpeg reads it: from bytes alone, by the demuxers and decoders on our lists.

use std::io::{Read, Seek};

use ffmpeg_next::format::context::{Input, StreamIo};
use ffmpeg_next::{Dictionary, Error, Packet, codec, decoder, encoder, filter, format, log};

use super::error::VideoError;
use crate::base::Cancel;

/// FFmpeg's demuxers for MP4, MOV and M4A, Matroska and WebM, and for what voice recorders write.
const DEMUXERS: &str = "mov,matroska,mp3,wav,ogg,flac,amr,aac";
/// What phones and voice recorders record.
const CODECS: &str = "h264,hevc,av1,libdav1d,vp8,libvpx,vp9,libvpx-vp9,aac,opus,libopus,vorbis,mp3,mp3float,flac,alac,amrnb,amrwb,\
     pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav";
/// FFmpeg's names of the coded pictures that we decode.
const VIDEO_CODECS: [&str; 5] = ["h264", "hevc", "vp8", "vp9", "av1"];
/// The same of sound; other sound of a video is left out.
const AUDIO_CODECS: [&str; 18] = [
    "aac",
    "opus",
    "vorbis",
    "mp3",
    "flac",
    "alac",
    "amr_nb",
    "amr_wb",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "pcm_s32le",
    "pcm_f32le",
    "pcm_u8",
    "pcm_alaw",
    "pcm_mulaw",
    "adpcm_ms",
    "adpcm_ima_wav",
];

/// Opens `source`. Nothing else is opened for it: no address or path inside the file is followed.
pub(super) fn open(
    source: impl Read + Seek + Send + 'static,
    cancel: &Cancel,
) -> Result<Input, VideoError> {
    // A demuxer may report a cancelled read as damage: the token is asked first.
    let failed = |error: ffmpeg_next::Error| {
        if cancel.is_cancelled() { VideoError::Cancelled } else { VideoError::unreadable(error) }
    };
    ffmpeg_next::init().map_err(failed)?;
    // What a damaged file makes it say is no message of ours.
    log::set_level(log::Level::Fatal);
    let mut options = Dictionary::new();
    options.set("format_whitelist", DEMUXERS);
    options.set("codec_whitelist", CODECS);
    options.set("protocol_whitelist", "none");
    let stop = cancel.clone();
    let stream = StreamIo::from_read_seek(source).map_err(failed)?;
    let interrupt = move || stop.is_cancelled();
    format::input_from_stream_with_interrupt(stream, None, Some(options), interrupt).map_err(failed)
}

/// The next packet and the number of its stream; damage between packets ends the file.
pub(super) fn next(input: &mut Input) -> Result<Option<(usize, Packet)>, VideoError> {
    let mut packet = Packet::empty();
    match packet.read(input) {
        Ok(()) => Ok(Some((packet.stream(), packet))),
        Err(Error::Exit) => Err(VideoError::Cancelled),
        Err(_) => Ok(None),
    }
}

/// Version of the system's libavcodec, and what it lacks of all that converting videos and recordings needs.
pub fn installed() -> (String, Vec<&'static str>) {
    let number = codec::version();
    let version = format!("{}.{}.{}", number >> 16, (number >> 8) & 0xff, number & 0xff);
    let decoders =
        ["h264", "hevc", "vp8", "vp9", "libdav1d", "aac", "mp3float", "opus"].into_iter();
    let encoders = ["libx264", "aac"].into_iter();
    let filters = [
        "scale",
        "zscale",
        "tonemap",
        "transpose",
        "fps",
        "aresample",
        "ebur128",
        "volume",
        "alimiter",
    ]
    .into_iter();
    let lacks = decoders
        .filter(|name| decoder::find_by_name(name).is_none())
        .chain(encoders.filter(|name| encoder::find_by_name(name).is_none()))
        .chain(filters.filter(|name| filter::find(name).is_none()));
    (version, lacks.collect())
}

/// Whether we decode pictures coded so (FFmpeg's name).
pub(super) fn is_picture_codec(name: &str) -> bool {
    VIDEO_CODECS.contains(&name)
}

/// Whether we decode sound coded so (FFmpeg's name).
pub(super) fn is_sound_codec(name: &str) -> bool {
    AUDIO_CODECS.contains(&name)
}
