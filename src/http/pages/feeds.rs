//! What machines read: sitemap (an index and pages of 10,000), Atom feed, robots.

use std::fmt::Write;

use actix_web::{HttpResponse, web};

use crate::base::Instant;
use crate::catalogue::listings_public;
use crate::http::{Context, Problem};
use crate::texts::{Language, text};

/// Listings a page of the sitemap; the protocol allows 50,000.
const PER_PAGE: i64 = 10_000;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sitemap.xml", web::get().to(sitemap))
        .route("/sitemap-{page}.xml", web::get().to(sitemap_page))
        .route("/feed.atom", web::get().to(feed))
        .route("/robots.txt", web::get().to(robots));
}

async fn sitemap(context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    let site = context.config.public_url();
    let pages = listings_public::highest_number(&context.database).await? / PER_PAGE;
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for page in 0..=pages {
        let _infallible =
            writeln!(xml, "<sitemap><loc>{}/sitemap-{page}.xml</loc></sitemap>", escaped(&site));
    }
    xml.push_str("</sitemapindex>\n");
    Ok(answer("application/xml; charset=utf-8", xml))
}

async fn sitemap_page(
    context: web::Data<Context>,
    page: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    let site = escaped(&context.config.public_url());
    let page = page.into_inner();
    let first =
        page.checked_mul(PER_PAGE).filter(|first| *first >= 0).ok_or_else(Problem::not_found)?;
    let end = first.saturating_add(PER_PAGE);
    let found =
        listings_public::numbered(&context.database, context.clock.now(), first, end).await?;
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    if page == 0 {
        let _infallible = writeln!(xml, "<url><loc>{site}/</loc></url>");
    }
    for (id, updated) in found {
        let _infallible = writeln!(
            xml,
            "<url><loc>{site}/listings/{id}</loc><lastmod>{}</lastmod></url>",
            seconds(updated)
        );
    }
    xml.push_str("</urlset>\n");
    Ok(answer("application/xml; charset=utf-8", xml))
}

async fn feed(context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    let site = escaped(&context.config.public_url());
    let entries = listings_public::latest(&context.database, context.clock.now(), 50).await?;
    let updated = entries.first().map_or(Instant::from_millis(0), |entry| entry.updated_at);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n\
         <title>{}</title>\n<id>{site}/</id>\n<link rel=\"self\" href=\"{site}/feed.atom\"/>\n\
         <link href=\"{site}/\"/>\n<updated>{}</updated>\n",
        escaped(&text(Language::Chinese, "page-site-name")),
        seconds(updated),
    );
    for entry in entries {
        let card = entry.card;
        let _infallible = writeln!(
            xml,
            "<entry><title>{}</title><id>{site}/listings/{id}</id><link href=\"{site}/listings/{id}\"/>\
             <published>{}</published><updated>{}</updated><author><name>{}</name></author>\
             <summary>{}</summary></entry>",
            escaped(&card.title),
            seconds(entry.published_at),
            seconds(entry.updated_at),
            escaped(&card.court),
            escaped(&format!(
                "{} {} {} 元",
                card.case_number,
                text(Language::Chinese, "page-start-price"),
                card.start_price.yuan()
            )),
            id = card.id,
        );
    }
    xml.push_str("</feed>\n");
    Ok(answer("application/atom+xml; charset=utf-8", xml))
}

async fn robots(context: web::Data<Context>) -> HttpResponse {
    let site = context.config.public_url();
    answer(
        "text/plain; charset=utf-8",
        format!(
            "User-agent: *\nDisallow: /api/\nDisallow: /t/\nDisallow: /embed/\nSitemap: {site}/sitemap.xml\n"
        ),
    )
}

fn answer(kind: &'static str, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Content-Type", kind))
        .insert_header(("Cache-Control", "public, max-age=60"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(body)
}

/// RFC 3339 in whole seconds.
fn seconds(at: Instant) -> String {
    let millis = at.as_millis();
    Instant::from_millis(millis - millis.rem_euclid(1000)).to_string()
}

/// Text inside XML, without the control characters that XML forbids.
fn escaped(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}
