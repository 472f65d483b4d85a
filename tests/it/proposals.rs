//! Masks that models propose: looked for in the worker's child, decided by a person, never hiding anything by themselves.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use kanfang::auction::people::Role;
use kanfang::base::id::{HotspotId, SceneId};
use kanfang::container::gpano::GPano;
use kanfang::container::jpeg;
use kanfang::geometry::{Degrees, Direction, Equirect, Rotation};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::work;
use crate::listing_fixture::listing;
use crate::support::{Site, get};
use crate::tus::{text, upload, upload_as};

/// The folder with the models; the first call fetches them, once a machine.
fn models() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/script/fetch-models");
            let out = Command::new(script).output().expect("bash runs script/fetch-models");
            let said = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success(), "the models cannot be fetched: {said}");
            String::from_utf8(out.stdout).unwrap().trim().into()
        })
        .clone()
}

/// The second bedroom of the sample flat, a quarter of its size: two awards hang at yaw 92° and 114°, pitch about 22°.
fn bedroom() -> Vec<u8> {
    let sample =
        concat!(env!("CARGO_MANIFEST_DIR"), "/media-samples/panoramas/04-bedroom-second.jpg");
    let bytes = std::fs::read(sample).unwrap();
    let mut decompressor = turbojpeg::Decompressor::new().unwrap();
    let header = decompressor.read_header(&bytes).unwrap();
    decompressor.set_scaling_factor(turbojpeg::ScalingFactor::ONE_QUARTER).unwrap();
    let small = header.scaled(turbojpeg::ScalingFactor::ONE_QUARTER);
    let (width, height) = (small.width, small.height);
    let mut image = turbojpeg::Image {
        pixels: vec![0; 3 * width * height],
        width,
        pitch: 3 * width,
        height,
        format: turbojpeg::PixelFormat::RGB,
    };
    decompressor.decompress(&bytes, image.as_deref_mut()).unwrap();
    let small =
        turbojpeg::compress(image.as_deref(), 92, turbojpeg::Subsamp::Sub2x2).unwrap().to_vec();
    let size = (width as u32, height as u32);
    jpeg::with_xmp(&small, &GPano::equirectangular(size, (0, 0), size).packet()).unwrap()
}

fn items(view: &Value) -> Vec<Value> {
    view["items"].as_array().unwrap().clone()
}

/// Whether the middle of a mask is within `reach` degrees of a place.
fn is_near(mask: &Value, yaw: f64, pitch: f64, reach: f64) -> bool {
    let corners = mask["corners"].as_array().unwrap();
    let mean = |axis: usize| {
        corners.iter().map(|corner| corner[axis].as_f64().unwrap()).sum::<f64>()
            / corners.len() as f64
    };
    (mean(0) - yaw).abs() < reach && (mean(1) - pitch).abs() < reach
}

