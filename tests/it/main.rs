//! Integration tests: the real server, a real database and a real store, one module a subject.

mod architecture;
mod listings;
mod pages;
mod sign_in;
#[allow(dead_code)] // each subject uses what it needs
mod support;
