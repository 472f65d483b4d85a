//! The pack: one object that holds all tiles of a panorama (`docs/contract.md`, "Pack").
//!
//! Little-endian: magic, u32 length of the index, the index as JSON, then preview, stills and tiles.
//! The writer is deterministic. The reader trusts nothing: every range is checked against the length.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::error::ImagingError;
use super::mask::places;
use super::recipe::{TileFormat, TileRecipe};
use crate::base::Blake3;
use crate::geometry::{Face, Pyramid, TileKey};

/// The first eight bytes of every pack.
pub const MAGIC: &[u8; 8] = b"KFPACK1\n";

/// Bytes before the index: magic and length.
pub const PREFIX_BYTES: usize = 12;

/// Longest index that a reader accepts, bytes. 16384-px faces in 64-px tiles stay below it.
pub const MAX_INDEX_BYTES: usize = 64 << 20;

/// Offset (from the end of the index) and length of one part of a pack.
pub type Span = (u64, u32);

/// Which part of the sphere the picture shows, in degrees; outside there is only neutral grey.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// From, to; [−180, 180] when all around.
    pub yaw: [f64; 2],
    /// Lowest, highest; [−90, 90] from pole to pole.
    pub pitch: [f64; 2],
}

impl Coverage {
    /// The whole sphere.
    pub const FULL: Self = Self { yaw: [-180.0, 180.0], pitch: [-90.0, 90.0] };
}

/// The index at the head of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackIndex {
    /// Format of the tiles.
    pub format: TileFormat,
    /// Sizes.
    #[serde(flatten)]
    pub pyramid: Pyramid,
    /// The six-face preview strip (JPEG).
    pub preview: Span,
    /// The six stills (JPEG) in face order, or none.
    pub stills: Vec<Span>,
    /// The tiles in the order of [`Pyramid::keys`].
    pub tiles: Vec<Span>,
    /// BLAKE3 of each tile in the same order, hexadecimal, without separators.
    pub hashes: String,
    /// BLAKE3 of the raw hashes in the same order.
    pub root: Blake3,
    /// How the tiles were made.
    pub recipe: TileRecipe,
    /// Which part of the sphere is shown.
    pub coverage: Coverage,
    /// Where the parts begin in the pack: set by [`PackIndex::parse`].
    #[serde(skip)]
    data_start: u64,
}

impl PackIndex {
    /// What a tour's document says of the panorama, without addresses: sizes, the part that it shows, and where masks hide
    /// something (middle and reach, not the outline).
    pub fn described(&self) -> serde_json::Value {
        let mut described = serde_json::json!({
            "face": self.pyramid.face,
            "tile": self.pyramid.tile,
            "levels": self.pyramid.levels,
            "coverage": self.coverage,
        });
        let masked = self.masked();
        if !masked.is_empty() {
            described["masked"] = serde_json::json!(masked);
        }
        described
    }

    /// Where masks hide something: yaw and pitch of the middle and reach, degrees.
    pub fn masked(&self) -> Vec<[f64; 3]> {
        places(&self.recipe.masks)
    }

