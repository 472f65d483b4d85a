//! The picture of the floor plan: uploaded as one, kept with the draft, published only where bidders are to see it, signed,
//! and carried along by the offline copy.

use std::io::{Cursor, Read};

use image::ImageFormat;
use kanfang::auction::people::Role;
use kanfang::base::Blake3;
use kanfang::base::id::{AssetId, SceneId};
use kanfang::blob::Key;
use kanfang::proof::Manifest;
use kanfang::proof::digests::sha256;
use kanfang::upkeep::fsck;
use reqwest::Method;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::hotspots::panorama;
use crate::journey::work;
use crate::listing_fixture::listing;
use crate::support::{Client, Site, get, publish};
use crate::tus::{text, upload, upload_as};

/// A drawing twice as wide as high with white borders, which by its looks alone passes for a whole sphere.
fn drawing(seed: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(1600, 800, |x, y| {
        let inside = (200..1400).contains(&x) && (100..700).contains(&y);
        let wall = inside && (x % 300 < 12 || (y + seed) % 250 < 12);
        image::Rgb(if wall { [40, 40, 46] } else { [255; 3] })
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

struct Place {
    site: Site,
    agency: Client,
    listing: String,
    tour: String,
    panorama: String,
    panorama_asset: String,
    scene: String,
    drawing: String,
}

impl Place {
    async fn new() -> Self {
        let site = Site::start().await;
        let agency = site.agency_user().await;
        let listing = listing(&site, Some(site.agency)).await;
        let panorama_asset = upload(&agency, &listing, &panorama(1), "客厅.jpg").await;
        let answer = upload_as(&agency, &listing, &drawing(0), ("户型.png", "floor_plan")).await;
        assert_eq!(answer.status(), 201);
        let drawing = text(&answer, "kanfang-asset");
        work(&site, &agency).await;
        let found = get(&agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "a plan is no panorama");
        let panorama = found["items"][0]["id"].as_str().unwrap().to_owned();
        let tour = format!("/api/v1/listings/{listing}/tour");
        let scene = SceneId::new().to_string();
        Self { site, agency, listing, tour, panorama, panorama_asset, scene, drawing }
    }

    async fn save(&self, picture: Value) -> reqwest::Response {
        let version = get(&self.agency, &self.tour).await["version"].as_i64().unwrap();
        let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
        let document = json!({"start": self.scene, "plan": {"north": 15.0, "rooms": [], "picture": picture},
            "scenes": [{"id": self.scene, "panorama": self.panorama, "title": "客厅", "initial_view": view,
                "position": [4.0, 2.0], "links": []}]});
        let request = self.agency.request(Method::PUT, &self.tour);
        let tag = format!("\"{version}\"");
        request.header("If-Match", tag).json(&document).send().await.unwrap()
    }

    fn picture(&self, shown: bool) -> Value {
        json!({"asset": self.drawing, "middle": [5.0, 2.5], "size": [12.0, 6.0], "turn": -12.5, "shown": shown})
    }

    async fn publish(&self) -> String {
        let reviewer = self.site.court_user(&[Role::Reviewer]).await;
        let publisher = self.site.court_user(&[Role::Publisher]).await;
        publish(&self.tour, [&self.agency, &reviewer, &publisher]).await
    }

    async fn findings(&self) -> Vec<&'static str> {
        let context = &self.site.context;
        let report = fsck::check(&context.database, &context.blobs, &context.clock, true).await;
        report.unwrap().findings.iter().map(|finding| finding.what).collect()
    }
}

#[tokio::test]
async fn a_picture_that_bidders_see_is_published_signed_and_packed() {
    let place = Place::new().await;
    let asset = get(&place.agency, &format!("/api/v1/assets/{}", place.drawing)).await;
    assert_eq!((&asset["taken_as"], &asset["state"]), (&json!("floor_plan"), &json!("ready")));
    let saved = place.save(place.picture(true)).await;
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    let read = get(&place.agency, &place.tour).await;
    assert_eq!(read["document"]["plan"]["picture"], place.picture(true));
    let preview = get(&place.agency, &format!("{}/preview.json", place.tour)).await;
    let staff = preview["plan"]["picture"]["address"].as_str().unwrap();
    let public = place.site.anonymous();
    assert_eq!(place.agency.get(staff).await.status(), 200);
    assert_eq!(public.get(staff).await.status(), 401, "a draft's picture is for staff");

    let version = place.publish().await;
    let shown = get(&public, &format!("/t/{version}/tour.json")).await["plan"].clone();
    let address = format!("/t/{version}/picture/{}.jpg", place.drawing);
    let laid =
        json!({"address": address, "middle": [5.0, 2.5], "size": [12.0, 6.0], "turn": -12.5});
    assert_eq!(shown, json!({"north": 15.0, "rooms": [], "picture": laid}));
    let bytes = public.get(&address).await.bytes().await.unwrap();
    assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 960);
    let manifest = get(&public, &format!("/t/{version}/manifest.json")).await;
    let manifest: Manifest = serde_json::from_value(manifest).unwrap();
    let signed = manifest.pictures.unwrap();
    assert_eq!(signed.len(), 1);
    assert_eq!((&signed[0].id, signed[0].sha256), (&place.drawing, sha256(&bytes)));

    let package = format!("/api/v1/listings/{}/tour/export/offline", place.listing);
    let package = place.agency.get(&package).await.bytes().await.unwrap().to_vec();
    let mut package = ZipArchive::new(Cursor::new(package)).unwrap();
    let mut script = String::new();
    let name = format!("data/picture/{}.js", place.drawing);
    package.by_name(&name).unwrap().read_to_string(&mut script).unwrap();
    assert!(script.starts_with("kanfangCopy.take({\"picture/"), "{}", &script[..40]);

    // It stays where it was published although it is taken out of the listing; another picture in its place is found.
    let hash = Blake3::parse(asset["blake3"].as_str().unwrap()).unwrap();
    place.agency.delete(&format!("/api/v1/assets/{}", place.drawing)).await;
    assert_eq!(public.get(&address).await.status(), 200);
    assert!(!place.findings().await.contains(&"tour-not-whole"));
    let key = Key::thumbnail(&hash);
    place.site.context.blobs.delete(&key).await.unwrap();
    let other = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(other.path(), [&bytes[..], b"."].concat()).unwrap();
    place.site.context.blobs.put_file(&key, other.path()).await.unwrap();
    assert!(place.findings().await.contains(&"tour-not-whole"), "not what was signed");
}

#[tokio::test]
async fn a_picture_to_draw_over_is_not_published() {
    let place = Place::new().await;
    assert_eq!(place.save(place.picture(false)).await.status(), 200);
    let version = place.publish().await;
    let public = place.site.anonymous();
    let shown = get(&public, &format!("/t/{version}/tour.json")).await["plan"].clone();
    assert_eq!(shown, json!({"north": 15.0, "rooms": []}));
    let address = format!("/t/{version}/picture/{}.jpg", place.drawing);
    assert_eq!(public.get(&address).await.status(), 404);
    // Showing it is a change that the reviewer is told of.
    assert_eq!(get(&place.agency, &format!("{}/changes", place.tour)).await["plan"], json!(false));
    assert_eq!(place.save(place.picture(true)).await.status(), 200);
    assert_eq!(get(&place.agency, &format!("{}/changes", place.tour)).await["plan"], json!(true));
}

#[tokio::test]
async fn what_may_not_lie_below_a_plan_is_refused_with_a_reason() {
    let place = Place::new().await;
    let other = listing(&place.site, Some(place.site.agency)).await;
    let answer = upload_as(&place.agency, &other, &drawing(9), ("他处.png", "floor_plan")).await;
    let foreign = text(&answer, "kanfang-asset");
    work(&place.site, &place.agency).await;
    for asset in [&foreign, &place.panorama_asset, &AssetId::new().to_string()] {
        let mut picture = place.picture(false);
        picture["asset"] = json!(asset);
        let answer = place.save(picture).await;
        assert_eq!(answer.status(), 422);
        assert!(answer.text().await.unwrap().contains("the plan lies on"), "{asset}");
    }
    for (field, value) in
        [("size", json!([0.0, 6.0])), ("turn", json!(400)), ("middle", json!([0, 1e9]))]
    {
        let mut picture = place.picture(true);
        picture[field] = value;
        assert_eq!(place.save(picture).await.status(), 422, "{field}");
    }
    // Gone from the listing, it keeps the tour from being submitted until it is taken away.
    assert_eq!(place.save(place.picture(false)).await.status(), 200);
    place.agency.delete(&format!("/api/v1/assets/{}", place.drawing)).await;
    let refused = place.agency.post(&format!("{}/submit", place.tour), &json!({})).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains(&place.drawing));
    let nonsense = upload_as(&place.agency, &place.listing, &drawing(3), ("a.png", "map")).await;
    assert_eq!(nonsense.status(), 400);
    let hot = upload_as(&place.agency, &place.listing, &drawing(4), ("b.png", "floor_plan")).await;
    let hot = text(&hot, "kanfang-asset");
    work(&place.site, &place.agency).await;
    let mut hotspot = place.picture(false);
    hotspot["asset"] = json!(hot);
    assert_eq!(place.save(hotspot).await.status(), 200, "a new one takes its place");
}
