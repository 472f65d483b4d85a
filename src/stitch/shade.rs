//! How alike a photo turned somehow is to what the placed photos show: compared by a band of their logarithmic brightness
//! (a difference of two Gaussians), which is the same however the camera is rolled and whatever its exposure.
//!
//! A white ceiling has nothing that could be told from anything else, but a cornice along two of its borders and a
//! shade in a corner leave few turns.

use std::cmp::Ordering;

use nalgebra::{Matrix3, Vector3};

use super::attitude::{angle_between, exponential};
use super::grey::{Grey, in_order};
use super::photo::Photo;
use crate::base::Cancel;
use crate::geometry::cube::{pixel_at, pixel_centre};
use crate::geometry::{Direction, Face, Lens};

/// Cells along the side of a face of the cube that holds the sphere.
const CELLS: usize = 128;
/// From coarse to fine, degrees: deviation of the narrower Gaussian, and size of the cells of a photo from each of which
/// the strongest place is compared, and a plain one.
pub const LEVELS: [(f64, f64); 3] = [(3.6, 7.0), (1.8, 4.0), (0.6, 1.2)];
/// Fewest common places with something in them.
const COMMON: usize = 24;
/// What is something: a band as strong as this, natural logarithm.
const SOMETHING: f32 = 0.012;
/// Deviation of the narrower Gaussian, pixels, beyond which a picture of half the size tells the same; and the least side of
/// such a picture, pixels.
const SMOOTH: f64 = 12.0;
const LEAST: usize = 16;
/// Added to brightness before its logarithm is taken.
const DARK: f32 = 0.03;

/// What is known of the photos: lenses in pixels of the kept pictures, camera to world.
pub struct Shading<'a> {
    /// All photos.
    pub photos: &'a [Photo],
    /// Lens of each.
    pub lenses: &'a [Lens],
    /// Camera to world; only those of `placed` mean something.
    pub rotations: &'a [Matrix3<f64>],
    /// Photos that are placed, ascending.
    pub placed: &'a [usize],
}

/// A place of a photo and its band there.
#[derive(Clone, Copy)]
pub struct Place {
    ray: Vector3<f64>,
    band: f32,
}

impl Place {
    /// The same place in another frame.
    pub fn turned(self, turn: &Matrix3<f64>) -> Self {
        Self { ray: turn * self.ray, ..self }
    }
}

/// The band over the sphere on the faces of a cube, NaN where nothing is shown.
pub struct Sphere {
    /// Cells along the side of a face.
    side: usize,
    bands: Vec<f32>,
}

impl Sphere {
    /// The cell of a direction of any length.
    fn cell(side: usize, d: &Vector3<f64>) -> usize {
        let (face, a, b) = Face::locate(Direction { x: d.x, y: d.y, z: d.z });
        let at = |v: f64| (pixel_at(v, side as u32).round() as usize).min(side - 1);
        (face.index() * side + at(b)) * side + at(a)
    }

    /// The direction of the middle of a cell.
    fn direction(side: usize, cell: usize) -> Vector3<f64> {
        let middle = |v: usize| pixel_centre(v as u32, side as u32);
        let face = Face::ALL[cell / (side * side)];
        let d = face.direction(middle(cell % side), middle(cell / side % side));
        Vector3::new(d.x, d.y, d.z).normalize()
    }

    fn at(&self, d: &Vector3<f64>) -> f32 {
        self.bands[Self::cell(self.side, d)]
    }
}

/// The band of a photo, and its lens in pixels of that.
struct Band {
    values: Grey,
    lens: Lens,
}

