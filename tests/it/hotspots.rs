//! Hotspots from the studio's document to the public: kinds, refusals, pictures, review.

use std::path::Path;

use image::ImageFormat;
use kanfang::auction::people::Role;
use kanfang::base::Blake3;
use kanfang::base::id::{AssetId, HotspotId, SceneId};
use kanfang::blob::Key;
use kanfang::container::gpano::GPano;
use kanfang::container::jpeg;
use kanfang::geometry::{Degrees, Direction, floor};
use kanfang::proof::digests::sha256;
use kanfang::upkeep::{Finding, fsck};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::work;
use crate::listing_fixture::listing;
use crate::support::{Client, Site, get, publish};
use crate::tus::upload;

fn photo(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x * 7 % 251) as u8, (y * 5 % 241) as u8, seed])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// A photo that says where it was taken: an EXIF segment with a maker's name and a GPS directory.
fn photo_with_place(seed: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    exif.extend(b"\x01\x0f\0\x02\0\0\0\x07\0\0\0\x26SECRET\0"[..12].iter());
    exif.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x2e\0\0\0\0");
    exif.extend(b"SECRET\0\0\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0");
    let plain = photo(1600, 1200, seed);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat()
}

pub fn panorama(seed: u8) -> Vec<u8> {
    let size = (1024, 512);
    let packet = GPano::equirectangular(size, (0, 0), size).packet();
    jpeg::with_xmp(&photo(1024, 512, seed), &packet).unwrap()
}

fn hotspot(change: Value) -> Value {
    let mut value = json!({"id": HotspotId::new(), "yaw": 10.0, "pitch": -20.0});
    for (key, new) in change.as_object().unwrap() {
        value[key] = new.clone();
    }
    value
}

/// One of each kind.
fn all_kinds(picture: &str) -> Vec<Value> {
    let end = json!({"yaw": 90, "pitch": -45});
    vec![
        hotspot(
            json!({"kind": "information", "title": "分户门", "text": "<b>钢质</b>", "pictures": [picture]}),
        ),
        hotspot(
            json!({"kind": "defect", "text": "墙面有水渍", "seen_on": "2026-09-18", "pictures": [picture],
            "announcement": "东北角墙面有水渍，成因未查明。"}),
        ),
        hotspot(
            json!({"kind": "document", "title": "评估报告", "url": "https://court.example/report.pdf"}),
        ),
        hotspot(
            json!({"kind": "measure", "to": end, "length": 2.84, "error": 0.02, "method": "laser"}),
        ),
        hotspot(
            json!({"kind": "measure", "yaw": 0, "pitch": -45, "to": end, "length": 2.121, "error": 0.045,
            "method": "floor", "camera_height": 1.5, "camera_height_error": 0.02}),
        ),
        hotspot(json!({"kind": "portal", "title": "直播看样", "url": "https://live.example/1",
            "starts_at": "2026-10-08T02:00:00Z", "time_zone": "Asia/Shanghai"})),
    ]
}

/// A listing with a tiled panorama and an ordinary photo.
pub struct Place {
    pub site: Site,
    pub agency: Client,
    pub listing: String,
    pub tour: String,
    pub scene: String,
    panorama: String,
    panorama_asset: String,
    picture: String,
}

async fn check(site: &Site) -> Vec<Finding> {
    let context = &site.context;
    fsck::check(&context.database, &context.blobs, &context.clock, false).await.unwrap().findings
}

