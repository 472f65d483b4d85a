//! Hides parts of a panorama for good, before anything is made of it. What is put over a mask comes from the pixels around
//! it alone ([`super::mask_fill`]); [`super::mask_flat`] does the same for flat pictures.

use rayon::prelude::*;

use super::error::ImagingError;
use super::mask_fill::Fill;
use super::plane::{Picture, Plane};
use super::recipe::{Crop, MaskOutline, TileRecipe};
use crate::geometry::{Degrees, Direction, Equirect, Rotation, SphericalPolygon, Surface};

/// Most masks of one picture.
pub const MOST_MASKS: usize = 200;
/// What is hidden around a mask: at least this many degrees, and at least this many pixels of the picture, so that no
/// kernel and no chroma sample that reaches over the outline brings anything out.
const MARGIN: (f64, f64) = (0.3, 4.0);

/// The outline as a polygon.
pub fn polygon(outline: &MaskOutline) -> Result<SphericalPolygon, ImagingError> {
    SphericalPolygon::new(&Surface::Sphere.corners(outline)).map_err(|error| {
        ImagingError::BadRecipe {
            field: "masks",
            value: error.to_string(),
            expected: "polygons on the sphere",
        }
    })
}

/// Where masks are, for whoever tells people what they see there: middle as yaw and pitch, and how far each reaches, in tenths of a
/// degree as degrees.
pub fn places(outlines: &[MaskOutline]) -> Vec<[f64; 3]> {
    let tenths = |degrees: f64| (degrees * 10.0).round() / 10.0;
    let place = |polygon: SphericalPolygon| {
        let middle = polygon.middle();
        [middle.yaw().0, middle.pitch().0, polygon.reach().0].map(tenths)
    };
    outlines.iter().filter_map(|outline| polygon(outline).ok()).map(place).collect()
}

/// Hides what the recipe's masks cover. The picture is upright and not yet put on a full sphere.
pub fn hide(picture: &mut Picture, recipe: &TileRecipe) -> Result<(), ImagingError> {
    let polygons = recipe.masks.iter().map(polygon).collect::<Result<Vec<_>, _>>()?;
    if polygons.is_empty() {
        return Ok(());
    }
    let rotation = recipe.pose.and_then(super::recipe::Pose::rotation).unwrap_or(Rotation::NONE);
    let frame = Frame::new(picture, recipe.crop, rotation);
    // All colours are taken before any is changed.
    let fills: Vec<Fill> =
        polygons.iter().map(|polygon| fill(polygon, &polygons, picture, &frame)).collect();
    for index in 0..picture.planes.len() {
        paint(&mut picture.planes[index], index, &frame, &polygons, &fills);
    }
    Ok(())
}

/// How the pixels of a picture lie on the sphere.
struct Frame {
    /// Of the first plane: columns and rows.
    size: [f64; 2],
    /// Of the whole sphere in the same pixels, and where the picture begins in it.
    full: Equirect,
    offset: [f64; 2],
    /// From the picture's directions to those of the tour, and back.
    forth: Rotation,
    back: Rotation,
    margin: Degrees,
    /// Width of a pixel at the horizon, degrees.
    pixel: f64,
}

impl Frame {
    fn new(picture: &Picture, crop: Option<Crop>, forth: Rotation) -> Self {
        let (width, height) = (picture.width() as u32, picture.height() as u32);
        let crop = crop.unwrap_or(Crop { full_width: width, full_height: height, left: 0, top: 0 });
        let pixel = 360.0 / f64::from(crop.full_width);
        Self {
            size: [f64::from(width), f64::from(height)],
            full: Equirect { width: crop.full_width, height: crop.full_height },
            offset: [f64::from(crop.left), f64::from(crop.top)],
            forth,
            back: forth.inverse(),
            margin: Degrees(MARGIN.0.max(MARGIN.1 * pixel)),
            pixel,
        }
    }

    /// The place on the whole sphere of column `x`, row `y` of a plane, in pixels of the first plane.
    fn spread(&self, plane: &Plane, x: usize, y: usize) -> (f64, f64) {
        let place = |index: usize, count: usize, size: f64, offset: f64| {
            (index as f64 + 0.5) * size / count as f64 + offset - 0.5
        };
        (
            place(x, plane.width(), self.size[0], self.offset[0]),
            place(y, plane.height(), self.size[1], self.offset[1]),
        )
    }

    /// The value of a plane at a direction of the tour; `None` where a cropped picture shows nothing.
    fn value(&self, plane: &Plane, at: Direction) -> Option<u8> {
        let (u, v) = self.full.position(self.back.apply(at));
        let index = |place: f64, offset: f64, size: f64, count: usize| {
            let index = ((place + 0.5 - offset) * count as f64 / size).floor();
            (index >= 0.0 && index < count as f64).then_some(index as usize)
        };
        let x = index(u, self.offset[0], self.size[0], plane.width())?;
        let y = index(v, self.offset[1], self.size[1], plane.height())?;
        Some(plane.row(y)[x])
    }
}

