//! Rotations as matrices for the solvers, and as yaw, pitch and roll for people.
//!
//! The same convention as [`crate::geometry::Rotation`]: rolled first (clockwise positive, seen from behind the
//! camera), then pitched up, then turned right; the matrix maps the camera's frame to the level frame.

use nalgebra::{Matrix3, Vector3};

/// A camera's attitude in degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Attitude {
    /// Right positive, in (−180, 180].
    pub yaw: f64,
    /// Up positive, in [−90, 90].
    pub pitch: f64,
    /// Clockwise positive as seen from behind the camera, in (−180, 180].
    pub roll: f64,
}

impl Attitude {
    /// The matrix that maps the camera's frame to the level frame.
    pub fn matrix(self) -> Matrix3<f64> {
        let (sy, cy) = self.yaw.to_radians().sin_cos();
        let (sp, cp) = self.pitch.to_radians().sin_cos();
        let (sr, cr) = self.roll.to_radians().sin_cos();
        let turn = Matrix3::new(cy, 0.0, sy, 0.0, 1.0, 0.0, -sy, 0.0, cy);
        let tilt = Matrix3::new(1.0, 0.0, 0.0, 0.0, cp, sp, 0.0, -sp, cp);
        let bank = Matrix3::new(cr, sr, 0.0, -sr, cr, 0.0, 0.0, 0.0, 1.0);
        turn * tilt * bank
    }

    /// Which way is up for the camera: right, up and ahead, length 1.
    pub fn up(self) -> [f64; 3] {
        (self.matrix().transpose() * Vector3::y()).into()
    }

    /// The attitude of a matrix. At a pitch of ±90° the whole turn counts as yaw or roll, as it falls.
    pub fn of(matrix: &Matrix3<f64>) -> Self {
        let pitch = matrix[(1, 2)].clamp(-1.0, 1.0).asin();
        let yaw = matrix[(0, 2)].atan2(matrix[(2, 2)]);
        let roll = (-matrix[(1, 0)]).atan2(matrix[(1, 1)]);
        Self { yaw: yaw.to_degrees(), pitch: pitch.to_degrees(), roll: roll.to_degrees() }
    }
}

/// The rotation about the axis `w` by the angle `|w|` radians (Rodrigues).
pub fn exponential(w: &Vector3<f64>) -> Matrix3<f64> {
    let angle = w.norm();
    let k = w.cross_matrix();
    if angle < 1e-8 {
        return nearest_rotation(&(Matrix3::identity() + k + k * k * 0.5));
    }
    Matrix3::identity()
        + k * (angle.sin() / angle)
        + k * k * ((1.0 - angle.cos()) / (angle * angle))
}

/// The rotation that turns `up` to the y axis and keeps `forward` (roughly) ahead: to be put before all poses.
pub fn upright(up: &Vector3<f64>, forward: &Vector3<f64>) -> Matrix3<f64> {
    let flat = forward - up * up.dot(forward);
    let z = flat.try_normalize(1e-6).unwrap_or_else(|| up.cross(&Vector3::x()).normalize());
    let x = up.cross(&z);
    Matrix3::from_rows(&[x.transpose(), up.transpose(), z.transpose()])
}

/// The angle in degrees of the rotation that is left between two.
pub fn angle_between(a: &Matrix3<f64>, b: &Matrix3<f64>) -> f64 {
    let between = a.transpose() * b;
    let skew = Vector3::new(
        between[(2, 1)] - between[(1, 2)],
        between[(0, 2)] - between[(2, 0)],
        between[(1, 0)] - between[(0, 1)],
    );
    (skew.norm() / 2.0).atan2((between.trace() - 1.0) / 2.0).to_degrees()
}

/// The rotation nearest to a matrix that is almost one (two steps of Newton's iteration for the polar factor).
pub fn nearest_rotation(matrix: &Matrix3<f64>) -> Matrix3<f64> {
    let mut m = *matrix;
    for _ in 0..3 {
        m = m * (Matrix3::identity() * 3.0 - m.transpose() * m) * 0.5;
    }
    m
}

/// The rotation `R` with the least `Σ w |to − R from|²` (Kabsch); `None` when the directions do not fix it.
pub fn align(pairs: &[(Vector3<f64>, Vector3<f64>, f64)]) -> Option<Matrix3<f64>> {
    let mut sum = Matrix3::zeros();
    for (from, to, weight) in pairs {
        sum += to * from.transpose() * *weight;
    }
    let svd = sum.try_svd(true, true, 1e-12, 100)?;
    let (u, vt) = (svd.u?, svd.v_t?);
    let mut values: Vec<f64> = svd.singular_values.iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    if values[1] < 1e-9 * values[0].max(1e-300) {
        return None;
    }
    let sign = (u * vt).determinant().signum();
    // The sign belongs to the smallest singular value.
    let smallest = svd.singular_values.imin();
    let mut fix = Matrix3::identity();
    fix[(smallest, smallest)] = sign;
    Some(u * fix * vt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Degrees, Direction, Rotation};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_convention_of_geometry(yaw in -179.0..179.0_f64, pitch in -89.0..89.0_f64, roll in -179.0..179.0_f64) {
            let matrix = Attitude { yaw, pitch, roll }.matrix();
            let theirs = Rotation::from_yaw_pitch_roll(Degrees(yaw), Degrees(pitch), Degrees(roll));
            let seen = theirs.apply(Direction { x: 0.3, y: -0.2, z: 0.9 });
            let ours = matrix * Vector3::new(0.3, -0.2, 0.9);
            prop_assert!((ours - Vector3::new(seen.x, seen.y, seen.z)).norm() < 1e-12);
            let back = Attitude::of(&matrix);
            prop_assert!((back.yaw - yaw).abs() < 1e-7 && (back.pitch - pitch).abs() < 1e-6 && (back.roll - roll).abs() < 1e-6);
        }

        #[test]
        fn directions_tell_the_rotation(yaw in -179.0..179.0_f64, pitch in -80.0..80.0_f64) {
            let truth = Attitude { yaw, pitch, roll: 10.0 }.matrix();
            let rays = [Vector3::new(0.0, 0.1, 1.0), Vector3::new(0.5, 0.0, 1.0).normalize()];
            let pairs: Vec<_> = rays.iter().map(|ray| (*ray, truth * ray, 1.0)).collect();
            prop_assert!(angle_between(&align(&pairs).unwrap(), &truth) < 1e-6);
        }
    }
}
