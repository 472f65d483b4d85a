//! The court's mark over the tripod: kept for the court, laid into panoramas in the child, told in report and map.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kanfang::auction::people::Role;
use kanfang::geometry::{Lens, Projection};
use kanfang::stitch::attitude::Attitude;
use serde_json::{Value, json};

use crate::journey::work;
use crate::listing_fixture::listing;
use crate::photos::{Shot, drawn_sphere, photo};
use crate::support::Site;
use crate::tus::upload;

fn png(side: u32) -> Vec<u8> {
    let picture = image::RgbaImage::from_pixel(side, side, image::Rgba([250, 0, 250, 255]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_court_keeps_a_mark_of_its_own_and_panoramas_get_it() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let court = site.court_user(&[Role::CourtAdmin]).await;
    let path = format!("/api/v1/tenants/{}/nadir-mark", site.court);
    assert_eq!(agency.get(&path).await.status(), 204, "none of its own yet");
    let body = |bytes: &[u8]| json!({ "png": STANDARD.encode(bytes) });
    assert_eq!(agency.put(&path, &body(&png(128))).await.status(), 403);
    for wrong in [&b"GIF89a"[..], &png(20), b"\xFF\xD8\xFF\xE0", b""] {
        let status = court.put(&path, &body(wrong)).await.status().as_u16();
        assert!([400, 415, 422].contains(&status), "{status}");
    }
    let elsewhere = format!("/api/v1/tenants/{}/nadir-mark", site.agency);
    assert_eq!(court.put(&elsewhere, &body(&png(128))).await.status(), 403);
    assert_eq!(court.put(&path, &body(&png(128))).await.status(), 204);
    assert_eq!(agency.get(&path).await.bytes().await.unwrap(), png(128));

    // Photos all around without floor or ceiling; the mark goes where the floor is missing.
    let listing = listing(&site, Some(site.agency)).await;
    let sphere = drawn_sphere(512, 9);
    let focal = Lens::focal_for(Projection::Rectilinear, 130.0, 240.0);
    let lens = Lens::centred(Projection::Rectilinear, focal, 240, 180);
    let mut photos = Vec::new();
    for i in 0..6_u32 {
        let attitude = Attitude { yaw: 60.0 * f64::from(i), pitch: 0.0, roll: 0.0 };
        let shot = Shot { attitude, ev: 0.0, vignette: 0.0, noise: 1.0, seed: u64::from(i) };
        let jpeg = photo(&sphere, &lens, 240, 180, &shot).jpeg(92).unwrap();
        photos.push(upload(&agency, &listing, &jpeg, &format!("p{i}.jpg")).await);
    }
    work(&site, &agency).await;
    let wish =
        json!({"name": "客厅", "photos": photos, "settings": {"width": 512, "nadir": "mark"}});
    let answer = agency.post(&format!("/api/v1/listings/{listing}/sets"), &wish).await;
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    let set: Value = answer.json().await.unwrap();
    work(&site, &agency).await;
    let one = format!("/api/v1/sets/{}", set["id"].as_str().unwrap());
    let set: Value = agency.get(&one).await.json().await.unwrap();
    let covered = &set["report"]["mark"];
    assert!(covered["degrees"].as_f64().unwrap() > 10.0, "{set}");
    assert_eq!(covered["photographed"], 0.0);
    let map = agency.get(&format!("{one}/provenance.png")).await.bytes().await.unwrap();
    let map = image::load_from_memory(&map).unwrap().into_luma8();
    assert_eq!(map.get_pixel(0, map.height() - 1).0, [255]);

    assert_eq!(court.delete(&path).await.status(), 204);
    assert_eq!(agency.get(&path).await.status(), 204);
}
