//! Videos from the upload to the public: converted in the shut-in child, shown by hotspots, signed, packed, checked.

use kanfang::auction::people::Role;
use kanfang::base::Sha256;
use kanfang::base::id::HotspotId;
use kanfang::blob::Key;
use kanfang::proof::digests::sha256;
use kanfang::upkeep::fsck;
use reqwest::Method;
use serde_json::{Value, json};

use crate::hotspots::Place;
use crate::journey::work;
use crate::listing_fixture::listing;
use crate::support::{get, publish, recorded};
use crate::tus::upload;

/// What a phone films: sound, 60 pictures a second, and a place in the metadata.
fn phone_video(arguments: &str) -> Vec<u8> {
    recorded("a.mp4", arguments, "location=+39.9042+116.4074/")
}

const TWO_SECONDS: &str = "testsrc2=s=640x360:r=60:d=2 -f lavfi -i sine=d=2 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -c:a aac";

/// A defect whose video has captions of these cues.
fn captioned(video: &str, cues: &Value) -> Value {
    let mut defect = defect(&[video]);
    defect["captions"] = json!([{"video": video, "cues": cues}]);
    defect
}

fn defect(videos: &[&str]) -> Value {
    json!({"id": HotspotId::new(), "yaw": 10.0, "pitch": -20.0, "kind": "defect", "text": "水龙头滴水", "videos": videos})
}

#[tokio::test]
async fn a_video_becomes_a_rendition_that_the_public_sees_with_its_hotspot() {
    let place = Place::new().await;
    let (agency, site) = (&place.agency, &place.site);
    let sent = phone_video(TWO_SECONDS);
    let video = upload(agency, &place.listing, &sent, "滴水.mp4").await;
    let asset = format!("/api/v1/assets/{video}");
    let early = place.save(0, &[defect(&[&video])]).await;
    assert_eq!(early.status(), 422, "not converted yet");
    work(site, agency).await;
    let view = get(agency, &asset).await;
    assert_eq!(view["state"], "ready", "{view}");
    assert_eq!(view["probe"]["taken_for"], "video");
    assert_eq!(view["probe"]["holds_position"], true);
    assert_eq!((&view["video"]["width"], &view["video"]["has_sound"]), (&json!(640), &json!(true)));
    let thumbnail = agency.get(view["thumbnail"].as_str().unwrap()).await.bytes().await.unwrap();
    let still = image::load_from_memory(&thumbnail).unwrap();
    assert_eq!((still.width(), still.height()), (640, 360));
    let wrong = agency.patch(&asset, &json!({"taken_as": "flat_photo"})).await;
    assert_eq!(wrong.status(), 422, "a video is no photo");

    for (cues, said) in [
        (json!([]), "1 to 200 cues"),
        (json!([{"start": 1.0, "end": 0.5, "text": "滴水"}]), "the end after it"),
        (json!([{"start": 0.5, "end": 2.5, "text": "滴水"}]), "the video ends at"),
        (
            json!([{"start": 0, "end": 1, "text": "滴水"}, {"start": 0.9, "end": 1.5, "text": "停"}]),
            "cue 2",
        ),
        (json!([{"start": 0, "end": 1, "text": "滴水", "style": "red"}]), "style"),
    ] {
        let refused = place.save(0, &[captioned(&video, &cues)]).await;
        assert_eq!(refused.status(), 422, "{cues}");
        let problem = refused.text().await.unwrap();
        assert!(problem.contains(said), "{problem} — expected: {said}");
    }
    let cues = json!([
        {"start": 0.2, "end": 0.9, "text": "<b>滴水</b> & 声"},
        {"start": 0.9, "end": 2.0, "text": "关紧后仍滴水"},
    ]);
    let saved = place.save(0, &[captioned(&video, &cues)]).await;
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    let preview = get(agency, &format!("{}/preview.json", place.tour)).await;
    let address = preview["scenes"][0]["hotspots"][0]["videos"][0]["address"].as_str().unwrap();
    assert_eq!(agency.get(address).await.status(), 200);
    let public = site.anonymous();
    assert_eq!(public.get(address).await.status(), 401, "a draft's video is for staff");

    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let publisher = site.court_user(&[Role::Publisher]).await;
    let version = publish(&place.tour, [agency, &reviewer, &publisher]).await;
    let tour = get(&public, &format!("/t/{version}/tour.json")).await;
    let shown = &tour["scenes"][0]["hotspots"][0]["videos"][0];
    assert_eq!(shown["captions"], cues);
    let [address, still] = ["address", "still"].map(|key| shown[key].as_str().unwrap().to_owned());
    assert_eq!(address, format!("/t/{version}/video/{video}.mp4"));
    let answer = public.get(&address).await;
    assert_eq!(answer.headers()["content-type"], "video/mp4");
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let whole = answer.bytes().await.unwrap();
    assert_eq!(view["video"]["bytes"], whole.len());
    assert!(!whole.windows(6).any(|part| part == b"39.904"), "no place");
    // As a browser reads it: the beginning, then what it jumps to.
    for (range, expected) in [("bytes=0-99", &whole[..100]), ("bytes=500-", &whole[500..])] {
        let part = public.request(Method::GET, &address).header("Range", range);
        let part = part.send().await.unwrap();
        assert_eq!(part.status(), 206);
        assert_eq!(part.bytes().await.unwrap(), expected);
    }
    let beyond = public.request(Method::GET, &address).header("Range", "bytes=99999999-");
    assert_eq!(beyond.send().await.unwrap().status(), 416);
    let head = public.request(Method::HEAD, &address).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], whole.len().to_string());
    let tag = head.headers()["etag"].clone();
    let known = public.request(Method::GET, &address).header("If-None-Match", tag);
    assert_eq!(known.send().await.unwrap().status(), 304);

    let signed = get(&public, &format!("/t/{version}/manifest.json")).await["videos"].clone();
    let still = public.get(&still).await.bytes().await.unwrap();
    let whole_tour = public.get(&format!("/t/{version}/tour.json")).await.bytes().await.unwrap();
    let manifest = get(&public, &format!("/t/{version}/manifest.json")).await;
    assert_eq!(manifest["tour"], json!(sha256(&whole_tour)), "the captions are signed: {manifest}");
    let stated = json!([{"id": video, "sha256": sha256(&whole), "still": sha256(&still)}]);
    assert_eq!(signed, stated);

    // Taken out of the listing it stays what was published; another listing need not convert it again.
    assert_eq!(agency.delete(&asset).await.status(), 204);
    assert_eq!(public.get(&address).await.status(), 200);
    for missing in [
        format!("/t/{version}/video/{video}.webm"),
        format!("/t/{version}/video/{}.mp4", kanfang::base::id::AssetId::new()),
        format!("/t/{version}/video/x.mp4"),
    ] {
        assert_eq!(public.get(&missing).await.status(), 404, "{missing}");
    }
    let context = &site.context;
    let check = || fsck::check(&context.database, &context.blobs, &context.clock, true);
    let faults = check().await.unwrap().findings;
    assert!(faults.iter().all(|fault| !fault.what.contains("video")), "{faults:?}");
    let rendition: Sha256 = sha256(&whole);
    let all = kanfang::catalogue::assets::renditions(&context.database).await.unwrap();
    let kept = all.iter().find(|one| one.sha256 == rendition).unwrap();
    context.blobs.delete(&Key::video(&kept.blake3)).await.unwrap();
    let faults = check().await.unwrap().findings;
    assert!(faults.iter().any(|fault| fault.what == "video-damaged"), "{faults:?}");
    let reason = json!({"reason": "测试"});
    assert_eq!(publisher.post(&format!("{}/withdraw", place.tour), &reason).await.status(), 204);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(public.get(&address).await.status(), 410);
}

