//! Encodes rectangles of face planes as JPEG, WebP or PNG. The same pixels give the same bytes.

use image::ImageEncoder;
use turbojpeg::{Compressor, Subsamp, YuvPlanesImage};

use super::error::ImagingError;
use super::plane::{ColourModel, Plane};
use super::recipe::TileFormat;
use crate::geometry::grid::TileArea;

/// Planes of one face, or of some rows of it; `top` is the face row (of the first plane) that row 0 holds.
pub struct FacePlanes {
    /// One plane (grey) or three; chroma planes at half size when the model is YCbCr.
    pub planes: Vec<Plane>,
    /// What they mean.
    pub model: ColourModel,
    /// Even number of rows of the face above the first row.
    pub top: u32,
}

/// Encodes tiles; keep one a thread.
pub struct TileEncoder {
    compressor: Compressor,
}

fn failed(error: impl ToString) -> ImagingError {
    ImagingError::Encoding { detail: error.to_string() }
}

impl TileEncoder {
    /// A new encoder.
    pub fn new() -> Result<Self, ImagingError> {
        Ok(Self { compressor: Compressor::new().map_err(failed)? })
    }

    /// Encodes an area of a face, which must lie within the planes. `quality` 1 to 100 (not for PNG).
    pub fn encode(
        &mut self,
        face: &FacePlanes,
        area: TileArea,
        format: TileFormat,
        quality: u8,
    ) -> Result<Vec<u8>, ImagingError> {
        match format {
            TileFormat::Jpg if face.model != ColourModel::Rgb => self.jpeg(face, area, quality),
            TileFormat::Jpg => self.jpeg_from_rgb(face, area, quality),
            TileFormat::Webp => webp(face, area, quality),
            TileFormat::Png => png(face, area),
        }
    }

    fn jpeg(
        &mut self,
        face: &FacePlanes,
        area: TileArea,
        quality: u8,
    ) -> Result<Vec<u8>, ImagingError> {
        let (left, top) = (area.left as usize, (area.top - face.top) as usize);
        let (width, height) = (area.width as usize, area.height as usize);
        let luma = &face.planes[0];
        self.compressor.set_quality(i32::from(quality)).map_err(failed)?;
        if face.model == ColourModel::Grey {
            self.compressor.set_subsamp(Subsamp::Gray).map_err(failed)?;
            let image = turbojpeg::Image {
                pixels: &luma.from_row(top)[left..],
                width,
                pitch: luma.stride(),
                height,
                format: turbojpeg::PixelFormat::GRAY,
            };
            return self.compressor.compress_to_vec(image).map_err(failed);
        }
        // The encoder reads luma rows of even length and an even number of them.
        let padded = (width % 2 == 1 || height % 2 == 1).then(|| evenly_padded(luma, area, top));
        let (luma, left_in_luma, top_in_luma) = match &padded {
            Some(plane) => (plane, 0, 0),
            None => (luma, left, top),
        };
        let chroma = |index: usize| &face.planes[index].from_row(top / 2)[left / 2..];
        self.compressor
            .compress_yuv_planes_to_vec(&YuvPlanesImage {
                y_plane: &luma.from_row(top_in_luma)[left_in_luma..],
                u_plane: chroma(1),
                v_plane: chroma(2),
                width,
                height,
                y_stride: luma.stride(),
                u_stride: face.planes[1].stride(),
                v_stride: face.planes[2].stride(),
                subsamp: Subsamp::Sub2x2,
            })
            .map_err(failed)
    }

    fn jpeg_from_rgb(
        &mut self,
        face: &FacePlanes,
        area: TileArea,
        quality: u8,
    ) -> Result<Vec<u8>, ImagingError> {
        let (width, height) = (area.width as usize, area.height as usize);
        self.compressor.set_quality(i32::from(quality)).map_err(failed)?;
        self.compressor.set_subsamp(Subsamp::Sub2x2).map_err(failed)?;
        let pixels = rgb_of(face, area);
        let image = turbojpeg::Image {
            pixels: pixels.as_slice(),
            width,
            pitch: width * 3,
            height,
            format: turbojpeg::PixelFormat::RGB,
        };
        self.compressor.compress_to_vec(image).map_err(failed)
    }
}

