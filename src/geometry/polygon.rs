//! Polygons on the sphere, their edges great-circle arcs: what is inside, how large, how near.
//!
//! A polygon must fit into a cap of [`REACH`] degrees around the mean of its corners. Then the gnomonic projection
//! around that middle maps it to a plane polygon with straight edges (Snyder, Map Projections, USGS 1395, pp. 164–168),
//! wherever it lies: the seam at ±180° and the poles are places like any other. Inside is whatever the outline winds
//! around, in either sense; where it crosses itself, all that it encloses.

use std::f64::consts::PI;

use super::angle::Degrees;
use super::direction::Direction;

/// How far a corner may lie from the middle of its polygon, degrees.
pub const REACH: f64 = 80.0;
/// Fewest and most corners.
pub const CORNERS: std::ops::RangeInclusive<usize> = 3..=64;
/// Corners must spread at least this far, degrees: less is a slip of the hand.
const SMALLEST: f64 = 0.05;

/// A polygon that cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum PolygonError {
    /// Too few or too many corners.
    #[error("it has {0} corners, allowed are 3 to 64")]
    Corners(usize),
    /// A yaw outside of ±180° or a pitch outside of ±90°, or no number.
    #[error("a corner is at yaw {yaw}, pitch {pitch}: allowed are ±180 and ±90 degrees")]
    Angle {
        /// As given, degrees.
        yaw: f64,
        /// As given, degrees.
        pitch: f64,
    },
    /// A corner outside of a flat picture, or no number.
    #[error("a corner is at {x}, {y}: allowed are 0 to 1, parts of the picture's width and height")]
    Place {
        /// As given, parts of the width.
        x: f64,
        /// As given, parts of the height.
        y: f64,
    },
    /// A corner further than [`REACH`] from the middle.
    #[error("it is wider than 160 degrees: divide it")]
    TooWide,
    /// All corners in one spot.
    #[error("its corners lie in one spot")]
    TooSmall,
}

type Vector = [f64; 3];

/// One side, from `a` to the next corner.
#[derive(Clone, Debug)]
struct Edge {
    a: Vector,
    /// Unit normal of the plane of the great circle; 0 where both ends are the same.
    normal: Vector,
    /// A point lies beside the arc where both are positive for it.
    after_a: Vector,
    before_b: Vector,
}

/// A polygon on the sphere.
#[derive(Clone, Debug)]
pub struct SphericalPolygon {
    middle: Vector,
    /// Axes of the tangent plane at the middle: right and up.
    axes: [Vector; 2],
    /// Angle from the middle to the farthest corner, radians.
    reach: f64,
    plane: Vec<[f64; 2]>,
    edges: Vec<Edge>,
}

impl SphericalPolygon {
    /// From corners as yaw and pitch in degrees, in order around the outline, in either sense.
    pub fn new(corners: &[[f64; 2]]) -> Result<Self, PolygonError> {
        if !CORNERS.contains(&corners.len()) {
            return Err(PolygonError::Corners(corners.len()));
        }
        for &[yaw, pitch] in corners {
            if !(yaw.abs() <= 180.0 && pitch.abs() <= 90.0) {
                return Err(PolygonError::Angle { yaw, pitch });
            }
        }
        let corners: Vec<Vector> = corners
            .iter()
            .map(|&[yaw, pitch]| vector(Direction::from_yaw_pitch(Degrees(yaw), Degrees(pitch))))
            .collect();
        Self::of_units(&corners)
    }

