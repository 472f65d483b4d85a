//! `kanfang verify-manifest FILE|ADDRESS`: is this what the court signed, and do the pictures of the site fit it?

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use futures_util::{StreamExt, TryStreamExt};
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::geometry::Pyramid;
use crate::proof::digests::{DIGEST_BYTES, digest, open_piece, sha256};
use crate::proof::manifest::{ADDENDUM_FORMAT, MANIFEST_FORMAT, Part, open};
use crate::proof::{Addendum, Manifest, PublicKey};

/// Requests under way at once.
const TOGETHER: usize = 8;

/// What to check.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    /// A manifest.json, as a file or by its address; its signature is expected beside it as manifest.sig.
    source: String,
    /// Check every picture too, in both formats (needs the address).
    #[arg(long)]
    tiles: bool,
    /// The key that must have signed, as the court published it elsewhere; any key of the site where unset.
    // Every 64th key begins with a hyphen.
    #[arg(long, allow_hyphen_values = true)]
    key: Option<String>,
    /// The site's keys (a JWK set) as a file or address; `/.well-known/jwks.json` of the manifest's site where unset.
    #[arg(long)]
    keys: Option<String>,
}

/// Checks and prints what was found. Fails if anything is not as it was signed.
pub fn run(arguments: &VerifyArguments) -> anyhow::Result<ExitCode> {
    super::block_on(check(arguments))
}

async fn check(arguments: &VerifyArguments) -> anyhow::Result<ExitCode> {
    // The client names no cryptographic library of its own; one that is there already will do as well.
    let _already = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().build()?;
    let source = &arguments.source;
    let stem = source.strip_suffix(".json").context("the manifest's name must end in .json")?;
    let (text, signature) =
        (read(&client, source).await?, read(&client, &format!("{stem}.sig")).await?);
    let keys = keys(&client, arguments).await?;
    let manifest: Manifest = open(&text, &signature, MANIFEST_FORMAT, &keys)?;
    super::print(&format!("signature right, key {}", manifest.key));
    super::print(&format!(
        "{} published version {} of “{}” at {}, root {}",
        manifest.court, manifest.number, manifest.title, manifest.published_at, manifest.root
    ));
    let Some(base) = stem.strip_suffix("/manifest").filter(|_| is_address(source)) else {
        if arguments.tiles {
            bail!("--tiles needs the address of the manifest on its site, not a file");
        }
        return Ok(ExitCode::SUCCESS);
    };
    if !base.ends_with(&format!("/t/{}", manifest.publication)) {
        bail!("the manifest is that of /t/{}, not of this address", manifest.publication);
    }
    let tour = read(&client, &format!("{base}/tour.json")).await?;
    if sha256(&tour) != manifest.tour {
        bail!("tour.json is not the one that was signed");
    }
    super::print("tour.json right");
    if !arguments.tiles {
        return Ok(ExitCode::SUCCESS);
    }
    let tour: Value = serde_json::from_slice(&tour)?;
    let site = Site { client, base, keys: &keys, text: &text, tour: &tour };
    let mut wrong = Vec::new();
    for scene in &manifest.scenes {
        let mut count = site.check_part(&scene.id, "jpeg", &scene.jpeg, &mut wrong).await?;
        if let Some(webp) = site.addendum(&scene.id).await? {
            count += site.check_part(&scene.id, "webp", &webp, &mut wrong).await?;
        }
        super::print(&format!("{}: {count} pictures compared", scene.title));
    }
    match &manifest.pictures {
        Some(pictures) => {
            for picture in pictures {
                let address = format!("{base}/picture/{}.jpg", picture.id);
                if sha256(&read(&site.client, &address).await?) != picture.sha256 {
                    wrong.push(address);
                }
            }
            if !pictures.is_empty() {
                super::print(&format!("hotspots and plan: {} pictures compared", pictures.len()));
            }
        }
        None => super::print("pictures of hotspots and plan were not signed then"),
    }
    for video in &manifest.videos {
        for (ending, stated) in [("mp4", video.sha256), ("jpg", video.still)] {
            let address = format!("{base}/video/{}.{ending}", video.id);
            if sha256(&read(&site.client, &address).await?) != stated {
                wrong.push(address);
            }
        }
    }
    if !manifest.videos.is_empty() {
        super::print(&format!("hotspots: {} videos compared", manifest.videos.len()));
    }
    for sound in &manifest.sounds {
        let address = format!("{base}/sound/{}.m4a", sound.id);
        if sha256(&read(&site.client, &address).await?) != sound.sha256 {
            wrong.push(address);
        }
    }
    if !manifest.sounds.is_empty() {
        super::print(&format!("guided tour: {} recordings compared", manifest.sounds.len()));
    }
    for address in &wrong {
        super::print(&format!("WRONG {address}"));
    }
    if wrong.is_empty() {
        super::print("all pictures are those that were signed");
        return Ok(ExitCode::SUCCESS);
    }
    super::print(&format!("{} pictures are NOT those that were signed", wrong.len()));
    Ok(ExitCode::FAILURE)
}

