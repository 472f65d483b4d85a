//! Headers and metadata blocks of any bytes.
#![no_main]

use kanfang::base::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = kanfang::container::read(bytes, &Limits::default());
});