impl Shading<'_> {
    fn lens(&self, photo: usize) -> Lens {
        self.lenses[photo].scaled(self.photos[photo].grey_factor)
    }

    /// Band of a photo's brightness, `width` degrees of the narrower Gaussian.
    fn band(&self, photo: usize, width: f64) -> Band {
        let mut lens = self.lens(photo);
        let mut logarithms = self.photos[photo].grey.clone();
        logarithms.data.iter_mut().for_each(|v| *v = (v.max(0.0) + DARK).ln());
        while width.to_radians() * lens.focal > SMOOTH
            && logarithms.width.min(logarithms.height) >= 2 * LEAST
        {
            (logarithms, lens) = (logarithms.halved(), lens.scaled(0.5));
        }
        let sigma = (width.to_radians() * lens.focal) as f32;
        let mut values = logarithms.blurred(sigma);
        let wider = values.blurred(1.73 * sigma);
        values.data.iter_mut().zip(&wider.data).for_each(|(narrow, wide)| *narrow -= wide);
        Band { values, lens }
    }

    /// What is placed, over the sphere: of several photos the one whose border is farthest.
    fn sphere(&self, width: f64, side: usize, cancel: &Cancel) -> Sphere {
        let bands = in_order(self.placed.len(), |k| {
            (!cancel.is_cancelled()).then(|| self.band(self.placed[k], width))
        });
        let bands = in_order(6 * side * side, |cell| {
            if cancel.is_cancelled() {
                return f32::NAN;
            }
            let direction = Sphere::direction(side, cell);
            let mut best: Option<(f64, f32)> = None;
            for (k, &photo) in self.placed.iter().enumerate() {
                let Some(Band { values, lens }) = &bands[k] else { continue };
                let own = self.rotations[photo].tr_mul(&direction);
                let Some([x, y]) = lens.project(&own) else { continue };
                let (w, h) = (values.width as f64, values.height as f64);
                // Of photos that were made smaller by different factors, too.
                let margin = x.min(y).min(w - 1.0 - x).min(h - 1.0 - y) / lens.focal;
                let known = margin > width.to_radians();
                if known && best.is_none_or(|(most, _)| margin > most) {
                    best = values.sample(x as f32, y as f32).map(|value| (margin, value));
                }
            }
            best.map_or(f32::NAN, |(_, value)| value)
        });
        Sphere { side, bands }
    }

    /// [`Self::sphere`] at every level.
    pub fn spheres(&self, cancel: &Cancel) -> [Sphere; 3] {
        LEVELS.map(|(width, _)| self.sphere(width, CELLS, cancel))
    }

    /// Places of a photo to compare: of each cell of `grid` degrees the strongest and the one in its middle.
    pub fn places(&self, photo: usize, width: f64, grid: f64) -> Vec<Place> {
        let Band { values: band, lens } = self.band(photo, width);
        let cell = ((grid.to_radians() * lens.focal) as usize).max(3);
        // Beyond the border nothing is known: what is near it is not compared.
        let border = (width.to_radians() * lens.focal) as usize + 1;
        let mut out = Vec::new();
        for top in (border..band.height.saturating_sub(border)).step_by(cell) {
            for left in (border..band.width.saturating_sub(border)).step_by(cell) {
                let bottom = (top + cell).min(band.height - border);
                let right = (left + cell).min(band.width - border);
                let all = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
                let strongest =
                    all.max_by(|a, b| band.at(a.0, a.1).abs().total_cmp(&band.at(b.0, b.1).abs()));
                let middle = (left.midpoint(right), top.midpoint(bottom));
                for (x, y) in strongest.into_iter().chain([middle]) {
                    if let Some(ray) = lens.unproject([x as f64, y as f64]) {
                        out.push(Place { ray, band: band.at(x, y) });
                    }
                }
            }
        }
        out
    }
}

/// What photos that are turned as one show, beside what is placed. Meaningless once `cancel` is set: then nothing more is
/// compared.
pub struct Comparison<'a> {
    /// What is placed, at every level.
    pub spheres: &'a [Sphere; 3],
    /// Places of the photos, at every level.
    pub places: [Vec<Place>; 3],
    /// Stops it.
    pub cancel: &'a Cancel,
}

/// A turn and how alike both are then.
pub type Scored = (f64, Matrix3<f64>);

