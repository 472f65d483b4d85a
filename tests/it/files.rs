//! Uploaded files: who may see them, stored once, quotas, corrections of what they are taken for.

use kanfang::auction::people::{Role, TenantKind};
use kanfang::base::Blake3;
use kanfang::catalogue::identity::{self, NewTenant};
use reqwest::Method;
use serde_json::{Value, json};

use crate::listing_fixture::listing;
use crate::support::{Client, Site};
use crate::tus::{UPLOADS, assets, begin, begun, metadata, patch, photo, slug, text, tus, upload};

#[tokio::test]
async fn the_same_bytes_are_stored_once_and_seen_before_sending() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let (one, two) =
        (listing(&site, Some(site.agency)).await, listing(&site, Some(site.agency)).await);
    let bytes = photo(5000, 6);
    let hash = Blake3::of(&bytes).to_string();
    let asset = upload(&agency, &one, &bytes, "a.jpg").await;
    // Again into the same listing: the same asset.
    assert_eq!(upload(&agency, &one, &bytes, "b.jpg").await, asset);
    assert_eq!(assets(&agency, &one).await.len(), 1);
    let ask = |listing: &str, size: u64| json!({"listing": listing, "hashes": [{"blake3": hash, "size": size}]});
    let known: Value =
        agency.post("/api/v1/assets/known", &ask(&one, 5000)).await.json().await.unwrap();
    assert_eq!(known["known"][0]["asset"], asset);
    // Into another listing of the same agency: an asset without sending a byte.
    let known: Value =
        agency.post("/api/v1/assets/known", &ask(&two, 5000)).await.json().await.unwrap();
    assert_ne!(known["known"][0]["asset"], asset);
    assert_eq!(assets(&agency, &two).await.len(), 1);
    let other_size: Value =
        agency.post("/api/v1/assets/known", &ask(&two, 1)).await.json().await.unwrap();
    assert_eq!(other_size["known"], json!([]));
    // Another agency does not learn that somebody has this file.
    let stranger = other_agency(&site).await;
    let theirs = listing_of(&site, &stranger).await;
    let answer: Value =
        stranger.1.post("/api/v1/assets/known", &ask(&theirs, 5000)).await.json().await.unwrap();
    assert_eq!(answer["known"], json!([]));
    upload(&stranger.1, &theirs, &bytes, "c.jpg").await;
    use futures_util::StreamExt;
    assert_eq!(site.context.blobs.list("originals").count().await, 1);
}

type Stranger = (kanfang::base::id::TenantId, Client);

async fn other_agency(site: &Site) -> Stranger {
    let tenant = NewTenant {
        kind: TenantKind::Agency,
        name: "别的机构".to_owned(),
        code: "other".to_owned(),
        quota_bytes: 1 << 30,
    };
    let mut tx = site.context.database.begin().await.unwrap();
    let id = identity::add_tenant(&mut tx, site.context.clock.now(), &tenant).await.unwrap();
    tx.commit().await.unwrap();
    (id, site.user(Some(id), &[Role::AgencyMember]).await)
}

async fn listing_of(site: &Site, stranger: &Stranger) -> String {
    listing(site, Some(stranger.0)).await
}

#[tokio::test]
async fn other_tenants_see_neither_uploads_nor_files() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let ours = listing(&site, Some(site.agency)).await;
    let bytes = photo(2000, 7);
    let asset = upload(&agency, &ours, &bytes, "a.jpg").await;
    let open = begun(&agency, &ours, 10).await;
    let stranger = other_agency(&site).await.1;
    assert_eq!(begin(&stranger, &ours, 10, "x").send().await.unwrap().status(), 404);
    assert_eq!(tus(&stranger, Method::HEAD, &open).send().await.unwrap().status(), 404);
    assert_eq!(patch(&stranger, &open, 0, "x").send().await.unwrap().status(), 404);
    assert_eq!(tus(&stranger, Method::DELETE, &open).send().await.unwrap().status(), 404);
    for path in [
        format!("/api/v1/listings/{ours}/assets"),
        format!("/api/v1/assets/{asset}"),
        format!("/api/v1/assets/{asset}/original"),
        format!("/api/v1/assets/{asset}/thumbnail.jpg"),
    ] {
        assert_eq!(stranger.get(&path).await.status(), 404, "{path}");
        assert_eq!(site.anonymous().get(&path).await.status(), 401, "{path}");
    }
    assert_eq!(
        stranger
            .patch(&format!("/api/v1/assets/{asset}"), &json!({"taken_as": "flat"}))
            .await
            .status(),
        404
    );
    assert_eq!(stranger.delete(&format!("/api/v1/assets/{asset}")).await.status(), 404);
    // A reviewer reads, but does not upload.
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    assert_eq!(begin(&reviewer, &ours, 10, "x").send().await.unwrap().status(), 403);
    assert_eq!(reviewer.get(&format!("/api/v1/assets/{asset}")).await.status(), 200);
}