#[tokio::test]
async fn a_panorama_gets_proposals_that_a_person_decides() {
    let folder = models();
    let site = Site::start_with(|config| config.worker.models = folder).await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let asset = upload(&agency, &listing, &bedroom(), "次卧.jpg").await;
    work(&site, &agency).await;

    let path = format!("/api/v1/assets/{asset}/masks");
    let view = get(&agency, &path).await;
    assert_eq!(
        (&view["can_search"], &view["search"]["state"]),
        (&json!(true), &json!("done")),
        "{view}"
    );
    let proposed = items(&view);
    let award = proposed.iter().find(|mask| is_near(mask, 114.0, 24.0, 8.0));
    let award = award.unwrap_or_else(|| panic!("no award among {proposed:#?}")).clone();
    assert_eq!((&award["origin"], &award["state"]), (&json!("proposed"), &json!("proposed")));
    assert_eq!(award["kind"], "paper");
    assert_eq!(award["found"]["model"], "PP-OCRv4-det");
    assert!((0.5..=1.0).contains(&award["found"]["confidence"].as_f64().unwrap()));
    // It hides nothing: what the public would see is the picture as it is.
    assert_eq!(view["pending"], false);
    assert_eq!(view["shown"], view["unmasked"]);

    // A tour with it cannot be handed in.
    let panoramas = get(&agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
    let scene = SceneId::new().to_string();
    let document = json!({"start": scene, "scenes": [{"id": scene, "panorama": panoramas["items"][0]["id"],
        "title": "次卧", "initial_view": {"yaw": 0.0, "pitch": 0.0, "hfov": 90.0}, "links": []}]});
    let tour = format!("/api/v1/listings/{listing}/tour");
    let request = agency.request(Method::PUT, &tour).header("If-Match", "\"0\"");
    assert_eq!(request.json(&document).send().await.unwrap().status(), 200);
    let refused = agency.post(&format!("{tour}/submit"), &json!({})).await;
    assert_eq!(refused.status(), 409);
    let problem: Value = refused.json().await.unwrap();
    assert!(problem["type"].as_str().unwrap().ends_with("masks-undecided"), "{problem}");

    // One is accepted, the others are refused.
    let decided: Vec<Value> = proposed
        .iter()
        .map(|mask| {
            let state = if mask["id"] == award["id"] { "confirmed" } else { "rejected" };
            json!({"id": mask["id"], "corners": mask["corners"], "kind": mask["kind"], "note": "", "state": state})
        })
        .collect();
    let version = view["version"].as_i64().unwrap();
    let request = agency.request(Method::PUT, &path).header("If-Match", format!("\"{version}\""));
    let saved = request.json(&json!({"items": decided})).send().await.unwrap();
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    work(&site, &agency).await;
    let view = get(&agency, &path).await;
    assert_ne!(view["shown"], view["unmasked"]);
    // The viewer learns where something is hidden, not what.
    let masked = view["shown"]["masked"].as_array().unwrap().clone();
    assert_eq!(masked.len(), 1);
    assert!((masked[0][0].as_f64().unwrap() - 114.0).abs() < 8.0, "{masked:?}");
    assert!(view["unmasked"].get("masked").is_none());

    // Another look proposes none of these places again, whatever was decided.
    let again = agency.post(&format!("{path}/search"), &json!({})).await;
    assert_eq!(again.status(), 202);
    let again: Value = again.json().await.unwrap();
    assert_eq!(again["search"]["state"], "queued");
    let twice = agency.post(&format!("{path}/search"), &json!({})).await;
    assert_eq!(twice.json::<Value>().await.unwrap()["search"]["id"], again["search"]["id"]);
    work(&site, &agency).await;
    let after = get(&agency, &path).await;
    assert_eq!((&after["search"]["state"], &after["version"]), (&json!("done"), &view["version"]));
    assert_eq!(after["search"]["result"]["proposed"], 0);

    // Who decided is on record, with what the model said; the reviewer sees each.
    let kept = items(&after).into_iter().find(|mask| mask["id"] == award["id"]).unwrap();
    assert!(kept["by"].is_string());
    assert_eq!(kept["found"], award["found"]);
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let listed = get(&reviewer, &format!("/api/v1/listings/{listing}/masks")).await;
    assert_eq!(items(&listed["items"][0]).len(), proposed.len());
    let looks = reviewer.post(&format!("{path}/search"), &json!({})).await;
    assert_eq!(looks.status(), 403, "only the maker asks for proposals");
}

#[tokio::test]
async fn without_models_all_goes_on_and_says_so() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let asset = upload(&agency, &listing, &bedroom(), "次卧.jpg").await;
    work(&site, &agency).await;
    let path = format!("/api/v1/assets/{asset}/masks");
    let view = get(&agency, &path).await;
    assert_eq!((&view["can_search"], &view["search"]), (&json!(false), &Value::Null));
    assert_eq!(items(&view).len(), 0);
    let refused = agency.post(&format!("{path}/search"), &json!({})).await;
    assert_eq!(refused.status(), 503);
    let problem: Value = refused.json().await.unwrap();
    assert!(problem["type"].as_str().unwrap().ends_with("detect-no-model"), "{problem}");
}

#[tokio::test]
async fn another_file_in_the_place_of_a_model_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("centerface.onnx"), "no model").unwrap();
    let path = folder.path().to_owned();
    let site = Site::start_with(|config| config.worker.models = path).await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let asset = upload(&agency, &listing, &bedroom(), "次卧.jpg").await;
    work(&site, &agency).await;
    let view = get(&agency, &format!("/api/v1/assets/{asset}/masks")).await;
    assert_eq!(view["search"]["state"], "failed");
    assert_eq!(view["search"]["reason"]["slug"], "detect-unknown-model");
    assert_eq!(view["pending"], false, "the panorama is there all the same");
}

