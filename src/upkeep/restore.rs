//! `kanfang restore FOLDER`: a backup into an empty installation, on either database and store.

use std::path::Path;

use futures_util::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::UpkeepError;
use super::backup::{FOLDERS, hash_file, object_path, store_kind};
use super::manifest::Manifest;
use crate::base::{Clock, Instant};
use crate::blob::{Blobs, Key};
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::{CatalogueError, Database, transfer, uploads};

/// What a restore brought back.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// When the backup was made: what came later is lost.
    pub made_at: Instant,
    /// Objects brought back.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Whether unfinished uploads had to be dropped because the store is of another kind.
    pub uploads_dropped: bool,
}

/// Fills an empty database (migrated) and an empty store from the backup in `folder`. Every byte
/// is checked against the manifest before it is stored; the rows come last, so that a restore that
/// breaks off leaves no site that looks whole.
pub async fn load(
    database: &Database,
    blobs: &Blobs,
    clock: &Clock,
    folder: &Path,
) -> Result<Restored, UpkeepError> {
    let damaged = |reason: String| UpkeepError::Backup { path: folder.to_owned(), reason };
    let manifest =
        Manifest::read(folder)?.ok_or_else(|| damaged("it has no manifest.json".to_owned()))?;
    if !transfer::is_empty(database).await? {
        return Err(UpkeepError::NotEmpty { what: "the database" });
    }
    for name in FOLDERS {
        if blobs.list(name).next().await.transpose()?.is_some() {
            return Err(UpkeepError::NotEmpty { what: "the store" });
        }
    }
    let file = folder.join(&manifest.database);
    if hash_file(&file).await? != manifest.database_blake3 {
        return Err(damaged(format!("{} has changed", manifest.database)));
    }
    let same_store = manifest.store == store_kind(blobs);
    let mut restored =
        Restored { made_at: manifest.made_at, objects: 0, bytes: 0, uploads_dropped: !same_store };
    for object in &manifest.objects {
        let key = Key::parse(&object.key)?;
        if !same_store && Blobs::partial_of(&key).is_some() {
            continue;
        }
        let path = object_path(folder, &key);
        if hash_file(&path).await? != object.blake3 {
            return Err(damaged(format!("{key} has changed")));
        }
        put(blobs, &key, &path).await?;
        restored.objects += 1;
        restored.bytes += object.size;
    }
    // The copy in the backup stays as it is, even if this version has a newer schema.
    let scratch = tempfile::tempdir().map_err(UpkeepError::file(std::env::temp_dir()))?;
    let copy = scratch.path().join("database.sqlite");
    std::fs::copy(&file, &copy).map_err(UpkeepError::file(&file))?;
    transfer::load(&copy, database).await?;
    note(database, clock, &manifest, same_store).await?;
    Ok(restored)
}

/// Copied, never linked: the backup must not share a file with the site.
async fn put(blobs: &Blobs, key: &Key, path: &Path) -> Result<(), UpkeepError> {
    let file = tokio::fs::File::open(path).await.map_err(UpkeepError::file(path))?;
    let name = key.to_string();
    let bytes = tokio_util::io::ReaderStream::with_capacity(file, 512 << 10)
        .map_err(move |source| crate::blob::BlobError::io(&name, source))
        .boxed();
    blobs.put_stream(key, bytes).await?;
    Ok(())
}

async fn note(
    database: &Database,
    clock: &Clock,
    manifest: &Manifest,
    same_store: bool,
) -> Result<(), CatalogueError> {
    let mut tx = database.begin().await?;
    if !same_store {
        uploads::forget_all(&mut tx).await?;
    }
    let entry = Entry {
        action: "site.restore",
        object_kind: "site",
        object_id: "site",
        tenant: None,
        detail: serde_json::json!({"made_at": manifest.made_at, "database": manifest.database_blake3}),
    };
    audit::append(&mut tx, database.dialect(), clock.now(), &Actor::system("restore"), entry)
        .await?;
    tx.commit().await.map_err(CatalogueError::from)
}
