//! Privacy masks on the photos of hotspots and on the plan's picture: what they hide is in no byte that leaves the site for
//! anybody but two roles, and the court opens every photo before a tour is approved.

use std::io::{Cursor, Read};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kanfang::auction::people::Role;
use kanfang::base::id::{HotspotId, MaskId, SceneId};
use kanfang::catalogue::Database;
use kanfang::proof::digests::sha256;
use kanfang::upkeep::{Severity, backup, fsck, restore};
use reqwest::Method;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::hotspots::panorama;
use crate::journey::work;
use crate::listing_fixture::listing;
use crate::support::{self, Client, Site, database_url, get, look_at_all};
use crate::tus::{text, upload, upload_as};

/// A close-up, 1600 × 1200 in the file, with a magenta patch in its upper right corner. It is to be turned by a quarter
/// clockwise (EXIF orientation 6): upright it is 1200 × 1600, and the patch lies below on the right.
fn close_up(seed: u8) -> Vec<u8> {
    let image = image::RgbImage::from_fn(1600, 1200, |x, y| {
        if (1100..1500).contains(&x) && (100..400).contains(&y) {
            image::Rgb([255, 0, 255])
        } else {
            image::Rgb([90 + (x / 64) as u8, 140, 70 + (y / 48) as u8 + seed])
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let plain = bytes.into_inner();
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat()
}

/// A mask over the patch: upright it goes from x 800 to 1100 of 1200 and from y 1100 to 1500 of 1600.
fn mask(id: MaskId) -> Value {
    let corners = [[0.65, 0.67], [0.93, 0.67], [0.93, 0.95], [0.65, 0.95]];
    json!({"id": id, "corners": corners, "kind": "face", "note": "合影", "state": "confirmed"})
}

/// Pixels of the patch, red and blue well above green, by quarters of the picture: above left, above right, below left, below
/// right.
fn patch(bytes: &[u8]) -> [usize; 4] {
    let picture = image::load_from_memory(bytes).unwrap().into_rgb8();
    let mut found = [0; 4];
    for (x, y, pixel) in picture.enumerate_pixels() {
        let [red, green, blue] = pixel.0.map(i32::from);
        if red.min(blue) - green > 40 {
            let (right, below) = (2 * x >= picture.width(), 2 * y >= picture.height());
            found[usize::from(right) + 2 * usize::from(below)] += 1;
        }
    }
    found
}

fn shows_patch(bytes: &[u8]) -> bool {
    patch(bytes).iter().sum::<usize>() > 0
}

/// Every picture in a package, also those that scripts hold.
fn pictures_of(package: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut package = ZipArchive::new(Cursor::new(package)).unwrap();
    let mut found = Vec::new();
    for index in 0..package.len() {
        let mut file = package.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if [".jpg", ".png", ".webp"].iter().any(|end| name.ends_with(end)) {
            found.push((name, bytes));
        } else if name.ends_with(".js") {
            // A JPEG in base64 begins with these letters.
            let script = String::from_utf8(bytes).unwrap();
            for part in script.split('"').filter(|part| part.starts_with("/9j/")) {
                found.push((name.clone(), BASE64_STANDARD.decode(part).unwrap()));
            }
        }
    }
    found
}

struct Desk {
    site: Site,
    agency: Client,
    reviewer: Client,
    publisher: Client,
    listing: String,
    photo: String,
    panorama: String,
    scene: String,
    hotspot: String,
}

impl Desk {
    /// A site with a panorama and a close-up, which a defect shows in the draft of a tour.
    async fn new() -> Self {
        Self::of(Site::start().await, &close_up(0)).await
    }

    async fn of(site: Site, photo: &[u8]) -> Self {
        let agency = site.agency_user().await;
        let listing = listing(&site, Some(site.agency)).await;
        upload(&agency, &listing, &panorama(1), "客厅.jpg").await;
        let photo = upload_as(&agency, &listing, photo, ("合影.jpg", "flat_photo")).await;
        let photo = text(&photo, "kanfang-asset");
        work(&site, &agency).await;
        let reviewer = site.court_user(&[Role::Reviewer]).await;
        let publisher = site.court_user(&[Role::Publisher, Role::CourtAdmin]).await;
        let found = get(&agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
        let panorama = found["items"][0]["id"].as_str().unwrap().to_owned();
        let (scene, hotspot) = (SceneId::new().to_string(), HotspotId::new().to_string());
        let desk =
            Self { site, agency, reviewer, publisher, listing, photo, panorama, scene, hotspot };
        desk.save_draft(&[&desk.photo], Value::Null).await;
        desk
    }

    fn tour(&self) -> String {
        format!("/api/v1/listings/{}/tour", self.listing)
    }

    async fn save_draft(&self, pictures: &[&str], below: Value) {
        let version = get(&self.agency, &self.tour()).await["version"].as_i64().unwrap();
        let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
        let defect = json!({"id": self.hotspot, "yaw": 10.0, "pitch": -20.0, "kind": "defect", "text": "墙面开裂",
            "pictures": pictures});
        let mut document = json!({"start": self.scene, "scenes": [{"id": self.scene, "panorama": self.panorama,
            "title": "客厅", "initial_view": view, "links": [], "hotspots": [defect], "position": [4.0, 2.0]}]});
        if !below.is_null() {
            document["plan"] = json!({"north": 0.0, "rooms": [], "picture": below});
        }
        let request = self.agency.request(Method::PUT, &self.tour());
        let tag = format!("\"{version}\"");
        let saved = request.header("If-Match", tag).json(&document).send().await.unwrap();
        assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    }

    fn masks(&self) -> String {
        format!("/api/v1/assets/{}/masks", self.photo)
    }

    async fn mask(&self, who: &Client, version: i64, items: &Value) -> (u16, Value) {
        let request = who.request(Method::PUT, &self.masks());
        let request = request.header("If-Match", format!("\"{version}\""));
        let answer = request.json(&json!({"items": items})).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn refused(&self, who: &Client, step: &str, slug: &str) {
        support::refused(&self.tour(), who, step, slug).await;
    }

    async fn goes(&self, who: &Client, step: &str) {
        support::goes(&self.tour(), who, step).await;
    }

    async fn picture(&self, who: &Client) -> Value {
        let list = get(who, &format!("{}/shown", self.tour())).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        list["items"][0].clone()
    }

    async fn open(&self, who: &Client, picture: &Value) -> u16 {
        let address = format!("{}/shown/{}/seen", self.tour(), self.photo);
        who.post(&address, &json!({"shown": picture})).await.status().as_u16()
    }

    async fn public(&self) -> String {
        let versions = get(&self.publisher, &format!("{}/versions", self.tour())).await;
        versions["items"][0]["version"].as_str().unwrap().to_owned()
    }

    async fn export(&self, kind: &str, of: &str) -> Vec<(String, Vec<u8>)> {
        let address = format!("{}/export/{kind}?of={of}", self.tour());
        let answer = self.agency.get(&address).await;
        assert_eq!(answer.status(), 200, "{address}");
        pictures_of(answer.bytes().await.unwrap().to_vec())
    }

    /// What a package of the published tour says of itself.
    async fn read_me(&self, kind: &str) -> String {
        let answer = self.agency.get(&format!("{}/export/{kind}?of=published", self.tour())).await;
        let bytes = Cursor::new(answer.bytes().await.unwrap());
        let mut text = String::new();
        let mut package = ZipArchive::new(bytes).unwrap();
        package.by_name("README.txt").unwrap().read_to_string(&mut text).unwrap();
        text
    }

    async fn warnings(&self) -> Vec<&'static str> {
        let context = &self.site.context;
        let report =
            fsck::check(&context.database, &context.blobs, &context.clock, true).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        let warnings = report.findings.iter().filter(|one| one.severity == Severity::Warning);
        warnings.map(|one| one.what).collect()
    }
}

#[tokio::test]
async fn no_byte_for_the_public_holds_what_a_mask_hides_in_a_photo() {
    let desk = Desk::new().await;
    let (agency, reviewer, publisher) = (&desk.agency, &desk.reviewer, &desk.publisher);
    let public = desk.site.anonymous();

    // Published without masks first, by mistake.
    desk.goes(agency, "submit").await;
    look_at_all(reviewer, &desk.tour()).await;
    desk.goes(reviewer, "approve").await;
    desk.goes(publisher, "publish").await;
    let first = desk.public().await;
    let address = format!("/t/{first}/picture/{}.jpg", desk.photo);
    let plain = public.get(&address).await.bytes().await.unwrap();
    let told = get(&public, &format!("/t/{first}/tour.json")).await;
    assert_eq!(told["scenes"][0]["hotspots"][0]["masked"], Value::Null, "nothing is hidden");
    let [above_left, above_right, below_left, below_right] = patch(&plain);
    assert!(below_right > 20_000, "the test can see the patch, upright");
    assert_eq!([above_left, above_right, below_left], [0; 3]);
    for kind in ["offline", "pannellum", "marzipano", "psv"] {
        let package = desk.export(kind, "published").await;
        assert!(package.iter().any(|(_, bytes)| shows_patch(bytes)), "it is in the {kind} package");
    }

    // Only the maker draws, and only on what was read.
    let seen = get(agency, &desk.masks()).await;
    assert_eq!((&seen["surface"], &seen["version"]), (&json!("flat"), &json!(0)));
    let id = MaskId::new();
    for who in [reviewer, publisher] {
        assert_eq!(desk.mask(who, 0, &json!([mask(id)])).await.0, 403);
    }
    assert_eq!(desk.mask(agency, 0, &json!([mask(id)])).await.0, 200);
    assert_eq!(desk.mask(agency, 0, &json!([])).await.0, 412);

    // Until the picture is made nobody but two roles sees the photo, the tour waits, and what is public stays.
    let during = get(agency, &desk.masks()).await;
    assert_eq!((&during["pending"], &during["shown"]), (&json!(true), &Value::Null));
    let thumbnail = format!("/api/v1/assets/{}/thumbnail.jpg", desk.photo);
    assert_eq!(publisher.get(&thumbnail).await.status(), 404);
    assert_eq!(agency.get(&thumbnail).await.status(), 200);
    assert_eq!(get(agency, &desk.tour()).await["state"], "draft", "it has to be looked at again");
    desk.refused(agency, "submit", "masks-pending").await;
    let draft = agency.get(&format!("{}/export/offline?of=draft", desk.tour())).await;
    assert_eq!(draft.status(), 409, "no package of a draft that shows what is masked");
    assert_eq!(desk.warnings().await, ["published-before-masks"]);
    work(&desk.site, agency).await;
    assert_eq!(public.get(&address).await.bytes().await.unwrap(), plain);
    assert_eq!(desk.warnings().await, ["published-before-masks"]);

    // Two roles see what is hidden, nobody else.
    let clerk = desk.site.court_user(&[Role::Clerk, Role::CourtAdmin, Role::LiveDirector]).await;
    let original = format!("/api/v1/assets/{}/original", desk.photo);
    let unmasked = format!("/api/v1/assets/{}/unmasked.jpg", desk.photo);
    for (who, picture, file) in
        [(agency, 200, 403), (reviewer, 200, 200), (publisher, 404, 403), (&clerk, 404, 403)]
    {
        let answer = who.get(&unmasked).await;
        assert_eq!(answer.status(), picture);
        assert_eq!(picture == 200, shows_patch_or_none(&answer.bytes().await.unwrap()));
        assert_eq!(who.get(&original).await.status(), file);
        let view = get(who, &desk.masks()).await;
        assert_eq!(view["unmasked"].is_null(), picture == 404, "{view}");
        let shown = view["shown"]["picture"].as_str().unwrap();
        for address in [shown, &thumbnail] {
            assert!(!shows_patch(&who.get(address).await.bytes().await.unwrap()));
        }
    }
    assert_eq!(public.get(&unmasked).await.status(), 401);

    // The draft shows the new one by itself, in its preview and in its packages.
    let preview = get(publisher, &format!("{}/preview.json", desk.tour())).await;
    let shown = preview["scenes"][0]["hotspots"][0]["pictures"][0].as_str().unwrap();
    assert!(!shows_patch(&publisher.get(shown).await.bytes().await.unwrap()));
    assert_eq!(preview["scenes"][0]["hotspots"][0]["masked"], json!([1]), "{preview}");
    assert!(!desk.export("offline", "draft").await.iter().any(|(_, bytes)| shows_patch(bytes)));

    // The reviewer has to look at the mask and to open the photo as it is now; meanwhile nothing can be changed.
    desk.goes(agency, "submit").await;
    assert_eq!(desk.mask(agency, 1, &json!([])).await.0, 409);
    desk.refused(reviewer, "approve", "masks-unseen").await;
    let look = format!("{}/{id}/seen", desk.masks());
    assert_eq!(publisher.post(&look, &json!({})).await.status(), 403);
    assert_eq!(reviewer.post(&look, &json!({})).await.status(), 200);
    desk.refused(reviewer, "approve", "shown-unseen").await;
    let picture = desk.picture(reviewer).await;
    assert_eq!(picture["seen"], Value::Null, "what was opened before was another picture");
    let before = get(agency, &format!("/api/v1/assets/{}", desk.photo)).await["blake3"].clone();
    assert_eq!(desk.open(reviewer, &before).await, 412);
    assert_eq!(desk.open(publisher, &picture["shown"]).await, 403);
    assert_eq!(desk.open(agency, &picture["shown"]).await, 403);
    assert_eq!(desk.open(reviewer, &picture["shown"]).await, 204);
    assert!(desk.picture(reviewer).await["seen"]["by"].is_string());
    desk.goes(reviewer, "approve").await;
    desk.goes(publisher, "publish").await;

    // The old version is gone; the new one, its signed list and every package show nothing of the patch.
    let second = desk.public().await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(public.get(&address).await.status(), 410);
    let address = format!("/t/{second}/picture/{}.jpg", desk.photo);
    let masked = public.get(&address).await.bytes().await.unwrap();
    assert!(!shows_patch(&masked));
    let size = image::load_from_memory(&masked).unwrap();
    assert_eq!((size.width(), size.height()), (720, 960), "as large as without masks");
    let told = format!("/t/{second}/tour.json");
    let hidden = get(&public, &told).await["scenes"][0]["hotspots"][0].clone();
    assert_eq!(hidden["masked"], json!([1]), "how many, not where or what: {hidden}");
    let signed = get(&public, &format!("/t/{second}/manifest.json")).await["pictures"].clone();
    assert_eq!(signed, json!([{"id": desk.photo, "sha256": sha256(&masked)}]));
    for kind in ["offline", "pannellum", "marzipano", "psv"] {
        let package = desk.export(kind, "published").await;
        assert!(package.len() > 6, "{kind}");
        for (name, bytes) in package {
            assert!(!shows_patch(&bytes), "{kind}: {name}");
        }
        let read_me = desk.read_me(kind).await;
        assert!(read_me.contains("- 标注的图片：1 处隐私遮挡\n"), "{kind}: {read_me}");
    }
    assert_eq!(desk.warnings().await, Vec::<&str>::new());

    // Lifting it again is something the next reviewer sees; what is public stays until somebody publishes.
    let version = get(agency, &desk.masks()).await["version"].as_i64().unwrap();
    let (status, lifted) = desk.mask(agency, version, &json!([])).await;
    assert_eq!((status, &lifted["items"][0]["state"]), (200, &json!("rejected")));
    assert_eq!(lifted["pending"], false, "the picture without masks is there");
    desk.goes(agency, "submit").await;
    desk.refused(reviewer, "approve", "masks-unseen").await;
    assert_eq!(public.get(&address).await.bytes().await.unwrap(), masked);
    assert_eq!(get(&public, &told).await["scenes"][0]["hotspots"][0], hidden);
}

/// Of an answer that may be no picture.
fn shows_patch_or_none(bytes: &[u8]) -> bool {
    image::load_from_memory(bytes).is_ok() && shows_patch(bytes)
}

#[tokio::test]
async fn every_photo_is_opened_by_the_court_before_a_tour_is_approved() {
    let desk = Desk::new().await;
    let (agency, reviewer) = (&desk.agency, &desk.reviewer);
    desk.goes(agency, "submit").await;
    desk.refused(reviewer, "approve", "shown-unseen").await;
    let picture = desk.picture(reviewer).await["shown"].clone();
    let elsewhere = listing(&desk.site, Some(desk.site.agency)).await;
    let other = format!("/api/v1/listings/{elsewhere}/tour/shown/{}/seen", desk.photo);
    let answer = reviewer.post(&other, &json!({"shown": picture})).await;
    assert_eq!(answer.status(), 404, "a photo of another listing");
    assert_eq!(desk.open(reviewer, &json!("x")).await, 422);
    assert_eq!(desk.open(&desk.site.anonymous(), &picture).await, 401);
    // One of two photos is not all of them.
    assert_eq!(desk.open(reviewer, &picture).await, 204);
    assert_eq!(
        reviewer
            .post(&format!("{}/return", desk.tour()), &json!({"remarks": "补一张照片"}))
            .await
            .status(),
        204
    );
    let second = upload_as(agency, &desk.listing, &close_up(40), ("b.jpg", "flat_photo")).await;
    let second = text(&second, "kanfang-asset");
    work(&desk.site, agency).await;
    desk.save_draft(&[&desk.photo, &second], Value::Null).await;
    desk.goes(agency, "submit").await;
    desk.refused(reviewer, "approve", "shown-unseen").await;
    look_at_all(reviewer, &desk.tour()).await;
    desk.goes(reviewer, "approve").await;
    let audit =
        get(&desk.site.court_user(&[Role::Auditor]).await, "/api/v1/audit?action=picture.open")
            .await;
    assert_eq!(audit["items"].as_array().unwrap().len(), 3, "{audit}");
}

#[tokio::test]
async fn who_submits_a_tour_opens_no_photo_for_the_court() {
    let site = Site::start().await;
    // A court without an agency: its clerk makes the tour, and is a reviewer as well.
    let clerk = site.court_user(&[Role::Clerk, Role::Reviewer]).await;
    let listing = listing(&site, None).await;
    upload(&clerk, &listing, &panorama(1), "客厅.jpg").await;
    let photo = upload_as(&clerk, &listing, &close_up(0), ("合影.jpg", "flat_photo")).await;
    let photo = text(&photo, "kanfang-asset");
    work(&site, &clerk).await;
    let found = get(&clerk, &format!("/api/v1/listings/{listing}/panoramas")).await;
    let scene = SceneId::new();
    let defect = json!({"id": HotspotId::new(), "yaw": 0.0, "pitch": 0.0, "kind": "defect", "text": "裂", "pictures": [photo]});
    let document = json!({"start": scene, "scenes": [{"id": scene, "panorama": found["items"][0]["id"], "title": "客厅",
        "initial_view": {"yaw": 0.0, "pitch": 0.0, "hfov": 90.0}, "links": [], "hotspots": [defect]}]});
    let tour = format!("/api/v1/listings/{listing}/tour");
    let request = clerk.request(Method::PUT, &tour).header("If-Match", "\"0\"");
    assert_eq!(request.json(&document).send().await.unwrap().status(), 200);
    look_at_all(&clerk, &tour).await;
    assert_eq!(clerk.post(&format!("{tour}/submit"), &json!({})).await.status(), 204);
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let approve = format!("{tour}/approve");
    let refused: Value = reviewer.post(&approve, &json!({})).await.json().await.unwrap();
    assert_eq!(refused["slug"], "shown-unseen", "{refused}");
    assert_eq!(get(&reviewer, &format!("{tour}/shown")).await["items"][0]["seen"], Value::Null);
    look_at_all(&reviewer, &tour).await;
    assert_eq!(reviewer.post(&approve, &json!({})).await.status(), 204);
}

#[tokio::test]
async fn what_cannot_be_a_mask_of_a_photo_is_refused() {
    let desk = Desk::new().await;
    let shaped = |corners: Value| json!([{"id": MaskId::new(), "corners": corners, "kind": "face", "state": "confirmed"}]);
    for corners in [
        json!([[0.1, 0.1], [0.2, 0.2]]),
        json!([[0.1, 0.1], [1.01, 0.2], [0.2, 0.5]]),
        json!([[-0.1, 0.1], [0.5, 0.2], [0.2, 0.5]]),
        json!([[10.0, 5.0], [20.0, 5.0], [20.0, 15.0]]),
        json!([[0.5, 0.5], [0.5001, 0.5], [0.5, 0.5001]]),
        json!(vec![[0.3, 0.3]; 65]),
    ] {
        let (status, problem) = desk.mask(&desk.agency, 0, &shaped(corners.clone())).await;
        assert_eq!((status, &problem["slug"]), (422, &json!("mask-wrong")), "{corners}");
    }
    let many: Vec<Value> = (0..201).map(|_| mask(MaskId::new())).collect();
    let (status, problem) = desk.mask(&desk.agency, 0, &json!(many)).await;
    assert_eq!((status, &problem["slug"]), (422, &json!("masks-too-many")));
    // What is no picture of a tour has none.
    let fisheye = upload_as(&desk.agency, &desk.listing, &close_up(9), ("f.jpg", "fisheye")).await;
    let fisheye = text(&fisheye, "kanfang-asset");
    work(&desk.site, &desk.agency).await;
    let request = desk.agency.request(Method::PUT, &format!("/api/v1/assets/{fisheye}/masks"));
    let request =
        request.header("If-Match", "\"0\"").json(&json!({"items": [mask(MaskId::new())]}));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.json::<Value>().await.unwrap()["slug"], "masks-no-picture");
}

#[tokio::test]
async fn a_masked_photo_is_not_taken_for_a_panorama_and_keeps_its_masks_when_it_comes_again() {
    let desk = Desk::new().await;
    let (agency, id) = (&desk.agency, MaskId::new());
    assert_eq!(desk.mask(agency, 0, &json!([mask(id)])).await.0, 200);
    work(&desk.site, agency).await;
    let asset = format!("/api/v1/assets/{}", desk.photo);
    let refused = agency.patch(&asset, &json!({"taken_as": "equirectangular_cropped"})).await;
    assert_eq!(refused.status(), 409);
    assert_eq!(refused.json::<Value>().await.unwrap()["slug"], "masks-other-surface");
    assert_eq!(agency.patch(&asset, &json!({"taken_as": "floor_plan"})).await.status(), 200);
    assert_eq!(get(agency, &desk.masks()).await["items"][0]["id"], json!(id));
    assert_eq!(agency.delete(&asset).await.status(), 204);
    let again = upload_as(agency, &desk.listing, &close_up(0), ("again.jpg", "flat_photo")).await;
    let again = text(&again, "kanfang-asset");
    assert_ne!(again, desk.photo);
    work(&desk.site, agency).await;
    let masks = get(agency, &format!("/api/v1/assets/{again}/masks")).await;
    assert_eq!((&masks["items"][0]["id"], &masks["pending"]), (&json!(id), &json!(false)));
    let thumbnail = desk.publisher.get(&format!("/api/v1/assets/{again}/thumbnail.jpg")).await;
    assert!(!shows_patch(&thumbnail.bytes().await.unwrap()));
    // Lifted, it may be taken for anything.
    let path = format!("/api/v1/assets/{again}/masks");
    let lifted = agency.request(Method::PUT, &path).header("If-Match", "\"1\"");
    let lifted = lifted.json(&json!({"items": []})).send().await.unwrap();
    assert_eq!(lifted.status(), 200);
    let taken = json!({"taken_as": "equirectangular_cropped"});
    assert_eq!(agency.patch(&format!("/api/v1/assets/{again}"), &taken).await.status(), 200);
    assert_eq!(get(agency, &path).await["items"], json!([]));
}

#[tokio::test]
async fn the_picture_of_the_plan_is_masked_the_same_way() {
    let desk = Desk::new().await;
    let (agency, reviewer) = (&desk.agency, &desk.reviewer);
    let below = json!({"asset": desk.photo, "middle": [5.0, 2.5], "size": [12.0, 6.0], "turn": 0.0, "shown": true});
    desk.save_draft(&[], below).await;
    let id = MaskId::new();
    assert_eq!(desk.mask(agency, 0, &json!([mask(id)])).await.0, 200);
    desk.refused(agency, "submit", "masks-pending").await;
    work(&desk.site, agency).await;
    desk.goes(agency, "submit").await;
    let look = format!("{}/{id}/seen", desk.masks());
    assert_eq!(reviewer.post(&look, &json!({})).await.status(), 200);
    desk.refused(reviewer, "approve", "shown-unseen").await;
    look_at_all(reviewer, &desk.tour()).await;
    desk.goes(reviewer, "approve").await;
    desk.goes(&desk.publisher, "publish").await;
    let (version, public) = (desk.public().await, desk.site.anonymous());
    let address = format!("/t/{version}/picture/{}.jpg", desk.photo);
    let shown = public.get(&address).await.bytes().await.unwrap();
    assert!(!shows_patch(&shown));
    let told = get(&public, &format!("/t/{version}/tour.json")).await;
    assert_eq!(told["plan"]["picture"]["masked"], json!(1), "{}", told["plan"]);
}

#[tokio::test]
async fn a_backup_brings_masked_photos_back() {
    let desk = Desk::new().await;
    assert_eq!(desk.mask(&desk.agency, 0, &json!([mask(MaskId::new())])).await.0, 200);
    work(&desk.site, &desk.agency).await;
    desk.goes(&desk.agency, "submit").await;
    look_at_all(&desk.reviewer, &desk.tour()).await;
    let (context, folder) = (&desk.site.context, tempfile::tempdir().unwrap());
    backup::save(&context.database, &context.blobs, &context.clock, folder.path()).await.unwrap();
    let empty = Site::start().await;
    let target = tempfile::tempdir().unwrap();
    let database = Database::open(&database_url(&target).await).await.unwrap();
    database.migrate().await.unwrap();
    restore::load(&database, &empty.context.blobs, &context.clock, folder.path()).await.unwrap();
    let report = fsck::check(&database, &empty.context.blobs, &context.clock, true).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let pictures = kanfang::catalogue::masked_pictures::all(&database).await.unwrap();
    assert_eq!(pictures.len(), 1);
    // A small picture that is gone is found.
    let key = kanfang::blob::Key::thumbnail(&pictures[0]);
    empty.context.blobs.delete(&key).await.unwrap();
    let report = fsck::check(&database, &empty.context.blobs, &context.clock, false).await.unwrap();
    assert!(report.findings.iter().any(|one| one.what == "masked-thumbnail-missing"));
}
