//! Proposals of masks: after what a model found, after masks of other pictures, and after those of a picture that was made
//! anew. A proposal hides nothing; a person decides.

use super::masks::{Found, MOST_MASKS, Mask, MaskKind, MaskState, Origin};
use crate::base::Instant;
use crate::base::id::MaskId;
use crate::geometry::{Polygon, Surface};

/// Most proposals of models for one picture, decided or not.
pub const MOST_FOUND: usize = 60;

/// A proposal that nobody has decided on.
fn undecided(kind: MaskKind, corners: Vec<[f64; 2]>, now: Instant) -> Mask {
    Mask {
        id: MaskId::new(),
        corners,
        kind,
        note: String::new(),
        origin: Origin::Proposed,
        state: MaskState::Proposed,
        by: None,
        at: now,
        seen: None,
        carried_from: None,
        found: None,
    }
}

/// A proposal to hide in another picture what `source` hides in its own.
fn proposal(source: &Mask, corners: Vec<[f64; 2]>, now: Instant) -> Mask {
    Mask {
        note: source.note.clone(),
        carried_from: Some(source.id),
        ..undecided(source.kind, corners, now)
    }
}

/// Proposals for what a model found, the surest first. What a mask covers already is not proposed, whatever was decided about
/// it: a place that was refused once stays refused. At most [`MOST_FOUND`] of all that models propose.
pub fn by_model(
    surface: Surface,
    found: Vec<(MaskKind, Vec<[f64; 2]>, Found)>,
    there: &[Mask],
    now: Instant,
) -> Vec<Mask> {
    let mut known: Vec<Polygon> =
        there.iter().filter_map(|mask| surface.polygon(&mask.corners).ok()).collect();
    let earlier = there.iter().filter(|mask| mask.found.is_some()).count();
    let room = MOST_FOUND.saturating_sub(earlier).min(MOST_MASKS.saturating_sub(there.len()));
    let mut new = Vec::new();
    for (kind, corners, found) in found {
        let corners = surface.rounded(&corners);
        let Ok(polygon) = surface.polygon(&corners) else { continue };
        if new.len() == room || known.iter().any(|other| polygon.is_same_place(other)) {
            continue;
        }
        known.push(polygon);
        new.push(Mask { found: Some(found), ..undecided(kind, corners, now) });
    }
    new
}

/// A proposal to hide in another scene what `source` hides; none if one was made before, whatever was decided about it.
pub fn after(source: &Mask, corners: &[[f64; 2]], there: &[Mask], now: Instant) -> Option<Mask> {
    let is_known = there.iter().any(|mask| mask.carried_from == Some(source.id));
    (!is_known && there.len() < MOST_MASKS)
        .then(|| proposal(source, Surface::Sphere.rounded(corners), now))
}

/// Proposals for a panorama that was made anew from the same photos: what was hidden, where it was. The new picture may be
/// levelled or joined otherwise, so a person decides.
pub fn anew(before: &[Mask], now: Instant) -> Vec<Mask> {
    let hidden = before.iter().filter(|mask| mask.state == MaskState::Confirmed);
    hidden.map(|mask| proposal(mask, mask.corners.clone(), now)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::masks::{MaskWish, applied, require_decided, revised};
    use crate::base::id::UserId;

    const SQUARE: [[f64; 2]; 4] = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];

    fn wish(corners: &[[f64; 2]], state: MaskState) -> MaskWish {
        let (id, corners, note) = (MaskId::new(), corners.to_vec(), String::new());
        MaskWish { id, corners, kind: MaskKind::Paper, note, state }
    }

    fn now() -> Instant {
        Instant::from_millis(1_000)
    }

    #[test]
    fn a_picture_made_anew_asks_again_for_what_was_hidden() {
        let who = UserId::new();
        let wishes = vec![wish(&SQUARE, MaskState::Confirmed), wish(&SQUARE, MaskState::Rejected)];
        let before = revised(Surface::Sphere, &[], wishes, who, now()).unwrap();
        let again = anew(&before, now());
        assert_eq!((again.len(), again[0].carried_from), (1, Some(before[0].id)));
        assert!(require_decided(again.iter()).is_err());
        assert!(after(&before[0], &SQUARE, &again, now()).is_none());
        assert!(after(&before[0], &SQUARE, &[], now()).is_some());
    }

    #[test]
    fn what_a_model_finds_is_proposed_once() {
        let aside = SQUARE.map(|[yaw, pitch]| [yaw + 40.0, pitch]);
        let found = |corners: &[[f64; 2]], confidence| {
            let found = Found { model: "test".to_owned(), confidence };
            (MaskKind::Paper, corners.to_vec(), found)
        };
        let first =
            by_model(Surface::Sphere, vec![found(&SQUARE, 0.9), found(&SQUARE, 0.8)], &[], now());
        assert_eq!(first.len(), 1, "the same place");
        assert_eq!((first[0].origin, first[0].state), (Origin::Proposed, MaskState::Proposed));
        assert!(applied(Surface::Sphere, &first).is_empty(), "a proposal hides nothing");
        // Refused, and looked for again with a new place.
        let refused = MaskWish { id: first[0].id, ..wish(&SQUARE, MaskState::Rejected) };
        let list = revised(Surface::Sphere, &first, vec![refused], UserId::new(), now()).unwrap();
        let nudged = SQUARE.map(|[yaw, pitch]| [yaw + 1.0, pitch - 1.0]);
        let again =
            by_model(Surface::Sphere, vec![found(&nudged, 0.9), found(&aside, 0.7)], &list, now());
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].corners, Surface::Sphere.rounded(&aside));
        assert_eq!(
            list[0].found.as_ref().unwrap().confidence,
            0.9,
            "a decision keeps who proposed"
        );
    }

    #[test]
    fn models_cannot_flood_a_panorama() {
        let found = (0..150).map(|index| {
            let yaw = -170.0 + 2.2 * f64::from(index);
            let corners = vec![[yaw, 0.0], [yaw + 1.0, 0.0], [yaw + 1.0, 1.0], [yaw, 1.0]];
            (MaskKind::Face, corners, Found { model: "test".to_owned(), confidence: 0.5 })
        });
        let new = by_model(Surface::Sphere, found.collect(), &[], now());
        assert_eq!(new.len(), MOST_FOUND);
        assert!(by_model(Surface::Sphere, vec![], &new, now()).is_empty());
    }

    #[test]
    fn what_is_hidden_in_a_flat_picture_is_not_proposed() {
        let face = [[0.25, 0.1], [0.5, 0.1], [0.5, 0.4]];
        let hidden = vec![wish(&face, MaskState::Confirmed)];
        let masks = revised(Surface::Flat, &[], hidden, UserId::new(), now()).unwrap();
        let found = Found { model: "test".to_owned(), confidence: 0.9 };
        let again = vec![(MaskKind::Face, face.to_vec(), found)];
        assert!(by_model(Surface::Flat, again, &masks, now()).is_empty());
    }
}
