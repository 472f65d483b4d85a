//! `/oembed?url=…`: how a foreign page shows a tour (oEmbed 1.0, type `rich`, JSON only).

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::tour_slot::{Still, published_tour};
use crate::http::listings::public::{Found, look_up};
use crate::http::{Context, Problem};

/// Usual size of the frame, and the smallest that the tour can be used in.
const WIDTH: u32 = 960;
const HEIGHT: u32 = 600;
const LEAST: u32 = 240;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/oembed", web::get().to(answer));
}

/// The parameters of the specification.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    url: String,
    #[serde(default)]
    format: String,
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
}

async fn answer(
    context: web::Data<Context>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Problem> {
    if !matches!(asked.format.as_str(), "" | "json") {
        return Err(Problem::not_found());
    }
    let site = context.config.public_url();
    let id = listing_in(&asked.url, &site).ok_or_else(Problem::not_found)?;
    let Some(Found::Shown(shown)) = look_up(&context, id).await? else {
        return Err(Problem::not_found());
    };
    let listing = &shown.listing;
    let tour = published_tour(&context, listing.id).await?.ok_or_else(Problem::not_found)?;
    let width = asked.maxwidth.unwrap_or(WIDTH).clamp(LEAST, WIDTH);
    let height = asked.maxheight.unwrap_or(HEIGHT).clamp(LEAST, HEIGHT);
    let html = format!(
        "<iframe src=\"{site}/embed/{}\" width=\"{width}\" height=\"{height}\" title=\"{}\" loading=\"lazy\" \
         allow=\"fullscreen; gyroscope; accelerometer; xr-spatial-tracking\" style=\"border:0;max-width:100%\"></iframe>",
        listing.id,
        attribute(&listing.title),
    );
    let mut body = json!({
        "version": "1.0",
        "type": "rich",
        "title": listing.title,
        "provider_name": listing.court_name,
        "provider_url": site,
        "cache_age": 3600,
        "html": html,
        "width": width,
        "height": height,
    });
    if let Some(Still { address: still, .. }) = tour.stills.first() {
        body["thumbnail_url"] = json!(format!("{site}{still}"));
        body["thumbnail_width"] = json!(1024);
        body["thumbnail_height"] = json!(1024);
    }
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=300"))
        .insert_header(("Access-Control-Allow-Origin", "*"))
        .json(body))
}

/// The listing that an address of this site shows.
fn listing_in<'a>(url: &'a str, site: &str) -> Option<&'a str> {
    let path = url.strip_prefix(site)?;
    let path = path.split(['?', '#']).next()?;
    ["/listings/", "/tour/", "/embed/"].iter().find_map(|place| path.strip_prefix(place))
}

/// Text within a quoted attribute.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_site_are_embedded() {
        let site = "https://kanfang.example";
        assert_eq!(listing_in("https://kanfang.example/tour/a1#yaw=3", site), Some("a1"));
        assert_eq!(listing_in("https://kanfang.example/listings/a1?lang=en", site), Some("a1"));
        assert_eq!(listing_in("https://kanfang.example.evil/tour/a1", site), None);
        assert_eq!(listing_in("https://kanfang.example/console", site), None);
    }

    #[test]
    fn a_title_stays_in_its_attribute() {
        assert_eq!(attribute("a\" onload=\"x<&"), "a&quot; onload=&quot;x&lt;&amp;");
    }
}
