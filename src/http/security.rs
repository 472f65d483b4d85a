//! Headers that every answer carries unless its handler set its own.

use actix_web::middleware::DefaultHeaders;

/// What pages may load: only what this server serves. No inline script, no inline style.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; \
     worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// The middleware that adds them. A site whose address is `https` asks browsers to stay with it for a year
/// (RFC 6797).
pub fn headers(is_encrypted: bool) -> DefaultHeaders {
    let headers = if is_encrypted {
        DefaultHeaders::new().add(("Strict-Transport-Security", "max-age=31536000"))
    } else {
        DefaultHeaders::new()
    };
    headers
        .add(("Content-Security-Policy", CONTENT_SECURITY_POLICY))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "strict-origin-when-cross-origin"))
        .add(("Permissions-Policy", "camera=(), microphone=(), geolocation=()"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
}
