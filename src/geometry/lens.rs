//! How a lens maps directions to pixels.
//!
//! One family for all: an ideal radius (rectilinear `tan θ` or equidistant `θ`) and a radial polynomial on it,
//! `ρ_d = ρ (1 + k₁ρ² + k₂ρ⁴)`. On `tan θ` this is Brown's radial model (D. C. Brown, "Close-range camera
//! calibration", 1971); on `θ` it is the first two terms of Kannala and Brandt (PAMI 28(8), 2006).
//! Camera axes: x right, y up, z forward. Pixel centres are whole numbers, rows grow downwards.

use nalgebra::{Matrix2, Matrix3x2, Vector2, Vector3};

/// The ideal map from the angle θ off the axis to a radius.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Projection {
    /// `tan θ`: ordinary lenses; less than 180°.
    Rectilinear,
    /// `θ`: fisheye lenses; up to 360°.
    Equidistant,
}

/// A lens and where it draws on the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// The ideal map.
    pub projection: Projection,
    /// Pixels per unit of the ideal radius at the axis; > 0.
    pub focal: f64,
    /// Column and row of the axis, pixels.
    pub centre: [f64; 2],
    /// Radial distortion k₁, k₂ (no unit).
    pub radial: [f64; 2],
}

/// Parameters of a lens in the order in which Jacobians list them: focal, k₁, k₂, column and row of the axis.
pub const LENS_PARAMETERS: usize = 5;

/// A rectilinear lens is not followed beyond this tangent (86.2° off the axis).
const LARGEST_TANGENT: f64 = 15.0;

impl Lens {
    /// A lens without distortion whose axis meets the middle of a picture of `width` × `height` pixels.
    pub fn centred(projection: Projection, focal: f64, width: usize, height: usize) -> Self {
        let centre = [(width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0];
        Self { projection, focal, centre, radial: [0.0; 2] }
    }

    /// The focal length in pixels at which `width` pixels see `hfov` degrees.
    pub fn focal_for(projection: Projection, hfov: f64, width: f64) -> f64 {
        let half = (hfov / 2.0).to_radians();
        match projection {
            Projection::Rectilinear => width / 2.0 / half.tan(),
            Projection::Equidistant => width / 2.0 / half,
        }
    }

    /// Horizontal field of view in degrees of a picture `width` pixels wide, without the distortion.
    pub fn hfov(&self, width: f64) -> f64 {
        let half = width / 2.0 / self.focal;
        match self.projection {
            Projection::Rectilinear => (2.0 * half.atan()).to_degrees(),
            Projection::Equidistant => (2.0 * half).to_degrees(),
        }
    }

    /// The same lens on a picture scaled by `factor` (< 1 is smaller).
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let centre = self.centre.map(|c| (c + 0.5) * factor - 0.5);
        Self { focal: self.focal * factor, centre, ..*self }
    }

    /// The largest ideal radius up to which the distorted radius still grows.
    pub fn largest_radius(&self) -> f64 {
        let bound = match self.projection {
            Projection::Rectilinear => LARGEST_TANGENT,
            Projection::Equidistant => std::f64::consts::PI,
        };
        let [k1, k2] = self.radial;
        // 1 + 3 k₁ s + 5 k₂ s² = 0 with s = ρ²: the smallest positive root.
        let (a, b) = (5.0 * k2, 3.0 * k1);
        let root = if a.abs() < 1e-12 {
            if b < 0.0 { -1.0 / b } else { f64::INFINITY }
        } else {
            let inside = b * b - 4.0 * a;
            if inside < 0.0 {
                f64::INFINITY
            } else {
                let (one, two) =
                    ((-b - inside.sqrt()) / (2.0 * a), (-b + inside.sqrt()) / (2.0 * a));
                [one, two].into_iter().filter(|s| *s > 0.0).fold(f64::INFINITY, f64::min)
            }
        };
        bound.min(0.999 * root.sqrt())
    }

    /// Column and row at which `direction` (camera frame, any length) is seen; `None` where the lens cannot see.
    pub fn project(&self, direction: &Vector3<f64>) -> Option<[f64; 2]> {
        let ideal = self.ideal(direction)?;
        let square = ideal.norm_squared();
        if square.sqrt() > self.largest_radius() {
            return None;
        }
        Some(self.pixel(ideal * self.stretch(square)))
    }

    /// The unit vector seen at a column and row; `None` beyond what the lens can see.
    pub fn unproject(&self, pixel: [f64; 2]) -> Option<Vector3<f64>> {
        self.undistort(self.plane(pixel)).map(|ideal| self.ray(ideal))
    }

