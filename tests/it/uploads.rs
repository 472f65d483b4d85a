//! Resumable uploads over HTTP: the protocol, lies, and what becomes of unfinished uploads.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kanfang::base::{Blake3, ErrorKind};
use kanfang::blob::Key;
use reqwest::Method;
use sha1::Digest as _;

use crate::listing_fixture::listing;
use crate::s3::S3;
use crate::support::Site;
use crate::tus::{
    UPLOADS, assets, begin, begun, metadata, offset, patch, photo, slug, text, tus, upload,
};

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(<sha2::Sha256 as sha2::Digest>::digest(bytes))
}

#[tokio::test]
async fn an_upload_in_chunks_becomes_an_asset_with_both_hashes() {
    for s3 in [None, Some(S3::start().await)] {
        let site = Site::start_with(|config| {
            if let Some(s3) = &s3 {
                s3.configure(config);
            }
        })
        .await;
        let agency = site.agency_user().await;
        let listing = listing(&site, Some(site.agency)).await;
        let bytes = photo(3_000_000, 1);
        let upload = begun(&agency, &listing, bytes.len()).await;
        assert_eq!(offset(&agency, &upload).await, 0);
        for (number, chunk) in bytes.chunks(1_200_000).enumerate() {
            let answer = patch(&agency, &upload, (number * 1_200_000) as u64, chunk.to_vec())
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap());
            assert_eq!(text(&answer, "tus-resumable"), "1.0.0");
            assert_eq!(
                text(&answer, "upload-offset"),
                (number * 1_200_000 + chunk.len()).to_string()
            );
        }
        let items = assets(&agency, &listing).await;
        assert_eq!(items.len(), 1);
        let asset = &items[0];
        assert_eq!(asset["file_name"], "客厅.jpg");
        assert_eq!(asset["state"], "waiting");
        assert_eq!(asset["size"], 3_000_000);
        assert_eq!(asset["blake3"], Blake3::of(&bytes).to_string());
        assert_eq!(asset["sha256"], sha256_hex(&bytes));
        let stored = site.context.blobs.read(&Key::original(&Blake3::of(&bytes))).await.unwrap();
        assert_eq!(stored, bytes);
        // The client that lost the last answer still learns that it is done.
        let head = tus(&agency, Method::HEAD, &upload).send().await.unwrap();
        assert_eq!(text(&head, "upload-offset"), "3000000");
        assert_eq!(text(&head, "kanfang-asset"), asset["id"].as_str().unwrap());
        // The partial data is gone.
        use futures_util::StreamExt;
        assert_eq!(site.context.blobs.list("uploads").count().await, 0);
    }
}

#[tokio::test]
async fn the_server_says_what_it_speaks_and_refuses_other_versions() {
    let site = Site::start().await;
    let answer = site.anonymous().request(Method::OPTIONS, UPLOADS).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(text(&answer, "tus-version"), "1.0.0");
    assert!(text(&answer, "tus-extension").contains("concatenation"));
    assert!(text(&answer, "tus-checksum-algorithm").contains("sha1"));
    assert!(text(&answer, "tus-max-size").parse::<u64>().unwrap() > 0);
    let agency = site.agency_user().await;
    let answer = agency
        .request(Method::POST, UPLOADS)
        .header("Tus-Resumable", "0.2.2")
        .send()
        .await
        .unwrap();
    assert_eq!(text(&answer, "tus-version"), "1.0.0");
    assert_eq!(slug(answer).await, (412, "tus-version".to_owned()));
    let answer = tus(&site.anonymous(), Method::POST, UPLOADS)
        .header("Upload-Length", 5)
        .send()
        .await
        .unwrap();
    assert_eq!(slug(answer).await, (401, "signed-out".to_owned()));
}

