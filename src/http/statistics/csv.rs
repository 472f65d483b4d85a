//! `GET listings/{id}/statistics.csv`: the figures as a table (RFC 4180) that spreadsheets open.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::figures::{Figures, Period, of_period, permitted};
use crate::http::error::language_of;
use crate::http::{Context, Problem, SignedIn};
use crate::texts::{Language, text};

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/listings/{id}/statistics.csv", web::get().to(table));
}

/// Which of the tables is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rows {
    /// A row a day.
    #[default]
    Days,
    /// A row a scene.
    Scenes,
}

/// Which table is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
pub struct Which {
    /// `days` (usual) or `scenes`.
    rows: Rows,
}

/// The figures of a period as comma-separated values with a line of headings, in UTF-8 with a mark that spreadsheets know.
#[utoipa::path(get, path = "/api/v1/listings/{id}/statistics.csv", tag = "listings",
    params(("id" = String, Path, description = "Id"), Period, Which),
    responses((status = 200, content_type = "text/csv"), (status = 404), (status = 422)))]
pub async fn table(
    who: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    period: web::Query<Period>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    let listing = permitted(&who, &context, &id).await?;
    let figures = of_period(&context, listing, &period).await?;
    let (name, body) = match which.rows {
        Rows::Days => ("days", days(&figures, language_of(&request))),
        Rows::Scenes => ("scenes", scenes(&figures, language_of(&request))),
    };
    let file = format!("statistics-{name}-{}-{}.csv", figures.from, figures.to);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")))
        .body(body))
}

fn days(figures: &Figures, language: Language) -> String {
    let mut csv = Csv::new(
        language,
        &[
            "day",
            "listing-views",
            "tour-views",
            "embed-views",
            "visitors",
            "tours-opened",
            "tour-seconds",
        ],
    );
    for day in &figures.days {
        csv.row(&[
            day.day.to_string(),
            day.listing_views.to_string(),
            day.tour_views.to_string(),
            day.embed_views.to_string(),
            day.visitors.to_string(),
            day.tours_opened.to_string(),
            day.tour_seconds.to_string(),
        ]);
    }
    csv.0
}

fn scenes(figures: &Figures, language: Language) -> String {
    let mut csv = Csv::new(language, &["scene", "scene-id", "visits", "seconds"]);
    for scene in &figures.scenes {
        csv.row(&[
            scene.title.clone().unwrap_or_default(),
            scene.id.clone(),
            scene.visits.to_string(),
            scene.seconds.to_string(),
        ]);
    }
    csv.0
}

/// A table as it grows. Begins with a byte order mark, without which spreadsheets take Chinese for something else.
struct Csv(String);

impl Csv {
    fn new(language: Language, headings: &[&str]) -> Self {
        let mut csv = Self("\u{feff}".to_owned());
        let headings: Vec<String> =
            headings.iter().map(|name| text(language, &format!("statistics-csv-{name}"))).collect();
        csv.row(&headings);
        csv
    }

    fn row(&mut self, fields: &[String]) {
        let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
        self.0.push_str(&fields.join(","));
        self.0.push_str("\r\n");
    }
}

/// A field; what a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection).
fn quoted(field: &str) -> String {
    let field = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if field.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_no_title_is_a_formula() {
        assert_eq!(quoted("客厅"), "客厅");
        assert_eq!(quoted("客厅, \"南\""), "\"客厅, \"\"南\"\"\"");
        assert_eq!(quoted("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(quoted("@a\nb"), "\"'@a\nb\"");
    }
}
