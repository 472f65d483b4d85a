//! What parent and child say to one another: one request, then JSON lines.
//!
//! The child may be in the hands of an attacker: [`LineReader`] takes any bytes without panic and
//! within a bounded memory. Sans-IO.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most bytes of one line from the child.
pub const MAX_LINE: usize = 1 << 20;
/// Most bytes of all lines of one step.
pub const MAX_TOTAL: usize = 8 << 20;
/// Most bytes of a preview.
pub const MAX_PREVIEW: usize = 96 << 10;

/// What the child is to do, and how much it may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Name of the step.
    pub step: String,
    /// The original, opened read-only before the walls stand.
    pub original: PathBuf,
    /// Further originals, opened likewise, where a step joins several.
    #[serde(default)]
    pub further: Vec<PathBuf>,
    /// An empty file for the output, opened for writing before the walls stand.
    pub output: Option<PathBuf>,
    /// An empty folder that becomes the child's root.
    pub empty_root: PathBuf,
    /// Process id of the parent: a child whose parent is another must end.
    pub parent: i32,
    /// How much it may take.
    pub bounds: Bounds,
    /// Whether a missing wall is a reason not to begin.
    pub strict: bool,
    /// What the step itself needs to know.
    pub input: Value,
}

/// How much one step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Bytes of output.
    pub output_bytes: u64,
    /// Seconds of CPU time, all threads together.
    pub cpu_seconds: u64,
    /// Threads that compute at once.
    pub threads: usize,
}

/// Why the child would not do it, in a form that can be shown in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Stable name in kebab case.
    pub slug: String,
    /// Values that the localised text names.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// The reason in English.
    pub message: String,
}

impl Refusal {
    /// From any error of the project.
    pub fn from_fault(fault: &impl crate::base::Fault) -> Self {
        Self {
            slug: fault.slug().to_owned(),
            args: fault.args().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            message: fault.to_string(),
        }
    }

    /// Cuts and cleans what an attacker might have put into it.
    fn cleaned(self) -> Result<Self, ProtocolError> {
        let kebab = |text: &str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !kebab(&self.slug) {
            return Err(ProtocolError::Malformed("the name of the error is no name".into()));
        }
        let args = self
            .args
            .into_iter()
            .filter(|(name, _)| kebab(&name.replace('_', "-")))
            .take(16)
            .map(|(name, value)| (name, printable(&value, 300)))
            .collect();
        Ok(Self { slug: self.slug, args, message: printable(&self.message, 1000) })
    }
}

/// One line of the child.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// How much is done, 0–1.
    Progress(f64),
    /// Something for people who look into the job's log.
    Log(String),
    /// What there is to see so far, in the step's own form; at most [`MAX_PREVIEW`] bytes, larger ones are dropped.
    Preview(Value),
    /// Which walls stand.
    Sandbox(Vec<super::sandbox::Wall>),
    /// What came out. Ends the conversation.
    Result(Value),
    /// Why nothing came out. Ends the conversation.
    Error(Refusal),
}

/// The child does not keep to the protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// A line or all lines together are too long.
    #[error("the child wrote more than {0} bytes")]
    TooLong(usize),
    /// A line is not what was agreed.
    #[error("the child wrote a line that cannot be read: {0}")]
    Malformed(String),
    /// Something came after the end.
    #[error("the child went on after its answer")]
    AfterEnd,
}

/// Takes the child's bytes as they come and gives back its messages.
#[derive(Debug, Default)]
pub struct LineReader {
    rest: Vec<u8>,
    total: usize,
    ended: bool,
}