    /// [`Self::project`] with its derivatives: by the direction (2 × 3) and by the lens (2 × 5).
    pub fn project_jacobian(
        &self,
        direction: &Vector3<f64>,
    ) -> Option<([f64; 2], [[f64; 3]; 2], [[f64; LENS_PARAMETERS]; 2])> {
        let ideal = self.ideal(direction)?;
        let square = ideal.norm_squared();
        if square.sqrt() > self.largest_radius() {
            return None;
        }
        let by_direction = self.ideal_jacobian(direction);
        let stretch = self.stretch(square);
        let by_ideal = self.stretch_jacobian(ideal);
        let plane = ideal * stretch;
        let f = self.focal;
        let mut first = [[0.0; 3]; 2];
        for column in 0..3 {
            let d = Vector2::new(by_direction[(column, 0)], by_direction[(column, 1)]);
            let moved = by_ideal * d;
            first[0][column] = f * moved.x;
            first[1][column] = -f * moved.y;
        }
        let (s, q) = (square, square * square);
        let second = [
            [plane.x, f * ideal.x * s, f * ideal.x * q, 1.0, 0.0],
            [-plane.y, -f * ideal.y * s, -f * ideal.y * q, 0.0, 1.0],
        ];
        Some((self.pixel(plane), first, second))
    }

    /// [`Self::unproject`] with the derivative of the unit vector by the lens (3 × 5).
    pub fn unproject_jacobian(
        &self,
        pixel: [f64; 2],
    ) -> Option<(Vector3<f64>, [[f64; LENS_PARAMETERS]; 3])> {
        let plane = self.plane(pixel);
        let ideal = self.undistort(plane)?;
        let square = ideal.norm_squared();
        // D(ideal; k) = plane(pixel; f, c): implicit differentiation.
        let inverse = self.stretch_jacobian(ideal).try_inverse()?;
        let f = self.focal;
        let right = [
            -plane / f,
            -ideal * square,
            -ideal * square * square,
            Vector2::new(-1.0 / f, 0.0),
            Vector2::new(0.0, 1.0 / f),
        ];
        let by_ideal = self.ray_jacobian(ideal);
        let mut out = [[0.0; LENS_PARAMETERS]; 3];
        for (column, right) in right.iter().enumerate() {
            let moved = by_ideal * (inverse * right);
            for row in 0..3 {
                out[row][column] = moved[row];
            }
        }
        Some((self.ray(ideal), out))
    }

    fn stretch(&self, square: f64) -> f64 {
        1.0 + square * (self.radial[0] + square * self.radial[1])
    }

    /// Derivative of `p · stretch(|p|²)` by p.
    fn stretch_jacobian(&self, p: Vector2<f64>) -> Matrix2<f64> {
        let square = p.norm_squared();
        let slope = 2.0 * (self.radial[0] + 2.0 * self.radial[1] * square);
        Matrix2::identity() * self.stretch(square) + p * p.transpose() * slope
    }

    fn plane(&self, pixel: [f64; 2]) -> Vector2<f64> {
        Vector2::new(
            (pixel[0] - self.centre[0]) / self.focal,
            (self.centre[1] - pixel[1]) / self.focal,
        )
    }

    fn pixel(&self, plane: Vector2<f64>) -> [f64; 2] {
        [self.centre[0] + self.focal * plane.x, self.centre[1] - self.focal * plane.y]
    }

    /// Newton's method on the radius.
    fn undistort(&self, plane: Vector2<f64>) -> Option<Vector2<f64>> {
        let wanted = plane.norm();
        let bound = self.largest_radius();
        if self.radial == [0.0; 2] || wanted < 1e-12 {
            return (wanted <= bound).then_some(plane);
        }
        if wanted > bound * self.stretch(bound * bound) {
            return None;
        }
        let mut rho = wanted.min(bound);
        for _ in 0..50 {
            let square = rho * rho;
            let error = rho * self.stretch(square) - wanted;
            let slope = 1.0 + square * (3.0 * self.radial[0] + 5.0 * self.radial[1] * square);
            let next = (rho - error / slope.max(1e-3)).clamp(0.0, bound);
            if (next - rho).abs() < 1e-15 * rho {
                break;
            }
            rho = next;
        }
        Some(plane * (rho / wanted))
    }

    fn ideal(&self, direction: &Vector3<f64>) -> Option<Vector2<f64>> {
        let (x, y, z) = (direction.x, direction.y, direction.z);
        match self.projection {
            Projection::Rectilinear => (z > 1e-9).then(|| Vector2::new(x / z, y / z)),
            Projection::Equidistant => {
                let across = x.hypot(y);
                if across < 1e-12 {
                    return (z > 0.0).then(|| Vector2::new(x, y) / z);
                }
                Some(Vector2::new(x, y) * (across.atan2(z) / across))
            }
        }
    }

    /// Derivative of the ideal plane position by the direction, transposed (3 × 2).
    fn ideal_jacobian(&self, direction: &Vector3<f64>) -> Matrix3x2<f64> {
        let (x, y, z) = (direction.x, direction.y, direction.z);
        match self.projection {
            Projection::Rectilinear => {
                let w = 1.0 / z;
                Matrix3x2::new(w, 0.0, 0.0, w, -x * w * w, -y * w * w)
            }
            Projection::Equidistant => {
                let square = x * x + y * y;
                let across = square.sqrt();
                let length = square + z * z;
                if across < 1e-9 {
                    return Matrix3x2::new(1.0 / z, 0.0, 0.0, 1.0 / z, 0.0, 0.0);
                }
                let theta = across.atan2(z);
                // p = (x, y) g with g = θ / across.
                let g = theta / across;
                let by_across = z / length / across - theta / square;
                let (gx, gy, gz) = (by_across * x / across, by_across * y / across, -1.0 / length);
                Matrix3x2::new(g + x * gx, y * gx, x * gy, g + y * gy, x * gz, y * gz)
            }
        }
    }

