//! The same spot in another picture: a mask drawn in one, offered in the others of its room, and on the other day of its scene.
//!
//! Between two days of one scene the camera stood on the same spot and was turned: that is all there is to undo. Between scenes
//! it is known where the cameras stood on the plan, where north is in their pictures, and the room's walls. A corner
//! of the mask is followed along its ray to the wall, floor or ceiling that it meets first, and seen from the other
//! camera. What is masked may stand before the wall, and heights are assumed: so the result is enlarged, and only ever
//! a proposal for a person to decide on.

use super::plan::Plan;
use super::tour::{Scene, TourDocument};
use crate::base::id::PanoramaId;
use crate::geometry::{Degrees, SphericalPolygon};

/// Height of a camera on its tripod and of a ceiling above the floor, metres: usual ones of flats.
const CAMERA: f64 = 1.5;
const CEILING: f64 = 2.7;
/// How much larger a proposal is than the mask that it comes from.
const LARGER: f64 = 1.3;
/// A camera nearer than this to what is hidden sees it as something else, metres.
const NEAREST: f64 = 0.3;

/// Where a mask of one picture of a tour lies in the others that see the same spot: their panoramas, each with the corners in it,
/// yaw and pitch in degrees. `is_source` knows the picture in which it was drawn, with or without masks.
pub fn elsewhere(
    document: &TourDocument,
    is_source: impl Fn(PanoramaId) -> bool,
    corners: &[[f64; 2]],
) -> Vec<(PanoramaId, Vec<[f64; 2]>)> {
    let mut found = Vec::new();
    let own = |scene: &&Scene| is_source(scene.panorama);
    let other =
        |scene: &&Scene| scene.other_day.as_ref().is_some_and(|other| is_source(other.panorama));
    let (from, in_scene) = if let Some(from) = document.scenes.iter().find(own) {
        if let Some(other) = &from.other_day {
            let turned = enlarged(&turned(corners, other.yaw_offset));
            found.extend(turned.map(|corners| (other.panorama, corners)));
        }
        (from, corners.to_vec())
    } else if let Some(from) = document.scenes.iter().find(other) {
        let offset = from.other_day.as_ref().map_or(0.0, |other| other.yaw_offset);
        let in_scene = turned(corners, -offset);
        found.extend(enlarged(&in_scene).map(|corners| (from.panorama, corners)));
        (from, in_scene)
    } else {
        return found;
    };
    let Some(plan) = &document.plan else { return found };
    for scene in document.scenes.iter().filter(|scene| scene.id != from.id) {
        let Some(seen) = carried(plan, from, scene, &in_scene) else { continue };
        if let Some(other) = &scene.other_day {
            found.push((other.panorama, turned(&seen, other.yaw_offset)));
        }
        found.push((scene.panorama, seen));
    }
    found
}

/// The same corners in a picture that was turned by this many degrees.
fn turned(corners: &[[f64; 2]], degrees: f64) -> Vec<[f64; 2]> {
    corners.iter().map(|[yaw, pitch]| [Degrees(yaw + degrees).wrapped().0, *pitch]).collect()
}

/// The corners of a mask of `from` as `to` sees them, yaw and pitch in degrees. `None` where the plan does not say, where
/// the two do not stand in one room, or where a wall is between `to` and the spot.
fn carried(plan: &Plan, from: &Scene, to: &Scene, corners: &[[f64; 2]]) -> Option<Vec<[f64; 2]>> {
    let (a, b) = (from.position?, to.position?);
    let (north_a, north_b) = (from.north_yaw?, to.north_yaw?);
    let room = plan.rooms.iter().find(|room| is_inside(&room.outline, a))?;
    if !is_inside(&room.outline, b) {
        return None;
    }
    let mut seen = Vec::with_capacity(corners.len());
    for &[yaw, pitch] in corners {
        // Clockwise from the plan's up.
        let bearing = (yaw - north_a + plan.north).to_radians();
        let along = [bearing.sin(), bearing.cos()];
        let slope = pitch.to_radians().tan();
        let wall = first_wall(&room.outline, a, along)?;
        let (floor, ceiling) = (-CAMERA / slope, (CEILING - CAMERA) / slope);
        let limit = if slope < 0.0 { floor } else { ceiling };
        let distance = wall.min(if slope == 0.0 { wall } else { limit });
        let spot = [a[0] + distance * along[0], a[1] + distance * along[1]];
        let height = distance * slope;
        let towards = [spot[0] - b[0], spot[1] - b[1]];
        let far = towards[0].hypot(towards[1]);
        if far < NEAREST {
            return None;
        }
        let unit = [towards[0] / far, towards[1] / far];
        // The spot's own wall is met a rounding error before or after it.
        if first_wall(&room.outline, b, unit)? < far - 1e-6 {
            return None;
        }
        let bearing = towards[0].atan2(towards[1]).to_degrees();
        let yaw = (bearing + north_b - plan.north + 180.0).rem_euclid(360.0) - 180.0;
        seen.push([yaw, height.atan2(far).to_degrees()]);
    }
    enlarged(&seen)
}

