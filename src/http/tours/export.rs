//! Packages of a tour: for other viewers, and as a copy that opens without a server. Streamed: one picture at a time is in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use serde_json::json;

use super::gallery::Gallery;
use super::signed::key_set;
use super::{pictures, public, signing, videos};
use crate::auction::tour::{Heading, TourDocument, TourError};
use crate::base::id::{AssetId, ListingId, PanoramaId};
use crate::base::{Blake3, ErrorKind, Instant};
use crate::blob::{Blobs, Key};
use crate::catalogue::panoramas::Panorama;
use crate::catalogue::tour_videos::ShownVideo;
use crate::catalogue::{
    CatalogueError, listings_media, masks, panoramas, proofs, tour_pictures, tour_videos, tours,
};
use crate::exchange::contents::{Held, Order};
use crate::exchange::model::State;
use crate::exchange::offline::{self, Copy, DRAFT, Signed};
use crate::exchange::zipped::Zipped;
use crate::exchange::{Content, Entry, Kind, PackPart, Shape, Tour, recut};
use crate::geometry::TileKey;
use crate::http::bundles;
use crate::http::{Context, Problem};
use crate::imaging::pack::PackIndex;
use crate::texts::Language;

/// Bytes that are sent together.
const CHUNK: usize = 256 << 10;

/// What somebody wants.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// For which viewer.
    pub kind: Kind,
    /// The draft instead of the version that is public.
    pub draft: bool,
    /// In which language the package speaks.
    pub language: Language,
}

/// A package that can be sent.
pub struct Package {
    /// A name for the file.
    pub name: String,
    /// Which state it shows.
    pub state: State,
    entries: VecDeque<Entry>,
    packs: Vec<(Key, Arc<PackIndex>)>,
    photos: HashMap<AssetId, Blake3>,
    videos: HashMap<AssetId, ShownVideo>,
    context: Context,
    zipped: Zipped,
}

/// What is packed, in one state.
struct Chosen {
    state: State,
    at: Instant,
    document: TourDocument,
    panoramas: HashMap<PanoramaId, Panorama>,
    photos: HashMap<AssetId, Blake3>,
    videos: HashMap<AssetId, ShownVideo>,
    signed: Option<Signed>,
    /// `tour.json` where it was published.
    text: Option<String>,
}

/// Finds everything that belongs to the package. Fails where there is nothing to pack, and where a panorama still shows what
/// masks hide.
pub async fn prepare(
    context: &Context,
    gallery: &Gallery,
    listing: ListingId,
    wish: Wish,
) -> Result<Package, Problem> {
    let chosen = if wish.draft {
        draft(context, listing).await?
    } else {
        published(context, gallery, listing).await?
    };
    chosen.document.require_scenes()?;
    let heading = listings_media::heading(&context.database, listing).await?;
    let (mut packs, mut shapes) = (Vec::new(), Vec::new());
    // Pictures of another day follow those of the scenes; only our own viewer shows them.
    let scenes = chosen.document.scenes.iter().map(|scene| scene.panorama);
    let others = chosen
        .document
        .scenes
        .iter()
        .filter_map(|scene| Some((scene.other_day_name(), scene.other_day.as_ref()?.panorama)));
    let others: Vec<(String, PanoramaId)> = others.filter(|_| wish.kind == Kind::Offline).collect();
    for panorama in scenes.chain(others.iter().map(|(_, panorama)| *panorama)) {
        let panorama = chosen.panoramas.get(&panorama).ok_or_else(Problem::not_found)?;
        // Published panoramas hide what was masked when they were published; a draft may be behind.
        if wish.draft && masks::exposes(&context.database, panorama.id).await? {
            return Err(Problem::plain(ErrorKind::Conflict, "export-masks-pending"));
        }
        let key = Key::parse(&panorama.pack_key)?;
        let index = gallery.index(&key).await?;
        shapes.push(Shape {
            pyramid: index.pyramid.clone(),
            coverage: index.coverage,
            has_stills: index.stills.len() == 6,
            masked: index.masked().len(),
        });
        packs.push((key, index));
    }
    let other_days = others.into_iter().map(|(name, _)| name).collect();
    let hidden = match &chosen.text {
        Some(text) => pictures::hidden_in(text),
        None => pictures::hidden(&context.database, listing, &chosen.photos).await?,
    };
    let tour = Tour::of(&heading, &chosen.document, &hidden, wish.language);
    let address = format!("{}/listings/{listing}", context.config.public_url());
    let (state, language) = (&chosen.state, wish.language);
    let order =
        Order { tour: &tour, shapes: &shapes, hidden: &hidden, state, language, address: &address };
    let entries = if wish.kind == Kind::Offline {
        let document = if let Some(text) = chosen.text {
            text
        } else {
            draft_text(&heading, &chosen.document, &packs, (&chosen.videos, &hidden))
        };
        let mut pictures: Vec<AssetId> = chosen.photos.keys().copied().collect();
        pictures.sort_unstable();
        let (videos, sounds) = videos::ids(&chosen.videos);
        let (signed, viewer) = (chosen.signed, viewer()?);
        let copy =
            Copy { document: &document, signed, viewer, other_days, pictures, videos, sounds };
        offline::contents(&order, copy)
    } else {
        order.contents(wish.kind)
    };
    let number = match &chosen.state {
        State::Draft => DRAFT.to_owned(),
        State::Published { number, .. } => format!("v{number}"),
    };
    Ok(Package {
        name: format!("kanfang-{}-{}-{number}.zip", wish.kind.name(), &listing.to_string()[..8]),
        state: chosen.state,
        entries: entries.into(),
        packs,
        photos: chosen.photos,
        videos: chosen.videos,
        context: context.clone(),
        zipped: Zipped::new(chosen.at),
    })
}