#[tokio::test]
async fn wrong_headers_get_a_problem_that_says_which() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let sound = metadata(&[("listing", &listing)]);
    for (length, meta, status, expected) in [
        ("12x", sound.as_str(), 400, "tus-header"),
        ("-1", &sound, 400, "tus-header"),
        ("10", "listing !!!", 400, "tus-header"),
        ("10", "", 400, "upload-metadata"),
        ("10", &metadata(&[("listing", "nonsense")]), 404, "not-found"),
        ("10", &metadata(&[("listing", &listing), ("blake3", "abc")]), 400, "upload-metadata"),
        ("0", &sound, 422, "file-empty"),
        ("9000000000000", &sound, 413, "file-too-large"),
    ] {
        let answer = tus(&agency, Method::POST, UPLOADS)
            .header("Upload-Length", length)
            .header("Upload-Metadata", meta)
            .send()
            .await
            .unwrap();
        assert_eq!(slug(answer).await, (status, expected.to_owned()), "{length} {meta}");
    }
    let upload = begun(&agency, &listing, 10).await;
    let answer = patch(&agency, &upload, 5, "12345").send().await.unwrap();
    assert_eq!(slug(answer).await, (409, "upload-offset".to_owned()));
    let answer = patch(&agency, &upload, 0, "12345678901").send().await.unwrap();
    assert_eq!(slug(answer).await, (413, "upload-too-long".to_owned()));
    let answer = tus(&agency, Method::PATCH, &upload)
        .header("Upload-Offset", 0)
        .header("Content-Type", "image/jpeg")
        .body("12345")
        .send()
        .await
        .unwrap();
    assert_eq!(slug(answer).await, (415, "tus-body-type".to_owned()));
    assert_eq!(offset(&agency, &upload).await, 0);
    let answer = patch(&agency, "/api/v1/uploads/..%2f..%2fetc", 0, "x").send().await.unwrap();
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn a_body_of_unknown_length_cannot_go_beyond_the_end() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let upload = begun(&agency, &listing, 100).await;
    let pieces =
        futures_util::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>(vec![7_u8; 10])));
    let answer =
        patch(&agency, &upload, 0, reqwest::Body::wrap_stream(pieces)).send().await.unwrap();
    assert_eq!(slug(answer).await, (413, "upload-too-long".to_owned()));
    assert!(offset(&agency, &upload).await <= 100);
}

#[tokio::test]
async fn a_chunk_with_a_wrong_checksum_is_not_kept() {
    for s3 in [None, Some(S3::start().await)] {
        let site = Site::start_with(|config| {
            if let Some(s3) = &s3 {
                s3.configure(config);
            }
        })
        .await;
        let agency = site.agency_user().await;
        let listing = listing(&site, Some(site.agency)).await;
        let bytes = photo(50_000, 2);
        let upload = begun(&agency, &listing, bytes.len()).await;
        let sha1 = |bytes: &[u8]| format!("sha1 {}", STANDARD.encode(sha1::Sha1::digest(bytes)));
        let first = patch(&agency, &upload, 0, bytes[..20_000].to_vec())
            .header("Upload-Checksum", sha1(&bytes[..20_000]))
            .send()
            .await
            .unwrap();
        assert_eq!(first.status(), 204);
        let wrong = patch(&agency, &upload, 20_000, bytes[20_000..].to_vec())
            .header("Upload-Checksum", sha1(b"something else"))
            .send()
            .await
            .unwrap();
        assert_eq!(slug(wrong).await, (460, "checksum-mismatch".to_owned()));
        assert_eq!(offset(&agency, &upload).await, 20_000);
        let unknown = patch(&agency, &upload, 20_000, bytes[20_000..].to_vec())
            .header("Upload-Checksum", "md5 AAAA")
            .send()
            .await
            .unwrap();
        assert_eq!(slug(unknown).await, (400, "tus-header".to_owned()));
        let right = patch(&agency, &upload, 20_000, bytes[20_000..].to_vec())
            .header(
                "Upload-Checksum",
                format!(
                    "sha256 {}",
                    STANDARD.encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes[20_000..]))
                ),
            )
            .send()
            .await
            .unwrap();
        assert_eq!(right.status(), 204);
        assert_eq!(assets(&agency, &listing).await[0]["blake3"], Blake3::of(&bytes).to_string());
    }
}

