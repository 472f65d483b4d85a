//! The part of `fsck` that follows published tours to their packs and tiles.

use std::collections::HashSet;

use crate::blob::{BlobError, Blobs, Key, hash};
use crate::catalogue::{Database, assets, inventory, proofs, tour_pictures, tour_videos};
use crate::imaging::pack::{PREFIX_BYTES, PackIndex};
use crate::proof::digests::sha256;
use crate::proof::{Digests, Manifest};

use super::{Report, UpkeepError};

/// Checks every pack that the database knows, and that every published tour has its own.
pub(super) async fn check(
    database: &Database,
    blobs: &Blobs,
    owned: &mut HashSet<Key>,
    report: &mut Report,
) -> Result<(), UpkeepError> {
    let mut damaged = HashSet::new();
    for pack in inventory::packs(database).await? {
        let Ok(key) = Key::parse(&pack.key) else {
            report.error("pack-name", &pack.key, "the database names a pack that cannot be one");
            continue;
        };
        report.packs += 1;
        owned.insert(key.clone());
        let stated = proofs::digests(database, &pack.key).await?;
        let checked = check_pack(blobs, &key, pack.root.as_deref(), stated, report).await?;
        if let Err(fault) = checked {
            let detail = format!("{fault}; it can be made again from its original: retry the job");
            report.error("pack-damaged", &key, detail);
            damaged.insert(pack.panorama);
        }
    }
    for publication in inventory::publications(database).await? {
        report.publications += 1;
        let name = &publication.version;
        if publication.scenes.is_empty() {
            report.error("tour-empty", name, "a published tour has no scene");
        }
        for panorama in publication.scenes.iter().filter(|panorama| damaged.contains(*panorama)) {
            report.error(
                "tour-not-whole",
                name,
                format!("its panorama {panorama} is damaged or missing"),
            );
        }
        if publication.submitted_by == publication.published_by {
            report.error("four-eyes", name, "the same person submitted and published it");
        }
    }
    check_pictures(database, blobs, report).await?;
    check_videos(database, blobs, owned, report).await
}

/// Every video and recording that was converted must be there, and (deep) be what it was.
async fn check_videos(
    database: &Database,
    blobs: &Blobs,
    owned: &mut HashSet<Key>,
    report: &mut Report,
) -> Result<(), UpkeepError> {
    for rendition in assets::renditions(database).await? {
        let key = Key::video(&rendition.blake3);
        owned.insert(key.clone());
        let size = blobs.head(&key).await?.map(|meta| meta.size);
        let fault = if size != Some(rendition.bytes) {
            Some("is missing or has another length")
        } else if report.deep {
            report.bytes_read += rendition.bytes;
            let (_, bytes) = blobs.stream(&key, None).await?;
            let same = hash(bytes).await?.sha256 == rendition.sha256;
            (!same).then_some("is not what was made")
        } else {
            None
        };
        if let Some(fault) = fault {
            let detail =
                format!("a converted video or recording {fault}; bring it back from a backup");
            report.error("video-damaged", &key, detail);
        }
    }
    for (version, asset, video) in tour_videos::published(database).await? {
        if !video.rendition.is_sound()
            && blobs.head(&Key::thumbnail(&video.original)).await?.is_none()
        {
            let detail = format!("the still of its video {asset} is missing");
            report.error("tour-not-whole", &version, detail);
        }
    }
    Ok(())
}

/// The pictures of published hotspots and plans must be there, and (deep) be those that were signed.
async fn check_pictures(
    database: &Database,
    blobs: &Blobs,
    report: &mut Report,
) -> Result<(), UpkeepError> {
    for (version, asset, small) in tour_pictures::published(database).await? {
        let key = Key::thumbnail(&small);
        if blobs.head(&key).await?.is_none() {
            let detail = format!(
                "the picture {key} of a hotspot or plan is missing; bring it back from a backup"
            );
            report.error("tour-not-whole", &version, detail);
            continue;
        }
        if !report.deep {
            continue;
        }
        let bytes = blobs.read(&key).await?;
        report.bytes_read += bytes.len() as u64;
        let signed = proofs::manifest(database, &version).await?;
        let manifest: Option<Manifest> =
            signed.and_then(|signed| serde_json::from_str(&signed.manifest.text).ok());
        let Some(pictures) = manifest.and_then(|manifest| manifest.pictures) else { continue };
        let stated = pictures.iter().find(|picture| picture.id == asset.to_string());
        if stated.is_none_or(|stated| stated.sha256 != sha256(&bytes)) {
            let detail = format!("its picture {asset} is not the one that was signed");
            report.error("tour-not-whole", &version, detail);
        }
    }
    Ok(())
}

/// `Ok(Err(..))` says what is wrong with the pack.
async fn check_pack(
    blobs: &Blobs,
    key: &Key,
    root: Option<&str>,
    stated: Option<Digests>,
    report: &mut Report,
) -> Result<Result<(), String>, UpkeepError> {
    let Some(meta) = blobs.head(key).await? else { return Ok(Err("it is missing".to_owned())) };
    let index = match read_index(blobs, key, meta.size).await {
        Ok(index) => index,
        Err(Broken::Pack(fault)) => return Ok(Err(fault)),
        Err(Broken::Store(error)) => return Err(error.into()),
    };
    if root.is_some_and(|root| root != index.root.to_string()) {
        return Ok(Err("its root is not the recorded one".to_owned()));
    }
    if index.total_bytes() != meta.size {
        return Ok(Err(format!(
            "it has {} bytes, its index needs {}",
            meta.size,
            index.total_bytes()
        )));
    }
    if !report.deep {
        return Ok(Ok(()));
    }
    let bytes = match blobs.read(key).await {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => return Ok(Err("it is missing".to_owned())),
        Err(error) => return Err(error.into()),
    };
    report.bytes_read += bytes.len() as u64;
    report.tiles += index.tiles.len() as u64;
    // A pack of a large panorama takes a second to hash.
    let verified = tokio::task::spawn_blocking(move || {
        let digests = Digests::of_pack(&index, &bytes).map_err(|error| error.to_string())?;
        // What was signed at publication is what the pack holds.
        match stated {
            Some(stated) if stated != digests => {
                Err("its pictures are not those that were signed".to_owned())
            }
            _ => Ok(()),
        }
    });
    Ok(verified.await.unwrap_or_else(|error| Err(error.to_string())))
}

enum Broken {
    Pack(String),
    Store(BlobError),
}

async fn read_index(blobs: &Blobs, key: &Key, size: u64) -> Result<PackIndex, Broken> {
    if size < PREFIX_BYTES as u64 {
        return Err(Broken::Pack("it is shorter than its own beginning".to_owned()));
    }
    let prefix =
        blobs.read_range_uncached(key, 0..PREFIX_BYTES as u64).await.map_err(Broken::Store)?;
    let needed =
        PackIndex::length_needed(&prefix).map_err(|error| Broken::Pack(error.to_string()))? as u64;
    if needed > size {
        return Err(Broken::Pack("its index breaks off".to_owned()));
    }
    let head = blobs.read_range_uncached(key, 0..needed).await.map_err(Broken::Store)?;
    PackIndex::parse(&head).map_err(|error| Broken::Pack(error.to_string()))
}
