//! A decoded panorama as something to look at from its middle.

use std::f64::consts::{PI, TAU};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::looks::Look;
use crate::base::Limits;
use crate::geometry::{Direction, Rotation};
use crate::imaging::halve::halve;
use crate::imaging::panorama::whole_sphere;
use crate::imaging::plane::{ColourModel, Picture, Plane};
use crate::imaging::resize::resize;
use crate::imaging::{ImagingError, TileRecipe};

/// More pixels than this show nothing more that a network would find: larger JPEGs are decoded at half their size.
const ENOUGH_PIXELS: f64 = 8192.0 * 4096.0;

/// The whole sphere, and half as large where somebody looks at it from afar.
pub struct Sphere {
    whole: Picture,
    half: OnceLock<Picture>,
    /// From the tour's directions to those of the picture.
    back: Option<Rotation>,
}

/// One view as the networks see it.
pub struct Shot {
    /// Columns, a multiple of 32.
    pub width: usize,
    /// Rows, a multiple of 32.
    pub height: usize,
    /// Red, green and blue, one after the other, row by row, 0 to 255.
    pub rgb: Vec<f32>,
}

impl Sphere {
    /// Decodes a panorama as the recipe for its tiles says; its masks are not applied.
    pub fn read(
        source: Vec<u8>,
        recipe: &TileRecipe,
        limits: &Limits,
    ) -> Result<Self, ImagingError> {
        let (picture, rotation) = whole_sphere(source, recipe, ENOUGH_PIXELS, limits)?;
        let back = rotation.map(Rotation::inverse);
        Ok(Self { whole: picture, half: OnceLock::new(), back })
    }

    /// Pixels a radian along the horizon.
    pub fn resolution(&self) -> f64 {
        self.whole.width() as f64 / TAU
    }

    /// What a look sees.
    pub fn shoot(&self, look: Look) -> Shot {
        let coarse = self.resolution() > 1.5 * look.focal;
        let half = || Picture {
            planes: self.whole.planes.iter().map(halved).collect(),
            model: self.whole.model,
        };
        let picture = if coarse { self.half.get_or_init(half) } else { &self.whole };
        let (width, height) = (look.width as usize, look.height as usize);
        let size = width * height;
        let mut rgb = vec![0.0; 3 * size];
        let (red, rest) = rgb.split_at_mut(size);
        let (green, blue) = rest.split_at_mut(size);
        red.par_chunks_mut(width)
            .zip(green.par_chunks_mut(width).zip(blue.par_chunks_mut(width)))
            .enumerate()
            .for_each(|(row, (red, (green, blue)))| {
                // Along a row directions go on by equal steps.
                let first = self.in_picture(look.direction([0.5, row as f64 + 0.5]));
                let second = self.in_picture(look.direction([1.5, row as f64 + 0.5]));
                let step = [second.x - first.x, second.y - first.y, second.z - first.z];
                for column in 0..width {
                    let along = column as f64;
                    let x = first.x + along * step[0];
                    let y = first.y + along * step[1];
                    let z = first.z + along * step[2];
                    // In parts of the whole picture: its planes have sizes of their own.
                    let u = x.atan2(z) / TAU + 0.5;
                    let v = 0.5 - y.atan2((x * x + z * z).sqrt()) / PI;
                    let [r, g, b] = colour(picture, u, v);
                    red[column] = r;
                    green[column] = g;
                    blue[column] = b;
                }
            });
        Shot { width, height, rgb }
    }

    fn in_picture(&self, at: Direction) -> Direction {
        self.back.map_or(at, |back| back.apply(at))
    }
}

