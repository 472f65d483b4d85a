//! An empty root, no privileges, and dying with the parent.

use std::path::Path;

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Uid, chdir, chroot, getppid, setgroups, setresgid, setresuid};

/// `nobody` on every Linux.
const NOBODY: u32 = 65_534;

/// Makes an empty folder the root, so that no path leads anywhere.
pub(super) fn empty_root(folder: &Path) -> Result<String, String> {
    let mut entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    if entries.next().is_some() {
        return Err(format!("{} is not empty", folder.display()));
    }
    chroot(folder).map_err(said)?;
    chdir("/").map_err(said)?;
    Ok("no path leads anywhere".to_owned())
}

/// Changes from root to `nobody`, which takes all capabilities away. Others are unprivileged already.
pub(super) fn unprivileged() -> Result<String, String> {
    if !Uid::effective().is_root() {
        return Ok("not root".to_owned());
    }
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    setgroups(&[]).map_err(said)?;
    setresgid(group, group, group).map_err(said)?;
    setresuid(user, user, user).map_err(said)?;
    Ok("root became nobody".to_owned())
}

/// Dies with its parent, never gains privileges, cannot be traced. After the change of user, which
/// would take the first of these back.
pub(super) fn process(parent: i32) -> Result<String, String> {
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(said)?;
    if getppid().as_raw() != parent {
        return Err("the parent is gone".to_owned());
    }
    prctl::set_dumpable(false).map_err(said)?;
    prctl::set_no_new_privs().map_err(said)?;
    Ok("no new privileges".to_owned())
}

fn said(error: Errno) -> String {
    error.desc().to_owned()
}