/// What an ordinary camera sees of the awards: 60° wide, toward yaw 104°, pitch 22°.
fn awards() -> Vec<u8> {
    let panorama = image::load_from_memory(&bedroom()).unwrap().into_rgb8();
    let (width, height) = (1200_u32, 900_u32);
    let focal = f64::from(width) / 2.0 / 30_f64.to_radians().tan();
    let camera = Rotation::from_yaw_pitch_roll(Degrees(104.0), Degrees(22.0), Degrees(0.0));
    let full = Equirect { width: panorama.width(), height: panorama.height() };
    let photo = image::RgbImage::from_fn(width, height, |x, y| {
        let right = f64::from(x) + 0.5 - f64::from(width) / 2.0;
        let up = f64::from(height) / 2.0 - f64::from(y) - 0.5;
        let at = camera.apply(Direction { x: right, y: up, z: focal });
        let length = (at.x * at.x + at.y * at.y + at.z * at.z).sqrt();
        let at = Direction { x: at.x / length, y: at.y / length, z: at.z / length };
        let (u, v) = full.position(at);
        let column = (u.round().max(0.0) as u32).min(panorama.width() - 1);
        *panorama.get_pixel(column, (v.round().max(0.0) as u32).min(panorama.height() - 1))
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    photo.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_photo_gets_proposals_once_a_tour_shows_it() {
    let folder = models();
    let site = Site::start_with(|config| config.worker.models = folder).await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    upload(&agency, &listing, &crate::hotspots::panorama(3), "客厅.jpg").await;
    let photo = upload_as(&agency, &listing, &awards(), ("奖状.jpg", "flat_photo")).await;
    let photo = text(&photo, "kanfang-asset");
    work(&site, &agency).await;
    let path = format!("/api/v1/assets/{photo}/masks");
    assert_eq!(get(&agency, &path).await["search"], Value::Null, "no tour shows it");

    let panoramas = get(&agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
    let scene = SceneId::new().to_string();
    let defect = json!({"id": HotspotId::new(), "yaw": 0.0, "pitch": 0.0, "kind": "defect", "text": "裂", "pictures": [photo]});
    let document = json!({"start": scene, "scenes": [{"id": scene, "panorama": panoramas["items"][0]["id"],
        "title": "客厅", "initial_view": {"yaw": 0.0, "pitch": 0.0, "hfov": 90.0}, "links": [], "hotspots": [defect]}]});
    let tour = format!("/api/v1/listings/{listing}/tour");
    let request = agency.request(Method::PUT, &tour).header("If-Match", "\"0\"");
    assert_eq!(request.json(&document).send().await.unwrap().status(), 200);
    work(&site, &agency).await;
    let view = get(&agency, &path).await;
    assert_eq!(
        (&view["search"]["state"], &view["surface"]),
        (&json!("done"), &json!("flat")),
        "{view}"
    );
    let papers: Vec<Value> =
        items(&view).into_iter().filter(|mask| mask["kind"] == "paper").collect();
    // They hang left and right of the middle, at half the height; parts of width and height.
    for x in [0.3, 0.65] {
        let mean = |mask: &Value, axis: usize| {
            let corners = mask["corners"].as_array().unwrap().clone();
            corners.iter().map(|corner| corner[axis].as_f64().unwrap()).sum::<f64>()
                / corners.len() as f64
        };
        let near =
            |mask: &&Value| (mean(mask, 0) - x).abs() < 0.15 && (mean(mask, 1) - 0.5).abs() < 0.15;
        let found = papers.iter().find(near).unwrap_or_else(|| panic!("none at {x}: {papers:#?}"));
        assert_eq!((&found["origin"], &found["state"]), (&json!("proposed"), &json!("proposed")));
    }
    assert_eq!(
        (&view["pending"], view["shown"].is_null()),
        (&json!(false), false),
        "nothing is hidden"
    );
    let refused = agency.post(&format!("{tour}/submit"), &json!({})).await;
    assert_eq!(refused.json::<Value>().await.unwrap()["slug"], "masks-undecided");

    // Taken or refused, the tour goes on, and another look proposes nothing there.
    let decided: Vec<Value> = items(&view)
        .iter()
        .map(|mask| {
            let state = if mask["kind"] == "paper" { "confirmed" } else { "rejected" };
            json!({"id": mask["id"], "corners": mask["corners"], "kind": mask["kind"], "state": state})
        })
        .collect();
    let tag = format!("\"{}\"", view["version"]);
    let request = agency.request(Method::PUT, &path).header("If-Match", tag);
    assert_eq!(request.json(&json!({"items": decided})).send().await.unwrap().status(), 200);
    let again = agency.post(&format!("{path}/search"), &json!({})).await;
    assert_eq!(again.status(), 202);
    work(&site, &agency).await;
    assert_eq!(get(&agency, &path).await["search"]["result"]["proposed"], 0);
    assert_eq!(agency.post(&format!("{tour}/submit"), &json!({})).await.status(), 204);
}
