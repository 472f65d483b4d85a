//! The audit log: append-only, each entry chained to the one before by SHA-256.
//!
//! The hash of an entry covers every column and the previous hash, so that an entry that is
//! changed, left out or put in later is found by [`verify`].

use sha2::{Digest, Sha256};
use sqlx::Row;

use super::{CatalogueError, Database, Dialect, Transaction};
use crate::base::Instant;
use crate::base::id::{TenantId, UserId};

/// Who does something, and from where.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account, or none for the system itself.
    pub id: Option<UserId>,
    /// The name as it was at that time.
    pub name: String,
    /// The network address of the request, empty for the system.
    pub address: String,
}

impl Actor {
    /// The program itself (`worker`, `set-up`, `restore` …).
    pub fn system(name: &str) -> Self {
        Self { id: None, name: name.to_owned(), address: String::new() }
    }
}

/// What happened to what.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Verb in dotted form: `listing.create`, `tour.publish`, `session.fail` …
    pub action: &'a str,
    /// Kind of the object: `listing`, `tour`, `user` …
    pub object_kind: &'a str,
    /// The object's id.
    pub object_id: &'a str,
    /// The tenant whose auditor may read it.
    pub tenant: Option<TenantId>,
    /// Values before and after, reasons, documents. Never a password or a secret.
    pub detail: serde_json::Value,
}

/// An entry as it is stored.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Stored {
    /// Number in the chain, from 1, without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Instant,
    /// The account that did it.
    pub actor_id: Option<String>,
    /// The name as it was at that time.
    pub actor_name: String,
    /// From where.
    pub address: String,
    /// Verb in dotted form.
    pub action: String,
    /// Kind of the object.
    pub object_kind: String,
    /// The object's id.
    pub object_id: String,
    /// The tenant whose auditor may read it.
    pub tenant_id: Option<String>,
    /// Values before and after, as the JSON text that was hashed.
    pub detail: String,
    /// Hash of the entry before, 64 zeros for the first.
    pub previous_hash: String,
    /// Hash of this entry.
    pub hash: String,
}

const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Stored {
    /// The hash that this entry must have: SHA-256 over its columns, each preceded by its length
    /// in bytes (64 bit little-endian), so that no two different entries give the same bytes.
    pub fn expected_hash(&self) -> String {
        let mut digest = Sha256::new();
        let numbers = [self.seq.to_string(), self.at.as_millis().to_string()];
        let columns = [
            &self.previous_hash,
            &numbers[0],
            &numbers[1],
            self.actor_id.as_ref().unwrap_or(&String::new()),
            &self.actor_name,
            &self.address,
            &self.action,
            &self.object_kind,
            &self.object_id,
            self.tenant_id.as_ref().unwrap_or(&String::new()),
            &self.detail,
        ]
        .map(String::clone);
        for column in columns {
            digest.update((column.len() as u64).to_le_bytes());
            digest.update(column.as_bytes());
        }
        hex::encode(digest.finalize())
    }

    fn from_row(row: &sqlx::any::AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            at: Instant::from_millis(row.try_get("at")?),
            actor_id: row.try_get("actor_id")?,
            actor_name: row.try_get("actor_name")?,
            address: row.try_get("address")?,
            action: row.try_get("action")?,
            object_kind: row.try_get("object_kind")?,
            object_id: row.try_get("object_id")?,
            tenant_id: row.try_get("tenant_id")?,
            detail: row.try_get("detail")?,
            previous_hash: row.try_get("previous_hash")?,
            hash: row.try_get("hash")?,
        })
    }
}

