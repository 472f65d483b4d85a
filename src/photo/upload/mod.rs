//! From the first byte on the line to an original in the store and an asset in the catalogue.
//!
//! Guarantees: an offset is told to a client only after the bytes are synced and the offset is
//! committed; a server killed at any moment loses nothing that was told; a complete upload becomes
//! an asset exactly once, however often filing is begun. Knows tus's headers ([`tus`]), not HTTP.

mod begin;
mod error;
mod filing;
mod holds;
mod receive;
mod sweep;
pub mod tus;

use crate::auction::people::Principal;
use crate::base::Clock;
use crate::base::id::UploadId;
use crate::blob::Blobs;
use crate::catalogue::uploads::{self, Upload};
use crate::catalogue::{CatalogueError, Database};
use crate::photo::arrival::Plan;

pub use begin::NewUpload;
pub use error::UploadError;
pub use receive::Chunk;
pub use sweep::Swept;

use holds::Holds;

/// What an operator allows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Most bytes of one file.
    pub max_file_bytes: u64,
    /// Most unfinished uploads of one tenant.
    pub max_open: u64,
    /// Milliseconds without a new byte after which an unfinished upload is deleted.
    pub keep_millis: i64,
    /// What is set for the steps that follow.
    pub plan: Plan,
}

/// The uploads of the site. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads {
    database: Database,
    blobs: Blobs,
    clock: Clock,
    rules: Rules,
    holds: Holds,
}

impl Uploads {
    /// Over this database and store.
    pub fn new(database: Database, blobs: Blobs, clock: Clock, rules: Rules) -> Self {
        Self { database, blobs, clock, rules, holds: Holds::default() }
    }

    /// What the operator allows.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// An upload of the caller's own tenant, as far as it is really stored.
    pub async fn find(&self, who: &Principal, id: UploadId) -> Result<Upload, UploadError> {
        let upload = self.visible(who, id).await?;
        // Whoever asks for the offset wants to go on: a writer with a dead line should end.
        self.holds.knock(id);
        self.as_stored(upload).await
    }

    async fn visible(&self, who: &Principal, id: UploadId) -> Result<Upload, UploadError> {
        let upload = uploads::find(&self.database, id).await?;
        if who.tenant.as_ref().map(|tenant| tenant.id) != Some(upload.tenant) {
            return Err(CatalogueError::NotFound { what: "upload", id: id.to_string() }.into());
        }
        if upload.state == uploads::State::Open && upload.expires_at <= self.clock.now() {
            return Err(UploadError::Expired);
        }
        Ok(upload)
    }

    /// The offset falls back where the store has fewer bytes than were recorded.
    async fn as_stored(&self, mut upload: Upload) -> Result<Upload, UploadError> {
        if upload.state == uploads::State::Open && upload.received > 0 {
            let stored = self.blobs.partial_length(upload.id, upload.received).await?;
            if stored < upload.received {
                tracing::error!(
                    upload = %upload.id, recorded = upload.received, stored,
                    "the store lost acknowledged bytes; check the disk"
                );
                upload.received = stored;
            }
        }
        Ok(upload)
    }
}
