//! Raw files of cameras (DNG, CR2, NEF, ARW, RAF and relatives): the largest JPEG that the camera put inside.
//!
//! Developing sensor data is the task of a developer's program, and a matter of taste. Directories of TIFF 6.0 and of
//! its supplement 1 (SubIFDs) are walked once each, however they point at one another.

use std::borrow::Cow;
use std::ops::Range;

use crate::base::Limits;

use super::bytes::{slice, u32_be};
use super::ifd::{Entry, Tiff};
use super::{Container, Format, Header, MetadataKind, jpeg};

/// Most directories of one file; cameras write up to ten.
const MOST_DIRECTORIES: usize = 64;
/// Most entries of one directory that are looked at.
const MOST_ENTRIES: usize = 1024;
/// Most directories that one entry may name.
const MOST_BELOW: usize = 16;
/// Most pictures that are looked at.
const MOST_CANDIDATES: usize = 16;
/// A smaller picture is a thumbnail and no photo, pixels on the long side.
const LEAST_SIDE: u32 = 1024;

/// The embedded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Where its JPEG lies in the file.
    pub place: Range<usize>,
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
}

/// What a file is to this module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No raw file.
    Other,
    /// A raw file without a picture of useful size.
    Bare,
    /// A raw file and its largest picture.
    Pictured(Preview),
}

/// Looks whether `bytes` are a raw file, and for its largest JPEG.
pub fn look(bytes: &[u8]) -> Found {
    let mut candidates = Vec::new();
    if bytes.starts_with(b"FUJIFILMCCD-RAW") {
        candidates.extend(range(u32_be(bytes, 84), u32_be(bytes, 88)));
    } else if !walk(bytes, &mut candidates) {
        return Found::Other;
    }
    // Many entries may name much of the file, and each is read through.
    candidates.sort_unstable_by_key(|place| (std::cmp::Reverse(place.len()), place.start));
    candidates.dedup();
    candidates.truncate(MOST_CANDIDATES);
    let readable = candidates.into_iter().filter_map(|place| {
        let header = jpeg_header(bytes.get(place.clone())?)?;
        Some(Preview { place, width: header.width, height: header.height })
    });
    readable
        .filter(|preview| preview.width.max(preview.height) >= LEAST_SIDE)
        .max_by_key(|preview| u64::from(preview.width) * u64::from(preview.height))
        .map_or(Found::Bare, Found::Pictured)
}

fn jpeg_header(bytes: &[u8]) -> Option<Header> {
    // Sensor data are often kept as lossless JPEG: it is no picture.
    let found = jpeg::read(bytes, &Limits::default()).ok()?;
    found.header.unusual_coding.is_none().then_some(found.header)
}

fn range(start: Option<u32>, length: Option<u32>) -> Option<Range<usize>> {
    let (start, length) = (start? as usize, length? as usize);
    Some(start..start.checked_add(length)?)
}

impl Tiff<'_> {
    /// Directories that an entry names.
    fn below(&self, entry: &Entry) -> Vec<usize> {
        if entry.count <= 1 {
            return self.long(entry.at).map(|at| at as usize).into_iter().collect();
        }
        let Some(list) = self.long(entry.at).map(|at| at as usize) else { return Vec::new() };
        (0..entry.count.min(MOST_BELOW))
            .map_while(|index| self.long(list.checked_add(4 * index)?))
            .map(|at| at as usize)
            .collect()
    }
}

/// Collects where JPEGs may lie; answers whether the file is raw at all.
fn walk(bytes: &[u8], candidates: &mut Vec<Range<usize>>) -> bool {
    let little = match bytes {
        [b'I', b'I', ..] => true,
        [b'M', b'M', ..] => false,
        _ => return false,
    };
    // Olympus and Panasonic have marks of their own, and otherwise write TIFF.
    let own_mark = [&b"IIRO"[..], b"IIRS", b"IIU\0"].iter().any(|mark| bytes.starts_with(mark));
    if !(own_mark || bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")) {
        return false;
    }
    let tiff = Tiff { bytes, little };
    let mut is_raw = own_mark || slice(bytes, 8, 4) == Some(b"CR\x02\0");
    let mut ahead: Vec<usize> = tiff.long(4).map(|at| at as usize).into_iter().collect();
    let mut seen = Vec::new();
    while let Some(at) = ahead.pop() {
        if at == 0 || seen.contains(&at) || seen.len() == MOST_DIRECTORIES {
            continue;
        }
        seen.push(at);
        let Some((entries, next)) = tiff.directory(at, MOST_ENTRIES) else { continue };
        ahead.push(next);
        let value = |tag: u16| {
            let entry = entries.iter().find(|entry| entry.tag == tag)?;
            tiff.number(entry)
        };
        for entry in &entries {
            match entry.tag {
                // SubIFDs, Exif IFD.
                330 | 34_665 => ahead.extend(tiff.below(entry)),
                // A table of colour filters, or linear sensor data.
                262 => is_raw |= matches!(tiff.number(entry), Some(32_803 | 34_892)),
                // DNGVersion.
                50_706 => is_raw = true,
                // Panasonic's JpgFromRaw.
                46 if own_mark => {
                    candidates.extend(range(tiff.long(entry.at), u32::try_from(entry.count).ok()));
                }
                _ => {}
            }
        }
        // JPEGInterchangeFormat and its length; else one strip of JPEG (compression 6 or 7).
        candidates.extend(range(value(513), value(514)));
        let strips = entries.iter().find(|entry| entry.tag == 273).map(|entry| entry.count);
        if matches!(value(259), Some(6 | 7)) && strips == Some(1) {
            candidates.extend(range(value(273), value(279)));
        }
    }
    is_raw
}

