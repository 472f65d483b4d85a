//! Where the pixels of a window of the panorama lie in a photo: exact at every few pixels, a cubic between them.
//!
//! The map from the sphere to a photo is smooth. Lagrange's cubic through four exact places is within a thousandth of a
//! pixel of it and needs neither trigonometry nor a division; where the lens does not see all four, each pixel is exact.

use nalgebra::{Matrix3, Vector3};

use super::warp::View;

/// Columns and rows of the full picture, before wrapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First column; may be negative or beyond the picture.
    pub left: isize,
    /// First row.
    pub top: isize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// Most pixels from one exact place to the next.
const MOST: usize = 8;

/// Places in a photo of the pixels of a window.
pub struct Lookup<'a> {
    view: &'a View,
    /// World to camera.
    back: Matrix3<f64>,
    window: Window,
    /// Radians a pixel.
    angle: f64,
    step: usize,
    across: usize,
    /// From one step left of and above the window on; not a number where the lens does not see.
    nodes: Vec<[f64; 2]>,
    /// For each pixel of a step, how much the four nodes around it count.
    weights: [[f32; MOST]; 4],
}

/// One row of places.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Columns in the photo; not a number where the lens does not see.
    pub x: Vec<f32>,
    /// Rows in the photo.
    pub y: Vec<f32>,
    line: Vec<[f32; 2]>,
}

