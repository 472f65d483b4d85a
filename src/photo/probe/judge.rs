//! From facts to an opinion: what a picture is taken for, why, and how sure that is.
//!
//! Order of trust: circles that are seen, then what the file says of itself (checked against the picture), then the
//! shape together with what a sphere must look like. Whoever is right in the end: the agency may correct it.

use crate::container::gpano::{Coverage, GPano};

use super::camera::{Camera360, is_fusion_half};
use super::report::{Note, Sight, TakenFor};
use super::sight::TOO_UNIFORM;

/// What the opinion is formed from.
pub struct Evidence<'a> {
    /// The cleaned file name.
    pub file_name: &'a str,
    /// Shown size.
    pub width: u32,
    /// Shown size.
    pub height: u32,
    /// Panorama data.
    pub gpano: Option<&'a GPano>,
    /// XMP holds the other eye's picture.
    pub second_picture: bool,
    /// A phone marked it as a sweep panorama.
    pub marked_as_panorama: bool,
    /// A known 360° camera.
    pub camera: Option<&'a Camera360>,
    /// Measures, where the picture could be looked at.
    pub sight: Option<&'a Sight>,
}

/// The opinion.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What it is taken for.
    pub taken_for: TakenFor,
    /// 0–1.
    pub confidence: f32,
    /// Why, the strongest first.
    pub reasons: Vec<Note>,
    /// Contradictions.
    pub warnings: Vec<Note>,
    /// The part of the sphere.
    pub coverage: Option<Coverage>,
}

impl Verdict {
    fn new(taken_for: TakenFor, confidence: f32, reason: Note) -> Self {
        Self {
            taken_for,
            confidence: confidence.clamp(0.0, 0.99),
            reasons: vec![reason],
            warnings: Vec::new(),
            coverage: None,
        }
    }

    fn because(mut self, reason: Note) -> Self {
        self.reasons.push(reason);
        self
    }

    fn covering(mut self, coverage: Coverage) -> Self {
        self.coverage = Some(coverage);
        self
    }

    fn but(mut self, warning: Note) -> Self {
        self.warnings.push(warning);
        self
    }
}

/// A picture wraps around when its seam looks like its neighbours.
const WRAPS: f32 = 0.6;
/// Halves of stereo pictures correlate at least so much.
const ALIKE: f32 = 0.8;
/// The same, where nothing else speaks for stereo.
const VERY_ALIKE: f32 = 0.9;

/// Forms the opinion.
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    by_circles(evidence)
        .or_else(|| by_panorama_data(evidence))
        .or_else(|| by_stereo_shape(evidence))
        .or_else(|| by_sphere_shape(evidence))
        .or_else(|| by_letterbox(evidence))
        .or_else(|| by_long_shape(evidence))
        .unwrap_or_else(|| flat(evidence))
}

/// Whether the picture goes around: its seam says so or, where all columns are so alike that no
/// seam could tell, both of its poles.
fn goes_around(sight: &Sight) -> bool {
    sight.wrap.score >= WRAPS
        || (sight.wrap.strangers < TOO_UNIFORM && sight.poles.top.min(sight.poles.bottom) > 0.9)
}

fn ratio(evidence: &Evidence<'_>) -> f32 {
    evidence.width as f32 / evidence.height.max(1) as f32
}

fn is_near(ratio: f32, wanted: f32) -> bool {
    (ratio / wanted - 1.0).abs() < 0.015
}

fn percent(value: f32) -> String {
    format!("{:.0}", 100.0 * value)
}

fn by_circles(evidence: &Evidence<'_>) -> Option<Verdict> {
    let circles = &evidence.sight?.circles;
    let sure = circles.iter().map(|circle| circle.confidence).fold(1.0, f32::min);
    let verdict = match circles.len() {
        2 => Verdict::new(
            TakenFor::DualFisheye,
            0.65 + 0.3 * sure,
            Note::new("probe-reason-two-circles"),
        ),
        1 => {
            Verdict::new(TakenFor::Fisheye, 0.6 + 0.3 * sure, Note::new("probe-reason-one-circle"))
        }
        _ => return None,
    };
    // A dark ring in a stitched panorama is improbable, but a file that says how it is projected is heard first.
    let stated_full =
        evidence.gpano.and_then(GPano::coverage).is_some_and(|coverage| coverage.is_full());
    if stated_full && sure < 0.8 {
        return None;
    }
    let mut verdict = if circles.len() == 1 && is_fusion_half(evidence.file_name) {
        verdict.because(Note::new("probe-reason-one-of-two-files"))
    } else {
        verdict
    };
    if let Some(camera) = evidence.camera {
        if camera.unstitched.contains(&(evidence.width, evidence.height)) {
            verdict.confidence = (verdict.confidence + 0.05).min(0.99);
        }
        verdict.reasons.push(Note::new("probe-reason-camera").with("camera", camera.name));
    }
    Some(if stated_full {
        verdict.but(Note::new("probe-warning-gpano-contradicts"))
    } else {
        verdict
    })
}

