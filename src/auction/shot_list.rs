//! What a court needs pictures of: the rooms of a listing and what is to be taken of each.
//!
//! The list is the photographer's plan and, afterwards, the record of what was taken and what could not be: a room that
//! was locked or whose occupant refused is an answer, not a gap.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::RoomId;
use crate::base::{ErrorKind, Fault};

/// Most rooms of one list.
pub const MOST_ROOMS: usize = 80;
/// Most characters of a room's name.
pub const MOST_NAME_CHARACTERS: usize = 40;
const MOST_NOTE_CHARACTERS: usize = 200;
/// Most pictures of one kind that a room asks for.
const MOST_OF_A_KIND: u32 = 30;

/// What a picture of a room is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// 全景: one standpoint, a 360° picture or ordinary photos all round.
    Panorama,
    /// 瑕疵: a defect from near.
    Defect,
    /// 表具: a meter that can be read.
    Meter,
    /// 窗外: the view out.
    View,
    /// 外观: the building from outside.
    Building,
    /// 出入口: door, stairs, lift, the way in.
    Access,
    /// 细部: anything else from near.
    Detail,
}

impl Need {
    /// All, in the order in which they are taken.
    pub const ALL: [Self; 7] = [
        Self::Panorama,
        Self::Defect,
        Self::Meter,
        Self::View,
        Self::Building,
        Self::Access,
        Self::Detail,
    ];

    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Panorama => "panorama",
            Self::Defect => "defect",
            Self::Meter => "meter",
            Self::View => "view",
            Self::Building => "building",
            Self::Access => "access",
            Self::Detail => "detail",
        }
    }

    /// The need of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|need| need.name() == text)
    }
}

/// How many pictures of a kind a room needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What for.
    pub need: Need,
    /// How many, 1 to 30. Of panoramas: how many standpoints.
    pub count: u32,
}

/// Why a room could not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotTaken {
    /// 锁闭: nobody could open it.
    Locked,
    /// 拒绝: the occupant refused.
    Refused,
    /// 不存在: there is no such room.
    Absent,
}

/// A room, or another part of the property that has pictures of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Stays the same when the name changes.
    #[schema(value_type = String)]
    pub id: RoomId,
    /// 1 to 40 characters; no two rooms have the same.
    pub name: String,
    /// What is needed, each kind at most once.
    pub wanted: Vec<Wanted>,
    /// Why it could not be taken; none: it can.
    #[serde(default)]
    pub not_taken: Option<NotTaken>,
    /// For colleagues, at most 200 characters; never public.
    #[serde(default)]
    pub note: String,
}

/// Which room a file shows, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The room in the shot list; it may be gone from there by now.
    #[schema(value_type = String)]
    pub room_id: RoomId,
    /// Its name when the picture was taken.
    pub room_name: String,
    /// What the picture is for.
    pub need: Need,
}

/// A shot list, or what a file says of its room, is not right.
#[derive(Debug, thiserror::Error)]
pub enum ShotListError {
    /// Too many rooms.
    #[error("{count} rooms; a list has at most {MOST_ROOMS}")]
    TooMany {
        /// How many were given.
        count: usize,
    },
    /// A room that cannot be one.
    #[error("room {room}: {what}")]
    Room {
        /// Number in the list, from 1; 0 for the room of a file.
        room: usize,
        /// What is wrong.
        what: String,
    },
}

impl Fault for ShotListError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "shot-list-too-many",
            Self::Room { .. } => "shot-list-room",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooMany { count } => vec![("count", count.to_string())],
            Self::Room { room, what } => vec![("room", room.to_string()), ("what", what.clone())],
        }
    }
}

/// The rooms with clean names, or what is wrong with the first that is wrong.
pub fn checked(rooms: Vec<Room>) -> Result<Vec<Room>, ShotListError> {
    if rooms.len() > MOST_ROOMS {
        return Err(ShotListError::TooMany { count: rooms.len() });
    }
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    let mut clean = Vec::with_capacity(rooms.len());
    for (index, mut room) in rooms.into_iter().enumerate() {
        let wrong = |what: String| ShotListError::Room { room: index + 1, what };
        room.name = clean_name(&room.name).map_err(wrong)?;
        room.note = room.note.trim().to_owned();
        if room.note.chars().count() > MOST_NOTE_CHARACTERS {
            return Err(wrong(format!("the note has more than {MOST_NOTE_CHARACTERS} characters")));
        }
        if !ids.insert(room.id) || !names.insert(room.name.clone()) {
            return Err(wrong(format!("'{}' is in the list twice", room.name)));
        }
        let mut needs = HashSet::new();
        for wanted in &room.wanted {
            if !needs.insert(wanted.need) {
                return Err(wrong(format!("'{}' is asked for twice", wanted.need.name())));
            }
            if !(1..=MOST_OF_A_KIND).contains(&wanted.count) {
                return Err(wrong(format!("a count is from 1 to {MOST_OF_A_KIND}")));
            }
        }
        clean.push(room);
    }
    Ok(clean)
}

/// A file's room with a clean name.
pub fn checked_shown(shown: Shown) -> Result<Shown, ShotListError> {
    let room_name =
        clean_name(&shown.room_name).map_err(|what| ShotListError::Room { room: 0, what })?;
    Ok(Shown { room_name, ..shown })
}

fn clean_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MOST_NAME_CHARACTERS {
        return Err(format!("a name has 1 to {MOST_NAME_CHARACTERS} characters"));
    }
    if name.chars().any(char::is_control) {
        return Err("a name has no control characters".to_owned());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> Room {
        Room {
            id: RoomId::new(),
            name: name.to_owned(),
            wanted: vec![Wanted { need: Need::Panorama, count: 1 }],
            not_taken: None,
            note: String::new(),
        }
    }

    #[test]
    fn names_are_trimmed_and_kept_in_order() {
        let names = checked(vec![room(" 客厅 "), room("主卧")]).unwrap();
        assert_eq!(
            names.iter().map(|room| room.name.as_str()).collect::<Vec<_>>(),
            ["客厅", "主卧"]
        );
    }

    #[test]
    fn what_cannot_be_a_room_is_refused_with_its_number() {
        let twice = room("客厅");
        let double = Room {
            wanted: vec![
                Wanted { need: Need::View, count: 1 },
                Wanted { need: Need::View, count: 2 },
            ],
            ..room("厨房")
        };
        let none = Room { wanted: vec![Wanted { need: Need::Meter, count: 0 }], ..room("厨房") };
        let long = Room { note: "注".repeat(201), ..room("厨房") };
        for wrong in [
            room(" "),
            room(&"长".repeat(41)),
            room("a\nb"),
            room("客厅"),
            Room { name: "别名".to_owned(), ..twice.clone() },
            double,
            none,
            long,
        ] {
            let error = checked(vec![twice.clone(), wrong.clone()]).unwrap_err();
            assert!(matches!(error, ShotListError::Room { room: 2, .. }), "{wrong:?}: {error}");
        }
        let many = (0..=MOST_ROOMS).map(|number| room(&number.to_string())).collect();
        assert!(matches!(checked(many), Err(ShotListError::TooMany { count: 81 })));
    }

    #[test]
    fn needs_are_read_back_from_their_names() {
        for need in Need::ALL {
            assert_eq!(Need::parse(need.name()), Some(need));
            assert_eq!(serde_json::json!(need), need.name());
        }
        assert_eq!(Need::parse("Panorama"), None);
    }
}
