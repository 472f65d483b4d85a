//! Originals by content, and what they are in a listing.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{self, Entry};
use super::listings::By;
use super::{CatalogueError, Database, Transaction};
use crate::base::id::{AssetId, ListingId, TenantId, UserId};
use crate::base::{Blake3, Instant, Sha256};

/// Bytes in the store, by their hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Their address in the store.
    pub blake3: Blake3,
    /// The second hash, kept as evidence.
    pub sha256: Sha256,
    /// Their number.
    pub size: u64,
}

/// A video or recording as every browser plays it, in the store under its hash.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Rendition {
    /// Its address in the store.
    pub blake3: Blake3,
    /// What a manifest vouches for.
    pub sha256: Sha256,
    /// Number of its bytes.
    pub bytes: u64,
    /// Columns; 0 for sound alone.
    pub width: u32,
    /// Rows; 0 for sound alone.
    pub height: u32,
    /// Length in seconds.
    pub seconds: f64,
    /// Whether it has sound.
    pub has_sound: bool,
}

impl Rendition {
    /// Whether it is sound alone.
    pub fn is_sound(&self) -> bool {
        self.width == 0
    }
}

/// Where an asset stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not probed yet.
    Waiting,
    /// Probed and usable.
    Ready,
    /// The probe says why it cannot be used.
    Refused,
}

impl State {
    /// As it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }
}

/// An original as somebody uploaded it for one listing.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// The listing that it belongs to.
    pub listing: ListingId,
    /// Whose quota it takes.
    pub tenant: TenantId,
    /// Who uploaded it.
    pub uploaded_by: UserId,
    /// Its bytes.
    pub original: Original,
    /// The cleaned name of the file.
    pub file_name: String,
    /// The media type that the client claimed.
    pub media_type: String,
    /// Where it stands.
    pub state: State,
    /// What a person says that it is.
    pub taken_as: Option<String>,
    /// What the probe found.
    pub probe: Option<serde_json::Value>,
    /// Why the probe refused it.
    pub refusal: Option<serde_json::Value>,
    /// Whether the store has a small picture of it.
    pub has_thumbnail: bool,
    /// What a video or recording is played as, once that is made.
    pub rendition: Option<Rendition>,
    /// Counts the changes, for `If-Match`.
    pub version: i64,
    /// When it was uploaded.
    pub uploaded_at: Instant,
}

impl Asset {
    /// A file of a listing that has just arrived and waits for its probe. `owner`: whose quota it takes, and who
    /// sent it; `names`: the cleaned file name and the media type that was claimed.
    pub fn arriving(
        id: AssetId,
        listing: ListingId,
        owner: (TenantId, UserId),
        original: Original,
        names: (String, String),
        at: Instant,
    ) -> Self {
        Self {
            id,
            listing,
            tenant: owner.0,
            uploaded_by: owner.1,
            original,
            file_name: names.0,
            media_type: names.1,
            state: State::Waiting,
            taken_as: None,
            probe: None,
            refusal: None,
            has_thumbnail: false,
            rendition: None,
            version: 1,
            uploaded_at: at,
        }
    }
}

const COLUMNS: &str = "SELECT a.id, a.listing_id, a.tenant_id, a.uploaded_by, a.original, o.sha256, \
     a.size, a.file_name, a.media_type, a.state, a.taken_as, a.probe, a.refusal, a.has_thumbnail, \
     a.rendition, a.version, a.uploaded_at FROM assets a JOIN originals o ON o.blake3 = a.original ";

