//! Packages of tours: what is in them, who gets them, and that a draft which still shows what is masked is not packed.

use std::io::{Cursor, Read};

use base64::Engine;
use image::GenericImageView;
use kanfang::auction::people::Role;
use kanfang::base::id::{HotspotId, SceneId};
use reqwest::Method;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::journey::{panorama, work};
use crate::listing_fixture::listing;
use crate::support::{Client, Site};
use crate::tus::upload;

type Zip = ZipArchive<Cursor<Vec<u8>>>;

fn bytes(archive: &mut Zip, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_end(&mut bytes).unwrap();
    bytes
}

fn json_in(archive: &mut Zip, name: &str) -> Value {
    serde_json::from_slice(&bytes(archive, name)).unwrap()
}

struct Place {
    site: Site,
    agency: Client,
    listing: String,
    asset: String,
    panorama: String,
    scenes: [String; 2],
}

impl Place {
    /// A draft of two scenes on one panorama.
    async fn new() -> Self {
        let site = Site::start().await;
        let agency = site.agency_user().await;
        let listing = listing(&site, Some(site.agency)).await;
        let asset = upload(&agency, &listing, &panorama(1024, 7), "客厅.jpg").await;
        work(&site, &agency).await;
        let found = agency.get(&format!("/api/v1/listings/{listing}/panoramas")).await;
        let found: Value = found.json().await.unwrap();
        let panorama = found["items"][0]["id"].as_str().unwrap().to_owned();
        let scenes = [SceneId::new().to_string(), SceneId::new().to_string()];
        let place = Self { site, agency, listing, asset, panorama, scenes };
        let tour = format!("/api/v1/listings/{}/tour", place.listing);
        let [one, other] = &place.scenes;
        let view = json!({"yaw": 40.0, "pitch": -15.0, "hfov": 85.0});
        let document = json!({"start": other, "scenes": [
            {"id": one, "panorama": place.panorama, "title": "客厅", "initial_view": view, "north_yaw": 20.0,
             "links": [{"target": other, "yaw": 30.123_456, "pitch": -10.0}],
             "hotspots": [{"id": HotspotId::new(), "kind": "defect", "yaw": -60.0, "pitch": 5.0, "text": "<script>水渍"}]},
            {"id": other, "panorama": place.panorama, "title": "主卧室", "initial_view": view, "links": []}]});
        let saved = place.agency.request(Method::PUT, &tour).header("If-Match", "\"0\"");
        assert_eq!(saved.json(&document).send().await.unwrap().status(), 200);
        place
    }

    async fn package(&self, kind: &str) -> Zip {
        let address = format!("/api/v1/listings/{}/tour/export/{kind}?of=draft", self.listing);
        let answer = self.agency.get(&address).await;
        assert_eq!(answer.status(), 200);
        ZipArchive::new(Cursor::new(answer.bytes().await.unwrap().to_vec())).unwrap()
    }

    /// A tile as the site answers it.
    async fn tile(&self, name: &str) -> Vec<u8> {
        let answer = self.agency.get(&format!("/api/v1/panoramas/{}/{name}", self.panorama)).await;
        answer.bytes().await.unwrap().to_vec()
    }
}

