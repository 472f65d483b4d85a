//! Pictures for lists and for photos in a tour: small JPEGs.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::encode::{FacePlanes, TileEncoder};
use super::error::ImagingError;
use super::plane::{ColourModel, Picture};
use super::recipe::TileFormat;
use super::resize::resize;
use crate::geometry::grid::TileArea;

/// Longest side, pixels: as that of the probe.
const EDGE: f64 = 960.0;
const QUALITY: u8 = 82;

/// A JPEG of some hundred kilobytes at most; base64 (RFC 4648) in JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct SmallJpeg(pub Vec<u8>);

impl Serialize for SmallJpeg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        BASE64_STANDARD.encode(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SmallJpeg {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// The picture small, as it lies: at most 960 pixels on its long side, and without any metadata.
pub fn small_jpeg(picture: &Picture) -> Result<SmallJpeg, ImagingError> {
    let even = |value: f64| (((value / 2.0).round() as usize) * 2).max(2);
    let scale = (EDGE / picture.width().max(picture.height()) as f64).min(1.0);
    let (width, height) =
        (even(picture.width() as f64 * scale), even(picture.height() as f64 * scale));
    let planes = picture
        .planes
        .iter()
        .enumerate()
        .map(|(index, plane)| {
            let part = if picture.model == ColourModel::YCbCr && index > 0 { 2 } else { 1 };
            resize(plane, width / part, height / part)
        })
        .collect();
    let whole = TileArea { left: 0, top: 0, width: width as u32, height: height as u32 };
    let planes = FacePlanes { planes, model: picture.model, top: 0 };
    TileEncoder::new()?.encode(&planes, whole, TileFormat::Jpg, QUALITY).map(SmallJpeg)
}
