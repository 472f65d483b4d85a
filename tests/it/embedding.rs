//! What foreign pages need: the answer of oEmbed, and that only sites of the court's list may frame a tour.

use kanfang::auction::people::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::proof::Published;

async fn oembed(shown: &Published, query: &str) -> (u16, Value) {
    let answer = shown.court.site.anonymous().get(&format!("/oembed?{query}")).await;
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn ancestors(shown: &Published, path: &str) -> String {
    let answer = shown.court.site.anonymous().get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let found = policy.split(';').find_map(|part| part.trim().strip_prefix("frame-ancestors "));
    found.unwrap().to_owned()
}

#[tokio::test]
async fn oembed_answers_with_a_frame_that_can_be_opened() {
    let shown = Published::start().await;
    let site = shown.court.site.context.config.public_url();
    let listing = &shown.listing;
    for place in ["listings", "tour", "embed"] {
        let address = format!("{site}/{place}/{listing}%23yaw=3");
        let (status, found) = oembed(&shown, &format!("format=json&url={address}")).await;
        assert_eq!(status, 200, "{place}");
        assert_eq!((&found["version"], &found["type"]), (&json!("1.0"), &json!("rich")));
        assert_eq!((&found["width"], &found["height"]), (&json!(960), &json!(600)));
        let html = found["html"].as_str().unwrap();
        let source = html.split('"').nth(1).unwrap();
        assert_eq!(source, format!("{site}/embed/{listing}"));
        let frame = shown.court.site.anonymous();
        assert_eq!(frame.get(source.strip_prefix(&site).unwrap()).await.status(), 200);
        let still = found["thumbnail_url"].as_str().unwrap().strip_prefix(&site).unwrap();
        assert_eq!(frame.get(still).await.headers()["content-type"], "image/jpeg");
    }
    let (_, small) =
        oembed(&shown, &format!("url={site}/tour/{listing}&maxwidth=500&maxheight=10")).await;
    assert_eq!((&small["width"], &small["height"]), (&json!(500), &json!(240)));
    assert!(small["html"].as_str().unwrap().contains("width=\"500\" height=\"240\""));
    // The listing's page says where to ask.
    let page = shown.court.site.anonymous().get(&format!("/listings/{listing}")).await;
    let page = page.text().await.unwrap();
    assert!(page.contains("type=\"application/json+oembed\""));
    for query in [
        format!("format=xml&url={site}/tour/{listing}"),
        format!("url=https://elsewhere.example/tour/{listing}"),
        format!("url={site}/tour/0190c3d4-0000-7000-8000-000000000000"),
        "url=".to_owned(),
        String::new(),
    ] {
        assert_eq!(oembed(&shown, &query).await.0, 404, "{query}");
    }
}

#[tokio::test]
async fn only_sites_of_the_list_may_frame_a_tour() {
    let shown = Published::start().await;
    let site = &shown.court.site;
    let embed = format!("/embed/{}", shown.listing);
    assert_eq!(ancestors(&shown, &embed).await, "'self'");
    let admin = site.court_user(&[Role::CourtAdmin]).await;
    let tenant = format!("/api/v1/tenants/{}", site.court);
    let change = |origins: Value| {
        admin.request(Method::PATCH, &tenant).json(&json!({"embed_origins": origins})).send()
    };
    for bad in ["https://auction.example/path", "javascript:alert(1)", "*", "a b"] {
        let refused = change(json!([bad])).await.unwrap();
        assert!(refused.status().is_client_error(), "{bad}");
    }
    assert_eq!(ancestors(&shown, &embed).await, "'self'");
    let allowed = json!(["https://auction.example", "https://sf.example:8443"]);
    assert_eq!(change(allowed).await.unwrap().status(), 200);
    let expected = "'self' https://auction.example https://sf.example:8443";
    assert_eq!(ancestors(&shown, &embed).await, expected);
    // The court's own pages stay out of frames.
    assert_eq!(ancestors(&shown, &format!("/tour/{}", shown.listing)).await, "'none'");
}
