//! Bounds on untrusted media, read from headers before anything is decoded.

/// What one media file may ask for. The defaults suit a 2-core machine with a few GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Most bytes of one original.
    pub max_file_bytes: u64,
    /// Most pixels of one picture (width × height).
    pub max_pixels: u64,
    /// Longest side of one picture, in pixels.
    pub max_side: u32,
    /// Most bytes of EXIF, XMP or ICC data that are read, each.
    pub max_metadata_bytes: usize,
    /// Most bytes of memory that one decoding step may take.
    pub max_memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 2 << 30,
            max_pixels: 600_000_000,
            max_side: 40_000,
            max_metadata_bytes: 4 << 20,
            max_memory_bytes: 3 << 30,
        }
    }
}

/// A size for people: MiB with one decimal.
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
