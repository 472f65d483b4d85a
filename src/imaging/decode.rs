//! Decodes a source into planes, within limits.
//!
//! A JPEG in YCbCr whose colours are sRGB goes straight to its own planes (libjpeg-turbo), which halves memory and
//! work for 4:2:0. Everything else goes through 8-bit sRGB. This runs C code on untrusted bytes: only inside the
//! worker child (`docs/decisions/0005-libjpeg-turbo-decodes-in-the-child.md`).

use image::{DynamicImage, ImageDecoder};
use turbojpeg::{Colorspace, Decompressor, ScalingFactor, Subsamp, YuvImage};

use super::colour::ForeignProfile;
use super::error::ImagingError;
use super::header::{Header, SourceFormat, decoder_for, from_image};
use super::heif;
use super::plane::{ColourModel, Picture, Plane};
use crate::base::Limits;

/// More progressive scans than any camera or editor writes: beyond it the file is meant to waste time.
const MAX_SCANS: u32 = 200;

/// How a source is to be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// R, G, B planes at full size (for lossless tiles) instead of Y, Cb, Cr.
    pub rgb: bool,
    /// Take what can be read of a damaged JPEG, the rest grey.
    pub accept_damaged: bool,
}

/// Decodes a whole picture. Takes the bytes over, so that they are freed before tiling.
pub fn decode(
    source: Vec<u8>,
    header: &Header,
    wanted: Wanted,
    limits: &Limits,
) -> Result<Picture, ImagingError> {
    decode_reduced(source, header, wanted, f64::INFINITY, limits)
}

/// [`decode`], at a half, a quarter or an eighth of the size where that is quicker and leaves at least `least_pixels`:
/// a JPEG in YCbCr is then made of its lower frequencies, which saves most of the memory and about half of the time.
pub fn decode_reduced(
    source: Vec<u8>,
    header: &Header,
    wanted: Wanted,
    least_pixels: f64,
    limits: &Limits,
) -> Result<Picture, ImagingError> {
    let source = match header.embedded.clone() {
        Some(place) => {
            let part = source.get(place).ok_or(ImagingError::CutOff)?.to_vec();
            drop(source);
            part
        }
        None => source,
    };
    let foreign = header.icc.as_deref().and_then(ForeignProfile::of);
    let direct = header.jpeg.filter(|jpeg| {
        foreign.is_none()
            && match jpeg.colorspace {
                Colorspace::YCbCr => !wanted.rgb,
                Colorspace::Gray => true,
                _ => false,
            }
    });
    let scale = direct.map_or(ScalingFactor::ONE, |jpeg| scale(&jpeg, least_pixels));
    check_memory(&source, header, wanted, scale, limits)?;
    let picture = match direct {
        Some(jpeg) => decode_jpeg_planes(&source, &jpeg, scale, wanted.accept_damaged)?,
        None => decode_through_rgb(source, header, foreign.as_ref(), wanted, limits)?,
    };
    picture.check()?;
    Ok(picture)
}

/// The smallest of the quick scales that leaves `least_pixels`.
fn scale(jpeg: &turbojpeg::DecompressHeader, least_pixels: f64) -> ScalingFactor {
    let enough = |scale: &ScalingFactor| {
        let small = jpeg.scaled(*scale);
        !jpeg.is_lossless && small.width as f64 * small.height as f64 >= least_pixels
    };
    [ScalingFactor::ONE_EIGHTH, ScalingFactor::ONE_QUARTER, ScalingFactor::ONE_HALF]
        .into_iter()
        .find(enough)
        .unwrap_or(ScalingFactor::ONE)
}

/// Refuses a picture whose decoding would need more memory than allowed.
fn check_memory(
    source: &[u8],
    header: &Header,
    wanted: Wanted,
    scale: ScalingFactor,
    limits: &Limits,
) -> Result<(), ImagingError> {
    let need = memory_at(header, wanted, scale) + source.len() as u64;
    if need > limits.max_memory_bytes {
        return Err(ImagingError::TooMuchMemory {
            width: header.width,
            height: header.height,
            need_mib: need >> 20,
            limit_mib: limits.max_memory_bytes >> 20,
        });
    }
    Ok(())
}

/// Bytes that [`decode_reduced`] takes beside the source. An upper estimate.
pub fn memory(header: &Header, wanted: Wanted, least_pixels: f64) -> u64 {
    let scale = header.jpeg.map_or(ScalingFactor::ONE, |jpeg| scale(&jpeg, least_pixels));
    memory_at(header, wanted, scale)
}

