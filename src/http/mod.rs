//! The web: routes, pages, sign-in. The only user of `actix_web` beside `app.rs`.

pub mod assets;
pub mod bundles;
pub mod console;
pub mod context;
pub mod desk;
pub mod error;
pub mod events;
pub mod health;
pub mod identity;
pub mod immutable;
pub mod jobs;
pub mod listings;
pub mod masks;
pub mod metrics;
pub mod openapi;
pub mod pages;
pub mod played;
pub mod range;
pub mod security;
pub mod sets;
pub mod shot_list;
pub mod statistics;
pub mod tls;
pub mod tours;
pub mod uploads;
pub mod visible;

use actix_web::web;

pub use context::Context;
pub use error::Problem;
pub use identity::SignedIn;

/// Every route of the site, for the server and for tests.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        // Routes are tried in this order, and tiles are asked for a hundred times as often as all else.
        .service(web::scope("/t").configure(tours::public_routes))
        .configure(health::routes)
        .configure(metrics::routes)
        .configure(openapi::routes)
        .configure(tours::signed::routes)
        .configure(pages::routes)
        .configure(bundles::routes)
        .configure(console::routes)
        .service(
            web::scope("/api/v1")
                .configure(identity::routes)
                .configure(listings::routes)
                .configure(pages::snapshot::staff_routes)
                .configure(pages::preview::staff_routes)
                .configure(uploads::routes)
                .configure(assets::routes)
                .configure(played::routes)
                .configure(masks::routes)
                .configure(sets::routes)
                .configure(shot_list::routes)
                .configure(jobs::routes)
                .configure(events::routes)
                .configure(tours::staff_routes)
                .configure(desk::routes)
                .configure(statistics::routes),
        );
}
