//! GPano: Google's Photo Sphere XMP (developers.google.com/streetview/spherical-metadata), read and written.
//!
//! All angles in degrees. Values that make no sense (negative sizes, infinite angles) are not taken over.

use std::fmt::Write as _;

use super::exif::printable;

/// Panorama data as a file states it; nothing is checked against the picture here.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct GPano {
    /// `equirectangular` or, from phones' sweep panoramas, `cylindrical`; lower case.
    pub projection: Option<String>,
    /// Whether a viewer is wanted.
    pub use_viewer: Option<bool>,
    /// Width of the whole sphere's picture, of which this file may be a part.
    pub full_width: Option<u32>,
    /// Height of the whole sphere's picture.
    pub full_height: Option<u32>,
    /// Width of the part that the file holds.
    pub cropped_width: Option<u32>,
    /// Height of the part that the file holds.
    pub cropped_height: Option<u32>,
    /// Column of the whole at which the part begins.
    pub cropped_left: Option<i32>,
    /// Row of the whole at which the part begins.
    pub cropped_top: Option<i32>,
    /// Compass heading of the middle of the whole, 0 = north, 90 = east.
    pub pose_heading: Option<f64>,
    /// How far the camera looked up.
    pub pose_pitch: Option<f64>,
    /// How far the camera leaned to the right.
    pub pose_roll: Option<f64>,
    /// Heading at which to begin.
    pub initial_heading: Option<f64>,
    /// Pitch at which to begin.
    pub initial_pitch: Option<f64>,
    /// Horizontal field of view at which to begin.
    pub initial_hfov: Option<f64>,
    /// The program that stitched it.
    pub stitching_software: Option<String>,
    /// When the first of its photos was taken, as XMP writes dates: `2026-03-30T10:11:12`, perhaps with an offset from UTC.
    pub first_photo: Option<String>,
    /// When the last of its photos was taken.
    pub last_photo: Option<String>,
}

/// The part of the sphere that a picture holds: yaw right positive from the middle of the whole, pitch up positive.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Coverage {
    /// Left and right border, −180 to 180 for a full turn.
    pub yaw: [f64; 2],
    /// Lower and upper border, −90 to 90 for the whole height.
    pub pitch: [f64; 2],
}

impl Coverage {
    /// The whole sphere.
    pub const FULL: Self = Self { yaw: [-180.0, 180.0], pitch: [-90.0, 90.0] };

    /// Whether it is the whole sphere, to a quarter of a degree.
    pub fn is_full(&self) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() < 0.25;
        near(self.yaw[0], -180.0)
            && near(self.yaw[1], 180.0)
            && near(self.pitch[0], -90.0)
            && near(self.pitch[1], 90.0)
    }
}

impl GPano {
    /// Data for our own output: a part of `full` pixels whole, at (`left`, `top`), `size` pixels.
    pub fn equirectangular(full: (u32, u32), left_top: (i32, i32), size: (u32, u32)) -> Self {
        Self {
            projection: Some("equirectangular".to_owned()),
            use_viewer: Some(true),
            full_width: Some(full.0),
            full_height: Some(full.1),
            cropped_width: Some(size.0),
            cropped_height: Some(size.1),
            cropped_left: Some(left_top.0),
            cropped_top: Some(left_top.1),
            ..Self::default()
        }
    }

    /// What part of the sphere the file says it holds; `None` where sizes are missing or contradict one another.
    ///
    /// The ratios count, not the pixels: programs that scale a picture leave the old numbers in it.
    pub fn coverage(&self) -> Option<Coverage> {
        let (full_width, full_height) = (f64::from(self.full_width?), f64::from(self.full_height?));
        let (width, height) = (f64::from(self.cropped_width?), f64::from(self.cropped_height?));
        let (left, top) =
            (f64::from(self.cropped_left.unwrap_or(0)), f64::from(self.cropped_top.unwrap_or(0)));
        let sensible = full_width > 0.0
            && full_height > 0.0
            && width > 0.0
            && height > 0.0
            && left >= 0.0
            && top >= 0.0;
        // One pixel of rounding is common.
        if !sensible || left + width > full_width + 1.0 || top + height > full_height + 1.0 {
            return None;
        }
        let yaw = |column: f64| (column / full_width).min(1.0) * 360.0 - 180.0;
        let pitch = |row: f64| 90.0 - (row / full_height).min(1.0) * 180.0;
        Some(Coverage {
            yaw: [yaw(left), yaw(left + width)],
            pitch: [pitch(top + height), pitch(top)],
        })
    }

