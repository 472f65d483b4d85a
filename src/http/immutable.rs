//! Answers with bytes that never change at their address: ETag, one byte range, long caching.

use std::ops::Range;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;

use super::range::{self, Asked};
use crate::blob::{BlobError, Blobs, Key};

/// How long and by whom an answer may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// Published: any cache, a year.
    Public,
    /// For staff: the browser only, and only while the session lasts.
    Private,
}

/// Answers GET and HEAD for `bytes`, whose strong tag is `tag` (without quotes).
pub fn answer(
    request: &HttpRequest,
    bytes: Bytes,
    content_type: &'static str,
    tag: &str,
    caching: Caching,
) -> HttpResponse {
    match begin(request, bytes.len() as u64, content_type, tag, caching) {
        Begun::Finished(response) => response,
        Begun::Part(mut response, part) => {
            response.body(bytes.slice(part.start as usize..part.end as usize))
        }
    }
}

/// As [`answer`] for an object of `size` bytes that is sent as it is read, for it may be large.
pub async fn stream(
    request: &HttpRequest,
    (blobs, key, size): (&Blobs, &Key, u64),
    content_type: &'static str,
    tag: &str,
    caching: Caching,
) -> Result<HttpResponse, BlobError> {
    match begin(request, size, content_type, tag, caching) {
        Begun::Finished(response) => Ok(response),
        Begun::Part(mut response, part) => {
            let length = part.end - part.start;
            let (_, bytes) = blobs.stream(key, Some(part)).await?;
            Ok(response.body(SizedStream::new(length, bytes)))
        }
    }
}

/// An answer without its body.
enum Begun {
    /// It has none.
    Finished(HttpResponse),
    /// These bytes are its body.
    Part(HttpResponseBuilder, Range<u64>),
}

fn begin(
    request: &HttpRequest,
    length: u64,
    content_type: &'static str,
    tag: &str,
    caching: Caching,
) -> Begun {
    let quoted = format!("\"{tag}\"");
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|tags| matches(tags, &quoted)) {
        return Begun::Finished(headers(HttpResponse::NotModified(), &quoted, caching).finish());
    }
    match range::asked(request, &quoted, length) {
        Asked::Whole => {
            let mut response = headers(HttpResponse::Ok(), &quoted, caching);
            response.insert_header((CONTENT_TYPE, content_type));
            Begun::Part(response, 0..length)
        }
        Asked::Part(part) => {
            let mut response =
                headers(HttpResponseBuilder::new(StatusCode::PARTIAL_CONTENT), &quoted, caching);
            response.insert_header((CONTENT_TYPE, content_type));
            response.insert_header(range::content_range(&part, length));
            Begun::Part(response, part)
        }
        Asked::Unsatisfiable => Begun::Finished(range::unsatisfiable(length)),
    }
}

fn headers(mut response: HttpResponseBuilder, tag: &str, caching: Caching) -> HttpResponseBuilder {
    let control = match caching {
        Caching::Public => "public, max-age=31536000, immutable",
        Caching::Private => "private, no-cache",
    };
    response.insert_header((CACHE_CONTROL, control));
    response.insert_header((ETAG, tag));
    response.insert_header((ACCEPT_RANGES, "bytes"));
    response
}

fn matches(tags: &str, quoted: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == quoted)
}
