//! One EXIF block.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = kanfang::container::exif::read(bytes);
});
