//! `POST public/listings/{id}/views`: what a viewer reports of itself, the only unsafe request that nobody signs in for.
//!
//! Nothing here is believed beyond what can be: the listing and the version must be public, the scenes its own, the
//! times no longer than a report may be, and one address may report no more than [`super::credit`] gives.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::caller;
use crate::auction::days::day_of;
use crate::auction::visibility::Visibility;
use crate::base::id::{AssetId, ListingId, SceneId};
use crate::base::{ErrorKind, Fault};
use crate::catalogue::listings_media;
use crate::catalogue::statistics::{self, Batch, SceneViews, Views};
use crate::geometry::gaze::CELLS;
use crate::http::listings::access::listing_id;
use crate::http::{Context, Problem};

/// Bytes of a report at most.
const MOST_BYTES: usize = 8 << 10;
/// Milliseconds that one report speaks of at most: viewers send two a minute.
const MOST_MILLIS: u64 = 60_000;
/// Scenes of one report at most, and arrivals at them.
const MOST_SCENES: usize = 32;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/public/listings/{id}/views", web::post().to(report));
}

/// What a viewer reports, of the time since its last report.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The version of the tour, as in its address.
    version: String,
    /// Whether this is the viewer's first report.
    #[serde(default)]
    opened: bool,
    /// The scenes that were looked at.
    scenes: Vec<Seen>,
}

/// How one scene was looked at.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The scene.
    #[schema(value_type = String)]
    scene: SceneId,
    /// How often the reader came in.
    #[serde(default)]
    visits: u64,
    /// How long it was on the screen, in milliseconds.
    millis: u64,
    /// Cells of the sphere (`docs/statistics.md`) and how long the middle of the screen lay in each, in milliseconds.
    #[serde(default)]
    #[schema(value_type = Vec<Vec<u64>>)]
    gaze: Vec<(u16, u64)>,
}

/// Why a report is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Another site sent it.
    #[error("reports of viewing are taken from pages of this site only")]
    Foreign,
    /// Neither JSON nor the plain text that browsers send it as.
    #[error("a report of viewing is application/json or text/plain")]
    Kind,
    /// More bytes than a report has.
    #[error("a report of viewing has at most {MOST_BYTES} bytes")]
    TooLarge,
    /// Not a report, or one that cannot be.
    #[error("this is no report of viewing: {0}")]
    Wrong(&'static str),
    /// More time than can have passed.
    #[error("more viewing is reported from this address than can be; wait a while")]
    TooMuch,
}

impl Fault for ReportError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Foreign => ErrorKind::Forbidden,
            Self::Kind => ErrorKind::Unsupported,
            Self::TooLarge => ErrorKind::TooLarge,
            Self::Wrong(_) => ErrorKind::Invalid,
            Self::TooMuch => ErrorKind::Busy,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Foreign => "views-foreign",
            Self::Kind => "views-kind",
            Self::TooLarge => "views-too-large",
            Self::Wrong(_) => "views-wrong",
            Self::TooMuch => "views-too-much",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Wrong(reason) => vec![("reason", (*reason).to_owned())],
            _ => Vec::new(),
        }
    }
}

/// Takes a viewer's report of which scenes were looked at, for how long and where. Machines, staff and readers who asked
/// for privacy are answered alike, and not counted.
#[utoipa::path(post, path = "/api/v1/public/listings/{id}/views", tag = "public", params(("id" = String, Path, description = "Id")),
    request_body = Report, responses((status = 204), (status = 403), (status = 404), (status = 413), (status = 415), (status = 422), (status = 429)))]
pub async fn report(
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    if !caller::is_from_here(&request, &context) {
        return Err(ReportError::Foreign.into());
    }
    let listing = listing_id(&id)?;
    let report = read(&request, body).await?;
    let millis = report.checked()?;
    let now = context.clock.now();
    let who = format!("{} {listing}", caller::network_of(&request));
    if !context.statistics.credit().spend(&who, millis, now) {
        return Err(ReportError::TooMuch.into());
    }
    let is_public = listings_media::visibility(&context.database, listing, now).await?
        == Some(Visibility::Public);
    let pictures = statistics::shown_by(&context.database, listing, &report.version).await?;
    if !is_public || pictures.is_empty() {
        return Err(Problem::not_found());
    }
    let batch = report.batch(listing, day_of(now), &pictures)?;
    if caller::is_bidder(&request) && !caller::wants_privacy(&request) {
        context.statistics.take(batch);
    }
    Ok(HttpResponse::NoContent().finish())
}

async fn read(request: &HttpRequest, body: web::Payload) -> Result<Report, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !["application/json", "text/plain"].iter().any(|known| known.eq_ignore_ascii_case(kind)) {
        return Err(ReportError::Kind.into());
    }
    let bytes = match body.to_bytes_limited(MOST_BYTES).await {
        Err(_) => return Err(ReportError::TooLarge.into()),
        Ok(Err(_)) => return Err(ReportError::Wrong("it broke off").into()),
        Ok(Ok(bytes)) => bytes,
    };
    serde_json::from_slice(&bytes).map_err(|_| ReportError::Wrong("JSON").into())
}

