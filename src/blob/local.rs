//! The short way to local files: ranged reads without the store's abstraction, and hard links.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use moka::future::Cache;

use super::store::ByteStream;
use super::{BlobError, Key};

/// Bytes read at once when a whole object is streamed.
const CHUNK: u64 = 512 << 10;

/// A store that is a folder of this machine. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Packs that were read a moment ago stay open: a tile is then one `pread`.
    open: Cache<Key, Arc<File>>,
}

impl Folder {
    pub(super) fn open(root: PathBuf) -> Result<Self, BlobError> {
        make_folders(&root)?;
        let root = root.canonicalize().map_err(|source| BlobError::io(root.display(), source))?;
        let open = Cache::builder().max_capacity(256).time_to_idle(Duration::from_mins(1)).build();
        Ok(Self { root, open })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn path(&self, key: &Key) -> PathBuf {
        self.root.join(key.as_str())
    }

    pub(super) async fn forget(&self, key: &Key) {
        self.open.invalidate(key).await;
    }

    /// The bytes `range` of an object, in one step on the blocking pool.
    pub(super) async fn read_range(
        &self,
        key: &Key,
        range: Range<u64>,
    ) -> Result<Bytes, BlobError> {
        let known = self.open.get(key).await;
        let fresh = known.is_none();
        let (path, name) = (self.path(key), key.clone());
        let (file, bytes) = blocking(move || {
            let file = match known {
                Some(file) => file,
                None => Arc::new(File::open(path).map_err(|source| missing_or(&name, source))?),
            };
            let mut bytes = vec![0; (range.end - range.start) as usize];
            file.read_exact_at(&mut bytes, range.start).map_err(|source| match source.kind() {
                io::ErrorKind::UnexpectedEof => {
                    BlobError::Short { key: name.clone(), start: range.start, end: range.end }
                }
                _ => BlobError::io(&name, source),
            })?;
            Ok((file, Bytes::from(bytes)))
        })
        .await?;
        if fresh {
            self.open.insert(key.clone(), file).await;
        }
        Ok(bytes)
    }

    /// Makes `file` also known as `key`, without copying. `false` if the object is already there.
    ///
    /// The caller must not write to `file` afterwards: both names are one file.
    pub(super) async fn link(&self, key: &Key, file: &Path) -> Result<bool, BlobError> {
        let (from, to, name) = (file.to_owned(), self.path(key), key.clone());
        blocking(move || {
            let fail = |source| BlobError::io(&name, source);
            let source = File::open(&from).map_err(fail)?;
            source.sync_all().map_err(fail)?;
            let folder = to.parent().ok_or_else(|| BlobError::Name(name.to_string()))?;
            make_folders(folder)?;
            match std::fs::hard_link(&from, &to) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    // The entry may be another process's that has not synced it yet.
                    return sync_folder(folder).map(|()| false);
                }
                Err(error) => return Err(fail(error)),
            }
            // Nobody writes an original by mistake.
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o444)).map_err(fail)?;
            sync_folder(folder)?;
            Ok(true)
        })
        .await
    }
}

/// Runs file work on the blocking pool, so that no other request waits for the disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(BlobError::Io { place: "blocking pool".to_owned(), source: io::Error::other(error) })
    })
}

/// A file of this machine as a stream.
pub(super) fn stream(file: File, name: String, range: Range<u64>) -> ByteStream {
    let file = Arc::new(file);
    futures_util::stream::try_unfold(range, move |left| {
        let (file, name) = (file.clone(), name.clone());
        async move {
            if left.is_empty() {
                return Ok::<_, BlobError>(None);
            }
            let end = left.end.min(left.start + CHUNK);
            let (start, rest) = (left.start, end..left.end);
            let bytes = blocking(move || {
                let mut bytes = vec![0; (end - start) as usize];
                file.read_exact_at(&mut bytes, start)
                    .map_err(|source| BlobError::io(&name, source))?;
                Ok(Bytes::from(bytes))
            })
            .await?;
            Ok(Some((bytes, rest)))
        }
    })
    .boxed()
}

/// Creates a folder and those above it, each synced into its parent.
pub(super) fn make_folders(folder: &Path) -> Result<(), BlobError> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folders(parent)?;
    }
    match std::fs::create_dir(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(BlobError::io(folder.display(), error)),
    }
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => sync_folder(Path::new(".")),
    }
}

/// Makes the entries of a folder survive a power cut.
pub(super) fn sync_folder(folder: &Path) -> Result<(), BlobError> {
    let fail = |source| BlobError::io(folder.display(), source);
    OpenOptions::new().read(true).open(folder).map_err(fail)?.sync_all().map_err(fail)
}

pub(super) fn missing_or(key: &Key, source: io::Error) -> BlobError {
    if source.kind() == io::ErrorKind::NotFound {
        BlobError::Missing(key.clone())
    } else {
        BlobError::io(key, source)
    }
}