impl Place {
    pub async fn new() -> Self {
        let site = Site::start().await;
        let agency = site.agency_user().await;
        let listing = listing(&site, Some(site.agency)).await;
        let panorama_asset = upload(&agency, &listing, &panorama(1), "客厅.jpg").await;
        let picture = upload(&agency, &listing, &photo_with_place(2), "水渍.jpg").await;
        work(&site, &agency).await;
        let found = get(&agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
        let panorama = found["items"][0]["id"].as_str().unwrap().to_owned();
        let tour = format!("/api/v1/listings/{listing}/tour");
        let scene = SceneId::new().to_string();
        Self { site, agency, listing, tour, scene, panorama, panorama_asset, picture }
    }

    fn document(&self, hotspots: &[Value]) -> Value {
        let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
        json!({"start": self.scene, "scenes": [{"id": self.scene, "panorama": self.panorama, "title": "客厅",
            "initial_view": view, "links": [], "hotspots": hotspots}]})
    }

    pub async fn save(&self, version: i64, hotspots: &[Value]) -> reqwest::Response {
        let request = self.agency.request(Method::PUT, &self.tour);
        let tag = format!("\"{version}\"");
        request.header("If-Match", tag).json(&self.document(hotspots)).send().await.unwrap()
    }

    async fn version(&self) -> i64 {
        get(&self.agency, &self.tour).await["version"].as_i64().unwrap()
    }

    /// Submitted, approved and published by three people; answers the public version.
    async fn publish(&self) -> String {
        let reviewer = self.site.court_user(&[Role::Reviewer]).await;
        let publisher = self.site.court_user(&[Role::Publisher]).await;
        publish(&self.tour, [&self.agency, &reviewer, &publisher]).await
    }
}

#[tokio::test]
async fn every_kind_reaches_the_public_with_its_pictures() {
    let place = Place::new().await;
    let hotspots = all_kinds(&place.picture);
    let saved = place.save(0, &hotspots).await;
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    let read = get(&place.agency, &place.tour).await;
    assert_eq!(read["document"]["scenes"][0]["hotspots"][1]["seen_on"], "2026-09-18");
    let preview = get(&place.agency, &format!("{}/preview.json", place.tour)).await;
    let address = preview["scenes"][0]["hotspots"][0]["pictures"][0].as_str().unwrap();
    assert_eq!(place.agency.get(address).await.status(), 200);
    let public = place.site.anonymous();
    assert_eq!(public.get(address).await.status(), 401, "a draft's picture is for staff");

    let version = place.publish().await;
    let shown =
        get(&public, &format!("/t/{version}/tour.json")).await["scenes"][0]["hotspots"].clone();
    let kinds: Vec<_> =
        shown.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["information", "defect", "document", "measure", "measure", "portal"]);
    let defect = &shown[1];
    assert_eq!(defect["seenOn"], "2026-09-18");
    assert_eq!(defect["announcement"], "东北角墙面有水渍，成因未查明。");
    assert_eq!(shown[4]["to"], json!({"yaw": 90.0, "pitch": -45.0}));
    assert_eq!((&shown[4]["length"], &shown[4]["method"]), (&json!(2.121), &json!("floor")));
    assert_eq!(shown[5]["startsAt"], "2026-10-08T02:00:00Z");

    let address = defect["pictures"][0].as_str().unwrap();
    assert_eq!(address, format!("/t/{version}/picture/{}.jpg", place.picture));
    let answer = public.get(address).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"image/jpeg".parse().unwrap())
    );
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let bytes = answer.bytes().await.unwrap();
    assert!(!bytes.windows(4).any(|part| part == b"Exif"), "no metadata");
    assert!(!bytes.windows(6).any(|part| part == b"SECRET"), "no maker's name");
    let signed = get(&public, &format!("/t/{version}/manifest.json")).await["pictures"].clone();
    assert_eq!(signed, json!([{"id": place.picture, "sha256": sha256(&bytes)}]));
    let picture = image::load_from_memory(&bytes).unwrap();
    assert!(picture.width().max(picture.height()) <= 960);

    // Taking the asset out of its listing does not break what was published; withdrawing takes the picture away.
    let asset = get(&place.agency, &format!("/api/v1/assets/{}", place.picture)).await;
    let hash = Blake3::parse(asset["blake3"].as_str().unwrap()).unwrap();
    let taken = place.agency.delete(&format!("/api/v1/assets/{}", place.picture)).await;
    assert_eq!(taken.status(), 204);
    assert_eq!(public.get(address).await.status(), 200);
    let clean = check(&place.site).await;
    assert!(clean.iter().all(|finding| finding.what != "tour-not-whole"), "{clean:?}");
    let panorama = format!("/t/{version}/picture/{}.jpg", place.panorama_asset);
    for missing in [
        panorama,
        format!("/t/{version}/picture/{}.jpg", AssetId::new()),
        format!("/t/{version}/picture/x.jpg"),
    ] {
        assert_eq!(public.get(&missing).await.status(), 404, "{missing}");
    }
    place.site.context.blobs.delete(&Key::thumbnail(&hash)).await.unwrap();
    let broken = check(&place.site).await;
    assert!(
        broken.iter().any(|finding| finding.what == "tour-not-whole" && finding.object == version)
    );
    let publisher = place.site.court_user(&[Role::Publisher]).await;
    let gone =
        publisher.post(&format!("{}/withdraw", place.tour), &json!({"reason": "测试"})).await;
    assert_eq!(gone.status(), 204);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(public.get(address).await.status(), 410);
}

