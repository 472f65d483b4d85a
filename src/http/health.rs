//! `/healthz` (the process lives) and `/readyz` (it can serve: the database answers).

use actix_web::{HttpResponse, web};

use super::Context;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/healthz", web::get().to(async || HttpResponse::Ok().body("ok\n")))
        .route("/readyz", web::get().to(ready));
}

async fn ready(context: web::Data<Context>) -> HttpResponse {
    match context.database.ping().await {
        Ok(()) => HttpResponse::Ok().body("ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable().body("the database does not answer\n")
        }
    }
}
