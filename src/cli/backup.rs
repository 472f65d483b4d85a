//! `kanfang backup FOLDER` and `kanfang restore FOLDER`.

use std::path::Path;
use std::process::ExitCode;

use crate::app;
use crate::base::Clock;
use crate::config::Config;
use crate::upkeep;

/// Saves database and objects to a folder, while the site runs.
pub fn save(file: Option<&Path>, folder: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let config = Config::load(file)?;
    super::start_log(config.server.log_json);
    let saved = super::block_on(async {
        let (database, blobs) = app::storage(&config).await?;
        let saved = upkeep::backup::save(&database, &blobs, &Clock::system(), folder).await?;
        database.close().await;
        anyhow::Ok(saved)
    })?;
    if json {
        super::print(&serde_json::to_string_pretty(&saved)?);
    } else {
        super::print(&format!(
            "saved to {}: database and {} objects ({} bytes), {} of them new",
            folder.display(),
            saved.objects,
            saved.bytes,
            saved.copied
        ));
        for key in &saved.damaged {
            super::print(&format!(
                "ERROR {key} is damaged in the store; run 'kanfang fsck --deep'"
            ));
        }
    }
    Ok(if saved.damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Brings a backup into an empty installation and checks it.
pub fn load(file: Option<&Path>, folder: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let config = Config::load(file)?;
    super::start_log(config.server.log_json);
    let (restored, report) = super::block_on(async {
        let (database, blobs) = app::storage(&config).await?;
        let restored = upkeep::restore::load(&database, &blobs, &Clock::system(), folder).await?;
        let report = upkeep::fsck::check(&database, &blobs, &Clock::system(), false).await?;
        database.close().await;
        anyhow::Ok((restored, report))
    })?;
    if json {
        let both = serde_json::json!({"restored": restored, "fsck": report});
        super::print(&serde_json::to_string_pretty(&both)?);
    } else {
        super::print(&format!(
            "restored the backup of {}: database and {} objects ({} bytes)",
            restored.made_at, restored.objects, restored.bytes
        ));
        if restored.uploads_dropped {
            super::print("unfinished uploads were dropped: the store is of another kind");
        }
        for finding in &report.findings {
            super::print(&format!("{} {}: {}", finding.what, finding.object, finding.detail));
        }
    }
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
