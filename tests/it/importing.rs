//! Zips of other viewers' projects: what our own export gives comes back, hand-made projects become scenes, hostile zips are
//! refused with a reason.

use std::io::{Cursor, Write};
use std::process::Command;

use kanfang::auction::people::Role;
use kanfang::base::Blake3;
use kanfang::base::id::{HotspotId, SceneId};
use kanfang::blob::Key;
use kanfang::container::gpano::GPano;
use kanfang::container::jpeg;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::journey::work;
use crate::listing_fixture::listing;
use crate::support::{Client, Site, get};
use crate::tus::upload;

const WIDTH: u32 = 1024;
/// Decibels that a panorama keeps on its way through tiles (JPEG 85), where an export cuts them anew a second JPEG (92), and
/// the panorama that is put together (JPEG 95). Measured: 44.2 to 45.5.
const GOOD: f64 = 38.0;

/// A sphere with detail in every direction that goes on across the seam and at the poles.
fn colour(x: u32, y: u32) -> [u8; 3] {
    let yaw = (f64::from(x) + 0.5) / f64::from(WIDTH) * std::f64::consts::TAU;
    let pitch = (f64::from(y) + 0.5) / f64::from(WIDTH / 2) * std::f64::consts::PI;
    let (east, up, north) = (pitch.sin() * yaw.sin(), pitch.cos(), pitch.sin() * yaw.cos());
    let wave = |a: f64, b: f64| (128.0 + 50.0 * (9.0 * a).sin() + 50.0 * (7.0 * b).cos()) as u8;
    [wave(east, up), wave(up, north), wave(north, east)]
}

fn sphere() -> image::RgbImage {
    image::RgbImage::from_fn(WIDTH, WIDTH / 2, |x, y| image::Rgb(colour(x, y)))
}

fn encoded(picture: &image::RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
    picture.write_with_encoder(encoder).unwrap();
    bytes.into_inner()
}

/// As a JPEG that says what it is.
fn panorama() -> Vec<u8> {
    let size = (WIDTH, WIDTH / 2);
    jpeg::with_xmp(&encoded(&sphere()), &GPano::equirectangular(size, (0, 0), size).packet())
        .unwrap()
}

