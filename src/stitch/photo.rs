//! A photo of a set: decoded within limits, upright, reduced to what the panorama can show, with what EXIF says.

use super::attitude::Attitude;
use super::error::StitchError;
use super::grey::Grey;
use crate::base::Limits;
use crate::container;
use crate::container::exif::ExifFacts;
use crate::imaging::decode::{Wanted, decode_reduced};
use crate::imaging::header::Header;
use crate::imaging::orient::upright;
use crate::imaging::plane::{Picture, Plane};

/// A photo to be stitched.
pub struct Photo {
    /// Its name, as the person who sent it knows it.
    pub name: String,
    /// Y, Cb, Cr (or grey) as it stands upright, perhaps reduced.
    pub picture: Picture,
    /// Stored size, upright, pixels.
    pub original: (usize, usize),
    /// Reduction, ≤ 1: pixels of `picture` through pixels of the original.
    pub factor: f64,
    /// What EXIF says, if anything.
    pub exif: ExifFacts,
    /// Grey at working size, for features.
    pub grey: Grey,
    /// Working size through size of `picture`.
    pub grey_factor: f64,
    /// What the camera's sensors say of its attitude.
    pub sensed: Sensed,
}

/// What the sensors of a camera say of its attitude.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sensed {
    /// Compass heading of the middle of the photo, degrees (EXIF's GPSImgDirection).
    pub heading: Option<f64>,
    /// Which way is up: right, up and ahead in the photo, length 1 (GPano's PosePitchDegrees and PoseRollDegrees, a drone's
    /// gimbal, or the acceleration that a phone felt).
    pub up: Option<[f64; 3]>,
    /// How a drone's gimbal held the camera: to within a few degrees from north, a degree from level.
    pub gimbal: Option<Attitude>,
}

/// Diagonal of 36×24 mm film, millimetres.
const FILM: f64 = 43.266_6;
/// Pixels at which features are sought: more costs time and finds the same.
pub const WORKING_PIXELS: f64 = 750_000.0;

impl Photo {
    /// Decodes a file and keeps at most `most_pixels` of it.
    pub fn read(
        name: &str,
        bytes: Vec<u8>,
        most_pixels: f64,
        limits: &Limits,
    ) -> Result<Self, StitchError> {
        let fail = |fault| StitchError::Photo { name: name.to_owned(), fault };
        let header = Header::read(&bytes, limits).map_err(fail)?;
        let found = container::read(&bytes, limits).ok();
        let (exif, private) =
            found.as_ref().and_then(container::Container::exif_facts).unwrap_or_default();
        let xmp = found.as_ref().map(|found| container::xmp::read(&found.xmp)).unwrap_or_default();
        let posed = xmp
            .gpano
            .and_then(|g| Some(Attitude { yaw: 0.0, pitch: g.pose_pitch?, roll: g.pose_roll? }));
        // A camera that the drone held on its side is held by no angle that the gimbal tells.
        let gimbal = xmp.gimbal.angles().filter(|_| exif.orientation.unwrap_or(1) == 1);
        let gimbal = gimbal.map(|[yaw, pitch, roll]| Attitude { yaw, pitch, roll });
        let sensed = Sensed {
            heading: private.heading,
            up: posed.or(gimbal).map(Attitude::up).or(exif.up),
            gimbal,
        };
        drop(found);
        let wanted = Wanted { rgb: false, accept_damaged: false };
        let picture = decode_reduced(bytes, &header, wanted, most_pixels, limits).map_err(fail)?;
        let orientation = exif.orientation.unwrap_or(1);
        let (width, height) = (header.width as usize, header.height as usize);
        // Decoded at a half, a quarter or an eighth of the size, rounded up.
        let reduction = (width as f64 / picture.width() as f64).round();
        let picture = upright(picture, orientation);
        let mut photo = Self { sensed, ..Self::of(name, picture, exif, most_pixels) };
        photo.factor /= reduction;
        photo.original =
            if (5..=8).contains(&orientation) { (height, width) } else { (width, height) };
        Ok(photo)
    }

