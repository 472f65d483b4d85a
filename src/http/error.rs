//! The one place that turns errors into statuses and problem documents (RFC 9457).

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::{Value, json};

use crate::base::id::RequestId;
use crate::base::{ErrorKind, Fault};
use crate::texts::{self, Language};

/// An error on its way to the caller.
#[derive(Debug)]
pub struct Problem {
    kind: ErrorKind,
    slug: &'static str,
    args: Vec<(&'static str, String)>,
    field: Option<String>,
    message: String,
    status: Option<StatusCode>,
    extra: Vec<(&'static str, Value)>,
}

thread_local! {
    /// Language of the request that this thread answers; set by [`Placed`]
    /// before each poll, because `ResponseError` is not given the request.
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::Chinese) };
}

/// Answers one request with its language at hand wherever a problem is written.
#[derive(Debug)]
pub struct Placed<F> {
    language: Language,
    answer: Pin<Box<F>>,
}

impl<F> Placed<F> {
    /// Wraps the future that answers a request.
    pub fn new(language: Language, answer: F) -> Self {
        Self { language, answer: Box::pin(answer) }
    }
}

impl<F: Future> Future for Placed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        LANGUAGE.set(self.language);
        self.answer.as_mut().poll(task)
    }
}

impl<F: Fault> From<F> for Problem {
    fn from(fault: F) -> Self {
        Self {
            kind: fault.kind(),
            slug: fault.slug(),
            args: fault.args(),
            field: fault.field().map(str::to_owned),
            message: fault.to_string(),
            status: None,
            extra: Vec::new(),
        }
    }
}

impl Problem {
    /// A request that does not have the right form.
    pub fn invalid(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            kind: ErrorKind::Invalid,
            slug: "invalid-request",
            args: vec![("reason", reason.clone())],
            field: None,
            message: reason,
            status: None,
            extra: Vec::new(),
        }
    }

    /// There is nothing at this address.
    pub fn not_found() -> Self {
        Self::plain(ErrorKind::NotFound, "not-found")
    }

    /// A problem that needs no arguments.
    pub fn plain(kind: ErrorKind, slug: &'static str) -> Self {
        Self {
            kind,
            slug,
            args: Vec::new(),
            field: None,
            message: slug.to_owned(),
            status: None,
            extra: Vec::new(),
        }
    }

    /// Adds a value that programs may read from the document.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.extra.push((name, value));
        self
    }

    /// Gives the problem a status of its own where a protocol wants one (tus).
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// The stable name of the problem.
    pub fn slug(&self) -> &'static str {
        self.slug
    }

    fn status(&self) -> StatusCode {
        if let Some(status) = self.status {
            return status;
        }
        match self.kind {
            ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            ErrorKind::Forbidden => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Gone => StatusCode::GONE,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorKind::Busy => StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            ErrorKind::Cancelled | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What is wrong, in one language.
    pub fn detail(&self, language: Language) -> String {
        texts::find(language, self.slug, &self.args).unwrap_or_else(|| self.message.clone())
    }

    /// The document in one language. Internal errors show nothing but the request id, by which the log is searched.
    fn document(&self, language: Language, request: RequestId) -> Value {
        let title = texts::find(language, &format!("{}-title", self.slug), &self.args)
            .unwrap_or_else(|| self.slug.to_owned());
        let detail = self.detail(language);
        let mut document = json!({
            "type": format!("/problems/{}", self.slug),
            "slug": self.slug,
            "title": title,
            "status": self.status().as_u16(),
            "detail": detail,
            "request_id": request.to_string(),
        });
        if let Some(field) = &self.field {
            document["field"] = json!(field);
        }
        if self.kind != ErrorKind::Internal {
            for (name, value) in &self.args {
                document[*name] = json!(value);
            }
        }
        for (name, value) in &self.extra {
            document[*name] = value.clone();
        }
        document
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let (language, request) = (LANGUAGE.get(), RequestId::new());
        if self.kind == ErrorKind::Internal {
            tracing::error!(slug = self.slug, error = %self.message, %request, "internal error");
        }
        let mut response = HttpResponse::build(self.status());
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        response.insert_header(("Content-Language", language.tag()));
        response.insert_header(("Cache-Control", "no-store"));
        if matches!(self.kind, ErrorKind::Busy | ErrorKind::Unavailable | ErrorKind::StorageFull) {
            response.insert_header((RETRY_AFTER, "10"));
        }
        response.body(self.document(language, request).to_string())
    }
}

/// The language that a request asks for: `?lang=`, then the cookie, then `Accept-Language`.
pub fn language_of(request: &HttpRequest) -> Language {
    let asked = request.query_string().split('&').find_map(|pair| pair.strip_prefix("lang="));
    if let Some(language) = asked.and_then(Language::from_tag) {
        return language;
    }
    if let Some(language) =
        request.cookie("kanfang_lang").and_then(|cookie| Language::from_tag(cookie.value()))
    {
        return language;
    }
    request
        .headers()
        .get("Accept-Language")
        .and_then(|value| value.to_str().ok())
        .map_or_else(Language::default, Language::negotiate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CatalogueError;

    #[test]
    fn a_problem_speaks_both_languages_and_keeps_its_slug() {
        let problem = Problem::from(CatalogueError::Taken { field: "login", value: "li".into() });
        let chinese = problem.document(Language::Chinese, RequestId::new());
        let english = problem.document(Language::English, RequestId::new());
        assert_eq!(chinese["slug"], "taken");
        assert_eq!(chinese["status"], 409);
        assert!(chinese["detail"].as_str().unwrap().contains("已被占用"));
        assert!(english["detail"].as_str().unwrap().contains("already taken"));
        assert_eq!(english["field"], "login");
    }

    #[test]
    fn internal_errors_tell_nothing_about_the_inside() {
        let problem =
            Problem::from(CatalogueError::Corrupt { place: "users.roles", reason: "x".into() });
        assert!(
            !problem
                .document(Language::English, RequestId::new())
                .to_string()
                .contains("users.roles")
        );
    }
}
