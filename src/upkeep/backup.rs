//! `kanfang backup FOLDER`: a consistent copy while the site runs.
//!
//! The database first, then the objects: an object is always stored before the row that names it,
//! so that everything the copied database names is among the objects copied after it. Objects
//! never change, so that a second backup into the same folder copies only what is new.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use serde::Serialize;
use tokio::io::AsyncWriteExt;

use super::UpkeepError;
use super::manifest::{FORMAT, Manifest, Object, sync_parent};
use crate::base::{Blake3, Clock};
use crate::blob::{Blobs, Key, Meta};
use crate::catalogue::{Database, transfer};

/// What a backup did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Saved {
    /// Objects in the backup.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that were copied now.
    pub copied: usize,
    /// Originals whose bytes are not what their name promises: run `kanfang fsck --deep`.
    pub damaged: Vec<String>,
}

/// Saves database and objects to `folder`. A backup that is there already is brought up to date.
pub async fn save(
    database: &Database,
    blobs: &Blobs,
    clock: &Clock,
    folder: &Path,
) -> Result<Saved, UpkeepError> {
    std::fs::create_dir_all(folder).map_err(UpkeepError::file(folder))?;
    let before = Manifest::read(folder)?;
    if before.is_none() && folder.read_dir().map_err(UpkeepError::file(folder))?.next().is_some() {
        let reason =
            "it has other files in it; choose an empty folder or an earlier backup".to_owned();
        return Err(UpkeepError::Backup { path: folder.to_owned(), reason });
    }
    let made_at = clock.now();
    let name = format!("database-{}.sqlite", made_at.as_millis());
    let file = folder.join(&name);
    remove_if_there(&file)?;
    transfer::save(database, &file).await?;
    std::fs::File::open(&file)
        .and_then(|file| file.sync_all())
        .map_err(UpkeepError::file(&file))?;
    let database_blake3 = hash_file(&file).await?;
    let mut saved = Saved::default();
    let objects = copy_objects(blobs, folder, before.as_ref(), &mut saved).await?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: 1,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at,
        store: store_kind(blobs).to_owned(),
        database: name.clone(),
        database_blake3,
        objects,
    };
    manifest.write(folder)?;
    if let Some(before) = before.filter(|before| before.database != name) {
        remove_if_there(&folder.join(before.database))?;
    }
    Ok(saved)
}

pub(super) fn store_kind(blobs: &Blobs) -> &'static str {
    if blobs.local_root().is_some() { "file" } else { "s3" }
}

/// Folders of the store, the unfinished uploads last.
pub(super) const FOLDERS: [&str; 7] =
    ["originals", "packs", "projects", "provenance", "thumbnails", "videos", "uploads"];

async fn copy_objects(
    blobs: &Blobs,
    folder: &Path,
    before: Option<&Manifest>,
    saved: &mut Saved,
) -> Result<Vec<Object>, UpkeepError> {
    let known: HashMap<&str, &Object> = before
        .iter()
        .flat_map(|manifest| &manifest.objects)
        .map(|object| (object.key.as_str(), object))
        .collect();
    let mut objects = Vec::new();
    for name in FOLDERS {
        let mut listed = blobs.list(name);
        while let Some(meta) = listed.try_next().await? {
            let path = folder.join("objects").join(meta.key.as_str());
            let same = known.get(meta.key.as_str()).filter(|known| {
                // An unfinished upload on local files grows under its name.
                name != "uploads" && known.size == meta.size && has_size(&path, meta.size)
            });
            let object = match same {
                Some(known) => (*known).clone(),
                None => match copy_object(blobs, &meta, &path).await? {
                    Some(object) => {
                        saved.copied += 1;
                        object
                    }
                    // An upload that was filed in the meantime; its original is a new object.
                    None => continue,
                },
            };
            if meta.key.promised_hash().is_some_and(|promised| promised != object.blake3) {
                saved.damaged.push(object.key.clone());
            }
            saved.objects += 1;
            saved.bytes += object.size;
            objects.push(object);
        }
    }
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(objects)
}

async fn copy_object(
    blobs: &Blobs,
    meta: &Meta,
    path: &Path,
) -> Result<Option<Object>, UpkeepError> {
    let (_, mut bytes) = match blobs.stream(&meta.key, None).await {
        Ok(opened) => opened,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(UpkeepError::file(parent))?;
    }
    let new = path.with_extension("new");
    let mut file = tokio::fs::File::create(&new).await.map_err(UpkeepError::file(&new))?;
    let (mut hasher, mut size) = (blake3::Hasher::new(), 0);
    while let Some(piece) = bytes.try_next().await? {
        hasher.update(&piece);
        size += piece.len() as u64;
        file.write_all(&piece).await.map_err(UpkeepError::file(&new))?;
    }
    file.flush().await.map_err(UpkeepError::file(&new))?;
    file.sync_all().await.map_err(UpkeepError::file(&new))?;
    std::fs::rename(&new, path)
        .and_then(|()| sync_parent(path))
        .map_err(UpkeepError::file(path))?;
    let blake3 = Blake3::from_bytes(*hasher.finalize().as_bytes());
    Ok(Some(Object { key: meta.key.to_string(), size, blake3 }))
}

fn has_size(path: &Path, size: u64) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == size)
}

fn remove_if_there(path: &Path) -> Result<(), UpkeepError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(UpkeepError::file(path)(error))
        }
        _ => Ok(()),
    }
}

/// BLAKE3 of a file, read in pieces.
pub(super) async fn hash_file(path: &Path) -> Result<Blake3, UpkeepError> {
    let path = path.to_owned();
    let hashed = tokio::task::spawn_blocking(move || {
        let mut hasher = blake3::Hasher::new();
        let file = std::fs::File::open(&path).map_err(UpkeepError::file(&path))?;
        hasher.update_reader(file).map_err(UpkeepError::file(&path))?;
        Ok(Blake3::from_bytes(*hasher.finalize().as_bytes()))
    });
    hashed
        .await
        .unwrap_or_else(|error| Err(UpkeepError::file("hashing")(std::io::Error::other(error))))
}

/// The object's place in a backup.
pub(super) fn object_path(folder: &Path, key: &Key) -> PathBuf {
    folder.join("objects").join(key.as_str())
}
