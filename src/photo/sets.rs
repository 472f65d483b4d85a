//! Photo sets: which photos of a listing look like one panorama, and what people do with a set.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::arrival::Plan;
use super::probe::{ProbeReport, TakenFor};
use super::steps::stitch;
use crate::auction::access::Owners;
use crate::auction::people::Principal;
use crate::base::id::{AssetId, ListingId, PhotoSetId, TenantId};
use crate::base::{Blake3, Clock, ErrorKind, Fault, Instant};
use crate::catalogue::assets::{self, Asset, State};
use crate::catalogue::audience::Audience;
use crate::catalogue::audit::{self, Actor, Entry};
use crate::catalogue::jobs::{self, JobsError};
use crate::catalogue::photo_sets::{self, PhotoSet};
use crate::catalogue::{CatalogueError, Database, Transaction, nadir_marks};
use crate::container::exif::LocalTime;
use crate::stitch::{LensChoice, mark};

/// Most photos of a set.
pub const MOST_PHOTOS: usize = 120;
/// Fewest ordinary photos that are proposed as a set: fewer do not go around.
const FEWEST_PROPOSED: usize = 4;
/// A photographer who pauses longer than this has gone to another room.
const PAUSE_MILLIS: i64 = 90_000;
/// Photos without a time belong together when they were uploaded in one go.
const BATCH_MILLIS: u64 = 600_000;
/// Longest name of a set, characters.
const LONGEST_NAME: usize = 80;
/// Most points that are set by hand.
const MOST_POINTS: usize = 500;
/// Largest tilt by hand, degrees.
const MOST_TILT: f64 = 180.0;

/// How a set is to be stitched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `auto`, `rectilinear[:HFOV]`, `fisheye[:HFOV]`; degrees.
    pub lens: String,
    /// Columns of the whole sphere, 512 to 16384; none: as the photos allow.
    pub width: Option<u32>,
    /// The same things in two photos, set by hand for pairs that the pictures alone do not join.
    pub points: Vec<Point>,
    /// How a person tilts the panorama that was levelled by itself.
    pub tilt: Tilt,
    /// What closes the place straight down that no photo shows.
    #[serde(skip_serializing_if = "Nadir::is_filled")]
    pub nadir: Nadir,
    /// How far the mark reaches from there, 2 to 45 degrees: it then covers photographed floor, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nadir_degrees: Option<f64>,
}

/// What closes the place straight down that no photo shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nadir {
    /// The colours around it.
    #[default]
    Fill,
    /// The court's mark.
    Mark,
}

impl Nadir {
    #[allow(clippy::trivially_copy_pass_by_ref)] // as serde asks
    fn is_filled(&self) -> bool {
        *self == Self::Fill
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lens: "auto".to_owned(),
            width: None,
            points: Vec::new(),
            tilt: Tilt::default(),
            nadir: Nadir::Fill,
            nadir_degrees: None,
        }
    }
}

/// One thing that two photos show. Pixels of the upright originals; the middle of the first pixel is 0, 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Id of one photo.
    pub a: String,
    /// Column and row there.
    pub at: [f64; 2],
    /// Id of another.
    pub b: String,
    /// Column and row there.
    pub seen: [f64; 2],
}

/// Turns of the panorama as levelled by itself, degrees, −180 to 180.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tilt {
    /// By which the middle is raised.
    pub pitch: f64,
    /// By which the picture is turned clockwise.
    pub roll: f64,
}

/// Hash of what decides where the photos of a set are put.
pub fn layout_recipe(photos: &[Blake3], settings: &Settings) -> String {
    let alone = json!([photos, settings.lens, settings.points, stitch::RECIPE]).to_string();
    Blake3::of(alone.as_bytes()).to_string()
}