impl Report {
    /// Refuses what no viewer can have seen; the milliseconds of all scenes.
    fn checked(&self) -> Result<u64, ReportError> {
        let wrong = |reason| Err(ReportError::Wrong(reason));
        if self.version.len() != 26
            || !self.version.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return wrong("version");
        }
        if self.scenes.is_empty() || self.scenes.len() > MOST_SCENES {
            return wrong("scenes");
        }
        let mut whole = 0_u64;
        let mut visits = 0_u64;
        for (place, seen) in self.scenes.iter().enumerate() {
            if self.scenes[..place].iter().any(|earlier| earlier.scene == seen.scene) {
                return wrong("scenes");
            }
            whole = whole.saturating_add(seen.millis);
            visits = visits.saturating_add(seen.visits);
            let looked =
                seen.gaze.iter().fold(0_u64, |sum, (_, millis)| sum.saturating_add(*millis));
            let is_in_order = seen.gaze.windows(2).all(|pair| pair[0].0 < pair[1].0);
            if looked > seen.millis
                || !is_in_order
                || seen.gaze.iter().any(|(cell, _)| *cell >= CELLS)
            {
                return wrong("gaze");
            }
        }
        if whole > MOST_MILLIS {
            return wrong("millis");
        }
        if visits > MOST_SCENES as u64 {
            return wrong("visits");
        }
        Ok(whole)
    }

    /// What is added for it; every scene must be one of `pictures`.
    fn batch(
        &self,
        listing: ListingId,
        day: jiff::civil::Date,
        pictures: &[(SceneId, AssetId)],
    ) -> Result<Batch, ReportError> {
        let mut batch = Batch::default();
        let mut views = Views { opened: u64::from(self.opened), ..Views::default() };
        for seen in &self.scenes {
            let Some((_, asset)) = pictures.iter().find(|(scene, _)| *scene == seen.scene) else {
                return Err(ReportError::Wrong("scene"));
            };
            views.millis += seen.millis;
            let of_scene = SceneViews { visits: seen.visits, millis: seen.millis };
            batch.scenes.insert((listing, seen.scene, day), of_scene);
            for (cell, millis) in seen.gaze.iter().filter(|(_, millis)| *millis > 0) {
                batch.gaze.insert((listing, seen.scene, *asset, *cell), *millis);
            }
        }
        batch.days.insert((listing, day), views);
        Ok(batch)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn report(change: impl FnOnce(&mut Value)) -> Report {
        let mut value = json!({"version": "0123456789abcdefghjkmnpqrs", "opened": true, "scenes": [
            {"scene": SceneId::new(), "visits": 1, "millis": 20_000, "gaze": [[3, 15_000], [200, 5_000]]},
            {"scene": SceneId::new(), "visits": 2, "millis": 9_000, "gaze": []},
        ]});
        change(&mut value);
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_viewers_report_is_taken_as_it_is() {
        let report = report(|_| {});
        assert_eq!(report.checked(), Ok(29_000));
        let (listing, asset) = (ListingId::new(), AssetId::new());
        let pictures: Vec<_> = report.scenes.iter().map(|seen| (seen.scene, asset)).collect();
        let day = jiff::civil::date(2026, 11, 26);
        let batch = report.batch(listing, day, &pictures).unwrap();
        let views = Views { opened: 1, millis: 29_000, ..Views::default() };
        assert_eq!(batch.days[&(listing, day)], views);
        assert_eq!(batch.gaze.values().sum::<u64>(), 20_000);
        assert_eq!(report.batch(listing, day, &pictures[..1]), Err(ReportError::Wrong("scene")));
    }

    #[test]
    fn what_no_viewer_can_have_seen_is_refused() {
        let cases: [(&str, fn(&mut Value)); 9] = [
            ("version", |v| v["version"] = json!("../../etc")),
            ("scenes", |v| v["scenes"] = json!([])),
            ("scenes", |v| v["scenes"][1]["scene"] = v["scenes"][0]["scene"].clone()),
            ("millis", |v| v["scenes"][0]["millis"] = json!(55_000)),
            ("millis", |v| v["scenes"][0]["millis"] = json!(u64::MAX)),
            ("visits", |v| v["scenes"][0]["visits"] = json!(31)),
            ("gaze", |v| v["scenes"][0]["gaze"] = json!([[3, 20_001]])),
            ("gaze", |v| v["scenes"][0]["gaze"] = json!([[412, 1]])),
            ("gaze", |v| v["scenes"][0]["gaze"] = json!([[3, 1], [3, 1]])),
        ];
        for (what, change) in cases {
            assert_eq!(report(change).checked(), Err(ReportError::Wrong(what)));
        }
    }

    proptest! {
        #[test]
        fn no_report_counts_more_than_a_minute(millis in prop::collection::vec(any::<u64>(), 0..5)) {
            let report = report(|value| {
                value["scenes"] = millis
                    .iter()
                    .map(|millis| json!({"scene": SceneId::new(), "millis": millis}))
                    .collect();
            });
            if let Ok(whole) = report.checked() {
                prop_assert!(whole <= MOST_MILLIS);
            }
        }
    }
}
