//! Masks of a picture: saved, looked at by the reviewer, and the new tiles or photo that follow.

use serde_json::json;

use super::arrival::{self, Plan};
use super::steps::detect::DETECT;
use crate::auction::access::Owners;
use crate::auction::mask_carry::elsewhere;
use crate::auction::mask_proposals;
use crate::auction::masks::{self, Mask, MaskError, MaskWish, Seen};
use crate::auction::people::Principal;
use crate::auction::tour::{TourError, TourState};
use crate::base::id::{AssetId, MaskId};
use crate::base::{Clock, ErrorKind, Fault};
use crate::catalogue::assets::{self, Asset};
use crate::catalogue::audit::Actor;
use crate::catalogue::jobs::{self, JobsError, State};
use crate::catalogue::listings::By;
use crate::catalogue::masks::{self as lists, Masked};
use crate::catalogue::tours::{self, Draft};
use crate::catalogue::{CatalogueError, Database, Transaction};
use crate::geometry::Surface;

/// Masks cannot be treated so.
#[derive(Debug, thiserror::Error)]
pub enum MasksError {
    /// The database.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The queue of jobs.
    #[error(transparent)]
    Jobs(#[from] JobsError),
    /// A rule of masks.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// A rule of tours.
    #[error(transparent)]
    Tour(#[from] TourError),
}

impl MasksError {
    fn cause(&self) -> &dyn Fault {
        match self {
            Self::Catalogue(error) => error,
            Self::Jobs(error) => error,
            Self::Mask(error) => error,
            Self::Tour(error) => error,
        }
    }
}

impl Fault for MasksError {
    fn kind(&self) -> ErrorKind {
        self.cause().kind()
    }

    fn slug(&self) -> &'static str {
        self.cause().slug()
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        self.cause().args()
    }

    fn field(&self) -> Option<&str> {
        self.cause().field()
    }
}

/// The masks of all pictures. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Masks {
    database: Database,
    clock: Clock,
    plan: Plan,
}

impl Masks {
    /// Over this database.
    pub fn new(database: Database, clock: Clock, plan: Plan) -> Self {
        Self { database, clock, plan }
    }

    /// Saves the masks of a picture whose `version` the person has seen. Where something else is hidden than before, its
    /// tiles or its small picture are made anew, and a tour that was approved with it has to be looked at again.
    pub async fn save(
        &self,
        (who, actor): (&Principal, &Actor),
        (asset, owners): (&Asset, &Owners),
        version: i64,
        wishes: Vec<MaskWish>,
    ) -> Result<Masked, MasksError> {
        if !owners.may_mask(who) {
            return Err(MaskError::NotAllowed { step: "draw" }.into());
        }
        let surface = arrival::surface_of(asset).ok_or(MaskError::NoPicture)?;
        let now = self.clock.now();
        let draft = self.draft_with(asset).await?;
        if let Some(draft) = &draft {
            draft.state.require(&TourState::EDITABLE, "masked")?;
        }
        let mut tx = self.database.begin().await?;
        if let Some(draft) = &draft {
            lists::hold_tour(&mut tx, asset.listing, draft.version).await?;
        }
        let before = lists::find_in(&mut tx, asset.id).await?;
        let there = if before.surface == surface { &before.masks[..] } else { &[] };
        let list = masks::revised(surface, there, wishes, who.id, now)?;
        let after = lists::save(&mut tx, now, (asset.id, surface), version, &list).await?;
        if after.hash != before.hash {
            if let Some(draft) = draft.filter(|draft| draft.state == TourState::Approved) {
                tours::save_draft(&mut tx, now, asset.listing, draft.version, &draft.document)
                    .await?;
            }
            let audience = arrival::audience(asset, owners);
            arrival::judged(&mut tx, self.database.dialect(), now, asset, audience, self.plan)
                .await?;
        }
        let detail = json!({"version": after.version, "hash": after.hash, "masks": after.masks});
        let by = By { now: self.clock.now(), actor, dialect: self.database.dialect() };
        assets::log(&mut tx, by, "masks.save", asset, detail).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(after)
    }

    /// Notes that a reviewer has looked at a mask as it is.
    pub async fn see(
        &self,
        (who, actor): (&Principal, &Actor),
        asset: &Asset,
        mask: MaskId,
    ) -> Result<Masked, MasksError> {
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let before = lists::find_in(&mut tx, asset.id).await?;
        let mut list = before.masks;
        let missing = || CatalogueError::NotFound { what: "mask", id: mask.to_string() };
        let found: &mut Mask = list.iter_mut().find(|one| one.id == mask).ok_or_else(missing)?;
        if found.by == Some(who.id) {
            return Err(MaskError::SamePerson.into());
        }
        found.seen = Some(Seen { by: who.id, at: now });
        let detail = json!({"mask": found});
        let picture = (asset.id, before.surface);
        let after = lists::save(&mut tx, now, picture, before.version, &list).await?;
        let by = By { now: self.clock.now(), actor, dialect: self.database.dialect() };
        assets::log(&mut tx, by, "masks.see", asset, detail).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(after)
    }

