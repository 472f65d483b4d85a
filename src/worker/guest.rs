//! The child's side: read the request, open two files, build the walls, then do the step.

use std::fs::File;
use std::io::{BufRead, Read, Write};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::protocol::{Bounds, MAX_LINE, Message, Refusal, Request};
use super::sandbox::{self, Kind, Wall};

/// What a step is given, with the walls around it.
#[derive(Debug)]
pub struct Assignment {
    /// Name of the step.
    pub step: String,
    /// What the step needs to know.
    pub input: Value,
    /// The original, at its beginning.
    pub original: File,
    /// Further originals, each at its beginning.
    pub further: Vec<File>,
    /// The output, empty.
    pub output: Option<File>,
    /// How much the step may take.
    pub bounds: Bounds,
    /// Which walls stand.
    pub walls: Vec<Wall>,
    /// Where to say how far it is.
    pub speaker: Speaker,
}

/// Says things to the parent. Cheap to clone; may be used from any thread.
#[derive(Clone, Debug)]
pub struct Speaker(Arc<Mutex<LastSaid>>);

#[derive(Debug)]
struct LastSaid {
    at: Instant,
    done: f64,
}

impl Speaker {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(LastSaid { at: Instant::now(), done: 0.0 })))
    }

    /// Says how much is done, 0–1; what comes too soon after the last time is left out.
    pub fn progress(&self, done: f64) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if done - last.done >= 0.01 && last.at.elapsed() >= Duration::from_millis(50) {
            *last = LastSaid { at: Instant::now(), done };
            say(&Message::Progress(done));
        }
    }

    /// Shows what there is so far; what is too large is not shown.
    pub fn preview(&self, value: Value) {
        say(&Message::Preview(value));
    }

    /// Says something for the job's log.
    pub fn log(&self, line: impl Into<String>) {
        say(&Message::Log(line.into()));
    }
}

/// Writes one line; a parent that no longer listens will end us soon anyway.
fn say(message: &Message) {
    if let Ok(mut line) = serde_json::to_vec(message) {
        line.push(b'\n');
        let mut out = std::io::stdout().lock();
        let _nobody_listens = out.write_all(&line).and_then(|()| out.flush());
    }
}

/// Reads the request from standard input, builds the walls and lets `perform` do the step. Answers
/// whether it succeeded. Must be called while the process has only its first thread.
pub fn run(perform: impl FnOnce(Assignment) -> Result<Value, Refusal>) -> bool {
    run_without(|_| Vec::new(), perform)
}

/// As [`run`] with the walls left out that `left_out` names for the request's input, so that a test can
/// show that another wall holds too.
pub fn run_without(
    left_out: impl FnOnce(&Value) -> Vec<Kind>,
    perform: impl FnOnce(Assignment) -> Result<Value, Refusal>,
) -> bool {
    let result = prepare(left_out).and_then(|assignment| guarded(perform, assignment));
    let succeeded = result.is_ok();
    say(&result.map_or_else(Message::Error, Message::Result));
    succeeded
}

fn prepare(left_out: impl FnOnce(&Value) -> Vec<Kind>) -> Result<Assignment, Refusal> {
    let request = request()?;
    let unopened = |error: std::io::Error| refusal("step-files", error.to_string());
    let original = File::open(&request.original).map_err(unopened)?;
    let further =
        request.further.iter().map(File::open).collect::<Result<_, _>>().map_err(unopened)?;
    let output = match &request.output {
        Some(path) => Some(File::options().write(true).open(path).map_err(unopened)?),
        None => None,
    };
    let left_out = left_out(&request.input);
    let walls =
        sandbox::lock_down_without(&request.empty_root, request.parent, &request.bounds, &left_out);
    let enough = sandbox::is_enough(&walls);
    let missing = sandbox::missing(&walls);
    say(&Message::Sandbox(walls.clone()));
    if request.strict && !enough {
        return Err(refusal("sandbox-missing", missing));
    }
    Ok(Assignment {
        step: request.step,
        input: request.input,
        original,
        further,
        output,
        bounds: request.bounds,
        walls,
        speaker: Speaker::new(),
    })
}

fn request() -> Result<Request, Refusal> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .take(MAX_LINE as u64)
        .read_line(&mut line)
        .map_err(|error| refusal("step-request", error.to_string()))?;
    serde_json::from_str(&line).map_err(|error| refusal("step-request", error.to_string()))
}

/// A panic is our own mistake, not an answer: its message goes to standard error, and the parent learns
/// only that the step crashed.
fn guarded(
    perform: impl FnOnce(Assignment) -> Result<Value, Refusal>,
    assignment: Assignment,
) -> Result<Value, Refusal> {
    std::panic::catch_unwind(AssertUnwindSafe(|| perform(assignment)))
        .unwrap_or_else(|_| Err(refusal("step-panicked", "the step panicked".to_owned())))
}

/// A refusal without arguments.
pub fn refusal(slug: &str, message: String) -> Refusal {
    let args = [("reason".to_owned(), message.clone())].into();
    Refusal { slug: slug.to_owned(), args, message }
}