    fn of_units(corners: &[Vector]) -> Result<Self, PolygonError> {
        let sum = corners.iter().fold([0.0; 3], |sum, corner| added(sum, *corner, 1.0));
        if dot(sum, sum).sqrt() < 1e-6 {
            return Err(PolygonError::TooWide);
        }
        let middle = unit(sum);
        let nearest = corners.iter().map(|corner| dot(*corner, middle)).fold(1.0, f64::min);
        if nearest < REACH.to_radians().cos() {
            return Err(PolygonError::TooWide);
        }
        let spread = corners.iter().map(|corner| angle(*corner, corners[0])).fold(0.0, f64::max);
        if spread < SMALLEST.to_radians() {
            return Err(PolygonError::TooSmall);
        }
        // Right is along the horizon; straight up or down any right will do.
        let aside = if middle[1].abs() < 0.999 { [0.0, 1.0, 0.0] } else { [0.0, 0.0, 1.0] };
        let right = unit(cross(aside, middle));
        let axes = [right, cross(middle, right)];
        let edges = (0..corners.len())
            .map(|index| {
                let (a, b) = (corners[index], corners[(index + 1) % corners.len()]);
                let normal = cross(a, b);
                let normal = if dot(normal, normal) > 1e-24 { unit(normal) } else { [0.0; 3] };
                Edge { a, normal, after_a: cross(normal, a), before_b: cross(b, normal) }
            })
            .collect();
        let mut polygon = Self {
            middle,
            axes,
            reach: corners.iter().map(|corner| angle(*corner, middle)).fold(0.0, f64::max),
            plane: Vec::new(),
            edges,
        };
        polygon.plane = corners.iter().map(|corner| polygon.flat(*corner)).collect();
        Ok(polygon)
    }

    /// The direction of its middle: the mean of its corners, of length 1.
    pub fn middle(&self) -> Direction {
        direction(self.middle)
    }

    /// The angle from the middle to the farthest corner.
    pub fn reach(&self) -> Degrees {
        Degrees::from_radians(self.reach)
    }

    /// Where a direction of length 1 within 90° of the middle lies on the tangent plane: right, up, in radii.
    pub fn on_plane(&self, at: Direction) -> [f64; 2] {
        self.flat(vector(at))
    }

    /// The direction at a point of the tangent plane, of length 1: the inverse of [`Self::on_plane`].
    pub fn from_plane(&self, [right, up]: [f64; 2]) -> Direction {
        direction(unit(added(added(self.middle, self.axes[0], right), self.axes[1], up)))
    }

    /// The corners on the tangent plane.
    pub fn outline(&self) -> &[[f64; 2]] {
        &self.plane
    }

    /// Whether a direction of length 1 is inside or at most `margin` (less than 10°) away from the outline.
    pub fn covers(&self, at: Direction, margin: Degrees) -> bool {
        let at = vector(at);
        let margin = margin.radians();
        if dot(at, self.middle) < (self.reach + margin).min(1.55).cos() {
            return false;
        }
        if winds_around(&self.plane, self.flat(at)) {
            return true;
        }
        let (sine, cosine) = margin.sin_cos();
        margin > 0.0 && self.edges.iter().any(|edge| edge.is_near(at, sine, cosine))
    }

    /// Which part of it lies in another, 0 to 1: measured at 64 points, so within about a tenth.
    pub fn part_within(&self, other: &Self) -> f64 {
        if angle(self.middle, other.middle) > self.reach + other.reach {
            return 0.0;
        }
        shared_part(&self.plane, |point| other.covers(self.from_plane(point), Degrees(0.0)))
    }

    /// Whether two outlines show the same thing: at least half of one of them lies in the other.
    pub fn is_same_place(&self, other: &Self) -> bool {
        self.part_within(other).max(other.part_within(self)) >= 0.5
    }

    /// The area, as a part of the whole sphere. What an outline that crosses itself encloses in opposite senses cancels.
    pub fn share(&self) -> f64 {
        let corner = |index: usize| self.edges[index % self.edges.len()].a;
        let solid: f64 = (0..self.edges.len())
            .map(|index| solid_angle(self.middle, corner(index), corner(index + 1)))
            .sum();
        solid.abs() / (4.0 * PI)
    }

    /// Gnomonic: the middle is the tangent point.
    fn flat(&self, at: Vector) -> [f64; 2] {
        let depth = dot(at, self.middle);
        [dot(at, self.axes[0]) / depth, dot(at, self.axes[1]) / depth]
    }
}

impl Edge {
    fn is_near(&self, at: Vector, sine: f64, cosine: f64) -> bool {
        let beside = dot(at, self.after_a) > 0.0 && dot(at, self.before_b) > 0.0;
        (beside && dot(at, self.normal).abs() <= sine) || dot(at, self.a) >= cosine
    }
}