    /// Proposes a mask in the other pictures of the tour's draft that see the same spot: on the other day of its scene, and in
    /// other scenes where the plan says so. Answers in how many it was proposed; doing so again proposes nothing twice.
    pub async fn carry(
        &self,
        (who, actor): (&Principal, &Actor),
        (asset, owners): (&Asset, &Owners),
        mask: MaskId,
    ) -> Result<usize, MasksError> {
        if !owners.may_mask(who) {
            return Err(MaskError::NotAllowed { step: "draw" }.into());
        }
        let now = self.clock.now();
        let list = lists::find(&self.database, asset.id).await?;
        let missing = || CatalogueError::NotFound { what: "mask", id: mask.to_string() };
        let source = list.masks.iter().find(|one| one.id == mask).ok_or_else(missing)?;
        let Some(draft) = self.draft_with(asset).await? else { return Ok(0) };
        draft.state.require(&TourState::EDITABLE, "masked")?;
        let standing = lists::standing(&self.database, asset.listing).await?;
        let asset_of = |panorama| standing.get(&panorama).map(|standing| standing.asset);
        let is_source = |panorama| asset_of(panorama) == Some(asset.id);
        let found = elsewhere(&draft.document, is_source, &source.corners);
        let mut tx = self.database.begin().await?;
        lists::hold_tour(&mut tx, asset.listing, draft.version).await?;
        let mut proposed = 0;
        for (panorama, corners) in found {
            let other = asset_of(panorama).filter(|other| *other != asset.id);
            let Some(other) = other else { continue };
            let there = lists::find_in(&mut tx, other).await?;
            let Some(new) = mask_proposals::after(source, &corners, &there.masks, now) else {
                continue;
            };
            let mut all = there.masks;
            all.push(new);
            lists::save(&mut tx, now, (other, Surface::Sphere), there.version, &all).await?;
            proposed += 1;
        }
        let detail = json!({"mask": mask, "scenes": proposed});
        let by = By { now: self.clock.now(), actor, dialect: self.database.dialect() };
        assets::log(&mut tx, by, "masks.carry", asset, detail).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(proposed)
    }

    /// Asks the models for another look at a picture. One that waits or runs already is not asked for twice.
    pub async fn look_again(
        &self,
        (who, actor): (&Principal, &Actor),
        (asset, owners): (&Asset, &Owners),
    ) -> Result<(), MasksError> {
        if !owners.may_mask(who) {
            return Err(MaskError::NotAllowed { step: "draw" }.into());
        }
        if let Some(draft) = self.draft_with(asset).await? {
            draft.state.require(&TourState::EDITABLE, "masked")?;
        }
        let (now, dialect) = (self.clock.now(), self.database.dialect());
        let latest = jobs::find(&self.database, DETECT, &asset.id.to_string()).await?;
        let is_under_way =
            latest.is_some_and(|job| matches!(job.state, State::Queued | State::Running));
        if is_under_way {
            return Ok(());
        }
        let mut tx = self.database.begin().await?;
        let audience = arrival::audience(asset, owners);
        let job = arrival::look(&mut tx, dialect, now, asset, audience, self.plan, true)
            .await?
            .ok_or_else(|| CatalogueError::NotFound {
                what: "picture of asset",
                id: asset.id.to_string(),
            })?;
        let by = By { now, actor, dialect };
        assets::log(&mut tx, by, "masks.look", asset, json!({"job": job})).await?;
        tx.commit().await.map_err(CatalogueError::from)?;
        Ok(())
    }

    /// Lets the models look at photos that a tour begins to show, each once. Photos that no tour shows need no masks.
    pub async fn look_at_photos(
        &self,
        tx: &mut Transaction,
        owners: &Owners,
        photos: impl IntoIterator<Item = AssetId>,
    ) -> Result<(), MasksError> {
        let (now, dialect) = (self.clock.now(), self.database.dialect());
        for photo in photos {
            let asset = assets::find(&self.database, photo).await?;
            if arrival::surface_of(&asset) != Some(Surface::Flat) {
                continue;
            }
            let audience = arrival::audience(&asset, owners);
            match arrival::look(tx, dialect, now, &asset, audience, self.plan, false).await {
                // No reason to lose what somebody saved.
                Err(error @ JobsError::QueueFull { .. }) => {
                    tracing::warn!(%error, "nobody will look for what has to be hidden in a photo");
                }
                other => {
                    other?;
                }
            }
        }
        Ok(())
    }

    /// The draft of the listing's tour, if it shows the asset.
    async fn draft_with(&self, asset: &Asset) -> Result<Option<Draft>, CatalogueError> {
        let Some(draft) = tours::draft(&self.database, asset.listing).await? else {
            return Ok(None);
        };
        let standing = lists::standing(&self.database, asset.listing).await?;
        let shows = draft.document.shown().any(|shown| {
            standing.get(&shown.panorama).is_some_and(|standing| standing.asset == asset.id)
        }) || draft.document.pictures().contains(&asset.id);
        Ok(shows.then_some(draft))
    }
}