#[tokio::test]
async fn packages_hold_the_videos() {
    let place = Place::new().await;
    let video = upload(&place.agency, &place.listing, &phone_video(TWO_SECONDS), "a.mp4").await;
    work(&place.site, &place.agency).await;
    let cues = json!([{"start": 0.25, "end": 2, "text": "滴水 < 声"}]);
    assert_eq!(place.save(0, &[captioned(&video, &cues)]).await.status(), 200);
    let rendition = place.agency.get(&format!("/api/v1/assets/{video}/video.mp4")).await;
    let rendition = rendition.bytes().await.unwrap();
    for (kind, path, named) in [
        ("offline", format!("files/video/{video}.mp4"), format!("data/video/{video}.js")),
        ("pannellum", format!("videos/{video}.mp4"), "tour.json".to_owned()),
        ("marzipano", format!("videos/{video}.mp4"), "data.js".to_owned()),
        ("psv", format!("videos/{video}.mp4"), "tour.json".to_owned()),
    ] {
        let address = format!("/api/v1/listings/{}/tour/export/{kind}?of=draft", place.listing);
        let answer = place.agency.get(&address).await;
        assert_eq!(answer.status(), 200, "{kind}");
        let bytes = std::io::Cursor::new(answer.bytes().await.unwrap());
        let mut zip = zip::ZipArchive::new(bytes).unwrap();
        let mut read = |path: &str| {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut zip.by_name(path).unwrap(), &mut bytes).unwrap();
            bytes
        };
        assert!(read(&path) == rendition, "{kind}");
        let text = String::from_utf8(read(&named)).unwrap();
        let mention = if kind == "offline" { format!("video/{video}.jpg") } else { path };
        assert!(text.contains(&mention), "{kind}");
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let mut files = names.iter().filter(|name| name.ends_with(".vtt"));
        if kind == "offline" {
            assert_eq!(files.next(), None, "they are in the document");
            continue;
        }
        let file = files.next().unwrap();
        let mut captions = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(file).unwrap(), &mut captions).unwrap();
        assert_eq!(captions, "WEBVTT\n\n00:00:00.250 --> 00:00:02.000\n滴水 &lt; 声\n");
        // Pannellum's player takes no captions; they lie beside the video.
        assert_eq!(text.contains(file.as_str()), kind != "pannellum", "{kind}");
    }
}

