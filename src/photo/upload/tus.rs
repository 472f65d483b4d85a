//! The headers of tus 1.0.0 (<https://tus.io/protocols/resumable-upload>), read and judged.
//!
//! Pure text in, values out: no network, no storage, so that every wrong header can be tried.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Digest as _;

use crate::base::id::UploadId;
use crate::base::{ErrorKind, Fault};

/// The version that we speak.
pub const VERSION: &str = "1.0.0";
/// The extensions that we speak.
pub const EXTENSIONS: &str = "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation";
/// The checksum algorithms that we know.
pub const CHECKSUMS: &str = "sha1,sha256,blake3";
/// The media type of upload bodies.
pub const BODY_TYPE: &str = "application/offset+octet-stream";

const MAX_METADATA: usize = 16 << 10;
const MAX_PARTS: usize = 64;

/// A header is missing or wrong.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Another protocol version.
    #[error(
        "the request speaks tus version '{0}', this server speaks {VERSION}; send Tus-Resumable: {VERSION}"
    )]
    Version(String),
    /// A body of another type.
    #[error("the body is '{0}'; a chunk must be sent as {BODY_TYPE}")]
    BodyType(String),
    /// A header that cannot be read.
    #[error("the header {header} is not right: {reason}")]
    Malformed {
        /// The header.
        header: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl HeaderError {
    fn new(header: &'static str, reason: impl Into<String>) -> Self {
        Self::Malformed { header, reason: reason.into() }
    }
}

impl Fault for HeaderError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Version(_) => ErrorKind::PreconditionFailed,
            Self::BodyType(_) => ErrorKind::Unsupported,
            Self::Malformed { .. } => ErrorKind::Invalid,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Version(_) => "tus-version",
            Self::BodyType(_) => "tus-body-type",
            Self::Malformed { .. } => "tus-header",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Version(given) | Self::BodyType(given) => vec![("given", given.clone())],
            Self::Malformed { header, reason } => {
                vec![("header", (*header).to_owned()), ("reason", reason.clone())]
            }
        }
    }
}

/// A header that must be there is not.
pub fn missing(header: &'static str) -> HeaderError {
    HeaderError::new(header, "it is missing")
}

/// Accepts only our version.
pub fn check_version(header: Option<&str>) -> Result<(), HeaderError> {
    match header {
        Some(VERSION) => Ok(()),
        other => Err(HeaderError::Version(shortened(other.unwrap_or_default()))),
    }
}

/// Accepts only bodies that say what they are.
pub fn check_body_type(header: Option<&str>) -> Result<(), HeaderError> {
    let given = header.unwrap_or_default();
    let plain = given.split(';').next().unwrap_or_default().trim();
    if plain.eq_ignore_ascii_case(BODY_TYPE) {
        Ok(())
    } else {
        Err(HeaderError::BodyType(shortened(given)))
    }
}

/// A byte count: decimal digits only, at most what a signed 64-bit number holds.
pub fn byte_count(header: &'static str, value: Option<&str>) -> Result<Option<u64>, HeaderError> {
    let Some(value) = value else { return Ok(None) };
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse::<i64>() {
        Ok(number) if digits => Ok(Some(number.unsigned_abs())),
        _ => Err(HeaderError::new(header, format!("'{}' is no number of bytes", shortened(value)))),
    }
}

/// `Upload-Length` or `Upload-Defer-Length: 1`, exactly one of them. `None` means deferred.
pub fn length_or_deferred(
    length: Option<&str>,
    deferred: Option<&str>,
) -> Result<Option<u64>, HeaderError> {
    match (byte_count("Upload-Length", length)?, deferred) {
        (Some(length), None) => Ok(Some(length)),
        (None, Some("1")) => Ok(None),
        (None, Some(other)) => {
            Err(HeaderError::new("Upload-Defer-Length", format!("'{}' is not 1", shortened(other))))
        }
        (Some(_), Some(_)) => Err(HeaderError::new(
            "Upload-Defer-Length",
            "an upload has a length or defers it, not both",
        )),
        (None, None) => Err(missing("Upload-Length")),
    }
}

/// What the client says of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, Vec<u8>)>);

impl Metadata {
    /// Reads `key base64,key base64,key`; keys must differ, values may be missing.
    pub fn parse(header: Option<&str>) -> Result<Self, HeaderError> {
        let fail = |reason: String| HeaderError::new("Upload-Metadata", reason);
        let header = header.unwrap_or_default();
        if header.len() > MAX_METADATA {
            return Err(fail(format!("it is longer than {MAX_METADATA} bytes")));
        }
        let mut pairs: Vec<(String, Vec<u8>)> = Vec::new();
        if header.trim().is_empty() {
            return Ok(Self(pairs));
        }
        for pair in header.split(',') {
            let mut words = pair.split_ascii_whitespace();
            let key = words.next().ok_or_else(|| fail("a key is empty".to_owned()))?;
            let value = words.next().unwrap_or_default();
            if words.next().is_some() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(fail(format!("'{}' is no pair of key and base64", shortened(pair))));
            }
            let value = STANDARD
                .decode(value)
                .map_err(|_| fail(format!("the value of '{}' is no base64", shortened(key))))?;
            if pairs.iter().any(|(known, _)| known == key) {
                return Err(fail(format!("the key '{}' is there twice", shortened(key))));
            }
            pairs.push((key.to_owned(), value));
        }
        Ok(Self(pairs))
    }

    /// A value as text; `None` where it is missing. Bytes that are no UTF-8 are an error.
    pub fn text(&self, key: &str) -> Result<Option<String>, HeaderError> {
        let Some((_, value)) = self.0.iter().find(|(known, _)| known == key) else {
            return Ok(None);
        };
        match String::from_utf8(value.clone()) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(HeaderError::new(
                "Upload-Metadata",
                format!("the value of '{key}' is no UTF-8"),
            )),
        }
    }
}

