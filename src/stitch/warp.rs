//! Looks up photos in directions of the sphere, with the tone corrected.

use nalgebra::{Matrix3, Vector3};

use super::gain_field::GainField;
use super::links::{self, Circle};
use super::photometry::{OFFSET, POWER, Tone};
use super::sampling::{Cubics, RUN, cubic, differences, inside, values};
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
    pub circle: Option<Circle>,
    /// Shifts that take parallax out.
    pub shift: Option<super::mesh::Mesh>,
}

impl View {
    /// The same photo scaled by `factor` to `size`.
    #[must_use]
    pub fn scaled(&self, size: (usize, usize), factor: f64) -> Self {
        Self {
            lens: self.lens.scaled(factor),
            size,
            circle: self.circle.map(|circle| links::scaled(circle, factor)),
            shift: self.shift.as_ref().map(|mesh| mesh.scaled(factor)),
            ..self.clone()
        }
    }

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
    /// Encoded gains by squared radius, 0 to 1.6 in steps of 1/128, a channel each.
    gains: Vec<[f32; 3]>,
    /// Whether the gains are the same everywhere.
    even: bool,
    /// What one exposure does not explain.
    field: Option<&'a GainField>,
    corner: f64,
    cubics: Cubics,
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
        let cubics = Cubics::default();
        let even = tone.falloff == [0.0; 2];
        Self { picture, view, gains, even, field: None, corner, cubics }
    }

    /// The same sampler with gains that change across the photo.
    #[must_use]
    pub fn with_field(self, field: Option<&'a GainField>) -> Self {
        Self { field, ..self }
    }

    /// The same photo as another view shows it.
    #[must_use]
    pub fn seen_as<'b>(&'b self, view: &'b View) -> Sampler<'b> {
        Sampler { view, gains: self.gains.clone(), cubics: self.cubics.clone(), ..*self }
    }

    /// The photo that is sampled.
    pub fn view(&self) -> &View {
        self.view
    }

    /// Whether the photo is burnt out at a pixel: as bright as can be stored.
    pub fn burnt(&self, pixel: [f32; 2]) -> bool {
        let plane = &self.picture.planes[usize::from(self.picture.model == ColourModel::Rgb)];
        let [x, y] = pixel.map(f32::round);
        let inside = x >= 0.0 && y >= 0.0 && x < plane.width() as f32 && y < plane.height() as f32;
        inside && plane.row(y as usize)[x as usize] >= 250
    }

    /// R, G, B (sRGB-encoded, 0 to 1, may exceed 1) at a pixel; beyond the border the border's value.
    pub fn rgb(&self, pixel: [f64; 2]) -> [f32; 3] {
        let mut out = [[0.0]; 3];
        self.row(&[pixel[0] as f32], &[pixel[1] as f32], out.each_mut().map(|v| &mut v[..]));
        out.map(|v| v[0])
    }

    /// [`Self::rgb`] at many places; 0 where a place is not a number. All slices are as long as the first.
    pub fn row(&self, x: &[f32], y: &[f32], out: [&mut [f32]; 3]) {
        let [red, green, blue] = out;
        let colours = red.chunks_mut(RUN).zip(green.chunks_mut(RUN)).zip(blue.chunks_mut(RUN));
        for ((x, y), ((red, green), blue)) in x.chunks(RUN).zip(y.chunks(RUN)).zip(colours) {
            self.run(x, y, [red, green, blue]);
        }
    }

    /// At most [`RUN`] places of a row.
    fn run(&self, x: &[f32], y: &[f32], out: [&mut [f32]; 3]) {
        let planes = &self.picture.planes;
        let [red, green, blue] = out;
        let quick = inside(x, y, planes[0].width(), planes[0].height());
        match self.picture.model {
            ColourModel::YCbCr => {
                if quick {
                    values(&self.cubics, &planes[0], x, y, green);
                    let scale = self.chroma_scale();
                    differences([&planes[2], &planes[1]], scale, x, y, [red, blue]);
                } else {
                    self.each(x, y, &planes[0], green);
                    for (((&x, &y), red), blue) in x.iter().zip(y).zip(&mut *red).zip(&mut *blue) {
                        (*red, *blue) = self.chroma(x, y);
                    }
                }
                for ((red, green), blue) in red.iter_mut().zip(&mut *green).zip(&mut *blue) {
                    let (luma, r, b) = (*green, *red, *blue);
                    *red = luma + 1.402 * r;
                    *green = luma - 0.344_136 * b - 0.714_136 * r;
                    *blue = luma + 1.772 * b;
                }
            }
            ColourModel::Rgb => {
                for (plane, values) in planes.iter().zip([&mut *red, &mut *green, &mut *blue]) {
                    self.each(x, y, plane, values);
                }
            }
            ColourModel::Grey => {
                self.each(x, y, &planes[0], green);
                red.copy_from_slice(green);
                blue.copy_from_slice(green);
            }
        }
        self.tone(x, y, [&mut *red, &mut *green, &mut *blue]);
        if let Some(field) = self.field {
            for (((&x, &y), red), (green, blue)) in
                x.iter().zip(y).zip(red).zip(green.iter_mut().zip(blue))
            {
                if x.is_nan() || y.is_nan() {
                    continue;
                }
                let gains = field.at(x, y);
                *red = (*red + OFFSET) * gains[0] - OFFSET;
                *green = (*green + OFFSET) * gains[1] - OFFSET;
                *blue = (*blue + OFFSET) * gains[2] - OFFSET;
            }
        }
    }

    fn each(&self, x: &[f32], y: &[f32], plane: &Plane, out: &mut [f32]) {
        if inside(x, y, plane.width(), plane.height()) {
            return values(&self.cubics, plane, x, y, out);
        }
        for ((&x, &y), value) in x.iter().zip(y).zip(out) {
            *value = if x.is_nan() || y.is_nan() { 0.0 } else { bicubic(plane, x, y) };
        }
    }

    fn tone(&self, x: &[f32], y: &[f32], colours: [&mut [f32]; 3]) {
        if self.even {
            for (values, gain) in colours.into_iter().zip(self.gains[0]) {
                values.iter_mut().for_each(|v| *v = toned(*v * (1.0 / 255.0), gain));
            }
            return;
        }
        let [red, green, blue] = colours;
        let centre = self.view.lens.centre.map(|c| c as f32);
        let scale = STEPS / (self.corner * self.corner) as f32;
        for (((&x, &y), red), (green, blue)) in
            x.iter().zip(y).zip(red).zip(green.iter_mut().zip(blue))
        {
            let (dx, dy) = (x - centre[0], y - centre[1]);
            let at = (((dx * dx + dy * dy) * scale) as usize).min(self.gains.len() - 1);
            let gains = &self.gains[at];
            *red = toned(*red * (1.0 / 255.0), gains[0]);
            *green = toned(*green * (1.0 / 255.0), gains[1]);
            *blue = toned(*blue * (1.0 / 255.0), gains[2]);
        }
    }

    /// Pixels of the planes of chroma through those of luma, columns and rows.
    fn chroma_scale(&self) -> [f32; 2] {
        let (luma, chroma) = (&self.picture.planes[0], &self.picture.planes[1]);
        [chroma.width() as f32 / luma.width() as f32, chroma.height() as f32 / luma.height() as f32]
    }

    /// Cr and Cb less 128, bilinear; 0 where the place is not a number.
    fn chroma(&self, x: f32, y: f32) -> (f32, f32) {
        if x.is_nan() || y.is_nan() {
            return (0.0, 0.0);
        }
        let planes = &self.picture.planes;
        let (w, h) = (planes[1].width(), planes[1].height());
        let scale = self.chroma_scale();
        let (left, fx) = split((x + 0.5) * scale[0] - 0.5, w);
        let (top, fy) = split((y + 0.5) * scale[1] - 0.5, h);
        let (right, below) = ((left + 1).min(w - 1), (top + 1).min(h - 1));
        let mix = |plane: &Plane| {
            let line = |row: &[u8]| {
                f32::from(row[left]) + fx * (f32::from(row[right]) - f32::from(row[left]))
            };
            let upper = line(plane.row(top));
            upper + fy * (line(plane.row(below)) - upper) - 128.0
        };
        (mix(&planes[2]), mix(&planes[1]))
    }
}

