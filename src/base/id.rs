//! Typed identifiers: a tour's id cannot be passed where a listing's is wanted.

use uuid::Uuid;

macro_rules! id_types {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        ///
        /// A UUIDv7 (RFC 9562 §5.7): sortable by time of creation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id with the present time in it.
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// From its hyphenated or plain hexadecimal text; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::parse_str(text).ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

id_types! {
    /// A court or an agency.
    TenantId;
    /// A person with an account.
    UserId;
    /// One signed-in browser.
    SessionId;
    /// An API token of an agency's own tool.
    TokenId;
    /// A seized property in an auction.
    ListingId;
    /// One round (拍次) of a listing.
    RoundId;
    /// A resumable upload.
    UploadId;
    /// An original as somebody uploaded it for one listing.
    AssetId;
    /// A part of a panorama that is hidden.
    MaskId;
    /// A room, or another part of a property, in a shot list.
    RoomId;
    /// Photos that become one panorama.
    PhotoSetId;
    /// A job of the worker.
    JobId;
    /// A tiled panorama.
    PanoramaId;
    /// A scene of a tour.
    SceneId;
    /// A mark in a scene that tells something.
    HotspotId;
    /// One HTTP request, for the log and the problem document.
    RequestId;
}

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 128 random bits as 26 characters of lower-case Crockford base32, for addresses that must not be guessed.
pub fn unguessable() -> String {
    let mut bits = rand::random::<u128>();
    let mut text = [0_u8; 26];
    for character in text.iter_mut().rev() {
        *character = CROCKFORD[(bits & 31) as usize];
        bits >>= 5;
    }
    text.iter().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_parse_what_they_print() {
        let id = ListingId::new();
        assert_eq!(ListingId::parse(&id.to_string()), Some(id));
        assert_eq!(ListingId::parse("../etc"), None);
    }

    #[test]
    fn unguessable_addresses_are_26_safe_characters_and_differ() {
        let (one, other) = (unguessable(), unguessable());
        assert_eq!(one.len(), 26);
        assert!(one.bytes().all(|byte| CROCKFORD.contains(&byte)));
        assert_ne!(one, other);
    }
}
