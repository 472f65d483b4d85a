//! The first image directory of a TIFF 6.0 file: size, depth, colour, XMP, ICC. EXIF is the file itself.

use std::borrow::Cow;

use crate::base::Limits;

use super::bytes::{slice, u8_at, u16_be, u16_le, u32_be, u32_le};
use super::{ColourModel, Container, ContainerError, Format, Header, MetadataKind};

/// Reading EXIF copies the file; above this size it is left aside.
pub(super) const MOST_BYTES_FOR_EXIF: usize = 256 << 20;

pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, ContainerError> {
    let broken = |reason| ContainerError::HeaderBroken { format: Format::Tiff, reason };
    let little = bytes.starts_with(b"II");
    let word = |at| if little { u16_le(bytes, at) } else { u16_be(bytes, at) };
    let long = |at| if little { u32_le(bytes, at) } else { u32_be(bytes, at) };
    let directory =
        long(4).ok_or_else(|| broken("the file ends before the first directory"))? as usize;
    let count =
        word(directory).ok_or_else(|| broken("the first directory lies outside the file"))?;

    let mut header = Header::new(Format::Tiff, 0, 0);
    header.bit_depth = 1;
    header.colour = ColourModel::Other;
    let mut samples = 1;
    let mut photometric = None;
    let mut container = Container::bare(header);
    for index in 0..usize::from(count) {
        let Some(at) = index.checked_mul(12).and_then(|step| directory.checked_add(2 + step))
        else {
            break;
        };
        let (Some(tag), Some(kind), Some(values)) = (word(at), word(at + 2), long(at + 4)) else {
            break;
        };
        let number = || if kind == 3 { word(at + 8).map(u32::from) } else { long(at + 8) };
        match tag {
            256 => container.header.width = number().unwrap_or(0),
            257 => container.header.height = number().unwrap_or(0),
            // Three or more 16-bit values do not fit into the entry.
            258 if kind == 3 && values > 2 => {
                container.header.bit_depth = long(at + 8)
                    .and_then(|at| word(at as usize))
                    .map_or(0, |bits| bits.min(255) as u8);
            }
            258 => container.header.bit_depth = number().map_or(0, |bits| bits.min(255) as u8),
            262 => photometric = number(),
            277 => samples = number().unwrap_or(1),
            700 | 34675 => {
                let metadata = if tag == 700 { MetadataKind::Xmp } else { MetadataKind::Icc };
                let data =
                    long(at + 8).and_then(|start| slice(bytes, start as usize, values as usize));
                match data.filter(|data| data.len() <= limits.max_metadata_bytes) {
                    None => container.left_aside.push(metadata),
                    Some(data) if tag == 700 => container.xmp = vec![Cow::Borrowed(data)],
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