/// A gain of linear light on an encoded value; `gain` is its 2.4th root.
fn toned(v: f32, gain: f32) -> f32 {
    let above = (v + OFFSET) * gain - OFFSET;
    let below = v.max(0.0) * (((TOE + OFFSET) * gain - OFFSET) * (1.0 / TOE)).max(0.0);
    if v >= TOE { above } else { below }
}

/// Value of a plane between its pixels by cubic convolution; the border is repeated.
pub fn bicubic(plane: &Plane, x: f32, y: f32) -> f32 {
    let ((left, fx), (top, fy)) = (split(x, plane.width()), split(y, plane.height()));
    convolved(plane, left, top, &cubic(fx), &cubic(fy))
}

/// The pixel at or before a place, and how far beyond it the place is, 0 to 1.
fn split(place: f32, size: usize) -> (usize, f32) {
    let place = place.clamp(0.0, size as f32 - 1.0);
    let pixel = place as usize;
    (pixel, place - pixel as f32)
}

/// Sum of 4 × 4 pixels from one left of and above a pixel on. Down the columns first: four sums side by side.
fn convolved(plane: &Plane, left: usize, top: usize, wx: &[f32; 4], wy: &[f32; 4]) -> f32 {
    let (w, h) = (plane.width(), plane.height());
    let mut sums = [0.0_f32; 4];
    if left >= 1 && top >= 1 && left + 2 < w && top + 2 < h {
        let stride = plane.stride();
        let block = &plane.from_row(top - 1)[left - 1..][..3 * stride + 4];
        for (row, &weight) in wy.iter().enumerate() {
            let v = &block[row * stride..][..4];
            (0..4).for_each(|k| sums[k] += weight * f32::from(v[k]));
        }
    } else {
        for (row, &weight) in wy.iter().enumerate() {
            let line = plane.row((top + row).saturating_sub(1).min(h - 1));
            for (column, sum) in sums.iter_mut().enumerate() {
                *sum += weight * f32::from(line[(left + column).saturating_sub(1).min(w - 1)]);
            }
        }
    }
    wx[0] * sums[0] + wx[1] * sums[1] + wx[2] * sums[2] + wx[3] * sums[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(plane: Plane) -> (Picture, View) {
        let (width, height) = (plane.width(), plane.height());
        let view = View {
            lens: Lens::centred(crate::geometry::Projection::Rectilinear, 20.0, width, height),
            rotation: Matrix3::identity(),
            size: (width, height),
            circle: None,
            shift: None,
        };
        (Picture { planes: vec![plane], model: ColourModel::Grey }, view)
    }

    #[test]
    fn interpolation_keeps_constants_and_slopes() {
        let mut plane = Plane::filled(20, 20, 0);
        for y in 0..20 {
            for (x, v) in plane.row_mut(y).iter_mut().enumerate() {
                *v = (5 * x + 3 * y) as u8;
            }
        }
        let (picture, view) = grey(plane);
        let sampler = Sampler::new(&picture, &view, &Tone::NONE);
        let wanted = (5.0 * 7.25 + 3.0 * 8.625) / 255.0;
        assert!(sampler.rgb([7.25, 8.625]).iter().all(|v| (v - wanted).abs() < 1e-4));
        // In the middle by the quick way, near the border by the other: the same.
        let luma = sampler.rgb([8.5, 8.25])[0];
        assert!((luma - bicubic(&picture.planes[0], 8.5, 8.25) / 255.0).abs() < 1e-5);
        let (picture, view) = grey(Plane::filled(5, 5, 77));
        let sampler = Sampler::new(&picture, &view, &Tone::NONE);
        for place in [[0.2, 4.0], [-30.0, 2.0], [2.3, 900.0]] {
            assert!(sampler.rgb(place).iter().all(|v| (v - 77.0 / 255.0).abs() < 1e-4));
        }
    }

    #[test]
    fn planes_of_colours_stay_what_they_are() {
        let (_, view) = grey(Plane::filled(6, 6, 0));
        let planes = [200, 100, 50].map(|v| Plane::filled(6, 6, v)).to_vec();
        let picture = Picture { planes, model: ColourModel::Rgb };
        let rgb = Sampler::new(&picture, &view, &Tone::NONE).rgb([2.5, 2.5]);
        assert!(rgb.iter().zip([200.0, 100.0, 50.0]).all(|(v, w)| (v * 255.0 - w).abs() < 0.01));
        // T.871's red: Y 76, Cb 85, Cr 255.
        let planes =
            vec![Plane::filled(6, 6, 76), Plane::filled(3, 3, 85), Plane::filled(3, 3, 255)];
        let picture = Picture { planes, model: ColourModel::YCbCr };
        let rgb = Sampler::new(&picture, &view, &Tone::NONE).rgb([2.5, 2.5]);
        assert!(rgb.iter().zip([254.0, 0.0, 0.0]).all(|(v, w)| (v * 255.0 - w).abs() < 1.5));
    }

    #[test]
    fn quick_and_careful_chroma_agree() {
        let (_, view) = grey(Plane::filled(40, 30, 0));
        let noise = |width: usize, height: usize, seed: usize| {
            let mut plane = Plane::filled(width, height, 0);
            for y in 0..height {
                for (x, v) in plane.row_mut(y).iter_mut().enumerate() {
                    *v = ((x * 37 + y * 91 + seed * x * y) % 251) as u8;
                }
            }
            plane
        };
        let planes = vec![noise(40, 30, 3), noise(20, 15, 5), noise(20, 15, 7)];
        let picture = Picture { planes, model: ColourModel::YCbCr };
        let sampler = Sampler::new(&picture, &view, &Tone::NONE);
        let x: Vec<f32> = (0..30).map(|i| 2.1 + 1.13 * i as f32).collect();
        let y: Vec<f32> = (0..30).map(|i| 2.3 + 0.77 * i as f32).collect();
        let mut out = [vec![0.0; 30], vec![0.0; 30], vec![0.0; 30]];
        sampler.row(&x, &y, out.each_mut().map(Vec::as_mut_slice));
        for i in 0..30 {
            let luma = bicubic(&picture.planes[0], x[i], y[i]);
            let (r, b) = sampler.chroma(x[i], y[i]);
            let (red, blue) = ((luma + 1.402 * r).max(0.0), (luma + 1.772 * b).max(0.0));
            // Phases are 1/256 of a pixel, steps from pixel to pixel here up to 250.
            assert!((out[0][i] * 255.0 - red).abs() < 3.0);
            assert!((out[2][i] * 255.0 - blue).abs() < 3.0);
        }
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
