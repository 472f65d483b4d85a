//! The part of an address that names a tile: `{level}/{face}{row}_{column}`.

use crate::geometry::cube::Face;

/// One tile of a pyramid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileAddress {
    /// 1 is the smallest level.
    pub level: u32,
    /// One of the six.
    pub face: Face,
    /// From the top, 0 first.
    pub row: u32,
    /// From the left, 0 first.
    pub column: u32,
}

impl TileAddress {
    /// Reads `level` and `name` such as `f0_3` or `f0_3.jpg`; `None` for anything else.
    pub fn parse(level: &str, name: &str) -> Option<Self> {
        let name = name.split_once('.').map_or(name, |(stem, _)| stem);
        let letter = name.chars().next()?;
        let (row, column) = name.get(1..)?.split_once('_')?;
        Some(Self {
            level: number(level)?,
            face: Face::from_letter(letter)?,
            row: number(row)?,
            column: number(column)?,
        })
    }
}

/// Plain decimal digits only: one tile has one address, which caches rely on.
fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 4;
    let number = text.parse().ok()?;
    (plain && (text == "0" || !text.starts_with('0'))).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_has_exactly_one_address() {
        let tile = TileAddress::parse("3", "u1_12").unwrap();
        assert_eq!((tile.level, tile.row, tile.column), (3, 1, 12));
        assert_eq!(TileAddress::parse("3", "u1_12.jpg"), Some(tile));
        for (level, name) in [
            ("03", "u1_12"),
            ("3", "u01_12"),
            ("3", "x1_1"),
            ("3", "u+1_1"),
            ("3", ""),
            ("3", "u1"),
            ("", "u1_1"),
            ("3", "前1_1"),
        ] {
            assert_eq!(TileAddress::parse(level, name), None, "{level}/{name}");
        }
    }
}
