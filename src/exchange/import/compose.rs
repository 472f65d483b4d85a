//! Makes the panorama of a scene: a file of the project byte for byte where it has one, else its faces or tiles put
//! together, as a JPEG that says what it is.
//!
//! Decodes untrusted pictures: in the server only within the worker's child.

use std::io::{Read, Seek};

use turbojpeg::{Compressor, PixelFormat, Subsamp};

use super::archive::Archive;
use super::error::ImportError;
use super::finding::quoted;
use super::source::{Part, Source, Tile, WIDEST};
use crate::base::Limits;
use crate::container::gpano::GPano;
use crate::container::jpeg::with_xmp;
use crate::container::{self, xmp};
use crate::exchange::recut::opened;
use crate::geometry::Face;
use crate::imaging::from_cube::{self, Faces, width_for_face};
use crate::imaging::header::{Header, SourceFormat};
use crate::imaging::plane::{Picture, Plane};
use crate::imaging::resize::resize;
use crate::imaging::{ImagingError, header};

/// JPEG quality of a panorama that is put together.
const QUALITY: i32 = 95;
/// Name in `GPano:StitchingSoftware`.
const SOFTWARE: &str = "Kanfang";
/// How much less than stated the edge of a face may be: tools round the edges of smaller levels.
const ROUNDED: u32 = 8;

/// The panorama of a scene.
#[derive(Clone, Debug)]
pub struct Made {
    /// A picture file.
    pub bytes: Vec<u8>,
    /// Ending of its name, without the dot.
    pub ending: &'static str,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Whether it is a file of the project, byte for byte.
    pub is_original: bool,
}

/// Makes the panorama of `source`. `north`: yaw of north in it, degrees, if known; `progress` hears how much is done, 0–1.
pub fn compose<R: Read + Seek>(
    archive: &mut Archive<R>,
    source: &Source,
    north: Option<f64>,
    limits: &Limits,
    progress: &dyn Fn(f64),
) -> Result<Made, ImportError> {
    match source {
        Source::Sphere { path, part } => {
            sphere(archive.read(path, limits.max_file_bytes)?, path, *part, limits)
        }
        Source::Cube { edge, tiles, turned } => {
            let mut faces = Faces::new(real_edge(archive, *edge, tiles, limits)?);
            for (number, tile) in tiles.iter().enumerate() {
                let picture = picture(archive, &tile.path, limits)?;
                let to = (tile.left as usize, tile.top as usize);
                faces.paste(tile.face, &picture, (0, 0), (picture.width(), picture.height()), to);
                progress(0.5 * (number + 1) as f64 / tiles.len() as f64);
            }
            from_faces(faces, *turned, north)
        }
        Source::Sheet { path, grid, places, turned } => {
            let picture = picture(archive, path, limits)?;
            let (width, height) = (picture.width(), picture.height());
            let edge = width / grid.0 as usize;
            if edge == 0 || edge != height / grid.1 as usize {
                return Err(ImportError::Size { entry: quoted(path), width, height });
            }
            check_memory(edge as u32, limits)?;
            let mut faces = Faces::new(edge as u32);
            for (face, (column, row)) in Face::ALL.into_iter().zip(places) {
                let from = (*column as usize * edge, *row as usize * edge);
                faces.paste(face, &picture, from, (edge, edge), (0, 0));
            }
            progress(0.5);
            from_faces(faces, *turned, north)
        }
        Source::Tiles { width, tiles } => {
            from_tiles(archive, *width, tiles, north, limits, progress)
        }
    }
}

/// A picture of the sphere, as it is. One of a part of it must say which: if it does not, that is added.
fn sphere(
    bytes: Vec<u8>,
    path: &str,
    part: Option<Part>,
    limits: &Limits,
) -> Result<Made, ImportError> {
    let broken = |error| ImportError::Picture { entry: quoted(path), error };
    let header = Header::read(&bytes, limits).map_err(broken)?;
    if header.embedded.is_some() {
        let feature = "a raw file".to_owned();
        return Err(broken(ImagingError::UnsupportedFeature { feature }));
    }
    let (width, height) = (header.width, header.height);
    let says_itself = || {
        let container = container::read(&bytes, limits).ok()?;
        xmp::read(&container.xmp).gpano?.coverage()
    };
    let ending = match header.format {
        SourceFormat::Jpeg => "jpg",
        SourceFormat::Png => "png",
        SourceFormat::Tiff => "tif",
        SourceFormat::Webp => "webp",
        SourceFormat::Heif => "heic",
    };
    let Some(part) = part.filter(|_| says_itself().is_none()) else {
        return Ok(Made { bytes, ending, width, height, is_original: true });
    };
    let packet = cropped(part, width, height).packet();
    let jpeg = if header.format == SourceFormat::Jpeg {
        bytes
    } else {
        encoded(&interleaved(&opened(bytes, limits).map_err(broken)?), width as usize)?
    };
    let bytes = with_xmp(&jpeg, &packet).ok_or_else(unwritten)?;
    Ok(Made { bytes, ending: "jpg", width, height, is_original: false })
}

