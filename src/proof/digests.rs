//! Digests of the pictures of a pack that a browser can check: SHA-256, which WebCrypto has, cut to 128 bit.
//!
//! List 0 holds preview and stills, list k the tiles of level k, each in the order of the pack. The head is the SHA-256
//! of each list, and its own SHA-256 stands in the signed manifest: a viewer loads only the lists of the levels it shows.

use sha2::{Digest, Sha256 as Hasher};

use crate::base::Sha256;
use crate::imaging::ImagingError;
use crate::imaging::pack::PackIndex;

/// Bytes of a picture's digest: SHA-256 cut at 128 bit (NIST SP 800-107 §5.1), against which no second picture can be found.
pub const DIGEST_BYTES: usize = 16;
/// Bytes of a list's hash in the head.
pub const LIST_HASH_BYTES: usize = 32;

/// All digests of one pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// Digests without separators, list 0 first.
    lists: Vec<Vec<u8>>,
}

impl Digests {
    /// Reads and hashes every picture of a whole pack, after checking the pack against its own index.
    pub fn of_pack(index: &PackIndex, pack: &[u8]) -> Result<Self, ImagingError> {
        index.verify(pack)?;
        let part = |span| {
            let outside =
                || ImagingError::DamagedPack { detail: "a picture lies outside of it".to_owned() };
            index.slice(pack, span).map(digest).ok_or_else(outside)
        };
        let mut lists = vec![Vec::new(); index.pyramid.levels.len() + 1];
        for span in std::iter::once(&index.preview).chain(&index.stills) {
            lists[0].extend(part(*span)?);
        }
        for (key, span) in index.pyramid.keys().zip(&index.tiles) {
            lists[key.level as usize].extend(part(*span)?);
        }
        Ok(Self { lists })
    }

    /// SHA-256 of each list, one after the other.
    pub fn head(&self) -> Vec<u8> {
        self.lists.iter().flat_map(Hasher::digest).collect()
    }

    /// What the manifest vouches for: SHA-256 of the head.
    pub fn root(&self) -> Sha256 {
        sha256(&self.head())
    }

    /// The head and one list, as a viewer loads it; `None` if there is no such list.
    pub fn piece(&self, list: usize) -> Option<Vec<u8>> {
        Some([self.head(), self.lists.get(list)?.clone()].concat())
    }

    /// Number of pictures.
    pub fn count(&self) -> usize {
        self.lists.iter().map(|list| list.len() / DIGEST_BYTES).sum()
    }

    /// As text for the database: hexadecimal lists, a line each.
    pub fn to_text(&self) -> String {
        self.lists.iter().map(hex::encode).collect::<Vec<_>>().join("\n")
    }

    /// From [`Digests::to_text`].
    pub fn from_text(text: &str) -> Option<Self> {
        let lists: Option<Vec<Vec<u8>>> =
            text.split('\n').map(|line| hex::decode(line).ok()).collect();
        let lists = lists.filter(|lists| lists.iter().all(|list| list.len() % DIGEST_BYTES == 0));
        lists.map(|lists| Self { lists })
    }
}

/// The list in a piece of a pack with `levels` levels, if it belongs to what the manifest vouches for.
pub fn open_piece<'piece>(
    piece: &'piece [u8],
    levels: usize,
    list: usize,
    root: &Sha256,
) -> Option<&'piece [u8]> {
    let (head, rest) = piece.split_at_checked((levels + 1) * LIST_HASH_BYTES)?;
    let stated = head.get(list * LIST_HASH_BYTES..)?.get(..LIST_HASH_BYTES)?;
    (sha256(head) == *root && sha256(rest).as_bytes() == stated).then_some(rest)
}

/// The digest of one picture.
pub fn digest(picture: &[u8]) -> [u8; DIGEST_BYTES] {
    let whole = Hasher::digest(picture);
    std::array::from_fn(|place| whole[place])
}

/// SHA-256 of bytes in memory.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::from_bytes(Hasher::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digests() -> Digests {
        let list = |count: usize, seed: u8| {
            (0..count).flat_map(|place| digest(&[seed, place as u8])).collect()
        };
        Digests { lists: vec![list(7, 0), list(6, 1), list(24, 2)] }
    }

    #[test]
    fn a_piece_is_opened_only_where_it_belongs() {
        let digests = digests();
        let piece = digests.piece(2).unwrap();
        let opened = open_piece(&piece, 2, 2, &digests.root()).unwrap();
        assert_eq!(opened.len(), 24 * DIGEST_BYTES);
        assert_eq!(open_piece(&piece, 2, 1, &digests.root()), None, "another list's place");
        assert_eq!(open_piece(&piece, 3, 2, &digests.root()), None, "another pyramid");
        assert_eq!(open_piece(&piece[..40], 2, 2, &digests.root()), None);
        assert_eq!(digests.piece(3), None);
        assert_eq!(Digests::from_text(&digests.to_text()), Some(digests));
    }

    proptest! {
        #[test]
        fn any_flipped_bit_of_a_piece_is_noticed(list in 0..3_usize, place in 0..10_000_usize, bit in 0..8_u32) {
            let digests = digests();
            let mut piece = digests.piece(list).unwrap();
            let place = place % piece.len();
            piece[place] ^= 1 << bit;
            prop_assert_eq!(open_piece(&piece, 2, list, &digests.root()), None);
        }
    }
}
