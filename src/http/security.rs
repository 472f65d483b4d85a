//! Headers that every answer carries unless its handler set its own.

use actix_web::HttpResponse;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};

/// What pages may load: only what this server serves. No inline script, no inline style; and no text becomes a script or
/// markup, whoever puts it into the page: `kanfang` is the policy of the consoles, which begins their own workers alone.
pub const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
     worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
     require-trusted-types-for 'script'; trusted-types kanfang; frame-ancestors 'none'";

/// Lets pages of `ancestors` (sources of CSP) show the answer in a frame.
pub fn allow_frames(answer: &mut HttpResponse, ancestors: &str) {
    let policy =
        CONTENT_POLICY.replace("frame-ancestors 'none'", &format!("frame-ancestors {ancestors}"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// What a document may do. Means nothing on a picture.
static FOR_DOCUMENTS: [(HeaderName, HeaderValue); 4] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY)),
    (REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=()"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Adds the headers to an answer. A site whose address is `https` asks browsers to stay with it for a year
/// (RFC 6797).
pub fn add_headers<B>(answer: &mut ServiceResponse<B>, is_encrypted: bool) {
    let headers = answer.headers_mut();
    add(headers, &X_CONTENT_TYPE_OPTIONS, || HeaderValue::from_static("nosniff"));
    if is_encrypted {
        add(headers, &STRICT_TRANSPORT_SECURITY, || HeaderValue::from_static("max-age=31536000"));
    }
    let is_raster = headers.get(CONTENT_TYPE).is_some_and(|kind| {
        [&b"image/jpeg"[..], b"image/webp", b"image/png"].contains(&kind.as_bytes())
    });
    if !is_raster {
        for (name, value) in &FOR_DOCUMENTS {
            add(headers, name, || value.clone());
        }
    }
}

fn add(headers: &mut HeaderMap, name: &HeaderName, value: impl FnOnce() -> HeaderValue) {
    if !headers.contains_key(name) {
        headers.insert(name.clone(), value());
    }
}