/// What a picture of a part of the sphere should say of itself.
fn cropped(part: Part, width: u32, height: u32) -> GPano {
    let full_width = (f64::from(width) * 360.0 / part.across).round() as u32;
    let full_height = (f64::from(height) * 180.0 / part.high).round() as u32;
    let (full_width, full_height) = (full_width.max(width), full_height.max(height));
    let middle = (90.0 - part.pitch) / 180.0 * f64::from(full_height);
    let top = (middle - f64::from(height) / 2.0).round().max(0.0) as u32;
    let (left, top) = ((full_width - width) / 2, top.min(full_height - height));
    GPano::equirectangular((full_width, full_height), (left as i32, top as i32), (width, height))
}

fn picture<R: Read + Seek>(
    archive: &mut Archive<R>,
    path: &str,
    limits: &Limits,
) -> Result<Picture, ImportError> {
    let bytes = archive.read(path, limits.max_file_bytes)?;
    opened(bytes, limits).map_err(|error| ImportError::Picture { entry: quoted(path), error })
}

/// The edge of the faces as their pictures have it, which must be about what is stated.
fn real_edge<R: Read + Seek>(
    archive: &mut Archive<R>,
    stated: Option<u32>,
    tiles: &[Tile],
    limits: &Limits,
) -> Result<u32, ImportError> {
    let mut edge = None;
    for face in Face::ALL {
        let own = tiles.iter().filter(|tile| tile.face == face);
        let Some(last) = own.max_by_key(|tile| (tile.left, tile.top)) else { continue };
        let bytes = archive.read(&last.path, limits.max_file_bytes)?;
        let header = header::Header::read(&bytes, limits)
            .map_err(|error| ImportError::Picture { entry: quoted(&last.path), error })?;
        let (right, bottom) = (last.left + header.width, last.top + header.height);
        let fits = stated.is_none_or(|edge| right <= edge && right + ROUNDED >= edge);
        if right != bottom || !fits || edge.is_some_and(|edge| edge != right) {
            let (width, height) = (header.width as usize, header.height as usize);
            return Err(ImportError::Size { entry: quoted(&last.path), width, height });
        }
        edge = Some(right);
    }
    let edge = edge.ok_or(ImportError::NoSuchScene(0))?;
    check_memory(edge, limits)?;
    Ok(edge)
}

fn check_memory(edge: u32, limits: &Limits) -> Result<(), ImportError> {
    let width = width_for_face(edge).min(WIDEST);
    // A decoded tile beside them, and what the encoder takes.
    let need = from_cube::memory(edge, width) + (256 << 20);
    if need > limits.max_memory_bytes {
        let (need_mib, limit_mib) = (need >> 20, limits.max_memory_bytes >> 20);
        let error = ImagingError::TooMuchMemory { width, height: width / 2, need_mib, limit_mib };
        return Err(ImportError::Output(error));
    }
    Ok(())
}

fn from_faces(mut faces: Faces, turned: bool, north: Option<f64>) -> Result<Made, ImportError> {
    if turned {
        faces.turn(Face::Up);
        faces.turn(Face::Down);
    }
    let width = width_for_face(faces.edge()).min(WIDEST);
    finished(&faces.equirect(width), width, north)
}

