//! EXIF (CIPA DC-008): camera, lens, time, exposure, orientation; and apart from them what is private.
//!
//! A damaged block gives what could be read of it. Text is bounded and free of control characters. Values are
//! parsed one tag at a time, so that a directory of a million entries costs no more than its bytes.

use exif::{Exif, In, Tag, Value};

use super::apple;
use super::file_name::is_hidden;

/// Longest text taken from a tag, in characters.
const MOST_CHARACTERS: usize = 120;

/// Any of these says where or when somebody was.
const GPS_TAGS: [Tag; 10] = [
    Tag::GPSLatitude,
    Tag::GPSLongitude,
    Tag::GPSAltitude,
    Tag::GPSTimeStamp,
    Tag::GPSDateStamp,
    Tag::GPSDestLatitude,
    Tag::GPSDestLongitude,
    Tag::GPSImgDirection,
    Tag::GPSAreaInformation,
    Tag::GPSProcessingMethod,
];

/// What EXIF says that everyone may see.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ExifFacts {
    /// Maker of the camera.
    pub maker: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Lens model.
    pub lens: Option<String>,
    /// Program or firmware that wrote the file.
    pub software: Option<String>,
    /// When the picture was taken.
    pub captured_at: Option<LocalTime>,
    /// 1–8: how to turn the stored picture before it is shown (1: not at all).
    pub orientation: Option<u8>,
    /// Exposure time in seconds.
    pub exposure_seconds: Option<f64>,
    /// F-number.
    pub f_number: Option<f64>,
    /// Sensitivity (ISO).
    pub iso: Option<u32>,
    /// Focal length in millimetres.
    pub focal_length_mm: Option<f64>,
    /// Focal length of the same angle on 36×24 mm film.
    pub focal_length_35mm: Option<u32>,
    /// How many times the picture was magnified by computing, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digital_zoom: Option<f64>,
    /// Diagonal of the sensor, millimetres, as FocalPlaneXResolution and its like say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensor_diagonal_mm: Option<f64>,
    /// A phone's mark "this is a sweep panorama" (Apple's value 6 of CustomRendered).
    pub marked_as_panorama: bool,
    /// Which way is up by the phone's sensor: right, up and ahead in the photo as it stands upright, length 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<[f64; 3]>,
    /// Only a part of the block could be read.
    pub damaged: bool,
}

/// A time as the camera's clock showed it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LocalTime {
    /// Local date and time, `2026-03-30T10:11:12`.
    pub local: String,
    /// Offset from UTC, `+08:00`, where the camera wrote one.
    pub offset: Option<String>,
}

impl LocalTime {
    /// What the camera's clock showed.
    pub fn civil(&self) -> Option<jiff::civil::DateTime> {
        self.local.parse().ok()
    }
}

impl std::fmt::Display for LocalTime {
    /// As XMP writes dates: `2026-03-30T10:11:12+08:00`, without the offset where the camera wrote none.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.local, self.offset.as_deref().unwrap_or_default())
    }
}

/// A position on earth, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// Metres above the sea.
    pub altitude_metres: Option<f64>,
}

/// What must not leave the house: it says where somebody was and with which very camera.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PrivateFacts {
    /// Where the picture was taken.
    pub position: Option<Position>,
    /// Compass heading in which the camera looked, degrees from true or magnetic north.
    pub heading: Option<f64>,
    /// GPS data of any kind is in the file, readable or not.
    pub holds_gps: bool,
    /// Serial numbers of camera and lens.
    pub serial_numbers: Vec<String>,
    /// Owner, artist, copyright holder.
    pub people: Vec<String>,
    /// The maker's own block, which usually hides serial numbers.
    pub maker_note: bool,
}

/// Reads a TIFF structure (`block` begins with `II` or `MM`); `None` when nothing of it can be read.
pub fn read(block: &[u8]) -> Option<(ExifFacts, PrivateFacts)> {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let mut damaged = false;
    let exif = match reader.read_raw(block.to_vec()) {
        Ok(exif) => exif,
        Err(error) => error.distill_partial_result(|_| damaged = true).ok()?,
    };
    let mut facts = public_facts(&exif);
    facts.damaged = damaged;
    Some((facts, private_facts(&exif)))
}

