//! A scene with the picture of another day and a narration, from the draft to what the public gets and can check.

use kanfang::auction::people::Role;
use kanfang::base::id::{MaskId, PanoramaId, SceneId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::{panorama, work};
use crate::listings::{Court, json_of};
use crate::proof::verified;
use crate::support::Client;
use crate::tus::upload;

/// A listing with two panoramas, of now and of before.
struct Room {
    court: Court,
    agency: Client,
    listing: String,
    now: String,
    before: String,
    before_asset: String,
    scene: String,
}

impl Room {
    async fn start() -> Self {
        let court = Court::start().await;
        let agency = court.site.agency_user().await;
        let listing = court.listing_of_agency().await;
        let asset = upload(&agency, &listing, &panorama(1024, 7), "客厅.jpg").await;
        let before_asset = upload(&agency, &listing, &panorama(1024, 8), "客厅2024.jpg").await;
        work(&court.site, &agency).await;
        let list =
            json_of(agency.get(&format!("/api/v1/listings/{listing}/panoramas")).await).await;
        let of = |asset: &str| {
            let items = list["items"].as_array().unwrap();
            let found = items.iter().find(|item| item["asset"] == asset).unwrap();
            found["id"].as_str().unwrap().to_owned()
        };
        let (now, before) = (of(&asset), of(&before_asset));
        let scene = SceneId::new().to_string();
        Self { court, agency, listing, now, before, before_asset, scene }
    }

    fn tour(&self) -> String {
        format!("/api/v1/listings/{}/tour", self.listing)
    }

    async fn save(&self, other_day: Value, narration: &str) -> (u16, Value) {
        let draft = self.agency.get(&self.tour()).await;
        let tag = draft.headers()["etag"].clone();
        let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
        let document = json!({"start": self.scene, "scenes": [{
            "id": self.scene, "panorama": self.now, "title": "客厅", "initial_view": view, "links": [],
            "captured_at": "2026-03-30", "other_day": other_day, "narration": narration}]});
        let request = self.agency.request(Method::PUT, &self.tour()).header("If-Match", tag);
        let answer = request.json(&document).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn step(&self, who: &Client, step: &str) -> (u16, Value) {
        let answer = who.post(&format!("{}/{step}", self.tour()), &json!({})).await;
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn goes(&self, who: &Client, step: &str) {
        let (status, answer) = self.step(who, step).await;
        assert!((200..300).contains(&status), "{step}: {answer}");
    }

    async fn preview(&self) -> Value {
        json_of(self.agency.get(&format!("{}/preview.json", self.tour())).await).await
    }
}

fn other(panorama: &str) -> Value {
    json!({"panorama": panorama, "captured_at": "2024-05-06", "yaw_offset": -12.5})
}

#[tokio::test]
async fn another_day_is_published_signed_and_told_with_its_scene() {
    let room = Room::start().await;
    let words = "客厅朝南，面积约 24.5 平方米。";
    let (status, saved) = room.save(other(&room.before), words).await;
    assert_eq!(status, 200, "{saved}");
    let preview = room.preview().await;
    let staff = format!("/api/v1/panoramas/{}/preview.jpg", room.before);
    assert_eq!(preview["scenes"][0]["otherDay"]["panorama"]["preview"], staff);
    let reviewer = room.court.site.court_user(&[Role::Reviewer]).await;
    let steps =
        [(&room.agency, "submit"), (&reviewer, "approve"), (&room.court.publisher, "publish")];
    for (who, step) in steps {
        room.goes(who, step).await;
    }
    let versions = json_of(room.agency.get(&format!("{}/versions", room.tour())).await).await;
    let version = versions["items"][0]["version"].as_str().unwrap();
    room.court.announced_round(&room.listing).await;

    let anonymous = room.court.site.anonymous();
    let tour = json_of(anonymous.get(&format!("/t/{version}/tour.json")).await).await;
    let scene = &tour["scenes"][0];
    assert_eq!(scene["narration"], words);
    let other_day = &scene["otherDay"];
    assert_eq!(
        (&other_day["capturedAt"], &other_day["yawOffset"]),
        (&json!("2024-05-06"), &json!(-12.5))
    );
    let base = format!("/t/{version}/{}-other", room.scene);
    assert_eq!(other_day["panorama"]["preview"], format!("{base}/preview.jpg"));
    let tile = async |base: String| {
        let answer = anonymous.get(&format!("{base}/1/f0_0")).await;
        assert_eq!(answer.status(), 200, "{base}");
        answer.bytes().await.unwrap()
    };
    let now = format!("/t/{version}/{}", room.scene);
    assert_ne!(tile(base).await, tile(now).await, "two days, two pictures");
    // Every picture of both days fits what was signed, in both formats.
    let said = verified(&room.court, version, &[]).await;
    for line in ["客厅: 19 pictures compared", "客厅 · 2024-05-06: 19 pictures compared"] {
        assert!(said.contains(line), "{said}");
    }
    room.court.site.is_sound().await;
    let (status, saved) = room.save(json!(null), "").await;
    assert_eq!(status, 200, "{saved}");
    let changes = json_of(room.agency.get(&format!("{}/changes", room.tour())).await).await;
    let change = &changes["scenes"][0];
    assert_eq!(
        (&change["picture"], &change["narration"]),
        (&json!(true), &json!(true)),
        "{changes}"
    );
}

#[tokio::test]
async fn what_is_masked_on_another_day_is_masked_beside_its_scene() {
    let room = Room::start().await;
    assert_eq!(room.save(other(&room.before), "").await.0, 200);
    let corners = [[146.0, 14.0], [-156.0, 14.0], [-156.0, -24.0], [146.0, -24.0]];
    let mask = json!({"id": MaskId::new(), "corners": corners, "kind": "paper", "note": "", "state": "confirmed"});
    let masks = format!("/api/v1/assets/{}/masks", room.before_asset);
    let request = room.agency.request(Method::PUT, &masks).header("If-Match", "\"0\"");
    let saved = request.json(&json!({"items": [mask]})).send().await.unwrap();
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    let (status, problem) = room.step(&room.agency, "submit").await;
    assert_eq!((status, &problem["slug"]), (409, &json!("masks-pending")), "{problem}");
    work(&room.court.site, &room.agency).await;
    let shown = &room.preview().await["scenes"][0]["otherDay"]["panorama"];
    let unmasked = format!("/api/v1/panoramas/{}/preview.jpg", room.before);
    assert!(shown["preview"].is_string() && shown["preview"] != unmasked, "{shown}");
    room.goes(&room.agency, "submit").await;
    // The reviewer has to look at the mask before the scene goes out.
    let reviewer = room.court.site.court_user(&[Role::Reviewer]).await;
    let (status, problem) = room.step(&reviewer, "approve").await;
    assert_eq!((status, &problem["slug"]), (409, &json!("masks-unseen")), "{problem}");
}

#[tokio::test]
async fn a_mask_is_proposed_on_the_other_day_and_back() {
    let room = Room::start().await;
    assert_eq!(room.save(other(&room.before), "").await.0, 200);
    let now_asset = {
        let list = room.agency.get(&format!("/api/v1/listings/{}/panoramas", room.listing)).await;
        let list = json_of(list).await;
        let items = list["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["id"] == room.now).unwrap();
        found["asset"].as_str().unwrap().to_owned()
    };
    let id = MaskId::new();
    let corners = [[20.0, 5.0], [30.0, 5.0], [30.0, -5.0], [20.0, -5.0]];
    let mask =
        json!({"id": id, "corners": corners, "kind": "face", "note": "", "state": "confirmed"});
    let path = format!("/api/v1/assets/{now_asset}/masks");
    let request = room.agency.request(Method::PUT, &path).header("If-Match", "\"0\"");
    assert_eq!(request.json(&json!({"items": [mask]})).send().await.unwrap().status(), 200);
    // Without a plan, and once only.
    for proposed in [1, 0] {
        let answer = room.agency.post(&format!("{path}/{id}/carry"), &json!({})).await;
        assert_eq!(json_of(answer).await, json!({"proposed": proposed}));
    }
    let there = format!("/api/v1/assets/{}/masks", room.before_asset);
    let proposal = json_of(room.agency.get(&there).await).await["items"][0].clone();
    assert_eq!((&proposal["state"], &proposal["carried_from"]), (&json!("proposed"), &json!(id)));
    let yaws: Vec<f64> =
        (0..4).map(|corner| proposal["corners"][corner][0].as_f64().unwrap()).collect();
    let mean = yaws.iter().sum::<f64>() / 4.0;
    assert!((mean - 12.5).abs() < 0.2, "turned by −12.5°: {yaws:?}");
    let wide =
        yaws.iter().copied().fold(-180.0, f64::max) - yaws.iter().copied().fold(180.0, f64::min);
    assert!((12.0..14.0).contains(&wide), "larger by 1.3: {yaws:?}");
    work(&room.court.site, &room.agency).await;
    let (status, problem) = room.step(&room.agency, "submit").await;
    assert_eq!((status, &problem["slug"]), (409, &json!("masks-undecided")), "{problem}");
    // Taken, and offered back: its own place has a mask already, which came first.
    let taken = json!({"id": proposal["id"], "corners": proposal["corners"], "kind": "face", "state": "confirmed"});
    let request = room.agency.request(Method::PUT, &there).header("If-Match", "\"1\"");
    assert_eq!(request.json(&json!({"items": [taken]})).send().await.unwrap().status(), 200);
    work(&room.court.site, &room.agency).await;
    room.goes(&room.agency, "submit").await;
}

#[tokio::test]
async fn what_cannot_be_another_day_or_a_narration_is_refused() {
    let room = Room::start().await;
    let foreign = PanoramaId::new().to_string();
    let mut askew = other(&room.before);
    askew["yaw_offset"] = json!(200);
    let wrong = [
        (other(&foreign), String::new(), "does not belong"),
        (other(&room.now), String::new(), "own"),
        (askew, String::new(), "yaw offset"),
        (json!(null), "房".repeat(1001), "narration"),
    ];
    for (other_day, narration, what) in wrong {
        let (status, problem) = room.save(other_day, &narration).await;
        assert_eq!((status, &problem["slug"]), (422, &json!("tour-document")), "{problem}");
        assert!(problem["what"].as_str().unwrap().contains(what), "{problem}");
    }
    assert_eq!(room.save(json!(null), &"房".repeat(1000)).await.0, 200);
}
