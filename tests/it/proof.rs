//! What was signed and what was shown: manifests, every picture against its digest, snapshots, receipts, and what tampering does.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};
use std::time::Duration;

use kanfang::auction::people::Role;
use kanfang::base::Sha256;
use kanfang::base::id::SceneId;
use kanfang::catalogue::{signing_keys, snapshots};
use kanfang::proof::digests::{DIGEST_BYTES, digest, open_piece, sha256};
use kanfang::proof::manifest::{ADDENDUM_FORMAT, MANIFEST_FORMAT, open};
use kanfang::proof::{Addendum, Manifest, PublicKey};
use kanfang::upkeep::{backup, fsck, restore};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::{panorama, work};
use crate::listings::{Court, json_of, listing_body};
use crate::support::{self, Client, database_url};
use crate::tus::upload;

/// A court whose agency has a tour published for an announced listing.
pub struct Published {
    pub court: Court,
    pub listing: String,
    version: String,
    scene: String,
}

pub async fn publish(
    court: &Court,
    agency: &Client,
    listing: &str,
    panorama: &str,
    scene: &str,
) -> String {
    let tour = format!("/api/v1/listings/{listing}/tour");
    let draft = agency.get(&tour).await;
    let tag = draft.headers()["etag"].clone();
    let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
    let document = json!({"start": scene, "scenes": [
        {"id": scene, "panorama": panorama, "title": "客厅", "initial_view": view, "links": []}]});
    let saved = agency.request(Method::PUT, &tour).header("If-Match", tag).json(&document).send();
    assert_eq!(saved.await.unwrap().status(), 200);
    let reviewer = court.site.court_user(&[Role::Reviewer]).await;
    support::publish(&tour, [agency, &reviewer, &court.publisher]).await
}

impl Published {
    pub async fn start() -> Self {
        let court = Court::start().await;
        let agency = court.site.agency_user().await;
        let listing = court.listing_of_agency().await;
        upload(&agency, &listing, &panorama(1024, 7), "客厅.jpg").await;
        work(&court.site, &agency).await;
        let found =
            json_of(agency.get(&format!("/api/v1/listings/{listing}/panoramas")).await).await;
        let panorama = found["items"][0]["id"].as_str().unwrap().to_owned();
        let scene = SceneId::new().to_string();
        let version = publish(&court, &agency, &listing, &panorama, &scene).await;
        court.announced_round(&listing).await;
        Self { court, listing, version, scene }
    }

    async fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.court.site.anonymous().get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }

    async fn keys(&self) -> Vec<PublicKey> {
        let set: Value =
            serde_json::from_slice(&self.bytes("/.well-known/jwks.json").await).unwrap();
        let keys = set["keys"].as_array().unwrap().iter();
        keys.map(|key| PublicKey::parse(key["x"].as_str().unwrap()).unwrap()).collect()
    }

    async fn manifest(&self) -> (Vec<u8>, Manifest) {
        let text = self.bytes(&format!("/t/{}/manifest.json", self.version)).await;
        let signature = self.bytes(&format!("/t/{}/manifest.sig", self.version)).await;
        let manifest = open(&text, &signature, MANIFEST_FORMAT, &self.keys().await).unwrap();
        (text, manifest)
    }

    async fn page(&self, path: &str) -> (u16, String) {
        let answer = self.court.site.anonymous().get(path).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn query(&self, sql: &'static str) {
        let mut tx = self.court.site.context.database.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn findings(&self) -> Vec<&'static str> {
        let context = &self.court.site.context;
        let report = fsck::check(&context.database, &context.blobs, &context.clock, true).await;
        report.unwrap().findings.iter().map(|finding| finding.what).collect()
    }
}

/// In place: the server has the file open.
fn flip_near_the_end(file: &std::path::Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let place = bytes.len() - 9;
    bytes[place] ^= 1;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::OpenOptions::new().write(true).open(file).unwrap().write_all(&bytes).unwrap();
}

async fn kanfang(arguments: Vec<String>) -> Output {
    tokio::task::spawn_blocking(move || {
        Command::new(env!("CARGO_BIN_EXE_kanfang")).args(arguments).output().unwrap()
    })
    .await
    .unwrap()
}

