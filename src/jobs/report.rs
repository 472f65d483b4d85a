//! What a step says while it works: progress and log lines, gathered until the next heartbeat.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::Value;

/// Most lines that are gathered between two heartbeats; the rest is counted only.
const MOST_LINES: usize = 200;

/// Shared by the step, which writes, and the runner, which reads. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Report(Arc<Mutex<Gathered>>);

#[derive(Debug)]
struct Gathered {
    begun: Instant,
    progress: f64,
    lines: Vec<String>,
    /// Lines that a heartbeat was given and that are not known to be stored.
    sent: Vec<String>,
    dropped: usize,
    preview: Option<Value>,
}

impl Default for Report {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Gathered {
            begun: Instant::now(),
            progress: 0.0,
            lines: Vec::new(),
            sent: Vec::new(),
            dropped: 0,
            preview: None,
        })))
    }
}

impl Report {
    /// Says how much is done, 0–1. It never goes back; what is no number is ignored.
    pub fn progress(&self, done: f64) {
        let mut gathered = self.lock();
        if done.is_finite() {
            gathered.progress = gathered.progress.max(done.clamp(0.0, 1.0));
        }
    }

    /// Says something for people who look into the job's log.
    pub fn log(&self, line: impl Into<String>) {
        let mut gathered = self.lock();
        if gathered.lines.len() < MOST_LINES {
            gathered.lines.push(line.into());
        } else {
            gathered.dropped += 1;
        }
    }

    /// Shows what there is so far, in place of what was shown before.
    pub fn preview(&self, value: Value) {
        self.lock().preview = Some(value);
    }

    /// Takes what is to be shown anew.
    pub(super) fn take_preview(&self) -> Option<Value> {
        self.lock().preview.take()
    }

    /// Thousandths done, and in how many milliseconds the rest will probably be done.
    pub(super) fn state(&self) -> (i64, Option<i64>) {
        let gathered = self.lock();
        let elapsed = gathered.begun.elapsed().as_millis() as f64;
        let done = gathered.progress;
        let left =
            (done >= 0.03 && elapsed >= 500.0).then(|| (elapsed * (1.0 - done) / done) as i64);
        ((done * 1000.0) as i64, left)
    }

    /// The lines for a heartbeat. Until [`Self::beat_stored`] they are given out again: a heartbeat may fail, or be
    /// dropped halfway because the step has ended.
    pub(super) fn lines_for_beat(&self) -> Vec<String> {
        let lines = self.take_lines();
        self.lock().sent.clone_from(&lines);
        lines
    }

    /// What the last heartbeat was given is in the database.
    pub(super) fn beat_stored(&self) {
        self.lock().sent.clear();
    }

    /// Takes the lines that have gathered and are not stored.
    pub fn take_lines(&self) -> Vec<String> {
        let mut gathered = self.lock();
        let mut lines = std::mem::take(&mut gathered.sent);
        lines.append(&mut gathered.lines);
        let dropped = std::mem::take(&mut gathered.dropped);
        if dropped > 0 {
            lines.push(format!("… {dropped} more lines"));
        }
        lines
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Gathered> {
        // Nothing here can be half done, so a panic elsewhere does no harm.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_goes_back_and_nonsense_is_ignored() {
        let report = Report::default();
        for done in [0.25, f64::NAN, -3.0, 0.1, f64::INFINITY] {
            report.progress(done);
        }
        assert_eq!(report.state().0, 250);
    }

    #[test]
    fn lines_of_a_heartbeat_that_was_not_stored_are_not_lost() {
        let report = Report::default();
        report.log("one");
        assert_eq!(report.lines_for_beat(), ["one"]);
        report.log("two");
        assert_eq!(report.lines_for_beat(), ["one", "two"]);
        report.beat_stored();
        report.log("three");
        assert_eq!(report.take_lines(), ["three"]);
    }

    #[test]
    fn a_flood_of_lines_is_cut_and_counted() {
        let report = Report::default();
        for number in 0..1000 {
            report.log(format!("line {number}"));
        }
        let lines = report.take_lines();
        assert_eq!(lines.len(), MOST_LINES + 1);
        assert_eq!(lines.last().unwrap(), "… 800 more lines");
        assert!(report.take_lines().is_empty());
    }
}
