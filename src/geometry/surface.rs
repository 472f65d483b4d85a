//! What a picture is laid out on, and how a place in it is told: on a sphere by directions, in a flat one by parts of its
//! width and height.

use serde::{Deserialize, Serialize};

use super::flat_polygon::FlatPolygon;
use super::polygon::{PolygonError, SphericalPolygon};

/// The surface of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// A panorama: yaw (±180) and pitch (±90) in degrees, kept to 0.001°.
    #[default]
    Sphere,
    /// A photo or drawing: x from the left and y from the top, 0 to 1 of the upright picture, kept to 0.00001.
    Flat,
}

impl Surface {
    /// As in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sphere => "sphere",
            Self::Flat => "flat",
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Sphere, Self::Flat].into_iter().find(|surface| surface.name() == name)
    }

    /// How finely places are kept: so many steps a degree, or a side.
    const fn steps(self) -> f64 {
        match self {
            Self::Sphere => 1_000.0,
            Self::Flat => 100_000.0,
        }
    }

    /// Corners as whole steps, so that the same outline always is the same text.
    pub fn whole(self, corners: &[[f64; 2]]) -> Vec<[i32; 2]> {
        let whole = |value: f64| (value * self.steps()).round() as i32;
        corners.iter().map(|corner| corner.map(whole)).collect()
    }

    /// Corners from whole steps.
    pub fn corners(self, whole: &[[i32; 2]]) -> Vec<[f64; 2]> {
        whole.iter().map(|corner| corner.map(|value| f64::from(value) / self.steps())).collect()
    }

    /// Corners as they are kept.
    pub fn rounded(self, corners: &[[f64; 2]]) -> Vec<[f64; 2]> {
        self.corners(&self.whole(corners))
    }

    /// The polygon with these corners.
    ///
    /// # Errors
    /// What makes it none: too few or too many corners, a place outside of the surface, too wide, all in one spot.
    pub fn polygon(self, corners: &[[f64; 2]]) -> Result<Polygon, PolygonError> {
        match self {
            Self::Sphere => SphericalPolygon::new(corners).map(Polygon::Sphere),
            Self::Flat => FlatPolygon::new(corners).map(Polygon::Flat),
        }
    }
}

/// A polygon on a surface.
#[derive(Clone, Debug)]
pub enum Polygon {
    /// On the sphere.
    Sphere(SphericalPolygon),
    /// In a flat picture.
    Flat(FlatPolygon),
}

impl Polygon {
    /// Whether two outlines show the same thing: at least half of one of them lies in the other.
    pub fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sphere(one), Self::Sphere(other)) => one.is_same_place(other),
            (Self::Flat(one), Self::Flat(other)) => one.is_same_place(other),
            _ => false,
        }
    }

    /// The area, as a part of the whole surface.
    pub fn share(&self) -> f64 {
        match self {
            Self::Sphere(polygon) => polygon.share(),
            Self::Flat(polygon) => polygon.area(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_kept_to_a_step() {
        assert_eq!(Surface::Sphere.whole(&[[12.34567, -0.0004]]), [[12_346, 0]]);
        assert_eq!(Surface::Flat.whole(&[[0.123_456, 1.0]]), [[12_346, 100_000]]);
        assert_eq!(Surface::Flat.rounded(&[[0.123_456, 1.0]]), [[0.12346, 1.0]]);
        for surface in [Surface::Sphere, Surface::Flat] {
            assert_eq!(Surface::parse(surface.name()), Some(surface));
            assert_eq!(serde_json::json!(surface), surface.name());
        }
    }

    #[test]
    fn the_same_numbers_are_other_places_on_another_surface() {
        let corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]];
        let [sphere, flat] =
            [Surface::Sphere, Surface::Flat].map(|one| one.polygon(&corners).unwrap());
        assert!(!sphere.is_same_place(&flat) && flat.is_same_place(&flat));
        assert!((flat.share() - 0.5).abs() < 1e-12 && sphere.share() < 1e-4);
        assert!(Surface::Flat.polygon(&[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]).is_err());
    }
}