#[tokio::test]
async fn a_draft_is_packed_for_every_viewer() {
    let place = Place::new().await;
    let [one, other] = &place.scenes;
    let tile = place.tile("1/f0_0").await;

    let mut pannellum = place.package("pannellum").await;
    let tour = json_in(&mut pannellum, "tour.json");
    assert_eq!(tour["default"]["firstScene"], json!(other));
    assert_eq!(tour["escapeHTML"], true);
    let scene = &tour["scenes"][one];
    assert_eq!((&scene["yaw"], &scene["northOffset"]), (&json!(40.0), &json!(-20.0)));
    assert_eq!(scene["hotSpots"][0]["yaw"], 30.123_456);
    assert_eq!(bytes(&mut pannellum, &format!("tiles/{one}/1/f0_0.jpg")), tile);
    assert_eq!(bytes(&mut pannellum, &format!("tiles/{other}/1/f0_0.jpg")), tile);

    let text = String::from_utf8(bytes(&mut pannellum, "README.txt")).unwrap();
    assert!(!text.contains("隐私遮挡"), "nothing is hidden");

    let mut marzipano = place.package("marzipano").await;
    let data = String::from_utf8(bytes(&mut marzipano, "data.js")).unwrap();
    let data = data.strip_prefix("var APP_DATA = ").unwrap().trim_end().strip_suffix(';').unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["scenes"][0]["id"], json!(other), "the start comes first");
    let link = &data["scenes"][1]["linkHotspots"][0];
    assert!((link["yaw"].as_f64().unwrap().to_degrees() - 30.123_456).abs() < 1e-9);
    assert!((link["pitch"].as_f64().unwrap().to_degrees() - 10.0).abs() < 1e-9);
    assert_eq!(data["scenes"][1]["infoHotspots"][0]["text"], "&lt;script&gt;水渍");
    let strip = bytes(&mut marzipano, &format!("tiles/{one}/preview.jpg"));
    assert_eq!(image::load_from_memory(&strip).unwrap().dimensions(), (128, 768));

    let mut psv = place.package("psv").await;
    let tour = json_in(&mut psv, "tour.json");
    let level = &tour["nodes"][0]["panorama"]["levels"][0];
    let face =
        image::load_from_memory(&bytes(&mut psv, &format!("tiles/{one}/0/front_0_0.jpg"))).unwrap();
    let ours = image::load_from_memory(&tile).unwrap().to_rgb8();
    assert_eq!(u64::from(face.width()), level["faceSize"].as_u64().unwrap());
    let face = face.to_rgb8();
    let apart =
        ours.pixels().zip(face.pixels()).map(|(a, b)| u64::from(a[1].abs_diff(b[1]))).sum::<u64>();
    assert!(apart as f64 / f64::from(ours.width() * ours.height()) < 6.0, "{apart}");

    let mut offline = place.package("offline").await;
    let page = String::from_utf8(bytes(&mut offline, "index.html")).unwrap();
    assert!(page.contains("connect-src 'none'") && page.contains("草稿"));
    let script = String::from_utf8(bytes(&mut offline, &format!("data/{one}/1-f.js"))).unwrap();
    let held =
        script.strip_prefix("kanfangCopy.take(").unwrap().trim_end().strip_suffix(");").unwrap();
    let held: Value = serde_json::from_str(held).unwrap();
    let engine = base64::engine::general_purpose::STANDARD;
    assert_eq!(engine.decode(held[format!("{one}/1/f0_0")].as_str().unwrap()).unwrap(), tile);
    assert!(offline.by_name("proof/manifest.json").is_err(), "nobody signed a draft");
    let names: Vec<String> = offline.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().all(|name| !name.starts_with('/') && !name.contains("..")), "{names:?}");

    let log = place.site.court_user(&[Role::Auditor]).await;
    let log: Value = log.get("/api/v1/audit?action=tour.export").await.json().await.unwrap();
    assert_eq!(log["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn strangers_get_nothing_and_a_draft_that_shows_what_is_masked_is_not_packed() {
    let place = Place::new().await;
    let address = format!("/api/v1/listings/{}/tour/export/pannellum", place.listing);
    assert_eq!(place.site.anonymous().get(&address).await.status(), 401);
    let stranger = place.site.user(None, &[]).await;
    assert_eq!(stranger.get(&address).await.status(), 404);
    let nothing: Value = place.agency.get(&address).await.json().await.unwrap();
    assert_eq!(nothing["slug"], "export-nothing-published");
    let unknown = address.replace("pannellum", "krpano");
    assert_eq!(place.agency.get(&unknown).await.status(), 404);

    let mask = json!({"items": [{"id": HotspotId::new(), "corners": [[-5, -5], [5, -5], [5, 5], [-5, 5]],
        "kind": "paper", "note": "", "state": "confirmed"}]});
    let masks = format!("/api/v1/assets/{}/masks", place.asset);
    let saved = place
        .agency
        .request(Method::PUT, &masks)
        .header("If-Match", "\"0\"")
        .json(&mask)
        .send()
        .await;
    let saved = saved.unwrap();
    assert!(saved.status().is_success(), "{}", saved.text().await.unwrap());
    let refused = place.agency.get(&format!("{address}?of=draft")).await;
    assert_eq!(refused.status(), 409);
    assert_eq!(refused.json::<Value>().await.unwrap()["slug"], "export-masks-pending");
    let before = place.tile("1/f0_0").await;
    work(&place.site, &place.agency).await;
    let packed = bytes(
        &mut place.package("pannellum").await,
        &format!("tiles/{}/1/f0_0.jpg", place.scenes[0]),
    );
    assert_ne!(packed, before, "the mask is in the package");

    // Each says it in the words of the tour, where its viewer shows words, and in its README.
    let [one, _] = &place.scenes;
    let mut pannellum = place.package("pannellum").await;
    let author = json_in(&mut pannellum, "tour.json")["scenes"][one]["author"].clone();
    assert!(author.as_str().unwrap().ends_with(" · 1 处隐私遮挡"), "{author}");
    let mut psv = place.package("psv").await;
    let caption = json_in(&mut psv, "tour.json")["nodes"][0]["caption"].clone();
    assert!(caption.as_str().unwrap().ends_with(" · 1 处隐私遮挡"), "{caption}");
    let mut marzipano = place.package("marzipano").await;
    let data = String::from_utf8(bytes(&mut marzipano, "data.js")).unwrap();
    let sentence = "此场景的画面有 1 处隐私遮挡，公开前均由法院核对。";
    assert_eq!(data.matches(sentence).count(), 2, "{data}");
    for kind in ["pannellum", "marzipano", "psv", "offline"] {
        let text = String::from_utf8(bytes(&mut place.package(kind).await, "README.txt")).unwrap();
        assert!(text.contains("- 客厅：1 处隐私遮挡\n- 主卧室：1 处隐私遮挡\n"), "{kind}: {text}");
    }
}
