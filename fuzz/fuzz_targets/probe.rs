//! The whole probe, decoding included, with small limits.
#![no_main]

use kanfang::base::{Cancel, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_pixels: 1_000_000, max_memory_bytes: 64 << 20, ..Limits::default() };
    let _ = kanfang::photo::probe::probe(bytes, "a.jpg", &limits, &Cancel::new());
});
