//! Pixels of a HEIC photo: its tiles decoded and put together, as shown, in 8-bit RGB of its own colour space.
//!
//! The decoder is Rust without unsafe code; its panics count as a damaged file. The container says the bounds
//! (`container::heif`), the limits of size and memory are checked before this is called.

use std::panic::{AssertUnwindSafe, catch_unwind};

use heic_rs::hevc::Frame;
use heic_rs::{ChromaFormat, PixelLayout, color, transform};
use rayon::prelude::*;

use super::colour::ForeignProfile;
use super::error::ImagingError;
use super::header::{Header, SourceFormat};
use crate::base::Limits;
use crate::container::heif::{HeifError, Still};

/// 8-bit RGB, rows from the top, no padding.
pub struct Rgb {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 3 × width × height bytes.
    pub pixels: Vec<u8>,
    /// The profile of its colours: the file's own, or one made of its code points; sRGB without.
    pub icc: Option<Vec<u8>>,
}

/// Size and colours, before anything is decoded.
pub(super) fn header(source: &[u8]) -> Result<Header, ImagingError> {
    let still = Still::open(source)?;
    let icc = profile(&still);
    Ok(Header {
        format: SourceFormat::Heif,
        width: still.width,
        height: still.height,
        icc,
        jpeg: None,
        embedded: None,
    })
}

/// The profile of a picture's colours.
fn profile(still: &Still<'_>) -> Option<Vec<u8>> {
    let colours = still.colours();
    let own = still.icc().map(<[u8]>::to_vec);
    own.or_else(|| ForeignProfile::encoded(colours.primaries, colours.transfer))
}

/// Decodes it as it is to be shown: cut, turned and mirrored as the file says. The caller has checked its size.
pub fn decode(source: &[u8], limits: &Limits) -> Result<Rgb, ImagingError> {
    catch_unwind(AssertUnwindSafe(|| decode_unguarded(source, limits))).unwrap_or_else(|_| {
        Err(ImagingError::Corrupt { detail: "its coding makes no sense".into() })
    })
}

fn decode_unguarded(source: &[u8], limits: &Limits) -> Result<Rgb, ImagingError> {
    let still = Still::open(source)?;
    let coded = still.coded_pixels();
    if coded > limits.max_pixels {
        let (width, height) = still.stored();
        return Err(ImagingError::TooManyPixels { width, height, limit: limits.max_pixels });
    }
    // Three planes of 16 bits and the colours made of them, though little of it may be shown.
    let needed = 12 * coded;
    if needed > limits.max_memory_bytes {
        let (width, height) = still.stored();
        let (need_mib, limit_mib) = (needed >> 20, limits.max_memory_bytes >> 20);
        return Err(ImagingError::TooMuchMemory { width, height, need_mib, limit_mib });
    }
    let frame = assembled(&still)?;
    let colours = still.colours();
    let failed = |error| ImagingError::from(HeifError::from(error));
    let shown =
        color::convert(&frame, None, colours, PixelLayout::Rgb8, coded, Some(1)).map_err(failed)?;
    drop(frame);
    let shown = transform::apply_all(shown, still.transforms()).map_err(failed)?;
    let icc = profile(&still);
    Ok(Rgb { width: shown.width, height: shown.height, pixels: shown.data, icc })
}

/// All tiles in one frame; a row of tiles is decoded at once, so that little is held beside the frame.
fn assembled(still: &Still<'_>) -> Result<Frame, ImagingError> {
    let (columns, rows) = still.tiling();
    if (columns, rows) == (1, 1) && still.stored() == still.tile_size() {
        return Ok(still.decode_tile(0)?);
    }
    let mut whole: Option<Frame> = None;
    for row in 0..rows {
        let tiles = (0..columns)
            .into_par_iter()
            .map(|column| still.decode_tile(row * columns + column))
            .collect::<Result<Vec<_>, _>>()?;
        let first = tiles.first().ok_or(HeifError::Broken("a grid without tiles"))?;
        let whole = whole.get_or_insert_with(|| blank(first, still.stored()));
        for (column, tile) in tiles.iter().enumerate() {
            put(whole, tile, column, row)?;
        }
    }
    Ok(whole.ok_or(HeifError::Broken("a grid without tiles"))?)
}

/// A frame of another size and the same kind.
fn blank(like: &Frame, (width, height): (u32, u32)) -> Frame {
    let (chroma_width, chroma_height) = like.chroma.chroma_size(width, height);
    let chroma = vec![0; chroma_width as usize * chroma_height as usize];
    Frame {
        width,
        height,
        bit_depth: like.bit_depth,
        chroma: like.chroma,
        y: vec![0; width as usize * height as usize],
        cb: chroma.clone(),
        cr: chroma,
        y_stride: width,
        c_stride: chroma_width,
    }
}

/// Copies a tile to its place; what reaches beyond the edge is left out.
fn put(whole: &mut Frame, tile: &Frame, column: usize, row: usize) -> Result<(), HeifError> {
    let kind = |frame: &Frame| (frame.chroma, frame.bit_depth);
    if kind(whole) != kind(tile) {
        return Err(HeifError::Broken("the tiles are not all of one kind"));
    }
    let (left, top) = (column * tile.width as usize, row * tile.height as usize);
    let (right, down) = (tile.chroma.x_shift(), tile.chroma.y_shift());
    let on_samples = left.is_multiple_of(1 << right) && top.is_multiple_of(1 << down);
    if tile.chroma != ChromaFormat::Monochrome && !on_samples {
        return Err(HeifError::Unsupported("tiles of odd size".to_owned()));
    }
    let chroma_place = (left >> right, top >> down);
    let stride = |stride: u32| stride as usize;
    copy(&mut whole.y, stride(whole.y_stride), &tile.y, stride(tile.y_stride), (left, top));
    copy(&mut whole.cb, stride(whole.c_stride), &tile.cb, stride(tile.c_stride), chroma_place);
    copy(&mut whole.cr, stride(whole.c_stride), &tile.cr, stride(tile.c_stride), chroma_place);
    Ok(())
}

fn copy(whole: &mut [u16], width: usize, tile: &[u16], tile_width: usize, place: (usize, usize)) {
    if width == 0 || tile_width == 0 || place.0 >= width {
        return;
    }
    let count = tile_width.min(width - place.0);
    let rows = whole.chunks_exact_mut(width).skip(place.1);
    for (row, from) in rows.zip(tile.chunks_exact(tile_width)) {
        row[place.0..][..count].copy_from_slice(&from[..count]);
    }
}

impl From<HeifError> for ImagingError {
    fn from(error: HeifError) -> Self {
        match error {
            HeifError::Broken(detail) => Self::Corrupt { detail: detail.to_owned() },
            HeifError::Unsupported(what) => {
                Self::UnsupportedFeature { feature: format!("HEIC with {what}") }
            }
        }
    }
}
