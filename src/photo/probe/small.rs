//! A small copy of a picture, decoded within limits and without ever holding more than needed: JPEG scaled while it
//! is decoded, PNG row by row, WebP, TIFF and HEIC whole (their memory is estimated from the header first).

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use turbojpeg::{Colorspace, Decompressor, Image, PixelFormat, ScalingFactor};

use crate::base::{Cancel, Limits};
use crate::container::{Format, Header, raw};
use crate::imaging::colour::ForeignProfile;
use crate::imaging::{ImagingError, heif};

use super::ProbeError;

/// Scans of real progressive pictures number about ten; a few encoders write up to some dozens.
pub(super) const MOST_SCANS: u32 = 100;

/// 8-bit RGB, rows from the top, no padding; as stored, EXIF orientation not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallPicture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// 3 × width × height bytes.
    pub rgb: Vec<u8>,
}

/// Why there is no small copy.
#[derive(Debug)]
pub(super) enum Undecoded {
    /// The decoder does not know this coding.
    Unsupported(String),
    /// The file is at fault, or a limit.
    Failed(ProbeError),
}

impl From<ProbeError> for Undecoded {
    fn from(error: ProbeError) -> Self {
        Self::Failed(error)
    }
}

/// Refuses what the header alone shows to be too much; nothing is decoded for that.
pub fn check_limits(header: &Header, limits: &Limits) -> Result<(), ProbeError> {
    if header.width.max(header.height) > limits.max_side || header.pixels() > limits.max_pixels {
        return Err(ProbeError::TooManyPixels {
            width: header.width,
            height: header.height,
            max_side: limits.max_side,
            max_megapixels: limits.max_pixels / 1_000_000,
        });
    }
    if header.scans > MOST_SCANS {
        return Err(ProbeError::TooManyScans { scans: header.scans, limit: MOST_SCANS });
    }
    let needed = memory_needed(header);
    if needed > limits.max_memory_bytes {
        return Err(ProbeError::NeedsTooMuchMemory {
            format: header.format,
            needed_mib: needed >> 20,
            limit_mib: limits.max_memory_bytes >> 20,
        });
    }
    Ok(())
}

/// Bytes that decoding takes, estimated from above.
fn memory_needed(header: &Header) -> u64 {
    let pixels = header.pixels();
    let sample = u64::from(header.bit_depth.max(8).div_ceil(8));
    match header.format {
        // All coefficients of all components stay in memory (16 bits each).
        Format::Jpeg | Format::CameraRaw if header.scans > 1 || header.progressive => {
            pixels * 4 * 2
        }
        Format::Jpeg | Format::CameraRaw => 64 * 4 * u64::from(header.width),
        Format::Png if !header.progressive => 32 * u64::from(header.width),
        // Samples of 16 bits, chroma of each second column and row at least, and twice as 8-bit RGB.
        Format::Heif => pixels * (6 + 3 + 3),
        // The picture as decoded, and once more as 8-bit RGB.
        _ => pixels * (4 * sample + 3),
    }
}

/// Decodes to at most `longest` pixels on the long side.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    longest: u32,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<SmallPicture, Undecoded> {
    check_limits(header, limits)?;
    if cancel.is_cancelled() {
        return Err(ProbeError::Cancelled.into());
    }
    match header.format {
        Format::Jpeg => decode_jpeg(bytes, header, longest, cancel),
        Format::Png => decode_png(bytes, header, longest, limits, cancel),
        Format::WebP | Format::Tiff => {
            // Not our code: a panic of theirs is an answer about the file, not the end of the process.
            catch_unwind(AssertUnwindSafe(|| decode_whole(bytes, header, longest, limits, cancel)))
                .unwrap_or_else(|_| Err(corrupt(header.format, "the decoder gave up")))
        }
        Format::CameraRaw => {
            let raw::Found::Pictured(preview) = raw::look(bytes) else {
                return Err(Undecoded::Unsupported(header.format.to_string()));
            };
            decode_jpeg(&bytes[preview.place], header, longest, cancel)
        }
        Format::Heif => decode_heif(bytes, longest, limits, cancel),
        other => Err(Undecoded::Unsupported(other.to_string())),
    }
}

fn corrupt(format: Format, reason: impl std::fmt::Display) -> Undecoded {
    ProbeError::Corrupt { format, reason: reason.to_string() }.into()
}

