//! The real program, killed without warning while bytes arrive: nothing acknowledged is lost.
//!
//! `KANFANG_TEST_KILLS` sets how often (default 12; a nightly run takes hundreds).

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kanfang::base::Blake3;
use kanfang::blob::{Blobs, Key, Settings};
use kanfang::catalogue::Database;
use reqwest::{Method, RequestBuilder};

use crate::listing_fixture::listing;
use crate::support::Site;

/// The program on its own data folder; killed when dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    async fn start(folder: &Path, database: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let bind = format!("127.0.0.1:{port}");
        let child = Command::new(env!("CARGO_BIN_EXE_kanfang"))
            .arg("serve")
            .current_dir(folder)
            .env("KANFANG_DATA", folder)
            .env("KANFANG_DATABASE__URL", database)
            .env("KANFANG_SERVER__BIND", &bind)
            .env("KANFANG_SERVER__THREADS", "1")
            .env("KANFANG_WORKER__EMBEDDED", "0")
            // Test settings are no configuration of the program.
            .env_remove("KANFANG_TEST_KILLS")
            .env_remove("KANFANG_TEST_POSTGRES")
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let server = Self { child, url: format!("http://{bind}") };
        let begin = Instant::now();
        while reqwest::get(format!("{}/healthz", server.url)).await.is_err() {
            assert!(begin.elapsed() < Duration::from_secs(60), "the server does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    /// SIGKILL: no destructor, no flush.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_gone = self.child.wait();
    }
}

/// A signed-in client whose cookie outlives the server.
struct Visitor {
    http: reqwest::Client,
    csrf: String,
}

impl Visitor {
    fn tus(&self, method: Method, url: &str) -> RequestBuilder {
        self.http
            .request(method, url)
            .header("X-CSRF-Token", &self.csrf)
            .header("Tus-Resumable", "1.0.0")
            .timeout(Duration::from_secs(30))
    }
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[tokio::test]
async fn a_server_killed_at_any_moment_loses_no_acknowledged_byte() {
    let kills: usize =
        std::env::var("KANFANG_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    // The site of the test harness only prepares the accounts and the listing.
    let site = Site::start_with(|_| {}).await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let database = site.context.config.database_url();
    let folder = tempfile::tempdir().unwrap();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let content: Vec<u8> = (0..6 << 20).map(|_| (random(&mut state) >> 32) as u8).collect();
    let mut server = Server::start(folder.path(), &database).await;
    let visitor = sign_in(&server.url, &agency.login).await;
    let metadata =
        format!("filename {},listing {}", STANDARD.encode("a.jpg"), STANDARD.encode(&listing));
    let answer = visitor
        .tus(Method::POST, &format!("{}/api/v1/uploads", server.url))
        .header("Upload-Length", content.len())
        .header("Upload-Metadata", metadata)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    let path = answer.headers()["location"].to_str().unwrap().to_owned();
    let mut acknowledged = 0;
    for _ in 0..kills {
        let url = format!("{}{path}", server.url);
        let at = offset(&visitor, &url).await;
        assert!(at >= acknowledged, "{acknowledged} bytes were acknowledged, {at} are there");
        let end =
            content.len().min(at as usize + 64 * 1024 + (random(&mut state) % (1 << 20)) as usize);
        let body = slowly(content[at as usize..end].to_vec());
        let sending = tokio::spawn(
            visitor
                .tus(Method::PATCH, &url)
                .header("Upload-Offset", at)
                .header("Content-Type", "application/offset+octet-stream")
                .header("Content-Length", end - at as usize)
                .body(body)
                .send(),
        );
        tokio::time::sleep(Duration::from_millis(random(&mut state) % 250)).await;
        server.kill();
        if let Ok(Ok(answer)) = sending.await
            && answer.status() == 204
        {
            acknowledged = answer.headers()["upload-offset"].to_str().unwrap().parse().unwrap();
        } else {
            acknowledged = acknowledged.max(at);
        }
        server = Server::start(folder.path(), &database).await;
    }
    let url = format!("{}{path}", server.url);
    let at = offset(&visitor, &url).await;
    assert!(at >= acknowledged);
    if (at as usize) < content.len() {
        // The last chunk, killed while it is filed: the next start must file it.
        let sending = tokio::spawn(
            visitor
                .tus(Method::PATCH, &url)
                .header("Upload-Offset", at)
                .header("Content-Type", "application/offset+octet-stream")
                .body(content[at as usize..].to_vec())
                .send(),
        );
        tokio::time::sleep(Duration::from_millis(random(&mut state) % 60)).await;
        server.kill();
        let _answered_or_not = sending.await;
        server = Server::start(folder.path(), &database).await;
        let url = format!("{}{path}", server.url);
        let at = offset(&visitor, &url).await;
        if (at as usize) < content.len() {
            let answer = visitor
                .tus(Method::PATCH, &url)
                .header("Upload-Offset", at)
                .header("Content-Type", "application/offset+octet-stream")
                .body(content[at as usize..].to_vec())
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap());
        }
    }
    let begin = Instant::now();
    loop {
        let head =
            visitor.tus(Method::HEAD, &format!("{}{path}", server.url)).send().await.unwrap();
        if head.headers().contains_key("kanfang-asset") {
            break;
        }
        assert!(begin.elapsed() < Duration::from_secs(90), "the upload is never filed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    server.kill();
    let settings = Settings {
        url: format!("file:{}", folder.path().join("objects").display()),
        ..Settings::default()
    };
    let blobs = Blobs::open(&settings).unwrap();
    let stored = blobs.read(&Key::original(&Blake3::of(&content))).await.unwrap();
    assert!(stored == content, "the original differs from what was sent");
    let database = Database::open(&database).await.unwrap();
    let report =
        kanfang::upkeep::fsck::check(&database, &blobs, &site.context.clock, true).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
}

async fn sign_in(url: &str, login: &str) -> Visitor {
    let http = crate::support::http_client().cookie_store(true).build().unwrap();
    let body = serde_json::json!({"login": login, "password": crate::support::PASSWORD});
    let answer = http.post(format!("{url}/api/v1/session")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let opened: serde_json::Value = answer.json().await.unwrap();
    Visitor { http, csrf: opened["csrf"].as_str().unwrap().to_owned() }
}

async fn offset(visitor: &Visitor, url: &str) -> u64 {
    let head = visitor.tus(Method::HEAD, url).send().await.unwrap();
    assert_eq!(head.status(), 200);
    head.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
}

/// In small pieces with pauses, so that the kill meets every state of a chunk.
fn slowly(bytes: Vec<u8>) -> reqwest::Body {
    let pieces: Vec<_> = bytes.chunks(16 << 10).map(<[u8]>::to_vec).collect();
    let stream = futures_util::stream::unfold(pieces.into_iter(), |mut pieces| async move {
        let piece = pieces.next()?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        Some((Ok::<_, std::io::Error>(piece), pieces))
    });
    reqwest::Body::wrap_stream(stream)
}
