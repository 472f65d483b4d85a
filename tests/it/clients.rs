//! Real tus clients of other people against the real server: tuspy and tus-js-client.
//!
//! They are skipped, with a note, where they cannot be installed, unless `CI=true`.

use std::path::Path;
use std::process::{Command, Output};

use kanfang::base::Blake3;
use serde_json::Value;

use crate::listing_fixture::listing;
use crate::support::{PASSWORD, Site};

fn content(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

/// `None` if the client cannot be installed here.
async fn run(client: &'static str, settings: Vec<(&'static str, String)>) -> Option<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/run");
    let output = tokio::task::spawn_blocking(move || {
        Command::new(script).arg(client).envs(settings).output().unwrap()
    })
    .await
    .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code() == Some(77) {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{client}: {said}");
        eprintln!("skipped {client}: {said}");
        return None;
    }
    assert!(output.status.success(), "{client}: {said}");
    Some(output)
}

async fn hashes(client: &crate::support::Client, listing: &str) -> Vec<(String, String)> {
    let page: Value =
        client.get(&format!("/api/v1/listings/{listing}/assets")).await.json().await.unwrap();
    let mut found: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            (text("file_name"), text("blake3"))
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn tuspy_uploads_with_checksums_and_resumes() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let file = site.folder.path().join("客厅.jpg");
    let bytes = content(3_000_000, 1);
    std::fs::write(&file, &bytes).unwrap();
    let settings = vec![
        ("SITE", site.url.clone()),
        ("LOGIN", agency.login.clone()),
        ("PASSWORD", PASSWORD.to_owned()),
        ("LISTING", listing.clone()),
        ("FILE", file.display().to_string()),
    ];
    if run("tuspy", settings).await.is_some() {
        let expected = vec![("客厅.jpg".to_owned(), Blake3::of(&bytes).to_string())];
        assert_eq!(hashes(&agency, &listing).await, expected);
    }
}

#[tokio::test]
async fn tus_js_client_resumes_splits_creates_and_defers() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let folder = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for (seed, name) in ["created", "deferred", "parallel", "resumed"].into_iter().enumerate() {
        let bytes = content(1_500_000 + seed * 1000, 10 + seed as u32);
        std::fs::write(folder.path().join(name), &bytes).unwrap();
        expected.push((format!("{name}.jpg"), Blake3::of(&bytes).to_string()));
    }
    let settings = vec![
        ("SITE", site.url.clone()),
        ("LOGIN", agency.login.clone()),
        ("PASSWORD", PASSWORD.to_owned()),
        ("LISTING", listing.clone()),
        ("FOLDER", folder.path().display().to_string()),
    ];
    if run("tus-js", settings).await.is_some() {
        assert_eq!(hashes(&agency, &listing).await, expected);
    }
}
