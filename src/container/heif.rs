//! HEIF and AVIF (ISO/IEC 23008-12) as far as to say what they are: the largest picture's size, depth, EXIF.
//!
//! Nothing here decodes; a damaged box ends the search and the rest stays unknown.

use std::borrow::Cow;

use crate::base::Limits;

use super::bytes::{find, slice, u8_at, u32_be, u64_be};
use super::{ColourModel, Container, Format, Header};

/// Boxes looked at in all, so that a file of a million empty boxes ends soon.
const MOST_BOXES: usize = 4096;

pub(super) fn read<'a>(bytes: &'a [u8], format: Format, limits: &Limits) -> Container<'a> {
    let mut header = Header::new(format, 0, 0);
    header.bit_depth = 0;
    header.colour = ColourModel::Other;
    let meta = first_box(bytes, b"meta").and_then(|body| body.get(4..));
    let properties =
        meta.and_then(|body| first_box(body, b"iprp")).and_then(|body| first_box(body, b"ipco"));
    for (kind, body) in properties.map(boxes).into_iter().flatten() {
        match kind {
            b"ispe" => {
                let (Some(width), Some(height)) = (u32_be(body, 4), u32_be(body, 8)) else {
                    continue;
                };
                let larger = u64::from(width) * u64::from(height) > header.pixels();
                if larger {
                    (header.width, header.height) = (width, height);
                }
            }
            b"pixi" => {
                let channels = u8_at(body, 4).unwrap_or(0);
                header.bit_depth = header.bit_depth.max(u8_at(body, 5).unwrap_or(0));
                header.colour = match (channels, header.colour) {
                    (3, _) => ColourModel::Rgb,
                    (1, ColourModel::Other) => ColourModel::Grey,
                    (_, before) => before,
                };
            }
            _ => {}
        }
    }
    let mut container = Container::bare(header);
    container.exif = exif(bytes, limits.max_metadata_bytes).map(Cow::Borrowed);
    container
}

/// The EXIF item. It is found by its mark, not through `iloc`: extents that overlap could multiply a small file.
fn exif(bytes: &[u8], most: usize) -> Option<&[u8]> {
    let start = [&b"Exif\0\0MM\0*"[..], &b"Exif\0\0II*\0"[..]]
        .iter()
        .find_map(|mark| find(bytes, mark, 0))?
        + 6;
    let end = start.checked_add(most)?.min(bytes.len());
    bytes.get(start..end)
}

fn first_box<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|(kind, _)| *kind == wanted).map(|(_, body)| body)
}

/// The boxes one after another (ISO/IEC 14496-12 §4.2), until one is damaged.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let kind: &[u8; 4] = slice(bytes, at + 4, 4)?.try_into().ok()?;
        let (head, size) = match u32_be(bytes, at)? {
            0 => (8, bytes.len() - at),
            1 => (16, usize::try_from(u64_be(bytes, at + 8)?).ok()?),
            size => (8, size as usize),
        };
        let body = slice(bytes, at + head, size.checked_sub(head)?)?;
        at += size;
        Some((kind, body))
    })
    .take(MOST_BOXES)
}
