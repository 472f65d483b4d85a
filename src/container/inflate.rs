//! zlib data out of PNG chunks, never past a limit.

use std::io::Read as _;

/// The inflated data; `None` when it is damaged or would be longer than `limit` bytes (a bomb).
/// Takes memory for `limit` bytes at most, whatever the data promises.
pub fn inflate_within(compressed: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut inflated = Vec::new();
    let most = u64::try_from(limit).ok()?.checked_add(1)?;
    flate2::read::ZlibDecoder::new(compressed).take(most).read_to_end(&mut inflated).ok()?;
    (inflated.len() <= limit).then_some(inflated)
}
