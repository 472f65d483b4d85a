//! Writes the panorama: JPEG or PNG with GPano XMP, whole or the part of the sphere that was photographed.

use std::io::Write;

use turbojpeg::{Compressor, PixelFormat, Subsamp};

use super::compose::Panorama;
use super::error::StitchError;
use super::files::{SetFile, numbers};
use super::seams::{NOBODY, SeamMap};
use crate::container::gpano::GPano;
use crate::container::jpeg::with_xmp;
use crate::imaging::ImagingError;

/// Name in `GPano:StitchingSoftware`.
const SOFTWARE: &str = "Kanfang";

/// A rectangle of the panorama.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// The part to be written: everything if most of the sphere was photographed, else what the photos show.
pub fn part(full_width: usize, seams: &SeamMap) -> Part {
    let whole = Part { left: 0, top: 0, width: full_width, height: full_width / 2 };
    let (w, h) = (seams.area.width as usize, seams.area.height as usize);
    let shown = |place: usize| seams.labels[place] != NOBODY;
    // One lens that sees a pole shows it at every column: what it sees at eye level counts.
    let first = seams.labels.iter().find(|label| **label != NOBODY);
    let one = seams.labels.iter().all(|label| *label == NOBODY || Some(label) == first);
    let level = if one { h / 4..h - h / 4 } else { 0..h };
    let columns: Vec<usize> = (0..w).filter(|c| level.clone().any(|r| shown(r * w + c))).collect();
    let rows: Vec<usize> = (0..h).filter(|r| (0..w).any(|c| shown(r * w + c))).collect();
    let (Some(&left), Some(&right), Some(&top), Some(&bottom)) =
        (columns.first(), columns.last(), rows.first(), rows.last())
    else {
        return whole;
    };
    let turn = right + 1 - left >= w * 97 / 100;
    if turn && !one && bottom + 1 - top >= h * 3 / 5 {
        return whole;
    }
    let scaled = |place: usize| place * full_width / w;
    let (left, width) =
        if turn { (0, full_width) } else { (scaled(left), scaled(right + 1) - scaled(left)) };
    Part { left, top: scaled(top), width, height: scaled(bottom + 1) - scaled(top) }
}

/// GPano data of a part.
pub fn gpano(panorama: &Panorama, part: Part) -> GPano {
    let mut data = GPano::equirectangular(
        (panorama.width as u32, panorama.height() as u32),
        (part.left as i32, part.top as i32),
        (part.width as u32, part.height as u32),
    );
    data.stitching_software = Some(SOFTWARE.to_owned());
    data.pose_pitch = Some(0.0);
    data.pose_roll = Some(0.0);
    data.pose_heading = panorama.heading;
    if let Some([first, last]) = &panorama.taken {
        (data.first_photo, data.last_photo) = (Some(first.clone()), Some(last.clone()));
    }
    data
}

fn fail(detail: impl ToString) -> StitchError {
    StitchError::Output(ImagingError::Encoding { detail: detail.to_string() })
}

/// The rows of a part from the top: R, G, B of each pixel.
pub fn rows(panorama: &Panorama, part: Part) -> impl Iterator<Item = &[u8]> {
    panorama
        .rgb
        .chunks_exact(panorama.width * 3)
        .skip(part.top)
        .take(part.height)
        .map(move |row| &row[part.left * 3..][..part.width * 3])
}

/// A JPEG of a part. `quality` 1 to 100.
pub fn jpeg(panorama: &Panorama, part: Part, quality: u8) -> Result<Vec<u8>, StitchError> {
    let start = (part.top * panorama.width + part.left) * 3;
    let image = turbojpeg::Image {
        pixels: &panorama.rgb[start..],
        width: part.width,
        pitch: panorama.width * 3,
        height: part.height,
        format: PixelFormat::RGB,
    };
    let mut compressor = Compressor::new().map_err(fail)?;
    compressor.set_quality(i32::from(quality)).map_err(fail)?;
    compressor
        .set_subsamp(if quality >= 95 { Subsamp::None } else { Subsamp::Sub2x2 })
        .map_err(fail)?;
    let bytes = compressor.compress_to_vec(image).map_err(fail)?;
    with_xmp(&bytes, &gpano(panorama, part).packet())
        .ok_or_else(|| fail("the XMP packet is too long"))
}

/// A PNG of a part with the XMP packet in an `iTXt` chunk (XMP specification part 3, §1.1.5).
pub fn png(panorama: &Panorama, part: Part) -> Result<Vec<u8>, StitchError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, part.width as u32, part.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder
        .add_itxt_chunk("XML:com.adobe.xmp".to_owned(), gpano(panorama, part).packet())
        .map_err(fail)?;
    let mut writer = encoder.write_header().map_err(fail)?;
    let mut stream = writer.stream_writer().map_err(fail)?;
    for row in rows(panorama, part) {
        stream.write_all(row).map_err(fail)?;
    }
    stream.finish().map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(out)
}

/// The provenance map as a grey PNG of the same part: 0 filled in, the highest value covered by a mark, else the photo's
/// number in the set, from 1 (16 bits a pixel when there are more than 254 files). A fused bracket has the number of the
/// file whose place it takes.
pub fn provenance(
    panorama: &Panorama,
    part: Part,
    files: &[SetFile],
) -> Result<Vec<u8>, StitchError> {
    let wide = files.len() > 254;
    let numbers = numbers(files);
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, part.width as u32, part.height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(if wide { png::BitDepth::Sixteen } else { png::BitDepth::Eight });
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(fail)?;
    let mut bytes = Vec::with_capacity(part.width * part.height * if wide { 2 } else { 1 });
    for y in part.top..part.top + part.height {
        for x in part.left..part.left + part.width {
            let label = panorama.source(x, y);
            let number = if panorama.is_marked(y) {
                if wide { u16::MAX } else { u16::from(u8::MAX) }
            } else if label == NOBODY {
                0
            } else {
                numbers.get(usize::from(label)).copied().unwrap_or(0)
            };
            if wide { bytes.extend(number.to_be_bytes()) } else { bytes.push(number as u8) }
        }
    }
    writer.write_image_data(&bytes).map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(out)
}
