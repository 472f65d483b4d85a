//! What the server counts of its requests, and the jobs that wait, in the OpenMetrics text format at `/metrics`:
//! beside the site for callers on this machine, or at an address of its own (`server.metrics_bind`).
//!
//! Labels are the route's pattern, never the address itself: nobody who looks around can be
//! followed by them.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::{HttpRequest, HttpResponse, web};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use prometheus_client::metrics::gauge::Gauge;

use super::{Context, Problem};
use crate::base::ErrorKind;
use crate::catalogue::jobs;

/// The route beside the site: for callers on this machine, and for nobody where there is an address of its own.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/metrics", web::get().to(show_to_neighbours));
}

/// The routes at an address of its own.
pub fn own_routes(config: &mut web::ServiceConfig) {
    config.route("/metrics", web::get().to(show));
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    method: String,
    route: Cow<'static, str>,
    status: u16,
}

/// The pattern of a route, left by its handler with the answer. To ask the framework for it routes the request once
/// more, which is worth saving where a page asks for a hundred files.
#[derive(Clone, Copy, Debug)]
pub struct Route(pub &'static str);

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct State {
    state: String,
}

/// Counters of one server process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
    jobs: Family<State, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("kanfang");
        let requests = Family::<Labels, Counter>::default();
        let seconds = Histogram::new(exponential_buckets(0.0005, 2.0, 16));
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time to the answer's head", seconds.clone());
        let jobs = Family::<State, Gauge>::default();
        registry.register("jobs", "Jobs in the database, by state", jobs.clone());
        Self { registry: Arc::new(registry), requests, seconds, jobs }
    }
}

impl Metrics {
    /// Counts one answered request.
    pub fn count<B>(&self, answer: &ServiceResponse<B>, took: Duration) {
        let request = answer.request();
        let told = answer.response().extensions().get::<Route>().map(|route| route.0.into());
        let route = told
            .or_else(|| request.match_pattern().map(Cow::Owned))
            .unwrap_or(Cow::Borrowed("(none)"));
        let labels = Labels {
            method: request.method().as_str().to_owned(),
            route,
            status: answer.status().as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }
}

/// A proxy on this machine is no neighbour: it speaks for others.
async fn show_to_neighbours(
    request: HttpRequest,
    context: web::Data<Context>,
) -> Result<HttpResponse, Problem> {
    let is_near = request.peer_addr().is_some_and(|address| address.ip().is_loopback());
    let is_forwarded =
        ["Forwarded", "X-Forwarded-For"].iter().any(|name| request.headers().contains_key(*name));
    if context.config.server.metrics_bind.is_some() || !is_near || is_forwarded {
        return Err(Problem::not_found());
    }
    show(context).await
}

async fn show(context: web::Data<Context>) -> Result<HttpResponse, Problem> {
    let metrics = &context.metrics;
    // A state that no job is in any more would keep its last figure.
    metrics.jobs.clear();
    for (state, number) in jobs::counts(&context.database).await? {
        metrics.jobs.get_or_create(&State { state }).set(number);
    }
    let mut text = String::new();
    encode(&mut text, &metrics.registry)
        .map_err(|_| Problem::plain(ErrorKind::Internal, "internal"))?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text))
}
