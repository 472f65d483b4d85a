//! Videos for tests, made by the `ffmpeg` command.

use std::process::Command;

/// A file that Debian's `ffmpeg` makes with these arguments.
pub fn made(ending: &str, arguments: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(ending);
    let run = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi"])
        .args(arguments.split(' '))
        .arg(&path)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::read(path).unwrap()
}

/// The same MP4 with the mark by which a phone says how it was held; only a copied stream keeps it.
pub fn turned(upright: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let [from, to] = ["from.mp4", "to.mp4"].map(|name| folder.path().join(name));
    std::fs::write(&from, upright).unwrap();
    let run = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&from)
        .args(["-c", "copy", "-metadata:s:v:0", "rotate=90"])
        .arg(&to)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::read(to).unwrap()
}
