//! Ordinary photos become a panorama, through the real server and worker.

use kanfang::geometry::{Lens, Projection};
use kanfang::stitch::attitude::Attitude;
use serde_json::{Value, json};

use crate::journey::work;
use crate::listing_fixture::listing;
use crate::photos::{Rgb, Shot, drawn_sphere, photo};
use crate::support::{Site, get};
use crate::tus::{slug, upload};
use crate::two_lenses::{camera, half};

// Small: an unoptimised build stitches here.
const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// Photos of a drawn room at the given yaws, level, 90° wide.
fn turn(sphere: &Rgb, yaws: &[f64]) -> Vec<Vec<u8>> {
    let focal = Lens::focal_for(Projection::Rectilinear, 90.0, WIDTH as f64);
    let lens = Lens::centred(Projection::Rectilinear, focal, WIDTH, HEIGHT);
    yaws.iter()
        .enumerate()
        .map(|(index, &yaw)| {
            let attitude = Attitude { yaw, pitch: 0.0, roll: 0.0 };
            let shot = Shot { attitude, ev: 0.0, vignette: 0.0, noise: 1.0, seed: index as u64 };
            photo(sphere, &lens, WIDTH, HEIGHT, &shot).jpeg(92).unwrap()
        })
        .collect()
}

#[tokio::test]
async fn photos_are_proposed_stitched_and_become_a_panorama_of_the_listing() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let yaws: Vec<f64> = (0..6).map(|index| f64::from(index) * 60.0).collect();
    let mut photos = Vec::new();
    for (index, jpeg) in turn(&drawn_sphere(1024, 5), &yaws).iter().enumerate() {
        photos.push(upload(&agency, &listing, jpeg, &format!("p{index}.jpg")).await);
    }
    work(&site, &agency).await;
    let path = format!("/api/v1/listings/{listing}/sets");
    assert_eq!(get(&agency, &path).await["proposals"], json!([photos]));

    let body = json!({"name": "客厅", "photos": photos, "settings": {"width": 512}});
    let answer = agency.post(&path, &body).await;
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    let set: Value = answer.json().await.unwrap();
    work(&site, &agency).await;
    let one = format!("/api/v1/sets/{}", set["id"].as_str().unwrap());
    let set = get(&agency, &one).await;
    assert_eq!(set["job"]["state"], "done", "{set}");
    assert_eq!(set["report"]["verdict"], "complete", "{set}");
    assert_eq!(set["report"]["placed"].as_array().unwrap().len(), 6);
    assert!(
        !set["report"]["gaps"].as_array().unwrap().is_empty(),
        "nothing shows floor and ceiling"
    );
    let sets = get(&agency, &path).await;
    assert_eq!((&sets["proposals"], sets["items"].as_array().unwrap().len()), (&json!([]), 1));

    // It went the way of every panorama: probed, tiled.
    let panorama = set["panorama"].as_str().unwrap();
    let asset = get(&agency, &format!("/api/v1/assets/{panorama}")).await;
    assert_eq!(asset["file_name"], "客厅.jpg");
    let taken_for = asset["probe"]["taken_for"].as_str().unwrap();
    assert!(taken_for.starts_with("equirectangular"), "{asset}");
    let tiled = get(&agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
    assert_eq!(tiled["items"][0]["asset"], panorama);

    // Every pixel names its photo.
    let map = agency.get(&format!("{one}/provenance.png")).await.bytes().await.unwrap();
    let map = image::load_from_memory(&map).unwrap().into_luma8();
    let mut seen: Vec<u8> = map.into_raw();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.into_iter().filter(|&photo| photo > 0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);

    let hugin = agency.get(&format!("{one}/project.pto")).await.text().await.unwrap();
    assert!(hugin.contains("n\"p3.jpg\""), "{hugin}");

    // A tilt by hand is made of the same poses, without seeking them again; taken back, it is as before.
    let change = |body: Value, version: i64| {
        agency
            .request(reqwest::Method::PATCH, &one)
            .header("If-Match", format!("\"{version}\""))
            .json(&body)
            .send()
    };
    let attitude = |set: &Value, axis: &str| -> f64 {
        set["report"]["placed"][0]["attitude"][axis].as_f64().unwrap()
    };
    for (version, (pitch, roll)) in [(1, (0.0, 6.0)), (2, (3.0, -96.0)), (3, (0.0, 0.0))] {
        let tilt = json!({"settings": {"width": 512, "tilt": {"pitch": pitch, "roll": roll}}});
        assert_eq!(change(tilt, version).await.unwrap().status(), 200);
        work(&site, &agency).await;
        let tilted = get(&agency, &one).await;
        let job =
            get(&agency, &format!("/api/v1/jobs/{}", tilted["job"]["id"].as_str().unwrap())).await;
        assert!(job.to_string().contains("taken over"), "{job}");
        assert_eq!(job["preview"], Value::Null, "a job that is done shows what came of it instead");
        assert_eq!(tilted["report"]["placed"].as_array().unwrap().len(), 6, "{tilted}");
        if roll == 0.0 {
            for axis in ["yaw", "pitch", "roll"] {
                let off = attitude(&tilted, axis) - attitude(&set, axis);
                assert!(off.abs() < 1e-3, "{axis}: {off}");
            }
        } else {
            let moved =
                ["pitch", "roll"].map(|axis| attitude(&tilted, axis) - attitude(&set, axis));
            assert!(moved[0].hypot(moved[1]) > 2.0, "{moved:?}");
        }
    }

    // Another name stitches nothing again; fewer photos do.
    let renamed: Value = change(json!({"name": "起居室"}), 4).await.unwrap().json().await.unwrap();
    assert_eq!((&renamed["name"], &renamed["job"]["state"]), (&json!("起居室"), &json!("done")));
    assert_eq!(
        change(json!({"name": "x"}), 4).await.unwrap().status(),
        412,
        "somebody else was faster"
    );
    let fewer = json!({"photos": photos[..3]});
    let fewer: Value = change(fewer, 5).await.unwrap().json().await.unwrap();
    assert_eq!(fewer["job"]["state"], "queued");
    work(&site, &agency).await;
    let set = get(&agency, &one).await;
    assert_eq!(set["report"]["placed"].as_array().unwrap().len(), 3, "{set}");
    assert_ne!(set["panorama"].as_str().unwrap(), panorama, "the first one stays as it is");
}

