//! JPEG segments (ITU-T T.81 Annex B): the frame header, the number of scans, EXIF, XMP, ICC; and writing XMP in.

use std::borrow::Cow;

use crate::base::Limits;

use super::bytes::{slice, u8_at, u16_be, u32_be};
use super::{ColourModel, Container, ContainerError, Format, Header, MetadataKind};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXTENDED_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
/// A segment's length field counts itself and is 16 bits wide.
const MOST_IN_A_SEGMENT: usize = 65_533;

fn broken(reason: &'static str) -> ContainerError {
    ContainerError::HeaderBroken { format: Format::Jpeg, reason }
}

/// Walks all segments and collects what they say. One pass, no entropy decoding.
pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, ContainerError> {
    let mut frame: Option<Header> = None;
    let mut blocks = Blocks::new(limits.max_metadata_bytes);
    let mut adobe_transform = None;
    let mut scans = 0_u32;
    let mut complete = false;
    let mut at = 2;
    while let Some(marker_at) = next_marker(bytes, at) {
        let marker = bytes[marker_at + 1];
        at = marker_at + 2;
        if marker == 0xD9 {
            complete = true;
            break;
        }
        // Stand-alone markers (T.81 table B.1): TEM, RSTn, a second SOI.
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            continue;
        }
        let Some(length) = u16_be(bytes, at).map(usize::from) else { break };
        if length < 2 {
            return match frame {
                None => Err(broken("a segment has a length below 2")),
                // Damage after the frame header is the decoder's to judge.
                Some(_) => break,
            };
        }
        let Some(body) = slice(bytes, at + 2, length - 2) else { break };
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if frame.is_none() => {
                frame = Some(read_frame(marker, body)?);
            }
            0xDA => scans = scans.saturating_add(1),
            0xE1 => blocks.app1(body),
            0xE2 => blocks.app2(body),
            0xEE if body.starts_with(b"Adobe") => adobe_transform = u8_at(body, 11),
            _ => {}
        }
        at += length;
    }
    let mut header =
        frame.ok_or_else(|| broken("there is no frame header (SOF) before the data ends"))?;
    if scans == 0 {
        return Err(broken("there is no picture data (no SOS segment)"));
    }
    if header.colour == ColourModel::Other && adobe_transform.is_some() {
        header.colour = ColourModel::Cmyk;
    }
    header.scans = scans;
    header.complete = complete;
    header.trailing_bytes = if complete { trailing_bytes(bytes, at) } else { 0 };
    Ok(blocks.finish(header))
}