/// What `verify-manifest` says of a version all of whose pictures are those that were signed; fails otherwise.
pub async fn verified(court: &Court, version: &str, more: &[&str]) -> String {
    let address = format!("{}/t/{version}/manifest.json", court.site.url);
    let arguments = ["verify-manifest", "--tiles"].iter().chain(more).copied();
    let output = kanfang(arguments.chain([address.as_str()]).map(str::to_owned).collect()).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[tokio::test]
async fn a_published_tour_is_signed_and_every_picture_fits() {
    let site = Published::start().await;
    let (text, manifest) = site.manifest().await;
    assert_eq!(manifest.court, "北京市西城区人民法院");
    assert_eq!((manifest.number, manifest.scenes.len()), (1, 1));
    let tour = site.bytes(&format!("/t/{}/tour.json", site.version)).await;
    assert_eq!(sha256(&tour), manifest.tour);
    let base = format!("/t/{}/{}", site.version, site.scene);
    // The worker has made WebP before the publication: both formats are vouched for.
    let addendum = site.bytes(&format!("{base}/webp.json")).await;
    let signature = site.bytes(&format!("{base}/webp.sig")).await;
    let addendum: Addendum =
        open(&addendum, &signature, ADDENDUM_FORMAT, &site.keys().await).unwrap();
    assert_eq!((addendum.scene.as_str(), addendum.manifest), (site.scene.as_str(), sha256(&text)));
    let client = site.court.site.anonymous();
    for (format, part) in [("jpeg", &manifest.scenes[0].jpeg), ("webp", &addendum.webp)] {
        let levels = part.levels as usize;
        let mut compared = 0;
        for list in 0..=levels {
            let piece = site.bytes(&format!("{base}/digests/{format}-{list}")).await;
            let digests = open_piece(&piece, levels, list, &part.digests).unwrap();
            for (place, stated) in digests.chunks(DIGEST_BYTES).enumerate() {
                let face = ["f", "r", "b", "l", "u", "d"];
                let name = match (list, place) {
                    (0, 0) => "preview.jpg".to_owned(),
                    (0, place) => format!("still/{}.jpg", face[place - 1]),
                    // 1024 pixels around are faces of 320: one tile a face.
                    (list, place) => format!("{list}/{}0_0", face[place]),
                };
                if list == 0 && format == "webp" {
                    continue;
                }
                let request = client.request(Method::GET, &format!("{base}/{name}"));
                let request = request.header("Accept", format!("image/{format}"));
                let picture = request.send().await.unwrap().bytes().await.unwrap();
                assert_eq!(digest(&picture), stated, "{format} {name}");
                compared += 1;
            }
        }
        assert!(compared >= 6, "{format}: {compared}");
    }
    for missing in
        ["digests/jpeg-9", "digests/png-1", "digests/jpeg-01", "digests/jpeg", "webp.txt"]
    {
        assert_eq!(client.get(&format!("{base}/{missing}")).await.status(), 404, "{missing}");
    }
    let said = verified(&site.court, &site.version, &["--key", &manifest.key]).await;
    let all = "客厅: 19 pictures compared\nall pictures are those that were signed";
    assert!(said.contains(all), "{said}");
    let withdrawal = format!("/api/v1/listings/{}/tour/withdraw", site.listing);
    site.court.publisher.post(&withdrawal, &json!({"reason": "测试"})).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    for path in [format!("/t/{}/manifest.json", site.version), format!("{base}/digests/jpeg-1")] {
        assert_eq!(client.get(&path).await.status(), 410, "{path}");
    }
}

#[tokio::test]
async fn the_program_verifies_a_site_and_notices_a_changed_picture() {
    let site = Published::start().await;
    let address = format!("{}/t/{}/manifest.json", site.court.site.url, site.version);
    let key = site.manifest().await.1.key;
    let check = |option: &str| {
        let arguments = ["verify-manifest", option, "--key", &key, &address];
        kanfang(arguments.map(str::to_owned).to_vec())
    };
    // Downloaded, with the keys beside it.
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let mut text = site.manifest().await.0;
    std::fs::write(file("manifest.json"), &text).unwrap();
    let signature = site.bytes(&format!("/t/{}/manifest.sig", site.version)).await;
    std::fs::write(file("manifest.sig"), signature).unwrap();
    std::fs::write(file("keys"), site.bytes("/.well-known/jwks.json").await).unwrap();
    let offline = || {
        let arguments = ["verify-manifest", "--keys", &file("keys"), &file("manifest.json")];
        kanfang(arguments.map(str::to_owned).to_vec())
    };
    assert!(offline().await.status.success());
    let last = text.len() - 3;
    text[last] ^= 1;
    std::fs::write(file("manifest.json"), &text).unwrap();
    assert!(!offline().await.status.success(), "one bit of the manifest");
    // A picture of each format changes in the store under the running site.
    let root = site.court.site.context.blobs.local_root().unwrap().join("packs");
    for pack in std::fs::read_dir(root).unwrap() {
        flip_near_the_end(&pack.unwrap().path());
    }
    let output = check("--tiles").await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success() && said.contains("2 pictures are NOT"), "{said}");
    assert!(site.findings().await.contains(&"pack-damaged"));
}

