//! The whole step: the bytes of an equirectangular picture in, a pack of cube tiles out.

use std::io::Write;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::decode::{Wanted, decode, decode_reduced};
use super::encode::{FacePlanes, TileEncoder};
use super::error::ImagingError;
use super::header::Header;
use super::mask::hide;
use super::orient::upright;
use super::pack::{self, Coverage, PackParts};
use super::plane::{Picture, Plane};
use super::pyramid::{Part, Source};
use super::recipe::{Crop, Pose, TileFormat, TileRecipe};
use super::small::{SmallJpeg, small_jpeg};
use crate::base::{Blake3, Cancel, Limits};
use crate::geometry::grid::TileArea;
use crate::geometry::{Face, Pyramid, Rotation, TileKey};

/// Edge of a face in the preview strip, pixels.
pub const PREVIEW_EDGE: u32 = 128;

/// Stills, for browsers without WebGL, are whole faces of the level whose edge is nearest to this, pixels.
pub const STILL_EDGE: u32 = 1024;

const PREVIEW_QUALITY: u8 = 60;
const STILL_QUALITY: u8 = 80;

/// Largest difference from 2:1 of a full panorama, as a part of its width: some editors round to blocks.
const ASPECT_TOLERANCE: f64 = 0.01;

/// What came out of tiling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackSummary {
    /// Format of the tiles.
    pub format: TileFormat,
    /// Columns of the source after orientation, of one eye.
    pub source_width: u32,
    /// Rows of the source after orientation, of one eye.
    pub source_height: u32,
    /// Edge of a face at the highest level.
    pub face: u32,
    /// Edge of a tile.
    pub tile: u32,
    /// Edge of a face at each level, the smallest first.
    pub levels: Vec<u32>,
    /// Number of tiles.
    pub tiles: usize,
    /// Length of the pack.
    pub bytes: u64,
    /// BLAKE3 over the hashes of the tiles.
    pub root: Blake3,
    /// Which part of the sphere is shown.
    pub coverage: Coverage,
    /// Whether a foreign colour profile was converted to sRGB.
    pub had_profile: bool,
    /// The picture small, where it looks otherwise than the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<SmallJpeg>,
}

/// Tiles a panorama and writes the pack. Runs on the rayon pool that the caller is in.
///
/// `progress` is called with values from 0 to 1, in order. Give the bytes away (`Vec`): they are freed after decoding.
pub fn tile(
    source: Vec<u8>,
    recipe: &TileRecipe,
    limits: &Limits,
    cancel: &Cancel,
    progress: &(dyn Fn(f32) + Sync),
    out: &mut dyn Write,
) -> Result<PackSummary, ImagingError> {
    recipe.check()?;
    let header = Header::read(&source, limits)?;
    let (width, height) = size_of_source(&header, recipe);
    let crop = checked_crop(width, height, recipe.crop, limits)?;
    progress(0.0);

    let wanted =
        Wanted { rgb: recipe.format == TileFormat::Png, accept_damaged: recipe.accept_damaged };
    let had_profile = header.icc.is_some();
    let picture = decode(source, &header, wanted, limits)?;
    stop_if(cancel)?;
    let mut picture = of_one_eye(upright(picture, recipe.orientation), recipe);
    hide(&mut picture, recipe)?;
    let thumbnail = recipe.changes_the_look().then(|| small_jpeg(&picture)).transpose()?;
    let (picture, coverage) = match crop {
        Some(crop) => (on_full_sphere(&picture, crop), coverage_of(crop, width, height)),
        None => (picture, Coverage::FULL),
    };
    progress(0.15);

    let full_width = crop.map_or(width, |crop| crop.full_width);
    let face = recipe.face.unwrap_or_else(|| Pyramid::face_for_width(full_width).min(16_384));
    let pyramid = Pyramid::new(face, recipe.tile);
    let rotation = recipe.pose.and_then(Pose::rotation);
    let work = Work { recipe, cancel, progress, pyramid: &pyramid };
    let (preview, stills, tiles) = work.render(Source::new(picture, rotation))?;

    let parts = PackParts { pyramid, preview, stills, tiles, recipe: recipe.clone(), coverage };
    let index = pack::write(&parts, out)?;
    progress(1.0);
    Ok(PackSummary {
        format: recipe.format,
        source_width: width,
        source_height: height,
        face,
        tile: recipe.tile,
        levels: index.pyramid.levels.clone(),
        tiles: index.tiles.len(),
        bytes: index.total_bytes(),
        root: index.root,
        coverage,
        had_profile,
        thumbnail,
    })
}

