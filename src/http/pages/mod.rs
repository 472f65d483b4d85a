//! The public pages: server-rendered HTML that works without JavaScript, feeds, links and assets.
//!
//! No page sets an inline script or style (the policy forbids them) or tells one visitor from another.

pub mod facts_table;
pub mod feeds;
pub mod format;
pub mod list;
pub mod listing;
pub mod notes;
pub mod oembed;
pub mod preview;
pub mod problems;
pub mod proof;
pub mod qr;
pub mod receipts;
pub mod shell;
pub mod short;
pub mod snapshot;
pub mod tour;
pub mod tour_slot;

use actix_web::web;

/// The routes of this folder, at the root of the site.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(list::routes)
        .configure(listing::routes)
        .configure(oembed::routes)
        .configure(short::routes)
        .configure(feeds::routes)
        .configure(tour::routes)
        .configure(proof::routes)
        .configure(receipts::routes)
        .configure(snapshot::routes)
        .configure(problems::routes);
}
