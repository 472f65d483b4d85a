//! Listings and rounds over HTTP: the life of a round and every guard, roles, tenants, corrections.

use kanfang::auction::people::{Role, TenantKind};
use kanfang::base::Instant;
use kanfang::catalogue::identity::{self, NewTenant};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, Site};

const DAY: i64 = 86_400_000;

/// A site with a clerk and a publisher of the court.
pub struct Court {
    /// The site.
    pub site: Site,
    /// Drafts listings and rounds.
    pub clerk: Client,
    /// Announces.
    pub publisher: Client,
}

impl Court {
    /// Starts the site.
    pub async fn start() -> Self {
        let site = Site::start().await;
        let clerk = site.court_user(&[Role::Clerk]).await;
        let publisher = site.court_user(&[Role::Publisher]).await;
        Self { site, clerk, publisher }
    }

    /// The present.
    pub fn now(&self) -> Instant {
        self.site.context.clock.now()
    }

    /// `days` days from now.
    pub fn in_days(&self, days: i64) -> Instant {
        self.now().plus_millis(days * DAY)
    }

    /// A complete listing.
    pub async fn listing(&self, title: &str) -> String {
        self.made(&listing_body(title)).await
    }

    /// A complete listing that the site's agency has.
    pub async fn listing_of_agency(&self) -> String {
        let mut body = listing_body("椿树园两居");
        body["agency_id"] = json!(self.site.agency);
        self.made(&body).await
    }

    async fn made(&self, body: &Value) -> String {
        let answer = self.clerk.post("/api/v1/listings", body).await;
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        json_of(answer).await["id"].as_str().unwrap().to_owned()
    }

    /// Terms that keep every rule, opening in `days` days.
    pub fn terms(&self, days: i64) -> Value {
        json!({
            "start_price": 756_000_000_i64, "deposit": 150_000_000_i64, "increment": 4_000_000_i64,
            "opens_at": self.in_days(days), "closes_at": self.in_days(days + 1), "platform": "taobao",
            "item_url": "https://sf-item.example.cn/1",
        })
    }

    /// A round in draft.
    pub async fn round(&self, listing: &str, terms: Value) -> String {
        let path = format!("/api/v1/listings/{listing}/rounds");
        let answer = self.clerk.post(&path, &json!({"terms": terms})).await;
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        json_of(answer).await["id"].as_str().unwrap().to_owned()
    }

