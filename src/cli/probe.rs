//! `kanfang probe FILE`: what a picture, a video or a recording is taken for, and why.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::base::{Cancel, Limits};
use crate::container::Format;
use crate::photo::probe::{LONGEST, Note, ProbeReport, probe, probe_video};
use crate::texts::{Language, text, text_with};
use crate::worker::Refusal;

/// Says what a picture, video or sound file is, what it is taken for, and what is wrong with it.
#[derive(Debug, Args)]
pub struct Probe {
    /// The picture, video or recording.
    file: PathBuf,
    /// Print the whole report as JSON, as the worker stores it.
    #[arg(long)]
    json: bool,
    /// Language of the texts: zh-CN or en.
    #[arg(long, default_value = "zh-CN")]
    lang: String,
}

impl Probe {
    /// Probes and prints. A file that cannot be used is an error with exit status 1; with `--json` the error is JSON too.
    pub fn run(&self) -> anyhow::Result<()> {
        let limits = Limits::default();
        let language = Language::from_tag(&self.lang).with_context(|| {
            format!("no texts in the language {:?}: use zh-CN or en", self.lang)
        })?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let answer = self.report(&name, &limits)?;
        let mut out = std::io::stdout().lock();
        match answer {
            Ok(report) if self.json => {
                serde_json::to_writer_pretty(&mut out, &report)?;
                writeln!(out)?;
            }
            Ok(report) => out.write_all(for_people(&report, language).as_bytes())?,
            Err(error) => {
                if self.json {
                    writeln!(out, "{:#}", serde_json::json!({ "error": error }))?;
                }
                let args: Vec<(&str, String)> =
                    error.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
                anyhow::bail!(
                    "{}: {}",
                    self.file.display(),
                    text_with(language, &error.slug, &args)
                );
            }
        }
        Ok(())
    }

    /// The report, or why the file cannot be used.
    fn report(&self, name: &str, limits: &Limits) -> anyhow::Result<Result<ProbeReport, Refusal>> {
        let mut opened = File::open(&self.file)
            .with_context(|| format!("cannot open {}", self.file.display()))?;
        let mut begin = Vec::new();
        (&mut opened).take(16).read_to_end(&mut begin)?;
        let format = Format::sniff(&begin);
        let cancel = Cancel::new();
        if format.is_played() {
            opened.rewind()?;
            let what = (format, name, opened.metadata()?.len());
            let found = probe_video(opened, what, LONGEST, limits, &cancel);
            return Ok(found
                .map(|(report, _)| report)
                .map_err(|error| Refusal::from_fault(&error)));
        }
        let bytes = read_within(&self.file, limits.max_file_bytes)?;
        Ok(probe(&bytes, name, limits, &cancel).map_err(|error| Refusal::from_fault(&error)))
    }
}

/// The file's bytes, one more than `limit` at most, so that the probe itself can refuse it.
fn read_within(file: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let opened = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let mut bytes = Vec::new();
    opened
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", file.display()))?;
    Ok(bytes)
}

fn for_people(report: &ProbeReport, language: Language) -> String {
    let note = |note: &Note| {
        let args: Vec<(&str, String)> =
            note.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        format!("  - {}\n", text_with(language, &note.slug, &args))
    };
    let kind = text(language, &format!("taken-for-{}", report.taken_for.name().replace('_', "-")));
    let mut lines = format!(
        "{}: {} {}×{}\n{}\n",
        report.file_name,
        report.header.format,
        report.width,
        report.height,
        text_with(
            language,
            "probe-taken-for",
            &[("kind", kind), ("percent", format!("{:.0}", 100.0 * report.confidence))]
        ),
    );
    lines.extend(report.reasons.iter().map(note));
    if !report.warnings.is_empty() {
        lines.push_str(&text(language, "probe-warnings"));
        lines.push('\n');
        lines.extend(report.warnings.iter().map(note));
    }
    lines
}
