//! Kinds of property.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kind of property; decides the notice period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PropertyKind {
    /// 住宅.
    Residential,
    /// 商业用房.
    Commercial,
    /// 办公用房.
    Office,
    /// 工业用房.
    Industrial,
    /// 土地使用权.
    Land,
    /// 车位.
    Parking,
    /// 机动车.
    Vehicle,
    /// 机器设备.
    Equipment,
    /// 其他动产.
    OtherMovable,
    /// 股权.
    Equity,
    /// 其他财产权.
    OtherRight,
}

impl PropertyKind {
    /// All kinds, in the order in which forms show them.
    pub const ALL: [Self; 11] = [
        Self::Residential,
        Self::Commercial,
        Self::Office,
        Self::Industrial,
        Self::Land,
        Self::Parking,
        Self::Vehicle,
        Self::Equipment,
        Self::OtherMovable,
        Self::Equity,
        Self::OtherRight,
    ];

    /// Stable name, as in JSON and in addresses.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Residential => "residential",
            Self::Commercial => "commercial",
            Self::Office => "office",
            Self::Industrial => "industrial",
            Self::Land => "land",
            Self::Parking => "parking",
            Self::Vehicle => "vehicle",
            Self::Equipment => "equipment",
            Self::OtherMovable => "other_movable",
            Self::Equity => "equity",
            Self::OtherRight => "other_right",
        }
    }

    /// From its stable name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Whether the shorter notice periods of movables hold; the longer ones are for "real estate or other rights".
    pub const fn is_movable(self) -> bool {
        matches!(self, Self::Vehicle | Self::Equipment | Self::OtherMovable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_back_their_names() {
        for kind in PropertyKind::ALL {
            assert_eq!(PropertyKind::from_slug(kind.slug()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.slug());
        }
        assert!(PropertyKind::Vehicle.is_movable() && !PropertyKind::Equity.is_movable());
    }
}
