//! The floor plan of a tour: rooms as outlines in metres, drawn by the viewer as a small map.
//!
//! x to the right and y up on the plan; `north` says how the plan lies. Scenes say where they stand on it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const MAX_ROOMS: usize = 100;
const MAX_CORNERS: usize = 200;
const MAX_TITLE_CHARACTERS: usize = 80;
/// Metres from the origin: a building, not a town.
const MAX_DISTANCE: f64 = 10_000.0;

/// A floor plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// Degrees from the plan's up to geographic north, clockwise, −180 to 180.
    #[serde(default)]
    pub north: f64,
    /// In the order in which they are drawn.
    pub rooms: Vec<Room>,
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
        Ok(())
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
        let plan = Plan { north: 0.0, rooms: vec![room.clone()] };
        plan.check().unwrap();
        for broken in [[f64::NAN, 0.0], [f64::INFINITY, 0.0], [0.0, 20_000.0]] {
            let mut room = room.clone();
            room.outline.push(broken);
            assert!(Plan { north: 0.0, rooms: vec![room] }.check().is_err(), "{broken:?}");
        }
        let line = Room { outline: vec![[0.0, 0.0], [1.0, 0.0]], ..room };
        assert!(Plan { north: 0.0, rooms: vec![line] }.check().is_err());
        assert!(Plan { north: f64::NAN, rooms: Vec::new() }.check().is_err());
    }
}
