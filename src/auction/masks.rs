//! Privacy masks: what of a panorama, a photo or a plan's picture the public must not see. A court shows a home because of a legal duty, and no more of
//! its people's data than that duty needs (个人信息保护法 art. 6, 34); a face is sensitive (art. 28). Rules only: pixels
//! are hidden in `imaging::mask`.
//!
//! The maker of the tour draws masks or decides on proposed ones; the reviewer has to look at each, also at those that
//! were rejected or lifted, before the tour is approved. Whoever changed a mask last is never the one who checks it.

use serde::{Deserialize, Serialize};

pub use super::mask_error::MaskError;
use crate::base::id::{MaskId, UserId};
use crate::base::{Blake3, Instant};
use crate::geometry::Surface;

/// Most masks of one picture, decided or not.
pub const MOST_MASKS: usize = 200;
const MOST_NOTE_CHARACTERS: usize = 200;

/// What is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskKind {
    /// 人脸: a face, also on a photo on the wall.
    Face,
    /// 号牌: a number plate.
    Plate,
    /// 证件文书: paper with names, numbers or addresses.
    Paper,
    /// 其他.
    Other,
}

/// Where a mask comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody drew it.
    Hand,
    /// The program proposed it.
    Proposed,
}

/// What was decided about a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskState {
    /// Nobody has decided; a tour with it cannot be submitted.
    Proposed,
    /// It is applied.
    Confirmed,
    /// It is not applied: nothing there has to be hidden.
    Rejected,
}

/// The second pair of eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The reviewer.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// One mask of a picture; what its corners lie on is told by the list that it is in ([`Surface`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mask {
    /// Given by whoever drew it.
    pub id: MaskId,
    /// 3 to 64 corners. On a sphere yaw (±180) and pitch (±90) in degrees in the tour's directions, rounded to 0.001, joined
    /// by great-circle arcs; in a flat picture x from the left and y from the top of the upright picture, 0 to 1 of its
    /// width and height, rounded to 0.00001.
    pub corners: Vec<[f64; 2]>,
    /// What is hidden.
    pub kind: MaskKind,
    /// For colleagues; never public.
    pub note: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What was decided.
    pub state: MaskState,
    /// Who changed it last; none for an undecided proposal.
    pub by: Option<UserId>,
    /// When.
    pub at: Instant,
    /// Whether a reviewer has looked at it as it is.
    pub seen: Option<Seen>,
    /// The mask of another scene that it was proposed after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_from: Option<MaskId>,
    /// The model that proposed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// What a model said of what it proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Its name.
    pub model: String,
    /// How sure it is, 0 to 1; no probability.
    pub confidence: f64,
}

/// A mask as its maker wants it.
#[derive(Clone, Debug, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskWish {
    /// Stays the same from save to save.
    #[schema(value_type = String)]
    pub id: MaskId,
    /// Yaw and pitch in degrees; x and y from 0 to 1 in a photo or a plan's picture.
    pub corners: Vec<[f64; 2]>,
    /// `face`, `plate`, `paper` or `other`.
    #[schema(value_type = String)]
    pub kind: MaskKind,
    /// At most 200 characters.
    #[serde(default)]
    pub note: String,
    /// `confirmed`, `rejected`, or, for a proposal, still `proposed`.
    #[schema(value_type = String)]
    pub state: MaskState,
}

/// The masks of a picture after its maker saved `wishes` in place of `before`.
///
/// What is left out goes, but a proposal, and a mask that a reviewer has seen, stays as rejected: the next review shows
/// that something is hidden no more. A mask that changes where or whether it hides has to be looked at again.
pub fn revised(
    surface: Surface,
    before: &[Mask],
    wishes: Vec<MaskWish>,
    who: UserId,
    now: Instant,
) -> Result<Vec<Mask>, MaskError> {
    let mut after = Vec::with_capacity(wishes.len());
    for (index, wish) in wishes.into_iter().enumerate() {
        let wrong = |what: String| MaskError::Mask { mask: index + 1, what };
        if after.iter().any(|mask: &Mask| mask.id == wish.id) {
            return Err(wrong("it is in the list twice".to_owned()));
        }
        let old = before.iter().find(|mask| mask.id == wish.id);
        after.push(one_revised(surface, old, wish, who, now).map_err(wrong)?);
    }
    for mask in before {
        let stays = mask.origin == Origin::Proposed
            || mask.seen.is_some()
            || mask.state == MaskState::Rejected;
        if stays && !after.iter().any(|kept| kept.id == mask.id) {
            let untouched = mask.state == MaskState::Rejected;
            after.push(if untouched {
                mask.clone()
            } else {
                Mask {
                    state: MaskState::Rejected,
                    by: Some(who),
                    at: now,
                    seen: None,
                    ..mask.clone()
                }
            });
        }
    }
    if after.len() > MOST_MASKS {
        return Err(MaskError::TooMany { count: after.len() });
    }
    Ok(after)
}

