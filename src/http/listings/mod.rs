//! Listings, rounds, corrections and their history, for staff, agencies and their tools; and the public JSON.

pub mod access;
pub mod body;
pub mod corrections;
pub mod public;
pub mod rounds;
pub mod staff;

use actix_web::web;

/// The routes of this folder, under `/api/v1`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(staff::routes)
        .configure(rounds::routes)
        .configure(corrections::routes)
        .configure(public::routes);
}
