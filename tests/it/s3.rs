//! A real S3 server of other people (moto) for tests: one a test process, a bucket a test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use kanfang::base::id::unguessable;
use kanfang::blob::Settings;

/// Its address. It ends when our end of its standard input is closed, that is with this process.
static SERVER: OnceLock<(Child, u16)> = OnceLock::new();

/// A bucket on the S3 server.
pub struct S3 {
    endpoint: String,
    bucket: String,
}

impl S3 {
    /// A new, empty bucket; the first call starts the server (and installs it, once).
    pub async fn start() -> Self {
        let port = tokio::task::spawn_blocking(|| SERVER.get_or_init(start).1).await.unwrap();
        let endpoint = format!("http://127.0.0.1:{port}");
        let bucket =
            format!("kanfang-{}", unguessable()[..12].to_ascii_lowercase().replace('_', "0"));
        let made = crate::support::http_client()
            .build()
            .unwrap()
            .put(format!("{endpoint}/{bucket}"))
            .send()
            .await
            .unwrap();
        assert!(made.status().is_success(), "{}", made.text().await.unwrap());
        Self { endpoint, bucket }
    }

    /// How to reach it.
    pub fn settings(&self) -> Settings {
        Settings {
            url: format!("s3://{}/site", self.bucket),
            endpoint: self.endpoint.clone(),
            region: "us-east-1".to_owned(),
            access_key: "test-key".to_owned(),
            secret_key: "test-secret".to_owned(),
            cache_bytes: 1 << 20,
        }
    }

    /// Makes a site keep its objects here.
    pub fn configure(&self, config: &mut kanfang::config::Config) {
        let settings = self.settings();
        config.store.url = settings.url;
        config.store.endpoint = settings.endpoint;
        config.store.region = settings.region;
        config.store.access_key = settings.access_key;
        config.store.secret_key = settings.secret_key;
    }
}

fn start() -> (Child, u16) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/run");
    let mut child = Command::new(script)
        .arg("s3")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("bash runs tests/clients/run");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().expect("the S3 server says its port; see what it wrote above");
    (child, port)
}
