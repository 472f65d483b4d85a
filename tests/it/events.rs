//! Server-Sent Events: own events only, resumed without loss.

use std::time::Duration;

use futures_util::StreamExt;
use kanfang::auction::people::Role;
use kanfang::base::id::TenantId;
use kanfang::catalogue::audience::Audience;
use kanfang::catalogue::events::{self, Event};
use reqwest::{Method, Response};
use serde_json::json;

use crate::support::{Client, Site};

async fn happen(site: &Site, name: &str, court: Option<TenantId>, agency: Option<TenantId>) -> i64 {
    let context = &site.context;
    let mut tx = context.database.begin().await.unwrap();
    let event = Event {
        kind: "asset",
        object_id: name,
        audience: Audience { court, agency, listing: None },
        data: json!({"name": name, "text": "两\n行"}),
    };
    let seq = events::append(&mut tx, context.database.dialect(), context.clock.now(), event)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    seq
}

async fn listen(client: &Client, last: Option<&str>) -> Response {
    let mut request = client.request(Method::GET, "/api/v1/events");
    if let Some(last) = last {
        request = request.header("Last-Event-ID", last);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    answer
}

/// Reads until `number` events have come; answers (id, event, data) of each.
async fn read(answer: Response, number: usize) -> Vec<(String, String, String)> {
    let mut stream = answer.bytes_stream();
    // A piece may end within a character.
    let mut bytes = Vec::new();
    let reading = async {
        loop {
            let found: Vec<_> = String::from_utf8_lossy(&bytes)
                .split_inclusive("\n\n")
                .filter(|block| block.ends_with("\n\n") && block.contains("data:"))
                .map(block)
                .collect();
            if found.len() >= number {
                return found;
            }
            bytes.extend_from_slice(&stream.next().await.unwrap().unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("the events did not come")
}

fn block(block: &str) -> (String, String, String) {
    let field = |name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
    };
    (field("id:"), field("event:"), field("data:"))
}

#[tokio::test]
async fn each_tenant_hears_of_its_own() {
    let site = Site::start().await;
    let (court, agency) = (site.court_user(&[Role::Clerk]).await, site.agency_user().await);
    let (court, agency) = (listen(&court, None).await, listen(&agency, None).await);
    happen(&site, "court", Some(site.court), None).await;
    happen(&site, "other", None, None).await;
    happen(&site, "both", Some(site.court), Some(site.agency)).await;
    let for_court = read(court, 2).await;
    assert!(
        for_court[0].2.contains("\"court\"") && for_court[1].2.contains("\"both\""),
        "{for_court:?}"
    );
    let for_agency = read(agency, 1).await;
    assert!(for_agency[0].2.contains("\"both\"") && for_agency[0].1 == "asset", "{for_agency:?}");
    let auditor = site.court_user(&[Role::Auditor]).await;
    assert_eq!(auditor.get("/api/v1/events").await.status(), 403);
    assert_eq!(site.anonymous().get("/api/v1/events").await.status(), 401);
}

#[tokio::test]
async fn a_reader_that_comes_back_misses_nothing() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let first = happen(&site, "0", None, Some(site.agency)).await;
    for number in 1..450 {
        happen(&site, &number.to_string(), None, Some(site.agency)).await;
    }
    let answer = listen(&agency, Some(&first.to_string())).await;
    happen(&site, "last", None, Some(site.agency)).await;
    let events = read(answer, 450).await;
    let ids: Vec<i64> = events.iter().map(|event| event.0.parse().unwrap()).collect();
    assert_eq!(ids, (first + 1..=first + 450).collect::<Vec<_>>());
    assert!(events.last().unwrap().2.contains("\"last\""));
}

#[tokio::test]
async fn a_reader_from_another_time_is_told_to_begin_anew() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let events = read(listen(&agency, Some("999999")).await, 1).await;
    assert_eq!(events[0].1, "reset");
}
