//! fsck, backup and restore on a site with real content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kanfang::base::Blake3;
use kanfang::blob::{Blobs, Key, Settings};
use kanfang::catalogue::Database;
use kanfang::upkeep::{Report, Severity, backup, fsck, restore};
use reqwest::Method;

use crate::listing_fixture::listing;
use crate::s3::S3;
use crate::support::{Site, database_url};

async fn site_with_files(files: &[&[u8]]) -> Site {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    for bytes in files {
        let metadata =
            format!("filename {},listing {}", STANDARD.encode("a.jpg"), STANDARD.encode(&listing));
        let answer = agency
            .request(Method::POST, "/api/v1/uploads")
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", bytes.len())
            .header("Upload-Metadata", metadata)
            .header("Content-Type", "application/offset+octet-stream")
            .body(bytes.to_vec())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    }
    site
}

async fn check(site: &Site, deep: bool) -> Report {
    let context = &site.context;
    fsck::check(&context.database, &context.blobs, &context.clock, deep).await.unwrap()
}

fn errors(report: &Report) -> Vec<&'static str> {
    report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.what)
        .collect()
}

fn file_of(site: &Site, bytes: &[u8]) -> std::path::PathBuf {
    site.context.blobs.local_root().unwrap().join(Key::original(&Blake3::of(bytes)).as_str())
}

#[tokio::test]
async fn a_sound_site_is_found_sound() {
    let site = site_with_files(&[b"one", b"two"]).await;
    let report = check(&site, true).await;
    assert_eq!(errors(&report), Vec::<&str>::new(), "{:?}", report.findings);
    assert_eq!((report.originals, report.bytes_read), (2, 6));
    assert!(report.audit_entries >= 4);
}

#[tokio::test]
async fn missing_changed_and_stray_objects_and_a_tampered_log_are_found() {
    let site = site_with_files(&[b"one", b"two", b"three"]).await;
    std::fs::remove_file(file_of(&site, b"one")).unwrap();
    let two = file_of(&site, b"two");
    std::fs::remove_file(&two).unwrap();
    std::fs::write(&two, b"twO").unwrap();
    assert_eq!(errors(&check(&site, false).await), ["original-missing"]);
    let mut deep = errors(&check(&site, true).await);
    deep.sort_unstable();
    assert_eq!(deep, ["original-blake3", "original-missing", "original-sha256"]);
    std::fs::remove_file(&two).unwrap();
    std::fs::write(&two, b"longer").unwrap();
    assert!(errors(&check(&site, false).await).contains(&"original-size"));
    // Nobody's object: tolerated at first (it may be on its way), an error once it is old.
    site.context
        .blobs
        .put(&Key::pack("stray").unwrap(), bytes::Bytes::from_static(b"x"))
        .await
        .unwrap();
    let before = check(&site, false).await;
    let late = before.findings.iter().any(|finding| finding.what.starts_with("orphan"));
    assert!(late);
    let mut tx = site.context.database.begin().await.unwrap();
    sqlx::query("UPDATE audit_log SET detail = '{}' WHERE seq = 2")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(errors(&check(&site, false).await).contains(&"audit-chain-broken"));
}

#[tokio::test]
async fn a_backup_comes_back_on_the_other_store_and_is_sound() {
    let site = site_with_files(&[b"one", b"two"]).await;
    let folder = tempfile::tempdir().unwrap();
    let context = &site.context;
    let saved = backup::save(&context.database, &context.blobs, &context.clock, folder.path())
        .await
        .unwrap();
    assert_eq!((saved.objects, saved.copied), (2, 2));
    // The second time only what is new.
    context.clock.advance(1000);
    let again = backup::save(&context.database, &context.blobs, &context.clock, folder.path())
        .await
        .unwrap();
    assert_eq!((again.objects, again.copied), (2, 0));
    let s3 = S3::start().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let local = Settings {
        url: format!("file:{}", elsewhere.path().join("o").display()),
        ..Settings::default()
    };
    for settings in [local, s3.settings()] {
        let blobs = Blobs::open(&settings).unwrap();
        let place = tempfile::tempdir().unwrap();
        let database = Database::open(&database_url(&place).await).await.unwrap();
        database.migrate().await.unwrap();
        let restored =
            restore::load(&database, &blobs, &context.clock, folder.path()).await.unwrap();
        assert_eq!(restored.objects, 2);
        let report = fsck::check(&database, &blobs, &context.clock, true).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        assert_eq!(report.originals, 2);
        // What holds data already is left alone.
        assert!(restore::load(&database, &blobs, &context.clock, folder.path()).await.is_err());
    }
}

#[tokio::test]
async fn a_damaged_backup_is_refused_before_anything_is_restored() {
    let site = site_with_files(&[b"one"]).await;
    let folder = tempfile::tempdir().unwrap();
    let context = &site.context;
    backup::save(&context.database, &context.blobs, &context.clock, folder.path()).await.unwrap();
    let object = folder.path().join("objects").join(Key::original(&Blake3::of(b"one")).as_str());
    std::fs::write(object, b"onE").unwrap();
    let place = tempfile::tempdir().unwrap();
    let database = Database::open(&database_url(&place).await).await.unwrap();
    database.migrate().await.unwrap();
    let settings = Settings {
        url: format!("file:{}", place.path().join("o").display()),
        ..Settings::default()
    };
    let blobs = Blobs::open(&settings).unwrap();
    let error = restore::load(&database, &blobs, &context.clock, folder.path()).await.unwrap_err();
    assert!(error.to_string().contains("has changed"), "{error}");
    let mixed = tempfile::tempdir().unwrap();
    std::fs::write(mixed.path().join("holiday.jpg"), b"x").unwrap();
    let error = backup::save(&context.database, &context.blobs, &context.clock, mixed.path())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("other files"), "{error}");
}