fn memory_at(header: &Header, wanted: Wanted, scale: ScalingFactor) -> u64 {
    let pixels = u64::from(header.width) * u64::from(header.height);
    match header.jpeg {
        Some(jpeg) if !wanted.rgb && header.icc.is_none() => {
            let samples = |pixels: u64| match jpeg.subsamp {
                Subsamp::None => 3 * pixels,
                Subsamp::Gray => pixels,
                Subsamp::Sub2x2 => pixels * 3 / 2,
                _ => 2 * pixels,
            };
            let small = jpeg.scaled(scale);
            let kept = (small.width * small.height) as u64;
            // A progressive file keeps all coefficients (16 bit) until its last scan.
            let coefficients = if jpeg.is_progressive { 2 * samples(pixels) } else { 0 };
            samples(kept) + coefficients + kept
        }
        // Decoder's buffer (up to 16 bit RGBA) and planes side by side.
        _ => 8 * pixels + 3 * pixels + pixels,
    }
}

fn decode_jpeg_planes(
    source: &[u8],
    jpeg: &turbojpeg::DecompressHeader,
    scale: ScalingFactor,
    accept_damaged: bool,
) -> Result<Picture, ImagingError> {
    let broken = |error: turbojpeg::Error| ImagingError::Corrupt { detail: error.to_string() };
    let small = jpeg.scaled(scale);
    let (width, height) = (small.width, small.height);
    let bytes = turbojpeg::yuv_pixels_len(width, 1, height, jpeg.subsamp).map_err(broken)?;
    let mut image =
        YuvImage { pixels: vec![0; bytes], width, align: 1, height, subsamp: jpeg.subsamp };
    let mut decompressor = Decompressor::new().map_err(broken)?;
    decompressor.set_scan_limit(MAX_SCANS).map_err(broken)?;
    decompressor.set_scaling_factor(scale).map_err(broken)?;
    let outcome = decompressor.decompress_to_yuv(source, image.as_deref_mut());
    if let Err(error) = outcome {
        let message = error.to_string();
        match severity_of(&message) {
            Severity::Harmless => {}
            Severity::Damaged if accept_damaged => {}
            Severity::Damaged => return Err(damage(source, &image, message)),
            Severity::Fatal => return Err(ImagingError::Corrupt { detail: message }),
        }
    }
    split_planes(image)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Severity {
    /// Cameras write such files and every program shows them whole.
    Harmless,
    /// Part of the picture is missing or wrong.
    Damaged,
    /// Nothing usable came out.
    Fatal,
}

/// libjpeg-turbo tells warnings (the picture was decoded as far as possible) from errors only by their text.
fn severity_of(message: &str) -> Severity {
    let has = |text: &str| message.contains(text);
    if has("extraneous bytes") || has("unknown JFIF revision") || has("Invalid SOS parameters") {
        Severity::Harmless
    } else if has("Premature end of JPEG file")
        || has("Corrupt JPEG data")
        || has("Inconsistent progression")
    {
        Severity::Damaged
    } else {
        Severity::Fatal
    }
}

/// Says whether a damaged JPEG breaks off, and how much of it was readable.
fn damage(source: &[u8], image: &YuvImage<Vec<u8>>, message: String) -> ImagingError {
    let tail = &source[source.len().saturating_sub(4096)..];
    let ends = tail.windows(2).any(|pair| pair == [0xFF, 0xD9]);
    if ends && !message.contains("Premature end of JPEG file") {
        return ImagingError::Corrupt { detail: message };
    }
    // Blocks that were not reached stay mid-grey (a zero DC coefficient).
    let stride = image.y_size().0;
    let readable = image
        .pixels
        .chunks(stride)
        .take(image.height)
        .rposition(|row| row.iter().any(|&sample| sample != 128))
        .map_or(0, |last| last + 1);
    let percent = (readable * 100 / image.height.max(1)).min(99) as u8;
    ImagingError::Truncated { percent }
}

fn split_planes(image: YuvImage<Vec<u8>>) -> Result<Picture, ImagingError> {
    let grey = image.subsamp == Subsamp::Gray;
    let (luma_stride, luma_rows) = image.y_size();
    let (chroma_stride, chroma_rows) = if grey { (0, 0) } else { image.uv_size() };
    let (width, height) = (image.width, image.height);
    let missing = || ImagingError::Corrupt { detail: "a colour plane is missing".to_owned() };
    let mut luma = image.pixels;
    if grey {
        let plane = Plane::from_bytes(width, height, luma_stride, luma).ok_or_else(missing)?;
        return Ok(Picture { planes: vec![plane], model: ColourModel::Grey });
    }
    let mut blue = luma.split_off((luma_stride * luma_rows).min(luma.len()));
    luma.shrink_to_fit();
    let red = blue.split_off((chroma_stride * chroma_rows).min(blue.len()));
    blue.shrink_to_fit();
    let chroma = |data| {
        Plane::from_bytes(chroma_stride, chroma_rows, chroma_stride, data).ok_or_else(missing)
    };
    Ok(Picture {
        planes: vec![
            Plane::from_bytes(width, height, luma_stride, luma).ok_or_else(missing)?,
            chroma(blue)?,
            chroma(red)?,
        ],
        model: ColourModel::YCbCr,
    })
}

fn decode_through_rgb(
    source: Vec<u8>,
    header: &Header,
    foreign: Option<&ForeignProfile>,
    wanted: Wanted,
    limits: &Limits,
) -> Result<Picture, ImagingError> {
    let decoded = if header.format == SourceFormat::Heif {
        let rgb = heif::decode(&source, limits)?;
        image::RgbImage::from_raw(rgb.width, rgb.height, rgb.pixels)
            .map(DynamicImage::ImageRgb8)
            .ok_or(ImagingError::CutOff)?
    } else if header.format == SourceFormat::Jpeg && wanted.accept_damaged {
        decode_damaged_jpeg_rgb(&source, header)?
    } else {
        let mut decoder = decoder_for(&source, header.format)?;
        // The pixel count was checked; the decoders' own default limit is below what we allow.
        decoder.set_limits(image::Limits::no_limits()).map_err(from_image)?;
        DynamicImage::from_decoder(decoder).map_err(from_image)?
    };
    drop(source);
    let (width, height) = (decoded.width() as usize, decoded.height() as usize);
    let mut rgb = flatten_alpha(decoded);
    if let Some(foreign) = foreign {
        foreign.convert(&mut rgb)?;
    }
    Ok(if wanted.rgb {
        planes_of_rgb(&rgb, width, height)
    } else {
        planes_of_ycbcr(&rgb, width, height)
    })
}

/// A damaged JPEG that must go through RGB, as far as it can be read.
fn decode_damaged_jpeg_rgb(source: &[u8], header: &Header) -> Result<DynamicImage, ImagingError> {
    let (width, height) = (header.width as usize, header.height as usize);
    let mut image = turbojpeg::Image {
        pixels: vec![128; width * height * 3],
        width,
        pitch: width * 3,
        height,
        format: turbojpeg::PixelFormat::RGB,
    };
    let broken = |error: turbojpeg::Error| ImagingError::Corrupt { detail: error.to_string() };
    let mut decompressor = Decompressor::new().map_err(broken)?;
    decompressor.set_scan_limit(MAX_SCANS).map_err(broken)?;
    if let Err(error) = decompressor.decompress(source, image.as_deref_mut())
        && severity_of(&error.to_string()) == Severity::Fatal
    {
        return Err(broken(error));
    }
    image::RgbImage::from_raw(header.width, header.height, image.pixels)
        .map(DynamicImage::ImageRgb8)
        .ok_or(ImagingError::CutOff)
}

/// 8-bit RGB; transparent pixels over white, as a page would show them.
fn flatten_alpha(decoded: DynamicImage) -> Vec<u8> {
    if !decoded.color().has_alpha() {
        return decoded.into_rgb8().into_raw();
    }
    let rgba = decoded.into_rgba8().into_raw();
    rgba.chunks_exact(4)
        .flat_map(|pixel| {
            let alpha = u32::from(pixel[3]);
            [pixel[0], pixel[1], pixel[2]]
                .map(|value| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
        })
        .collect()
}

fn planes_of_rgb(rgb: &[u8], width: usize, height: usize) -> Picture {
    let planes = (0..3)
        .map(|component| {
            let mut plane = Plane::filled(width, height, 0);
            for (value, pixel) in plane.bytes_mut().iter_mut().zip(rgb.chunks_exact(3)) {
                *value = pixel[component];
            }
            plane
        })
        .collect();
    Picture { planes, model: ColourModel::Rgb }
}

/// RGB to Y at full size and Cb, Cr at half size (mean of 2×2, centred), ITU-T T.871 §7 in 16-bit fixed point.
fn planes_of_ycbcr(rgb: &[u8], width: usize, height: usize) -> Picture {
    let mut luma = Plane::filled(width, height, 0);
    for (value, pixel) in luma.bytes_mut().iter_mut().zip(rgb.chunks_exact(3)) {
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
        *value = ((19_595 * r + 38_470 * g + 7_471 * b + 32_768) >> 16) as u8;
    }
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut blue = Plane::filled(half_width, half_height, 128);
    let mut red = blue.clone();
    for y in 0..half_height {
        let rows = [2 * y, (2 * y + 1).min(height - 1)].map(|y| &rgb[y * width * 3..][..width * 3]);
        let (blue_row, red_row) = (blue.row_mut(y), red.row_mut(y));
        for x in 0..half_width {
            let columns = [2 * x, (2 * x + 1).min(width - 1)];
            let sum = |component: usize| -> i32 {
                rows.iter().flat_map(|row| columns.map(|x| i32::from(row[x * 3 + component]))).sum()
            };
            let [r, g, b] = [sum(0), sum(1), sum(2)];
            let half = 1 << 17;
            blue_row[x] =
                (128 + ((-11_059 * r - 21_709 * g + 32_768 * b + half) >> 18)).clamp(0, 255) as u8;
            red_row[x] =
                (128 + ((32_768 * r - 27_439 * g - 5_329 * b + half) >> 18)).clamp(0, 255) as u8;
        }
    }
    Picture { planes: vec![luma, blue, red], model: ColourModel::YCbCr }
}