fn decode_jpeg(
    bytes: &[u8],
    header: &Header,
    longest: u32,
    cancel: &Cancel,
) -> Result<SmallPicture, Undecoded> {
    let fail = |error: turbojpeg::Error| jpeg_failure(&error, header.complete);
    let mut decompressor = Decompressor::new().map_err(fail)?;
    decompressor.set_scan_limit(MOST_SCANS).map_err(fail)?;
    let found = decompressor.read_header(bytes).map_err(fail)?;
    if (found.width, found.height) != (header.width as usize, header.height as usize) {
        return Err(corrupt(Format::Jpeg, "two frame headers contradict each other"));
    }
    // The factors that libjpeg-turbo has vector code for.
    let long_side = found.width.max(found.height);
    let eighths = [8, 4, 2, 1]
        .into_iter()
        .find(|eighths| long_side * eighths / 8 <= longest as usize)
        .unwrap_or(1);
    let factor = ScalingFactor::new(eighths, 8);
    decompressor.set_scaling_factor(factor).map_err(fail)?;
    let (width, height) = (factor.scale(found.width), factor.scale(found.height));
    let inks = matches!(found.colorspace, Colorspace::CMYK | Colorspace::YCCK);
    let (format, channels) = if inks { (PixelFormat::CMYK, 4) } else { (PixelFormat::RGB, 3) };
    let mut pixels = vec![0_u8; width * height * channels];
    let image = Image { pixels: &mut pixels[..], width, pitch: width * channels, height, format };
    if let Err(error) = decompressor.decompress(bytes, image)
        && !(header.complete && is_harmless(&error.to_string()))
    {
        return Err(jpeg_failure(&error, header.complete));
    }
    // Above: only the first complaint is reported, so that a harmless one could hide that the end is missing.
    if cancel.is_cancelled() {
        return Err(ProbeError::Cancelled.into());
    }
    let mut shrink = Shrink::new(width, height, longest);
    for row in pixels.chunks_exact(width * channels) {
        if inks {
            // Adobe stores inks inverted: 255 is no ink.
            let rgb: Vec<u8> = row
                .chunks_exact(4)
                .flat_map(|cmyk| {
                    [0, 1, 2].map(|ink| (u16::from(cmyk[ink]) * u16::from(cmyk[3]) / 255) as u8)
                })
                .collect();
            shrink.push(&rgb, 3);
        } else {
            shrink.push(row, 3);
        }
    }
    Ok(shrink.finish())
}

/// Complaints of libjpeg-turbo that do not touch the picture.
fn is_harmless(message: &str) -> bool {
    [
        "extraneous bytes before marker",
        "Adobe color transform",
        "Invalid SOS parameters",
        "JFIF",
        "ICC",
        "thumbnail",
    ]
    .iter()
    .any(|harmless| message.contains(harmless))
}

/// What went wrong; `complete` says that the file has an end marker. Codes that mean nothing use up
/// the data too early as well ("premature end of data segment"), which is no missing end.
fn jpeg_failure(error: &turbojpeg::Error, complete: bool) -> Undecoded {
    let message = error.to_string();
    let words = message.strip_prefix("TurboJPEG error: ").unwrap_or(&message);
    if words.contains("Premature end of JPEG file")
        || (!complete && words.contains("premature end"))
    {
        ProbeError::Truncated { format: Format::Jpeg }.into()
    } else if words.contains("Unsupported")
        || words.contains("unsupported")
        || words.contains("not supported")
    {
        Undecoded::Unsupported(words.to_owned())
    } else {
        corrupt(Format::Jpeg, words)
    }
}

fn decode_png(
    bytes: &[u8],
    header: &Header,
    longest: u32,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<SmallPicture, Undecoded> {
    let memory = usize::try_from(limits.max_memory_bytes).unwrap_or(usize::MAX);
    let mut decoder =
        png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: memory });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.ignore_checksums(false);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| png_failure(&error))?;
    let channels = reader.output_color_type().0.samples();
    let (width, height) = (header.width as usize, header.height as usize);
    let mut shrink = Shrink::new(width, height, longest);
    if header.progressive {
        let size = reader
            .output_buffer_size()
            .ok_or_else(|| corrupt(Format::Png, "its size overflows"))?;
        let mut whole = vec![0; size];
        reader.next_frame(&mut whole).map_err(|error| png_failure(&error))?;
        for row in whole.chunks_exact(width * channels).take(height) {
            shrink.push(row, channels);
        }
    } else {
        for index in 0..height {
            if index % 64 == 0 && cancel.is_cancelled() {
                return Err(ProbeError::Cancelled.into());
            }
            let row = reader.next_row().map_err(|error| png_failure(&error))?;
            let row = row.ok_or(ProbeError::Truncated { format: Format::Png })?;
            shrink.push(row.data(), channels);
        }
    }
    Ok(shrink.finish())
}