/// The polygon grown around its middle.
fn enlarged(corners: &[[f64; 2]]) -> Option<Vec<[f64; 2]>> {
    let polygon = SphericalPolygon::new(corners).ok()?;
    let grown: Vec<[f64; 2]> = polygon
        .outline()
        .iter()
        .map(|corner| {
            let at = polygon.from_plane(corner.map(|value| value * LARGER));
            [at.yaw().0, at.pitch().0]
        })
        .collect();
    SphericalPolygon::new(&grown).ok().map(|_| grown)
}

/// How far it is along a unit direction to the outline.
fn first_wall(outline: &[[f64; 2]], from: [f64; 2], along: [f64; 2]) -> Option<f64> {
    let mut nearest: Option<f64> = None;
    for (index, p) in outline.iter().enumerate() {
        let q = outline[(index + 1) % outline.len()];
        let side = [q[0] - p[0], q[1] - p[1]];
        let to = [p[0] - from[0], p[1] - from[1]];
        let across = along[0] * side[1] - along[1] * side[0];
        if across.abs() < 1e-12 {
            continue;
        }
        let distance = (to[0] * side[1] - to[1] * side[0]) / across;
        let part = (to[0] * along[1] - to[1] * along[0]) / across;
        if distance > 1e-9 && (-1e-9..=1.0 + 1e-9).contains(&part) {
            nearest = Some(nearest.map_or(distance, |known| known.min(distance)));
        }
    }
    nearest
}

