//! The site's signing keys: one is in use, retired ones stay so that what they signed can be checked.

use serde_json::json;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{self, Actor, Entry};
use super::{CatalogueError, Database, Dialect, Transaction};
use crate::base::Instant;
use crate::proof::key::KeyError;
use crate::proof::{PublicKey, SigningKey};

/// A key as everybody may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// Its public half.
    pub public: PublicKey,
    /// It signs from here on …
    pub from: Instant,
    /// … until here; none for the one in use.
    pub until: Option<Instant>,
}

/// The key in use. The first call makes it.
pub async fn current(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
) -> Result<SigningKey, CatalogueError> {
    lock(tx, dialect).await?;
    let row = sqlx::query(
        "SELECT secret FROM signing_keys WHERE retired_at IS NULL ORDER BY made_at DESC LIMIT 1",
    )
    .fetch_optional(&mut **tx)
    .await?;
    match row {
        Some(row) => secret(&row),
        None => make(tx, dialect, now).await,
    }
}

/// Retires the key in use and makes a new one. Answers the name of the new one.
pub async fn rotate(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
) -> Result<String, CatalogueError> {
    lock(tx, dialect).await?;
    sqlx::query("UPDATE signing_keys SET retired_at = $1 WHERE retired_at IS NULL")
        .bind(now.as_millis())
        .execute(&mut **tx)
        .await?;
    Ok(make(tx, dialect, now).await?.public().id())
}

/// All keys, the newest first.
pub async fn known(database: &Database) -> Result<Vec<KnownKey>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT public_key, made_at, retired_at FROM signing_keys ORDER BY made_at DESC, id",
    )
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            let public: String = row.try_get("public_key")?;
            let until: Option<i64> = row.try_get("retired_at")?;
            Ok(KnownKey {
                public: PublicKey::parse(&public).ok_or_else(|| corrupt(KeyError::Damaged))?,
                from: Instant::from_millis(row.try_get("made_at")?),
                until: until.map(Instant::from_millis),
            })
        })
        .collect()
}

/// The secrets of all keys, the newest first: receipts of retired keys are still read.
pub async fn secrets(database: &Database) -> Result<Vec<SigningKey>, CatalogueError> {
    let rows = sqlx::query("SELECT secret FROM signing_keys ORDER BY made_at DESC, id")
        .fetch_all(database.read())
        .await?;
    rows.iter().map(secret).collect()
}

async fn make(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
) -> Result<SigningKey, CatalogueError> {
    let key = SigningKey::generate().map_err(corrupt)?;
    let id = key.public().id();
    sqlx::query(
        "INSERT INTO signing_keys (id, public_key, secret, made_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(&id)
    .bind(key.public().encoded())
    .bind(hex::encode(key.pkcs8()))
    .bind(now.as_millis())
    .execute(&mut **tx)
    .await?;
    let entry = Entry {
        action: "signing_key.make",
        object_kind: "signing_key",
        object_id: &id,
        tenant: None,
        detail: json!({"public": key.public().encoded()}),
    };
    audit::append(tx, dialect, now, &Actor::system("signing"), entry).await?;
    Ok(key)
}

/// Two transactions must not both make the first key. SQLite has one writer anyway.
async fn lock(tx: &mut Transaction, dialect: Dialect) -> Result<(), CatalogueError> {
    if dialect == Dialect::Postgres {
        sqlx::query("SELECT pg_advisory_xact_lock(4921)").execute(&mut **tx).await?;
    }
    Ok(())
}

fn secret(row: &AnyRow) -> Result<SigningKey, CatalogueError> {
    let text: String = row.try_get("secret")?;
    let bytes = hex::decode(text).map_err(|_| corrupt(KeyError::Damaged))?;
    SigningKey::from_pkcs8(&bytes).map_err(corrupt)
}

fn corrupt(error: KeyError) -> CatalogueError {
    CatalogueError::Corrupt { place: "signing_keys", reason: error.to_string() }
}
