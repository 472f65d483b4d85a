//! What people do with the files of a listing after they have arrived.

use std::ops::Range;

use crate::auction::access::Owners;
use crate::auction::masks::{MaskError, MaskState};
use crate::auction::people::Principal;
use crate::base::id::{AssetId, ListingId};
use crate::base::{Blake3, Clock, ErrorKind, Fault, Instant};
use crate::catalogue::assets::{self, Asset};
use crate::catalogue::audit::Actor;
use crate::catalogue::jobs::JobsError;
use crate::catalogue::listings::By;
use crate::catalogue::{CatalogueError, Database, Transaction, masks, uploads};
use crate::photo::arrival::{self, Plan};
use crate::photo::probe::TakenFor;

/// A file of a listing cannot be treated so.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The database.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The queue of jobs.
    #[error(transparent)]
    Jobs(#[from] JobsError),
    /// A rule of masks.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// No such kind.
    #[error("'{given}' is no kind of picture; say one of {}", kinds())]
    Kind {
        /// What was said.
        given: String,
    },
    /// The quota does not hold another file.
    #[error("the quota is used up; delete what is not needed or ask for more")]
    Quota,
}

impl Fault for MediaError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Catalogue(error) => error.kind(),
            Self::Jobs(error) => error.kind(),
            Self::Mask(error) => error.kind(),
            Self::Kind { .. } => ErrorKind::Invalid,
            Self::Quota => ErrorKind::TooLarge,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Catalogue(error) => error.slug(),
            Self::Jobs(error) => error.slug(),
            Self::Mask(error) => error.slug(),
            Self::Kind { .. } => "kind-unknown",
            Self::Quota => "quota-used-up",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Catalogue(error) => error.args(),
            Self::Jobs(error) => error.args(),
            Self::Mask(error) => error.args(),
            Self::Kind { given } => vec![("given", given.chars().take(40).collect())],
            Self::Quota => Vec::new(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Catalogue(error) => error.field(),
            Self::Jobs(error) => error.field(),
            Self::Mask(error) => error.field(),
            Self::Kind { .. } => Some("taken_as"),
            Self::Quota => None,
        }
    }
}

fn kinds() -> String {
    TakenFor::ALL.map(TakenFor::name).join(", ")
}

/// The files of all listings. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Media {
    database: Database,
    clock: Clock,
    plan: Plan,
}

impl Media {
    /// Over this database.
    pub fn new(database: Database, clock: Clock, plan: Plan) -> Self {
        Self { database, clock, plan }
    }

    /// If the caller's tenant has sent these bytes before, they become an asset of the listing
    /// without being sent again. Other tenants' files count as unknown: a hash proves no possession.
    pub async fn take_over(
        &self,
        who: &Principal,
        actor: &Actor,
        (listing, owners): (ListingId, &Owners),
        hash: &Blake3,
        size: u64,
    ) -> Result<Option<AssetId>, MediaError> {
        let Some(tenant) = who.tenant.as_ref().map(|tenant| tenant.id) else { return Ok(None) };
        let Some(known) = assets::same_bytes(&self.database, tenant, listing, hash).await? else {
            return Ok(None);
        };
        if known.original.size != size {
            return Ok(None);
        }
        if known.listing == listing {
            return Ok(Some(known.id));
        }
        let now = self.clock.now();
        let asset = Asset::arriving(
            AssetId::new(),
            listing,
            (known.tenant, who.id),
            known.original,
            (known.file_name, known.media_type),
            now,
        );
        let mut tx = self.database.begin().await?;
        // The bytes are counted once a tenant, but a tenant over its quota adds nothing.
        let usage = uploads::usage(&mut tx, tenant).await?;
        if usage.stored > usage.quota {
            return Err(MediaError::Quota);
        }
        let (id, new) = assets::add(&mut tx, &asset).await?;
        if new {
            arrival::arrived(&mut tx, self.database.dialect(), now, &asset, owners, self.plan)
                .await?;
            let detail = serde_json::json!({
                "listing": listing, "file_name": asset.file_name, "blake3": asset.original.blake3,
                "sha256": asset.original.sha256, "size": asset.original.size, "known": true,
            });
            let by = By { now: self.clock.now(), actor, dialect: self.database.dialect() };
            assets::log(&mut tx, by, "asset.add", &asset, detail).await?;
        }
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(Some(id))
    }