/// Records bytes that are durable in the store; does nothing if they are known.
pub async fn add_original(
    tx: &mut Transaction,
    at: Instant,
    original: &Original,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO originals (blake3, sha256, size, stored_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (blake3) DO NOTHING",
    )
    .bind(original.blake3.to_string())
    .bind(original.sha256.to_string())
    .bind(original.size as i64)
    .bind(at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes into the audit log what somebody did with an asset, in the transaction that does it.
pub async fn log(
    tx: &mut Transaction,
    by: By<'_>,
    action: &str,
    asset: &Asset,
    detail: serde_json::Value,
) -> Result<(), CatalogueError> {
    let entry = Entry {
        action,
        object_kind: "asset",
        object_id: &asset.id.to_string(),
        tenant: Some(asset.tenant),
        detail,
    };
    audit::append(tx, by.dialect, by.now, by.actor, entry).await
}

/// Records an asset. If the listing has the same bytes already, that asset's id comes back
/// instead and nothing is changed: the flag says whether it is new.
pub async fn add(tx: &mut Transaction, asset: &Asset) -> Result<(AssetId, bool), CatalogueError> {
    let inserted = sqlx::query(
        "INSERT INTO assets (id, listing_id, tenant_id, uploaded_by, original, size, file_name, \
         media_type, state, uploaded_at, changed_at, taken_as) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $9, $10) ON CONFLICT DO NOTHING",
    )
    .bind(asset.id.to_string())
    .bind(asset.listing.to_string())
    .bind(asset.tenant.to_string())
    .bind(asset.uploaded_by.to_string())
    .bind(asset.original.blake3.to_string())
    .bind(asset.original.size as i64)
    .bind(&asset.file_name)
    .bind(&asset.media_type)
    .bind(asset.uploaded_at.as_millis())
    .bind(asset.taken_as.as_deref())
    .execute(&mut **tx)
    .await?
    .rows_affected();
    if inserted == 1 {
        return Ok((asset.id, true));
    }
    let row = sqlx::query(
        "SELECT id FROM assets WHERE listing_id = $1 AND original = $2 AND deleted_at IS NULL",
    )
    .bind(asset.listing.to_string())
    .bind(asset.original.blake3.to_string())
    .fetch_one(&mut **tx)
    .await?;
    Ok((asset_id(&row)?, false))
}

/// One asset that was not deleted.
pub async fn find(database: &Database, id: AssetId) -> Result<Asset, CatalogueError> {
    let query = format!("{COLUMNS} WHERE a.id = $1 AND a.deleted_at IS NULL");
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(id.to_string())
        .fetch_optional(database.read())
        .await?
        .ok_or_else(|| missing(id))?;
    from_row(&row)
}

/// The assets of a listing in the order of their arrival, after the cursor `(uploaded_at, id)`.
pub async fn of_listing(
    database: &Database,
    listing: ListingId,
    after: Option<(Instant, AssetId)>,
    limit: i64,
) -> Result<Vec<Asset>, CatalogueError> {
    let query = format!(
        "{COLUMNS} WHERE a.listing_id = $1 AND a.deleted_at IS NULL \
         AND (a.uploaded_at > $2 OR (a.uploaded_at = $2 AND a.id > $3)) \
         ORDER BY a.uploaded_at, a.id LIMIT $4"
    );
    let (at, id) =
        after.map_or((i64::MIN, String::new()), |(at, id)| (at.as_millis(), id.to_string()));
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(listing.to_string())
        .bind(at)
        .bind(id)
        .bind(limit)
        .fetch_all(database.read())
        .await?;
    rows.iter().map(from_row).collect()
}

/// An asset of this tenant with these bytes, in whatever listing; the one in `listing` first.
pub async fn same_bytes(
    database: &Database,
    tenant: TenantId,
    listing: ListingId,
    blake3: &Blake3,
) -> Result<Option<Asset>, CatalogueError> {
    let query = format!(
        "{COLUMNS} WHERE a.tenant_id = $1 AND a.original = $2 AND a.deleted_at IS NULL \
         ORDER BY CASE WHEN a.listing_id = $3 THEN 0 ELSE 1 END, a.id LIMIT 1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(tenant.to_string())
        .bind(blake3.to_string())
        .bind(listing.to_string())
        .fetch_optional(database.read())
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Notes what a person says that an asset is; `None` goes back to what the probe says.
/// `Stale` if the version is another.
pub async fn take_as(
    tx: &mut Transaction,
    id: AssetId,
    version: i64,
    taken_as: Option<&str>,
    at: Instant,
) -> Result<(), CatalogueError> {
    let changed = sqlx::query(
        "UPDATE assets SET taken_as = $1, version = version + 1, changed_at = $2 \
         WHERE id = $3 AND version = $4 AND deleted_at IS NULL",
    )
    .bind(taken_as)
    .bind(at.as_millis())
    .bind(id.to_string())
    .bind(version)
    .execute(&mut **tx)
    .await?
    .rows_affected();
    if changed == 1 {
        Ok(())
    } else {
        Err(CatalogueError::Stale { what: "asset", id: id.to_string() })
    }
}

/// Takes an asset out of its listing; the original stays. `false` if it was out already.
pub async fn delete(
    tx: &mut Transaction,
    id: AssetId,
    at: Instant,
) -> Result<bool, CatalogueError> {
    let changed = sqlx::query(
        "UPDATE assets SET deleted_at = $1, changed_at = $1, version = version + 1 \
         WHERE id = $2 AND deleted_at IS NULL",
    )
    .bind(at.as_millis())
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?
    .rows_affected();
    Ok(changed == 1)
}

/// Notes what the probe found: a report, or why the file is refused. Doing so twice is the same
/// as once. `false` if the asset was deleted meanwhile.
pub async fn set_probed(
    tx: &mut Transaction,
    id: AssetId,
    found: Result<&serde_json::Value, &serde_json::Value>,
    has_thumbnail: bool,
    at: Instant,
) -> Result<bool, CatalogueError> {
    let (state, probe, refusal) = match found {
        Ok(report) => ("ready", Some(report.to_string()), None),
        Err(reason) => ("refused", None, Some(reason.to_string())),
    };
    let changed = sqlx::query(
        "UPDATE assets SET state = $1, probe = $2, refusal = $3, has_thumbnail = $4, \
         version = version + 1, changed_at = $5 WHERE id = $6 AND deleted_at IS NULL",
    )
    .bind(state)
    .bind(probe)
    .bind(refusal)
    .bind(i64::from(has_thumbnail))
    .bind(at.as_millis())
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?
    .rows_affected();
    Ok(changed == 1)
}

/// Notes what a video or recording is played as. `false` if the asset was deleted meanwhile.
pub async fn set_rendition(
    tx: &mut Transaction,
    id: AssetId,
    rendition: &Rendition,
    at: Instant,
) -> Result<bool, CatalogueError> {
    let changed = sqlx::query(
        "UPDATE assets SET rendition = $1, version = version + 1, changed_at = $2 \
         WHERE id = $3 AND deleted_at IS NULL",
    )
    .bind(serde_json::json!(rendition).to_string())
    .bind(at.as_millis())
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?
    .rows_affected();
    Ok(changed == 1)
}

/// What a video or recording with these bytes is played as, if that was made for any listing.
pub async fn rendition_of_original(
    database: &Database,
    original: &Blake3,
) -> Result<Option<Rendition>, CatalogueError> {
    let row = sqlx::query(
        "SELECT rendition FROM assets WHERE original = $1 AND rendition IS NOT NULL LIMIT 1",
    )
    .bind(original.to_string())
    .fetch_optional(database.read())
    .await?;
    Ok(row.as_ref().map(rendition_of).transpose()?.flatten())
}

/// The renditions that assets and published tours have: what the store must have.
pub async fn renditions(database: &Database) -> Result<Vec<Rendition>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT rendition FROM assets WHERE rendition IS NOT NULL \
         UNION SELECT rendition FROM publication_videos",
    )
    .fetch_all(database.read())
    .await?;
    let found = rows.iter().map(rendition_of).collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Originals in the order of their hashes, after `after`: what the store must have.
pub async fn originals(
    database: &Database,
    after: &str,
    limit: i64,
) -> Result<Vec<Original>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT blake3 AS original, sha256, size FROM originals WHERE blake3 > $1 ORDER BY blake3 LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(original_from).collect()
}

fn from_row(row: &AnyRow) -> Result<Asset, CatalogueError> {
    let listing: String = row.try_get("listing_id")?;
    let tenant: String = row.try_get("tenant_id")?;
    let user: String = row.try_get("uploaded_by")?;
    let state: String = row.try_get("state")?;
    Ok(Asset {
        id: asset_id(row)?,
        listing: ListingId::parse(&listing)
            .ok_or_else(|| corrupt("assets.listing_id", &listing))?,
        tenant: TenantId::parse(&tenant).ok_or_else(|| corrupt("assets.tenant_id", &tenant))?,
        uploaded_by: UserId::parse(&user).ok_or_else(|| corrupt("assets.uploaded_by", &user))?,
        original: original_from(row)?,
        file_name: row.try_get("file_name")?,
        media_type: row.try_get("media_type")?,
        state: match state.as_str() {
            "waiting" => State::Waiting,
            "ready" => State::Ready,
            "refused" => State::Refused,
            other => return Err(corrupt("assets.state", other)),
        },
        taken_as: row.try_get("taken_as")?,
        probe: json(row, "probe")?,
        refusal: json(row, "refusal")?,
        has_thumbnail: row.try_get::<i64, _>("has_thumbnail")? != 0,
        rendition: rendition_of(row)?,
        version: row.try_get("version")?,
        uploaded_at: Instant::from_millis(row.try_get("uploaded_at")?),
    })
}

/// The rendition in a row's column of that name.
pub(super) fn rendition_of(row: &AnyRow) -> Result<Option<Rendition>, CatalogueError> {
    let text: Option<String> = row.try_get("rendition")?;
    text.map(|text| serde_json::from_str(&text).map_err(|_| corrupt("rendition", &text)))
        .transpose()
}

fn original_from(row: &AnyRow) -> Result<Original, CatalogueError> {
    let blake3: String = row.try_get("original")?;
    let sha256: String = row.try_get("sha256")?;
    let size: i64 = row.try_get("size")?;
    Ok(Original {
        blake3: Blake3::parse(&blake3).ok_or_else(|| corrupt("originals.blake3", &blake3))?,
        sha256: Sha256::parse(&sha256).ok_or_else(|| corrupt("originals.sha256", &sha256))?,
        size: u64::try_from(size).map_err(|_| corrupt("originals.size", &size.to_string()))?,
    })
}

pub(super) fn json(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<serde_json::Value>, CatalogueError> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| serde_json::from_str(&text).map_err(|_| corrupt("assets (JSON)", &text)))
        .transpose()
}

fn asset_id(row: &AnyRow) -> Result<AssetId, CatalogueError> {
    let text: String = row.try_get("id")?;
    AssetId::parse(&text).ok_or_else(|| corrupt("assets.id", &text))
}

fn missing(id: AssetId) -> CatalogueError {
    CatalogueError::NotFound { what: "asset", id: id.to_string() }
}

fn corrupt(place: &'static str, value: &str) -> CatalogueError {
    CatalogueError::Corrupt { place, reason: format!("'{value}' is not expected there") }
}
