//! Pages for what is not there: 404, 410, and `/problems/{slug}`, which explains a problem in words.

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;

use super::shell::Shell;
use crate::http::{Context, Problem};
use crate::texts::find;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/problems/{slug}", web::get().to(explain));
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    shell: Shell,
    heading: String,
    text: String,
}

/// What answers every address that nothing else answers: a page for people, a problem for programs.
pub async fn nothing_here(request: HttpRequest, context: web::Data<Context>) -> HttpResponse {
    let wants_page = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if !wants_page || request.path().starts_with("/api/") {
        return Problem::not_found().error_response();
    }
    not_found(&request, &context).unwrap_or_else(|problem| problem.error_response())
}

/// The page that says that there is nothing.
pub fn not_found(request: &HttpRequest, context: &Context) -> Result<HttpResponse, Problem> {
    message(request, context, StatusCode::NOT_FOUND, "not-found-page", "not-found-page-text")
}

fn message(
    request: &HttpRequest,
    context: &Context,
    status: StatusCode,
    heading: &str,
    text: &str,
) -> Result<HttpResponse, Problem> {
    let mut shell = Shell::of(request, context);
    shell.indexed = false;
    let page = MessagePage {
        heading: shell.t(heading),
        text: shell.t(text),
        shell: titled(&mut shell, heading),
    };
    shell.answer(request, status, &page)
}

fn titled(shell: &mut Shell, heading: &str) -> Shell {
    shell.title = format!("{} · {}", shell.t(heading), shell.t("site-name"));
    shell.clone()
}

/// What a problem means. Arguments are unknown here, so words in their place say what stood there.
async fn explain(
    request: HttpRequest,
    context: web::Data<Context>,
    slug: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut shell = Shell::of(&request, &context);
    let heading = find(shell.language, &format!("{slug}-title"), &[]);
    let Some(heading) =
        heading.filter(|_| slug.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
    else {
        return not_found(&request, &context);
    };
    let text =
        find(shell.language, &slug, &[]).unwrap_or_default().replace("{$", "…").replace('}', "");
    shell.title = format!("{heading} · {}", shell.t("site-name"));
    shell.indexed = false;
    let page = MessagePage { heading, text, shell: shell.clone() };
    shell.answer(&request, StatusCode::OK, &page)
}
