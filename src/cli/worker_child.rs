//! `kanfang worker-child` (hidden): one media step, shut in. Started by a worker, never by hand.

use crate::photo::steps;
use crate::worker::guest;

/// Does the step that standard input asks for and ends the process.
pub fn run() -> ! {
    let succeeded = guest::run(steps::perform);
    std::process::exit(i32::from(!succeeded))
}
