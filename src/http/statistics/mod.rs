//! How often listings are viewed, counted without cookies (docs/statistics.md): pages by the server, time and
//! directions of looking by what the viewer reports, and the figures for court and agency.

pub mod beacon;
pub mod caller;
pub mod counter;
pub mod credit;
pub mod csv;
pub mod figures;

use actix_web::web;

pub use counter::{Counter, Page};

/// The routes of this folder, under `/api/v1`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.configure(beacon::routes).configure(figures::routes).configure(csv::routes);
}
