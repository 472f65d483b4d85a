//! WebP chunks (RFC 9649): canvas size, animation, EXIF, XMP, ICC.

use std::borrow::Cow;

use crate::base::Limits;

use super::bytes::{slice, u8_at, u16_le, u24_le, u32_le};
use super::{ColourModel, Container, ContainerError, Format, Header, MetadataKind};

pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, ContainerError> {
    let broken = |reason| ContainerError::HeaderBroken { format: Format::WebP, reason };
    let kind = slice(bytes, 12, 4).ok_or_else(|| broken("the file ends before the first chunk"))?;
    let (width, height, colour) = size(kind, bytes.get(20..).unwrap_or_default())
        .ok_or_else(|| broken("the first chunk is damaged or unknown"))?;
    if width == 0 || height == 0 {
        return Err(broken("the header says 0 pixels"));
    }
    let mut container =
        Container::bare(Header { colour, ..Header::new(Format::WebP, width, height) });
    let riff_end = u32_le(bytes, 4).unwrap_or(0) as usize + 8;
    container.header.complete = bytes.len() >= riff_end;
    container.header.trailing_bytes = bytes.len().saturating_sub(riff_end) as u64;

    let mut at = 12;
    while let (Some(kind), Some(length)) = (slice(bytes, at, 4), u32_le(bytes, at + 4)) {
        let length = length as usize;
        let Some(data) = slice(bytes, at + 8, length) else { break };
        let metadata = match kind {
            b"EXIF" => Some(MetadataKind::Exif),
            b"XMP " => Some(MetadataKind::Xmp),
            b"ICCP" => Some(MetadataKind::Icc),
            b"ANIM" | b"ANMF" => {
                container.header.animated = true;
                None
            }
            _ => None,
        };
        match metadata {
            Some(kind) if length > limits.max_metadata_bytes => container.left_aside.push(kind),
            Some(MetadataKind::Exif) => {
                container
                    .exif
                    .get_or_insert(Cow::Borrowed(data.strip_prefix(b"Exif\0\0").unwrap_or(data)));
            }
            Some(MetadataKind::Xmp) if container.xmp.is_empty() => {
                container.xmp.push(Cow::Borrowed(data));
            }
            Some(MetadataKind::Icc) => {
                container.icc.get_or_insert(Cow::Borrowed(data));
            }
            _ => {}
        }
        // Chunks are padded to even length (RFC 9649 §2.3).
        let Some(next) = at.checked_add(8 + length + (length & 1)) else { break };
        at = next;
    }
    Ok(container)
}

fn size(kind: &[u8], data: &[u8]) -> Option<(u32, u32, ColourModel)> {
    match kind {
        b"VP8X" => {
            let alpha = u8_at(data, 0)? & 0x10 != 0;
            let colour = if alpha { ColourModel::Rgba } else { ColourModel::Rgb };
            Some((u24_le(data, 4)? + 1, u24_le(data, 7)? + 1, colour))
        }
        b"VP8 " => {
            // RFC 6386 §9.1: frame tag, start code, 14-bit sizes.
            (slice(data, 3, 3)? == [0x9D, 0x01, 0x2A]).then_some(())?;
            let (width, height) = (u16_le(data, 6)? & 0x3FFF, u16_le(data, 8)? & 0x3FFF);
            Some((u32::from(width), u32::from(height), ColourModel::Rgb))
        }
        b"VP8L" => {
            (u8_at(data, 0)? == 0x2F).then_some(())?;
            let bits = u32_le(data, 1)?;
            let colour = if bits >> 28 & 1 == 1 { ColourModel::Rgba } else { ColourModel::Rgb };
            Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, colour))
        }
        _ => None,
    }
}
