//! What a picture says of itself, read before anything is decoded, and whether it may be decoded.
//!
//! The format is taken from the first bytes, never from a name.

use std::io::Cursor;
use std::ops::Range;

use image::ImageDecoder;

use super::error::ImagingError;
use super::heif;
use crate::base::Limits;
use crate::container::{Format, raw};

/// Formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG.
    Png,
    /// TIFF 6.0.
    Tiff,
    /// WebP.
    Webp,
    /// HEIF with HEVC pictures.
    Heif,
}

/// The header of a source.
#[derive(Clone, Debug)]
pub struct Header {
    /// Format by the first bytes.
    pub format: SourceFormat,
    /// Columns as stored, before any orientation by EXIF.
    pub width: u32,
    /// Rows as stored.
    pub height: u32,
    /// Embedded ICC profile, if there is one not longer than `Limits::max_metadata_bytes`.
    pub icc: Option<Vec<u8>>,
    /// For a JPEG: what decides how it is decoded.
    pub jpeg: Option<turbojpeg::DecompressHeader>,
    /// Where the JPEG lies that stands for a raw file; everything above is then said of it.
    pub embedded: Option<Range<usize>>,
}

/// Tells the format from the first bytes.
pub fn format_of(source: &[u8]) -> Result<SourceFormat, ImagingError> {
    match source {
        [] => Err(ImagingError::Empty),
        [0xFF, 0xD8, 0xFF, ..] => Ok(SourceFormat::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(SourceFormat::Png),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Ok(SourceFormat::Tiff),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(SourceFormat::Webp),
        _ if Format::sniff(source) == Format::Heif => Ok(SourceFormat::Heif),
        _ => Err(ImagingError::UnknownFormat {
            begins: source.iter().take(8).map(|byte| byte.escape_ascii().to_string()).collect(),
        }),
    }
}

impl Header {
    /// Reads the header and refuses what exceeds the limits. Decodes no pixel.
    pub fn read(source: &[u8], limits: &Limits) -> Result<Self, ImagingError> {
        let embedded = match raw::look(source) {
            raw::Found::Other => None,
            raw::Found::Pictured(preview) => Some(preview.place),
            raw::Found::Bare => {
                return Err(ImagingError::UnsupportedFeature {
                    feature: "a raw format without a picture inside".to_owned(),
                });
            }
        };
        let picture = embedded.clone().and_then(|place| source.get(place)).unwrap_or(source);
        let format = format_of(picture)?;
        if source.len() as u64 > limits.max_file_bytes {
            return Err(ImagingError::TooManyBytes {
                bytes: source.len() as u64,
                limit: limits.max_file_bytes,
            });
        }
        let mut header = match format {
            SourceFormat::Jpeg => Self::read_jpeg(picture)?,
            SourceFormat::Heif => heif::header(picture)?,
            _ => Self::read_other(picture, format)?,
        };
        header.embedded = embedded;
        header.icc = header.icc.filter(|icc| icc.len() <= limits.max_metadata_bytes);
        header.check(limits)?;
        Ok(header)
    }

    fn read_jpeg(source: &[u8]) -> Result<Self, ImagingError> {
        let jpeg = turbojpeg::Decompressor::new()
            .and_then(|mut decompressor| decompressor.read_header(source))
            .map_err(|error| jpeg_header_error(&error.to_string()))?;
        if jpeg.is_lossless || jpeg.is_arithmetic {
            return Err(ImagingError::UnsupportedFeature {
                feature: "lossless or arithmetic JPEG coding".to_owned(),
            });
        }
        Ok(Self {
            format: SourceFormat::Jpeg,
            width: jpeg.width as u32,
            height: jpeg.height as u32,
            icc: jpeg_icc(source),
            jpeg: Some(jpeg),
            embedded: None,
        })
    }

    fn read_other(source: &[u8], format: SourceFormat) -> Result<Self, ImagingError> {
        let mut decoder = decoder_for(source, format)?;
        let (width, height) = decoder.dimensions();
        let icc = decoder.icc_profile().ok().flatten();
        Ok(Self { format, width, height, icc, jpeg: None, embedded: None })
    }

    fn check(&self, limits: &Limits) -> Result<(), ImagingError> {
        let (width, height) = (self.width, self.height);
        if width == 0 || height == 0 {
            return Err(ImagingError::Corrupt {
                detail: format!("it says that it is {width}×{height}"),
            });
        }
        if width > limits.max_side || height > limits.max_side {
            return Err(ImagingError::SideTooLong { width, height, limit: limits.max_side });
        }
        if u64::from(width) * u64::from(height) > limits.max_pixels {
            return Err(ImagingError::TooManyPixels { width, height, limit: limits.max_pixels });
        }
        Ok(())
    }
}

/// A decoder of the `image` crate for a format.
pub(super) fn decoder_for(
    source: &[u8],
    format: SourceFormat,
) -> Result<Box<dyn ImageDecoder + '_>, ImagingError> {
    use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder};
    let reader = Cursor::new(source);
    Ok(match format {
        SourceFormat::Jpeg => Box::new(JpegDecoder::new(reader).map_err(from_image)?),
        SourceFormat::Png => Box::new(PngDecoder::new(reader).map_err(from_image)?),
        SourceFormat::Tiff => Box::new(TiffDecoder::new(reader).map_err(from_image)?),
        SourceFormat::Webp => Box::new(WebPDecoder::new(reader).map_err(from_image)?),
        SourceFormat::Heif => {
            return Err(ImagingError::UnsupportedFeature { feature: "HEIC".to_owned() });
        }
    })
}

