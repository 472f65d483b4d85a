//! Bytes from the line to the disk: synced, then recorded, then acknowledged.

use std::fmt::Display;
use std::time::{Duration, Instant as Moment};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::holds::Hold;
use super::tus::Checksum;
use super::{UploadError, Uploads};
use crate::auction::people::Principal;
use crate::base::id::UploadId;
use crate::blob::partial::Writer;
use crate::catalogue::uploads::{self, Kind, State, Upload};
use crate::catalogue::{CatalogueError, Transaction};

/// Bytes after which a running chunk is synced, so that a crash costs a bad line at most this.
const SYNC_BYTES: u64 = 8 << 20;
/// Time after which a running chunk is synced, for the same reason.
const SYNC_TIME: Duration = Duration::from_secs(2);
/// An unfinished upload ends after this many times the ordinary term, however often it is fed.
const LONGEST_TERMS: i64 = 7;

/// A chunk that a client sends.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Where it begins.
    pub offset: u64,
    /// How many bytes it announces to have.
    pub announced: Option<u64>,
    /// What its bytes must hash to.
    pub checksum: Option<Checksum>,
    /// The upload's length, said now by a client that deferred it.
    pub length: Option<u64>,
}

/// How a chunk's bytes ended.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    /// All arrived.
    Whole,
    /// The line broke.
    Broken,
    /// There were more than may be.
    TooLong,
}

