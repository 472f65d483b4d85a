//! What was found, on the sphere or in a photo, and what was found twice.

use serde::{Deserialize, Serialize};

use crate::auction::masks::MaskKind;
use crate::geometry::{Polygon, SphericalPolygon, Surface};

/// Something that may have to be hidden.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is taken for.
    pub kind: MaskKind,
    /// How sure the model is, 0 to 1; no probability.
    pub confidence: f64,
    /// The model that found it.
    pub model: String,
    /// Its outline: yaw and pitch in degrees, in the tour's directions; in a photo parts of its width and height.
    pub corners: Vec<[f64; 2]>,
    /// What the corners lie on.
    #[serde(default)]
    pub surface: Surface,
}

impl Finding {
    /// Its outline as a polygon; `None` for one that cannot be a mask.
    pub fn polygon(&self) -> Option<Polygon> {
        self.surface.polygon(&self.corners).ok()
    }

    /// The same of what was found on the sphere.
    pub fn on_sphere(&self) -> Option<SphericalPolygon> {
        match self.polygon()? {
            Polygon::Sphere(polygon) => Some(polygon),
            Polygon::Flat(_) => None,
        }
    }
}

/// Each thing once: views overlap, and of what several show, the one stays that `better` puts first.
pub fn once(mut findings: Vec<Finding>, better: impl Fn(&Finding) -> f64) -> Vec<Finding> {
    findings.sort_by(|one, other| better(other).total_cmp(&better(one)));
    let mut kept: Vec<(Finding, Polygon)> = Vec::new();
    for finding in findings {
        let Some(polygon) = finding.polygon() else { continue };
        if !kept.iter().any(|(_, other)| polygon.is_same_place(other)) {
            kept.push((finding, polygon));
        }
    }
    kept.into_iter().map(|(finding, _)| finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(yaw: f64, side: f64, confidence: f64) -> Finding {
        let half = side / 2.0;
        let corners =
            [[-half, -half], [half, -half], [half, half], [-half, half]].map(|[u, v]| [yaw + u, v]);
        Finding {
            kind: MaskKind::Paper,
            confidence,
            model: "test".to_owned(),
            corners: corners.to_vec(),
            surface: Surface::Sphere,
        }
    }

    #[test]
    fn what_was_seen_twice_stays_once() {
        let found = once(
            vec![square(0.0, 10.0, 0.6), square(0.5, 10.0, 0.9), square(40.0, 10.0, 0.7)],
            |finding| finding.confidence,
        );
        assert_eq!(found.iter().map(|one| one.confidence).collect::<Vec<_>>(), [0.9, 0.7]);
    }
}
