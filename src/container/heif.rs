//! HEIF (ISO/IEC 23008-12): which picture of the file is to be shown, how large it is, what is said beside it.
//!
//! The catalogue is read by `heic-rs`; here are the bounds that make that safe for every input, and the choices that the
//! standard leaves to a reader. Nothing here decodes (`imaging::heif` does). AVIF is told by its sizes only.

use std::borrow::Cow;

use heic_rs::boxes::BoxIter;
use heic_rs::context::Context;
use heic_rs::hevc::{self, Frame};
use heic_rs::props::{ItemProps, Transform, colr::Nclx};
use heic_rs::{Grid, MatrixCoefficients, Range, transform};

use crate::base::Limits;

use super::bytes::{find, slice, u8_at, u32_be, u64_be};
use super::{ColourModel, Container, ContainerError, Format, Header, MetadataKind};

/// Boxes looked at in all, so that a file of a million empty boxes ends soon.
const MOST_BOXES: usize = 4096;
/// Longest catalogue: its lists are searched item by item. Those of 100-megapixel phones have some 30 KB.
const LONGEST_CATALOGUE: usize = 256 << 10;
/// Most tiles; 100 megapixels in tiles of 512 × 512 are some 450.
const MOST_TILES: u64 = 4096;

/// Why the picture of a HEIF file cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeifError {
    /// The file breaks a rule.
    #[error("{0}")]
    Broken(&'static str),
    /// It follows the rules and needs something that is not read.
    #[error("{0}")]
    Unsupported(String),
}

impl From<heic_rs::Error> for HeifError {
    fn from(error: heic_rs::Error) -> Self {
        use heic_rs::Error;
        match error {
            Error::Unsupported(what) => Self::Unsupported(what.to_owned()),
            Error::Truncated(what)
            | Error::Malformed(what)
            | Error::MissingBox(what)
            | Error::MissingParameterSet(what) => Self::Broken(what),
            Error::MissingItem(_) => Self::Broken("an item that is named is not there"),
            Error::CyclicDerivation(_) => Self::Broken("a picture is made of itself"),
            _ => Self::Broken("a box is larger than the file"),
        }
    }
}

/// The picture that a HEIF file shows.
pub struct Still<'a> {
    context: Context<'a>,
    /// What is said of the whole picture, and of its first tile.
    said: [ItemProps<'a>; 2],
    grid: Option<Grid>,
    tiles: Vec<u32>,
    /// Columns and rows of one coded tile.
    tile: (u32, u32),
    /// Columns and rows before it is turned.
    stored: (u32, u32),
    /// Bits of one sample.
    pub bit_depth: u8,
    /// Columns as shown.
    pub width: u32,
    /// Rows as shown.
    pub height: u32,
}

impl<'a> Still<'a> {
    /// Finds the picture. Decodes nothing; takes little more memory than the catalogue has bytes.
    pub fn open(file: &'a [u8]) -> Result<Self, HeifError> {
        let catalogue = first_box(file, b"meta").ok_or(HeifError::Broken("no 'meta' box"))?;
        if catalogue.len() > LONGEST_CATALOGUE {
            return Err(unsupported("a catalogue of more than 256 KiB"));
        }
        require_lengths(catalogue)?;
        let context = Context::open(file)?;
        // Items made of items of items could multiply; nobody writes them.
        let nested = heic_rs::meta::iloc::Construction::Item;
        if context.meta.locations.iter().any(|place| place.construction == nested) {
            return Err(unsupported("items made of other items"));
        }
        let shown = context.meta.primary;
        let kind = context.meta.primary_item()?.item_type;
        if !matches!(&kind, b"hvc1" | b"grid") {
            return Err(unsupported(&kind.escape_ascii().to_string()));
        }
        let (grid, tiles) = match context.grid(shown)? {
            Some((grid, tiles)) => (Some(grid), tiles),
            None => (None, vec![shown]),
        };
        if tiles.len() as u64 > MOST_TILES {
            return Err(unsupported("more than 4096 tiles"));
        }
        let first = *tiles.first().ok_or(HeifError::Broken("a grid without tiles"))?;
        let said = [context.props(shown)?, context.props(first)?];
        let (tile, bit_depth) = coded_size(&said[1])?;
        let stored = match &grid {
            Some(grid) => (grid.output_width, grid.output_height),
            None => tile,
        };
        if let Some(grid) = &grid {
            // Every column and row is needed and none is missing: work is then bounded by what is shown.
            let fits = |count: u32, side: u32, all: u32| {
                let (count, side, all) = (u64::from(count), u64::from(side), u64::from(all));
                count * side >= all && (count - 1) * side < all
            };
            if !fits(grid.columns, tile.0, stored.0) || !fits(grid.rows, tile.1, stored.1) {
                return Err(HeifError::Broken("the tiles do not make up the picture"));
            }
        }
        let (width, height) = transform::transformed_size(stored.0, stored.1, &said[0].transforms)?;
        Ok(Self { context, said, grid, tiles, tile, stored, bit_depth, width, height })
    }