/// Red, green and blue at a place in parts of the whole, 0 to 255.
pub(super) fn colour(picture: &Picture, u: f64, v: f64) -> [f32; 3] {
    let first = bilinear(&picture.planes[0], u, v);
    if picture.model == ColourModel::Grey {
        return [first; 3];
    }
    let second = bilinear(&picture.planes[1], u, v);
    let third = bilinear(&picture.planes[2], u, v);
    if picture.model == ColourModel::Rgb {
        return [first, second, third];
    }
    // ITU-T T.871 §7.
    let (blue, red) = (second - 128.0, third - 128.0);
    [
        (first + 1.402 * red).clamp(0.0, 255.0),
        (first - 0.344_136 * blue - 0.714_136 * red).clamp(0.0, 255.0),
        (first + 1.772 * blue).clamp(0.0, 255.0),
    ]
}

fn halved(plane: &Plane) -> Plane {
    if plane.width().is_multiple_of(16) && plane.height().is_multiple_of(2) {
        return halve(plane);
    }
    resize(plane, (plane.width() / 2).max(2), (plane.height() / 2).max(1))
}

/// The value at a place in parts of the whole; goes on around the sphere.
fn bilinear(plane: &Plane, u: f64, v: f64) -> f32 {
    let (width, height) = (plane.width(), plane.height());
    let x = u * width as f64 - 0.5;
    let y = (v * height as f64 - 0.5).max(0.0);
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = ((x - left) as f32, (y - top) as f32);
    let one = if left < 0.0 { width - 1 } else { (left as usize) % width };
    let other = if one + 1 == width { 0 } else { one + 1 };
    let upper = plane.row((top as usize).min(height - 1));
    let lower = plane.row((top as usize + 1).min(height - 1));
    let above = f32::from(upper[one]) * (1.0 - across) + f32::from(upper[other]) * across;
    let below = f32::from(lower[one]) * (1.0 - across) + f32::from(lower[other]) * across;
    above * (1.0 - down) + below * down
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::geometry::{Degrees, Equirect};
    use crate::imaging::recipe::Pose;

    /// A grey sphere with a red spot of 12° around yaw 170°, pitch −20°.
    fn spotted() -> Vec<u8> {
        let spot = Direction::from_yaw_pitch(Degrees(170.0), Degrees(-20.0));
        let sphere = Equirect { width: 1024, height: 512 };
        let image = image::RgbImage::from_fn(1024, 512, |x, y| {
            let at = sphere.direction(f64::from(x), f64::from(y));
            if at.angle_to(spot).0 < 12.0 { image::Rgb([230, 20, 20]) } else { image::Rgb([90; 3]) }
        });
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn middle(shot: &Shot) -> [f32; 3] {
        let size = shot.width * shot.height;
        let at = size / 2 + shot.width / 2;
        std::array::from_fn(|index| shot.rgb[index * size + at])
    }

    #[test]
    fn what_is_there_is_seen_there_in_any_size() {
        let sphere = Sphere::read(spotted(), &TileRecipe::default(), &Limits::default()).unwrap();
        for focal in [60.0, 160.0] {
            let toward = |yaw, pitch| {
                let look = Look::new([yaw, pitch], Degrees(30.0), Degrees(30.0), focal);
                middle(&sphere.shoot(look))
            };
            let [red, green, _] = toward(170.0, -20.0);
            assert!(red > 200.0 && green < 50.0, "{red} {green}");
            let [red, green, _] = toward(140.0, 10.0);
            assert!((red - 90.0).abs() < 4.0 && (green - 90.0).abs() < 4.0, "{red} {green}");
        }
    }

    #[test]
    fn a_tilted_camera_is_levelled_first() {
        let pose = Pose { pitch: Degrees(15.0), roll: Degrees(-8.0), ..Pose::default() };
        let recipe = TileRecipe { pose: Some(pose), ..TileRecipe::default() };
        let sphere = Sphere::read(spotted(), &recipe, &Limits::default()).unwrap();
        let spot = Direction::from_yaw_pitch(Degrees(170.0), Degrees(-20.0));
        let level = pose.rotation().unwrap().apply(spot);
        let look = Look::new([level.yaw().0, level.pitch().0], Degrees(30.0), Degrees(30.0), 160.0);
        let [red, green, _] = middle(&sphere.shoot(look));
        assert!(red > 200.0 && green < 50.0, "{red} {green}");
    }
}