fn one_revised(
    surface: Surface,
    old: Option<&Mask>,
    wish: MaskWish,
    who: UserId,
    now: Instant,
) -> Result<Mask, String> {
    surface.polygon(&wish.corners).map_err(|error| error.to_string())?;
    let note = wish.note.trim().to_owned();
    if note.chars().count() > MOST_NOTE_CHARACTERS {
        return Err(format!("the note has more than {MOST_NOTE_CHARACTERS} characters"));
    }
    let corners = surface.rounded(&wish.corners);
    let origin = old.map_or(Origin::Hand, |old| old.origin);
    if wish.state == MaskState::Proposed && origin == Origin::Hand {
        return Err(
            "only the program proposes; a mask drawn by hand is confirmed or rejected".to_owned()
        );
    }
    let mask = Mask {
        id: wish.id,
        corners,
        kind: wish.kind,
        note,
        origin,
        state: wish.state,
        by: Some(who),
        at: now,
        seen: None,
        carried_from: old.and_then(|old| old.carried_from),
        found: old.and_then(|old| old.found.clone()),
    };
    Ok(match old {
        Some(old)
            if old.corners == mask.corners && old.kind == mask.kind && old.state == mask.state =>
        {
            Mask { note: mask.note, ..old.clone() }
        }
        _ => mask,
    })
}

/// What is to be hidden: the outlines of the confirmed masks in whole steps of their surface, in an order of their own, so
/// that the same masks always give the same text.
pub fn applied(surface: Surface, masks: &[Mask]) -> Vec<Vec<[i32; 2]>> {
    let confirmed = masks.iter().filter(|mask| mask.state == MaskState::Confirmed);
    let mut outlines: Vec<_> = confirmed.map(|mask| surface.whole(&mask.corners)).collect();
    outlines.sort();
    outlines.dedup();
    outlines
}

/// Names what [`applied`] gives; empty where nothing is hidden.
pub fn hash(outlines: &[Vec<[i32; 2]>]) -> String {
    if outlines.is_empty() {
        return String::new();
    }
    Blake3::of(serde_json::json!(outlines).to_string().as_bytes()).to_string()
}

/// How many proposals nobody has decided on.
pub fn require_decided<'a>(masks: impl Iterator<Item = &'a Mask>) -> Result<(), MaskError> {
    match masks.filter(|mask| mask.state == MaskState::Proposed).count() {
        0 => Ok(()),
        count => Err(MaskError::Undecided { count }),
    }
}

