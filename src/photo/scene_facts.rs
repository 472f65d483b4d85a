//! What a panorama's file tells that a scene needs beside the picture: its day and where north is.

use jiff::civil::{Date, DateTime};
use serde::Serialize;
use utoipa::ToSchema;

use super::probe::ProbeReport;
use crate::auction::days::{day_of, shanghai};
use crate::base::Instant;
use crate::container::exif::LocalTime;

/// A proposal for a new scene; a person looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct SceneFacts {
    /// The day on which the picture was taken, by the camera's clock.
    #[schema(value_type = Option<String>, format = Date)]
    pub captured_on: Option<Date>,
    /// Yaw of north in the picture by the camera's compass, degrees from −180 to 180.
    pub north_yaw: Option<f64>,
}

impl SceneFacts {
    /// What the probe of a file that came at `uploaded` has found.
    pub fn of(report: &ProbeReport, uploaded: Instant) -> Self {
        let gpano = report.gpano.as_ref();
        let exif = report.exif.as_ref().and_then(|exif| exif.captured_at.as_ref());
        let first = gpano.and_then(|gpano| gpano.first_photo.as_deref());
        let told = exif.and_then(LocalTime::civil).or_else(|| local(first?));
        // Exactly north is what programs write that know of no compass.
        let heading = gpano.and_then(|gpano| gpano.pose_heading).filter(|heading| *heading != 0.0);
        Self {
            captured_on: told.filter(|time| is_credible(*time, uploaded)).map(DateTime::date),
            north_yaw: heading.map(|heading| 180.0 - (heading + 180.0).rem_euclid(360.0)),
        }
    }
}

/// A date of XMP as a clock on the spot showed it: with an offset its own, in UTC as in China, without anything as it stands.
fn local(text: &str) -> Option<DateTime> {
    if text.ends_with('Z') {
        let at: jiff::Timestamp = text.parse().ok()?;
        return Some(at.to_zoned_datetime(shanghai()).datetime());
    }
    text.parse().ok()
}

/// Not after the upload, one day granted to time zones; not in the first hour of a year, where clocks stand that nobody
/// has set.
fn is_credible(time: DateTime, uploaded: Instant) -> bool {
    let latest = day_of(uploaded).tomorrow();
    let unset = time.date().day_of_year() == 1 && time.hour() == 0;
    latest.is_ok_and(|latest| time.date() <= latest) && !unset
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Cancel, Limits};
    use crate::container::exif::ExifFacts;
    use crate::container::gpano::GPano;
    use crate::photo::probe::probe;

    fn facts(taken: Option<&str>, gpano: GPano) -> SceneFacts {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::GrayImage::new(8, 4).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let report = probe(bytes.get_ref(), "a.png", &Limits::default(), &Cancel::new()).unwrap();
        let captured_at = taken.map(|local| LocalTime { local: local.to_owned(), offset: None });
        let exif = Some(ExifFacts { captured_at, ..ExifFacts::default() });
        // 2026-03-30 10:11:12 in Shanghai.
        let uploaded = Instant::from_millis(1_774_836_672_000);
        SceneFacts::of(&ProbeReport { exif, gpano: Some(gpano), ..report }, uploaded)
    }

    fn day(taken: Option<&str>, first: Option<&str>) -> Option<String> {
        let gpano = GPano { first_photo: first.map(str::to_owned), ..GPano::default() };
        facts(taken, gpano).captured_on.map(|day| day.to_string())
    }

    #[test]
    fn the_day_is_the_cameras() {
        assert_eq!(day(Some("2026-03-28T23:50:00"), None).as_deref(), Some("2026-03-28"));
        assert_eq!(day(None, Some("2026-03-28T23:50:00")).as_deref(), Some("2026-03-28"));
        assert_eq!(day(None, Some("2026-03-28T23:50:00+09:00")).as_deref(), Some("2026-03-28"));
        assert_eq!(day(None, Some("2026-03-28T23:50:00.120Z")).as_deref(), Some("2026-03-29"));
        for nothing in ["", "yesterday", "2026-13-01", "2026-03-28T25:00:00Z"] {
            assert_eq!(day(None, Some(nothing)), None);
        }
    }

    #[test]
    fn clocks_that_nobody_has_set_are_not_believed() {
        assert_eq!(day(Some("2015-01-01T00:00:10"), None), None);
        assert_eq!(day(Some("2036-02-07T12:00:00"), None), None);
        // In Auckland it is tomorrow.
        assert_eq!(day(Some("2026-03-31T01:00:00"), None).as_deref(), Some("2026-03-31"));
    }

    #[test]
    fn north_lies_against_the_heading() {
        let north = |heading| facts(None, GPano { pose_heading: heading, ..GPano::default() });
        assert_eq!(north(Some(90.0)).north_yaw, Some(-90.0));
        assert_eq!(north(Some(270.0)).north_yaw, Some(90.0));
        assert_eq!(north(Some(180.0)).north_yaw, Some(180.0));
        assert_eq!(north(Some(0.0)).north_yaw, None);
        assert_eq!(north(None).north_yaw, None);
    }
}
