//! The photo journey in the real program: upload, probe and tiling in a shut-in child, tour, public tiles.

use std::io::Cursor;
use std::time::Duration;

use kanfang::app;
use kanfang::auction::people::Role;
use kanfang::base::id::SceneId;
use kanfang::container::gpano::GPano;
use kanfang::container::jpeg;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::listing_fixture::listing;
use crate::support::{Client, Site, get};
use crate::tus::upload;
use crate::worker::supervisor;

/// A JPEG whose colour says the direction, so that no two are alike.
fn photo(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, seed])
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// An equirectangular photo that says so, `width` pixels wide.
pub fn panorama(width: u32, seed: u8) -> Vec<u8> {
    let size = (width, width / 2);
    let told = GPano {
        pose_heading: Some(90.0),
        first_photo: Some("2020-03-28T10:11:12+08:00".to_owned()),
        ..GPano::equirectangular(size, (0, 0), size)
    };
    jpeg::with_xmp(&photo(width, width / 2, seed), &told.packet()).unwrap()
}

/// Lets a worker run until no job is left.
pub async fn work(site: &Site, client: &Client) {
    let stop = CancellationToken::new();
    let runner = app::runner(&site.context, supervisor()).unwrap();
    let worker = tokio::spawn(runner.run(2, stop.clone()));
    for _ in 0..3000 {
        let jobs: Value = client.get("/api/v1/jobs").await.json().await.unwrap();
        let busy = jobs["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|job| job["state"] == "queued" || job["state"] == "running");
        if !busy {
            stop.cancel();
            worker.await.unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{}", client.get("/api/v1/jobs").await.text().await.unwrap());
}

#[tokio::test]
async fn an_uploaded_photo_becomes_a_public_tour() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let asset = upload(&agency, &listing, &panorama(1024, 7), "客厅.jpg").await;
    let seen = get(&agency, &format!("/api/v1/assets/{asset}")).await;
    assert_eq!(seen["state"], "waiting");
    work(&site, &agency).await;
    let seen = get(&agency, &format!("/api/v1/assets/{asset}")).await;
    assert_eq!(seen["state"], "ready", "{seen}");
    assert_eq!(seen["probe"]["taken_for"], "equirectangular");
    assert!(seen["probe"].get("private").is_none(), "what is private is for reviewers");
    let thumbnail = agency.get(seen["thumbnail"].as_str().unwrap()).await.bytes().await.unwrap();
    let thumbnail = image::load_from_memory(&thumbnail).unwrap();
    assert_eq!((thumbnail.width(), thumbnail.height()), (960, 480), "fitted into 960");
    let panoramas = get(&agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
    let panorama = panoramas["items"][0]["id"].as_str().unwrap();
    assert_eq!(panoramas["items"][0]["captured_on"], "2020-03-28");
    assert_eq!(panoramas["items"][0]["north_yaw"], -90.0, "it looks east");
    assert!(panoramas["items"][0].get("probe").is_none());

    let scene = SceneId::new().to_string();
    let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
    let document = json!({"start": scene, "scenes": [
        {"id": scene, "panorama": panorama, "title": "客厅", "initial_view": view, "links": []}]});
    let tour = format!("/api/v1/listings/{listing}/tour");
    let saved = agency
        .request(Method::PUT, &tour)
        .header("If-Match", "\"0\"")
        .json(&document)
        .send()
        .await
        .unwrap();
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let publisher = site.court_user(&[Role::Publisher]).await;
    for (who, step, status) in
        [(&agency, "submit", 200), (&reviewer, "approve", 200), (&publisher, "publish", 201)]
    {
        let answer = who.post(&format!("{tour}/{step}"), &json!({})).await;
        assert!(answer.status().is_success(), "{step} {status}: {}", answer.text().await.unwrap());
    }
    let versions = get(&publisher, &format!("{tour}/versions")).await;
    let version = versions["items"][0]["version"].as_str().unwrap();
    let public = site.anonymous();
    let manifest = get(&public, &format!("/t/{version}/tour.json")).await;
    let shown = &manifest["scenes"][0]["panorama"];
    assert_eq!(shown["levels"].as_array().unwrap().last(), Some(&shown["face"]));
    let deepest = shown["levels"].as_array().unwrap().len();
    let tile = public.get(&format!("/t/{version}/{scene}/{deepest}/f0_0")).await;
    assert_eq!(tile.status(), 200);
    assert!(tile.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let tile = image::load_from_memory(&tile.bytes().await.unwrap()).unwrap().into_rgb8();
    // The face is smaller than a tile, so one tile holds all of it.
    let middle = tile.get_pixel(tile.width() / 2, tile.height() / 2);
    assert!(
        (0..3).all(|c| (i32::from(middle[c]) - [127, 127, 7][c]).abs() < 12),
        "the front face looks ahead: {middle:?}"
    );
    let still = public.get(&format!("/t/{version}/{scene}/still/u.jpg")).await;
    assert_eq!(still.headers()["content-type"], "image/jpeg");
    assert_eq!(still.headers()["x-content-type-options"], "nosniff");
    for missing in ["9/f0_0", "1/f0_0/more", "still/x.jpg", "still/u", "preview.png", ""] {
        let answer = public.get(&format!("/t/{version}/{scene}/{missing}")).await;
        assert_eq!(answer.status(), 404, "{missing}");
        assert!(answer.headers().contains_key("content-security-policy"), "{missing}");
    }
    let refused = public.post(&format!("/t/{version}/tour.json"), &json!({})).await;
    assert_eq!(
        (refused.status().as_u16(), refused.headers()["allow"].as_bytes()),
        (405, &b"GET, HEAD"[..])
    );
    let counted = public.get("/metrics").await.text().await.unwrap();
    let tile_route = r#"method="GET",route="/t/{version}/{scene}/{level}/{name}",status="200"} 1"#;
    assert!(counted.contains(tile_route), "{counted}");

    let withdrawn = publisher.post(&format!("{tour}/withdraw"), &json!({"reason": "测试"})).await;
    assert_eq!(withdrawn.status(), 204);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(public.get(&format!("/t/{version}/tour.json")).await.status(), 410);
    assert_eq!(public.get(&format!("/t/{version}/{scene}/{deepest}/f0_0")).await.status(), 410);
}

#[tokio::test]
async fn a_broken_file_is_refused_with_a_reason_and_kept() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let mut cut = panorama(1024, 9);
    cut.truncate(cut.len() / 2);
    let asset = upload(&agency, &listing, &cut, "坏.jpg").await;
    work(&site, &agency).await;
    let seen = get(&agency, &format!("/api/v1/assets/{asset}")).await;
    assert_eq!(seen["state"], "refused", "{seen}");
    assert_eq!(seen["refusal"]["slug"], "picture-truncated", "{seen}");
    let jobs = get(&agency, "/api/v1/jobs").await;
    assert!(jobs["items"].as_array().unwrap().iter().all(|job| job["state"] == "done"), "{jobs}");
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let original =
        reviewer.get(&format!("/api/v1/assets/{asset}/original")).await.bytes().await.unwrap();
    assert_eq!(original, cut, "not one byte is lost");
}

#[tokio::test]
async fn a_person_corrects_what_a_photo_is_taken_for() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let asset = upload(&agency, &listing, &photo(640, 480, 3), "IMG_1.jpg").await;
    work(&site, &agency).await;
    let path = format!("/api/v1/listings/{listing}/panoramas");
    assert_eq!(get(&agency, &path).await["items"], json!([]), "an ordinary photo is not tiled");
    let change = |kind: &str| {
        agency
            .request(Method::PATCH, &format!("/api/v1/assets/{asset}"))
            .json(&json!({"taken_as": kind}))
            .send()
    };
    assert_eq!(change("hologram").await.unwrap().status(), 422);
    assert_eq!(change("equirectangular_cropped").await.unwrap().status(), 200);
    work(&site, &agency).await;
    assert_eq!(get(&agency, &path).await["items"].as_array().unwrap().len(), 1);
}
