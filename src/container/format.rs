//! What a file is by its first bytes, and what its name claims.

use super::bytes::find;

/// A format that is recognised; not all are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// ITU-T T.81.
    Jpeg,
    /// W3C PNG.
    Png,
    /// RFC 9649.
    #[serde(rename = "webp")]
    WebP,
    /// TIFF 6.0, not BigTIFF.
    Tiff,
    /// ISO/IEC 23008-12 with HEVC pictures (`.heic`).
    Heif,
    /// ISO/IEC 23008-12 with AV1 pictures.
    Avif,
    /// JPEG XL, bare or boxed.
    JpegXl,
    /// JPEG 2000, bare or boxed.
    Jpeg2000,
    /// GIF 87a or 89a.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// OpenEXR.
    #[serde(rename = "exr")]
    OpenExr,
    /// Radiance HDR.
    RadianceHdr,
    /// Photoshop document.
    Photoshop,
    /// TIFF with offsets of 64 bits.
    #[serde(rename = "bigtiff")]
    BigTiff,
    /// A raw camera file (DNG, CR2, NEF, RAF, CR3, …), of which the picture inside is read.
    CameraRaw,
    /// MP4, MOV and relatives.
    #[serde(rename = "mp4")]
    Mp4,
    /// Matroska or WebM.
    Matroska,
    /// MPEG-1 or -2 audio, layer III, with or without ID3.
    Mp3,
    /// RIFF WAVE.
    Wav,
    /// Ogg: Opus, Vorbis.
    Ogg,
    /// Free Lossless Audio Codec.
    Flac,
    /// Adaptive Multi-Rate speech (RFC 4867 §5).
    Amr,
    /// AAC in ADTS frames, without a container.
    Aac,
    /// A web page.
    Html,
    /// An SVG drawing: active content, never taken.
    Svg,
    /// Another XML file.
    Xml,
    /// A PDF.
    Pdf,
    /// A ZIP archive, also Office documents.
    Zip,
    /// Another archive (RAR, 7z, gzip).
    Archive,
    /// Plain text.
    Text,
    /// None of these.
    Unknown,
}

