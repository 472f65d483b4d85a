//! Built-in TLS with certificates of a private authority, renewed while the server runs; `/metrics` at its own address.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use kanfang::app;
use kanfang::http::tls::Certificate;

use crate::support::{Site, http_client};

/// A certificate for 127.0.0.1 that is its own authority, made by openssl.
fn make_certificate(folder: &Path, days: u32) {
    let settings = "[req]\ndistinguished_name = name\nx509_extensions = extensions\nprompt = no\n[name]\nCN = Kanfang\n\
                    [extensions]\nbasicConstraints = critical, CA:FALSE\nsubjectAltName = IP:127.0.0.1, DNS:view.court.cn\n";
    std::fs::write(folder.join("settings"), settings).unwrap();
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args([
            "-config",
            "settings",
            "-days",
            &days.to_string(),
            "-keyout",
            "key.pem",
            "-out",
            "chain.pem",
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn trusting(folder: &Path) -> reqwest::Client {
    let pem = std::fs::read(folder.join("chain.pem")).unwrap();
    let authority = reqwest::Certificate::from_pem(&pem).unwrap();
    http_client().tls_certs_only([authority]).build().unwrap()
}

#[tokio::test]
async fn pages_come_over_tls_and_http_2() {
    let certificates = tempfile::tempdir().unwrap();
    make_certificate(certificates.path(), 90);
    let site = Site::start_with(|config| {
        config.server.tls_certificate = certificates.path().join("chain.pem");
        config.server.tls_key = certificates.path().join("key.pem");
    })
    .await;
    let url = site.context.config.public_url();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let answer = trusting(certificates.path()).get(format!("{url}/")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    assert!(answer.headers().contains_key("strict-transport-security"));
    let plain = http_client().build().unwrap().get(format!("{}/", site.url)).send().await;
    assert!(plain.is_err(), "plain HTTP is answered on the port of TLS");
}

#[tokio::test]
async fn a_renewed_certificate_is_used_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), 90);
    let [chain, key] = ["chain.pem", "key.pem"].map(|name| folder.path().join(name));
    let certificate = Certificate::open(&chain, &key).unwrap();
    let first = certificate.facts().unwrap();
    assert_eq!(first.names, ["127.0.0.1", "view.court.cn"]);
    assert!(!certificate.renew().unwrap(), "nothing has changed");
    std::fs::write(&key, "no key").unwrap();
    assert!(certificate.renew().is_err());
    assert_eq!(certificate.facts().unwrap(), first, "the old one stays in use");
    make_certificate(folder.path(), 180);
    assert!(certificate.renew().unwrap());
    assert!(certificate.facts().unwrap().until > first.until);
}

#[tokio::test]
async fn a_key_of_another_certificate_is_refused() {
    let [one, other] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    make_certificate(one.path(), 9);
    make_certificate(other.path(), 9);
    let error = Certificate::open(&one.path().join("chain.pem"), &other.path().join("key.pem"))
        .unwrap_err();
    assert!(error.to_string().contains("is not a key for the certificate"), "{error}");
}

#[tokio::test]
async fn metrics_have_an_address_of_their_own_or_are_for_neighbours_only() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let site = Site::start_with(|config| config.server.metrics_bind = Some(free)).await;
    let metrics = app::metrics_server(&site.context);
    std::thread::spawn(move || actix_web::rt::System::new().block_on(metrics.unwrap().unwrap()));
    site.anonymous().get("/").await;
    let client = http_client().build().unwrap();
    let own =
        client.get(format!("http://{free}/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(own.contains("kanfang_http_requests_total{method=\"GET\",route=\"/\""), "{own}");
    assert_eq!(client.get(format!("http://{free}/")).send().await.unwrap().status(), 404);
    assert_eq!(site.anonymous().get("/metrics").await.status(), 404, "beside the site as well");

    let site = Site::start().await;
    assert_eq!(site.anonymous().get("/metrics").await.status(), 200);
    let forwarded =
        client.get(format!("{}/metrics", site.url)).header("X-Forwarded-For", "203.0.113.9");
    assert_eq!(forwarded.send().await.unwrap().status(), 404, "through a proxy");
}
