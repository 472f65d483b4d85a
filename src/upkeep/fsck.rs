//! `kanfang fsck`: do database and store keep what was promised?
//!
//! Reads only. Every acknowledged original is there with its size (deep: with both hashes), every
//! published tour is whole (deep: every tile has its hash), acknowledged bytes of unfinished
//! uploads are there, nothing lies about unowned, and the audit chain is unbroken.

use std::collections::HashSet;

use futures_util::TryStreamExt;

use super::{Report, UpkeepError};
use crate::base::id::UploadId;
use crate::base::{Blake3, Clock};
use crate::blob::{self, Blobs, Key, Meta};
use crate::catalogue::assets::{self, Original};
use crate::catalogue::uploads::{self, State};
use crate::catalogue::{Database, audit, inventory, photo_sets};

/// Objects that nobody knows of are tolerated this long: a crash may leave them, and a step that is
/// under way writes its object before its row.
const GRACE_MILLIS: i64 = 24 * 3600 * 1000;

/// Checks everything. `deep` also reads and hashes every byte.
pub async fn check(
    database: &Database,
    blobs: &Blobs,
    clock: &Clock,
    deep: bool,
) -> Result<Report, UpkeepError> {
    let mut report = Report { deep, ..Report::default() };
    check_database(database, &mut report).await?;
    check_audit(database, &mut report).await?;
    super::signed::check(database, &mut report).await?;
    // The store is listed before the database is read: what arrives in between is in the database
    // and not in the list, which is looked up singly then.
    let listed = list(blobs, &mut report).await?;
    let mut owned = HashSet::new();
    check_originals(database, blobs, &listed, &mut owned, &mut report).await?;
    check_uploads(database, blobs, &mut owned, &mut report).await?;
    super::packs::check(database, blobs, &mut owned, &mut report).await?;
    check_evidence(database, blobs, &mut owned, &mut report).await?;
    super::masks::check(database, blobs, &mut owned, &mut report).await?;
    check_orphans(&listed, &owned, clock, &mut report);
    Ok(report)
}

async fn list(blobs: &Blobs, report: &mut Report) -> Result<Vec<Meta>, UpkeepError> {
    let mut listed = Vec::new();
    for folder in super::backup::FOLDERS {
        let mut objects = blobs.list(folder);
        while let Some(object) = objects.try_next().await? {
            listed.push(object);
        }
    }
    report.objects = listed.len() as u64;
    Ok(listed)
}

async fn check_database(database: &Database, report: &mut Report) -> Result<(), UpkeepError> {
    for fault in inventory::faults(database).await? {
        report.error("database-damaged", "database", format!("{fault}; restore a backup"));
    }
    Ok(())
}

async fn check_audit(database: &Database, report: &mut Report) -> Result<(), UpkeepError> {
    let verdict = audit::verify(database).await?;
    report.audit_entries = verdict.entries;
    report.audit_head = verdict.head;
    if let Some((seq, fault)) = verdict.broken {
        report.error("audit-chain-broken", format!("entry {seq}"), fault);
    }
    Ok(())
}

async fn check_originals(
    database: &Database,
    blobs: &Blobs,
    listed: &[Meta],
    owned: &mut HashSet<Key>,
    report: &mut Report,
) -> Result<(), UpkeepError> {
    let sizes: std::collections::HashMap<_, _> =
        listed.iter().map(|meta| (&meta.key, meta.size)).collect();
    let mut after = String::new();
    loop {
        let page = assets::originals(database, &after, 500).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.blake3.to_string();
        for original in page {
            report.originals += 1;
            let key = Key::original(&original.blake3);
            let size = match sizes.get(&key) {
                Some(size) => Some(*size),
                None => blobs.head(&key).await?.map(|meta| meta.size),
            };
            check_original(blobs, &original, &key, size, report).await?;
            owned.insert(Key::thumbnail(&original.blake3));
            owned.insert(key);
        }
    }
}

