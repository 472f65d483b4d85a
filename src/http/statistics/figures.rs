//! `GET listings/{id}/statistics`, `GET listings/{id}/statistics/gaze/{scene}`: the figures for court and agency.

use actix_web::{HttpResponse, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::auction::days::{day_of, days_between};
use crate::base::id::ListingId;
use crate::catalogue::statistics::{self, Day};
use crate::catalogue::{listings, tours};
use crate::geometry::gaze::{BANDS, CELLS};
use crate::http::listings::access::{listing_id, reader};
use crate::http::{Context, Problem, SignedIn};

/// Days of a period where none is asked for, and at most.
const USUAL: i64 = 30;
const MOST: i64 = 400;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{id}/statistics", web::get().to(figures))
        .route("/listings/{id}/statistics/gaze/{scene}", web::get().to(gaze));
}

/// Which days are asked for.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
pub struct Period {
    /// The first day, as 2026-11-01; without it 30 days end with `to`.
    from: String,
    /// The last day; without it today, in Shanghai.
    to: String,
}

impl Period {
    /// The first and the last day.
    pub(super) fn days(&self, today: Date) -> Result<(Date, Date), Problem> {
        let wrong = |name: &str| Problem::invalid(format!("{name}: a day such as 2026-11-01"));
        let to = match self.to.as_str() {
            "" => today,
            text => text.parse().map_err(|_| wrong("to"))?,
        };
        let from = match self.from.as_str() {
            "" => days_before(to, USUAL - 1),
            text => text.parse().map_err(|_| wrong("from"))?,
        };
        if !(0..MOST).contains(&days_between(from, to)) {
            return Err(Problem::invalid(format!("from, to: 1 to {MOST} days, the earlier first")));
        }
        Ok((from, to))
    }
}

fn days_before(day: Date, days: i64) -> Date {
    day.saturating_sub(jiff::Span::new().days(days))
}

/// The figures of a period.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// First day, in Shanghai.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// The first day on which anything of this listing was counted.
    #[schema(value_type = Option<String>, format = Date)]
    pub counted_since: Option<Date>,
    /// Sums over the period.
    pub totals: Totals,
    /// Every day of the period.
    pub days: Vec<Day>,
    /// Every scene of the tour, and those of earlier versions that were looked at.
    pub scenes: Vec<SceneFigures>,
}

/// Sums over a period.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Totals {
    /// Views of all pages.
    pub views: i64,
    /// Views of the listing's page.
    pub listing_views: i64,
    /// Views of the tour's page.
    pub tour_views: i64,
    /// Views of the tour inside foreign pages.
    pub embed_views: i64,
    /// The visitors of each day, added up: who came on three days is in it three times. An upper bound of people.
    pub visitor_days: i64,
    /// Most visitors of one day: a lower bound of people, as far as they can be told apart.
    pub most_visitors: i64,
    /// Tours that were really looked at.
    pub tours_opened: i64,
    /// For how long, in seconds.
    pub tour_seconds: i64,
}

/// The figures of one scene.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SceneFigures {
    /// The scene.
    pub id: String,
    /// Its name, as it was published last; none where no version can be found.
    pub title: Option<String>,
    /// Whether the version that is public now has it.
    pub is_shown: bool,
    /// How often somebody came in.
    pub visits: i64,
    /// How long it was looked at, in seconds.
    pub seconds: i64,
}

/// The figures of a listing in a period: days, sums and scenes. Visitors are told apart within one day only.
#[utoipa::path(get, path = "/api/v1/listings/{id}/statistics", tag = "listings",
    params(("id" = String, Path, description = "Id"), Period), responses((status = 200, body = Figures), (status = 404), (status = 422)))]
pub async fn figures(
    who: SignedIn,
    context: web::Data<Context>,
    id: web::Path<String>,
    period: web::Query<Period>,
) -> Result<HttpResponse, Problem> {
    let listing = permitted(&who, &context, &id).await?;
    let figures = of_period(&context, listing, &period).await?;
    Ok(HttpResponse::Ok().json(figures))
}

/// The listing, where the caller may read it.
pub(super) async fn permitted(
    who: &SignedIn,
    context: &Context,
    id: &str,
) -> Result<ListingId, Problem> {
    let scope = reader(&who.principal)?;
    Ok(listings::get(&context.database, scope, listing_id(id)?).await?.id)
}

/// What is known of a period.
pub(super) async fn of_period(
    context: &Context,
    listing: ListingId,
    period: &Period,
) -> Result<Figures, Problem> {
    let database = &context.database;
    let (from, to) = period.days(day_of(context.clock.now()))?;
    let counted = statistics::days(database, listing, (from, to)).await?;
    let days = every_day(from, to, counted);
    Ok(Figures {
        from,
        to,
        counted_since: statistics::first_day(database, listing).await?,
        totals: totals(&days),
        scenes: scenes(context, listing, (from, to)).await?,
        days,
    })
}

fn every_day(from: Date, to: Date, counted: Vec<Day>) -> Vec<Day> {
    let mut counted = counted.into_iter().peekable();
    from.series(jiff::Span::new().days(1))
        .take_while(|day| *day <= to)
        .map(|day| {
            counted.next_if(|known| known.day == day).unwrap_or(Day {
                day,
                listing_views: 0,
                tour_views: 0,
                embed_views: 0,
                visitors: 0,
                tours_opened: 0,
                tour_seconds: 0,
            })
        })
        .collect()
}