/// Which part of what an outline in a plane encloses is held by something else, 0 to 1: measured at 64 points.
pub(super) fn shared_part(outline: &[[f64; 2]], holds: impl Fn([f64; 2]) -> bool) -> f64 {
    let bounds = [0, 1].map(|axis| {
        let values = outline.iter().map(|corner| corner[axis]);
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
            [low.min(value), high.max(value)]
        })
    });
    let place = |[low, high]: [f64; 2], step: usize| low + (high - low) * (step as f64 + 0.5) / 8.0;
    let points = (0..64)
        .map(|point| [place(bounds[0], point % 8), place(bounds[1], point / 8)])
        .filter(|point| winds_around(outline, *point));
    let (mut own, mut shared) = (0, 0);
    for point in points {
        own += 1;
        shared += usize::from(holds(point));
    }
    shared as f64 / f64::from(own.max(1))
}

/// Whether a closed outline goes around a point at all (Sunday's winding number: upward crossings to the left of the
/// point minus downward ones).
pub(super) fn winds_around(outline: &[[f64; 2]], at: [f64; 2]) -> bool {
    let mut winding = 0;
    for (index, a) in outline.iter().enumerate() {
        let b = outline[(index + 1) % outline.len()];
        let side = (b[0] - a[0]) * (at[1] - a[1]) - (at[0] - a[0]) * (b[1] - a[1]);
        if a[1] <= at[1] && b[1] > at[1] && side > 0.0 {
            winding += 1;
        } else if a[1] > at[1] && b[1] <= at[1] && side < 0.0 {
            winding -= 1;
        }
    }
    winding != 0
}

/// Signed solid angle of a triangle (Van Oosterom & Strackee, IEEE Trans. Biomed. Eng. 30 (1983) 125–126).
fn solid_angle(a: Vector, b: Vector, c: Vector) -> f64 {
    2.0 * dot(a, cross(b, c)).atan2(1.0 + dot(a, b) + dot(b, c) + dot(c, a))
}

fn vector(at: Direction) -> Vector {
    [at.x, at.y, at.z]
}