#[tokio::test]
async fn a_rotated_key_leaves_what_it_signed_valid_and_a_forged_one_is_found() {
    let site = Published::start().await;
    let context = &site.court.site.context;
    let old = site.manifest().await.1.key;
    context.clock.advance(1000);
    let mut tx = context.database.begin().await.unwrap();
    let new = signing_keys::rotate(&mut tx, context.database.dialect(), context.clock.now()).await;
    tx.commit().await.unwrap();
    assert_ne!(new.unwrap(), old);
    assert_eq!(site.keys().await.len(), 2);
    assert_eq!(site.manifest().await.1.key, old);
    let set: Value = serde_json::from_slice(&site.bytes("/.well-known/jwks.json").await).unwrap();
    assert!(set["keys"][0].get("until").is_none() && set["keys"][1]["until"].is_string(), "{set}");
    assert_eq!(site.findings().await, Vec::<&str>::new());
    site.query("UPDATE publication_manifests SET tour = tour || ' '").await;
    assert_eq!(site.findings().await, ["tour-changed"]);
    site.query("UPDATE publication_manifests SET manifest = REPLACE(manifest, '椿树园', '别处')")
        .await;
    assert_eq!(site.findings().await, ["signature-wrong", "tour-changed"]);
}

#[tokio::test]
async fn a_webp_pack_that_comes_later_is_answered_once_it_is_signed() {
    let site = Published::start().await;
    let webp = format!("/t/{}/{}/1/f0_0", site.version, site.scene);
    let kind = async || {
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let request = site.court.site.anonymous().request(Method::GET, &webp);
        let answer = request.header("Accept", "image/webp").send().await.unwrap();
        answer.headers()["content-type"].to_str().unwrap().to_owned()
    };
    assert_eq!(kind().await, "image/webp");
    // As if the pack had come after the publication.
    site.query("DELETE FROM publication_addenda").await;
    assert_eq!(kind().await, "image/jpeg", "what is not signed is not answered");
    kanfang::clockwork::tick(&site.court.site.context).await;
    assert_eq!(kind().await, "image/webp");
    // As if the version were older than signatures.
    site.query("DELETE FROM publication_addenda").await;
    site.query("DELETE FROM publication_manifests").await;
    kanfang::clockwork::tick(&site.court.site.context).await;
    site.manifest().await;
}

