//! A tour: its scenes and links, and the steps from draft to published.
//!
//! draft → submitted → approved or returned → published → withdrawn. Submitting, reviewing and
//! publishing are done by three different people (网拍规定 6, 7: an agency may prepare and show,
//! the court decides; guide node N26 asks for two reviewers who did not make the media).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hotspots::{Hotspot, MAX_HOTSPOTS};
use super::other_day::OtherDay;
use super::plan::{self, Plan};
use crate::base::id::{AssetId, ListingId, PanoramaId, SceneId, UserId};
use crate::base::{ErrorKind, Fault};

/// Most scenes of one tour.
pub const MAX_SCENES: usize = 200;
/// Longest name of a scene, characters.
pub const MAX_TITLE_CHARACTERS: usize = 80;
/// Some five minutes of speech.
const MAX_NARRATION_CHARACTERS: usize = 1_000;
/// Most links of one scene.
pub const MAX_LINKS: usize = 40;

/// Where a draft stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TourState {
    /// 草稿: may be edited.
    Draft,
    /// 待审核: waits for the reviewer, may not be edited.
    Submitted,
    /// 审核通过: may be published.
    Approved,
    /// 退回修改: came back with remarks, may be edited.
    Returned,
}

/// A direction and how much is seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct View {
    /// Degrees, right positive, −180 to 180.
    pub yaw: f64,
    /// Degrees, up positive, −90 to 90.
    pub pitch: f64,
    /// Horizontal field of view in degrees, 30 to 120.
    pub hfov: f64,
}

/// An arrow from one scene to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// The scene that it leads to.
    #[schema(value_type = String)]
    pub target: SceneId,
    /// Degrees, right positive, −180 to 180.
    pub yaw: f64,
    /// Degrees, up positive, −90 to 90.
    pub pitch: f64,
}

/// One standpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Scene {
    /// Stays the same from version to version.
    #[schema(value_type = String)]
    pub id: SceneId,
    /// The tiled picture.
    #[schema(value_type = String)]
    pub panorama: PanoramaId,
    /// The room's name as shown.
    pub title: String,
    /// The day the picture was taken (ISO 8601), if known.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub captured_at: Option<jiff::civil::Date>,
    /// Yaw of geographic north in the picture, in degrees, if known.
    #[serde(default)]
    pub north_yaw: Option<f64>,
    /// What is seen first.
    pub initial_view: View,
    /// Where the camera stood on the plan, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<[f64; 2]>,
    /// Arrows to other scenes.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Marks that tell something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hotspots: Vec<Hotspot>,
    /// What the right eye sees in a headset, where the scene's panorama is the left eye's. The server finds it; what is sent
    /// here counts for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub right_eye: Option<PanoramaId>,
    /// The same spot on another day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_day: Option<OtherDay>,
    /// What the guided tour says here: plain text, up to 1,000 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub narration: String,
    /// A recording of the listing that the guided tour plays instead of the browser's voice; the narration is its caption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub narration_sound: Option<AssetId>,
}

/// The whole tour as the studio edits it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TourDocument {
    /// The scene that is shown first; the first of the list where unset.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub start: Option<SceneId>,
    /// In the order of the scene list.
    pub scenes: Vec<Scene>,
    /// The floor plan, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// What the viewer tells about the listing.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The listing.
    pub listing: ListingId,
    /// Its title.
    pub title: String,
    /// The court's name.
    pub court: String,
}

/// A rule of tours says no.
#[derive(Debug, thiserror::Error)]
pub enum TourError {
    /// The step does not follow from the present state.
    #[error("a tour that is {state} cannot be {step}; load it again to see what has happened")]
    WrongState {
        /// Present state, in snake case.
        state: String,
        /// The step that was asked for.
        step: &'static str,
    },
    /// One person may not do two steps.
    #[error("whoever {earlier} a tour may not {step} it: ask a colleague (four-eyes rule)")]
    SamePerson {
        /// What the person did before: `submitted` or `reviewed`.
        earlier: &'static str,
        /// The step that was asked for.
        step: &'static str,
    },
    /// The person has not the role, or not for this listing.
    #[error("you may not {step} this tour; it needs the role {needed} of the listing's court")]
    NotAllowed {
        /// The step that was asked for.
        step: &'static str,
        /// The role.
        needed: &'static str,
    },
    /// A tour without scenes.
    #[error("the tour has no scenes; add at least one panorama")]
    Empty,
    /// What a reviewer wrote is out of bounds.
    #[error("{0}")]
    Remark(String),
    /// Returning or withdrawing without a word.
    #[error("say why: the reason is missing")]
    ReasonMissing,
    /// Pictures, videos or recordings that the court has not opened, watched or heard as they are now.
    #[error(
        "{count} pictures, videos or recordings were not looked at ({names}): open, watch or hear each before the tour is approved"
    )]
    Unseen {
        /// How many.
        count: usize,
        /// The first ones' file names.
        names: String,
    },
    /// Something in the document is out of bounds.
    #[error("scene {scene}: {what}")]
    Document {
        /// Number of the scene, from 1.
        scene: usize,
        /// What is wrong and what is allowed.
        what: String,
    },
}

