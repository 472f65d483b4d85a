//! What a panorama is to be made into: everything besides the source that decides the bytes of a pack.

use serde::{Deserialize, Serialize};

use super::error::ImagingError;
use super::half::Half;
use super::mask::MOST_MASKS;
use crate::geometry::{Degrees, Rotation};

/// Format of the tiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TileFormat {
    /// Baseline JPEG (ITU-T T.81), 4:2:0.
    #[default]
    Jpg,
    /// Lossy WebP (RFC 9649).
    Webp,
    /// PNG (ISO/IEC 15948), lossless.
    Png,
}

impl TileFormat {
    /// Extension of files, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpg => "jpg",
            Self::Webp => "webp",
            Self::Png => "png",
        }
    }

    /// Media type for HTTP.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Png => "image/png",
        }
    }
}

/// Which part of the sphere a cropped panorama shows (GPano's CroppedArea… and FullPano… properties).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crop {
    /// Width of the whole equirectangular picture, pixels of the source.
    pub full_width: u32,
    /// Its height.
    pub full_height: u32,
    /// Column of the source's left edge in the whole picture.
    pub left: u32,
    /// Row of its upper edge.
    pub top: u32,
}

impl Crop {
    /// The same for a source that was decoded `width` instead of `full` pixels wide.
    #[must_use]
    pub fn reduced(self, full: u32, width: u32) -> Self {
        let scaled = |value: u32| {
            (u64::from(value) * u64::from(width)).div_ceil(u64::from(full.max(1))) as u32
        };
        Self {
            full_width: scaled(self.full_width),
            full_height: scaled(self.full_height),
            left: scaled(self.left),
            top: scaled(self.top),
        }
    }
}

/// The camera's attitude when it took the picture (GPano's Pose…Degrees): undone while tiling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pose {
    /// Added to the yaw of everything in the picture.
    #[serde(default)]
    pub yaw: Degrees,
    /// Up positive: how far above the horizon the picture's centre looks.
    #[serde(default)]
    pub pitch: Degrees,
    /// Clockwise positive, as seen from behind the camera.
    #[serde(default)]
    pub roll: Degrees,
}

impl Pose {
    /// As a rotation from the picture's frame to the level frame; `None` when nothing turns.
    pub fn rotation(self) -> Option<Rotation> {
        let turns = [self.yaw, self.pitch, self.roll].iter().any(|angle| angle.0 != 0.0);
        turns.then(|| Rotation::from_yaw_pitch_roll(self.yaw, self.pitch, self.roll))
    }
}

/// Corners of a part that is hidden: yaw and pitch in the tour's directions (after the pose is undone), thousandths of a
/// degree. Whole numbers, so that the same mask has the same text and so the same pack.
pub type MaskOutline = Vec<[i32; 2]>;

/// How a panorama is tiled. Kept in the pack's index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TileRecipe {
    /// Version of the algorithm; changes when the same input gives other bytes.
    pub version: u32,
    /// Format of the tiles. Preview and stills are always JPEG.
    pub format: TileFormat,
    /// 1 (worst) to 100; ignored for PNG.
    pub quality: u8,
    /// Edge of a face in pixels, 32 to 16384; `None`: from the width of the source.
    pub face: Option<u32>,
    /// Edge of a tile in pixels: a multiple of 16 from 64 to 4096.
    pub tile: u32,
    /// Whether the six stills of about 1024 px for browsers without WebGL are made too.
    pub stills: bool,
    /// EXIF orientation of the source, 1 to 8.
    pub orientation: u8,
    /// Which half of the source (after orientation) is tiled, where it holds a picture for each eye; `None`: all of it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half: Option<Half>,
    /// Which part of the sphere the source, or that half of it, shows; `None`: all of it.
    pub crop: Option<Crop>,
    /// The camera's attitude, to be undone; `None`: level.
    pub pose: Option<Pose>,
    /// Tile what can be read of a file that breaks off or is damaged, the rest grey.
    pub accept_damaged: bool,
    /// What is hidden ([`super::mask`]), in order of their corners.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masks: Vec<MaskOutline>,
}

/// The present version of the tiling algorithm.
pub const RECIPE_VERSION: u32 = 1;

impl Default for TileRecipe {
    fn default() -> Self {
        Self {
            version: RECIPE_VERSION,
            format: TileFormat::Jpg,
            quality: 85,
            face: None,
            tile: 512,
            stills: true,
            orientation: 1,
            half: None,
            crop: None,
            pose: None,
            accept_damaged: false,
            masks: Vec::new(),
        }
    }
}

impl TileRecipe {
    /// Whether what is tiled looks otherwise than the source: a part of it is hidden, or it is one eye's half.
    pub fn changes_the_look(&self) -> bool {
        !self.masks.is_empty() || self.half.is_some()
    }

    /// Refuses values out of range.
    pub fn check(&self) -> Result<(), ImagingError> {
        let wrong = |field, value: String, expected| {
            Err(ImagingError::BadRecipe { field, value, expected })
        };
        if self.version != RECIPE_VERSION {
            return wrong("version", self.version.to_string(), "1");
        }
        if !(1..=100).contains(&self.quality) {
            return wrong("quality", self.quality.to_string(), "1 to 100");
        }
        if let Some(face) = self.face
            && !(32..=16_384).contains(&face)
        {
            return wrong("face", face.to_string(), "32 to 16384");
        }
        if !(64..=4096).contains(&self.tile) || !self.tile.is_multiple_of(16) {
            return wrong("tile", self.tile.to_string(), "a multiple of 16 from 64 to 4096");
        }
        if !(1..=8).contains(&self.orientation) {
            return wrong("orientation", self.orientation.to_string(), "1 to 8");
        }
        if let Some(pose) = self.pose
            && ![pose.yaw, pose.pitch, pose.roll].iter().all(|angle| angle.0.is_finite())
        {
            return wrong("pose", format!("{pose:?}"), "finite angles");
        }
        if self.masks.len() > MOST_MASKS {
            return wrong("masks", self.masks.len().to_string(), "at most 200");
        }
        Ok(())
    }
}