/// Diagonal of the sensor, mm: pixels of the picture as taken through pixels a unit of the focal plane.
fn sensor_diagonal(exif: &Exif) -> Option<f64> {
    let unit = match unsigned(exif, Tag::FocalPlaneResolutionUnit).unwrap_or(2) {
        2 => 25.4,
        3 => 10.0,
        4 => 1.0,
        _ => return None,
    };
    let side = |pixels: Tag, resolution: Tag| {
        let resolution = real(exif, resolution).filter(|resolution| *resolution > 0.0)?;
        Some(f64::from(unsigned(exif, pixels)?) / resolution * unit)
    };
    let across = side(Tag::PixelXDimension, Tag::FocalPlaneXResolution)?;
    let down = side(Tag::PixelYDimension, Tag::FocalPlaneYResolution)?;
    // From phones to medium format.
    Some(across.hypot(down)).filter(|diagonal| (3.0..80.0).contains(diagonal))
}

fn public_facts(exif: &Exif) -> ExifFacts {
    let captured_at = time(exif, Tag::DateTimeOriginal, Tag::OffsetTimeOriginal)
        .or_else(|| time(exif, Tag::DateTimeDigitized, Tag::OffsetTimeDigitized))
        .or_else(|| time(exif, Tag::DateTime, Tag::OffsetTime));
    ExifFacts {
        maker: text(exif, Tag::Make),
        model: text(exif, Tag::Model),
        lens: text(exif, Tag::LensModel),
        software: text(exif, Tag::Software),
        captured_at,
        orientation: unsigned(exif, Tag::Orientation)
            .and_then(|value| u8::try_from(value).ok())
            .filter(|v| (1..=8).contains(v)),
        exposure_seconds: real(exif, Tag::ExposureTime).filter(|seconds| *seconds > 0.0),
        f_number: real(exif, Tag::FNumber).filter(|number| *number > 0.0),
        iso: unsigned(exif, Tag::PhotographicSensitivity),
        focal_length_mm: real(exif, Tag::FocalLength).filter(|length| *length > 0.0),
        focal_length_35mm: unsigned(exif, Tag::FocalLengthIn35mmFilm).filter(|length| *length > 0),
        // 0 where it is not used.
        digital_zoom: real(exif, Tag::DigitalZoomRatio)
            .filter(|ratio| (1.01..100.0).contains(ratio)),
        sensor_diagonal_mm: sensor_diagonal(exif),
        marked_as_panorama: unsigned(exif, Tag::CustomRendered) == Some(6),
        up: up(exif),
        damaged: false,
    }
}

/// What Apple's MakerNote says of up. The camera on the phone's face sees the other way round and is left out.
fn up(exif: &Exif) -> Option<[f64; 3]> {
    if text(exif, Tag::LensModel).is_some_and(|lens| lens.contains("front")) {
        return None;
    }
    let Value::Undefined(note, _) = &exif.get_field(Tag::MakerNote, In::PRIMARY)?.value else {
        return None;
    };
    let orientation = unsigned(exif, Tag::Orientation).unwrap_or(1);
    apple::up(note, u8::try_from(orientation).ok()?)
}

fn private_facts(exif: &Exif) -> PrivateFacts {
    let texts = |tags: &[Tag]| tags.iter().filter_map(|tag| text(exif, *tag)).collect::<Vec<_>>();
    // Asked tag by tag: walking over all fields would parse them all, and they may point to the same bytes.
    let holds_gps = GPS_TAGS.iter().any(|tag| exif.get_field(*tag, In::PRIMARY).is_some());
    PrivateFacts {
        position: position(exif),
        heading: real(exif, Tag::GPSImgDirection).filter(|degrees| (0.0..=360.0).contains(degrees)),
        holds_gps,
        serial_numbers: texts(&[Tag::BodySerialNumber, Tag::LensSerialNumber, Tag::ImageUniqueID]),
        people: texts(&[Tag::CameraOwnerName, Tag::Artist, Tag::Copyright]),
        maker_note: exif.get_field(Tag::MakerNote, In::PRIMARY).is_some(),
    }
}