async fn published(
    context: &Context,
    gallery: &Gallery,
    listing: ListingId,
) -> Result<Chosen, Problem> {
    let database = &context.database;
    let publication = tours::public(database, listing)
        .await?
        .ok_or_else(|| Problem::plain(ErrorKind::NotFound, "export-nothing-published"))?;
    let version = &publication.version;
    let text = public::document(context, gallery, &publication).await?;
    let signed = match proofs::manifest(database, version).await? {
        Some(found) => Some(Signed {
            manifest: found.manifest.text,
            signature: found.manifest.signature.to_vec(),
            keys: key_set(context).await?.to_string(),
        }),
        None => None,
    };
    let photos = tour_pictures::of_version(database, version).await?;
    let videos = tour_videos::of_version(database, version).await?;
    let shown = panoramas::of_publication(database, version).await?;
    Ok(Chosen {
        state: State::Published {
            version: version.clone(),
            number: publication.number,
            at: publication.published_at,
            root: publication.root.clone(),
        },
        at: publication.published_at,
        panoramas: shown.into_iter().map(|(_, panorama)| (panorama.id, panorama)).collect(),
        document: publication.document,
        photos,
        videos,
        signed,
        text: Some(text),
    })
}

async fn draft(context: &Context, listing: ListingId) -> Result<Chosen, Problem> {
    let database = &context.database;
    let draft = tours::draft(database, listing).await?.ok_or(TourError::Empty)?;
    let mut document = draft.document;
    masks::bring_up_to_date(database, listing, &mut document).await?;
    let photos = pictures::require_own(context, listing, &document).await?;
    let videos = videos::require_own(context, listing, &document).await?;
    let photos = pictures::require_made(photos)
        .map_err(|_| Problem::plain(ErrorKind::Conflict, "export-masks-pending"))?;
    let own = panoramas::of_listing(database, listing).await?;
    Ok(Chosen {
        state: State::Draft,
        at: draft.updated_at,
        document,
        panoramas: own.into_iter().map(|panorama| (panorama.id, panorama)).collect(),
        photos,
        videos,
        signed: None,
        text: None,
    })
}

/// `tour.json` of a draft, as if it were a version of this name.
fn draft_text(
    heading: &Heading,
    document: &TourDocument,
    packs: &[(Key, Arc<PackIndex>)],
    shown: (&HashMap<AssetId, ShownVideo>, &HashMap<AssetId, usize>),
) -> String {
    let others =
        document.scenes.iter().filter_map(|scene| Some(scene.other_day.as_ref()?.panorama));
    let panoramas = document.scenes.iter().map(|scene| scene.panorama).chain(others);
    let indexes = panoramas.zip(packs).map(|(id, (_, index))| (id, index.clone())).collect();
    public::public_manifest(heading, document, &indexes, DRAFT, shown).to_string()
}

/// The script and the style sheet of the offline viewer.
fn viewer() -> Result<(Vec<u8>, Vec<u8>), Problem> {
    let read = |name: &str| bundles::bytes(&format!("offline/{name}"));
    let both = read("offline.js").zip(read("offline.css"));
    both.ok_or_else(|| Problem::plain(ErrorKind::Unavailable, "export-no-viewer"))
}

