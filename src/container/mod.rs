//! What a picture file says about itself, read from its bytes: format, size, depth, EXIF, XMP, ICC.
//!
//! Sans-IO parsers and writers: bytes in, values out. They decode no pixels, reserve no memory that a header
//! merely promises, and end for every input. They know nothing of journeys, databases or people.

pub mod apple;
mod bytes;
pub mod error;
pub mod exif;
pub mod file_name;
pub mod format;
pub mod gimbal;
pub mod gpano;
pub mod heif;
pub mod icc;
mod ifd;
mod inflate;
pub mod jpeg;
mod png;
pub mod raw;
mod tiff;
mod webp;
pub mod xmp;

use std::borrow::Cow;

use crate::base::Limits;

pub use error::ContainerError;
pub use format::Format;

/// How the samples of a pixel are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourModel {
    /// One channel of lightness.
    Grey,
    /// Lightness and opacity.
    GreyAlpha,
    /// Red, green, blue (in a JPEG usually stored as YCbCr).
    Rgb,
    /// Red, green, blue and opacity.
    Rgba,
    /// An index into a table of colours.
    Palette,
    /// Printing inks: cyan, magenta, yellow, black.
    Cmyk,
    /// Something else, or not said.
    Other,
}

/// The facts that a decoder needs before it starts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Header {
    /// What the bytes are, whatever the file's name says.
    pub format: Format,
    /// Stored width in pixels, before the EXIF orientation; 0 where a format is recognised but not read.
    pub width: u32,
    /// Stored height in pixels; 0 where a format is recognised but not read.
    pub height: u32,
    /// Bits of one sample (8, 10, 12, 16, 32); 0 if not said.
    pub bit_depth: u8,
    /// How the samples are to be understood.
    pub colour: ColourModel,
    /// Several passes from coarse to fine (progressive JPEG, interlaced PNG).
    pub progressive: bool,
    /// Passes over the picture (SOS segments of a JPEG); 1 for other formats.
    pub scans: u32,
    /// A coding that our decoders do not read, by its name (`lossless`, `arithmetic`, `12-bit`, …).
    pub unusual_coding: Option<String>,
    /// More than one picture that belongs together in time (animation).
    pub animated: bool,
    /// The file's own end mark was reached.
    pub complete: bool,
    /// Bytes after the end mark: a motion photo, a gain map, or something smuggled in.
    pub trailing_bytes: u64,
}

impl Header {
    /// A header with the usual values, to be filled in by who knows more.
    pub fn new(format: Format, width: u32, height: u32) -> Self {
        Self {
            format,
            width,
            height,
            bit_depth: 8,
            colour: ColourModel::Rgb,
            progressive: false,
            scans: 1,
            unusual_coding: None,
            animated: false,
            complete: true,
            trailing_bytes: 0,
        }
    }

    /// Width × height.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// A kind of metadata in a picture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MetadataKind {
    /// Camera data (CIPA DC-008).
    Exif,
    /// Adobe's RDF packet (ISO 16684-1).
    Xmp,
    /// A colour profile (ICC.1).
    Icc,
}

/// A header and the metadata blocks beside it, not yet parsed.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    /// The facts from the header.
    pub header: Header,
    /// The TIFF structure of EXIF, without the `Exif\0\0` in front.
    pub exif: Option<Cow<'a, [u8]>>,
    /// XMP packets: the main one, then the assembled extended one.
    pub xmp: Vec<Cow<'a, [u8]>>,
    /// The ICC profile.
    pub icc: Option<Cow<'a, [u8]>>,
    /// Blocks that are there but were left aside: above [`Limits::max_metadata_bytes`] or damaged.
    pub left_aside: Vec<MetadataKind>,
}

impl Container<'_> {
    /// What EXIF says, if it can be read. In HEIF the orientation is left out: the container itself says how the picture
    /// is turned, decoding does so, and EXIF repeats it.
    pub fn exif_facts(&self) -> Option<(exif::ExifFacts, exif::PrivateFacts)> {
        let (mut facts, private) = exif::read(self.exif.as_deref()?)?;
        if self.header.format == Format::Heif {
            facts.orientation = None;
        }
        Some((facts, private))
    }

    fn bare(header: Header) -> Self {
        Self { header, exif: None, xmp: Vec::new(), icc: None, left_aside: Vec::new() }
    }
}

/// Reads header and metadata blocks of the picture in `bytes`.
///
/// Costs one pass over the file at most and no more memory than [`Limits::max_metadata_bytes`] a block.
/// Metadata that breaks a rule is left aside; a header that does is an error.
pub fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, ContainerError> {
    if bytes.is_empty() {
        return Err(ContainerError::Empty);
    }
    let format = Format::sniff(bytes);
    match format {
        Format::Jpeg => jpeg::read(bytes, limits),
        Format::Png => png::read(bytes, limits),
        Format::WebP => webp::read(bytes, limits),
        Format::Tiff | Format::CameraRaw => match raw::look(bytes) {
            raw::Found::Other if format == Format::Tiff => tiff::read(bytes, limits),
            found => Ok(raw::read(bytes, &found, limits)),
        },
        Format::Heif | Format::Avif => heif::read(bytes, format, limits),
        other if other.is_media() => Ok(Container::bare(Header {
            bit_depth: 0,
            colour: ColourModel::Other,
            ..Header::new(other, 0, 0)
        })),
        other => Err(ContainerError::NotAPicture { looks_like: other }),
    }
}
