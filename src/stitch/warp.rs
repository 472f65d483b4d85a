//! Looks up photos in directions of the sphere, with the tone corrected.

use nalgebra::{Matrix3, Vector3};

use super::photometry::{OFFSET, POWER, Tone};
use crate::geometry::Lens;
use crate::imaging::plane::{ColourModel, Picture, Plane};

/// A placed photo as the sphere sees it.
#[derive(Clone)]
pub struct View {
    /// In pixels of the picture that is looked up.
    pub lens: Lens,
    /// Camera to world.
    pub rotation: Matrix3<f64>,
    /// Columns and rows.
    pub size: (usize, usize),
    /// The circle (centre and radius, pixels) outside of which a fisheye shows nothing.
    pub circle: Option<([f64; 2], f64)>,
    /// Shifts that take parallax out.
    pub shift: Option<super::mesh::Mesh>,
}

impl View {
    /// Where a direction of the world is seen; `None` outside of the picture.
    pub fn look(&self, world: &Vector3<f64>) -> Option<[f64; 2]> {
        let pixel = self.project(world)?;
        let inside = pixel[0] >= 0.0
            && pixel[1] >= 0.0
            && pixel[0] <= self.size.0 as f64 - 1.0
            && pixel[1] <= self.size.1 as f64 - 1.0
            && self.circle.is_none_or(|(c, r)| (pixel[0] - c[0]).hypot(pixel[1] - c[1]) <= r);
        inside.then_some(pixel)
    }

    /// Where a direction of the world would be seen, were the picture large enough.
    pub fn project(&self, world: &Vector3<f64>) -> Option<[f64; 2]> {
        let pixel = self.lens.project(&(self.rotation.tr_mul(world)))?;
        Some(match &self.shift {
            Some(mesh) => mesh.moved(pixel),
            None => pixel,
        })
    }

    /// The nearest pixel within the circle: what lies beyond it is the shade of the barrel.
    pub fn within(&self, pixel: [f64; 2]) -> [f64; 2] {
        let Some((c, radius)) = self.circle else { return pixel };
        let (dx, dy) = (pixel[0] - c[0], pixel[1] - c[1]);
        let distance = dx.hypot(dy);
        if distance <= radius {
            return pixel;
        }
        [c[0] + dx * radius / distance, c[1] + dy * radius / distance]
    }

    /// Distance from the axis, 1 in the corner.
    pub fn radius(&self, pixel: [f64; 2]) -> f32 {
        let corner = (self.size.0 as f64).hypot(self.size.1 as f64) / 2.0;
        ((pixel[0] - self.lens.centre[0]).hypot(pixel[1] - self.lens.centre[1]) / corner) as f32
    }

    /// Distance to the nearest border as a share of half of the shorter side, 0 to 1.
    pub fn margin(&self, pixel: [f64; 2]) -> f32 {
        let (w, h) = (self.size.0 as f64, self.size.1 as f64);
        let sides = pixel[0].min(w - 1.0 - pixel[0]).min(pixel[1]).min(h - 1.0 - pixel[1]);
        let nearest = match self.circle {
            Some((c, r)) => sides.min(r - (pixel[0] - c[0]).hypot(pixel[1] - c[1])),
            None => sides,
        };
        (nearest / (w.min(h) / 2.0)).clamp(0.0, 1.0) as f32
    }
}

/// Samples one photo.
pub struct Sampler<'a> {
    picture: &'a Picture,
    view: &'a View,
    /// Encoded gains by squared radius, 0 to 1.5 in steps of 1/128, a channel each.
    gains: Vec<[f32; 3]>,
    corner: f64,
}

const STEPS: f32 = 128.0;
/// Below this sRGB is linear.
const TOE: f32 = 0.040_45;

impl<'a> Sampler<'a> {
    /// A sampler of a photo.
    pub fn new(picture: &'a Picture, view: &'a View, tone: &Tone) -> Self {
        let gains = (0..(1.6 * STEPS) as usize)
            .map(|i| {
                let square = i as f32 / STEPS;
                // Noise in the far corner is not raised without end.
                let fall =
                    (tone.falloff[0] * square + tone.falloff[1] * square * square).clamp(-1.6, 0.3);
                tone.gain.map(|g| ((g.ln() - fall) / POWER).exp())
            })
            .collect();
        let corner = (view.size.0 as f64).hypot(view.size.1 as f64) / 2.0;
        Self { picture, view, gains, corner }
    }

    /// The photo that is sampled.
    pub fn view(&self) -> &View {
        self.view
    }

