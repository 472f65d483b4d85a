//! tus 1.0.0 over HTTP: headers in, headers out. The rules are in `photo::upload`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::{Context, Problem, SignedIn};
use crate::base::id::UploadId;
use crate::catalogue::uploads::{Kind, State, Upload};
use crate::photo::upload::tus::{self, Checksum, Concat, Metadata};
use crate::photo::upload::{Chunk, NewUpload, UploadError};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/uploads")
                .wrap(from_fn(with_version))
                .route(web::post().to(create))
                .route(web::method(Method::OPTIONS).to(options)),
        )
        .service(
            web::resource("/uploads/{id}")
                .wrap(from_fn(with_version))
                .route(web::head().to(offset))
                .route(web::patch().to(append))
                .route(web::delete().to(terminate))
                .route(web::post().to(overridden))
                .route(web::method(Method::OPTIONS).to(options)),
        );
}

/// Every answer says which version we speak; a request of another version gets no further.
async fn with_version<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse, actix_web::Error> {
    let mut response = if request.method() == Method::OPTIONS {
        next.call(request).await?.map_into_boxed_body()
    } else {
        match tus::check_version(text(request.headers(), "Tus-Resumable")) {
            Ok(()) => next.call(request).await?.map_into_boxed_body(),
            Err(error) => {
                let answer = HttpResponse::from_error(Problem::from(error));
                request.into_response(answer)
            }
        }
    };
    let headers = response.headers_mut();
    headers.insert(name("tus-resumable"), HeaderValue::from_static(tus::VERSION));
    headers.insert(name("tus-version"), HeaderValue::from_static(tus::VERSION));
    Ok(response)
}

/// What this server can do (no sign-in).
#[utoipa::path(
    options, path = "/api/v1/uploads", tag = "uploads", security(()),
    responses((status = 204, description = "Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm"))
)]
pub async fn options(context: web::Data<Context>) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(("Tus-Extension", tus::EXTENSIONS))
        .insert_header(("Tus-Max-Size", context.uploads.rules().max_file_bytes.to_string()))
        .insert_header(("Tus-Checksum-Algorithm", tus::CHECKSUMS))
        .finish()
}

/// Begins an upload, with its first bytes where the body has some.
#[utoipa::path(
    post, path = "/api/v1/uploads", tag = "uploads",
    params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = Option<u64>, Header, description = "Size of the file in bytes"),
        ("Upload-Defer-Length" = Option<u8>, Header, description = "1: the size comes later"),
        ("Upload-Metadata" = Option<String>, Header, description = "filename, filetype, listing, blake3; taken_as, what the file is; room_id, room and need from the shot list; values in base64"),
        ("Upload-Concat" = Option<String>, Header, description = "partial, or final;<addresses of parts>"),
    ),
    responses(
        (status = 201, description = "Begun; Location, Upload-Expires, Upload-Offset, Kanfang-Asset once it is filed"),
        (status = 400, description = "A header is wrong"),
        (status = 413, description = "Larger than allowed, or than the quota leaves"),
        (status = 429, description = "Too many unfinished uploads"),
        (status = 507, description = "No space left"),
    )
)]
pub async fn create(
    who: SignedIn,
    context: web::Data<Context>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    let concat = Concat::parse(text(headers, "Upload-Concat")).map_err(tus_problem)?;
    let length = match concat {
        // Its length is that of its parts.
        Concat::Final(_) => None,
        _ => tus::length_or_deferred(
            text(headers, "Upload-Length"),
            text(headers, "Upload-Defer-Length"),
        )
        .map_err(tus_problem)?,
    };
    let raw_metadata = text(headers, "Upload-Metadata");
    let new = NewUpload {
        length,
        raw_metadata: raw_metadata.unwrap_or_default().to_owned(),
        metadata: Metadata::parse(raw_metadata).map_err(tus_problem)?,
        concat,
    };
    let with_upload = headers.contains_key(header::CONTENT_TYPE)
        && !matches!(new.concat, Concat::Final(_))
        && announced(headers) != Some(0);
    let first = with_upload.then(|| chunk(headers, 0)).transpose()?;
    let principal = who.principal.clone();
    let actor = who.actor();
    let uploads = context.uploads.clone();
    // On a task of its own: a client that hangs up must not stop us half-way.
    let upload = actix_web::rt::spawn(async move {
        let begun = uploads.begin(&principal, &actor, new).await?;
        match first {
            None => Ok(begun),
            Some(first) => {
                let appended = uploads.append(&principal, begun.id, first, body).await;
                if appended.is_err() {
                    // The client does not hear of the upload: it must not hold room until it expires.
                    let _gone_already = uploads.terminate(&principal, &actor, begun.id).await;
                }
                appended
            }
        }
    })
    .await
    .map_err(|_| stopped())?
    .map_err(tus_problem)?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::LOCATION, format!("/api/v1/uploads/{}", upload.id)));
    Ok(progress(&mut answer, &upload).finish())
}

