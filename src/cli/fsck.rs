//! `kanfang fsck`: do database and store keep what was promised?

use std::path::Path;
use std::process::ExitCode;

use crate::app;
use crate::base::Clock;
use crate::config::Config;
use crate::upkeep::{self, Report, Severity};

/// Checks everything and prints what was found. Fails if anything promised is broken.
pub fn run(file: Option<&Path>, deep: bool, json: bool) -> anyhow::Result<ExitCode> {
    let config = Config::load(file)?;
    super::start_log(config.server.log_json);
    let report = super::block_on(async {
        let (database, blobs) = app::storage(&config).await?;
        let report = upkeep::fsck::check(&database, &blobs, &Clock::system(), deep).await?;
        database.close().await;
        anyhow::Ok(report)
    })?;
    if json {
        super::print(&serde_json::to_string_pretty(&report)?);
    } else {
        print_report(&report);
    }
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_report(report: &Report) {
    super::print(&format!(
        "{} originals, {} packs, {} published tours, {} signatures, {} snapshots, {} uploads, {} objects, {} log entries (head {})",
        report.originals,
        report.packs,
        report.publications,
        report.signatures,
        report.snapshots,
        report.uploads,
        report.objects,
        report.audit_entries,
        report.audit_head
    ));
    if report.deep {
        super::print(&format!(
            "{} tiles and {} bytes read and hashed",
            report.tiles, report.bytes_read
        ));
    }
    for finding in &report.findings {
        let mark = match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "warning",
        };
        super::print(&format!("{mark} {} {}: {}", finding.what, finding.object, finding.detail));
    }
    super::print(if report.is_sound() { "sound" } else { "NOT SOUND" });
}
