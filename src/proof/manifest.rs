//! What the court published, as one signed text: the manifest of a version, and addenda for formats that come later.
//!
//! The text that was signed is kept and given out byte for byte; nobody has to write JSON in one certain way.

use serde::{Deserialize, Serialize};

use super::Digests;
use super::key::{PublicKey, SIGNATURE_BYTES, SigningKey};
use crate::base::{Blake3, Instant, Sha256};
use crate::imaging::pack::PackIndex;

/// What a manifest calls itself.
pub const MANIFEST_FORMAT: &str = "kanfang-manifest";
/// What an addendum calls itself.
pub const ADDENDUM_FORMAT: &str = "kanfang-addendum";

/// One pack of a scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// BLAKE3 over the hashes of all tiles: the root in the pack's index.
    pub pack: Blake3,
    /// Levels of the pyramid.
    pub levels: u32,
    /// Pictures: tiles, stills and the preview.
    pub pictures: usize,
    /// SHA-256 of the head of the digests.
    pub digests: Sha256,
}

impl Part {
    /// What a manifest says of a pack.
    pub fn of(index: &PackIndex, digests: &Digests) -> Self {
        Self {
            pack: index.root,
            levels: index.pyramid.level_count(),
            pictures: digests.count(),
            digests: digests.root(),
        }
    }
}

/// One scene of a published version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneEntry {
    /// The scene.
    pub id: String,
    /// The room's name.
    pub title: String,
    /// Its JPEG pack.
    pub jpeg: Part,
}

/// A photo of hotspots or the picture of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureEntry {
    /// It lies at `/t/{publication}/picture/{id}.jpg`.
    pub id: String,
    /// SHA-256 of the JPEG.
    pub sha256: Sha256,
}

/// A video of hotspots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoEntry {
    /// It lies at `/t/{publication}/video/{id}.mp4`, its still at `….jpg`.
    pub id: String,
    /// SHA-256 of the MP4.
    pub sha256: Sha256,
    /// SHA-256 of the still.
    pub still: Sha256,
}

/// A recording that the guided tour plays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundEntry {
    /// It lies at `/t/{publication}/sound/{id}.m4a`.
    pub id: String,
    /// SHA-256 of the MP4.
    pub sha256: Sha256,
}

/// What the court published as one version of a tour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// [`MANIFEST_FORMAT`].
    pub format: String,
    /// 1.
    pub version: u32,
    /// The listing.
    pub listing: String,
    /// The version's address: `/t/{publication}/…`.
    pub publication: String,
    /// 1, 2, 3 … within the listing.
    pub number: i64,
    /// The listing's title at that time.
    pub title: String,
    /// The court.
    pub court: String,
    /// When it was published.
    pub published_at: Instant,
    /// When this was signed; later only for versions older than signatures.
    pub signed_at: Instant,
    /// BLAKE3 over the pack roots of all scenes.
    pub root: String,
    /// SHA-256 of `tour.json`.
    pub tour: Sha256,
    /// The key that signed.
    pub key: String,
    /// In the order of the tour.
    pub scenes: Vec<SceneEntry>,
    /// Pictures of hotspots and of the plan, sorted by id. Missing in manifests from before they were vouched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Vec<PictureEntry>>,
    /// Videos of hotspots, sorted by id; left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub videos: Vec<VideoEntry>,
    /// Recordings of the guided tour, sorted by id; left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sounds: Vec<SoundEntry>,
}

/// A format of one scene that was made after its version was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Addendum {
    /// [`ADDENDUM_FORMAT`].
    pub format: String,
    /// 1.
    pub version: u32,
    /// The version's address.
    pub publication: String,
    /// SHA-256 of its manifest.
    pub manifest: Sha256,
    /// The scene.
    pub scene: String,
    /// When this was signed.
    pub signed_at: Instant,
    /// The key that signed.
    pub key: String,
    /// Its WebP pack.
    pub webp: Part,
}

/// A text and who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What was signed, byte for byte.
    pub text: String,
    /// Ed25519 over the text.
    pub signature: [u8; SIGNATURE_BYTES],
    /// The key's name.
    pub key: String,
    /// When.
    pub at: Instant,
}

