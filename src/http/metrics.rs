//! What the server counts of its requests, in the OpenMetrics text format at `/metrics`.
//!
//! Labels are the route's pattern, never the address itself: nobody who looks around can be
//! followed by them.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::Problem;
use crate::base::ErrorKind;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/metrics", web::get().to(show));
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    method: String,
    route: String,
    status: u16,
}

/// Counters of one server process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("kanfang");
        let requests = Family::<Labels, Counter>::default();
        let seconds = Histogram::new(exponential_buckets(0.0005, 2.0, 16));
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time to the answer's head", seconds.clone());
        Self { registry: Arc::new(registry), requests, seconds }
    }
}

impl Metrics {
    /// Counts one answered request.
    pub fn count(&self, method: &str, route: Option<String>, status: u16, took: Duration) {
        let labels = Labels {
            method: method.to_owned(),
            route: route.unwrap_or_else(|| "(none)".to_owned()),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }
}

/// Only for callers on this machine, or through a proxy that the operator has set up for it.
async fn show(request: HttpRequest, metrics: web::Data<Metrics>) -> Result<HttpResponse, Problem> {
    if !request.peer_addr().is_some_and(|address| address.ip().is_loopback()) {
        return Err(Problem::not_found());
    }
    let mut text = String::new();
    encode(&mut text, &metrics.registry)
        .map_err(|_| Problem::plain(ErrorKind::Internal, "internal"))?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text))
}
