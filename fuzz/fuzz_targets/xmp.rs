//! One XMP packet; what was read of it can be written and read again.
#![no_main]

use std::borrow::Cow;

use kanfang::container::xmp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(gpano) = xmp::read(&[Cow::Borrowed(bytes)]).gpano {
        let packet = gpano.packet();
        let again = xmp::read(&[Cow::Borrowed(packet.as_bytes())]);
        assert!(!again.refused);
    }
});
