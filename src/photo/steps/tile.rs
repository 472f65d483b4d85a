//! Tiling: an equirectangular original becomes a pack in the store and a row in `panoramas`.
//!
//! The pack's name is the hash of original and recipe: the same work done twice, or by two
//! listings, gives one object. WebP tiles come later and are kept only when clearly smaller.

use std::io::{Read, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Files, Workshop, commit, detect, failed, failure, unusable};
use crate::auction::masks;
use crate::base::id::{AssetId, PanoramaId};
use crate::base::{Blake3, Cancel, Instant, Limits};
use crate::blob::Key;
use crate::catalogue::assets::Asset;
use crate::catalogue::audience::Audience;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::jobs::{self, Done, Failure, Finished, NewJob, Priority};
use crate::catalogue::panoramas::{self, NewPanorama};
use crate::catalogue::{Dialect, Transaction};
use crate::geometry::Surface;
use crate::imaging::{Eye, Half, PackIndex, PackSummary, TileFormat, TileRecipe};
use crate::jobs::{Handler, Task, Work};
use crate::photo::arrival;
use crate::worker::Refusal;
use crate::worker::guest::{Assignment, refusal};

/// The kind of job that makes JPEG tiles.
pub const TILE: &str = "tile";
/// The kind of job that makes WebP tiles of a panorama that has JPEG ones.
pub const TILE_WEBP: &str = "tile_webp";

/// A WebP pack is kept when it has at most this part of the JPEG pack's bytes.
const CLEARLY_SMALLER: f64 = 0.85;
/// Most bytes of a pack, as a multiple of the source's most pixels.
const MAX_PACK_BYTES: u64 = 1 << 30;

/// What a tiling job needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payload {
    /// How to tile.
    pub recipe: TileRecipe,
    /// The panorama that gets these tiles too; none when it is to be made.
    pub panorama: Option<PanoramaId>,
}

/// The job that tiles an asset.
pub fn job(
    asset: AssetId,
    original: &Blake3,
    recipe: &TileRecipe,
    audience: Audience,
    max_attempts: i64,
) -> NewJob {
    NewJob {
        kind: TILE,
        subject: asset.to_string(),
        recipe: pack_id(original, recipe),
        payload: json!(Payload { recipe: recipe.clone(), panorama: None }),
        audience,
        priority: Priority::Normal,
        max_attempts,
        not_before: None,
    }
}

/// Hash of everything that decides the bytes of a pack: 64 hexadecimal digits.
pub fn pack_id(original: &Blake3, recipe: &TileRecipe) -> String {
    Blake3::of(format!("{original}\n{}", json!(recipe)).as_bytes()).to_string()
}

/// Does tiling jobs of one kind.
pub struct TileHandler {
    pub(super) workshop: Arc<Workshop>,
    pub(super) kind: &'static str,
}

impl Handler for TileHandler {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn run<'a>(&'a self, task: &'a Task) -> Work<'a> {
        Box::pin(tile(&self.workshop, task))
    }
}

async fn tile(shop: &Workshop, task: &Task) -> Result<Finished, Failure> {
    let payload: Payload = task.lease.job.payload().map_err(failed)?;
    let asset = shop.asset(task).await?;
    let key = Key::pack(&pack_id(&asset.original.blake3, &payload.recipe)).map_err(failed)?;
    let made = match found(shop, &key, &payload.recipe).await {
        Some(made) => made,
        None => make(shop, task, &asset, &payload.recipe, &key).await?,
    };
    match payload.panorama {
        None => store(shop, task, &asset, &payload.recipe, &key, &made).await,
        Some(panorama) => add_webp(shop, task, panorama, &key, &made).await,
    }
}

/// A pack that was made and checked.
struct Made {
    index: PackIndex,
    bytes: u64,
    /// The file, while it is not in the store.
    file: Option<tempfile::TempPath>,
    /// The small picture of a panorama that looks otherwise than its original, likewise.
    thumbnail: Option<Vec<u8>>,
}