/// How a chunk is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    algorithm: Algorithm,
    expected: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
    Blake3,
}

impl Checksum {
    /// Reads `Upload-Checksum: <algorithm> <base64 of the digest>`.
    pub fn parse(header: Option<&str>) -> Result<Option<Self>, HeaderError> {
        let Some(header) = header else { return Ok(None) };
        let fail = |reason: String| HeaderError::new("Upload-Checksum", reason);
        let (name, digest) = header
            .trim()
            .split_once(' ')
            .ok_or_else(|| fail("it is not '<algorithm> <base64>'".to_owned()))?;
        let (algorithm, length) = match name {
            "sha1" => (Algorithm::Sha1, 20),
            "sha256" => (Algorithm::Sha256, 32),
            "blake3" => (Algorithm::Blake3, 32),
            other => {
                let other = shortened(other);
                return Err(fail(format!("the algorithm '{other}' is none of {CHECKSUMS}")));
            }
        };
        let expected = STANDARD.decode(digest.trim()).map_err(|_| fail("no base64".to_owned()))?;
        if expected.len() != length {
            return Err(fail(format!(
                "a {name} digest has {length} bytes, not {}",
                expected.len()
            )));
        }
        Ok(Some(Self { algorithm, expected }))
    }

    /// Begins to check bytes against this checksum.
    pub fn start(&self) -> Checker {
        let state = match self.algorithm {
            Algorithm::Sha1 => State::Sha1(sha1::Sha1::new()),
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::default()),
            Algorithm::Blake3 => State::Blake3(Box::new(blake3::Hasher::new())),
        };
        Checker { state, expected: self.expected.clone() }
    }
}

/// Takes in the bytes of a chunk and judges them at the end.
#[derive(Debug)]
pub struct Checker {
    state: State,
    expected: Vec<u8>,
}

#[derive(Debug)]
enum State {
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
    Blake3(Box<blake3::Hasher>),
}

impl Checker {
    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Sha1(digest) => digest.update(bytes),
            State::Sha256(digest) => sha2::Digest::update(digest, bytes),
            State::Blake3(hasher) => {
                hasher.update(bytes);
            }
        }
    }

    /// Whether the bytes are the ones that were announced.
    pub fn agrees(self) -> bool {
        let digest = match self.state {
            State::Sha1(digest) => digest.finalize().to_vec(),
            State::Sha256(digest) => sha2::Digest::finalize(digest).to_vec(),
            State::Blake3(hasher) => hasher.finalize().as_bytes().to_vec(),
        };
        digest == self.expected
    }
}

/// What an upload is in a concatenation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concat {
    /// A file of its own.
    No,
    /// A part of a file.
    Partial,
    /// The file made of these parts, in this order.
    Final(Vec<UploadId>),
}

impl Concat {
    /// Reads `Upload-Concat: partial` or `final;<url> <url> …`. Only the last part of each
    /// address is looked at: a proxy may have changed the rest.
    pub fn parse(header: Option<&str>) -> Result<Self, HeaderError> {
        let fail = |reason: String| HeaderError::new("Upload-Concat", reason);
        let Some(header) = header.map(str::trim) else { return Ok(Self::No) };
        if header == "partial" {
            return Ok(Self::Partial);
        }
        let list = header
            .strip_prefix("final;")
            .ok_or_else(|| fail("it is neither 'partial' nor 'final;<addresses>'".to_owned()))?;
        let mut parts = Vec::new();
        for address in list.split_ascii_whitespace() {
            let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let id = UploadId::parse(last)
                .ok_or_else(|| fail(format!("'{}' is no upload", shortened(address))))?;
            if parts.contains(&id) {
                return Err(fail(format!("'{}' is there twice", shortened(address))));
            }
            parts.push(id);
        }
        match parts.len() {
            0 => Err(fail("no part is named".to_owned())),
            1..=MAX_PARTS => Ok(Self::Final(parts)),
            many => Err(fail(format!("{many} parts are more than {MAX_PARTS}"))),
        }
    }
}

