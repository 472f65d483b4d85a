//! Passwords: Argon2id (RFC 9106) in PHC string form. Slow on purpose; never on an async thread.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};

/// Hash of a password that nobody has, so that an unknown login takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&crate::base::id::unguessable()));

/// Hashes a password with the crate's defaults (Argon2id, 19 MiB, 2 passes: OWASP's minimum).
pub fn hash(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .unwrap_or_default()
}

/// Whether `password` belongs to the stored hash. Takes its time also where there is none.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let hash = stored.unwrap_or(&NOBODY);
    let right = PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    right && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let stored = hash("看房 correct horse");
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("看房 correct horse", Some(&stored)));
        assert!(!verify("看房 correct horsf", Some(&stored)));
        assert!(!verify("", None));
        assert!(!verify("", Some("")));
    }
}
