//! Levels and tiles of a cube pyramid (`docs/contract.md`, "Levels and tiles").

use serde::{Deserialize, Serialize};

use super::cube::Face;

/// The sizes of a pyramid: which levels, how many tiles, in which order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pyramid {
    /// Edge of a face at the highest level, pixels.
    pub face: u32,
    /// Edge of a whole tile, pixels.
    pub tile: u32,
    /// Edge of a face at each level, the smallest (level 1) first; each is half the next, rounded up.
    pub levels: Vec<u32>,
}

/// Names one tile of a pyramid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileKey {
    /// 1 for the smallest level.
    pub level: u32,
    /// The face.
    pub face: Face,
    /// Row from the top, 0-based.
    pub row: u32,
    /// Column from the left, 0-based.
    pub column: u32,
}

/// A rectangle of pixels on a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileArea {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Pyramid {
    /// A pyramid over faces of `face` pixels cut into tiles of `tile` pixels, both at least 1.
    pub fn new(face: u32, tile: u32) -> Self {
        let mut levels = vec![face];
        let mut edge = face;
        while edge > tile {
            edge = edge.div_ceil(2);
            levels.push(edge);
        }
        levels.reverse();
        Self { face, tile, levels }
    }

    /// The face edge that keeps the detail of an equirectangular picture of this width: the greatest
    /// multiple of 32 not above width/π (at least 32). At its centre a face pixel then is as wide as a source pixel.
    pub fn face_for_width(width: u32) -> u32 {
        let edge = (f64::from(width) / std::f64::consts::PI) as u32;
        (edge / 32 * 32).max(32)
    }

    /// Number of levels.
    pub fn level_count(&self) -> u32 {
        self.levels.len() as u32
    }

    /// Edge of a face at `level` (1-based); `None` if there is no such level.
    pub fn edge(&self, level: u32) -> Option<u32> {
        let index = level.checked_sub(1)?;
        self.levels.get(index as usize).copied()
    }

    /// Tiles along one edge at `level`; 0 if there is no such level.
    pub fn tiles_across(&self, level: u32) -> u32 {
        self.edge(level).map_or(0, |edge| edge.div_ceil(self.tile))
    }

    /// Number of tiles of all levels and faces.
    pub fn tile_count(&self) -> usize {
        (1..=self.level_count()).map(|level| 6 * (self.tiles_across(level) as usize).pow(2)).sum()
    }

    /// Place of a tile in the order level, face, row, column; `None` if there is no such tile.
    pub fn index_of(&self, key: TileKey) -> Option<usize> {
        let across = self.tiles_across(key.level);
        if key.row >= across || key.column >= across {
            return None;
        }
        let before: usize =
            (1..key.level).map(|level| 6 * (self.tiles_across(level) as usize).pow(2)).sum();
        let across = across as usize;
        Some(before + (key.face.index() * across + key.row as usize) * across + key.column as usize)
    }

    /// All tiles in order.
    pub fn keys(&self) -> impl Iterator<Item = TileKey> + '_ {
        (1..=self.level_count()).flat_map(move |level| {
            let across = self.tiles_across(level);
            Face::ALL.into_iter().flat_map(move |face| {
                (0..across).flat_map(move |row| {
                    (0..across).map(move |column| TileKey { level, face, row, column })
                })
            })
        })
    }

    /// The pixels of a tile; `None` if there is no such tile.
    pub fn area(&self, key: TileKey) -> Option<TileArea> {
        self.index_of(key)?;
        let edge = self.edge(key.level)?;
        let (left, top) = (key.column * self.tile, key.row * self.tile);
        Some(TileArea {
            left,
            top,
            width: self.tile.min(edge - left),
            height: self.tile.min(edge - top),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_sizes() {
        assert_eq!(Pyramid::face_for_width(8192), 2592);
        let pyramid = Pyramid::new(2592, 512);
        assert_eq!(pyramid.levels, [324, 648, 1296, 2592]);
        assert_eq!(pyramid.tile_count(), 6 * (1 + 4 + 9 + 36));
        assert_eq!(Pyramid::new(512, 512).levels, [512]);
    }

    proptest! {
        #[test]
        fn keys_and_indices_agree(face in 1..3000_u32, tile in 64..1024_u32) {
            let pyramid = Pyramid::new(face, tile);
            for (index, key) in pyramid.keys().enumerate() {
                prop_assert_eq!(pyramid.index_of(key), Some(index));
            }
            prop_assert_eq!(pyramid.keys().count(), pyramid.tile_count());
            prop_assert!(pyramid.levels[0] <= tile);
        }

        #[test]
        fn tiles_cover_a_face_once(face in 1..3000_u32, tile in 64..1024_u32) {
            let pyramid = Pyramid::new(face, tile);
            let level = pyramid.level_count();
            let pixels: u64 = pyramid
                .keys()
                .filter(|key| key.level == level && key.face == Face::Up)
                .filter_map(|key| pyramid.area(key))
                .map(|area| u64::from(area.width) * u64::from(area.height))
                .sum();
            prop_assert_eq!(pixels, u64::from(face) * u64::from(face));
        }
    }
}
