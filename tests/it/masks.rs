//! Privacy masks in the real program: what is hidden is in no byte that leaves the site for anybody but two roles.

use std::io::Cursor;

use kanfang::auction::people::Role;
use kanfang::base::id::{MaskId, SceneId};
use kanfang::catalogue::Database;
use kanfang::container::gpano::GPano;
use kanfang::container::jpeg;
use kanfang::upkeep::{Severity, backup, fsck, restore};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::work;
use crate::listing_fixture::listing;
use crate::support::{self, Client, Site, database_url, get};
use crate::tus::upload;

/// A grey-green room with a magenta patch from yaw 150° over the seam to −160°, pitch −20° to 10°; `width` columns.
fn room(width: u32) -> Vec<u8> {
    let image = image::RgbImage::from_fn(width, width / 2, |x, y| {
        let yaw = (f64::from(x) + 0.5) / f64::from(width) * 360.0 - 180.0;
        let pitch = 90.0 - (f64::from(y) + 0.5) / f64::from(width / 2) * 180.0;
        if (yaw > 150.0 || yaw < -160.0) && (-20.0..10.0).contains(&pitch) {
            image::Rgb([255, 0, 255])
        } else {
            image::Rgb([90 + (x / 32) as u8, 140, 80 + (y / 32) as u8])
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let size = (width, width / 2);
    let packet = GPano::equirectangular(size, (0, 0), size).packet();
    jpeg::with_xmp(&bytes.into_inner(), &packet).unwrap()
}

/// A mask over the patch.
fn mask(id: MaskId) -> Value {
    let corners = [[146.0, 14.0], [-156.0, 14.0], [-156.0, -24.0], [146.0, -24.0]];
    json!({"id": id, "corners": corners, "kind": "paper", "note": "房产证", "state": "confirmed"})
}

/// Whether anything of the patch is in a picture: a pixel whose red and blue are well above its green.
fn shows_patch(bytes: &[u8]) -> bool {
    let picture = image::load_from_memory(bytes).unwrap().into_rgb8();
    picture.pixels().any(|pixel| {
        let [red, green, blue] = pixel.0.map(i32::from);
        red.min(blue) - green > 40
    })
}

async fn save(client: &Client, asset: &str, version: i64, items: &Value) -> reqwest::Response {
    let request = client.request(Method::PUT, &format!("/api/v1/assets/{asset}/masks"));
    request
        .header("If-Match", format!("\"{version}\""))
        .json(&json!({"items": items}))
        .send()
        .await
        .unwrap()
}

/// Every picture that a panorama has at `base`: tiles of all levels, preview and stills.
async fn pictures(client: &Client, base: &str, panorama: &Value, accept: &str) -> Vec<Vec<u8>> {
    let mut addresses = vec![format!("{base}/preview.jpg")];
    let tile = panorama["tile"].as_u64().unwrap();
    for face in ["f", "r", "b", "l", "u", "d"] {
        addresses.push(format!("{base}/still/{face}.jpg"));
        for (level, edge) in panorama["levels"].as_array().unwrap().iter().enumerate() {
            let count = edge.as_u64().unwrap().div_ceil(tile);
            for row in 0..count {
                for column in 0..count {
                    addresses.push(format!("{base}/{}/{face}{row}_{column}", level + 1));
                }
            }
        }
    }
    let mut found = Vec::new();
    for address in addresses {
        let request = client.request(Method::GET, &address).header("Accept", accept);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{address}");
        found.push(answer.bytes().await.unwrap().to_vec());
    }
    found
}

struct Desk {
    site: Site,
    agency: Client,
    reviewer: Client,
    publisher: Client,
    listing: String,
    asset: String,
    scene: String,
}

impl Desk {
    /// A site with one panorama, `width` pixels wide, in the draft of a tour. With 2048 it has tiles of two levels.
    async fn new(width: u32) -> Self {
        let site = Site::start().await;
        let agency = site.agency_user().await;
        let listing = listing(&site, Some(site.agency)).await;
        let asset = upload(&agency, &listing, &room(width), "客厅.jpg").await;
        work(&site, &agency).await;
        let reviewer = site.court_user(&[Role::Reviewer]).await;
        let publisher = site.court_user(&[Role::Publisher, Role::CourtAdmin]).await;
        let scene = SceneId::new().to_string();
        let desk = Self { site, agency, reviewer, publisher, listing, asset, scene };
        let panorama = desk.panorama().await;
        let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
        let document = json!({"start": desk.scene, "scenes": [
            {"id": desk.scene, "panorama": panorama, "title": "客厅", "initial_view": view, "links": []}]});
        let request = desk.agency.request(Method::PUT, &desk.tour());
        let saved = request.header("If-Match", "\"0\"").json(&document).send().await.unwrap();
        assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
        desk
    }

    fn tour(&self) -> String {
        format!("/api/v1/listings/{}/tour", self.listing)
    }

    async fn panorama(&self) -> String {
        let list = get(&self.agency, &format!("/api/v1/listings/{}/panoramas", self.listing)).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        list["items"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn refused(&self, who: &Client, step: &str, slug: &str) {
        support::refused(&self.tour(), who, step, slug).await;
    }

    async fn goes(&self, who: &Client, step: &str) {
        support::goes(&self.tour(), who, step).await;
    }

    async fn public(&self) -> String {
        let versions = get(&self.publisher, &format!("{}/versions", self.tour())).await;
        versions["items"][0]["version"].as_str().unwrap().to_owned()
    }

    async fn check(&self) -> Vec<&'static str> {
        let context = &self.site.context;
        let report =
            fsck::check(&context.database, &context.blobs, &context.clock, true).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        report
            .findings
            .iter()
            .filter(|one| one.severity == Severity::Warning)
            .map(|one| one.what)
            .collect()
    }
}

#[tokio::test]
async fn no_byte_for_the_public_holds_what_a_mask_hides() {
    let desk = Desk::new(2048).await;
    let (agency, reviewer, publisher) = (&desk.agency, &desk.reviewer, &desk.publisher);
    let masks = format!("/api/v1/assets/{}/masks", desk.asset);
    let thumbnail = format!("/api/v1/assets/{}/thumbnail.jpg", desk.asset);
    let unmasked = desk.panorama().await;

    // Published without masks first, by mistake.
    for (who, step) in [(agency, "submit"), (reviewer, "approve"), (publisher, "publish")] {
        desk.goes(who, step).await;
    }
    let first = desk.public().await;
    let public = desk.site.anonymous();
    let seen = get(agency, &masks).await;
    assert_eq!((&seen["version"], &seen["may_draw"]), (&json!(0), &json!(true)));
    let base = format!("/t/{first}/{}", desk.scene);
    let plain = pictures(&public, &base, &seen["unmasked"], "image/jpeg").await;
    assert!(
        plain.iter().filter(|bytes| shows_patch(bytes)).count() >= 4,
        "the test can see the patch"
    );
    let small = publisher.get(&thumbnail).await.bytes().await.unwrap();
    assert!(shows_patch(&small));

    // Only the maker draws, and only on what was read.
    let id = MaskId::new();
    for who in [reviewer, publisher] {
        let refused = save(who, &desk.asset, 0, &json!([mask(id)])).await.status().as_u16();
        assert_eq!(refused, 403);
    }
    assert_eq!(save(agency, &desk.asset, 0, &json!([mask(id)])).await.status(), 200);
    assert_eq!(save(agency, &desk.asset, 0, &json!([])).await.status(), 412);

    // Until the tiles are made nobody but two roles sees the picture, and the tour waits.
    let during = get(agency, &masks).await;
    assert_eq!((&during["pending"], &during["shown"]), (&json!(true), &Value::Null));
    assert_eq!(publisher.get(&thumbnail).await.status(), 404);
    let tour = get(agency, &desk.tour()).await;
    assert_eq!(tour["state"], "draft", "what was approved has to be looked at again");
    desk.refused(agency, "submit", "masks-pending").await;
    assert_eq!(desk.check().await, ["published-before-masks"]);
    work(&desk.site, agency).await;

    // The draft shows the masked panorama by itself, and so does a save by somebody who still has the old one.
    let masked = desk.panorama().await;
    assert_ne!(masked, unmasked);
    let tour = get(agency, &desk.tour()).await;
    assert_eq!(tour["document"]["scenes"][0]["panorama"], json!(masked));
    let mut stale = tour["document"].clone();
    stale["scenes"][0]["panorama"] = json!(unmasked);
    let request = agency.request(Method::PUT, &desk.tour());
    let version = format!("\"{}\"", tour["version"]);
    let saved = request.header("If-Match", version).json(&stale).send().await.unwrap();
    assert_eq!(saved.status(), 200);
    let preview = get(publisher, &format!("{}/preview.json", desk.tour())).await;
    let shown = &preview["scenes"][0]["panorama"];
    assert!(shown["preview"].as_str().unwrap().contains(&masked), "{shown}");

    // Two roles see what is hidden, nobody else.
    let original = format!("/api/v1/assets/{}/original", desk.asset);
    let clerk = desk.site.court_user(&[Role::Clerk, Role::CourtAdmin, Role::LiveDirector]).await;
    let tile = format!("/api/v1/panoramas/{unmasked}/preview.jpg");
    for (who, picture, file) in
        [(agency, 200, 403), (reviewer, 200, 200), (publisher, 404, 403), (&clerk, 404, 403)]
    {
        assert_eq!(who.get(&tile).await.status(), picture);
        assert_eq!(who.get(&original).await.status(), file);
        let seen = get(who, &masks).await;
        assert_eq!(seen["unmasked"].is_null(), picture == 404, "{seen}");
        assert!(!shows_patch(&who.get(&thumbnail).await.bytes().await.unwrap()));
        let preview = who.get(&format!("/api/v1/panoramas/{masked}/preview.jpg")).await;
        assert!(!shows_patch(&preview.bytes().await.unwrap()));
    }

    // The reviewer has to look at the mask; meanwhile it cannot be changed.
    desk.goes(agency, "submit").await;
    let refused = save(agency, &desk.asset, 1, &json!([])).await;
    assert_eq!(refused.status(), 409);
    desk.refused(reviewer, "approve", "masks-unseen").await;
    let look = format!("{masks}/{id}/seen");
    assert_eq!(publisher.post(&look, &json!({})).await.status(), 403);
    assert_eq!(reviewer.post(&look, &json!({})).await.status(), 200);
    desk.goes(reviewer, "approve").await;
    desk.goes(publisher, "publish").await;

    // The old version is gone, the new one shows nothing of the patch, in either format.
    let second = desk.public().await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    for old in [
        format!("/t/{first}/tour.json"),
        format!("{base}/preview.jpg"),
        format!("{base}/still/b.jpg"),
    ] {
        assert_eq!(public.get(&old).await.status(), 410, "{old}");
    }
    let base = format!("/t/{second}/{}", desk.scene);
    let manifest = get(&public, &format!("/t/{second}/tour.json")).await;
    for accept in ["image/jpeg", "image/webp"] {
        let pictures = pictures(&public, &base, &manifest["scenes"][0]["panorama"], accept).await;
        assert!(pictures.len() > 12);
        assert!(!pictures.iter().any(|bytes| shows_patch(bytes)), "{accept}");
    }
    assert_eq!(desk.check().await, Vec::<&str>::new());

    // Lifting it again is something the next reviewer sees.
    let version = get(agency, &masks).await["version"].as_i64().unwrap();
    let lifted: Value = save(agency, &desk.asset, version, &json!([])).await.json().await.unwrap();
    assert_eq!(
        (&lifted["items"][0]["state"], &lifted["items"][0]["seen"]),
        (&json!("rejected"), &Value::Null)
    );
    assert_eq!(lifted["pending"], false, "the tiles without masks are there");
    desk.goes(agency, "submit").await;
    desk.refused(reviewer, "approve", "masks-unseen").await;
    assert_eq!(
        desk.public().await,
        second,
        "what is public stays as it is until somebody publishes"
    );
}

#[tokio::test]
async fn a_picture_that_is_uploaded_again_brings_its_masks_along() {
    let desk = Desk::new(1024).await;
    let id = MaskId::new();
    assert_eq!(save(&desk.agency, &desk.asset, 0, &json!([mask(id)])).await.status(), 200);
    work(&desk.site, &desk.agency).await;
    assert_eq!(desk.agency.delete(&format!("/api/v1/assets/{}", desk.asset)).await.status(), 204);
    let again = upload(&desk.agency, &desk.listing, &room(1024), "again.jpg").await;
    assert_ne!(again, desk.asset);
    work(&desk.site, &desk.agency).await;
    let masks = get(&desk.agency, &format!("/api/v1/assets/{again}/masks")).await;
    assert_eq!(masks["items"][0]["id"], json!(id), "{masks}");
    let thumbnail = desk.publisher.get(&format!("/api/v1/assets/{again}/thumbnail.jpg")).await;
    assert!(!shows_patch(&thumbnail.bytes().await.unwrap()));
}

#[tokio::test]
async fn a_backup_brings_masks_and_their_pictures_back() {
    let desk = Desk::new(1024).await;
    let saved = save(&desk.agency, &desk.asset, 0, &json!([mask(MaskId::new())])).await;
    assert_eq!(saved.status(), 200);
    work(&desk.site, &desk.agency).await;
    let (context, folder) = (&desk.site.context, tempfile::tempdir().unwrap());
    backup::save(&context.database, &context.blobs, &context.clock, folder.path()).await.unwrap();
    let empty = Site::start().await;
    let target = tempfile::tempdir().unwrap();
    let database = Database::open(&database_url(&target).await).await.unwrap();
    database.migrate().await.unwrap();
    restore::load(&database, &empty.context.blobs, &context.clock, folder.path()).await.unwrap();
    let report = fsck::check(&database, &empty.context.blobs, &context.clock, true).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let asset = kanfang::base::id::AssetId::parse(&desk.asset).unwrap();
    let back = kanfang::catalogue::masks::find(&database, asset).await.unwrap();
    assert_eq!((back.masks.len(), back.hash.len()), (1, 64));
}

#[tokio::test]
async fn what_cannot_be_a_mask_is_refused() {
    let desk = Desk::new(1024).await;
    for (corners, state) in [
        (json!([[0.0, 0.0], [1.0, 1.0]]), "confirmed"),
        (json!([[0.0, 0.0], [181.0, 1.0], [5.0, 5.0]]), "confirmed"),
        (json!([[0.0, 0.0], [90.0, 0.0], [180.0, 0.0], [-90.0, 0.0]]), "confirmed"),
        (json!([[0.0, 0.0], [10.0, 0.0], [5.0, 5.0]]), "proposed"),
    ] {
        let items =
            json!([{"id": MaskId::new(), "corners": corners, "kind": "face", "state": state}]);
        let answer = save(&desk.agency, &desk.asset, 0, &items).await;
        assert_eq!(answer.status(), 422);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["slug"], "mask-wrong", "{problem}");
    }
    let other = desk.site.anonymous();
    assert_eq!(other.get(&format!("/api/v1/assets/{}/masks", desk.asset)).await.status(), 401);
}

#[tokio::test]
async fn a_mask_is_proposed_where_the_same_spot_is_seen() {
    let desk = Desk::new(1024).await;
    let mut other = room(1024);
    // Other bytes, so that it is another asset.
    other.extend_from_slice(&[0; 7]);
    let second = upload(&desk.agency, &desk.listing, &other, "again.jpg").await;
    work(&desk.site, &desk.agency).await;
    let list = get(&desk.agency, &format!("/api/v1/listings/{}/panoramas", desk.listing)).await;
    let panorama = |asset: &str| {
        let items = list["items"].as_array().unwrap();
        items.iter().find(|one| one["asset"] == asset).unwrap()["id"].clone()
    };
    let scene = |id: &str, asset: &str, position: [f64; 2]| {
        json!({"id": id, "panorama": panorama(asset), "title": "客厅", "north_yaw": 0.0, "position": position,
               "initial_view": {"yaw": 0.0, "pitch": 0.0, "hfov": 90.0}, "links": []})
    };
    let there = SceneId::new().to_string();
    let document = json!({
        "start": desk.scene,
        "scenes": [scene(&desk.scene, &desk.asset, [1.0, 1.0]), scene(&there, &second, [5.0, 1.0])],
        "plan": {"north": 0.0, "rooms": [{"title": "客厅", "outline": [[0.0, 0.0], [6.0, 0.0], [6.0, 4.0], [0.0, 4.0]]}]},
    });
    let request = desk.agency.request(Method::PUT, &desk.tour()).header("If-Match", "\"1\"");
    let saved = request.json(&document).send().await.unwrap();
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());

    // Straight ahead on the upper wall, three metres away; four metres to the left of the other camera.
    let id = MaskId::new();
    let corners = [[-5.0, -5.0], [5.0, -5.0], [5.0, 5.0], [-5.0, 5.0]];
    let items =
        json!([{"id": id, "corners": corners, "kind": "face", "note": "", "state": "confirmed"}]);
    assert_eq!(save(&desk.agency, &desk.asset, 0, &items).await.status(), 200);
    let carry = format!("/api/v1/assets/{}/masks/{id}/carry", desk.asset);
    assert_eq!(desk.reviewer.post(&carry, &json!({})).await.status(), 403);
    for proposed in [1, 0] {
        let answer: Value = desk.agency.post(&carry, &json!({})).await.json().await.unwrap();
        assert_eq!(answer, json!({"proposed": proposed}));
    }
    let masks = get(&desk.agency, &format!("/api/v1/assets/{second}/masks")).await;
    let proposal = &masks["items"][0];
    assert_eq!((&proposal["state"], &proposal["carried_from"]), (&json!("proposed"), &json!(id)));
    let yaws: Vec<f64> = proposal["corners"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one[0].as_f64().unwrap())
        .collect();
    let truth = -(4.0_f64 / 3.0).atan().to_degrees();
    let (low, high) =
        (yaws.iter().copied().fold(180.0, f64::min), yaws.iter().copied().fold(-180.0, f64::max));
    assert!(low < truth && truth < high && high - low < 15.0, "{yaws:?}");
    work(&desk.site, &desk.agency).await;
    desk.refused(&desk.agency, "submit", "masks-undecided").await;
    let rejected = json!([{"id": proposal["id"], "corners": proposal["corners"], "kind": "face", "state": "rejected"}]);
    assert_eq!(save(&desk.agency, &second, 1, &rejected).await.status(), 200);
    desk.goes(&desk.agency, "submit").await;
}
