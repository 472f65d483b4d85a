//! The public pages: what may be seen, search in Chinese, feeds, tombstones, languages.

use serde_json::{Value, json};

use crate::listings::{Court, announce, json_of, listing_body};

async fn text(court: &Court, path: &str) -> (u16, String) {
    let answer = court.site.anonymous().get(path).await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn found(court: &Court, query: &str) -> Vec<String> {
    let answer = court.site.anonymous().get(&format!("/api/v1/public/listings?{query}")).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|card| card["title"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn nothing_unpublished_is_reachable() {
    let court = Court::start().await;
    let listing = court.listing("未公开的标的").await;
    let view = json_of(court.clerk.get(&format!("/api/v1/listings/{listing}")).await).await;
    let round = court.round(&listing, court.terms(31)).await;
    court.step(&court.clerk, &round, json!({"to": "planned", "reason": "评议"})).await;
    for path in [
        format!("/listings/{listing}"),
        format!("/listings/{listing}/qr.svg"),
        format!("/l/{}", view["short"].as_str().unwrap()),
        format!("/api/v1/public/listings/{listing}"),
        format!("/api/v1/public/listings/{listing}/status"),
    ] {
        assert_eq!(text(&court, &path).await.0, 404, "{path}");
    }
    for path in [
        "/",
        "/?state=any",
        "/?q=未公开",
        "/feed.atom",
        "/sitemap-0.xml",
        "/api/v1/public/listings?state=any",
    ] {
        let (status, body) = text(&court, path).await;
        assert_eq!(status, 200, "{path}");
        assert!(!body.contains("未公开的标的") && !body.contains(&listing), "{path}");
    }
}

#[tokio::test]
async fn an_announced_listing_has_its_page_feeds_and_links() {
    let court = Court::start().await;
    let (listing, _) = court.announced("椿树园<b>两居</b>").await;
    let (status, page) = text(&court, &format!("/listings/{listing}")).await;
    assert_eq!(status, 200);
    for part in [
        "椿树园&#60;b&#62;两居",
        "（2020）京0102执1234号",
        "一拍",
        "已公告",
        "7,560,000",
        "756.00",
        "未查明",
        "墙面渗水",
        "北京市西城区人民法院",
        "010-83550000",
        "您将离开本站",
        "og:title",
        "application/ld+json",
        "hreflang",
        "canonical",
    ] {
        assert!(page.contains(part), "{part} is missing");
    }
    assert!(
        !page.contains("<b>两居</b>") && !page.contains(" style=") && !page.contains("onclick")
    );
    let (_, english) = text(&court, &format!("/listings/{listing}?lang=en")).await;
    assert!(english.contains("Not established") && english.contains("lang=\"en\""));
    let (_, feed) = text(&court, "/feed.atom").await;
    assert!(feed.contains(&listing) && feed.ends_with("</feed>\n"));
    let (_, index) = text(&court, "/sitemap.xml").await;
    assert!(index.contains("/sitemap-0.xml"));
    assert!(text(&court, "/sitemap-0.xml").await.1.contains(&listing));
    let view = json_of(court.clerk.get(&format!("/api/v1/listings/{listing}")).await).await;
    let short = court
        .site
        .anonymous()
        .get(&format!("/l/{}", view["short"].as_str().unwrap().to_uppercase()))
        .await;
    assert_eq!(
        (short.status().as_u16(), short.headers()["location"].to_str().unwrap()),
        (302, format!("/listings/{listing}").as_str())
    );
    assert!(text(&court, &format!("/listings/{listing}/qr.svg")).await.1.contains("<svg"));
}

#[tokio::test]
async fn search_finds_parts_of_chinese_words_and_filters() {
    let court = Court::start().await;
    court.announced("椿树园两居").await;
    court.announced("虎坊桥三居").await;
    assert_eq!(found(&court, "q=树园两").await, ["椿树园两居"]);
    assert_eq!(found(&court, "q=椿树").await.len(), 2, "the community of both is 椿树园");
    assert_eq!(found(&court, "q=坊桥 三居").await, ["虎坊桥三居"]);
    assert_eq!(found(&court, "q=居").await.len(), 2);
    assert_eq!(found(&court, "q=京0102执1234号").await.len(), 2);
    assert!(found(&court, "q=椿桥").await.is_empty());
    assert!(found(&court, "q=园椿").await.is_empty());
    assert!(!found(&court, "q='\"*)(").await.is_empty(), "signs alone ask for nothing");
    for (query, count) in [
        ("region=北京市", 2),
        ("region=北京市/西城区", 2),
        ("region=上海市", 0),
        ("kind=residential", 2),
        ("kind=vehicle", 0),
        ("state=announced", 2),
        ("state=sold", 0),
        ("state=ended", 0),
        ("state=any", 2),
        ("price_from=700", 2),
        ("price_from=757", 0),
        ("price_to=756", 2),
        ("price_to=700", 0),
        ("sort=cheapest", 2),
        ("sort=dearest&q=两居", 1),
    ] {
        assert_eq!(found(&court, query).await.len(), count, "{query}");
    }
    assert_eq!(found(&court, &format!("court={}", court.site.court)).await.len(), 2);
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps() {
    let court = Court::start().await;
    for number in 0..23 {
        court.announced(&format!("第{number}套")).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer =
            court.site.anonymous().get(&format!("/api/v1/public/listings?cursor={cursor}")).await;
        let answer: Value = answer.json().await.unwrap();
        seen.extend(
            answer["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|card| card["title"].as_str().unwrap().to_owned()),
        );
        match answer["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(seen, (0..23).map(|number| format!("第{number}套")).collect::<Vec<_>>());
    let (_, first) = text(&court, "/").await;
    assert!(first.contains("rel=\"next\""));
}

#[tokio::test]
async fn a_suspension_shows_at_once_and_ends() {
    let court = Court::start().await;
    let (listing, round) = court.announced("中止").await;
    let stop =
        json!({"to": "suspended", "reason": "案外人提出异议", "document": "（2020）京0102执异5号"});
    court.step(&court.publisher, &round, stop).await;
    let (_, page) = text(&court, &format!("/listings/{listing}")).await;
    assert!(page.contains("本次拍卖已中止。原因：案外人提出异议"));
    let status = format!("/api/v1/public/listings/{listing}/status");
    let answer: Value = court.site.anonymous().get(&status).await.json().await.unwrap();
    assert_eq!(answer["state"], "suspended");
    assert!(answer["banner"].as_str().unwrap().contains("案外人"));
    let go_on = json!({"to": "announced", "reason": "异议被驳回", "document": "裁定书"});
    court.step(&court.publisher, &round, go_on).await;
    let answer: Value = court.site.anonymous().get(&status).await.json().await.unwrap();
    assert_eq!((answer["state"].as_str(), answer["banner"].as_str()), (Some("announced"), None));
}

#[tokio::test]
async fn a_withdrawn_listing_leaves_a_tombstone() {
    let court = Court::start().await;
    let (listing, round) = court.announced("撤回").await;
    let withdraw = json!({"to": "withdrawn", "reason": "申请执行人撤回申请", "document": "裁定书"});
    court.step(&court.publisher, &round, withdraw).await;
    let (status, page) = text(&court, &format!("/listings/{listing}")).await;
    assert_eq!(status, 410);
    assert!(page.contains("申请执行人撤回申请") && !page.contains("椿树园"));
    assert_eq!(text(&court, &format!("/api/v1/public/listings/{listing}")).await.0, 410);
    assert!(found(&court, "state=any").await.is_empty());
    let (_, answer) = court.refused(&court.publisher, &round, announce()).await;
    assert_eq!(answer["slug"], "no-such-step");
}

#[tokio::test]
async fn people_get_pages_and_programs_problems() {
    let court = Court::start().await;
    let page = court
        .site
        .anonymous()
        .request(reqwest::Method::GET, "/nichts")
        .header("Accept", "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 404);
    assert!(page.text().await.unwrap().contains("没有找到这个页面"));
    let (status, body) = text(&court, "/problems/rule-not-kept?lang=en").await;
    assert_eq!(status, 200);
    assert!(body.contains("An auction rule is not kept"));
    let mut body = listing_body("x");
    body["case_number"] = json!("2020执1");
    let answer = court.clerk.post("/api/v1/listings", &body).await;
    assert_eq!(answer.status(), 422);
    assert_eq!(json_of(answer).await["slug"], "case-number");
    let css = court.site.anonymous().get("/assets/site.css").await;
    assert_eq!(css.headers()["content-type"], "text/css; charset=utf-8");
}
