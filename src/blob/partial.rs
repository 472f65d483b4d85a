//! Uploads that are not finished: bytes appended over hours, durable before they are acknowledged.
//!
//! On local files an upload is one file that grows; on S3, where objects cannot grow, each synced
//! stretch is an object of its own, so that any server process can go on with it. The caller
//! records what [`Writer::sync`] returns; that record, not the store, says how far an upload is.
//! Bytes in the store beyond the record were never acknowledged and are written anew.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt};

use super::local::{self, blocking};
use super::store::PART;
use super::{BlobError, Blobs, ByteStream, Key, Put};
use crate::base::id::{UploadId, unguessable};

/// Bytes gathered before one write to a local file.
const GATHER: usize = 256 << 10;

/// A stretch of an upload that survives a power cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Offset of its first byte.
    pub start: u64,
    /// Its length in bytes.
    pub length: u64,
    /// The object that holds it; `None` on local files, where all pieces are in one file.
    pub object: Option<Key>,
}

/// The recorded content of an upload, to be read or filed.
#[derive(Clone, Debug)]
pub struct Partial {
    /// The upload.
    pub id: UploadId,
    /// How many bytes are recorded.
    pub length: u64,
    /// The objects that hold them in order; empty on local files.
    pub objects: Vec<Key>,
}

/// See [`Blobs::lock_partial`].
#[derive(Debug)]
pub struct PartialLock {
    _file: Option<File>,
}

/// Appends to one upload. On local files nobody else can while it lives, in any process.
#[derive(Debug)]
pub struct Writer {
    blobs: Blobs,
    id: UploadId,
    /// Bytes up to here are synced.
    synced: u64,
    /// Bytes up to here were taken in.
    position: u64,
    waiting: BytesMut,
    /// Objects that were put since the last sync.
    pending: Vec<Piece>,
    file: Option<Arc<File>>,
    folder_synced: bool,
}

impl Blobs {
    /// Takes hold of an upload's data for writing. Ask for the recorded length only after this,
    /// then call [`Writer::start_at`].
    pub async fn write_partial(&self, id: UploadId) -> Result<Writer, BlobError> {
        let file = match self.partial_path(id) {
            None => None,
            Some(path) => Some(Arc::new(blocking(move || open_locked(&path, id)).await?)),
        };
        Ok(Writer {
            blobs: self.clone(),
            id,
            synced: 0,
            position: 0,
            waiting: BytesMut::new(),
            pending: Vec::new(),
            file,
            folder_synced: false,
        })
    }

    /// Keeps every other process from writing an upload, until the lock is dropped. On S3 there is
    /// nothing to lock: there only the recorded pieces count.
    pub async fn lock_partial(&self, id: UploadId) -> Result<PartialLock, BlobError> {
        let Some(path) = self.partial_path(id) else { return Ok(PartialLock { _file: None }) };
        let file = blocking(move || {
            let file = match OpenOptions::new().read(true).write(true).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                Err(source) => return Err(BlobError::io(path.display(), source)),
            };
            lock(file, &path, id).map(Some)
        });
        Ok(PartialLock { _file: file.await? })
    }

    /// How many of `recorded` bytes the store really has: less than recorded only after damage.
    pub async fn partial_length(&self, id: UploadId, recorded: u64) -> Result<u64, BlobError> {
        let Some(path) = self.partial_path(id) else { return Ok(recorded) };
        blocking(move || match std::fs::metadata(&path) {
            Ok(metadata) => Ok(recorded.min(metadata.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(BlobError::io(path.display(), error)),
        })
        .await
    }

    /// The recorded bytes of one or several uploads, one after another.
    pub fn read_partials(&self, partials: Vec<Partial>) -> ByteStream {
        let blobs = self.clone();
        futures_util::stream::iter(partials)
            .then(move |partial| {
                let blobs = blobs.clone();
                async move { blobs.read_partial(partial).await }
            })
            .try_flatten()
            .boxed()
    }

    async fn read_partial(&self, partial: Partial) -> Result<ByteStream, BlobError> {
        if let Some(path) = self.partial_path(partial.id) {
            let (name, length) = (partial_name(partial.id)?, partial.length);
            return blocking(move || {
                if length == 0 {
                    return Ok(futures_util::stream::empty().boxed());
                }
                let file = File::open(path).map_err(|source| local::missing_or(&name, source))?;
                Ok(local::stream(file, name.to_string(), 0..length))
            })
            .await;
        }
        let blobs = self.clone();
        Ok(futures_util::stream::iter(partial.objects)
            .then(move |key| {
                let blobs = blobs.clone();
                async move { blobs.stream(&key, None).await.map(|(_, bytes)| bytes) }
            })
            .try_flatten()
            .boxed())
    }

    /// Files the content of finished uploads, one after another, as one object. A single upload on
    /// local files is linked, not copied. The partials stay until [`Blobs::delete_partial`].
    pub async fn put_partials(&self, key: &Key, partials: Vec<Partial>) -> Result<Put, BlobError> {
        if let [only] = partials.as_slice()
            && let Some(path) = self.partial_path(only.id)
            && only.length > 0
            && self.file_is_exactly(&path, only.length).await
        {
            return self.put_file(key, &path).await;
        }
        self.put_stream(key, self.read_partials(partials)).await
    }

    /// Deletes the data of an upload; not being there is no error.
    pub async fn delete_partial(&self, id: UploadId) -> Result<(), BlobError> {
        if let Some(path) = self.partial_path(id) {
            return blocking(move || match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(BlobError::io(path.display(), error))
                }
                _ => Ok(()),
            })
            .await;
        }
        let mut objects = self.list(&format!("uploads/{id}"));
        while let Some(object) = objects.try_next().await? {
            self.delete(&object.key).await?;
        }
        Ok(())
    }

    /// The upload whose data lies under this name.
    pub fn partial_of(key: &Key) -> Option<UploadId> {
        UploadId::parse(key.as_str().strip_prefix("uploads/")?.split('/').next()?)
    }

    async fn file_is_exactly(&self, path: &Path, length: u64) -> bool {
        tokio::fs::metadata(path).await.is_ok_and(|metadata| metadata.len() == length)
    }

    fn partial_path(&self, id: UploadId) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.root().join("uploads").join(id.to_string()))
    }
}

