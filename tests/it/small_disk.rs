//! A tiny file system in memory, so that a test can fill a disk. Needs the right to mount.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Mounted until it is dropped.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// A disk of so many bytes; `None`, with a note, where mounting is not allowed.
    pub fn mount(bytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "kanfang-test"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("skipped: mounting a small disk needs root");
            return None;
        }
        Some(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _best_effort = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
