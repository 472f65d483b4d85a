//! What a lens sees of the belt around the plane between both lenses, unrolled.

use nalgebra::{Matrix2, Matrix3, Vector2, Vector3};

use crate::imaging::plane::Plane;
use crate::stitch::grey::in_order;
use crate::stitch::patch::{Patch, centred, correlation};
use crate::stitch::warp::View;

/// Half the side of a patch, pixels.
pub const HALF: i32 = 6;
/// Least deviation of the values of a patch, of 255, for it to be told from others.
pub const TEXTURE: f64 = 2.5;

/// Angles around and above the plane between two lenses.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Belt frame to world; its z axis is the first lens's side.
    turn: Matrix3<f64>,
}

impl Frame {
    /// The frame between two cameras that look away from each other.
    pub fn between(first: &Matrix3<f64>, second: &Matrix3<f64>) -> Self {
        let z = (first.column(2) - second.column(2)).normalize();
        let y: Vector3<f64> = first.column(1).into_owned();
        let x = y.cross(&z).normalize();
        Self { turn: Matrix3::from_columns(&[x, z.cross(&x), z]) }
    }

    /// The direction at an angle around and an angle towards the first lens, radians.
    pub fn direction(&self, around: f64, above: f64) -> Vector3<f64> {
        let (sin, cos) = around.sin_cos();
        let (rise, flat) = above.sin_cos();
        self.turn * Vector3::new(flat * cos, flat * sin, rise)
    }

    /// Angles of a direction: around in [0, 2π), above in [−π/2, π/2].
    pub fn angles(&self, direction: &Vector3<f64>) -> (f64, f64) {
        let d = self.turn.tr_mul(direction);
        (d.y.atan2(d.x).rem_euclid(std::f64::consts::TAU), d.z.atan2(d.x.hypot(d.y)))
    }
}

/// A belt as one lens sees it; NaN where it does not.
pub struct Band {
    /// Rows, from the first lens's side down.
    pub rows: usize,
    /// Columns: the whole turn.
    pub columns: usize,
    data: Vec<f32>,
}

impl Band {
    /// Unrolls `2 × rows_each + 1` rows of `plane`, which `view` looks at, with square pixels.
    pub fn of(view: &View, plane: &Plane, frame: &Frame, columns: usize, rows_each: usize) -> Self {
        let rows = 2 * rows_each + 1;
        let step = std::f64::consts::TAU / columns as f64;
        let data = in_order(rows, |row| {
            let above = (rows_each as f64 - row as f64) * step;
            (0..columns)
                .map(|column| {
                    view.look(&frame.direction(column as f64 * step, above))
                        .and_then(|p| bilinear(plane, p))
                        .unwrap_or(f32::NAN)
                })
                .collect::<Vec<f32>>()
        })
        .concat();
        Self { rows, columns, data }
    }

    /// A belt of these rows.
    #[cfg(test)]
    pub fn from_rows(rows: usize, columns: usize, data: Vec<f32>) -> Self {
        Self { rows, columns, data }
    }

    /// The values of a row; NaN where nothing is seen.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.columns..][..self.columns]
    }

    /// Bilinear value; columns wrap around. NaN outside.
    pub fn value(&self, x: f64, y: f64) -> f32 {
        if !(y >= 0.0 && y < (self.rows - 1) as f64) {
            return f32::NAN;
        }
        let (left, top) = (x.floor(), y as usize);
        let (fx, fy) = ((x - left) as f32, (y - top as f64) as f32);
        let left = (left as i64).rem_euclid(self.columns as i64) as usize;
        let right = if left + 1 == self.columns { 0 } else { left + 1 };
        let (a, b) = (&self.data[top * self.columns..], &self.data[(top + 1) * self.columns..]);
        let upper = a[left] + fx * (a[right] - a[left]);
        let lower = b[left] + fx * (b[right] - b[left]);
        upper + fy * (lower - upper)
    }

    /// [`Self::patch`] around whole pixels of every second column and row: quick, for comparing many.
    pub fn sparse_patch(&self, x: usize, y: i64) -> Option<Patch> {
        let half = i64::from(HALF);
        if y < half || y + half >= self.rows as i64 {
            return None;
        }
        let mut out = Vec::with_capacity((HALF as usize + 1).pow(2));
        let reach = HALF as usize;
        for row in (y - half..=y + half).step_by(2) {
            let line = self.row(row as usize);
            if x >= reach && x + reach < self.columns {
                out.extend(line[x - reach..=x + reach].iter().step_by(2));
            } else {
                out.extend(
                    (0..=reach).map(|k| line[(x + self.columns + 2 * k - reach) % self.columns]),
                );
            }
        }
        centred(out)
    }

    /// The patch around a place without its mean, and the deviation of its values; `None` where a part is not seen.
    pub fn patch(&self, x: f64, y: f64) -> Option<Patch> {
        let side = 2 * HALF + 1;
        let mut out = Vec::with_capacity((side * side) as usize);
        for dy in -HALF..=HALF {
            for dx in -HALF..=HALF {
                out.push(self.value(x + f64::from(dx), y + f64::from(dy)));
            }
        }
        centred(out)
    }
}

