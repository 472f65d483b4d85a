//! The first image directory of a TIFF 6.0 file: size, depth, colour, XMP, ICC. EXIF is the file itself.

use std::borrow::Cow;

use crate::base::Limits;

use super::bytes::{slice, u8_at};
use super::ifd::Tiff;
use super::{ColourModel, Container, ContainerError, Format, Header, MetadataKind};

/// Reading EXIF copies the file; above this size it is left aside.
pub(super) const MOST_BYTES_FOR_EXIF: usize = 256 << 20;

pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, ContainerError> {
    let broken = |reason| ContainerError::HeaderBroken { format: Format::Tiff, reason };
    let tiff = Tiff { bytes, little: bytes.starts_with(b"II") };
    let directory =
        tiff.long(4).ok_or_else(|| broken("the file ends before the first directory"))? as usize;
    let (entries, _) = tiff
        .directory(directory, usize::from(u16::MAX))
        .ok_or_else(|| broken("the first directory lies outside the file"))?;

    let mut header = Header::new(Format::Tiff, 0, 0);
    header.bit_depth = 1;
    header.colour = ColourModel::Other;
    let mut samples = 1;
    let mut photometric = None;
    let mut container = Container::bare(header);
    for entry in &entries {
        let number = || tiff.number(entry);
        match entry.tag {
            256 => container.header.width = number().unwrap_or(0),
            257 => container.header.height = number().unwrap_or(0),
            // Three or more 16-bit values do not fit into the entry.
            258 if entry.kind == 3 && entry.count > 2 => {
                container.header.bit_depth = tiff
                    .long(entry.at)
                    .and_then(|at| tiff.word(at as usize))
                    .map_or(0, |bits| bits.min(255) as u8);
            }
            258 => container.header.bit_depth = number().map_or(0, |bits| bits.min(255) as u8),
            262 => photometric = number(),
            277 => samples = number().unwrap_or(1),
            700 | 34675 => {
                let metadata = if entry.tag == 700 { MetadataKind::Xmp } else { MetadataKind::Icc };
                let data =
                    tiff.long(entry.at).and_then(|start| slice(bytes, start as usize, entry.count));
                match data.filter(|data| data.len() <= limits.max_metadata_bytes) {
                    None => container.left_aside.push(metadata),
                    Some(data) if entry.tag == 700 => container.xmp = vec![Cow::Borrowed(data)],
                    Some(data) => container.icc = Some(Cow::Borrowed(data)),
                }
            }
            _ => {}
        }
    }
    if container.header.width == 0 || container.header.height == 0 {
        return Err(broken("the first directory says 0 pixels or no size"));
    }
    // TIFF 6.0 §8, PhotometricInterpretation.
    container.header.colour = match (photometric, samples) {
        (Some(0 | 1), 2) => ColourModel::GreyAlpha,
        (Some(0 | 1), _) => ColourModel::Grey,
        (Some(2), 4..) => ColourModel::Rgba,
        (Some(2 | 6), _) => ColourModel::Rgb,
        (Some(3), _) => ColourModel::Palette,
        (Some(5), _) => ColourModel::Cmyk,
        _ => ColourModel::Other,
    };
    if bytes.len() <= MOST_BYTES_FOR_EXIF && u8_at(bytes, 8).is_some() {
        container.exif = Some(Cow::Borrowed(bytes));
    } else {
        container.left_aside.push(MetadataKind::Exif);
    }
    Ok(container)
}
