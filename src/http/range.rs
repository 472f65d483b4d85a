//! The `Range` header (RFC 9110 §14): one range of bytes, or all of them.

use std::ops::Range;

use actix_web::http::header::{CONTENT_RANGE, HeaderName, IF_RANGE, RANGE};
use actix_web::{HttpRequest, HttpResponse};

/// What of a representation is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it (200): no range, or one that this server need not understand.
    Whole,
    /// These bytes (206).
    Part(Range<u64>),
    /// Bytes that are not there (416).
    Unsatisfiable,
}

/// What a request asks of a representation of `size` bytes with this tag (in quotes). A range for another version of the
/// bytes is no range (RFC 9110 §13.1.5).
pub fn asked(request: &HttpRequest, tag: &str, size: u64) -> Asked {
    let header =
        |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    parse(header(&RANGE).filter(|_| header(&IF_RANGE).is_none_or(|known| known == tag)), size)
}

/// `Content-Range` of a part.
pub fn content_range(part: &Range<u64>, size: u64) -> (HeaderName, String) {
    (CONTENT_RANGE, format!("bytes {}-{}/{size}", part.start, part.end - 1))
}

/// The answer to a range of bytes that are not there.
pub fn unsatisfiable(size: u64) -> HttpResponse {
    HttpResponse::RangeNotSatisfiable()
        .insert_header((CONTENT_RANGE, format!("bytes */{size}")))
        .finish()
}

/// Reads a `Range` header for a representation of `size` bytes. Several ranges are answered with
/// the whole, which RFC 9110 allows and every client understands.
pub fn parse(header: Option<&str>, size: u64) -> Asked {
    let Some(spec) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
        return Asked::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last && first < size => {
            Asked::Part(first..last.saturating_add(1).min(size))
        }
        (Some(first), None) if last.is_empty() && first < size => Asked::Part(first..size),
        (None, Some(suffix)) if first.is_empty() && suffix > 0 && size > 0 => {
            Asked::Part(size.saturating_sub(suffix)..size)
        }
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(_) | None, Some(_)) if first.is_empty() || number(first).is_some() => {
            Asked::Unsatisfiable
        }
        (Some(_), None) if last.is_empty() => Asked::Unsatisfiable,
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        for (header, expected) in [
            ("bytes=0-499", Asked::Part(0..500)),
            ("bytes=500-", Asked::Part(500..1000)),
            ("bytes=-200", Asked::Part(800..1000)),
            ("bytes=-2000", Asked::Part(0..1000)),
            ("bytes=999-5000", Asked::Part(999..1000)),
            ("bytes=1000-", Asked::Unsatisfiable),
            ("bytes=1000-1001", Asked::Unsatisfiable),
            ("bytes=-0", Asked::Unsatisfiable),
            ("bytes=5-2", Asked::Whole),
            ("bytes=0-1,4-5", Asked::Whole),
            ("bytes=", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("items=0-1", Asked::Whole),
        ] {
            assert_eq!(parse(Some(header), 1000), expected, "{header}");
        }
        assert_eq!(parse(None, 1000), Asked::Whole);
        assert_eq!(parse(Some("bytes=0-99999999999999999999999"), 10), Asked::Part(0..10));
    }

    proptest! {
        #[test]
        fn a_part_lies_within(header in "bytes=[0-9]{0,20}-[0-9]{0,20}", size in 0_u64..10_000) {
            if let Asked::Part(range) = parse(Some(&header), size) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }
    }
}
