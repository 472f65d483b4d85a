//! Both hashes of a stream, without keeping other requests waiting.

use futures_util::TryStreamExt;
use sha2::Digest;

use super::{BlobError, ByteStream};
use crate::base::{Blake3, Sha256};

/// What bytes hash to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// The address in the store.
    pub blake3: Blake3,
    /// The second hash, for evidence.
    pub sha256: Sha256,
    /// How many bytes there were.
    pub size: u64,
}

/// Reads a stream to its end.
pub async fn hash(mut bytes: ByteStream) -> Result<Hashes, BlobError> {
    let (mut blake3, mut sha256) = (blake3::Hasher::new(), sha2::Sha256::new());
    let mut size = 0;
    while let Some(piece) = bytes.try_next().await? {
        size += piece.len() as u64;
        // Hashing 512 KiB takes longer than other requests of this thread should wait.
        (blake3, sha256) = tokio::task::spawn_blocking(move || {
            blake3.update(&piece);
            sha256.update(&piece);
            (blake3, sha256)
        })
        .await
        .map_err(|error| BlobError::io("hashing", std::io::Error::other(error)))?;
    }
    Ok(Hashes {
        blake3: Blake3::from_bytes(*blake3.finalize().as_bytes()),
        sha256: Sha256::from_bytes(sha256.finalize().into()),
        size,
    })
}
