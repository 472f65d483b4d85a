//! The name and colour space of an ICC profile (ICC.1:2022), no more.

use super::bytes::{slice, u16_be, u32_be};
use super::exif::printable;

/// What a profile says about itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IccProfile {
    /// Its description, e.g. `sRGB IEC61966-2.1` or `Display P3`.
    pub name: Option<String>,
    /// The space of the pixels: `RGB`, `GRAY`, `CMYK`, `Lab` …
    pub colour_space: String,
    /// Size in bytes.
    pub bytes: usize,
}

/// Reads header and description; `None` when it is no profile (§7.2: `acsp` at byte 36).
pub fn read(profile: &[u8]) -> Option<IccProfile> {
    (slice(profile, 36, 4)? == b"acsp").then_some(())?;
    let space = slice(profile, 16, 4)?;
    let colour_space = printable(&String::from_utf8_lossy(space)).unwrap_or_default();
    Some(IccProfile { name: description(profile), colour_space, bytes: profile.len() })
}

fn description(profile: &[u8]) -> Option<String> {
    // A profile has a dozen tags; a count that lies is bounded.
    let count = u32_be(profile, 128)?.min(200) as usize;
    let entry = (0..count)
        .map(|index| 132 + 12 * index)
        .find(|&at| slice(profile, at, 4).is_some_and(|tag| tag == b"desc"))?;
    let element =
        slice(profile, u32_be(profile, entry + 4)? as usize, u32_be(profile, entry + 8)? as usize)?;
    match slice(element, 0, 4)? {
        // ICC.1:2001 §6.5.17: length, then ASCII with a zero.
        b"desc" => {
            let length = (u32_be(element, 8)? as usize).min(200);
            let ascii = element.get(12..)?;
            printable(&String::from_utf8_lossy(ascii.get(..length.min(ascii.len()))?))
        }
        // §10.15: records of language, country, length, offset; UTF-16.
        b"mluc" => {
            let (length, offset) = (u32_be(element, 20)? as usize, u32_be(element, 24)? as usize);
            let words: Vec<u16> = (0..(length / 2).min(200))
                .map_while(|index| u16_be(element, offset.checked_add(2 * index)?))
                .collect();
            printable(&String::from_utf16_lossy(&words))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(element: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes[16..20].copy_from_slice(b"RGB ");
        bytes[36..40].copy_from_slice(b"acsp");
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(b"desc");
        bytes.extend(144_u32.to_be_bytes());
        bytes.extend((element.len() as u32).to_be_bytes());
        bytes.extend(element);
        bytes
    }

    #[test]
    fn both_generations_of_names_are_read() {
        let old = profile(b"desc\0\0\0\0\0\0\0\x05sRGB\0");
        assert_eq!(read(&old).unwrap().name.as_deref(), Some("sRGB"));
        let mut element = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\x04\0\0\0\x1c".to_vec();
        element.extend([0, b'P', 0, b'3']);
        let new = read(&profile(&element)).unwrap();
        assert_eq!((new.name.as_deref(), new.colour_space.as_str()), (Some("P3"), "RGB"));
    }

    #[test]
    fn lies_end_without_a_name() {
        assert_eq!(read(b"no profile"), None);
        let mut lie = profile(b"desc");
        lie[136..140].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(read(&lie).unwrap().name, None);
    }
}