    /// How many pixels of each of `count` photos are kept for a panorama of `width` columns (8192 if `None`): overlapping
    /// photos show everything several times, so six times the panorama's pixels in all is plenty.
    pub fn most_pixels(width: Option<usize>, count: usize) -> f64 {
        let width = width.unwrap_or(8192) as f64;
        (6.0 * width * width / 2.0 / count.max(1) as f64).max(6e5)
    }

    /// A decoded, upright picture as a photo.
    pub fn of(name: &str, picture: Picture, exif: ExifFacts, most_pixels: f64) -> Self {
        let original = (picture.width(), picture.height());
        let (picture, factor) = reduced(picture, most_pixels);
        let (grey, grey_factor) = Grey::reduced(&picture.planes[0], WORKING_PIXELS);
        let sensed = Sensed::default();
        Self { name: name.to_owned(), picture, original, factor, exif, grey, grey_factor, sensed }
    }

    /// The same photo with another picture of the same size.
    #[must_use]
    pub fn with_picture(self, picture: Picture) -> Self {
        let (grey, grey_factor) = Grey::reduced(&picture.planes[0], WORKING_PIXELS);
        Self { picture, grey, grey_factor, ..self }
    }

    /// Columns of the kept picture.
    pub fn width(&self) -> usize {
        self.picture.width()
    }

    /// Rows of the kept picture.
    pub fn height(&self) -> usize {
        self.picture.height()
    }

    /// Focal length in pixels of the kept picture as EXIF suggests it. A hint only: it is often wrong.
    pub fn focal_hint(&self) -> Option<f64> {
        let stated = self.exif.focal_length_35mm.map(f64::from);
        let by_sensor = || Some(self.exif.focal_length_mm? * FILM / self.exif.sensor_diagonal_mm?);
        let film = stated.or_else(by_sensor)?;
        // By the diagonal, as CIPA DC-008 defines the equivalent.
        let diagonal = (self.width() as f64).hypot(self.height() as f64);
        let hint = film / FILM * diagonal;
        (4.0..2000.0).contains(&film).then_some(hint)
    }

    /// The same as [`Self::focal_hint`] for a camera that leaves out of it how far it was zoomed by computing.
    pub fn zoomed_hint(&self) -> Option<f64> {
        Some(self.focal_hint()? * self.exif.digital_zoom.unwrap_or(1.0))
    }
}

/// The picture shrunk by area averaging where it has more than `most_pixels`, and by how much.
fn reduced(picture: Picture, most_pixels: f64) -> (Picture, f64) {
    let whole = (picture.width() * picture.height()) as f64;
    if whole <= most_pixels * 1.1 {
        return (picture, 1.0);
    }
    let factor = (most_pixels / whole).sqrt();
    (shrunk(&picture, factor), factor)
}

/// All planes shrunk by `factor` < 1 by area averaging.
pub fn shrunk(picture: &Picture, factor: f64) -> Picture {
    let planes = picture
        .planes
        .iter()
        .map(|plane| {
            let pixels = (plane.width() * plane.height()) as f64 * factor * factor;
            let (grey, _) = Grey::reduced(plane, pixels);
            let bytes =
                grey.data.iter().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect();
            Plane::from_bytes(grey.width, grey.height, grey.width, bytes)
                .unwrap_or_else(|| Plane::filled(1, 1, 0))
        })
        .collect();
    Picture { planes, model: picture.model }
}

/// A plane at half the size, mean of 2 × 2.
pub fn halved(plane: &Plane) -> Plane {
    let (w, h) = ((plane.width() / 2).max(1), (plane.height() / 2).max(1));
    let mut out = Plane::filled(w, h, 0);
    if plane.width() < 2 || plane.height() < 2 {
        return out;
    }
    for y in 0..h {
        let (a, b) = (plane.row(2 * y), plane.row(2 * y + 1));
        for (x, value) in out.row_mut(y).iter_mut().enumerate() {
            let sum = u32::from(a[2 * x])
                + u32::from(a[2 * x + 1])
                + u32::from(b[2 * x])
                + u32::from(b[2 * x + 1]);
            *value = ((sum + 2) / 4) as u8;
        }
    }
    out
}
