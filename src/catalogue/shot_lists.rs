//! Shot lists of listings, and which room each file shows.

use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;
use utoipa::ToSchema;

use super::audience::Audience;
use super::audit::{self, Entry};
use super::events::{self, Event};
use super::listings::{By, from_text, parsed};
use super::{CatalogueError, Database, Transaction};
use crate::auction::access::Owners;
use crate::auction::shot_list::{Need, Room, Shown};
use crate::base::id::{AssetId, ListingId, RoomId};

/// The shot list of a listing.
#[derive(Clone, Debug, Default)]
pub struct ShotList {
    /// Grows with every change; the ETag. 0 while nobody has saved one.
    pub version: i64,
    /// The rooms in order.
    pub rooms: Vec<Room>,
}

/// A file of a listing as the shot list counts it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListedFile {
    /// The asset.
    pub asset: String,
    /// The name of the file.
    pub file_name: String,
    /// `waiting`, `ready` or `refused`.
    pub state: String,
    /// What it is taken for; null while nobody has looked.
    pub taken_for: Option<String>,
    /// Address of the small picture.
    pub thumbnail: Option<String>,
    /// The room that it shows, if anybody has said.
    pub shown: Option<Shown>,
}

/// The list of a listing; an empty one of version 0 if nobody has saved any.
pub async fn find(database: &Database, listing: ListingId) -> Result<ShotList, CatalogueError> {
    let row = sqlx::query("SELECT version, rooms FROM shot_lists WHERE listing_id = $1")
        .bind(listing.to_string())
        .fetch_optional(database.read())
        .await?;
    let Some(row) = row else { return Ok(ShotList::default()) };
    Ok(ShotList {
        version: row.try_get("version")?,
        rooms: from_text("shot_lists.rooms", row.try_get("rooms")?)?,
    })
}

/// Stores a list in place of the one whose version was read (0: none yet), writes it into the audit log and tells the
/// consoles. `Stale` if it is another by now. Answers the new version.
pub async fn save(
    tx: &mut Transaction,
    by: By<'_>,
    (listing, owners): (ListingId, &Owners),
    expected: i64,
    rooms: &[Room],
) -> Result<i64, CatalogueError> {
    let query = if expected == 0 {
        "INSERT INTO shot_lists (listing_id, version, rooms, changed_at) VALUES ($1, CAST($2 AS BIGINT) + 1, $3, $4) \
         ON CONFLICT (listing_id) DO NOTHING"
    } else {
        "UPDATE shot_lists SET version = version + 1, rooms = $3, changed_at = $4 \
         WHERE listing_id = $1 AND version = $2"
    };
    let id = listing.to_string();
    let changed = sqlx::query(query)
        .bind(&id)
        .bind(expected)
        .bind(serde_json::json!(rooms).to_string())
        .bind(by.now.as_millis())
        .execute(&mut **tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Err(CatalogueError::Stale { what: "shot_list", id });
    }
    let version = expected + 1;
    let entry = Entry {
        action: "shot_list.save",
        object_kind: "listing",
        object_id: &id,
        tenant: Some(owners.court),
        detail: serde_json::json!({"version": version, "rooms": rooms}),
    };
    audit::append(tx, by.dialect, by.now, by.actor, entry).await?;
    let data = serde_json::json!({"listing": listing, "version": version});
    let audience = audience(listing, owners);
    let event = Event { kind: "shot_list", object_id: &id, audience, data };
    events::append(tx, by.dialect, by.now, event).await?;
    Ok(version)
}

/// Notes which room a file shows, in place of what was noted before.
pub async fn assign(
    tx: &mut Transaction,
    asset: AssetId,
    shown: &Shown,
) -> Result<(), CatalogueError> {
    sqlx::query(
        "INSERT INTO asset_rooms (asset_id, room_id, room_name, need) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (asset_id) DO UPDATE SET room_id = excluded.room_id, \
         room_name = excluded.room_name, need = excluded.need",
    )
    .bind(asset.to_string())
    .bind(shown.room_id.to_string())
    .bind(&shown.room_name)
    .bind(shown.need.name())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets which room a file shows.
pub async fn unassign(tx: &mut Transaction, asset: AssetId) -> Result<(), CatalogueError> {
    sqlx::query("DELETE FROM asset_rooms WHERE asset_id = $1")
        .bind(asset.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// All files of a listing, in the order of their arrival.
pub async fn files(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<ListedFile>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT a.id, a.file_name, a.state, a.taken_as, a.probe, a.has_thumbnail, r.room_id, r.room_name, r.need \
         FROM assets a LEFT JOIN asset_rooms r ON r.asset_id = a.id \
         WHERE a.listing_id = $1 AND a.deleted_at IS NULL ORDER BY a.uploaded_at, a.id",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    rows.iter().map(listed_file).collect()
}

fn listed_file(row: &AnyRow) -> Result<ListedFile, CatalogueError> {
    let asset: String = row.try_get("id")?;
    let taken_as: Option<String> = row.try_get("taken_as")?;
    let probe: Option<&str> = row.try_get("probe")?;
    let probe: Option<serde_json::Value> =
        probe.map(|text| from_text("assets.probe", text)).transpose()?;
    let probed = probe.and_then(|probe| Some(probe["taken_for"].as_str()?.to_owned()));
    let room: Option<&str> = row.try_get("room_id")?;
    let shown = room.map(|room| shown(row, room)).transpose()?;
    Ok(ListedFile {
        file_name: row.try_get("file_name")?,
        state: row.try_get("state")?,
        taken_for: taken_as.or(probed),
        thumbnail: (row.try_get::<i64, _>("has_thumbnail")? != 0)
            .then(|| format!("/api/v1/assets/{asset}/thumbnail.jpg")),
        shown,
        asset,
    })
}

fn shown(row: &AnyRow, room: &str) -> Result<Shown, CatalogueError> {
    Ok(Shown {
        room_id: parsed("asset_rooms.room_id", room, RoomId::parse)?,
        room_name: row.try_get("room_name")?,
        need: parsed("asset_rooms.need", row.try_get("need")?, Need::parse)?,
    })
}

/// Says to the consoles that a file is in another room.
pub async fn tell(
    tx: &mut Transaction,
    by: By<'_>,
    (listing, owners): (ListingId, &Owners),
    asset: AssetId,
) -> Result<i64, CatalogueError> {
    let id = asset.to_string();
    let data = serde_json::json!({"id": asset, "listing": listing});
    let audience = audience(listing, owners);
    events::append(tx, by.dialect, by.now, Event { kind: "asset", object_id: &id, audience, data })
        .await
}

fn audience(listing: ListingId, owners: &Owners) -> Audience {
    Audience { court: Some(owners.court), agency: owners.agency, listing: Some(listing) }
}