#[tokio::test]
async fn two_lenses_in_a_file_each_are_joined_again_when_the_picture_is_tilted() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let picture = camera().picture(&drawn_sphere(1024, 8));
    let mut photos = Vec::new();
    for (side, name) in ["front.jpg", "back.jpg"].into_iter().enumerate() {
        let jpeg = half(&picture, side).jpeg(95).unwrap();
        photos.push(upload(&agency, &listing, &jpeg, name).await);
    }
    work(&site, &agency).await;
    let settings = |roll: f64| json!({"width": 512, "tilt": {"roll": roll}});
    let body = json!({"name": "二", "photos": photos, "settings": settings(0.0)});
    let path = format!("/api/v1/listings/{listing}/sets");
    let set: Value = agency.post(&path, &body).await.json().await.unwrap();
    let one = format!("/api/v1/sets/{}", set["id"].as_str().unwrap());
    work(&site, &agency).await;
    let before = get(&agency, &one).await;
    assert_eq!(before["report"]["verdict"], "complete", "{before}");

    let change = agency
        .request(reqwest::Method::PATCH, &one)
        .header("If-Match", "\"1\"")
        .json(&json!({"settings": settings(5.0)}));
    assert_eq!(change.send().await.unwrap().status(), 200);
    work(&site, &agency).await;
    let after = get(&agency, &one).await;
    // Poses alone do not say how the belt was bent.
    for report in [&before["report"], &after["report"]] {
        assert!(report["seconds"]["joint"].is_number(), "{report}");
    }
    assert_ne!(after["report"]["placed"][0]["attitude"], before["report"]["placed"][0]["attitude"]);
    let job = after["job"]["id"].as_str().unwrap();
    let job = get(&agency, &format!("/api/v1/jobs/{job}")).await;
    assert!(!job.to_string().contains("taken over"), "{job}");
}