/// Header of the embedded picture (0 × 0 where there is none) and the camera's data.
pub(super) fn read<'a>(bytes: &'a [u8], found: &Found, limits: &Limits) -> Container<'a> {
    let Found::Pictured(preview) = found else {
        return Container::bare(Header { bit_depth: 0, ..Header::new(Format::CameraRaw, 0, 0) });
    };
    let inside = bytes.get(preview.place.clone()).and_then(|part| jpeg::read(part, limits).ok());
    let header = Header::new(Format::CameraRaw, preview.width, preview.height);
    let mut container = inside.unwrap_or_else(|| Container::bare(header.clone()));
    container.header = Header { trailing_bytes: 0, format: Format::CameraRaw, ..container.header };
    if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        if bytes.len() <= super::tiff::MOST_BYTES_FOR_EXIF {
            container.exif = Some(Cow::Borrowed(bytes));
        } else {
            container.left_aside.push(MetadataKind::Exif);
        }
    }
    container
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
        let mut bytes = tag.to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
        bytes
    }

    fn directory(entries: &[Vec<u8>], next: u32) -> Vec<u8> {
        let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
        bytes.extend(entries.concat());
        bytes.extend(next.to_le_bytes());
        bytes
    }

    fn jpeg_of(width: usize, height: usize) -> Vec<u8> {
        let pixels = vec![90; 3 * width * height];
        let image = turbojpeg::Image {
            pixels: &pixels[..],
            width,
            pitch: 3 * width,
            height,
            format: turbojpeg::PixelFormat::RGB,
        };
        turbojpeg::compress(image, 80, turbojpeg::Subsamp::Sub2x2).unwrap().to_vec()
    }

    /// A file as Nikon's are built: a thumbnail first, the pictures and the sensor's data below it.
    fn nef() -> (Vec<u8>, Range<usize>) {
        let (small, large) = (jpeg_of(1040, 700), jpeg_of(1500, 1000));
        // Header 8, directory 0 with 3 entries 42, list of two 8, directories of 3 entries 42 and 2 entries 30.
        let (list, first, second) = (50_u32, 58_u32, 100_u32);
        let third = 130_u32;
        let small_at = 172_u32;
        let large_at = small_at + small.len() as u32;
        let mut file = b"II*\0\x08\0\0\0".to_vec();
        let below = entry(330, 4, 3, list);
        file.extend(directory(&[entry(256, 4, 1, 160), entry(257, 4, 1, 120), below], 0));
        file.truncate(list as usize);
        file.extend(first.to_le_bytes());
        file.extend(second.to_le_bytes());
        file.extend(directory(
            &[
                entry(259, 3, 1, 6),
                entry(513, 4, 1, large_at),
                entry(514, 4, 1, large.len() as u32),
            ],
            third,
        ));
        file.extend(directory(&[entry(259, 3, 1, 34_713), entry(262, 3, 1, 32_803)], 8));
        file.extend(directory(
            &[
                entry(259, 3, 1, 7),
                entry(273, 4, 1, small_at),
                entry(279, 4, 1, small.len() as u32),
            ],
            first,
        ));
        assert_eq!(file.len(), small_at as usize);
        file.extend(&small);
        file.extend(&large);
        (file, large_at as usize..large_at as usize + large.len())
    }

    #[test]
    fn the_largest_picture_is_found_though_directories_point_in_a_ring() {
        let (file, place) = nef();
        assert_eq!(look(&file), Found::Pictured(Preview { place, width: 1500, height: 1000 }));
        let found = super::super::read(&file, &Limits::default()).unwrap();
        assert_eq!(found.header.format, Format::CameraRaw);
        assert_eq!((found.header.width, found.header.height), (1500, 1000));
    }

    #[test]
    fn a_plain_tiff_is_none_and_a_raw_file_without_a_picture_says_so() {
        let plain = [b"II*\0\x08\0\0\0".to_vec(), directory(&[entry(262, 3, 1, 2)], 0)].concat();
        assert_eq!(look(&plain), Found::Other);
        let bare =
            [b"II*\0\x08\0\0\0".to_vec(), directory(&[entry(262, 3, 1, 32_803)], 0)].concat();
        assert_eq!(look(&bare), Found::Bare);
    }

    proptest! {
        #[test]
        fn no_damage_keeps_it_from_ending(hits in prop::collection::vec((0_usize..180, any::<u8>()), 1..24)) {
            let (mut file, _) = nef();
            for (at, value) in hits {
                file[at] = value;
            }
            if let Found::Pictured(preview) = look(&file) {
                prop_assert!(preview.place.end <= file.len());
            }
        }
    }
}