impl Fault for TourError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::WrongState { .. } | Self::Unseen { .. } => ErrorKind::Conflict,
            Self::SamePerson { .. } | Self::NotAllowed { .. } => ErrorKind::Forbidden,
            Self::Empty | Self::ReasonMissing | Self::Remark(_) | Self::Document { .. } => {
                ErrorKind::Invalid
            }
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "tour-wrong-state",
            Self::SamePerson { .. } => "tour-same-person",
            Self::NotAllowed { .. } => "tour-not-allowed",
            Self::Empty => "tour-empty",
            Self::ReasonMissing => "reason-missing",
            Self::Unseen { .. } => "shown-unseen",
            Self::Document { .. } => "tour-document",
            Self::Remark(_) => "tour-remark",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::WrongState { state, step } => {
                vec![("state", state.clone()), ("step", (*step).to_owned())]
            }
            Self::SamePerson { earlier, step } => {
                vec![("earlier", (*earlier).to_owned()), ("step", (*step).to_owned())]
            }
            Self::NotAllowed { step, needed } => {
                vec![("step", (*step).to_owned()), ("needed", (*needed).to_owned())]
            }
            Self::Unseen { count, names } => {
                vec![("count", count.to_string()), ("names", names.clone())]
            }
            Self::Document { scene, what } => {
                vec![("scene", scene.to_string()), ("what", what.clone())]
            }
            Self::Remark(what) => vec![("what", what.clone())],
            Self::Empty | Self::ReasonMissing => Vec::new(),
        }
    }
}

impl TourState {
    /// States in which the draft and what it shows may be edited: all but under review.
    pub const EDITABLE: [Self; 3] = [Self::Draft, Self::Returned, Self::Approved];

    /// The name in the database and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Returned => "returned",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Draft, Self::Submitted, Self::Approved, Self::Returned]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// Fails unless this is one of the states from which `step` may be done.
    pub fn require(self, allowed: &[Self], step: &'static str) -> Result<(), TourError> {
        if allowed.contains(&self) {
            Ok(())
        } else {
            Err(TourError::WrongState { state: self.name().to_owned(), step })
        }
    }
}

/// Who did the earlier steps of the version at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hands {
    /// Who submitted it.
    pub submitted_by: Option<UserId>,
    /// Who approved or returned it.
    pub reviewed_by: Option<UserId>,
}

impl Hands {
    /// Whether `who` may review: not the submitter.
    pub fn may_review(&self, who: UserId) -> Result<(), TourError> {
        if self.submitted_by == Some(who) {
            return Err(TourError::SamePerson { earlier: "submitted", step: "review" });
        }
        Ok(())
    }

    /// Whether `who` may publish: neither the submitter nor the reviewer.
    pub fn may_publish(&self, who: UserId) -> Result<(), TourError> {
        if self.submitted_by == Some(who) {
            return Err(TourError::SamePerson { earlier: "submitted", step: "publish" });
        }
        if self.reviewed_by == Some(who) {
            return Err(TourError::SamePerson { earlier: "reviewed", step: "publish" });
        }
        Ok(())
    }
}

impl TourDocument {
    /// Checks names, angles and that every link leads to a scene of this tour.
    pub fn check(&self) -> Result<(), TourError> {
        let ids: HashSet<SceneId> = self.scenes.iter().map(|scene| scene.id).collect();
        if ids.len() != self.scenes.len() {
            return Err(document(0, "two scenes have the same id"));
        }
        if self.scenes.len() > MAX_SCENES {
            return Err(document(
                MAX_SCENES + 1,
                format!("a tour has at most {MAX_SCENES} scenes"),
            ));
        }
        if self.start.is_some_and(|start| !ids.contains(&start)) {
            return Err(document(0, "the start scene is not in the tour"));
        }
        if let Some(plan) = &self.plan {
            plan.check().map_err(|what| document(0, what))?;
        }
        for (index, scene) in self.scenes.iter().enumerate() {
            scene.check(&ids).map_err(|what| document(index + 1, what))?;
        }
        Ok(())
    }

    /// Fails for a tour that nobody could walk through.
    pub fn require_scenes(&self) -> Result<(), TourError> {
        if self.scenes.is_empty() { Err(TourError::Empty) } else { Ok(()) }
    }

    /// Fails where something is to be heard that nobody could read: whoever does not hear needs its words.
    pub fn require_captions(&self) -> Result<(), TourError> {
        let silent =
            |scene: &Scene| scene.narration_sound.is_some() && scene.narration.trim().is_empty();
        match self.scenes.iter().position(silent) {
            None => Ok(()),
            Some(index) => Err(TourError::Document {
                scene: index + 1,
                what: "its narration has a recording without words; write down what is said, for it is the caption".to_owned(),
            }),
        }
    }

