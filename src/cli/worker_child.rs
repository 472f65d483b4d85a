//! `kanfang worker-child` (hidden): one media step, shut in. Started by a worker, never by hand.

use serde_json::Value;

use crate::worker::Refusal;
use crate::worker::guest::{self, Assignment, refusal};

/// Does the step that standard input asks for and ends the process.
pub fn run() -> ! {
    let succeeded = guest::run(perform);
    std::process::exit(i32::from(!succeeded))
}

fn perform(assignment: Assignment) -> Result<Value, Refusal> {
    match assignment.step.as_str() {
        "walls" => Ok(serde_json::json!(assignment.walls)),
        other => Err(refusal("step-request", format!("there is no step '{other}'"))),
    }
}
