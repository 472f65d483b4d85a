//! Rectangles at any angle in a view.

/// A rectangle, in pixels of a view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// Its middle.
    pub middle: [f64; 2],
    /// The direction of its longer side, of length 1, to the right or straight down.
    pub along: [f64; 2],
    /// The longer side.
    pub length: f64,
    /// The shorter side.
    pub height: f64,
}

impl Rectangle {
    /// The smallest around these points; `None` for fewer than two different ones.
    ///
    /// One side of the smallest lies on an edge of the convex hull (Freeman & Shapira, Comm. ACM 18 (1975) 409–413).
    pub fn around(points: &[[f64; 2]]) -> Option<Self> {
        let hull = hull(points);
        if hull.len() < 2 {
            return None;
        }
        (0..hull.len())
            .filter_map(|index| {
                let (a, b) = (hull[index], hull[(index + 1) % hull.len()]);
                let length = (b[0] - a[0]).hypot(b[1] - a[1]);
                (length > 1e-9).then(|| {
                    Self::with_side(&hull, [(b[0] - a[0]) / length, (b[1] - a[1]) / length])
                })
            })
            .min_by(|one, other| one.area().total_cmp(&other.area()))
    }

    /// The one around these points with a side in a direction of length 1.
    pub fn with_side(points: &[[f64; 2]], side: [f64; 2]) -> Self {
        let across = [-side[1], side[0]];
        let bounds = |axis: [f64; 2]| {
            points
                .iter()
                .map(|point| dot(*point, axis))
                .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
                    [low.min(value), high.max(value)]
                })
        };
        let ([a, b], [c, d]) = (bounds(side), bounds(across));
        let (u, v) = (f64::midpoint(a, b), f64::midpoint(c, d));
        let middle = [side[0] * u + across[0] * v, side[1] * u + across[1] * v];
        let (long, length, height) =
            if b - a >= d - c { (side, b - a, d - c) } else { (across, d - c, b - a) };
        let turned = long[0] < -1e-9 || (long[0].abs() <= 1e-9 && long[1] < 0.0);
        let along = if turned { long.map(|value| -value) } else { long };
        Self { middle, along, length, height }
    }

    /// In square pixels.
    pub fn area(&self) -> f64 {
        self.length * self.height
    }

    /// With every side moved outwards.
    #[must_use]
    pub fn grown(self, by: f64) -> Self {
        Self { length: self.length + 2.0 * by, height: self.height + 2.0 * by, ..self }
    }

    fn across(&self) -> [f64; 2] {
        [-self.along[1], self.along[0]]
    }

    /// Its corners in order around it.
    pub fn corners(&self) -> [[f64; 2]; 4] {
        let (along, across) = (self.along, self.across());
        [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]].map(|[u, v]| {
            let (u, v) = (u * self.length, v * self.height);
            [
                self.middle[0] + along[0] * u + across[0] * v,
                self.middle[1] + along[1] * u + across[1] * v,
            ]
        })
    }

    /// How far apart two rectangles are, along the side that parts them most; negative where they overlap.
    pub fn gap(&self, other: &Self) -> f64 {
        [self.along, self.across(), other.along, other.across()]
            .map(|axis| {
                let reach = |one: &Self| {
                    f64::midpoint(
                        one.length * dot(one.along, axis).abs(),
                        one.height * dot(one.across(), axis).abs(),
                    )
                };
                let apart = dot(self.middle, axis) - dot(other.middle, axis);
                apart.abs() - reach(self) - reach(other)
            })
            .into_iter()
            .fold(f64::NEG_INFINITY, f64::max)
    }
}

fn dot(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

/// The convex hull, in order (Andrew, Inf. Proc. Letters 9 (1979) 216–219).
fn hull(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let half = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut chain: Vec<[f64; 2]> = Vec::new();
        for point in points {
            while let [.., a, b] = chain[..] {
                let turn = (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]);
                if turn > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut sorted.iter().copied());
    hull.extend(half(&mut sorted.iter().rev().copied()));
    hull
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turned(angle: f64, length: f64, height: f64) -> Rectangle {
        let along = [angle.cos(), angle.sin()];
        Rectangle { middle: [300.0, 200.0], along, length, height }
    }

    proptest! {
        #[test]
        fn a_rectangle_is_found_again(angle in -1.5..1.5_f64, length in 20.0..300.0_f64, part in 0.05..0.95_f64) {
            let made = turned(angle, length, part * length);
            let found = Rectangle::around(&made.corners()).unwrap();
            prop_assert!((found.length - made.length).abs() < 1e-6);
            prop_assert!((found.height - made.height).abs() < 1e-6);
            prop_assert!((dot(found.along, made.along).abs() - 1.0).abs() < 1e-6);
            prop_assert!((found.middle[0] - 300.0).abs() < 1e-6);
        }

        #[test]
        fn all_points_lie_inside(points in proptest::collection::vec([0.0..500.0_f64, 0.0..500.0_f64], 3..40)) {
            if let Some(found) = Rectangle::around(&points) {
                for point in points {
                    let off = [point[0] - found.middle[0], point[1] - found.middle[1]];
                    prop_assert!(dot(off, found.along).abs() <= found.length / 2.0 + 1e-6);
                    prop_assert!(dot(off, found.across()).abs() <= found.height / 2.0 + 1e-6);
                }
            }
        }
    }

    #[test]
    fn gaps_are_measured() {
        let one = turned(0.0, 100.0, 20.0);
        let below = Rectangle { middle: [300.0, 250.0], ..one };
        assert!((one.gap(&below) - 30.0).abs() < 1e-9);
        assert!(one.gap(&turned(0.7, 60.0, 60.0)) < 0.0);
        assert!(one.gap(&one) < 0.0);
    }

    #[test]
    fn a_point_is_no_rectangle() {
        assert_eq!(Rectangle::around(&[[1.0, 2.0], [1.0, 2.0]]), None);
    }
}