/// Bilinear value of a place; `None` within less than half a pixel of nowhere.
pub fn bilinear(plane: &Plane, p: [f64; 2]) -> Option<f32> {
    let (left, top) = (p[0] as usize, p[1] as usize);
    if p[0] < 0.0 || p[1] < 0.0 || left + 1 >= plane.width() || top + 1 >= plane.height() {
        return None;
    }
    let (fx, fy) = ((p[0] - left as f64) as f32, (p[1] - top as f64) as f32);
    let mix =
        |row: &[u8]| f32::from(row[left]) + fx * (f32::from(row[left + 1]) - f32::from(row[left]));
    let (upper, lower) = (mix(plane.row(top)), mix(plane.row(top + 1)));
    Some(upper + fy * (lower - upper))
}

/// A place of one belt found again in another.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    /// Columns and rows from the place in the first belt to that in the second.
    pub by: [f64; 2],
    /// Correlation of the patches, to 1.
    pub correlation: f64,
    /// How well it is known: inverse variance along columns and rows, pixels⁻².
    pub information: Matrix2<f64>,
}

/// Follows the patch at (x, y) of `first` to `second`, from the guess `by` (Lucas–Kanade, free of brightness and
/// contrast); `None` where it is blank, leaves the belt, or goes farther than `reach` pixels.
pub fn follow(
    first: &Band,
    second: &Band,
    at: [f64; 2],
    by: [f64; 2],
    reach: f64,
) -> Option<Shift> {
    let template = first.patch(at[0], at[1])?;
    if template.1 < TEXTURE {
        return None;
    }
    let slope = |dx: f64, dy: f64| -> Option<Vec<f32>> {
        let ahead = first.patch(at[0] + dx, at[1] + dy)?.0;
        let behind = first.patch(at[0] - dx, at[1] - dy)?.0;
        Some(ahead.iter().zip(&behind).map(|(a, b)| (a - b) / 2.0).collect())
    };
    let (right, down) = (slope(1.0, 0.0)?, slope(0.0, 1.0)?);
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        f64::from(a.iter().zip(b).map(|(p, q)| p * q).sum::<f32>())
    };
    let (xx, xy, yy) = (dot(&right, &right), dot(&right, &down), dot(&down, &down));
    let tensor = Matrix2::new(xx, xy, xy, yy);
    let steady = tensor + Matrix2::identity() * (0.02 * tensor.trace() + 1e-6);
    let inverse = steady.try_inverse()?;
    let mut moved = Vector2::new(by[0], by[1]);
    let mut last = 0.0;
    for _ in 0..10 {
        let seen = second.patch(at[0] + moved.x, at[1] + moved.y)?;
        if seen.1 < 0.4 * TEXTURE {
            return None;
        }
        last = correlation(&template, &seen);
        let gain = (last * template.1 / seen.1) as f32;
        let error: Vec<f32> = seen.0.iter().zip(&template.0).map(|(s, t)| gain * s - t).collect();
        let step = inverse * Vector2::new(dot(&right, &error), dot(&down, &error));
        moved -= step;
        if (moved - Vector2::new(by[0], by[1])).norm() > reach {
            return None;
        }
        if step.norm() < 0.02 {
            break;
        }
    }
    let noise = template.1 * template.1 * (1.0 - last * last).max(0.0) + 1.5;
    // Neighbouring pixels err together.
    Some(Shift { by: [moved.x, moved.y], correlation: last, information: tensor / (4.0 * noise) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::attitude::Attitude;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn angles_come_back(around in 0.0..6.28_f64, above in -1.4..1.4_f64, roll in -180.0..180.0_f64) {
            let first = Attitude { yaw: 10.0, pitch: 5.0, roll }.matrix();
            let second = Attitude { yaw: -171.0, pitch: 2.0, roll: 3.0 }.matrix();
            let frame = Frame::between(&first, &second);
            let (a, b) = frame.angles(&frame.direction(around, above));
            prop_assert!((a - around).abs() < 1e-9 && (b - above).abs() < 1e-9);
            let mean = frame.direction(0.3, 1.5).dot(&first.column(2));
            prop_assert!(mean > 0.9);
        }
    }

    #[test]
    fn a_shifted_belt_is_followed() {
        let belt = |dx: f64, dy: f64| {
            let mut data = Vec::new();
            for y in 0..80 {
                for x in 0..1800 {
                    let (u, v) = (f64::from(x) - dx, f64::from(y) - dy);
                    data.push(
                        (100.0 + 30.0 * (0.3 * u).sin() + 20.0 * (0.25 * v + 0.1 * u).cos()) as f32,
                    );
                }
            }
            Band { rows: 80, columns: 1800, data }
        };
        let found =
            follow(&belt(0.0, 0.0), &belt(1.3, -0.7), [400.0, 40.0], [0.0; 2], 4.0).unwrap();
        assert!((found.by[0] - 1.3).abs() < 0.05 && (found.by[1] + 0.7).abs() < 0.05, "{found:?}");
        assert!(found.correlation > 0.99);
    }
}
