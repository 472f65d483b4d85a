//! What time does to uploads: left-behind ones are filed, outlived ones deleted.

use std::time::Duration;

use super::receive::commit;
use super::{UploadError, Uploads};
use crate::auction::people::Principal;
use crate::base::id::UploadId;
use crate::blob::BlobError;
use crate::blob::partial::PartialLock;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::uploads::{self, Kind, State, Upload};
use crate::photo::access;

const BATCH: i64 = 200;

/// What one sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Complete uploads that a killed server left behind and that are filed now.
    pub filed: usize,
    /// Uploads whose time was over and that are deleted now.
    pub deleted: usize,
}

impl Uploads {
    /// Files what a killed server left behind and deletes what has outlived its time. Uploads
    /// that somebody is writing are left alone. A fault with one does not keep the others.
    pub async fn sweep(&self) -> Result<Swept, UploadError> {
        let mut swept = Swept::default();
        for upload in uploads::unfiled(&self.database, BATCH).await? {
            match self.file_left_behind(&upload).await {
                Ok(filed) => swept.filed += usize::from(filed),
                Err(error) => {
                    tracing::warn!(upload = %upload.id, %error, "a complete upload is not filed yet");
                }
            }
        }
        for upload in uploads::expired(&self.database, self.clock.now(), BATCH).await? {
            match self.delete_outlived(&upload).await {
                Ok(deleted) => swept.deleted += usize::from(deleted),
                Err(error) => {
                    tracing::warn!(upload = %upload.id, %error, "an outlived upload is not deleted yet");
                }
            }
        }
        Ok(swept)
    }

    /// Sweeps now and then until the process ends.
    pub async fn sweep_for_ever(self, pause: Duration) {
        loop {
            match self.sweep().await {
                Ok(swept) if swept != Swept::default() => {
                    tracing::info!(filed = swept.filed, deleted = swept.deleted, "swept uploads");
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "uploads could not be swept"),
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Ends an upload at its client's wish. An asset that it became stays.
    pub async fn terminate(
        &self,
        who: &Principal,
        actor: &Actor,
        id: UploadId,
    ) -> Result<(), UploadError> {
        access::require_uploader(who)?;
        let upload = self.visible(who, id).await?;
        if upload.state == State::Joined
            || (upload.state == State::Complete && upload.kind != Kind::Partial)
        {
            return Err(UploadError::Locked(id));
        }
        let _hold = self.holds.take(id).await.ok_or(UploadError::Locked(id))?;
        let _lock = self.lock_data(&upload).await?.ok_or(UploadError::Locked(id))?;
        self.remove(&upload, "upload.terminate", actor).await
    }

    async fn file_left_behind(&self, upload: &Upload) -> Result<bool, UploadError> {
        let Some(_hold) = self.holds.take_now(upload.id) else { return Ok(false) };
        let Some(_lock) = self.lock_data(upload).await? else { return Ok(false) };
        if uploads::find(&self.database, upload.id).await?.state != State::Complete {
            return Ok(false);
        }
        Ok(self.file(upload.clone()).await?.state == State::Filed)
    }

    async fn delete_outlived(&self, upload: &Upload) -> Result<bool, UploadError> {
        let Some(_hold) = self.holds.take_now(upload.id) else { return Ok(false) };
        let Some(_lock) = self.lock_data(upload).await? else { return Ok(false) };
        // It may have got a byte, and so a new term, since the list was read.
        if uploads::find(&self.database, upload.id).await?.expires_at > self.clock.now() {
            return Ok(false);
        }
        self.remove(upload, "upload.expire", &Actor::system("upload")).await?;
        Ok(true)
    }

    /// Keeps other processes of this machine from writing. `None` if one of them writes.
    async fn lock_data(&self, upload: &Upload) -> Result<Option<PartialLock>, UploadError> {
        match self.blobs.lock_partial(upload.id).await {
            Ok(lock) => Ok(Some(lock)),
            Err(BlobError::Locked(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The row goes last: data without a row would never be looked for again.
    async fn remove(
        &self,
        upload: &Upload,
        action: &str,
        actor: &Actor,
    ) -> Result<(), UploadError> {
        self.blobs.delete_partial(upload.id).await?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        uploads::remove(&mut tx, upload.id).await?;
        // What was filed is an asset, and the log has that; its upload is only forgotten.
        if upload.state != State::Filed {
            let entry = Entry {
                action,
                object_kind: "upload",
                object_id: &upload.id.to_string(),
                tenant: Some(upload.tenant),
                detail: serde_json::json!({"file_name": upload.file_name, "received": upload.received}),
            };
            audit::append(&mut tx, self.database.dialect(), now, actor, entry).await?;
        }
        commit(tx).await
    }
}