    /// Bytes that must be read from the start of a pack so that [`PackIndex::parse`] succeeds,
    /// from its first [`PREFIX_BYTES`] bytes.
    pub fn length_needed(prefix: &[u8]) -> Result<usize, ImagingError> {
        let damaged = |detail: &str| ImagingError::DamagedPack { detail: detail.to_owned() };
        let prefix = prefix
            .get(..PREFIX_BYTES)
            .ok_or_else(|| damaged("it is shorter than its own prefix"))?;
        let (magic, length) = prefix.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(damaged("it does not begin with the mark of a pack"));
        }
        let length = length.iter().rev().fold(0_usize, |sum, &byte| (sum << 8) | usize::from(byte));
        if length > MAX_INDEX_BYTES {
            return Err(damaged("its index is longer than allowed"));
        }
        Ok(PREFIX_BYTES + length)
    }

    /// Reads the index from the beginning of a pack (the rest of the pack may follow or not).
    pub fn parse(bytes: &[u8]) -> Result<Self, ImagingError> {
        let damaged = |detail: String| ImagingError::DamagedPack { detail };
        let end = Self::length_needed(bytes)?;
        let json = bytes
            .get(PREFIX_BYTES..end)
            .ok_or_else(|| damaged("its index breaks off".to_owned()))?;
        let mut index: Self =
            serde_json::from_slice(json).map_err(|error| damaged(format!("its index: {error}")))?;
        let Pyramid { face, tile, .. } = index.pyramid;
        let sizes_allowed = (1..=65_536).contains(&face) && (16..=65_536).contains(&tile);
        if !sizes_allowed || index.pyramid != Pyramid::new(face, tile) {
            return Err(damaged("its levels do not fit its face and tile sizes".to_owned()));
        }
        if index.tiles.len() != index.pyramid.tile_count()
            || index.hashes.len() != index.tiles.len() * 64
        {
            return Err(damaged("it names too few or too many tiles".to_owned()));
        }
        index.data_start = end as u64;
        Ok(index)
    }

    /// Byte range in the pack (start, length) of a tile; `None` if there is no such tile.
    pub fn find(&self, level: u32, face: Face, row: u32, column: u32) -> Option<(u64, u32)> {
        let index = self.pyramid.index_of(TileKey { level, face, row, column })?;
        self.tiles.get(index).map(|&span| self.absolute(span))
    }

    /// Byte range in the pack of the preview strip.
    pub fn find_preview(&self) -> (u64, u32) {
        self.absolute(self.preview)
    }

    /// Byte range in the pack of a face's still, if stills were made.
    pub fn find_still(&self, face: Face) -> Option<(u64, u32)> {
        self.stills.get(face.index()).map(|&span| self.absolute(span))
    }

    /// BLAKE3 that the tile with this place in the order must have.
    pub fn hash_of(&self, index: usize) -> Option<Blake3> {
        Blake3::parse(self.hashes.get(index * 64..index * 64 + 64)?)
    }

    /// Length of the whole pack in bytes.
    pub fn total_bytes(&self) -> u64 {
        std::iter::once(&self.preview)
            .chain(&self.stills)
            .chain(&self.tiles)
            .map(|&(offset, length)| {
                self.data_start.saturating_add(offset).saturating_add(u64::from(length))
            })
            .max()
            .unwrap_or(self.data_start)
    }

    /// Checks every tile of a whole pack against its hash, and the root: what `fsck --deep` does.
    pub fn verify(&self, pack: &[u8]) -> Result<(), ImagingError> {
        let damaged = |detail: String| ImagingError::DamagedPack { detail };
        let mut root = blake3::Hasher::new();
        for (index, key) in self.pyramid.keys().enumerate() {
            let name =
                format!("tile {}/{}{}_{}", key.level, key.face.letter(), key.row, key.column);
            let bytes = self.tiles.get(index).and_then(|&span| self.slice(pack, span));
            let bytes = bytes.ok_or_else(|| damaged(format!("{name} lies outside of it")))?;
            let hash = Blake3::of(bytes);
            if self.hash_of(index) != Some(hash) {
                return Err(damaged(format!("{name} has another hash than stated")));
            }
            root.update(hash.as_bytes());
        }
        if Blake3::from_bytes(*root.finalize().as_bytes()) != self.root {
            return Err(damaged("the hashes do not give the stated root".to_owned()));
        }
        Ok(())
    }

    /// The bytes of a span in a whole pack.
    pub fn slice<'pack>(&self, pack: &'pack [u8], span: Span) -> Option<&'pack [u8]> {
        let start = usize::try_from(self.data_start.checked_add(span.0)?).ok()?;
        pack.get(start..start.checked_add(span.1 as usize)?)
    }

    fn absolute(&self, (offset, length): Span) -> (u64, u32) {
        (self.data_start.saturating_add(offset), length)
    }
}

/// The encoded parts of a panorama, ready to be written as a pack.
#[derive(Clone, Debug)]
pub struct PackParts {
    /// Sizes.
    pub pyramid: Pyramid,
    /// Six-face strip, JPEG.
    pub preview: Vec<u8>,
    /// Six stills or none, JPEG.
    pub stills: Vec<Vec<u8>>,
    /// All tiles in the order of [`Pyramid::keys`].
    pub tiles: Vec<Vec<u8>>,
    /// How they were made.
    pub recipe: TileRecipe,
    /// Which part of the sphere they show.
    pub coverage: Coverage,
}