/// The pack if an earlier attempt, or another listing, has stored it; checked whole.
async fn found(shop: &Workshop, key: &Key, recipe: &TileRecipe) -> Option<Made> {
    shop.blobs.head(key).await.ok()??;
    if let Some(thumbnail) = thumbnail_key(key, recipe) {
        shop.blobs.head(&thumbnail).await.ok()??;
    }
    let bytes = shop.blobs.read(key).await.ok()?;
    let size = bytes.len() as u64;
    let index = checked(move || Ok(bytes), recipe.clone()).await.ok()?;
    Some(Made { index, bytes: size, file: None, thumbnail: None })
}

async fn make(
    shop: &Workshop,
    task: &Task,
    asset: &Asset,
    recipe: &TileRecipe,
    key: &Key,
) -> Result<Made, Failure> {
    let original = shop.original(&asset.original.blake3).await?;
    let output = shop.output()?;
    let input = json!(Input { recipe: recipe.clone(), limits: shop.settings.limits });
    let files = Files { original: &original, further: &[], output: Some(output.as_file()) };
    let result = shop.in_child(task, TILE, files, input, MAX_PACK_BYTES).await.map_err(failure)?;
    let summary: PackSummary =
        serde_json::from_value(result).map_err(|error| wrong_pack(error.to_string()))?;
    let path = output.into_temp_path();
    let (for_check, bytes) = (path.to_path_buf(), summary.bytes);
    let index = checked(move || std::fs::read(for_check), recipe.clone()).await?;
    if index.root != summary.root || index.total_bytes() != bytes {
        return Err(wrong_pack("the answer does not fit the tiles".to_owned()));
    }
    task.report.log(format!(
        "{key}: face {}, {} tiles, {} KiB",
        summary.face,
        summary.tiles,
        bytes >> 10
    ));
    let thumbnail = summary.thumbnail.map(|thumbnail| thumbnail.0);
    let needed = thumbnail_key(key, recipe).is_some();
    let is_jpeg = |bytes: &Vec<u8>| bytes.starts_with(&[0xff, 0xd8, 0xff]);
    if needed && !thumbnail.as_ref().is_some_and(is_jpeg) {
        return Err(wrong_pack("the small picture is missing".to_owned()));
    }
    Ok(Made { index, bytes, file: Some(path), thumbnail: thumbnail.filter(|_| needed) })
}

/// Reads a whole pack and believes nothing of it: every tile against its hash, the index against the
/// recipe, the length against both.
async fn checked<B: AsRef<[u8]>>(
    read: impl FnOnce() -> std::io::Result<B> + Send + 'static,
    recipe: TileRecipe,
) -> Result<PackIndex, Failure> {
    let check = move || {
        let bytes = read().map_err(|error| unusable(&error))?;
        let bytes = bytes.as_ref();
        let index = PackIndex::parse(bytes).map_err(|error| wrong_pack(error.to_string()))?;
        index.verify(bytes).map_err(|error| wrong_pack(error.to_string()))?;
        if index.recipe != recipe || index.format != recipe.format {
            return Err(wrong_pack("it was made by another recipe".to_owned()));
        }
        if index.total_bytes() != bytes.len() as u64 {
            return Err(wrong_pack("it is longer or shorter than its index says".to_owned()));
        }
        Ok(index)
    };
    tokio::task::spawn_blocking(check)
        .await
        .unwrap_or_else(|_| Err(wrong_pack("it could not be checked".to_owned())))
}

/// Where the small picture of a panorama lies that looks otherwise than its original: under the name of its JPEG pack.
fn thumbnail_key(pack: &Key, recipe: &TileRecipe) -> Option<Key> {
    let id = pack.as_str().strip_prefix("packs/")?.strip_suffix(".kfpack")?;
    let has_one = recipe.changes_the_look() && recipe.format == TileFormat::Jpg;
    has_one.then(|| Blake3::parse(id)).flatten().map(|id| Key::thumbnail(&id))
}

