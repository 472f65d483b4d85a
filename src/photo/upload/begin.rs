//! A new upload: what is said of the file is judged, and room for it is set aside.

use super::tus::{Concat, Metadata};
use super::{UploadError, Uploads};
use crate::auction::people::Principal;
use crate::auction::shot_list::{self, Need, Shown};
use crate::base::Blake3;
use crate::base::id::{AssetId, ListingId, RoomId, UploadId};
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::uploads::{self, Kind, State, Upload};
use crate::catalogue::{CatalogueError, listings_media};
use crate::container::file_name;
use crate::photo::access;
use crate::photo::probe::TakenFor;

/// What a client asks for.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Its size in bytes; `None` if the client will say it later.
    pub length: Option<u64>,
    /// `Upload-Metadata` as it was sent.
    pub raw_metadata: String,
    /// The same, read.
    pub metadata: Metadata,
    /// Whole, a part, or joined from parts.
    pub concat: Concat,
}

impl Uploads {
    /// Begins an upload. One that is joined from parts is complete at once and is filed.
    pub async fn begin(
        &self,
        who: &Principal,
        actor: &Actor,
        new: NewUpload,
    ) -> Result<Upload, UploadError> {
        access::require_uploader(who)?;
        let mut upload = self.judge(who, new).await?;
        let parts = self.parts_of_final(who, &upload).await?;
        if upload.kind == Kind::Final {
            let length = parts.iter().map(|part| part.received).sum();
            (upload.length, upload.received) = (Some(length), length);
            upload.state = State::Complete;
        }
        if let Some(size) = upload.length {
            self.check_size(size)?;
        }
        let mut tx = self.database.begin().await?;
        for part in &parts {
            let joined = uploads::change_state(
                &mut tx,
                part.id,
                State::Complete,
                State::Joined,
                upload.created_at,
                None,
            );
            if !joined.await? {
                return Err(UploadError::Parts(format!(
                    "{} was joined before or is gone",
                    part.id
                )));
            }
        }
        // Counted after the parts were joined: their bytes are those of the new upload.
        let usage = uploads::usage(&mut tx, upload.tenant).await?;
        if usage.open >= self.rules.max_open {
            return Err(UploadError::TooMany { open: usage.open, most: self.rules.max_open });
        }
        // With a deferred length there must be room for at least one byte.
        let needed = upload.length.unwrap_or(1);
        if needed > usage.free() {
            return Err(UploadError::Quota { needed, free: usage.free(), quota: usage.quota });
        }
        uploads::add(&mut tx, &upload).await?;
        let entry = Entry {
            action: "upload.begin",
            object_kind: "upload",
            object_id: &upload.id.to_string(),
            tenant: Some(upload.tenant),
            detail: serde_json::json!({
                "listing": upload.listing, "file_name": upload.file_name, "length": upload.length,
            }),
        };
        audit::append(&mut tx, self.database.dialect(), upload.created_at, actor, entry).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        if upload.kind == Kind::Final { self.file(upload).await } else { Ok(upload) }
    }

    pub(super) fn check_size(&self, size: u64) -> Result<(), UploadError> {
        let most = self.rules.max_file_bytes;
        match size {
            0 => Err(UploadError::Empty),
            size if size > most => Err(UploadError::FileTooLarge { size, most }),
            _ => Ok(()),
        }
    }

