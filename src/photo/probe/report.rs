//! What a probe answers: facts, what the file is taken for and why, what to look at. JSON through serde.

use std::collections::BTreeMap;

use crate::codec::{SoundFacts, VideoFacts};
use crate::container::exif::{ExifFacts, PrivateFacts};
use crate::container::gpano::{Coverage, GPano};
use crate::container::icc::IccProfile;
use crate::container::{ColourModel, Format, Header};
use crate::geometry::Surface;

/// The kind of picture that a file is taken for; the agency may correct it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenFor {
    /// The whole sphere, 2:1. Can be tiled.
    Equirectangular,
    /// A part of the sphere, with GPano data that says which. Can be tiled.
    EquirectangularCropped,
    /// Two fisheye circles, side by side or one above the other, not yet stitched.
    DualFisheye,
    /// One fisheye circle.
    Fisheye,
    /// An ordinary photo.
    FlatPhoto,
    /// Two equirectangular pictures, left eye above right eye. Can be tiled.
    StereoTopBottom,
    /// Half a sphere, for one eye or two. Can be tiled.
    #[serde(rename = "vr180")]
    Vr180,
    /// A sweep panorama on a cylinder.
    Cylindrical,
    /// A drawing of the flat. Only people say so: a plan with white borders that is twice as wide as high passes for a sphere.
    FloorPlan,
    /// Recognised, but not a kind of file that Kanfang decodes.
    Unsupported,
    /// An ordinary video: for hotspots, once it is converted. Nothing else can be taken for one.
    Video,
    /// A recording: what the guided tour plays in a room, once it is converted. Nothing else can be taken for one.
    Sound,
    /// A zip with another viewer's project. Can be imported; nothing else can be taken for one.
    TourProject,
}

impl TakenFor {
    /// The name in JSON and in the catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equirectangular => "equirectangular",
            Self::EquirectangularCropped => "equirectangular_cropped",
            Self::DualFisheye => "dual_fisheye",
            Self::Fisheye => "fisheye",
            Self::FlatPhoto => "flat_photo",
            Self::StereoTopBottom => "stereo_top_bottom",
            Self::Vr180 => "vr180",
            Self::Cylindrical => "cylindrical",
            Self::FloorPlan => "floor_plan",
            Self::Unsupported => "unsupported",
            Self::Video => "video",
            Self::Sound => "sound",
            Self::TourProject => "tour_project",
        }
    }

    /// From its name; `None` for what nobody may say.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Every kind that a person may say, in the order in which a console offers them.
    pub const ALL: [Self; 10] = [
        Self::Equirectangular,
        Self::EquirectangularCropped,
        Self::DualFisheye,
        Self::Fisheye,
        Self::FlatPhoto,
        Self::StereoTopBottom,
        Self::Vr180,
        Self::Cylindrical,
        Self::FloorPlan,
        Self::Unsupported,
    ];

    /// What masks on it lie on; `None` for what no tour shows.
    pub fn surface(self) -> Option<Surface> {
        match self {
            kind if kind.can_be_tiled() => Some(Surface::Sphere),
            Self::FlatPhoto | Self::FloorPlan => Some(Surface::Flat),
            _ => None,
        }
    }

    /// Whether it is played as it was converted.
    pub fn is_played(self) -> bool {
        matches!(self, Self::Video | Self::Sound)
    }

    /// Whether the tile step can make a panorama of it as it is.
    pub fn can_be_tiled(self) -> bool {
        matches!(
            self,
            Self::Equirectangular
                | Self::EquirectangularCropped
                | Self::StereoTopBottom
                | Self::Vr180
        )
    }
}

