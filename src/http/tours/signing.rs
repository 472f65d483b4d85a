//! Signs what is published: the manifest of a version at its publication, the WebP pack of a scene when it has come.
//!
//! Packs are read and hashed before the transaction; what is signed is what was hashed.

use std::collections::HashMap;
use std::sync::Arc;

use super::gallery::Gallery;
use super::public::public_manifest;
use super::{pictures, videos};
use crate::auction::tour::{Heading, TourDocument};
use crate::base::id::{AssetId, ListingId, PanoramaId};
use crate::base::{Blake3, ErrorKind, Instant};
use crate::blob::{Blobs, Key};
use crate::catalogue::panoramas::Panorama;
use crate::catalogue::proofs::{self, Published};
use crate::catalogue::tour_videos::{self, ShownVideo};
use crate::catalogue::tours::Publication;
use crate::catalogue::{
    CatalogueError, Database, Transaction, listings_media, panoramas, signing_keys, tour_pictures,
    tours,
};
use crate::http::{Context, Problem};
use crate::imaging::pack::PackIndex;
use crate::proof::digests::sha256;
use crate::proof::manifest::{
    ADDENDUM_FORMAT, Addendum, MANIFEST_FORMAT, Manifest, Part, PictureEntry, SceneEntry,
    SoundEntry, VideoEntry, sign,
};
use crate::proof::{Digests, SigningKey};

/// Packs of panoramas that are not older than this are hashed before anybody publishes them.
const DIGESTS_AHEAD_MILLIS: i64 = 24 * 3600 * 1000;

/// A version with everything that its manifest says, before it is signed.
#[derive(Debug)]
pub struct Prepared {
    heading: Heading,
    /// `tour.json` as it will be answered from now on.
    tour: String,
    scenes: Vec<PreparedScene>,
    pictures: Vec<PictureEntry>,
    videos: Vec<VideoEntry>,
    sounds: Vec<SoundEntry>,
}

#[derive(Debug)]
struct PreparedScene {
    entry: SceneEntry,
    webp: Option<Part>,
}

/// Reads what `document` shows and writes its `tour.json`. Scenes without a panorama of the listing are not expected here.
/// `photos`: the pictures of hotspots and of the plan, each with the name of its small picture; `films`: the videos of hotspots and the recordings.
pub async fn prepare(
    context: &Context,
    gallery: &Gallery,
    (listing, version): (ListingId, &str),
    document: &TourDocument,
    (photos, films): (&HashMap<AssetId, Blake3>, &HashMap<AssetId, ShownVideo>),
) -> Result<Prepared, Problem> {
    let heading = listings_media::heading(&context.database, listing).await?;
    let own: HashMap<PanoramaId, Panorama> = panoramas::of_listing(&context.database, listing)
        .await?
        .into_iter()
        .map(|panorama| (panorama.id, panorama))
        .collect();
    let mut indexes: HashMap<PanoramaId, Arc<PackIndex>> = HashMap::new();
    let mut scenes = Vec::with_capacity(document.scenes.len());
    for shown in document.shown() {
        let panorama = own.get(&shown.panorama).ok_or_else(Problem::not_found)?;
        let jpeg = part(context, gallery, &Key::parse(&panorama.pack_key)?).await?;
        let webp = match &panorama.webp_key {
            Some(key) => Some(part(context, gallery, &Key::parse(key)?).await?),
            None => None,
        };
        let entry = SceneEntry { id: shown.name, title: shown.title, jpeg };
        scenes.push(PreparedScene { entry, webp });
        let index = gallery.index(&Key::parse(&panorama.pack_key)?).await?;
        indexes.insert(panorama.id, index);
    }
    let hidden = pictures::hidden(&context.database, listing, photos).await?;
    let shown = (films, &hidden);
    let tour = public_manifest(&heading, document, &indexes, version, shown).to_string();
    let pictures = picture_entries(&context.blobs, photos).await?;
    let videos = videos::entries(&context.blobs, films).await?;
    let sounds = videos::sound_entries(films);
    Ok(Prepared { heading, tour, scenes, pictures, videos, sounds })
}

/// The pictures of hotspots and of the plan as they are answered, sorted by id so that the same ones give the same text.
async fn picture_entries(
    blobs: &Blobs,
    photos: &HashMap<AssetId, Blake3>,
) -> Result<Vec<PictureEntry>, Problem> {
    let mut entries = Vec::with_capacity(photos.len());
    for (asset, small) in photos {
        let bytes = blobs.read(&Key::thumbnail(small)).await?;
        entries.push(PictureEntry { id: asset.to_string(), sha256: sha256(&bytes) });
    }
    entries.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(entries)
}

