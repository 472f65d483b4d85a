//! What was signed of published tours, and the digests of packs.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{CatalogueError, Database, Transaction};
use crate::base::Instant;
use crate::proof::Digests;
use crate::proof::manifest::Signed;

/// The manifest of a version, with the `tour.json` that it vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// `tour.json`, byte for byte.
    pub tour: String,
    /// The signed manifest.
    pub manifest: Signed,
}

/// The digests of a pack, if they were made.
pub async fn digests(database: &Database, pack: &str) -> Result<Option<Digests>, CatalogueError> {
    let row = sqlx::query("SELECT digests FROM pack_digests WHERE pack_key = $1")
        .bind(pack)
        .fetch_optional(database.read())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let text: String = row.try_get("digests")?;
    let damaged = || CatalogueError::Corrupt {
        place: "pack_digests.digests",
        reason: format!("those of {pack} are no list of digests"),
    };
    Digests::from_text(&text).map(Some).ok_or_else(damaged)
}

/// Keeps the digests of a pack; a second time changes nothing.
pub async fn keep_digests(
    tx: &mut Transaction,
    pack: &str,
    digests: &Digests,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO pack_digests (pack_key, digests) VALUES ($1, $2) ON CONFLICT (pack_key) DO NOTHING",
    )
    .bind(pack)
    .bind(digests.to_text())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

const MANIFEST: &str = "SELECT tour, manifest AS text, signature, key_id, signed_at \
     FROM publication_manifests WHERE version = $1";

/// The signed manifest of a version.
pub async fn manifest(
    database: &Database,
    version: &str,
) -> Result<Option<Published>, CatalogueError> {
    let row = sqlx::query(MANIFEST).bind(version).fetch_optional(database.read()).await?;
    row.as_ref().map(published).transpose()
}

/// The same inside a transaction.
pub async fn manifest_in(
    tx: &mut Transaction,
    version: &str,
) -> Result<Option<Published>, CatalogueError> {
    let row = sqlx::query(MANIFEST).bind(version).fetch_optional(&mut **tx).await?;
    row.as_ref().map(published).transpose()
}

/// Keeps the manifest of a version. False if there is one already, which stays.
pub async fn keep_manifest(
    tx: &mut Transaction,
    version: &str,
    published: &Published,
) -> Result<bool, CatalogueError> {
    let Signed { text, signature, key, at } = &published.manifest;
    let done = sqlx::query(
        "INSERT INTO publication_manifests (version, tour, manifest, signature, key_id, signed_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version) DO NOTHING",
    )
    .bind(version)
    .bind(&published.tour)
    .bind(text)
    .bind(hex::encode(signature))
    .bind(key)
    .bind(at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The signed addendum of a scene.
pub async fn addendum(
    database: &Database,
    version: &str,
    scene: &str,
) -> Result<Option<Signed>, CatalogueError> {
    let row = sqlx::query(
        "SELECT addendum AS text, signature, key_id, signed_at FROM publication_addenda \
         WHERE version = $1 AND scene_id = $2",
    )
    .bind(version)
    .bind(scene)
    .fetch_optional(database.read())
    .await?;
    row.as_ref().map(signed).transpose()
}

/// Keeps the addendum of a scene; one that is there stays.
pub async fn keep_addendum(
    tx: &mut Transaction,
    version: &str,
    scene: &str,
    addendum: &Signed,
) -> Result<(), CatalogueError> {
    let Signed { text, signature, key, at } = addendum;
    sqlx::query(
        "INSERT INTO publication_addenda (version, scene_id, addendum, signature, key_id, signed_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version, scene_id) DO NOTHING",
    )
    .bind(version)
    .bind(scene)
    .bind(text)
    .bind(hex::encode(signature))
    .bind(key)
    .bind(at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Scenes of a version whose WebP pack is signed.
pub async fn scenes_with_webp(
    database: &Database,
    version: &str,
) -> Result<Vec<String>, CatalogueError> {
    let rows = sqlx::query("SELECT scene_id FROM publication_addenda WHERE version = $1")
        .bind(version)
        .fetch_all(database.read())
        .await?;
    rows.iter().map(|row| Ok(row.try_get("scene_id")?)).collect()
}

/// Public versions that are not wholly signed: no manifest, or a WebP pack without an addendum.
pub async fn unsigned(database: &Database) -> Result<Vec<String>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT p.version FROM publications p \
         LEFT JOIN publication_manifests m ON m.version = p.version \
         WHERE p.withdrawn_at IS NULL AND (m.version IS NULL OR EXISTS ( \
           SELECT 1 FROM publication_scenes s JOIN panoramas a ON a.id = s.panorama_id \
           LEFT JOIN publication_addenda d ON d.version = s.version AND d.scene_id = s.scene_id \
           WHERE s.version = p.version AND a.webp_key IS NOT NULL AND d.scene_id IS NULL)) \
         ORDER BY p.published_at LIMIT 100",
    )
    .fetch_all(database.read())
    .await?;
    rows.iter().map(|row| Ok(row.try_get("version")?)).collect()
}

/// Packs of panoramas from after `since` whose digests were not made yet. One that cannot be read is not tried for ever.
pub async fn packs_without_digests(
    database: &Database,
    since: Instant,
    limit: i64,
) -> Result<Vec<String>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT key FROM (SELECT pack_key AS key FROM panoramas WHERE created_at >= $1 \
         UNION SELECT webp_key AS key FROM panoramas WHERE created_at >= $1) packs \
         WHERE key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pack_digests d WHERE d.pack_key = packs.key) \
         ORDER BY key LIMIT $2",
    )
    .bind(since.as_millis())
    .bind(limit)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(|row| Ok(row.try_get("key")?)).collect()
}

/// Everything that was ever signed: what it is of, and the signed text.
pub async fn all_signed(database: &Database) -> Result<Vec<(String, Signed)>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT version AS name, manifest AS text, signature, key_id, signed_at FROM publication_manifests \
         UNION ALL SELECT version || '/' || scene_id AS name, addendum AS text, signature, key_id, signed_at \
         FROM publication_addenda ORDER BY name",
    )
    .fetch_all(database.read())
    .await?;
    rows.iter().map(|row| Ok((row.try_get("name")?, signed(row)?))).collect()
}

fn published(row: &AnyRow) -> Result<Published, CatalogueError> {
    Ok(Published { tour: row.try_get("tour")?, manifest: signed(row)? })
}

fn signed(row: &AnyRow) -> Result<Signed, CatalogueError> {
    let signature: String = row.try_get("signature")?;
    let mut bytes = [0; crate::proof::key::SIGNATURE_BYTES];
    hex::decode_to_slice(&signature, &mut bytes).map_err(|error| CatalogueError::Corrupt {
        place: "publication_manifests.signature",
        reason: error.to_string(),
    })?;
    Ok(Signed {
        text: row.try_get("text")?,
        signature: bytes,
        key: row.try_get("key_id")?,
        at: Instant::from_millis(row.try_get("signed_at")?),
    })
}