#[tokio::test]
async fn every_public_state_is_kept_and_opens_as_it_was() {
    let site = Published::start().await;
    let (court, listing) = (&site.court, &site.listing);
    let path = format!("/api/v1/listings/{listing}");
    let view = court.clerk.get(&path).await;
    let tag = view.headers()["etag"].clone();
    court.site.context.clock.advance(60_000);
    let mut body = listing_body("椿树园两居（更正标题）");
    body["facts"]["building"]["built_area"] = json!(8000);
    let changed = court.clerk.request(Method::PATCH, &path).header("If-Match", tag);
    let change = json!({"title": body["title"], "facts": body["facts"]});
    assert_eq!(changed.json(&change).send().await.unwrap().status(), 200);
    court.wait_days(32).await;
    let correction = json!({"field": "building.built_area", "value": 7921, "reason": "测绘更正"});
    let corrected = court.clerk.post(&format!("{path}/corrections"), &correction).await;
    assert_eq!(corrected.status(), 201, "{}", corrected.text().await.unwrap());

    let list = json_of(court.clerk.get(&format!("{path}/snapshots")).await).await;
    let items = list["items"].as_array().unwrap();
    let steps: Vec<&str> = items.iter().rev().map(|item| item["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["round.announced", "listing.change", "round.bidding", "listing.correct"]);
    for pair in items.windows(2) {
        assert_eq!(pair[0]["previous_hash"], pair[1]["hash"]);
        assert_eq!(pair[1]["until"], pair[0]["at"]);
    }
    let (status, first) = site.page(&format!("/listings/{listing}/snapshots/1")).await;
    assert_eq!(status, 200);
    assert!(
        first.contains("79.21")
            && !first.contains("80.00\u{2009}m²")
            && !first.contains("更正标题")
    );
    assert!(first.contains("这是以前的状态，不是当前状态") && first.contains("noindex"));
    assert!(!first.contains("data-status") && !first.contains("data-until"));
    assert!(first.contains(&site.version), "its tour is the present one");
    let (_, second) = site.page(&format!("/listings/{listing}/snapshots/2")).await;
    assert!(
        second.contains("80.00\u{2009}m²")
            && second.contains("更正标题")
            && !second.contains("测绘更正")
    );
    let (_, fourth) = site.page(&format!("/listings/{listing}/snapshots/4")).await;
    assert!(fourth.contains("测绘更正"));
    let state = court.clerk.get(&format!("{path}/snapshots/2")).await.bytes().await.unwrap();
    assert_eq!(sha256(&state), Sha256::parse(items[2]["sha256"].as_str().unwrap()).unwrap());
    let said = String::from_utf8_lossy(&state);
    assert!(
        !said.contains("合议庭评议") && !said.contains("Publisher"),
        "staff are not named: {said}"
    );
    let (status, proof) = site.page(&format!("/listings/{listing}/proof")).await;
    assert_eq!(status, 200);
    for part in
        ["建筑面积", "更正", "竞价中", "BEGIN PUBLIC KEY", items[0]["hash"].as_str().unwrap()]
    {
        assert!(proof.contains(part), "{part} is missing");
    }
    assert_eq!(site.page(&format!("/listings/{listing}/snapshots/9")).await.0, 404);

    // The tour goes: the earlier state says so to the public, and shows it to the court.
    let withdrawal =
        court.publisher.post(&format!("{path}/tour/withdraw"), &json!({"reason": "含人脸"})).await;
    assert_eq!(withdrawal.status(), 204);
    let (_, first) = site.page(&format!("/listings/{listing}/snapshots/1")).await;
    assert!(!first.contains(&site.version) && first.contains("已不再公开"));
    let inside = court.clerk.get(&format!("{path}/snapshots/1/page")).await;
    assert_eq!(
        (inside.status(), &inside.headers()["cache-control"]),
        (200.try_into().unwrap(), &"private, no-store".parse().unwrap())
    );
    assert!(inside.text().await.unwrap().contains("/api/v1/panoramas/"));
    let outside = site.page(&format!("{path}/snapshots/1/page")).await;
    assert_eq!(outside.0, 401);

    // A state with something that should not have been there is closed by the court.
    let close = |number: i64| format!("{path}/snapshots/{number}/withhold");
    let why = json!({"reason": "含个人信息"});
    assert_eq!(court.clerk.post(&close(2), &why).await.status(), 403);
    assert_eq!(court.publisher.post(&close(2), &json!({"reason": " "})).await.status(), 422);
    assert_eq!(court.publisher.post(&close(5), &why).await.status(), 409, "the present state");
    assert_eq!(court.publisher.post(&close(2), &why).await.status(), 204);
    assert_eq!(court.publisher.post(&close(2), &why).await.status(), 409);
    let (status, closed) = site.page(&format!("/listings/{listing}/snapshots/2")).await;
    assert!(status == 410 && closed.contains("含个人信息") && !closed.contains("80.00\u{2009}m²"));
    assert_eq!(court.clerk.get(&format!("{path}/snapshots/2/page")).await.status(), 200);
    assert_eq!(site.findings().await, Vec::<&str>::new());
}

#[tokio::test]
async fn a_receipt_opens_the_state_that_was_seen_and_a_forged_one_nothing() {
    let site = Published::start().await;
    let listing = &site.listing;
    let code_in = |page: &str| {
        let (_, rest) = page.split_once("class=\"code\">").unwrap();
        rest[..29].to_owned()
    };
    let (status, page) = site.page(&format!("/listings/{listing}/receipt?state=1")).await;
    assert_eq!(status, 200);
    assert!(!page.contains("内容已有变化"));
    let code = code_in(&page);
    let (status, good) = site.page(&format!("/receipts/{code}")).await;
    assert!(status == 200 && good.contains("回执真实") && good.contains("/snapshots/1"), "{good}");
    let typed = code.to_uppercase().replace('-', "+");
    assert_eq!(site.page(&format!("/receipts?code={typed}")).await.0, 200, "as it is typed");
    let qr = site.court.site.anonymous().get(&format!("/receipts/{code}/qr.svg")).await;
    assert_eq!(qr.headers()["content-type"], "image/svg+xml");
    // What it opens does not change with the page.
    site.court.wait_days(31).await;
    let (_, later) = site.page(&format!("/listings/{listing}/receipt?state=1")).await;
    assert!(later.contains("内容已有变化"), "the bidder is told that the page has changed");
    let (_, again) = site.page(&format!("/receipts/{code}")).await;
    assert!(
        again.contains("/snapshots/1\"")
            && site
                .page(&format!("/receipts/{}", code_in(&later)))
                .await
                .1
                .contains("/snapshots/2\"")
    );
    // Another site has another key.
    let other = kanfang::proof::SigningKey::generate().unwrap();
    let receipt = kanfang::proof::receipt::Receipt { snapshot: 1, at: site.court.now() };
    let forged = kanfang::proof::receipt::issue(receipt, &other).unwrap();
    assert_eq!(site.page(&format!("/receipts/{forged}")).await.0, 404);
    // Two characters that differ; a code read backwards may be well formed, and only not genuine.
    let other = code.find(|character| !matches!(character, '0' | '-')).unwrap();
    assert!(code.starts_with('0'), "{code}");
    let swapped = format!("{}{}0{}", &code[other..=other], &code[1..other], &code[other + 1..]);
    for wrong in [swapped.as_str(), "abc", "%00", "<script>"] {
        let (status, page) = site.page(&format!("/receipts?code={wrong}")).await;
        assert!(status == 422 && !page.contains("<script>"), "{wrong}: {status}");
    }
    // A key that was retired still opens its receipts.
    let context = &site.court.site.context;
    context.clock.advance(1000);
    let mut tx = context.database.begin().await.unwrap();
    let now = context.clock.now();
    signing_keys::rotate(&mut tx, context.database.dialect(), now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(site.page(&format!("/receipts/{code}")).await.0, 200);
    // The listing goes; the receipt is genuine still, the state closed to the public.
    let rounds =
        json_of(site.court.clerk.get(&format!("/api/v1/listings/{listing}/rounds")).await).await;
    let round = rounds["items"][0]["id"].as_str().unwrap();
    let suspended = json!({"to": "suspended", "reason": "案外人异议", "document": "中止裁定"});
    site.court.step(&site.court.publisher, round, suspended).await;
    let withdrawn = json!({"to": "withdrawn", "reason": "案外人异议", "document": "裁定书"});
    site.court.step(&site.court.publisher, round, withdrawn).await;
    let (status, gone) = site.page(&format!("/receipts/{code}")).await;
    assert!(status == 410 && gone.contains("回执真实") && !gone.contains("/snapshots/1"));
    for path in ["proof", "receipt", "snapshots/1"] {
        assert_eq!(site.page(&format!("/listings/{listing}/{path}")).await.0, 410, "{path}");
    }
}

#[tokio::test]
async fn changed_snapshots_are_found_and_a_backup_brings_keys_and_snapshots_back() {
    let site = Published::start().await;
    let context = &site.court.site.context;
    let folder = tempfile::tempdir().unwrap();
    backup::save(&context.database, &context.blobs, &context.clock, folder.path()).await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let database = kanfang::catalogue::Database::open(&database_url(&place).await).await.unwrap();
    database.migrate().await.unwrap();
    let settings = kanfang::blob::Settings {
        url: format!("file:{}", place.path().join("o").display()),
        ..kanfang::blob::Settings::default()
    };
    let blobs = kanfang::blob::Blobs::open(&settings).unwrap();
    restore::load(&database, &blobs, &context.clock, folder.path()).await.unwrap();
    let report = fsck::check(&database, &blobs, &context.clock, true).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.signatures, report.snapshots), (2, 1));
    assert_eq!(
        signing_keys::secrets(&database).await.unwrap()[0].public(),
        signing_keys::secrets(&context.database).await.unwrap()[0].public()
    );
    site.query("UPDATE snapshots SET state = REPLACE(state, '7921', '9921')").await;
    assert_eq!(site.findings().await, ["snapshot-chain-broken"]);
    let (count, faults) = snapshots::verify(&context.database).await.unwrap();
    assert_eq!((count, faults.len()), (1, 1));
}
