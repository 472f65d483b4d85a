//! The floor plan of a tour: rooms as outlines in metres and a picture below them, drawn by the viewer as a small map.
//!
//! x to the right and y up on the plan; `north` says how the plan lies. Scenes say where they stand on it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tour::within;
use crate::base::id::AssetId;

const MAX_ROOMS: usize = 100;
const MAX_CORNERS: usize = 200;
const MAX_TITLE_CHARACTERS: usize = 80;
/// Metres from the origin: a building, not a town.
const MAX_DISTANCE: f64 = 10_000.0;
/// Metres that a picture of a plan is wide or high.
const PICTURE_SIDE: (f64, f64) = (0.5, 2_000.0);

/// A floor plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// Degrees from the plan's up to geographic north, clockwise, −180 to 180.
    #[serde(default)]
    pub north: f64,
    /// In the order in which they are drawn.
    pub rooms: Vec<Room>,
    /// What lies below the rooms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PlanPicture>,
}

/// A drawing of the flat that somebody uploaded, laid below the rooms and the standpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanPicture {
    /// A picture of the listing that is no panorama.
    #[schema(value_type = String)]
    pub asset: AssetId,
    /// Where its middle lies, metres.
    pub middle: [f64; 2],
    /// Width and height on the plan before it is turned, metres, 0.5 to 2,000.
    pub size: [f64; 2],
    /// Degrees clockwise about its middle, −180 to 180.
    #[serde(default)]
    pub turn: f64,
    /// Whether bidders see it. Else it is only there to be drawn over, and is not published.
    #[serde(default)]
    pub shown: bool,
}

/// A room on the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Room {
    /// Its name as shown.
    pub title: String,
    /// Corners in metres, at least three; the last joins the first.
    pub outline: Vec<[f64; 2]>,
}

impl Plan {
    /// Checks names, numbers of corners, and that they are numbers within reach.
    pub fn check(&self) -> Result<(), String> {
        if !(-180.0..=180.0).contains(&self.north) {
            return Err(format!("north of the plan is {}°, allowed is -180° to 180°", self.north));
        }
        if self.rooms.len() > MAX_ROOMS {
            return Err(format!("a plan has at most {MAX_ROOMS} rooms"));
        }
        for room in &self.rooms {
            if room.title.chars().count() > MAX_TITLE_CHARACTERS {
                let name = &room.title;
                return Err(format!("'{name}' is longer than {MAX_TITLE_CHARACTERS} characters"));
            }
            if !(3..=MAX_CORNERS).contains(&room.outline.len()) {
                let name = &room.title;
                return Err(format!("the room '{name}' needs 3 to {MAX_CORNERS} corners"));
            }
            room.outline.iter().copied().try_for_each(check_position)?;
        }
        self.picture.as_ref().map_or(Ok(()), PlanPicture::check)
    }

    /// The picture that bidders see below the rooms.
    pub fn shown_picture(&self) -> Option<&PlanPicture> {
        self.picture.as_ref().filter(|picture| picture.shown)
    }
}

impl PlanPicture {
    fn check(&self) -> Result<(), String> {
        let (least, most) = PICTURE_SIDE;
        if !self.size.iter().all(|side| (least..=most).contains(side)) {
            let [width, height] = self.size;
            return Err(format!(
                "the picture of the plan is {width} m by {height} m, allowed is {least} m to {most} m"
            ));
        }
        within("the turn of the plan's picture", self.turn, -180.0, 180.0)?;
        check_position(self.middle)
    }
}

/// Refuses a place that is none, or far from any building.
pub fn check_position(at: [f64; 2]) -> Result<(), String> {
    if at.iter().all(|metres| metres.abs() <= MAX_DISTANCE) {
        Ok(())
    } else {
        let [x, y] = at;
        Err(format!("({x}, {y}) lies outside ±{MAX_DISTANCE} m of the plan's origin"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_made_of_rooms_with_corners() {
        let room =
            Room { title: "客厅".to_owned(), outline: vec![[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]] };
        let plan = Plan { rooms: vec![room.clone()], ..Plan::default() };
        plan.check().unwrap();
        for broken in [[f64::NAN, 0.0], [f64::INFINITY, 0.0], [0.0, 20_000.0]] {
            let mut room = room.clone();
            room.outline.push(broken);
            assert!(Plan { rooms: vec![room], ..Plan::default() }.check().is_err(), "{broken:?}");
        }
        let line = Room { outline: vec![[0.0, 0.0], [1.0, 0.0]], ..room };
        assert!(Plan { rooms: vec![line], ..Plan::default() }.check().is_err());
        assert!(Plan { north: f64::NAN, ..Plan::default() }.check().is_err());
    }

    #[test]
    fn a_picture_lies_where_the_flat_is() {
        let right = PlanPicture {
            asset: AssetId::new(),
            middle: [4.0, 3.0],
            size: [8.0, 6.0],
            turn: -90.0,
            shown: false,
        };
        let checked = |picture: PlanPicture| {
            Plan { picture: Some(picture), ..Plan::default() }
                .check()
                .map_err(|error| error.to_string())
        };
        assert_eq!(checked(right.clone()), Ok(()));
        for (wrong, said) in [
            (PlanPicture { size: [0.0, 6.0], ..right.clone() }, "0 m by 6 m"),
            (PlanPicture { size: [8.0, f64::INFINITY], ..right.clone() }, "allowed is 0.5 m"),
            (PlanPicture { turn: 181.0, ..right.clone() }, "turn"),
            (PlanPicture { middle: [f64::NAN, 0.0], ..right.clone() }, "origin"),
        ] {
            let error = checked(wrong).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        let plan = |shown| Plan {
            picture: Some(PlanPicture { shown, ..right.clone() }),
            ..Plan::default()
        };
        assert!(plan(false).shown_picture().is_none() && plan(true).shown_picture().is_some());
    }

    #[test]
    fn a_plan_without_a_picture_is_written_as_before() {
        let text = serde_json::to_string(&Plan::default()).unwrap();
        assert_eq!(text, r#"{"north":0.0,"rooms":[]}"#);
    }
}