/// Where the next marker (0xFF and a code that is neither 0 nor fill) begins, from `from` on.
fn next_marker(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(0xFF, bytes.get(at..)?)?;
        match u8_at(bytes, at + 1)? {
            0x00 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

/// Bytes after the end mark, not counting the zero bytes with which some cameras pad.
fn trailing_bytes(bytes: &[u8], end: usize) -> u64 {
    let tail = bytes.get(end..).unwrap_or_default();
    if tail.iter().all(|&byte| byte == 0) { 0 } else { tail.len() as u64 }
}

/// SOFn (T.81 §B.2.2).
fn read_frame(marker: u8, body: &[u8]) -> Result<Header, ContainerError> {
    let short = || broken("the frame header is cut off");
    let precision = u8_at(body, 0).ok_or_else(short)?;
    let height = u16_be(body, 1).ok_or_else(short)?;
    let width = u16_be(body, 3).ok_or_else(short)?;
    let components = u8_at(body, 5).ok_or_else(short)?;
    if width == 0 || height == 0 {
        return Err(broken("the frame header says 0 pixels"));
    }
    if body.len() < 6 + 3 * usize::from(components) || components == 0 {
        return Err(short());
    }
    let mut header = Header::new(Format::Jpeg, u32::from(width), u32::from(height));
    header.bit_depth = precision;
    header.colour = match components {
        1 => ColourModel::Grey,
        3 => ColourModel::Rgb,
        4 => ColourModel::Cmyk,
        _ => ColourModel::Other,
    };
    header.progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
    header.unusual_coding = match marker {
        0xC3 | 0xC7 | 0xCB | 0xCF => Some("lossless".to_owned()),
        0xC5 | 0xC6 | 0xCD | 0xCE => Some("hierarchical".to_owned()),
        0xC9 | 0xCA => Some("arithmetic".to_owned()),
        _ if precision != 8 => Some(format!("{precision}-bit")),
        _ if !matches!(components, 1 | 3 | 4) => Some(format!("{components} components")),
        _ => None,
    };
    Ok(header)
}

/// Metadata blocks, some of which are spread over several segments.
struct Blocks<'a> {
    most: usize,
    exif: Option<&'a [u8]>,
    xmp: Option<&'a [u8]>,
    extended: Vec<ExtendedPart<'a>>,
    icc: Vec<(u8, &'a [u8])>,
    icc_bytes: usize,
    left_aside: Vec<MetadataKind>,
}

/// One segment of extended XMP (Adobe XMP part 3, §1.1.3.1).
struct ExtendedPart<'a> {
    guid: &'a [u8],
    full_length: u32,
    offset: u32,
    data: &'a [u8],
}

impl<'a> Blocks<'a> {
    fn new(most: usize) -> Self {
        Self {
            most,
            exif: None,
            xmp: None,
            extended: Vec::new(),
            icc: Vec::new(),
            icc_bytes: 0,
            left_aside: Vec::new(),
        }
    }

    fn app1(&mut self, body: &'a [u8]) {
        if let Some(tiff) = body.strip_prefix(EXIF) {
            // The first one counts (CIPA DC-008 §4.7.2 knows one only).
            self.exif.get_or_insert(tiff);
        } else if let Some(packet) = body.strip_prefix(XMP) {
            self.xmp.get_or_insert(packet);
        } else if let Some(part) = body.strip_prefix(EXTENDED_XMP)
            && let (Some(guid), Some(full_length), Some(offset), Some(data)) =
                (slice(part, 0, 32), u32_be(part, 32), u32_be(part, 36), part.get(40..))
        {
            self.extended.push(ExtendedPart { guid, full_length, offset, data });
        }
    }

    fn app2(&mut self, body: &'a [u8]) {
        if let Some(part) = body.strip_prefix(ICC)
            && let (Some(&number), Some(data)) = (part.first(), part.get(2..))
        {
            self.icc_bytes = self.icc_bytes.saturating_add(data.len());
            if self.icc_bytes <= self.most {
                self.icc.push((number, data));
            }
        }
    }

    fn finish(mut self, header: Header) -> Container<'a> {
        let mut xmp: Vec<Cow<'a, [u8]>> = self.xmp.into_iter().map(Cow::Borrowed).collect();
        if let Some(extended) = self.join_extended() {
            xmp.push(Cow::Owned(extended));
        }
        let icc = if self.icc_bytes > self.most {
            self.left_aside.push(MetadataKind::Icc);
            None
        } else {
            self.icc.sort_by_key(|(number, _)| *number);
            (!self.icc.is_empty())
                .then(|| Cow::Owned(self.icc.iter().flat_map(|(_, part)| *part).copied().collect()))
        };
        Container {
            header,
            exif: self.exif.map(Cow::Borrowed),
            xmp,
            icc,
            left_aside: self.left_aside,
        }
    }

    /// The extended packet whose GUID the first part names. Its length is checked against what is really there
    /// before memory is taken.
    fn join_extended(&mut self) -> Option<Vec<u8>> {
        let first = self.extended.first()?;
        let (guid, full) = (first.guid, first.full_length as usize);
        let parts = || self.extended.iter().filter(|part| part.guid == guid);
        let there: usize = parts().map(|part| part.data.len()).sum();
        if full > self.most || full > there {
            self.left_aside.push(MetadataKind::Xmp);
            return None;
        }
        let mut joined = vec![b' '; full];
        for part in parts() {
            let start = part.offset as usize;
            if let Some(place) =
                start.checked_add(part.data.len()).and_then(|end| joined.get_mut(start..end))
            {
                place.copy_from_slice(part.data);
            }
        }
        Some(joined)
    }
}

