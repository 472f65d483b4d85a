//! Views counted without cookies: what counts, what is forgotten after its day, what viewers report, who may read it.

use std::net::TcpListener;

use kanfang::app;
use kanfang::auction::people::{Role, TenantKind};
use kanfang::base::id::SceneId;
use kanfang::catalogue::identity::{self, NewTenant};
use kanfang::catalogue::{Database, transfer};
use kanfang::clockwork;
use kanfang::http::Context;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row;

use crate::journey::{panorama, work};
use crate::listings::Court;
use crate::support::{Client, Site, database_url, get, publish};
use crate::tus::upload;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const DAY: i64 = 86_400_000;

/// Somebody opens a page; answers the status.
async fn open(site: &Site, path: &str, headers: &[(&str, &str)]) -> u16 {
    let client = site.anonymous();
    let mut request = client.request(Method::GET, path);
    if !headers.iter().any(|(name, _)| *name == "User-Agent") {
        request = request.header("User-Agent", BROWSER);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap().status().as_u16()
}

/// The figures after what waits was added.
async fn figures(site: &Site, who: &Client, listing: &str, query: &str) -> Value {
    site.context.statistics.flush(&site.context.database, site.context.clock.now()).await.unwrap();
    get(who, &format!("/api/v1/listings/{listing}/statistics?{query}")).await
}

async fn count(site: &Site, table: &str) -> i64 {
    let query = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) AS n FROM {table}"));
    sqlx::query(query).fetch_one(site.context.database.read()).await.unwrap().try_get("n").unwrap()
}

/// An announced listing with a published tour of one scene.
struct Place {
    site: Site,
    agency: Client,
    publisher: Client,
    listing: String,
    tour: String,
    scene: String,
}

async fn shown() -> (Place, String) {
    let site = Site::start_with(|config| config.server.trust_proxy = true).await;
    let clerk = site.court_user(&[Role::Clerk]).await;
    let publisher = site.court_user(&[Role::Publisher]).await;
    let reviewer = site.court_user(&[Role::Reviewer]).await;
    let agency = site.agency_user().await;
    let court = Court { site, clerk, publisher };
    let listing = court.listing_of_agency().await;
    upload(&agency, &listing, &panorama(1024, 1), "客厅.jpg").await;
    work(&court.site, &agency).await;
    let found = get(&agency, &format!("/api/v1/listings/{listing}/panoramas")).await;
    let (tour, scene) = (format!("/api/v1/listings/{listing}/tour"), SceneId::new().to_string());
    let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
    let document = json!({"start": scene, "scenes": [{"id": scene, "panorama": found["items"][0]["id"],
        "title": "客厅", "initial_view": view, "links": []}]});
    let saved =
        agency.request(Method::PUT, &tour).header("If-Match", "\"0\"").json(&document).send();
    assert_eq!(saved.await.unwrap().status(), 200);
    let version = publish(&tour, [&agency, &reviewer, &court.publisher]).await;
    court.announced_round(&listing).await;
    let Court { site, publisher, .. } = court;
    (Place { site, agency, publisher, listing, tour, scene }, version)
}

/// Another server process with the same database: its address, and what it has counted.
async fn second_process(site: &Site) -> (String, Context) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = (*site.context.config).clone();
    config.server.bind = listener.local_addr().unwrap();
    let context = app::context(config, site.context.clock.clone()).await.unwrap();
    let url = format!("http://{}", context.config.server.bind);
    let for_server = context.clone();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            app::server(for_server, listener).unwrap().await.unwrap();
        });
    });
    (url, context)
}

