//! Which ray belongs to a place in the picture. Pixel centres are whole numbers, rows grow downwards.

use std::f32::consts::{PI, TAU};

use crate::vector::{V, along, cross, scale, unit};

/// Directions above and below which both eyes of a stereo picture draw together, and where they have met, in radians.
const MERGE: [f32; 2] = [PI / 3.0, PI * 75.0 / 180.0];
/// Distance between both eyes in metres.
pub const EYES: f32 = 0.064;

/// A kind of picture of `width` by `height` pixels.
#[derive(Clone, Copy)]
pub enum Lens {
    /// The full sphere.
    Equirectangular { width: usize, height: usize },
    /// An ordinary lens; `focal` in pixels.
    Rectilinear { width: usize, height: usize, focal: f32 },
    /// Two full spheres, left eye on top: both eyes circle round the same axis, side by side across each direction.
    Stereo { width: usize, height: usize },
}

/// Place and attitude; the axes are right, up and forward as east, north, up.
pub struct Camera {
    position: V,
    axes: [V; 3],
}

impl Camera {
    /// Angles in degrees: heading clockwise from north, roll clockwise seen from behind.
    pub fn new(position: V, heading: f32, pitch: f32, roll: f32) -> Self {
        let [(sh, ch), (sp, cp), (sr, cr)] =
            [heading, pitch, roll].map(|a| a.to_radians().sin_cos());
        let forward = [sh * cp, ch * cp, sp];
        let right = [ch, -sh, 0.0];
        let up = cross(right, forward);
        let axes = [along(scale(right, cr), up, -sr), along(scale(up, cr), right, sr), forward];
        Self { position, axes }
    }

    fn turned(&self, x: f32, y: f32, z: f32) -> V {
        along(along(scale(self.axes[0], x), self.axes[1], y), self.axes[2], z)
    }
}

impl Lens {
    pub fn size(&self) -> (usize, usize) {
        match *self {
            Self::Equirectangular { width, height }
            | Self::Rectilinear { width, height, .. }
            | Self::Stereo { width, height } => (width, height),
        }
    }

    /// Radians that a pixel in the middle spans.
    pub fn spread(&self) -> f32 {
        match *self {
            Self::Equirectangular { width, .. } | Self::Stereo { width, .. } => TAU / width as f32,
            Self::Rectilinear { focal, .. } => 1.0 / focal,
        }
    }

    /// Whether the left and the right border meet.
    pub fn around(&self) -> bool {
        !matches!(self, Self::Rectilinear { .. })
    }

    /// What the rays of row `y` have in common.
    pub fn row(&self, y: f32) -> Row {
        let (height, left) = match *self {
            Self::Rectilinear { height, focal, .. } => {
                return Row {
                    rise: ((height - 1) as f32 / 2.0 - y) / focal,
                    level: 1.0,
                    aside: 0.0,
                };
            }
            Self::Equirectangular { height, .. } => (height, None),
            Self::Stereo { height, .. } => (height / 2, Some(y < (height / 2) as f32 - 0.5)),
        };
        let down = if left == Some(false) { y - height as f32 } else { y };
        let pitch = (0.5 - (down + 0.5) / height as f32) * PI;
        let (rise, level) = pitch.sin_cos();
        let merged = ((pitch.abs() - MERGE[0]) / (MERGE[1] - MERGE[0])).clamp(0.0, 1.0);
        let apart = EYES / 2.0 * (0.5 + 0.5 * (merged * PI).cos());
        Row { rise, level, aside: left.map_or(0.0, |left| if left { -apart } else { apart }) }
    }

    /// What the rays of column `x` have in common: its tangent, or sine and cosine of its yaw.
    pub fn column(&self, x: f32) -> (f32, f32) {
        match *self {
            Self::Rectilinear { width, focal, .. } => ((x - (width - 1) as f32 / 2.0) / focal, 1.0),
            Self::Equirectangular { width, .. } | Self::Stereo { width, .. } => {
                (((x + 0.5) / width as f32 - 0.5) * TAU).sin_cos()
            }
        }
    }
}

/// What the rays of a row have in common.
#[derive(Clone, Copy)]
pub struct Row {
    rise: f32,
    level: f32,
    aside: f32,
}

impl Camera {
    /// Origin and direction (a unit vector) of the ray at a column and a row.
    pub fn ray(&self, (sin, cos): (f32, f32), row: Row) -> (V, V) {
        let way = self.turned(sin * row.level, row.rise, cos * row.level);
        let origin = if row.aside == 0.0 {
            self.position
        } else {
            along(self.position, self.turned(cos, 0.0, -sin), row.aside)
        };
        (origin, unit(way))
    }
}
