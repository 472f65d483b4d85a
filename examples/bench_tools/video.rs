//! Converting a video, timed.

use std::fs::File;
use std::time::Instant;

use kanfang::base::{Cancel, Limits};
use kanfang::codec;
use serde_json::json;

/// Converts `source` into `out` and prints what was made in how many seconds.
pub fn transcode(source: &str, out: &str, threads: usize) -> anyhow::Result<()> {
    let (source, target) = (File::open(source)?, File::create(out)?);
    let began = Instant::now();
    let made =
        codec::transcode(source, target, (&Limits::default(), threads), &Cancel::new(), &|_| {})?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{}", json!({"seconds": seconds, "made": made}));
    Ok(())
}
