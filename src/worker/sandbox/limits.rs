//! Resource limits (setrlimit(2)): what a child may use up.

use nix::sys::resource::{Resource, setrlimit};

use crate::worker::protocol::Bounds;

/// Address space beyond the memory that may be written: the program, its libraries, reserved arenas.
const ADDRESS_SLACK: u64 = 1 << 30;

/// How many threads and processes the system runs now, or 0 if it does not say.
///
/// The limit on threads counts those of all processes of the same user, so it has to be set above that.
pub(super) fn tasks_of_the_system() -> u64 {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(['/', ' ']).nth(4).and_then(|total| total.parse().ok()).unwrap_or(0)
}

/// Sets all limits, soft and hard.
pub(super) fn set(bounds: &Bounds, tasks: u64) -> Result<String, String> {
    let threads = tasks + bounds.threads as u64 + 32;
    let limits = [
        (Resource::RLIMIT_CORE, 0, 0),
        (Resource::RLIMIT_DATA, bounds.memory_bytes, bounds.memory_bytes),
        (
            Resource::RLIMIT_AS,
            bounds.memory_bytes.saturating_add(ADDRESS_SLACK),
            bounds.memory_bytes.saturating_add(ADDRESS_SLACK),
        ),
        // At the soft limit SIGXCPU says why; at the hard one SIGKILL ends it.
        (Resource::RLIMIT_CPU, bounds.cpu_seconds, bounds.cpu_seconds.saturating_add(2)),
        (Resource::RLIMIT_FSIZE, bounds.output_bytes, bounds.output_bytes),
        (Resource::RLIMIT_NOFILE, 16, 16),
        (Resource::RLIMIT_NPROC, threads, threads),
        (Resource::RLIMIT_MEMLOCK, 0, 0),
        (Resource::RLIMIT_MSGQUEUE, 0, 0),
    ];
    for (resource, soft, hard) in limits {
        setrlimit(resource, soft, hard)
            .map_err(|error| format!("{resource:?}: {}", error.desc()))?;
    }
    Ok(format!("{} MiB, {} s of CPU", bounds.memory_bytes >> 20, bounds.cpu_seconds))
}
