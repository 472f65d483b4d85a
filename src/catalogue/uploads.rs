//! Uploads under way: how far each is, whose it is, when it ends.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{CatalogueError, Database, Transaction};
use crate::base::id::{AssetId, ListingId, TenantId, UploadId, UserId};
use crate::base::{Blake3, Instant};

/// What an upload is in a concatenation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file of its own.
    Whole,
    /// A part of a file.
    Partial,
    /// A file joined from parts.
    Final,
}

/// Where an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Bytes are missing.
    Open,
    /// All bytes are there; it is not filed yet.
    Complete,
    /// It is a part of a final upload.
    Joined,
    /// It has become an asset.
    Filed,
    /// It cannot become an asset.
    Failed,
}

/// One upload.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Whole, part or joined.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// The listing that it is for; a part has none.
    pub listing: Option<ListingId>,
    /// Whose quota it takes.
    pub tenant: TenantId,
    /// Who began it.
    pub user: UserId,
    /// Its final size in bytes, if the client has said it.
    pub length: Option<u64>,
    /// How many bytes are acknowledged.
    pub received: u64,
    /// `Upload-Metadata` as the client sent it.
    pub metadata: String,
    /// The cleaned name of the file.
    pub file_name: String,
    /// The media type that the client claims.
    pub media_type: String,
    /// The hash that the client announced.
    pub expected: Option<Blake3>,
    /// The parts of a final upload, in order.
    pub parts: Vec<UploadId>,
    /// The asset that it will be, or has become.
    pub asset: Option<AssetId>,
    /// When it began.
    pub created_at: Instant,
    /// When it is deleted if nothing more happens.
    pub expires_at: Instant,
}

/// How much of a tenant's quota is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes that the tenant may keep.
    pub quota: u64,
    /// Bytes of its originals, each counted once.
    pub stored: u64,
    /// Bytes that unfinished uploads have reserved.
    pub reserved: u64,
    /// Number of unfinished uploads.
    pub open: u64,
}

impl Usage {
    /// Bytes that are still free.
    pub fn free(&self) -> u64 {
        self.quota.saturating_sub(self.stored).saturating_sub(self.reserved)
    }
}

/// The tenant's quota and what is taken of it. Within a transaction it also keeps other
/// transactions of the same tenant waiting, so that two uploads cannot both take the last bytes.
pub async fn usage(tx: &mut Transaction, tenant: TenantId) -> Result<Usage, CatalogueError> {
    sqlx::query("UPDATE tenants SET quota_bytes = quota_bytes WHERE id = $1")
        .bind(tenant.to_string())
        .execute(&mut **tx)
        .await?;
    let row = sqlx::query(
        "SELECT t.quota_bytes AS quota, \
         (SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM (SELECT DISTINCT original, size \
          FROM assets WHERE tenant_id = t.id AND deleted_at IS NULL) AS kept) AS stored, \
         (SELECT CAST(COALESCE(SUM(CASE WHEN length IS NULL OR length < received THEN received \
          ELSE length END), 0) AS BIGINT) FROM uploads WHERE tenant_id = t.id \
          AND state IN ('open', 'complete')) AS reserved, \
         (SELECT COUNT(*) FROM uploads WHERE tenant_id = t.id AND state IN ('open', 'complete')) AS open_count \
         FROM tenants t WHERE t.id = $1",
    )
    .bind(tenant.to_string())
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| CatalogueError::NotFound { what: "tenant", id: tenant.to_string() })?;
    Ok(Usage {
        quota: unsigned(row.try_get("quota")?),
        stored: unsigned(row.try_get("stored")?),
        reserved: unsigned(row.try_get("reserved")?),
        open: unsigned(row.try_get("open_count")?),
    })
}