/// A published version on its site.
struct Site<'a> {
    client: Client,
    base: &'a str,
    keys: &'a [PublicKey],
    text: &'a [u8],
    tour: &'a Value,
}

impl Site<'_> {
    /// What was signed of a scene's WebP pack, if there is one.
    async fn addendum(&self, scene: &str) -> anyhow::Result<Option<Part>> {
        let address = format!("{}/{scene}/webp", self.base);
        let answer = self.client.get(format!("{address}.json")).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let text = answer.error_for_status()?.bytes().await?;
        let signature = read(&self.client, &format!("{address}.sig")).await?;
        let addendum: Addendum = open(&text, &signature, ADDENDUM_FORMAT, self.keys)?;
        if addendum.scene != scene || addendum.manifest != sha256(self.text) {
            bail!("{address}.json belongs to another scene or manifest");
        }
        Ok(Some(addendum.webp))
    }

    /// Compares all pictures of a pack; answers how many, and puts the addresses of wrong ones into `wrong`.
    async fn check_part(
        &self,
        scene: &str,
        format: &str,
        part: &Part,
        wrong: &mut Vec<String>,
    ) -> anyhow::Result<usize> {
        let pyramid = self.pyramid(scene).context("the scene is not in tour.json")?;
        let levels = part.levels as usize;
        if levels != pyramid.levels.len() {
            bail!("tour.json and manifest do not agree on the levels of scene {scene}");
        }
        let mut expected: Vec<(String, Vec<u8>)> = Vec::new();
        for list in 0..=levels {
            let address = format!("{}/{scene}/digests/{format}-{list}", self.base);
            let piece = read(&self.client, &address).await?;
            let Some(digests) = open_piece(&piece, levels, list, &part.digests) else {
                bail!("{address} is not the list that was signed");
            };
            let names = names(&pyramid, list as u32, digests.len() / DIGEST_BYTES);
            if names.len() * DIGEST_BYTES != digests.len() {
                bail!("{address} has another number of pictures than the pyramid");
            }
            // Preview and stills are answered from the JPEG pack alone.
            if list > 0 || format == "jpeg" {
                let pairs = names.into_iter().zip(digests.chunks(DIGEST_BYTES));
                expected.extend(pairs.map(|(name, digest)| (name, digest.to_vec())));
            }
        }
        let count = expected.len();
        let accept = if format == "webp" { "image/webp" } else { "image/jpeg" };
        let found: Vec<Option<String>> = futures_util::stream::iter(expected)
            .map(|(name, stated)| {
                self.compare(format!("{}/{scene}/{name}", self.base), accept, stated)
            })
            .buffer_unordered(TOGETHER)
            .try_collect()
            .await?;
        wrong.extend(found.into_iter().flatten());
        Ok(count)
    }

    /// The address, if the picture there is not the stated one.
    async fn compare(
        &self,
        address: String,
        accept: &str,
        stated: Vec<u8>,
    ) -> anyhow::Result<Option<String>> {
        let answer = self.client.get(&address).header("Accept", accept).send().await?;
        let picture = answer.error_for_status()?.bytes().await?;
        Ok((digest(&picture).as_slice() != stated).then_some(address))
    }

    fn pyramid(&self, scene: &str) -> Option<Pyramid> {
        let scenes = self.tour["scenes"].as_array()?;
        let of = |id: &str| scenes.iter().find(|found| found["id"] == id);
        let panorama = match scene.rsplit_once('-') {
            Some((id, "other")) => &of(id)?["otherDay"]["panorama"],
            Some((id, "right")) => &of(id)?["rightEye"]["panorama"],
            _ => &of(scene)?["panorama"],
        };
        let size = |name: &str| panorama[name].as_u64().and_then(|size| u32::try_from(size).ok());
        let (face, tile) = (size("face")?, size("tile")?);
        ((1..=65_536).contains(&face) && (16..=65_536).contains(&tile))
            .then(|| Pyramid::new(face, tile))
    }
}