fn totals(days: &[Day]) -> Totals {
    let mut sums = Totals::default();
    for day in days {
        sums.listing_views += day.listing_views;
        sums.tour_views += day.tour_views;
        sums.embed_views += day.embed_views;
        sums.visitor_days += day.visitors;
        sums.most_visitors = sums.most_visitors.max(day.visitors);
        sums.tours_opened += day.tours_opened;
        sums.tour_seconds += day.tour_seconds;
    }
    sums.views = sums.listing_views + sums.tour_views + sums.embed_views;
    sums
}

/// The scenes of the newest version in its order, then those of earlier ones that were looked at.
async fn scenes(
    context: &Context,
    listing: ListingId,
    period: (Date, Date),
) -> Result<Vec<SceneFigures>, Problem> {
    let mut rooms = statistics::rooms(&context.database, listing, period).await?;
    let mut found: Vec<SceneFigures> = Vec::new();
    for (place, version) in
        tours::versions(&context.database, listing).await?.into_iter().enumerate()
    {
        for scene in version.document.scenes {
            let id = scene.id.to_string();
            let room = rooms.remove(&id);
            let is_listed = found.iter().any(|earlier| earlier.id == id);
            if is_listed || (place > 0 && room.is_none()) {
                continue;
            }
            let room = room.unwrap_or_default();
            found.push(SceneFigures {
                id,
                title: Some(scene.title),
                is_shown: place == 0 && version.withdrawn_at.is_none(),
                visits: room.visits,
                seconds: room.millis / 1000,
            });
        }
    }
    found.extend(rooms.into_iter().map(|(id, room)| SceneFigures {
        id,
        title: None,
        is_shown: false,
        visits: room.visits,
        seconds: room.millis / 1000,
    }));
    Ok(found)
}

/// Where in a scene's present picture people looked, over the whole time: seconds a cell of a grid of nearly equal cells
/// (`bands` from the zenith down, each from yaw −180° to the right).
#[utoipa::path(get, path = "/api/v1/listings/{id}/statistics/gaze/{scene}", tag = "listings",
    params(("id" = String, Path, description = "Id"), ("scene" = String, Path, description = "Scene")),
    responses((status = 200, description = "`{scene, bands, cells, seconds, coverage, picture}`"), (status = 404)))]
pub async fn gaze(
    who: SignedIn,
    context: web::Data<Context>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, scene) = path.into_inner();
    let listing = permitted(&who, &context, &id).await?;
    let pictures = statistics::pictures(&context.database, listing).await?;
    let picture = pictures.into_iter().find(|picture| picture.scene == scene);
    let picture = picture.ok_or_else(Problem::not_found)?;
    let looked = statistics::gaze(&context.database, listing, &scene, &picture.asset).await?;
    let mut cells = vec![Value::from(0); usize::from(CELLS)];
    let mut millis = 0;
    for one in looked {
        if let Some(cell) = usize::try_from(one.cell).ok().and_then(|place| cells.get_mut(place)) {
            *cell = json!(one.millis as f64 / 1000.0);
            millis += one.millis;
        }
    }
    let address = format!("/api/v1/assets/{}/thumbnail.jpg", picture.asset);
    Ok(HttpResponse::Ok().json(json!({
        "scene": scene,
        "bands": BANDS,
        "cells": cells,
        "seconds": millis / 1000,
        "coverage": picture.coverage,
        "picture": picture.is_kept.then_some(address),
    })))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn asked(from: &str, to: &str) -> Result<(Date, Date), Problem> {
        Period { from: from.to_owned(), to: to.to_owned() }.days(date(2026, 11, 26))
    }

    #[test]
    fn a_period_is_thirty_days_unless_it_is_named() {
        assert_eq!(asked("", "").unwrap(), (date(2026, 10, 28), date(2026, 11, 26)));
        assert_eq!(asked("2026-11-26", "").unwrap(), (date(2026, 11, 26), date(2026, 11, 26)));
        for (from, to) in [
            ("2026-11-27", ""),
            ("2026-1-1", ""),
            ("", "yesterday"),
            ("2020-01-01", "2026-01-01"),
            ("-009999-01-01", ""),
        ] {
            assert!(asked(from, to).is_err(), "{from} {to}");
        }
    }

    #[test]
    fn days_without_a_view_are_there_and_visitors_are_bounded_from_both_sides() {
        let day = |day, visitors| Day {
            day,
            listing_views: 5,
            tour_views: 2,
            embed_views: 1,
            visitors,
            tours_opened: 2,
            tour_seconds: 90,
        };
        let (first, last) = (date(2026, 11, 1), date(2026, 11, 4));
        let days = every_day(first, last, vec![day(first, 3), day(last, 4)]);
        assert_eq!(days.iter().map(|day| day.visitors).collect::<Vec<_>>(), [3, 0, 0, 4]);
        let sums = totals(&days);
        assert_eq!((sums.views, sums.visitor_days, sums.most_visitors), (16, 7, 4));
        assert_eq!((sums.tours_opened, sums.tour_seconds), (4, 180));
    }
}