fn by_panorama_data(evidence: &Evidence<'_>) -> Option<Verdict> {
    let gpano = evidence.gpano?;
    let projection = gpano.projection.as_deref().unwrap_or("equirectangular");
    if projection.contains("cylind") {
        return Some(Verdict::new(
            TakenFor::Cylindrical,
            0.95,
            Note::new("probe-reason-gpano-cylindrical"),
        ));
    }
    if projection != "equirectangular" {
        return None;
    }
    let two_to_one = is_near(ratio(evidence), 2.0);
    let coverage = match gpano.coverage() {
        Some(coverage) => coverage,
        // Some programs write the projection alone.
        None if gpano.projection.is_some() && two_to_one => Coverage::FULL,
        None => return None,
    };
    if evidence.second_picture {
        let verdict = Verdict::new(TakenFor::Vr180, 0.9, Note::new("probe-reason-second-eye"));
        return Some(verdict.covering(coverage));
    }
    let mut verdict = if coverage.is_full() {
        Verdict::new(TakenFor::Equirectangular, 0.93, Note::new("probe-reason-gpano-full"))
    } else {
        let span = |range: [f64; 2]| format!("{:.0}", range[1] - range[0]);
        let note = Note::new("probe-reason-gpano-cropped")
            .with("yaw", span(coverage.yaw))
            .with("pitch", span(coverage.pitch));
        Verdict::new(TakenFor::EquirectangularCropped, 0.93, note)
    };
    verdict = verdict.covering(coverage);
    if let Some(camera) = evidence.camera {
        verdict = verdict.because(Note::new("probe-reason-camera").with("camera", camera.name));
    }
    if coverage.is_full() && !two_to_one {
        verdict.confidence = 0.5;
        verdict = verdict.but(Note::new("probe-warning-gpano-contradicts"));
    }
    if coverage.is_full()
        && let Some(sight) = evidence.sight
    {
        if sight.wrap.score >= WRAPS {
            verdict.confidence += 0.05;
            verdict = verdict.because(
                Note::new("probe-reason-wraps").with("percent", percent(sight.wrap.score)),
            );
        } else if sight.wrap.strangers > 8.0 {
            verdict.confidence -= 0.2;
            verdict = verdict.but(Note::new("probe-warning-seam"));
        }
    }
    if gpano.cropped_width.is_some_and(|stated| stated != evidence.width) {
        let stated = gpano.cropped_width.unwrap_or_default();
        verdict = verdict.but(
            Note::new("probe-warning-gpano-size")
                .with("stated", stated)
                .with("width", evidence.width),
        );
    }
    Some(verdict)
}

fn by_stereo_shape(evidence: &Evidence<'_>) -> Option<Verdict> {
    let sight = evidence.sight?;
    let shape = ratio(evidence);
    let alike =
        |likeness: f32| Note::new("probe-reason-halves-alike").with("percent", percent(likeness));
    if is_near(shape, 1.0) && sight.halves_top_bottom > ALIKE && goes_around(sight) {
        let verdict = Verdict::new(
            TakenFor::StereoTopBottom,
            0.5 + 0.45 * sight.halves_top_bottom,
            alike(sight.halves_top_bottom),
        );
        return Some(
            verdict.because(
                Note::new("probe-reason-wraps").with("percent", percent(sight.wrap.score)),
            ),
        );
    }
    if is_near(shape, 0.5) && sight.halves_top_bottom > ALIKE {
        return Some(Verdict::new(
            TakenFor::Vr180,
            0.45 + 0.45 * sight.halves_top_bottom,
            alike(sight.halves_top_bottom),
        ));
    }
    if is_near(shape, 2.0) && sight.halves_left_right > VERY_ALIKE && sight.wrap.score < WRAPS {
        return Some(Verdict::new(
            TakenFor::Vr180,
            0.35 + 0.45 * sight.halves_left_right,
            alike(sight.halves_left_right),
        ));
    }
    None
}