/// How far an upload is.
#[utoipa::path(
    head, path = "/api/v1/uploads/{id}", tag = "uploads",
    responses(
        (status = 200, description = "Upload-Offset, Upload-Length, Upload-Metadata, Upload-Concat, Upload-Expires"),
        (status = 404, description = "No such upload of the caller"),
        (status = 410, description = "Its time is over"),
    )
)]
pub async fn offset(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let upload =
        context.uploads.find(&who.principal, upload_id(&id)?).await.map_err(tus_problem)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    match upload.length {
        Some(length) => answer.insert_header(("Upload-Length", length.to_string())),
        None => answer.insert_header(("Upload-Defer-Length", "1")),
    };
    if !upload.metadata.is_empty() {
        answer.insert_header(("Upload-Metadata", upload.metadata.as_str()));
    }
    match upload.kind {
        Kind::Whole => {}
        Kind::Partial => {
            answer.insert_header(("Upload-Concat", "partial"));
        }
        Kind::Final => {
            let parts: Vec<_> =
                upload.parts.iter().map(|id| format!("/api/v1/uploads/{id}")).collect();
            answer.insert_header(("Upload-Concat", format!("final;{}", parts.join(" "))));
        }
    }
    Ok(progress(&mut answer, &upload).finish())
}

/// Appends a chunk.
#[utoipa::path(
    patch, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(
        ("Upload-Offset" = u64, Header, description = "Where the chunk begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "sha1, sha256 or blake3, and the digest in base64"),
    ),
    responses(
        (status = 204, description = "Stored and synced up to Upload-Offset"),
        (status = 409, description = "The chunk does not begin where the upload ends"),
        (status = 413, description = "More bytes than announced"),
        (status = 415, description = "The body has another media type"),
        (status = 423, description = "Another request is writing"),
        (status = 460, description = "The checksum does not agree; nothing was kept"),
        (status = 507, description = "No space left"),
    )
)]
pub async fn append(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = upload_id(&id)?;
    who.principal.require_scope("media:write")?;
    let headers = request.headers();
    let offset = tus::byte_count("Upload-Offset", text(headers, "Upload-Offset"))
        .map_err(tus_problem)?
        .ok_or_else(|| tus_problem(tus::missing("Upload-Offset")))?;
    let chunk = chunk(headers, offset)?;
    let uploads = context.uploads.clone();
    // On a task of its own: a client that hangs up must not stop us half-way.
    let upload =
        actix_web::rt::spawn(async move { uploads.append(&who.principal, id, chunk, body).await })
            .await
            .map_err(|_| stopped())?
            .map_err(tus_problem)?;
    Ok(progress(&mut HttpResponse::NoContent(), &upload).finish())
}

/// Ends an unfinished upload and deletes its bytes.
#[utoipa::path(
    delete, path = "/api/v1/uploads/{id}", tag = "uploads",
    responses((status = 204, description = "Deleted"), (status = 423, description = "Another request is writing"))
)]
pub async fn terminate(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = upload_id(&id)?;
    context.uploads.terminate(&who.principal, &who.actor(), id).await.map_err(tus_problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// For networks that let only GET and POST through: `X-HTTP-Method-Override`.
async fn overridden(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    match text(request.headers(), "X-HTTP-Method-Override") {
        Some("PATCH") => append(who, context, id, request, body).await,
        Some("DELETE") => terminate(who, context, id).await,
        Some("HEAD") => offset(who, context, id).await,
        _ => Err(Problem::not_found()),
    }
}

fn progress<'a>(
    answer: &'a mut HttpResponseBuilder,
    upload: &Upload,
) -> &'a mut HttpResponseBuilder {
    answer.insert_header(("Upload-Offset", upload.received.to_string()));
    if upload.state == State::Open
        || (upload.state == State::Complete && upload.kind == Kind::Partial)
    {
        let at = std::time::UNIX_EPOCH
            + std::time::Duration::from_millis(upload.expires_at.as_millis().unsigned_abs());
        answer.insert_header(("Upload-Expires", header::HttpDate::from(at).to_string()));
    }
    if let (State::Filed, Some(asset)) = (upload.state, upload.asset) {
        answer.insert_header(("Kanfang-Asset", asset.to_string()));
    }
    answer
}

fn chunk(headers: &HeaderMap, offset: u64) -> Result<Chunk, Problem> {
    let read = || -> Result<Chunk, tus::HeaderError> {
        tus::check_body_type(text(headers, "Content-Type"))?;
        Ok(Chunk {
            offset,
            announced: announced(headers),
            checksum: Checksum::parse(text(headers, "Upload-Checksum"))?,
            length: tus::byte_count("Upload-Length", text(headers, "Upload-Length"))?,
        })
    };
    read().map_err(tus_problem)
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    text(headers, "Content-Length").and_then(|length| length.parse().ok())
}

fn upload_id(text: &str) -> Result<UploadId, Problem> {
    UploadId::parse(text).ok_or_else(Problem::not_found)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // A value that is no text is a value that no parser takes.
    headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}"))
}

fn name(text: &'static str) -> HeaderName {
    HeaderName::from_static(text)
}

fn stopped() -> Problem {
    Problem::plain(crate::base::ErrorKind::Internal, "internal")
}

/// tus has statuses of its own for some faults.
fn tus_problem(error: impl Into<UploadError>) -> Problem {
    let error = error.into();
    let status = match &error {
        UploadError::Header(tus::HeaderError::Malformed { .. }) | UploadError::Metadata { .. } => {
            Some(StatusCode::BAD_REQUEST)
        }
        UploadError::LengthFixed => Some(StatusCode::BAD_REQUEST),
        UploadError::Locked(_) => Some(StatusCode::LOCKED),
        UploadError::Checksum | UploadError::WrongFile => StatusCode::from_u16(460).ok(),
        _ => None,
    };
    let problem = Problem::from(error);
    match status {
        Some(status) => problem.with_status(status),
        None => problem,
    }
}
