//! PNG chunks (W3C PNG, third edition): IHDR, eXIf, iCCP, and XMP in iTXt. Text in zTXt and tEXt is not inflated.

use std::borrow::Cow;

use crate::base::Limits;

use super::bytes::{slice, u8_at, u32_be};
use super::inflate::inflate_within;
use super::{ColourModel, Container, ContainerError, Format, Header, MetadataKind};

const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp\0";

pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, ContainerError> {
    let broken = |reason| ContainerError::HeaderBroken { format: Format::Png, reason };
    let ihdr = slice(bytes, 16, 13).filter(|_| bytes[12..].starts_with(b"IHDR"));
    let ihdr = ihdr.ok_or_else(|| broken("the first chunk is not a whole IHDR"))?;
    let (width, height) = (u32_be(ihdr, 0).unwrap_or(0), u32_be(ihdr, 4).unwrap_or(0));
    if width == 0 || height == 0 || width > i32::MAX as u32 || height > i32::MAX as u32 {
        return Err(broken("IHDR says 0 pixels or more than 2^31 on a side"));
    }
    let mut header = Header::new(Format::Png, width, height);
    header.bit_depth = ihdr[8];
    header.colour = match ihdr[9] {
        0 => ColourModel::Grey,
        2 => ColourModel::Rgb,
        3 => ColourModel::Palette,
        4 => ColourModel::GreyAlpha,
        6 => ColourModel::Rgba,
        _ => return Err(broken("IHDR names a colour type that PNG does not have")),
    };
    header.progressive = ihdr[12] == 1;
    header.complete = false;

    let mut container = Container::bare(header);
    let most = limits.max_metadata_bytes;
    let mut at = 33;
    while let (Some(length), Some(kind)) = (u32_be(bytes, at), slice(bytes, at + 4, 4)) {
        let length = length as usize;
        let Some(data) = slice(bytes, at + 8, length) else { break };
        match kind {
            b"IEND" => {
                container.header.complete = true;
                container.header.trailing_bytes = bytes.len().saturating_sub(at + 12) as u64;
                break;
            }
            b"acTL" => container.header.animated = true,
            b"eXIf" => keep(&mut container, MetadataKind::Exif, Some(Cow::Borrowed(data)), most),
            b"iCCP" => {
                keep(&mut container, MetadataKind::Icc, profile(data, most).map(Cow::Owned), most);
            }
            b"iTXt" if data.starts_with(XMP_KEYWORD) => {
                keep(&mut container, MetadataKind::Xmp, packet(data, most), most);
            }
            _ => {}
        }
        let Some(next) = at.checked_add(12).and_then(|next| next.checked_add(length)) else {
            break;
        };
        at = next;
    }
    Ok(container)
}

fn keep<'a>(
    container: &mut Container<'a>,
    kind: MetadataKind,
    block: Option<Cow<'a, [u8]>>,
    most: usize,
) {
    match (kind, block.filter(|block| block.len() <= most)) {
        (_, None) => {
            if !container.left_aside.contains(&kind) {
                container.left_aside.push(kind);
            }
        }
        (MetadataKind::Exif, Some(block)) => {
            // Some writers keep the mark of the JPEG segment.
            let block = match block {
                Cow::Borrowed(data) => {
                    Cow::Borrowed(data.strip_prefix(b"Exif\0\0").unwrap_or(data))
                }
                owned @ Cow::Owned(_) => owned,
            };
            container.exif.get_or_insert(block);
        }
        (MetadataKind::Icc, Some(block)) => {
            container.icc.get_or_insert(block);
        }
        (MetadataKind::Xmp, Some(block)) => {
            if container.xmp.is_empty() {
                container.xmp.push(block);
            }
        }
    }
}

/// iCCP: name, 0, method 0, zlib data.
fn profile(data: &[u8], most: usize) -> Option<Vec<u8>> {
    let name_end = data.iter().take(80).position(|&byte| byte == 0)?;
    if u8_at(data, name_end + 1)? != 0 {
        return None;
    }
    inflate_within(data.get(name_end + 2..)?, most)
}

/// iTXt: keyword, 0, compressed?, method, language, 0, translated keyword, 0, text.
fn packet(data: &[u8], most: usize) -> Option<Cow<'_, [u8]>> {
    let rest = data.get(XMP_KEYWORD.len()..)?;
    let compressed = u8_at(rest, 0)? == 1;
    let rest = rest.get(2..)?;
    let language_end = rest.iter().position(|&byte| byte == 0)?;
    let rest = rest.get(language_end + 1..)?;
    let translated_end = rest.iter().position(|&byte| byte == 0)?;
    let text = rest.get(translated_end + 1..)?;
    if compressed { inflate_within(text, most).map(Cow::Owned) } else { Some(Cow::Borrowed(text)) }
}