fn from_tiles<R: Read + Seek>(
    archive: &mut Archive<R>,
    width: u32,
    tiles: &[Tile],
    north: Option<f64>,
    limits: &Limits,
    progress: &dyn Fn(f64),
) -> Result<Made, ImportError> {
    let (columns, rows) = (width as usize, width as usize / 2);
    if columns as u64 * rows as u64 > limits.max_pixels {
        let error =
            ImagingError::TooManyPixels { width, height: width / 2, limit: limits.max_pixels };
        return Err(ImportError::Output(error));
    }
    let mut planes = vec![Plane::filled(columns, rows, 0); 3];
    for (number, tile) in tiles.iter().enumerate() {
        let picture = picture(archive, &tile.path, limits)?;
        let (left, top) = (tile.left as usize, tile.top as usize);
        let shown = picture.width().min(columns.saturating_sub(left));
        for row in 0..picture.height().min(rows.saturating_sub(top)) {
            for (plane, part) in planes.iter_mut().zip(&picture.planes) {
                plane.row_mut(top + row)[left..left + shown]
                    .copy_from_slice(&part.row(row)[..shown]);
            }
        }
        progress(0.7 * (number + 1) as f64 / tiles.len() as f64);
    }
    let width = width.min(WIDEST);
    if width < columns as u32 {
        planes =
            planes.iter().map(|plane| resize(plane, width as usize, width as usize / 2)).collect();
    }
    let picture = Picture { planes, model: crate::imaging::plane::ColourModel::Rgb };
    finished(&interleaved(&picture), width, north)
}

/// R, G, B of each pixel.
fn interleaved(picture: &Picture) -> Vec<u8> {
    let mut rgb = vec![0; 3 * picture.width() * picture.height()];
    for (row, out) in rgb.chunks_exact_mut(3 * picture.width()).enumerate() {
        for (component, plane) in picture.planes.iter().take(3).enumerate() {
            for (pixel, value) in out.chunks_exact_mut(3).zip(plane.row(row)) {
                pixel[component] = *value;
            }
        }
    }
    rgb
}

fn finished(rgb: &[u8], width: u32, north: Option<f64>) -> Result<Made, ImportError> {
    let height = width / 2;
    let mut data = GPano::equirectangular((width, height), (0, 0), (width, height));
    data.stitching_software = Some(SOFTWARE.to_owned());
    data.pose_heading = north.map(|north| (-north).rem_euclid(360.0));
    let jpeg = encoded(rgb, width as usize)?;
    let bytes = with_xmp(&jpeg, &data.packet()).ok_or_else(unwritten)?;
    Ok(Made { bytes, ending: "jpg", width, height, is_original: false })
}

/// A JPEG without subsampled colours.
fn encoded(rgb: &[u8], width: usize) -> Result<Vec<u8>, ImportError> {
    let height = rgb.len() / 3 / width.max(1);
    let image =
        turbojpeg::Image { pixels: rgb, width, pitch: 3 * width, height, format: PixelFormat::RGB };
    let failed = |error: turbojpeg::Error| ImagingError::Encoding { detail: error.to_string() };
    let mut compressor = Compressor::new().map_err(failed)?;
    compressor.set_quality(QUALITY).map_err(failed)?;
    compressor.set_subsamp(Subsamp::None).map_err(failed)?;
    Ok(compressor.compress_to_vec(image).map_err(failed)?)
}