/// A panorama decoded and put onto the whole sphere as tiling does it, nothing hidden, and how it is to be turned to be level.
///
/// A JPEG may come at a half, a quarter or an eighth of its size where that leaves `least_pixels`.
pub fn whole_sphere(
    source: Vec<u8>,
    recipe: &TileRecipe,
    least_pixels: f64,
    limits: &Limits,
) -> Result<(Picture, Option<Rotation>), ImagingError> {
    recipe.check()?;
    let header = Header::read(&source, limits)?;
    let (width, height) = size_of_source(&header, recipe);
    let crop = checked_crop(width, height, recipe.crop, limits)?;
    let wanted = Wanted { rgb: false, accept_damaged: recipe.accept_damaged };
    let picture = decode_reduced(source, &header, wanted, least_pixels, limits)?;
    let picture = of_one_eye(upright(picture, recipe.orientation), recipe);
    let picture = match crop {
        Some(crop) => on_full_sphere(&picture, crop.reduced(width, picture.width() as u32)),
        None => picture,
    };
    Ok((picture, recipe.pose.and_then(Pose::rotation)))
}

fn stop_if(cancel: &Cancel) -> Result<(), ImagingError> {
    if cancel.is_cancelled() { Err(ImagingError::Cancelled) } else { Ok(()) }
}

/// Columns and rows of what is tiled: after orientation, of one eye.
fn size_of_source(header: &Header, recipe: &TileRecipe) -> (u32, u32) {
    let (width, height) = if recipe.orientation >= 5 {
        (header.height, header.width)
    } else {
        (header.width, header.height)
    };
    recipe.half.map_or((width, height), |half| half.size(width, height))
}

fn of_one_eye(picture: Picture, recipe: &TileRecipe) -> Picture {
    match recipe.half {
        Some(half) => half.of(picture),
        None => picture,
    }
}

/// The crop to use: `None` for a full panorama. Refuses what is neither.
fn checked_crop(
    width: u32,
    height: u32,
    crop: Option<Crop>,
    limits: &Limits,
) -> Result<Option<Crop>, ImagingError> {
    let Some(crop) = crop else {
        let off = (f64::from(width) - 2.0 * f64::from(height)).abs();
        return if off <= f64::from(width) * ASPECT_TOLERANCE && width >= 32 {
            Ok(None)
        } else {
            Err(ImagingError::NotEquirectangular { width, height })
        };
    };
    let bad = |detail: String| Err(ImagingError::BadCrop { detail });
    let Crop { full_width, full_height, left, top } = crop;
    let off = (f64::from(full_width) - 2.0 * f64::from(full_height)).abs();
    if full_width < 32 || off > f64::from(full_width) * ASPECT_TOLERANCE {
        return bad(format!(
            "the whole panorama would be {full_width}×{full_height}, not twice as wide as high"
        ));
    }
    if full_width > limits.max_side
        || u64::from(full_width) * u64::from(full_height) > limits.max_pixels
    {
        return Err(ImagingError::TooManyPixels {
            width: full_width,
            height: full_height,
            limit: limits.max_pixels,
        });
    }
    let fits = |offset: u32, size: u32, whole: u32| {
        u64::from(offset) + u64::from(size) <= u64::from(whole)
    };
    if !fits(left, width, full_width) || !fits(top, height, full_height) {
        return bad(format!(
            "{width}×{height} pixels at column {left}, row {top} do not fit into {full_width}×{full_height}"
        ));
    }
    let all = left == 0 && top == 0 && width == full_width && height == full_height;
    Ok((!all).then_some(crop))
}