/// Enough of a value to recognise it, without what a terminal or a page could be hurt by.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_our_version_and_body_type_pass() {
        assert_eq!(check_version(Some("1.0.0")), Ok(()));
        assert!(check_version(Some("0.2.2")).is_err());
        assert!(check_version(None).is_err());
        assert_eq!(check_body_type(Some("application/offset+octet-stream")), Ok(()));
        assert!(check_body_type(Some("application/json")).is_err());
        assert!(check_body_type(None).is_err());
    }

    #[test]
    fn byte_counts_are_plain_decimal_numbers() {
        assert_eq!(byte_count("Upload-Offset", Some("0")), Ok(Some(0)));
        assert_eq!(
            byte_count("Upload-Offset", Some("9223372036854775807")),
            Ok(Some(i64::MAX as u64))
        );
        assert_eq!(byte_count("Upload-Offset", None), Ok(None));
        for bad in ["", "-1", "+1", " 1", "1 ", "0x10", "1e3", "9223372036854775808", "１"] {
            assert!(byte_count("Upload-Offset", Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_length_is_given_or_deferred() {
        assert_eq!(length_or_deferred(Some("10"), None), Ok(Some(10)));
        assert_eq!(length_or_deferred(None, Some("1")), Ok(None));
        for (length, deferred) in
            [(None, None), (Some("10"), Some("1")), (None, Some("0")), (None, Some("yes"))]
        {
            assert!(length_or_deferred(length, deferred).is_err(), "{length:?} {deferred:?}");
        }
    }

    #[test]
    fn metadata_is_pairs_of_key_and_base64() {
        let metadata =
            Metadata::parse(Some("filename 5a6i5Y6FLmpwZw==,is_confidential,empty ")).unwrap();
        assert_eq!(metadata.text("filename").unwrap().as_deref(), Some("客厅.jpg"));
        assert_eq!(metadata.text("is_confidential").unwrap().as_deref(), Some(""));
        assert_eq!(metadata.text("missing").unwrap(), None);
        assert_eq!(Metadata::parse(None).unwrap(), Metadata::default());
        for bad in ["filename a b", "filename ***", ",", "a YQ==,a YQ==", "a YQ==,", "f\u{e9} YQ=="]
        {
            assert!(Metadata::parse(Some(bad)).is_err(), "{bad}");
        }
        assert!(Metadata::parse(Some(&format!("a {}", "QUFB".repeat(8192)))).is_err());
        let no_utf8 = Metadata::parse(Some("filename /w==")).unwrap();
        assert!(no_utf8.text("filename").is_err());
    }

    #[test]
    fn checksums_judge_the_bytes() {
        for (header, sound) in [
            ("sha1 qUqP5cyxm6YcTAhz05Hph5gvu9M=", true),
            ("sha256 n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", true),
            ("blake3 SHjKBCXHOfpCf34gxDlDLJHc1lyKPlhyQ3/n0AhYI0k=", false),
        ] {
            let mut checker = Checksum::parse(Some(header)).unwrap().unwrap().start();
            checker.update(b"te");
            checker.update(b"st");
            assert_eq!(checker.agrees(), sound, "{header}");
        }
        let digest = STANDARD.encode(blake3::hash(b"test").as_bytes());
        let mut checker =
            Checksum::parse(Some(&format!("blake3 {digest}"))).unwrap().unwrap().start();
        checker.update(b"test");
        assert!(checker.agrees());
        for bad in ["sha1", "md5 AAAA", "sha1 !!!", "sha1 AAAA", ""] {
            assert!(Checksum::parse(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn concatenation_names_its_parts_by_any_address() {
        let (one, two) = (UploadId::new(), UploadId::new());
        let header = format!("final;/api/v1/uploads/{one} https://x.example/api/v1/uploads/{two}");
        assert_eq!(Concat::parse(Some(&header)), Ok(Concat::Final(vec![one, two])));
        assert_eq!(Concat::parse(Some("partial")), Ok(Concat::Partial));
        assert_eq!(Concat::parse(None), Ok(Concat::No));
        let twice = format!("final;/u/{one} /u/{one}");
        let many = format!(
            "final;{}",
            (0..65).map(|_| UploadId::new().to_string()).collect::<Vec<_>>().join(" ")
        );
        for bad in ["final", "final;", "final;/u/../../etc", "whole", twice.as_str(), many.as_str()]
        {
            assert!(Concat::parse(Some(bad)).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_parsers_panic(text in ".{0,200}") {
            let _metadata = Metadata::parse(Some(&text));
            let _checksum = Checksum::parse(Some(&text));
            let _concat = Concat::parse(Some(&text));
            let _count = byte_count("Upload-Offset", Some(&text));
        }

        #[test]
        fn metadata_values_come_back(values in proptest::collection::vec(".{0,40}", 0..6)) {
            let header = values
                .iter()
                .enumerate()
                .map(|(number, value)| format!("k{number} {}", STANDARD.encode(value)))
                .collect::<Vec<_>>()
                .join(",");
            let metadata = Metadata::parse(Some(&header)).unwrap();
            for (number, value) in values.iter().enumerate() {
                let read = metadata.text(&format!("k{number}")).unwrap();
                prop_assert_eq!(read.as_ref(), Some(value));
            }
        }
    }
}
