//! Names of objects in the store, safe as file names and as S3 keys.

use std::sync::Arc;

use super::BlobError;
use crate::base::Blake3;

/// The name of an object: lower-case words joined by `/`, at most 200 bytes. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

impl Key {
    /// Where an original lies: under its own hash, so that the same bytes are stored once.
    pub fn original(hash: &Blake3) -> Self {
        Self(fanned_out("originals", &hash.to_string(), ""))
    }

    /// Where the small picture of an original lies.
    pub fn thumbnail(hash: &Blake3) -> Self {
        Self(fanned_out("thumbnails", &hash.to_string(), ".jpg"))
    }

    /// Where a video that every browser plays lies: under its own hash.
    pub fn video(hash: &Blake3) -> Self {
        Self(fanned_out("videos", &hash.to_string(), ".mp4"))
    }

    /// Where the map of where the pixels of a stitched panorama come from lies: under its own hash.
    pub fn provenance(hash: &Blake3) -> Self {
        Self(fanned_out("provenance", &hash.to_string(), ".png"))
    }

    /// Where the project of a stitched panorama (poses and lenses) lies: under its own hash.
    pub fn project(hash: &Blake3) -> Self {
        Self(fanned_out("projects", &hash.to_string(), ".pto"))
    }

    /// Where the pack with this id lies (letters, digits and `-`).
    pub fn pack(id: &str) -> Result<Self, BlobError> {
        Self::parse(&format!("packs/{id}.kfpack"))
    }

    /// A name that was stored as text. Refuses anything that could leave the store's folder.
    pub fn parse(text: &str) -> Result<Self, BlobError> {
        let safe = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-".contains(&c);
        let sound = text.len() <= 200
            && text
                .split('/')
                .all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(safe));
        if sound {
            Ok(Self(text.into()))
        } else {
            Err(BlobError::Name(text.chars().take(200).collect()))
        }
    }

    /// The hash that an original's name promises; `None` for other objects.
    pub fn promised_hash(&self) -> Option<Blake3> {
        let rest = self.0.strip_prefix("originals/")?;
        let hash = Blake3::parse(rest.get(3..)?)?;
        (Self::original(&hash) == *self).then_some(hash)
    }

    /// As text, as it is stored in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Two digits of the hash become a folder: no folder grows beyond what file systems like.
fn fanned_out(folder: &str, hash: &str, suffix: &str) -> Arc<str> {
    format!("{folder}/{}/{hash}{suffix}", &hash[..2]).into()
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_original_lies_under_its_hash() {
        let hash = Blake3::of(b"a room");
        let key = Key::original(&hash);
        assert_eq!(key.as_str(), format!("originals/{}/{hash}", &hash.to_string()[..2]));
        assert_eq!(key.promised_hash(), Some(hash));
        assert_eq!(Key::thumbnail(&hash).promised_hash(), None);
    }

    #[test]
    fn names_cannot_leave_the_store() {
        for bad in [
            "",
            "/",
            "a//b",
            "../x",
            "a/../b",
            "a/.hidden",
            "a\\b",
            "A",
            "a b",
            "a\0",
            "a/",
            "/a",
            "é",
            "a#1",
        ] {
            assert!(Key::parse(bad).is_err(), "{bad}");
        }
        assert!(Key::pack("../../etc/passwd").is_err());
        assert!(Key::parse(&"x".repeat(201)).is_err());
        assert_eq!(Key::pack("0197-ab").unwrap().as_str(), "packs/0197-ab.kfpack");
    }
}
