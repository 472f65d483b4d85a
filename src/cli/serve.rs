//! `kanfang serve`: the web server.

use std::net::TcpListener;
use std::path::Path;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::app;
use crate::base::Clock;
use crate::config::Config;
use crate::http::Context;

/// Serves until Ctrl-C or SIGTERM, then lets running requests end.
pub fn run(file: Option<&Path>) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    super::start_log(config.server.log_json);
    actix_web::rt::System::new().block_on(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let bind = config.server.bind;
    let listener = TcpListener::bind(bind).with_context(|| {
        format!(
            "cannot listen on {bind}; is another server running? Set server.bind to another port"
        )
    })?;
    let context = app::context(config, Clock::system()).await?;
    tracing::info!(address = %context.config.public_url(), "serving");
    if let Some(code) = crate::http::identity::setup::fresh_code(&context).await? {
        let address = context.config.public_url();
        tracing::info!(
            "nobody has an account yet: open {address}/console and enter the set-up code {code}"
        );
    }
    let (database, clock) = (context.database.clone(), context.clock.clone());
    let statistics = context.statistics.clone();
    actix_web::rt::spawn(crate::clockwork::run(context.clone()));
    let sweeper = context.uploads.clone().sweep_for_ever(std::time::Duration::from_mins(1));
    actix_web::rt::spawn(sweeper);
    let events = context.events.clone();
    let stop = CancellationToken::new();
    let worker = actix_web::rt::spawn(work(context.clone(), stop.clone()));
    let metrics = app::metrics_server(&context)?;
    let metrics_handle = metrics.as_ref().map(actix_web::dev::Server::handle);
    if let Some(metrics) = metrics {
        actix_web::rt::spawn(metrics);
    }
    let server = app::server(context, listener)?;
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        super::stop_signal().await;
        tracing::info!("stopping: running requests may end");
        events.close();
        stop.cancel();
        handle.stop(true).await;
        if let Some(metrics) = metrics_handle {
            metrics.stop(false).await;
        }
    });
    server.await?;
    worker.await?;
    if let Err(error) = statistics.flush(&database, clock.now()).await {
        tracing::error!(%error, "the last views could not be counted");
    }
    database.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// The worker inside: runs on the main thread, which lives as long as the program, because its
/// children die with the thread that started them.
async fn work(context: Context, stop: CancellationToken) {
    let at_once = context.config.worker.embedded;
    if at_once == 0 {
        return;
    }
    let supervisor = app::supervisor(&context.config);
    super::worker::warn_of_missing_walls(&supervisor).await;
    match app::runner(&context, supervisor) {
        Ok(runner) => runner.run(at_once, stop).await,
        Err(error) => tracing::error!(%error, "the worker inside cannot start"),
    }
}