fn partial_name(id: UploadId) -> Result<Key, BlobError> {
    Key::parse(&format!("uploads/{id}"))
}

/// The kernel's lock ends with the process, however it ends, and holds while it is merely stopped.
fn open_locked(path: &Path, id: UploadId) -> Result<File, BlobError> {
    let fail = |source| BlobError::io(path.display(), source);
    if let Some(folder) = path.parent() {
        local::make_folders(folder)?;
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(fail)?;
    lock(file, path, id)
}

fn lock(file: File, path: &Path, id: UploadId) -> Result<File, BlobError> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BlobError::Locked(id.to_string())),
        Err(TryLockError::Error(source)) => Err(BlobError::io(path.display(), source)),
    }
}

impl Writer {
    /// Goes on after the recorded bytes; what the file has beyond them was never acknowledged.
    pub async fn start_at(&mut self, recorded: u64) -> Result<(), BlobError> {
        if let Some(file) = self.file.clone() {
            let name = partial_name(self.id)?;
            blocking(move || {
                let fail = |source| BlobError::io(&name, source);
                let length = file.metadata().map_err(fail)?.len();
                if length < recorded {
                    return Err(BlobError::Short { key: name, start: length, end: recorded });
                }
                if length > recorded { file.set_len(recorded).map_err(fail) } else { Ok(()) }
            })
            .await?;
        }
        (self.synced, self.position) = (recorded, recorded);
        self.waiting.clear();
        self.pending.clear();
        Ok(())
    }

    /// Offset after the last byte that was taken in.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Offset after the last byte that is synced.
    pub fn synced(&self) -> u64 {
        self.synced
    }

    /// Takes in bytes; they are safe only after [`Writer::sync`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.waiting.extend_from_slice(bytes);
        self.position += bytes.len() as u64;
        if self.file.is_some() {
            if self.waiting.len() >= GATHER {
                self.write_out().await?;
            }
        } else {
            while self.waiting.len() >= PART {
                let part = self.waiting.split_to(PART).freeze();
                self.put_object(part).await?;
            }
        }
        Ok(())
    }

    /// Makes everything taken in so far survive a power cut. The returned pieces must be recorded
    /// before anything is acknowledged. Empty if there was nothing new.
    pub async fn sync(&mut self) -> Result<Vec<Piece>, BlobError> {
        if self.position == self.synced {
            return Ok(Vec::new());
        }
        let pieces = if self.file.is_some() {
            self.sync_file().await?
        } else {
            let rest = self.waiting.split().freeze();
            self.put_object(rest).await?;
            std::mem::take(&mut self.pending)
        };
        self.synced = self.position;
        Ok(pieces)
    }

    /// Forgets what was taken in since the last sync.
    pub async fn forget_unsynced(&mut self) -> Result<(), BlobError> {
        self.start_at(self.synced).await
    }

    async fn sync_file(&mut self) -> Result<Vec<Piece>, BlobError> {
        self.write_out().await?;
        let Some(file) = self.file.clone() else { return Ok(Vec::new()) };
        let name = partial_name(self.id)?;
        let path = self.blobs.partial_path(self.id).filter(|_| !self.folder_synced);
        blocking(move || {
            file.sync_data().map_err(|source| BlobError::io(&name, source))?;
            match path.as_deref().and_then(Path::parent) {
                Some(folder) => local::sync_folder(folder),
                None => Ok(()),
            }
        })
        .await?;
        self.folder_synced = true;
        let (start, length) = (self.synced, self.position - self.synced);
        Ok(vec![Piece { start, length, object: None }])
    }

    async fn write_out(&mut self) -> Result<(), BlobError> {
        let Some(file) = self.file.clone() else { return Ok(()) };
        let bytes = self.waiting.split().freeze();
        let (at, name) = (self.position - bytes.len() as u64, partial_name(self.id)?);
        blocking(move || {
            file.write_all_at(&bytes, at).map_err(|source| BlobError::io(&name, source))
        })
        .await
    }

    async fn put_object(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let start = self.pending.last().map_or(self.synced, |last| last.start + last.length);
        let length = bytes.len() as u64;
        // The random end keeps two writers from meeting: only one of them gets recorded.
        let key = Key::parse(&format!("uploads/{}/{start:020}-{}", self.id, unguessable()))?;
        self.blobs.put(&key, bytes).await?;
        self.pending.push(Piece { start, length, object: Some(key) });
        Ok(())
    }
}