/// A reason or a warning: the key of a text in `viewer/locales/*/probe.ftl`, and the values that the text names.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Note {
    /// Key of the text, `probe-…`.
    pub slug: String,
    /// Values for the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Note {
    /// A note without values.
    pub fn new(slug: &str) -> Self {
        Self { slug: slug.to_owned(), args: BTreeMap::new() }
    }

    /// The note with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Everything that the probe found out.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ProbeReport {
    /// The file's name, cleaned.
    pub file_name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// What the header says.
    pub header: Header,
    /// The format that the file's ending claims, where it claims another one.
    pub named_as: Option<Format>,
    /// Width as shown, after the EXIF orientation.
    pub width: u32,
    /// Height as shown, after the EXIF orientation.
    pub height: u32,
    /// EXIF orientation, 1–8; 1 where none is given.
    pub orientation: u8,
    /// What the file is taken for.
    pub taken_for: TakenFor,
    /// 0–1: how sure that is. Below 0.6 the console asks.
    pub confidence: f32,
    /// Why, the strongest first.
    pub reasons: Vec<Note>,
    /// What somebody should look at.
    pub warnings: Vec<Note>,
    /// The part of the sphere that it holds, for what can be tiled.
    pub coverage: Option<Coverage>,
    /// The 360° camera, where maker and model name one.
    pub camera_360: Option<String>,
    /// EXIF without the private part.
    pub exif: Option<ExifFacts>,
    /// Panorama data.
    pub gpano: Option<GPano>,
    /// Colour profile.
    pub icc: Option<IccProfile>,
    /// What looking at the picture gave; `None` where it was not decoded.
    pub sight: Option<Sight>,
    /// Length and codecs of a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoFacts>,
    /// Length, codec and loudness of a recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<SoundFacts>,
    /// A position is in the file (see `private`).
    pub holds_position: bool,
    /// Serial numbers are in the file (see `private`).
    pub holds_serial_numbers: bool,
    /// For reviewers only: routes for others must drop it with [`ProbeReport::without_private`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<PrivateFacts>,
}

impl ProbeReport {
    /// Of a zip of `bytes` bytes with a project of `tool` that has `scenes` scenes.
    pub fn of_project(file_name: &str, bytes: u64, tool: &str, scenes: usize) -> Self {
        let reason = Note::new("probe-reason-project").with("tool", tool).with("scenes", scenes);
        let taken_for = TakenFor::TourProject;
        Self { taken_for, ..Self::plain(file_name, bytes, Format::Zip, reason) }
    }

    /// Of a video of `bytes` bytes.
    pub fn of_video(file_name: &str, bytes: u64, format: Format, facts: VideoFacts) -> Self {
        let (taken_for, reason) = if facts.is_spherical {
            (TakenFor::Unsupported, Note::new("probe-reason-spherical-video"))
        } else {
            let seconds = format!("{:.0}", facts.seconds.max(1.0));
            (TakenFor::Video, Note::new("probe-reason-clip").with("seconds", seconds))
        };
        let left_out = facts.silenced.as_ref();
        let warnings = left_out
            .map(|codec| Note::new("probe-warning-silenced").with("codec", codec))
            .into_iter();
        Self {
            header: Header { bit_depth: 0, ..Header::new(format, facts.width, facts.height) },
            width: facts.width,
            height: facts.height,
            taken_for,
            warnings: warnings.collect(),
            holds_position: facts.holds_position,
            video: Some(facts),
            ..Self::plain(file_name, bytes, format, reason)
        }
    }

    /// Of a recording of `bytes` bytes.
    pub fn of_sound(file_name: &str, bytes: u64, format: Format, facts: SoundFacts) -> Self {
        let seconds = format!("{:.0}", facts.seconds.max(1.0));
        let reason = Note::new("probe-reason-recording").with("seconds", seconds);
        Self {
            taken_for: TakenFor::Sound,
            holds_position: facts.holds_position,
            sound: Some(facts),
            ..Self::plain(file_name, bytes, format, reason)
        }
    }