fn is_inside(outline: &[[f64; 2]], at: [f64; 2]) -> bool {
    let mut inside = false;
    for (index, p) in outline.iter().enumerate() {
        let q = outline[(index + 1) % outline.len()];
        if (p[1] > at[1]) != (q[1] > at[1])
            && at[0] < p[0] + (at[1] - p[1]) / (q[1] - p[1]) * (q[0] - p[0])
        {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::other_day::OtherDay;
    use crate::auction::plan::Room;
    use crate::base::id::{PanoramaId, SceneId};
    use crate::geometry::Direction;
    use proptest::prelude::*;
    use serde_json::json;

    fn scene(position: [f64; 2], north_yaw: f64) -> Scene {
        let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
        let scene = json!({
            "id": SceneId::new(), "panorama": PanoramaId::new(), "title": "客厅",
            "initial_view": view, "position": position, "north_yaw": north_yaw,
        });
        serde_json::from_value(scene).unwrap()
    }

    fn plan(north: f64, outline: Vec<[f64; 2]>) -> Plan {
        Plan { north, rooms: vec![Room { title: "客厅".to_owned(), outline }], picture: None }
    }

    fn oblong() -> Vec<[f64; 2]> {
        vec![[0.0, 0.0], [6.0, 0.0], [6.0, 4.0], [0.0, 4.0]]
    }

    /// Yaw and pitch at which a camera sees a point, `up` metres above it.
    fn sight(plan: &Plan, scene: &Scene, at: [f64; 2], up: f64) -> [f64; 2] {
        let position = scene.position.unwrap();
        let (x, y) = (at[0] - position[0], at[1] - position[1]);
        let yaw = x.atan2(y).to_degrees() + scene.north_yaw.unwrap() - plan.north;
        [Degrees(yaw).wrapped().0, up.atan2(x.hypot(y)).to_degrees()]
    }

    proptest! {
        #[test]
        fn a_picture_on_a_wall_is_found_from_elsewhere(
            north in -180.0..180.0_f64, north_a in -180.0..180.0_f64, north_b in -180.0..180.0_f64,
            a in (0.5..5.5_f64, 0.5..3.0_f64), b in (0.5..5.5_f64, 0.5..3.0_f64), left in 0.2..5.0_f64,
        ) {
            let plan = plan(north, oblong());
            let (from, to) = (scene([a.0, a.1], north_a), scene([b.0, b.1], north_b));
            // Half a metre wide, on the upper wall, around the height of the eye.
            let frame = [([left, 4.0], -0.2), ([left + 0.5, 4.0], -0.2), ([left + 0.5, 4.0], 0.3), ([left, 4.0], 0.3)];
            let drawn: Vec<_> = frame.iter().map(|(at, up)| sight(&plan, &from, *at, *up)).collect();
            let seen = carried(&plan, &from, &to, &drawn).unwrap();
            let polygon = SphericalPolygon::new(&seen).unwrap();
            for (at, up) in frame {
                let [yaw, pitch] = sight(&plan, &to, at, up);
                let corner = Direction::from_yaw_pitch(Degrees(yaw), Degrees(pitch));
                prop_assert!(polygon.covers(corner, Degrees(0.0)));
            }
        }

        #[test]
        fn nothing_makes_it_panic(x in -9.0..9.0_f64, y in -9.0..9.0_f64, corners in proptest::collection::vec([-180.0..180.0_f64, -90.0..90.0_f64], 0..8)) {
            let plan = plan(0.0, oblong());
            let _ = carried(&plan, &scene([2.0, 2.0], 0.0), &scene([x, y], 30.0), &corners);
        }
    }

    #[test]
    fn a_paper_on_the_floor_stays_on_the_floor() {
        let plan = plan(0.0, oblong());
        let (from, to) = (scene([1.0, 1.0], 0.0), scene([5.0, 3.0], 90.0));
        let paper = [[2.0, 2.0], [2.4, 2.0], [2.4, 2.3], [2.0, 2.3]];
        let drawn = paper.map(|at| sight(&plan, &from, at, -CAMERA));
        let seen = SphericalPolygon::new(&carried(&plan, &from, &to, &drawn).unwrap()).unwrap();
        let [yaw, pitch] = sight(&plan, &to, [2.2, 2.15], -CAMERA);
        assert!(seen.covers(Direction::from_yaw_pitch(Degrees(yaw), Degrees(pitch)), Degrees(0.0)));
    }

    #[test]
    fn walls_hide_and_what_is_not_known_is_not_guessed() {
        // An L: the arm on the right does not see the upper arm.
        let outline = vec![[0.0, 0.0], [6.0, 0.0], [6.0, 2.0], [2.0, 2.0], [2.0, 6.0], [0.0, 6.0]];
        let plan = plan(0.0, outline);
        let (from, to) = (scene([1.0, 5.0], 0.0), scene([5.0, 1.0], 0.0));
        let corners = [[-10.0, -5.0], [10.0, -5.0], [0.0, 5.0]];
        assert_eq!(carried(&plan, &from, &to, &corners), None);
        assert!(carried(&plan, &from, &scene([1.0, 1.0], 0.0), &corners).is_some());
        assert_eq!(carried(&plan, &from, &scene([9.0, 9.0], 0.0), &corners), None, "another room");
        let nowhere = Scene { position: None, ..scene([1.0, 1.0], 0.0) };
        assert_eq!(carried(&plan, &from, &nowhere, &corners), None);
        let lost = Scene { north_yaw: None, ..scene([1.0, 1.0], 0.0) };
        assert_eq!(carried(&plan, &from, &lost, &corners), None);
    }

    #[test]
    fn the_other_day_of_a_scene_sees_the_same_spot_turned() {
        let picture = [[165.0, -5.0], [179.0, -5.0], [179.0, 5.0], [165.0, 5.0]];
        let then = PanoramaId::new();
        let mut here = scene([1.0, 1.0], 0.0);
        here.other_day = Some(OtherDay { panorama: then, captured_at: None, yaw_offset: 30.0 });
        let document = |plan| TourDocument { start: None, scenes: vec![here.clone()], plan };
        let middle =
            |corners: &[[f64; 2]]| SphericalPolygon::new(corners).unwrap().middle().yaw().0;

        let found = elsewhere(&document(None), |panorama| panorama == here.panorama, &picture);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, then);
        assert!((middle(&found[0].1) + 158.0).abs() < 0.1, "across the seam: {found:?}");
        let back = elsewhere(&document(None), |panorama| panorama == then, &found[0].1);
        assert_eq!((back.len(), back[0].0), (1, here.panorama));
        assert!((middle(&back[0].1) - 172.0).abs() < 0.1, "{back:?}");
        assert!(elsewhere(&document(None), |_| false, &picture).is_empty());

        // With a plan, the other scenes of the room and their other days see it, too.
        let mut there = scene([5.0, 3.0], 90.0);
        let day = PanoramaId::new();
        there.other_day = Some(OtherDay { panorama: day, captured_at: None, yaw_offset: -90.0 });
        let plan = plan(0.0, oblong());
        let document = TourDocument {
            start: None,
            scenes: vec![here.clone(), there.clone()],
            plan: Some(plan),
        };
        let found = elsewhere(&document, |panorama| panorama == then, &turned(&picture, 30.0));
        let panoramas: Vec<_> = found.iter().map(|(panorama, _)| *panorama).collect();
        assert_eq!(panoramas, [here.panorama, day, there.panorama]);
        let (on_day, own) = (middle(&found[1].1), middle(&found[2].1));
        assert!((Degrees(on_day - own + 90.0).wrapped().0).abs() < 0.01, "{on_day} {own}");
    }
}