fn direction([x, y, z]: Vector) -> Direction {
    Direction { x, y, z }
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// `a` and `part` of `b`.
fn added(a: Vector, b: Vector, part: f64) -> Vector {
    [a[0] + part * b[0], a[1] + part * b[1], a[2] + part * b[2]]
}

fn unit(a: Vector) -> Vector {
    let length = dot(a, a).sqrt();
    a.map(|value| value / length)
}

fn angle(a: Vector, b: Vector) -> f64 {
    let across = cross(a, b);
    dot(across, across).sqrt().atan2(dot(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rotation;
    use proptest::prelude::*;

    fn at(yaw: f64, pitch: f64) -> Direction {
        Direction::from_yaw_pitch(Degrees(yaw), Degrees(pitch))
    }

    fn covers(polygon: &SphericalPolygon, yaw: f64, pitch: f64) -> bool {
        polygon.covers(at(yaw, pitch), Degrees(0.0))
    }

    /// Corners on a wobbling ring around straight ahead, in order.
    fn star(radii: &[f64]) -> Vec<Direction> {
        let count = radii.len() as f64;
        radii
            .iter()
            .enumerate()
            .map(|(index, radius)| {
                let turn = 2.0 * PI * index as f64 / count;
                let (sine, cosine) = radius.to_radians().sin_cos();
                Direction { x: sine * turn.cos(), y: sine * turn.sin(), z: cosine }
            })
            .collect()
    }

    fn turned(corners: &[Direction], rotation: Rotation) -> SphericalPolygon {
        let units: Vec<Vector> = corners.iter().map(|one| vector(rotation.apply(*one))).collect();
        SphericalPolygon::of_units(&units).unwrap()
    }

    fn rotations() -> impl Strategy<Value = Rotation> {
        (-180.0..180.0_f64, -90.0..90.0_f64, -180.0..180.0_f64).prop_map(|(yaw, pitch, roll)| {
            Rotation::from_yaw_pitch_roll(Degrees(yaw), Degrees(pitch), Degrees(roll))
        })
    }

    fn directions() -> impl Strategy<Value = Direction> {
        (-1.0..1.0_f64, -PI..PI).prop_map(|(y, turn)| {
            let flat = (1.0 - y * y).sqrt();
            Direction { x: flat * turn.sin(), y, z: flat * turn.cos() }
        })
    }

    proptest! {
        #[test]
        fn turning_everything_changes_nothing(
            radii in proptest::collection::vec(4.0..60.0_f64, 3..20),
            rotation in rotations(), point in directions(), margin in 0.0..3.0_f64,
        ) {
            let corners = star(&radii);
            let (still, moved) = (turned(&corners, Rotation::NONE), turned(&corners, rotation));
            prop_assert!((still.share() - moved.share()).abs() < 1e-9);
            // A point on the outline itself may fall on either side.
            let near = |polygon: &SphericalPolygon, point, margin| polygon.covers(point, Degrees(margin));
            let clear = near(&still, point, margin) == near(&still, point, margin + 1e-6)
                && near(&still, point, (margin - 1e-6).max(0.0)) == near(&still, point, margin);
            prop_assume!(clear);
            prop_assert_eq!(near(&still, point, margin), near(&moved, rotation.apply(point), margin));
        }

        #[test]
        fn the_sense_of_the_outline_does_not_matter(
            radii in proptest::collection::vec(4.0..60.0_f64, 3..20), point in directions(),
        ) {
            let mut corners = star(&radii);
            let one = turned(&corners, Rotation::NONE);
            corners.reverse();
            let other = turned(&corners, Rotation::NONE);
            prop_assert_eq!(one.covers(point, Degrees(0.5)), other.covers(point, Degrees(0.5)));
            prop_assert!((one.share() - other.share()).abs() < 1e-12);
        }

        #[test]
        fn the_margin_is_an_angle(radius in 3.0..40.0_f64, beyond in 0.01..5.0_f64, margin in 0.01..5.0_f64) {
            prop_assume!((beyond - margin).abs() > 0.02);
            // 64 corners: a circle within a hundredth of a degree of 40°.
            let disc = turned(&star(&[radius; 64]), Rotation::NONE);
            let sagitta = radius * (1.0 - (PI / 64.0).cos()) * 1.2;
            prop_assume!(beyond + sagitta < margin || beyond > margin);
            prop_assert_eq!(disc.covers(at(radius + beyond, 0.0), Degrees(margin)), beyond < margin);
        }

        #[test]
        fn the_plane_gives_its_points_back(radii in proptest::collection::vec(4.0..60.0_f64, 3..9), rotation in rotations(), x in -2.0..2.0_f64, y in -2.0..2.0_f64) {
            let polygon = turned(&star(&radii), rotation);
            let [back_x, back_y] = polygon.on_plane(polygon.from_plane([x, y]));
            prop_assert!((back_x - x).abs() < 1e-9 && (back_y - y).abs() < 1e-9);
        }

        #[test]
        fn no_corners_make_it_panic(corners in proptest::collection::vec([-200.0..200.0_f64, -100.0..100.0_f64], 0..70), point in directions()) {
            if let Ok(polygon) = SphericalPolygon::new(&corners) {
                polygon.covers(point, Degrees(1.0));
                prop_assert!((0.0..=1.0).contains(&polygon.share()));
            }
        }
    }

    #[test]
    fn the_area_of_a_cap_is_known() {
        for radius in [5.0, 30.0, 70.0_f64] {
            let share = turned(&star(&[radius; 64]), Rotation::NONE).share();
            let truth = (1.0 - radius.to_radians().cos()) / 2.0;
            assert!((share / truth - 1.0).abs() < 0.005, "{radius}: {share} {truth}");
        }
    }

    #[test]
    fn the_share_is_how_often_a_point_is_inside() {
        let polygon = turned(
            &star(&[50.0, 20.0, 60.0, 15.0, 40.0]),
            Rotation::from_yaw_pitch_roll(Degrees(170.0), Degrees(60.0), Degrees(20.0)),
        );
        // Points of equal area: a Fibonacci lattice.
        let count = 20_000;
        let inside = (0..count)
            .filter(|&index| {
                let y = 1.0 - 2.0 * (f64::from(index) + 0.5) / f64::from(count);
                let turn = f64::from(index) * 2.399_963_229_728_653;
                let flat = (1.0 - y * y).sqrt();
                let point = Direction { x: flat * turn.cos(), y, z: flat * turn.sin() };
                polygon.covers(point, Degrees(0.0))
            })
            .count();
        assert!((inside as f64 / f64::from(count) - polygon.share()).abs() < 0.002);
    }

    #[test]
    fn the_shared_part_is_measured() {
        let square = |yaw: f64, side: f64| {
            let half = side / 2.0;
            let corners = [[-half, -half], [half, -half], [half, half], [-half, half]];
            SphericalPolygon::new(&corners.map(|[u, v]| [yaw + u, v])).unwrap()
        };
        let (large, small, aside) = (square(0.0, 10.0), square(2.0, 4.0), square(7.0, 10.0));
        assert!(small.part_within(&large) > 0.99);
        assert!((large.part_within(&small) - 0.16).abs() < 0.1);
        assert!((large.part_within(&aside) - 0.3).abs() < 0.1);
        assert_eq!(large.part_within(&square(60.0, 10.0)), 0.0);
        assert!(large.is_same_place(&small) && small.is_same_place(&large));
        assert!(!large.is_same_place(&aside));
    }

    #[test]
    fn the_seam_is_a_place_like_any_other() {
        let polygon = SphericalPolygon::new(&[
            [170.0, -10.0],
            [-170.0, -10.0],
            [-170.0, 10.0],
            [170.0, 10.0],
        ])
        .unwrap();
        for yaw in [171.0, 180.0, -180.0, -171.0] {
            assert!(covers(&polygon, yaw, 0.0), "{yaw}");
        }
        for yaw in [0.0, 168.0, -168.0, 90.0] {
            assert!(!covers(&polygon, yaw, 0.0), "{yaw}");
        }
    }

    #[test]
    fn a_pole_can_be_inside() {
        let polygon =
            SphericalPolygon::new(&[[0.0, -70.0], [90.0, -75.0], [180.0, -70.0], [-90.0, -75.0]])
                .unwrap();
        assert!(covers(&polygon, 0.0, -90.0) && covers(&polygon, 123.0, -89.0));
        assert!(covers(&polygon, 0.0, -71.0) && !covers(&polygon, 0.0, -69.0));
        assert!(!covers(&polygon, 0.0, 90.0) && !covers(&polygon, 0.0, 0.0));
    }

    #[test]
    fn edges_are_great_circles() {
        // Between two corners on one parallel the great circle rises towards the pole.
        let polygon =
            SphericalPolygon::new(&[[-40.0, 40.0], [40.0, 40.0], [40.0, 0.0], [-40.0, 0.0]])
                .unwrap();
        assert!(covers(&polygon, 0.0, 45.0));
        assert!(!covers(&polygon, 0.0, 50.0));
    }

    #[test]
    fn an_outline_that_crosses_itself_covers_both_halves() {
        let polygon =
            SphericalPolygon::new(&[[-20.0, -10.0], [20.0, 10.0], [20.0, -10.0], [-20.0, 10.0]])
                .unwrap();
        assert!(covers(&polygon, -15.0, 0.0) && covers(&polygon, 15.0, 0.0));
        assert!(!covers(&polygon, 0.0, 8.0));
    }

    #[test]
    fn what_cannot_be_a_polygon_is_said() {
        let wrong = |corners: &[[f64; 2]]| SphericalPolygon::new(corners).unwrap_err();
        assert_eq!(wrong(&[[0.0, 0.0], [1.0, 1.0]]), PolygonError::Corners(2));
        assert_eq!(wrong(&[[0.0, 0.0]; 65]), PolygonError::Corners(65));
        assert!(matches!(
            wrong(&[[0.0, 0.0], [1.0, 91.0], [2.0, 0.0]]),
            PolygonError::Angle { .. }
        ));
        assert!(matches!(
            wrong(&[[f64::NAN, 0.0], [1.0, 9.0], [2.0, 0.0]]),
            PolygonError::Angle { .. }
        ));
        assert_eq!(
            wrong(&[[0.0, 0.0], [90.0, 0.0], [180.0, 0.0], [-90.0, 0.0]]),
            PolygonError::TooWide
        );
        assert_eq!(wrong(&[[-100.0, 0.0], [100.0, 0.0], [0.0, 5.0]]), PolygonError::TooWide);
        assert_eq!(wrong(&[[5.0, 5.0]; 4]), PolygonError::TooSmall);
    }
}