    /// Notes what a person says that a file is, and lets follow what follows from it. While masks hide something in it, a
    /// panorama does not become a photo, nor a photo a panorama: the masks would lie elsewhere.
    pub async fn take_as(
        &self,
        actor: &Actor,
        (asset, owners): (&Asset, &Owners),
        version: i64,
        taken_as: Option<&str>,
    ) -> Result<Asset, MediaError> {
        // What is no picture cannot be taken for one.
        let found = asset.probe.as_ref().and_then(|probe| probe["taken_for"].as_str());
        let is_no_picture = [TakenFor::Video, TakenFor::Sound, TakenFor::TourProject]
            .iter()
            .any(|kind| found == Some(kind.name()));
        let refused = |given: &&str| is_no_picture || TakenFor::parse(given).is_none();
        if let Some(given) = taken_as.filter(refused) {
            return Err(MediaError::Kind { given: given.to_owned() });
        }
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        assets::take_as(&mut tx, asset.id, version, taken_as, now).await?;
        let changed = Asset { taken_as: taken_as.map(str::to_owned), ..asset.clone() };
        keep_masks(&mut tx, now, &changed).await?;
        let (dialect, audience) = (self.database.dialect(), arrival::audience(asset, owners));
        arrival::judged(&mut tx, dialect, now, &changed, audience, self.plan).await?;
        let detail = serde_json::json!({"before": asset.taken_as, "after": taken_as});
        let by = By { now: self.clock.now(), actor, dialect: self.database.dialect() };
        assets::log(&mut tx, by, "asset.take_as", asset, detail).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(assets::find(&self.database, asset.id).await?)
    }

    /// Takes a file out of its listing; the original stays.
    pub async fn remove(
        &self,
        actor: &Actor,
        asset: &Asset,
        owners: &Owners,
    ) -> Result<(), MediaError> {
        let mut tx = self.database.begin().await?;
        let now = self.clock.now();
        if assets::delete(&mut tx, asset.id, now).await? {
            let (dialect, audience) = (self.database.dialect(), arrival::audience(asset, owners));
            arrival::tell(&mut tx, dialect, now, asset, audience, None).await?;
            let detail = serde_json::json!({
                "listing": asset.listing, "file_name": asset.file_name, "blake3": asset.original.blake3,
            });
            let by = By { now: self.clock.now(), actor, dialect: self.database.dialect() };
            assets::log(&mut tx, by, "asset.remove", asset, detail).await?;
        }
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(())
    }

    /// Writes down who took an original out: it shows places and persons. Later pieces of the same
    /// download (ranges that do not begin at the first byte) are not written down again.
    pub async fn note_download(
        &self,
        actor: &Actor,
        asset: &Asset,
        range: Option<&Range<u64>>,
    ) -> Result<(), MediaError> {
        if range.is_some_and(|range| range.start > 0) {
            return Ok(());
        }
        let mut tx = self.database.begin().await?;
        let detail = serde_json::json!({"blake3": asset.original.blake3});
        let by = By { now: self.clock.now(), actor, dialect: self.database.dialect() };
        assets::log(&mut tx, by, "asset.download", asset, detail).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(())
    }
}

/// Fails where the present masks hide something and would lie elsewhere in what the file is taken for now; those that hide
/// nothing are dropped then.
async fn keep_masks(tx: &mut Transaction, now: Instant, asset: &Asset) -> Result<(), MediaError> {
    let Some(surface) = arrival::surface_of(asset) else { return Ok(()) };
    let list = masks::find_in(tx, asset.id).await?;
    if list.version == 0 || list.surface == surface {
        return Ok(());
    }
    match list.masks.iter().filter(|mask| mask.state == MaskState::Confirmed).count() {
        0 => {
            masks::save(tx, now, (asset.id, surface), list.version, &[]).await?;
            Ok(())
        }
        count => Err(MaskError::OtherSurface { count }.into()),
    }
}