async fn put(shop: &Workshop, key: &Key, made: &Made) -> Result<(), Failure> {
    // Before the pack: where that is, its small picture is too.
    if let (Some(thumbnail), Some(place)) =
        (&made.thumbnail, thumbnail_key(key, &made.index.recipe))
    {
        shop.blobs.put(&place, thumbnail.clone().into()).await.map_err(failed)?;
    }
    if let Some(file) = &made.file {
        shop.blobs.put_file(key, file).await.map_err(failed)?;
    }
    Ok(())
}

/// Stores the pack, then panorama, event, end of the job and the next job in one transaction.
async fn store(
    shop: &Workshop,
    task: &Task,
    asset: &Asset,
    recipe: &TileRecipe,
    key: &Key,
    made: &Made,
) -> Result<Finished, Failure> {
    put(shop, key, made).await?;
    let (now, dialect) = (shop.clock.now(), shop.database.dialect());
    let mut tx = jobs::begin_to_finish(&shop.database, now, &task.lease).await.map_err(failed)?;
    let new = NewPanorama {
        asset: asset.id,
        masks: masks::hash(&recipe.masks),
        eye: recipe.half.map(Half::eye),
        recipe_hash: task.lease.job.recipe.clone(),
        pack_key: key.to_string(),
        manifest: made.index.described(),
        root: made.index.root.to_string(),
    };
    let panorama = panoramas::add(&mut tx, now, &new).await.map_err(failed)?;
    let result = json!({
        "panorama": panorama, "asset": asset.id, "root": made.index.root, "bytes": made.bytes,
        "face": made.index.pyramid.face, "levels": made.index.pyramid.levels,
    });
    let audience = task.lease.job.audience;
    arrival::tell(&mut tx, dialect, now, asset, audience, Some(panorama)).await.map_err(failed)?;
    note(&mut tx, dialect, now, audience, panorama, &result).await?;
    // Masks are proposed once, for the picture without any, in what everybody sees; a full queue is no reason to lose the panorama.
    let is_for_all = recipe.half.map(Half::eye) != Some(Eye::Right);
    if is_for_all && recipe.masks.is_empty() && !detect::installed(&shop.settings.models).is_empty()
    {
        let attempts = shop.settings.plan.max_attempts;
        let picture = (asset.id, Surface::Sphere);
        let look = detect::job(picture, &asset.original.blake3, recipe, None, audience, attempts);
        if let Err(error) = jobs::enqueue(&mut tx, dialect, now, &look).await {
            tracing::warn!(%error, "nobody will look for what has to be hidden");
        }
    }
    if shop.settings.webp {
        let webp = webp_job(asset, recipe, panorama, audience, shop.settings.plan.max_attempts);
        // A full queue is no reason to lose the panorama: WebP only makes a good thing better.
        if let Err(error) = jobs::enqueue(&mut tx, dialect, now, &webp).await {
            tracing::warn!(%error, "no WebP tiles will be made");
        }
    }
    let done = Done { result, lines: task.report.take_lines() };
    let finished = jobs::finish(&mut tx, dialect, now, &task.lease, &done).await.map_err(failed)?;
    commit(tx, finished).await
}

fn webp_job(
    asset: &Asset,
    recipe: &TileRecipe,
    panorama: PanoramaId,
    audience: Audience,
    max_attempts: i64,
) -> NewJob {
    // Stills stay JPEG, and the JPEG pack has them.
    let recipe =
        TileRecipe { format: TileFormat::Webp, quality: 78, stills: false, ..recipe.clone() };
    NewJob {
        kind: TILE_WEBP,
        subject: asset.id.to_string(),
        recipe: pack_id(&asset.original.blake3, &recipe),
        payload: json!(Payload { recipe, panorama: Some(panorama) }),
        audience,
        priority: Priority::Low,
        max_attempts,
        not_before: None,
    }
}

