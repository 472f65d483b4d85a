//! Numbers out of byte slices, never out of bounds.

/// `count` bytes from `at`; `None` where they are not all there.
pub fn slice(bytes: &[u8], at: usize, count: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(count)?)
}

/// The byte at `at`.
pub fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// Big-endian 16 bits at `at`.
pub fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    slice(bytes, at, 2)?.try_into().ok().map(u16::from_be_bytes)
}

/// Big-endian 32 bits at `at`.
pub fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    slice(bytes, at, 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// Big-endian 64 bits at `at`.
pub fn u64_be(bytes: &[u8], at: usize) -> Option<u64> {
    slice(bytes, at, 8)?.try_into().ok().map(u64::from_be_bytes)
}

/// Little-endian 16 bits at `at`.
pub fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    slice(bytes, at, 2)?.try_into().ok().map(u16::from_le_bytes)
}

/// Little-endian 24 bits at `at`.
pub fn u24_le(bytes: &[u8], at: usize) -> Option<u32> {
    slice(bytes, at, 3).map(|b| u32::from(b[0]) | u32::from(b[1]) << 8 | u32::from(b[2]) << 16)
}

/// Little-endian 32 bits at `at`.
pub fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    slice(bytes, at, 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// Where `needle` begins in `haystack`, from `from` on.
pub fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let tail = haystack.get(from..)?;
    let first = *needle.first()?;
    let mut at = 0;
    while let Some(step) = tail.get(at..)?.iter().position(|&byte| byte == first) {
        at += step;
        if tail.get(at..)?.starts_with(needle) {
            return Some(from + at);
        }
        at += 1;
    }
    None
}
