//! The parent's side: start the child, listen to it, end it when it is too much, judge what it left.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::protocol::{Bounds, LineReader, Message, ProtocolError, Refusal, Request, printable};
use super::sandbox::{self, Wall};

/// How much of what the child writes to standard error is kept.
const KEPT_STDERR: usize = 8 << 10;
/// Most log lines that a child may write in one step.
const MAX_LOG_LINES: usize = 1000;

/// Starts children of one program.
#[derive(Clone, Debug)]
pub struct Supervisor {
    /// The program; by default the one that is running now, even if its file was replaced since.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Whether a child without enough walls must not begin.
    pub strict: bool,
}

impl Default for Supervisor {
    fn default() -> Self {
        Self {
            program: PathBuf::from("/proc/self/exe"),
            arguments: vec!["worker-child".into()],
            strict: true,
        }
    }
}

/// One step for a child.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// Its name.
    pub name: &'a str,
    /// The original.
    pub original: &'a File,
    /// Further originals, where the step joins several.
    pub further: &'a [File],
    /// An empty file for the output.
    pub output: Option<&'a File>,
    /// What the step needs to know.
    pub input: Value,
    /// How much it may take.
    pub bounds: Bounds,
    /// How long it may take.
    pub time: Duration,
}

/// What a child says while it works.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// How much is done, 0–1.
    Progress(f64),
    /// A log line.
    Line(String),
    /// What there is to see so far.
    Preview(Value),
}

/// A step came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The child refused, with a reason of its own.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// It took too long.
    #[error("the step took longer than {seconds} s and was ended")]
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// It wanted more memory than allowed.
    #[error("the step wanted more than {mebibytes} MiB of memory and was ended")]
    Memory {
        /// The limit.
        mebibytes: u64,
    },
    /// It wrote more output than allowed.
    #[error("the step wrote more than {mebibytes} MiB of output and was ended")]
    Output {
        /// The limit.
        mebibytes: u64,
    },
    /// It tried what only an attacker would.
    #[error(
        "the file made the decoder try something forbidden; the step was ended and the attempt was logged"
    )]
    Forbidden,
    /// It crashed.
    #[error("the step crashed ({how})")]
    Crashed {
        /// Signal or exit code.
        how: String,
    },
    /// It did not keep to the protocol.
    #[error("the step gave an answer that cannot be trusted: {0}")]
    Protocol(#[from] ProtocolError),
    /// The walls are missing on this machine.
    #[error(
        "this machine cannot shut the decoder in ({missing}); see `kanfang check`, or set worker.strict_sandbox = false"
    )]
    NoSandbox {
        /// Which walls.
        missing: String,
    },
    /// The child could not be started.
    #[error("the step could not be started: {0}")]
    Start(#[from] std::io::Error),
}

impl StepError {
    /// Stable name: the key of the localised text.
    pub fn slug(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.slug,
            Self::TimedOut { .. } => "step-timed-out",
            Self::Memory { .. } => "step-memory",
            Self::Output { .. } => "step-output",
            Self::Forbidden => "step-forbidden",
            Self::Crashed { .. } => "step-crashed",
            Self::Protocol(_) => "step-protocol",
            Self::NoSandbox { .. } => "sandbox-missing",
            Self::Start(_) => "step-start",
        }
    }

    /// Whether the same step may succeed another time: it does not where the file itself is at fault.
    pub fn is_worth_another_try(&self) -> bool {
        matches!(
            self,
            Self::TimedOut { .. } | Self::Crashed { .. } | Self::Protocol(_) | Self::Start(_)
        )
    }
}

/// Ends a child and everything in its process group when dropped before it was waited for.
struct Group(Option<Pid>);

