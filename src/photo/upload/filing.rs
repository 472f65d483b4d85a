//! A complete upload becomes an original in the store and an asset in the catalogue.
//!
//! Every step may be done again: the original lies under its hash, the asset's id was chosen when
//! the upload began, and the last transaction happens once. Whatever a killed server leaves
//! behind is taken up by [`super::sweep`].

use super::begin::{room_of, taken_as};
use super::receive::commit;
use super::tus::Metadata;
use super::{UploadError, Uploads};
use crate::base::Fault;
use crate::blob::{BlobError, Key, Partial, Put, hash};
use crate::catalogue::assets::{self, Asset, Original};
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::uploads::{self, State, Upload};
use crate::catalogue::{CatalogueError, listings_media, shot_lists};
use crate::photo::arrival;

impl Uploads {
    /// Files a complete upload. The caller has hold of it, so that nobody writes to its data.
    pub(super) async fn file(&self, upload: Upload) -> Result<Upload, UploadError> {
        match self.try_to_file(&upload).await {
            Err(UploadError::Blob(BlobError::Missing(_) | BlobError::Short { .. })) => {
                // Either another process was faster and has cleaned up, or the disk lost bytes.
                let now = uploads::find(&self.database, upload.id).await?;
                if now.state == State::Complete {
                    return Err(self.give_up(&upload, UploadError::Damaged(upload.id)).await?);
                }
                Ok(now)
            }
            Err(error @ (UploadError::WrongFile | UploadError::Damaged(_))) => {
                Err(self.give_up(&upload, error).await?)
            }
            other => other,
        }
    }

    async fn try_to_file(&self, upload: &Upload) -> Result<Upload, UploadError> {
        let partials = self.partials_of(upload).await?;
        let found = hash(self.blobs.read_partials(partials.clone())).await?;
        let original = Original { blake3: found.blake3, sha256: found.sha256, size: found.size };
        if upload.length != Some(original.size) {
            return Err(UploadError::Damaged(upload.id));
        }
        if upload.expected.is_some_and(|expected| expected != original.blake3) {
            return Err(UploadError::WrongFile);
        }
        self.store(&original, partials).await?;
        self.record(upload, &original).await?;
        self.clean_up(upload).await?;
        Ok(uploads::find(&self.database, upload.id).await?)
    }

    async fn partials_of(&self, upload: &Upload) -> Result<Vec<Partial>, UploadError> {
        let own = [upload.id];
        let ids = if upload.parts.is_empty() { &own } else { upload.parts.as_slice() };
        let mut partials = Vec::with_capacity(ids.len());
        for id in ids {
            let part = uploads::find(&self.database, *id).await?;
            let objects = uploads::objects(&self.database, *id).await?;
            let objects = objects.iter().map(|text| Key::parse(text)).collect::<Result<_, _>>()?;
            partials.push(Partial { id: *id, length: part.received, objects });
        }
        Ok(partials)
    }

    /// Stores the original. One that is there already is trusted only after it was read: these
    /// bytes are known to be right, and they are deleted when this returns.
    async fn store(&self, original: &Original, partials: Vec<Partial>) -> Result<(), UploadError> {
        let key = Key::original(&original.blake3);
        if self.blobs.put_partials(&key, partials.clone()).await? == Put::Stored {
            return Ok(());
        }
        let (_, stored) = self.blobs.stream(&key, None).await?;
        if hash(stored).await?.blake3 != original.blake3 {
            tracing::error!(%key, "a stored original was damaged; it is replaced by the bytes just uploaded");
            self.blobs.delete(&key).await?;
            self.blobs.put_partials(&key, partials).await?;
        }
        Ok(())
    }

    async fn record(&self, upload: &Upload, original: &Original) -> Result<(), UploadError> {
        let (Some(listing), Some(id)) = (upload.listing, upload.asset) else {
            return Err(UploadError::Damaged(upload.id));
        };
        let owners = listings_media::owners(&self.database, listing).await?;
        let now = self.clock.now();
        // Judged when the upload began.
        let metadata = Metadata::parse(Some(&upload.metadata))?;
        let room = room_of(&metadata)?;
        let arriving = Asset::arriving(
            id,
            listing,
            (upload.tenant, upload.user),
            original.clone(),
            (upload.file_name.clone(), upload.media_type.clone()),
            now,
        );
        let taken_as = taken_as(&metadata)?.map(|kind| kind.name().to_owned());
        let asset = Asset { taken_as, ..arriving };
        let mut tx = self.database.begin().await?;
        if !uploads::change_state(&mut tx, upload.id, State::Complete, State::Filed, now, None)
            .await?
        {
            // Another process has filed it.
            return Ok(());
        }
        assets::add_original(&mut tx, now, original).await?;
        let (id, new) = assets::add(&mut tx, &asset).await?;
        uploads::set_asset(&mut tx, upload.id, id).await?;
        if let Some(room) = &room {
            shot_lists::assign(&mut tx, id, room).await?;
        }
        for part in &upload.parts {
            uploads::change_state(&mut tx, *part, State::Joined, State::Filed, now, None).await?;
        }
        if new {
            arrival::arrived(
                &mut tx,
                self.database.dialect(),
                now,
                &asset,
                &owners,
                self.rules.plan,
            )
            .await?;
        }
        let entry = Entry {
            action: "asset.add",
            object_kind: "asset",
            object_id: &id.to_string(),
            tenant: Some(upload.tenant),
            detail: serde_json::json!({
                "upload": upload.id, "listing": listing, "file_name": upload.file_name, "new": new,
                "blake3": original.blake3, "sha256": original.sha256, "size": original.size,
                "room": room.map(|room| room.room_name),
            }),
        };
        let actor = Actor { id: Some(upload.user), name: String::new(), address: String::new() };
        audit::append(&mut tx, self.database.dialect(), now, &actor, entry).await?;
        commit(tx).await
    }

    /// Deletes the data of the upload and its parts. The upload's own row stays for a while: a
    /// client that lost the last answer asks for it.
    async fn clean_up(&self, upload: &Upload) -> Result<(), UploadError> {
        self.blobs.delete_partial(upload.id).await?;
        for part in &upload.parts {
            self.blobs.delete_partial(*part).await?;
        }
        let mut tx = self.database.begin().await?;
        for part in &upload.parts {
            uploads::remove(&mut tx, *part).await?;
        }
        commit(tx).await
    }

    /// Marks an upload that cannot become an asset, deletes its data, and hands the reason back.
    async fn give_up(&self, upload: &Upload, why: UploadError) -> Result<UploadError, UploadError> {
        tracing::warn!(upload = %upload.id, error = %why, "an upload cannot be filed");
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        uploads::change_state(
            &mut tx,
            upload.id,
            State::Complete,
            State::Failed,
            now,
            Some(why.slug()),
        )
        .await?;
        let entry = Entry {
            action: "upload.fail",
            object_kind: "upload",
            object_id: &upload.id.to_string(),
            tenant: Some(upload.tenant),
            detail: serde_json::json!({"reason": why.slug()}),
        };
        audit::append(&mut tx, self.database.dialect(), now, &Actor::system("upload"), entry)
            .await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        self.clean_up(upload).await?;
        Ok(why)
    }
}