/// A signed text does not hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is not the expected kind of text.
    #[error("this is not a manifest that this program understands: {0}")]
    Unreadable(String),
    /// The key that it names is not among the known ones.
    #[error("it is signed with the key {0}, which is not among the site's keys")]
    UnknownKey(String),
    /// The signature is not that of the key over the text.
    #[error(
        "the signature does not belong to this text: it was changed, or not signed by this key"
    )]
    WrongSignature,
}

/// Signs a value as JSON.
pub fn sign<T: Serialize>(value: &T, key: &SigningKey, at: Instant) -> Signed {
    let text = serde_json::json!(value).to_string();
    let signature = key.sign(text.as_bytes());
    Signed { text, signature, key: key.public().id(), at }
}

/// The name of the key in a signed text, before anything in it is believed.
#[derive(Deserialize)]
struct Named {
    format: String,
    version: u32,
    key: String,
}

/// Checks a signed text and reads it. `keys` are those that are believed.
pub fn open<T: serde::de::DeserializeOwned>(
    text: &[u8],
    signature: &[u8],
    format: &str,
    keys: &[PublicKey],
) -> Result<T, ManifestError> {
    let unreadable = |error: serde_json::Error| ManifestError::Unreadable(error.to_string());
    let named: Named = serde_json::from_slice(text).map_err(unreadable)?;
    if named.format != format || named.version != 1 {
        let found = format!("it calls itself {} {}", named.format, named.version);
        return Err(ManifestError::Unreadable(found));
    }
    let key = keys.iter().find(|key| key.id() == named.key);
    let key = key.ok_or(ManifestError::UnknownKey(named.key))?;
    if !key.verify(text, signature) {
        return Err(ManifestError::WrongSignature);
    }
    serde_json::from_slice(text).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn manifest(key: &SigningKey) -> Manifest {
        Manifest {
            format: MANIFEST_FORMAT.to_owned(),
            version: 1,
            listing: "0190".to_owned(),
            publication: "v".to_owned(),
            number: 1,
            title: "椿树园两居".to_owned(),
            court: "北京市西城区人民法院".to_owned(),
            published_at: Instant::from_millis(1_900_000_000_000),
            signed_at: Instant::from_millis(1_900_000_000_000),
            root: "00".to_owned(),
            tour: Sha256::from_bytes([3; 32]),
            key: key.public().id(),
            scenes: Vec::new(),
            videos: Vec::new(),
            sounds: Vec::new(),
            pictures: Some(vec![PictureEntry {
                id: "0191".to_owned(),
                sha256: Sha256::from_bytes([4; 32]),
            }]),
        }
    }

    #[test]
    fn what_was_signed_is_read_again() {
        let key = SigningKey::generate().unwrap();
        let manifest = manifest(&key);
        let signed = sign(&manifest, &key, manifest.signed_at);
        let keys = [SigningKey::generate().unwrap().public(), key.public()];
        let text = signed.text.as_bytes();
        let read: Manifest = open(text, &signed.signature, MANIFEST_FORMAT, &keys).unwrap();
        assert_eq!(read, manifest);
        let unknown = open::<Manifest>(text, &signed.signature, MANIFEST_FORMAT, &keys[..1]);
        assert_eq!(unknown, Err(ManifestError::UnknownKey(key.public().id())));
        let other = open::<Addendum>(text, &signed.signature, ADDENDUM_FORMAT, &keys);
        assert!(matches!(other, Err(ManifestError::Unreadable(_))));
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_noticed(place in 0..10_000_usize, bit in 0..8_u32) {
            let key = SigningKey::generate().unwrap();
            let signed = sign(&manifest(&key), &key, Instant::from_millis(0));
            let mut all = [signed.text.as_bytes(), &signed.signature].concat();
            let place = place % all.len();
            all[place] ^= 1 << bit;
            let (text, signature) = all.split_at(signed.text.len());
            prop_assert!(open::<Manifest>(text, signature, MANIFEST_FORMAT, &[key.public()]).is_err());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text: Vec<u8>, signature: Vec<u8>) {
            prop_assert!(open::<Manifest>(&text, &signature, MANIFEST_FORMAT, &[]).is_err());
        }
    }
}