/// An area copied to a plane of even size; the last column and row are repeated.
fn evenly_padded(plane: &Plane, area: TileArea, top: usize) -> Plane {
    let (left, width, height) = (area.left as usize, area.width as usize, area.height as usize);
    let mut out = Plane::filled(width.next_multiple_of(2), height.next_multiple_of(2), 0);
    for y in 0..out.height() {
        let row = &plane.row(top + y.min(height - 1))[left..left + width];
        let out = out.row_mut(y);
        out[..width].copy_from_slice(row);
        out[width..].fill(row[width - 1]);
    }
    out
}

fn webp(face: &FacePlanes, area: TileArea, quality: u8) -> Result<Vec<u8>, ImagingError> {
    let rgb = rgb_of(face, area);
    let encoded = webp::Encoder::from_rgb(&rgb, area.width, area.height)
        .encode_simple(false, f32::from(quality))
        .map_err(|error| failed(format!("{error:?}")))?;
    Ok(encoded.to_vec())
}

fn png(face: &FacePlanes, area: TileArea) -> Result<Vec<u8>, ImagingError> {
    use image::codecs::png::{CompressionType, FilterType, PngEncoder};
    let mut out = Vec::new();
    let (pixels, kind) = if face.model == ColourModel::Grey {
        (grey_of(face, area), image::ExtendedColorType::L8)
    } else {
        (rgb_of(face, area), image::ExtendedColorType::Rgb8)
    };
    PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&pixels, area.width, area.height, kind)
        .map_err(failed)?;
    Ok(out)
}

fn grey_of(face: &FacePlanes, area: TileArea) -> Vec<u8> {
    let (left, top) = (area.left as usize, (area.top - face.top) as usize);
    (top..top + area.height as usize)
        .flat_map(|y| face.planes[0].row(y)[left..left + area.width as usize].iter().copied())
        .collect()
}

/// The pixels of an area as RGB triples.
fn rgb_of(face: &FacePlanes, area: TileArea) -> Vec<u8> {
    let (left, top) = (area.left as usize, (area.top - face.top) as usize);
    let mut out = Vec::with_capacity(area.width as usize * area.height as usize * 3);
    for y in top..top + area.height as usize {
        for x in left..left + area.width as usize {
            out.extend_from_slice(&match face.model {
                ColourModel::Grey => [face.planes[0].row(y)[x]; 3],
                ColourModel::Rgb => [0, 1, 2].map(|plane: usize| face.planes[plane].row(y)[x]),
                ColourModel::YCbCr => {
                    let [blue, red] =
                        [1, 2].map(|plane: usize| centred_chroma(&face.planes[plane], x, y));
                    to_rgb(i32::from(face.planes[0].row(y)[x]), blue, red)
                }
            });
        }
    }
    out
}

/// Chroma between its centred samples: 9, 3, 3 and 1 sixteenths of the four nearest; 16 times the value less 128.
fn centred_chroma(plane: &Plane, x: usize, y: usize) -> i32 {
    let near = |place: usize, count: usize| {
        let inner = (place / 2).min(count - 1);
        let outer = if place.is_multiple_of(2) {
            inner.saturating_sub(1)
        } else {
            (inner + 1).min(count - 1)
        };
        (inner, outer)
    };
    let ((x0, x1), (y0, y1)) = (near(x, plane.width()), near(y, plane.height()));
    let at = |x: usize, y: usize| i32::from(plane.row(y)[x]) - 128;
    9 * at(x0, y0) + 3 * (at(x1, y0) + at(x0, y1)) + at(x1, y1)
}

/// ITU-T T.871 §7 in 16-bit fixed point; chroma in sixteenths.
fn to_rgb(luma: i32, blue: i32, red: i32) -> [u8; 3] {
    let base = (luma << 20) + (1 << 19);
    [base + 91_881 * red, base - 22_554 * blue - 46_802 * red, base + 116_130 * blue]
        .map(|value| (value >> 20).clamp(0, 255) as u8)
}
