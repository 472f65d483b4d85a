//! The shot list of a listing in the real program: stored once for desk and telephone, and files that know their room.

use kanfang::auction::people::Role;
use kanfang::base::id::RoomId;
use kanfang::catalogue::Database;
use kanfang::upkeep::{backup, restore};
use reqwest::Method;
use serde_json::{Value, json};

use crate::listing_fixture::listing;
use crate::support::{Client, Site, database_url};
use crate::tus::{UPLOADS, metadata, photo, slug, text, tus};

fn rooms() -> Value {
    let wanted = json!([{"need": "panorama", "count": 2}, {"need": "meter", "count": 1}]);
    json!([
        {"id": RoomId::new(), "name": "客厅", "wanted": wanted},
        {"id": RoomId::new(), "name": "主卧", "wanted": [], "not_taken": "locked", "note": "无钥匙"},
    ])
}

async fn read(client: &Client, listing: &str) -> Value {
    client.get(&format!("/api/v1/listings/{listing}/shot-list")).await.json().await.unwrap()
}

async fn save(client: &Client, listing: &str, version: i64, rooms: &Value) -> reqwest::Response {
    let path = format!("/api/v1/listings/{listing}/shot-list");
    let request = client.request(Method::PUT, &path).header("If-Match", format!("\"{version}\""));
    request.json(&json!({"rooms": rooms})).send().await.unwrap()
}

