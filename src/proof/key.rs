//! The keys with which the site signs: Ed25519 (RFC 8032), named by their JWK thumbprint (RFC 7638, RFC 8037).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 64;

/// What separates the key of the receipts from the key of the signatures.
const RECEIPT_PURPOSE: &[u8] = b"kanfang receipt 1";

/// A key cannot be made or read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The system gave no random bytes.
    #[error("no signing key could be made: the system's random generator failed")]
    NotMade,
    /// The bytes are not an Ed25519 key (PKCS#8, RFC 5958).
    #[error("the signing key is damaged; bring it back from a backup")]
    Damaged,
}

/// The secret half. Never shown, never logged.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    pkcs8: Vec<u8>,
}

impl SigningKey {
    /// A new key from the system's random generator.
    pub fn generate() -> Result<Self, KeyError> {
        let pkcs8 =
            Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::NotMade)?;
        Self::from_pkcs8(pkcs8.as_ref())
    }

    /// The key that [`SigningKey::pkcs8`] gave.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Damaged)?;
        Ok(Self { pair, pkcs8: pkcs8.to_vec() })
    }

    /// The secret as it is stored (PKCS#8, RFC 5958).
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The half that everybody may know.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey(bytes)
    }

    /// The signature of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let mut bytes = [0; SIGNATURE_BYTES];
        bytes.copy_from_slice(self.pair.sign(message).as_ref());
        bytes
    }

    /// HMAC-SHA-256 (RFC 2104) of `message` under a key that is derived for receipts alone.
    pub fn receipt_mac(&self, message: &[u8]) -> [u8; 32] {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.pkcs8), RECEIPT_PURPOSE);
        let key = hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&key, message).as_ref());
        bytes
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public().id())
    }
}

/// The half that everybody may know: 32 bytes (RFC 8032).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// From base64url without padding, the `x` of a JWK.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Base64url without padding: the `x` of a JWK.
    pub fn encoded(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The key's name: its JWK thumbprint (RFC 7638 with the members of RFC 8037 §2), 43 characters.
    pub fn id(&self) -> String {
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.encoded());
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes()))
    }

    /// As SubjectPublicKeyInfo in PEM (RFC 8410 §4), which openssl reads.
    pub fn pem(&self) -> String {
        const PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
        let der = [PREFIX.as_slice(), &self.0].concat();
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
    }

    /// Whether `signature` is this key's signature of `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_thumbprint_of_the_standard() {
        // RFC 8037, appendix A.2 and A.3.
        let key = PublicKey::parse("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_signature_holds_for_its_message_and_key_alone() {
        let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        let signature = key.sign(b"what was shown");
        assert!(key.public().verify(b"what was shown", &signature));
        assert!(!key.public().verify(b"what was shown.", &signature));
        assert!(!other.public().verify(b"what was shown", &signature));
        assert!(!key.public().verify(b"what was shown", &signature[..63]));
        let again = SigningKey::from_pkcs8(key.pkcs8()).unwrap();
        assert_eq!(again.sign(b"x"), key.sign(b"x"));
        assert_eq!(again.receipt_mac(b"x"), key.receipt_mac(b"x"));
        assert_ne!(other.receipt_mac(b"x"), key.receipt_mac(b"x"));
        assert_eq!(SigningKey::from_pkcs8(b"nonsense").unwrap_err(), KeyError::Damaged);
    }
}