#[tokio::test]
async fn bad_hotspots_are_refused_with_what_is_wrong() {
    let place = Place::new().await;
    let double = hotspot(json!({"kind": "information", "title": "a"}));
    let other = listing(&place.site, Some(place.site.agency)).await;
    let foreign = upload(&place.agency, &other, &photo(800, 600, 9), "他处.jpg").await;
    work(&place.site, &place.agency).await;
    let defect =
        |picture: &str| hotspot(json!({"kind": "defect", "text": "裂", "pictures": [picture]}));
    for (hotspots, said) in [
        (vec![defect(&foreign)], "no ordinary photo of this listing"),
        (vec![defect(&place.panorama_asset)], "no ordinary photo of this listing"),
        (vec![defect(&AssetId::new().to_string())], "no ordinary photo of this listing"),
        (vec![double.clone(), double], "two hotspots have the same id"),
        (
            vec![hotspot(json!({"kind": "document", "title": "a", "url": "javascript:alert(1)"}))],
            "https://",
        ),
        (vec![hotspot(json!({"kind": "defect", "text": " "}))], "the text must have"),
        (
            vec![hotspot(json!({"kind": "information", "title": "a", "pitch": 91}))],
            "the pitch is 91",
        ),
    ] {
        let answer = place.save(0, &hotspots).await;
        assert_eq!(answer.status(), 422, "{said}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["slug"], "tour-document");
        assert!(problem["detail"].as_str().unwrap().contains(said), "{problem}");
    }
    let unknown = place.save(0, &[hotspot(json!({"kind": "rumour"}))]).await;
    assert!(unknown.status().is_client_error(), "{}", unknown.status());
    let many: Vec<Value> =
        (0..1001).map(|_| hotspot(json!({"kind": "information", "title": "a"}))).collect();
    assert_eq!(place.save(0, &many).await.status(), 422);
    assert_eq!(place.save(0, &many[1..]).await.status(), 200);
}

#[tokio::test]
async fn a_picture_that_is_gone_keeps_the_tour_from_being_submitted() {
    let place = Place::new().await;
    assert_eq!(place.save(0, &all_kinds(&place.picture)).await.status(), 200);
    place.agency.delete(&format!("/api/v1/assets/{}", place.picture)).await;
    let answer = place.agency.post(&format!("{}/submit", place.tour), &json!({})).await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains(&place.picture));
}

#[tokio::test]
async fn a_reviewer_is_told_what_changed_since_the_last_version() {
    let place = Place::new().await;
    let mut hotspots = all_kinds(&place.picture);
    assert_eq!(place.save(0, &hotspots).await.status(), 200);
    let changes = format!("{}/changes", place.tour);
    let first = get(&place.agency, &changes).await;
    assert_eq!((&first["since"], &first["scenes"][0]["change"]), (&Value::Null, &json!("added")));
    place.publish().await;
    assert_eq!(
        get(&place.agency, &changes).await,
        json!({"since": 1, "plan": false, "scenes": []})
    );
    hotspots[1]["text"] = json!("墙面有大片水渍");
    hotspots.remove(0);
    hotspots.push(hotspot(json!({"kind": "defect", "text": "地砖开裂"})));
    assert_eq!(place.save(place.version().await, &hotspots).await.status(), 200);
    let found = get(&place.site.court_user(&[Role::Reviewer]).await, &changes).await;
    let told: Vec<_> = found["scenes"][0]["hotspots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["change"].as_str().unwrap(), one["name"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("changed", "墙面有大片水渍"), ("added", "地砖开裂"), ("removed", "分户门")]);
    let stranger = place.site.anonymous().get(&changes).await;
    assert_eq!(stranger.status(), 401);
    assert!(!place.listing.is_empty());
}

#[test]
fn directions_and_floor_lengths_agree_with_the_shared_vectors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/hotspots.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    for case in vectors["directions"].as_array().unwrap() {
        let found = Direction::from_yaw_pitch(
            Degrees(number(&case["yaw"])),
            Degrees(number(&case["pitch"])),
        );
        for (axis, value) in [("x", found.x), ("y", found.y), ("z", found.z)] {
            assert!((value - number(&case[axis])).abs() < 1e-9, "{case}");
        }
    }
    for case in vectors["floor"].as_array().unwrap() {
        let end = |name: &str| {
            (Degrees(number(&case[name]["yaw"])), Degrees(number(&case[name]["pitch"])))
        };
        let (height, error) =
            (number(&case["camera_height"]), number(&case["camera_height_error"]));
        let found = floor::length(end("from"), end("to"), height, error);
        match (found, case["length"].as_f64()) {
            (None, None) => {}
            (Some(found), Some(length)) => {
                assert!((found.length - length).abs() < 2e-6, "{case} {found:?}");
                assert!((found.error - number(&case["error"])).abs() < 1e-5, "{case} {found:?}");
            }
            (found, _) => panic!("{case} {found:?}"),
        }
    }
}
