//! The walls around a child: what it can no longer do once [`lock_down_without`] returns.
//!
//! For files there are three walls, so that a hole in one lets nothing through: an empty root,
//! Landlock, and no system call to open anything. The network has no system call for sockets, and
//! Landlock for TCP. What is open already stays usable.
//! Must be called while the process has one thread: the walls hold for it and for threads it starts.

mod isolation;
mod limits;
mod paths;
mod system_calls;

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::protocol::{Bounds, printable};

/// A wall, and whether it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wall {
    /// Which one.
    pub kind: Kind,
    /// Whether it stands.
    pub stands: bool,
    /// How well, or why not.
    pub note: String,
}

/// The kinds of wall, in the order in which they are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An empty folder as root.
    EmptyRoot,
    /// Not root, no capabilities.
    Unprivileged,
    /// Dies with its parent, never gains privileges, cannot be traced.
    Process,
    /// Memory, CPU time, output, files, threads, no core dump.
    Limits,
    /// Landlock: no path, no TCP, no signal to others.
    Landlock,
    /// seccomp: computing, memory and open files only.
    SystemCalls,
}

impl Wall {
    fn new(kind: Kind, built: Result<String, String>) -> Self {
        let (stands, note) = match built {
            Ok(note) => (true, note),
            Err(note) => (false, note),
        };
        Self { kind, stands, note }
    }

    pub(super) fn cleaned(self) -> Self {
        Self { note: printable(&self.note, 200), ..self }
    }
}

/// Builds every wall that the kernel offers, but for those that a test leaves out, and says which stand.
pub fn lock_down_without(
    empty_root: &Path,
    parent: i32,
    bounds: &Bounds,
    left_out: &[Kind],
) -> Vec<Wall> {
    let tasks = limits::tasks_of_the_system();
    let order = [
        Kind::EmptyRoot,
        Kind::Unprivileged,
        Kind::Process,
        Kind::Limits,
        Kind::Landlock,
        Kind::SystemCalls,
    ];
    let mut walls = Vec::new();
    for kind in order {
        if left_out.contains(&kind) {
            walls.push(Wall::new(kind, Err("left out on purpose".to_owned())));
            continue;
        }
        let built = match kind {
            Kind::EmptyRoot => isolation::empty_root(empty_root),
            Kind::Unprivileged => isolation::unprivileged(),
            Kind::Process => isolation::process(parent),
            Kind::Limits => limits::set(bounds, tasks),
            Kind::Landlock => paths::close_all(),
            Kind::SystemCalls => system_calls::restrict(),
        };
        walls.push(Wall::new(kind, built));
    }
    walls
}

/// Whether what stands is enough for untrusted media: no privileges to gain, limits, the system-call
/// filter, and a second wall before the file system.
pub fn is_enough(walls: &[Wall]) -> bool {
    let stands = |kind| walls.iter().any(|wall| wall.kind == kind && wall.stands);
    stands(Kind::Process)
        && stands(Kind::Limits)
        && stands(Kind::SystemCalls)
        && (stands(Kind::Landlock) || stands(Kind::EmptyRoot))
}

/// The walls that do not stand, in words.
pub fn missing(walls: &[Wall]) -> String {
    let names: Vec<String> = walls
        .iter()
        .filter(|wall| !wall.stands)
        .map(|wall| format!("{:?} ({})", wall.kind, wall.note))
        .collect();
    names.join(", ")
}