#[tokio::test]
async fn a_file_that_is_not_what_its_hash_says_becomes_no_asset() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let bytes = photo(1000, 3);
    let meta = metadata(&[("listing", &listing), ("blake3", &Blake3::of(b"another").to_string())]);
    let answer = tus(&agency, Method::POST, UPLOADS)
        .header("Upload-Length", 1000)
        .header("Upload-Metadata", meta)
        .send()
        .await
        .unwrap();
    let upload = text(&answer, "location");
    let answer = patch(&agency, &upload, 0, bytes).send().await.unwrap();
    assert_eq!(slug(answer).await, (460, "hash-mismatch".to_owned()));
    assert!(assets(&agency, &listing).await.is_empty());
}

#[tokio::test]
async fn parts_are_joined_in_their_order() {
    for s3 in [None, Some(S3::start().await)] {
        let site = Site::start_with(|config| {
            if let Some(s3) = &s3 {
                s3.configure(config);
            }
        })
        .await;
        let agency = site.agency_user().await;
        let listing = listing(&site, Some(site.agency)).await;
        let bytes = photo(300_000, 4);
        let mut parts = Vec::new();
        for chunk in bytes.chunks(100_000) {
            let answer = tus(&agency, Method::POST, UPLOADS)
                .header("Upload-Length", chunk.len())
                .header("Upload-Concat", "partial")
                .header("Content-Type", "application/offset+octet-stream")
                .body(chunk.to_vec())
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
            parts.push(text(&answer, "location"));
        }
        let head = tus(&agency, Method::HEAD, &parts[0]).send().await.unwrap();
        assert_eq!(text(&head, "upload-concat"), "partial");
        let join = || {
            tus(&agency, Method::POST, UPLOADS)
                .header("Upload-Concat", format!("final;{}", parts.join(" ")))
                .header(
                    "Upload-Metadata",
                    metadata(&[("filename", "joined.jpg"), ("listing", &listing)]),
                )
        };
        let answer = join().send().await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        let whole = text(&answer, "location");
        let head = tus(&agency, Method::HEAD, &whole).send().await.unwrap();
        assert_eq!(text(&head, "upload-length"), "300000");
        assert!(text(&head, "upload-concat").starts_with("final;/api/v1/uploads/"));
        assert_eq!(assets(&agency, &listing).await[0]["blake3"], Blake3::of(&bytes).to_string());
        let answer = patch(&agency, &whole, 300_000, "x").send().await.unwrap();
        assert_eq!(slug(answer).await, (403, "upload-not-open".to_owned()));
        // The parts are used up: a second final upload cannot join them again.
        assert_eq!(join().send().await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn unfinished_or_foreign_parts_cannot_be_joined() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let part = tus(&agency, Method::POST, UPLOADS)
        .header("Upload-Length", 10)
        .header("Upload-Concat", "partial")
        .send()
        .await
        .unwrap();
    let whole = begun(&agency, &listing, 10).await;
    for bad in [text(&part, "location"), whole] {
        let answer = tus(&agency, Method::POST, UPLOADS)
            .header("Upload-Concat", format!("final;{bad}"))
            .header("Upload-Metadata", metadata(&[("listing", &listing)]))
            .send()
            .await
            .unwrap();
        assert_eq!(slug(answer).await, (409, "upload-parts".to_owned()));
    }
}

#[tokio::test]
async fn a_length_may_come_later_but_only_once() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let answer = tus(&agency, Method::POST, UPLOADS)
        .header("Upload-Defer-Length", 1)
        .header("Upload-Metadata", metadata(&[("listing", &listing)]))
        .send()
        .await
        .unwrap();
    let upload = text(&answer, "location");
    assert_eq!(patch(&agency, &upload, 0, "12345").send().await.unwrap().status(), 204);
    let head = tus(&agency, Method::HEAD, &upload).send().await.unwrap();
    assert_eq!(text(&head, "upload-defer-length"), "1");
    let fixed = patch(&agency, &upload, 5, "67").header("Upload-Length", 10).send().await.unwrap();
    assert_eq!(fixed.status(), 204);
    let again = patch(&agency, &upload, 7, "890").header("Upload-Length", 12).send().await.unwrap();
    assert_eq!(slug(again).await, (400, "upload-length-fixed".to_owned()));
    assert_eq!(patch(&agency, &upload, 7, "890").send().await.unwrap().status(), 204);
    assert_eq!(assets(&agency, &listing).await[0]["size"], 10);
}

#[tokio::test]
async fn two_writers_at_once_do_not_mix_and_a_dead_one_gives_way() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let listing = listing(&site, Some(site.agency)).await;
    let upload = begun(&agency, &listing, 1000).await;
    // The first sends a byte twice a second for a while: its line lives.
    let slow = futures_util::stream::unfold(0, |sent| async move {
        if sent == 24 {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        Some((Ok::<_, std::io::Error>(vec![b'a'; 10]), sent + 1))
    });
    let first = tokio::spawn(patch(&agency, &upload, 0, reqwest::Body::wrap_stream(slow)).send());
    tokio::time::sleep(Duration::from_millis(700)).await;
    let second = patch(&agency, &upload, 0, vec![b'b'; 1000]).send().await.unwrap();
    let (status, _) = slug(second).await;
    assert!(status == 423 || status == 409, "{status}");
    let answer = first.await.unwrap().unwrap();
    assert_eq!(answer.status(), 204);
    // All of it, unless the machine stood still so long that the line counted as dead.
    let kept = offset(&agency, &upload).await;
    assert_eq!(text(&answer, "upload-offset"), kept.to_string());
    assert!(kept > 0 && kept <= 240 && kept % 10 == 0, "{kept}");
    // The next one falls silent: whoever comes after it is let in soon.
    let silent = futures_util::stream::unfold(0, |sent| async move {
        if sent == 1 {
            std::future::pending::<()>().await;
        }
        Some((Ok::<_, std::io::Error>(vec![b'a'; 10]), sent + 1))
    });
    let dead =
        tokio::spawn(patch(&agency, &upload, kept, reqwest::Body::wrap_stream(silent)).send());
    let mut at = kept;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        at = offset(&agency, &upload).await;
        if at > kept {
            break;
        }
    }
    assert_eq!(at, kept + 10);
    let rest = vec![b'c'; 1000 - at as usize];
    let last = patch(&agency, &upload, at, rest.clone()).send().await.unwrap();
    assert_eq!(last.status(), 204, "{}", last.text().await.unwrap());
    dead.abort();
    let whole = [vec![b'a'; at as usize], rest].concat();
    assert_eq!(assets(&agency, &listing).await[0]["blake3"], Blake3::of(&whole).to_string());
}