/// What is put over one mask: taken on the tangent plane at its middle.
fn fill(
    polygon: &SphericalPolygon,
    all: &[SphericalPolygon],
    picture: &Picture,
    frame: &Frame,
) -> Fill {
    // A pixel whose corner is this far away has its centre beyond the margin.
    let clear = Degrees(frame.margin.0 + 2.5 * frame.pixel);
    let reach = |[right, up]: [f64; 2], beyond: f64| {
        // On the plane a degree grows with the distance r from the middle: by 1 + r² along the radius.
        let stretch = 1.0 + right.powi(2) + up.powi(2);
        (frame.margin.0 + beyond * frame.pixel).to_radians() * stretch
    };
    Fill::around(polygon.outline(), picture, reach, |point| {
        let at = polygon.from_plane(point);
        if all.iter().any(|mask| mask.covers(at, clear)) {
            return None;
        }
        let mut colour = [0; 3];
        for (out, plane) in colour.iter_mut().zip(&picture.planes) {
            *out = frame.value(plane, at)?;
        }
        Some(colour)
    })
}

fn paint(
    plane: &mut Plane,
    index: usize,
    frame: &Frame,
    polygons: &[SphericalPolygon],
    fills: &[Fill],
) {
    let (width, height, stride) = (plane.width(), plane.height(), plane.stride());
    let shape = &*plane;
    let yaws: Vec<(f64, f64)> = (0..width)
        .map(|x| {
            let (u, _) = frame.spread(shape, x, 0);
            let direction = frame.full.direction(u, f64::from(frame.full.height) / 2.0 - 0.5);
            let length = direction.x.hypot(direction.z);
            (direction.x / length, direction.z / length)
        })
        .collect();
    let pitches: Vec<f64> = (0..height)
        .map(|y| {
            let (_, v) = frame.spread(shape, 0, y);
            (0.5 - (v + 0.5) / f64::from(frame.full.height)) * 180.0
        })
        .collect();
    // Rows that a mask can reach.
    let reaches: Vec<(f64, f64)> = polygons
        .iter()
        .map(|polygon| {
            let pitch = frame.back.apply(polygon.middle()).pitch().0;
            (pitch, polygon.reach().0 + frame.margin.0 + 1e-6)
        })
        .collect();
    plane.bytes_mut().par_chunks_mut(stride).zip(&pitches).for_each(|(row, &pitch)| {
        let near: Vec<usize> = (0..polygons.len())
            .filter(|&mask| (reaches[mask].0 - pitch).abs() <= reaches[mask].1)
            .collect();
        if near.is_empty() {
            return;
        }
        let (sine, cosine) = pitch.to_radians().sin_cos();
        for (value, &(x, z)) in row[..width].iter_mut().zip(&yaws) {
            let seen = Direction { x: x * cosine, y: sine, z: z * cosine };
            let at = frame.forth.apply(seen);
            if let Some(&mask) = near.iter().find(|&&mask| polygons[mask].covers(at, frame.margin))
            {
                *value = fills[mask].at(polygons[mask].on_plane(at))[index];
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::mask_fill::{CHECKER, tests::noise};
    use crate::imaging::plane::ColourModel;
    use crate::imaging::recipe::Pose;
    use proptest::prelude::*;

    const WIDTH: usize = 256;
    const HEIGHT: usize = 128;

    fn recipe(masks: Vec<MaskOutline>) -> TileRecipe {
        TileRecipe { masks, ..TileRecipe::default() }
    }

    /// A JPEG-like picture, chroma at half size; inside the mask another noise.
    fn picture(recipe: &TileRecipe, inside: u64) -> Picture {
        let polygons: Vec<_> = recipe.masks.iter().map(|mask| polygon(mask).unwrap()).collect();
        let rotation = recipe.pose.and_then(Pose::rotation).unwrap_or(Rotation::NONE);
        let plane = |width: usize, height: usize| {
            let full = Equirect { width: width as u32, height: height as u32 };
            let mut plane = Plane::filled(width, height, 0);
            for y in 0..height {
                for x in 0..width {
                    let at = rotation.apply(full.direction(x as f64, y as f64));
                    let hidden = polygons.iter().any(|mask| mask.covers(at, Degrees(0.0)));
                    plane.row_mut(y)[x] = noise(x, y, if hidden { inside } else { 0 });
                }
            }
            plane
        };
        let planes =
            vec![plane(WIDTH, HEIGHT), plane(WIDTH / 2, HEIGHT / 2), plane(WIDTH / 2, HEIGHT / 2)];
        Picture { planes, model: ColourModel::YCbCr }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn nothing_of_the_inside_comes_out(
            yaw in -180_000..180_000_i32, pitch in -90_000..90_000_i32, radius in 2_000..50_000_i32,
            turn in -180.0..180.0_f64, tilt in -60.0..60.0_f64, seed in 1..1000_u64,
        ) {
            let corners = [(0, 1), (1, 0), (0, -1), (-1, 0)];
            let mask: MaskOutline = corners
                .iter()
                .map(|(x, y)| {
                    let yaw = (yaw + x * radius + 540_000).rem_euclid(360_000) - 180_000;
                    [yaw, (pitch + y * radius / 2).clamp(-90_000, 90_000)]
                })
                .collect();
            prop_assume!(polygon(&mask).is_ok());
            let pose = Pose { yaw: Degrees(turn), pitch: Degrees(tilt), roll: Degrees(5.0) };
            let recipe = TileRecipe { pose: Some(pose), ..recipe(vec![mask]) };
            let (mut one, mut other) = (picture(&recipe, 0), picture(&recipe, seed));
            hide(&mut one, &recipe).unwrap();
            hide(&mut other, &recipe).unwrap();
            prop_assert!(one == other, "the pixels inside show in the result");
        }
    }

    #[test]
    fn what_lies_outside_of_the_margin_stays() {
        let recipe = recipe(vec![vec![
            [-20_000, -10_000],
            [20_000, -10_000],
            [20_000, 10_000],
            [-20_000, 10_000],
        ]]);
        let before = picture(&recipe, 0);
        let mut after = before.clone();
        hide(&mut after, &recipe).unwrap();
        let frame = Frame::new(&before, None, Rotation::NONE);
        let mask = polygon(&recipe.masks[0]).unwrap();
        let mut changed = 0;
        for (one, other) in before.planes.iter().zip(&after.planes) {
            for y in 0..one.height() {
                for x in 0..one.width() {
                    let (u, v) = frame.spread(one, x, y);
                    if !mask.covers(frame.full.direction(u, v), Degrees(frame.margin.0 + 1e-6)) {
                        assert_eq!(one.row(y)[x], other.row(y)[x], "column {x}, row {y}");
                    } else if one.row(y)[x] != other.row(y)[x] {
                        changed += 1;
                    }
                }
            }
        }
        assert!(changed > 300, "{changed}");
    }

    #[test]
    fn a_mask_takes_the_colours_around_it() {
        let recipe =
            recipe(vec![vec![[-9_000, -9_000], [9_000, -9_000], [9_000, 9_000], [-9_000, 9_000]]]);
        let mut picture = Picture {
            planes: vec![
                Plane::filled(WIDTH, HEIGHT, 90),
                Plane::filled(WIDTH, HEIGHT, 120),
                Plane::filled(WIDTH, HEIGHT, 150),
            ],
            model: ColourModel::Rgb,
        };
        picture.planes[0].row_mut(HEIGHT / 2)[WIDTH / 2] = 255;
        hide(&mut picture, &recipe).unwrap();
        for (plane, around) in picture.planes.iter().zip([90_i16, 120, 150]) {
            let seen = i16::from(plane.row(HEIGHT / 2)[WIDTH / 2]);
            assert!((seen - around).abs() <= CHECKER, "{seen}");
        }
    }

    #[test]
    fn where_all_is_hidden_it_is_grey() {
        // Eight lunes from pole to pole, four above and four below the horizon.
        let lunes = |pole: i32| {
            (0..6).map(move |n| {
                let yaw = n * 60_000 - 180_000;
                vec![[yaw, 0], [(yaw + 60_000).min(180_000), 0], [yaw + 30_000, pole]]
            })
        };
        let recipe = recipe(lunes(90_000).chain(lunes(-90_000)).collect());
        let mut picture = picture(&recipe, 7);
        hide(&mut picture, &recipe).unwrap();
        let neutral = picture.neutral();
        for value in picture.planes[0].row(HEIGHT / 3) {
            assert!((i16::from(*value) - i16::from(neutral[0])).abs() <= CHECKER, "{value}");
        }
    }

    #[test]
    fn a_cropped_picture_is_masked_where_it_lies() {
        let crop = Crop { full_width: 256, full_height: 128, left: 64, top: 32 };
        let mask = vec![[-10_000, -10_000], [10_000, -10_000], [10_000, 10_000], [-10_000, 10_000]];
        let recipe = TileRecipe { crop: Some(crop), ..recipe(vec![mask]) };
        let mut plane = Plane::filled(128, 64, 100);
        for y in 28..36 {
            plane.row_mut(y)[60..68].fill(255);
        }
        let mut picture = Picture { planes: vec![plane], model: ColourModel::Grey };
        hide(&mut picture, &recipe).unwrap();
        for y in 0..64 {
            assert!(picture.planes[0].row(y).iter().all(|value| *value < 120), "row {y}");
        }
    }
}