impl Package {
    /// The zip. An error ends it in the middle, so that nobody takes it for whole.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes, Problem>> {
        futures_util::stream::try_unfold(Some(self), |package| async move {
            let Some(mut package) = package else { return Ok(None) };
            let mut chunk = Vec::new();
            while chunk.len() < CHUNK {
                let Some(entry) = package.entries.pop_front() else {
                    chunk.extend(package.zipped.finish().map_err(|error| unwritten(&error))?);
                    return Ok(Some((Bytes::from(chunk), None)));
                };
                for (path, bytes) in package.filled(entry).await? {
                    package.zipped.add(&path, &bytes).map_err(|error| unwritten(&error))?;
                    chunk.extend(package.zipped.take());
                }
            }
            Ok(Some((Bytes::from(chunk), Some(package))))
        })
    }

    /// The file or files of an entry.
    async fn filled(&self, entry: Entry) -> Result<Vec<(String, Vec<u8>)>, Problem> {
        let Entry { path, content } = entry;
        let bytes = match content {
            Content::Bytes(bytes) => bytes,
            Content::Part { scene, part } => self.part(scene, part).await?,
            Content::Column { scene } => {
                let strip = self.part(scene, PackPart::Preview).await?;
                computed(move || recut::column(strip)).await?
            }
            Content::Face { scene, cut, face } => {
                let pyramid = self.packs[scene].1.pyramid.clone();
                let mut tiles = Vec::new();
                for key in pyramid.keys().filter(|key| key.level == cut.level && key.face == face) {
                    tiles.push(self.part(scene, PackPart::Tile(key)).await?);
                }
                let cut = computed(move || recut::face(tiles, pyramid.tile, cut)).await?;
                let named = |(column, row, bytes): (u32, u32, Vec<u8>)| {
                    let path = path.replace("{column}", &column.to_string());
                    (path.replace("{row}", &row.to_string()), bytes)
                };
                return Ok(cut.into_iter().map(named).collect());
            }
            Content::Script { scene, held } => {
                let mut parts = Vec::with_capacity(held.len());
                for (name, held) in held {
                    parts.push((name, self.held(scene, held).await?));
                }
                offline::script(&parts).into_bytes()
            }
            Content::Photo(asset) => self.photo(asset).await?,
            Content::Video(asset) => {
                let rendition = &self.video(asset)?.rendition;
                let (key, whole) = (Key::video(&rendition.blake3), 0..rendition.bytes);
                self.context.blobs.read_range_uncached(&key, whole).await?.to_vec()
            }
        };
        Ok(vec![(path, bytes)])
    }

    async fn photo(&self, asset: AssetId) -> Result<Vec<u8>, Problem> {
        let hash = self.photos.get(&asset).ok_or_else(Problem::not_found)?;
        Ok(self.context.blobs.read(&Key::thumbnail(hash)).await?.to_vec())
    }

    fn video(&self, asset: AssetId) -> Result<&ShownVideo, Problem> {
        self.videos.get(&asset).ok_or_else(Problem::not_found)
    }

    async fn held(&self, scene: usize, held: Held) -> Result<Vec<u8>, Problem> {
        match held {
            Held::Photo(asset) => self.photo(asset).await,
            Held::Still(asset) => {
                Ok(videos::still(&self.context.blobs, self.video(asset)?).await?.to_vec())
            }
            Held::Picture(part) => self.part(scene, part).await,
            Held::Digests(list) => {
                let (database, blobs) = (&self.context.database, &self.context.blobs);
                let digests = signing::digests(database, blobs, &self.packs[scene].0).await?;
                digests.piece(list).ok_or_else(Problem::not_found)
            }
        }
    }

    async fn part(&self, scene: usize, part: PackPart) -> Result<Vec<u8>, Problem> {
        let (key, index) = &self.packs[scene];
        let (start, length) = match part {
            PackPart::Tile(TileKey { level, face, row, column }) => {
                index.find(level, face, row, column)
            }
            PackPart::Preview => Some(index.find_preview()),
            PackPart::Still(face) => index.find_still(face),
        }
        .ok_or_else(Problem::not_found)?;
        let blobs: &Blobs = &self.context.blobs;
        // Past the cache, in which the tiles that people look at lie.
        let read = blobs.read_range_uncached(key, start..start + u64::from(length));
        Ok(read.await?.to_vec())
    }

    /// What the audit log keeps of it.
    pub fn detail(&self, wish: Wish) -> serde_json::Value {
        let version = match &self.state {
            State::Draft => DRAFT,
            State::Published { version, .. } => version,
        };
        json!({"as": wish.kind.name(), "version": version})
    }
}

async fn computed<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, crate::imaging::ImagingError> + Send + 'static,
) -> Result<T, Problem> {
    let failed = |error: String| {
        tracing::error!(error, "pictures could not be arranged for a package");
        Problem::plain(ErrorKind::Internal, "internal")
    };
    let made =
        tokio::task::spawn_blocking(work).await.map_err(|error| failed(error.to_string()))?;
    made.map_err(|error| failed(error.to_string()))
}

fn unwritten(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "a package could not be written");
    Problem::plain(ErrorKind::Internal, "internal")
}

/// Writes to the audit log who took a package away.
pub async fn record(
    context: &Context,
    who: &crate::http::SignedIn,
    listing: ListingId,
    owners: crate::auction::access::Owners,
    detail: serde_json::Value,
) -> Result<(), Problem> {
    let mut tx = context.database.begin().await?;
    super::draft::record(context, &mut tx, who, "tour.export", listing, owners, detail).await?;
    tx.commit().await.map_err(CatalogueError::from)?;
    Ok(())
}
