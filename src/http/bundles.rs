//! `/assets/…`: the pages' own style sheet and script, and what `viewer/` builds, embedded in the program.
//!
//! What the build also wrote as `<name>.br` goes out compressed (RFC 7932) to browsers that take it.
//! An address with `v`, or with a hash in its name, never changes its bytes and is kept for a year;
//! any other is asked for again each time and answered from its ETag.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderValue, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;

use super::Problem;
use super::immutable::{self, Caching};

/// Files of the pages themselves.
#[derive(rust_embed::RustEmbed)]
#[folder = "src/http/pages/assets"]
struct Own;

/// Files that `npm run build` writes; none while it has not run.
#[derive(rust_embed::RustEmbed)]
#[folder = "viewer/dist"]
#[allow_missing = true]
struct Bundles;

/// How many hexadecimal digits of the hash stand in `v`.
const DIGITS: usize = 16;

/// A worker has the policy of its own answer; this one may run the hash function that it brings along.
const WORKER_POLICY: &str =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/assets/{path:.*}", web::get().to(answer))
        .route("/assets/{path:.*}", web::head().to(answer));
}

fn find(path: &str) -> Option<rust_embed::EmbeddedFile> {
    Own::get(path).or_else(|| Bundles::get(path))
}

/// Whether there is such a file.
pub fn exists(path: &str) -> bool {
    find(path).is_some()
}

/// What is in a file.
pub fn bytes(path: &str) -> Option<Vec<u8>> {
    find(path).map(|file| file.data.into_owned())
}

/// The address of a file as pages link it; without a hash where the bundle was not built.
pub fn address(path: &str) -> String {
    match find(path) {
        Some(file) => format!("/assets/{path}?v={}", &tag_of(&file)[..DIGITS]),
        None => format!("/assets/{path}"),
    }
}

fn tag_of(file: &rust_embed::EmbeddedFile) -> String {
    hex::encode(file.metadata.sha256_hash())
}

async fn answer(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let file = find(&path).ok_or_else(Problem::not_found)?;
    let tag = tag_of(&file);
    let name = path.rsplit('/').next().unwrap_or_default();
    let asked = request.query_string().split('&').find_map(|pair| pair.strip_prefix("v="));
    let fixed = name.starts_with("chunk-") || asked == Some(&tag[..DIGITS]);
    let small = Bundles::get(&format!("{path}.br"));
    let varies = small.is_some();
    let small = small.filter(|_| takes_brotli(&request));
    let is_small = small.is_some();
    let bytes = match small.unwrap_or(file).data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let own_tag = format!("{}{}", &tag[..DIGITS], if is_small { "-br" } else { "" });
    let mut response =
        immutable::answer(&request, bytes, media_type(name), &own_tag, Caching::Public);
    if is_small {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if varies {
        response.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    if !fixed {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    if name.contains(".worker-") {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER_POLICY));
    }
    Ok(response)
}

/// Whether the browser names Brotli without refusing it by `q=0`.
fn takes_brotli(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| {
        accepted.split(',').any(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, "q=1"));
            let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            name.trim() == "br" && refused != Some(0.0)
        })
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_that_was_not_built_still_has_an_address() {
        assert_eq!(address("consoles/none.js"), "/assets/consoles/none.js");
    }

    #[test]
    fn brotli_goes_to_those_who_ask_for_it() {
        let takes = |accepted: &str| {
            let request = actix_web::test::TestRequest::default()
                .insert_header(("Accept-Encoding", accepted))
                .to_http_request();
            takes_brotli(&request)
        };
        assert!(takes("gzip, deflate, br, zstd") && takes("br;q=0.5"));
        assert!(!takes("gzip") && !takes("br;q=0") && !takes("brotli") && !takes(""));
    }

    #[test]
    fn scripts_are_called_scripts() {
        assert_eq!(media_type("chunk-hash.worker-1a2b.js"), "text/javascript; charset=utf-8");
        assert_eq!(media_type("LICENSE"), "application/octet-stream");
    }
}