/// A set cannot be made or changed so.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// The database.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The queue of jobs.
    #[error(transparent)]
    Jobs(#[from] JobsError),
    /// Too few or too many photos.
    #[error("a set has 1 to {MOST_PHOTOS} photos, this one {0}")]
    Count(usize),
    /// A photo cannot be part of it.
    #[error("'{name}' cannot be part of the set: {why}")]
    Photo {
        /// Its file name, or id.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// The name is empty or too long.
    #[error("the name of a set has 1 to {LONGEST_NAME} characters")]
    Name,
    /// How far the mark over the tripod reaches.
    #[error("a mark reaches {} to {} degrees from straight down", mark::REACH[0], mark::REACH[1])]
    Reach,
    /// Width or lens.
    #[error("{0}")]
    Setting(String),
}

impl Fault for SetError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Catalogue(error) => error.kind(),
            Self::Jobs(error) => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Catalogue(error) => error.slug(),
            Self::Jobs(error) => error.slug(),
            Self::Count(_) => "set-count",
            Self::Photo { .. } => "set-photo",
            Self::Name => "set-name",
            Self::Reach => "nadir-reach",
            Self::Setting(_) => "set-setting",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Catalogue(error) => error.args(),
            Self::Jobs(error) => error.args(),
            Self::Count(count) => {
                vec![("count", count.to_string()), ("most", MOST_PHOTOS.to_string())]
            }
            Self::Photo { name, .. } => vec![("name", name.clone())],
            Self::Name => vec![("most", LONGEST_NAME.to_string())],
            Self::Reach => Vec::new(),
            Self::Setting(what) => vec![("what", what.clone())],
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Catalogue(error) => error.field(),
            Self::Jobs(error) => error.field(),
            Self::Count(_) | Self::Photo { .. } => Some("photos"),
            Self::Name => Some("name"),
            Self::Reach | Self::Setting(_) => Some("settings"),
        }
    }
}

/// What a person wants of a set.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The room.
    pub name: String,
    /// The photos, in order.
    pub photos: Vec<AssetId>,
    /// How to stitch.
    pub settings: Settings,
}

/// The sets of all listings. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sets {
    database: Database,
    clock: Clock,
    plan: Plan,
}

impl Sets {
    /// Over this database.
    pub fn new(database: Database, clock: Clock, plan: Plan) -> Self {
        Self { database, clock, plan }
    }

    /// Makes a set and queues its stitching.
    pub async fn add(
        &self,
        who: &Principal,
        actor: &Actor,
        (listing, owners): (ListingId, &Owners),
        wish: Wish,
    ) -> Result<PhotoSetId, SetError> {
        let recipe = format!("{}-1", self.content((listing, owners.court), &wish).await?);
        let now = self.clock.now();
        let set = PhotoSet {
            id: PhotoSetId::new(),
            listing,
            tenant: who.tenant.as_ref().map_or(owners.court, |tenant| tenant.id),
            created_by: who.id,
            name: wish.name,
            photos: wish.photos,
            settings: json!(wish.settings),
            recipe,
            version: 1,
            report: None,
            panorama: None,
            provenance: None,
            layout: None,
            created_at: now,
        };
        let mut tx = self.database.begin().await?;
        photo_sets::add(&mut tx, &set).await?;
        self.queue(&mut tx, now, &set, owners).await?;
        self.log(&mut tx, actor, "set.add", &set).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(set.id)
    }

    /// Changes a set whose `version` the person has seen; what decides the result queues its stitching again.
    pub async fn change(
        &self,
        actor: &Actor,
        (set, owners): (&PhotoSet, &Owners),
        version: i64,
        wish: Wish,
    ) -> Result<PhotoSet, SetError> {
        let content = self.content((set.listing, owners.court), &wish).await?;
        let again = !set.recipe.starts_with(&content);
        // With the version: who goes back to earlier settings wants their panorama again, and that job was done once.
        let recipe = if again { format!("{content}-{}", version + 1) } else { set.recipe.clone() };
        let changed = PhotoSet {
            name: wish.name,
            photos: wish.photos,
            settings: json!(wish.settings),
            recipe,
            version,
            ..set.clone()
        };
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        photo_sets::change(&mut tx, now, &changed).await?;
        if again {
            self.queue(&mut tx, now, &changed, owners).await?;
        }
        self.log(&mut tx, actor, "set.change", &changed).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(photo_sets::find(&self.database, set.id).await?)
    }