/// Gives a panorama its WebP pack, if that is clearly smaller than the JPEG one.
async fn add_webp(
    shop: &Workshop,
    task: &Task,
    panorama: PanoramaId,
    key: &Key,
    made: &Made,
) -> Result<Finished, Failure> {
    let stored = panoramas::find(&shop.database, panorama).await.map_err(failed)?;
    let jpeg = Key::parse(&stored.pack_key).map_err(failed)?;
    let jpeg = shop.blobs.head(&jpeg).await.map_err(failed)?.map_or(0, |meta| meta.size);
    let keep = made.bytes as f64 <= jpeg as f64 * CLEARLY_SMALLER;
    if keep {
        put(shop, key, made).await?;
    }
    let (now, dialect) = (shop.clock.now(), shop.database.dialect());
    let mut tx = jobs::begin_to_finish(&shop.database, now, &task.lease).await.map_err(failed)?;
    if keep {
        panoramas::set_webp(&mut tx, panorama, key.as_str()).await.map_err(failed)?;
    }
    let result =
        json!({ "panorama": panorama, "kept": keep, "bytes": made.bytes, "jpeg_bytes": jpeg });
    if keep {
        note(&mut tx, dialect, now, task.lease.job.audience, panorama, &result).await?;
    }
    let done = Done { result, lines: task.report.take_lines() };
    let finished = jobs::finish(&mut tx, dialect, now, &task.lease, &done).await.map_err(failed)?;
    commit(tx, finished).await
}

async fn note(
    tx: &mut Transaction,
    dialect: Dialect,
    now: Instant,
    audience: Audience,
    panorama: PanoramaId,
    result: &Value,
) -> Result<(), Failure> {
    let entry = Entry {
        action: "panorama.store",
        object_kind: "panorama",
        object_id: &panorama.to_string(),
        tenant: audience.court.or(audience.agency),
        detail: result.clone(),
    };
    audit::append(tx, dialect, now, &Actor::system("worker"), entry).await.map_err(failed)
}

fn wrong_pack(reason: String) -> Failure {
    Failure::for_now(
        "pack-wrong",
        format!("what the step made does not fit what was asked for: {reason}"),
    )
    .with("reason", reason)
}

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Input {
    recipe: TileRecipe,
    limits: Limits,
}

/// The child's side: reads the original, writes the pack.
pub fn in_child(assignment: Assignment) -> Result<Value, Refusal> {
    let input: Input = serde_json::from_value(assignment.input)
        .map_err(|error| refusal("step-request", error.to_string()))?;
    let unreadable = |error: std::io::Error| refusal("step-files", error.to_string());
    let source = read_whole(assignment.original, &input.limits)?;
    let output = assignment
        .output
        .ok_or_else(|| refusal("step-request", "no file for the tiles".to_owned()))?;
    let mut output = std::io::BufWriter::with_capacity(1 << 20, output);
    let speaker = assignment.speaker;
    let progress = |done: f32| speaker.progress(f64::from(done));
    let cancel = Cancel::new();
    let summary =
        crate::imaging::tile(source, &input.recipe, &input.limits, &cancel, &progress, &mut output)
            .map_err(|error| Refusal::from_fault(&error))?;
    output.flush().map_err(unreadable)?;
    // Linked into the store as it is: it must be on the disk first.
    output.get_ref().sync_all().map_err(unreadable)?;
    Ok(json!(summary))
}

/// A whole file in memory, no larger than allowed.
pub(super) fn read_whole(file: impl Read, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let mut source = Vec::new();
    file.take(limits.max_file_bytes.saturating_add(1))
        .read_to_end(&mut source)
        .map_err(|error| refusal("step-files", error.to_string()))?;
    Ok(source)
}