#[tokio::test]
async fn a_set_that_cannot_be_is_refused_and_one_that_does_not_fit_fails_with_a_reason() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let path = format!("/api/v1/listings/{listing}/sets");
    let none = json!({"name": "a", "photos": []});
    assert_eq!(slug(agency.post(&path, &none).await).await, (422, "set-count".to_owned()));
    // One look each into two rooms that have nothing in common.
    let mut photos = Vec::new();
    for seed in [5, 77] {
        let jpeg = turn(&drawn_sphere(1024, seed), &[0.0]).remove(0);
        photos.push(upload(&agency, &listing, &jpeg, &format!("{seed}.jpg")).await);
    }
    let waiting = json!({"name": "a", "photos": photos});
    assert_eq!(slug(agency.post(&path, &waiting).await).await, (422, "set-photo".to_owned()));
    work(&site, &agency).await;
    for (body, expected) in [
        (json!({"name": " ", "photos": photos}), "set-name"),
        (json!({"name": "a", "photos": [photos[0], photos[0]]}), "set-photo"),
        (json!({"name": "a", "photos": photos, "settings": {"lens": "wobbly"}}), "set-setting"),
        (
            json!({"name": "a", "photos": photos, "settings": {"tilt": {"roll": 200}}}),
            "set-setting",
        ),
        (
            json!({"name": "a", "photos": photos, "settings": {"points": [
                {"a": photos[0], "at": [1, 2], "b": photos[0], "seen": [3, 4]}]}}),
            "set-setting",
        ),
    ] {
        assert_eq!(slug(agency.post(&path, &body).await).await, (422, expected.to_owned()));
    }
    let other = site.user(Some(site.court), &[kanfang::auction::people::Role::Auditor]).await;
    assert_eq!(other.post(&path, &json!({"name": "a", "photos": photos})).await.status(), 403);
    let set: Value =
        agency.post(&path, &json!({"name": "a", "photos": photos})).await.json().await.unwrap();
    work(&site, &agency).await;
    let set = get(&agency, &format!("/api/v1/sets/{}", set["id"].as_str().unwrap())).await;
    assert_eq!(set["job"]["state"], "failed", "{set}");
    assert_eq!(set["job"]["reason"]["slug"], "stitch-nothing-overlaps", "{set}");
    assert_eq!(set["panorama"], Value::Null);
}

#[tokio::test]
async fn a_set_may_have_more_photos_than_the_walls_leave_files_to_be_opened() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let mut photos = Vec::new();
    for shade in 0..24_u8 {
        let mut png = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(200, 150, image::Rgb([10 * shade, 120, 90]))
            .write_to(&mut png, image::ImageFormat::Png)
            .unwrap();
        photos.push(upload(&agency, &listing, png.get_ref(), &format!("{shade}.png")).await);
    }
    work(&site, &agency).await;
    let path = format!("/api/v1/listings/{listing}/sets");
    let set: Value =
        agency.post(&path, &json!({"name": "a", "photos": photos})).await.json().await.unwrap();
    work(&site, &agency).await;
    let set = get(&agency, &format!("/api/v1/sets/{}", set["id"].as_str().unwrap())).await;
    // All were read: what fails is that blank pictures have nothing in common.
    let slug = set["job"]["reason"]["slug"].as_str().unwrap_or_default();
    assert!(slug.starts_with("stitch-"), "{set}");
}