    /// Takes a set away. Its photos and its panorama stay.
    pub async fn remove(&self, actor: &Actor, set: &PhotoSet) -> Result<(), SetError> {
        let mut tx = self.database.begin().await?;
        if photo_sets::delete(&mut tx, self.clock.now(), set.id).await? {
            self.log(&mut tx, actor, "set.remove", set).await?;
        }
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(())
    }

    /// Checks a wish; answers the hash of what decides its result.
    async fn content(
        &self,
        (listing, court): (ListingId, TenantId),
        wish: &Wish,
    ) -> Result<String, SetError> {
        if !(1..=LONGEST_NAME).contains(&wish.name.trim().chars().count()) {
            return Err(SetError::Name);
        }
        if !(1..=MOST_PHOTOS).contains(&wish.photos.len()) {
            return Err(SetError::Count(wish.photos.len()));
        }
        LensChoice::parse(&wish.settings.lens)
            .map_err(|error| SetError::Setting(error.to_string()))?;
        if wish.settings.width.is_some_and(|width| !(512..=16_384).contains(&width)) {
            return Err(SetError::Setting("a panorama is 512 to 16384 pixels wide".to_owned()));
        }
        let [least, most] = mark::REACH;
        if wish.settings.nadir_degrees.is_some_and(|degrees| !(least..=most).contains(&degrees)) {
            return Err(SetError::Reach);
        }
        check_by_hand(&wish.settings, &wish.photos).map_err(SetError::Setting)?;
        let mut hashes = Vec::with_capacity(wish.photos.len());
        for id in &wish.photos {
            let unfit = |name: &str, why| Err(SetError::Photo { name: name.to_owned(), why });
            let asset = match assets::find(&self.database, *id).await {
                Err(CatalogueError::NotFound { .. }) => {
                    return unfit(&id.to_string(), "it is not there");
                }
                other => other?,
            };
            if asset.listing != listing {
                return unfit(&id.to_string(), "it is not there");
            }
            if asset.state != State::Ready {
                return unfit(&asset.file_name, "it is not checked yet, or was refused");
            }
            if hashes.contains(&asset.original.blake3) {
                return unfit(&asset.file_name, "it is named twice");
            }
            hashes.push(asset.original.blake3);
        }
        let mut alone = json!([hashes, wish.settings, stitch::RECIPE]);
        if wish.settings.nadir == Nadir::Mark
            && let (Some(list), Some(png)) =
                (alone.as_array_mut(), nadir_marks::find(&self.database, court).await?)
        {
            list.push(json!(Blake3::of(&png).to_string()));
        }
        Ok(Blake3::of(alone.to_string().as_bytes()).to_string())
    }

    async fn queue(
        &self,
        tx: &mut Transaction,
        now: Instant,
        set: &PhotoSet,
        owners: &Owners,
    ) -> Result<(), SetError> {
        let audience = Audience {
            court: Some(owners.court),
            agency: owners.agency,
            listing: Some(set.listing),
        };
        let job = stitch::job(set, audience, self.plan.max_attempts);
        jobs::enqueue(tx, self.database.dialect(), now, &job).await?;
        Ok(())
    }

    async fn log(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        action: &str,
        set: &PhotoSet,
    ) -> Result<(), CatalogueError> {
        let entry = Entry {
            action,
            object_kind: "photo_set",
            object_id: &set.id.to_string(),
            tenant: Some(set.tenant),
            detail: json!({
                "listing": set.listing, "name": set.name, "photos": set.photos, "settings": set.settings,
            }),
        };
        audit::append(tx, self.database.dialect(), self.clock.now(), actor, entry).await
    }
}

