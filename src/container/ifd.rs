//! Directories of TIFF 6.0 (§2), as files, raw files and makers' notes have them.

use super::bytes::{u16_be, u16_le, u32_be, u32_le};

/// Bytes with directories in them, whose offsets count from their start.
pub(super) struct Tiff<'a> {
    pub bytes: &'a [u8],
    /// Whether the lowest byte of a number comes first.
    pub little: bool,
}

/// One entry of a directory.
pub(super) struct Entry {
    pub tag: u16,
    pub kind: u16,
    pub count: usize,
    /// Where its four bytes of value or offset lie.
    pub at: usize,
}

impl Tiff<'_> {
    pub fn word(&self, at: usize) -> Option<u16> {
        if self.little { u16_le(self.bytes, at) } else { u16_be(self.bytes, at) }
    }

    pub fn long(&self, at: usize) -> Option<u32> {
        if self.little { u32_le(self.bytes, at) } else { u32_be(self.bytes, at) }
    }

    /// The first number of an entry.
    pub fn number(&self, entry: &Entry) -> Option<u32> {
        match entry.kind {
            3 => self.word(entry.at).map(u32::from),
            _ => self.long(entry.at),
        }
    }

    /// At most `most` entries of the directory at `at`, and the place of the next directory, 0 if there is none; `None`
    /// where it lies outside.
    pub fn directory(&self, at: usize, most: usize) -> Option<(Vec<Entry>, usize)> {
        let count = usize::from(self.word(at)?);
        let entries = (0..count.min(most)).map_while(|index| {
            let at = at.checked_add(2 + 12 * index)?;
            Some(Entry {
                tag: self.word(at)?,
                kind: self.word(at + 2)?,
                count: self.long(at + 4)? as usize,
                at: at + 8,
            })
        });
        let next = at.checked_add(2 + 12 * count).and_then(|at| self.long(at)).unwrap_or(0);
        Some((entries.collect(), next as usize))
    }
}