fn by_sphere_shape(evidence: &Evidence<'_>) -> Option<Verdict> {
    if !is_near(ratio(evidence), 2.0) {
        return None;
    }
    let shape = Note::new("probe-reason-two-to-one");
    let Some(sight) = evidence.sight else {
        return Some(Verdict::new(TakenFor::FlatPhoto, 0.3, shape));
    };
    let poles = sight.poles.top.max(sight.poles.bottom);
    let wraps = Note::new("probe-reason-wraps").with("percent", percent(sight.wrap.score));
    if goes_around(sight) {
        let confidence = 0.4 + 0.3 * sight.wrap.score + 0.25 * poles;
        let mut verdict = Verdict::new(TakenFor::Equirectangular, confidence, shape)
            .because(wraps)
            .covering(Coverage::FULL);
        if poles > 0.4 {
            verdict =
                verdict.because(Note::new("probe-reason-poles").with("percent", percent(poles)));
        }
        if sight.wrap.strangers < 8.0 {
            verdict.confidence = verdict.confidence.min(0.55);
            verdict = verdict.but(Note::new("probe-warning-little-to-see"));
        }
        return Some(with_camera(verdict, evidence));
    }
    let verdict = Verdict::new(
        TakenFor::FlatPhoto,
        0.5 + 0.3 * (1.0 - sight.wrap.score),
        Note::new("probe-reason-does-not-wrap"),
    );
    Some(verdict.but(Note::new("probe-warning-two-to-one-no-sphere")))
}

fn with_camera(mut verdict: Verdict, evidence: &Evidence<'_>) -> Verdict {
    if let Some(camera) = evidence.camera {
        verdict.confidence = (verdict.confidence + 0.05).min(0.99);
        verdict = verdict.because(Note::new("probe-reason-camera").with("camera", camera.name));
    }
    verdict
}

/// Black bars around a 2:1 picture: probably a panorama, but it must be cut before it is one.
fn by_letterbox(evidence: &Evidence<'_>) -> Option<Verdict> {
    let sight = evidence.sight?;
    let borders = sight.borders;
    let inner_width = sight.width.checked_sub(borders.left + borders.right)?;
    let inner_height = sight.height.checked_sub(borders.top + borders.bottom)?;
    let boxed = inner_height < sight.height || inner_width < sight.width;
    if !boxed || !is_near(inner_width as f32 / inner_height.max(1) as f32, 2.0) {
        return None;
    }
    let scale = evidence.width as f32 / sight.width as f32;
    let pixels = |length: u32| (length as f32 * scale).round() as u32;
    let note = Note::new("probe-reason-letterboxed")
        .with("width", pixels(inner_width))
        .with("height", pixels(inner_height));
    let warning = Note::new("probe-warning-letterboxed")
        .with("top", pixels(borders.top))
        .with("bottom", pixels(borders.bottom))
        .with("left", pixels(borders.left))
        .with("right", pixels(borders.right));
    Some(Verdict::new(TakenFor::FlatPhoto, 0.5, note).but(warning))
}

fn by_long_shape(evidence: &Evidence<'_>) -> Option<Verdict> {
    let shape = ratio(evidence);
    let long = Note::new("probe-reason-long").with("ratio", format!("{shape:.1}"));
    if evidence.marked_as_panorama && shape > 1.2 {
        return Some(Verdict::new(
            TakenFor::Cylindrical,
            0.85,
            Note::new("probe-reason-marked-panorama"),
        ));
    }
    if shape < 2.3 {
        return None;
    }
    let wraps =
        evidence.sight.filter(|sight| sight.wrap.score >= WRAPS && sight.wrap.strangers > 8.0);
    Some(match wraps {
        Some(sight) => Verdict::new(TakenFor::Cylindrical, 0.65, long)
            .because(Note::new("probe-reason-wraps").with("percent", percent(sight.wrap.score))),
        None => Verdict::new(TakenFor::Cylindrical, (0.3 + 0.1 * shape).min(0.6), long),
    })
}

fn flat(evidence: &Evidence<'_>) -> Verdict {
    let shape = ratio(evidence);
    let reason = Note::new("probe-reason-shape")
        .with("width", evidence.width)
        .with("height", evidence.height);
    // A square without circles may be half a sphere for one eye; nothing in it tells.
    let confidence = if is_near(shape, 1.0) { 0.6 } else { 0.85 };
    Verdict::new(TakenFor::FlatPhoto, confidence, reason)
}