/// Names of the pictures of a list, in its order.
fn names(pyramid: &Pyramid, list: u32, count: usize) -> Vec<String> {
    if list == 0 {
        let stills = ["f", "r", "b", "l", "u", "d"].iter().map(|face| format!("still/{face}.jpg"));
        return std::iter::once("preview.jpg".to_owned()).chain(stills).take(count).collect();
    }
    let tiles = pyramid.keys().filter(|key| key.level == list);
    tiles.map(|key| format!("{list}/{}{}_{}", key.face.letter(), key.row, key.column)).collect()
}

async fn keys(client: &Client, arguments: &VerifyArguments) -> anyhow::Result<Vec<PublicKey>> {
    let source = if let Some(keys) = &arguments.keys {
        keys.clone()
    } else {
        let site = arguments.source.split_once("/t/").filter(|_| is_address(&arguments.source));
        let (site, _) = site.context("say with --keys where the site's keys are")?;
        format!("{site}/.well-known/jwks.json")
    };
    let set: Value = serde_json::from_slice(&read(client, &source).await?)
        .with_context(|| format!("{source} is not a JWK set"))?;
    let listed = set["keys"].as_array().with_context(|| format!("{source} is not a JWK set"))?;
    let mut keys: Vec<PublicKey> =
        listed.iter().filter_map(|key| PublicKey::parse(key["x"].as_str()?)).collect();
    if let Some(wanted) = &arguments.key {
        keys.retain(|key| key.id() == *wanted);
        if keys.is_empty() {
            bail!("{source} does not have the key {wanted}");
        }
    }
    Ok(keys)
}

fn is_address(source: &str) -> bool {
    source.starts_with("https://") || source.starts_with("http://")
}

async fn read(client: &Client, source: &str) -> anyhow::Result<Vec<u8>> {
    if !is_address(source) {
        return std::fs::read(source).with_context(|| format!("cannot read '{source}'"));
    }
    let answer =
        client.get(source).send().await.with_context(|| format!("cannot reach {source}"))?;
    let answer = answer.error_for_status().with_context(|| format!("{source} refuses"))?;
    Ok(answer.bytes().await?.to_vec())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(clap::Parser)]
    struct Only {
        #[command(flatten)]
        arguments: VerifyArguments,
    }

    #[test]
    fn a_key_may_begin_with_a_hyphen() {
        for key in ["-PqL", "--9x", "aQz"] {
            let words =
                ["verify", "--tiles", "--key", key, "https://court.example/t/1/manifest.json"];
            let Only { arguments } = Only::try_parse_from(words).unwrap();
            assert_eq!(arguments.key.as_deref(), Some(key));
            assert!(arguments.tiles && arguments.source.starts_with("https"));
        }
    }
}
