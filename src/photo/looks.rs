//! What the court looks at before a tour becomes public, beside its panoramas: pictures are opened, videos watched and
//! recordings heard, each as it is handed out.

use serde_json::json;

use crate::auction::access::Owners;
use crate::auction::people::Principal;
use crate::base::{Blake3, Clock};
use crate::catalogue::assets::Asset;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::looks::{self, Look};
use crate::catalogue::{CatalogueError, Database, tour_pictures};

/// Notes that a reviewer has looked at an asset as bidders will see or hear it. `shown`: the hash of what was handed out;
/// `Stale` if that is another by now, `NotFound` for what no tour shows beside its panoramas.
pub async fn note(
    (database, clock): (&Database, &Clock),
    (who, actor): (&Principal, &Actor),
    (asset, owners): (&Asset, &Owners),
    shown: &Blake3,
) -> Result<(), CatalogueError> {
    let (action, present) = match &asset.rendition {
        Some(played) if played.is_sound() => ("sound.hear", Some(played.blake3)),
        Some(played) => ("video.watch", Some(played.blake3)),
        None => ("picture.open", small_picture(database, asset).await?),
    };
    if present.as_ref() != Some(shown) {
        return Err(CatalogueError::Stale { what: "picture", id: asset.id.to_string() });
    }
    let now = clock.now();
    let mut tx = database.begin().await?;
    looks::add(&mut tx, asset.id, shown, Look { by: who.id, at: now }).await?;
    // In the court's own log: it is its check, whoever sent the file.
    let entry = Entry {
        action,
        object_kind: "asset",
        object_id: &asset.id.to_string(),
        tenant: Some(owners.court),
        detail: json!({"shown": shown, "listing": asset.listing}),
    };
    audit::append(&mut tx, database.dialect(), now, actor, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// The small picture that is handed out of a photo or a plan's picture; none while it is being made.
async fn small_picture(
    database: &Database,
    asset: &Asset,
) -> Result<Option<Blake3>, CatalogueError> {
    let usable = tour_pictures::usable(database, asset.listing).await?.plans;
    let missing = || CatalogueError::NotFound { what: "picture", id: asset.id.to_string() };
    usable.get(&asset.id).copied().ok_or_else(missing)
}