    /// The scene that is shown first.
    pub fn start_scene(&self) -> Option<SceneId> {
        self.start.or_else(|| self.scenes.first().map(|scene| scene.id))
    }
}

impl Scene {
    fn check(&self, ids: &HashSet<SceneId>) -> Result<(), String> {
        let title = self.title.trim();
        if title.is_empty() || title.chars().count() > MAX_TITLE_CHARACTERS {
            return Err(format!("the name must have 1 to {MAX_TITLE_CHARACTERS} characters"));
        }
        within("the initial yaw", self.initial_view.yaw, -180.0, 180.0)?;
        within("the initial pitch", self.initial_view.pitch, -90.0, 90.0)?;
        within("the initial HFOV", self.initial_view.hfov, 30.0, 120.0)?;
        if let Some(north) = self.north_yaw {
            within("the yaw of north", north, -180.0, 360.0)?;
        }
        if let Some(position) = self.position {
            plan::check_position(position)?;
        }
        if let Some(other) = &self.other_day {
            other.check(self.panorama)?;
        }
        if self.narration.chars().count() > MAX_NARRATION_CHARACTERS {
            return Err(format!(
                "the narration has more than {MAX_NARRATION_CHARACTERS} characters"
            ));
        }
        if self.links.len() > MAX_LINKS {
            return Err(format!("a scene has at most {MAX_LINKS} links"));
        }
        for link in &self.links {
            within("the yaw of a link", link.yaw, -180.0, 180.0)?;
            within("the pitch of a link", link.pitch, -90.0, 90.0)?;
            if link.target == self.id {
                return Err("a link leads to its own scene".to_owned());
            }
            if !ids.contains(&link.target) {
                return Err(format!("a link leads to '{}', which is not in the tour", link.target));
            }
        }
        if self.hotspots.len() > MAX_HOTSPOTS {
            return Err(format!("a scene has at most {MAX_HOTSPOTS} hotspots"));
        }
        let marks: HashSet<_> = self.hotspots.iter().map(|hotspot| hotspot.id).collect();
        if marks.len() != self.hotspots.len() {
            return Err("two hotspots have the same id".to_owned());
        }
        self.hotspots.iter().try_for_each(Hotspot::check)
    }
}

pub(super) fn within(what: &str, value: f64, low: f64, high: f64) -> Result<(), String> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(format!("{what} is {value}°, allowed is {low}° to {high}°"))
    }
}

fn document(scene: usize, what: impl Into<String>) -> TourError {
    TourError::Document { scene, what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> Scene {
        Scene {
            id: SceneId::new(),
            panorama: PanoramaId::new(),
            title: "客厅".to_owned(),
            captured_at: None,
            north_yaw: None,
            initial_view: View { yaw: 0.0, pitch: 0.0, hfov: 90.0 },
            position: None,
            links: Vec::new(),
            hotspots: Vec::new(),
            right_eye: None,
            other_day: None,
            narration: String::new(),
            narration_sound: None,
        }
    }

    #[test]
    fn a_link_must_lead_to_another_scene_of_the_tour() {
        let (mut one, other) = (scene(), scene());
        one.links.push(Link { target: other.id, yaw: 10.0, pitch: -5.0 });
        let mut tour =
            TourDocument { start: Some(one.id), scenes: vec![one.clone(), other], plan: None };
        tour.check().unwrap();
        tour.scenes.pop();
        assert!(tour.check().unwrap_err().to_string().contains("not in the tour"));
        tour.scenes[0].links[0].target = one.id;
        assert!(tour.check().unwrap_err().to_string().contains("its own scene"));
    }

    #[test]
    fn angles_that_are_no_numbers_are_refused() {
        let mut tour = TourDocument { start: None, scenes: vec![scene()], plan: None };
        tour.scenes[0].initial_view.yaw = f64::NAN;
        assert!(tour.check().is_err());
    }

    #[test]
    fn a_narration_is_counted_in_characters() {
        let mut tour = TourDocument { scenes: vec![scene()], ..TourDocument::default() };
        tour.scenes[0].narration = "房".repeat(1_000);
        tour.check().unwrap();
        tour.scenes[0].narration.push('屋');
        assert!(tour.check().unwrap_err().to_string().contains("narration"));
    }

    #[test]
    fn three_steps_need_three_people() {
        let (maker, reviewer, publisher) = (UserId::new(), UserId::new(), UserId::new());
        let hands = Hands { submitted_by: Some(maker), reviewed_by: Some(reviewer) };
        assert!(hands.may_review(maker).is_err());
        assert!(hands.may_publish(maker).is_err());
        assert!(hands.may_publish(reviewer).is_err());
        assert!(hands.may_publish(publisher).is_ok());
    }
}