/// Stores a new upload.
pub async fn add(tx: &mut Transaction, upload: &Upload) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO uploads (id, kind, state, listing_id, tenant_id, user_id, length, received, \
         metadata, file_name, media_type, expected_blake3, parts, asset_id, created_at, changed_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16)",
    )
    .bind(upload.id.to_string())
    .bind(kind_text(upload.kind))
    .bind(state_text(upload.state))
    .bind(upload.listing.map(|id| id.to_string()))
    .bind(upload.tenant.to_string())
    .bind(upload.user.to_string())
    .bind(upload.length.map(|length| length as i64))
    .bind(upload.received as i64)
    .bind(&upload.metadata)
    .bind(&upload.file_name)
    .bind(&upload.media_type)
    .bind(upload.expected.map(|hash| hash.to_string()))
    .bind(serde_json::json!(upload.parts).to_string())
    .bind(upload.asset.map(|id| id.to_string()))
    .bind(upload.created_at.as_millis())
    .bind(upload.expires_at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One upload; `NotFound` if there is none.
pub async fn find(database: &Database, id: UploadId) -> Result<Upload, CatalogueError> {
    let row = sqlx::query("SELECT * FROM uploads WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?
        .ok_or_else(|| CatalogueError::NotFound { what: "upload", id: id.to_string() })?;
    from_row(&row)
}

/// One upload, if there is one.
pub async fn try_find(database: &Database, id: UploadId) -> Result<Option<Upload>, CatalogueError> {
    match find(database, id).await {
        Ok(upload) => Ok(Some(upload)),
        Err(CatalogueError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A stretch of an upload on S3 that was acknowledged.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Offset of its first byte.
    pub start: u64,
    /// Its length in bytes.
    pub length: u64,
    /// The object that holds it.
    pub object: String,
}

/// Moves an upload on from `from` to `to` bytes. `false` if somebody else did so first: then
/// nothing is changed.
pub async fn advance(
    tx: &mut Transaction,
    id: UploadId,
    from: u64,
    to: u64,
    pieces: &[Piece],
    at: Instant,
    expires_at: Instant,
) -> Result<bool, CatalogueError> {
    let changed = sqlx::query(
        "UPDATE uploads SET received = $1, changed_at = $2, expires_at = $3, \
         state = CASE WHEN length = $1 THEN 'complete' ELSE state END \
         WHERE id = $4 AND received = $5 AND state = 'open'",
    )
    .bind(to as i64)
    .bind(at.as_millis())
    .bind(expires_at.as_millis())
    .bind(id.to_string())
    .bind(from as i64)
    .execute(&mut **tx)
    .await?
    .rows_affected();
    if changed == 0 {
        return Ok(false);
    }
    for piece in pieces {
        sqlx::query(
            "INSERT INTO upload_pieces (upload_id, start, length, object) VALUES ($1, $2, $3, $4)",
        )
        .bind(id.to_string())
        .bind(piece.start as i64)
        .bind(piece.length as i64)
        .bind(&piece.object)
        .execute(&mut **tx)
        .await?;
    }
    Ok(true)
}

/// Takes an upload back to the bytes that the store really has.
pub async fn fall_back(tx: &mut Transaction, id: UploadId, to: u64) -> Result<(), CatalogueError> {
    sqlx::query("UPDATE uploads SET received = $1 WHERE id = $2 AND state = 'open'")
        .bind(to as i64)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Says the length of an upload that deferred it. `false` if it has one already.
pub async fn set_length(
    tx: &mut Transaction,
    id: UploadId,
    length: u64,
) -> Result<bool, CatalogueError> {
    let changed = sqlx::query(
        "UPDATE uploads SET length = $1, state = CASE WHEN received = $1 THEN 'complete' ELSE state END \
         WHERE id = $2 AND length IS NULL AND received <= $1 AND state = 'open'",
    )
    .bind(length as i64)
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?
    .rows_affected();
    Ok(changed == 1)
}

/// Moves an upload from one state to another. `false` if it was not in the first.
pub async fn change_state(
    tx: &mut Transaction,
    id: UploadId,
    from: State,
    to: State,
    at: Instant,
    failure: Option<&str>,
) -> Result<bool, CatalogueError> {
    let changed = sqlx::query(
        "UPDATE uploads SET state = $1, changed_at = $2, failure = $3 WHERE id = $4 AND state = $5",
    )
    .bind(state_text(to))
    .bind(at.as_millis())
    .bind(failure)
    .bind(id.to_string())
    .bind(state_text(from))
    .execute(&mut **tx)
    .await?
    .rows_affected();
    Ok(changed == 1)
}

/// Notes which asset an upload became.
pub async fn set_asset(
    tx: &mut Transaction,
    id: UploadId,
    asset: AssetId,
) -> Result<(), CatalogueError> {
    sqlx::query("UPDATE uploads SET asset_id = $1 WHERE id = $2")
        .bind(asset.to_string())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The objects that hold an upload on S3, in order.
pub async fn objects(database: &Database, id: UploadId) -> Result<Vec<String>, CatalogueError> {
    let rows = sqlx::query("SELECT object FROM upload_pieces WHERE upload_id = $1 ORDER BY start")
        .bind(id.to_string())
        .fetch_all(database.read())
        .await?;
    rows.iter().map(|row| row.try_get("object").map_err(CatalogueError::from)).collect()
}

/// Deletes an upload's rows. Its data must be gone, or go right after.
pub async fn remove(tx: &mut Transaction, id: UploadId) -> Result<(), CatalogueError> {
    for delete in
        ["DELETE FROM upload_pieces WHERE upload_id = $1", "DELETE FROM uploads WHERE id = $1"]
    {
        sqlx::query(delete).bind(id.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Forgets all uploads: after a restore to a store of another kind their bytes are not there.
pub async fn forget_all(tx: &mut Transaction) -> Result<(), CatalogueError> {
    for delete in ["DELETE FROM upload_pieces", "DELETE FROM uploads"] {
        sqlx::query(delete).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Uploads whose bytes are all there but that are no asset yet: work that a crash left behind.
pub async fn unfiled(database: &Database, limit: i64) -> Result<Vec<Upload>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT * FROM uploads WHERE state = 'complete' AND kind <> 'partial' ORDER BY changed_at LIMIT $1",
    )
    .bind(limit)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(from_row).collect()
}

/// Uploads that have outlived their time. Those that wait to be filed never do.
pub async fn expired(
    database: &Database,
    now: Instant,
    limit: i64,
) -> Result<Vec<Upload>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT * FROM uploads WHERE expires_at <= $1 AND state <> 'joined' \
         AND (state <> 'complete' OR kind = 'partial') ORDER BY expires_at LIMIT $2",
    )
    .bind(now.as_millis())
    .bind(limit)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(from_row).collect()
}

/// Every upload that may have data in the store.
pub async fn ids(database: &Database) -> Result<Vec<UploadId>, CatalogueError> {
    let rows = sqlx::query("SELECT id FROM uploads").fetch_all(database.read()).await?;
    rows.iter()
        .map(|row| {
            let text: String = row.try_get("id")?;
            UploadId::parse(&text).ok_or_else(|| corrupt("uploads.id", &text))
        })
        .collect()
}

fn from_row(row: &AnyRow) -> Result<Upload, CatalogueError> {
    let text =
        |column: &'static str| -> Result<String, CatalogueError> { Ok(row.try_get(column)?) };
    let id = text("id")?;
    let (kind, state) = (text("kind")?, text("state")?);
    let tenant = text("tenant_id")?;
    let user = text("user_id")?;
    let parts = text("parts")?;
    let optional = |column: &'static str| -> Result<Option<String>, CatalogueError> {
        Ok(row.try_get(column)?)
    };
    Ok(Upload {
        id: UploadId::parse(&id).ok_or_else(|| corrupt("uploads.id", &id))?,
        kind: match kind.as_str() {
            "whole" => Kind::Whole,
            "partial" => Kind::Partial,
            "final" => Kind::Final,
            other => return Err(corrupt("uploads.kind", other)),
        },
        state: match state.as_str() {
            "open" => State::Open,
            "complete" => State::Complete,
            "joined" => State::Joined,
            "filed" => State::Filed,
            "failed" => State::Failed,
            other => return Err(corrupt("uploads.state", other)),
        },
        listing: optional("listing_id")?.as_deref().and_then(ListingId::parse),
        tenant: TenantId::parse(&tenant).ok_or_else(|| corrupt("uploads.tenant_id", &tenant))?,
        user: UserId::parse(&user).ok_or_else(|| corrupt("uploads.user_id", &user))?,
        length: row.try_get::<Option<i64>, _>("length")?.map(unsigned),
        received: unsigned(row.try_get("received")?),
        metadata: text("metadata")?,
        file_name: text("file_name")?,
        media_type: text("media_type")?,
        expected: optional("expected_blake3")?.as_deref().and_then(Blake3::parse),
        parts: serde_json::from_str(&parts).map_err(|_| corrupt("uploads.parts", &parts))?,
        asset: optional("asset_id")?.as_deref().and_then(AssetId::parse),
        created_at: Instant::from_millis(row.try_get("created_at")?),
        expires_at: Instant::from_millis(row.try_get("expires_at")?),
    })
}

fn corrupt(place: &'static str, value: &str) -> CatalogueError {
    CatalogueError::Corrupt { place, reason: format!("'{value}' is not expected there") }
}

/// Byte counts are never negative; a damaged one must not become a huge one.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Whole => "whole",
        Kind::Partial => "partial",
        Kind::Final => "final",
    }
}

fn state_text(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Complete => "complete",
        State::Joined => "joined",
        State::Filed => "filed",
        State::Failed => "failed",
    }
}