#[tokio::test]
async fn hostile_file_names_are_made_harmless() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let ours = listing(&site, Some(site.agency)).await;
    let long = "字".repeat(300) + ".jpg";
    let names = [
        "../../../etc/passwd",
        "a\0b.jpg",
        "photo\u{202e}gnp.exe",
        long.as_str(),
        "",
        "..",
        "C:\\x\\y.jpg",
        "<img>.jpg",
    ];
    for (number, name) in names.into_iter().enumerate() {
        upload(&agency, &ours, &photo(100, number as u8), name).await;
    }
    for item in assets(&agency, &ours).await {
        let name = item["file_name"].as_str().unwrap();
        assert!(!name.is_empty() && name.chars().count() <= 200 && name != "..", "{name:?}");
        assert!(!name.contains(['/', '\\', '\0', '\u{202e}']), "{name:?}");
    }
    let broken =
        format!("filename {},listing {}", STANDARD.encode([0xff, 0xfe]), STANDARD.encode(&ours));
    let answer = tus(&agency, Method::POST, UPLOADS)
        .header("Upload-Length", 5)
        .header("Upload-Metadata", broken)
        .send()
        .await
        .unwrap();
    assert_eq!(slug(answer).await, (400, "tus-header".to_owned()));
}

#[tokio::test]
async fn what_rests_for_a_day_is_gone() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let ours = listing(&site, Some(site.agency)).await;
    let answer = begin(&agency, &ours, 100, "a.jpg").send().await.unwrap();
    assert!(text(&answer, "upload-expires").ends_with("GMT"));
    let upload = text(&answer, "location");
    assert_eq!(patch(&agency, &upload, 0, "12345").send().await.unwrap().status(), 204);
    site.context.clock.advance(23 * 3_600_000);
    assert_eq!(site.context.uploads.sweep().await.unwrap().deleted, 0);
    // Sessions are shorter than uploads: somebody of the agency signs in anew each time.
    let agency = site.agency_user().await;
    assert_eq!(patch(&agency, &upload, 5, "6").send().await.unwrap().status(), 204);
    site.context.clock.advance(23 * 3_600_000);
    let agency = site.agency_user().await;
    assert_eq!(offset(&agency, &upload).await, 6);
    site.context.clock.advance(2 * 3_600_000);
    let agency = site.agency_user().await;
    assert_eq!(tus(&agency, Method::HEAD, &upload).send().await.unwrap().status(), 410);
    assert_eq!(site.context.uploads.sweep().await.unwrap().deleted, 1);
    assert_eq!(tus(&agency, Method::HEAD, &upload).send().await.unwrap().status(), 404);
    use futures_util::StreamExt;
    assert_eq!(site.context.blobs.list("uploads").count().await, 0);
}

