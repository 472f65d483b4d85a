//! Apple's MakerNote as far as the acceleration vector: which way is up, by the phone's own sensor.
//!
//! The block is a TIFF directory behind `Apple iOS\0`, a version and the order of bytes; its offsets count from the start
//! of the block. Tag 8 holds three rational numbers, the acceleration in units of g (ExifTool's tables describe it).

use super::bytes::slice;
use super::ifd::Tiff;

const MARK: &[u8] = b"Apple iOS\0";
/// Most entries that are looked at; phones write some fifty.
const MOST_ENTRIES: usize = 256;
/// Farther from 1 g than this the phone was being moved, and the vector says nothing of up.
const STEADY: f64 = 0.12;
/// Below this the vector is so nearly along the line of sight that it does not tell how the phone is held, g.
const STEEP: f64 = 0.5;

/// The acceleration in axes of the phone as seen from its front: right, towards its top, out of its face. At rest it
/// points down with length 1.
pub fn acceleration(note: &[u8]) -> Option<[f64; 3]> {
    let rest = note.strip_prefix(MARK)?;
    let little = match rest.get(2..4)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let tiff = Tiff { bytes: note, little };
    let (entries, _) = tiff.directory(MARK.len() + 4, MOST_ENTRIES)?;
    let entry = entries.iter().find(|entry| entry.tag == 8)?;
    // Three signed rational numbers.
    if entry.kind != 10 || entry.count != 3 {
        return None;
    }
    let values = tiff.long(entry.at)? as usize;
    slice(note, values, 24)?;
    let number = |index: usize| {
        let part = |at| tiff.long(at).map(|bits| f64::from(bits.cast_signed()));
        let (above, below) = (part(values + 8 * index)?, part(values + 8 * index + 4)?);
        (below != 0.0).then(|| above / below)
    };
    Some([number(0)?, number(1)?, number(2)?])
}

/// Which way is up in a photo of the phone's main camera: right, up and ahead in the photo as it is shown upright, length
/// 1. `orientation` is EXIF's, 1 to 8; mirrored ones come from the other camera.
pub fn up(note: &[u8], orientation: u8) -> Option<[f64; 3]> {
    let [x, y, z] = acceleration(note)?.map(|value| -value);
    let length = (x * x + y * y + z * z).sqrt();
    if (length - 1.0).abs() > STEADY {
        return None;
    }
    // Stored lying, the phone's top at the left: a photo taken upright says that it must be turned.
    let held = [(1, [-y, x]), (3, [y, -x]), (6, [x, y]), (8, [-x, -y])];
    let stated = held.iter().find(|(said, _)| *said == orientation)?.1;
    // A photo that was edited on the phone is stored upright and says so, whichever way the phone was held. Nobody holds
    // it far from upright, except to look up or down: there the vector tells nothing of the way.
    let along = x.hypot(y);
    let [right, above] = if along < STEEP || stated[1] > 0.5 * along {
        stated
    } else {
        held.iter().map(|(_, axes)| *axes).max_by(|a, b| a[1].total_cmp(&b[1]))?
    };
    Some([right, above, -z].map(|value| value / length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A block with one entry before the vector's.
    fn note(vector: [f64; 3]) -> Vec<u8> {
        let mut block = MARK.to_vec();
        block.extend(b"\0\x01MM");
        block.extend(2_u16.to_be_bytes());
        for (tag, kind, count, value) in [(1_u16, 9_u16, 1_u32, 14_u32), (8, 10, 3, 44)] {
            block.extend(tag.to_be_bytes());
            block.extend(kind.to_be_bytes());
            block.extend(count.to_be_bytes());
            block.extend(value.to_be_bytes());
        }
        block.extend(0_u32.to_be_bytes());
        assert_eq!(block.len(), 44);
        for value in vector {
            block.extend(((value * 10_000.0).round() as i32).to_be_bytes());
            block.extend(10_000_i32.to_be_bytes());
        }
        block
    }

    #[test]
    fn up_is_up_however_the_phone_is_held() {
        // Upright; lying with its top at the left, at the right; head down. At rest the vector points down.
        for (vector, orientation) in [
            ([0.0, -1.0, 0.0], 6),
            ([-1.0, 0.0, 0.0], 1),
            ([1.0, 0.0, 0.0], 3),
            ([0.0, 1.0, 0.0], 8),
        ] {
            assert_eq!(up(&note(vector), orientation), Some([0.0, 1.0, 0.0]), "{orientation}");
        }
        // Looking down, the face is up, and up lies behind.
        assert_eq!(up(&note([0.0, 0.0, -1.0]), 6).map(|up| up[2]), Some(-1.0));
        // Edited on the phone: stored upright, though the phone was held so.
        assert_eq!(up(&note([0.0, -1.0, 0.0]), 1), Some([0.0, 1.0, 0.0]));
        // Leaning to the right by 10°: what is up leans to the left in the photo.
        let (sin, cos) = 10.0_f64.to_radians().sin_cos();
        let leaning = up(&note([sin, -cos, 0.0]), 6).unwrap();
        assert!((leaning[0] + sin).abs() < 1e-3 && (leaning[1] - cos).abs() < 1e-3);
    }

    #[test]
    fn what_says_nothing_of_up_is_left_aside() {
        assert_eq!(up(&note([0.0, -1.4, 0.0]), 6), None, "shaken");
        assert_eq!(up(&note([0.0, -1.0, 0.0]), 5), None, "mirrored");
        assert_eq!(up(b"Apple iOS\0\0\x01MM", 6), None);
        assert_eq!(up(b"Nikon\0", 6), None);
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(
            hits in prop::collection::vec((0_usize..68, any::<u8>()), 0..20), end in 0_usize..=68,
        ) {
            let mut block = note([0.0, -1.0, 0.0]);
            for (at, value) in hits {
                block[at] = value;
            }
            if let Some(up) = up(&block[..end], 6) {
                prop_assert!(up.iter().all(|value| value.is_finite()));
            }
        }
    }
}