fn png_failure(error: &png::DecodingError) -> Undecoded {
    match error {
        png::DecodingError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            ProbeError::Truncated { format: Format::Png }.into()
        }
        other => corrupt(Format::Png, other),
    }
}

fn decode_whole(
    bytes: &[u8],
    header: &Header,
    longest: u32,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<SmallPicture, Undecoded> {
    let kind = if header.format == Format::WebP {
        image::ImageFormat::WebP
    } else {
        image::ImageFormat::Tiff
    };
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), kind);
    let mut bounds = image::Limits::no_limits();
    bounds.max_image_width = Some(limits.max_side);
    bounds.max_image_height = Some(limits.max_side);
    bounds.max_alloc = Some(limits.max_memory_bytes);
    reader.limits(bounds);
    let picture = reader.decode().map_err(|error| image_failure(header.format, &error))?;
    if cancel.is_cancelled() {
        return Err(ProbeError::Cancelled.into());
    }
    let rgb = picture.into_rgb8();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    let mut shrink = Shrink::new(width, height, longest);
    for row in rgb.as_raw().chunks_exact(3 * width.max(1)) {
        shrink.push(row, 3);
    }
    Ok(shrink.finish())
}

fn decode_heif(
    bytes: &[u8],
    longest: u32,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<SmallPicture, Undecoded> {
    let failed = |error| match error {
        ImagingError::UnsupportedFeature { feature } => Undecoded::Unsupported(feature),
        ImagingError::Corrupt { detail } => corrupt(Format::Heif, detail),
        other => corrupt(Format::Heif, other),
    };
    let mut rgb = heif::decode(bytes, limits).map_err(failed)?;
    // Phones write Display P3: what is shown without a profile must be sRGB.
    if let Some(foreign) = rgb.icc.as_deref().and_then(ForeignProfile::of) {
        foreign.convert(&mut rgb.pixels).map_err(failed)?;
    }
    if cancel.is_cancelled() {
        return Err(ProbeError::Cancelled.into());
    }
    let (width, height) = (rgb.width as usize, rgb.height as usize);
    let mut shrink = Shrink::new(width, height, longest);
    for row in rgb.pixels.chunks_exact(3 * width.max(1)) {
        shrink.push(row, 3);
    }
    Ok(shrink.finish())
}

fn image_failure(format: Format, error: &image::ImageError) -> Undecoded {
    match error {
        image::ImageError::Unsupported(what) => Undecoded::Unsupported(what.to_string()),
        image::ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            ProbeError::Truncated { format }.into()
        }
        other => corrupt(format, other),
    }
}

/// Averages square blocks of pixels as rows come in.
struct Shrink {
    block: usize,
    source_width: usize,
    width: usize,
    sums: Vec<u32>,
    rows_in_block: u32,
    rgb: Vec<u8>,
}

impl Shrink {
    fn new(width: usize, height: usize, longest: u32) -> Self {
        let block = width.max(height).div_ceil(longest.max(1) as usize).max(1);
        let small_width = width.div_ceil(block);
        Self {
            block,
            source_width: width,
            width: small_width,
            sums: vec![0; 3 * small_width],
            rows_in_block: 0,
            rgb: Vec::with_capacity(3 * small_width * height.div_ceil(block)),
        }
    }

    /// One row of 1 (grey), 2 (grey, alpha), 3 or 4 channels; alpha is dropped.
    fn push(&mut self, row: &[u8], channels: usize) {
        if self.block == 1 && channels == 3 {
            self.rgb.extend_from_slice(row);
            return;
        }
        for (x, pixel) in row.chunks_exact(channels).take(self.source_width).enumerate() {
            let place = 3 * (x / self.block);
            let colour = if channels < 3 { [pixel[0]; 3] } else { [pixel[0], pixel[1], pixel[2]] };
            for (sum, value) in self.sums[place..place + 3].iter_mut().zip(colour) {
                *sum += u32::from(value);
            }
        }
        self.rows_in_block += 1;
        if self.rows_in_block as usize == self.block {
            self.flush();
        }
    }

