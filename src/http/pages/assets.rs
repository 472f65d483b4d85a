//! `/assets/…`: the style sheet and script of the pages, and the browser bundles built in `viewer/`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use actix_web::http::header::IF_NONE_MATCH;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use crate::http::Problem;

/// Files of the pages themselves.
#[derive(RustEmbed)]
#[folder = "src/http/pages/assets"]
struct Own;

/// Files that `npm run build` writes; none while it has not run.
#[derive(RustEmbed)]
#[folder = "viewer/dist"]
#[allow_missing = true]
struct Built;

/// Hashes of files by name. In a debug build files are read anew, so nothing is kept there.
static HASHES: LazyLock<RwLock<HashMap<String, String>>> = LazyLock::new(RwLock::default);

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/assets/{name:.*}", web::get().to(serve)).route("/assets/{name:.*}", web::head().to(serve));
}

fn find(name: &str) -> Option<Cow<'static, [u8]>> {
    Own::get(name).or_else(|| Built::get(name)).map(|file| file.data)
}

/// Whether there is such a file.
pub fn exists(name: &str) -> bool {
    Own::get(name).or_else(|| Built::get(name)).is_some()
}

/// The address of a file with the beginning of its SHA-256, so that it may be cached for ever.
pub fn address(name: &str) -> String {
    match hash(name) {
        Some(hash) => format!("/assets/{name}?v={hash}"),
        None => format!("/assets/{name}"),
    }
}

fn hash(name: &str) -> Option<String> {
    if let Ok(hashes) = HASHES.read()
        && let Some(hash) = hashes.get(name)
    {
        return Some(hash.clone());
    }
    let file = Own::get(name).or_else(|| Built::get(name))?;
    let hash = hex::encode(&file.metadata.sha256_hash()[..8]);
    if !cfg!(debug_assertions)
        && let Ok(mut hashes) = HASHES.write()
    {
        hashes.insert(name.to_owned(), hash.clone());
    }
    Some(hash)
}

async fn serve(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let data = find(&name).ok_or_else(Problem::not_found)?;
    let tag = format!("\"{}\"", hash(&name).unwrap_or_default());
    let versioned = request.query_string().strip_prefix("v=").is_some_and(|v| tag.trim_matches('"') == v);
    let file_name = name.rsplit('/').next().unwrap_or_default();
    let cache = if versioned || file_name.starts_with("chunk-") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| known.contains(tag.as_str())) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header(("ETag", tag))
        .insert_header(("Cache-Control", cache))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Content-Type", content_type(&name)));
    Ok(response.body(data.into_owned()))
}

fn content_type(name: &str) -> String {
    let guess = mime_guess::from_path(name).first_or_octet_stream();
    let text = guess.type_() == mime_guess::mime::TEXT || name.ends_with(".js") || name.ends_with(".json");
    if text { format!("{guess}; charset=utf-8") } else { guess.to_string() }
}