#[tokio::test]
async fn originals_are_downloads_for_reviewers_whole_and_in_ranges() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let ours = listing(&site, Some(site.agency)).await;
    let bytes = b"<html><script>alert(1)</script>".to_vec();
    let asset = upload(&agency, &ours, &bytes, "../../客厅\u{202e}gpj.html").await;
    let path = format!("/api/v1/assets/{asset}/original");
    assert_eq!(agency.get(&path).await.status(), 403);
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let answer = reviewer.get(&path).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(text(&answer, "content-type"), "application/octet-stream");
    assert_eq!(text(&answer, "x-content-type-options"), "nosniff");
    assert!(text(&answer, "content-security-policy").contains("sandbox"));
    let disposition = text(&answer, "content-disposition");
    assert!(
        disposition.starts_with("attachment;")
            && !disposition.contains("..")
            && !disposition.contains("E2%80%AE"),
        "{disposition}"
    );
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    let part =
        reviewer.request(Method::GET, &path).header("Range", "bytes=6-13").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(text(&part, "content-range"), "bytes 6-13/31");
    assert_eq!(part.bytes().await.unwrap(), "<script>");
    let beyond =
        reviewer.request(Method::GET, &path).header("Range", "bytes=99-").send().await.unwrap();
    assert_eq!(beyond.status(), 416);
}

#[tokio::test]
async fn quotas_count_what_is_reserved_and_what_is_stored() {
    let site = Site::start_with(|config| config.uploads.max_open = 3).await;
    set_quota(&site, 10_000).await;
    let agency = site.agency_user().await;
    let ours = listing(&site, Some(site.agency)).await;
    let first = begun(&agency, &ours, 6_000).await;
    let answer = begin(&agency, &ours, 6_000, "x").send().await.unwrap();
    assert_eq!(slug(answer).await, (413, "quota-exceeded".to_owned()));
    // Ending an upload gives its room back.
    assert_eq!(tus(&agency, Method::DELETE, &first).send().await.unwrap().status(), 204);
    assert_eq!(tus(&agency, Method::HEAD, &first).send().await.unwrap().status(), 404);
    let asset = upload(&agency, &ours, &photo(6_000, 8), "a.jpg").await;
    let answer = begin(&agency, &ours, 6_000, "x").send().await.unwrap();
    assert_eq!(slug(answer).await, (413, "quota-exceeded".to_owned()));
    // An upload of unknown length gets no more than what is left.
    let deferred = tus(&agency, Method::POST, UPLOADS)
        .header("Upload-Defer-Length", 1)
        .header("Upload-Metadata", metadata(&[("listing", &ours)]))
        .send()
        .await
        .unwrap();
    let answer =
        patch(&agency, &text(&deferred, "location"), 0, photo(5_000, 9)).send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(agency.delete(&format!("/api/v1/assets/{asset}")).await.status(), 204);
    assert!(assets(&agency, &ours).await.is_empty());
    for _ in 0..2 {
        begun(&agency, &ours, 1).await;
    }
    let answer = begin(&agency, &ours, 1, "x").send().await.unwrap();
    assert_eq!(slug(answer).await, (429, "too-many-uploads".to_owned()));
}

async fn set_quota(site: &Site, bytes: i64) {
    let mut tx = site.context.database.begin().await.unwrap();
    sqlx::query("UPDATE tenants SET quota_bytes = $1 WHERE id = $2")
        .bind(bytes)
        .bind(site.agency.to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_person_corrects_what_a_file_is_taken_for() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let ours = listing(&site, Some(site.agency)).await;
    let asset = upload(&agency, &ours, &photo(100, 10), "a.jpg").await;
    let path = format!("/api/v1/assets/{asset}");
    let changed = agency.patch(&path, &json!({"taken_as": "equirectangular"})).await;
    assert_eq!(changed.status(), 200);
    assert_eq!(text(&changed, "etag"), "\"2\"");
    let stale = agency
        .request(Method::PATCH, &path)
        .header("If-Match", "\"1\"")
        .json(&json!({"taken_as": "flat_photo"}))
        .send()
        .await
        .unwrap();
    assert_eq!(slug(stale).await, (412, "stale".to_owned()));
    let wrong = agency.patch(&path, &json!({"taken_as": "a horse"})).await;
    assert_eq!(slug(wrong).await, (422, "kind-unknown".to_owned()));
    let verdict = kanfang::catalogue::audit::verify(&site.context.database).await.unwrap();
    assert!(verdict.broken.is_none() && verdict.entries >= 3);
}