/// Writes a pack and returns its index. The same parts give the same bytes.
pub fn write(parts: &PackParts, out: &mut dyn Write) -> Result<PackIndex, ImagingError> {
    let mut offset = 0_u64;
    let mut place = |bytes: &Vec<u8>| -> Result<Span, ImagingError> {
        let length = u32::try_from(bytes.len()).map_err(|_| ImagingError::Encoding {
            detail: "a part of the pack is 4 GiB or longer".to_owned(),
        })?;
        let span = (offset, length);
        offset += u64::from(length);
        Ok(span)
    };
    let preview = place(&parts.preview)?;
    let stills = parts.stills.iter().map(&mut place).collect::<Result<Vec<_>, _>>()?;
    let tiles = parts.tiles.iter().map(&mut place).collect::<Result<Vec<_>, _>>()?;
    let mut root = blake3::Hasher::new();
    let mut hashes = String::with_capacity(tiles.len() * 64);
    for tile in &parts.tiles {
        let hash = Blake3::of(tile);
        root.update(hash.as_bytes());
        hashes.push_str(&hash.to_string());
    }
    let mut index = PackIndex {
        format: parts.recipe.format,
        pyramid: parts.pyramid.clone(),
        preview,
        stills,
        tiles,
        hashes,
        root: Blake3::from_bytes(*root.finalize().as_bytes()),
        recipe: parts.recipe.clone(),
        coverage: parts.coverage,
        data_start: 0,
    };
    let json = serde_json::to_vec(&index)
        .map_err(|error| ImagingError::Encoding { detail: error.to_string() })?;
    let length = u32::try_from(json.len()).map_err(|_| ImagingError::Encoding {
        detail: "the index of the pack is too long".to_owned(),
    })?;
    out.write_all(MAGIC)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&json)?;
    out.write_all(&parts.preview)?;
    for part in parts.stills.iter().chain(&parts.tiles) {
        out.write_all(part)?;
    }
    index.data_start = (PREFIX_BYTES + json.len()) as u64;
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts() -> PackParts {
        let pyramid = Pyramid::new(200, 64);
        let tiles = (0..pyramid.tile_count()).map(|n| vec![n as u8; n % 7 + 1]).collect();
        PackParts {
            pyramid,
            preview: b"preview".to_vec(),
            stills: (0..6).map(|n| vec![n; 3]).collect(),
            tiles,
            recipe: TileRecipe::default(),
            coverage: Coverage::FULL,
        }
    }

    fn packed() -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&parts(), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_written_is_found() {
        let (parts, bytes) = (parts(), packed());
        let index = PackIndex::parse(&bytes).unwrap();
        for (tile, key) in parts.tiles.iter().zip(parts.pyramid.keys()) {
            let (start, length) = index.find(key.level, key.face, key.row, key.column).unwrap();
            assert_eq!(&bytes[start as usize..][..length as usize], tile);
        }
        let (start, length) = index.find_still(Face::Down).unwrap();
        assert_eq!(&bytes[start as usize..][..length as usize], [5, 5, 5]);
        assert_eq!(index.total_bytes(), bytes.len() as u64);
        assert_eq!(index.find(1, Face::Front, 9, 0), None);
        assert_eq!(index.find(0, Face::Front, 0, 0), None);
        index.verify(&bytes).unwrap();
    }

    #[test]
    fn a_flipped_bit_in_a_tile_is_noticed() {
        let mut bytes = packed();
        let index = PackIndex::parse(&bytes).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(index.verify(&bytes).is_err());
        assert!(index.verify(&bytes[..last]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(mut bytes in Just(packed()), place in 0..4000_usize, value: u8, cut in 0..6000_usize) {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = value;
            }
            bytes.truncate(cut);
            if let Ok(index) = PackIndex::parse(&bytes) {
                let _ = index.verify(&bytes);
                let _ = index.total_bytes();
            }
        }
    }
}