fn coverage_of(crop: Crop, width: u32, height: u32) -> Coverage {
    let yaw = |column: u32| (f64::from(column) / f64::from(crop.full_width) - 0.5) * 360.0;
    let pitch = |row: u32| (0.5 - f64::from(row) / f64::from(crop.full_height)) * 180.0;
    Coverage {
        yaw: [yaw(crop.left), yaw(crop.left + width)],
        pitch: [pitch(crop.top + height), pitch(crop.top)],
    }
}

/// Puts a cropped panorama into its place on a neutral sphere, its edges fading over a few pixels.
fn on_full_sphere(picture: &Picture, crop: Crop) -> Picture {
    let neutral = picture.neutral();
    let (width, height) = (picture.width(), picture.height());
    let planes = picture
        .planes
        .iter()
        .zip(neutral)
        .map(|(plane, neutral)| {
            let scaled = |value: u32, of: usize, whole: usize| {
                (f64::from(value) * of as f64 / whole as f64).round() as usize
            };
            let full_width = scaled(crop.full_width, plane.width(), width).max(plane.width());
            let full_height = scaled(crop.full_height, plane.height(), height).max(plane.height());
            let left = scaled(crop.left, plane.width(), width).min(full_width - plane.width());
            let top = scaled(crop.top, plane.height(), height).min(full_height - plane.height());
            let mut full = Plane::filled(full_width, full_height, neutral);
            // An edge is soft only where the picture really ends.
            let ends = Ends {
                sides: plane.width() < full_width,
                top: top > 0,
                bottom: top + plane.height() < full_height,
            };
            for y in 0..plane.height() {
                let out = &mut full.row_mut(top + y)[left..left + plane.width()];
                out.copy_from_slice(plane.row(y));
                ends.soften(out, y, plane.height(), neutral);
            }
            full
        })
        .collect();
    Picture { planes, model: picture.model }
}

/// Which edges of a cropped panorama end inside the sphere.
struct Ends {
    sides: bool,
    top: bool,
    bottom: bool,
}

impl Ends {
    /// Pixels over which the picture fades out.
    const FADE: usize = 8;

    fn soften(&self, row: &mut [u8], y: usize, height: usize, neutral: u8) {
        let above = if self.top { y } else { Self::FADE };
        let below = if self.bottom { height - 1 - y } else { Self::FADE };
        let vertical = above.min(below).min(Self::FADE);
        let width = row.len();
        let fade = |value: &mut u8, distance: usize| {
            let part = (2 * distance.min(Self::FADE) + 1).min(2 * Self::FADE) as i32;
            let whole = 2 * Self::FADE as i32;
            let mixed = i32::from(neutral) * (whole - part) + i32::from(*value) * part;
            *value = ((mixed + whole / 2) / whole) as u8;
        };
        if vertical < Self::FADE {
            for value in row.iter_mut() {
                fade(value, vertical);
            }
        }
        if self.sides {
            for x in 0..Self::FADE.min(width / 2) {
                fade(&mut row[x], x);
                fade(&mut row[width - 1 - x], x);
            }
        }
    }
}

/// Preview, stills and tiles, encoded.
type Encoded = (Vec<u8>, Vec<Vec<u8>>, Vec<Vec<u8>>);

struct Work<'run> {
    recipe: &'run TileRecipe,
    cancel: &'run Cancel,
    progress: &'run (dyn Fn(f32) + Sync),
    pyramid: &'run Pyramid,
}