impl Format {
    /// What `bytes` are. Only marks at the place where the format wants them count, so that a picture with a
    /// web page in its comment stays a picture and a web page with a picture in it stays a web page.
    pub fn sniff(bytes: &[u8]) -> Self {
        let starts = |mark: &[u8]| bytes.starts_with(mark);
        let has =
            |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(mark));
        if starts(&[0xFF, 0xD8]) {
            Self::Jpeg
        } else if starts(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if starts(b"RIFF") && has(8, b"WEBP") {
            Self::WebP
        } else if starts(b"RIFF") && has(8, b"WAVE") {
            Self::Wav
        } else if starts(b"OggS") {
            Self::Ogg
        } else if starts(b"fLaC") {
            Self::Flac
        } else if starts(b"#!AMR") {
            Self::Amr
        } else if starts(b"ID3") {
            Self::Mp3
        } else if let [0xFF, second, ..] = bytes
            && second & 0xE0 == 0xE0
            && second & 0x06 != 0x06
        {
            // A frame's sync word; the layer bits say which.
            if second & 0xF6 == 0xF0 { Self::Aac } else { Self::Mp3 }
        } else if starts(b"II*\0") || starts(b"MM\0*") {
            Self::Tiff
        } else if starts(b"II+\0") || starts(b"MM\0+") {
            Self::BigTiff
        } else if has(4, b"ftyp") {
            sniff_brands(bytes)
        } else if starts(&[0xFF, 0x0A]) || starts(b"\0\0\0\x0cJXL ") {
            Self::JpegXl
        } else if starts(b"\0\0\0\x0cjP  ") || starts(&[0xFF, 0x4F, 0xFF, 0x51]) {
            Self::Jpeg2000
        } else if starts(b"GIF87a") || starts(b"GIF89a") {
            Self::Gif
        } else if starts(b"BM") && bytes.len() > 26 && has(6, &[0; 4]) {
            Self::Bmp
        } else if starts(&[0x76, 0x2F, 0x31, 0x01]) {
            Self::OpenExr
        } else if starts(b"#?RADIANCE") || starts(b"#?RGBE") {
            Self::RadianceHdr
        } else if starts(b"8BPS") {
            Self::Photoshop
        } else if starts(b"FUJIFILMCCD-RAW")
            || starts(b"IIRO")
            || starts(b"IIRS")
            || starts(b"IIU\0")
        {
            Self::CameraRaw
        } else if matches!(bytes.get(4..8), Some(b"moov" | b"mdat" | b"free" | b"wide")) {
            Self::Mp4
        } else if starts(&[0x1A, 0x45, 0xDF, 0xA3]) {
            Self::Matroska
        } else if starts(b"%PDF") {
            Self::Pdf
        } else if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
            Self::Zip
        } else if starts(b"Rar!") || starts(b"7z\xBC\xAF\x27\x1C") || starts(&[0x1F, 0x8B]) {
            Self::Archive
        } else {
            sniff_text(bytes)
        }
    }

    /// The format that a file name's ending claims; `None` for endings that claim nothing.
    pub fn claimed_by(file_name: &str) -> Option<Self> {
        let (_, ending) = file_name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            // Insta360 and GoPro name their JPEGs so.
            "jpg" | "jpeg" | "jpe" | "jfif" | "insp" | "36p" => Self::Jpeg,
            "png" => Self::Png,
            "webp" => Self::WebP,
            "tif" | "tiff" => Self::Tiff,
            "dng" | "cr2" | "cr3" | "nef" | "nrw" | "arw" | "raf" | "rw2" | "orf" | "pef"
            | "srw" => Self::CameraRaw,
            "heic" | "heif" | "hif" => Self::Heif,
            "avif" => Self::Avif,
            "jxl" => Self::JpegXl,
            "jp2" | "j2k" | "j2c" => Self::Jpeg2000,
            "gif" => Self::Gif,
            "bmp" => Self::Bmp,
            "exr" => Self::OpenExr,
            "hdr" => Self::RadianceHdr,
            "psd" => Self::Photoshop,
            "mp4" | "mov" | "m4v" | "m4a" | "3gp" | "insv" | "360" => Self::Mp4,
            "mkv" | "webm" | "weba" => Self::Matroska,
            "mp3" => Self::Mp3,
            "wav" => Self::Wav,
            "ogg" | "oga" | "opus" => Self::Ogg,
            "flac" => Self::Flac,
            "amr" | "awb" => Self::Amr,
            "aac" => Self::Aac,
            "html" | "htm" => Self::Html,
            "svg" => Self::Svg,
            "xml" | "xmp" => Self::Xml,
            "pdf" => Self::Pdf,
            "zip" => Self::Zip,
            "txt" => Self::Text,
            _ => return None,
        })
    }

    /// Whether it is a picture, a video or a recording at all.
    pub fn is_media(self) -> bool {
        !matches!(
            self,
            Self::Html
                | Self::Svg
                | Self::Xml
                | Self::Pdf
                | Self::Zip
                | Self::Archive
                | Self::Text
                | Self::Unknown
        )
    }

    /// Whether our decoders read it.
    pub fn is_read(self) -> bool {
        matches!(
            self,
            Self::Jpeg | Self::Png | Self::WebP | Self::Tiff | Self::Heif | Self::CameraRaw
        )
    }

    /// Whether it is played: a container of videos, which may hold sound alone, or one of recordings.
    pub fn is_played(self) -> bool {
        matches!(
            self,
            Self::Mp4
                | Self::Matroska
                | Self::Mp3
                | Self::Wav
                | Self::Ogg
                | Self::Flac
                | Self::Amr
                | Self::Aac
        )
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
            Self::Heif => "HEIC/HEIF",
            Self::Avif => "AVIF",
            Self::JpegXl => "JPEG XL",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::OpenExr => "OpenEXR",
            Self::RadianceHdr => "Radiance HDR",
            Self::Photoshop => "Photoshop",
            Self::BigTiff => "BigTIFF",
            Self::CameraRaw => "RAW",
            Self::Mp4 => "MP4/MOV",
            Self::Matroska => "Matroska/WebM",
            Self::Mp3 => "MP3",
            Self::Wav => "WAV",
            Self::Ogg => "Ogg",
            Self::Flac => "FLAC",
            Self::Amr => "AMR",
            Self::Aac => "AAC",
            Self::Html => "HTML",
            Self::Svg => "SVG",
            Self::Xml => "XML",
            Self::Pdf => "PDF",
            Self::Zip => "ZIP",
            Self::Archive => "RAR/7z/gzip",
            Self::Text => "text",
            Self::Unknown => "unknown data",
        })
    }
}