    fn ray(&self, ideal: Vector2<f64>) -> Vector3<f64> {
        match self.projection {
            Projection::Rectilinear => Vector3::new(ideal.x, ideal.y, 1.0).normalize(),
            Projection::Equidistant => {
                let theta = ideal.norm();
                let ratio = if theta < 1e-9 { 1.0 } else { theta.sin() / theta };
                Vector3::new(ideal.x * ratio, ideal.y * ratio, theta.cos())
            }
        }
    }

    fn ray_jacobian(&self, p: Vector2<f64>) -> Matrix3x2<f64> {
        match self.projection {
            Projection::Rectilinear => {
                let n = 1.0 / (1.0 + p.norm_squared()).sqrt();
                let c = n * n * n;
                Matrix3x2::new(
                    n - p.x * p.x * c,
                    -p.x * p.y * c,
                    -p.x * p.y * c,
                    n - p.y * p.y * c,
                    -p.x * c,
                    -p.y * c,
                )
            }
            Projection::Equidistant => {
                let theta = p.norm();
                if theta < 1e-9 {
                    return Matrix3x2::new(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
                }
                let (sin, cos) = theta.sin_cos();
                let g = sin / theta;
                let slope = (cos - g) / (theta * theta);
                Matrix3x2::new(
                    g + p.x * p.x * slope,
                    p.x * p.y * slope,
                    p.x * p.y * slope,
                    g + p.y * p.y * slope,
                    -sin * p.x / theta,
                    -sin * p.y / theta,
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lens(fish: bool, focal: f64, k1: f64, k2: f64) -> Lens {
        let projection = if fish { Projection::Equidistant } else { Projection::Rectilinear };
        Lens { radial: [k1, k2], ..Lens::centred(projection, focal, 1600, 1200) }
    }

    proptest! {
        #[test]
        fn a_pixel_comes_back(fish: bool, u in 0.0..1599.0_f64, v in 0.0..1199.0_f64,
            focal in 600.0..2500.0_f64, k1 in -0.08..0.1_f64, k2 in -0.005..0.02_f64) {
            let lens = lens(fish, focal, k1, k2);
            if let Some(ray) = lens.unproject([u, v])
                && let Some(back) = lens.project(&ray) {
                prop_assert!((back[0] - u).abs() < 1e-9 * 1600.0 && (back[1] - v).abs() < 1e-9 * 1600.0);
            }
        }

        #[test]
        fn a_direction_comes_back(fish: bool, x in -1.0..1.0_f64, y in -1.0..1.0_f64, k1 in -0.05..0.1_f64) {
            let lens = lens(fish, 800.0, k1, 0.0);
            let ray = Vector3::new(x, y, 1.0).normalize();
            if let Some(pixel) = lens.project(&ray) {
                let back = lens.unproject(pixel).unwrap();
                prop_assert!((back - ray).norm() < 1e-9);
            }
        }

        #[test]
        fn derivatives_match_differences(fish: bool, x in -0.8..0.8_f64, y in -0.6..0.6_f64,
            k1 in -0.08..0.1_f64, k2 in -0.01..0.02_f64) {
            let lens = lens(fish, 900.0, k1, k2);
            let ray = Vector3::new(x, y, 0.9);
            let (pixel, by_ray, by_lens) = lens.project_jacobian(&ray).unwrap();
            let step = 1e-6;
            for axis in 0..3 {
                let mut moved = ray;
                moved[axis] += step;
                let next = lens.project(&moved).unwrap();
                for row in 0..2 {
                    let slope = (next[row] - pixel[row]) / step;
                    prop_assert!((slope - by_ray[row][axis]).abs() < 1e-2, "{slope} {}", by_ray[row][axis]);
                }
            }
            let (unit, by_unit) = lens.unproject_jacobian(pixel).unwrap();
            for parameter in 0..LENS_PARAMETERS {
                let step = if parameter == 0 || parameter > 2 { 1e-3 } else { 1e-6 };
                let mut moved = lens;
                match parameter {
                    0 => moved.focal += step,
                    1 | 2 => moved.radial[parameter - 1] += step,
                    _ => moved.centre[parameter - 3] += step,
                }
                let next = moved.project(&ray).unwrap();
                for row in 0..2 {
                    let slope = (next[row] - pixel[row]) / step;
                    prop_assert!((slope - by_lens[row][parameter]).abs() < 1e-2);
                }
                let next = moved.unproject(pixel).unwrap();
                for row in 0..3 {
                    let slope = (next[row] - unit[row]) / step;
                    prop_assert!((slope - by_unit[row][parameter]).abs() < 1e-4, "{slope} {}", by_unit[row][parameter]);
                }
            }
        }
    }
}