#[tokio::test]
async fn videos_and_captions_of_packages_come_back() {
    let place = Place::new().await;
    let (agency, site) = (&place.agency, &place.site);
    let video = upload(agency, &place.listing, &phone_video(TWO_SECONDS), "a.mp4").await;
    work(site, agency).await;
    let cues = json!([
        {"start": 0.25, "end": 0.9, "text": "滴水 < 声"},
        {"start": 1.0, "end": 1.5, "text": "关紧\n仍滴水"},
    ]);
    assert_eq!(place.save(0, &[captioned(&video, &cues)]).await.status(), 200);
    let target = listing(site, Some(site.agency)).await;
    let tour = format!("/api/v1/listings/{target}/tour");
    for (number, kind) in ["pannellum", "marzipano", "psv"].into_iter().enumerate() {
        let address = format!("/api/v1/listings/{}/tour/export/{kind}?of=draft", place.listing);
        let zip = agency.get(&address).await.bytes().await.unwrap();
        let asset = upload(agency, &target, &zip, &format!("{kind}.zip")).await;
        work(site, agency).await;
        let imports = get(agency, &format!("/api/v1/listings/{target}/imports")).await;
        assert_eq!(imports["items"][0]["findings"], json!([]), "{kind}: {imports}");
        let asked = agency.request(Method::POST, &format!("{tour}/import"));
        let asked = asked.header("If-Match", format!("\"{number}\""));
        let taken = asked.json(&json!({"asset": asset, "mode": "replace"})).send().await.unwrap();
        assert_eq!(taken.status(), 200, "{kind}: {}", taken.text().await.unwrap());
        let draft = get(agency, &tour).await;
        let note = &draft["document"]["scenes"][0]["hotspots"][0];
        let [shown] = note["videos"].as_array().unwrap().as_slice() else {
            panic!("{kind}: {note}")
        };
        assert_ne!(shown, &json!(video), "it is an original of the other listing");
        assert_eq!(note["captions"], json!([{"video": shown, "cues": cues}]), "{kind}");
    }
}

#[tokio::test]
async fn what_cannot_be_shown_is_told_and_the_original_stays() {
    let place = Place::new().await;
    let (agency, listing) = (&place.agency, &place.listing);
    let whole = phone_video(
        "testsrc2=s=320x180:r=25:d=8 -pix_fmt yuv420p -c:v libx264 -movflags +faststart",
    );
    let sound = phone_video("sine=d=1 -c:a aac");
    let sphere = phone_video("testsrc2=s=1920x960:r=5:d=1 -pix_fmt yuv420p -c:v libx264");
    let cut = &whole[..whole.len() / 3];
    let ids = [
        upload(agency, listing, cut, "cut.mp4").await,
        upload(agency, listing, &sound, "sound.m4a").await,
        upload(agency, listing, &sphere, "sphere.mp4").await,
    ];
    work(&place.site, agency).await;
    let [cut, sound, sphere] = ids.each_ref().map(|id| format!("/api/v1/assets/{id}"));
    let view = get(agency, &cut).await;
    assert_eq!((&view["state"], &view["video"]), (&json!("ready"), &Value::Null));
    let jobs = get(agency, "/api/v1/jobs").await;
    let failed = jobs["items"].as_array().unwrap().iter();
    let failed: Vec<_> = failed.filter(|job| job["state"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(
        (&failed[0]["kind"], &failed[0]["reason"]["slug"]),
        (&json!("transcode"), &json!("video-unreadable"))
    );
    let view = get(agency, &sound).await;
    assert_eq!(
        (&view["state"], &view["probe"]["taken_for"]),
        (&json!("ready"), &json!("sound")),
        "a recording is no video"
    );
    let view = get(agency, &sphere).await;
    assert_eq!(view["probe"]["taken_for"], "unsupported");
    assert_eq!(view["probe"]["reasons"][0]["slug"], "probe-reason-spherical-video");
    for id in &ids {
        let refused = place.save(0, &[defect(&[id])]).await;
        assert_eq!(refused.status(), 422);
        assert_eq!(agency.get(&format!("/api/v1/assets/{id}/video.mp4")).await.status(), 404);
    }
}
