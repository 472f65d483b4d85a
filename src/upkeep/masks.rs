//! The part of `fsck` that looks after privacy masks.

use std::collections::HashSet;

use crate::base::Blake3;
use crate::blob::{Blobs, Key};
use crate::catalogue::{Database, masked_pictures, masks};

use super::{Report, UpkeepError};

/// Checks that every list of masks is what its hash says, that every panorama and photo that looks otherwise than its original has its own small picture, and
/// that nothing public shows what masks hide by now.
pub(super) async fn check(
    database: &Database,
    blobs: &Blobs,
    owned: &mut HashSet<Key>,
    report: &mut Report,
) -> Result<(), UpkeepError> {
    for asset in masks::damaged(database).await? {
        report.error(
            "masks-damaged",
            asset,
            "its masks are not those that its hash names; restore a backup, or save them again",
        );
    }
    let packs = masks::packs_with_thumbnails(database).await?;
    let of_packs = packs.iter().filter_map(|pack| Blake3::parse(pack));
    for id in of_packs.chain(masked_pictures::all(database).await?) {
        let key = Key::thumbnail(&id);
        if blobs.head(&key).await?.is_none() {
            report.error(
                "masked-thumbnail-missing",
                &key,
                "bring it back from a backup, or retry the job that tiles the panorama or hides in the photo",
            );
        }
        owned.insert(key);
    }
    for (version, picture) in masks::exposed_to_the_public(database).await? {
        let detail = format!(
            "picture {picture} was published before its present masks: publish the tour again, or withdraw it"
        );
        report.warn("published-before-masks", version, detail);
    }
    Ok(())
}
