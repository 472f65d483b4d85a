//! Polygons in a flat picture: corners as parts of its width and height, straight edges.
//!
//! Inside is what the outline winds around, in either sense, as for [`super::SphericalPolygon`].

use super::polygon::{CORNERS, PolygonError, shared_part, winds_around};

/// Corners must spread at least this far, parts of a side: less is a slip of the hand.
const SMALLEST: f64 = 0.001;

/// A polygon in a flat picture.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatPolygon {
    corners: Vec<[f64; 2]>,
}

impl FlatPolygon {
    /// From corners in order around the outline: x from the left, y from the top, each 0 to 1 of the upright picture.
    pub fn new(corners: &[[f64; 2]]) -> Result<Self, PolygonError> {
        if !CORNERS.contains(&corners.len()) {
            return Err(PolygonError::Corners(corners.len()));
        }
        for &[x, y] in corners {
            if !((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)) {
                return Err(PolygonError::Place { x, y });
            }
        }
        let apart = |corner: &[f64; 2]| {
            (corner[0] - corners[0][0]).abs().max((corner[1] - corners[0][1]).abs())
        };
        if corners.iter().map(apart).fold(0.0, f64::max) < SMALLEST {
            return Err(PolygonError::TooSmall);
        }
        Ok(Self { corners: corners.to_vec() })
    }

    /// The corners.
    pub fn outline(&self) -> &[[f64; 2]] {
        &self.corners
    }

    /// The same in another unit: pixels, where `size` is width and height of the picture.
    #[must_use]
    pub fn scaled(&self, [width, height]: [f64; 2]) -> Self {
        Self { corners: self.corners.iter().map(|[x, y]| [x * width, y * height]).collect() }
    }

    /// Whether a point is inside or at most `margin` away from the outline, in the unit of the corners.
    pub fn covers(&self, at: [f64; 2], margin: f64) -> bool {
        winds_around(&self.corners, at) || (margin > 0.0 && self.is_near(at, margin))
    }

    fn is_near(&self, at: [f64; 2], margin: f64) -> bool {
        let next = |index: usize| self.corners[(index + 1) % self.corners.len()];
        self.corners
            .iter()
            .enumerate()
            .any(|(index, a)| from_segment(at, *a, next(index)) <= margin * margin)
    }

    /// Whether two outlines show the same thing: at least half of one of them lies in the other.
    pub fn is_same_place(&self, other: &Self) -> bool {
        let within =
            |one: &Self, other: &Self| shared_part(&one.corners, |point| other.covers(point, 0.0));
        within(self, other).max(within(other, self)) >= 0.5
    }

    /// The area, in the unit of the corners squared. What an outline that crosses itself encloses in opposite senses cancels.
    pub fn area(&self) -> f64 {
        let next = |index: usize| self.corners[(index + 1) % self.corners.len()];
        let twice: f64 = self
            .corners
            .iter()
            .enumerate()
            .map(|(index, a)| a[0] * next(index)[1] - next(index)[0] * a[1])
            .sum();
        twice.abs() / 2.0
    }
}

/// The square of the distance from a point to a segment.
fn from_segment(at: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let length = along[0].powi(2) + along[1].powi(2);
    let part = if length > 0.0 {
        (((at[0] - a[0]) * along[0] + (at[1] - a[1]) * along[1]) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (a[0] + part * along[0] - at[0]).powi(2) + (a[1] + part * along[1] - at[1]).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SQUARE: [[f64; 2]; 4] = [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6], [0.2, 0.6]];

    #[test]
    fn the_margin_is_a_distance_in_pixels() {
        let square = FlatPolygon::new(&SQUARE).unwrap().scaled([200.0, 100.0]);
        assert!(square.covers([80.0, 40.0], 0.0));
        for (at, away) in [([126.0, 40.0], 6.0), ([80.0, 65.0], 5.0), ([123.0, 64.0], 5.0)] {
            assert!(square.covers(at, away + 1e-9) && !square.covers(at, away - 1e-9), "{at:?}");
        }
        assert!((square.area() - 80.0 * 40.0).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_one_is_refused() {
        let refused = |corners: &[[f64; 2]]| FlatPolygon::new(corners).unwrap_err();
        assert_eq!(refused(&SQUARE[..2]), PolygonError::Corners(2));
        assert_eq!(refused(&[[0.0; 2]; 65]), PolygonError::Corners(65));
        assert_eq!(refused(&[[0.5; 2]; 4]), PolygonError::TooSmall);
        assert!(matches!(
            refused(&[[0.0, 0.0], [1.1, 0.0], [1.0, 1.0]]),
            PolygonError::Place { .. }
        ));
        assert!(matches!(
            refused(&[[0.0, 0.0], [f64::NAN, 0.0], [1.0, 1.0]]),
            PolygonError::Place { .. }
        ));
    }

    #[test]
    fn half_in_the_other_is_the_same_place() {
        let one = FlatPolygon::new(&SQUARE).unwrap();
        let moved = |by: f64| FlatPolygon::new(&SQUARE.map(|[x, y]| [x + by, y])).unwrap();
        assert!(one.is_same_place(&moved(0.1)));
        assert!(!one.is_same_place(&moved(0.3)));
    }

    proptest! {
        #[test]
        fn the_sense_of_the_outline_does_not_matter(
            corners in proptest::collection::vec([0.0..1.0_f64, 0.0..1.0_f64], 3..20),
            at in [-0.2..1.2_f64, -0.2..1.2_f64], margin in 0.0..0.2_f64,
        ) {
            let mut turned = corners.clone();
            turned.reverse();
            if let (Ok(one), Ok(other)) = (FlatPolygon::new(&corners), FlatPolygon::new(&turned)) {
                prop_assert_eq!(one.covers(at, margin), other.covers(at, margin));
                prop_assert!((one.area() - other.area()).abs() < 1e-12);
            }
        }
    }
}