/// How turns are narrowed down.
pub struct Descent {
    /// Turns that are looked at again on the second level, and on the last.
    pub tried: [usize; 2],
    /// How far apart those on the last are at least, degrees.
    pub distinct: f64,
    /// By how many degrees it is climbed on the second level, and on the last.
    pub steps: [&'static [f64]; 2],
}

/// More alike first.
pub fn better(a: &Scored, b: &Scored) -> Ordering {
    b.0.total_cmp(&a.0)
}

impl Comparison<'_> {
    /// How alike the photos turned so are to the sphere where both show something: their correlation, less what so few
    /// places reach by accident; `None` where they hardly have anything in common.
    pub fn likeness(&self, level: usize, turn: &Matrix3<f64>) -> Option<f64> {
        let (mut product, mut own, mut its) = (0.0_f64, 0.0_f64, 0.0_f64);
        let mut common = 0;
        for place in &self.places[level] {
            let there = self.spheres[level].at(&(turn * place.ray));
            if there.is_nan() {
                continue;
            }
            let (a, b) = (f64::from(place.band), f64::from(there));
            product += a * b;
            own += a * a;
            its += b * b;
            common += usize::from(place.band.abs() > SOMETHING);
        }
        let enough = common >= COMMON;
        enough.then(|| product / (own * its).sqrt().max(1e-9) - 1.0 / (common as f64).sqrt())
    }

    /// The turn nearby that is most alike, by steps of ever fewer degrees, and its likeness.
    pub fn climbed(&self, level: usize, start: Scored, steps: &[f64]) -> Scored {
        if self.cancel.is_cancelled() {
            return start;
        }
        let mut best = (self.likeness(level, &start.1).unwrap_or(-1.0), start.1);
        for step in steps {
            for _ in 0..6 {
                let before = best.0;
                for axis in 0..6 {
                    let mut by = Vector3::zeros();
                    by[axis / 2] = if axis % 2 == 0 { *step } else { -*step }.to_radians();
                    let turn = exponential(&by) * best.1;
                    if let Some(score) = self.likeness(level, &turn)
                        && score > best.0
                    {
                        best = (score, turn);
                    }
                }
                if best.0 <= before {
                    break;
                }
            }
        }
        best
    }