impl Uploads {
    /// Takes in a chunk. What arrived of a broken-off one is kept, unless it has a checksum. The
    /// chunk that completes an upload also files it. Returns the upload as it then is.
    pub async fn append<E: Display>(
        &self,
        who: &Principal,
        id: UploadId,
        chunk: Chunk,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Upload, UploadError> {
        let upload = self.visible(who, id).await?;
        if upload.state != State::Open {
            return answer_finished(upload, &chunk);
        }
        let hold = self.holds.take(id).await.ok_or(UploadError::Locked(id))?;
        let mut writer = match self.blobs.write_partial(id).await {
            Err(crate::blob::BlobError::Locked(_)) => return Err(UploadError::Locked(id)),
            other => other?,
        };
        // Asked for again: what was true before the lock may not be true now.
        let mut upload = self.as_stored(self.visible(who, id).await?).await?;
        if upload.state != State::Open {
            return answer_finished(upload, &chunk);
        }
        if chunk.offset != upload.received {
            return Err(UploadError::Offset { given: chunk.offset, offset: upload.received });
        }
        if let Some(length) = chunk.length {
            upload = self.fix_length(upload, length).await?;
        }
        let end = self.last_byte(&upload).await?;
        if chunk.announced.is_some_and(|announced| announced > end - upload.received) {
            return Err(self.too_long(&upload, chunk.announced));
        }
        self.truncate_record(&upload).await?;
        writer.start_at(upload.received).await?;
        if let Err(error) = self.take_in(&hold, &mut writer, &mut upload, end, chunk, body).await {
            // What was not acknowledged must not fill the disk.
            if let Err(also) = writer.forget_unsynced().await {
                tracing::warn!(upload = %id, error = %also, "unacknowledged bytes are left behind");
            }
            return Err(error);
        }
        if upload.length == Some(upload.received) {
            upload.state = State::Complete;
            if upload.kind == Kind::Whole {
                return self.file(upload).await;
            }
        }
        Ok(upload)
    }

    /// Copies the body to the store, syncing and recording now and then and at the end.
    async fn take_in<E: Display>(
        &self,
        hold: &Hold,
        writer: &mut Writer,
        upload: &mut Upload,
        end: u64,
        chunk: Chunk,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), UploadError> {
        let mut checker = chunk.checksum.as_ref().map(Checksum::start);
        let mut last_sync = Moment::now();
        let ended = loop {
            match hold.patiently(body.next()).await {
                Some(Some(Ok(bytes))) => {
                    if writer.position() + bytes.len() as u64 > end {
                        break Ended::TooLong;
                    }
                    writer.write(&bytes).await?;
                    match &mut checker {
                        Some(checker) => checker.update(&bytes),
                        None if writer.position() - writer.synced() >= SYNC_BYTES
                            || last_sync.elapsed() >= SYNC_TIME =>
                        {
                            self.sync(writer, upload).await?;
                            last_sync = Moment::now();
                        }
                        None => {}
                    }
                }
                Some(None) => break Ended::Whole,
                Some(Some(Err(error))) => {
                    tracing::debug!(upload = %upload.id, %error, "the line broke during a chunk");
                    break Ended::Broken;
                }
                None => break Ended::Broken,
            }
        };
        // A chunk that ended early by the book of HTTP but is shorter than announced is broken too.
        let arrived = writer.position() - chunk.offset;
        let short = chunk.announced.is_some_and(|announced| arrived < announced);
        match (ended, checker) {
            (Ended::TooLong, _) => Err(self.too_long(upload, None)),
            (ended, Some(checker)) => {
                if ended == Ended::Whole && !short && checker.agrees() {
                    return self.sync(writer, upload).await;
                }
                Err(UploadError::Checksum)
            }
            (_, None) => self.sync(writer, upload).await,
        }
    }

    /// The order is the promise: bytes on the disk, then the offset in the database, then the answer.
    async fn sync(&self, writer: &mut Writer, upload: &mut Upload) -> Result<(), UploadError> {
        let pieces = writer.sync().await?;
        if pieces.is_empty() {
            return Ok(());
        }
        let recorded: Vec<_> = pieces
            .into_iter()
            .filter_map(|piece| {
                let object = piece.object?.to_string();
                Some(uploads::Piece { start: piece.start, length: piece.length, object })
            })
            .collect();
        let (from, to, now) = (upload.received, writer.synced(), self.clock.now());
        let latest = upload.created_at.plus_millis(LONGEST_TERMS * self.rules.keep_millis);
        let expires_at = now.plus_millis(self.rules.keep_millis).min(latest);
        let mut tx = self.database.begin().await?;
        if !uploads::advance(&mut tx, upload.id, from, to, &recorded, now, expires_at).await? {
            // Another process was faster; its bytes count, ours do not.
            let offset = uploads::find(&self.database, upload.id).await?.received;
            return Err(UploadError::Offset { given: from, offset });
        }
        commit(tx).await?;
        (upload.received, upload.expires_at) = (to, expires_at);
        Ok(())
    }

    async fn fix_length(&self, mut upload: Upload, length: u64) -> Result<Upload, UploadError> {
        if upload.length == Some(length) {
            return Ok(upload);
        }
        self.check_size(length)?;
        if length < upload.received {
            return Err(UploadError::TooLong { length });
        }
        let mut tx = self.database.begin().await?;
        let usage = uploads::usage(&mut tx, upload.tenant).await?;
        let needed = length - upload.received;
        if needed > usage.free() {
            return Err(UploadError::Quota { needed, free: usage.free(), quota: usage.quota });
        }
        if !uploads::set_length(&mut tx, upload.id, length).await? {
            return Err(UploadError::LengthFixed);
        }
        commit(tx).await?;
        upload.length = Some(length);
        Ok(upload)
    }

    /// The offset that no byte may reach: the announced length or, while that is deferred, what
    /// the size limit and the quota leave.
    async fn last_byte(&self, upload: &Upload) -> Result<u64, UploadError> {
        if let Some(length) = upload.length {
            return Ok(length);
        }
        let mut tx = self.database.begin().await?;
        let free = uploads::usage(&mut tx, upload.tenant).await?.free();
        commit(tx).await?;
        Ok(self.rules.max_file_bytes.min(upload.received.saturating_add(free)))
    }

    fn too_long(&self, upload: &Upload, announced: Option<u64>) -> UploadError {
        match upload.length {
            Some(length) => UploadError::TooLong { length },
            None => UploadError::FileTooLarge {
                size: upload.received + announced.unwrap_or(0),
                most: self.rules.max_file_bytes,
            },
        }
    }

    /// If the store has less than was recorded, the record follows.
    async fn truncate_record(&self, upload: &Upload) -> Result<(), UploadError> {
        if uploads::find(&self.database, upload.id).await?.received <= upload.received {
            return Ok(());
        }
        let mut tx = self.database.begin().await?;
        uploads::fall_back(&mut tx, upload.id, upload.received).await?;
        commit(tx).await
    }
}

/// A client that did not hear the last answer sends the end of a finished upload again.
fn answer_finished(upload: Upload, chunk: &Chunk) -> Result<Upload, UploadError> {
    if upload.kind == Kind::Final || upload.state == State::Failed {
        return Err(UploadError::NotOpen);
    }
    if chunk.offset == upload.received && chunk.announced == Some(0) {
        return Ok(upload);
    }
    Err(UploadError::Offset { given: chunk.offset, offset: upload.received })
}

pub(super) async fn commit(tx: Transaction) -> Result<(), UploadError> {
    Ok(tx.commit().await.map_err(CatalogueError::from)?)
}