    /// Pixels that are coded, those beyond the edges of the picture with them.
    pub fn coded_pixels(&self) -> u64 {
        self.tiles.len() as u64 * u64::from(self.tile.0) * u64::from(self.tile.1)
    }

    /// Columns and rows before it is cut, turned and mirrored.
    pub fn stored(&self) -> (u32, u32) {
        self.stored
    }

    /// Columns and rows of one tile.
    pub fn tile_size(&self) -> (u32, u32) {
        self.tile
    }

    /// Columns and rows of tiles.
    pub fn tiling(&self) -> (usize, usize) {
        self.grid.as_ref().map_or((1, 1), |grid| (grid.columns as usize, grid.rows as usize))
    }

    /// Decodes one tile, counted row by row. Costs time: `imaging::heif` calls it.
    pub fn decode_tile(&self, index: usize) -> Result<Frame, HeifError> {
        let item = *self.tiles.get(index).ok_or(HeifError::Broken("a tile is missing"))?;
        let said = self.context.props(item)?;
        // Asked before anything is reserved: a tile may say another size than its catalogue does.
        if coded_size(&said)? != (self.tile, self.bit_depth) {
            return Err(HeifError::Broken("the tiles are not all of one kind"));
        }
        let coding = said.hvcc.as_ref().ok_or(HeifError::Broken("a tile without 'hvcC'"))?;
        let data = self.context.item_data(item)?;
        let frame = hevc::decode_still(&coding.parameter_sets(), &coding.split_nals(&data)?)?;
        frame.validate()?;
        if (frame.width, frame.height) != self.tile {
            return Err(HeifError::Broken("a tile has another size than it says"));
        }
        Ok(frame)
    }

    /// Cuts, turns and mirrors that make of the stored picture the one to be shown, in their order. EXIF's orientation
    /// says the same once more and must not be applied as well (ISO/IEC 23000-22 §7.3.6).
    pub fn transforms(&self) -> &[Transform] {
        &self.said[0].transforms
    }

    /// How its samples are to be understood. Where nothing is said: BT.601, full range (ISO/IEC 23000-22 §7.3.6.4),
    /// which is also what Apple's phones write without saying so.
    pub fn colours(&self) -> Nclx {
        let full = Nclx {
            primaries: 1,
            transfer: 13,
            matrix: MatrixCoefficients::Bt601,
            matrix_code: 6,
            range: Range::Full,
        };
        let mut said = self.said.iter().find_map(|said| said.nclx).unwrap_or(full);
        if said.matrix == MatrixCoefficients::Unspecified {
            said.matrix = full.matrix;
        }
        said
    }

    /// The ICC profile.
    pub fn icc(&self) -> Option<&'a [u8]> {
        self.said.iter().find_map(|said| said.icc)
    }

    /// The TIFF structure of its EXIF item.
    fn exif(&self) -> Result<Option<Cow<'a, [u8]>>, HeifError> {
        let Some(item) = self.context.exif_item(self.context.meta.primary) else {
            return Ok(None);
        };
        let data = self.context.item_data(item)?;
        let skipped = 4 + u32_be(&data, 0).unwrap_or(u32::MAX) as usize;
        let cut_off = HeifError::Broken("the EXIF item is cut off");
        Ok(Some(match data {
            Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(skipped..).ok_or(cut_off)?),
            Cow::Owned(bytes) => Cow::Owned(bytes.get(skipped..).ok_or(cut_off)?.to_vec()),
        }))
    }

    fn xmp(&self) -> Result<Option<Cow<'a, [u8]>>, HeifError> {
        let item = self.context.xmp_item(self.context.meta.primary);
        Ok(item.map(|item| self.context.item_data(item)).transpose()?)
    }
}

fn unsupported(what: &str) -> HeifError {
    HeifError::Unsupported(what.to_owned())
}

/// Refuses places of items that have no length of their own: 65,535 of them take a byte or two of the file and 24 of memory each.
fn require_lengths(catalogue: &[u8]) -> Result<(), HeifError> {
    for found in BoxIter::new(catalogue.get(4..).unwrap_or_default()) {
        let found = found?;
        if found.is(b"iloc") && found.payload.get(4) == Some(&0) {
            return Err(unsupported("items without lengths"));
        }
    }
    Ok(())
}