/// A bounded, printable text; `None` when nothing is left.
fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    // Up to four bytes a character; more is not looked at.
    let bytes = lines.first()?;
    let bytes = bytes.get(..bytes.len().min(4 * MOST_CHARACTERS)).unwrap_or_default();
    printable(&String::from_utf8_lossy(bytes))
}

/// `raw` without control and direction characters, trimmed, at most 120 characters; `None` if empty.
pub(super) fn printable(raw: &str) -> Option<String> {
    let clean: String = raw
        .trim_matches(['\0', ' '])
        .chars()
        .filter(|c| !is_hidden(*c))
        .take(MOST_CHARACTERS)
        .collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

fn unsigned(exif: &Exif, tag: Tag) -> Option<u32> {
    exif.get_field(tag, In::PRIMARY)?.value.get_uint(0)
}

fn real(exif: &Exif, tag: Tag) -> Option<f64> {
    let value = match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(values) => values.first()?.to_f64(),
        Value::SRational(values) => values.first()?.to_f64(),
        other => f64::from(other.get_uint(0)?),
    };
    value.is_finite().then_some(value)
}

/// `2026:03:30 10:11:12`, a real date only.
fn time(exif: &Exif, tag: Tag, offset_tag: Tag) -> Option<LocalTime> {
    let raw = text(exif, tag)?;
    let parsed = jiff::civil::DateTime::strptime("%Y:%m:%d %H:%M:%S", raw.get(..19)?).ok()?;
    let offset = text(exif, offset_tag).filter(|offset| is_offset(offset));
    Some(LocalTime { local: parsed.to_string(), offset })
}

/// `+08:00`.
fn is_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && matches!(bytes[0], b'+' | b'-')
        && bytes[3] == b':'
        && [1, 2, 4, 5].iter().all(|&at| bytes[at].is_ascii_digit())
}

fn position(exif: &Exif) -> Option<Position> {
    let latitude = angle(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, 'S')?;
    let longitude = angle(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, 'W')?;
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return None;
    }
    let below = unsigned(exif, Tag::GPSAltitudeRef) == Some(1);
    let altitude = real(exif, Tag::GPSAltitude).map(|metres| if below { -metres } else { metres });
    Some(Position { latitude, longitude, altitude_metres: altitude })
}

/// Degrees, minutes, seconds and a letter for the hemisphere.
fn angle(exif: &Exif, tag: Tag, reference: Tag, negative: char) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let part = |index: usize| parts.get(index).map(exif::Rational::to_f64);
    let degrees = part(0)? + part(1).unwrap_or(0.0) / 60.0 + part(2).unwrap_or(0.0) / 3600.0;
    let sign = if text(exif, reference)?.starts_with(negative) { -1.0 } else { 1.0 };
    degrees.is_finite().then_some(sign * degrees)
}

#[cfg(test)]
mod tests {
    use exif::experimental::Writer;
    use exif::{Field, Rational};

    use super::*;

    #[test]
    fn the_sensor_is_measured_by_the_resolution_of_its_plane() {
        let ratio = |num, denom| Value::Rational(vec![Rational { num, denom }]);
        let facts = |resolution: u32, unit: u16| {
            let values = [
                (Tag::PixelXDimension, Value::Long(vec![2272])),
                (Tag::PixelYDimension, Value::Long(vec![1704])),
                (Tag::FocalPlaneXResolution, ratio(resolution, 1)),
                (Tag::FocalPlaneYResolution, ratio(resolution, 1)),
                (Tag::FocalPlaneResolutionUnit, Value::Short(vec![unit])),
            ];
            let fields = values.map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value });
            let mut writer = Writer::new();
            fields.iter().for_each(|field| writer.push_field(field));
            let mut block = std::io::Cursor::new(Vec::new());
            writer.write(&mut block, true).unwrap();
            read(block.get_ref()).unwrap().0.sensor_diagonal_mm
        };
        // A compact camera's 1/1.8".
        assert!((facts(8114, 2).unwrap() - 8.89).abs() < 0.01);
        assert!((facts(3194, 3).unwrap() - 8.89).abs() < 0.01);
        assert_eq!(facts(0, 2), None);
        assert_eq!(facts(300, 2), None, "no sensor is that large");
        assert_eq!(facts(8114, 9), None);
    }
}
