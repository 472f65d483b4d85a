//! How a picture is tiled, from what the probe found in it and what it is taken for.

use crate::geometry::Degrees;
use crate::imaging::recipe::Pose;
use crate::imaging::{Crop, TileRecipe};
use crate::photo::probe::{ProbeReport, TakenFor};

/// How to tile a picture of which the probe said this, taken as `kind`.
pub fn recipe(report: &ProbeReport, kind: TakenFor, quality: u8) -> TileRecipe {
    let pose = report.gpano.as_ref().map(|gpano| Pose {
        // The heading stays out: the picture's middle is yaw 0, and the tour knows where north is.
        yaw: Degrees(0.0),
        pitch: Degrees(gpano.pose_pitch.unwrap_or(0.0)),
        roll: Degrees(gpano.pose_roll.unwrap_or(0.0)),
    });
    TileRecipe {
        quality,
        orientation: report.orientation,
        crop: crop(report, kind),
        pose: pose.filter(|pose| pose.rotation().is_some()),
        ..TileRecipe::default()
    }
}

/// Which part of the sphere the picture shows; `None` when it is the whole.
fn crop(report: &ProbeReport, kind: TakenFor) -> Option<Crop> {
    let (width, height) = (f64::from(report.width), f64::from(report.height));
    if let Some(coverage) = report.coverage.filter(|coverage| !coverage.is_full()) {
        let full_width = width * 360.0 / (coverage.yaw[1] - coverage.yaw[0]);
        let full_height = height * 180.0 / (coverage.pitch[1] - coverage.pitch[0]);
        let left = (coverage.yaw[0] + 180.0) / 360.0 * full_width;
        let top = (90.0 - coverage.pitch[1]) / 180.0 * full_height;
        return Some(within(full_width, full_height, left, top, report));
    }
    if kind != TakenFor::EquirectangularCropped || report.width == 2 * report.height {
        return None;
    }
    // Without data: a full turn around the horizon, or a strip from pole to pole.
    let (full_width, full_height) =
        if width > 2.0 * height { (width, width / 2.0) } else { (2.0 * height, height) };
    Some(within(
        full_width,
        full_height,
        (full_width - width) / 2.0,
        (full_height - height) / 2.0,
        report,
    ))
}

/// Rounds to pixels, never smaller than the picture itself.
fn within(full_width: f64, full_height: f64, left: f64, top: f64, report: &ProbeReport) -> Crop {
    let full_width = (full_width.round() as u32).max(report.width);
    let full_height = (full_height.round() as u32).max(report.height);
    Crop {
        full_width,
        full_height,
        left: (left.round().max(0.0) as u32).min(full_width - report.width),
        top: (top.round().max(0.0) as u32).min(full_height - report.height),
    }
}
