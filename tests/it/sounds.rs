//! Recordings from the upload to the public: converted in the shut-in child, told in a room, signed, packed, checked.

use std::process::Command;

use kanfang::auction::people::Role;
use kanfang::base::id::HotspotId;
use kanfang::blob::Key;
use kanfang::proof::digests::sha256;
use kanfang::upkeep::fsck;
use reqwest::Method;
use serde_json::{Value, json};

use crate::hotspots::Place;
use crate::journey::work;
use crate::support::{self, Client, get, goes, look_at_all, publish, recorded};
use crate::tus::upload;

/// What a recorder writes.
fn recording(name: &str, arguments: &str) -> Vec<u8> {
    recorded(name, arguments, "title=39.9042")
}

const WORDS: &str = "客厅朝南，阳台已封闭。";

impl Place {
    /// Saves the draft with a narration in its only scene.
    async fn tell(&self, words: &str, sound: Option<&str>) -> reqwest::Response {
        let draft = get(&self.agency, &self.tour).await;
        let mut document = draft["document"].clone();
        document["scenes"][0]["narration"] = json!(words);
        document["scenes"][0]["narration_sound"] = json!(sound);
        self.agency
            .request(Method::PUT, &self.tour)
            .header("If-Match", format!("\"{}\"", draft["version"]))
            .json(&document)
            .send()
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_recording_is_told_in_its_room() {
    let place = Place::new().await;
    let (agency, site) = (&place.agency, &place.site);
    assert_eq!(place.save(0, &[]).await.status(), 200);
    let sent = recording("客厅.wav", "sine=f=440:d=4 -af volume=-25dB -ac 2");
    let sound = upload(agency, &place.listing, &sent, "客厅.wav").await;
    let asset = format!("/api/v1/assets/{sound}");
    assert_eq!(place.tell(WORDS, Some(&sound)).await.status(), 422, "not converted yet");
    work(site, agency).await;
    let view = get(agency, &asset).await;
    assert_eq!((&view["state"], &view["probe"]["taken_for"]), (&json!("ready"), &json!("sound")));
    assert_eq!((&view["video"], &view["thumbnail"]), (&Value::Null, &Value::Null));
    let seconds = view["sound"]["seconds"].as_f64().unwrap();
    assert!((seconds - 4.0).abs() < 0.1, "{view}");
    let wrong = agency.patch(&asset, &json!({"taken_as": "flat_photo"})).await;
    assert_eq!(wrong.status(), 422, "a recording is no photo");
    assert_eq!(agency.get(&format!("{asset}/video.mp4")).await.status(), 404, "it is no video");

    let saved = place.tell("", Some(&sound)).await;
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    let wordless = agency.post(&format!("{}/submit", place.tour), &json!({})).await;
    assert_eq!(wordless.status(), 422, "whoever does not hear needs its words");
    assert!(wordless.text().await.unwrap().contains("caption"));
    assert_eq!(place.tell(WORDS, Some(&sound)).await.status(), 200);
    let preview = get(agency, &format!("{}/preview.json", place.tour)).await;
    let told = &preview["scenes"][0]["narrationSound"];
    assert_eq!(told, &json!({"address": format!("{asset}/sound.m4a"), "seconds": seconds}));
    let public = site.anonymous();
    let address = told["address"].as_str().unwrap();
    assert_eq!(agency.get(address).await.status(), 200);
    assert_eq!(public.get(address).await.status(), 401, "a draft's recording is for staff");
    let changes = get(agency, &format!("{}/changes", place.tour)).await;
    assert_eq!(changes["scenes"][0]["change"], "added");

    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let publisher = site.court_user(&[Role::Publisher]).await;
    let version = publish(&place.tour, [agency, &reviewer, &publisher]).await;
    let tour = get(&public, &format!("/t/{version}/tour.json")).await;
    let address = format!("/t/{version}/sound/{sound}.m4a");
    assert_eq!(tour["scenes"][0]["narration"], WORDS);
    assert_eq!(
        tour["scenes"][0]["narrationSound"],
        json!({"address": address, "seconds": seconds})
    );
    let answer = public.get(&address).await;
    assert_eq!(answer.headers()["content-type"], "audio/mp4");
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let whole = answer.bytes().await.unwrap();
    assert_eq!(view["sound"]["bytes"], whole.len());
    assert!(!whole.windows(6).any(|part| part == b"39.904"), "no metadata");
    let part = public.request(Method::GET, &address).header("Range", "bytes=100-199");
    let part = part.send().await.unwrap();
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap()), (206, whole.slice(100..200)));
    described(&whole);