    /// Takes one property by its local name; the first value stays, unknown names are passed over.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        fn first<T>(place: &mut Option<T>, value: Option<T>) {
            if place.is_none() {
                *place = value;
            }
        }
        match name {
            "ProjectionType" => {
                first(&mut self.projection, printable(value).map(|text| text.to_ascii_lowercase()));
            }
            "UsePanoramaViewer" => first(&mut self.use_viewer, flag(value)),
            "FullPanoWidthPixels" => first(&mut self.full_width, size(value)),
            "FullPanoHeightPixels" => first(&mut self.full_height, size(value)),
            "CroppedAreaImageWidthPixels" => first(&mut self.cropped_width, size(value)),
            "CroppedAreaImageHeightPixels" => first(&mut self.cropped_height, size(value)),
            "CroppedAreaLeftPixels" => first(&mut self.cropped_left, offset(value)),
            "CroppedAreaTopPixels" => first(&mut self.cropped_top, offset(value)),
            "PoseHeadingDegrees" => first(&mut self.pose_heading, degrees(value)),
            "PosePitchDegrees" => first(&mut self.pose_pitch, degrees(value)),
            "PoseRollDegrees" => first(&mut self.pose_roll, degrees(value)),
            "InitialViewHeadingDegrees" => first(&mut self.initial_heading, degrees(value)),
            "InitialViewPitchDegrees" => first(&mut self.initial_pitch, degrees(value)),
            "InitialHorizontalFOVDegrees" => first(&mut self.initial_hfov, degrees(value)),
            "StitchingSoftware" => first(&mut self.stitching_software, printable(value)),
            "FirstPhotoDate" => first(&mut self.first_photo, printable(value)),
            "LastPhotoDate" => first(&mut self.last_photo, printable(value)),
            _ => {}
        }
    }

    /// A whole XMP packet with these properties, ready for [`super::jpeg::with_xmp`]. Reading it gives the same value.
    pub fn packet(&self) -> String {
        let mut properties = String::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                // Writing into a string cannot fail.
                let _ = write!(
                    properties,
                    "\n    GPano:{name}=\"{}\"",
                    quick_xml::escape::escape(value.as_str())
                );
            }
        };
        add("ProjectionType", self.projection.clone());
        add(
            "UsePanoramaViewer",
            self.use_viewer.map(|wanted| if wanted { "True" } else { "False" }.to_owned()),
        );
        add("FullPanoWidthPixels", self.full_width.map(|value| value.to_string()));
        add("FullPanoHeightPixels", self.full_height.map(|value| value.to_string()));
        add("CroppedAreaImageWidthPixels", self.cropped_width.map(|value| value.to_string()));
        add("CroppedAreaImageHeightPixels", self.cropped_height.map(|value| value.to_string()));
        add("CroppedAreaLeftPixels", self.cropped_left.map(|value| value.to_string()));
        add("CroppedAreaTopPixels", self.cropped_top.map(|value| value.to_string()));
        add("PoseHeadingDegrees", self.pose_heading.map(written_degrees));
        add("PosePitchDegrees", self.pose_pitch.map(written_degrees));
        add("PoseRollDegrees", self.pose_roll.map(written_degrees));
        add("InitialViewHeadingDegrees", self.initial_heading.map(written_degrees));
        add("InitialViewPitchDegrees", self.initial_pitch.map(written_degrees));
        add("InitialHorizontalFOVDegrees", self.initial_hfov.map(written_degrees));
        add("StitchingSoftware", self.stitching_software.clone());
        add("FirstPhotoDate", self.first_photo.clone());
        add("LastPhotoDate", self.last_photo.clone());
        format!(
            "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  \
             <rdf:Description rdf:about=\"\"\n    xmlns:GPano=\"http://ns.google.com/photos/1.0/panorama/\"{properties}/>\n \
             </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>"
        )
    }
}