/// Whether what a person set by hand can be: what is wrong with it otherwise.
fn check_by_hand(settings: &Settings, photos: &[AssetId]) -> Result<(), String> {
    let Tilt { pitch, roll } = settings.tilt;
    if ![pitch, roll].iter().all(|angle| (-MOST_TILT..=MOST_TILT).contains(angle)) {
        return Err(format!("a panorama is tilted by at most {MOST_TILT} degrees"));
    }
    if settings.points.len() > MOST_POINTS {
        return Err(format!("a set has at most {MOST_POINTS} points set by hand"));
    }
    for point in &settings.points {
        let (a, b) = (AssetId::parse(&point.a), AssetId::parse(&point.b));
        let both = [a, b].iter().all(|id| id.is_some_and(|id| photos.contains(&id)));
        if !both || a == b {
            return Err("a point joins two different photos of the set".to_owned());
        }
        if ![point.at, point.seen].iter().flatten().all(|v| v.is_finite() && *v >= -0.5) {
            return Err("a point lies outside of its photo".to_owned());
        }
    }
    Ok(())
}

/// Photos that look as if somebody had turned round with a camera: ordinary or fisheye photos of one camera and size,
/// taken one soon after the other. Those in `taken` belong to a set already.
pub fn propose(assets: &[Asset], taken: &[AssetId]) -> Vec<Vec<AssetId>> {
    let mut photos: Vec<(Seen, AssetId)> = assets
        .iter()
        .filter(|asset| asset.state == State::Ready && !taken.contains(&asset.id))
        .filter_map(|asset| Some((Seen::of(asset)?, asset.id)))
        .collect();
    photos.sort_by(|(a, _), (b, _)| (a.captured, &a.file_name).cmp(&(b.captured, &b.file_name)));
    let mut groups: Vec<Vec<(Seen, AssetId)>> = Vec::new();
    for (seen, id) in photos {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|(last, _)| seen.follows(last)) => {
                group.push((seen, id));
            }
            _ => groups.push(vec![(seen, id)]),
        }
    }
    groups.retain(|group| (FEWEST_PROPOSED..=MOST_PHOTOS).contains(&group.len()));
    groups.into_iter().map(|group| group.into_iter().map(|(_, id)| id).collect()).collect()
}

/// What decides whether two photos belong together.
struct Seen {
    /// When it was taken by the camera's clock, in milliseconds; its zone does not matter.
    captured: Option<i64>,
    uploaded: i64,
    file_name: String,
    /// Long and short side: a camera may be held upright in between.
    sides: [u32; 2],
    camera: Option<String>,
}

impl Seen {
    fn of(asset: &Asset) -> Option<Self> {
        let report: ProbeReport = serde_json::from_value(asset.probe.clone()?).ok()?;
        let kind = asset.taken_as.as_deref().and_then(TakenFor::parse).unwrap_or(report.taken_for);
        if !matches!(kind, TakenFor::FlatPhoto | TakenFor::Fisheye) {
            return None;
        }
        let captured = report.exif.as_ref().and_then(|exif| exif.captured_at.as_ref());
        let local = captured.and_then(LocalTime::civil);
        let captured = local.and_then(|at| jiff::tz::TimeZone::UTC.to_timestamp(at).ok());
        Some(Self {
            captured: captured.map(jiff::Timestamp::as_millisecond),
            uploaded: asset.uploaded_at.as_millis(),
            file_name: asset.file_name.clone(),
            sides: [report.width.max(report.height), report.width.min(report.height)],
            camera: report.exif.and_then(|exif| exif.model),
        })
    }

    fn follows(&self, last: &Self) -> bool {
        let soon = match (last.captured, self.captured) {
            (Some(before), Some(now)) => now - before <= PAUSE_MILLIS,
            (None, None) => self.uploaded.abs_diff(last.uploaded) <= BATCH_MILLIS,
            _ => false,
        };
        soon && self.sides == last.sides && self.camera == last.camera
    }
}
