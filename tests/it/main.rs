//! Integration tests: the real server, a real database and a real store, one module a subject.

mod architecture;
mod bad_media;
mod real_media;
mod sign_in;
#[allow(dead_code)] // each subject uses what it needs
mod support;