    async fn judge(&self, who: &Principal, new: NewUpload) -> Result<Upload, UploadError> {
        let metadata = &new.metadata;
        let (kind, parts) = match new.concat {
            Concat::No => (Kind::Whole, Vec::new()),
            Concat::Partial => (Kind::Partial, Vec::new()),
            Concat::Final(parts) => (Kind::Final, parts),
        };
        let tenant = who.tenant.as_ref().ok_or_else(|| {
            metadata_error("listing", "an account without a court or agency has no listings")
        })?;
        let listing = match metadata.text("listing")? {
            Some(text) => {
                let missing = || CatalogueError::NotFound {
                    what: "listing",
                    id: text.chars().take(40).collect(),
                };
                let id = ListingId::parse(&text).ok_or_else(missing)?;
                let owners = listings_media::owners(&self.database, id).await?;
                if !owners.may_read(who) {
                    return Err(missing().into());
                }
                access::require_change(who, &owners)?;
                Some(id)
            }
            // A part belongs to no listing; the upload that joins it does.
            None if kind == Kind::Partial => None,
            None => return Err(metadata_error("listing", "it says which listing the file is for")),
        };
        let expected =
            match metadata.text("blake3")? {
                None => None,
                Some(text) => Some(Blake3::parse(&text).ok_or_else(|| {
                    metadata_error("blake3", "64 hexadecimal digits are expected")
                })?),
            };
        room_of(metadata)?;
        taken_as(metadata)?;
        let name = metadata.text("filename")?.or(metadata.text("name")?).unwrap_or_default();
        let media_type = metadata.text("filetype")?.or(metadata.text("type")?).unwrap_or_default();
        let now = self.clock.now();
        Ok(Upload {
            id: UploadId::new(),
            kind,
            state: State::Open,
            listing,
            tenant: tenant.id,
            user: who.id,
            length: new.length,
            received: 0,
            metadata: new.raw_metadata,
            file_name: file_name::clean(&name),
            media_type: clean_media_type(&media_type),
            expected,
            parts,
            asset: (kind != Kind::Partial).then(AssetId::new),
            created_at: now,
            expires_at: now.plus_millis(self.rules.keep_millis),
        })
    }

    async fn parts_of_final(
        &self,
        who: &Principal,
        upload: &Upload,
    ) -> Result<Vec<Upload>, UploadError> {
        let mut parts = Vec::with_capacity(upload.parts.len());
        for id in &upload.parts {
            let part = self.visible(who, *id).await?;
            if part.kind != Kind::Partial {
                return Err(UploadError::Parts(format!("{id} was not begun as a part")));
            }
            if part.state != State::Complete {
                return Err(UploadError::Parts(format!("{id} is not complete")));
            }
            parts.push(part);
        }
        Ok(parts)
    }
}

/// The room that the metadata say the file shows: `room_id` and `room` from the shot list, and `need`, what it is for.
pub(super) fn room_of(metadata: &Metadata) -> Result<Option<Shown>, UploadError> {
    let Some(id) = metadata.text("room_id")? else { return Ok(None) };
    let room_id =
        RoomId::parse(&id).ok_or_else(|| metadata_error("room_id", "it is no id of a room"))?;
    let need = metadata.text("need")?.unwrap_or_default();
    let need = Need::parse(&need).ok_or_else(|| metadata_error("need", "there is no such need"))?;
    let room_name = metadata.text("room")?.unwrap_or_default();
    shot_list::checked_shown(Shown { room_id, room_name, need })
        .map(Some)
        .map_err(|error| metadata_error("room", &error.to_string()))
}

/// What the sender says that the file is, so that it is not first taken for something else.
pub(super) fn taken_as(metadata: &Metadata) -> Result<Option<TakenFor>, UploadError> {
    let Some(text) = metadata.text("taken_as")? else { return Ok(None) };
    let kind = TakenFor::parse(&text);
    kind.map(Some).ok_or_else(|| metadata_error("taken_as", "there is no such kind of picture"))
}

fn metadata_error(field: &'static str, reason: &str) -> UploadError {
    UploadError::Metadata { field, reason: reason.to_owned() }
}

/// A media type in its plain form, or "any bytes" for everything else (RFC 6838 §4.2).
fn clean_media_type(text: &str) -> String {
    let plain = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let word = |part: &str| {
        !part.is_empty()
            && part.len() <= 80
            && part.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c))
    };
    match plain.split_once('/') {
        Some((kind, sub)) if word(kind) && word(sub) => plain,
        _ => "application/octet-stream".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_plain_or_unknown() {
        assert_eq!(clean_media_type("Image/JPEG; charset=x"), "image/jpeg");
        for bad in ["", "jpeg", "image/", "text/html\r\nX: y", "image/<b>", "a/b/c"] {
            assert_eq!(clean_media_type(bad), "application/octet-stream", "{bad}");
        }
    }
}
