//! A tus client for tests, one request at a time, so that a test can also lie.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use crate::support::Client;

pub const UPLOADS: &str = "/api/v1/uploads";

pub fn photo(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|place| (place as u8).wrapping_mul(31) ^ seed ^ (place >> 8) as u8).collect()
}

pub fn metadata(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
    pairs.join(",")
}

pub fn tus(client: &Client, method: Method, path: &str) -> RequestBuilder {
    client.request(method, path).header("Tus-Resumable", "1.0.0")
}

pub fn patch(
    client: &Client,
    upload: &str,
    offset: u64,
    body: impl Into<reqwest::Body>,
) -> RequestBuilder {
    tus(client, Method::PATCH, upload)
        .header("Upload-Offset", offset)
        .header("Content-Type", "application/offset+octet-stream")
        .body(body)
}

pub fn begin(client: &Client, listing: &str, length: usize, name: &str) -> RequestBuilder {
    tus(client, Method::POST, UPLOADS).header("Upload-Length", length).header(
        "Upload-Metadata",
        metadata(&[("filename", name), ("filetype", "image/jpeg"), ("listing", listing)]),
    )
}

pub async fn begun(client: &Client, listing: &str, length: usize) -> String {
    let answer = begin(client, listing, length, "客厅.jpg").send().await.unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    text(&answer, "location")
}

pub fn text(answer: &Response, header: &str) -> String {
    answer
        .headers()
        .get(header)
        .unwrap_or_else(|| panic!("no {header}"))
        .to_str()
        .unwrap()
        .to_owned()
}

pub async fn offset(client: &Client, upload: &str) -> u64 {
    let answer = tus(client, Method::HEAD, upload).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    text(&answer, "upload-offset").parse().unwrap()
}

pub async fn slug(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap();
    (status, problem["slug"].as_str().unwrap().to_owned())
}

/// As [`upload`], with what the sender says that the file is.
pub async fn upload_as(
    client: &Client,
    listing: &str,
    bytes: &[u8],
    (name, taken_as): (&str, &str),
) -> Response {
    let said = metadata(&[("filename", name), ("listing", listing), ("taken_as", taken_as)]);
    tus(client, Method::POST, UPLOADS)
        .header("Upload-Length", bytes.len())
        .header("Upload-Metadata", said)
        .header("Content-Type", "application/offset+octet-stream")
        .body(bytes.to_vec())
        .send()
        .await
        .unwrap()
}

/// Uploads a whole file in one go and returns the asset's id.
pub async fn upload(client: &Client, listing: &str, bytes: &[u8], name: &str) -> String {
    let answer = begin(client, listing, bytes.len(), name)
        .header("Content-Type", "application/offset+octet-stream")
        .body(bytes.to_vec())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    text(&answer, "kanfang-asset")
}

pub async fn assets(client: &Client, listing: &str) -> Vec<Value> {
    let page: Value =
        client.get(&format!("/api/v1/listings/{listing}/assets")).await.json().await.unwrap();
    page["items"].as_array().unwrap().clone()
}