/// An error of the `image` crate in our words.
pub(super) fn from_image(error: image::ImageError) -> ImagingError {
    use image::ImageError;
    match error {
        ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            ImagingError::CutOff
        }
        ImageError::Unsupported(what) => {
            ImagingError::UnsupportedFeature { feature: what.to_string() }
        }
        other => {
            let detail = other.to_string();
            if detail.contains("unexpected end") || detail.contains("failed to fill whole buffer") {
                ImagingError::CutOff
            } else {
                ImagingError::Corrupt { detail }
            }
        }
    }
}

fn jpeg_header_error(message: &str) -> ImagingError {
    if message.contains("Premature end") || message.contains("no image") {
        ImagingError::CutOff
    } else if message.contains("Unsupported") || message.contains("unknown") {
        ImagingError::UnsupportedFeature { feature: message.to_owned() }
    } else {
        ImagingError::Corrupt { detail: message.to_owned() }
    }
}

/// Joins the ICC profile from the APP2 segments of a JPEG (ICC.1:2022 annex B.4); `None` if there is none
/// or a part is missing.
fn jpeg_icc(source: &[u8]) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"ICC_PROFILE\0";
    let mut parts: Vec<(u8, &[u8])> = Vec::new();
    let mut total = 0;
    let mut rest = source.get(2..)?;
    while let [0xFF, marker, after @ ..] = rest {
        match marker {
            0xFF => rest = &rest[1..],
            0x01 | 0xD0..=0xD7 => rest = after,
            0xD9 | 0xDA => break,
            _ => {
                let length = usize::from(u16::from_be_bytes([*after.first()?, *after.get(1)?]));
                let body = after.get(2..length)?;
                if *marker == 0xE2
                    && let Some([number, count, data @ ..]) = body.strip_prefix(MARK)
                {
                    total = *count;
                    parts.push((*number, data));
                }
                rest = &after[length..];
            }
        }
    }
    parts.sort_by_key(|&(number, _)| number);
    let complete = total > 0
        && parts.len() == usize::from(total)
        && parts.iter().zip(1_u8..).all(|(part, number)| part.0 == number);
    complete.then(|| parts.iter().flat_map(|part| part.1).copied().collect())
}