    fn flush(&mut self) {
        for (x, sums) in self.sums.chunks_exact_mut(3).enumerate() {
            let columns = self.block.min(self.source_width - x * self.block) as u32;
            let count = (columns * self.rows_in_block).max(1);
            for sum in sums {
                self.rgb.push(((*sum + count / 2) / count) as u8);
                *sum = 0;
            }
        }
        self.rows_in_block = 0;
    }

    fn finish(mut self) -> SmallPicture {
        if self.rows_in_block > 0 {
            self.flush();
        }
        let height = self.rgb.len() / (3 * self.width.max(1));
        SmallPicture { width: self.width, height, rgb: self.rgb }
    }
}

impl SmallPicture {
    /// At most `longest` pixels on the long side; a picture that is as small already stays as it is.
    pub fn fitted(self, longest: u32) -> Self {
        let (width, height) = (self.width as u32, self.height as u32);
        let long = width.max(height);
        let Some(picture) = (long > longest)
            .then(|| image::RgbImage::from_raw(width, height, self.rgb.clone()))
            .flatten()
        else {
            return self;
        };
        let scaled = |side: u32| {
            (u64::from(side) * u64::from(longest)).div_ceil(u64::from(long)).max(1) as u32
        };
        let fitted = image::imageops::resize(
            &picture,
            scaled(width),
            scaled(height),
            image::imageops::FilterType::CatmullRom,
        );
        Self {
            width: fitted.width() as usize,
            height: fitted.height() as usize,
            rgb: fitted.into_raw(),
        }
    }

    /// The picture as EXIF orientation 1–8 wants it shown (CIPA DC-008 §4.6.4, tag 274).
    #[must_use]
    pub fn turned(self, orientation: u8) -> Self {
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let (width, height) =
            if orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) };
        let (right, bottom) = (self.width - 1, self.height - 1);
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = match orientation {
                    2 => (right - x, y),
                    3 => (right - x, bottom - y),
                    4 => (x, bottom - y),
                    5 => (y, x),
                    6 => (y, bottom - x),
                    7 => (right - y, bottom - x),
                    _ => (right - y, x),
                };
                let at = 3 * (from_y * self.width + from_x);
                rgb.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        Self { width, height, rgb }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_averaged_to_the_last_row_and_column() {
        let mut shrink = Shrink::new(3, 3, 2);
        for row in [[0, 100, 7], [100, 200, 9], [50, 50, 50]] {
            shrink.push(&row, 1);
        }
        let small = shrink.finish();
        assert_eq!((small.width, small.height), (2, 2));
        let grey: Vec<u8> = small.rgb.chunks(3).map(|pixel| pixel[0]).collect();
        assert_eq!(grey, [100, 8, 50, 50]);
    }

    #[test]
    fn fitting_keeps_the_shape_and_never_enlarges() {
        let picture = SmallPicture { width: 300, height: 100, rgb: vec![7; 90_000] };
        let fitted = picture.clone().fitted(120);
        assert_eq!((fitted.width, fitted.height, fitted.rgb.len()), (120, 40, 14_400));
        assert!(fitted.rgb.iter().all(|&value| value == 7));
        assert_eq!(picture.clone().fitted(300), picture);
    }

    #[test]
    fn turning_follows_the_orientation() {
        // a b c / d e f
        let rgb = b"abcdef".iter().flat_map(|&letter| [letter; 3]).collect();
        let picture = SmallPicture { width: 3, height: 2, rgb };
        for (orientation, width, expected) in [
            (1, 3, "abcdef"),
            (2, 3, "cbafed"),
            (3, 3, "fedcba"),
            (4, 3, "defabc"),
            (5, 2, "adbecf"),
            (6, 2, "daebfc"),
            (7, 2, "fcebda"),
            (8, 2, "cfbead"),
        ] {
            let turned = picture.clone().turned(orientation);
            let letters: String = turned.rgb.chunks(3).map(|pixel| char::from(pixel[0])).collect();
            assert_eq!((turned.width, letters.as_str()), (width, expected), "{orientation}");
        }
    }
}