    let manifest = get(&public, &format!("/t/{version}/manifest.json")).await;
    assert_eq!(manifest["sounds"], json!([{"id": sound, "sha256": sha256(&whole)}]));
    assert_eq!(manifest["videos"], Value::Null);

    assert_eq!(agency.delete(&asset).await.status(), 204);
    assert_eq!(public.get(&address).await.status(), 200, "what was published stays");
    for missing in [
        format!("/t/{version}/sound/{sound}.mp4"),
        format!("/t/{version}/video/{sound}.mp4"),
        format!("/t/{version}/video/{sound}.jpg"),
        format!("/t/{version}/sound/x.m4a"),
    ] {
        assert_eq!(public.get(&missing).await.status(), 404, "{missing}");
    }
    let context = &site.context;
    let check = || fsck::check(&context.database, &context.blobs, &context.clock, true);
    let faults = check().await.unwrap().findings;
    let ours = |what: &str| what.contains("video") || what == "tour-not-whole";
    assert!(faults.iter().all(|fault| !ours(fault.what)), "{faults:?}");
    let all = kanfang::catalogue::assets::renditions(&context.database).await.unwrap();
    let kept = all.iter().find(|one| one.sha256 == sha256(&whole)).unwrap();
    context.blobs.delete(&Key::video(&kept.blake3)).await.unwrap();
    let faults = check().await.unwrap().findings;
    assert!(faults.iter().any(|fault| fault.what == "video-damaged"), "{faults:?}");
}

/// AAC in one channel, and as loud as all recordings.
fn described(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::with_suffix(".m4a").unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let run = Command::new("ffprobe")
        .args(["-v", "error", "-print_format", "json", "-show_format", "-show_streams"])
        .arg(file.path())
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&run.stdout).unwrap();
    let streams = said["streams"].as_array().unwrap();
    assert_eq!(streams.len(), 1);
    assert_eq!(
        (&streams[0]["codec_name"], &streams[0]["profile"], &streams[0]["channels"]),
        (&json!("aac"), &json!("LC"), &json!(1))
    );
    let run = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i"])
        .arg(file.path())
        .args(["-af", "ebur128=framelog=verbose", "-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    let line = said.lines().rev().find(|line| line.trim_start().starts_with("I:")).unwrap();
    let loudness: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!((-18.0..=-16.0).contains(&loudness), "{loudness} LUFS");
}

#[tokio::test]
async fn packages_hold_the_recordings() {
    let place = Place::new().await;
    assert_eq!(place.save(0, &[]).await.status(), 200);
    let sent = recording("a.mp3", "sine=d=2 -c:a libmp3lame");
    let sound = upload(&place.agency, &place.listing, &sent, "a.mp3").await;
    work(&place.site, &place.agency).await;
    assert_eq!(place.tell(WORDS, Some(&sound)).await.status(), 200);
    let rendition = place.agency.get(&format!("/api/v1/assets/{sound}/sound.m4a")).await;
    let rendition = rendition.bytes().await.unwrap();
    for (kind, path, named) in [
        ("offline", format!("files/sound/{sound}.m4a"), "data/tour.js"),
        ("pannellum", format!("sounds/{sound}.m4a"), "tour.json"),
        ("marzipano", format!("sounds/{sound}.m4a"), "data.js"),
        ("psv", format!("sounds/{sound}.m4a"), "tour.json"),
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
        let text = String::from_utf8(read(named)).unwrap();
        let mention = if kind == "offline" { format!("sound/{sound}.m4a") } else { path };
        assert!(text.contains(&mention) && text.contains(WORDS), "{kind}: {text}");
    }
}

#[tokio::test]
async fn what_cannot_be_heard_is_told_by_name() {
    let place = Place::new().await;
    let (agency, listing) = (&place.agency, &place.listing);
    assert_eq!(place.save(0, &[]).await.status(), 200);
    let whole = recording("a.wav", "sine=d=8");
    let cases = [
        ("cut.wav", whole[..whole.len() / 2].to_vec(), "video-unreadable"),
        ("silent.m4a", recording("a.m4a", "anullsrc -t 3 -c:a aac"), "sound-silent"),
        ("short.ogg", recording("a.ogg", "sine=d=0.3 -c:a libopus"), "sound-too-short"),
        ("long.mp3", recording("a.mp3", "sine=d=190 -c:a libmp3lame"), "video-too-long"),
        ("odd.ogg", recording("a.ogg", "sine=d=2 -c:a libspeex"), "sound-codec"),
        ("none.mp3", b"ID3 and then nothing that could be heard".to_vec(), "video-unreadable"),
    ];
    let film = recording(
        "a.mp4",
        "testsrc2=s=320x180:r=10:d=2 -f lavfi -i sine=d=2 -pix_fmt yuv420p -c:v libx264 -c:a aac",
    );
    let film = upload(agency, listing, &film, "film.mp4").await;
    let mut ids = Vec::new();
    for (name, bytes, _) in &cases {
        ids.push(upload(agency, listing, bytes, name).await);
    }
    work(&place.site, agency).await;
    for (id, (name, _, slug)) in ids.iter().zip(&cases) {
        let view = get(agency, &format!("/api/v1/assets/{id}")).await;
        assert_eq!(
            (&view["state"], &view["refusal"]["slug"]),
            (&json!("refused"), &json!(slug)),
            "{name}"
        );
        assert_eq!(place.tell(WORDS, Some(id)).await.status(), 422, "{name}");
    }
    // A video has sound, too, but its pictures would be told of nowhere.
    let refused = place.tell(WORDS, Some(&film)).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("recording without pictures"));
    let jobs = get(agency, "/api/v1/jobs").await;
    let failed = jobs["items"].as_array().unwrap().iter().filter(|job| job["state"] == "failed");
    assert_eq!(failed.count(), 0, "what cannot be used is no failed job");
}

