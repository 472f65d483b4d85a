//! The part of `fsck` that asks whether what was signed and what was shown is still what it was.

use super::{Report, UpkeepError};
use crate::catalogue::{Database, proofs, signing_keys, snapshots};
use crate::proof::digests::sha256;
use crate::proof::{Manifest, PublicKey};

/// Checks every signature with the site's own keys, every kept `tour.json`, and the chain of every listing's snapshots.
pub(super) async fn check(database: &Database, report: &mut Report) -> Result<(), UpkeepError> {
    let known = signing_keys::known(database).await?;
    let keys: Vec<PublicKey> = known.into_iter().map(|key| key.public).collect();
    for (name, signed) in proofs::all_signed(database).await? {
        report.signatures += 1;
        let key = keys.iter().find(|key| key.id() == signed.key);
        if !key.is_some_and(|key| key.verify(signed.text.as_bytes(), &signed.signature)) {
            let detail =
                "its signature does not belong to it: bring the database back from a backup";
            report.error("signature-wrong", &name, detail);
        }
        if name.contains('/') {
            continue;
        }
        let manifest: Option<Manifest> = serde_json::from_str(&signed.text).ok();
        let published = proofs::manifest(database, &name).await?;
        let same = manifest.zip(published).is_some_and(|(manifest, published)| {
            manifest.tour == sha256(published.tour.as_bytes())
        });
        if !same {
            let detail = "its tour.json is not the one that was signed: bring the database back from a backup";
            report.error("tour-changed", &name, detail);
        }
    }
    let (count, faults) = snapshots::verify(database).await?;
    report.snapshots = count;
    for (name, fault) in faults {
        report.error("snapshot-chain-broken", name, fault);
    }
    Ok(())
}