/// To a billionth of a degree, so that the text stays short.
fn written_degrees(value: f64) -> String {
    ((value * 1e9).round() / 1e9).to_string()
}

fn flag(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Pixels; some programs write `4096.0`.
fn size(value: &str) -> Option<u32> {
    number(value)
        .filter(|value| (1.0..=f64::from(u32::MAX)).contains(value))
        .map(|value| value.round() as u32)
}

fn offset(value: &str) -> Option<i32> {
    number(value)
        .filter(|value| value.abs() <= f64::from(i32::MAX))
        .map(|value| value.round() as i32)
}

fn degrees(value: &str) -> Option<f64> {
    number(value).filter(|value| value.abs() <= 3600.0)
}

/// A decimal, or a fraction as XMP's rational type writes it.
fn number(value: &str) -> Option<f64> {
    let short = value.get(..value.len().min(40)).filter(|short| short.len() == value.len())?;
    let number = match short.split_once('/') {
        Some((above, below)) => {
            above.trim().parse::<f64>().ok()? / below.trim().parse::<f64>().ok()?
        }
        None => short.parse().ok()?,
    };
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::super::xmp;
    use super::*;

    #[test]
    fn coverage_goes_by_ratio() {
        let full = GPano::equirectangular((5472, 2736), (0, 0), (5472, 2736));
        assert_eq!(full.coverage(), Some(Coverage::FULL));
        let half = GPano::equirectangular((8000, 4000), (2000, 1000), (4000, 2000));
        assert_eq!(half.coverage(), Some(Coverage { yaw: [-90.0, 90.0], pitch: [-45.0, 45.0] }));
        assert_eq!(GPano::equirectangular((100, 50), (60, 0), (50, 50)).coverage(), None);
        assert_eq!(GPano::default().coverage(), None);
    }

    #[test]
    fn nonsense_is_not_taken_over() {
        let mut gpano = GPano::default();
        for value in ["-5", "nan", "1/0", "1e99", "", "twelve", &"9".repeat(500)] {
            gpano.set("FullPanoWidthPixels", value);
        }
        gpano.set("PoseHeadingDegrees", "inf");
        assert_eq!(gpano, GPano::default());
        gpano.set("PoseHeadingDegrees", "3591/10");
        assert_eq!(gpano.pose_heading, Some(359.1));
    }

    fn anything() -> impl Strategy<Value = GPano> {
        let angle = proptest::option::of(
            (-360_000_000..=360_000_000).prop_map(|micro| f64::from(micro) / 1e6),
        );
        let pixels = proptest::option::of(1..u32::MAX);
        let place = proptest::option::of(any::<i32>().prop_map(|value| value.saturating_add(1)));
        let text = proptest::option::of(
            "[a-z0-9<>&\"'= 房]{1,40}".prop_filter_map("blank", |text| printable(&text)),
        );
        (
            (
                text.clone(),
                proptest::option::of(any::<bool>()),
                pixels.clone(),
                pixels.clone(),
                pixels.clone(),
                pixels,
            ),
            (
                place.clone(),
                place,
                angle.clone(),
                angle.clone(),
                angle.clone(),
                angle.clone(),
                angle.clone(),
                angle,
                text.clone(),
                text.clone(),
                text,
            ),
        )
            .prop_map(|(a, b)| GPano {
                projection: a.0.map(|text| text.to_ascii_lowercase()),
                use_viewer: a.1,
                full_width: a.2,
                full_height: a.3,
                cropped_width: a.4,
                cropped_height: a.5,
                cropped_left: b.0,
                cropped_top: b.1,
                pose_heading: b.2,
                pose_pitch: b.3,
                pose_roll: b.4,
                initial_heading: b.5,
                initial_pitch: b.6,
                initial_hfov: b.7,
                stitching_software: b.8,
                first_photo: b.9,
                last_photo: b.10,
            })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(gpano in anything()) {
            let packet = gpano.packet();
            let facts = xmp::read(&[Cow::Borrowed(packet.as_bytes())]);
            prop_assert!(!facts.refused);
            prop_assert_eq!(facts.gpano.unwrap_or_default(), gpano);
        }
    }
}
