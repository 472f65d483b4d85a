//! Secrets that callers carry: only their hashes are stored.

use sha2::{Digest, Sha256};

/// SHA-256 of a secret, in hexadecimal. The secrets have 128 random bits, so a fast hash is enough.
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Whether two secrets are alike, in a time that does not depend on where they differ.
pub fn alike(one: &str, other: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(one.as_bytes(), other.as_bytes()).into()
}