    /// The best of the turns that were `found` on the first level, as they are on the last.
    pub fn narrowed(&self, mut found: Vec<Scored>, descent: &Descent) -> Vec<Scored> {
        found.sort_by(better);
        found.truncate(descent.tried[0]);
        let mut nearer = in_order(found.len(), |k| self.climbed(1, found[k], descent.steps[0]));
        nearer.sort_by(better);
        let mut tried: Vec<Scored> = Vec::new();
        for start in nearer {
            if tried.iter().all(|(_, other)| angle_between(other, &start.1) > descent.distinct) {
                tried.push(start);
                if tried.len() == descent.tried[1] {
                    break;
                }
            }
        }
        let mut best = in_order(tried.len(), |k| self.climbed(2, tried[k], descent.steps[1]));
        best.sort_by(better);
        best
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::container::exif::ExifFacts;
    use crate::geometry::Projection;
    use crate::imaging::plane::{ColourModel, Picture, Plane};
    use crate::stitch::attitude::Attitude;

    const SIZE: (usize, usize) = (320, 240);

    pub fn lens() -> Lens {
        Lens::centred(Projection::Rectilinear, 190.0, SIZE.0, SIZE.1)
    }

    pub fn turn(yaw: f64, pitch: f64, roll: f64) -> Matrix3<f64> {
        Attitude { yaw, pitch, roll }.matrix()
    }

    /// A photo of what is as light (0 to 255) as `light` says in a direction.
    pub fn painted(
        name: &str,
        turn: &Matrix3<f64>,
        mut light: impl FnMut(Vector3<f64>) -> f64,
    ) -> Photo {
        let mut plane = Plane::filled(SIZE.0, SIZE.1, 0);
        let lens = lens();
        for y in 0..SIZE.1 {
            for (x, value) in plane.row_mut(y).iter_mut().enumerate() {
                let Some(ray) = lens.unproject([x as f64, y as f64]) else { continue };
                *value = light(turn * ray).clamp(0.0, 255.0) as u8;
            }
        }
        let picture = Picture { planes: vec![plane], model: ColourModel::Grey };
        Photo::of(name, picture, ExifFacts::default(), 1e9)
    }

    /// A room with a white ceiling: a cornice of uneven breadth, a pipe, and walls of four greys; `other` is another room.
    pub fn photo(name: &str, turn: &Matrix3<f64>, exposure: f64, other: bool) -> Photo {
        painted(name, turn, |d| {
            // The ceiling lies 2 above the lens, the walls 1.6 and 2.1 to the sides.
            let (wide, deep) = if other { (1.2, 3.4) } else { (1.6, 2.1) };
            let to_walls = (d.x.abs() / wide).max(d.z.abs() / deep);
            let light = if d.y / 2.0 > to_walls {
                let pipe = (d.x - 0.55 * d.y).abs() < 0.05 * d.y;
                if pipe { 0.5 } else { 0.62 - 0.05 * (d.x / d.y) }
            } else if d.y / 1.75 > to_walls {
                0.5
            } else if d.x.abs() / wide > d.z.abs() / deep {
                0.42 + 0.06 * d.x.signum()
            } else {
                0.38 + 0.05 * d.z.signum() + 0.04 * (9.0 * d.x).sin()
            };
            255.0 * light * exposure
        })
    }

    pub fn room(up: Photo) -> (Vec<Photo>, Vec<Matrix3<f64>>) {
        let mut rotations: Vec<Matrix3<f64>> =
            (0..8).map(|k| turn(45.0 * f64::from(k), 22.0, 0.0)).collect();
        let mut photos: Vec<Photo> = rotations
            .iter()
            .enumerate()
            .map(|(k, turn)| photo(&k.to_string(), turn, 0.9 + 0.03 * k as f64, false))
            .collect();
        photos.push(up);
        rotations.push(Matrix3::identity());
        (photos, rotations)
    }

    #[test]
    fn cells_and_directions_are_inverse() {
        for cell in (0..6 * CELLS * CELLS).step_by(7) {
            assert_eq!(Sphere::cell(CELLS, &Sphere::direction(CELLS, cell)), cell);
        }
    }

    #[test]
    fn a_smaller_picture_tells_the_same_band() {
        let (photos, rotations) = room(photo("up", &turn(31.0, 64.0, 12.0), 0.8, false));
        // Twice as smooth in pixels as is looked at in a picture of the whole size.
        let lenses = vec![Lens { focal: 2.0 * lens().focal, ..lens() }; photos.len()];
        let shading =
            Shading { photos: &photos, lenses: &lenses, rotations: &rotations, placed: &[] };
        let width = LEVELS[0].0;
        let band = shading.band(0, width);
        assert_eq!(band.values.width, photos[0].grey.width / 2);
        let sigma = (width.to_radians() * shading.lens(0).focal) as f32;
        let mut whole = photos[0].grey.clone();
        whole.data.iter_mut().for_each(|v| *v = (*v + DARK).ln());
        let narrow = whole.blurred(sigma);
        let wide = narrow.blurred(1.73 * sigma);
        let mut strongest = 0.0_f32;
        for (x, y) in (0..whole.width).step_by(9).flat_map(|x| (0..100).map(move |y| (x, 2 * y))) {
            let ray = shading.lens(0).unproject([x as f64, y as f64]).unwrap();
            let [u, v] = band.lens.project(&ray).unwrap();
            let Some(found) = band.values.sample(u as f32, v as f32) else { continue };
            let expected = narrow.at(x, y) - wide.at(x, y);
            assert!((found - expected).abs() < 2e-3, "{x} {y}: {found} {expected}");
            strongest = strongest.max(expected.abs());
        }
        assert!(strongest > 10.0 * 2e-3, "{strongest}");
    }

    #[test]
    fn what_is_a_little_off_is_drawn_to_its_place() {
        let truth = turn(31.0, 64.0, 12.0);
        let (photos, mut rotations) = room(photo("up", &truth, 0.8, false));
        let lenses = vec![lens(); photos.len()];
        let placed = [0, 1, 2];
        rotations[8] = truth;
        let shading =
            Shading { photos: &photos, lenses: &lenses, rotations: &rotations, placed: &placed };
        let (width, grid) = LEVELS[1];
        let cancel = Cancel::default();
        let spheres = [(); 3].map(|()| shading.sphere(width, 96, &cancel));
        let places = [(); 3].map(|()| shading.places(8, width, grid));
        let comparison = Comparison { spheres: &spheres, places, cancel: &cancel };
        let start = exponential(&Vector3::new(0.02, -0.022, 0.016)) * truth;
        let (score, found) = comparison.climbed(1, (0.0, start), &[1.0, 0.5, 0.25]);
        let off = angle_between(&found, &truth);
        assert!(score > 0.6 && off < 0.5 * angle_between(&start, &truth), "{score} {off}");
    }
}
