//! What every page has in common: language, large type, links of the head, policy.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::base::ErrorKind;
use crate::http::error::language_of;
use crate::http::{Context, Problem, bundles};
use crate::texts::{self, Language};

/// The frame of one page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Language of the page.
    pub language: Language,
    /// Whether it is shown in large type (大字版).
    pub large: bool,
    /// Title of the document.
    pub title: String,
    /// One sentence for search machines and shared links.
    pub description: String,
    /// Path and query without language, e.g. `/listings/…`.
    pub path: String,
    /// Address of the site.
    pub site: String,
    /// Whether search machines may keep it.
    pub indexed: bool,
    /// Kind for Open Graph.
    pub og_type: &'static str,
}

impl Shell {
    /// The frame for a request; the title is that of the site until the page sets its own.
    pub fn of(request: &HttpRequest, context: &Context) -> Self {
        let language = language_of(request);
        Self {
            language,
            large: wants_large(request),
            title: texts::text(language, "page-site-name"),
            description: texts::text(language, "page-site-description"),
            path: path_of(request),
            site: context.config.public_url(),
            indexed: true,
            og_type: "website",
        }
    }

    /// A text of the pages, by its name without `page-`.
    pub fn t(&self, id: &str) -> String {
        texts::text(self.language, &format!("page-{id}"))
    }

    /// A text that tells a number.
    pub fn count(&self, id: &str, count: &usize) -> String {
        texts::text_with(self.language, &format!("page-{id}"), &[("count", count.to_string())])
    }

    /// BCP 47 tag.
    pub fn lang(&self) -> &'static str {
        self.language.tag()
    }

    /// Absolute address of the page in the usual language.
    pub fn canonical(&self) -> String {
        format!("{}{}", self.site, self.path)
    }

    /// Absolute address of the page in a language.
    pub fn in_language(&self, tag: &str) -> String {
        format!("{}{}", self.site, self.with_parameter("lang", tag))
    }

    /// The page's path with one parameter more.
    pub fn with_parameter(&self, name: &str, value: &str) -> String {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{joint}{name}={value}", self.path)
    }

    /// Link that switches to the other language.
    pub fn other_language(&self) -> String {
        self.with_parameter("lang", if self.language == Language::Chinese { "en" } else { "zh-CN" })
    }

    /// Link that switches large type.
    pub fn other_size(&self) -> String {
        self.with_parameter("large", if self.large { "0" } else { "1" })
    }

    /// Address of the style sheet, which changes with its content.
    pub fn css(&self) -> String {
        bundles::address("site.css")
    }

    /// Address of the small script.
    pub fn script(&self) -> String {
        bundles::address("site.js")
    }

    /// Address of an asset of the browser bundles.
    pub fn asset(&self, name: &str) -> String {
        bundles::address(name)
    }

    /// The answer with this page in it.
    pub fn answer(
        &self,
        request: &HttpRequest,
        status: StatusCode,
        page: &impl Template,
    ) -> Result<HttpResponse, Problem> {
        let html = page.render().map_err(|error| {
            tracing::error!(%error, "a page could not be written");
            Problem::plain(ErrorKind::Internal, "internal")
        })?;
        let mut response = HttpResponse::build(status);
        response
            .insert_header(("Content-Type", "text/html; charset=utf-8"))
            .insert_header(("Content-Language", self.lang()))
            .insert_header(("Vary", "Accept-Language, Cookie"))
            .insert_header(("Cache-Control", "no-cache"));
        for (parameter, cookie) in [("lang", "kanfang_lang"), ("large", "kanfang_large")] {
            if let Some(value) = parameter_of(request, parameter).filter(|value| is_plain(value)) {
                let secure = self.site.starts_with("https:");
                response.cookie(
                    Cookie::build(cookie, value)
                        .path("/")
                        .secure(secure)
                        .same_site(SameSite::Lax)
                        .max_age(actix_web::cookie::time::Duration::days(365))
                        .finish(),
                );
            }
        }
        Ok(response.body(html))
    }
}

fn wants_large(request: &HttpRequest) -> bool {
    match parameter_of(request, "large").as_deref() {
        Some(value) => value == "1",
        None => request.cookie("kanfang_large").is_some_and(|cookie| cookie.value() == "1"),
    }
}

fn parameter_of(request: &HttpRequest, name: &str) -> Option<String> {
    let found = request
        .query_string()
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    found.map(str::to_owned)
}

fn is_plain(value: &str) -> bool {
    value.len() <= 8 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The path and query without the parameters that only change how the page looks.
fn path_of(request: &HttpRequest) -> String {
    let kept: Vec<&str> = request
        .query_string()
        .split('&')
        .filter(|pair| {
            !pair.is_empty()
                && !pair.starts_with("lang=")
                && !pair.starts_with("large=")
                && !pair.ends_with('=')
        })
        .collect();
    if kept.is_empty() {
        request.path().to_owned()
    } else {
        format!("{}?{}", request.path(), kept.join("&"))
    }
}
