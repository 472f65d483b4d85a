//! Answers with bytes that never change at their address: ETag, one byte range, long caching.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH,
    IF_RANGE, RANGE,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;

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
    let quoted = format!("\"{tag}\"");
    let header =
        |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header(&IF_NONE_MATCH).is_some_and(|tags| matches(tags, &quoted)) {
        return headers(HttpResponse::NotModified(), &quoted, caching).finish();
    }
    let length = bytes.len() as u64;
    // A range for another version of the bytes is no range (RFC 9110 §13.1.5).
    let range = header(&RANGE).filter(|_| header(&IF_RANGE).is_none_or(|tag| tag == quoted));
    match range.map_or(Wanted::Everything, |range| parse_range(range, length)) {
        Wanted::Everything => {
            let mut response = headers(HttpResponse::Ok(), &quoted, caching);
            response.insert_header((CONTENT_TYPE, content_type)).body(bytes)
        }
        Wanted::Part(first, last) => {
            let mut response =
                headers(HttpResponseBuilder::new(StatusCode::PARTIAL_CONTENT), &quoted, caching);
            response.insert_header((CONTENT_TYPE, content_type));
            response.insert_header((CONTENT_RANGE, format!("bytes {first}-{last}/{length}")));
            response.body(bytes.slice(first as usize..=last as usize))
        }
        Wanted::Nothing => HttpResponse::RangeNotSatisfiable()
            .insert_header((CONTENT_RANGE, format!("bytes */{length}")))
            .finish(),
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

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Everything,
    Part(u64, u64),
    Nothing,
}

/// One range of RFC 9110 §14.1.2; what is not understood, or asks for several, gets everything.
fn parse_range(header: &str, length: u64) -> Wanted {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Wanted::Everything;
    };
    let (first, last) = (first.trim(), last.trim());
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), _) if first >= length => Wanted::Nothing,
        (Ok(first), Ok(last)) if first <= last => Wanted::Part(first, last.min(length - 1)),
        (Ok(first), Err(_)) if last.is_empty() => Wanted::Part(first, length - 1),
        (Err(_), Ok(0)) if first.is_empty() => Wanted::Nothing,
        (Err(_), Ok(_)) if first.is_empty() && length == 0 => Wanted::Nothing,
        (Err(_), Ok(suffix)) if first.is_empty() => {
            Wanted::Part(length.saturating_sub(suffix), length - 1)
        }
        _ => Wanted::Everything,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_rfc_9110() {
        for (header, wanted) in [
            ("bytes=0-9", Wanted::Part(0, 9)),
            ("bytes=90-", Wanted::Part(90, 99)),
            ("bytes=-10", Wanted::Part(90, 99)),
            ("bytes=-1000", Wanted::Part(0, 99)),
            ("bytes=50-1000", Wanted::Part(50, 99)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=9-0", Wanted::Everything),
            ("bytes=0-1,5-6", Wanted::Everything),
            ("lines=0-1", Wanted::Everything),
        ] {
            assert_eq!(parse_range(header, 100), wanted, "{header}");
        }
        assert_eq!(parse_range("bytes=-5", 0), Wanted::Nothing);
        assert_eq!(parse_range("bytes=0-", 0), Wanted::Nothing);
    }
}
