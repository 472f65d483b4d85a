//! A zip with another viewer's project, to its first panorama.
#![no_main]

use std::io::Cursor;

use kanfang::base::Limits;
use kanfang::exchange::import::{Archive, Bounds, Project, compose};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut archive) = Archive::open(Cursor::new(bytes), &Bounds::default()) else { return };
    let Ok(project) = Project::read(&mut archive) else { return };
    let limits = Limits { max_pixels: 1 << 20, max_memory_bytes: 512 << 20, ..Limits::default() };
    if let Some(source) = project.sources.first() {
        let _any_answer = compose(&mut archive, source, None, &limits, &|_| {});
    }
});
