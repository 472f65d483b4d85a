//! Accounts over HTTP: set-up, signing in, second factor, tokens, tenants, people, audit log.

pub mod account;
pub mod audit;
pub mod nadir_mark;
pub mod second_factor;
pub mod secrets;
pub mod session;
pub mod setup;
pub mod signed_in;
pub mod tenants;
pub mod tokens;
pub mod users;

use actix_web::web;

pub use signed_in::SignedIn;

/// Routes below `/api/v1`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(setup::routes)
        .configure(session::routes)
        .configure(account::routes)
        .configure(second_factor::routes)
        .configure(tokens::routes)
        .configure(tenants::routes)
        .configure(nadir_mark::routes)
        .configure(users::routes)
        .configure(audit::routes);
}