/// Fails unless a reviewer has looked at every mask.
pub fn require_seen<'a>(masks: impl Iterator<Item = &'a Mask>) -> Result<(), MaskError> {
    match masks.filter(|mask| mask.seen.is_none()).count() {
        0 => Ok(()),
        count => Err(MaskError::Unseen { count }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [[f64; 2]; 4] = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];

    fn wish(corners: &[[f64; 2]], state: MaskState) -> MaskWish {
        MaskWish {
            id: MaskId::new(),
            corners: corners.to_vec(),
            kind: MaskKind::Face,
            note: String::new(),
            state,
        }
    }

    fn now() -> Instant {
        Instant::from_millis(1_000)
    }

    fn as_wish(mask: &Mask) -> MaskWish {
        MaskWish {
            id: mask.id,
            corners: mask.corners.clone(),
            kind: mask.kind,
            note: mask.note.clone(),
            state: mask.state,
        }
    }

    #[test]
    fn only_confirmed_masks_hide_and_their_order_does_not_matter() {
        let who = UserId::new();
        let other = SQUARE.map(|[yaw, pitch]| [yaw + 30.0, pitch]);
        let wishes = vec![wish(&SQUARE, MaskState::Confirmed), wish(&other, MaskState::Confirmed)];
        let masks = revised(Surface::Sphere, &[], wishes, who, now()).unwrap();
        let mut turned = masks.clone();
        turned.reverse();
        assert_eq!(
            hash(&applied(Surface::Sphere, &masks)),
            hash(&applied(Surface::Sphere, &turned))
        );
        turned[0].state = MaskState::Rejected;
        assert_eq!(applied(Surface::Sphere, &turned).len(), 1);
        assert_ne!(
            hash(&applied(Surface::Sphere, &masks)),
            hash(&applied(Surface::Sphere, &turned))
        );
        assert_eq!(hash(&[]), "");
    }

    #[test]
    fn what_a_reviewer_has_seen_does_not_vanish() {
        let who = UserId::new();
        let wishes = vec![wish(&SQUARE, MaskState::Confirmed)];
        let mut masks = revised(Surface::Sphere, &[], wishes, who, now()).unwrap();
        assert_eq!(
            revised(Surface::Sphere, &masks, Vec::new(), who, now()).unwrap(),
            [],
            "nobody saw it"
        );
        masks[0].seen = Some(Seen { by: UserId::new(), at: now() });
        let lifted = revised(Surface::Sphere, &masks, Vec::new(), who, now()).unwrap();
        assert_eq!((lifted[0].state, lifted[0].seen), (MaskState::Rejected, None));
        assert!(require_seen(lifted.iter()).is_err());
        let again = revised(Surface::Sphere, &lifted, Vec::new(), who, now()).unwrap();
        assert_eq!(again, lifted);
    }

    #[test]
    fn a_proposal_is_decided_not_deleted() {
        let who = UserId::new();
        let mut masks =
            revised(Surface::Sphere, &[], vec![wish(&SQUARE, MaskState::Confirmed)], who, now())
                .unwrap();
        (masks[0].origin, masks[0].state) = (Origin::Proposed, MaskState::Proposed);
        assert!(matches!(require_decided(masks.iter()), Err(MaskError::Undecided { count: 1 })));
        assert!(applied(Surface::Sphere, &masks).is_empty());
        let gone = revised(Surface::Sphere, &masks, Vec::new(), who, now()).unwrap();
        assert_eq!(gone[0].state, MaskState::Rejected);
        let mut taken = as_wish(&masks[0]);
        taken.state = MaskState::Confirmed;
        let taken = revised(Surface::Sphere, &masks, vec![taken], who, now()).unwrap();
        assert_eq!((taken[0].origin, taken[0].state), (Origin::Proposed, MaskState::Confirmed));
        assert!(
            revised(Surface::Sphere, &[], vec![wish(&SQUARE, MaskState::Proposed)], who, now())
                .is_err()
        );
    }

    #[test]
    fn moving_a_mask_asks_for_another_look_a_note_does_not() {
        let who = UserId::new();
        let mut masks =
            revised(Surface::Sphere, &[], vec![wish(&SQUARE, MaskState::Confirmed)], who, now())
                .unwrap();
        masks[0].seen = Some(Seen { by: UserId::new(), at: now() });
        let mut noted = as_wish(&masks[0]);
        noted.note = "the owner's portrait".to_owned();
        let noted = revised(Surface::Sphere, &masks, vec![noted], who, now()).unwrap();
        assert!(noted[0].seen.is_some() && noted[0].note.contains("portrait"));
        let mut moved = as_wish(&masks[0]);
        moved.corners[0] = [-1.0, 0.0];
        assert!(
            revised(Surface::Sphere, &masks, vec![moved], who, now()).unwrap()[0].seen.is_none()
        );
    }

    #[test]
    fn what_cannot_be_a_mask_is_refused_with_its_number() {
        let wishes =
            vec![wish(&SQUARE, MaskState::Confirmed), wish(&SQUARE[..2], MaskState::Confirmed)];
        let error = revised(Surface::Sphere, &[], wishes, UserId::new(), now()).unwrap_err();
        assert!(matches!(error, MaskError::Mask { mask: 2, .. }), "{error}");
        let twice = wish(&SQUARE, MaskState::Confirmed);
        assert!(
            revised(Surface::Sphere, &[], vec![twice.clone(), twice], UserId::new(), now())
                .is_err()
        );
        let many = (0..201).map(|_| wish(&SQUARE, MaskState::Confirmed)).collect();
        assert!(matches!(
            revised(Surface::Sphere, &[], many, UserId::new(), now()),
            Err(MaskError::TooMany { count: 201 })
        ));
    }

    #[test]
    fn a_flat_picture_has_places_of_its_own() {
        let who = UserId::new();
        let face = [[0.25, 0.1], [0.5, 0.1], [0.500_004, 0.4]];
        let wishes = vec![wish(&face, MaskState::Confirmed)];
        let masks = revised(Surface::Flat, &[], wishes, who, now()).unwrap();
        assert_eq!(masks[0].corners[2], [0.5, 0.4]);
        assert_eq!(
            applied(Surface::Flat, &masks),
            [[[25_000, 10_000], [50_000, 10_000], [50_000, 40_000]]]
        );
        for corners in [[[0.0, 0.0], [1.2, 0.0], [1.0, 1.0]], [[0.5, 0.5]; 3]] {
            let wishes = vec![wish(&corners, MaskState::Confirmed)];
            let error = revised(Surface::Flat, &[], wishes, who, now()).unwrap_err();
            assert!(matches!(error, MaskError::Mask { mask: 1, .. }), "{error}");
        }
    }
}
