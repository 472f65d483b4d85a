//! What the studio and the review desk list: finished panoramas of a listing, and tours by their state.

use sqlx::Row;

use super::assets::json;
use super::{CatalogueError, Database, shot_lists};
use crate::auction::people::Principal;
use crate::base::Instant;
use crate::base::id::ListingId;

/// A panorama that can become a scene.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Finished {
    /// The panorama's id.
    pub id: String,
    /// The asset that it shows.
    pub asset: String,
    /// Name of the file as it was uploaded.
    pub file_name: String,
    /// The room that it shows, as the shot list calls it now.
    pub room: Option<String>,
    /// What the probe found in the file.
    #[serde(skip)]
    pub probe: Option<serde_json::Value>,
    /// When the file came.
    #[serde(skip)]
    pub uploaded_at: Instant,
}

/// A tour with its listing, as a queue shows it.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Waiting {
    /// The listing's id.
    pub listing: String,
    /// The listing's title.
    pub title: String,
    /// The case number, normalised.
    pub case_number: String,
    /// State of the tour.
    pub state: String,
    /// When the tour changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Instant,
    /// Name of the agency, if one has the listing.
    pub agency: Option<String>,
}

/// The panoramas of a listing with the present masks, in the order of their making; of two eyes the left one's.
pub async fn panoramas(
    database: &Database,
    listing: ListingId,
) -> Result<Vec<Finished>, CatalogueError> {
    let rows = sqlx::query(
        "SELECT p.id, p.asset_id, a.file_name, a.probe, a.uploaded_at, r.room_id, r.room_name FROM panoramas p \
         JOIN assets a ON a.id = p.asset_id LEFT JOIN asset_rooms r ON r.asset_id = a.id \
         LEFT JOIN masks m ON m.asset_id = p.asset_id AND m.surface = 'sphere' \
         WHERE a.listing_id = $1 AND a.deleted_at IS NULL AND p.masks = COALESCE(m.hash, '') \
         AND p.eye <> 'right' ORDER BY p.id",
    )
    .bind(listing.to_string())
    .fetch_all(database.read())
    .await?;
    let list = shot_lists::find(database, listing).await?;
    rows.iter()
        .map(|row| {
            let (id, name): (Option<String>, Option<String>) =
                (row.try_get("room_id")?, row.try_get("room_name")?);
            let listed = list.rooms.iter().find(|room| Some(room.id.to_string()) == id);
            Ok(Finished {
                room: listed.map(|room| room.name.clone()).or(name),
                id: row.try_get("id")?,
                asset: row.try_get("asset_id")?,
                file_name: row.try_get("file_name")?,
                probe: json(row, "probe")?,
                uploaded_at: Instant::from_millis(row.try_get("uploaded_at")?),
            })
        })
        .collect()
}

/// Tours in a state that this person may see, longest waiting first; at most `limit` after `after`
/// milliseconds.
pub async fn tours(
    database: &Database,
    who: &Principal,
    state: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Waiting>, CatalogueError> {
    let (condition, value) = match (who.court(), who.agency()) {
        (Some(court), _) => ("l.court_id = $4", court.to_string()),
        (None, Some(agency)) => ("l.agency_id = $4", agency.to_string()),
        (None, None) => ("$4 = ''", String::new()),
    };
    let query = sqlx::AssertSqlSafe(format!(
        "SELECT t.listing_id, l.title, l.case_number, t.state, t.updated_at, g.name AS agency_name \
         FROM tours t JOIN listings l ON l.id = t.listing_id LEFT JOIN tenants g ON g.id = l.agency_id \
         WHERE t.state = $1 AND t.updated_at > $2 AND {condition} ORDER BY t.updated_at LIMIT $3"
    ));
    let rows = sqlx::query(query)
        .bind(state)
        .bind(after)
        .bind(limit)
        .bind(value)
        .fetch_all(database.read())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                listing: row.try_get("listing_id")?,
                title: row.try_get("title")?,
                case_number: row.try_get("case_number")?,
                state: row.try_get("state")?,
                updated_at: Instant::from_millis(row.try_get("updated_at")?),
                agency: row.try_get("agency_name")?,
            })
        })
        .collect()
}