    /// R, G, B (sRGB-encoded, 0 to 1, may exceed 1) at a pixel; beyond the border the border's value.
    pub fn rgb(&self, pixel: [f64; 2]) -> [f32; 3] {
        let planes = &self.picture.planes;
        let (x, y) = (pixel[0] as f32, pixel[1] as f32);
        let luma = bicubic(&planes[0], x, y);
        let rgb = match self.picture.model {
            ColourModel::YCbCr => {
                let (cw, ch) = (planes[1].width() as f32, planes[1].height() as f32);
                let cx = (x + 0.5) * cw / planes[0].width() as f32 - 0.5;
                let cy = (y + 0.5) * ch / planes[0].height() as f32 - 0.5;
                let (b, r) =
                    (bilinear(&planes[1], cx, cy) - 128.0, bilinear(&planes[2], cx, cy) - 128.0);
                [luma + 1.402 * r, luma - 0.344_136 * b - 0.714_136 * r, luma + 1.772 * b]
            }
            ColourModel::Rgb => [luma, bicubic(&planes[1], x, y), bicubic(&planes[2], x, y)],
            ColourModel::Grey => [luma; 3],
        };
        let dx = (pixel[0] - self.view.lens.centre[0]) / self.corner;
        let dy = (pixel[1] - self.view.lens.centre[1]) / self.corner;
        let at = (((dx * dx + dy * dy) as f32 * STEPS) as usize).min(self.gains.len() - 1);
        let gains = &self.gains[at];
        std::array::from_fn(|c| toned(rgb[c] / 255.0, gains[c]))
    }
}

/// A gain of linear light on an encoded value; `gain` is its 2.4th root.
fn toned(v: f32, gain: f32) -> f32 {
    if v >= TOE {
        (v + OFFSET) * gain - OFFSET
    } else {
        v.max(0.0) * (((TOE + OFFSET) * gain - OFFSET) / TOE).max(0.0)
    }
}

fn bilinear(plane: &Plane, x: f32, y: f32) -> f32 {
    let (w, h) = (plane.width(), plane.height());
    let (x, y) = (x.clamp(0.0, w as f32 - 1.0), y.clamp(0.0, h as f32 - 1.0));
    let (left, top) = (x as usize, y as usize);
    let (right, below) = ((left + 1).min(w - 1), (top + 1).min(h - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let (a, b) = (plane.row(top), plane.row(below));
    let mix =
        |row: &[u8]| f32::from(row[left]) + fx * (f32::from(row[right]) - f32::from(row[left]));
    let (upper, lower) = (mix(a), mix(b));
    upper + fy * (lower - upper)
}

/// Keys's cubic convolution with a = −½ (IEEE ASSP 29(6), 1981).
fn cubic(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        -0.5 * t + t2 - 0.5 * t3,
        1.0 - 2.5 * t2 + 1.5 * t3,
        0.5 * t + 2.0 * t2 - 1.5 * t3,
        -0.5 * t2 + 0.5 * t3,
    ]
}

/// Value of a plane between its pixels by cubic convolution; the border is repeated.
pub fn bicubic(plane: &Plane, x: f32, y: f32) -> f32 {
    let (w, h) = (plane.width(), plane.height());
    let (x, y) = (x.clamp(0.0, w as f32 - 1.0), y.clamp(0.0, h as f32 - 1.0));
    let (left, top) = (x as usize, y as usize);
    let (wx, wy) = (cubic(x - left as f32), cubic(y - top as f32));
    if left >= 1 && top >= 1 && left + 2 < w && top + 2 < h {
        let stride = plane.stride();
        let block = &plane.from_row(top - 1)[left - 1..];
        let mut sum = 0.0;
        for (row, weight) in wy.iter().enumerate() {
            let v = &block[row * stride..][..4];
            sum += weight
                * (wx[0] * f32::from(v[0])
                    + wx[1] * f32::from(v[1])
                    + wx[2] * f32::from(v[2])
                    + wx[3] * f32::from(v[3]));
        }
        return sum;
    }
    let mut sum = 0.0;
    for (row, weight) in wy.iter().enumerate() {
        let line = plane.row((top + row).saturating_sub(1).min(h - 1));
        for (column, factor) in wx.iter().enumerate() {
            sum += weight * factor * f32::from(line[(left + column).saturating_sub(1).min(w - 1)]);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_keeps_constants_and_slopes() {
        let mut plane = Plane::filled(20, 20, 0);
        for y in 0..20 {
            for (x, v) in plane.row_mut(y).iter_mut().enumerate() {
                *v = (5 * x + 3 * y) as u8;
            }
        }
        assert!((bicubic(&plane, 7.3, 8.6) - (5.0 * 7.3 + 3.0 * 8.6)).abs() < 1e-3);
        assert!((bilinear(&plane, 7.3, 8.6) - (5.0 * 7.3 + 3.0 * 8.6)).abs() < 1e-3);
        assert!((bicubic(&Plane::filled(5, 5, 77), 0.2, 4.0) - 77.0).abs() < 1e-3);
    }

    #[test]
    fn a_gain_acts_in_linear_light() {
        let linear =
            |v: f64| if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        for v in [0.02_f32, 0.1, 0.5, 0.9] {
            let out = toned(v, 0.5_f32.powf(1.0 / 2.4));
            let ratio = linear(f64::from(out)) / linear(f64::from(v));
            assert!((ratio - 0.5).abs() < if v > 0.1 { 1e-3 } else { 0.15 }, "{v} {ratio}");
        }
    }
}