fn unwritten() -> ImportError {
    ImagingError::Encoding { detail: "the panorama's data cannot be written".to_owned() }.into()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, psnr, zip};
    use super::*;

    /// Decibels that a panorama put together keeps, JPEG included. Measured: 45 to 47.
    const GOOD: f64 = 42.0;

    fn made(files: &[(String, Vec<u8>)], source: &Source) -> Result<Made, ImportError> {
        compose(&mut zip(files), source, Some(-30.0), &Limits::default(), &|_| {})
    }

    fn faces(edge: u32, size: u32) -> (Vec<(String, Vec<u8>)>, Vec<Tile>) {
        let (mut files, mut tiles) = (Vec::new(), Vec::new());
        for face in Face::ALL {
            for top in (0..edge).step_by(size as usize) {
                for left in (0..edge).step_by(size as usize) {
                    let path = format!("{}/{left}_{top}.png", face.letter());
                    let part = size.min(edge - left).min(edge - top);
                    // The last of a row may be narrower than high only in real projects; here edges are even.
                    files.push((path.clone(), fixture::tile(face, edge, left, top, part)));
                    tiles.push(Tile { path, face, left, top });
                }
            }
        }
        (files, tiles)
    }

    #[test]
    fn tiles_of_a_cube_become_the_sphere_again() {
        let (files, tiles) = faces(160, 80);
        let source = Source::Cube { edge: Some(160), tiles, turned: false };
        let made = made(&files, &source).unwrap();
        assert_eq!((made.width, made.height), (512, 256));
        let quality = psnr(&made.bytes);
        assert!(quality > GOOD, "{quality:.1} dB");
        let found = container::read(&made.bytes, &Limits::default()).unwrap();
        let gpano = xmp::read(&found.xmp).gpano.unwrap();
        assert!(gpano.coverage().unwrap().is_full());
        assert_eq!(gpano.pose_heading, Some(30.0));
    }

    #[test]
    fn faces_whose_size_nobody_stated_and_those_in_one_picture_too() {
        let (files, tiles) = faces(96, 96);
        let whole = made(&files, &Source::Cube { edge: None, tiles, turned: false }).unwrap();
        assert!(psnr(&whole.bytes) > GOOD);
        let pixel = |x: u32, y: u32| {
            let (face, (x, y)) = (Face::ALL[(x / 96) as usize], (x % 96, y));
            let at = |place| crate::geometry::cube::pixel_centre(place, 96);
            fixture::colour(face.direction(at(x), at(y)))
        };
        let sheet = vec![("all.png".to_owned(), fixture::png(576, 96, pixel))];
        let places = std::array::from_fn(|face| (face as u32, 0));
        let source =
            |turned| Source::Sheet { path: "all.png".into(), grid: (6, 1), places, turned };
        assert!(psnr(&made(&sheet, &source(false)).unwrap().bytes) > GOOD);
        assert!(
            psnr(&made(&sheet, &source(true)).unwrap().bytes) < 25.0,
            "turned faces are wrong here"
        );
    }

    #[test]
    fn tiles_of_a_sphere_are_joined() {
        let picture = crate::geometry::Equirect { width: 256, height: 128 };
        let (mut files, mut tiles) = (Vec::new(), Vec::new());
        for (column, row) in (0..4).flat_map(|c| (0..2).map(move |r| (c, r))) {
            let path = format!("{column}_{row}.png");
            let colour = |x, y| {
                fixture::colour(
                    picture.direction(f64::from(column * 64 + x), f64::from(row * 64 + y)),
                )
            };
            files.push((path.clone(), fixture::png(64, 64, colour)));
            tiles.push(Tile { path, face: Face::Front, left: column * 64, top: row * 64 });
        }
        let made = made(&files, &Source::Tiles { width: 256, tiles }).unwrap();
        assert!(psnr(&made.bytes) > GOOD, "{}", psnr(&made.bytes));
    }

    #[test]
    fn a_picture_of_the_sphere_stays_as_it_is() {
        let bytes = fixture::sphere(128);
        let files = [("hall.png".to_owned(), bytes.clone())];
        let whole = made(&files, &Source::Sphere { path: "hall.png".into(), part: None }).unwrap();
        assert!(whole.is_original && whole.bytes == bytes && whole.ending == "png");
        let part = Part { across: 180.0, high: 90.0, pitch: 10.0 };
        let part =
            made(&files, &Source::Sphere { path: "hall.png".into(), part: Some(part) }).unwrap();
        let found = container::read(&part.bytes, &Limits::default()).unwrap();
        let coverage = xmp::read(&found.xmp).gpano.unwrap().coverage().unwrap();
        assert_eq!(coverage.yaw, [-90.0, 90.0]);
        assert!((coverage.pitch[1] - 55.0).abs() < 0.8, "{coverage:?}");
    }

    #[test]
    fn pictures_that_do_not_fit_are_named() {
        let (files, mut tiles) = faces(96, 96);
        let wrong = Source::Cube { edge: Some(300), tiles: tiles.clone(), turned: false };
        assert!(matches!(made(&files, &wrong), Err(ImportError::Size { .. })));
        tiles[0].path = "nowhere.png".into();
        let wrong = Source::Cube { edge: Some(96), tiles, turned: false };
        assert!(matches!(made(&files, &wrong), Err(ImportError::Damaged { .. })));
        let text = [("a.jpg".to_owned(), b"<html>".to_vec())];
        let wrong = Source::Sphere { path: "a.jpg".into(), part: None };
        assert!(matches!(made(&text, &wrong), Err(ImportError::Picture { .. })));
    }
}