/// Peak signal to noise ratio of a picture of the same sphere, dB.
fn psnr(bytes: &[u8]) -> f64 {
    let found = image::load_from_memory(bytes).unwrap().to_rgb8();
    assert_eq!(found.dimensions(), (WIDTH, WIDTH / 2));
    let wanted = sphere();
    let squares = found.iter().zip(wanted.iter()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    10.0 * (255.0 * 255.0 * f64::from(3 * WIDTH * WIDTH / 2) / squares.sum::<f64>()).log10()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(*path, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

async fn take(client: &Client, listing: &str, body: &Value, version: i64) -> (StatusCode, Value) {
    let path = format!("/api/v1/listings/{listing}/tour/import");
    let asked = client.request(Method::POST, &path).header("If-Match", format!("\"{version}\""));
    let answer = asked.json(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

fn near(found: &Value, wanted: f64) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    assert!((found - wanted).abs() < 0.01, "{found} instead of {wanted}");
}

/// A listing with a draft of two scenes.
async fn drafted(site: &Site, agency: &Client) -> String {
    let listing = listing(site, Some(site.agency)).await;
    upload(agency, &listing, &panorama(), "客厅.jpg").await;
    work(site, agency).await;
    let found = get(agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
    let panorama = found["items"][0]["id"].as_str().unwrap();
    let [one, other] = [SceneId::new(), SceneId::new()];
    let mark = |rest: Value| {
        let mut mark = json!({"id": HotspotId::new(), "yaw": -60.5, "pitch": 5.25});
        mark.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        mark
    };
    let document = json!({"start": other, "scenes": [
        {"id": one, "panorama": panorama, "title": "客厅 <东>", "north_yaw": 20.0,
         "initial_view": {"yaw": 140.5, "pitch": -15.25, "hfov": 85.0},
         "links": [{"target": other, "yaw": 130.123_4, "pitch": -10.5}],
         "hotspots": [
            mark(json!({"kind": "information", "title": "地板 & 门", "text": "橡木\n<b>2019 年</b>铺设"})),
            mark(json!({"kind": "document", "title": "评估报告", "url": "https://example.cn/a?b=1&c=2"}))]},
        {"id": other, "panorama": panorama, "title": "主卧室", "north_yaw": -100.0,
         "initial_view": {"yaw": -30.0, "pitch": 20.0, "hfov": 70.0},
         "links": [{"target": one, "yaw": -179.5, "pitch": 0.0}]}]});
    let path = format!("/api/v1/listings/{listing}/tour");
    let saved = agency.request(Method::PUT, &path).header("If-Match", "\"0\"").json(&document);
    assert_eq!(saved.send().await.unwrap().status(), 200);
    listing
}

#[tokio::test]
async fn what_we_export_comes_back() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let source = drafted(&site, &agency).await;
    let target = listing(&site, Some(site.agency)).await;
    let tour = format!("/api/v1/listings/{target}/tour");
    for (number, kind) in ["pannellum", "marzipano", "psv"].into_iter().enumerate() {
        let address = format!("/api/v1/listings/{source}/tour/export/{kind}?of=draft");
        let zip = agency.get(&address).await.bytes().await.unwrap();
        let asset = upload(&agency, &target, &zip, &format!("{kind}.zip")).await;
        let early = take(&agency, &target, &json!({"asset": asset}), number as i64).await;
        assert_eq!(early.0, 404, "nothing came of it yet");
        work(&site, &agency).await;
        let seen = get(&agency, &format!("/api/v1/assets/{asset}")).await;
        assert_eq!(seen["probe"]["taken_for"], "tour_project", "{seen}");
        let imports = get(&agency, &format!("/api/v1/listings/{target}/imports")).await;
        let import = &imports["items"][0];
        assert_eq!((&import["tool"], &import["asset"]), (&json!(kind), &json!(asset)), "{import}");
        assert_eq!(import["findings"], json!([]), "{kind}");
        let states: Vec<&Value> =
            import["scenes"].as_array().unwrap().iter().map(|scene| &scene["state"]).collect();
        assert_eq!(states, ["ready", "ready"], "{import}");

        let stale = take(&agency, &target, &json!({"asset": asset}), 99).await;
        assert_eq!(stale.0, 412, "{}", stale.1);
        let (status, taken) = take(&agency, &target, &json!({"asset": asset}), number as i64).await;
        assert_eq!((status.as_u16(), &taken["added"]), (200, &json!(2)), "{taken}");
        let draft = get(&agency, &tour).await;
        let scenes = draft["document"]["scenes"].as_array().unwrap();
        assert_eq!(scenes.len(), 2 * (number + 1), "appended");
        let own = &scenes[2 * number..];
        let named = |title: &str| own.iter().find(|scene| scene["title"] == title).unwrap();
        let (hall, bedroom) = (named("客厅 <东>"), named("主卧室"));
        near(&hall["initial_view"]["yaw"], 140.5);
        near(&hall["initial_view"]["pitch"], -15.25);
        near(&hall["initial_view"]["hfov"], 85.0);
        near(&bedroom["initial_view"]["hfov"], 70.0);
        near(&hall["links"][0]["yaw"], 130.123_4);
        near(&hall["links"][0]["pitch"], -10.5);
        near(&bedroom["links"][0]["yaw"], -179.5);
        assert_eq!(hall["links"][0]["target"], bedroom["id"]);
        if kind == "marzipano" {
            assert_eq!(hall["north_yaw"], Value::Null, "it has no field for it");
        } else {
            near(&hall["north_yaw"], 20.0);
        }
        if number == 0 {
            assert_eq!(draft["document"]["start"], bedroom["id"], "the tour begins where it began");
        }
        let marks = hall["hotspots"].as_array().unwrap();
        assert_eq!(
            (&marks[0]["kind"], &marks[0]["title"]),
            (&json!("information"), &json!("地板 & 门"))
        );
        assert_eq!(marks[0]["text"], "橡木\n<b>2019 年</b>铺设", "{kind}");
        assert_eq!(
            (&marks[1]["kind"], &marks[1]["title"]),
            (&json!("document"), &json!("评估报告"))
        );
        assert_eq!(marks[1]["url"], "https://example.cn/a?b=1&c=2");
        near(&marks[0]["yaw"], -60.5);
        near(&marks[0]["pitch"], 5.25);

        let made = import["scenes"][0]["asset"].as_str().unwrap();
        let made = get(&agency, &format!("/api/v1/assets/{made}")).await;
        assert_eq!(made["probe"]["taken_for"], "equirectangular");
        let hash = Blake3::parse(made["blake3"].as_str().unwrap()).unwrap();
        let bytes = site.context.blobs.read(&Key::original(&hash)).await.unwrap();
        let quality = psnr(&bytes);
        println!("{kind}: {quality:.1} dB");
        assert!(quality >= GOOD, "{kind}: {quality:.1} dB");
    }
    let log = site.court_user(&[Role::Auditor]).await;
    for (action, count) in [("tour.import", 3), ("asset.import", 3)] {
        let log = get(&log, &format!("/api/v1/audit?action={action}")).await;
        assert_eq!(log["items"].as_array().unwrap().len(), count, "{action}");
    }
}

/// Pannellum's page as an agency writes it, with one whole panorama, one on the network and one that is missing.
const PAGE: &str = r#"<html><script src="pannellum.js"></script><script>
  pannellum.viewer('panorama', { default: { firstScene: 'hall' }, scenes: {
    hall: { title: '客厅<script>alert(1)</scr' + 'ipt>', type: 'equirectangular', panorama: 'img/hall.jpg', yaw: 30, // start
            hotSpots: [{ yaw: 10, pitch: 0, type: 'scene', sceneId: 'roof', text: 'up' },
                       { yaw: 20, pitch: 5, type: 'info', text: '<img src=x onerror=alert(1)>窗 <b>朝南</b>' }] },
    roof: { title: 'Roof', panorama: 'https://pannellum.org/images/alma.jpg' },
    attic: { title: 'Attic', panorama: 'img/attic.jpg' } } });
</script></html>"#;

#[tokio::test]
async fn a_panorama_in_the_zip_stays_as_it_is_and_the_rest_is_told() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    // Without data of its own: the project says that it is a sphere.
    let picture = encoded(&sphere());
    let zip = zipped(&[("tour/index.html", PAGE.as_bytes()), ("tour/img/hall.jpg", &picture)]);
    let asset = upload(&agency, &listing, &zip, "漫游.zip").await;
    work(&site, &agency).await;
    let path = format!("/api/v1/listings/{listing}/imports");
    let import = get(&agency, &path).await["items"][0].clone();
    assert_eq!(import["scenes"].as_array().unwrap().len(), 1, "{import}");
    let slugs: Vec<&str> = import["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["slug"].as_str().unwrap())
        .collect();
    assert_eq!(
        slugs,
        ["import-picture-missing", "import-remote", "import-missing", "import-link-nowhere"]
    );
    let english = agency.request(Method::GET, &path).header("Accept-Language", "en").send().await;
    let english: Value = english.unwrap().json().await.unwrap();
    let text = english["items"][0]["findings"][1]["text"].as_str().unwrap();
    assert!(
        text.contains("https://pannellum.org/images/alma.jpg") && text.contains("network"),
        "{text}"
    );
    let hall = import["scenes"][0]["asset"].as_str().unwrap();
    let hall = get(&agency, &format!("/api/v1/assets/{hall}")).await;
    assert_eq!(hall["blake3"], json!(Blake3::of(&picture)), "byte for byte");
    let (status, taken) = take(&agency, &listing, &json!({"asset": asset}), 0).await;
    assert_eq!(status, 200, "{taken}");
    let (status, _) = take(&agency, &listing, &json!({"asset": asset, "mode": "replace"}), 1).await;
    assert_eq!(status, 200);
    let tour = get(&agency, &format!("/api/v1/listings/{listing}/tour")).await;
    let scenes = tour["document"]["scenes"].as_array().unwrap();
    assert_eq!(scenes.len(), 1, "replaced");
    assert_eq!(scenes[0]["title"], "客厅");
    assert_eq!(scenes[0]["hotspots"][0]["title"], "窗 朝南");

    let stranger = site.user(None, &[]).await;
    assert_eq!(stranger.get(&path).await.status(), 404);
    assert_eq!(take(&stranger, &listing, &json!({"asset": asset}), 2).await.0, 404);
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    assert_eq!(take(&reviewer, &listing, &json!({"asset": asset}), 2).await.0, 403);
    // A picture that was taken out of the listing is not put back by the tour.
    let id = import["scenes"][0]["asset"].as_str().unwrap();
    assert_eq!(agency.delete(&format!("/api/v1/assets/{id}")).await.status(), 204);
    let (status, problem) = take(&agency, &listing, &json!({"asset": asset}), 2).await;
    assert_eq!((status.as_u16(), &problem["slug"]), (409, &json!("import-nothing-left")));
}

#[tokio::test]
async fn hostile_zips_are_refused_with_a_reason() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let data = br#"var APP_DATA = {"scenes": [{"id": "a", "name": "A", "levels": [{"size": 512, "tileSize": 512}]}]};"#;
    let mut link = ZipWriter::new(Cursor::new(Vec::new()));
    link.add_symlink("data.js", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..100_000 {
        many.start_file(format!("{number}"), SimpleFileOptions::default()).unwrap();
    }
    let whole = zipped(&[("data.js", data), ("b.jpg", &[7; 3000])]);
    let zips: Vec<(&str, Vec<u8>)> = vec![
        ("import-ratio", zipped(&[("data.js", &vec![b' '; 8 << 20])])),
        ("import-path", zipped(&[("../../data.js", data)])),
        ("import-link", link.finish().unwrap().into_inner()),
        ("import-zip", whole[..whole.len() / 2].to_vec()),
        ("import-too-many-entries", many.finish().unwrap().into_inner()),
        ("import-unreadable", zipped(&[("app-files/data.js", &data[..60])])),
        ("import-no-scenes", whole),
        ("import-no-project", zipped(&[("readme.txt", b"nothing"), ("a.js", b"alert(1)")])),
    ];
    for (slug, zip) in zips {
        let asset = upload(&agency, &listing, &zip, "project.zip").await;
        work(&site, &agency).await;
        let seen = get(&agency, &format!("/api/v1/assets/{asset}")).await;
        assert_eq!(seen["state"], "refused", "{slug}: {seen}");
        assert_eq!(seen["refusal"]["slug"], slug, "{seen}");
    }
    let imports = get(&agency, &format!("/api/v1/listings/{listing}/imports")).await;
    assert_eq!(imports["items"], json!([]));
}

#[tokio::test]
async fn a_scene_whose_pictures_are_broken_costs_only_itself() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let settings = r#"{"scenes": {"a": {"title": "A", "panorama": "a.jpg"}, "b": {"title": "B", "panorama": "b.jpg",
        "hotSpots": [{"yaw": 1, "pitch": 2, "sceneId": "a"}]}}}"#;
    let picture = panorama();
    let broken = b"<html>this is no picture</html>";
    let zip = zipped(&[("tour.json", settings.as_bytes()), ("a.jpg", broken), ("b.jpg", &picture)]);
    let asset = upload(&agency, &listing, &zip, "project.zip").await;
    work(&site, &agency).await;
    let import =
        get(&agency, &format!("/api/v1/listings/{listing}/imports")).await["items"][0].clone();
    let states: Vec<&Value> =
        import["scenes"].as_array().unwrap().iter().map(|scene| &scene["state"]).collect();
    assert_eq!(states, ["missing", "ready"], "{import}");
    assert_eq!(import["findings"][0]["slug"], "import-scene-failed");
    let (status, taken) = take(&agency, &listing, &json!({"asset": asset}), 0).await;
    assert_eq!((status.as_u16(), &taken["added"]), (200, &json!(1)), "{taken}");
    let tour = get(&agency, &format!("/api/v1/listings/{listing}/tour")).await;
    assert_eq!(tour["document"]["scenes"][0]["links"], json!([]), "its way led to the broken one");
}