impl LineReader {
    /// Takes the next bytes. After an error it must not be used again.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Message>, ProtocolError> {
        self.total = self.total.saturating_add(bytes.len());
        if self.total > MAX_TOTAL {
            return Err(ProtocolError::TooLong(MAX_TOTAL));
        }
        let mut messages = Vec::new();
        let mut pieces = bytes.split(|byte| *byte == b'\n');
        let first = pieces.next().unwrap_or_default();
        self.rest.extend_from_slice(first);
        for piece in pieces {
            let line = std::mem::replace(&mut self.rest, piece.to_vec());
            messages.extend(self.line(&line)?);
        }
        if self.rest.len() > MAX_LINE {
            return Err(ProtocolError::TooLong(MAX_LINE));
        }
        Ok(messages)
    }

    /// The child has closed its side: nothing may be left half said.
    pub fn close(&mut self) -> Result<(), ProtocolError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(ProtocolError::Malformed("it breaks off in the middle".into()))
    }

    fn line(&mut self, line: &[u8]) -> Result<Option<Message>, ProtocolError> {
        if line.len() > MAX_LINE {
            return Err(ProtocolError::TooLong(MAX_LINE));
        }
        if line.is_empty() {
            return Ok(None);
        }
        if self.ended {
            return Err(ProtocolError::AfterEnd);
        }
        let message: Message = serde_json::from_slice(line)
            .map_err(|error| ProtocolError::Malformed(printable(&error.to_string(), 200)))?;
        Ok(Some(match message {
            Message::Progress(done) => {
                Message::Progress(if done.is_finite() { done.clamp(0.0, 1.0) } else { 0.0 })
            }
            Message::Log(line) => Message::Log(printable(&line, 500)),
            Message::Preview(_) if line.len() > MAX_PREVIEW => return Ok(None),
            Message::Preview(value) => Message::Preview(value),
            Message::Sandbox(walls) => Message::Sandbox(
                walls.into_iter().take(16).map(super::sandbox::Wall::cleaned).collect(),
            ),
            Message::Result(value) => {
                self.ended = true;
                Message::Result(value)
            }
            Message::Error(refusal) => {
                self.ended = true;
                Message::Error(refusal.cleaned()?)
            }
        }))
    }
}

/// At most `most` characters, none of them a control character or a mark that turns the
/// direction of writing.
pub fn printable(text: &str, most: usize) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !turns(*c)).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_may_come_in_any_pieces() {
        let lines = b"{\"progress\":0.5}\n{\"log\":\"\\u0000hello\"}\n\n{\"result\":{\"a\":1}}\n";
        for size in 1..lines.len() {
            let mut reader = LineReader::default();
            let mut messages = Vec::new();
            for piece in lines.chunks(size) {
                messages.extend(reader.push(piece).unwrap());
            }
            reader.close().unwrap();
            assert_eq!(messages[0], Message::Progress(0.5));
            assert_eq!(messages[1], Message::Log("hello".into()));
            assert_eq!(messages[2], Message::Result(serde_json::json!({"a": 1})));
        }
    }

    #[test]
    fn lies_and_floods_are_refused() {
        let refused = |bytes: &[u8]| LineReader::default().push(bytes).unwrap_err();
        assert!(matches!(refused(&vec![b'a'; MAX_LINE + 1]), ProtocolError::TooLong(_)));
        assert!(matches!(refused(&vec![b'\n'; MAX_TOTAL + 1]), ProtocolError::TooLong(_)));
        assert!(matches!(refused(b"{\"result\":1}\n{\"result\":2}\n"), ProtocolError::AfterEnd));
        assert!(matches!(refused(b"{\"exec\":\"/bin/sh\"}\n"), ProtocolError::Malformed(_)));
        assert!(matches!(
            refused(b"{\"error\":{\"slug\":\"../../etc\",\"message\":\"\"}}\n"),
            ProtocolError::Malformed(_)
        ));
        // Deep nesting must not exhaust the stack.
        assert!(matches!(
            refused(("[".repeat(100_000) + "\n").as_bytes()),
            ProtocolError::Malformed(_)
        ));
        let mut reader = LineReader::default();
        reader.push(b"{\"progress\":").unwrap();
        assert!(reader.close().is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_taken_without_panic(pieces: Vec<Vec<u8>>) {
            let mut reader = LineReader::default();
            for piece in pieces {
                if reader.push(&piece).is_err() {
                    return Ok(());
                }
            }
            let _half_said = reader.close();
        }

        #[test]
        fn almost_right_lines_are_taken_without_panic(
            key in "progress|log|result|error|sandbox",
            value in r#"[0-9eE+\-.\[\]{}":,a-z\\]{0,60}"#,
        ) {
            let mut reader = LineReader::default();
            let _any_answer = reader.push(format!("{{\"{key}\":{value}}}\n").as_bytes());
        }

        #[test]
        fn what_we_say_is_understood(parts in 0..=1024_u32, line in "[ -~一-龥]{0,80}", slug in "[a-z][a-z-]{0,30}") {
            // A fraction of two is written and read without rounding.
            let done = f64::from(parts) / 1024.0;
            let refusal = Refusal { slug, args: BTreeMap::from([("side".into(), line.clone())]), message: line.clone() };
            for message in [Message::Progress(done), Message::Log(line), Message::Error(refusal)] {
                let text = serde_json::to_string(&message).unwrap() + "\n";
                prop_assert_eq!(LineReader::default().push(text.as_bytes()).unwrap(), vec![message]);
            }
        }
    }
}