#[tokio::test]
async fn the_court_watches_and_hears_everything_before_it_approves() {
    let place = Place::new().await;
    let (agency, site, tour) = (&place.agency, &place.site, &place.tour);
    let film = recording(
        "a.mp4",
        "testsrc2=s=320x180:r=10:d=1 -f lavfi -i sine=d=1 -pix_fmt yuv420p -c:v libx264 -c:a aac",
    );
    let film = upload(agency, &place.listing, &film, "水龙头.mp4").await;
    let sound = recording("a.ogg", "sine=d=2 -c:a libopus");
    let sound = upload(agency, &place.listing, &sound, "客厅.ogg").await;
    let other = recording("b.ogg", "sine=f=900:d=2 -c:a libopus");
    let other = upload(agency, &place.listing, &other, "重录.ogg").await;
    work(site, agency).await;
    let spot = json!({"id": HotspotId::new(), "yaw": 0.0, "pitch": -20.0,
        "kind": "information", "title": "水龙头", "text": "", "pictures": [], "videos": [film]});
    assert_eq!(place.save(0, &[spot]).await.status(), 200);
    assert_eq!(place.tell(WORDS, Some(&sound)).await.status(), 200);
    let reviewer = &site.court_user(&[Role::Reviewer]).await;
    let listed = |items: &Value, asset: &str| {
        let found = items["items"].as_array().unwrap().iter().find(|one| one["asset"] == asset);
        found.unwrap().clone()
    };
    let see = async |who: &Client, asset: &str, shown: &Value| {
        let address = format!("{tour}/shown/{asset}/seen");
        who.post(&address, &json!({"shown": shown})).await.status().as_u16()
    };
    let refused = async || {
        let problem = support::refused(tour, reviewer, "approve", "shown-unseen").await;
        problem["detail"].as_str().unwrap().to_owned()
    };
    goes(tour, agency, "submit").await;
    let both = refused().await;
    assert!(both.contains("水龙头.mp4") && both.contains("客厅.ogg"), "{both}");
    let items = get(reviewer, &format!("{tour}/shown")).await;
    let [video, heard] = [&film, &sound].map(|asset| listed(&items, asset));
    assert_eq!((&video["kind"], &video["seen"]), (&json!("video"), &Value::Null));
    assert_eq!(heard["kind"], "sound");
    assert_eq!(heard["address"], format!("/api/v1/assets/{sound}/sound.m4a"));
    assert_eq!(see(agency, &film, &video["shown"]).await, 403, "the agency does not check itself");
    assert_eq!(see(reviewer, &film, &heard["shown"]).await, 412, "that is another");
    assert_eq!(see(reviewer, &film, &video["shown"]).await, 204);
    let one = refused().await;
    assert!(!one.contains("水龙头.mp4") && one.contains("客厅.ogg"), "{one}");
    assert_eq!(see(reviewer, &sound, &heard["shown"]).await, 204);
    let items = get(reviewer, &format!("{tour}/shown")).await;
    assert!(listed(&items, &sound)["seen"]["by"].is_string(), "{items}");

    // What was looked at is not looked at again after a return; another recording is.
    let back = reviewer.post(&format!("{tour}/return"), &json!({"remarks": "重录"})).await;
    assert_eq!(back.status(), 204);
    assert_eq!(place.tell(WORDS, Some(&other)).await.status(), 200);
    goes(tour, agency, "submit").await;
    let new = refused().await;
    assert!(new.contains("重录.ogg") && !new.contains("水龙头.mp4"), "{new}");
    look_at_all(reviewer, tour).await;
    goes(tour, reviewer, "approve").await;
}
