//! A script, a page, a piece of HTML and a file of captions of another viewer's project.
#![no_main]

use kanfang::exchange::captions;
use kanfang::exchange::import::{html, script};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _any_answer = script::read(text);
    for inner in html::scripts(text) {
        let _any_answer = script::read(inner);
    }
    let _any_answer = html::plain(text);
    let _any_answer = captions::read(text);
});