impl Work<'_> {
    /// Renders all sizes, the largest first, and encodes them.
    fn render(&self, mut source: Source) -> Result<Encoded, ImagingError> {
        let mut tiles = vec![Vec::new(); self.pyramid.tile_count()];
        let mut stills = Vec::new();
        let still_edge = self.still_edge();
        let total: f64 = self.pyramid.levels.iter().map(|&edge| f64::from(edge).powi(2)).sum();
        let mut done = 0.0;
        for level in (1..=self.pyramid.level_count()).rev() {
            let edge = self.pyramid.levels[level as usize - 1];
            stop_if(self.cancel)?;
            let wants_still = self.recipe.stills && edge == still_edge;
            for part in Part::ALL {
                let faces = source.render(edge, part);
                stop_if(self.cancel)?;
                self.encode_level(&faces, level, part, &mut tiles)?;
                if wants_still {
                    stills.extend(Self::encode_stills(&faces, still_edge)?);
                }
            }
            done += f64::from(edge).powi(2);
            (self.progress)((0.15 + 0.8 * done / total) as f32);
        }
        Ok((Self::preview(&mut source)?, stills, tiles))
    }

    fn encode_level(
        &self,
        faces: &[FacePlanes],
        level: u32,
        part: Part,
        tiles: &mut [Vec<u8>],
    ) -> Result<(), ImagingError> {
        let first_face = part.faces()[0].index();
        let keys: Vec<TileKey> = self
            .pyramid
            .keys()
            .filter(|key| key.level == level && part.faces().contains(&key.face))
            .collect();
        let encoded = keys
            .par_iter()
            .map_init(TileEncoder::new, |encoder, &key| {
                stop_if(self.cancel)?;
                let area = self.pyramid.area(key).ok_or(ImagingError::Cancelled)?;
                let encoder = encoder.as_mut().map_err(|_| ImagingError::Encoding {
                    detail: "the encoder did not start".to_owned(),
                })?;
                encoder.encode(
                    &faces[key.face.index() - first_face],
                    area,
                    self.recipe.format,
                    self.recipe.quality,
                )
            })
            .collect::<Result<Vec<_>, _>>()?;
        for (key, bytes) in keys.into_iter().zip(encoded) {
            if let Some(index) = self.pyramid.index_of(key) {
                tiles[index] = bytes;
            }
        }
        Ok(())
    }

    /// Edge of the level that stills are taken from.
    fn still_edge(&self) -> u32 {
        let levels = self.pyramid.levels.iter().copied();
        // Compared by ratio, in whole numbers: 700 is as far from 1024 as 1498.
        let farness = |edge: u32| {
            let (small, great) = (edge.min(STILL_EDGE), edge.max(STILL_EDGE));
            u64::from(great) * 1_000_000 / u64::from(small.max(1))
        };
        levels.min_by_key(|&edge| farness(edge)).unwrap_or(self.pyramid.face)
    }

    fn encode_stills(faces: &[FacePlanes], edge: u32) -> Result<Vec<Vec<u8>>, ImagingError> {
        let whole = TileArea { left: 0, top: 0, width: edge, height: edge };
        faces
            .par_iter()
            .map(|face| TileEncoder::new()?.encode(face, whole, TileFormat::Jpg, STILL_QUALITY))
            .collect()
    }

    /// The six faces side by side.
    fn preview(source: &mut Source) -> Result<Vec<u8>, ImagingError> {
        let model = source.model();
        let faces: Vec<FacePlanes> =
            Part::ALL.into_iter().flat_map(|part| source.render(PREVIEW_EDGE, part)).collect();
        let planes = (0..faces[0].planes.len())
            .map(|index| {
                let edge = faces[0].planes[index].width();
                let mut strip = Plane::filled(edge * Face::ALL.len(), edge, 0);
                for y in 0..edge {
                    for (face, out) in faces.iter().zip(strip.row_mut(y).chunks_mut(edge)) {
                        out.copy_from_slice(face.planes[index].row(y));
                    }
                }
                strip
            })
            .collect();
        let strip = FacePlanes { planes, model, top: 0 };
        let whole = TileArea { left: 0, top: 0, width: PREVIEW_EDGE * 6, height: PREVIEW_EDGE };
        TileEncoder::new()?.encode(&strip, whole, TileFormat::Jpg, PREVIEW_QUALITY)
    }
}
