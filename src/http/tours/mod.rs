//! Tours over HTTP: the draft and its steps for staff, the published version for everybody.

pub mod changes;
pub mod draft;
pub mod export;
pub mod exports;
pub mod gallery;
pub mod imports;
pub mod manifest;
pub mod manifest_hotspots;
pub mod pictures;
pub mod public;
pub mod publish;
pub mod shown;
pub mod signed;
pub mod signing;
pub mod staff_tiles;
pub mod tile_address;
pub mod videos;

use actix_web::web;

/// Routes below `/api/v1`.
pub fn staff_routes(config: &mut web::ServiceConfig) {
    config
        .configure(draft::routes)
        .configure(publish::routes)
        .configure(changes::routes)
        .configure(exports::routes)
        .configure(imports::routes)
        .configure(shown::routes)
        .configure(staff_tiles::routes);
}

/// Routes below `/t`.
pub fn public_routes(config: &mut web::ServiceConfig) {
    config.configure(public::routes);
}