/// Signs what was prepared, in the transaction that publishes it. One that is signed already stays as it is, and gets what
/// is new of WebP.
pub async fn sign_version(
    tx: &mut Transaction,
    context: &Context,
    publication: &Publication,
    prepared: &Prepared,
) -> Result<(), CatalogueError> {
    let now = context.clock.now();
    let key = signing_keys::current(tx, context.database.dialect(), now).await?;
    let version = &publication.version;
    let earlier = proofs::manifest_in(tx, version).await?;
    let signed = if let Some(published) = earlier {
        published.manifest
    } else {
        let manifest = manifest_of(publication, prepared, now, &key);
        let signed = sign(&manifest, &key, now);
        let published = Published { tour: prepared.tour.clone(), manifest: signed.clone() };
        proofs::keep_manifest(tx, version, &published).await?;
        signed
    };
    for scene in &prepared.scenes {
        let Some(webp) = &scene.webp else { continue };
        let addendum = Addendum {
            format: ADDENDUM_FORMAT.to_owned(),
            version: 1,
            publication: version.clone(),
            manifest: sha256(signed.text.as_bytes()),
            scene: scene.entry.id.clone(),
            signed_at: now,
            key: key.public().id(),
            webp: webp.clone(),
        };
        proofs::keep_addendum(tx, version, &scene.entry.id, &sign(&addendum, &key, now)).await?;
    }
    Ok(())
}

fn manifest_of(
    publication: &Publication,
    prepared: &Prepared,
    now: Instant,
    key: &SigningKey,
) -> Manifest {
    Manifest {
        format: MANIFEST_FORMAT.to_owned(),
        version: 1,
        listing: publication.listing.to_string(),
        publication: publication.version.clone(),
        number: publication.number,
        title: prepared.heading.title.clone(),
        court: prepared.heading.court.clone(),
        published_at: publication.published_at,
        signed_at: now,
        root: publication.root.clone(),
        tour: sha256(prepared.tour.as_bytes()),
        key: key.public().id(),
        scenes: prepared.scenes.iter().map(|scene| scene.entry.clone()).collect(),
        pictures: Some(prepared.pictures.clone()),
        videos: prepared.videos.clone(),
        sounds: prepared.sounds.clone(),
    }
}

/// What by-the-way work is left: digests of packs that came, versions that are not wholly signed.
pub async fn keep_up(context: &Context, gallery: &Gallery) -> Result<(), Problem> {
    let since = context.clock.now().plus_millis(-DIGESTS_AHEAD_MILLIS);
    for pack in proofs::packs_without_digests(&context.database, since, 20).await? {
        // A damaged pack is a matter of `kanfang fsck`; the others go on.
        if let Err(problem) = part(context, gallery, &Key::parse(&pack)?).await {
            tracing::warn!(pack, ?problem, "the digests of a pack could not be made");
        }
    }
    for version in proofs::unsigned(&context.database).await? {
        let Some(publication) = tours::publication(&context.database, &version).await? else {
            continue;
        };
        let (listing, document) = (publication.listing, &publication.document);
        let photos = tour_pictures::of_version(&context.database, &version).await?;
        let films = tour_videos::of_version(&context.database, &version).await?;
        let beside = (&photos, &films);
        match prepare(context, gallery, (listing, &version), document, beside).await {
            Ok(prepared) => {
                let mut tx = context.database.begin().await?;
                sign_version(&mut tx, context, &publication, &prepared).await?;
                tx.commit().await.map_err(CatalogueError::from)?;
                tracing::info!(version, "signed what has come to a published tour");
            }
            Err(problem) => tracing::warn!(version, ?problem, "a version could not be signed"),
        }
    }
    Ok(())
}

/// What a manifest says of a pack; its digests are made if that has not happened yet.
async fn part(context: &Context, gallery: &Gallery, pack: &Key) -> Result<Part, Problem> {
    let index = gallery.index(pack).await?;
    let digests = digests(&context.database, &context.blobs, pack).await?;
    Ok(Part::of(&index, &digests))
}

/// The digests of a pack, made from its bytes the first time.
pub async fn digests(database: &Database, blobs: &Blobs, pack: &Key) -> Result<Digests, Problem> {
    if let Some(known) = proofs::digests(database, pack.as_str()).await? {
        return Ok(known);
    }
    let size = blobs.head(pack).await?.ok_or_else(Problem::not_found)?.size;
    // Past the cache, in which the tiles that people look at lie.
    let bytes = blobs.read_range_uncached(pack, 0..size).await?;
    // A large pack takes a second to hash.
    let hashed = tokio::task::spawn_blocking(move || {
        PackIndex::parse(&bytes).and_then(|index| Digests::of_pack(&index, &bytes))
    });
    let failed = |error: String| {
        tracing::error!(%pack, error, "a pack could not be hashed");
        Problem::plain(ErrorKind::Internal, "internal")
    };
    let made = hashed.await.map_err(|error| failed(error.to_string()))?;
    let made = made.map_err(|error| failed(error.to_string()))?;
    let mut tx = database.begin().await?;
    proofs::keep_digests(&mut tx, pack.as_str(), &made).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(made)
}
