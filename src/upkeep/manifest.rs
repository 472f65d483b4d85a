//! What a backup says of itself.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::UpkeepError;
use crate::base::{Blake3, Instant};

pub(super) const FORMAT: &str = "kanfang-backup";
pub(super) const FILE: &str = "manifest.json";

/// The list of everything in a backup, written last: a folder without it is no backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub format: String,
    pub version: u32,
    /// The program that wrote it.
    pub program: String,
    pub made_at: Instant,
    /// `file` or `s3`: unfinished uploads can only go on in a store of the same kind.
    pub store: String,
    /// Name of the database's copy beside the manifest.
    pub database: String,
    pub database_blake3: Blake3,
    pub objects: Vec<Object>,
}

/// One object below `objects/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    pub key: String,
    pub size: u64,
    pub blake3: Blake3,
}

impl Manifest {
    /// The manifest of a backup; `None` if the folder has none.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, UpkeepError> {
        let path = folder.join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(UpkeepError::file(path)(error)),
        };
        let broken = |reason: String| UpkeepError::Backup { path: folder.to_owned(), reason };
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
        if manifest.format != FORMAT || manifest.version != 1 {
            return Err(broken(format!(
                "it is '{}' of version {}",
                manifest.format, manifest.version
            )));
        }
        if manifest.database.contains('/') {
            return Err(broken("its database lies elsewhere".to_owned()));
        }
        Ok(Some(manifest))
    }

    /// Writes it so that either the old or the new one is there, whatever happens.
    pub(super) fn write(&self, folder: &Path) -> Result<(), UpkeepError> {
        let path = folder.join(FILE);
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| UpkeepError::Backup {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        write_whole(&path, &bytes)
    }
}

/// Writes a file beside its place, syncs it, and moves it there.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), UpkeepError> {
    let new = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        std::fs::write(&new, bytes)?;
        std::fs::File::open(&new)?.sync_all()?;
        std::fs::rename(&new, path)?;
        sync_parent(path)
    };
    write().map_err(UpkeepError::file(path))
}

/// Makes the entry of a file in its folder survive a power cut.
pub(super) fn sync_parent(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