    /// Makes a step and expects it to succeed.
    pub async fn step(&self, who: &Client, round: &str, body: Value) -> Value {
        let answer = who.post(&format!("/api/v1/rounds/{round}/transitions"), &body).await;
        let status = answer.status();
        let answer = json_of(answer).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Makes a step and expects a problem; answers status and document.
    pub async fn refused(&self, who: &Client, round: &str, body: Value) -> (u16, Value) {
        let answer = who.post(&format!("/api/v1/rounds/{round}/transitions"), &body).await;
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        (status, json_of(answer).await)
    }

    /// An announced listing; answers listing and round.
    pub async fn announced(&self, title: &str) -> (String, String) {
        let listing = self.listing(title).await;
        let round = self.announced_round(&listing).await;
        (listing, round)
    }

    /// An announced round of a listing.
    pub async fn announced_round(&self, listing: &str) -> String {
        let round = self.round(listing, self.terms(31)).await;
        self.step(&self.clerk, &round, json!({"to": "planned", "reason": "合议庭评议"})).await;
        self.step(&self.publisher, &round, announce()).await;
        round
    }

    /// Turns the clock and lets it act; whoever is still needed signs in again.
    pub async fn wait_days(&self, days: i64) {
        self.site.context.clock.advance(days * DAY);
        kanfang::clockwork::tick(&self.site.context).await;
        self.clerk.sign_in().await;
        self.publisher.sign_in().await;
    }
}

/// The step that announces.
pub fn announce() -> Value {
    json!({"to": "announced", "reason": "发布公告", "document": "拍卖公告（2030）1号"})
}

/// A body that states every fact.
pub fn listing_body(title: &str) -> Value {
    json!({
        "title": title, "case_number": "(2020)京0102执1234号", "no_media_reason": "标的封存中，不便拍摄",
        "facts": {
            "kind": "residential", "region": "北京市/西城区", "address": "西城区广安门外大街1号院2号楼301",
            "lot_number": "TB-001",
            "building": {"community": "椿树园", "built_area": 7921, "house_type": "两室一厅", "floor": 3, "total_floors": 6},
            "title": {"certificate": "京（2015）西城不动产权第0001号", "mortgage": "有一项抵押，随拍卖消灭", "seizures": "本院首封"},
            "occupation": {"state": "empty", "clearing": "court"},
            "lease": {"leased": false}, "defects": [{"place": "厨房", "text": "墙面渗水", "source": "现场调查"}],
            "arrears": "unknown", "taxes": "买卖双方依法各自承担", "qualification": "须具备北京市购房资格",
            "priority": [], "contacts": {"office": "执行局", "phones": ["010-83550000"], "supervision_phone": "010-83550001"},
            "price": {"method": "appraisal", "amount": 1_080_000_000_i64, "fixed_on": "2030-01-10", "valid_until": "2031-01-09"},
            "pictures_taken_on": "2030-03-01",
        },
    })
}

/// The JSON of an answer.
pub async fn json_of(answer: reqwest::Response) -> Value {
    answer.json().await.unwrap()
}

fn rules_of(problem: &Value) -> Vec<&str> {
    problem["violations"].as_array().unwrap().iter().map(|v| v["rule"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_listing_lives_from_draft_to_handed_over() {
    let court = Court::start().await;
    let (listing, round) = court.announced("椿树园两居").await;
    court.wait_days(31).await;
    let view = json_of(court.clerk.get(&format!("/api/v1/listings/{listing}")).await).await;
    assert_eq!(view["round"]["state"], "bidding", "the clock opens the round");
    court.wait_days(1).await;
    let sold = json!({"to": "sold", "reason": "竞价成交", "final_price": 973_000_000_i64});
    let answer = court.step(&court.clerk, &round, sold).await;
    assert_eq!(answer["round"]["final_price"], 973_000_000_i64);
    let page =
        court.site.anonymous().get(&format!("/listings/{listing}")).await.text().await.unwrap();
    assert!(page.contains("28.70"), "the premium of the Xicheng sale is shown");
    court
        .step(
            &court.clerk,
            &round,
            json!({"to": "titled", "reason": "裁定送达", "document": "（2020）京0102执1234号之一"}),
        )
        .await;
    court
        .step(
            &court.clerk,
            &round,
            json!({"to": "handed_over", "reason": "已腾退交付", "document": "交接确认书"}),
        )
        .await;
    court.wait_days(9).await;
    let gone = court.site.anonymous().get(&format!("/listings/{listing}")).await;
    assert_eq!(gone.status(), 410, "taken down seven days after the sale");
    let history =
        json_of(court.clerk.get(&format!("/api/v1/listings/{listing}/history")).await).await;
    let steps: Vec<&str> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|s| s["to"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["planned", "announced", "bidding", "sold", "titled", "handed_over"]);
    assert_eq!(history["items"][4]["snapshot_sha256"].as_str().unwrap().len(), 64);
    let verdict = kanfang::catalogue::audit::verify(&court.site.context.database).await.unwrap();
    assert_eq!(verdict.broken, None);
}

#[tokio::test]
async fn every_rule_of_the_announcement_is_named_with_its_article() {
    let court = Court::start().await;
    let listing = court.listing("规则").await;
    for (change, days, rule, article) in [
        (json!({}), 29, "notice-first-real-estate", "12"),
        (json!({"start_price": 755_999_999_i64}), 31, "start-price-first", "10"),
        (json!({"deposit": 37_799_999_i64}), 31, "deposit-least", "17"),
        (json!({"deposit": 151_200_001_i64}), 31, "deposit-most", "17"),
        (
            json!({"closes_at": court.in_days(31).plus_millis(DAY - 1000)}),
            31,
            "bidding-duration",
            "20",
        ),
        (json!({}), 600, "price-valid-at-bidding", "27"),
    ] {
        let mut terms = court.terms(days);
        for (name, value) in change.as_object().unwrap() {
            terms[name] = value.clone();
        }
        let listing = if rule == "notice-first-real-estate" {
            listing.clone()
        } else {
            court.listing("规则").await
        };
        let round = court.round(&listing, terms).await;
        let planned = court
            .clerk
            .post(
                &format!("/api/v1/rounds/{round}/transitions"),
                &json!({"to": "planned", "reason": "评议"}),
            )
            .await;
        let (status, problem) = if planned.status() == 200 {
            court.refused(&court.publisher, &round, announce()).await
        } else {
            (planned.status().as_u16(), json_of(planned).await)
        };
        assert_eq!(
            (status, problem["slug"].as_str()),
            (422, Some("rule-not-kept")),
            "{rule}: {problem}"
        );
        assert!(rules_of(&problem).contains(&rule), "{rule}: {problem}");
        assert_eq!(problem["violations"][0]["article"], article, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains('条'));
    }
}

#[tokio::test]
async fn disclosure_media_and_four_eyes_hold_back_the_announcement() {
    let court = Court::start().await;
    let both = court.site.court_user(&[Role::Clerk, Role::Publisher]).await;
    let mut body = listing_body("未完成");
    body["no_media_reason"] = Value::Null;
    body["facts"]["occupation"] = Value::Null;
    body["facts"]["defects"] = Value::Null;
    let listing = json_of(both.post("/api/v1/listings", &body).await).await;
    let round = court.round(listing["id"].as_str().unwrap(), court.terms(31)).await;
    court.step(&both, &round, json!({"to": "planned", "reason": "评议"})).await;
    let (_, problem) = court.refused(&both, &round, announce()).await;
    assert_eq!(rules_of(&problem), ["disclosure", "reminders", "media-ready", "four-eyes"]);
    assert!(problem["violations"][0]["need"].as_str().unwrap().contains("occupation"));
}

#[tokio::test]
async fn forms_and_order_are_kept() {
    let court = Court::start().await;
    let (_, round) = court.announced("形式").await;
    let slug = |answer: (u16, Value)| (answer.0, answer.1["slug"].as_str().unwrap().to_owned());
    let step = |body: Value| court.refused(&court.publisher, &round, body);
    assert_eq!(
        slug(step(json!({"to": "planned", "reason": "x"})).await),
        (409, "no-such-step".into())
    );
    assert_eq!(
        slug(step(json!({"to": "suspended", "reason": " ", "document": "x"})).await),
        (422, "step-needs".into())
    );
    assert_eq!(
        slug(step(json!({"to": "suspended", "reason": "x"})).await),
        (422, "step-needs".into())
    );
    let future = json!({"to": "suspended", "reason": "x", "document": "x", "at": court.in_days(1)});
    assert_eq!(slug(step(future).await), (422, "in-the-future".into()));
    let early = json!({"to": "suspended", "reason": "x", "document": "x", "at": court.in_days(-1)});
    assert_eq!(slug(step(early).await), (422, "before-the-last".into()));
    assert_eq!(
        slug(step(json!({"to": "bidding", "reason": "x"})).await),
        (409, "too-early".into())
    );
    court.wait_days(31).await;
    let sold = json!({"to": "sold", "reason": "x", "final_price": 973_000_000_i64});
    assert_eq!(slug(step(sold.clone()).await), (409, "too-early".into()));
    court.wait_days(1).await;
    assert_eq!(slug(step(json!({"to": "sold", "reason": "x"})).await), (422, "step-needs".into()));
    assert_eq!(
        slug(step(json!({"to": "sold", "reason": "x", "final_price": 5})).await),
        (422, "below-start".into())
    );
}

#[tokio::test]
async fn a_second_round_follows_a_failed_one_on_the_same_platform() {
    let court = Court::start().await;
    let (listing, first) = court.announced("二拍").await;
    let path = format!("/api/v1/listings/{listing}/rounds");
    let early = court.clerk.post(&path, &json!({"terms": court.terms(60)})).await;
    assert_eq!(json_of(early).await["slug"], "round-open");
    court.wait_days(32).await;
    court.step(&court.clerk, &first, json!({"to": "failed", "reason": "无人出价"})).await;
    let wrong = court.clerk.post(&path, &json!({"kind": "first", "terms": court.terms(20)})).await;
    assert_eq!(json_of(wrong).await["slug"], "wrong-kind");
    let mut terms = court.terms(16);
    terms["start_price"] = json!(600_000_000_i64);
    terms["platform"] = json!("jd");
    let round = court.round(&listing, terms).await;
    let (_, problem) =
        court.refused(&court.clerk, &round, json!({"to": "planned", "reason": "评议"})).await;
    assert_eq!(rules_of(&problem), ["start-price-second", "deposit-most", "same-platform"]);
    let mut terms = court.terms(16);
    terms["start_price"] = json!(604_800_000_i64);
    terms["deposit"] = json!(60_480_000_i64);
    let request = court.clerk.request(Method::PATCH, &format!("/api/v1/rounds/{round}"));
    let answer =
        request.header("If-Match", "\"1\"").json(&json!({"terms": terms})).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    court.step(&court.clerk, &round, json!({"to": "planned", "reason": "评议"})).await;
    court.step(&court.publisher, &round, announce()).await;
    let page =
        court.site.anonymous().get(&format!("/listings/{listing}")).await.text().await.unwrap();
    assert!(page.contains("二拍") && page.contains("以前的拍次"));
}

#[tokio::test]
async fn facts_are_frozen_once_bidding_begins_and_corrected_with_a_date() {
    let court = Court::start().await;
    let (listing, _) = court.announced("更正").await;
    let corrections = format!("/api/v1/listings/{listing}/corrections");
    let body = json!({"field": "lease", "value": "unknown", "reason": "案外人提出租赁主张", "notified": "平台"});
    assert_eq!(
        json_of(court.clerk.post(&corrections, &body).await).await["slug"],
        "nothing-to-correct"
    );
    court.wait_days(31).await;
    let view = json_of(court.clerk.get(&format!("/api/v1/listings/{listing}")).await).await;
    let request = court.clerk.request(Method::PATCH, &format!("/api/v1/listings/{listing}"));
    let change = request
        .header("If-Match", format!("\"{}\"", view["version"]))
        .json(&json!({"title": "新题目"}));
    assert_eq!(json_of(change.send().await.unwrap()).await["slug"], "facts-frozen");
    let answer = court.clerk.post(&corrections, &body).await;
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    let wrong = json!({"field": "owner", "value": "x", "reason": "x"});
    assert_eq!(
        json_of(court.clerk.post(&corrections, &wrong).await).await["slug"],
        "bad-correction"
    );
    let page =
        court.site.anonymous().get(&format!("/listings/{listing}")).await.text().await.unwrap();
    assert!(page.contains("案外人提出租赁主张") && page.contains("更正"));
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_read() {
    let court = Court::start().await;
    let listing = court.listing("并发").await;
    let path = format!("/api/v1/listings/{listing}");
    let change = |tag: Option<&'static str>| {
        let mut request = court.clerk.request(Method::PATCH, &path).json(&json!({"title": "改过"}));
        if let Some(tag) = tag {
            request = request.header("If-Match", tag);
        }
        request.send()
    };
    assert_eq!(json_of(change(None).await.unwrap()).await["slug"], "if-match-required");
    let answer = change(Some("\"1\"")).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["etag"].to_str().unwrap()),
        (200, "\"2\"")
    );
    assert_eq!(change(Some("\"1\"")).await.unwrap().status(), 412);
}

#[tokio::test]
async fn roles_and_tenants_are_kept_apart() {
    let court = Court::start().await;
    let (listing, round) = court.announced("权限").await;
    let mut tx = court.site.context.database.begin().await.unwrap();
    let other = NewTenant {
        kind: TenantKind::Court,
        name: "上海市黄浦区人民法院".into(),
        code: "沪0101".into(),
        quota_bytes: 1,
    };
    let other = identity::add_tenant(&mut tx, court.now(), &other).await.unwrap();
    tx.commit().await.unwrap();
    let stranger =
        court.site.user(Some(other), &[Role::Clerk, Role::Publisher, Role::CourtAdmin]).await;
    let agency = court.site.agency_user().await;
    let auditor = court.site.court_user(&[Role::Auditor]).await;
    let reviewer = court.site.court_user(&[Role::Reviewer]).await;
    let anonymous = court.site.anonymous();
    let one = format!("/api/v1/listings/{listing}");
    for (who, status) in
        [(&stranger, 404), (&agency, 404), (&auditor, 403), (&reviewer, 200), (&anonymous, 401)]
    {
        for path in [
            one.clone(),
            format!("{one}/rounds"),
            format!("{one}/corrections"),
            format!("{one}/history"),
        ] {
            assert_eq!(who.get(&path).await.status(), status, "{} {path}", who.login);
        }
    }
    let stop = json!({"to": "suspended", "reason": "x", "document": "x"});
    let path = format!("/api/v1/rounds/{round}/transitions");
    for (who, status) in [
        (&stranger, 404),
        (&agency, 403),
        (&auditor, 403),
        (&reviewer, 403),
        (&court.clerk, 403),
        (&anonymous, 401),
    ] {
        assert_eq!(who.post(&path, &stop).await.status(), status, "{}", who.login);
    }
    for (who, status) in [(&agency, 403), (&auditor, 403), (&reviewer, 403), (&anonymous, 401)] {
        assert_eq!(who.post("/api/v1/listings", &listing_body("x")).await.status(), status);
    }
    let version = court.clerk.get(&one).await.headers()["etag"].clone();
    let request = court.clerk.request(Method::PATCH, &one).header("If-Match", version);
    let answer =
        request.json(&json!({"agency_id": court.site.agency.to_string()})).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    assert_eq!(agency.get(&one).await.status(), 200, "the agency in charge reads");
    let list = json_of(agency.get("/api/v1/listings").await).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(json_of(stranger.get("/api/v1/listings").await).await["items"], json!([]));
}
