//! What a person is told about a stitched set, and the numbers that a program may check.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attitude::Attitude;
use super::mark::Covered;

/// Something for a person: the key of a text in `viewer/locales/*/stitch.ftl`, its values, and the same in English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Key of the text.
    pub slug: String,
    /// Values for the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// In English.
    pub message: String,
}

impl Remark {
    /// A remark without values.
    pub fn new(slug: &str, message: impl Into<String>) -> Self {
        Self { slug: slug.to_owned(), args: BTreeMap::new(), message: message.into() }
    }

    /// The remark with one more value for its text.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every photo is placed or was set aside on purpose, and the picture fits.
    Complete,
    /// There is a picture, but photos are missing from it or it is doubtful.
    Partial,
    /// There is no picture.
    Failed,
}

impl Verdict {
    /// The exit code of the command line.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Partial => 3,
            Self::Failed => 4,
        }
    }
}

/// What says where a photo stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacedBy {
    /// What it has in common with the others.
    #[default]
    Picture,
    /// A person's control points, or a project's poses.
    Hand,
    /// The gimbal of a drone, not the picture.
    Sensors,
    /// The pattern of the tripod head, not the picture.
    Pattern,
}

/// What levelled the panorama.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelledBy {
    /// The way the cameras were held.
    #[default]
    Cameras,
    /// Upright edges in the photos.
    Verticals,
    /// Where the sky ends, to some degrees.
    Sky,
    /// What the cameras' sensors of gravity wrote into the files.
    Gravity,
    /// A person, or a project.
    Hand,
}

/// Something that moved between the photos: the panorama shows it as one of them does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moved {
    /// Its middle: yaw and pitch, degrees.
    pub middle: [f64; 2],
    /// Share of the sphere, 0 to 1.
    pub share: f64,
    /// The photo that it was taken from.
    pub photo: String,
    /// The photo that shows something else there.
    pub differs_in: String,
}

/// A photo that is in the picture.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Placed {
    /// Its name.
    pub photo: String,
    /// Its attitude, degrees.
    pub attitude: Attitude,
    /// Horizontal field of view, degrees.
    pub hfov: f64,
    /// Exposure correction, EV.
    pub exposure: f32,
    /// Features found in it.
    pub features: usize,
    /// Share of the sphere that it is shown on, 0 to 1; of a fused photo, for each of its files.
    pub shown: f64,
    /// What says where it stands.
    #[serde(default)]
    pub by: PlacedBy,
}

/// Exposures of one view that were fused into one photo.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FusedBracket {
    /// The file whose place the fused photo takes.
    pub photo: String,
    /// Its files, the darkest first.
    pub files: Vec<FusedFile>,
    /// Largest share of an exposure that was not used because something had moved, 0 to 1.
    pub moved: f64,
}

/// One exposure of a bracket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FusedFile {
    /// Its name.
    pub photo: String,
    /// How many stops more light it got than the one whose place the fused photo takes.
    pub ev: f64,
}

/// A photo that is not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name.
    pub photo: String,
    /// Why, for a person.
    pub reason: Remark,
    /// Whether nothing is lost by it (a duplicate, a bracket that was fused).
    pub on_purpose: bool,
}

/// Two photos that overlap.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Overlap {
    /// One photo.
    pub a: String,
    /// The other.
    pub b: String,
    /// Points followed from one to the other.
    pub points: usize,
    /// Share of the points tried that were found, 0 to 1.
    pub found: f64,
    /// Median misalignment, minutes of arc.
    pub misalignment: f64,
}

/// A part of the sphere that nothing shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Gap {
    /// Where, for a person.
    pub place: Remark,
    /// Its middle: yaw and pitch, degrees.
    pub middle: [f64; 2],
    /// Share of the sphere, 0 to 1.
    pub share: f64,
    /// What to do, for a person.
    pub advice: Remark,
}

/// The whole report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// How it ended.
    pub verdict: Verdict,
    /// How sure it is that the geometry is right, 0 to 1.
    pub confidence: f64,
    /// Photos in the picture.
    pub placed: Vec<Placed>,
    /// Photos not in it.
    pub left_out: Vec<LeftOut>,
    /// Root mean square reprojection error, pixels of the kept pictures.
    pub reprojection_error_px: f64,
    /// Misalignment of the links in the picture, where photos are bent, minutes of arc: median and 95th percentile.
    pub misalignment_arcmin: [f64; 2],
    /// Brackets that were fused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brackets: Vec<FusedBracket>,
    /// The overlap graph.
    pub overlaps: Vec<Overlap>,
    /// What nothing shows.
    pub gaps: Vec<Gap>,
    /// Warnings for a person (parallax, doubtful overlaps, exposure).
    pub warnings: Vec<Remark>,
    /// Vertical edges that levelled the picture; 0 when only the way the camera was held did.
    pub verticals: usize,
    /// What levelled it.
    #[serde(default)]
    pub levelled_by: LevelledBy,
    /// Compass heading of the middle, degrees from north, where the photos tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<f64>,
    /// What moved between the photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
    /// Mean and largest difference along the seams, 0 to 1.
    pub seam_difference: [f32; 2],
    /// Degrees of seams between photos, of those at which photos visibly do not meet, and the most of those within 8°
    /// around one place; 0 for two lenses back to back.
    #[serde(default)]
    pub seams_visible: [f64; 3],
    /// Share of the sphere that was filled in and is seen, 0 to 1.
    pub filled: f64,
    /// What a mark covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Covered>,
    /// Steps and their seconds.
    pub seconds: BTreeMap<String, f64>,
}