/// Size and depth of a coded picture by its own sequence parameter set, which decides what decoding costs.
fn coded_size(said: &ItemProps<'_>) -> Result<((u32, u32), u8), HeifError> {
    let coding = said.hvcc.as_ref().ok_or(HeifError::Broken("a picture without 'hvcC'"))?;
    // What a unit is says its own header, whatever list it stands in (ITU-T H.265 §7.3.1.2).
    let units = coding.arrays.iter().flat_map(|array| &array.nals);
    let is_sequence = |unit: &&[u8]| unit.first().is_some_and(|byte| (byte >> 1) & 0x3f == 33);
    // With several, the slices would choose.
    if units.filter(|unit| is_sequence(&&***unit)).count() != 1 {
        return Err(unsupported("several sequences in one picture"));
    }
    let info = hevc::probe(&coding.parameter_sets())?;
    Ok(((info.width, info.height), info.bit_depth))
}

pub(super) fn read<'a>(
    bytes: &'a [u8],
    format: Format,
    limits: &Limits,
) -> Result<Container<'a>, ContainerError> {
    if format == Format::Avif {
        return Ok(read_avif(bytes, limits));
    }
    let still = match Still::open(bytes) {
        Ok(still) => still,
        Err(HeifError::Broken(reason)) => {
            return Err(ContainerError::HeaderBroken { format, reason });
        }
        Err(HeifError::Unsupported(coding)) => {
            let mut container = read_avif(bytes, limits);
            container.header.format = format;
            container.header.unusual_coding = Some(coding);
            return Ok(container);
        }
    };
    let mut container = Container::bare(Header {
        bit_depth: still.bit_depth,
        ..Header::new(format, still.width, still.height)
    });
    let fits = |data: &Cow<'_, [u8]>| data.len() <= limits.max_metadata_bytes;
    match still.exif() {
        Ok(exif) if exif.as_ref().is_none_or(fits) => container.exif = exif,
        _ => container.left_aside.push(MetadataKind::Exif),
    }
    match still.xmp() {
        Ok(xmp) if xmp.as_ref().is_none_or(fits) => container.xmp = xmp.into_iter().collect(),
        _ => container.left_aside.push(MetadataKind::Xmp),
    }
    match still.icc().map(Cow::Borrowed) {
        Some(icc) if !fits(&icc) => container.left_aside.push(MetadataKind::Icc),
        icc => container.icc = icc,
    }
    Ok(container)
}

/// As far as to say what it is: the largest picture's size, depth, EXIF. A damaged box ends the search.
fn read_avif<'a>(bytes: &'a [u8], limits: &Limits) -> Container<'a> {
    let mut header = Header::new(Format::Avif, 0, 0);
    header.bit_depth = 0;
    header.colour = ColourModel::Other;
    let meta = first_box(bytes, b"meta").and_then(|body| body.get(4..));
    let properties =
        meta.and_then(|body| first_box(body, b"iprp")).and_then(|body| first_box(body, b"ipco"));
    for (kind, body) in properties.map(boxes).into_iter().flatten() {
        match kind {
            b"ispe" => {
                let (Some(width), Some(height)) = (u32_be(body, 4), u32_be(body, 8)) else {
                    continue;
                };
                let larger = u64::from(width) * u64::from(height) > header.pixels();
                if larger {
                    (header.width, header.height) = (width, height);
                }
            }
            b"pixi" => {
                let channels = u8_at(body, 4).unwrap_or(0);
                header.bit_depth = header.bit_depth.max(u8_at(body, 5).unwrap_or(0));
                header.colour = match (channels, header.colour) {
                    (3, _) => ColourModel::Rgb,
                    (1, ColourModel::Other) => ColourModel::Grey,
                    (_, before) => before,
                };
            }
            _ => {}
        }
    }
    let mut container = Container::bare(header);
    container.exif = marked_exif(bytes, limits.max_metadata_bytes).map(Cow::Borrowed);
    container
}

/// The EXIF item. It is found by its mark, not through `iloc`: extents that overlap could multiply a small file.
fn marked_exif(bytes: &[u8], most: usize) -> Option<&[u8]> {
    let start = [&b"Exif\0\0MM\0*"[..], &b"Exif\0\0II*\0"[..]]
        .iter()
        .find_map(|mark| find(bytes, mark, 0))?
        + 6;
    let end = start.checked_add(most)?.min(bytes.len());
    bytes.get(start..end)
}
fn first_box<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|(kind, _)| *kind == wanted).map(|(_, body)| body)
}

/// The boxes one after another (ISO/IEC 14496-12 §4.2), until one is damaged.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let kind: &[u8; 4] = slice(bytes, at + 4, 4)?.try_into().ok()?;
        let (head, size) = match u32_be(bytes, at)? {
            0 => (8, bytes.len() - at),
            1 => (16, usize::try_from(u64_be(bytes, at + 8)?).ok()?),
            size => (8, size as usize),
        };
        let body = slice(bytes, at + head, size.checked_sub(head)?)?;
        at += size;
        Some((kind, body))
    })
    .take(MOST_BOXES)
}