/// Appends one entry in the caller's transaction: both happen or neither.
pub async fn append(
    tx: &mut Transaction,
    dialect: Dialect,
    at: Instant,
    actor: &Actor,
    entry: Entry<'_>,
) -> Result<(), CatalogueError> {
    if dialect == Dialect::Postgres {
        // Two transactions must not read the same head. SQLite has one writer anyway.
        sqlx::query("SELECT pg_advisory_xact_lock(4919)").execute(&mut **tx).await?;
    }
    let head = sqlx::query("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
        .fetch_optional(&mut **tx)
        .await?;
    let (seq, previous_hash) = match head {
        Some(row) => (row.try_get::<i64, _>("seq")? + 1, row.try_get::<String, _>("hash")?),
        None => (1, GENESIS.to_owned()),
    };
    let mut stored = Stored {
        seq,
        at,
        actor_id: actor.id.map(|id| id.to_string()),
        actor_name: actor.name.clone(),
        address: actor.address.clone(),
        action: entry.action.to_owned(),
        object_kind: entry.object_kind.to_owned(),
        object_id: entry.object_id.to_owned(),
        tenant_id: entry.tenant.map(|id| id.to_string()),
        detail: entry.detail.to_string(),
        previous_hash,
        hash: String::new(),
    };
    stored.hash = stored.expected_hash();
    sqlx::query(
        "INSERT INTO audit_log (seq, at, actor_id, actor_name, address, action, object_kind, \
         object_id, tenant_id, detail, previous_hash, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(stored.seq)
    .bind(stored.at.as_millis())
    .bind(stored.actor_id)
    .bind(stored.actor_name)
    .bind(stored.address)
    .bind(stored.action)
    .bind(stored.object_kind)
    .bind(stored.object_id)
    .bind(stored.tenant_id)
    .bind(stored.detail)
    .bind(stored.previous_hash)
    .bind(stored.hash)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a check of the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// How many entries were read.
    pub entries: i64,
    /// The last hash: what an outside notary would keep.
    pub head: String,
    /// The first entry that is missing, changed or put in, and what is wrong with it.
    pub broken: Option<(i64, String)>,
}

/// Walks the whole chain from the first entry.
pub async fn verify(database: &Database) -> Result<Verdict, CatalogueError> {
    let mut previous_hash = GENESIS.to_owned();
    let mut entries = 0;
    loop {
        let page = page(database, entries, 1000).await?;
        if page.is_empty() {
            return Ok(Verdict { entries, head: previous_hash, broken: None });
        }
        for entry in page {
            let fault = if entry.seq != entries + 1 {
                Some(format!("entry {} is missing", entries + 1))
            } else if entry.previous_hash != previous_hash {
                Some(format!("entry {} does not follow the one before", entry.seq))
            } else if entry.expected_hash() != entry.hash {
                Some(format!("entry {} was changed", entry.seq))
            } else {
                None
            };
            if let Some(fault) = fault {
                let broken = Some((entries + 1, fault));
                return Ok(Verdict { entries, head: previous_hash, broken });
            }
            previous_hash = entry.hash;
            entries += 1;
        }
    }
}

/// Up to `limit` entries with a number above `after`, in order.
pub async fn page(
    database: &Database,
    after: i64,
    limit: i64,
) -> Result<Vec<Stored>, CatalogueError> {
    let rows = sqlx::query("SELECT * FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(after)
        .bind(limit)
        .fetch_all(database.read())
        .await?;
    rows.iter().map(|row| Stored::from_row(row).map_err(Into::into)).collect()
}

/// Which entries are asked for; empty texts ask for all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only entries of this tenant.
    pub tenant: Option<TenantId>,
    /// Part of the actor's name.
    pub actor: String,
    /// The action, or its beginning.
    pub action: String,
    /// The id of the object.
    pub object: String,
    /// From this instant on.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
}

impl Filter {
    /// Whether an entry fits.
    pub fn fits(&self, entry: &Stored) -> bool {
        let tenant = self.tenant.map(|id| id.to_string());
        tenant.is_none_or(|tenant| entry.tenant_id.as_ref() == Some(&tenant))
            && entry.actor_name.contains(&self.actor)
            && entry.action.starts_with(&self.action)
            && (self.object.is_empty() || entry.object_id == self.object)
            && self.from.is_none_or(|from| entry.at >= from)
            && self.to.is_none_or(|to| entry.at < to)
    }
}

/// Up to `limit` entries that fit with a number below `before`, newest first.
pub async fn list(
    database: &Database,
    filter: &Filter,
    before: i64,
    limit: i64,
) -> Result<Vec<Stored>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT * FROM audit_log WHERE seq < $1 AND ($2 = '' OR tenant_id = $2) \
         AND ($3 = '' OR actor_name LIKE $4 ESCAPE '!') AND ($5 = '' OR action LIKE $6 ESCAPE '!') \
         AND ($7 = '' OR object_id = $7) AND at >= $8 AND at < $9 ORDER BY seq DESC LIMIT $10",
    )
    .bind(before)
    .bind(filter.tenant.map(|id| id.to_string()).unwrap_or_default())
    .bind(&filter.actor)
    .bind(format!("%{}%", escape_like(&filter.actor)))
    .bind(&filter.action)
    .bind(format!("{}%", escape_like(&filter.action)))
    .bind(&filter.object)
    .bind(filter.from.map_or(i64::MIN, Instant::as_millis))
    .bind(filter.to.map_or(i64::MAX, Instant::as_millis))
    .bind(limit)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(|row| Stored::from_row(row).map_err(Into::into)).collect()
}

/// Takes the special meaning from `%`, `_` and `!` in a LIKE pattern with `ESCAPE '!'`.
fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// When the last entry was written.
pub async fn last_at(database: &Database) -> Result<Option<Instant>, CatalogueError> {
    let row = sqlx::query("SELECT at FROM audit_log ORDER BY seq DESC LIMIT 1")
        .fetch_optional(database.read())
        .await?;
    Ok(row.map(|row| row.try_get("at").map(Instant::from_millis)).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn log_with(entries: usize) -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.sqlite").display());
        let database = Database::open(&url).await.unwrap();
        database.migrate().await.unwrap();
        for number in 0..entries {
            let mut tx = database.begin().await.unwrap();
            let entry = Entry {
                action: "listing.create",
                object_kind: "listing",
                object_id: &number.to_string(),
                tenant: None,
                detail: serde_json::json!({"after": {"title": "样例"}}),
            };
            let at = Instant::from_millis(1000 + number as i64);
            append(&mut tx, database.dialect(), at, &Actor::system("test"), entry).await.unwrap();
            tx.commit().await.unwrap();
        }
        (folder, database)
    }

    #[tokio::test]
    async fn an_untouched_chain_verifies() {
        let (_folder, database) = log_with(5).await;
        let verdict = verify(&database).await.unwrap();
        assert_eq!((verdict.entries, verdict.broken), (5, None));
    }

    #[tokio::test]
    async fn a_changed_and_a_deleted_entry_are_named() {
        for (tamper, seq) in [
            ("UPDATE audit_log SET detail = '{}' WHERE seq = 3", 3),
            ("DELETE FROM audit_log WHERE seq = 2", 2),
            ("UPDATE audit_log SET previous_hash = hash WHERE seq = 4", 4),
        ] {
            let (_folder, database) = log_with(5).await;
            let mut tx = database.begin().await.unwrap();
            sqlx::query(tamper).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            let broken = verify(&database).await.unwrap().broken.unwrap();
            assert_eq!(broken.0, seq, "{tamper}");
        }
    }
}
