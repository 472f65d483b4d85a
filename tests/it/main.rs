//! Integration tests: the real server, a real database and a real store, one module a subject.

mod architecture;
mod sign_in;
mod events;
mod jobs;
#[allow(dead_code)] // each subject uses what it needs
mod support;
mod worker;
