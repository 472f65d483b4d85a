//! What was signed of a published version, and the site's public keys: everything with which anybody can check a tour.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};

use super::public::Site;
use super::signing;
use crate::catalogue::{proofs, signing_keys};
use crate::http::immutable::{self, Caching};
use crate::http::{Context, Problem};
use crate::proof::manifest::Signed;

/// The route of the keys, at the root of the site.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/.well-known/jwks.json", web::get().to(keys));
}

/// The keys that sign or signed here (RFC 7517, RFC 8037). `from` and `until` say when each signed; none is taken away.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "tours",
    responses((status = 200, description = "`{keys: [{kty, crv, x, kid, alg, use, from, until?}]}`")))]
pub async fn keys(context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=300"))
        .insert_header(("Access-Control-Allow-Origin", "*"))
        .json(key_set(&context).await?))
}

/// The keys as a JWK set.
pub async fn key_set(context: &Context) -> Result<Value, Problem> {
    let keys: Vec<Value> = signing_keys::known(&context.database)
        .await?
        .iter()
        .map(|key| {
            let mut jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": key.public.encoded(), "kid": key.public.id(),
                "alg": "EdDSA", "use": "sig", "from": key.from});
            if let Some(until) = key.until {
                jwk["until"] = json!(until);
            }
            jwk
        })
        .collect();
    Ok(json!({"keys": keys}))
}

/// The signed manifest of a version, or its signature alone (64 bytes, Ed25519 over the text).
#[utoipa::path(get, path = "/t/{version}/manifest.json", tag = "tours", params(("version" = String, Path)),
    responses((status = 200, description = "docs/proof.md; the signature is at manifest.sig"), (status = 404), (status = 410)))]
pub async fn manifest(site: Site<'_>, version: &str, name: &str) -> Result<HttpResponse, Problem> {
    let Site { request, context, shown, .. } = site;
    shown.require_public(context, version).await?;
    let published = proofs::manifest(&context.database, version).await?;
    let signed = published.ok_or_else(Problem::not_found)?.manifest;
    Ok(answer(request, signed, name))
}

/// The signed addendum about the WebP pack of a scene, or its signature alone.
#[utoipa::path(get, path = "/t/{version}/{scene}/webp.json", tag = "tours", params(("version" = String, Path), ("scene" = String, Path)),
    responses((status = 200, description = "docs/proof.md; the signature is at webp.sig"), (status = 404), (status = 410)))]
pub async fn addendum(
    site: Site<'_>,
    version: &str,
    scene: &str,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let Site { request, context, shown, .. } = site;
    shown.require_public(context, version).await?;
    let signed = proofs::addendum(&context.database, version, scene).await?;
    Ok(answer(request, signed.ok_or_else(Problem::not_found)?, name))
}

/// Digests of one level of a scene's pack: `jpeg-3` or `webp-3`; level 0 is preview and stills. The head comes first.
#[utoipa::path(get, path = "/t/{version}/{scene}/digests/{name}", tag = "tours",
    params(("version" = String, Path), ("scene" = String, Path), ("name" = String, Path, description = "{jpeg|webp}-{level}")),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404), (status = 410)))]
pub async fn digests(
    site: Site<'_>,
    version: &str,
    scene: &str,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let Site { request, context, shown, .. } = site;
    let (format, list) = name.split_once('-').ok_or_else(Problem::not_found)?;
    let plain = list.len() <= 2 && (list == "0" || !list.starts_with('0'));
    let list: usize = list.parse().ok().filter(|_| plain).ok_or_else(Problem::not_found)?;
    let packs = shown.packs(context, version, scene).await?;
    let pack = match format {
        "jpeg" => Some(&packs.jpeg),
        "webp" => packs.webp.as_ref(),
        _ => None,
    };
    let pack = pack.ok_or_else(Problem::not_found)?;
    let digests = signing::digests(&context.database, &context.blobs, pack.key()).await?;
    let piece = digests.piece(list).ok_or_else(Problem::not_found)?;
    let tag = format!("{}-{list}", &digests.root().to_string()[..24]);
    let kind = "application/octet-stream";
    Ok(immutable::answer(request, Bytes::from(piece), kind, &tag, Caching::Public))
}

fn answer(request: &HttpRequest, signed: Signed, name: &str) -> HttpResponse {
    let tag = hex::encode(&signed.signature[..16]);
    if matches!(name, "manifest.sig" | "webp.sig") {
        let bytes = Bytes::copy_from_slice(&signed.signature);
        let kind = "application/octet-stream";
        return immutable::answer(request, bytes, kind, &format!("{tag}-s"), Caching::Public);
    }
    immutable::answer(request, Bytes::from(signed.text), "application/json", &tag, Caching::Public)
}
