//! A listing for tests of what hangs on one.

use kanfang::base::id::{ListingId, TenantId, unguessable};

use crate::support::Site;

/// A bare listing of the site's court, prepared by `agency`.
pub async fn listing(site: &Site, agency: Option<TenantId>) -> String {
    let id = ListingId::new().to_string();
    let now = site.context.clock.now().as_millis();
    let mut tx = site.context.database.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO listings (id, seq, short, court_id, agency_id, title, case_number, \
         case_number_typed, facts, version, created_at, updated_at) \
         VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM listings), $2, $3, $4, '样例房产', $5, $5, '{}', 1, $6, $6)",
    )
    .bind(&id)
    .bind(unguessable())
    .bind(site.court.to_string())
    .bind(agency.map(|agency| agency.to_string()))
    .bind(format!("(2026)京0102执{id}号"))
    .bind(now)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}
