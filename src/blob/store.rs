//! The store: put once, read whole or in ranges, list, delete; alike on local files and on S3.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use moka::future::Cache;
use object_store::path::Path as StorePath;
use object_store::{
    GetOptions, MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
};

use super::local::{self, Folder, blocking};
use super::{BlobError, Key, Settings};

/// Bytes of an object as they arrive.
pub type ByteStream = BoxStream<'static, Result<Bytes, BlobError>>;

/// Size of the parts in which larger objects go to S3 (at least 5 MiB by S3's rules).
pub(super) const PART: usize = 8 << 20;

/// What the store knows of an object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Its name.
    pub key: Key,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written, in milliseconds since 1970.
    pub written_at: i64,
}

/// What came of storing an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was not there and is now.
    Stored,
    /// It was there already and was left as it is.
    AlreadyThere,
}

/// The object store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) folder: Option<Folder>,
    cache: Cache<Span, Bytes>,
}

/// A piece of an object, as the cache knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Span {
    key: Key,
    start: u64,
    end: u64,
}

impl Blobs {
    /// Opens the store; makes the folder of a local one.
    pub fn open(settings: &Settings) -> Result<Self, BlobError> {
        let (store, folder) = super::open::open(settings)?;
        let cache = Cache::builder()
            .max_capacity(settings.cache_bytes)
            // 200 bytes: what the cache itself keeps an entry.
            .weigher(|_, bytes: &Bytes| u32::try_from(bytes.len() + 200).unwrap_or(u32::MAX))
            .build();
        Ok(Self { store, folder, cache })
    }