#[test]
fn the_command_writes_panoramas_a_tour_and_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let import = |name: &str, bytes: &[u8]| {
        let (zip, into) = (folder.path().join(name), folder.path().join(format!("{name}.out")));
        std::fs::write(&zip, bytes).unwrap();
        let arguments = ["import".as_ref(), zip.as_os_str(), "--into".as_ref(), into.as_os_str()];
        let ended = Command::new(env!("CARGO_BIN_EXE_kanfang")).args(arguments).output().unwrap();
        (ended.status.code(), into, String::from_utf8(ended.stderr).unwrap())
    };
    let settings =
        br#"{"type": "equirectangular", "panorama": "hall.jpg", "title": "a/../b", "yaw": 12}"#;
    let picture = panorama();
    let (code, into, said) =
        import("whole.zip", &zipped(&[("c.json", settings), ("hall.jpg", &picture)]));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(std::fs::read(into.join("001 a_.._b.jpg")).unwrap(), picture);
    let tour: Value =
        serde_json::from_slice(&std::fs::read(into.join("tour.json")).unwrap()).unwrap();
    assert_eq!(tour["panoramas"], json!(["001 a_.._b.jpg"]));
    assert_eq!(tour["tour"]["scenes"][0]["initial_view"]["yaw"], 12.0);

    let zip = zipped(&[("tour/index.html", PAGE.as_bytes()), ("tour/img/hall.jpg", &picture)]);
    let (code, into, said) = import("part.zip", &zip);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("https://pannellum.org/images/alma.jpg"));
    let report: Value =
        serde_json::from_slice(&std::fs::read(into.join("report.json")).unwrap()).unwrap();
    assert!(report["findings"][1]["en"].as_str().unwrap().contains("on the network"));

    let (code, into, said) = import("hostile.zip", &zipped(&[("../../escaped", b"x")]));
    assert_eq!((code, into.exists()), (Some(4), false), "{said}");
    assert!(said.contains("../../escaped"), "{said}");
}