#[tokio::test]
async fn post_may_stand_for_patch_where_a_network_blocks_it() {
    let site = Site::start().await;
    let agency = site.agency_user().await;
    let ours = listing(&site, Some(site.agency)).await;
    let upload = begun(&agency, &ours, 5).await;
    let answer = tus(&agency, Method::POST, &upload)
        .header("X-HTTP-Method-Override", "PATCH")
        .header("Upload-Offset", 0)
        .header("Content-Type", "application/offset+octet-stream")
        .body("12345")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(assets(&agency, &ours).await.len(), 1);
}

#[tokio::test]
async fn a_store_without_space_answers_507_and_reading_goes_on() {
    let Some(full) = crate::small_disk::SmallDisk::mount(4 << 20) else { return };
    let site = Site::start_with(|config| {
        config.store.url = format!("file:{}", full.path().join("objects").display())
    })
    .await;
    let agency = site.agency_user().await;
    let ours = listing(&site, Some(site.agency)).await;
    let kept = photo(1 << 20, 11);
    upload(&agency, &ours, &kept, "kept.jpg").await;
    let large = begun(&agency, &ours, 8 << 20).await;
    let answer = patch(&agency, &large, 0, photo(8 << 20, 12)).send().await.unwrap();
    assert_eq!(slug(answer).await, (507, "storage-full".to_owned()));
    let read = site.context.blobs.read(&Key::original(&Blake3::of(&kept))).await.unwrap();
    assert_eq!(read, kept);
    // Room made, the upload goes on where it really is.
    let at = offset(&agency, &large).await;
    assert_eq!(tus(&agency, Method::DELETE, &large).send().await.unwrap().status(), 204);
    assert!(at < 8 << 20);
    upload(&agency, &ours, &photo(1 << 20, 13), "after.jpg").await;
    let problem = kanfang::blob::BlobError::Full(String::new());
    assert_eq!(kanfang::base::Fault::kind(&problem), ErrorKind::StorageFull);
}
