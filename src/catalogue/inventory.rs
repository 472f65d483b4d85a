//! What the whole database refers to, for checks, backups and restores.

use sqlx::Row;

use super::{CatalogueError, Database, Dialect};

/// A pack that the database refers to.
#[derive(Clone, Debug)]
pub struct PackRow {
    /// The panorama.
    pub panorama: String,
    /// The object.
    pub key: String,
    /// The root of its tiles' hashes; unknown for the second format.
    pub root: Option<String>,
}

/// A published tour.
#[derive(Clone, Debug)]
pub struct PublicationRow {
    /// Its public address.
    pub version: String,
    /// Who submitted it.
    pub submitted_by: String,
    /// Who published it.
    pub published_by: String,
    /// The panoramas of its scenes.
    pub scenes: Vec<String>,
}

/// Every pack of every panorama.
pub async fn packs(database: &Database) -> Result<Vec<PackRow>, CatalogueError> {
    let rows = sqlx::query("SELECT id, pack_key, webp_key, root FROM panoramas ORDER BY id")
        .fetch_all(database.read())
        .await?;
    let mut packs = Vec::with_capacity(rows.len());
    for row in rows {
        let panorama: String = row.try_get("id")?;
        let root: String = row.try_get("root")?;
        packs.push(PackRow {
            panorama: panorama.clone(),
            key: row.try_get("pack_key")?,
            root: Some(root),
        });
        if let Some(key) = row.try_get::<Option<String>, _>("webp_key")? {
            packs.push(PackRow { panorama, key, root: None });
        }
    }
    Ok(packs)
}

/// Every tour that is published and not withdrawn.
pub async fn publications(database: &Database) -> Result<Vec<PublicationRow>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT p.version, p.submitted_by, p.published_by, s.panorama_id FROM publications p \
         LEFT JOIN publication_scenes s ON s.version = p.version \
         WHERE p.withdrawn_at IS NULL ORDER BY p.version",
    )
    .fetch_all(database.read())
    .await?;
    let mut found: Vec<PublicationRow> = Vec::new();
    for row in rows {
        let version: String = row.try_get("version")?;
        let scene: Option<String> = row.try_get("panorama_id")?;
        match found.last_mut() {
            Some(last) if last.version == version => last.scenes.extend(scene),
            _ => found.push(PublicationRow {
                version,
                submitted_by: row.try_get("submitted_by")?,
                published_by: row.try_get("published_by")?,
                scenes: scene.into_iter().collect(),
            }),
        }
    }
    Ok(found)
}

/// What the database itself finds wrong with its files. PostgreSQL checks its pages as it reads.
pub async fn faults(database: &Database) -> Result<Vec<String>, CatalogueError> {
    if database.dialect() == Dialect::Postgres {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("PRAGMA integrity_check").fetch_all(database.read()).await?;
    let mut faults = Vec::new();
    for row in rows {
        let line: String = row.try_get(0)?;
        if line != "ok" {
            faults.push(line);
        }
    }
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(database.read()).await?;
    for row in broken {
        let table: String = row.try_get(0)?;
        faults.push(format!("a row of {table} refers to one that is not there"));
    }
    Ok(faults)
}