#[tokio::test]
async fn pictures_of_marks_become_photos_of_the_listing() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let photo = encoded(&image::imageops::crop_imm(&sphere(), 0, 0, 400, 300).to_image());
    let page = r#"<script>pannellum.viewer('p', {"default": {"firstScene": "a"}, "scenes": {"a": {"title": "客厅",
        "type": "equirectangular", "panorama": "a.jpg", "hotSpots": [
        {"yaw": 10, "pitch": -5, "text": "水渍<img src='img/1.jpg'><img src='img/none.jpg'>"},
        {"yaw": 20, "pitch": -5, "text": "同一张", "image": "img/1.jpg"},
        {"yaw": 30, "pitch": -5, "text": "坏图", "image": "img/bad.jpg"}]}}})</script>"#;
    let files: [(&str, &[u8]); 4] = [
        ("index.html", page.as_bytes()),
        ("a.jpg", &panorama()),
        ("img/1.jpg", &photo),
        ("img/bad.jpg", b"<svg onload=alert(1)>"),
    ];
    let asset = upload(&agency, &listing, &zipped(&files), "漫游.zip").await;
    work(&site, &agency).await;
    let imports = get(&agency, &format!("/api/v1/listings/{listing}/imports")).await;
    let mut told: Vec<&str> = imports["items"][0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["slug"].as_str().unwrap())
        .collect();
    told.sort_unstable();
    assert_eq!(told, ["import-picture-kind", "import-picture-missing"]);
    let taken = take(&agency, &listing, &json!({"asset": asset}), 0).await;
    assert_eq!(taken.0, 200, "{}", taken.1);
    let tour = get(&agency, &format!("/api/v1/listings/{listing}/tour")).await;
    let hotspots = tour["document"]["scenes"][0]["hotspots"].clone();
    let shown: Vec<usize> = hotspots
        .as_array()
        .unwrap()
        .iter()
        .map(|hotspot| hotspot["pictures"].as_array().unwrap().len())
        .collect();
    assert_eq!(shown, [1, 1, 0]);
    assert_eq!(hotspots[0]["pictures"], hotspots[1]["pictures"], "one file is one photo");
    let id = hotspots[0]["pictures"][0].as_str().unwrap();
    let kept = get(&agency, &format!("/api/v1/assets/{id}")).await;
    assert_eq!((&kept["file_name"], &kept["taken_as"]), (&json!("1.jpg"), &json!("flat_photo")));
    assert_eq!(kept["blake3"], json!(Blake3::of(&photo).to_string()));

    // Taken out of the listing, it does not keep the scenes from being taken over again.
    agency.delete(&format!("/api/v1/assets/{id}")).await;
    let again = take(&agency, &listing, &json!({"asset": asset, "mode": "replace"}), 1).await;
    assert_eq!(again.0, 200, "{}", again.1);
    let tour = get(&agency, &format!("/api/v1/listings/{listing}/tour")).await;
    assert_eq!(tour["document"]["scenes"][0]["hotspots"][0]["pictures"], json!([]));
}
