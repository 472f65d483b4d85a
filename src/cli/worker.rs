//! `kanfang worker`: takes jobs from the database until Ctrl-C or SIGTERM.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::app;
use crate::base::Clock;
use crate::config::Config;
use crate::worker::Supervisor;

/// Works `at_once` jobs at a time (0: what the configuration says, at least one).
pub fn run(file: Option<&Path>, at_once: usize) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    super::start_log(config.server.log_json);
    // Children die with the thread that started them (PR_SET_PDEATHSIG): the threads of this runtime
    // live as long as it does.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(work(config, at_once))
}

async fn work(config: Config, at_once: usize) -> anyhow::Result<()> {
    let at_once = if at_once == 0 { config.worker.embedded.max(1) } else { at_once };
    let context = app::context(config, Clock::system()).await?;
    let supervisor = app::supervisor(&context.config);
    warn_of_missing_walls(&supervisor).await;
    let runner = app::runner(&context, supervisor)?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        super::stop_signal().await;
        tracing::info!("stopping: running jobs may end, then they are given back");
        stopping.cancel();
    });
    tracing::info!(at_once, "working");
    runner.run(at_once, stop).await;
    context.database.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Tries the walls around the decoders and says loudly which ones this machine cannot build.
pub async fn warn_of_missing_walls(supervisor: &Supervisor) {
    match supervisor.walls().await {
        Ok(walls) => {
            let missing = crate::worker::sandbox::missing(&walls);
            if !crate::worker::sandbox::is_enough(&walls) {
                tracing::error!(%missing, strict = supervisor.strict, "decoders cannot be shut in enough on this machine");
            } else if missing.is_empty() {
                tracing::info!("all walls around the decoders stand");
            } else {
                tracing::warn!(%missing, "some walls around the decoders are missing; the others hold");
            }
        }
        Err(error) => tracing::error!(%error, "the child for media cannot be started"),
    }
}