/// The picture with `packet` as its XMP, all older XMP (extended too) taken out; nothing else changes.
///
/// `None` when `jpeg` does not begin like a JPEG or the packet is longer than one segment holds (65,504 bytes).
pub fn with_xmp(jpeg: &[u8], packet: &str) -> Option<Vec<u8>> {
    let body_length = XMP.len() + packet.len();
    if !jpeg.starts_with(&[0xFF, 0xD8]) || body_length > MOST_IN_A_SEGMENT {
        return None;
    }
    let length = u16::try_from(body_length + 2).ok()?;
    let mut segment = vec![0xFF, 0xE1];
    segment.extend_from_slice(&length.to_be_bytes());
    segment.extend_from_slice(XMP);
    segment.extend_from_slice(packet.as_bytes());

    let mut out = Vec::with_capacity(jpeg.len() + segment.len());
    out.extend_from_slice(&jpeg[..2]);
    let mut written = false;
    let mut at = 2;
    while let (Some(0xFF), Some(marker)) = (u8_at(jpeg, at), u8_at(jpeg, at + 1)) {
        // JFIF and EXIF want to be first (JFIF 1.02, CIPA DC-008 §4.5.4); XMP follows them.
        let leads = matches!(marker, 0xE0)
            || jpeg.get(at + 4..).is_some_and(|rest| marker == 0xE1 && rest.starts_with(EXIF));
        if !leads && !written {
            out.extend_from_slice(&segment);
            written = true;
        }
        if !matches!(marker, 0xE0..=0xEF) {
            break;
        }
        let length = usize::from(u16_be(jpeg, at + 2)?);
        let whole = slice(jpeg, at, length + 2)?;
        let body = whole.get(4..)?;
        if !(marker == 0xE1 && (body.starts_with(XMP) || body.starts_with(EXTENDED_XMP))) {
            out.extend_from_slice(whole);
        }
        at += length + 2;
    }
    if !written {
        return None;
    }
    out.extend_from_slice(&jpeg[at..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SOI, SOF0 16×8 grey, SOS, one entropy byte, EOI.
    fn tiny() -> Vec<u8> {
        let mut jpeg = vec![0xFF, 0xD8];
        jpeg.extend([0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 16, 1, 1, 0x11, 0]);
        jpeg.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xFF, 0xD9]);
        jpeg
    }

    #[test]
    fn the_frame_header_is_read() {
        let jpeg = tiny();
        let header = read(&jpeg, &Limits::default()).unwrap().header;
        assert_eq!((header.width, header.height, header.scans), (16, 8, 1));
        assert_eq!(header.colour, ColourModel::Grey);
        assert!(header.complete && !header.progressive);
        assert_eq!(header.trailing_bytes, 0);
    }

    #[test]
    fn written_xmp_is_read_back_and_replaces_the_old() {
        let once = with_xmp(&tiny(), "<first/>").unwrap();
        let twice = with_xmp(&once, "<second/>").unwrap();
        let container = read(&twice, &Limits::default()).unwrap();
        assert_eq!(container.xmp.len(), 1);
        assert_eq!(&*container.xmp[0], b"<second/>");
        assert_eq!(with_xmp(&tiny(), &"x".repeat(70_000)), None);
        assert_eq!(with_xmp(b"GIF89a", "<x/>"), None);
    }

    #[test]
    fn extended_xmp_is_joined_and_lies_about_its_length_are_left_aside() {
        let part = |full: u32, offset: u32, data: &[u8]| {
            let mut body = EXTENDED_XMP.to_vec();
            body.extend([b'A'; 32]);
            body.extend(full.to_be_bytes());
            body.extend(offset.to_be_bytes());
            body.extend(data);
            let mut segment = vec![0xFF, 0xE1];
            segment.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
            segment.extend(body);
            segment
        };
        let with = |parts: &[Vec<u8>]| {
            let mut jpeg = vec![0xFF, 0xD8];
            parts.iter().for_each(|part| jpeg.extend(part));
            jpeg.extend(&tiny()[2..]);
            jpeg
        };
        let whole = with(&[part(6, 3, b"def"), part(6, 0, b"abc")]);
        assert_eq!(&*read(&whole, &Limits::default()).unwrap().xmp[0], b"abcdef");
        let lie = with(&[part(u32::MAX, 0, b"abc")]);
        let container = read(&lie, &Limits::default()).unwrap();
        assert!(container.xmp.is_empty());
        assert_eq!(container.left_aside, [MetadataKind::Xmp]);
    }
}