impl Group {
    fn end(&self) {
        if let Some(group) = self.0 {
            let _already_gone = killpg(group, Signal::SIGKILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

impl Supervisor {
    /// Runs one step to its result. Dropping the future kills the child.
    pub async fn run(
        &self,
        step: &Step<'_>,
        mut hear: impl FnMut(Said) + Send,
    ) -> Result<Value, StepError> {
        let empty_root = tempfile::tempdir()?;
        let request = Request {
            step: step.name.to_owned(),
            original: seen_by_the_child(step.original),
            further: step.further.iter().map(seen_by_the_child).collect(),
            output: step.output.map(seen_by_the_child),
            empty_root: empty_root.path().to_owned(),
            parent: std::process::id() as i32,
            bounds: step.bounds,
            strict: self.strict,
            input: step.input.clone(),
        };
        let mut child = self.start(step.bounds.threads)?;
        let mut group = Group(child.id().map(|id| Pid::from_raw(id as i32)));
        let conversation =
            tokio::time::timeout(step.time, converse(&mut child, &request, &mut hear));
        let Ok(heard) = conversation.await else {
            group.end();
            child.wait().await?;
            group.0 = None;
            return Err(StepError::TimedOut { seconds: step.time.as_secs() });
        };
        if heard.answer.is_err() {
            group.end();
        }
        let status = child.wait().await?;
        group.0 = None;
        for line in heard.last_words.lines().take(20) {
            hear(Said::Line(printable(line, 300)));
        }
        judge(step, status, heard)
    }

    fn start(&self, threads: usize) -> std::io::Result<Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .env("RAYON_NUM_THREADS", threads.max(1).to_string())
            .env("RTEN_NUM_THREADS", threads.max(1).to_string())
            .env("RUST_BACKTRACE", "0")
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }

    /// Which walls stand on this machine, found out by a child that does nothing else.
    pub async fn walls(&self) -> Result<Vec<Wall>, StepError> {
        let nothing = tempfile::tempfile()?;
        let bounds =
            Bounds { memory_bytes: 256 << 20, output_bytes: 0, cpu_seconds: 5, threads: 1 };
        let step = Step {
            name: "walls",
            original: &nothing,
            further: &[],
            output: None,
            input: Value::Null,
            bounds,
            time: Duration::from_secs(10),
        };
        let mut walls = Vec::new();
        let lenient = Self { strict: false, ..self.clone() };
        let result = lenient.run(&step, |_| {}).await?;
        if let Ok(found) = serde_json::from_value(result) {
            walls = found;
        }
        Ok(walls)
    }
}

/// Where the child can open a file that this process has open, though it may have no name (any more).
/// The child opens it anew, with an offset of its own and only for what it is meant.
fn seen_by_the_child(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()))
}

/// What was heard of a child until it closed its side.
struct Heard {
    walls: Vec<Wall>,
    answer: Result<Option<Result<Value, Refusal>>, ProtocolError>,
    last_words: String,
}

async fn converse(
    child: &mut Child,
    request: &Request,
    hear: &mut (impl FnMut(Said) + Send),
) -> Heard {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let ask = async {
        if let (Some(mut stdin), Ok(mut line)) = (stdin, serde_json::to_vec(request)) {
            line.push(b'\n');
            // A child that does not read will have no answer either.
            let _not_read = stdin.write_all(&line).await;
        }
    };
    let listen = async {
        match stdout {
            Some(stdout) => listen(stdout, hear).await,
            None => (Vec::new(), Ok(None)),
        }
    };
    let ((), (walls, answer), last_words) = tokio::join!(ask, listen, last_words(stderr));
    Heard { walls, answer, last_words }
}

async fn listen(
    mut stdout: ChildStdout,
    hear: &mut (impl FnMut(Said) + Send),
) -> (Vec<Wall>, Result<Option<Result<Value, Refusal>>, ProtocolError>) {
    let mut reader = LineReader::default();
    let (mut walls, mut answer, mut lines) = (Vec::new(), None, 0);
    let mut piece = vec![0; 16 << 10];
    loop {
        let length = stdout.read(&mut piece).await.unwrap_or(0);
        if length == 0 {
            let closed = reader.close().map(|()| answer);
            return (walls, closed);
        }
        let messages = match reader.push(&piece[..length]) {
            Ok(messages) => messages,
            Err(error) => return (walls, Err(error)),
        };
        for message in messages {
            match message {
                Message::Progress(done) => hear(Said::Progress(done)),
                Message::Log(line) => {
                    lines += 1;
                    if lines <= MAX_LOG_LINES {
                        hear(Said::Line(line));
                    }
                }
                Message::Preview(value) => hear(Said::Preview(value)),
                Message::Sandbox(found) => walls = found,
                Message::Result(value) => answer = Some(Ok(value)),
                Message::Error(refusal) => answer = Some(Err(refusal)),
            }
        }
    }
}

/// The last of what the child writes to standard error; the rest is read and dropped.
async fn last_words(stderr: Option<ChildStderr>) -> String {
    let Some(mut stderr) = stderr else { return String::new() };
    let mut kept = Vec::new();
    let mut piece = [0; 4 << 10];
    while let Ok(length) = stderr.read(&mut piece).await
        && length > 0
    {
        kept.extend_from_slice(&piece[..length]);
        let too_much = kept.len().saturating_sub(KEPT_STDERR);
        kept.drain(..too_much);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

fn judge(step: &Step<'_>, status: ExitStatus, heard: Heard) -> Result<Value, StepError> {
    let missing = sandbox::missing(&heard.walls);
    if !missing.is_empty() && !heard.walls.is_empty() {
        tracing::debug!(step = step.name, %missing, "some walls are missing");
    }
    let answer = heard.answer?;
    if let Some(signal) = status.signal() {
        return Err(by_signal(step, signal, &heard.last_words));
    }
    match answer {
        Some(Ok(value)) if status.success() => Ok(value),
        Some(Err(refusal)) if refusal.slug == "sandbox-missing" => {
            Err(StepError::NoSandbox { missing: refusal.message })
        }
        Some(Err(refusal)) if refusal.slug == "step-panicked" => {
            Err(StepError::Crashed { how: "a panic; see the log of the job".to_owned() })
        }
        Some(Err(refusal)) => Err(StepError::Refused(refusal)),
        _ => Err(StepError::Crashed { how: format!("it ended with {status} and no answer") }),
    }
}

/// What the signal that ended a child says about the cause.
fn by_signal(step: &Step<'_>, signal: i32, last_words: &str) -> StepError {
    let memory = StepError::Memory { mebibytes: step.bounds.memory_bytes >> 20 };
    match Signal::try_from(signal) {
        Ok(Signal::SIGSYS) => {
            tracing::error!(target: "kanfang::security", step = step.name, "a decoder tried a forbidden system call");
            StepError::Forbidden
        }
        Ok(Signal::SIGXCPU) => StepError::TimedOut { seconds: step.bounds.cpu_seconds },
        Ok(Signal::SIGXFSZ) => StepError::Output { mebibytes: step.bounds.output_bytes >> 20 },
        Ok(Signal::SIGABRT) if last_words.contains("memory allocation of") => memory,
        // Nobody but the kernel's memory killer does this to a child that we have not ended ourselves.
        Ok(Signal::SIGKILL) => memory,
        Ok(signal) => StepError::Crashed { how: signal.as_str().to_owned() },
        Err(_) => StepError::Crashed { how: format!("signal {signal}") },
    }
}
