//! Zips for the tests of this module: small, in the shape in which the tools write theirs.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Archive, Bounds, ImportError, Project};
use crate::geometry::cube::pixel_centre;
use crate::geometry::{Direction, Equirect, Face};

/// A zip in memory.
pub type Zip = Archive<Cursor<Vec<u8>>>;

/// A zip of these files.
pub fn zip(files: &[(String, Vec<u8>)]) -> Zip {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    Archive::open(writer.finish().unwrap(), &Bounds::default()).unwrap()
}

/// The project of a zip with one text and with files in which nothing stands.
pub fn read(name: &str, text: &str, others: &[&str]) -> Result<Project, ImportError> {
    let mut files = vec![(name.to_owned(), text.as_bytes().to_vec())];
    files.extend(others.iter().map(|path| ((*path).to_owned(), b"x".to_vec())));
    Project::read(&mut zip(&files))
}

/// The slugs of what a project has to tell.
pub fn told(project: &Project) -> Vec<&str> {
    project.findings.iter().map(|finding| finding.slug.as_str()).collect()
}

/// A colour for every direction; it changes slowly.
pub fn colour(direction: Direction) -> [u8; 3] {
    let Direction { x, y, z } = direction;
    let length = (x * x + y * y + z * z).sqrt();
    let wave = |a: f64, b: f64| {
        (128.0 + 55.0 * (5.0 * a / length).sin() + 55.0 * (4.0 * b / length).cos()).round() as u8
    };
    [wave(x, y), wave(y, z), wave(z, x)]
}

/// A PNG of what `colour` says of each pixel.
pub fn png(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb(colour(x, y)));
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

/// A part of a face of `edge` pixels.
pub fn tile(face: Face, edge: u32, left: u32, top: u32, size: u32) -> Vec<u8> {
    png(size, size, |x, y| {
        colour(face.direction(pixel_centre(left + x, edge), pixel_centre(top + y, edge)))
    })
}

/// The whole sphere.
pub fn sphere(width: u32) -> Vec<u8> {
    let picture = Equirect { width, height: width / 2 };
    png(width, width / 2, |x, y| colour(picture.direction(f64::from(x), f64::from(y))))
}

/// How far a picture of the sphere is from what it should be: peak signal to noise ratio, dB.
pub fn psnr(bytes: &[u8]) -> f64 {
    let found = image::load_from_memory(bytes).unwrap().to_rgb8();
    let picture = Equirect { width: found.width(), height: found.height() };
    let mut sum = 0.0;
    for (x, y, pixel) in found.enumerate_pixels() {
        let wanted = colour(picture.direction(f64::from(x), f64::from(y)));
        sum +=
            pixel.0.iter().zip(wanted).map(|(a, b)| f64::from(a.abs_diff(b)).powi(2)).sum::<f64>();
    }
    let mean = sum / f64::from(3 * found.width() * found.height());
    10.0 * (255.0 * 255.0 / mean).log10()
}