/// ISO base media: which family the brands name (ISO/IEC 14496-12 §4.3).
fn sniff_brands(bytes: &[u8]) -> Format {
    let size = super::bytes::u32_be(bytes, 0).unwrap_or(0) as usize;
    let end = size.clamp(16, 16 + 4 * 64).min(bytes.len());
    let brands = bytes.get(8..end).unwrap_or_default();
    let mut family = Format::Mp4;
    for (index, brand) in brands.chunks_exact(4).enumerate() {
        // The second word is the minor version, no brand.
        if index == 1 {
            continue;
        }
        match brand {
            b"avif" | b"avis" => return Format::Avif,
            b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"hevm" | b"hevs" => {
                return Format::Heif;
            }
            b"mif1" | b"msf1" | b"mif2" => family = Format::Heif,
            b"crx " => return Format::CameraRaw,
            _ => {}
        }
    }
    family
}

fn sniff_text(bytes: &[u8]) -> Format {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let head = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head);
    let lower = head.to_ascii_lowercase();
    let start = lower.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
    let text = lower.get(start..).unwrap_or_default();
    let names = |needle: &[u8]| find(text, needle, 0).is_some();
    if text.starts_with(b"<") {
        if names(b"<svg") {
            return Format::Svg;
        }
        if names(b"<html") || names(b"<!doctype html") || names(b"<script") || names(b"<body") {
            return Format::Html;
        }
        return Format::Xml;
    }
    let printable = head.iter().all(|&byte| byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r'));
    if !head.is_empty()
        && printable
        && std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true)
    {
        Format::Text
    } else {
        Format::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_and_the_name_only_claims() {
        assert_eq!(Format::sniff(b"\x89PNG\r\n\x1a\n...."), Format::Png);
        assert_eq!(Format::claimed_by("客厅.JPG"), Some(Format::Jpeg));
        assert_eq!(Format::claimed_by("no ending"), None);
        assert_eq!(Format::sniff(b"MM\0+\0\x08"), Format::BigTiff);
        assert_eq!(Format::sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"), Format::Avif);
        assert_eq!(Format::sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), Format::Heif);
        assert_eq!(Format::sniff(b"RIFF\0\0\0\0WAVEfmt "), Format::Wav);
        assert_eq!(Format::sniff(b"RIFF\0\0\0\0WEBPVP8 "), Format::WebP);
        assert_eq!(Format::sniff(&[0xFF, 0xFB, 0x90, 0x64]), Format::Mp3);
        assert_eq!(Format::sniff(&[0xFF, 0xF1, 0x50, 0x80]), Format::Aac);
        assert_eq!(Format::sniff(&[0xFF, 0xFE, 0x41, 0]), Format::Unknown, "UTF-16");
        assert_eq!(Format::claimed_by("客厅.m4a"), Some(Format::Mp4));
        assert_eq!(Format::sniff(b"\0\0\0\x18ftypisom\0\0\0\0mp41avc1"), Format::Mp4);
    }

    #[test]
    fn active_documents_are_named() {
        assert_eq!(Format::sniff(b"  <!DOCTYPE html><html>"), Format::Html);
        assert_eq!(Format::sniff(b"<?xml version='1.0'?><svg onload='x'/>"), Format::Svg);
        assert_eq!(Format::sniff(b"%PDF-1.7"), Format::Pdf);
        assert_eq!(Format::sniff("看房".as_bytes()), Format::Text);
        assert_eq!(Format::sniff(&[0, 1, 2, 3]), Format::Unknown);
        assert_eq!(Format::sniff(b""), Format::Unknown);
    }
}