#[tokio::test]
async fn views_of_people_are_counted_and_nothing_else() {
    let (place, _) = shown().await;
    let (site, listing) = (&place.site, &place.listing);
    let page = format!("/listings/{listing}");
    let (home, office) = (("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "198.51.100.1"));
    for path in
        [page.clone(), page.clone(), format!("/tour/{listing}"), format!("/embed/{listing}")]
    {
        assert_eq!(open(site, &path, &[home]).await, 200, "{path}");
    }
    assert_eq!(open(site, &page, &[office]).await, 200);
    assert_eq!(open(site, &page, &[office, ("Sec-GPC", "1")]).await, 200);
    // None of these is somebody's view.
    for header in [
        ("User-Agent", "Mozilla/5.0 (compatible; Baiduspider/2.0)"),
        ("Sec-Purpose", "prefetch"),
        ("Sec-Fetch-Dest", "empty"),
        ("Cookie", "kanfang_session=x"),
    ] {
        assert_eq!(open(site, &page, &[("X-Forwarded-For", "192.0.2.1"), header]).await, 200);
    }
    assert_eq!(open(site, &format!("/listings/{}", SceneId::new()), &[home]).await, 404);
    place.agency.get(&page).await;
    let found = figures(site, &place.agency, listing, "").await;
    let days = found["days"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    let today = json!({"day": "2030-03-18", "listing_views": 4, "tour_views": 1, "embed_views": 1, "visitors": 2,
        "tours_opened": 0, "tour_seconds": 0});
    assert_eq!(days[29], today);
    assert_eq!(found["counted_since"], "2030-03-18");
    assert_eq!(found["totals"]["views"], 6);
    assert_eq!(found["scenes"][0]["title"], "客厅");
}

#[tokio::test]
async fn several_processes_count_a_visitor_once_and_forget_him_after_the_day() {
    let (place, _) = shown().await;
    let (site, listing) = (&place.site, &place.listing);
    let page = format!("/listings/{listing}");
    let home = ("X-Forwarded-For", "203.0.113.7");
    open(site, &page, &[home]).await;
    // Another process with the same database, which counts the same visitor and a second one.
    let (url, other) = second_process(site).await;
    for address in ["203.0.113.7", "203.0.113.8"] {
        let path = format!("{url}{page}");
        let answer = crate::support::http_client()
            .build()
            .unwrap()
            .get(path)
            .header("User-Agent", BROWSER)
            .header("X-Forwarded-For", address)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }
    other.statistics.flush(&other.database, other.clock.now()).await.unwrap();
    let found = figures(site, &place.agency, listing, "").await;
    assert_eq!(
        (&found["days"][29]["listing_views"], &found["days"][29]["visitors"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(
        (count(site, "statistics_salts").await, count(site, "statistics_marks").await),
        (1, 2)
    );

    // The next day the same visitor is a new one, and nothing is left of yesterday but its sums.
    site.context.clock.advance(DAY);
    clockwork::tick(&site.context).await;
    assert_eq!(
        (count(site, "statistics_salts").await, count(site, "statistics_marks").await),
        (0, 0)
    );
    open(site, &page, &[home]).await;
    place.agency.sign_in().await;
    let found = figures(site, &place.agency, listing, "").await;
    let visitors: Vec<_> = found["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| day["visitors"].as_i64().unwrap())
        .collect();
    assert_eq!(&visitors[28..], [2, 1]);
    assert_eq!(
        (&found["totals"]["visitor_days"], &found["totals"]["most_visitors"]),
        (&json!(3), &json!(2))
    );
}

/// A report of a viewer.
async fn report(place: &Place, body: &Value, headers: &[(&str, &str)]) -> reqwest::Response {
    let client = place.site.anonymous();
    let path = format!("/api/v1/public/listings/{}/views", place.listing);
    let mut request = client
        .request(Method::POST, &path)
        .header("User-Agent", BROWSER)
        .header("Content-Type", "text/plain;charset=UTF-8");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.to_string()).send().await.unwrap()
}

#[tokio::test]
async fn what_viewers_report_becomes_time_in_rooms_and_a_map_of_looking() {
    let (place, version) = shown().await;
    // A picture of another day is published under a name that is no scene's id.
    let mut tx = place.site.context.database.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO publication_scenes (version, scene_id, panorama_id) \
         SELECT version, $1, panorama_id FROM publication_scenes WHERE version = $2",
    )
    .bind(format!("{}-other", place.scene))
    .bind(&version)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let body = json!({"version": version, "opened": true, "scenes": [
        {"scene": place.scene, "visits": 1, "millis": 12_500, "gaze": [[190, 10_000], [191, 2_000]]}]});
    assert_eq!(report(&place, &body, &[]).await.status(), 204);
    let more = json!({"version": version, "scenes": [
        {"scene": place.scene, "millis": 7_500, "gaze": [[190, 7_500]]}]});
    let origin = place.site.url.clone();
    let own = [("Origin", origin.as_str()), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(report(&place, &more, &own).await.status(), 204);
    // Taken, and not counted.
    for header in [("Sec-GPC", "1"), ("Cookie", "kanfang_session=x")] {
        assert_eq!(report(&place, &more, &[header]).await.status(), 204);
    }
    let found = figures(&place.site, &place.agency, &place.listing, "").await;
    assert_eq!(
        (&found["totals"]["tours_opened"], &found["totals"]["tour_seconds"]),
        (&json!(1), &json!(20))
    );
    let room = &found["scenes"][0];
    assert_eq!(
        (&room["visits"], &room["seconds"], &room["is_shown"]),
        (&json!(1), &json!(20), &json!(true))
    );
    let path = format!("/api/v1/listings/{}/statistics/gaze/{}", place.listing, place.scene);
    let map = get(&place.agency, &path).await;
    assert_eq!(map["cells"].as_array().unwrap().len(), 412);
    assert_eq!(
        (&map["cells"][190], &map["cells"][191], &map["seconds"]),
        (&json!(17.5), &json!(2.0), &json!(19))
    );
    assert_eq!(map["coverage"]["yaw"], json!([-180.0, 180.0]));
    assert_eq!(place.agency.get(map["picture"].as_str().unwrap()).await.status(), 200);
    let unknown = format!("/api/v1/listings/{}/statistics/gaze/{}", place.listing, SceneId::new());
    assert_eq!(place.agency.get(&unknown).await.status(), 404);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let (place, version) = shown().await;
    let seen = |millis: i64| json!({"version": version, "scenes": [{"scene": place.scene, "millis": millis}]});
    let fine = seen(1_000);
    let strange = json!({"version": version, "scenes": [{"scene": SceneId::new(), "millis": 1}]});
    let unknown =
        json!({"version": "0".repeat(26), "scenes": [{"scene": place.scene, "millis": 1}]});
    for (body, headers, status) in [
        (&seen(60_001), vec![], 422),
        (&seen(-1), vec![], 422),
        (&json!({"version": version}), vec![], 422),
        (&json!("x".repeat(9_000)), vec![], 413),
        (&strange, vec![], 422),
        (&unknown, vec![], 404),
        (&fine, vec![("Origin", "https://elsewhere.example")], 403),
        (&fine, vec![("Origin", "null")], 403),
        (&fine, vec![("Sec-Fetch-Site", "cross-site")], 403),
    ] {
        let answer = report(&place, body, &headers).await;
        assert_eq!(answer.status(), status, "{body} {headers:?}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    let path = format!("/api/v1/public/listings/{}/views", place.listing);
    let form = place.site.anonymous().request(Method::POST, &path);
    let form =
        form.header("Content-Type", "application/x-www-form-urlencoded").body(fine.to_string());
    assert_eq!(form.send().await.unwrap().status(), 415);

    // One address cannot report more than twenty people can have seen: the clock stands still.
    let flood = [("X-Forwarded-For", "203.0.113.99")];
    let mut taken = 0;
    for _ in 0..20 {
        let answer = report(&place, &seen(60_000), &flood).await;
        match answer.status().as_u16() {
            204 => taken += 1,
            status => {
                assert_eq!((status, answer.headers().contains_key("retry-after")), (429, true))
            }
        }
    }
    assert_eq!(taken, 10);
    let found = figures(&place.site, &place.agency, &place.listing, "").await;
    assert_eq!(found["totals"]["tour_seconds"], 600);

    let gone =
        place.publisher.post(&format!("{}/withdraw", place.tour), &json!({"reason": "测试"})).await;
    assert_eq!(gone.status(), 204);
    assert_eq!(report(&place, &fine, &[]).await.status(), 404);
}

#[tokio::test]
async fn court_and_agency_read_the_figures_and_take_them_away() {
    let (place, version) = shown().await;
    let site = &place.site;
    open(site, &format!("/listings/{}", place.listing), &[]).await;
    let body = json!({"version": version, "opened": true, "scenes": [{"scene": place.scene, "visits": 1, "millis": 5_000}]});
    report(&place, &body, &[]).await;
    let path = format!("/api/v1/listings/{}/statistics", place.listing);
    let clerk = site.court_user(&[Role::Clerk]).await;
    let found = figures(site, &clerk, &place.listing, "from=2030-03-17&to=2030-03-18").await;
    assert_eq!(found["days"].as_array().unwrap().len(), 2);
    let csv = format!("{path}.csv?from=2030-03-17&to=2030-03-18");
    let answer = clerk.get(&csv).await;
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"statistics-days-2030-03-17-2030-03-18.csv\""
    );
    let table = answer.text().await.unwrap();
    assert_eq!(
        table,
        "\u{feff}日期,标的页浏览次数,漫游页浏览次数,外站嵌入浏览次数,当日访客,实际观看漫游次数,观看漫游秒数\r\n\
         2030-03-17,0,0,0,0,0,0\r\n2030-03-18,1,0,0,1,1,5\r\n"
    );
    let rooms = clerk.get(&format!("{csv}&rows=scenes&lang=en")).await.text().await.unwrap();
    assert_eq!(
        rooms,
        format!(
            "\u{feff}Room,Id of the room,Times entered,Seconds looked at\r\n客厅,{},1,5\r\n",
            place.scene
        )
    );
    for wrong in ["from=2030-03-19&to=2030-03-18", "from=x", "from=2000-01-01"] {
        assert_eq!(clerk.get(&format!("{path}?{wrong}")).await.status(), 422, "{wrong}");
    }

    let mut tx = site.context.database.begin().await.unwrap();
    let stranger = NewTenant {
        kind: TenantKind::Agency,
        name: "别家".to_owned(),
        code: "other".to_owned(),
        quota_bytes: 1,
    };
    let stranger =
        identity::add_tenant(&mut tx, site.context.clock.now(), &stranger).await.unwrap();
    tx.commit().await.unwrap();
    let stranger = site.user(Some(stranger), &[Role::AgencyMember]).await;
    let auditor = site.court_user(&[Role::Auditor]).await;
    for path in [path.clone(), csv, format!("{path}/gaze/{}", place.scene)] {
        assert_eq!(site.anonymous().get(&path).await.status(), 401, "{path}");
        assert_eq!(stranger.get(&path).await.status(), 404, "{path}");
        assert_eq!(auditor.get(&path).await.status(), 403, "{path}");
        assert_eq!(place.agency.get(&path).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_backup_keeps_the_figures_and_no_salt() {
    let (place, _) = shown().await;
    let site = &place.site;
    open(site, &format!("/listings/{}", place.listing), &[]).await;
    figures(site, &place.agency, &place.listing, "").await;
    assert_eq!(
        (count(site, "statistics_salts").await, count(site, "statistics_marks").await),
        (1, 1)
    );
    let row = sqlx::query("SELECT salt FROM statistics_salts")
        .fetch_one(site.context.database.read())
        .await
        .unwrap();
    let salt: String = row.try_get("salt").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.sqlite");
    transfer::save(&site.context.database, &file).await.unwrap();
    let bytes = std::fs::read(&file).unwrap();
    assert!(
        !bytes.windows(salt.len()).any(|part| part == salt.as_bytes()),
        "the salt is in the copy"
    );

    let restored = Database::open(&database_url(&folder).await).await.unwrap();
    restored.migrate().await.unwrap();
    transfer::load(&file, &restored).await.unwrap();
    let row = sqlx::query("SELECT listing_views, visitors FROM statistics_days")
        .fetch_one(restored.read())
        .await
        .unwrap();
    let kept: (i64, i64) =
        (row.try_get("listing_views").unwrap(), row.try_get("visitors").unwrap());
    assert_eq!(kept, (1, 1));
    restored.close().await;
}