    /// Stores bytes that are in memory, unless the object is there already.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> Result<Put, BlobError> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&at(key), PutPayload::from_bytes(bytes), options).await {
            Ok(_) => Ok(Put::Stored),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Put::AlreadyThere),
            Err(source) => Err(BlobError::from_store(key, source)),
        }
    }

    /// Stores a local file, unless the object is there already. On the same disk it is linked,
    /// not copied: the caller must not write to `file` afterwards.
    pub async fn put_file(&self, key: &Key, file: &Path) -> Result<Put, BlobError> {
        if let Some(folder) = &self.folder {
            match folder.link(key, file).await {
                Ok(true) => return Ok(Put::Stored),
                Ok(false) => return Ok(Put::AlreadyThere),
                Err(BlobError::Io { source, .. })
                    if source.kind() == std::io::ErrorKind::CrossesDevices => {}
                Err(error) => return Err(error),
            }
        }
        let (path, name) = (file.to_owned(), key.to_string());
        let (file, size) = blocking(move || {
            let fail = |source| BlobError::io(&name, source);
            let file = File::open(path).map_err(fail)?;
            let size = file.metadata().map_err(fail)?.len();
            Ok((file, size))
        })
        .await?;
        self.put_stream(key, local::stream(file, key.to_string(), 0..size)).await
    }

    /// Stores bytes as they arrive, unless the object is there already. If the stream ends with
    /// an error nothing is stored.
    pub async fn put_stream(&self, key: &Key, mut bytes: ByteStream) -> Result<Put, BlobError> {
        if self.head(key).await?.is_some() {
            return Ok(Put::AlreadyThere);
        }
        let mut waiting = BytesMut::new();
        while waiting.len() < PART {
            match bytes.try_next().await? {
                Some(piece) => waiting.extend_from_slice(&piece),
                None => return self.put(key, waiting.freeze()).await,
            }
        }
        let fail = |source| BlobError::from_store(key, source);
        let mut upload = self.store.put_multipart(&at(key)).await.map_err(fail)?;
        match send_parts(key, upload.as_mut(), waiting, bytes).await {
            Ok(()) => {
                upload.complete().await.map_err(fail)?;
                Ok(Put::Stored)
            }
            Err(error) => {
                if let Err(left) = upload.abort().await {
                    tracing::warn!(%key, error = %left, "parts of a broken-off object are left in the store");
                }
                Err(error)
            }
        }
    }

    /// A whole object in memory; for small ones.
    pub async fn read(&self, key: &Key) -> Result<Bytes, BlobError> {
        let fail = |source| BlobError::from_store(key, source);
        self.store.get(&at(key)).await.map_err(fail)?.bytes().await.map_err(fail)
    }

    /// The bytes `range` of an object, from memory where they were read a moment ago.
    ///
    /// Objects never change, so what is in memory is never stale; an object that was deleted may
    /// be answered until it falls out. Whether a caller may see it is for the caller to know.
    pub async fn read_range(&self, key: &Key, range: Range<u64>) -> Result<Bytes, BlobError> {
        let span = Span { key: key.clone(), start: range.start, end: range.end };
        if let Some(bytes) = self.cache.get(&span).await {
            return Ok(bytes);
        }
        let bytes = self.read_range_uncached(key, range).await?;
        self.cache.insert(span, bytes.clone()).await;
        Ok(bytes)
    }

    /// The bytes `range` of an object, from the store itself.
    pub async fn read_range_uncached(
        &self,
        key: &Key,
        range: Range<u64>,
    ) -> Result<Bytes, BlobError> {
        let (start, end) = (range.start, range.end);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        if let Some(folder) = &self.folder {
            return folder.read_range(key, range).await;
        }
        match self.store.get_range(&at(key), range).await {
            Ok(bytes) if bytes.len() as u64 == end - start => Ok(bytes),
            Ok(_) => Err(BlobError::Short { key: key.clone(), start, end }),
            Err(source) => match BlobError::from_store(key, source) {
                // S3 answers 416 when the object ends before the range begins.
                BlobError::Unavailable { source, .. } if source.to_string().contains("416") => {
                    Err(BlobError::Short { key: key.clone(), start, end })
                }
                error => Err(error),
            },
        }
    }

    /// The bytes `range` of an object, or all of it, as a stream. The object's size comes first.
    pub async fn stream(
        &self,
        key: &Key,
        range: Option<Range<u64>>,
    ) -> Result<(u64, ByteStream), BlobError> {
        if self.folder.is_some() {
            let (file, size) = self.open_local(key).await?;
            let range = range.unwrap_or(0..size);
            if range.end > size || range.start > range.end {
                return Err(BlobError::Short {
                    key: key.clone(),
                    start: range.start,
                    end: range.end,
                });
            }
            return Ok((size, local::stream(file, key.to_string(), range)));
        }
        let options = GetOptions { range: range.map(Into::into), ..GetOptions::default() };
        let got = self
            .store
            .get_opts(&at(key), options)
            .await
            .map_err(|source| BlobError::from_store(key, source))?;
        let (size, name) = (got.meta.size, key.clone());
        let pieces = got.into_stream().map_err(move |source| BlobError::from_store(&name, source));
        Ok((size, pieces.boxed()))
    }

    /// What the store knows of an object; `None` if it is not there.
    pub async fn head(&self, key: &Key) -> Result<Option<Meta>, BlobError> {
        match self.store.head(&at(key)).await {
            Ok(meta) => Ok(Some(Meta {
                key: key.clone(),
                size: meta.size,
                written_at: meta.last_modified.timestamp_millis(),
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(BlobError::from_store(key, source)),
        }
    }

    /// All objects below a folder (`originals`, `packs` …), in no particular order. Names that
    /// this program does not write are left out.
    pub fn list(&self, folder: &str) -> BoxStream<'static, Result<Meta, BlobError>> {
        let prefix = StorePath::from(folder);
        let place = folder.to_owned();
        self.store
            .list(Some(&prefix))
            .filter_map(move |entry| {
                let found = match entry {
                    Ok(meta) => Key::parse(meta.location.as_ref()).ok().map(|key| {
                        Ok(Meta {
                            key,
                            size: meta.size,
                            written_at: meta.last_modified.timestamp_millis(),
                        })
                    }),
                    Err(object_store::Error::NotFound { .. }) => None,
                    Err(source) => {
                        Some(Err(BlobError::Unavailable { place: place.clone(), source }))
                    }
                };
                futures_util::future::ready(found)
            })
            .boxed()
    }

    /// Deletes an object; not being there is no error.
    pub async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        if let Some(folder) = &self.folder {
            folder.forget(key).await;
        }
        match self.store.delete(&at(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(BlobError::from_store(key, source)),
        }
    }

    /// An object as an open local file: the file itself on local files, else a copy without a
    /// name in `scratch` that vanishes when it is closed.
    pub async fn open_file(&self, key: &Key, scratch: &Path) -> Result<File, BlobError> {
        if self.folder.is_some() {
            return Ok(self.open_local(key).await?.0);
        }
        let (_, mut pieces) = self.stream(key, None).await?;
        let (place, name) = (scratch.to_owned(), key.to_string());
        let mut file = blocking(move || {
            tempfile::tempfile_in(place).map_err(|source| BlobError::io(&name, source))
        })
        .await?;
        while let Some(piece) = pieces.try_next().await? {
            let name = key.to_string();
            file = blocking(move || {
                std::io::Write::write_all(&mut file, &piece)
                    .map_err(|source| BlobError::io(&name, source))?;
                Ok(file)
            })
            .await?;
        }
        std::io::Seek::rewind(&mut file).map_err(|source| BlobError::io(key, source))?;
        Ok(file)
    }

    /// The folder of a local store.
    pub fn local_root(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.root().to_owned())
    }

    async fn open_local(&self, key: &Key) -> Result<(File, u64), BlobError> {
        let folder = self.folder.as_ref().ok_or_else(|| BlobError::Missing(key.clone()))?;
        let (path, name) = (folder.path(key), key.clone());
        blocking(move || {
            let file = File::open(path).map_err(|source| local::missing_or(&name, source))?;
            let size = file.metadata().map_err(|source| BlobError::io(&name, source))?.len();
            Ok((file, size))
        })
        .await
    }
}

/// Sends a stream as parts, one at a time: a slow store slows the sender, memory stays bounded.
async fn send_parts(
    key: &Key,
    upload: &mut dyn MultipartUpload,
    mut waiting: BytesMut,
    mut bytes: ByteStream,
) -> Result<(), BlobError> {
    let fail = |source| BlobError::from_store(key, source);
    loop {
        while waiting.len() >= PART {
            let part = waiting.split_to(PART).freeze();
            upload.put_part(PutPayload::from_bytes(part)).await.map_err(fail)?;
        }
        match bytes.try_next().await? {
            Some(piece) => waiting.extend_from_slice(&piece),
            None => break,
        }
    }
    if !waiting.is_empty() {
        upload.put_part(PutPayload::from_bytes(waiting.freeze())).await.map_err(fail)?;
    }
    Ok(())
}

pub(super) fn at(key: &Key) -> StorePath {
    StorePath::from(key.as_str())
}