/// Uploads a file with more metadata; the answer as it came.
async fn send(
    client: &Client,
    listing: &str,
    bytes: &[u8],
    more: &[(&str, &str)],
) -> reqwest::Response {
    let mut pairs =
        vec![("filename", "IMG_0001.jpg"), ("filetype", "image/jpeg"), ("listing", listing)];
    pairs.extend_from_slice(more);
    tus(client, Method::POST, UPLOADS)
        .header("Upload-Length", bytes.len())
        .header("Upload-Metadata", metadata(&pairs))
        .header("Content-Type", "application/offset+octet-stream")
        .body(bytes.to_vec())
        .send()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn desk_and_telephone_share_one_list_and_do_not_overwrite_each_other() {
    let site = Site::start().await;
    let (telephone, clerk) = (site.agency_user().await, site.court_user(&[Role::Clerk]).await);
    let listing = listing(&site, Some(site.agency)).await;
    let empty = read(&telephone, &listing).await;
    assert_eq!((&empty["version"], &empty["rooms"]), (&json!(0), &json!([])));
    assert_eq!(empty["may_edit"], true);

    let rooms = rooms();
    let saved = save(&telephone, &listing, 0, &rooms).await;
    assert_eq!(saved.status(), 200);
    assert_eq!(text(&saved, "etag"), "\"1\"");
    let shown = read(&clerk, &listing).await;
    assert_eq!((&shown["version"], &shown["rooms"][1]["not_taken"]), (&json!(1), &json!("locked")));
    assert_eq!(shown["rooms"][0]["name"], "客厅");

    // The other one still has the empty list.
    assert_eq!(save(&clerk, &listing, 0, &json!([])).await.status(), 412);
    let mut renamed = rooms.clone();
    renamed[0]["name"] = json!("起居室");
    assert_eq!(save(&clerk, &listing, 1, &renamed).await.status(), 200);
    assert_eq!(save(&telephone, &listing, 1, &rooms).await.status(), 412);
    assert_eq!(read(&telephone, &listing).await["rooms"][0]["name"], "起居室");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_makes_the_media_edits_the_list_and_others_do_not_know_of_it() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let foreign = listing(&site, None).await;
    let listing = listing(&site, Some(site.agency)).await;
    assert_eq!(read(&reviewer, &listing).await["may_edit"], false);
    assert_eq!(save(&reviewer, &listing, 0, &rooms()).await.status(), 403);
    assert_eq!(agency.get(&format!("/api/v1/listings/{foreign}/shot-list")).await.status(), 404);
    assert_eq!(save(&agency, &foreign, 0, &rooms()).await.status(), 404);
    assert_eq!(
        agency.get(&format!("/api/v1/listings/{foreign}/capture-qr.svg")).await.status(),
        404
    );
    let code = agency.get(&format!("/api/v1/listings/{listing}/capture-qr.svg")).await;
    assert_eq!(
        (code.status().as_u16(), text(&code, "content-type")),
        (200, "image/svg+xml".to_owned())
    );

    let twice = json!([rooms()[0], rooms()[0]]);
    let (status, said) = slug(save(&agency, &listing, 0, &twice).await).await;
    assert_eq!((status, said.as_str()), (422, "shot-list-room"));
    let request = agency.request(Method::PUT, &format!("/api/v1/listings/{listing}/shot-list"));
    let without = request.json(&json!({"rooms": []})).send().await.unwrap();
    assert!(without.status().is_client_error());
    assert_eq!(read(&agency, &listing).await["version"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_room_travels_with_the_upload_and_survives_a_backup() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let rooms = rooms();
    assert_eq!(save(&agency, &listing, 0, &rooms).await.status(), 200);
    let room = rooms[0]["id"].as_str().unwrap();
    let bytes = photo(5000, 3);
    let said = [("room_id", room), ("room", "客厅"), ("need", "meter")];
    let sent = send(&agency, &listing, &bytes, &said).await;
    assert_eq!(sent.status(), 201);
    let asset = text(&sent, "kanfang-asset");
    let plain = send(&agency, &listing, &photo(4000, 4), &[]).await;
    let other = text(&plain, "kanfang-asset");
    let files = read(&agency, &listing).await["files"].clone();
    assert_eq!(files[0]["asset"], asset.as_str());
    assert_eq!(files[0]["shown"], json!({"room_id": room, "room_name": "客厅", "need": "meter"}));
    assert_eq!(files[1]["shown"], Value::Null);

    // Wrong words are refused before a byte is sent.
    for wrong in [
        [("room_id", "no-id"), ("room", "客厅"), ("need", "meter")],
        [("room_id", room), ("room", ""), ("need", "meter")],
        [("room_id", room), ("room", "客厅"), ("need", "selfie")],
    ] {
        let (status, said) = slug(send(&agency, &listing, &photo(100, 5), &wrong).await).await;
        assert_eq!((status, said.as_str()), (400, "upload-metadata"), "{wrong:?}");
    }

    // A person says it later, and takes it back.
    let path = format!("/api/v1/assets/{other}/room");
    let shown = json!({"room_id": room, "room_name": "客厅", "need": "view"});
    let assigned = agency.request(Method::PUT, &path).json(&shown).send().await.unwrap();
    assert_eq!(assigned.status(), 204);
    assert_eq!(read(&agency, &listing).await["files"][1]["shown"], shown);
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let refused = reviewer.request(Method::PUT, &path).json(&shown).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(agency.request(Method::DELETE, &path).send().await.unwrap().status(), 204);
    assert_eq!(read(&agency, &listing).await["files"][1]["shown"], Value::Null);

    let count = "SELECT COUNT(*) FROM audit_log WHERE action = $1";
    for (action, times) in [("shot_list.save", 1), ("asset.room", 2)] {
        let mut tx = site.context.database.begin().await.unwrap();
        let query = sqlx::query_scalar(count).bind(action);
        let found: i64 = query.fetch_one(&mut *tx).await.unwrap();
        assert_eq!(found, times, "{action}");
    }

    // List and rooms come back from a backup.
    let folder = tempfile::tempdir().unwrap();
    let context = &site.context;
    backup::save(&context.database, &context.blobs, &context.clock, folder.path()).await.unwrap();
    let empty = Site::start().await;
    let target = tempfile::tempdir().unwrap();
    let database = Database::open(&database_url(&target).await).await.unwrap();
    database.migrate().await.unwrap();
    restore::load(&database, &empty.context.blobs, &context.clock, folder.path()).await.unwrap();
    let id = kanfang::base::id::ListingId::parse(&listing).unwrap();
    let list = kanfang::catalogue::shot_lists::find(&database, id).await.unwrap();
    assert_eq!((list.version, json!(list.rooms[1].not_taken)), (1, json!("locked")));
    let files = kanfang::catalogue::shot_lists::files(&database, id).await.unwrap();
    assert_eq!(files[0].shown.as_ref().unwrap().room_name, "客厅");
}