    /// Of what is no picture.
    fn plain(file_name: &str, bytes: u64, format: Format, reason: Note) -> Self {
        let file_name = crate::container::file_name::clean(file_name);
        let header =
            Header { bit_depth: 0, colour: ColourModel::Other, ..Header::new(format, 0, 0) };
        Self {
            named_as: Format::claimed_by(&file_name).filter(|claimed| *claimed != format),
            file_name,
            bytes,
            header,
            width: 0,
            height: 0,
            orientation: 1,
            taken_for: TakenFor::Unsupported,
            confidence: 1.0,
            reasons: vec![reason],
            warnings: Vec::new(),
            coverage: None,
            camera_360: None,
            exif: None,
            gpano: None,
            icc: None,
            sight: None,
            video: None,
            sound: None,
            holds_position: false,
            holds_serial_numbers: false,
            private: None,
        }
    }

    /// The report without position, serial numbers and names.
    #[must_use]
    pub fn without_private(mut self) -> Self {
        self.private = None;
        self
    }
}

/// What the picture itself shows, measured on a copy at most 2048 pixels on the long side.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sight {
    /// Width of the measured copy, as shown.
    pub width: u32,
    /// Height of the measured copy, as shown.
    pub height: u32,
    /// How sharp.
    pub sharpness: Sharpness,
    /// How bright.
    pub exposure: Exposure,
    /// Whether the left edge continues the right one.
    pub wrap: Wrap,
    /// 0–1: how uniform the top and the bottom row are, as the poles of a sphere must be.
    pub poles: Poles,
    /// Black bars along the edges.
    pub borders: Borders,
    /// Fisheye circles.
    pub circles: Vec<Circle>,
    /// −1–1: how alike the upper and the lower half are (stereo pictures: above 0.9).
    pub halves_top_bottom: f32,
    /// −1–1: how alike the left and the right half are.
    pub halves_left_right: f32,
    /// Lean of the camera, for equirectangular pictures.
    pub tilt: Option<Tilt>,
}

/// Sharpness.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sharpness {
    /// 0 (blurred) – 1 (edges one pixel wide).
    pub score: f32,
    /// Typical width of an edge from dark to bright, in pixels of the measured copy.
    pub edge_width: f32,
    /// Standard deviation of the noise, in grey levels.
    pub noise: f32,
    /// 0–1: how much of the picture had edges to measure; below 0.02 the score says little.
    pub evidence: f32,
}

/// Exposure, in grey levels 0–255; equirectangular rows weighted by their area on the sphere.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Exposure {
    /// Mean.
    pub mean: f32,
    /// 1 %, 5 %, 50 %, 95 %, 99 % of the area are darker than this.
    pub percentiles: [u8; 5],
    /// Part of the area that is black (at most 4).
    pub clipped_dark: f32,
    /// Part of the area that is white (at least 251).
    pub clipped_bright: f32,
}

/// Continuity across the left and right edge.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Wrap {
    /// 0–1: 1 when the seam looks like any two neighbouring columns.
    pub score: f32,
    /// Mean difference across the seam, in grey levels.
    pub seam: f32,
    /// Mean difference between neighbouring columns.
    pub neighbours: f32,
    /// Mean difference between columns far apart.
    pub strangers: f32,
}

/// Uniformity of the poles.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Poles {
    /// 0–1 for the top row.
    pub top: f32,
    /// 0–1 for the bottom row.
    pub bottom: f32,
}

/// Black bars, in pixels of the measured copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Borders {
    /// Rows from the top.
    pub top: u32,
    /// Columns from the right.
    pub right: u32,
    /// Rows from the bottom.
    pub bottom: u32,
    /// Columns from the left.
    pub left: u32,
}

/// A fisheye circle, in fractions of the shown width and height; the radius in fractions of the height.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Circle {
    /// Centre, 0–1 from the left.
    pub x: f32,
    /// Centre, 0–1 from the top.
    pub y: f32,
    /// Radius.
    pub radius: f32,
    /// 0–1: how round, and how much of the rim was seen.
    pub confidence: f32,
}

/// How far the camera leaned when an equirectangular picture was taken.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Tilt {
    /// Angle between the picture's vertical and the plumb line.
    pub degrees: f32,
    /// The yaw in the picture towards which the true zenith is displaced from the picture's top.
    pub towards_yaw: f32,
    /// 0–1; below 0.3 there were too few vertical lines to tell.
    pub confidence: f32,
}
