//! The mark with which a court covers the tripod in its panoramas: one small PNG a court, among the settings, so that it
//! goes into every backup of the database.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{CatalogueError, Database, Transaction, settings};
use crate::base::id::TenantId;

fn name(court: TenantId) -> String {
    format!("nadir-mark-{court}")
}

/// The court's mark, a PNG; `None` if it has none of its own.
pub async fn find(database: &Database, court: TenantId) -> Result<Option<Vec<u8>>, CatalogueError> {
    let text = settings::get(database, &name(court)).await?.unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    let damaged = |error: base64::DecodeError| CatalogueError::Corrupt {
        place: "settings.nadir-mark",
        reason: error.to_string(),
    };
    STANDARD.decode(text).map(Some).map_err(damaged)
}

/// Sets the court's mark, or takes it away.
pub async fn set(
    tx: &mut Transaction,
    court: TenantId,
    png: Option<&[u8]>,
) -> Result<(), CatalogueError> {
    let text = png.map(|png| STANDARD.encode(png)).unwrap_or_default();
    settings::set(tx, &name(court), &text).await
}
