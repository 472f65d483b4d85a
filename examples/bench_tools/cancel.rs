//! How long stitching goes on after it was asked to stop.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use kanfang::base::{Cancel, Limits};
use kanfang::stitch::dice::Dice;
use kanfang::stitch::grey::in_order;
use kanfang::stitch::pipeline::{Wanted, stitch};
use kanfang::stitch::plan::{Plan, Stored};
use kanfang::stitch::{Photo, StitchError};

/// Stitches the photos of `folder` once, then `tries` times with a stop at a random moment of that time; prints one JSON
/// object: seconds of a whole run, and from the request to the return at most and on average.
#[allow(clippy::print_stdout)]
pub fn measure(folder: &str, tries: usize, width: Option<usize>) -> Result<()> {
    let limits = Limits::default();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(Path::new(folder))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("jpg")));
    paths.sort();
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let stored = names
        .iter()
        .map(|name| Ok(Stored::read(name, &std::fs::read(name)?, &limits)?))
        .collect::<Result<Vec<_>>>()?;
    let threads = std::thread::available_parallelism()?.get();
    let plan = Plan::of(&stored, width, threads, limits.max_memory_bytes)?;
    let photos = in_order(names.len(), |at| {
        Ok(Photo::read(&names[at], std::fs::read(&names[at])?, plan.most_pixels, &limits)?)
    });
    let photos: Vec<Photo> = photos.into_iter().collect::<Result<_>>()?;
    let wanted = Wanted { width, widest: Some(plan.widest), ..Wanted::default() };
    let start = Instant::now();
    stitch(&photos, &wanted, &Cancel::new())?;
    let whole = start.elapsed().as_secs_f64();
    let mut dice = Dice(7);
    let mut delays: Vec<(f64, f64)> = Vec::new();
    for number in 0..tries {
        // One moment in each part of the run.
        let moment = whole * (number as f64 + dice.unit()) / tries as f64;
        let cancel = Cancel::new();
        let (delay, outcome) = std::thread::scope(|scope| {
            let run = scope.spawn(|| {
                let outcome = stitch(&photos, &wanted, &cancel).map(|_| ());
                (Instant::now(), outcome)
            });
            std::thread::sleep(Duration::from_secs_f64(moment));
            let asked = Instant::now();
            cancel.cancel();
            run.join().map(|(ended, outcome)| (ended.saturating_duration_since(asked), outcome))
        })
        .ok()
        .context("stitching panicked")?;
        match outcome {
            Err(StitchError::Cancelled) => delays.push((delay.as_secs_f64(), moment)),
            // It was quicker this time.
            Ok(()) => {}
            Err(error) => return Err(error.into()),
        }
    }
    delays.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mean = delays.iter().map(|d| d.0).sum::<f64>() / delays.len().max(1) as f64;
    let answer = serde_json::json!({
        "photos": photos.len(),
        "seconds": whole,
        "stopped": delays.len(),
        "mean": mean,
        "latest": delays.iter().take(5).map(|(delay, moment)| [*delay, *moment]).collect::<Vec<_>>(),
    });
    println!("{answer}");
    Ok(())
}
