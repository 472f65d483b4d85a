//! The real program's child: its walls, its answers to requests that it does not know.

use std::path::PathBuf;
use std::time::Duration;

use kanfang::worker::Bounds;
use kanfang::worker::sandbox::{is_enough, missing};
use kanfang::worker::supervisor::{Step, StepError, Supervisor};
use serde_json::Value;

/// A supervisor of the real program.
pub fn supervisor() -> Supervisor {
    Supervisor { program: PathBuf::from(env!("CARGO_BIN_EXE_kanfang")), ..Supervisor::default() }
}

#[tokio::test]
async fn this_machine_can_shut_a_decoder_in() {
    let walls = supervisor().walls().await.unwrap();
    assert!(is_enough(&walls), "{}", missing(&walls));
}

#[tokio::test]
async fn a_step_that_the_child_does_not_know_is_refused_with_a_reason() {
    let original = tempfile::tempfile().unwrap();
    let step = Step {
        name: "mine bitcoin",
        original: &original,
        further: &[],
        output: None,
        input: Value::Null,
        bounds: Bounds { memory_bytes: 256 << 20, output_bytes: 0, cpu_seconds: 5, threads: 1 },
        time: Duration::from_secs(10),
    };
    let answer = supervisor().run(&step, |_| {}).await;
    assert!(
        matches!(&answer, Err(StepError::Refused(refusal)) if refusal.slug == "step-request"),
        "{answer:?}"
    );
}