async fn check_original(
    blobs: &Blobs,
    original: &Original,
    key: &Key,
    size: Option<u64>,
    report: &mut Report,
) -> Result<(), UpkeepError> {
    let Some(size) = size else {
        report.error(
            "original-missing",
            key,
            "bring it back from a backup, or have it uploaded again",
        );
        return Ok(());
    };
    if size != original.size {
        let detail = format!(
            "it has {size} bytes, recorded are {}; bring it back from a backup",
            original.size
        );
        report.error("original-size", key, detail);
        return Ok(());
    }
    if !report.deep {
        return Ok(());
    }
    let (_, bytes) = match blobs.stream(key, None).await {
        Ok(opened) => opened,
        Err(error) if error.is_missing() => {
            report.error(
                "original-missing",
                key,
                "bring it back from a backup, or have it uploaded again",
            );
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    match blob::hash(bytes).await {
        Ok(found) => {
            report.bytes_read += found.size;
            if found.blake3 != original.blake3 {
                report.error(
                    "original-blake3",
                    key,
                    "its bytes have changed; bring it back from a backup",
                );
            }
            if found.sha256 != original.sha256 {
                report.error(
                    "original-sha256",
                    key,
                    "its bytes are not those recorded as evidence",
                );
            }
        }
        Err(error) => report.error("original-unreadable", key, error.to_string()),
    }
    Ok(())
}

async fn check_uploads(
    database: &Database,
    blobs: &Blobs,
    owned: &mut HashSet<Key>,
    report: &mut Report,
) -> Result<(), UpkeepError> {
    for id in uploads::ids(database).await? {
        let Some(upload) = uploads::try_find(database, id).await? else { continue };
        report.uploads += 1;
        owned.insert(Key::parse(&format!("uploads/{id}"))?);
        let objects = uploads::objects(database, id).await?;
        for object in &objects {
            owned.insert(Key::parse(object)?);
        }
        let acknowledged = matches!(upload.state, State::Open | State::Complete | State::Joined);
        if !acknowledged || upload.kind == uploads::Kind::Final {
            continue;
        }
        let stored = if objects.is_empty() {
            blobs.partial_length(id, upload.received).await?
        } else {
            let mut sum = 0;
            for object in &objects {
                sum += blobs.head(&Key::parse(object)?).await?.map_or(0, |meta| meta.size);
            }
            sum
        };
        // Filed and cleaned up while we looked, it has no data any more and needs none.
        let same =
            uploads::try_find(database, id).await?.is_some_and(|now| now.state == upload.state);
        if stored < upload.received && same {
            let detail = format!(
                "{} bytes are acknowledged, {stored} are stored; check the disk",
                upload.received
            );
            report.error("upload-bytes-lost", id, detail);
        }
    }
    Ok(())
}

/// The map of where a stitched panorama's pixels come from and its project are evidence: they must be there, each under
/// its hash.
async fn check_evidence(
    database: &Database,
    blobs: &Blobs,
    owned: &mut HashSet<Key>,
    report: &mut Report,
) -> Result<(), UpkeepError> {
    for name in photo_sets::evidence(database).await? {
        let Ok(key) = Key::parse(&name) else { continue };
        if owned.contains(&key) {
            continue;
        }
        if blobs.head(&key).await?.is_none() {
            report.error(
                "provenance-missing",
                &key,
                "bring it back from a backup, or stitch the set again",
            );
        } else if report.deep {
            let hash = Blake3::of(&blobs.read(&key).await?);
            if ![Key::provenance(&hash), Key::project(&hash)].contains(&key) {
                report.error(
                    "provenance-damaged",
                    &key,
                    "bring it back from a backup, or stitch the set again",
                );
            }
        }
        owned.insert(key);
    }
    Ok(())
}

fn check_orphans(listed: &[Meta], owned: &HashSet<Key>, clock: &Clock, report: &mut Report) {
    // The store's times are the machine's; a test that turns the clock makes its objects old.
    let now = clock.now().as_millis();
    let uploads: HashSet<UploadId> = owned.iter().filter_map(Blobs::partial_of).collect();
    for object in listed {
        let of_upload = Blobs::partial_of(&object.key).is_some_and(|id| uploads.contains(&id));
        if owned.contains(&object.key) || of_upload {
            continue;
        }
        let age = now - object.written_at;
        if age > GRACE_MILLIS {
            let detail = format!(
                "{} bytes that nothing refers to, {} h old; delete it if a backup has been kept",
                object.size,
                age / 3_600_000
            );
            report.error("orphan", &object.key, detail);
        } else {
            report.warn("orphan-in-grace", &object.key, "nothing refers to it (yet)");
        }
    }
}
