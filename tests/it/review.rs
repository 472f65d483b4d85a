//! The review of a tour: given back with pins in its pictures, and looked at before it is public.

use kanfang::auction::people::Role;
use kanfang::base::id::SceneId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::hotspots::{Place, panorama};
use crate::journey::work;
use crate::listings::Court;
use crate::support::{Client, get};
use crate::tus::upload;

async fn submitted() -> (Place, Client) {
    let place = Place::new().await;
    assert_eq!(place.save(0, &[]).await.status(), 200);
    let answer = place.agency.post(&format!("{}/submit", place.tour), &json!({})).await;
    assert_eq!(answer.status(), 204);
    let reviewer = place.site.court_user(&[Role::Reviewer]).await;
    (place, reviewer)
}

#[tokio::test]
async fn a_tour_comes_back_with_pins_in_its_pictures() {
    let (place, reviewer) = submitted().await;
    let path = format!("{}/return", place.tour);
    let pin =
        json!({"scene": place.scene, "yaw": 12.5, "pitch": -8.0, "text": " 请遮挡墙上的合影 "});
    for (bad, slug) in [
        (json!({}), "reason-missing"),
        (json!({"remarks": "  ", "pins": []}), "reason-missing"),
        (
            json!({"pins": [{"scene": place.listing, "yaw": 0, "pitch": 0, "text": "x"}]}),
            "tour-remark",
        ),
        (
            json!({"pins": [{"scene": place.scene, "yaw": 200, "pitch": 0, "text": "x"}]}),
            "tour-remark",
        ),
        (
            json!({"pins": [{"scene": place.scene, "yaw": 0, "pitch": 0, "text": " "}]}),
            "tour-remark",
        ),
    ] {
        let answer = reviewer.post(&path, &bad).await;
        assert_eq!(answer.status(), 422, "{bad}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["slug"], slug, "{bad}");
    }
    assert_eq!(reviewer.post(&path, &json!({"pins": [pin]})).await.status(), 204);
    let tour = get(&place.agency, &place.tour).await;
    let told = &tour["remarks"][0];
    assert_eq!((&tour["state"], &told["text"]), (&json!("returned"), &json!("")));
    let kept =
        json!({"scene": place.scene, "yaw": 12.5, "pitch": -8.0, "text": "请遮挡墙上的合影"});
    assert_eq!(told["pins"], json!([kept]));
    let audit =
        get(&place.site.court_user(&[Role::Auditor]).await, "/api/v1/audit?action=tour.return")
            .await;
    assert!(audit["items"][0].to_string().contains("请遮挡墙上的合影"), "{audit}");
}

#[tokio::test]
async fn the_pages_of_a_draft_are_for_those_who_work_on_it() {
    let court = Court::start().await;
    let listing = court.listing("广安门外大街 301").await;
    upload(&court.clerk, &listing, &panorama(1), "客厅.jpg").await;
    work(&court.site, &court.clerk).await;
    let found = get(&court.clerk, &format!("/api/v1/listings/{listing}/panoramas")).await;
    let scene = json!({"id": SceneId::new(), "panorama": found["items"][0]["id"], "title": "客厅",
        "initial_view": {"yaw": 0.0, "pitch": 0.0, "hfov": 90.0}});
    let saved = court
        .clerk
        .request(Method::PUT, &format!("/api/v1/listings/{listing}/tour"))
        .header("If-Match", "\"0\"")
        .json(&json!({"scenes": [scene]}))
        .send()
        .await
        .unwrap();
    assert_eq!(saved.status(), 200);
    let base = format!("/api/v1/listings/{listing}/preview");
    assert_eq!(court.clerk.get(&base).await.status(), 409, "no round");
    court.round(&listing, court.terms(31)).await;
    let pages = [(base.clone(), "草稿，尚未公开"), (format!("{base}/tour"), "id=\"kanfang-tour\"")];
    for (path, holds) in pages {
        let answer = court.clerk.get(&path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
        assert_eq!(answer.headers()["cache-control"], "private, no-store");
        let page = answer.text().await.unwrap();
        assert!(page.contains(holds), "{path}");
        assert!(page.contains("/api/v1/panoramas/"), "its pictures are there");
        assert_eq!(court.site.anonymous().get(&path).await.status(), 401);
        let stranger = court.site.agency_user().await;
        assert_eq!(stranger.get(&path).await.status(), 404, "not their listing");
    }
    let public = court.site.anonymous().get(&format!("/listings/{listing}")).await;
    assert_eq!(public.status(), 404, "nothing of it is public");
}
