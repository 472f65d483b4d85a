//! How exactly features are found, seen from the camera, and how likely two photos agree on a point by accident.

use super::photo::Photo;
use crate::geometry::Lens;

/// Features crowd: so many times as likely to agree by accident as if they were spread evenly.
const CROWDED: f64 = 4.0;
/// Steradians beyond which a photo's field counts as if it had so many.
const WIDEST: f64 = 6.0;

/// Tolerances of photos through their lenses.
pub struct Tolerances {
    /// By photo, radians.
    angles: Vec<f64>,
    /// About what each photo sees, steradians.
    fields: Vec<f64>,
}

impl Tolerances {
    /// Of features that are found to `pixels` at working size; a lens each photo.
    pub fn new(photos: &[Photo], lenses: &[Lens], pixels: f64) -> Self {
        let both = || photos.iter().zip(lenses);
        Self {
            angles: both().map(|(photo, lens)| angle(photo, lens.focal, pixels)).collect(),
            fields: both().map(|(photo, lens)| field(photo, lens.focal)).collect(),
        }
    }

    /// By which angle (radians) two features of these photos may differ that are the same, and the chance that others differ
    /// by no more.
    pub fn of(&self, photos: impl Iterator<Item = usize>) -> (f64, f64) {
        let most = |(angle, field): (f64, f64), photo: usize| {
            (angle.max(self.angles[photo]), field.max(self.fields[photo]))
        };
        let (angle, field) = photos.fold((0.0, 0.0), most);
        (angle, accident(angle, field))
    }
}

/// The angle (radians) that `pixels` at working size are in a photo of this focal length.
pub fn angle(photo: &Photo, focal: f64, pixels: f64) -> f64 {
    pixels / photo.grey_factor / focal
}

/// About what a photo of this focal length sees, steradians.
pub fn field(photo: &Photo, focal: f64) -> f64 {
    (photo.width() * photo.height()) as f64 / (focal * focal)
}

/// The chance that a point anywhere in a field of so many steradians is within `angle` (radians) of another.
pub fn accident(angle: f64, field: f64) -> f64 {
    CROWDED * std::f64::consts::PI * angle * angle / field.min(WIDEST)
}
