//! What a check of the stored data found.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something promised is not kept: data is missing, damaged or open to the wrong people.
    Error,
    /// Nothing is lost, but somebody should look.
    Warning,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// What it is, a stable word in kebab case.
    pub what: &'static str,
    /// The object, row or chain entry.
    pub object: String,
    /// In words, with what to do.
    pub detail: String,
}

/// The whole result.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Whether every byte was read and hashed.
    pub deep: bool,
    /// Originals that the database knows.
    pub originals: u64,
    /// Packs of panoramas.
    pub packs: u64,
    /// Tiles that were hashed (only deep).
    pub tiles: u64,
    /// Bytes that were read and hashed (only deep).
    pub bytes_read: u64,
    /// Published tours that were followed to their packs.
    pub publications: u64,
    /// Unfinished uploads.
    pub uploads: u64,
    /// Objects in the store.
    pub objects: u64,
    /// Manifests and addenda whose signatures were checked.
    pub signatures: u64,
    /// States that the public was shown.
    pub snapshots: u64,
    /// Entries of the audit log.
    pub audit_entries: i64,
    /// Hash of the last entry: compare it with what a notary keeps.
    pub audit_head: String,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing promised is broken. Warnings do not count.
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }

    pub(super) fn error(
        &mut self,
        what: &'static str,
        object: impl ToString,
        detail: impl Into<String>,
    ) {
        self.add(Severity::Error, what, object, detail.into());
    }

    pub(super) fn warn(
        &mut self,
        what: &'static str,
        object: impl ToString,
        detail: impl Into<String>,
    ) {
        self.add(Severity::Warning, what, object, detail.into());
    }

    fn add(
        &mut self,
        severity: Severity,
        what: &'static str,
        object: impl ToString,
        detail: String,
    ) {
        self.findings.push(Finding { severity, what, object: object.to_string(), detail });
    }
}