/// Lagrange's weights of the nodes −1, 0, 1, 2 at `t`.
fn lagrange(t: f64) -> [f64; 4] {
    [
        -t * (t - 1.0) * (t - 2.0) / 6.0,
        (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0,
        -(t + 1.0) * t * (t - 2.0) / 2.0,
        (t + 1.0) * t * (t - 1.0) / 6.0,
    ]
}

impl<'a> Lookup<'a> {
    /// For a window of a panorama `full_width` pixels wide.
    pub fn new(view: &'a View, full_width: usize, window: Window) -> Self {
        // A step of the same angle, at most, whatever the width.
        let step = (full_width / 512).clamp(1, MOST);
        let (across, down) = (window.width.div_ceil(step) + 3, window.height.div_ceil(step) + 3);
        let mut weights = [[0.0; MOST]; 4];
        for i in 0..step {
            let w = lagrange(i as f64 / step as f64);
            (0..4).for_each(|k| weights[k][i] = w[k] as f32);
        }
        let angle = std::f64::consts::TAU / full_width as f64;
        let mut lookup = Self {
            view,
            back: view.rotation.transpose(),
            window,
            angle,
            step,
            across,
            nodes: Vec::with_capacity(across * down),
            weights,
        };
        let columns: Vec<(f64, f64)> =
            (0..across).map(|k| lookup.yaw((k * step) as f64 - step as f64).sin_cos()).collect();
        for k in 0..down {
            let pitch = lookup.pitch((k * step) as f64 - step as f64).sin_cos();
            for &yaw in &columns {
                let place = lookup.exact(yaw, pitch).unwrap_or([f64::NAN; 2]);
                lookup.nodes.push(place);
            }
        }
        lookup
    }

    fn yaw(&self, x: f64) -> f64 {
        (self.window.left as f64 + x + 0.5) * self.angle - std::f64::consts::PI
    }

    fn pitch(&self, y: f64) -> f64 {
        std::f64::consts::FRAC_PI_2 - (self.window.top as f64 + y + 0.5) * self.angle
    }

    /// Sines and cosines of yaw and pitch.
    fn exact(&self, yaw: (f64, f64), pitch: (f64, f64)) -> Option<[f64; 2]> {
        let world = Vector3::new(yaw.0 * pitch.1, pitch.0, yaw.1 * pitch.1);
        let pixel = self.view.lens.project(&(self.back * world))?;
        Some(self.view.shift.as_ref().map_or(pixel, |mesh| mesh.moved(pixel)))
    }

    /// Places of row `y` of the window.
    pub fn row(&self, y: usize, row: &mut Row) {
        let (step, width) = (self.step, self.window.width);
        let (band, part) = (y / step, y % step);
        row.line.clear();
        let nodes = |k: usize| &self.nodes[(band + k) * self.across..][..self.across];
        if part == 0 {
            row.line.extend(nodes(1).iter().map(|p| [p[0] as f32, p[1] as f32]));
        } else {
            let w = lagrange(part as f64 / step as f64);
            let [a, b, c, d] = [nodes(0), nodes(1), nodes(2), nodes(3)];
            row.line.extend((0..self.across).map(|k| {
                let mix =
                    |i: usize| w[0] * a[k][i] + w[1] * b[k][i] + w[2] * c[k][i] + w[3] * d[k][i];
                [mix(0) as f32, mix(1) as f32]
            }));
        }
        // The last step may reach beyond the window.
        let padded = width.div_ceil(step) * step + MOST;
        row.x.resize(padded, 0.0);
        row.y.resize(padded, 0.0);
        let weights = &self.weights;
        for (k, p) in row.line.windows(4).enumerate() {
            let at = k * step;
            let (xs, ys) = (&mut row.x[at..at + MOST], &mut row.y[at..at + MOST]);
            // A sum with something that is not a number is none either.
            if (p[0][0] + p[1][0] + p[2][0] + p[3][0]).is_nan() {
                let pitch = self.pitch(y as f64).sin_cos();
                for i in 0..step {
                    let yaw = self.yaw((at + i) as f64).sin_cos();
                    let place = self.exact(yaw, pitch).unwrap_or([f64::NAN; 2]);
                    (xs[i], ys[i]) = (place[0] as f32, place[1] as f32);
                }
                continue;
            }
            for i in 0..MOST {
                let w = [weights[0][i], weights[1][i], weights[2][i], weights[3][i]];
                xs[i] = w[0] * p[0][0] + w[1] * p[1][0] + w[2] * p[2][0] + w[3] * p[3][0];
                ys[i] = w[0] * p[0][1] + w[1] * p[1][1] + w[2] * p[2][1] + w[3] * p[3][1];
            }
        }
        row.x.truncate(width);
        row.y.truncate(width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Lens, Projection};
    use crate::stitch::attitude::Attitude;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Wherever the window lies, also at a pole and across the seam, and whatever the lens.
        #[test]
        fn places_are_as_if_each_were_projected(
            fish: bool, yaw in -180.0..180.0_f64, pitch in -90.0..90.0_f64, left in -100_isize..2100,
            top in -60_isize..1060, k1 in -0.05..0.05_f64, size in 0_usize..3,
        ) {
            let full = [512, 2048, 4096][size];
            let (left, top) = (left * full as isize / 2048, top * full as isize / 2048);
            let projection = if fish { Projection::Equidistant } else { Projection::Rectilinear };
            let focal = full as f64 / std::f64::consts::TAU;
            let (w, h) = ((2.4 * focal) as usize, (1.8 * focal) as usize);
            let view = View {
                lens: Lens { radial: [k1, 0.0], ..Lens::centred(projection, focal, w, h) },
                rotation: Attitude { yaw, pitch, roll: 3.0 }.matrix(),
                size: (w, h),
                circle: None,
                shift: None,
            };
            let window = Window { left, top, width: 45, height: 37 };
            let lookup = Lookup::new(&view, full, window);
            let mut row = Row::default();
            for y in 0..window.height {
                lookup.row(y, &mut row);
                prop_assert_eq!(row.x.len(), window.width);
                for x in 0..window.width {
                    let (yaw, pitch) = (lookup.yaw(x as f64).sin_cos(), lookup.pitch(y as f64).sin_cos());
                    let Some(place) = lookup.exact(yaw, pitch) else { continue };
                    let inside = place[0] > -50.0 && place[1] > -50.0
                        && place[0] < w as f64 + 50.0 && place[1] < h as f64 + 50.0;
                    let off = (f64::from(row.x[x]) - place[0]).hypot(f64::from(row.y[x]) - place[1]);
                    prop_assert!(!inside || off < 4e-3, "{} at {:?}", off, place);
                }
            }
        }
    }
}
