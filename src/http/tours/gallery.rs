//! Parts of packs by name: finds them through the pack's index, which stays in memory.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;
use tokio::sync::OnceCell;

use super::tile_address::TileAddress;
use crate::base::id::PanoramaId;
use crate::base::{ErrorKind, Fault};
use crate::blob::{BlobError, Blobs, Key};
use crate::catalogue::panoramas::Panorama;
use crate::geometry::cube::Face;
use crate::http::Problem;
use crate::imaging::ImagingError;
use crate::imaging::pack::{PREFIX_BYTES, PackIndex};

/// Reads tiles, previews and stills out of packs.
#[derive(Clone, Debug)]
pub struct Gallery {
    blobs: Blobs,
    indexes: Cache<String, Arc<PackIndex>>,
}

/// A pack whose index, once read, is at hand.
#[derive(Debug)]
pub struct OpenPack {
    key: Key,
    index: OnceCell<Arc<PackIndex>>,
}

impl OpenPack {
    /// A pack that nothing has been read of yet.
    pub fn new(key: Key) -> Self {
        Self { key, index: OnceCell::new() }
    }

    /// Where it lies.
    pub fn key(&self) -> &Key {
        &self.key
    }
}

/// What is wanted of a pack.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// One tile.
    Tile(TileAddress),
    /// The six small faces side by side.
    Preview,
    /// One face for browsers without WebGL.
    Still(Face),
}

/// A part cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// The pyramid has no such tile.
    #[error("the panorama has no such picture")]
    NoSuchPart,
    /// The store did not give it.
    #[error(transparent)]
    Store(#[from] BlobError),
    /// The pack cannot be read.
    #[error(transparent)]
    Pack(#[from] ImagingError),
}

impl Fault for GalleryError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchPart => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
            // The pack is our own product: damage in it is our fault, whatever the reader calls it.
            Self::Pack(_) => ErrorKind::Internal,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::NoSuchPart => "not-found",
            Self::Store(error) => error.slug(),
            Self::Pack(_) => "internal",
        }
    }
}

impl Gallery {
    /// Reads from `blobs`, with some hundred indexes in memory.
    pub fn new(blobs: Blobs) -> Self {
        Self { blobs, indexes: Cache::new(512) }
    }

    /// The index of a pack.
    pub async fn index(&self, pack: &Key) -> Result<Arc<PackIndex>, GalleryError> {
        if let Some(index) = self.indexes.get(pack.as_str()).await {
            return Ok(index);
        }
        let prefix = self.blobs.read_range(pack, 0..PREFIX_BYTES as u64).await?;
        let length = PackIndex::length_needed(&prefix)?;
        let head = self.blobs.read_range(pack, 0..length as u64).await?;
        let index = Arc::new(PackIndex::parse(&head)?);
        self.indexes.insert(pack.as_str().to_owned(), index.clone()).await;
        Ok(index)
    }

    /// The indexes of the JPEG packs of these panoramas.
    pub async fn indexes(
        &self,
        panoramas: impl IntoIterator<Item = Panorama>,
    ) -> Result<HashMap<PanoramaId, Arc<PackIndex>>, Problem> {
        let mut indexes = HashMap::new();
        for panorama in panoramas {
            indexes.insert(panorama.id, self.index(&Key::parse(&panorama.pack_key)?).await?);
        }
        Ok(indexes)
    }

    /// The bytes of a part.
    pub async fn read(&self, pack: &Key, part: Part) -> Result<Bytes, GalleryError> {
        self.read_by(pack, &*self.index(pack).await?, part).await
    }

    /// The bytes of a part of a pack from which more will be read.
    pub async fn part(&self, pack: &OpenPack, part: Part) -> Result<Bytes, GalleryError> {
        let index = pack.index.get_or_try_init(|| self.index(&pack.key)).await?;
        self.read_by(&pack.key, index, part).await
    }

    async fn read_by(
        &self,
        pack: &Key,
        index: &PackIndex,
        part: Part,
    ) -> Result<Bytes, GalleryError> {
        let (start, length) = match part {
            Part::Tile(TileAddress { level, face, row, column }) => {
                index.find(level, face, row, column).ok_or(GalleryError::NoSuchPart)?
            }
            Part::Preview => index.find_preview(),
            Part::Still(face) => index.find_still(face).ok_or(GalleryError::NoSuchPart)?,
        };
        Ok(self.blobs.read_range(pack, start..start + u64::from(length)).await?)
    }
}
